//! I1 unique-name.

use super::{Context, Rule, repeated};
use crate::fabric::{Facts, Name};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I1",
    name: "unique-name",
    severity: Severity::Error,
    holds: "No two objects of a kind have the same name.",
    why: "Everything refers to objects by name; with two of a name, one of them would silently be meant. \
        Contrail refuses a second object with the same fully qualified name.",
    broken_by: "Two devices called `leaf1`.",
    remedy: "Rename one.",
    references: &["Contrail API: fq_name is unique"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut list = |kind: &str, names: Vec<&Name>| {
        for ((earlier, _), (index, name)) in
            repeated(names.iter().copied().enumerate().map(|(index, name)| (name, (index, name))))
        {
            findings.push(
                Finding::of(
                    &RULE,
                    &**name,
                    format!("{kind}[{index}].name"),
                    format!("the name is taken by {kind}[{earlier}]"),
                )
                .because("references go to the first object of a name")
                .fix(format!("rename {kind}[{index}] or {kind}[{earlier}]")),
            );
        }
    };
    list("devices", fabric.devices.iter().map(|(_, device)| &device.name).collect());
    list("networks", fabric.networks.iter().map(|(_, network)| &network.name).collect());
    list("port_groups", fabric.port_groups.iter().map(|(_, group)| &group.name).collect());
    list("servers", fabric.servers.iter().map(|(_, server)| &server.name).collect());
    list("workloads", fabric.workloads.iter().map(|(_, workload)| &workload.name).collect());
    list("virtual_services", fabric.virtual_services.iter().map(|(_, service)| &service.name).collect());
    list("logical_routers", fabric.routers.iter().map(|(_, router)| &router.name).collect());
}
