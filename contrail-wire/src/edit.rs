//! Headers changed where they stand, with the checksums that cover them kept right.

use zerocopy::{FromBytes, IntoBytes};

use crate::decoder::{Decoder, LinkType};
use crate::net::arp::ArpPacket;
use crate::net::checksum::{self, Sum};
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::tcp::TcpHeader;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::reader::Reader;
use crate::tunnel::gre::GreHeader;
use crate::tunnel::mpls::MplsEntry;
use crate::tunnel::vxlan::{VxlanGpeHeader, VxlanHeader};
use crate::walk::{self, Start};
use crate::{Bound, DecodeError, FixedHeader, Layer, Link, Network, Packet, Transport, Tunnel, U16, U32};

/// The headers of one level, to be changed where they stand; from [`Decoder::edit`].
#[derive(Debug)]
#[non_exhaustive]
pub struct PacketMut<'a> {
    /// Ethernet.
    pub ethernet: Option<&'a mut EthernetHeader>,
    /// The VLAN tags, outermost first.
    pub vlans: &'a mut [VlanTag],
    /// ARP.
    pub arp: Option<&'a mut ArpPacket>,
    /// IPv4.
    pub ipv4: Option<&'a mut Ipv4Header>,
    /// IPv6.
    pub ipv6: Option<&'a mut Ipv6Header>,
    /// UDP.
    pub udp: Option<&'a mut UdpHeader>,
    /// TCP.
    pub tcp: Option<&'a mut TcpHeader>,
    /// ICMP.
    pub icmp: Option<&'a mut IcmpHeader>,
    /// ICMPv6.
    pub icmpv6: Option<&'a mut Icmpv6Header>,
    /// VXLAN.
    pub vxlan: Option<&'a mut VxlanHeader>,
    /// VXLAN with a next protocol.
    pub vxlan_gpe: Option<&'a mut VxlanGpeHeader>,
    /// GRE.
    pub gre: Option<&'a mut GreHeader>,
    /// The optional words of GRE: checksum and reserved1, key, sequence number, as far as the flags say so.
    pub gre_words: &'a mut [U32],
    /// The label stack, outermost first.
    pub labels: &'a mut [MplsEntry],
}

impl Decoder<'_> {
    /// Lets `change` change the headers of the level at `depth`, where 0 is the outermost, and returns what it
    /// returns; `None` if the frame has no such level. Nothing is moved or copied.
    ///
    /// Checksums follow incrementally (RFC 1624): those of the level's IPv4 header, of UDP, TCP, ICMP and ICMPv6 with
    /// their pseudo-headers, of GRE, and the innermost of those around the level that cover it. The others further out
    /// cover that one too, and so need no change. The payload is not read. A checksum that was wrong stays wrong by as
    /// much, a UDP checksum of 0 stays 0, and one that becomes 0 is written as 0xffff. What stands in an authentication
    /// header or behind it is not changed with the rest.
    ///
    /// A change of a field that says what follows, or how long it is, moves nothing: the frame is then read otherwise.
    ///
    /// ```
    /// use contrail_wire::{Checksum, Decoder, LinkType, Vni};
    /// # let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
    ///
    /// let decoder = Decoder::new();
    /// decoder.edit(LinkType::Ethernet, &mut frame, 0, |outer| {
    ///     if let (Some(ip), Some(vxlan)) = (outer.ipv4, outer.vxlan) {
    ///         ip.time_to_live -= 1;
    ///         vxlan.vni = Vni::new(5002)?;
    ///     }
    ///     Ok::<(), contrail_wire::ValueError>(())
    /// })?;
    /// decoder.edit(LinkType::Ethernet, &mut frame, 1, |inner| {
    ///     if let (Some(ip), Some(tcp)) = (inner.ipv4, inner.tcp) {
    ///         ip.destination_address = [192, 0, 2, 80].into();
    ///         tcp.destination_port.set(443);
    ///     }
    /// })?;
    ///
    /// let outer = decoder.ethernet(&frame)?;
    /// assert_eq!((outer.vni().unwrap().get(), outer.network_checksum()), (5002, Checksum::Right));
    /// let inner = outer.inner()?.unwrap();
    /// assert_eq!(inner.destination_ip().unwrap().to_string(), "192.0.2.80");
    /// assert_eq!((inner.network_checksum(), inner.transport_checksum()), (Checksum::Right, Checksum::Right));
    /// # Ok::<(), contrail_wire::DecodeError>(())
    /// ```
    pub fn edit<R>(
        &self,
        link: LinkType,
        frame: &mut [u8],
        depth: usize,
        change: impl FnOnce(PacketMut<'_>) -> R,
    ) -> Result<Option<R>, DecodeError> {
        let mut place = Place { start: None, offset: 0, end: frame.len(), bound: Bound::Frame };
        let mut covering = None;
        for _ in 0..depth {
            let level = place.level(self, link, frame)?;
            let Some(inside) = Place::inside(&level) else { return Ok(None) };
            let parts = Parts::of(&level);
            if parts.has_udp_checksum || parts.has_gre_checksum {
                covering = Some((place, parts));
            }
            place = inside;
        }
        let parts = Parts::of(&place.level(self, link, frame)?);
        let Some(level) = frame.get_mut(place.offset..place.end) else { return Ok(None) };
        let before = parts.sums(level);
        let result = change(parts.headers(level));
        parts.keep_checksums(level, &before);
        let after = parts.sums(level);

        // Those further out cover this checksum too, so that their sums stay as they are.
        if let Some((place, parts)) = covering
            && let Some(level) = frame.get_mut(place.offset..place.end)
        {
            parts.keep_checksums_of_payload(level, before.all, after.all);
        }
        Ok(Some(result))
    }
}

