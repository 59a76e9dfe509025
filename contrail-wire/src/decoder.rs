//! The choices of a decoder, and the walk through one level of encapsulation.

use core::fmt;

use crate::net::arp::ArpPacket;
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::Ipv4;
use crate::net::ipv6::Ipv6;
use crate::net::linux_sll::{self, LinuxSll, LinuxSll2};
use crate::net::tcp::Tcp;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::packet::{Link, Network, Packet, PayloadKind, Transport, Tunnel};
use crate::reader::Reader;
use crate::tunnel::gre::Gre;
use crate::tunnel::mpls::{ControlWord, LabelStack, MplsEntry};
use crate::tunnel::vxlan::VxlanHeader;
use crate::{Bound, DecodeError, EtherType, FixedHeader, IpProtocol, Label, Layer, U16};

/// What stands behind an MPLS label stack. The stack itself does not say; who assigned the label knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MplsPayload {
    /// Not known: left as payload.
    #[default]
    Opaque,
    /// IPv4 or IPv6, as the version field says; anything else is an error.
    Ip,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// An Ethernet frame.
    Ethernet,
    /// A control word (RFC 4448), then an Ethernet frame.
    EthernetWithControlWord,
    /// A guess, as tshark and others make it: first nibble 4 is IPv4, 6 is IPv6, 0 a control word and Ethernet;
    /// anything else, among it an associated channel (RFC 4385), is left as payload. Wrong for each Ethernet frame
    /// without a control word: it is missed, or taken for what its destination address starts like.
    GuessByFirstNibble,
}

/// How a frame is decoded: what the bytes alone do not say.
///
/// ```
/// use contrail_wire::{Decoder, MplsPayload};
///
/// let decoder = Decoder::new()
///     .vxlan_ports(&[4789, 8472])
///     .mpls_payload(&|stack| match stack.bottom().label().get() {
///         299_776 => MplsPayload::EthernetWithControlWord,
///         _ => MplsPayload::Ip,
///     });
/// # let _ = decoder;
/// ```
#[derive(Clone, Copy)]
pub struct Decoder<'d> {
    vxlan_ports: &'d [u16],
    mpls_payload: &'d (dyn Fn(&LabelStack<'_>) -> MplsPayload + Sync),
}

impl Default for Decoder<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("vxlan_ports", &self.vxlan_ports).finish_non_exhaustive()
    }
}

/// What the first byte of a captured frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkType {
    /// Ethernet II or IEEE 802.3.
    Ethernet,
    /// IPv4 or IPv6 without a link header.
    RawIp,
    /// Linux cooked capture, version 1.
    LinuxSll,
    /// Linux cooked capture, version 2.
    LinuxSll2,
}

impl<'d> Decoder<'d> {
    /// VXLAN on port 4789, and what MPLS carries is not guessed.
    pub const fn new() -> Self {
        Self { vxlan_ports: &[UdpHeader::VXLAN], mpls_payload: &|stack| explicit_null(stack) }
    }

    /// The UDP destination ports that carry VXLAN, instead of 4789.
    #[must_use]
    pub const fn vxlan_ports(self, ports: &'d [u16]) -> Self {
        Self { vxlan_ports: ports, ..self }
    }

