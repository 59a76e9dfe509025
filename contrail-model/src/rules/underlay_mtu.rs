//! U2 underlay-mtu.

use super::{Context, Rule};
use crate::fabric::{Fabric, Facts, NetworkId, TunnelKind};
use crate::limits;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "U2",
    name: "underlay-mtu",
    severity: Severity::Error,
    holds: "Hypervisors and devices can carry the largest packet of a workload with its tunnel around it.",
    why: "A tunnel adds 50 bytes (VXLAN), 32 (MPLSoUDP) or 28 (MPLSoGRE) to the inner packet. The outer packet is never \
        fragmented: the vRouter fragments the inner one or answers that it is too large, and a switch drops what does \
        not fit without a word.",
    broken_by: "Workloads with an MTU of 1500 behind a spine with an MTU of 1500.",
    remedy: "Raise the MTU of the underlay, or lower that of the network.",
    references: &["tf-vrouter, vr_nexthop.c: tunnel overhead", "RFC 7348 4.3"],
    depends_on: Facts::ROUTERS,
    check,
};

/// What the largest packet of a workload takes in the underlay, and why.
#[derive(Clone, Copy)]
struct Largest {
    bytes: u16,
    network: NetworkId,
    tunnel: TunnelKind,
}

impl Largest {
    fn of(fabric: &Fabric, network: NetworkId) -> Self {
        let is_routed = !fabric.routers_of(network).is_empty();
        let preferred = fabric.encapsulation_priority.first().copied().filter(|_| !is_routed);
        let tunnel = preferred.unwrap_or(TunnelKind::Vxlan);
        Self { bytes: fabric.networks[network].mtu + tunnel.overhead(), network, tunnel }
    }

    fn is_too_large(&self, fabric: &Fabric, mtu: u16) -> bool {
        limits::room(mtu, self.tunnel.overhead()) < fabric.networks[self.network].mtu
    }

    fn or_larger(self, other: Option<Self>) -> Option<Self> {
        other.filter(|other| other.bytes >= self.bytes).or(Some(self))
    }
}

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let used = fabric.networks.ids().filter(|id| !fabric.workloads_of(*id).is_empty());
    let Some(most) = used.map(|id| Largest::of(fabric, id).bytes).max() else { return };
    let servers = fabric.servers.iter().map(|(_, server)| server.mtu);
    if servers.chain(fabric.devices.iter().map(|(_, device)| device.mtu)).all(|mtu| mtu >= most) {
        return;
    }
    let mut anywhere = None;
    let mut on_host = vec![None; fabric.servers.len()];
    for (_, workload) in fabric.workloads.iter() {
        let largest = Largest::of(fabric, workload.interface.network);
        anywhere = largest.or_larger(anywhere);
        if let Some(here) = on_host.get_mut(workload.host.index()) {
            *here = largest.or_larger(*here);
        }
    }
    let mut carries = |name: &str, path: String, mtu: u16, largest: Option<Largest>| {
        let Some(Largest { bytes, network, tunnel }) =
            largest.filter(|largest| largest.is_too_large(fabric, mtu))
        else {
            return;
        };
        let (network, overhead, tunnel) = (&fabric.networks[network], tunnel.overhead(), tunnel.name());
        findings.push(
            Finding::of(&RULE, name, path, format!("an MTU of {mtu} is too small: {bytes} is needed"))
                .because(format!(
                    "a packet of {} bytes in {} takes {overhead} more in {tunnel}",
                    network.mtu, network.name
                ))
                .fix(format!("raise the MTU of {name}, or lower that of {}", network.name)),
        );
    };
    for ((id, server), largest) in fabric.servers.iter().zip(on_host) {
        carries(&server.name, format!("servers[{}].mtu", id.index()), server.mtu, largest);
    }
    for (id, device) in fabric.devices.iter() {
        carries(&device.name, format!("devices[{}].mtu", id.index()), device.mtu, anywhere);
    }
}
