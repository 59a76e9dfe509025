//! L4 way-back.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};
use crate::trace::Drop;

pub(super) static RULE: Rule = Rule {
    id: "L4",
    name: "way-back",
    severity: Severity::Error,
    holds: "The host of a service knows the way to the overlay network that it talks to.",
    why: "The fabric may route perfectly, but a controller without a route to the overlay network drops its \
        own packets, or sends them to a default gateway that knows nothing of it. The article: \"we need \
        to make sure that we have a static route in the API network to reach back\".",
    broken_by: "A controller without a route to the octavia network.",
    remedy: "A static route via the gateway of the network that the service is in.",
    references: &["the article, rounds 1 and 2: a static route back to the overlay network"],
    depends_on: Facts::FLOWS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for dropped in context.drops(Some(RULE.id)) {
        let Some(Drop::NoRoute { destination, network: Some(network), .. }) = dropped.reason() else {
            continue;
        };
        let Some(id) = fabric.server_named(dropped.at) else { continue };
        let server = &fabric.servers[id];
        let via = server
            .addresses
            .iter()
            .find_map(|address| fabric.networks[address.network].subnet_of(address.address)?.gateway);
        let to = fabric.network_named(network).and_then(|id| fabric.networks[id].subnet_of(*destination));
        let fix = match (to, via) {
            (Some(to), Some(via)) => format!("add the route {} via {via} to {}", to.prefix, server.name),
            _ => format!("give {} a route to {network}", server.name),
        };
        findings.push(
            Finding::of(
                &RULE,
                &*server.name,
                format!("servers[{}].routes", id.index()),
                format!("{} has no route to {destination} in {network}", server.name),
            )
            .because(format!("required: {}", dropped.flows()))
            .fix(fix),
        );
    }
}
