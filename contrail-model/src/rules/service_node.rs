//! M1 service-node.

use std::collections::BTreeMap;

use super::{Context, Rule, few};
use crate::fabric::{Facts, NetworkId, ServerKind};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "M1",
    name: "service-node",
    severity: Severity::Error,
    holds: "Where a bare-metal server gets its address by DHCP there is a service node with vhost0.",
    why: "The server's broadcast is replicated to those who have announced the network's VNI with a type-3 route. Of \
        Contrail that is the service node (CSN): it answers in the place of the vRouter that a bare-metal server does \
        not have.",
    broken_by: "A bare-metal server in a fabric without a service node.",
    remedy: "Add a service node, or set `dhcp: false` on the subnet if the server's address is configured.",
    references: &["the article, round 2: the CSN is the DHCP server of bare metal", "RFC 7432 11"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    if fabric.active_service_node().is_some() {
        return;
    }
    let mut asking: BTreeMap<NetworkId, Vec<&str>> = BTreeMap::new();
    for (_, server) in fabric.servers.iter().filter(|(_, server)| server.kind == ServerKind::BareMetal) {
        for address in &server.addresses {
            let subnet = fabric.networks[address.network].subnet_of(address.address);
            if subnet.is_some_and(|subnet| subnet.dhcp) {
                asking.entry(address.network).or_default().push(&server.name);
            }
        }
    }
    for (network, servers) in asking {
        let name = &fabric.networks[network].name;
        findings.push(
            Finding::of(
                &RULE,
                &**name,
                format!("networks[{}]", network.index()),
                format!("nobody answers DHCP in {name}"),
            )
            .because(format!(
                "there is no service node with vhost0, and bare metal asks: {}",
                few(&servers, ", ")
            ))
            .fix("add a server of kind service-node with vhost0, or set dhcp: false on the subnet"),
        );
    }
}
