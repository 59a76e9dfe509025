//! I6 unique-vni.

use super::{Context, Rule, repeated};
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
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    // Each number that somebody has: what kind of number it is, whose, and where that stands.
    let networks = fabric.networks.iter().flat_map(|(id, network)| {
        let of = format!("network {}", network.name);
        // A network may have its own network id as VNI.
        let vni = network.configured_vni.filter(|vni| network.network_id != Some(*vni));
        [("VNI", vni, "vni"), ("network id", network.network_id, "network_id")].into_iter().filter_map(
            move |(what, number, field)| {
                Some((number?, what, of.clone(), format!("networks[{}].{field}", id.index())))
            },
        )
    });
    let routers = fabric.routers.iter().filter(|(_, router)| router.vni_is_given);
    let routers = routers.map(|(id, router)| {
        let path = format!("logical_routers[{}].vni", id.index());
        (router.vni, "VNI", format!("logical router {}", router.name), path)
    });
    let all: Vec<_> = networks.chain(routers).collect();
    for ((_, earlier_kind, earlier, _), (number, kind, what, path)) in
        repeated(all.iter().map(|entry| (entry.0, entry)))
    {
        findings.push(
            Finding::of(
                &RULE,
                what,
                path,
                format!("{kind} {number} is also the {earlier_kind} of {earlier}"),
            )
            .because("VNIs and network ids of networks and logical routers are numbers of one list")
            .fix(format!("give {what} a {kind} that is free")),
        );
    }
}
