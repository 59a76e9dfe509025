//! Checksums, verified when somebody asks.

use crate::net::checksum::{self, Sum};
use crate::{Header, IpProtocol, Network, Packet, Transport, Tunnel};

/// What verifying a checksum finds; from [`Packet::transport_checksum`] and its likes.
///
/// ```
/// use contrail_wire::{Checksum, Decoder};
/// # let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
/// let decoder = Decoder::new();
/// let outer = decoder.ethernet(&frame)?;
/// assert_eq!(outer.network_checksum(), Checksum::Right);
/// assert_eq!(outer.transport_checksum(), Checksum::Absent); // VXLAN needs none in UDP
///
/// frame[103] = 0x01; // the urgent pointer of the inner TCP
/// let inner = decoder.ethernet(&frame)?.inner()?.unwrap();
/// assert_eq!(inner.transport_checksum(), Checksum::Wrong { found: 0xd045, expected: 0xd044 });
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// There is none: no such header, one without a checksum, or a UDP header that says 0.
    Absent,
    /// It is what the bytes add up to.
    Right,
    /// It is not.
    Wrong {
        /// What is there.
        found: u16,
        /// What the bytes add up to.
        expected: u16,
    },
    /// Not all that it covers is there: this is a fragment, the capture cut it off, its length contradicts the IP
    /// header's, or its destination stands in a routing header of an unknown type.
    Unknown,
}

impl Checksum {
    /// `sum` is over all that the checksum `found` covers, and itself.
    pub(crate) fn new(sum: Sum, found: u16) -> Self {
        match sum.finish() {
            0 => Self::Right,
            // All is zero, the checksum too, and that of zeros alone is the other zero of one's complement.
            0xffff => Self::Wrong { found, expected: 0xffff },
            rest => Self::Wrong { found, expected: checksum::update(found, 0xffff, !rest) },
        }
    }
}

impl Packet<'_> {
    /// Verifies the checksum of the IPv4 header.
    pub fn network_checksum(&self) -> Checksum {
        self.ipv4().map_or(Checksum::Absent, |ip| ip.checksum())
    }

    /// Verifies the checksum of UDP, TCP, ICMP or ICMPv6, over all that it covers: the payload too.
    pub fn transport_checksum(&self) -> Checksum {
        let (protocol, found) = match self.transport() {
            Transport::None => return Checksum::Absent,
            Transport::Udp(udp) if udp.checksum.get() == 0 => return Checksum::Absent,
            Transport::Udp(udp) => (IpProtocol::UDP, udp.checksum),
            Transport::Tcp(tcp) => (IpProtocol::TCP, tcp.header.checksum),
            Transport::Icmp(icmp) => (IpProtocol::ICMP, icmp.checksum),
            Transport::Icmpv6(icmp) => (IpProtocol::ICMPV6, icmp.checksum),
        };
        let is_transport = |header: &Header<'_>| {
            matches!(header, Header::Udp(_) | Header::Tcp(..) | Header::Icmp(_) | Header::Icmpv6(_))
        };
        let Some((length, sum)) = self.sum_from(is_transport) else { return Checksum::Unknown };
        if self.udp().is_some_and(|udp| usize::from(udp.length.get()) != length) {
            return Checksum::Unknown;
        }
        match self.pseudo_header(sum, protocol, length) {
            Some(sum) => Checksum::new(sum, found.get()),
            None => Checksum::Unknown,
        }
    }

    /// Verifies the checksum of GRE, over all that it covers: the payload too.
    pub fn tunnel_checksum(&self) -> Checksum {
        let found = match self.tunnel() {
            Some(Tunnel::Gre(gre) | Tunnel::MplsOverGre(gre, _)) => gre.checksum(),
            _ => None,
        };
        let Some(found) = found else { return Checksum::Absent };
        match self.sum_from(|header| matches!(header, Header::Gre(..))) {
            Some((_, sum)) => Checksum::new(sum, found),
            None => Checksum::Unknown,
        }
    }

    /// How many bytes there are from the first header on for which `starts` holds to the end of the payload, and the
    /// sum of them; `None` if they are not all there.
    fn sum_from(&self, starts: impl Fn(&Header<'_>) -> bool) -> Option<(usize, Sum)> {
        let is_fragment = match self.network() {
            Network::Ipv4(ip) => ip.is_fragment(),
            Network::Ipv6(ip) => ip.is_fragment,
            _ => false,
        };
        if is_fragment || self.missing > 0 {
            return None;
        }
        let headers = self.headers().skip_while(|(_, header)| !starts(header));
        let (length, sum) = headers
            .fold((0, Sum::default()), |(length, sum), (_, header)| (length + header.len(), header.sum(sum)));
        Some((length + self.payload().len(), sum.bytes(self.payload())))
    }

    fn pseudo_header(&self, sum: Sum, protocol: IpProtocol, length: usize) -> Option<Sum> {
        match self.network() {
            // ICMP covers itself alone.
            _ if protocol == IpProtocol::ICMP => Some(sum),
            Network::Ipv4(ip) => {
                let (source, length) = (ip.header.source_address.get(), u16::try_from(length).ok()?);
                Some(sum.pseudo_ipv4(source, ip.final_destination(), protocol, length))
            }
            Network::Ipv6(ip) => {
                let (source, length) = (ip.header.source_address.get(), u32::try_from(length).ok()?);
                Some(sum.pseudo_ipv6(source, ip.final_destination()?, protocol, length))
            }
            _ => None,
        }
    }
}
