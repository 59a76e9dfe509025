//! The flow that a packet belongs to, as a number: what spreads tunnels over equal-cost paths.
//!
//! RFC 7348 section 5 and RFC 7510 section 3 ask the encapsulating end to put a hash of the inner flow into the
//! outer UDP source port, in 49152 to 65535; RFC 6438 asks for the same in the flow label of IPv6. Which hash is left
//! open, so the port can be told only from its range and from being the same for all packets of a flow.
//!
//! What counts is what all packets of a flow share:
//!
//! - of IPv4 and IPv6 the addresses and the protocol, and the ports of TCP, UDP, SCTP, DCCP and UDP-Lite;
//! - of a fragment the addresses and the protocol, since only the first has ports. A datagram that is sometimes
//!   fragmented thus has two flows: RFC 6438 section 3 accepts that, and so do routers;
//! - of a frame without IP the two MAC addresses;
//! - of anything else nothing: it is all one flow.
//!
//! ```
//! use contrail_wire::flow::{FlowHash, FlowHasher};
//! # let frame = contrail_wire::doc::VXLAN_FRAME;
//! let port = FlowHash::of_ethernet(frame).source_port();
//! assert!(port >= 49152);
//!
//! // As a vRouter does: another seed at each start, so that no two of them choose alike.
//! let hasher = FlowHasher::new().seed(0x5eed);
//! assert_ne!(hasher.ethernet(frame).source_port(), port);
//! ```
//!
//! # Which hash
//!
//! The same on every platform and in every release, so that a port that was seen can be told from a flow. Where
//! *m*(*a*, *b*) is the upper half of the 128-bit product xor the lower, it is the upper 32 bits of
//!
//! ```text
//! m(m(source ^ protocol << 48 ^ K0, destination ^ K1 ^ seed) ^ seed, K2)
//!
//! source, destination   IPv4      address << 16 | port
//!                       IPv6      m(upper half of the address ^ K2, lower half ^ K1) ^ port
//!                       Ethernet  MAC address, with 0 for the protocol
//! K0, K1, K2            243f6a8885a308d3, 13198a2e03707345, a4093822299f31d1
//! ```
//!
//! where a port that does not count is 0, and `symmetric` first puts the smaller of source and destination in front. It
//! spreads well (the tests hold it to that), and is no defence: who knows the seed can make flows that collide.

pub(crate) mod inner;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

pub(crate) use self::inner::Inner;
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::{Decoder, FixedHeader, IpProtocol, LinkType, MacAddr, Transport};

/// A number that all packets of a flow share; see the [module](self).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FlowHash(u32);

impl FlowHash {
    /// A hash that was made elsewhere, such as by the network card (RSS).
    pub const fn new(hash: u32) -> Self {
        Self(hash)
    }

    /// Of an Ethernet frame, with [`FlowHasher::new`].
    pub fn of_ethernet(frame: &[u8]) -> Self {
        FlowHasher::new().ethernet(frame)
    }

    /// Of an IPv4 or IPv6 packet, with [`FlowHasher::new`].
    pub fn of_ip(packet: &[u8]) -> Self {
        FlowHasher::new().ip(packet)
    }

    /// The hash.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The UDP source port for a tunnel that carries this flow, 49152 to 65535: from the 14 highest bits. (A vRouter
    /// scales its hash by 16383, so that it never uses 65535.)
    #[inline]
    pub const fn source_port(self) -> u16 {
        let [high, low, _, _] = self.0.to_be_bytes();
        0xc000 | u16::from_be_bytes([high, low]) >> 2
    }

    /// The flow label for an IPv6 tunnel that carries this flow, 1 to 1048575: from the 20 lowest bits. Never 0,
    /// which would mean that there is none (RFC 6437 section 2).
    #[inline]
    pub const fn flow_label(self) -> u32 {
        match self.0 & 0xf_ffff {
            0 => 0xf_ffff,
            label => label,
        }
    }
}

/// How flows are hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FlowHasher {
    seed: u64,
    symmetric: bool,
}

impl FlowHasher {
    /// With seed 0, and both directions of a flow hashed apart.
    pub const fn new() -> Self {
        Self { seed: 0, symmetric: false }
    }

    /// With another seed: other ports for the same flows.
    #[must_use]
    pub const fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// With one hash for both directions of a flow, so that a middlebox or a capture sees both on one path.
    #[must_use]
    pub const fn symmetric(self) -> Self {
        Self { symmetric: true, ..self }
    }

    /// Of an Ethernet frame.
    pub fn ethernet(self, frame: &[u8]) -> FlowHash {
        let plain = inner::plain(frame).and_then(|packet| self.plain(packet));
        plain.unwrap_or_else(|| self.inner(&Inner::ethernet(frame)))
    }

    /// Of an IPv4 or IPv6 packet.
    pub fn ip(self, packet: &[u8]) -> FlowHash {
        self.plain(packet).unwrap_or_else(|| self.inner(&Inner::ip(packet)))
    }

    /// Of an IPv4 packet.
    #[inline(always)]
    pub(crate) fn plain(self, packet: &[u8]) -> Option<FlowHash> {
        let (header, behind) = Ipv4Header::decode(packet).ok()?;
        Some(self.ipv4(header, behind))
    }

