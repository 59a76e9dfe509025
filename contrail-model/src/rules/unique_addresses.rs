//! I2 unique-address: no two interfaces of a network, and no two loopbacks, have the same address.
//!
//! Why: ARP would answer for either; two VTEPs with one address would attract each other's traffic.
//!
//! Broken by two leaves with loopback 10.255.0.11. Remedy: give one of them another address.

use super::{Context, Rule, repeated};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I2",
    name: "unique-address",
    severity: Severity::Error,
    references: &["RFC 5227", "RFC 7348 4"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let loopbacks = fabric.devices.iter().filter_map(|(id, device)| Some((device.loopback?, id)));
    for (earlier, later) in repeated(loopbacks) {
        let (earlier, device) = (&fabric.devices[earlier].name, &fabric.devices[later]);
        let address = device.loopback.map(|loopback| loopback.to_string()).unwrap_or_default();
        findings.push(
            Finding::of(
                &RULE,
                &*device.name,
                format!("devices[{}].loopback", later.index()),
                format!("loopback {address} is also that of {earlier}"),
            )
            .because("the loopback is the device's VTEP")
            .fix(format!("give {} or {earlier} a loopback of its own", device.name)),
        );
    }

    let mut interfaces = Vec::new();
    for (id, server) in fabric.servers.iter() {
        for (index, address) in server.addresses.iter().enumerate() {
            let path = format!("servers[{}].addresses[{index}].address", id.index());
            interfaces.push((&server.name, address, path));
        }
        if let Some(vhost0) = &server.vhost0 {
            interfaces.push((&server.name, vhost0, format!("servers[{}].vhost0.address", id.index())));
        }
    }
    for (id, workload) in fabric.workloads.iter() {
        let path = format!("workloads[{}].address", id.index());
        interfaces.push((&workload.name, &workload.interface, path));
    }
    let keyed = interfaces.iter().map(|at| ((at.1.network, at.1.address), at));
    for ((earlier, _, _), (name, address, path)) in repeated(keyed) {
        let network = &fabric.networks[address.network].name;
        findings.push(
            Finding::of(
                &RULE,
                &***name,
                path,
                format!("address {} in {network} is also that of {earlier}", address.address),
            )
            .because("both would answer ARP for it")
            .fix(format!("give {name} or {earlier} another address in {network}")),
        );
    }
}
