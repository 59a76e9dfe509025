//! A packet on its way: its headers from the outside in, and where each value comes from.

use std::net::IpAddr;
use std::sync::Arc;

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
use contrail_wire::{
    EncodeError, EtherType, FieldValue, Header, IpProtocol, Label, Layer, MacAddr, Vni, frame,
};

use super::source::{Source, usual};
use crate::fabric::Protocol;

/// More than all headers of a traced packet take.
const LARGEST: usize = 256;

/// One header of a traced packet.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedHeader {
    header: Header<'static>,
    sources: Vec<(&'static str, Source)>,
}

/// A field of a traced header, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedField {
    /// Named as in the RFC's figure, in snake case.
    pub name: &'static str,
    /// The value as text.
    pub value: String,
    /// Where the value comes from.
    pub source: String,
    /// Whether the value comes from this fabric and flow, and not from the header's form.
    pub has_story: bool,
}

impl TracedHeader {
    fn new(header: Header<'static>, sources: Vec<(&'static str, Source)>) -> Arc<Self> {
        Arc::new(Self { header, sources })
    }

    /// The header itself.
    pub const fn header(&self) -> &Header<'static> {
        &self.header
    }

    /// Where the value of a field comes from, if this fabric and flow decide it.
    pub fn source(&self, field: &str) -> Option<&Source> {
        self.sources.iter().find(|(name, _)| *name == field).map(|(_, source)| source)
    }

    /// Its fields, each with its value and where that comes from.
    pub fn fields(&self) -> Vec<TracedField> {
        let mut fields = Vec::new();
        self.header.fields(&mut |name, value: FieldValue<'_>| {
            let given = self.source(name);
            let source = given.map_or_else(|| usual(&self.header, name).to_owned(), ToString::to_string);
            let has_story = given.is_some();
            fields.push(TracedField { name, value: value.to_string(), source, has_story });
        });
        fields
    }
}

/// The headers of a packet, outermost first. The payload is empty.
#[derive(Clone, Debug, Default)]
pub struct PacketHeaders {
    headers: Vec<Arc<TracedHeader>>,
}

/// A value and where it comes from.
pub(crate) type Sourced<T> = (T, Source);

/// What a tunnel puts behind the outer IP header.
pub(crate) enum Shim {
    Vxlan(Sourced<Vni>),
    MplsOverUdp(Sourced<Label>),
    MplsOverGre(Sourced<Label>),
}

impl PacketHeaders {
    /// The headers, outermost first.
    pub fn headers(&self) -> impl Iterator<Item = &TracedHeader> {
        self.headers.iter().map(|header| &**header)
    }

    /// The packet's bytes, with all headers as they stand.
    pub fn bytes(&self) -> Vec<u8> {
        let headers: Vec<Header<'static>> = self.headers.iter().map(|entry| entry.header).collect();
        let mut buffer = [0; LARGEST];
        frame::encode(&headers, &[], &mut buffer).map(|frame| frame.to_vec()).unwrap_or_default()
    }

    /// A packet that opens a flow, or answers it: IP and transport, without a link header.
    pub(crate) fn opening(
        protocol: Protocol,
        [from, to]: [Sourced<IpAddr>; 2],
        [from_port, to_port]: [Sourced<u16>; 2],
        is_answer: bool,
    ) -> Self {
        let sources = vec![("source_port", from_port.1), ("destination_port", to_port.1)];
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
        let mut packet = Self { headers: vec![TracedHeader::new(transport, sources)] };
        packet.push_ip(from, to, ip_protocol);
        packet.complete();
        packet
    }

    fn push_ip(&mut self, from: Sourced<IpAddr>, to: Sourced<IpAddr>, protocol: IpProtocol) {
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
        let sources = vec![("source_address", from.1), ("destination_address", to.1)];
        self.headers.insert(0, TracedHeader::new(header, sources));
    }

    /// Puts a link header in front, in place of the one that is there.
    pub(crate) fn set_link(&mut self, source: Sourced<MacAddr>, destination: Sourced<MacAddr>) {
        self.strip_link();
        let ethertype = match self.outermost() {
            Some(Layer::Ipv6) => EtherType::IPV6,
            _ => EtherType::IPV4,
        };
        let header =
            EthernetHeader { destination_address: destination.0, source_address: source.0, ethertype };
        let sources = vec![("destination_address", destination.1), ("source_address", source.1)];
        self.headers.insert(0, TracedHeader::new(Header::Ethernet(header), sources));
    }

