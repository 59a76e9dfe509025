//! Laws of whole frames: what was encoded is decoded, what is cut is missed where it was cut, what is damaged
//! does no harm.

use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::{Bound, DecodeError, Header, Layer, LinkType, Problem};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generated::{Generated, decoder, frames};
use crate::packets::{error, headers, levels, rebuilt, survives};

/// The bytes that a header's length field claims, and what an error calls it.
fn claim(header: &Header<'_>) -> Option<(&'static str, usize)> {
    match header {
        Header::Ethernet(EthernetHeader { ethertype, .. }) | Header::Vlan(VlanTag { ethertype, .. }) => {
            ethertype.ieee_802_3_length().map(|length| ("length", length.into()))
        }
        Header::Ipv4(header, _) => Some(("total_length", header.total_length.get().into())),
        Header::Ipv6(header) => Some(("payload_length", header.payload_length.get().into())),
        Header::Udp(header) => Some(("length", header.length.get().into())),
        _ => None,
    }
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(frame in frames()) {
        let decoder = decoder();
        let levels = levels(&decoder, frame.link, &frame.bytes, frame.bytes.len());
        prop_assert_eq!(error(&levels), None);
        let decoded: Vec<_> = headers(&levels).into_iter().map(|(_, header)| header).collect();
        prop_assert_eq!(&decoded, &frame.headers);
        prop_assert_eq!(levels.last().unwrap().packet.payload(), &frame.payload);
        prop_assert_eq!(rebuilt(&levels), frame.bytes);
    }

    #[test]
    fn offsets_are_absolute_and_without_gaps(frame in frames()) {
        let decoder = decoder();
        let levels = levels(&decoder, frame.link, &frame.bytes, frame.bytes.len());
        let mut expected = 0;
        for (offset, header) in headers(&levels) {
            prop_assert_eq!(offset, expected);
            expected += header.len();
        }
        for pair in levels.windows(2) {
            prop_assert_eq!(pair[0].packet.payload_offset(), pair[1].packet.offset());
        }
        prop_assert_eq!(levels.last().unwrap().packet.payload_offset(), expected);
    }

    #[test]
    fn levels_of_a_packet_are_those_found_one_by_one(frame in frames()) {
        let decoder = decoder();
        let one_by_one = levels(&decoder, frame.link, &frame.bytes, frame.bytes.len());
        let all: Vec<_> = one_by_one[0].packet.levels().map(|level| level.unwrap().offset()).collect();
        prop_assert_eq!(all, one_by_one.iter().map(|level| level.packet.offset()).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_behind_the_lengths_is_trailer(frame in frames(), padding in vec(any::<u8>(), 1..20)) {
        // Without a length that ends it, a frame goes to the end of the buffer.
        prop_assume!(frame.headers.iter().any(|header| claim(header).is_some() || matches!(header, Header::Arp(_))));
        let padded = [&frame.bytes[..], &padding].concat();
        let decoder = decoder();
        let levels = levels(&decoder, frame.link, &padded, padded.len());
        prop_assert_eq!(error(&levels), None);
        prop_assert_eq!(levels.last().unwrap().packet.payload(), &frame.payload);
        let trailers: Vec<u8> = levels.iter().rev().flat_map(|level| level.packet.trailer()).copied().collect();
        prop_assert_eq!(trailers, padding);
        prop_assert_eq!(rebuilt(&levels), padded);
    }

    #[test]
    fn a_snapped_frame_is_read_up_to_the_header_that_was_cut(frame in frames()) {
        for cut in 0..frame.bytes.len() {
            let (before, cut_header) = at(&frame, cut);
            let decoder = decoder();
            let levels = levels(&decoder, frame.link, &frame.bytes[..cut], frame.bytes.len());
            let found: Vec<_> = headers(&levels).into_iter().map(|(_, header)| header).collect();
            prop_assert_eq!(&found, &frame.headers[..before]);
            match cut_header {
                // A cut in the payload does no harm.
                None => prop_assert_eq!(error(&levels), None),
                Some((offset, header)) => {
                    let error = error(&levels).unwrap();
                    prop_assert!(misses(&error, &header, cut - offset), "{}", error);
                    prop_assert_eq!(error.offset, offset);
                    let available = cut - offset;
                    let Problem::Truncated { needed, available: found, bound: Bound::Snapshot } = error.problem else {
                        return Err(TestCaseError::fail(error.to_string()));
                    };
                    prop_assert!(found == available && needed > available && needed <= header.len(), "{}", error);
                }
            }
            prop_assert_eq!(rebuilt(&levels), &frame.bytes[..cut]);
        }
    }

    #[test]
    fn a_frame_cut_short_contradicts_the_outermost_length_or_lacks_a_header(frame in frames()) {
        for cut in 0..frame.bytes.len() {
            let (before, cut_header) = at(&frame, cut);
            let mut offset = 0;
            let mut contradicted = None;
            for header in &frame.headers[..before] {
                if contradicted.is_none() && let Some((field, claimed)) = claim(header) {
                    contradicted = Some((header.layer(), offset, field, claimed));
                }
                offset += header.len();
            }
            let decoder = decoder();
            let error = error(&levels(&decoder, frame.link, &frame.bytes[..cut], cut));
            match (contradicted, cut_header) {
                (Some((layer, offset, expected, expected_claim)), _) => {
                    let error = error.unwrap();
                    prop_assert_eq!((error.layer, error.offset), (layer, offset));
                    let missing = frame.bytes.len() - cut;
                    let Problem::Overrun { field, claimed, available, bound: Bound::Frame } = error.problem else {
                        return Err(TestCaseError::fail(error.to_string()));
                    };
                    prop_assert_eq!((field, claimed, available), (expected, expected_claim, expected_claim - missing));
                }
                (None, Some((offset, header))) => {
                    let error = error.unwrap();
                    prop_assert!(misses(&error, &header, cut - offset), "{}", error);
                    prop_assert_eq!(error.offset, offset);
                    let is_truncated = matches!(error.problem, Problem::Truncated { bound: Bound::Frame, .. });
                    prop_assert!(is_truncated, "{}", error);
                }
                (None, None) => prop_assert_eq!(error, None),
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..120)) {
        survives(&bytes);
    }

    #[test]
    fn damage_is_survived(
        frame in frames(),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = frame.bytes;
        for (place, byte) in damage {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
        }
        survives(&bytes);
    }
}

/// How many headers end at or before `cut`, and the one that goes past it with its offset.
fn at(frame: &Generated, cut: usize) -> (usize, Option<(usize, Header<'static>)>) {
    let mut offset = 0;
    for (index, header) in frame.headers.iter().enumerate() {
        if offset + header.len() > cut {
            return (index, Some((offset, *header)));
        }
        offset += header.len();
    }
    (frame.headers.len(), None)
}

/// Whether this header is what the error misses, when only `left` bytes of it are there. Where either version of IP
/// may stand, a packet without a first byte is missed as IPv4.
fn misses(error: &DecodeError, header: &Header<'_>, left: usize) -> bool {
    error.layer == header.layer()
        || (left == 0 && (error.layer, header.layer()) == (Layer::Ipv4, Layer::Ipv6))
}

#[test]
fn the_deepest_frame_is_walked_without_recursion() {
    // IPv4 in IPv4, as often as a total length of 0 lets it be: 65 kB of nothing but headers.
    let header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 4, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    let frame = header.repeat(3276);
    let decoder = decoder();
    let levels = levels(&decoder, LinkType::RawIp, &frame, frame.len());
    assert_eq!(levels.len(), 3277);
    assert_eq!(error(&levels).unwrap().offset, frame.len());
}