    /// Asks `choose` what each label stack carries, instead of knowing only the explicit null labels.
    #[must_use]
    pub const fn mpls_payload(self, choose: &'d (dyn Fn(&LabelStack<'_>) -> MplsPayload + Sync)) -> Self {
        Self { mpls_payload: choose, ..self }
    }

    /// Decodes the outermost level of an Ethernet frame.
    #[inline]
    pub fn ethernet<'a>(&'a self, frame: &'a [u8]) -> Result<Packet<'a>, DecodeError> {
        self.captured(LinkType::Ethernet, frame, frame.len()).complete()
    }

    /// Decodes the outermost level of an IPv4 or IPv6 packet.
    #[inline]
    pub fn ip<'a>(&'a self, packet: &'a [u8]) -> Result<Packet<'a>, DecodeError> {
        self.captured(LinkType::RawIp, packet, packet.len()).complete()
    }

    /// Decodes as much of the outermost level as there is of a frame that had `original_length` bytes when it
    /// was captured. What the capture cut off is an error only where a header needs it.
    #[inline]
    pub fn captured<'a>(&'a self, link: LinkType, frame: &'a [u8], original_length: usize) -> Decoded<'a> {
        let missing = original_length.saturating_sub(frame.len());
        let reader = Reader { rest: frame, offset: 0, missing, bound: Bound::Frame };
        let start = match link {
            LinkType::Ethernet => Start::Ethernet,
            LinkType::RawIp => Start::Ip,
            LinkType::LinuxSll => Start::LinuxSll,
            LinkType::LinuxSll2 => Start::LinuxSll2,
        };
        self.level(start, reader)
    }

    #[inline]
    pub(crate) fn level<'a>(&'a self, start: Start, reader: Reader<'a>) -> Decoded<'a> {
        let mut level = Level { decoder: self, reader, packet: Packet::new(self, reader) };
        let error = level.walk(start).err();
        let Level { reader, mut packet, .. } = level;
        packet.set_payload(reader);
        Decoded { packet, error }
    }
}

/// RFC 3032 says what the explicit null labels carry.
fn explicit_null(stack: &LabelStack<'_>) -> MplsPayload {
    match stack.bottom().label() {
        Label::IPV4_EXPLICIT_NULL => MplsPayload::Ipv4,
        Label::IPV6_EXPLICIT_NULL => MplsPayload::Ipv6,
        _ => MplsPayload::Opaque,
    }
}

/// One level, as far as it could be read, and why it could not be read on.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// The headers before the error.
    pub packet: Packet<'a>,
    /// Why the next header could not be read.
    pub error: Option<DecodeError>,
}

impl<'a> Decoded<'a> {
    /// The level, if all of it could be read.
    #[inline]
    pub fn complete(self) -> Result<Packet<'a>, DecodeError> {
        match self.error {
            None => Ok(self.packet),
            Some(error) => Err(error),
        }
    }
}

/// What a level starts with.
#[derive(Clone, Copy)]
pub(crate) enum Start {
    Ethernet,
    Ip,
    Ipv4,
    Ipv6,
    LinuxSll,
    LinuxSll2,
}

struct Level<'a> {
    decoder: &'a Decoder<'a>,
    reader: Reader<'a>,
    packet: Packet<'a>,
}

impl<'a> Level<'a> {
    #[inline]
    fn walk(&mut self, start: Start) -> Result<(), DecodeError> {
        match start {
            Start::Ethernet => self.ethernet(),
            Start::Ip => self.ip(),
            Start::Ipv4 => self.ipv4(),
            Start::Ipv6 => self.ipv6(),
            Start::LinuxSll => {
                let header: &LinuxSll = self.reader.header()?;
                self.packet.link = Link::LinuxSll(header);
                self.cooked(header.arphrd_type, header.protocol_type)
            }
            Start::LinuxSll2 => {
                let header: &LinuxSll2 = self.reader.header()?;
                self.packet.link = Link::LinuxSll2(header);
                self.cooked(header.arphrd_type, header.protocol_type)
            }
        }
    }

    #[inline]
    fn ethernet(&mut self) -> Result<(), DecodeError> {
        let start = self.reader.offset;
        let header: &EthernetHeader = self.reader.header()?;
        self.packet.link = Link::Ethernet(header);
        match header.ethertype.ieee_802_3_length() {
            None => self.ethertype(header.ethertype),
            Some(length) => self.llc(Layer::Ethernet, start, length),
        }
    }

    /// What follows an IEEE 802.3 length, which stands in the header at `start`.
    fn llc(&mut self, layer: Layer, start: usize, length: u16) -> Result<(), DecodeError> {
        self.packet.payload_kind = PayloadKind::Llc;
        let length = usize::from(length);
        self.reader.limit(layer, start, "length", length, length, Bound::EthernetLength)
    }

