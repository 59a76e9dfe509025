//! P10 aggregate-number.

use std::collections::BTreeMap;

use super::{Context, Rule, repeated};
use crate::fabric::{DeviceId, Facts, PortGroup};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P10",
    name: "aggregate-number",
    severity: Severity::Error,
    holds: "Port groups of a device have different ae numbers, and there are enough of them.",
    why: "An aggregated interface is one port group's. Contrail answers 400 to a number that is taken on the device, \
        and gives 128 of them to each.",
    broken_by: "Port groups `ctl1` and `ctl2` that both ask for ae5 on leaf1.",
    remedy: "Take another number, or leave it to Contrail.",
    references: &[
        "tf-controller, resources/virtual_port_group.py: ae_num",
        "tf-controller, vnc_db.py: ae ids",
    ],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let groups = || fabric.port_groups.iter().filter(|(_, group)| group.is_aggregate());
    let chosen = groups().flat_map(|(id, group)| group.ae_numbers.iter().map(move |at| (*at, (id, *at))));
    for ((earlier, _), (id, (device, number))) in repeated(chosen) {
        let [group, earlier] = [id, earlier].map(|id| &fabric.port_groups[id].name);
        let device = &fabric.devices[device].name;
        findings.push(
            Finding::of(
                &RULE,
                &**group,
                format!("port_groups[{}].ae_numbers.{device}", id.index()),
                format!("ae{number} of {device} is taken by {earlier}"),
            )
            .because("an aggregated interface belongs to one port group")
            .fix(format!("give {group} or {earlier} another number on {device}, or none")),
        );
    }
    let mut counts: BTreeMap<DeviceId, usize> = BTreeMap::new();
    for device in groups().flat_map(|(_, group)| group.devices()) {
        *counts.entry(device).or_default() += 1;
    }
    for (id, count) in counts.into_iter().filter(|(_, count)| *count > usize::from(PortGroup::AE_NUMBERS)) {
        let device = &fabric.devices[id].name;
        findings.push(
            Finding::of(
                &RULE,
                &**device,
                format!("devices[{}]", id.index()),
                format!("{count} port groups need an aggregated interface on {device}"),
            )
            .because(format!("a device has {} of them, from ae0", PortGroup::AE_NUMBERS))
            .fix("attach some of the servers elsewhere, or by one port only"),
        );
    }
}