/// Where a level stands in a frame.
#[derive(Clone, Copy)]
struct Place {
    /// What it starts with; the outermost with what the link type says.
    start: Option<Start>,
    offset: usize,
    end: usize,
    bound: Bound,
}

impl Place {
    fn inside(level: &Packet<'_>) -> Option<Self> {
        let (offset, end) = (level.payload_offset(), level.payload_offset() + level.payload().len());
        let start = Start::of(level.payload_kind())?;
        Some(Self { start: Some(start), offset, end, bound: level.payload_bound() })
    }

    fn level<'f>(
        &self,
        decoder: &'f Decoder<'f>,
        link: LinkType,
        frame: &'f [u8],
    ) -> Result<Packet<'f>, DecodeError> {
        let Some(start) = self.start else { return decoder.captured(link, frame, frame.len()).complete() };
        let rest = frame.get(self.offset..self.end).unwrap_or_default();
        let reader = Reader { rest, base: self.offset, at: 0, missing: 0, bound: self.bound };
        walk::decoded(decoder, start, reader).complete()
    }
}

/// Which headers a level has, and how many bytes each takes with what belongs to it.
#[derive(Clone, Copy)]
struct Parts {
    link: (Option<Layer>, usize),
    tags: usize,
    network: (Option<Layer>, usize),
    /// Whether the checksum of the transport header covers another destination than the network header's.
    is_routed: bool,
    transport: (Option<Layer>, usize),
    has_udp_checksum: bool,
    tunnel: (Option<Layer>, usize),
    has_gre_checksum: bool,
    /// How many entries a label stack has.
    labels: usize,
    payload_at: usize,
}

/// Sums over what the checksums of a level cover, with themselves and without the payload. A checksum that was right
/// is right as long as its sum stays the same.
struct Sums {
    network: u16,
    transport: u16,
    tunnel: u16,
    all: u16,
}

