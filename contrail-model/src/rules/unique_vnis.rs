//! I6 unique-vni.

use super::{Context, Rule, repeated};
use crate::fabric::{Fabric, Facts, NetworkId, RouterId};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I6",
    name: "unique-vni",
    severity: Severity::Error,
    holds: "A number is the VNI or the network id of one network or logical router only.",
    why: "A VTEP finds the network of what it decapsulates by the VNI alone. Contrail keeps one list of VNIs \
        for networks and logical routers and answers 400 to a second use.",
    broken_by: "A logical router with the VNI of a network.",
    remedy: "Take a free one.",
    references: &["RFC 7348 4", "Contrail API: /id/virtual-networks"],
    depends_on: Facts::empty(),
    check,
};

/// Who has a number.
#[derive(Clone, Copy)]
enum Holder {
    Network(NetworkId),
    Router(RouterId),
}

impl Holder {
    fn name(self, fabric: &Fabric) -> String {
        match self {
            Self::Network(id) => format!("network {}", fabric.networks[id].name),
            Self::Router(id) => format!("logical router {}", fabric.routers[id].name),
        }
    }
}

/// A kind of number: what it is called, and the field it stands in.
type Kind = (&'static str, &'static str);

const VNI: Kind = ("VNI", "vni");
const NETWORK_ID: Kind = ("network id", "network_id");

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let networks = fabric.networks.iter().flat_map(|(id, network)| {
        // A network may have its own network id as VNI.
        let vni = network.configured_vni.filter(|vni| network.network_id != Some(*vni));
        let numbers = [vni.map(|vni| (vni, VNI)), network.network_id.map(|number| (number, NETWORK_ID))];
        numbers.into_iter().flatten().map(move |(number, kind)| (number, (number, kind, Holder::Network(id))))
    });
    let routers = fabric.routers.iter().filter(|(_, router)| router.vni_is_given);
    let routers = routers.map(|(id, router)| (router.vni, (router.vni, VNI, Holder::Router(id))));
    for ((_, (earlier_kind, _), earlier), (number, (kind, field), holder)) in
        repeated(networks.chain(routers))
    {
        let [earlier, what] = [earlier, holder].map(|holder| holder.name(fabric));
        let path = match holder {
            Holder::Network(id) => format!("networks[{}].{field}", id.index()),
            Holder::Router(id) => format!("logical_routers[{}].{field}", id.index()),
        };
        let fix = format!("give {what} a {kind} that is free");
        findings.push(
            Finding::of(
                &RULE,
                what,
                path,
                format!("{kind} {number} is also the {earlier_kind} of {earlier}"),
            )
            .because("VNIs and network ids of networks and logical routers are numbers of one list")
            .fix(fix),
        );
    }
}
