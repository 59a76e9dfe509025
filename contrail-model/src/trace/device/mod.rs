//! A leaf, spine or gateway: what comes in on a port, and what goes out to a server.

mod bridge;
mod tunnel;
mod underlay;
mod vrf;

use ipnet::IpNet;

use crate::fabric::{DeviceId, NetworkId, Port, ServerId};
use crate::limits;
use crate::trace::note::{Ingress, Link, NextHop, Node, Route, Step};
use crate::trace::step::RouteKind;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work, tag};

/// Where a device got a packet from, as far as it matters for what it may do with it.
#[derive(Clone, Copy)]
pub(super) enum From {
    /// This device made the packet, or took it out of a tunnel.
    Here,
    Access(ServerId, NetworkId),
    Fabric,
}

impl Walker<'_> {
    pub(super) fn at_device(&mut self, device: DeviceId, ingress: Ingress, mut work: Work) {
        match ingress {
            Ingress::Access(server, network) => {
                self.step(&mut work, Step::Receive { device, server, network });
                self.bridge(device, network, From::Access(server, network), work);
            }
            _ => self.route_in_underlay(device, From::Fabric, work),
        }
    }

    /// Out of the access port to a server. VXLAN that was made here cannot leave so (L1).
    pub(super) fn out_of_access(
        &mut self,
        device: DeviceId,
        server: ServerId,
        network: NetworkId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        if work.is_encapsulated_here
            && let Some(reason) = self.behind_access(device, server, network, false)
        {
            return self.drop(work, reason);
        }
        let group = fabric.servers[server].port_group;
        let is_here = |port: &Port| port.device == device && fabric.is_port_up(port);
        let port = fabric.port_groups[group].ports.iter().position(is_here);
        let (Some(port), Some((_, binding))) = (port, fabric.access(device, server, network)) else {
            return self.drop(work, Drop::NoTunnelEnd { of: fabric.servers[server].name.clone() });
        };
        self.notes.headers.set_vlan(&mut work.packet, tag(binding, group));
        self.emit(work, Link::Access { server, port }, Node::Server(server), Ingress::PortGroup);
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

/// The route to a network that the device has an IRB of.
fn connected(to: IpNet, network: NetworkId) -> Route {
    Route { to, kind: RouteKind::Connected, next_hop: NextHop::Irb(network) }
}
