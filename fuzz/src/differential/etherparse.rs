//! The headers that etherparse reads too.

mod claim;
mod known;

use std::fmt;

use arbitrary::{Arbitrary, Result, Unstructured};
use contrail_wire::generate::{self, BrokenFrame, Frame};
use contrail_wire::{Checksum, DecodeError, Decoded, Header, Layer, LinkType, PayloadKind};
use etherparse::checksum::Sum16BitWords;
use etherparse::err::packet::SliceError;
use etherparse::{NetSlice, PacketBuilder, SlicedPacket, ip_number};

use super::is_known;
use claim::Claim;

/// Any bytes, taken for a frame of each link type that both know, for the choices of a good and of a broken frame, and
/// for those of a packet that etherparse writes.
pub fn against_etherparse(bytes: &[u8]) {
    for link in [LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxSll] {
        levels(link, bytes);
    }
    if let Ok(frame) = Frame::arbitrary(&mut Unstructured::new(bytes)) {
        levels(frame.link, &frame.encode());
    }
    if let Ok(broken) = BrokenFrame::arbitrary(&mut Unstructured::new(bytes)) {
        levels(broken.frame.link, &broken.bytes);
    }
    if let Ok((link, written)) = written_by_them(&mut Unstructured::new(bytes)) {
        let decoder = generate::decoder();
        // The ports may be those of a tunnel, of which the payload is none.
        let Decoded { packet, error, .. } = decoder.captured(link, &written, written.len());
        assert!(error.is_none_or(|error| !they_know(error.layer)), "we read what they write: {error:?}");
        for checksum in [packet.network_checksum(), packet.transport_checksum()] {
            assert!(matches!(checksum, Checksum::Right | Checksum::Absent), "{checksum:?}: {packet:?}");
        }
        levels(link, &written);
    }
}

/// One level of encapsulation, as both read it.
struct Case<'a> {
    ours: Vec<(usize, Header<'a>)>,
    error: Option<DecodeError>,
    decoded: Decoded<'a>,
    theirs: std::result::Result<Vec<Claim<'a>>, SliceError>,
    /// How many headers both found, one after another from the first on.
    common: usize,
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours: Vec<_> = self.ours.iter().map(|(_, header)| header.layer()).collect();
        write!(f, "ours {ours:?} {:?}, ", self.decoded.error)?;
        match &self.theirs {
            Ok(claims) => {
                let theirs: Vec<_> = claims.iter().map(|claim| claim.layer).collect();
                write!(f, "theirs {theirs:?}, ")?;
            }
            Err(error) => write!(f, "theirs {error:?}, ")?,
        }
        write!(f, "both {}: {:?}", self.common, self.decoded.packet)
    }
}

/// The frame, and what its tunnels carry as frames of their own.
fn levels(link: LinkType, bytes: &[u8]) {
    let decoder = generate::decoder();
    let mut next = Some((link, bytes));
    while let Some((link, bytes)) = next {
        let sliced = match link {
            LinkType::Ethernet => SlicedPacket::from_ethernet(bytes),
            LinkType::LinuxSll => SlicedPacket::from_linux_sll(bytes),
            LinkType::RawIp => SlicedPacket::from_ip(bytes),
            _ => return,
        };
        let decoded = decoder.captured(link, bytes, bytes.len());
        level(decoded, sliced, bytes);
        let payload = decoded.packet.payload();
        next = match decoded.packet.payload_kind() {
            _ if decoded.error.is_some() => None,
            PayloadKind::Ethernet => Some((LinkType::Ethernet, payload)),
            PayloadKind::Ipv4 | PayloadKind::Ipv6 => Some((LinkType::RawIp, payload)),
            _ => None,
        };
    }
}

fn level(decoded: Decoded<'_>, sliced: std::result::Result<SlicedPacket<'_>, SliceError>, bytes: &[u8]) {
    let ours: Vec<_> = decoded.packet.headers().filter(|(_, header)| they_know(header.layer())).collect();
    let theirs = sliced.as_ref().map(claim::claims).map_err(Clone::clone);
    let pairs = || theirs.iter().flatten().zip(&ours);
    let common = pairs().take_while(|(claim, (_, header))| claim.layer == Some(header.layer())).count();
    for (claim, (offset, header)) in pairs().take(common) {
        claim.is_the_same(*offset, header, bytes);
    }
    let error = decoded.error.filter(|error| they_know(error.layer));
    let case = Case { ours, error, decoded, theirs, common };
    match (&case.theirs, error) {
        (Ok(claims), None) if [claims.len(), case.ours.len()] == [common; 2] => {
            let sliced = sliced.as_ref().expect("it was read");
            if common == decoded.packet.headers().count() && decoded.error.is_none() {
                if claim::payload(sliced) != Some(decoded.packet.payload()) {
                    is_known(&case, &known::of_payloads(&case));
                }
                checksums(&case, sliced);
            }
        }
        (Err(SliceError::Len(theirs)), Some(ours)) if theirs.layer_start_offset == ours.offset => {}
        (Err(SliceError::Len(_)) | Ok(_), _) | (_, None) => is_known(&case, &known::of_headers(&case)),
        (Err(_), Some(_)) => {}
    }
}

