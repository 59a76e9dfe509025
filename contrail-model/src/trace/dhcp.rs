//! The DHCP conversation of a bare-metal server with its service node: a broadcast that leaves replicate to the service
//! node over VXLAN, and an offer that comes back the same way (the article, round 2; tf-controller's agent in mode
//! `tsn`).

use std::net::{IpAddr, Ipv4Addr};

use super::conversation::Traced;
use super::note::{BridgeTo, Domain, Interface, Into, Source, Step, TunnelEnd, TunnelId};
use super::packet::{Headers, Packet, Shim};
use super::verdict::Drop;
use super::walk::{Walker, Work, mac_of};
use crate::fabric::{
    Address, DeviceId, Endpoint, Fabric, NetworkId, Protocol, ServerId, ServerKind, TunnelKind,
};
use contrail_wire::MacAddr;

/// RFC 2131, section 4.1.
const CLIENT: u16 = 68;
const SERVER: u16 = 67;
const ASSIGNED: Source = Source::Assigned("DHCP (RFC 2131)");

/// What a DHCP conversation is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dhcp<'f> {
    pub(super) client: ServerId,
    pub(super) interface: &'f Address,
}

impl Fabric {
    /// The conversation that a flow stands for, if it is one.
    pub(super) fn dhcp(&self, flow: &Traced<'_>) -> Option<Dhcp<'_>> {
        let Endpoint::Server(client, index) = flow.from.1 else { return None };
        let interface = self.servers[client].addresses.get(index)?;
        (flow.protocol == Protocol::Dhcp).then_some(Dhcp { client, interface })
    }

    /// The address that DHCP is answered from in a network.
    pub(super) fn dhcp_server_address(&self, interface: &Address) -> Option<IpAddr> {
        let subnet = self.networks[interface.network].subnet_of(interface.address)?;
        subnet.service_address.or(subnet.gateway)
    }

    /// The devices that a device replicates a network's broadcasts to: all others with a type-3 route for its VNI.
    pub(crate) fn flood_list(&self, device: DeviceId, network: NetworkId) -> Vec<DeviceId> {
        let takes_part = |other: &DeviceId| {
            *other != device && self.devices[*other].loopback.is_some() && self.takes_part(*other, network)
        };
        self.devices.ids().filter(takes_part).collect()
    }
}

impl Dhcp<'_> {
    /// DHCPDISCOVER, without a link header.
    pub(super) fn discover(self, headers: &mut Headers) -> Packet {
        let ends = [
            (Ipv4Addr::UNSPECIFIED.into(), Source::NoAddressYet),
            (Ipv4Addr::BROADCAST.into(), Source::Broadcast),
        ];
        let ports = [(CLIENT, ASSIGNED), (SERVER, ASSIGNED)];
        headers.opening(Protocol::Dhcp, ends, ports, false, self.discover_message())
    }

    /// DHCPOFFER, without a link header.
    pub(super) fn offer(self, fabric: &Fabric, headers: &mut Headers) -> Packet {
        let server = fabric.dhcp_server_address(self.interface).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let ends = [
            (server, Source::ServiceAddress(self.interface.network)),
            (self.interface.address, Source::Offered(self.client)),
        ];
        let ports = [(SERVER, ASSIGNED), (CLIENT, ASSIGNED)];
        headers.opening(Protocol::Dhcp, ends, ports, true, self.offer_message(fabric))
    }
}

impl Walker<'_> {
    /// The client's broadcast.
    pub(super) fn dhcp_discover(&mut self, Dhcp { client, interface }: Dhcp<'_>, work: Work) {
        let own = mac_of(interface, Interface::Server(client, interface.network));
        self.out_of_server(client, interface.network, work, own, (MacAddr::BROADCAST, Source::Broadcast));
    }

    /// A broadcast in a network on a device. Of its copies the one for the service node is followed.
    pub(super) fn flood(&mut self, device: DeviceId, network: NetworkId, mut work: Work) {
        let fabric = self.fabric;
        let Some(node) = fabric.active_service_node() else {
            return self.drop(work, Drop::NoServiceNode { network: fabric.networks[network].name.clone() });
        };
        let to = self.devices(fabric.flood_list(device, network));
        self.step(&mut work, Step::Flood { network, to, followed: node });
        let because = "ingress replication, by the service node's type-3 route";
        let domain = Domain::Network(network);
        self.encapsulate_vxlan(device, work, (domain, "EVPN type-3"), TunnelEnd::Vrouter(node), because);
    }

    /// A broadcast out of VXLAN at a vRouter: DHCP, if it is the service node.
    pub(super) fn broadcast_at_vrouter(&mut self, server: ServerId, network: NetworkId, mut work: Work) {
        let fabric = self.fabric;
        let at = &fabric.servers[server];
        if at.kind != ServerKind::ServiceNode || self.protocol != Protocol::Dhcp {
            let destination = self.destination(&work);
            return self.drop(work, Drop::NotForUs { destination });
        }
        let id = TunnelId::Vni(fabric.networks[network].vni);
        let into = Into::Dhcp(network);
        self.step(&mut work, Step::Decapsulate { tunnel: TunnelKind::Vxlan, id, into });
        self.deliver(work, &at.name);
    }

    /// The service node's offer, back to the leaf that the client's broadcast came from.
    pub(super) fn dhcp_offer(&mut self, dhcp: Dhcp<'_>, server: ServerId, mut work: Work) {
        let fabric = self.fabric;
        let Dhcp { client, interface } = dhcp;
        let network = interface.network;
        if fabric.dhcp_server_address(interface).is_none() {
            let missing =
                format!("the address that DHCP is answered from in {}", fabric.networks[network].name);
            return self.undetermined(work, missing);
        }
        let to = mac_of(interface, Interface::Server(client, network));
        self.set_link(&mut work, fabric.vhost0_mac(server), to);
        let carries = |leaf: &DeviceId| fabric.access(*leaf, client, network).is_some();
        for leaf in fabric.leaves_of(client).filter(carries) {
            let Some(loopback) = fabric.devices[leaf].loopback else {
                self.drop(work, Drop::NoTunnelEnd { of: fabric.devices[leaf].name.clone() });
                continue;
            };
            let mut work = work;
            let to = BridgeTo::Vteps(self.devices([leaf]));
            self.step(&mut work, Step::Bridge { network, mac: interface.mac, to });
            let vni = fabric.networks[network].vni;
            let shim = Shim::Vxlan((vni, Source::VniOf(Domain::Network(network), "EVPN type-2")));
            let because = "back to the leaf that the broadcast came from";
            let end = (loopback, TunnelEnd::Device(leaf));
            self.tunnel_from_vrouter(server, work, (TunnelKind::Vxlan, shim), end, because);
        }
    }
}
