//! The limits that decide placement, each once: the tracer asks them, and through it the rules and the planner.

use crate::fabric::{DeviceId, Fabric, NetworkId, PortGroup, ServerId, VlanBinding, WorkloadId};

/// L1. The access interface by which `device` reaches `server` in `network`, if it is VXLAN-enabled: then the
/// device can neither encapsulate nor decapsulate VXLAN that passes it (the article, round 1: "no further VXLAN
/// operations are allowed on the device that has an access interface associated with that same VNI").
///
/// A VLAN of a port group is always tied to a network and so to a VNI; what is left to ask is whether the tunnel
/// passes such an interface of this device.
pub(crate) fn vxlan_behind_access(
    fabric: &Fabric,
    device: DeviceId,
    server: ServerId,
    network: NetworkId,
) -> Option<(&PortGroup, &VlanBinding)> {
    let (_, binding) = fabric.access(device, server, network)?;
    Some((&fabric.port_groups[fabric.servers[server].port_group], binding))
}

/// The largest packet inside that passes on a link, where `overhead` bytes are added to it; all in bytes of IP packets.
pub(crate) const fn room(mtu: u16, overhead: u16) -> u16 {
    mtu.saturating_sub(overhead)
}

/// L5. Whether distributed SNAT is the only way between a workload and the underlay, so that a flow to the
/// workload cannot be opened from there.
pub(crate) fn only_behind_snat(fabric: &Fabric, workload: WorkloadId) -> bool {
    let at = fabric.workloads[workload].interface.network;
    let network = &fabric.networks[at];
    let is_routed = fabric.routers_of(at).iter().any(|router| {
        let router = &fabric.routers[*router];
        router.networks.len() > 1
            && router
                .extended_to
                .iter()
                .any(|device| fabric.devices[*device].routes_tenants() && fabric.is_up(*device))
    });
    network.fabric_snat && !network.ip_fabric_forwarding && !is_routed
}
