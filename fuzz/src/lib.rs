//! Laws that every input must keep. A fuzz target calls one of these functions with the bytes it made up, and the
//! plain tests in `tests/` call the same functions with seeds, damaged seeds, kept findings and real captures, so
//! that a law is held on stable too. A broken law panics and says which.

mod bgp;
#[path = "../../contrail-wire/tests/it/changed.rs"]
mod changed;
mod dhcp;
mod differential;
mod document;
mod edit;
mod encapsulation;
mod fabric;
pub mod minimized;
mod nlri;
pub mod readme;
mod recorded;
pub mod seed;
mod target;
mod text;
mod told;
mod what_if;

use std::ops::Range;

use arbitrary::{Arbitrary, Unstructured};
use contrail_wire::generate::{self, BrokenFrame, Frame};
use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::dhcp::DhcpHeader;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::{IcmpHeader, Icmpv6Header};
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::linux_sll::{LinuxSll, LinuxSll2};
use contrail_wire::net::neighbor::NeighborMessage;
use contrail_wire::net::tcp::TcpHeader;
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::GreHeader;
use contrail_wire::tunnel::mpls::{ControlWord, MplsEntry};
use contrail_wire::tunnel::vxlan::{VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use contrail_wire::{
    Bound, DecodeError, Decoded, Decoder, Encapsulation, EncodeError, FixedHeader, Header, Label, LinkType,
    MacAddr, MplsPayload, Packet, PayloadKind, Problem, Vni, frame,
};

pub use bgp::{attribute, bgp, bgp_message, bmp, mrt};
pub use differential::{against_etherparse, against_netgauze, against_rustbgpd};
pub use document::{import, json, observed, overlay, yaml};
pub use edit::edit;
pub use encapsulation::encapsulation;
pub use fabric::fabric;
pub use nlri::nlri;
pub use recorded::{capture, recording};
pub use target::{TARGETS, Target};
pub use text::text;
pub use what_if::{sighting, what_if};

/// An unwritten byte shows: buffers are filled with this before they are written to.
const UNWRITTEN: u8 = 0xa5;

/// How many headers of an input [`packet`] cuts in two: enough for any real frame, and no more, as each cut
/// decodes the input anew.
const MOST_CUTS: usize = 64;

/// Any bytes, taken for a frame of each link type, for a header of each kind, and for what a tunnel carries.
pub fn packet(bytes: &[u8]) {
    let decoders = [
        Decoder::new(),
        Decoder::new().mpls_payload(&|_| MplsPayload::GuessByFirstNibble),
        Decoder::new()
            .vxlan_ports(&[4789, 4790, 8472])
            .mpls_payload(&|_| MplsPayload::EthernetWithControlWord),
    ];
    for decoder in &decoders {
        for link in [LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxSll, LinkType::LinuxSll2] {
            whole_frame(decoder, link, bytes);
            cut_frames(decoder, link, bytes);
        }
        let captured = |link| decoder.captured(link, bytes, bytes.len()).complete();
        is_the_same(decoder.ethernet(bytes), captured(LinkType::Ethernet));
        is_the_same(decoder.ip(bytes), captured(LinkType::RawIp));
    }
    each_header_alone(bytes);
    dhcp::dhcp(bytes);
    each_tunnel_around(bytes);
}

fn is_the_same<'a>(alone: Result<Packet<'a>, DecodeError>, captured: Result<Packet<'a>, DecodeError>) {
    let parts = |packet: Packet<'a>| {
        (packet.headers().collect::<Vec<_>>(), packet.payload(), packet.trailer(), packet.payload_kind())
    };
    assert_eq!(
        alone.map(parts),
        captured.map(parts),
        "what is not of a capture is as one that was captured whole"
    );
}

/// Any bytes, made into a good frame, and into one of which a byte is wrong: both of more levels than bytes that were
/// changed at random come to have.
pub fn frame(bytes: &[u8]) {
    if let Ok(frame) = Frame::arbitrary(&mut Unstructured::new(bytes)) {
        let encoded = frame.encode();
        let decoder = generate::decoder();
        let outermost = decoder.captured(frame.link, &encoded, encoded.len()).complete();
        let levels: Result<Vec<_>, _> = outermost.and_then(|outermost| outermost.levels().collect());
        let levels = levels.expect("a good frame is read to its end");
        let decoded: Vec<_> =
            levels.iter().flat_map(|level| level.headers().map(|(_, header)| header)).collect();
        assert_eq!(decoded, frame.headers, "a good frame is read as it was made");
        packet(&encoded);
    }
    if let Ok(broken) = BrokenFrame::arbitrary(&mut Unstructured::new(bytes)) {
        packet(&broken.bytes);
    }
}

