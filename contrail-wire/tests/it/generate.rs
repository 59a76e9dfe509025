//! What is generated is as good, or as bad, as it says.

use std::collections::{BTreeSet, HashSet};
use std::fmt::{Debug, Display};
use std::str::FromStr;

use arbitrary::{Arbitrary, Unstructured};
use contrail_wire::bgp::{
    Attribute, Attributes, Community, ExtendedCommunity, LargeCommunity, Message, Nlri, Route, Routes,
    Session, TunnelType,
};
use contrail_wire::generate::{BgpMessage, BrokenFrame, Fault, Frame, NearlyValid, decoder};
use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::{IcmpHeader, Icmpv6Header};
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::ipv6::extension::ExtensionStart;
use contrail_wire::net::linux_sll::{LinuxSll, LinuxSll2};
use contrail_wire::net::tcp::TcpHeader;
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::GreHeader;
use contrail_wire::tunnel::mpls::{ControlWord, MplsEntry};
use contrail_wire::tunnel::vxlan::{VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use contrail_wire::{
    AssignedNumber, Checksum, EtherType, EthernetSegmentId, EthernetTag, FieldValue, FixedHeader, Header,
    IpProtocol, Ipv4Octets, Ipv6Octets, Label, Layer, LinkType, MacAddr, MplsPayload, PayloadKind,
    RouteDistinguisher, RouteTarget, Vni,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::generated::inputs;
use crate::packets::{error, headers, levels, survives};

fn made<'a, T: Arbitrary<'a>>(input: &'a [u8]) -> T {
    T::arbitrary(&mut Unstructured::new(input)).unwrap()
}

/// Inputs that are the same in each run.
fn some_inputs() -> impl Iterator<Item = Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    std::iter::repeat_with(move || inputs().new_tree(&mut runner).unwrap().current()).take(3000)
}

#[test]
fn every_header_can_be_decoded_and_a_bit_of_it_turned_over() {
    fn holds<H: FixedHeader + for<'a> Arbitrary<'a> + PartialEq + Debug>(input: &[u8]) {
        let header: H = made(input);
        assert_eq!(H::decode(header.as_bytes()).unwrap(), (&header, &[][..]));
        let mut buffer = vec![0xa5; H::LEN];
        header.encode(&mut buffer).unwrap();
        assert_eq!(buffer, header.as_bytes());

        let NearlyValid(broken) = made::<NearlyValid<H>>(input);
        let bits = header.as_bytes().iter().zip(broken.as_bytes()).map(|(a, b)| (a ^ b).count_ones());
        assert_eq!(bits.sum::<u32>(), 1);
        match H::decode(broken.as_bytes()) {
            Ok((same, _)) => assert_eq!(same, &broken),
            Err(error) => assert_eq!((error.layer, error.offset), (H::LAYER, 0)),
        }
    }
    for input in some_inputs().take(500) {
        holds::<LinuxSll>(&input);
        holds::<LinuxSll2>(&input);
        holds::<EthernetHeader>(&input);
        holds::<VlanTag>(&input);
        holds::<ArpPacket>(&input);
        holds::<Ipv4Header>(&input);
        holds::<Ipv6Header>(&input);
        holds::<ExtensionStart>(&input);
        holds::<UdpHeader>(&input);
        holds::<TcpHeader>(&input);
        holds::<IcmpHeader>(&input);
        holds::<Icmpv6Header>(&input);
        holds::<VxlanHeader>(&input);
        holds::<VxlanGbpHeader>(&input);
        holds::<VxlanGpeHeader>(&input);
        holds::<MplsEntry>(&input);
        holds::<ControlWord>(&input);
        holds::<GreHeader>(&input);
    }
}

#[test]
fn the_text_of_every_value_is_read_as_it_is_written() {
    fn holds<V>(input: &[u8])
    where
        V: for<'a> Arbitrary<'a> + PartialEq + Debug + Display + FromStr<Err: Debug>,
    {
        let value: V = made(input);
        assert_eq!(value.to_string().parse::<V>().unwrap(), value);
    }
    for input in some_inputs() {
        holds::<MacAddr>(&input);
        holds::<EtherType>(&input);
        holds::<IpProtocol>(&input);
        holds::<Ipv4Octets>(&input);
        holds::<Ipv6Octets>(&input);
        holds::<Vni>(&input);
        holds::<Label>(&input);
        holds::<EthernetSegmentId>(&input);
        holds::<EthernetTag>(&input);
        holds::<RouteDistinguisher>(&input);
        holds::<RouteTarget>(&input);
        holds::<AssignedNumber>(&input);
        holds::<Community>(&input);
        holds::<LargeCommunity>(&input);
        holds::<ExtendedCommunity>(&input);
        holds::<TunnelType>(&input);
    }
}

#[test]
fn values_take_their_whole_range() {
    assert_eq!(made::<Label>(&[0xff; 4]), Label::MAX);
    assert_eq!(made::<Label>(&[0; 4]).get(), 0);
    assert_eq!(made::<Vni>(&[0xff; 3]), Vni::MAX);
    let links: BTreeSet<_> = some_inputs().map(|input| format!("{:?}", made::<LinkType>(&input))).collect();
    assert_eq!(links.len(), 4);
    let payloads: BTreeSet<_> =
        some_inputs().map(|input| format!("{:?}", made::<MplsPayload>(&input))).collect();
    assert_eq!(payloads.len(), 7);
}

/// The bits of a header from one on, as a number.
fn number(bytes: &[u8], from: usize, bits: usize) -> u64 {
    (from..from + bits).fold(0, |number, bit| number << 1 | u64::from(bytes[bit / 8] >> (7 - bit % 8) & 1))
}

#[test]
fn each_field_of_a_header_is_at_the_bits_of_its_figure() {
    let inputs: Vec<_> = some_inputs().collect();
    for input in &inputs {
        let header: Header<'_> = made(input);
        let mut bytes = vec![0xa5; header.len()];
        header.encode(&mut bytes).unwrap();
        let (mut figure, mut end) = (Vec::new(), 0);
        header.figure(&mut |name, bits| {
            if !name.is_empty() {
                figure.push((name, end, bits));
            }
            end += bits;
        });
        assert_eq!(end, header.len() * 8, "{header:?}");
        let mut places = figure.into_iter();
        header.fields(&mut |name, value| {
            let (figured, from, bits) = places.next().unwrap();
            assert_eq!(figured, name);
            let value = match value {
                FieldValue::Bool(flag) => u64::from(flag),
                // GRE's reserved bits are told where they stand.
                FieldValue::Hex(told, _) if name == "reserved0" => told >> 3,
                FieldValue::Number(told) | FieldValue::Hex(told, _) => told,
                FieldValue::Mac(mac) => number(&mac.octets(), 0, 48),
                FieldValue::Ipv4(address) => u64::from(u32::from(address)),
                _ => return,
            };
            assert_eq!(number(&bytes, from, bits), value, "{name} of {header:?}");
        });
        assert_eq!(places.next(), None);
    }
}

#[test]
fn a_header_of_any_kind_is_as_long_as_it_says() {
    let mut kinds = HashSet::new();
    let inputs: Vec<_> = some_inputs().collect();
    for input in &inputs {
        let header: Header<'_> = made(input);
        kinds.insert(std::mem::discriminant(&header));
        let mut buffer = vec![0xa5; header.len() + 3];
        assert_eq!(header.encode(&mut buffer).unwrap(), [0xa5; 3]);
        match header {
            Header::Ipv4(ip, options) => assert_eq!(ip.header_length(), 20 + options.len()),
            Header::Tcp(tcp, options) => {
                assert_eq!(usize::from(tcp.data_offset()) * 4, 20 + options.len());
            }
            Header::Gre(gre, optional) => assert_eq!(gre.optional_length(), optional.len()),
            _ => {}
        }
    }
    assert_eq!(kinds.len(), 17);
}

#[test]
fn frames_have_every_header_and_carry_everything() {
    let mut kinds = BTreeSet::new();
    let mut payloads = BTreeSet::new();
    let mut depths = BTreeSet::new();
    for input in some_inputs() {
        let frame: Frame<'_> = made(&input);
        let bytes = frame.encode();
        let decoder = decoder();
        let levels = levels(&decoder, frame.link, &bytes, bytes.len());
        for (_, header) in headers(&levels) {
            kinds.insert(header.layer());
        }
        payloads.extend(levels.iter().map(|level| format!("{:?}", level.packet.payload_kind())));
        depths.insert(levels.len());
    }
    assert_eq!(kinds.len(), 16, "{kinds:?}");
    assert_eq!(payloads.len(), 6, "{payloads:?}");
    assert_eq!(depths, BTreeSet::from([1, 2, 3]));
}

proptest! {
    #[test]
    fn nothing_is_odd_about_a_frame(input in inputs()) {
        let frame: Frame<'_> = made(&input);
        let bytes = frame.encode();
        prop_assert_eq!(bytes.len(), frame.len());
        let decoder = decoder();
        for level in levels(&decoder, frame.link, &bytes, bytes.len()) {
            prop_assert_eq!(level.error, None);
            let packet = level.packet;
            packet.anomalies(&mut |anomaly| assert_eq!((anomaly.layer, anomaly.field), (Layer::Gre, "checksum")));
            let is_part = packet.payload_kind() == PayloadKind::Fragment;
            prop_assert!(matches!(packet.network_checksum(), Checksum::Right | Checksum::Absent));
            let transport = packet.transport_checksum();
            prop_assert!(
                matches!(transport, Checksum::Right | Checksum::Absent)
                    || is_part && transport == Checksum::Unknown
            );
        }
    }

    #[test]
    fn any_input_makes_a_frame_or_is_too_short(input in vec(any::<u8>(), 0..200)) {
        if let Ok(frame) = Frame::arbitrary(&mut Unstructured::new(&input)) {
            let bytes = frame.encode();
            let decoder = decoder();
            prop_assert_eq!(error(&levels(&decoder, frame.link, &bytes, bytes.len())), None);
        }
    }

    #[test]
    fn a_broken_frame_differs_in_one_place_and_is_survived(input in inputs()) {
        let BrokenFrame { frame, fault, bytes } = made(&input);
        let whole = frame.encode();
        match fault {
            Fault::CutAt(at) => prop_assert_eq!(&bytes, &whole[..at]),
            Fault::ChangedAt(at) => {
                prop_assert_ne!(bytes[at], whole[at]);
                prop_assert_eq!((&bytes[..at], &bytes[at + 1..]), (&whole[..at], &whole[at + 1..]));
            }
            Fault::InsertedAt(at) => {
                prop_assert_eq!((&bytes[..at], &bytes[at + 1..]), (&whole[..at], &whole[at..]));
            }
            Fault::RemovedAt(at) => {
                prop_assert_eq!((&bytes[..at], &bytes[at..]), (&whole[..at], &whole[at + 1..]));
            }
        }
        survives(&bytes);

        // The headers in front of a change are what they were.
        if let Fault::ChangedAt(at) = fault {
            let decoder = decoder();
            let found = headers(&levels(&decoder, frame.link, &bytes, bytes.len()));
            let mut offset = 0;
            for (index, header) in frame.headers.iter().enumerate() {
                offset += header.len();
                if offset > at {
                    break;
                }
                prop_assert_eq!(&found[index], &(offset - header.len(), *header));
            }
        }
    }
}

#[test]
fn every_route_and_attribute_is_read_as_it_was_made() {
    let session = Session::default();
    let (mut routes, mut attributes) = (HashSet::new(), HashSet::new());
    let inputs: Vec<_> = some_inputs().collect();
    for input in &inputs {
        let nlri: Nlri<'_> = made(input);
        let mut buffer = [0xa5; 300];
        let room = nlri.encode(&mut buffer).unwrap().len();
        let bytes = &buffer[..300 - room];
        let read: Result<Vec<_>, _> = Routes::new(nlri.family(), bytes, false).collect();
        assert_eq!(read.unwrap(), [Route::from(nlri)]);
        routes.insert(match nlri {
            Nlri::Evpn(route) => (nlri.family(), route.route_type().0.min(12)),
            _ => (nlri.family(), 0),
        });

        let attribute: Attribute<'_> = made(input);
        let mut buffer = [0xa5; 300];
        let room = attribute.encode(&session, &mut buffer).unwrap().len();
        let read: Vec<_> = Attributes::new(&buffer[..300 - room])
            .map(|raw| raw.unwrap().decode(&session).unwrap())
            .collect();
        assert_eq!(read, [attribute]);
        attributes.insert(std::mem::discriminant(&attribute));
    }
    assert_eq!(
        routes.len(),
        12 + 6,
        "each EVPN type, one that is not known, and each other family: {routes:?}"
    );
    assert_eq!(attributes.len(), 22, "each attribute");
}

#[test]
fn a_message_has_nothing_wrong_and_says_what_it_was_made_of() {
    let mut kinds = HashSet::new();
    let inputs: Vec<_> = some_inputs().collect();
    for input in &inputs {
        let made: BgpMessage<'_> = made(input);
        kinds.insert(std::mem::discriminant(&made));
        let bytes = made.encode();
        let (message, rest) = Message::decode(&bytes, Session::default()).unwrap();
        assert!(rest.is_empty());
        let mut buffer = vec![0xa5; bytes.len()];
        assert!(message.encode(&mut buffer).unwrap().is_empty());
        assert_eq!(buffer, bytes);
        let wrong = message.update().and_then(|update| update.validate(|_| {}));
        assert_eq!(wrong, None, "{made:?}");
        match (made, message) {
            (BgpMessage::Open(made), Message::Open(read)) => assert_eq!(read, made),
            (BgpMessage::Notification(made), Message::Notification(read)) => assert_eq!(read, made),
            (BgpMessage::RouteRefresh(made), Message::RouteRefresh(read)) => assert_eq!(read, made),
            (BgpMessage::Keepalive, Message::Keepalive) => {}
            (BgpMessage::EndOfRib(family), Message::Update(read)) => {
                assert_eq!(read.end_of_rib(), Some(family));
            }
            (BgpMessage::Withdrawal { routes }, Message::Update(read)) => {
                assert!(read.withdrawn().eq(routes.into_iter().map(|it| Ok(it.into()))));
            }
            (BgpMessage::Announcement { next_hop, attributes, routes }, Message::Update(read)) => {
                assert_eq!(read.next_hop(), Some(next_hop));
                assert!(read.announced().eq(routes.into_iter().map(|it| Ok(it.into()))));
                for attribute in attributes {
                    assert_eq!(read.attribute(attribute.kind()), Some(attribute));
                }
            }
            (made, read) => panic!("{made:?} is read as {read:?}"),
        }
    }
    assert_eq!(kinds.len(), 7, "each kind");
}
