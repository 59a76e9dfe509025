//! U3 tunnel-destinations.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Context, Rule, few};
use crate::fabric::{Facts, NetworkId};
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
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let gateways = || fabric.devices.iter().filter(|(_, device)| device.terminates_mpls());
    let Some((_, gateway)) = gateways().next().filter(|_| !fabric.tunnel_destinations.is_empty()) else {
        return;
    };
    let is_outside =
        |address: &IpAddr| fabric.tunnel_destinations.iter().all(|prefix| !prefix.contains(address));
    let because = format!("{} makes tunnels to addresses in these only", gateway.name);
    let mut by_network: BTreeMap<NetworkId, Vec<&str>> = BTreeMap::new();
    for (_, server) in fabric.servers.iter() {
        if let Some(vhost0) = server.vhost0.as_ref().filter(|vhost0| is_outside(&vhost0.address)) {
            by_network.entry(vhost0.network).or_default().push(&server.name);
        }
    }
    for (id, servers) in by_network {
        let network = &fabric.networks[id].name;
        findings.push(
            Finding::of(
                &RULE,
                &**network,
                format!("networks[{}].subnets", id.index()),
                format!("vhost0 of {} is in no prefix of tunnel_destinations", few(&servers, ", ")),
            )
            .because(&*because)
            .fix(format!("add the subnets of {network} to tunnel_destinations")),
        );
    }
    for (id, device) in gateways() {
        let Some(loopback) = device.loopback.filter(is_outside) else { continue };
        findings.push(
            Finding::of(
                &RULE,
                &*device.name,
                format!("devices[{}].loopback", id.index()),
                format!("loopback {loopback} is in no prefix of tunnel_destinations"),
            )
            .because(&*because)
            .fix(format!("add {loopback}/32 to tunnel_destinations")),
        );
    }
}
