//! A packet on the way: real headers, and for each field where its value comes from.

use std::net::IpAddr;

use contrail_wire::flow::FlowHash;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::GreHeader;
use contrail_wire::tunnel::mpls::MplsEntry;
use contrail_wire::tunnel::vxlan::VxlanHeader;
use contrail_wire::{EtherType, Header, IpProtocol, Label, Layer, MacAddr, Vni, frame};

use super::note::Source;
use crate::fabric::Protocol;

/// More than all headers of a traced packet and a DHCP message behind them take.
const LARGEST: usize = 1536;

/// A header, and where the values of the fields come from that this fabric and flow decide.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotedHeader {
    pub(super) header: Header<'static>,
    /// In the order of [`sourced_fields`].
    sources: [Option<Source>; 2],
    /// The place of the same header with one hop less to live, once there is one.
    after_hop: Option<u32>,
}

impl NotedHeader {
    /// Where a field's value comes from, if the fabric or the flow decide it.
    pub(super) fn source(&self, field: &str) -> Option<&Source> {
        let place = sourced_fields(self.header.layer()).iter().position(|name| *name == field)?;
        self.sources.get(place)?.as_ref()
    }
}

/// The fields of a header that the fabric and the flow decide.
const fn sourced_fields(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Vlan => &["vlan_id"],
        Layer::Ethernet | Layer::Ipv4 | Layer::Ipv6 => &["source_address", "destination_address"],
        Layer::Tcp | Layer::Udp => &["source_port", "destination_port"],
        Layer::Vxlan => &["vni"],
        Layer::Mpls => &["label"],
        _ => &[],
    }
}

/// A packet, as the places of its headers in the list of a trace: innermost first, so that what is put around it goes
/// on top.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Packet {
    places: [u32; Self::MOST],
    depth: u8,
    /// The place of its payload among those of the trace, if it has one.
    payload: Option<usize>,
}

impl PartialEq for Packet {
    fn eq(&self, other: &Self) -> bool {
        self.payload == other.payload && self.innermost_first() == other.innermost_first()
    }
}

impl Packet {
    /// As many headers as a traced packet has at most, and one more: two of a link, IP, two of a tunnel, two of a link,
    /// IP, transport.
    const MOST: usize = 10;

    fn push(&mut self, place: u32) {
        if let Some(slot) = self.places.get_mut(usize::from(self.depth)) {
            *slot = place;
            self.depth += 1;
        }
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn innermost_first(&self) -> &[u32] {
        self.places.get(..self.depth()).unwrap_or_default()
    }

    fn depth(&self) -> usize {
        self.depth.into()
    }
}

/// A value and where it comes from.
pub(super) type Sourced<T> = (T, Source);

/// What a tunnel puts behind the outer IP header.
#[derive(Clone, Copy)]
pub(super) enum Shim {
    Vxlan(Sourced<Vni>),
    MplsOverUdp(Sourced<Label>),
    MplsOverGre(Sourced<Label>),
}

/// Which end of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Source,
    Destination,
}

/// All headers of a trace, and what packets carry behind them. A header that changes on the way is noted anew.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    noted: Vec<NotedHeader>,
    payloads: Vec<Vec<u8>>,
}

impl Headers {
    pub(super) fn with_capacity(headers: usize) -> Self {
        Self { noted: Vec::with_capacity(headers), payloads: Vec::new() }
    }

    /// The headers of a packet, outermost first.
    pub(super) fn of<'h>(&'h self, packet: &'h Packet) -> impl Iterator<Item = &'h NotedHeader> + Clone {
        let places = packet.innermost_first().iter().rev();
        places.filter_map(|place| usize::try_from(*place).ok().and_then(|place| self.noted.get(place)))
    }

