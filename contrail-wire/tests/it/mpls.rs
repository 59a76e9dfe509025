//! The labels that have a meaning of their own.

use contrail_wire::tunnel::mpls::{LabelStack, MplsEntry};
use contrail_wire::{Decoder, EtherType, Header, Label, LinkType, MplsPayload, PayloadKind, doc, frame};

/// An Ethernet frame with this stack, outermost first, and `payload` behind it.
fn frame(stack: &[Label], payload: &[u8]) -> Vec<u8> {
    let Some((bottom, above)) = stack.split_last() else { panic!("a stack has a bottom") };
    let (decoder, link) = (Decoder::new(), doc::VXLAN_FRAME);
    let mut ethernet = *decoder.ethernet(link).unwrap().ethernet().unwrap();
    ethernet.ethertype = EtherType::MPLS;
    let mut headers = vec![Header::Ethernet(ethernet)];
    headers.extend(above.iter().map(|label| Header::Mpls(MplsEntry::inner(*label))));
    headers.push(Header::Mpls(MplsEntry::bottom(*bottom)));
    let mut buffer = vec![0xa5; 300];
    frame::encode(&headers, payload, &mut buffer).unwrap().to_vec()
}

/// The IPv4 packet in the frame of the examples.
const IPV4: usize = 64;

#[test]
fn each_has_a_name() {
    let named: Vec<_> = (0..20).filter_map(|number| Label::new(number).unwrap().name()).collect();
    let reserved = ["reserved"; 3];
    let expected = [
        &["ipv4 explicit null", "router alert", "ipv6 explicit null", "implicit null"][..],
        &reserved,
        &["entropy label indicator", "reserved", "reserved", "reserved", "reserved", "reserved"],
        &["generic associated channel", "oam alert", "extension"],
    ]
    .concat();
    assert_eq!(named, expected);
}

#[test]
fn an_explicit_null_says_what_it_carries_without_being_asked() {
    let decoder = Decoder::new();
    let ipv4 = frame(&[Label::IPV4_EXPLICIT_NULL], &doc::VXLAN_FRAME[IPV4..]);
    let inner = decoder.ethernet(&ipv4).unwrap().inner().unwrap().unwrap();
    assert_eq!(inner.destination_ip().unwrap().to_string(), "10.99.0.11");
    let not_ipv6 = frame(&[Label::IPV6_EXPLICIT_NULL], &doc::VXLAN_FRAME[IPV4..]);
    let error = decoder.ethernet(&not_ipv6).unwrap().inner().unwrap_err();
    assert_eq!(error.to_string(), "ipv6 at byte 18: version is 4, expected 6");
}

#[test]
fn an_entropy_label_is_passed_over_to_the_label_that_is_asked_about() {
    let service = Label::new(1000).unwrap();
    let entropy = [Label::ENTROPY_INDICATOR, Label::new(77_777).unwrap(), service];
    let choose = |stack: &LabelStack<'_>| {
        assert_eq!((stack.len(), stack.top().label()), (3, Label::ENTROPY_INDICATOR));
        if stack.bottom().label() == Label::new(1000).unwrap() {
            MplsPayload::Ipv4
        } else {
            MplsPayload::Opaque
        }
    };
    let decoder = Decoder::new().mpls_payload(&choose);
    let bytes = frame(&entropy, &doc::VXLAN_FRAME[IPV4..]);
    assert!(decoder.ethernet(&bytes).unwrap().inner().unwrap().unwrap().tcp().is_some());
}

#[test]
fn what_follows_a_generic_associated_channel_label_is_guessed_at_by_nobody() {
    // An associated channel header (RFC 5586) of a BFD session.
    let channel = [0x10, 0, 0, 7, 0x20, 0x40, 3, 24];
    let bytes = frame(&[Label::new(1000).unwrap(), Label::GENERIC_ASSOCIATED_CHANNEL], &channel);
    let guess = |_: &LabelStack<'_>| MplsPayload::GuessByFirstNibble;
    for decoder in [Decoder::new(), Decoder::new().mpls_payload(&guess)] {
        let decoded = decoder.captured(LinkType::Ethernet, &bytes, bytes.len());
        assert_eq!(decoded.error, None);
        assert_eq!(
            (decoded.packet.payload_kind(), decoded.packet.payload()),
            (PayloadKind::Opaque, &channel[..])
        );
    }
}

#[test]
fn the_payload_stands_behind_all_labels() {
    let decoder = Decoder::new();
    for depth in 1..=4 {
        let bytes = frame(&vec![Label::FIRST_UNRESERVED; depth], &[0xff]);
        let level = decoder.ethernet(&bytes).unwrap();
        assert_eq!((level.payload_offset(), level.payload()), (14 + 4 * depth, &[0xff][..]));
    }
}