impl Parts {
    fn of(level: &Packet<'_>) -> Self {
        let link = match level.link() {
            Link::None => (None, 0),
            Link::Ethernet(_) => (Some(Layer::Ethernet), EthernetHeader::LEN),
            Link::LinuxSll(header) => (Some(Layer::LinuxSll), size_of_val(header)),
            Link::LinuxSll2(header) => (Some(Layer::LinuxSll), size_of_val(header)),
        };
        let (network, is_routed) = match level.network() {
            Network::None => ((None, 0), false),
            Network::Arp(_) => ((Some(Layer::Arp), ArpPacket::LEN), false),
            Network::Ipv4(ip) => {
                let is_routed = ip.final_destination() != ip.header.destination_address.get();
                ((Some(Layer::Ipv4), Ipv4Header::LEN + ip.options.len()), is_routed)
            }
            Network::Ipv6(ip) => {
                let is_routed = ip.final_destination() != Some(ip.header.destination_address.get());
                ((Some(Layer::Ipv6), Ipv6Header::LEN + ip.extensions.len()), is_routed)
            }
        };
        let transport = match level.transport() {
            Transport::None => (None, 0),
            Transport::Udp(_) => (Some(Layer::Udp), UdpHeader::LEN),
            Transport::Tcp(tcp) => (Some(Layer::Tcp), TcpHeader::LEN + tcp.options.len()),
            Transport::Icmp(_) => (Some(Layer::Icmp), IcmpHeader::LEN),
            Transport::Icmpv6(_) => (Some(Layer::Icmpv6), Icmpv6Header::LEN),
        };
        let (tunnel, has_gre_checksum) = match level.tunnel() {
            Some(Tunnel::Vxlan(_)) => ((Some(Layer::Vxlan), VxlanHeader::LEN), false),
            Some(Tunnel::VxlanGpe(_)) => ((Some(Layer::VxlanGpe), VxlanGpeHeader::LEN), false),
            Some(Tunnel::Gre(gre) | Tunnel::MplsOverGre(gre, _)) => {
                ((Some(Layer::Gre), GreHeader::LEN + gre.optional.len()), gre.checksum().is_some())
            }
            _ => ((None, 0), false),
        };
        Self {
            link,
            tags: level.vlans().len(),
            network,
            is_routed,
            transport,
            has_udp_checksum: level.udp().is_some_and(|udp| udp.checksum.get() != 0),
            tunnel,
            has_gre_checksum,
            labels: level.tunnel().and_then(|tunnel| tunnel.labels()).map_or(0, |stack| stack.len()),
            payload_at: level.payload_offset() - level.offset(),
        }
    }

