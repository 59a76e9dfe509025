//! L2 underlay-subnet-per-rack.

use std::collections::BTreeMap;

use super::{Context, Rule};
use crate::fabric::{Facts, NetworkId, ServerId};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "L2",
    name: "underlay-subnet-per-rack",
    severity: Severity::Error,
    holds: "The hypervisors of a vhost0 network are all behind the same leaf or pair of leaves.",
    why: "Within a network that spans racks, tunnel packets between vRouters would be bridged over VXLAN, \
        that is, put into VXLAN a second time. Confined to a rack, the network ends there and tunnel \
        packets are routed (the article, round 2; Contrail does not check it).",
    broken_by: "Vhost0 addresses of two racks in one network.",
    remedy: "A network with its own subnet for each rack.",
    references: &["the article, round 2: several subnets, each confined to a single rack or pair of leaves"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut by_network: BTreeMap<NetworkId, Vec<ServerId>> = BTreeMap::new();
    for (id, server) in fabric.servers.iter() {
        if let Some(vhost0) = &server.vhost0 {
            by_network.entry(vhost0.network).or_default().push(id);
        }
    }
    for (network, servers) in by_network {
        let racks = context.fabric.racks(&servers);
        let [first, second, ..] = racks.as_slice() else { continue };
        let network_at = &fabric.networks[network];
        findings.push(
            Finding::of(
                &RULE,
                &*network_at.name,
                format!("networks[{}]", network.index()),
                format!("vhost0 network {} spans {} racks", network_at.name, racks.len()),
            )
            .because(format!(
                "it is behind {} and behind {}",
                fabric.names_of(first),
                fabric.names_of(second)
            ))
            .fix("give each rack a network with a subnet of its own, routed on its leaves"),
        );
    }
}