    /// Puts a VLAN tag behind the link header, or takes the one that is there away.
    pub(crate) fn set_vlan(&mut self, vlan: Option<Sourced<u16>>) {
        if self.headers.get(1).is_some_and(|entry| entry.header.layer() == Layer::Vlan) {
            self.headers.remove(1);
        }
        let behind = match self.headers.get(1).map(|entry| entry.header.layer()) {
            Some(Layer::Ipv6) => EtherType::IPV6,
            _ => EtherType::IPV4,
        };
        let tag = vlan.and_then(|(vlan, source)| Some((VlanTag::new(vlan, behind).ok()?, source)));
        if let Some(Header::Ethernet(link)) =
            self.headers.first_mut().map(|entry| &mut Arc::make_mut(entry).header)
        {
            link.ethertype = if tag.is_some() { EtherType::VLAN } else { behind };
        }
        if let Some((tag, source)) = tag {
            let at = 1.min(self.headers.len());
            self.headers.insert(at, TracedHeader::new(Header::Vlan(tag), vec![("vlan_id", source)]));
        }
    }

    /// Takes the link header and its tag away.
    pub(crate) fn strip_link(&mut self) {
        let link = self
            .headers
            .iter()
            .take_while(|entry| matches!(entry.header.layer(), Layer::Ethernet | Layer::Vlan));
        let count = link.count();
        self.headers.drain(..count);
    }

