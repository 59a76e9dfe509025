//! P8 lag-without-lacp.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P8",
    name: "lag-without-lacp",
    severity: Severity::Warning,
    holds: "A port group of several ports speaks LACP.",
    why: "Device manager configures LACP, active, on every aggregated interface, whatever the group says. A server \
        that does not answer has no link. On several devices LACP is also what keeps a server from using a port that \
        belongs to something else.",
    broken_by: "`lacp: false` on a port group with two ports.",
    remedy: "Turn LACP on, on the group and on the server's bond.",
    references: &["tf-controller, l2_gateway_feature.py: LAGs are always lacp-enabled"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter().filter(|(_, group)| group.is_aggregate() && !group.lacp) {
        findings.push(
            Finding::of(
                &RULE,
                &*group.name,
                format!("port_groups[{}].lacp", id.index()),
                format!("{} ports are aggregated without LACP", group.ports.len()),
            )
            .because("device manager configures LACP on them all the same")
            .fix(format!("turn LACP on for {} and for the bond of what is attached", group.name)),
        );
    }
}