/// Whether it is a layer that etherparse reads.
const fn they_know(layer: Layer) -> bool {
    matches!(
        layer,
        Layer::LinuxSll
            | Layer::Ethernet
            | Layer::Vlan
            | Layer::Arp
            | Layer::Ipv4
            | Layer::Ipv6
            | Layer::Ipv6Extension
            | Layer::Udp
            | Layer::Tcp
            | Layer::Icmp
            | Layer::Icmpv6
    )
}

/// Where nothing sends the packet on to another destination than its header says, a checksum is right by their sums where it
/// is by ours. (What they say it should be is of the headers without reserved bits, which are summed too.)
fn checksums(case: &Case<'_>, sliced: &SlicedPacket<'_>) {
    let packet = &case.decoded.packet;
    let same = |ours: Checksum, sum: Sum16BitWords| {
        assert_eq!(ours == Checksum::Right, sum.ones_complement() == 0, "ours is {ours:?}: {case:?}");
    };
    let mut sum = Sum16BitWords::new();
    let Some((protocol, covered)) = sliced.transport.as_ref().map(claim::covered) else {
        if let Some(NetSlice::Ipv4(ip)) = &sliced.net {
            same(packet.network_checksum(), sum.add_slice(ip.header().slice()));
        }
        return;
    };
    let length = u32::try_from(covered.len()).expect("it is not too long").to_be_bytes();
    sum = sum.add_slice(covered);
    let mut with_pseudo_header = sum.add_4bytes(length).add_2bytes([0, protocol]);
    let sum = match &sliced.net {
        _ if protocol == ip_number::ICMP.0 => Sum16BitWords::new().add_slice(covered),
        Some(NetSlice::Ipv4(ip)) if ip.header().ihl() == 5 => {
            with_pseudo_header.add_4bytes(ip.header().source()).add_4bytes(ip.header().destination())
        }
        Some(NetSlice::Ipv6(ip)) if ip.extensions().is_empty() => {
            with_pseudo_header.add_16bytes(ip.header().source()).add_16bytes(ip.header().destination())
        }
        _ => return,
    };
    match packet.transport_checksum() {
        Checksum::Absent => assert_eq!(packet.udp().map(|udp| udp.checksum.get()), Some(0), "{case:?}"),
        ours => same(ours, sum),
    }
}

/// A packet of etherparse's own making.
fn written_by_them(input: &mut Unstructured<'_>) -> Result<(LinkType, Vec<u8>)> {
    macro_rules! written {
        ($builder:expr) => {{
            let builder = $builder;
            let payload = input.bytes(input.len())?;
            let mut buffer = vec![crate::UNWRITTEN; builder.size(payload.len())];
            builder.write_to_slice(&mut buffer, payload).expect("there is room");
            buffer
        }};
    }
    let (is_tagged, is_ipv4) = input.arbitrary()?;
    let tag = input.int_in_range(0..=4095)?;
    let tagged = PacketBuilder::ethernet2(input.arbitrary()?, input.arbitrary()?)
        .single_vlan(tag.try_into().expect("it is in range"));
    let ip = if is_ipv4 {
        let (source, destination, ttl) = input.arbitrary()?;
        if is_tagged {
            tagged.ipv4(source, destination, ttl)
        } else {
            PacketBuilder::ipv4(source, destination, ttl)
        }
    } else {
        let (source, destination, limit) = input.arbitrary()?;
        if is_tagged {
            tagged.ipv6(source, destination, limit)
        } else {
            PacketBuilder::ipv6(source, destination, limit)
        }
    };
    let (first, second) = input.arbitrary()?;
    let bytes = match (input.int_in_range(0..=2)?, is_ipv4) {
        (0, _) => written!(ip.udp(first, second)),
        (1, _) => {
            let tcp = ip.tcp(first, second, input.arbitrary()?, input.arbitrary()?);
            written!(if input.arbitrary()? { tcp.syn().ece().cwr() } else { tcp.ack(7).psh() })
        }
        (_, true) => written!(ip.icmpv4_echo_request(first, second)),
        (_, false) => written!(ip.icmpv6_echo_reply(first, second)),
    };
    Ok((if is_tagged { LinkType::Ethernet } else { LinkType::RawIp }, bytes))
}
