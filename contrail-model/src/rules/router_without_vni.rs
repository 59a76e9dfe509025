//! R6 router-without-vni.

use super::{Context, Rule};
use crate::fabric::{Facts, RouterType};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R6",
    name: "router-without-vni",
    severity: Severity::Warning,
    holds: "A logical router that devices route for is given its VNI.",
    why: "Without one Contrail takes the network id of the router's internal network, which is known only afterwards; \
        gateways that are configured by hand, and other fabrics, have to be told. What is traced here has a number \
        that is free.",
    broken_by: "A logical router without `vni`.",
    remedy: "Choose a VNI that is free.",
    references: &["tf-controller, device_manager/db.py: the VNI of internal networks"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, router) in context.fabric.routers.iter() {
        if router.vni_is_given || router.kind != RouterType::VxlanRouting {
            continue;
        }
        findings.push(
            Finding::of(
                &RULE,
                &*router.name,
                format!("logical_routers[{}].vni", id.index()),
                "the logical router has no VNI of its own",
            )
            .because(format!("{} stands in for the number that Contrail would choose", router.vni))
            .fix("give it a VNI that is free"),
        );
    }
}
