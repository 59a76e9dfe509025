//! U1 vrouter-gateway.

use super::{Context, Rule};
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
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, server) in fabric.servers.iter() {
        let Some(vhost0) = &server.vhost0 else { continue };
        let network = &fabric.networks[vhost0.network];
        // Without a subnet it is I3.
        let Some(subnet) = network.subnet_of(vhost0.address) else { continue };
        let mut leaves = fabric.leaves_of(id);
        leaves.retain(|leaf| !fabric.has_underlay_irb(*leaf, vhost0.network));
        let path = format!("servers[{}].vhost0", id.index());
        let finding = match subnet.gateway {
            None => {
                Finding::of(&RULE, &*server.name, path, format!("vhost0 of {} has no gateway", server.name))
                    .because(format!("subnet {} of {} has none", subnet.prefix, network.name))
                    .fix(format!("give the subnet the gateway that the IRBs of {} have", network.name))
            }
            Some(_) if leaves.is_empty() => continue,
            Some(gateway) => {
                let leaves = fabric.names_of(&leaves);
                let message = format!("the gateway {gateway} of vhost0 is not on {leaves}");
                Finding::of(&RULE, &*server.name, path, message)
                    .because(format!(
                        "{} is attached to {leaves}, without an underlay IRB of {}",
                        server.name, network.name
                    ))
                    .fix(format!("add {leaves} to underlay_irb of {}", network.name))
            }
        };
        findings.push(finding);
    }
}