    /// The level's bytes from the link header, the network header, the transport header, and the tunnel header on.
    fn split<'a>(&self, level: &'a mut [u8]) -> [&'a mut [u8]; 4] {
        let headers = level.get_mut(..self.payload_at).unwrap_or_default();
        let (link, rest) = cut(headers, self.link.1 + self.tags * VlanTag::LEN);
        let (network, rest) = cut(rest, self.network.1);
        let (transport, tunnel) = cut(rest, self.transport.1);
        [link, network, transport, tunnel]
    }

    fn headers<'a>(&self, level: &'a mut [u8]) -> PacketMut<'a> {
        let [link, network, transport, tunnel] = self.split(level);
        let (link, tags) = cut(link, self.link.1);
        let (tunnel, labels) = cut(tunnel, self.tunnel.1);
        let (labels, _) = cut(labels, self.labels * MplsEntry::LEN);
        let mut headers = PacketMut {
            ethernet: None,
            vlans: <[VlanTag]>::mut_from_bytes(tags).unwrap_or_default(),
            arp: None,
            ipv4: None,
            ipv6: None,
            udp: None,
            tcp: None,
            icmp: None,
            icmpv6: None,
            vxlan: None,
            vxlan_gpe: None,
            gre: None,
            gre_words: &mut [],
            labels: <[MplsEntry]>::mut_from_bytes(labels).unwrap_or_default(),
        };
        if self.link.0 == Some(Layer::Ethernet) {
            headers.ethernet = header(link);
        }
        match self.network.0 {
            Some(Layer::Arp) => headers.arp = header(network),
            Some(Layer::Ipv4) => headers.ipv4 = header(network),
            Some(Layer::Ipv6) => headers.ipv6 = header(network),
            _ => {}
        }
        match self.transport.0 {
            Some(Layer::Udp) => headers.udp = header(transport),
            Some(Layer::Tcp) => headers.tcp = header(transport),
            Some(Layer::Icmp) => headers.icmp = header(transport),
            Some(Layer::Icmpv6) => headers.icmpv6 = header(transport),
            _ => {}
        }
        match self.tunnel.0 {
            Some(Layer::Vxlan) => headers.vxlan = header(tunnel),
            Some(Layer::VxlanGpe) => headers.vxlan_gpe = header(tunnel),
            Some(Layer::Gre) => {
                let (fixed, words) = cut(tunnel, GreHeader::LEN);
                headers.gre = header(fixed);
                headers.gre_words = <[U32]>::mut_from_bytes(words).unwrap_or_default();
            }
            _ => {}
        }
        headers
    }

    fn sums(&self, level: &mut [u8]) -> Sums {
        let headers = self.headers(level);
        let (source, destination): (&[u8], &[u8]) = match (&headers.ipv4, &headers.ipv6) {
            _ if self.transport.0 == Some(Layer::Icmp) => (&[], &[]),
            (Some(ip), _) => (ip.source_address.as_bytes(), ip.destination_address.as_bytes()),
            (_, Some(ip)) => (ip.source_address.as_bytes(), ip.destination_address.as_bytes()),
            _ => (&[], &[]),
        };
        let source = Sum::default().bytes(source);
        let pseudo_header = if self.is_routed { source } else { source.bytes(destination) };
        let [link, network, transport, tunnel] = self.split(level);
        let link = Sum::default().bytes(link).bytes(network);
        Sums {
            network: !Sum::default().bytes(network).finish(),
            transport: !pseudo_header.bytes(transport).bytes(tunnel).finish(),
            tunnel: !Sum::default().bytes(tunnel).finish(),
            all: !link.bytes(transport).bytes(tunnel).finish(),
        }
    }

    /// Makes the sums what they were `before` the headers were changed.
    fn keep_checksums(&self, level: &mut [u8], before: &Sums) {
        let now = self.sums(level);
        let headers = self.headers(level);
        if let Some(ip) = headers.ipv4 {
            keep(&mut ip.header_checksum, before.network, now.network);
        }
        if let Some(tcp) = headers.tcp {
            keep(&mut tcp.checksum, before.transport, now.transport);
        }
        if let Some(icmp) = headers.icmp {
            keep(&mut icmp.checksum, before.transport, now.transport);
        }
        if let Some(icmp) = headers.icmpv6 {
            keep(&mut icmp.checksum, before.transport, now.transport);
        }
        self.keep_udp(headers.udp, before.transport, now.transport);
        self.keep_gre(headers.gre_words, before.tunnel, now.tunnel);
    }

    /// The same when the payload was changed: its sum was `before` and is `now`.
    fn keep_checksums_of_payload(&self, level: &mut [u8], before: u16, now: u16) {
        let headers = self.headers(level);
        self.keep_udp(headers.udp, before, now);
        self.keep_gre(headers.gre_words, before, now);
    }

    fn keep_udp(&self, udp: Option<&mut UdpHeader>, before: u16, now: u16) {
        if let Some(udp) = udp.filter(|udp| self.has_udp_checksum && udp.checksum.get() != 0) {
            keep(&mut udp.checksum, before, now);
            if udp.checksum.get() == 0 {
                udp.checksum.set(0xffff);
            }
        }
    }

    fn keep_gre(&self, words: &mut [U32], before: u16, now: u16) {
        if let Some(word) = words.first_mut().filter(|_| self.has_gre_checksum) {
            let Ok((checksum, _)) = U16::mut_from_prefix(word.as_mut_bytes()) else { return };
            keep(checksum, before, now);
        }
    }
}

/// Changes a checksum so that the sum over it and all that it covers, which is `now`, is what it was `before`.
fn keep(checksum: &mut U16, before: u16, now: u16) {
    // Of the two zeros, an update gives 0, also where 0xffff was.
    if before == now {
        return;
    }
    let is_over_zeros = now == checksum.get();
    let updated = checksum::update(checksum.get(), before, now);
    // The sum over nothing but zeros is the one that only 0xffff makes right.
    checksum.set(if updated == 0 && is_over_zeros { 0xffff } else { updated });
}

/// Divides `bytes` behind the first `count`, of which it is known that they are there.
fn cut(bytes: &mut [u8], count: usize) -> (&mut [u8], &mut [u8]) {
    bytes.split_at_mut_checked(count).unwrap_or_default()
}

fn header<H: FixedHeader>(bytes: &mut [u8]) -> Option<&mut H> {
    Some(H::mut_from_prefix(bytes).ok()?.0)
}
