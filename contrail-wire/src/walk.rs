//! The walk through one level of encapsulation.
//!
//! It is written once and compiled twice. `FAST` gives up at whatever is unusual, or wrong, and is small enough to be
//! inlined where it is used, so that a level that is never stored costs no more than its checks. The other does all,
//! from the level's start, and says what is wrong.

use zerocopy::FromBytes;

use crate::decoder::{Decoded, Decoder, MplsPayload};
use crate::header::FixedHeader;
use crate::net::arp::ArpPacket;
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::{Ipv4, Ipv4Header};
use crate::net::ipv6::Ipv6;
use crate::net::linux_sll::{self, LinuxSll, LinuxSll2};
use crate::net::tcp::Tcp;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::packet::{Link, NetworkHeader, Packet, PayloadKind, TransportHeader, TunnelHeader};
use crate::reader::Reader;
use crate::tunnel::gre::{Gre, GreHeader};
use crate::tunnel::mpls::{ControlWord, LabelStack, MplsEntry};
use crate::tunnel::vxlan::{NextProtocol, VxlanGpeHeader, VxlanHeader};
use crate::{Bound, DecodeError, EtherType, IpProtocol, Layer};

/// What a level starts with.
#[derive(Clone, Copy)]
pub(crate) enum Start {
    // Numbered as the payload kinds are, so that one becomes the other without a table.
    Ethernet = 3,
    Ipv4 = 4,
    Ipv6 = 5,
    Ip,
    LinuxSll,
    LinuxSll2,
}

impl Start {
    /// What a payload starts with, if it is known.
    #[inline(always)]
    pub(crate) const fn of(payload: PayloadKind) -> Option<Self> {
        match payload {
            PayloadKind::Opaque | PayloadKind::Llc | PayloadKind::Fragment => None,
            PayloadKind::Ethernet => Some(Self::Ethernet),
            PayloadKind::Ipv4 => Some(Self::Ipv4),
            PayloadKind::Ipv6 => Some(Self::Ipv6),
        }
    }
}

/// A level, if all of it can be read.
#[inline(always)]
pub(crate) fn complete<'a>(
    decoder: &'a Decoder<'a>,
    start: Start,
    reader: Reader<'a>,
) -> Result<Packet<'a>, DecodeError> {
    let mut level = Level { decoder, reader, packet: Packet::new(decoder, reader) };
    match level.walk::<Unusual<false>>(start) {
        Ok(()) => Ok(level.done()),
        // Not returned as it comes, or the fast walk's result would have to be where this one is: in memory.
        Err(Unusual::<false>) => {
            match all(decoder, start, reader.rest, reader.base, reader.missing, reader.bound) {
                Decoded { packet, error: None } => Ok(packet),
                Decoded { error: Some(error), .. } => Err(error),
            }
        }
    }
}

/// What the fast walk gave up: a tagged frame, or anything. The reader comes in parts, which stay in registers.
#[cold]
#[inline(never)]
fn all<'a>(
    decoder: &'a Decoder<'a>,
    start: Start,
    rest: &'a [u8],
    base: usize,
    missing: usize,
    bound: Bound,
) -> Decoded<'a> {
    let reader = Reader { rest, base, at: 0, missing, bound };
    let mut level = Level { decoder, reader, packet: Packet::new(decoder, reader) };
    match level.walk::<Unusual<true>>(start) {
        Ok(()) => Decoded { packet: level.done(), error: None },
        Err(Unusual::<true>) => decoded(decoder, start, reader),
    }
}

/// A level, as far as it can be read.
pub(crate) fn decoded<'a>(decoder: &'a Decoder<'a>, start: Start, reader: Reader<'a>) -> Decoded<'a> {
    let mut level = Level { decoder, reader, packet: Packet::new(decoder, reader) };
    let error = level.walk::<DecodeError>(start).err();
    Decoded { packet: level.done(), error }
}

/// How a walk stops early.
trait Stop: From<DecodeError> {
    /// Whether the walk may give up at what it does not expect.
    const FAST: bool;
    /// Whether a fast walk expects one VLAN tag.
    const TAGGED: bool;
    /// It gives up; only a fast walk does.
    fn unusual() -> Self;
}