    fn headers<'h>(&'h self, packet: &'h Packet) -> impl Iterator<Item = &'h Header<'static>> + Clone {
        self.of(packet).map(|noted| &noted.header)
    }

    /// The packet's bytes, with all headers as they stand.
    pub(super) fn encode<'b>(&self, packet: &Packet, buffer: &'b mut [u8; LARGEST]) -> &'b [u8] {
        let mut length = 0;
        for header in self.headers(packet) {
            let rest = buffer.get_mut(length..).unwrap_or_default();
            if header.encode(rest).is_err() {
                return &[];
            }
            length += header.len();
        }
        let payload = self.payload(packet);
        let end = length + payload.len();
        let Some(room) = buffer.get_mut(length..end) else { return &[] };
        room.copy_from_slice(payload);
        buffer.get(..end).unwrap_or_default()
    }

    /// What stands behind a packet's headers.
    pub(super) fn payload(&self, packet: &Packet) -> &[u8] {
        packet.payload.and_then(|place| self.payloads.get(place)).map_or(&[], Vec::as_slice)
    }

    /// A packet that is not tunnelled, with a payload.
    pub(super) fn carrying(&mut self, packet: Packet, payload: Vec<u8>) -> Packet {
        self.complete(&packet, &payload);
        self.payloads.push(payload);
        Packet { payload: Some(self.payloads.len() - 1), ..packet }
    }

    pub(super) fn bytes(&self, packet: &Packet) -> Vec<u8> {
        self.encode(packet, &mut [0; LARGEST]).to_vec()
    }

    fn note(&mut self, header: Header<'static>, sources: [Option<Source>; 2]) -> u32 {
        let place = u32::try_from(self.noted.len()).unwrap_or(u32::MAX);
        self.noted.push(NotedHeader { header, sources, after_hop: None });
        place
    }

    fn push(&mut self, packet: &mut Packet, header: Header<'static>, sources: [Option<Source>; 2]) {
        packet.push(self.note(header, sources));
    }

    fn at(&mut self, place: u32) -> Option<&mut NotedHeader> {
        usize::try_from(place).ok().and_then(|place| self.noted.get_mut(place))
    }

    /// A packet that opens a flow, or answers it: IP and transport, without a link header.
    pub(super) fn opening(
        &mut self,
        protocol: Protocol,
        [from, to]: [Sourced<IpAddr>; 2],
        [from_port, to_port]: [Sourced<u16>; 2],
        is_answer: bool,
    ) -> Packet {
        let mut packet = Packet::default();
        let (ip_protocol, transport) = match protocol {
            Protocol::Tcp => {
                let flags = if is_answer { TcpFlags::SYN | TcpFlags::ACK } else { TcpFlags::SYN };
                let mut header = TcpHeader::new(from_port.0, to_port.0, flags);
                header.acknowledgment_number.set(is_answer.into());
                (IpProtocol::TCP, Header::Tcp(header, &[]))
            }
            Protocol::Udp | Protocol::Dhcp => {
                (IpProtocol::UDP, Header::Udp(UdpHeader::new(from_port.0, to_port.0)))
            }
        };
        self.push(&mut packet, transport, [Some(from_port.1), Some(to_port.1)]);
        self.push_ip(&mut packet, from, to, ip_protocol);
        self.complete(&packet, &[]);
        packet
    }

    fn push_ip(
        &mut self,
        packet: &mut Packet,
        from: Sourced<IpAddr>,
        to: Sourced<IpAddr>,
        protocol: IpProtocol,
    ) {
        let header = match (from.0, to.0) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                Header::Ipv4(Ipv4Header::new(source, destination, protocol), &[])
            }
            (source, destination) => {
                let [source, destination] = [source, destination].map(|address| match address {
                    IpAddr::V4(address) => address.to_ipv6_mapped(),
                    IpAddr::V6(address) => address,
                });
                Header::Ipv6(Ipv6Header::new(source, destination, protocol))
            }
        };
        self.push(packet, header, [Some(from.1), Some(to.1)]);
    }

    /// Puts a link header in front, in place of the one that is there.
    pub(super) fn set_link(
        &mut self,
        packet: &mut Packet,
        source: Sourced<MacAddr>,
        destination: Sourced<MacAddr>,
    ) {
        self.strip_link(packet);
        let (source_address, destination_address) = (source.0, destination.0);
        let ethertype = self.ethertype(packet);
        let header = EthernetHeader { destination_address, source_address, ethertype };
        self.push(packet, Header::Ethernet(header), [Some(source.1), Some(destination.1)]);
    }

    /// Puts a VLAN tag behind the link header, or takes the one that is there away.
    pub(super) fn set_vlan(&mut self, packet: &mut Packet, vlan: Option<Sourced<u16>>) {
        let Some(NotedHeader { header: Header::Ethernet(mut link), sources, .. }) =
            self.of(packet).next().copied()
        else {
            return;
        };
        self.strip_link(packet);
        let behind = self.ethertype(packet);
        link.ethertype = behind;
        if let Some((vlan, source)) = vlan
            && let Ok(tag) = VlanTag::new(vlan, behind)
        {
            link.ethertype = EtherType::VLAN;
            self.push(packet, Header::Vlan(tag), [Some(source), None]);
        }
        self.push(packet, Header::Ethernet(link), sources);
    }

    /// What a link header in front of a packet without one says that follows.
    fn ethertype(&self, packet: &Packet) -> EtherType {
        match self.outermost(packet) {
            Some(Layer::Ipv6) => EtherType::IPV6,
            _ => EtherType::IPV4,
        }
    }

    /// Takes the link header and its tag away.
    pub(super) fn strip_link(&self, packet: &mut Packet) {
        while let Some(Layer::Ethernet | Layer::Vlan) = self.outermost(packet) {
            packet.pop();
        }
    }

    pub(super) fn without_link(&self, mut packet: Packet) -> Packet {
        self.strip_link(&mut packet);
        packet
    }

    /// Puts outer IP and tunnel headers around the packet as it stands.
    pub(super) fn encapsulate(
        &mut self,
        packet: &mut Packet,
        shim: Shim,
        from: Sourced<IpAddr>,
        to: Sourced<IpAddr>,
    ) {
        let mut buffer = [0; LARGEST];
        let inner = self.encode(packet, &mut buffer);
        let hash = if self.has_link(packet) { FlowHash::of_ethernet(inner) } else { FlowHash::of_ip(inner) };
        let time_to_live = self.time_to_live(packet);
        let udp = |port: u16, rfc: &'static str| {
            let sources = [Some(Source::Entropy), Some(Source::Assigned(rfc))];
            (IpProtocol::UDP, Header::Udp(UdpHeader::new(hash.source_port(), port)), sources)
        };
        let ((header, source), (protocol, outside, sources)) = match shim {
            Shim::Vxlan((vni, source)) => {
                ((Header::Vxlan(VxlanHeader::new(vni)), source), udp(UdpHeader::VXLAN, "VXLAN (RFC 7348)"))
            }
            Shim::MplsOverUdp((label, source)) | Shim::MplsOverGre((label, source)) => {
                let mut entry = MplsEntry::bottom(label);
                entry.ttl = time_to_live.unwrap_or(entry.ttl);
                let outside = match shim {
                    Shim::MplsOverGre(_) => {
                        (IpProtocol::GRE, Header::Gre(GreHeader::new(EtherType::MPLS), &[]), [None; 2])
                    }
                    _ => udp(UdpHeader::MPLS, "MPLS in UDP (RFC 7510)"),
                };
                ((Header::Mpls(entry), source), outside)
            }
        };
        let mut outer = Packet::default();
        self.push(&mut outer, header, [Some(source), None]);
        self.push(&mut outer, outside, sources);
        self.push_ip(&mut outer, from, to, protocol);
        self.complete(&outer, inner);
        outer.innermost_first().iter().for_each(|place| packet.push(*place));
    }

    /// Takes the outer headers away, up to and with the tunnel's.
    pub(super) fn decapsulate(&self, packet: &mut Packet) {
        while let Some(layer) = self.outermost(packet) {
            packet.pop();
            if matches!(layer, Layer::Vxlan | Layer::Mpls) {
                return;
            }
        }
    }

    /// The tunnel header that the outer IP header leads to, if the packet is tunnelled.
    pub(super) fn shim(&self, packet: &Packet) -> Option<Header<'static>> {
        let is_link = |header: &&Header<'_>| matches!(header.layer(), Layer::Ethernet | Layer::Vlan);
        let mut behind_ip = self.headers(packet).skip_while(is_link).skip(1);
        let (transport, shim) = (behind_ip.next()?, behind_ip.next()?);
        let is_tunnel = matches!(transport.layer(), Layer::Udp | Layer::Gre)
            && matches!(shim.layer(), Layer::Vxlan | Layer::Mpls);
        is_tunnel.then_some(*shim)
    }

    fn outermost(&self, packet: &Packet) -> Option<Layer> {
        self.headers(packet).next().map(Header::layer)
    }

    /// Whether the packet starts with a link header.
    pub(super) fn has_link(&self, packet: &Packet) -> bool {
        self.outermost(packet) == Some(Layer::Ethernet)
    }

    pub(super) fn destination_mac(&self, packet: &Packet) -> Option<MacAddr> {
        match self.headers(packet).next() {
            Some(Header::Ethernet(link)) => Some(link.destination_address),
            _ => None,
        }
    }

    /// Where the outermost IP header says that the packet goes.
    pub(super) fn destination(&self, packet: &Packet) -> Option<IpAddr> {
        self.headers(packet).find_map(|header| match header {
            Header::Ipv4(ip, _) => Some(ip.destination_address.get().into()),
            Header::Ipv6(ip) => Some(ip.destination_address.get().into()),
            _ => None,
        })
    }

    /// The time to live of the outermost IP header.
    fn time_to_live(&self, packet: &Packet) -> Option<u8> {
        self.headers(packet).find_map(|header| match header {
            Header::Ipv4(ip, _) => Some(ip.time_to_live),
            Header::Ipv6(ip) => Some(ip.hop_limit),
            _ => None,
        })
    }

    /// Takes one hop off the outermost IP header.
    ///
    /// A header becomes the same one however often this is done, so that packets that take different ways through the
    /// underlay are the same again where these ways meet.
    pub(super) fn hop(&mut self, packet: &mut Packet) {
        for place in packet.places.iter_mut().take(packet.depth.into()).rev() {
            let Some(NotedHeader { mut header, sources, after_hop }) = self.at(*place).copied() else {
                return;
            };
            match &mut header {
                Header::Ipv4(ip, _) => {
                    ip.decrement_time_to_live();
                }
                Header::Ipv6(ip) => ip.hop_limit = ip.hop_limit.saturating_sub(1),
                _ => continue,
            }
            let after = after_hop.unwrap_or_else(|| self.note(header, sources));
            if let Some(before) = self.at(*place) {
                before.after_hop = Some(after);
            }
            *place = after;
            return;
        }
    }

    /// Replaces an end of an untunnelled packet: address and port, source or destination.
    pub(super) fn translate(
        &mut self,
        packet: &mut Packet,
        end: End,
        address: Sourced<IpAddr>,
        port: Sourced<u16>,
    ) {
        for place in packet.places.iter_mut().take(packet.depth.into()) {
            let Some(NotedHeader { mut header, sources: [mut from, mut to], .. }) = self.at(*place).copied()
            else {
                continue;
            };
            let source = match (&mut header, address.0) {
                (Header::Ipv4(ip, _), IpAddr::V4(new)) => {
                    *end.of(&mut ip.source_address, &mut ip.destination_address) = new.into();
                    address.1
                }
                (Header::Ipv6(ip), IpAddr::V6(new)) => {
                    *end.of(&mut ip.source_address, &mut ip.destination_address) = new.into();
                    address.1
                }
                (Header::Tcp(tcp, _), _) => {
                    end.of(&mut tcp.source_port, &mut tcp.destination_port).set(port.0);
                    port.1
                }
                (Header::Udp(udp), _) => {
                    end.of(&mut udp.source_port, &mut udp.destination_port).set(port.0);
                    port.1
                }
                _ => continue,
            };
            *end.of(&mut from, &mut to) = Some(source);
            *place = self.note(header, [from, to]);
        }
        let mut inner = *packet;
        self.strip_link(&mut inner);
        self.complete(&inner, &[]);
    }

    /// Puts lengths and checksums right in headers that no other packet has.
    fn complete(&mut self, packet: &Packet, payload: &[u8]) {
        let mut headers = [Header::Udp(UdpHeader::new(0, 0)); Packet::MOST];
        let places = packet.innermost_first().iter().rev();
        for (header, noted) in headers.iter_mut().zip(self.of(packet)) {
            *header = noted.header;
        }
        let headers = headers.get_mut(..packet.depth()).unwrap_or_default();
        if frame::complete(headers, payload, &mut [0; LARGEST]).is_ok() {
            for (place, header) in places.zip(headers) {
                if let Some(noted) = self.at(*place) {
                    noted.header = *header;
                }
            }
        }
    }
}

impl End {
    fn of<T>(self, source: T, destination: T) -> T {
        match self {
            Self::Source => source,
            Self::Destination => destination,
        }
    }
}
