//! One level of encapsulation of a frame.

use core::net::IpAddr;

use crate::decoder::{Decoded, Decoder, Start};
use crate::header::Header;
use crate::net::arp::ArpPacket;
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::Ipv4;
use crate::net::ipv6::Ipv6;
use crate::net::linux_sll::{LinuxSll, LinuxSll2};
use crate::net::tcp::Tcp;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::reader::Reader;
use crate::tunnel::gre::Gre;
use crate::tunnel::mpls::{ControlWord, LabelStack, MplsEntry};
use crate::tunnel::vxlan::VxlanHeader;
use crate::{Bound, DecodeError, Vni};

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
    /// From the level's first byte to the end of the enclosing length.
    pub(crate) bytes: &'a [u8],
    pub(crate) offset: usize,
    pub(crate) link: Link<'a>,
    pub(crate) vlans: &'a [VlanTag],
    pub(crate) network: Network<'a>,
    pub(crate) transport: Transport<'a>,
    pub(crate) tunnel: Option<Tunnel<'a>>,
    /// The entries of a label stack whose next entry could not be read.
    pub(crate) unended_stack: &'a [MplsEntry],
    pub(crate) control_word: Option<&'a ControlWord>,
    pub(crate) payload_kind: PayloadKind,
    pub(crate) payload: Reader<'a>,
}

