//! One level of encapsulation of a frame.

mod parts;

use core::net::IpAddr;

use zerocopy::FromBytes;

use crate::decoder::{Decoded, Decoder};
use crate::header::{FixedHeader, Header};
use crate::net::ethernet::EthernetHeader;
use crate::net::ipv4::{Ipv4, Ipv4Header};
use crate::net::ipv6::{Ipv6, Ipv6Header};
use crate::net::linux_sll::{LinuxSll, LinuxSll2};
use crate::net::tcp::{Tcp, TcpHeader};
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::reader::Reader;
use crate::tunnel::gre::{Gre, GreHeader};
use crate::tunnel::mpls::{ControlWord, LabelStack, MplsEntry};
use crate::walk::{self, Start};
use crate::{Bound, DecodeError, Vni};

pub use self::parts::{Link, Network, PayloadKind, Transport, Tunnel};
pub(crate) use self::parts::{NetworkHeader, TransportHeader, TunnelHeader};

/// One level of encapsulation: link, network, transport and tunnel header, and the payload behind them.
///
/// Everything is borrowed from the frame. [`inner`](Self::inner) decodes the next level; nothing recurses by
/// itself. Made by a [`Decoder`].
///
/// ```
/// use contrail_wire::{Decoder, Tunnel};
/// # let frame = contrail_wire::doc::VXLAN_FRAME;
/// let decoder = Decoder::new();
/// let outer = decoder.ethernet(frame)?;
/// if let Some(Tunnel::Vxlan(vxlan)) = outer.tunnel() {
///     let inner = outer.inner()?.expect("VXLAN carries a frame");
///     println!("{} {:?} -> {:?}", vxlan.vni, inner.source_ip(), inner.destination_ip());
/// #   assert_eq!(inner.offset(), 50);
/// #   assert_eq!(inner.destination_ip().unwrap().to_string(), "10.99.0.11");
/// }
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    pub(crate) decoder: &'a Decoder<'a>,
    /// From the level's first byte to the end of the enclosing length. The positions below are in it.
    pub(crate) bytes: &'a [u8],
    pub(crate) offset: usize,
    /// Behind link header and tags.
    pub(crate) network_at: usize,
    /// Behind the network header with its options or extension headers.
    pub(crate) transport_at: usize,
    /// Behind the UDP header, or where it would be.
    pub(crate) tunnel_at: usize,
    pub(crate) payload_at: usize,
    pub(crate) payload: &'a [u8],
    /// Bytes behind the payload that the capture did not keep.
    pub(crate) missing: usize,
    pub(crate) bound: Bound,
    pub(crate) link: Link<'a>,
    pub(crate) network: NetworkHeader<'a>,
    pub(crate) transport: TransportHeader<'a>,
    pub(crate) tunnel: TunnelHeader<'a>,
    pub(crate) payload_kind: PayloadKind,
    pub(crate) control_word: Option<&'a ControlWord>,
    /// Whether the last headers are entries of a label stack whose next entry could not be read.
    pub(crate) stack_breaks_off: bool,
}

impl<'a> Packet<'a> {
    #[inline(always)]
    pub(crate) const fn new(decoder: &'a Decoder<'a>, reader: Reader<'a>) -> Self {
        Self {
            decoder,
            bytes: reader.rest,
            offset: reader.base,
            network_at: 0,
            transport_at: 0,
            tunnel_at: 0,
            payload_at: 0,
            payload: &[],
            missing: 0,
            bound: reader.bound,
            link: Link::None,
            network: NetworkHeader::None,
            transport: TransportHeader::None,
            tunnel: TunnelHeader::None,
            payload_kind: PayloadKind::Opaque,
            control_word: None,
            stack_breaks_off: false,
        }
    }

    #[inline(always)]
    fn between(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn link_length(&self) -> usize {
        match self.link {
            Link::None => 0,
            Link::Ethernet(_) => EthernetHeader::LEN,
            Link::LinuxSll(_) => LinuxSll::LEN,
            Link::LinuxSll2(_) => LinuxSll2::LEN,
        }
    }

    /// Where this level starts, in bytes from the start of the outermost frame.
    #[inline(always)]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The link header.
    #[inline(always)]
    pub const fn link(&self) -> Link<'a> {
        self.link
    }