    /// Puts outer IP and tunnel headers around the packet as it stands.
    pub(crate) fn encapsulate(&mut self, shim: Shim, from: Sourced<IpAddr>, to: Sourced<IpAddr>) {
        let entropy = self.entropy();
        let udp = |port: u16, rfc: &'static str| {
            let header = Header::Udp(UdpHeader::new(entropy, port));
            let sources = vec![("source_port", Source::Entropy), ("destination_port", Source::Assigned(rfc))];
            TracedHeader::new(header, sources)
        };
        let time_to_live = self.time_to_live();
        let mpls = |(label, source): Sourced<Label>| {
            let mut entry = MplsEntry::bottom(label);
            entry.ttl = time_to_live.unwrap_or(entry.ttl);
            TracedHeader::new(Header::Mpls(entry), vec![("label", source)])
        };
        let (protocol, headers) = match shim {
            Shim::Vxlan((vni, source)) => {
                let vxlan = TracedHeader::new(Header::Vxlan(VxlanHeader::new(vni)), vec![("vni", source)]);
                (IpProtocol::UDP, [udp(UdpHeader::VXLAN, "VXLAN (RFC 7348)"), vxlan])
            }
            Shim::MplsOverUdp(label) => {
                (IpProtocol::UDP, [udp(UdpHeader::MPLS, "MPLS in UDP (RFC 7510)"), mpls(label)])
            }
            Shim::MplsOverGre(label) => {
                let gre = Header::Gre(GreHeader::new(EtherType::MPLS), &[]);
                (IpProtocol::GRE, [TracedHeader::new(gre, Vec::new()), mpls(label)])
            }
        };
        self.headers.splice(..0, headers);
        self.push_ip(from, to, protocol);
        self.complete();
    }

    /// Takes the outer headers away, up to and with the tunnel's; returns the tunnel's last header.
    pub(crate) fn decapsulate(&mut self) -> Option<Arc<TracedHeader>> {
        let is_shim = |entry: &Arc<TracedHeader>| matches!(entry.header.layer(), Layer::Vxlan | Layer::Mpls);
        let end = self.headers.iter().position(is_shim)?;
        self.headers.drain(..=end).next_back()
    }

    /// The tunnel header that the outer IP header leads to, if the packet is tunnelled.
    pub(crate) fn shim(&self) -> Option<&Header<'static>> {
        let mut behind_ip = self
            .headers
            .iter()
            .skip_while(|entry| matches!(entry.header.layer(), Layer::Ethernet | Layer::Vlan))
            .skip(1);
        let transport = behind_ip.next()?;
        let shim = behind_ip.next()?;
        let is_tunnel = matches!(transport.header.layer(), Layer::Udp | Layer::Gre)
            && matches!(shim.header.layer(), Layer::Vxlan | Layer::Mpls);
        is_tunnel.then_some(&shim.header)
    }

    /// Whether another packet is the same, with the same stories; the link header may be left out of it.
    pub(crate) fn is_like(&self, other: &Self, with_link: bool) -> bool {
        let is_link = |entry: &&Arc<TracedHeader>| {
            !with_link && matches!(entry.header.layer(), Layer::Ethernet | Layer::Vlan)
        };
        self.headers.iter().skip_while(is_link).eq(other.headers.iter().skip_while(is_link))
    }

    fn outermost(&self) -> Option<Layer> {
        self.headers.first().map(|entry| entry.header.layer())
    }

    /// Whether the packet starts with a link header.
    pub(crate) fn has_link(&self) -> bool {
        self.outermost() == Some(Layer::Ethernet)
    }

    pub(crate) fn destination_mac(&self) -> Option<MacAddr> {
        match self.headers.first().map(|entry| &entry.header) {
            Some(Header::Ethernet(link)) => Some(link.destination_address),
            _ => None,
        }
    }

    /// The addresses of the outermost IP header.
    pub(crate) fn addresses(&self) -> Option<[IpAddr; 2]> {
        self.headers.iter().find_map(|entry| match &entry.header {
            Header::Ipv4(ip, _) => {
                Some([ip.source_address.get().into(), ip.destination_address.get().into()])
            }
            Header::Ipv6(ip) => Some([ip.source_address.get().into(), ip.destination_address.get().into()]),
            _ => None,
        })
    }

    pub(crate) fn destination(&self) -> Option<IpAddr> {
        self.addresses().map(|[_, destination]| destination)
    }

    /// The time to live of the outermost IP header.
    fn time_to_live(&self) -> Option<u8> {
        self.headers.iter().find_map(|entry| match &entry.header {
            Header::Ipv4(ip, _) => Some(ip.time_to_live),
            Header::Ipv6(ip) => Some(ip.hop_limit),
            _ => None,
        })
    }

    /// Takes one hop off the outermost IP header.
    pub(crate) fn hop(&mut self) {
        for entry in &mut self.headers {
            match entry.header {
                Header::Ipv4(mut ip, options) => {
                    ip.decrement_time_to_live();
                    Arc::make_mut(entry).header = Header::Ipv4(ip, options);
                    return;
                }
                Header::Ipv6(mut ip) => {
                    ip.hop_limit = ip.hop_limit.saturating_sub(1);
                    Arc::make_mut(entry).header = Header::Ipv6(ip);
                    return;
                }
                _ => {}
            }
        }
    }

    /// Replaces an end of an untunnelled packet: address and port, source or destination.
    pub(crate) fn translate(&mut self, end: End, address: &Sourced<IpAddr>, port: &Sourced<u16>) {
        for entry in &mut self.headers {
            let TracedHeader { header, sources } = Arc::make_mut(entry);
            match (&mut *header, address.0) {
                (Header::Ipv4(ip, _), IpAddr::V4(new)) => match end {
                    End::Source => ip.source_address = new.into(),
                    End::Destination => ip.destination_address = new.into(),
                },
                (Header::Ipv6(ip), IpAddr::V6(new)) => match end {
                    End::Source => ip.source_address = new.into(),
                    End::Destination => ip.destination_address = new.into(),
                },
                (Header::Tcp(tcp, _), _) => match end {
                    End::Source => tcp.source_port.set(port.0),
                    End::Destination => tcp.destination_port.set(port.0),
                },
                (Header::Udp(udp), _) => match end {
                    End::Source => udp.source_port.set(port.0),
                    End::Destination => udp.destination_port.set(port.0),
                },
                _ => {}
            }
            let [at_address, at_port] = end.fields();
            for (field, source) in sources {
                if *field == at_address && matches!(header.layer(), Layer::Ipv4 | Layer::Ipv6) {
                    *source = address.1.clone();
                } else if *field == at_port {
                    *source = port.1.clone();
                }
            }
        }
        self.complete();
    }

    /// The port that a tunnel for this packet is sent from.
    fn entropy(&self) -> u16 {
        let bytes = self.bytes();
        let hash = if self.has_link() { FlowHash::of_ethernet(&bytes) } else { FlowHash::of_ip(&bytes) };
        hash.source_port()
    }

    /// Puts lengths and checksums right.
    fn complete(&mut self) {
        let mut headers: Vec<Header<'static>> = self.headers.iter().map(|entry| entry.header).collect();
        let mut scratch = [0; LARGEST];
        let completed: Result<(), EncodeError> = frame::complete(&mut headers, &[], &mut scratch);
        if completed.is_ok() {
            for (entry, header) in self.headers.iter_mut().zip(headers) {
                if entry.header != header {
                    Arc::make_mut(entry).header = header;
                }
            }
        }
    }
}

/// Which end of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Source,
    Destination,
}

impl End {
    const fn fields(self) -> [&'static str; 2] {
        match self {
            Self::Source => ["source_address", "source_port"],
            Self::Destination => ["destination_address", "destination_port"],
        }
    }
}