fn whole_frame(decoder: &Decoder<'_>, link: LinkType, bytes: &[u8]) {
    let mut enclosing = 0..bytes.len();
    let mut decoded = decoder.captured(link, bytes, bytes.len());
    told::frame(&decoded, bytes.len());
    loop {
        let level = decoded.packet;
        let headers_end = headers_stand_in_a_row(&level, bytes, &enclosing);
        payload_and_trailer_are_the_rest(&level, bytes, headers_end..enclosing.end);
        fields_have_names(&level);
        headers_give_their_bytes_back(&level, bytes);
        if let Some(error) = decoded.error {
            return the_error_is_at_a_header(error, &level, &enclosing);
        }
        completed_headers_are_decoded_again(decoder, &level);
        enclosing = level.payload_offset()..level.payload_offset() + level.payload().len();
        let Some(inner) = level.inner_decoded() else { return };
        if level.payload_kind() == PayloadKind::Ethernet {
            let payload = level.payload();
            let alone = decoder.captured(LinkType::Ethernet, payload, payload.len());
            a_level_alone_is_the_level_inside(&alone, &inner, enclosing.start);
        }
        decoded = inner;
    }
}

/// Returns where the last header of the level ends.
fn headers_stand_in_a_row(level: &Packet<'_>, bytes: &[u8], enclosing: &Range<usize>) -> usize {
    let mut end = enclosing.start;
    assert_eq!(level.offset(), end, "a level starts where the payload around it does");
    for (offset, header) in level.headers() {
        assert_eq!(offset, end, "{} stands behind the header before it", header.layer());
        let mut encoded = vec![UNWRITTEN; header.len()];
        let room = header.encode(&mut encoded).expect("there is room").len();
        end += header.len();
        assert_eq!(
            (room, bytes.get(offset..end)),
            (0, Some(&encoded[..])),
            "{} is its bytes",
            header.layer()
        );
    }
    assert!(end <= enclosing.end, "the headers are inside what is around them");
    end
}

/// Headers, payload and trailer fill what the level may read, with nothing between them.
fn payload_and_trailer_are_the_rest(level: &Packet<'_>, bytes: &[u8], behind_the_headers: Range<usize>) {
    assert_eq!(level.payload_offset(), behind_the_headers.start, "the payload stands behind the headers");
    let end = level.payload_offset() + level.payload().len();
    let rest = bytes.get(end..behind_the_headers.end).expect("the payload ends inside what is around it");
    assert_eq!(bytes.get(level.payload_offset()..end), Some(level.payload()), "the payload is where it says");
    assert_eq!(level.trailer(), rest, "the trailer is all behind the payload");
}

fn fields_have_names(level: &Packet<'_>) {
    for (_, header) in level.headers() {
        let mut seen = Vec::new();
        header.fields(&mut |name, value| {
            let is_snake_case = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
            assert!(is_snake_case && !name.is_empty(), "{}: a field is named {name:?}", header.layer());
            assert!(!seen.contains(&name), "{}: two fields are named {name}", header.layer());
            assert!(!value.to_string().is_empty(), "{}: {name} has no text", header.layer());
            seen.push(name);
        });
        assert!(!seen.is_empty(), "{} shows its fields", header.layer());
    }
}

/// encode(decode(b)) = b, into a buffer that is exactly large enough, and not into a smaller one.
fn headers_give_their_bytes_back(level: &Packet<'_>, bytes: &[u8]) {
    let headers: Vec<Header<'_>> = level.headers().map(|(_, header)| header).collect();
    let end = level.payload_offset() + level.payload().len();
    let expected = bytes.get(level.offset()..end).expect("the level is inside the frame");
    let mut buffer = vec![UNWRITTEN; expected.len()];
    let written = frame::encode(&headers, level.payload(), &mut buffer).expect("there is room");
    assert_eq!(written, expected, "encoding gives the bytes back");
    if let Some((_, smaller)) = buffer.split_last_mut() {
        let refused = frame::encode(&headers, level.payload(), smaller);
        assert!(matches!(refused, Err(EncodeError::NoRoom { .. })), "a byte too few is refused: {refused:?}");
    }
}