/// The fast walk's: it does not say why.
struct Unusual<const TAGGED: bool>;

impl<const TAGGED: bool> From<DecodeError> for Unusual<TAGGED> {
    #[inline(always)]
    fn from(_: DecodeError) -> Self {
        Self
    }
}

impl<const TAGGED: bool> Stop for Unusual<TAGGED> {
    const FAST: bool = true;
    const TAGGED: bool = TAGGED;

    #[inline(always)]
    fn unusual() -> Self {
        Self
    }
}

impl Stop for DecodeError {
    const FAST: bool = false;
    const TAGGED: bool = true;

    fn unusual() -> Self {
        Self::truncated(Layer::Ethernet, 0, 0, 0, Bound::Frame)
    }
}

/// What follows the network header.
enum Above {
    Nothing,
    Transport { protocol: IpProtocol, is_fragment: bool },
    Labels,
}

/// Whether an IPv4 header without options follows, of a packet that is whole and says how long it is. Then all
/// positions behind it are known when the walk is compiled.
#[inline(always)]
fn is_plain(reader: Reader<'_>) -> bool {
    let Ok((header, _)) = Ipv4Header::ref_from_prefix(reader.rest) else { return false };
    header.version_ihl == 0x45
        && header.flags_fragment_offset.get() & 0x3fff == 0
        && usize::from(header.total_length.get()) >= Ipv4Header::LEN
        && reader.missing == 0
}

/// Whether a GRE header without optional words follows.
#[inline(always)]
fn has_plain_gre(reader: Reader<'_>) -> bool {
    matches!(GreHeader::ref_from_prefix(reader.rest), Ok((header, _)) if header.flags.bits() == 0)
}

struct Level<'a> {
    decoder: &'a Decoder<'a>,
    reader: Reader<'a>,
    packet: Packet<'a>,
}

