//! I9 vni-ignored.

use super::{Context, Rule};
use crate::fabric::{Facts, VniMode};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I9",
    name: "vni-ignored",
    severity: Severity::Warning,
    holds: "In automatic mode no network is given a VNI other than its network id.",
    why: "Contrail stores the number and uses the network id: what is configured on other devices by hand, with the \
        number that is written down, does not meet what Contrail configures.",
    broken_by: "`vni: 5001` and `network_id: 7` with `vni_mode: automatic`.",
    remedy: "Leave the VNI out, or set `vni_mode: configured`.",
    references: &[
        "tf-controller, device_manager/db.py: the VNI by vxlan_network_identifier_mode",
        "tf-controller, agent oper/vn.cc: the same",
    ],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    if fabric.vni_mode != VniMode::Automatic {
        return;
    }
    for (id, network) in fabric.networks.iter() {
        let Some(ignored) = network.configured_vni.filter(|vni| *vni != network.vni) else { continue };
        findings.push(
            Finding::of(
                &RULE,
                &*network.name,
                format!("networks[{}].vni", id.index()),
                format!("VNI {ignored} is not used: the VNI is {}", network.vni),
            )
            .because(format!("vni_mode is automatic, and the network id is {}", network.vni))
            .fix("leave vni out, or set vni_mode: configured"),
        );
    }
}
