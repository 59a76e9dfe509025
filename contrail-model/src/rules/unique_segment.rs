//! P9 unique-segment.

use super::{Context, Rule, repeated};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P9",
    name: "unique-segment",
    severity: Severity::Error,
    holds: "No two port groups have the same UUID.",
    why: "The Ethernet segment identifier and the LACP system identifier are made from it. Two groups with the same \
        would be one segment: the devices would elect one forwarder for both, and take each other's MAC addresses for \
        their own.",
    broken_by: "A port group copied with its UUID.",
    remedy: "Write down the UUID that Contrail has for each.",
    references: &["RFC 7432 5", "tf-controller, device_manager/db.py: the ESI is made from the group's UUID"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let groups =
        fabric.port_groups.iter().filter_map(|(id, group)| Some((group.uuid.as_ref()?, (id, group))));
    for ((_, earlier), (id, group)) in repeated(groups) {
        findings.push(
            Finding::of(
                &RULE,
                &*group.name,
                format!("port_groups[{}].uuid", id.index()),
                format!("the UUID is also that of {}", earlier.name),
            )
            .because("both would be the same Ethernet segment")
            .fix(format!(
                "write down the UUID that Contrail has for {}, and for {}",
                group.name, earlier.name
            )),
        );
    }
}