/// An error names a header of the level, or the one behind the last of them, and its numbers add up.
fn the_error_is_at_a_header(error: DecodeError, level: &Packet<'_>, enclosing: &Range<usize>) {
    let of_a_header =
        level.headers().any(|(offset, header)| (offset, header.layer()) == (error.offset, error.layer));
    assert!(of_a_header || error.offset == level.payload_offset(), "no such header starts there: {error}");
    let holds = |available: usize| error.offset + available <= enclosing.end;
    match error.problem {
        Problem::Truncated { needed, available, bound } => {
            assert!(needed > available, "{error}");
            assert!(holds(available), "there are not so many: {error}");
            assert_ne!(bound, Bound::Snapshot, "nothing was cut off: {error}");
        }
        Problem::Overrun { field, claimed, available, .. } => {
            assert!(claimed > available && !field.is_empty(), "{error}");
            assert!(holds(available), "there are not so many: {error}");
        }
        Problem::Field { field, expected, .. } => {
            assert!(!field.is_empty() && !expected.is_empty(), "{error}")
        }
        other => panic!("a problem that these laws do not know: {other}"),
    }
}

/// decode(encode(x)) = x, for x the headers with their lengths and checksums made right.
fn completed_headers_are_decoded_again(decoder: &Decoder<'_>, level: &Packet<'_>) {
    let mut headers: Vec<Header<'_>> = level.headers().map(|(_, header)| header).collect();
    let size = headers.iter().map(Header::len).sum::<usize>() + level.payload().len();
    let (mut scratch, mut buffer) = (vec![UNWRITTEN; size], vec![UNWRITTEN; size]);
    match frame::complete(&mut headers, level.payload(), &mut scratch) {
        Ok(()) => {}
        Err(EncodeError::TooLong { .. } | EncodeError::Order { .. }) => return,
        Err(error) => panic!("there is room: {error}"),
    }
    let link = match headers.first() {
        Some(Header::Ethernet(_)) => LinkType::Ethernet,
        Some(Header::LinuxSll(_)) => LinkType::LinuxSll,
        Some(Header::LinuxSll2(_)) => LinkType::LinuxSll2,
        _ => LinkType::RawIp,
    };
    let bytes = frame::encode(&headers, level.payload(), &mut buffer).expect("there is room");
    let again = decoder.captured(link, bytes, bytes.len());
    assert_eq!(again.error, None, "completed headers can be read: {headers:?}");
    let found: Vec<Header<'_>> = again.packet.headers().map(|(_, header)| header).collect();
    assert_eq!(found, headers, "completed headers are read as they were written");
    assert_eq!(again.packet.payload(), level.payload(), "and so is the payload");
    if let Some(ip) = again.packet.ipv4() {
        assert!(ip.checksum_is_right(), "{ip:?}");
    }
    let once = headers.clone();
    frame::complete(&mut headers, level.payload(), &mut scratch).expect("it could be done before");
    assert_eq!(headers, once, "what is complete stays as it is");
}

/// What a level is depends on its bytes only; where it stands moves its offsets and nothing else.
fn a_level_alone_is_the_level_inside(alone: &Decoded<'_>, inside: &Decoded<'_>, moved_by: usize) {
    let moved: Vec<_> = alone.packet.headers().map(|(offset, header)| (offset + moved_by, header)).collect();
    let found: Vec<_> = inside.packet.headers().collect();
    assert_eq!(found, moved, "the headers of a level do not depend on where it stands");
    assert_eq!(inside.packet.payload_kind(), alone.packet.payload_kind());
    assert_eq!(inside.packet.payload(), alone.packet.payload());
    assert_eq!(inside.packet.trailer(), alone.packet.trailer());
    let place = |by: usize| move |error: DecodeError| (error.layer, error.offset + by);
    assert_eq!(inside.error.map(place(0)), alone.error.map(place(moved_by)), "an error moves with its level");
}

