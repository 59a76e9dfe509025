//! M2 bare-metal-gateway.

use std::collections::BTreeSet;

use super::{Context, Rule};
use crate::fabric::{Facts, ServerKind};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "M2",
    name: "bare-metal-gateway",
    severity: Severity::Warning,
    holds: "The gateway that a bare-metal server is given by DHCP is the address of an IRB.",
    why: "The service node hands out the subnet's default gateway as the default route (option 3). On devices that \
        address comes with an IRB, which a logical router or an underlay IRB makes; without one nobody answers for it.",
    broken_by: "A bare-metal server in a network that is in no logical router, with a gateway.",
    remedy: "Join the network by a logical router that is extended, or take the gateway out.",
    references: &[
        "the article, round 2: the default gateway is the IRB of the ironic network",
        "tf-controller, agent services/dhcp_handler.cc: router option",
    ],
    depends_on: Facts::ROUTERS.union(Facts::UNDERLAY),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut seen = BTreeSet::new();
    for (_, server) in fabric.servers.iter().filter(|(_, server)| server.kind == ServerKind::BareMetal) {
        for address in &server.addresses {
            let network = &fabric.networks[address.network];
            let subnets = network.subnets.iter().enumerate();
            let mut own =
                subnets.filter(|(_, subnet)| subnet.dhcp && subnet.prefix.contains(&address.address));
            let Some((index, subnet)) = own.next() else { continue };
            let routers = fabric.routers_of(address.network).iter();
            let has_irb = !network.underlay_irb.is_empty()
                || routers.copied().any(|router| {
                    let mut devices = fabric.routers[router].extended_to.iter();
                    devices.any(|device| fabric.has_irb(router, *device, address.network))
                });
            let Some(gateway) = subnet.gateway.filter(|_| !has_irb) else { continue };
            if !seen.insert((address.network, index)) {
                continue;
            }
            findings.push(
                Finding::of(
                    &RULE,
                    &*network.name,
                    format!("networks[{}].subnets[{index}].gateway", address.network.index()),
                    format!("no device has an IRB with the gateway {gateway}"),
                )
                .because(format!("{} gets it as its default route by DHCP", server.name))
                .fix(format!("join {} by a logical router that is extended to devices", network.name)),
            );
        }
    }
}