    /// Of whatever a tunnel carries.
    #[inline(never)]
    fn inner(self, inner: &Inner<'_>) -> FlowHash {
        match inner {
            Inner::Ipv4(header, behind) => self.ipv4(header, behind),
            Inner::Ipv6(header, payload) => {
                let (protocol, ports) = ipv6_ports(header, payload);
                let (source, destination) = ports.unwrap_or_default();
                let source = folded(header.source_address.get().to_bits()) ^ u64::from(source);
                let destination = folded(header.destination_address.get().to_bits()) ^ u64::from(destination);
                self.ends(protocol, source, destination)
            }
            Inner::Ethernet(header) => {
                self.ends(IpProtocol(0), number(header.source_address), number(header.destination_address))
            }
            Inner::Opaque => self.opaque(),
        }
    }

    #[inline(always)]
    fn ipv4(self, header: &Ipv4Header, behind: &[u8]) -> FlowHash {
        let (source, destination) = ipv4_ports(header, behind).unwrap_or_default();
        let source = u64::from(header.source_address.get().to_bits()) << 16 | u64::from(source);
        let destination =
            u64::from(header.destination_address.get().to_bits()) << 16 | u64::from(destination);
        self.ends(header.protocol, source, destination)
    }

    /// Of what has no flow that could be seen.
    pub(crate) fn opaque(self) -> FlowHash {
        self.ends(IpProtocol(0), 0, 0)
    }

    #[inline]
    fn ends(self, protocol: IpProtocol, source: u64, destination: u64) -> FlowHash {
        let (source, destination) = if self.symmetric && destination < source {
            (destination, source)
        } else {
            (source, destination)
        };
        let protocol = u64::from(protocol.0) << 48;
        let hash = product(source ^ protocol ^ SECRETS.0, destination ^ SECRETS.1 ^ self.seed);
        let hash = product(hash ^ self.seed, SECRETS.2);
        FlowHash(u32::try_from(hash >> 32).unwrap_or_default())
    }
}

/// Odd numbers without pattern: the first digits of pi behind the point.
const SECRETS: (u64, u64, u64) = (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1);

/// Both halves of the product, so that every bit of either factor reaches the high bits or the low.
#[inline]
fn product(a: u64, b: u64) -> u64 {
    fold(u128::from(a) * u128::from(b))
}

#[inline]
fn folded(address: u128) -> u64 {
    let (high, low) = halves(address);
    product(high ^ SECRETS.2, low ^ SECRETS.1)
}

#[inline]
fn halves(wide: u128) -> (u64, u64) {
    let [a, b, c, d, e, f, g, h, low @ ..] = wide.to_be_bytes();
    (u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from_be_bytes(low))
}

#[inline]
fn fold(wide: u128) -> u64 {
    let (high, low) = halves(wide);
    high ^ low
}

fn number(address: MacAddr) -> u64 {
    let [a, b, c, d, e, f] = address.octets();
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// What TCP, UDP, SCTP, DCCP and UDP-Lite all start with.
#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Ports {
    source: U16,
    destination: U16,
}

impl Ports {
    #[inline]
    fn of(protocol: IpProtocol, payload: &[u8]) -> Option<(u16, u16)> {
        /// TCP, UDP, DCCP (RFC 4340), SCTP (RFC 9260), UDP-Lite (RFC 3828).
        const WITH_PORTS: [u8; 5] = [6, 17, 33, 132, 136];
        if !WITH_PORTS.contains(&protocol.0) {
            return None;
        }
        let (ports, _) = Self::ref_from_prefix(payload).ok()?;
        Some((ports.source.get(), ports.destination.get()))
    }
}

/// `behind` is what follows the fixed header; padding in it is no port.
#[inline]
fn ipv4_ports(header: &Ipv4Header, behind: &[u8]) -> Option<(u16, u16)> {
    let end_of_ports = header.header_length() + size_of::<Ports>();
    if header.more_fragments()
        || header.fragment_offset() != 0
        || usize::from(header.total_length.get()) < end_of_ports
    {
        return None;
    }
    Ports::of(header.protocol, behind.get(header.header_length() - Ipv4Header::LEN..)?)
}

/// The protocol behind the extension headers, and its ports.
#[inline]
fn ipv6_ports(header: &Ipv6Header, packet: &[u8]) -> (IpProtocol, Option<(u16, u16)>) {
    match header.next_header {
        protocol @ (IpProtocol::TCP | IpProtocol::UDP) => {
            let payload = Ipv6Header::decode(packet).map_or(&[][..], |(_, payload)| payload);
            (protocol, Ports::of(protocol, payload))
        }
        _ => behind_extensions(header, packet),
    }
}

#[cold]
fn behind_extensions(header: &Ipv6Header, packet: &[u8]) -> (IpProtocol, Option<(u16, u16)>) {
    let decoder = Decoder::new();
    let packet = decoder.captured(LinkType::RawIp, packet, usize::MAX).packet;
    let Some(ip) = packet.ipv6() else { return (header.next_header, None) };
    if ip.is_fragment {
        // What the first fragment has behind its fragment header is for all that the others know the protocol.
        let fragment = ip.extensions().find(|extension| extension.kind == IpProtocol::FRAGMENT);
        return (fragment.map_or(ip.protocol, |extension| extension.start.next_header), None);
    }
    let ports = match packet.transport() {
        Transport::Udp(udp) => Some((udp.source_port.get(), udp.destination_port.get())),
        Transport::Tcp(tcp) => Some((tcp.header.source_port.get(), tcp.header.destination_port.get())),
        _ => Ports::of(ip.protocol, packet.payload()),
    };
    (ip.protocol, ports)
}
