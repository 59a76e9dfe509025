//! I2 unique-address.

use super::{Context, Rule, interfaces, repeated};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I2",
    name: "unique-address",
    severity: Severity::Error,
    holds: "No two interfaces of a network, and no two loopbacks, have the same address.",
    why: "Both would answer ARP, or neighbour discovery, for it; two VTEPs with one address would attract each other's traffic.",
    broken_by: "Two leaves with loopback 10.255.0.11.",
    remedy: "Give one of them another address.",
    references: &["RFC 5227", "RFC 4862 5.4", "RFC 7348 4"],
    depends_on: Facts::empty(),
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

    let keyed = interfaces(fabric).map(|at| ((at.1.network, at.1.address), at));
    for ((earlier, _, _), (name, address, place)) in repeated(keyed) {
        let network = &fabric.networks[address.network].name;
        findings.push(
            Finding::of(
                &RULE,
                &**name,
                place.to_string(),
                format!("address {} in {network} is also that of {earlier}", address.address),
            )
            .because("both would answer ARP or neighbour discovery for it")
            .fix(format!("give {name} or {earlier} another address in {network}")),
        );
    }
}
