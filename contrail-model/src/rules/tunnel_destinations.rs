//! U3 tunnel-destinations.

use std::net::IpAddr;

use super::{Context, Rule};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "U3",
    name: "tunnel-destinations",
    severity: Severity::Error,
    holds: "Where a DC gateway makes tunnels on demand, its destinations hold each hypervisor's vhost0 and the loopback \
        of each DC gateway.",
    why: "A DC gateway has MPLS tunnels only to addresses in `ip_fabric_subnets`; a route whose next hop is elsewhere \
        stays hidden, and what comes from outside for its workloads is dropped.",
    broken_by: "`tunnel_destinations: [10.1.1.0/24]` with hypervisors of another rack in 10.1.2.0/24.",
    remedy: "Add the prefix of the rack's underlay.",
    references: &["tf-controller, juniper_junos_overlay_bgp.j2: dynamic-tunnels destination-networks"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let gateways = || fabric.devices.iter().filter(|(_, device)| device.terminates_mpls());
    let Some((_, gateway)) = gateways().next().filter(|_| !fabric.tunnel_destinations.is_empty()) else {
        return;
    };
    let mut destination = |name: &str, path: String, address: IpAddr| {
        if fabric.tunnel_destinations.iter().any(|prefix| prefix.contains(&address)) {
            return;
        }
        findings.push(
            Finding::of(
                &RULE,
                name,
                path,
                format!("{address} of {name} is in no prefix of tunnel_destinations"),
            )
            .because(format!("{} makes tunnels to addresses in these only", gateway.name))
            .fix(format!("add the prefix of {address} to tunnel_destinations")),
        );
    };
    for (id, server) in fabric.servers.iter() {
        if let Some(vhost0) = &server.vhost0 {
            destination(&server.name, format!("servers[{}].vhost0.address", id.index()), vhost0.address);
        }
    }
    for (id, device) in gateways() {
        if let Some(loopback) = device.loopback {
            destination(&device.name, format!("devices[{}].loopback", id.index()), loopback);
        }
    }
}
