use zerocopy::{FromBytes, IntoBytes};

use super::policy::{Dscp, Ecn, Fragmentation, Identification, PerPacket};
use super::template::{DONT_FRAGMENT, Network};
use super::{Carried, Template, Tunnel};
use crate::flow::{FlowHash, Inner, inner};
use crate::net::checksum::{self, Sum};
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::udp::UdpHeader;
use crate::tunnel::gre::GreHeader;
use crate::{EncodeError, FixedHeader, IpProtocol};

impl Template {
    /// Writes the outer headers in front of the inner, which stands in `buffer` from `start` to its end, and
    /// returns the whole frame. The inner is read for its flow, and neither moved nor copied.
    ///
    /// Fails if `start` is less than [`headroom`](Self::headroom) or past the buffer's end, or if the inner is longer
    /// than [`max_inner`](Self::max_inner) of any MTU; the buffer then is as it was.
    pub fn stamp<'b>(&self, buffer: &'b mut [u8], start: usize) -> Result<&'b mut [u8], EncodeError> {
        // What `stamp_with` does, without a call for most packets.
        match self.plain_flow(buffer.get(start..).unwrap_or_default()) {
            Some(flow) => {
                let port = self.prepared.flow_is_port.then(|| flow.source_port());
                self.write(buffer, start, flow, port, 0)
            }
            None => self.stamp_with(buffer, start, PerPacket::default()),
        }
    }

    /// As [`stamp`](Self::stamp), with what the caller knows of this packet.
    pub fn stamp_with<'b>(
        &self,
        buffer: &'b mut [u8],
        start: usize,
        packet: PerPacket,
    ) -> Result<&'b mut [u8], EncodeError> {
        let prepared = &self.prepared;
        let wants_port = prepared.flow_is_port && packet.source_port.is_none();
        let flow = match packet.flow {
            None if wants_port || prepared.flow_is_label => {
                self.encapsulation.flow(self.policy.hasher, buffer.get(start..).unwrap_or_default())
            }
            given => given.unwrap_or_default(),
        };
        let port = packet.source_port.or(wants_port.then(|| flow.source_port()));
        self.write(buffer, start, flow, port, packet.identification)
    }

    /// The flow, if no inner but plain IPv4 has to be looked into for it.
    #[inline(always)]
    fn plain_flow(&self, inner: &[u8]) -> Option<FlowHash> {
        if !self.prepared.flow_is_port && !self.prepared.flow_is_label {
            return Some(FlowHash::default());
        }
        let packet = match self.encapsulation.carried {
            Carried::Ethernet => inner::plain(inner)?,
            Carried::Ip => inner,
            Carried::Opaque => return None,
        };
        self.policy.hasher.plain(packet)
    }

    #[inline(always)]
    fn write<'b>(
        &self,
        buffer: &'b mut [u8],
        start: usize,
        flow: FlowHash,
        source_port: Option<u16>,
        identification: u16,
    ) -> Result<&'b mut [u8], EncodeError> {
        let available = buffer.len();
        let headroom = self.headroom();
        let Some(frame) = start.checked_sub(headroom).and_then(|first| buffer.get_mut(first..)) else {
            return Err(self.no_room(start, available));
        };
        let Some((outer, inner)) = frame.split_at_mut_checked(headroom) else {
            return Err(self.no_room(start, available));
        };
        // What the length field of IP says; UDP's says what is behind IP.
        let Ok(length) = u16::try_from(inner.len() + self.prepared.length) else {
            return Err(self.too_long(inner.len()));
        };
        if self.write_headers(outer, length, flow, source_port).is_none() {
            return Err(self.no_room(start, available));
        }
        if self.prepared.depends_on_inner {
            return self.take_from_inner(frame, identification);
        }
        Ok(frame)
    }

    /// All that does not depend on the inner packet but for its length and flow.
    #[inline(always)]
    fn write_headers(
        &self,
        outer: &mut [u8],
        length: u16,
        flow: FlowHash,
        source_port: Option<u16>,
    ) -> Option<()> {
        let prepared = &self.prepared;
        copy(&prepared.headers, outer)?;
        let (_, network) = outer.split_at_mut_checked(prepared.link_length)?;
        let (transport, behind_ip) = match &self.network {
            Network::Ipv4(empty) => {
                let (header, rest) = Ipv4Header::mut_from_prefix(network).ok()?;
                header.total_length.set(length);
                header.header_checksum.set(checksum::add(empty.header_checksum.get(), length));
                (rest, length - IPV4_LENGTH)
            }
            Network::Ipv6(empty) => {
                let (header, rest) = Ipv6Header::mut_from_prefix(network).ok()?;
                header.payload_length.set(length);
                if prepared.flow_is_label {
                    header.version_class_label.set(empty.version_class_label.get() | flow.flow_label());
                }
                (rest, length)
            }
        };
        if prepared.is_over_udp {
            let (header, _) = UdpHeader::mut_from_prefix(transport).ok()?;
            header.length.set(behind_ip);
            if let Some(port) = source_port {
                header.source_port.set(port);
            }
        }
        Some(())
    }

    /// Changes what is not prepared but taken from the inner packet.
    #[inline(never)]
    fn take_from_inner<'f>(&self, frame: &'f mut [u8], given: u16) -> Result<&'f mut [u8], EncodeError> {
        let headroom = self.headroom();
        if let Some((outer, inner)) = frame.split_at_mut_checked(headroom) {
            let followed = !self.prepared.follows_inner || self.follow(outer, inner, given).is_some();
            if followed
                && (!self.prepared.has_udp_checksum || self.compute_udp_checksum(outer, inner).is_some())
            {
                return Ok(frame);
            }
        }
        Err(self.no_room(headroom, frame.len()))
    }

    fn follow(&self, outer: &mut [u8], inner: &[u8], given: u16) -> Option<()> {
        let seen = self.encapsulation.look(inner);
        let (_, network) = outer.split_at_mut_checked(self.prepared.link_length)?;
        let transport = match self.network {
            Network::Ipv4(_) => {
                let (header, rest) = Ipv4Header::mut_from_prefix(network).ok()?;
                self.follow_in_ipv4(header, &seen, given);
                rest
            }
            Network::Ipv6(_) => {
                let (header, rest) = Ipv6Header::mut_from_prefix(network).ok()?;
                header.hop_limit = self.policy.ttl.of(|| seen.hops());
                header.set_traffic_class(self.class(&seen));
                rest
            }
        };
        let (labels, before) = match &self.encapsulation.tunnel {
            Tunnel::Vxlan(_) => return Some(()),
            Tunnel::MplsOverUdp(labels) => (labels, UdpHeader::LEN),
            Tunnel::MplsOverGre(labels) => (labels, GreHeader::LEN),
        };
        let class = self.policy.mpls_traffic_class.of(|| Dscp::of_octet(seen.class()).into());
        let ttl = self.policy.mpls_ttl.of(|| seen.hops());
        labels.mark(class, ttl, transport.get_mut(before..)?);
        Some(())
    }

    fn compute_udp_checksum(&self, outer: &mut [u8], inner: &[u8]) -> Option<()> {
        let (_, network) = outer.split_at_mut_checked(self.prepared.link_length)?;
        let behind = match self.network {
            Network::Ipv4(_) => Ipv4Header::LEN,
            Network::Ipv6(_) => Ipv6Header::LEN,
        };
        let (header, rest) = UdpHeader::mut_from_prefix(network.get_mut(behind..)?).ok()?;
        let length = header.length.get();
        let sum = match &self.network {
            Network::Ipv4(ip) => {
                let (source, destination) = (ip.source_address.get(), ip.destination_address.get());
                Sum::default().pseudo_ipv4(source, destination, IpProtocol::UDP, length)
            }
            Network::Ipv6(ip) => {
                let (source, destination) = (ip.source_address.get(), ip.destination_address.get());
                Sum::default().pseudo_ipv6(source, destination, IpProtocol::UDP, length.into())
            }
        };
        header.checksum.set(sum.bytes(header.as_bytes()).bytes(rest).bytes(inner).finish_udp());
        Some(())
    }

    fn class(&self, seen: &Inner<'_>) -> u8 {
        let ecn = match self.policy.ecn {
            Ecn::Normal => seen.class() & 0x03,
            Ecn::Compatibility => 0,
        };
        self.policy.dscp.of(|| Dscp::of_octet(seen.class())).get() << 2 | ecn
    }

    fn follow_in_ipv4(&self, header: &mut Ipv4Header, seen: &Inner<'_>, given: u16) {
        let hops = self.policy.ttl.of(|| seen.hops());
        let class = self.class(seen);
        let (flags, identification) = match self.policy.fragmentation {
            Fragmentation::Refused => (DONT_FRAGMENT, 0),
            Fragmentation::Inner(_) if seen.dont_fragment() => (DONT_FRAGMENT, 0),
            Fragmentation::Inner(source) | Fragmentation::Allowed(source) => match source {
                Identification::Given => (0, given),
                Identification::Inner => (0, seen.identification().unwrap_or(given)),
            },
        };
        let sum = Sum::of_checksum(header.header_checksum.get())
            .change(header.dscp_ecn.into(), class.into())
            .change(header.identification.get(), identification)
            .change(header.flags_fragment_offset.get(), flags)
            .change(u16::from(header.time_to_live) << 8, u16::from(hops) << 8);
        header.dscp_ecn = class;
        header.identification.set(identification);
        header.flags_fragment_offset.set(flags);
        header.time_to_live = hops;
        header.header_checksum.set(sum.finish());
    }

    #[cold]
    #[inline(never)]
    fn too_long(&self, inner: usize) -> EncodeError {
        let (field, length) = match self.network {
            Network::Ipv4(_) => ("total_length", inner + self.prepared.length),
            Network::Ipv6(_) => ("payload_length", inner + self.prepared.length),
        };
        EncodeError::TooLong { layer: self.network.layer(), field, length, max: 0xffff }
    }

    #[cold]
    #[inline(never)]
    fn no_room(&self, start: usize, available: usize) -> EncodeError {
        let needed = self.headroom().max(start);
        EncodeError::NoRoom { layer: self.first_layer(), needed, available: available.min(start) }
    }
}

/// [`Ipv4Header::LEN`] in the type of the length field.
const IPV4_LENGTH: u16 = 20;

/// Copies as many bytes as `to` has. Two copies that overlap and whose sizes the compiler knows are a few moves, where
/// one of any size is a call.
#[inline(always)]
fn copy(from: &[u8], to: &mut [u8]) -> Option<()> {
    #[inline(always)]
    fn both_ends<const SIZE: usize>(from: &[u8], to: &mut [u8]) -> Option<()> {
        *to.first_chunk_mut::<SIZE>()? = *from.first_chunk()?;
        *to.last_chunk_mut::<SIZE>()? = *from.last_chunk()?;
        Some(())
    }
    let from = from.get(..to.len())?;
    match to.len() {
        0..32 => both_ends::<16>(from, to),
        32..64 => both_ends::<32>(from, to),
        _ => both_ends::<64>(from, to),
    }
}
