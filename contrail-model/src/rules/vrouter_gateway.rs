//! U1 vrouter-gateway.

use std::collections::BTreeMap;

use super::{Context, Rule, few};
use crate::fabric::{DeviceId, Facts, NetworkId};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "U1",
    name: "vrouter-gateway",
    severity: Severity::Error,
    holds: "The subnet of vhost0 has a gateway, and each leaf that the server is attached to has its IRB.",
    why: "Tunnel packets to other subnets follow the vRouter's gateway. Where the server's own leaf does not route \
        them, they are bridged to one that does, that is, put into VXLAN a second time.",
    broken_by: "A hypervisor behind leaf3 and leaf4, whose vhost0 network is routed on leaf3 only.",
    remedy: "Underlay IRBs of the network on all leaves of the rack, and the gateway's address in the subnet.",
    references: &[
        "contrail-vrouter-agent.conf: VIRTUAL-HOST-INTERFACE gateway",
        "the article, round 2: underlay subnets are confined to a pair of leaves, which route",
    ],
    depends_on: Facts::UNDERLAY,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    // By network, subnet and the leaves without its IRB: the servers there.
    let mut lost: BTreeMap<(NetworkId, usize, Vec<DeviceId>), Vec<&str>> = BTreeMap::new();
    for (id, server) in fabric.servers.iter() {
        let Some(vhost0) = &server.vhost0 else { continue };
        let mut subnets = fabric.networks[vhost0.network].subnets.iter();
        // Without a subnet it is I3.
        let Some(subnet) = subnets.position(|subnet| subnet.prefix.contains(&vhost0.address)) else {
            continue;
        };
        let leaves = fabric.leaves_of(id).filter(|leaf| !fabric.has_underlay_irb(*leaf, vhost0.network));
        let leaves: Vec<DeviceId> = leaves.collect();
        lost.entry((vhost0.network, subnet, leaves)).or_default().push(&server.name);
    }
    for ((id, index, leaves), servers) in lost {
        let network = &fabric.networks[id];
        let Some(subnet) = network.subnets.get(index) else { continue };
        let servers = few(&servers, ", ");
        findings.push(match subnet.gateway {
            None => Finding::of(
                &RULE,
                &*network.name,
                format!("networks[{}].subnets[{index}]", id.index()),
                format!("vhost0 of {servers} has no gateway"),
            )
            .because(format!("subnet {} of {} has none", subnet.prefix, network.name))
            .fix("give the subnet the gateway that its IRBs have"),
            Some(_) if leaves.is_empty() => continue,
            Some(gateway) => {
                let leaves = fabric.names_of(&leaves);
                Finding::of(
                    &RULE,
                    &*network.name,
                    format!("networks[{}].underlay_irb", id.index()),
                    format!("the gateway {gateway} of vhost0 is not on {leaves}"),
                )
                .because(format!("attached there, with vhost0 in {}: {servers}", network.name))
                .fix(format!("add {leaves} to underlay_irb of {}", network.name))
            }
        });
    }
}
