//! The DHCP conversation of a bare-metal server with its service node: a broadcast that leaves replicate to the service
//! node over VXLAN, and an offer that comes back the same way (the article, round 2; tf-controller's agent in mode
//! `tsn`).

use std::net::{IpAddr, Ipv4Addr};

use super::conversation::Traced;
use super::packet::{PacketHeaders, Shim, Sourced};
use super::source::Source;
use super::step::Step;
use super::verdict::{Drop, Verdict};
use super::walk::{Node, Outcomes, Walker, Work};
use crate::fabric::{
    Address, DeviceId, Endpoint, Fabric, Name, NetworkId, Protocol, ServerId, ServerKind, TunnelKind,
};
use contrail_wire::MacAddr;

/// RFC 2131, section 4.1.
const CLIENT: u16 = 68;
const SERVER: u16 = 67;

/// What a DHCP conversation is about.
#[derive(Clone, Debug)]
pub(super) struct Dhcp {
    pub(super) client: ServerId,
    pub(super) interface: Address,
}

impl Fabric {
    /// The conversation that a flow stands for, if it is one.
    pub(super) fn dhcp(&self, flow: &Traced) -> Option<Dhcp> {
        let Endpoint::Server(client, index) = flow.from.1 else { return None };
        let interface = self.servers[client].addresses.get(index)?.clone();
        (flow.protocol == Protocol::Dhcp).then_some(Dhcp { client, interface })
    }

    /// The address that DHCP is answered from in a network.
    fn dhcp_server_address(&self, interface: &Address) -> Option<IpAddr> {
        let subnet = self.networks[interface.network].subnet_of(interface.address)?;
        subnet.service_address.or(subnet.gateway)
    }
}

impl Dhcp {
    /// DHCPDISCOVER, without a link header.
    pub(super) fn discover(&self) -> PacketHeaders {
        let ends = [
            (Ipv4Addr::UNSPECIFIED.into(), Source::NoAddressYet),
            (Ipv4Addr::BROADCAST.into(), Source::Broadcast),
        ];
        let ports =
            [(CLIENT, Source::Assigned("DHCP (RFC 2131)")), (SERVER, Source::Assigned("DHCP (RFC 2131)"))];
        PacketHeaders::opening(Protocol::Dhcp, ends, ports, false)
    }

    /// DHCPOFFER, without a link header.
    pub(super) fn offer(&self, fabric: &Fabric) -> PacketHeaders {
        let network = fabric.networks[self.interface.network].name.clone();
        let server = fabric.dhcp_server_address(&self.interface).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let client = fabric.servers[self.client].name.clone();
        let ends: [Sourced<IpAddr>; 2] = [
            (server, Source::ServiceAddress { network }),
            (self.interface.address, Source::Offered { to: client }),
        ];
        let ports =
            [(SERVER, Source::Assigned("DHCP (RFC 2131)")), (CLIENT, Source::Assigned("DHCP (RFC 2131)"))];
        PacketHeaders::opening(Protocol::Dhcp, ends, ports, true)
    }
}

