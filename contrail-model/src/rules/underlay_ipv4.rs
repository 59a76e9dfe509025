//! U4 underlay-ipv4.

use std::net::IpAddr;

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "U4",
    name: "underlay-ipv4",
    severity: Severity::Error,
    holds: "The ends of tunnels, loopbacks and vhost0, have IPv4 addresses.",
    why: "vRouters and the devices that Contrail configures tunnel over IPv4. IPv6 is for what is in the tunnels.",
    broken_by: "A leaf with loopback 2001:db8::11.",
    remedy: "Give it an IPv4 address.",
    references: &[
        "tf-vrouter, vr_nexthop.c: tunnels over IPv4",
        "tf-controller, fabric.py: loopback subnets",
    ],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut end = |name: &str, path: String, address: Option<IpAddr>| {
        let Some(address) = address.filter(IpAddr::is_ipv6) else { return };
        findings.push(
            Finding::of(&RULE, name, path, format!("{address} cannot be the end of a tunnel"))
                .because("the underlay's tunnels are IPv4")
                .fix(format!("give {name} an IPv4 address there")),
        );
    };
    for (id, device) in fabric.devices.iter() {
        end(&device.name, format!("devices[{}].loopback", id.index()), device.loopback);
    }
    for (id, server) in fabric.servers.iter() {
        let vhost0 = server.vhost0.as_ref().map(|vhost0| vhost0.address);
        end(&server.name, format!("servers[{}].vhost0.address", id.index()), vhost0);
    }
}
