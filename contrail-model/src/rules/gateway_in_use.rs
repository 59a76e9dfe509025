//! I5 gateway-in-use: no interface has the address of its subnet's gateway.
//!
//! Why: the gateway's address is on the IRBs; a host with the same address would answer ARP for it, and take all
//! traffic that leaves the subnet. Contrail reserves it.
//!
//! Broken by a controller with 10.1.10.1 in a subnet with that gateway. Remedy: give the host another address.

use super::{Context, Rule};
use crate::fabric::Address;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I5",
    name: "gateway-in-use",
    severity: Severity::Error,
    references: &["Contrail API: the subnet's default_gateway is reserved"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut interface = |name: &str, address: &Address, path: String| {
        let network = &fabric.networks[address.network];
        let gateway = network.subnets.iter().any(|subnet| subnet.gateway == Some(address.address));
        if gateway {
            findings.push(
                Finding::of(
                    &RULE,
                    name,
                    path,
                    format!("{} is the gateway of {}", address.address, network.name),
                )
                .because("the gateway's address belongs to the routers of the network")
                .fix(format!("give {name} another address in {}", network.name)),
            );
        }
    };
    for (id, server) in fabric.servers.iter() {
        for (index, address) in server.addresses.iter().enumerate() {
            let path = format!("servers[{}].addresses[{index}].address", id.index());
            interface(&server.name, address, path);
        }
        if let Some(vhost0) = &server.vhost0 {
            interface(&server.name, vhost0, format!("servers[{}].vhost0.address", id.index()));
        }
    }
    for (id, workload) in fabric.workloads.iter() {
        let path = format!("workloads[{}].address", id.index());
        interface(&workload.name, &workload.interface, path);
    }
}