    /// The Ethernet header.
    #[inline(always)]
    pub const fn ethernet(&self) -> Option<&'a EthernetHeader> {
        match self.link {
            Link::Ethernet(header) => Some(header),
            _ => None,
        }
    }

    /// The VLAN tags, outermost first.
    #[inline(always)]
    pub fn vlans(&self) -> &'a [VlanTag] {
        <[VlanTag]>::ref_from_bytes(self.between(self.link_length(), self.network_at)).unwrap_or_default()
    }

    /// The network header.
    #[inline(always)]
    pub fn network(&self) -> Network<'a> {
        match self.network {
            NetworkHeader::None => Network::None,
            NetworkHeader::Arp(packet) => Network::Arp(packet),
            NetworkHeader::Ipv4(header) => Network::Ipv4(self.with_options(header)),
            NetworkHeader::Ipv6(header) => Network::Ipv6(self.with_extensions(header)),
        }
    }

    #[inline(always)]
    fn with_options(&self, header: &'a Ipv4Header) -> Ipv4<'a> {
        Ipv4 { header, options: self.between(self.network_at + Ipv4Header::LEN, self.transport_at) }
    }

    fn with_extensions(&self, header: &'a Ipv6Header) -> Ipv6<'a> {
        Ipv6::new(header, self.between(self.network_at + Ipv6Header::LEN, self.transport_at))
    }

    /// The IPv4 header.
    #[inline(always)]
    pub fn ipv4(&self) -> Option<Ipv4<'a>> {
        match self.network {
            NetworkHeader::Ipv4(header) => Some(self.with_options(header)),
            _ => None,
        }
    }

    /// The IPv6 header.
    pub fn ipv6(&self) -> Option<Ipv6<'a>> {
        match self.network {
            NetworkHeader::Ipv6(header) => Some(self.with_extensions(header)),
            _ => None,
        }
    }

    /// The source address of IPv4 or IPv6.
    pub fn source_ip(&self) -> Option<IpAddr> {
        match self.network {
            NetworkHeader::Ipv4(header) => Some(header.source_address.get().into()),
            NetworkHeader::Ipv6(header) => Some(header.source_address.get().into()),
            _ => None,
        }
    }

    /// The destination address of IPv4 or IPv6.
    pub fn destination_ip(&self) -> Option<IpAddr> {
        match self.network {
            NetworkHeader::Ipv4(header) => Some(header.destination_address.get().into()),
            NetworkHeader::Ipv6(header) => Some(header.destination_address.get().into()),
            _ => None,
        }
    }

    /// The transport header.
    #[inline(always)]
    pub fn transport(&self) -> Transport<'a> {
        match self.transport {
            TransportHeader::None => Transport::None,
            TransportHeader::Udp(header) => Transport::Udp(header),
            TransportHeader::Tcp(header) => Transport::Tcp(self.with_tcp_options(header)),
            TransportHeader::Icmp(header) => Transport::Icmp(header),
            TransportHeader::Icmpv6(header) => Transport::Icmpv6(header),
        }
    }

    #[inline(always)]
    fn with_tcp_options(&self, header: &'a TcpHeader) -> Tcp<'a> {
        Tcp { header, options: self.between(self.transport_at + TcpHeader::LEN, self.payload_at) }
    }

    /// The UDP header.
    #[inline(always)]
    pub const fn udp(&self) -> Option<&'a UdpHeader> {
        match self.transport {
            TransportHeader::Udp(header) => Some(header),
            _ => None,
        }
    }

    /// The TCP header.
    #[inline(always)]
    pub fn tcp(&self) -> Option<Tcp<'a>> {
        match self.transport {
            TransportHeader::Tcp(header) => Some(self.with_tcp_options(header)),
            _ => None,
        }
    }

    /// What the payload is tunnelled in.
    #[inline(always)]
    pub fn tunnel(&self) -> Option<Tunnel<'a>> {
        Some(match self.tunnel {
            TunnelHeader::None => return None,
            TunnelHeader::Vxlan(header) => Tunnel::Vxlan(header),
            TunnelHeader::VxlanGpe(header) => Tunnel::VxlanGpe(header),
            TunnelHeader::MplsOverUdp(bottom) => Tunnel::MplsOverUdp(self.stack_on(bottom)),
            TunnelHeader::Mpls(bottom) => Tunnel::Mpls(self.stack_on(bottom)),
            TunnelHeader::MplsOverGre(gre, bottom) => {
                Tunnel::MplsOverGre(self.with_optional_words(gre), self.stack_on(bottom))
            }
            TunnelHeader::Gre(gre) => Tunnel::Gre(self.with_optional_words(gre)),
            TunnelHeader::Ip => Tunnel::Ip,
        })
    }

    #[inline(always)]
    fn with_optional_words(&self, header: &'a GreHeader) -> Gre<'a> {
        let start = self.tunnel_at + GreHeader::LEN;
        Gre { header, optional: self.between(start, start + header.optional_length()) }
    }

    /// Where the label stack starts.
    #[inline(always)]
    const fn labels_at(&self) -> usize {
        match self.tunnel {
            TunnelHeader::Gre(gre) | TunnelHeader::MplsOverGre(gre, _) => {
                self.tunnel_at + GreHeader::LEN + gre.optional_length()
            }
            _ => self.tunnel_at,
        }
    }

    #[inline(always)]
    fn stack_on(&self, bottom: &'a MplsEntry) -> LabelStack<'a> {
        let behind = if self.control_word.is_some() { ControlWord::LEN } else { 0 } + MplsEntry::LEN;
        let above = self.between(self.labels_at(), self.payload_at.saturating_sub(behind));
        LabelStack::new(<[MplsEntry]>::ref_from_bytes(above).unwrap_or_default(), bottom)
    }

    /// The entries of a label stack that breaks off.
    fn unended_stack(&self) -> &'a [MplsEntry] {
        if !self.stack_breaks_off {
            return &[];
        }
        <[MplsEntry]>::ref_from_bytes(self.between(self.labels_at(), self.payload_at)).unwrap_or_default()
    }

    /// The VXLAN network identifier, if the payload is tunnelled in VXLAN.
    #[inline(always)]
    pub const fn vni(&self) -> Option<Vni> {
        match self.tunnel {
            TunnelHeader::Vxlan(header) => Some(header.vni),
            TunnelHeader::VxlanGpe(header) => Some(header.vni),
            _ => None,
        }
    }

    /// The control word behind the label stack.
    pub const fn control_word(&self) -> Option<&'a ControlWord> {
        self.control_word
    }

    /// What the payload is.
    #[inline(always)]
    pub const fn payload_kind(&self) -> PayloadKind {
        self.payload_kind
    }

    /// All bytes behind this level's headers, up to the innermost length that bounds them.
    #[inline(always)]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Where the payload starts, in bytes from the start of the outermost frame.
    #[inline(always)]
    pub const fn payload_offset(&self) -> usize {
        self.offset + self.payload_at
    }

    /// The bytes behind what the lengths of this level's headers say: Ethernet padding, or anything. They
    /// belong to nobody.
    pub fn trailer(&self) -> &'a [u8] {
        self.bytes.get(self.payload_at + self.payload.len()..).unwrap_or_default()
    }

    /// What bounds the payload.
    pub const fn payload_bound(&self) -> Bound {
        self.bound
    }

    #[inline(always)]
    fn inside(&self) -> Option<(Start, Reader<'a>)> {
        let start = Start::of(self.payload_kind)?;
        let (base, missing, bound) = (self.payload_offset(), self.missing, self.bound);
        Some((start, Reader { rest: self.payload, base, at: 0, missing, bound }))
    }

    /// The next level, as far as it can be read; `None` if the payload is not a packet that is known here.
    pub fn inner_decoded(&self) -> Option<Decoded<'a>> {
        let (start, reader) = self.inside()?;
        Some(walk::decoded(self.decoder, start, reader))
    }

    /// The next level; `None` if the payload is not a packet that is known here.
    #[inline(always)]
    pub fn inner(&self) -> Result<Option<Self>, DecodeError> {
        let Some((start, reader)) = self.inside() else { return Ok(None) };
        match start {
            Start::Ethernet => walk::complete(self.decoder, Start::Ethernet, reader).map(Some),
            Start::Ipv4 => walk::complete(self.decoder, Start::Ipv4, reader).map(Some),
            start => walk::decoded(self.decoder, start, reader).complete().map(Some),
        }
    }

    /// This level and those inside it, each decoded when it is asked for; ends after an error.
    pub const fn levels(self) -> Levels<'a> {
        Levels { next: Some(Ok(self)) }
    }

    /// The headers of this level in order, each with its absolute offset. If a label stack broke off, its entries
    /// are among them.
    pub fn headers(&self) -> impl Iterator<Item = (usize, Header<'a>)> + use<'a> {
        let link = match self.link() {
            Link::None => None,
            Link::Ethernet(header) => Some(Header::Ethernet(*header)),
            Link::LinuxSll(header) => Some(Header::LinuxSll(*header)),
            Link::LinuxSll2(header) => Some(Header::LinuxSll2(*header)),
        };
        let (network, extensions) = match self.network() {
            Network::None => (None, None),
            Network::Arp(packet) => (Some(Header::Arp(*packet)), None),
            Network::Ipv4(Ipv4 { header, options }) => (Some(Header::Ipv4(*header, options)), None),
            Network::Ipv6(view) => (Some(Header::Ipv6(*view.header)), Some(view.extensions())),
        };
        let transport = match self.transport() {
            Transport::None => None,
            Transport::Udp(header) => Some(Header::Udp(*header)),
            Transport::Tcp(Tcp { header, options }) => Some(Header::Tcp(*header, options)),
            Transport::Icmp(header) => Some(Header::Icmp(*header)),
            Transport::Icmpv6(header) => Some(Header::Icmpv6(*header)),
        };
        let (tunnel, stack) = match self.tunnel() {
            None | Some(Tunnel::Ip) => (None, None),
            Some(Tunnel::Vxlan(header)) => (Some(Header::Vxlan(*header)), None),
            Some(Tunnel::VxlanGpe(header)) => (Some(Header::VxlanGpe(*header)), None),
            Some(Tunnel::MplsOverUdp(stack) | Tunnel::Mpls(stack)) => (None, Some(stack)),
            Some(Tunnel::MplsOverGre(gre, stack)) => {
                (Some(Header::Gre(*gre.header, gre.optional)), Some(stack))
            }
            Some(Tunnel::Gre(gre)) => (Some(Header::Gre(*gre.header, gre.optional)), None),
        };
        let mut offset = self.offset;
        link.into_iter()
            .chain(self.vlans().iter().map(|tag| Header::Vlan(*tag)))
            .chain(network)
            .chain(extensions.into_iter().flatten().map(Header::Ipv6Extension))
            .chain(transport)
            .chain(tunnel)
            .chain(stack.into_iter().flat_map(|stack| stack.entries()).map(|entry| Header::Mpls(*entry)))
            .chain(self.unended_stack().iter().map(|entry| Header::Mpls(*entry)))
            .chain(self.control_word().map(|word| Header::ControlWord(*word)))
            .map(move |header| {
                let start = offset;
                offset += header.len();
                (start, header)
            })
    }
}

/// The levels of a frame from the outside in; see [`Packet::levels`].
#[derive(Clone, Debug)]
pub struct Levels<'a> {
    next: Option<Result<Packet<'a>, DecodeError>>,
}

impl<'a> Iterator for Levels<'a> {
    type Item = Result<Packet<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let this = self.next.take()?;
        if let Ok(packet) = this {
            self.next = packet.inner().transpose();
        }
        Some(this)
    }
}
