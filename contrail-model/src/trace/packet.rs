//! A packet on the way: real headers, and for each field where its value comes from.

use std::iter::{self, successors};
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

/// Room for bytes: on the stack for a packet's headers, on the heap if there is a message behind them.
struct Room {
    few: [u8; 160],
    many: Vec<u8>,
}

impl Room {
    fn new(length: usize) -> Self {
        let few = [0; 160];
        Self { many: if length > few.len() { vec![0; length] } else { Vec::new() }, few }
    }

    fn bytes(&mut self) -> &mut [u8] {
        if self.many.is_empty() { &mut self.few } else { &mut self.many }
    }
}

/// A header, and where the values of the fields come from that this fabric and flow decide.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotedHeader {
    pub(super) header: Header<'static>,
    /// In the order of [`sourced_fields`].
    sources: [Option<Source>; 2],
    behind: Behind,
    /// The same packet with one hop less to live, once there is one.
    after_hop: Option<Packet>,
}

/// What stands behind a header.
#[derive(Clone, Copy, Debug)]
enum Behind {
    Nothing,
    /// The packet that it is put around.
    Packet(Packet),
    /// A payload, by its place among those of the trace.
    Payload(usize),
}

impl NotedHeader {
    const fn new(header: Header<'static>, sources: [Option<Source>; 2], behind: Behind) -> Self {
        Self { header, sources, behind, after_hop: None }
    }

    /// The link header that a packet has on a cable.
    pub(super) const fn on_cable(
        ethertype: EtherType,
        (source_address, source): Sourced<MacAddr>,
        (destination_address, destination): Sourced<MacAddr>,
    ) -> Self {
        let header = EthernetHeader { destination_address, source_address, ethertype };
        Self::new(Header::Ethernet(header), [Some(source), Some(destination)], Behind::Nothing)
    }

    /// Where a field's value comes from, if the fabric or the flow decide it.
    pub(super) fn source(&self, field: &str) -> Option<&Source> {
        let place = sourced_fields(self.header.layer()).iter().position(|name| *name == field)?;
        self.sources.get(place)?.as_ref()
    }

    const fn is_of_link(&self) -> bool {
        matches!(self.header, Header::Ethernet(_) | Header::Vlan(_))
    }

