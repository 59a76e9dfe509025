//! I5 gateway-in-use.

use super::{Context, Rule, interfaces};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I5",
    name: "gateway-in-use",
    severity: Severity::Error,
    holds: "No interface has the address of its subnet's gateway.",
    why: "The gateway's address is on the IRBs; a host with the same address would answer for it, and \
        take all traffic that leaves the subnet. Contrail reserves it.",
    broken_by: "A controller with 10.1.10.1 in a subnet with that gateway.",
    remedy: "Give the host another address.",
    references: &["Contrail API: the subnet's default_gateway is reserved"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (name, address, place) in interfaces(fabric) {
        let network = &fabric.networks[address.network];
        if network.subnets.iter().all(|subnet| subnet.gateway != Some(address.address)) {
            continue;
        }
        findings.push(
            Finding::of(
                &RULE,
                &**name,
                place.to_string(),
                format!("{} is the gateway of {}", address.address, network.name),
            )
            .because("the gateway's address belongs to the routers of the network")
            .fix(format!("give {name} another address in {}", network.name)),
        );
    }
}