impl<'a> Level<'a> {
    #[inline(always)]
    fn done(self) -> Packet<'a> {
        let Self { reader, mut packet, .. } = self;
        packet.payload_at = reader.at;
        packet.payload = reader.rest;
        packet.missing = reader.missing;
        packet.bound = reader.bound;
        packet
    }

    #[inline(always)]
    fn walk<S: Stop>(&mut self, start: Start) -> Result<(), S> {
        let ethertype = self.link::<S>(start)?;
        self.packet.network_at = self.reader.at;
        let Some(ethertype) = ethertype else { return Ok(()) };
        let above = self.network::<S>(ethertype)?;
        self.packet.tunnel_at = self.reader.at;
        match above {
            Above::Nothing => Ok(()),
            Above::Transport { protocol, is_fragment } => self.transport::<S>(protocol, is_fragment),
            Above::Labels => self.labels::<S>(TunnelHeader::Mpls),
        }
    }

    /// Reads the link header with its tags; returns what follows, if that is known.
    #[inline(always)]
    fn link<S: Stop>(&mut self, start: Start) -> Result<Option<EtherType>, S> {
        let at = self.reader.offset();
        let ethertype = match start {
            Start::Ethernet => {
                let header: &EthernetHeader = self.reader.header()?;
                self.packet.link = Link::Ethernet(header);
                header.ethertype
            }
            Start::Ipv4 => return Ok(Some(EtherType::IPV4)),
            Start::Ipv6 => return Ok(Some(EtherType::IPV6)),
            Start::Ip => {
                // Whatever is neither is reported as an IPv4 header with that version.
                let is_6 = self.reader.rest.first().is_some_and(|first| first >> 4 == 6);
                return Ok(Some(if is_6 { EtherType::IPV6 } else { EtherType::IPV4 }));
            }
            _ if S::FAST => return Err(S::unusual()),
            Start::LinuxSll => {
                let header: &LinuxSll = self.reader.header()?;
                self.packet.link = Link::LinuxSll(header);
                if !linux_sll::has_ethertype(header.arphrd_type.get()) {
                    return Ok(None);
                }
                header.protocol_type
            }
            Start::LinuxSll2 => {
                let header: &LinuxSll2 = self.reader.header()?;
                self.packet.link = Link::LinuxSll2(header);
                if !linux_sll::has_ethertype(header.arphrd_type.get()) {
                    return Ok(None);
                }
                header.protocol_type
            }
        };
        if ethertype == EtherType::IPV4 {
            return Ok(Some(ethertype));
        }
        if S::FAST {
            if !S::TAGGED {
                return Err(S::unusual());
            }
            let tag: &VlanTag = self.reader.header()?;
            let is_usual = ethertype == EtherType::VLAN && tag.ethertype == EtherType::IPV4;
            return if is_usual { Ok(Some(EtherType::IPV4)) } else { Err(S::unusual()) };
        }
        self.tags(at, ethertype).map_err(S::from)
    }

    /// Reads the VLAN tags behind a link header at `at`, and the length of an IEEE 802.3 frame.
    #[inline(always)]
    fn tags(&mut self, at: usize, ethertype: EtherType) -> Result<Option<EtherType>, DecodeError> {
        let (mut layer, mut at, mut ethertype) = (Layer::Ethernet, at, ethertype);
        while ethertype.is_vlan() {
            (layer, at) = (Layer::Vlan, self.reader.offset());
            self.packet.network_at = self.reader.at;
            ethertype = self.reader.header::<VlanTag>()?.ethertype;
        }
        self.packet.network_at = self.reader.at;
        let is_ethernet = matches!(self.packet.link, Link::Ethernet(_)) || layer == Layer::Vlan;
        let Some(length) = ethertype.ieee_802_3_length().filter(|_| is_ethernet) else {
            return Ok(Some(ethertype));
        };
        self.packet.payload_kind = PayloadKind::Llc;
        let length = usize::from(length);
        self.reader.limit(layer, at, "length", length, length, Bound::EthernetLength)?;
        Ok(None)
    }

    #[inline(always)]
    fn network<S: Stop>(&mut self, ethertype: EtherType) -> Result<Above, S> {
        match ethertype {
            EtherType::IPV4 => {
                if S::FAST && !is_plain(self.reader) {
                    return Err(S::unusual());
                }
                let (view, limit) = Ipv4::read(&mut self.reader)?;
                self.packet.network = NetworkHeader::Ipv4(view.header);
                self.packet.transport_at = self.reader.at;
                limit?;
                Ok(self.above(view.header.protocol, view.is_fragment(), view.is_later_fragment()))
            }
            _ if S::FAST => Err(S::unusual()),
            EtherType::IPV6 => {
                let (view, limit) = Ipv6::read(&mut self.reader)?;
                self.packet.network = NetworkHeader::Ipv6(view.header);
                self.packet.transport_at = self.reader.at;
                limit?;
                Ok(self.above(view.protocol, view.is_fragment, view.is_later_fragment))
            }
            EtherType::ARP => {
                let at = self.reader.offset();
                self.packet.network = NetworkHeader::Arp(self.reader.header::<ArpPacket>()?);
                // What follows in the frame is padding.
                self.reader.limit(Layer::Arp, at, "length", 0, 0, Bound::HeaderLength)?;
                Ok(Above::Nothing)
            }
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => Ok(Above::Labels),
            _ => Ok(Above::Nothing),
        }
    }

    #[inline(always)]
    fn above(&mut self, protocol: IpProtocol, is_fragment: bool, is_later_fragment: bool) -> Above {
        if is_fragment {
            self.packet.payload_kind = PayloadKind::Fragment;
        }
        if is_later_fragment {
            return Above::Nothing;
        }
        Above::Transport { protocol, is_fragment }
    }

    #[inline(always)]
    fn transport<S: Stop>(&mut self, protocol: IpProtocol, is_fragment: bool) -> Result<(), S> {
        match protocol {
            IpProtocol::UDP => self.udp::<S>(is_fragment),
            IpProtocol::TCP => {
                self.packet.transport = TransportHeader::Tcp(Tcp::read(&mut self.reader)?.header);
                Ok(())
            }
            IpProtocol::GRE if !is_fragment => self.gre::<S>(),
            _ if S::FAST => Err(S::unusual()),
            IpProtocol::ICMP => {
                self.packet.transport = TransportHeader::Icmp(self.reader.header::<IcmpHeader>()?);
                Ok(())
            }
            IpProtocol::ICMPV6 => {
                self.packet.transport = TransportHeader::Icmpv6(self.reader.header::<Icmpv6Header>()?);
                Ok(())
            }
            _ if is_fragment => Ok(()),
            IpProtocol::IPV4 => {
                self.packet.tunnel = TunnelHeader::Ip;
                self.packet.payload_kind = PayloadKind::Ipv4;
                Ok(())
            }
            IpProtocol::IPV6 => {
                self.packet.tunnel = TunnelHeader::Ip;
                self.packet.payload_kind = PayloadKind::Ipv6;
                Ok(())
            }
            IpProtocol::MPLS => self.labels::<S>(TunnelHeader::Mpls),
            _ => Ok(()),
        }
    }

    #[inline(always)]
    fn udp<S: Stop>(&mut self, is_fragment: bool) -> Result<(), S> {
        let (header, limit) = UdpHeader::read(&mut self.reader, is_fragment)?;
        self.packet.transport = TransportHeader::Udp(header);
        self.packet.tunnel_at = self.reader.at;
        limit?;
        if is_fragment {
            return Ok(());
        }
        let port = header.destination_port.get();
        if self.decoder.carries_vxlan(port) {
            if port == UdpHeader::VXLAN_GPE {
                return if S::FAST { Err(S::unusual()) } else { self.vxlan_gpe().map_err(S::from) };
            }
            self.packet.tunnel = TunnelHeader::Vxlan(self.reader.header::<VxlanHeader>()?);
            self.packet.payload_kind = PayloadKind::Ethernet;
            return Ok(());
        }
        match port {
            UdpHeader::MPLS | UdpHeader::MPLS_LEGACY => self.labels::<S>(TunnelHeader::MplsOverUdp),
            _ => Ok(()),
        }
    }

    fn vxlan_gpe(&mut self) -> Result<(), DecodeError> {
        let header: &VxlanGpeHeader = self.reader.header()?;
        self.packet.tunnel = TunnelHeader::VxlanGpe(header);
        self.packet.payload_kind = match header.payload() {
            NextProtocol::IPV4 => PayloadKind::Ipv4,
            NextProtocol::IPV6 => PayloadKind::Ipv6,
            NextProtocol::ETHERNET => PayloadKind::Ethernet,
            _ => PayloadKind::Opaque,
        };
        Ok(())
    }

    #[inline(always)]
    fn gre<S: Stop>(&mut self) -> Result<(), S> {
        if S::FAST && !has_plain_gre(self.reader) {
            return Err(S::unusual());
        }
        let gre = Gre::read(&mut self.reader)?;
        self.packet.tunnel = TunnelHeader::Gre(gre.header);
        self.packet.payload_kind = match gre.header.protocol_type {
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => {
                return self.labels::<S>(|bottom| TunnelHeader::MplsOverGre(gre.header, bottom));
            }
            _ if S::FAST => return Err(S::unusual()),
            EtherType::ETHERNET => PayloadKind::Ethernet,
            EtherType::IPV4 => PayloadKind::Ipv4,
            EtherType::IPV6 => PayloadKind::Ipv6,
            _ => PayloadKind::Opaque,
        };
        Ok(())
    }

    /// Reads a label stack and, from the caller's answer, what it carries.
    #[inline(always)]
    fn labels<S: Stop>(&mut self, tunnel: impl FnOnce(&'a MplsEntry) -> TunnelHeader<'a>) -> Result<(), S> {
        let stack = match LabelStack::read(&mut self.reader) {
            Ok(stack) => stack,
            Err(error) => {
                self.packet.stack_breaks_off = true;
                return Err(error.into());
            }
        };
        self.packet.tunnel = tunnel(stack.bottom());
        let first_nibble = self.reader.rest.first().map(|first| first >> 4);
        let by_version = if first_nibble == Some(6) { PayloadKind::Ipv6 } else { PayloadKind::Ipv4 };
        let chosen = match self.decoder.payload_of(&stack) {
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
