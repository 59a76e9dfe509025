//! A leaf, spine or gateway: what comes in on a port, and what goes out to a server.

mod bridge;
mod tunnel;
mod underlay;
mod vrf;

use std::net::IpAddr;

use crate::fabric::{DeviceId, Name, NetworkId, ServerId};
use crate::limits;
use crate::trace::step::{Route, RouteKind, Step, Table};
use crate::trace::verdict::Drop;
use crate::trace::walk::{Emission, Ingress, Node, Outcomes, Walker, Work, access_link};
use ipnet::IpNet;

/// Where a device got a packet from, as far as it matters for what it may do with it.
#[derive(Clone, Copy)]
pub(super) enum From {
    /// This device made the packet, or took it out of a tunnel.
    Here,
    Access(ServerId, NetworkId),
    Fabric,
}

impl Walker<'_> {
    pub(super) fn at_device(&self, device: DeviceId, ingress: Ingress, work: Work) -> Outcomes {
        match ingress {
            Ingress::Access(server, network) => {
                let work = self.receives_on_access(device, server, network, work);
                self.bridge(device, network, From::Access(server, network), work)
            }
            _ => self.route_in_underlay(device, From::Fabric, work),
        }
    }

    fn receives_on_access(&self, device: DeviceId, server: ServerId, network: NetworkId, work: Work) -> Work {
        let fabric = self.fabric;
        let Some((port, binding)) = fabric.access(device, server, network) else { return work };
        let tag = if binding.untagged { "untagged " } else { "" };
        let (name, vni) = (&fabric.networks[network].name, fabric.networks[network].vni);
        let on = format!(
            "access port {}, {tag}VLAN {} of network {name} (VNI {vni})",
            port.interface, binding.vlan
        );
        work.step(Step::Receive { on })
    }

    /// Out of the access port to a server. VXLAN that was made here cannot leave so (L1).
    pub(super) fn out_of_access(
        &self,
        device: DeviceId,
        server: ServerId,
        network: NetworkId,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        if work.is_encapsulated_here
            && let Some(reason) = self.behind_access(device, server, network, false)
        {
            return self.drop(here, work, reason);
        }
        let to = &fabric.servers[server].name;
        let Some((port, binding)) = fabric.access(device, server, network) else {
            return self.drop(here, work, Drop::NoTunnelEnd { of: to.clone() });
        };
        let group = &fabric.port_groups[fabric.servers[server].port_group].name;
        work.packet.set_vlan(self.tag(binding, group));
        let emission = Emission {
            link: access_link(&fabric.devices[device].name, &port.interface, to),
            is_fabric_link: false,
            to: Node::Server(server),
            ingress: Ingress::PortGroup,
        };
        vec![(work, Ok(emission))]
    }

    /// L1, as a reason.
    pub(super) fn behind_access(
        &self,
        device: DeviceId,
        server: ServerId,
        network: NetworkId,
        decapsulate: bool,
    ) -> Option<Drop> {
        let fabric = self.fabric;
        let (group, binding) = limits::vxlan_behind_access(fabric, device, server, network)?;
        Some(Drop::VxlanBehindAccess {
            device: fabric.devices[device].name.clone(),
            decapsulate,
            port_group: group.name.clone(),
            vlan: binding.vlan,
            network: fabric.networks[network].name.clone(),
            vni: fabric.networks[network].vni.get(),
            server: fabric.servers[server].name.clone(),
        })
    }
}

/// The step of finding a network that the device has an IRB of.
fn connected(table: Table, destination: IpAddr, to: IpNet, network: &Name) -> Step {
    let chosen = Route { to, kind: RouteKind::Connected, next_hop: format!("the IRB of {network}") };
    Step::Lookup { table, destination, chosen, passed_over: Vec::new() }
}
