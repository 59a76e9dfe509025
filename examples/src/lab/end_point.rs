//! The end of MPLS tunnels in user space, since the kernel of the machine may have neither MPLS nor GRE: `contrail-wire` puts
//! packets into MPLSoUDP and MPLSoGRE, and takes them out.
//!
//! A VRF's namespace routes into a TUN device what goes into tunnels; what this program makes of it leaves by the routing table
//! of the vRouter or gateway. What arrives there in a tunnel goes into the TUN device of the VRF that its label leads to.

use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use contrail_model::document::{Document, Server};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::{Decoder, IpProtocol, LinkType, MplsPayload, PacketMut};
use socket2::{Domain, Protocol, Socket, Type};
use tappers::{Interface, Tun};

use super::configured::Configured;
use super::helper::{READY, say};
use super::l3vpn::{LabelledRoute, LabelledVrf};
use super::namespaces::failed;
use crate::program::Stop;

/// The largest IPv4 packet, in bytes.
const LARGEST: usize = 65_535;

/// What a raw socket is of that sends packets with the header they have (`IPPROTO_RAW`).
const WITH_HEADER: IpProtocol = IpProtocol(255);

/// The TUN device of a VRF.
pub(super) fn interface(vni: u32) -> String {
    format!("mpls{vni}")
}

/// The end of tunnels of a vRouter or gateway.
struct EndPoint {
    vrfs: Vec<LabelledVrf>,
    /// Whether a label leads to an interface, as on a vRouter, and not to a routing table.
    is_switching: bool,
}

/// Runs until something fails. The TUN devices are then there, and can be taken to their VRFs.
pub(super) fn run(document: &Document, node: &str) -> Result<(), Stop> {
    let end_point = EndPoint::of(document, node)?;
    let fail = |error: io::Error| failed(node, error);
    // The kernel would say of packets in UDP that nobody wants them.
    let _ports = [UdpHeader::MPLS, UdpHeader::MPLS_LEGACY]
        .map(|port| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)))
        .into_iter()
        .collect::<io::Result<Vec<_>>>()
        .map_err(fail)?;
    let (failures, failure) = channel();
    end_point.start(&failures).map_err(fail)?;
    say(READY).map_err(Stop::Output)?;
    failure.recv().map_or(Ok(()), |error| Err(fail(error)))
}

impl EndPoint {
    fn of(document: &Document, node: &str) -> Result<Self, Stop> {
        let fabric = super::document::fabric(document)?;
        let is_switching = document.servers.iter().any(|Server { name, .. }| name == node);
        let configured = Configured::new(document, fabric.routes(), &[]);
        Ok(Self { vrfs: configured.labelled_vrfs(node), is_switching })
    }

    fn start(self, failures: &Sender<io::Error>) -> io::Result<()> {
        let mut devices = Vec::new();
        for LabelledVrf { vrf, .. } in &self.vrfs {
            devices.push(Tun::new_named(Interface::new(interface(vrf.vni))?)?);
        }
        let shared = Arc::new((self, devices));
        for index in 0..shared.1.len() {
            let (shared, socket) = (Arc::clone(&shared), raw(WITH_HEADER)?);
            work(failures, move || shared.0.send(index, &shared.1, &socket));
        }
        for protocol in [IpProtocol::UDP, IpProtocol::GRE] {
            let (shared, mut socket) = (Arc::clone(&shared), raw(protocol)?);
            work(failures, move || shared.0.receive(&mut socket, &shared.1));
        }
        Ok(())
    }

    /// What comes from a VRF.
    fn send(&self, index: usize, devices: &[Tun], socket: &Socket) -> io::Result<()> {
        let (Some(vrf), Some(device)) = (self.vrfs.get(index), devices.get(index)) else { return Ok(()) };
        let mut buffer = vec![0; LARGEST];
        loop {
            let length = device.recv(&mut buffer)?;
            if let Some((next_hop, packet)) = encapsulate(vrf, buffer.get(..length).unwrap_or_default()) {
                // Where there is no way to it, it is lost, as in a kernel.
                let _ = socket.send_to(&packet, &SocketAddrV4::new(next_hop, 0).into());
            }
        }
    }

