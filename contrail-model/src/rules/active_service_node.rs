//! M4 active-service-node.

use super::{Context, Rule};
use crate::fabric::{Facts, ServerKind};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "M4",
    name: "active-service-node",
    severity: Severity::Warning,
    holds: "Of several service nodes the one with the lowest address is also the first as text.",
    why: "One service node is active, and the agents find it by sorting addresses as text: 10.1.1.10 stands before \
        10.1.1.9. Who expects the lowest number looks at the wrong one, and places a logical router by it.",
    broken_by: "Service nodes 10.1.1.9 and 10.1.1.10.",
    remedy: "Addresses with the same number of digits.",
    references: &["tf-controller, agent: the lowest address of the TSN list, as text, is the master"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let nodes = fabric.servers.iter().filter(|(_, server)| server.kind == ServerKind::ServiceNode);
    let lowest = nodes.filter_map(|(id, server)| Some((server.vhost0.as_ref()?.address, id))).min();
    let (Some((address, lowest)), Some(active)) = (lowest, fabric.active_service_node()) else { return };
    if lowest == active {
        return;
    }
    let [lowest, name] = [lowest, active].map(|id| &fabric.servers[id].name);
    findings.push(
        Finding::of(
            &RULE,
            &**name,
            format!("servers[{}].vhost0.address", active.index()),
            format!("{name} is the active service node, and not {lowest} with the lower address"),
        )
        .because(format!("as text its address stands before {address}"))
        .fix(format!("give {name} or {lowest} another address, or know that {name} answers")),
    );
}