    fn set_source(&mut self, end: End, source: Source) {
        let [from, to] = &mut self.sources;
        *end.of(from, to) = Some(source);
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

/// A packet, as the place of its outermost header in the list of a trace, from which the others follow. Packets share
/// what they have in common; what stands at a place does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet(u32);

impl Packet {
    /// Where its outermost header is.
    pub(super) fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
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

    fn at(&self, packet: Packet) -> Option<&NotedHeader> {
        self.noted.get(packet.place())
    }

    /// The headers of a packet, outermost first.
    pub(super) fn of(&self, packet: Packet) -> impl Iterator<Item = &NotedHeader> + Clone {
        successors(self.at(packet), |noted| match noted.behind {
            Behind::Packet(packet) => self.at(packet),
            Behind::Payload(_) | Behind::Nothing => None,
        })
    }

    fn headers(&self, packet: Packet) -> impl Iterator<Item = &Header<'static>> + Clone {
        self.of(packet).map(|noted| &noted.header)
    }

    /// How many bytes the packet has.
    fn length(&self, packet: Packet) -> usize {
        self.headers(packet).map(Header::len).sum::<usize>() + self.payload(packet).len()
    }

    /// The packet's bytes, with all headers as they stand, behind the link header that is not its own.
    fn encode<'b>(&self, link: Option<&NotedHeader>, packet: Packet, buffer: &'b mut [u8]) -> &'b [u8] {
        let mut length = 0;
        for NotedHeader { header, .. } in link.into_iter().chain(self.of(packet)) {
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
    pub(super) fn payload(&self, packet: Packet) -> &[u8] {
        match self.of(packet).last().map(|noted| noted.behind) {
            Some(Behind::Payload(place)) => self.payloads.get(place).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    pub(super) fn bytes(&self, link: Option<&NotedHeader>, packet: Packet) -> Vec<u8> {
        let link_length = link.map_or(0, |noted| noted.header.len());
        let mut bytes = vec![0; link_length + self.length(packet)];
        let length = self.encode(link, packet, &mut bytes).len();
        bytes.truncate(length);
        bytes
    }

    fn note(&mut self, header: Header<'static>, sources: [Option<Source>; 2], behind: Behind) -> Packet {
        let place = u32::try_from(self.noted.len()).unwrap_or(u32::MAX);
        self.noted.push(NotedHeader::new(header, sources, behind));
        Packet(place)
    }

    /// Puts a header around a packet.
    fn put(&mut self, packet: &mut Packet, header: Header<'static>, sources: [Option<Source>; 2]) {
        *packet = self.note(header, sources, Behind::Packet(*packet));
    }

    /// A packet that opens a flow, or answers it: IP, transport and payload, without a link header.
    pub(super) fn opening(
        &mut self,
        protocol: Protocol,
        [from, to]: [Sourced<IpAddr>; 2],
        [from_port, to_port]: [Sourced<u16>; 2],
        is_answer: bool,
        payload: Vec<u8>,
    ) -> Packet {
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
        let [ip, transport] = completed([ip_header(from.0, to.0, ip_protocol), transport], &payload);
        let mut behind = Behind::Nothing;
        if !payload.is_empty() {
            behind = Behind::Payload(self.payloads.len());
            self.payloads.push(payload);
        }
        let mut packet = self.note(transport, [Some(from_port.1), Some(to_port.1)], behind);
        self.put(&mut packet, ip, [Some(from.1), Some(to.1)]);
        packet
    }

    /// Puts a link header in front, in place of the one that is there, and a VLAN tag behind it.
    pub(super) fn set_link(
        &mut self,
        packet: &mut Packet,
        source: Sourced<MacAddr>,
        destination: Sourced<MacAddr>,
        vlan: Option<Sourced<u16>>,
    ) {
        self.strip_link(packet);
        let (source_address, destination_address) = (source.0, destination.0);
        let ethertype = self.put_tag(packet, vlan);
        let header = EthernetHeader { destination_address, source_address, ethertype };
        self.put(packet, Header::Ethernet(header), [Some(source.1), Some(destination.1)]);
    }

    /// Puts a VLAN tag behind the link header, or takes the one that is there away.
    pub(super) fn set_vlan(&mut self, packet: &mut Packet, vlan: Option<Sourced<u16>>) {
        let Some(NotedHeader { header: Header::Ethernet(mut link), sources, .. }) = self.at(*packet).copied()
        else {
            return;
        };
        if vlan.is_none() && link.ethertype != EtherType::VLAN {
            return;
        }
        self.strip_link(packet);
        link.ethertype = self.put_tag(packet, vlan);
        self.put(packet, Header::Ethernet(link), sources);
    }

    /// Puts a tag in front of a packet without a link header; what the link header then says that follows.
    fn put_tag(&mut self, packet: &mut Packet, vlan: Option<Sourced<u16>>) -> EtherType {
        let behind = self.ethertype(*packet);
        if let Some((vlan, source)) = vlan
            && let Ok(tag) = VlanTag::new(vlan, behind)
        {
            self.put(packet, Header::Vlan(tag), [Some(source), None]);
            return EtherType::VLAN;
        }
        behind
    }

    /// What a link header in front of a packet without one says that follows.
    pub(super) fn ethertype(&self, packet: Packet) -> EtherType {
        match self.outermost(packet) {
            Some(Layer::Ipv6) => EtherType::IPV6,
            _ => EtherType::IPV4,
        }
    }

    /// Takes the link header and its tag away.
    pub(super) fn strip_link(&self, packet: &mut Packet) {
        while let Some(NotedHeader {
            header: Header::Ethernet(_) | Header::Vlan(_),
            behind: Behind::Packet(behind),
            ..
        }) = self.at(*packet)
        {
            *packet = *behind;
        }
    }

    /// Puts outer IP and tunnel headers around the packet as it stands.
    pub(super) fn encapsulate(
        &mut self,
        packet: &mut Packet,
        shim: Shim,
        from: Sourced<IpAddr>,
        to: Sourced<IpAddr>,
    ) {
        let mut room = Room::new(self.length(*packet));
        let inner = self.encode(None, *packet, room.bytes());
        let hash = if self.has_link(*packet) { FlowHash::of_ethernet(inner) } else { FlowHash::of_ip(inner) };
        let time_to_live = self.time_to_live(*packet);
        let udp = |port: u16, rfc: &'static str| {
            let sources = [Some(Source::Entropy), Some(Source::Assigned(rfc))];
            (IpProtocol::UDP, Header::Udp(UdpHeader::new(hash.source_port(), port)), sources)
        };
        let ((tunnel, source), (protocol, outside, sources)) = match shim {
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
        let headers = [ip_header(from.0, to.0, protocol), outside, tunnel];
        let [ip, outside, tunnel] = completed(headers, inner);
        self.put(packet, tunnel, [Some(source), None]);
        self.put(packet, outside, sources);
        self.put(packet, ip, [Some(from.1), Some(to.1)]);
    }

    /// Takes the outer headers away, up to and with the tunnel's.
    pub(super) fn decapsulate(&self, packet: &mut Packet) {
        while let Some(NotedHeader { header, behind: Behind::Packet(behind), .. }) = self.at(*packet) {
            *packet = *behind;
            if matches!(header, Header::Vxlan(_) | Header::Mpls(_)) {
                return;
            }
        }
    }

    /// The tunnel header that the outer IP header leads to, if the packet is tunnelled.
    pub(super) fn shim(&self, packet: Packet) -> Option<Header<'static>> {
        let is_link = |header: &&Header<'_>| matches!(header.layer(), Layer::Ethernet | Layer::Vlan);
        let mut behind_ip = self.headers(packet).skip_while(is_link).skip(1);
        let (transport, shim) = (behind_ip.next()?, behind_ip.next()?);
        let is_tunnel = matches!(transport.layer(), Layer::Udp | Layer::Gre)
            && matches!(shim.layer(), Layer::Vxlan | Layer::Mpls);
        is_tunnel.then_some(*shim)
    }

    fn outermost(&self, packet: Packet) -> Option<Layer> {
        self.at(packet).map(|noted| noted.header.layer())
    }

    /// Whether the packet starts with a link header.
    pub(super) fn has_link(&self, packet: Packet) -> bool {
        self.outermost(packet) == Some(Layer::Ethernet)
    }

    pub(super) fn destination_mac(&self, packet: Packet) -> Option<MacAddr> {
        match self.at(packet)?.header {
            Header::Ethernet(link) => Some(link.destination_address),
            _ => None,
        }
    }

    /// Where the outermost IP header says that the packet goes.
    pub(super) fn destination(&self, packet: Packet) -> Option<IpAddr> {
        self.headers(packet).find_map(|header| match header {
            Header::Ipv4(ip, _) => Some(ip.destination_address.get().into()),
            Header::Ipv6(ip) => Some(ip.destination_address.get().into()),
            _ => None,
        })
    }

    /// The time to live of the outermost IP header.
    fn time_to_live(&self, packet: Packet) -> Option<u8> {
        self.headers(packet).find_map(|header| match header {
            Header::Ipv4(ip, _) => Some(ip.time_to_live),
            Header::Ipv6(ip) => Some(ip.hop_limit),
            _ => None,
        })
    }

    /// Takes the link header away, and one hop off the IP header behind it.
    ///
    /// A packet becomes the same one however often this is done, so that packets that take different ways through the
    /// underlay are the same again where these ways meet.
    pub(super) fn hop(&mut self, packet: &mut Packet) {
        self.strip_link(packet);
        let Some(noted) = self.at(*packet) else { return };
        if let Some(after) = noted.after_hop {
            *packet = after;
            return;
        }
        let NotedHeader { mut header, sources, behind, .. } = *noted;
        match &mut header {
            Header::Ipv4(ip, _) => {
                ip.decrement_time_to_live();
            }
            Header::Ipv6(ip) => ip.hop_limit = ip.hop_limit.saturating_sub(1),
            _ => return,
        }
        let after = self.note(header, sources, behind);
        if let Some(before) = self.noted.get_mut(packet.place()) {
            before.after_hop = Some(after);
        }
        *packet = after;
    }

    /// Replaces an end of an untunnelled packet: address and port, source or destination.
    pub(super) fn translate(
        &mut self,
        packet: &mut Packet,
        end: End,
        address: Sourced<IpAddr>,
        port: Sourced<u16>,
    ) {
        let (link, behind): (Vec<NotedHeader>, Vec<NotedHeader>) =
            self.of(*packet).copied().partition(NotedHeader::is_of_link);
        let &[mut ip, mut transport] = behind.as_slice() else { return };
        match (&mut ip.header, address.0) {
            (Header::Ipv4(ip, _), IpAddr::V4(new)) => {
                *end.of(&mut ip.source_address, &mut ip.destination_address) = new.into();
            }
            (Header::Ipv6(ip), IpAddr::V6(new)) => {
                *end.of(&mut ip.source_address, &mut ip.destination_address) = new.into();
            }
            _ => return,
        }
        match &mut transport.header {
            Header::Tcp(tcp, _) => end.of(&mut tcp.source_port, &mut tcp.destination_port).set(port.0),
            Header::Udp(udp) => end.of(&mut udp.source_port, &mut udp.destination_port).set(port.0),
            _ => return,
        }
        let payload = self.payload(*packet);
        [ip.header, transport.header] = completed([ip.header, transport.header], payload);
        ip.set_source(end, address.1);
        transport.set_source(end, port.1);
        *packet = self.note(transport.header, transport.sources, transport.behind);
        for NotedHeader { header, sources, .. } in iter::once(ip).chain(link.into_iter().rev()) {
            self.put(packet, header, sources);
        }
    }
}

/// An IP header for these ends.
fn ip_header(source: IpAddr, destination: IpAddr, protocol: IpProtocol) -> Header<'static> {
    match (source, destination) {
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
    }
}

/// Headers in front of a payload with their lengths and checksums.
fn completed<const N: usize>(headers: [Header<'static>; N], payload: &[u8]) -> [Header<'static>; N] {
    let mut completed = headers;
    let mut room = Room::new(headers.iter().map(Header::len).sum::<usize>() + payload.len());
    match frame::complete(&mut completed, payload, room.bytes()) {
        Ok(_) => completed,
        Err(_) => headers,
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
