//! I3 address-in-subnet.

use super::{Context, Rule, interfaces};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I3",
    name: "address-in-subnet",
    severity: Severity::Error,
    holds: "An address lies in a subnet of its network, and a gateway in its own subnet.",
    why: "A host reaches its neighbours and its gateway by ARP or neighbour discovery within its subnet; an \
        address outside of every subnet reaches nobody. Contrail refuses an instance IP outside of the network's subnets.",
    broken_by: "A controller with 10.1.11.11 in a network of 10.1.10.0/24.",
    remedy: "Correct the address or the subnet.",
    references: &["RFC 826", "RFC 4861 5.2", "Contrail API: instance-ip is in a subnet of its network"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (name, address, place) in interfaces(fabric) {
        let network = &fabric.networks[address.network];
        if network.subnet_of(address.address).is_some() {
            continue;
        }
        let subnets: Vec<String> = network.subnets.iter().map(|subnet| subnet.prefix.to_string()).collect();
        let has = if subnets.is_empty() { "no subnet".to_owned() } else { subnets.join(", ") };
        findings.push(
            Finding::of(
                &RULE,
                &**name,
                place.to_string(),
                format!("{} is in no subnet of {}", address.address, network.name),
            )
            .because(format!("{} has {has}", network.name))
            .fix(format!("correct the address, or add its subnet to {}", network.name)),
        );
    }
    for (id, network) in fabric.networks.iter() {
        for (index, subnet) in network.subnets.iter().enumerate() {
            let Some(gateway) = subnet.gateway.filter(|gateway| !subnet.prefix.contains(gateway)) else {
                continue;
            };
            let path = format!("networks[{}].subnets[{index}].gateway", id.index());
            findings.push(
                Finding::of(
                    &RULE,
                    &*network.name,
                    path,
                    format!("gateway {gateway} is outside of its subnet {}", subnet.prefix),
                )
                .because("hosts look for a gateway in their own subnet")
                .fix(format!("take a gateway address in {}", subnet.prefix)),
            );
        }
    }
}