impl Walker<'_> {
    /// The client's broadcast.
    pub(super) fn dhcp_discover(&self, dhcp: &Dhcp, work: Work) -> Outcomes {
        let fabric = self.fabric;
        let interface = &dhcp.interface;
        let network = &fabric.networks[interface.network].name;
        let of = format!("{} in {network}", fabric.servers[dhcp.client].name).into();
        let own = Source::InterfaceMac { of, given: interface.mac_is_given };
        let to = (MacAddr::BROADCAST, Source::Broadcast);
        self.out_of_server(dhcp.client, interface.network, work, (interface.mac, own), to)
    }

    /// A broadcast in a network on a device. Of its copies the one for the service node is followed.
    pub(super) fn flood(&self, device: DeviceId, network: NetworkId, work: Work) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.networks[network];
        let here = Node::Device(device);
        let Some(node) = fabric.active_service_node() else {
            return self.drop(here, work, Drop::NoServiceNode { network: at.name.clone() });
        };
        let server = &fabric.servers[node];
        let end: (Option<IpAddr>, Name) = (
            server.vhost0.as_ref().map(|vhost0| vhost0.address),
            format!("vhost0 of {}", server.name).into(),
        );
        let leaves = fabric.flood_list(device, network);
        let mut to = fabric.device_names(&leaves);
        to.push(server.name.clone());
        let work = work.step(Step::Flood { network: at.name.clone(), to, followed: server.name.clone() });
        let what = format!("network {}", at.name).into();
        let vni = (at.vni, Source::VniOf { what, route: "EVPN type-3" });
        self.encapsulate_vxlan(
            device,
            work,
            vni,
            end,
            "ingress replication, by the service node's type-3 route",
        )
    }

    /// A broadcast out of VXLAN at a vRouter: DHCP, if it is the service node.
    pub(super) fn broadcast_at_vrouter(&self, server: ServerId, network: NetworkId, work: Work) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.servers[server];
        if at.kind != ServerKind::ServiceNode || self.protocol != Protocol::Dhcp {
            let destination = self.destination(&work);
            return self.drop(Node::Server(server), work, Drop::NotForUs { destination });
        }
        let network = &fabric.networks[network];
        let id = format!("VNI {}", network.vni);
        let into = format!("DHCP for network {}", network.name);
        let work = work.step(Step::Decapsulate { tunnel: TunnelKind::Vxlan, id, into });
        vec![(work, Err(Verdict::Delivered { to: at.name.clone() }))]
    }

    /// The service node's offer, back to the leaf that the client's broadcast came from.
    pub(super) fn dhcp_offer(&self, dhcp: &Dhcp, server: ServerId, mut work: Work) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Server(server);
        let interface = &dhcp.interface;
        let network = &fabric.networks[interface.network];
        if fabric.dhcp_server_address(interface).is_none() {
            let missing = format!("the address that DHCP is answered from in {}", network.name);
            return vec![(work, Err(Verdict::Undetermined { at: self.name(here), missing }))];
        }
        let client = &fabric.servers[dhcp.client];
        let of = format!("{} in {}", client.name, network.name).into();
        let source = Source::InterfaceMac { of, given: interface.mac_is_given };
        work.packet.set_link(self.vhost0_mac(server), (interface.mac, source));
        let carries = |leaf: &DeviceId| fabric.access(*leaf, dhcp.client, interface.network).is_some();
        let leaves = fabric.leaves_of(dhcp.client).into_iter().filter(carries);
        let offers = leaves.flat_map(|leaf| {
            let leaf = &fabric.devices[leaf];
            let Some(loopback) = leaf.loopback else {
                return self.drop(here, work.clone(), Drop::NoTunnelEnd { of: leaf.name.clone() });
            };
            let to = format!("VTEP of {}", leaf.name);
            let work =
                work.clone().step(Step::Bridge { network: network.name.clone(), mac: interface.mac, to });
            let what = format!("network {}", network.name).into();
            let shim = Shim::Vxlan((network.vni, Source::VniOf { what, route: "EVPN type-2" }));
            let (id, end) = (format!("VNI {}", network.vni), format!("loopback of {}", leaf.name).into());
            let because = "back to the leaf that the broadcast came from";
            self.tunnel_from_vrouter(server, work, TunnelKind::Vxlan, shim, id, (loopback, end), because)
        });
        offers.collect()
    }
}

impl Fabric {
    /// The devices that a device replicates a network's broadcasts to: all others with a type-3 route for its VNI.
    pub(crate) fn flood_list(&self, device: DeviceId, network: NetworkId) -> Vec<DeviceId> {
        let takes_part = |other: &DeviceId| {
            *other != device && self.devices[*other].loopback.is_some() && self.takes_part(*other, network)
        };
        self.devices.ids().filter(takes_part).collect()
    }
}