    /// What comes in a protocol that may be a tunnel.
    fn receive(&self, socket: &mut Socket, devices: &[Tun]) -> io::Result<()> {
        let mut buffer = vec![0; LARGEST];
        loop {
            let length = socket.read(&mut buffer)?;
            if let Some((index, packet)) = self.decapsulate(buffer.get(..length).unwrap_or_default())
                && let Some(device) = devices.get(index)
            {
                // A device that is not up yet takes none.
                let _ = device.send(&packet);
            }
        }
    }

    /// The VRF that the label of a packet leads to, and what is inside.
    fn decapsulate(&self, packet: &[u8]) -> Option<(usize, Vec<u8>)> {
        let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
        let outer = decoder.ip(packet).ok()?;
        let label = outer.tunnel()?.labels()?.top().label();
        let index = self.vrfs.iter().position(|vrf| vrf.labels.contains(&label))?;
        let mut inner = outer.payload().to_vec();
        if self.is_switching {
            // The kernel behind the TUN device routes once more than a vRouter does.
            let give_back = |inner: PacketMut<'_>| {
                if let Some(ipv4) = inner.ipv4 {
                    ipv4.time_to_live = ipv4.time_to_live.saturating_add(1);
                }
            };
            decoder.edit(LinkType::RawIp, &mut inner, 0, give_back).ok()?;
        }
        Some((index, inner))
    }
}

/// A packet of a VRF in the tunnel of the longest prefix that it is for, and where that ends.
fn encapsulate(vrf: &LabelledVrf, inner: &[u8]) -> Option<(Ipv4Addr, Vec<u8>)> {
    let destination = Decoder::new().ip(inner).ok()?.destination_ip()?;
    let routes = vrf.routes.iter().filter(|route| route.prefix.contains(&destination));
    let LabelledRoute { next_hop, tunnel, .. } = routes.max_by_key(|route| route.prefix.prefix_len())?;
    let start = tunnel.headroom();
    let mut buffer = vec![0; start];
    buffer.extend_from_slice(inner);
    let packet = tunnel.stamp(&mut buffer, start).ok()?;
    Some((*next_hop, packet.to_vec()))
}

/// A socket for whole IPv4 packets.
fn raw(protocol: IpProtocol) -> io::Result<Socket> {
    Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(i32::from(protocol.0))))
}

/// Goes on beside others until it fails.
fn work(failures: &Sender<io::Error>, job: impl FnOnce() -> io::Result<()> + Send + 'static) {
    let failures = failures.clone();
    thread::spawn(move || {
        if let Err(error) = job() {
            let _ = failures.send(error);
        }
    });
}

#[cfg(test)]
mod tests {
    use contrail_model::{Fabric, Flow};
    use contrail_wire::{Checksum, Header};

    use super::*;

    const FABRIC: &str = include_str!("../../fabrics/dc-gateway.yaml");

    fn end_point(fabric: &str, node: &str) -> EndPoint {
        EndPoint::of(&Document::from_yaml(fabric).unwrap(), node).unwrap()
    }

    /// What the trace has on a link, without its Ethernet header.
    fn traced(fabric: &str, from: &str, to: &str) -> Vec<u8> {
        let fabric = Fabric::from_yaml(fabric).unwrap();
        let trace = fabric.trace(&Flow::tcp("web-1", "outside1", 443)).unwrap();
        let frames = trace.frames();
        let frame = frames.iter().find(|frame| **frame.from == *from && **frame.to == *to).unwrap();
        let decoder = Decoder::new();
        let packet = decoder.ethernet(&frame.bytes).unwrap();
        let (start, _) = packet.headers().find(|(_, header)| matches!(header, Header::Ipv4(..))).unwrap();
        frame.bytes[start..].to_vec()
    }