/// A frame that a capture cut inside a header fails there, as truncated by the capture.
fn cut_frames(decoder: &Decoder<'_>, link: LinkType, bytes: &[u8]) {
    let whole = decoder.captured(link, bytes, bytes.len());
    let mut headers: Vec<(usize, Header<'_>)> = whole.packet.headers().collect();
    if whole.error.is_none() {
        for level in whole.packet.levels().skip(1) {
            let Ok(level) = level else { break };
            headers.extend(level.headers());
        }
    }
    for (offset, header) in headers.into_iter().take(MOST_CUTS) {
        let end = offset + header.len() - 1;
        let kept = bytes.get(..end).expect("the header is in the frame");
        let mut decoded = decoder.captured(link, kept, bytes.len());
        while let (None, Some(inner)) = (decoded.error, decoded.packet.inner_decoded()) {
            decoded = inner;
        }
        let error = decoded.error.expect("a header of which a byte is missing cannot be read");
        assert_eq!((error.layer, error.offset), (header.layer(), offset), "cut at byte {end}: {error}");
        let Problem::Truncated { needed, available, bound } = error.problem else {
            panic!("cut at byte {end}: {error}");
        };
        assert!(needed > available && offset + available == end, "cut at byte {end}: {error}");
        assert_eq!(bound, Bound::Snapshot, "cut at byte {end}: {error}");
    }
}

fn each_header_alone(bytes: &[u8]) {
    fn alone<H: FixedHeader + std::fmt::Debug + PartialEq>(bytes: &[u8]) {
        let mut copy = bytes.to_vec();
        let in_place = H::decode_mut(&mut copy).map(|(header, rest)| (*header, rest.len()));
        match H::decode(bytes) {
            Ok((header, rest)) => {
                assert_eq!(H::LEN + rest.len(), bytes.len());
                assert_eq!(in_place, Ok((*header, rest.len())), "reading in place finds the same");
                let mut buffer = vec![UNWRITTEN; H::LEN];
                let room = header.encode(&mut buffer).expect("there is room").len();
                assert_eq!((room, Some(&buffer[..])), (0, bytes.get(..H::LEN)), "{header:?}");
                let mut shown = 0;
                header.fields(&mut |name, value| shown += name.len().min(value.to_string().len()));
                assert!(shown > 0, "{header:?} shows its fields");
            }
            Err(error) => {
                assert_eq!((error.layer, error.offset), (H::LAYER, 0), "{error}");
                assert_eq!(in_place, Err(error), "reading in place fails the same way");
            }
        }
    }
    alone::<LinuxSll>(bytes);
    alone::<LinuxSll2>(bytes);
    alone::<EthernetHeader>(bytes);
    alone::<VlanTag>(bytes);
    alone::<ArpPacket>(bytes);
    alone::<DhcpHeader>(bytes);
    alone::<NeighborMessage>(bytes);
    alone::<Ipv4Header>(bytes);
    alone::<Ipv6Header>(bytes);
    alone::<UdpHeader>(bytes);
    alone::<TcpHeader>(bytes);
    alone::<IcmpHeader>(bytes);
    alone::<Icmpv6Header>(bytes);
    alone::<VxlanHeader>(bytes);
    alone::<VxlanGbpHeader>(bytes);
    alone::<VxlanGpeHeader>(bytes);
    alone::<MplsEntry>(bytes);
    alone::<ControlWord>(bytes);
    alone::<GreHeader>(bytes);
}

/// What a tunnel is stamped in front of comes out of it unchanged, whatever it is.
fn each_tunnel_around(inner: &[u8]) {
    let vni = Vni::new(5001).expect("in range");
    let label = Label::new(299_776).expect("in range");
    let (near, far) = (MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, 2]));
    let (v4, v6) = ([10, 1, 2, 21].into(), [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into());
    let vxlan = Encapsulation::vxlan(vni);
    let over_udp = Encapsulation::mpls_over_udp(label);
    let over_gre = Encapsulation::mpls_over_gre(label);
    let templates = [
        (LinkType::Ethernet, vxlan.ipv4(v4, v4).ethernet(near, far)),
        (LinkType::RawIp, over_udp.ipv4(v4, v4)),
        (LinkType::Ethernet, over_gre.ipv4(v4, v4).ethernet(near, far).vlan(200).expect("in range")),
        (LinkType::RawIp, vxlan.ipv6(v6, v6)),
        (LinkType::Ethernet, over_udp.ipv6(v6, v6).ethernet(near, far).vlan(4095).expect("in range")),
    ];
    for (link, template) in templates {
        let start = template.headroom();
        let mut buffer = vec![UNWRITTEN; start];
        buffer.extend_from_slice(inner);
        let fits = inner.len() <= template.max_inner(usize::MAX);
        let stamped = match template.stamp(&mut buffer, start) {
            Ok(stamped) => &*stamped,
            Err(error) => {
                assert!(matches!(error, EncodeError::TooLong { .. }) && !fits, "{error}");
                continue;
            }
        };
        assert_eq!(stamped.len(), template.headroom() + inner.len());
        let decoder = Decoder::new();

        let decoded = decoder.captured(link, stamped, stamped.len());
        assert_eq!(decoded.error, None, "a stamped frame can be read");
        let outer = decoded.packet;
        assert_eq!(
            (outer.payload_offset(), outer.payload()),
            (start, inner),
            "and carries what it was given"
        );
        assert!(outer.trailer().is_empty());
        match outer.tunnel().and_then(|tunnel| tunnel.labels()) {
            Some(stack) => assert_eq!((stack.len(), stack.bottom().label()), (1, label)),
            None => assert_eq!(outer.vni(), Some(vni)),
        }
        if let Some(udp) = outer.udp() {
            assert!(
                udp.source_port.get() >= 49152,
                "the entropy port is a dynamic one (RFC 7348 5, RFC 7510 3)"
            );
        }
    }
}