    fn cooked(&mut self, arphrd_type: U16, protocol_type: EtherType) -> Result<(), DecodeError> {
        if linux_sll::has_ethertype(arphrd_type.get()) { self.ethertype(protocol_type) } else { Ok(()) }
    }

    #[inline]
    fn ethertype(&mut self, ethertype: EtherType) -> Result<(), DecodeError> {
        match ethertype {
            EtherType::IPV4 => self.ipv4(),
            EtherType::IPV6 => self.ipv6(),
            EtherType::ARP => self.arp(),
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => {
                let stack = self.labels()?;
                self.packet.tunnel = Some(Tunnel::Mpls(stack));
                self.mpls_payload(&stack)
            }
            tagged if tagged.is_vlan() => {
                let ethertype = self.vlans()?;
                match ethertype.ieee_802_3_length() {
                    None => self.ethertype(ethertype),
                    Some(length) => self.llc(Layer::Vlan, self.reader.offset - VlanTag::LEN, length),
                }
            }
            _ => Ok(()),
        }
    }

    /// Reads all tags of the stack and returns what follows them; a tag never follows it.
    fn vlans(&mut self) -> Result<EtherType, DecodeError> {
        let mut stack = self.reader;
        let mut count = 0;
        loop {
            let tag = self.reader.header::<VlanTag>();
            if let Ok(tag) = tag {
                count += 1;
                if tag.ethertype.is_vlan() {
                    continue;
                }
            }
            self.packet.vlans = stack.list(count);
            return Ok(tag?.ethertype);
        }
    }

    fn arp(&mut self) -> Result<(), DecodeError> {
        let start = self.reader.offset;
        self.packet.network = Network::Arp(self.reader.header::<ArpPacket>()?);
        // What follows in the frame is padding.
        self.reader.limit(Layer::Arp, start, "length", 0, 0, Bound::HeaderLength)
    }

    fn ip(&mut self) -> Result<(), DecodeError> {
        match self.reader.rest.first() {
            Some(first) if first >> 4 == 6 => self.ipv6(),
            // Whatever is neither is reported as an IPv4 header with that version.
            _ => self.ipv4(),
        }
    }

    #[inline]
    fn ipv4(&mut self) -> Result<(), DecodeError> {
        let (view, limit) = Ipv4::read(&mut self.reader)?;
        self.packet.network = Network::Ipv4(view);
        limit?;
        if view.is_later_fragment() {
            self.packet.payload_kind = PayloadKind::Fragment;
            return Ok(());
        }
        self.transport(view.header.protocol, view.is_fragment())
    }

    #[inline]
    fn ipv6(&mut self) -> Result<(), DecodeError> {
        let (view, limit) = Ipv6::read(&mut self.reader)?;
        self.packet.network = Network::Ipv6(view);
        limit?;
        if view.is_later_fragment {
            self.packet.payload_kind = PayloadKind::Fragment;
            return Ok(());
        }
        self.transport(view.protocol, view.is_fragment)
    }