/// The link header of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link<'a> {
    /// The level starts with IP.
    None,
    /// Ethernet II or IEEE 802.3.
    Ethernet(&'a EthernetHeader),
    /// A Linux cooked capture, version 1.
    LinuxSll(&'a LinuxSll),
    /// A Linux cooked capture, version 2.
    LinuxSll2(&'a LinuxSll2),
}

/// The network header of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Network<'a> {
    /// None that is known here.
    None,
    /// ARP.
    Arp(&'a ArpPacket),
    /// IPv4.
    Ipv4(Ipv4<'a>),
    /// IPv6.
    Ipv6(Ipv6<'a>),
}

/// The transport header of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport<'a> {
    /// None that is known here.
    None,
    /// UDP.
    Udp(&'a UdpHeader),
    /// TCP.
    Tcp(Tcp<'a>),
    /// ICMP.
    Icmp(&'a IcmpHeader),
    /// ICMPv6.
    Icmpv6(&'a Icmpv6Header),
}

/// What a level tunnels its payload in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tunnel<'a> {
    /// VXLAN in UDP.
    Vxlan(&'a VxlanHeader),
    /// MPLS in UDP (RFC 7510).
    MplsOverUdp(LabelStack<'a>),
    /// MPLS in GRE (RFC 4023).
    MplsOverGre(Gre<'a>, LabelStack<'a>),
    /// MPLS on the link, or in IP as protocol 137 (RFC 4023).
    Mpls(LabelStack<'a>),
    /// GRE with anything but MPLS.
    Gre(Gre<'a>),
    /// IP in IP (RFC 2003, RFC 2473).
    Ip,
}

impl<'a> Tunnel<'a> {
    /// The label stack, where there is one.
    pub const fn labels(&self) -> Option<LabelStack<'a>> {
        match *self {
            Self::MplsOverUdp(stack) | Self::MplsOverGre(_, stack) | Self::Mpls(stack) => Some(stack),
            Self::Vxlan(_) | Self::Gre(_) | Self::Ip => None,
        }
    }
}

/// What a level's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadKind {
    /// Not known here: application data, or a protocol that this library leaves alone.
    Opaque,
    /// IEEE 802.2 LLC in an IEEE 802.3 frame.
    Llc,
    /// A part of an IP packet that was fragmented.
    Fragment,
    /// The next level, from its Ethernet header.
    Ethernet,
    /// The next level, from its IPv4 header.
    Ipv4,
    /// The next level, from its IPv6 header.
    Ipv6,
}

impl<'a> Packet<'a> {
    pub(crate) const fn new(decoder: &'a Decoder<'a>, reader: Reader<'a>) -> Self {
        Self {
            decoder,
            bytes: reader.rest,
            offset: reader.offset,
            link: Link::None,
            vlans: &[],
            network: Network::None,
            transport: Transport::None,
            tunnel: None,
            unended_stack: &[],
            control_word: None,
            payload_kind: PayloadKind::Opaque,
            payload: reader,
        }
    }

    pub(crate) const fn set_payload(&mut self, reader: Reader<'a>) {
        self.payload = reader;
    }

    /// Where this level starts, in bytes from the start of the outermost frame.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The link header.
    pub const fn link(&self) -> Link<'a> {
        self.link
    }

    /// The Ethernet header.
    pub const fn ethernet(&self) -> Option<&'a EthernetHeader> {
        match self.link {
            Link::Ethernet(header) => Some(header),
            _ => None,
        }
    }

    /// The VLAN tags, outermost first.
    pub const fn vlans(&self) -> &'a [VlanTag] {
        self.vlans
    }

    /// The network header.
    pub const fn network(&self) -> Network<'a> {
        self.network
    }

    /// The IPv4 header.
    pub const fn ipv4(&self) -> Option<Ipv4<'a>> {
        match self.network {
            Network::Ipv4(view) => Some(view),
            _ => None,
        }
    }

    /// The IPv6 header.
    pub const fn ipv6(&self) -> Option<Ipv6<'a>> {
        match self.network {
            Network::Ipv6(view) => Some(view),
            _ => None,
        }
    }

    /// The source address of IPv4 or IPv6.
    pub fn source_ip(&self) -> Option<IpAddr> {
        match self.network {
            Network::Ipv4(view) => Some(view.header.source_address.get().into()),
            Network::Ipv6(view) => Some(view.header.source_address.get().into()),
            _ => None,
        }
    }

    /// The destination address of IPv4 or IPv6.
    pub fn destination_ip(&self) -> Option<IpAddr> {
        match self.network {
            Network::Ipv4(view) => Some(view.header.destination_address.get().into()),
            Network::Ipv6(view) => Some(view.header.destination_address.get().into()),
            _ => None,
        }
    }

    /// The transport header.
    pub const fn transport(&self) -> Transport<'a> {
        self.transport
    }

    /// The UDP header.
    pub const fn udp(&self) -> Option<&'a UdpHeader> {
        match self.transport {
            Transport::Udp(header) => Some(header),
            _ => None,
        }
    }

    /// The TCP header.
    pub const fn tcp(&self) -> Option<Tcp<'a>> {
        match self.transport {
            Transport::Tcp(view) => Some(view),
            _ => None,
        }
    }

    /// What the payload is tunnelled in.
    pub const fn tunnel(&self) -> Option<Tunnel<'a>> {
        self.tunnel
    }

    /// The VXLAN network identifier, if the payload is tunnelled in VXLAN.
    pub const fn vni(&self) -> Option<Vni> {
        match self.tunnel {
            Some(Tunnel::Vxlan(header)) => Some(header.vni),
            _ => None,
        }
    }

    /// The control word behind the label stack.
    pub const fn control_word(&self) -> Option<&'a ControlWord> {
        self.control_word
    }

    /// What the payload is.
    pub const fn payload_kind(&self) -> PayloadKind {
        self.payload_kind
    }

    /// All bytes behind this level's headers, up to the innermost length that bounds them.
    pub const fn payload(&self) -> &'a [u8] {
        self.payload.rest
    }

    /// Where the payload starts, in bytes from the start of the outermost frame.
    pub const fn payload_offset(&self) -> usize {
        self.payload.offset
    }

    /// The bytes behind what the lengths of this level's headers say: Ethernet padding, or anything. They
    /// belong to nobody.
    pub fn trailer(&self) -> &'a [u8] {
        let end = self.payload.offset + self.payload.rest.len() - self.offset;
        self.bytes.get(end..).unwrap_or_default()
    }

    /// The next level, as far as it can be read; `None` if the payload is not a packet that is known here.
    #[inline]
    pub fn inner_decoded(&self) -> Option<Decoded<'a>> {
        let start = match self.payload_kind {
            PayloadKind::Ethernet => Start::Ethernet,
            PayloadKind::Ipv4 => Start::Ipv4,
            PayloadKind::Ipv6 => Start::Ipv6,
            PayloadKind::Opaque | PayloadKind::Llc | PayloadKind::Fragment => return None,
        };
        Some(self.decoder.level(start, self.payload))
    }

    /// The next level; `None` if the payload is not a packet that is known here.
    #[inline]
    pub fn inner(&self) -> Result<Option<Self>, DecodeError> {
        self.inner_decoded().map(Decoded::complete).transpose()
    }

    /// This level and those inside it, each decoded when it is asked for; ends after an error.
    pub const fn levels(self) -> Levels<'a> {
        Levels { next: Some(Ok(self)) }
    }

    /// The headers of this level in order, each with its absolute offset. If a label stack broke off, its entries
    /// are among them.
    pub fn headers(&self) -> impl Iterator<Item = (usize, Header<'a>)> + use<'a> {
        let link = match self.link {
            Link::None => None,
            Link::Ethernet(header) => Some(Header::Ethernet(*header)),
            Link::LinuxSll(header) => Some(Header::LinuxSll(*header)),
            Link::LinuxSll2(header) => Some(Header::LinuxSll2(*header)),
        };
        let (network, extensions) = match self.network {
            Network::None => (None, None),
            Network::Arp(packet) => (Some(Header::Arp(*packet)), None),
            Network::Ipv4(Ipv4 { header, options }) => (Some(Header::Ipv4(*header, options)), None),
            Network::Ipv6(view) => (Some(Header::Ipv6(*view.header)), Some(view.extensions())),
        };
        let transport = match self.transport {
            Transport::None => None,
            Transport::Udp(header) => Some(Header::Udp(*header)),
            Transport::Tcp(Tcp { header, options }) => Some(Header::Tcp(*header, options)),
            Transport::Icmp(header) => Some(Header::Icmp(*header)),
            Transport::Icmpv6(header) => Some(Header::Icmpv6(*header)),
        };
        let (tunnel, stack) = match self.tunnel {
            None | Some(Tunnel::Ip) => (None, None),
            Some(Tunnel::Vxlan(header)) => (Some(Header::Vxlan(*header)), None),
            Some(Tunnel::MplsOverUdp(stack) | Tunnel::Mpls(stack)) => (None, Some(stack)),
            Some(Tunnel::MplsOverGre(gre, stack)) => {
                (Some(Header::Gre(*gre.header, gre.optional)), Some(stack))
            }
            Some(Tunnel::Gre(gre)) => (Some(Header::Gre(*gre.header, gre.optional)), None),
        };
        let mut offset = self.offset;
        link.into_iter()
            .chain(self.vlans.iter().map(|tag| Header::Vlan(*tag)))
            .chain(network)
            .chain(extensions.into_iter().flatten().map(Header::Ipv6Extension))
            .chain(transport)
            .chain(tunnel)
            .chain(stack.into_iter().flat_map(|stack| stack.entries()).map(|entry| Header::Mpls(*entry)))
            .chain(self.unended_stack.iter().map(|entry| Header::Mpls(*entry)))
            .chain(self.control_word.map(|word| Header::ControlWord(*word)))
            .map(move |header| {
                let start = offset;
                offset += header.len();
                (start, header)
            })
    }

    /// What bounds the payload.
    pub const fn payload_bound(&self) -> Bound {
        self.payload.bound
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