    /// What a vRouter's kernel routes into the tunnel.
    fn inner(fabric: &str) -> Vec<u8> {
        let mut packet = traced(fabric, "web-1", "compute1");
        Decoder::new()
            .edit(LinkType::RawIp, &mut packet, 0, |packet| packet.ipv4.unwrap().time_to_live -= 1)
            .unwrap();
        packet
    }

    fn in_gre() -> String {
        FABRIC.replace("[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]")
    }

    #[test]
    fn a_vrouter_sends_what_the_trace_has_on_its_cable() {
        for fabric in [FABRIC, &in_gre()] {
            let vrouter = end_point(fabric, "compute1");
            let (next_hop, packet) = encapsulate(&vrouter.vrfs[0], &inner(fabric)).unwrap();
            assert_eq!(next_hop, Ipv4Addr::new(10, 255, 0, 21));
            assert_eq!(packet, traced(fabric, "compute1", "leaf1"));
        }
    }

    #[test]
    fn a_gateway_takes_out_what_a_vrouter_puts_in() {
        for fabric in [FABRIC, &in_gre()] {
            let [vrouter, gateway] = ["compute1", "dcgw1"].map(|node| end_point(fabric, node));
            let (_, packet) = encapsulate(&vrouter.vrfs[0], &inner(fabric)).unwrap();
            assert_eq!(gateway.decapsulate(&packet), Some((0, inner(fabric))));
            assert_eq!(vrouter.decapsulate(&packet), None, "the label is the gateway's");
        }
    }

    #[test]
    fn a_vrouter_gives_a_workload_the_packet_with_the_hops_that_it_came_with_and_one_for_the_kernel() {
        let [vrouter, gateway] = ["compute1", "dcgw1"].map(|node| end_point(FABRIC, node));
        let mut back = inner(FABRIC);
        let turned = |packet: PacketMut<'_>| {
            let ipv4 = packet.ipv4.unwrap();
            std::mem::swap(&mut ipv4.source_address, &mut ipv4.destination_address);
        };
        Decoder::new().edit(LinkType::RawIp, &mut back, 0, turned).unwrap();
        let (_, mut packet) = encapsulate(&gateway.vrfs[0], &back).unwrap();
        let to_older =
            |packet: PacketMut<'_>| packet.udp.unwrap().destination_port.set(UdpHeader::MPLS_LEGACY);
        for _ in 0..2 {
            let (_, inner) = vrouter.decapsulate(&packet).unwrap();
            let decoder = Decoder::new();
            let came = decoder.ip(&inner).unwrap();
            assert_eq!(came.ipv4().unwrap().header.time_to_live, 64);
            assert_eq!(
                (came.network_checksum(), came.transport_checksum()),
                (Checksum::Right, Checksum::Right)
            );
            Decoder::new().edit(LinkType::RawIp, &mut packet, 0, to_older).unwrap();
        }
    }

    #[test]
    fn the_longest_prefix_wins_and_what_has_none_goes_nowhere() {
        let mut vrf = end_point(FABRIC, "compute1").vrfs.remove(0);
        let next_hop = Ipv4Addr::new(10, 255, 0, 22);
        let tunnel = vrf.routes[0].tunnel;
        let prefix = "198.51.100.11/32".parse().unwrap();
        vrf.routes.insert(0, LabelledRoute { prefix, next_hop, tunnel });
        let towards = |last: [u8; 4]| {
            let mut packet = inner(FABRIC);
            let readdress = |packet: PacketMut<'_>| packet.ipv4.unwrap().destination_address = last.into();
            Decoder::new().edit(LinkType::RawIp, &mut packet, 0, readdress).unwrap();
            encapsulate(&vrf, &packet).map(|(next_hop, _)| next_hop)
        };
        assert_eq!(towards([198, 51, 100, 11]), Some(next_hop));
        assert_eq!(towards([198, 51, 100, 12]), Some(Ipv4Addr::new(10, 255, 0, 21)));
        assert_eq!(towards([203, 0, 113, 1]), None);
    }
}