    #[inline]
    fn transport(&mut self, protocol: IpProtocol, is_fragment: bool) -> Result<(), DecodeError> {
        match protocol {
            IpProtocol::UDP => self.udp(is_fragment),
            IpProtocol::TCP => {
                self.packet.transport = Transport::Tcp(Tcp::read(&mut self.reader)?);
                Ok(())
            }
            IpProtocol::ICMP => {
                self.packet.transport = Transport::Icmp(self.reader.header::<IcmpHeader>()?);
                Ok(())
            }
            IpProtocol::ICMPV6 => {
                self.packet.transport = Transport::Icmpv6(self.reader.header::<Icmpv6Header>()?);
                Ok(())
            }
            _ if is_fragment => {
                self.packet.payload_kind = PayloadKind::Fragment;
                Ok(())
            }
            IpProtocol::GRE => self.gre(),
            IpProtocol::IPV4 => {
                self.packet.tunnel = Some(Tunnel::Ip);
                self.packet.payload_kind = PayloadKind::Ipv4;
                Ok(())
            }
            IpProtocol::IPV6 => {
                self.packet.tunnel = Some(Tunnel::Ip);
                self.packet.payload_kind = PayloadKind::Ipv6;
                Ok(())
            }
            IpProtocol::MPLS => {
                let stack = self.labels()?;
                self.packet.tunnel = Some(Tunnel::Mpls(stack));
                self.mpls_payload(&stack)
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn udp(&mut self, is_fragment: bool) -> Result<(), DecodeError> {
        let (header, limit) = UdpHeader::read(&mut self.reader, is_fragment)?;
        self.packet.transport = Transport::Udp(header);
        limit?;
        if is_fragment {
            self.packet.payload_kind = PayloadKind::Fragment;
            return Ok(());
        }
        match header.destination_port.get() {
            port if self.decoder.vxlan_ports.contains(&port) => {
                let header: &VxlanHeader = self.reader.header()?;
                self.packet.tunnel = Some(Tunnel::Vxlan(header));
                self.packet.payload_kind = PayloadKind::Ethernet;
                Ok(())
            }
            UdpHeader::MPLS | UdpHeader::MPLS_LEGACY => {
                let stack = self.labels()?;
                self.packet.tunnel = Some(Tunnel::MplsOverUdp(stack));
                self.mpls_payload(&stack)
            }
            _ => Ok(()),
        }
    }

    fn gre(&mut self) -> Result<(), DecodeError> {
        let gre = Gre::read(&mut self.reader)?;
        self.packet.tunnel = Some(Tunnel::Gre(gre));
        self.packet.payload_kind = match gre.header.protocol_type {
            EtherType::ETHERNET => PayloadKind::Ethernet,
            EtherType::IPV4 => PayloadKind::Ipv4,
            EtherType::IPV6 => PayloadKind::Ipv6,
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => {
                let stack = self.labels()?;
                self.packet.tunnel = Some(Tunnel::MplsOverGre(gre, stack));
                return self.mpls_payload(&stack);
            }
            _ => PayloadKind::Opaque,
        };
        Ok(())
    }

    #[inline]
    fn labels(&mut self) -> Result<LabelStack<'a>, DecodeError> {
        let mut start = self.reader;
        LabelStack::read(&mut self.reader).inspect_err(|_| {
            self.packet.unended_stack = start.list((self.reader.offset - start.offset) / MplsEntry::LEN);
        })
    }

    fn mpls_payload(&mut self, stack: &LabelStack<'a>) -> Result<(), DecodeError> {
        let first_nibble = self.reader.rest.first().map(|first| first >> 4);
        let by_version = if first_nibble == Some(6) { PayloadKind::Ipv6 } else { PayloadKind::Ipv4 };
        let chosen = match (self.decoder.mpls_payload)(stack) {
            MplsPayload::GuessByFirstNibble => match first_nibble {
                Some(4 | 6) => MplsPayload::Ip,
                Some(0) => MplsPayload::EthernetWithControlWord,
                _ => MplsPayload::Opaque,
            },
            known => known,
        };
        self.packet.payload_kind = match chosen {
            MplsPayload::Opaque | MplsPayload::GuessByFirstNibble => PayloadKind::Opaque,
            MplsPayload::Ip => by_version,
            MplsPayload::Ipv4 => PayloadKind::Ipv4,
            MplsPayload::Ipv6 => PayloadKind::Ipv6,
            MplsPayload::Ethernet => PayloadKind::Ethernet,
            MplsPayload::EthernetWithControlWord => {
                self.packet.control_word = Some(self.reader.header::<ControlWord>()?);
                PayloadKind::Ethernet
            }
        };
        Ok(())
    }
}
