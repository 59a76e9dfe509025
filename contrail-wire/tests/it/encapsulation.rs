//! Laws of stamping outer headers in front of an inner frame.

use contrail_wire::flow::FlowHash;
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::{
    Decoder, Encapsulation, EncodeError, Label, LinkType, MacAddr, MplsPayload, Template, Transport, Tunnel,
    Vni,
};
use proptest::prelude::*;

use crate::generated::{Generated, decoder, frames};
use crate::packets::{error, headers, levels};

#[derive(Clone, Copy, Debug)]
enum Over {
    Ipv4,
    Ipv6,
}

fn templates() -> impl Strategy<Value = (Template, bool)> {
    let tunnel = prop_oneof![
        (0..1_u32 << 24).prop_map(|vni| (Encapsulation::vxlan(Vni::new(vni).unwrap()), true)),
        // Labels whose last digit says IP, as the decoder of the tests reads it.
        (0..100_000_u32)
            .prop_map(|label| (Encapsulation::mpls_over_udp(Label::new(label * 10 + 1).unwrap()), false)),
        (0..100_000_u32)
            .prop_map(|label| (Encapsulation::mpls_over_gre(Label::new(label * 10 + 1).unwrap()), false)),
    ];
    let link = prop_oneof![Just(None), Just(Some(None)), (0..4096_u16).prop_map(|vlan| Some(Some(vlan)))];
    (tunnel, prop_oneof![Just(Over::Ipv4), Just(Over::Ipv6)], link).prop_map(
        |((tunnel, ethernet), over, link)| {
            let template = match over {
                Over::Ipv4 => tunnel.ipv4([10, 1, 2, 21].into(), [10, 255, 0, 11].into()),
                Over::Ipv6 => tunnel.ipv6("2001:db8::21".parse().unwrap(), "2001:db8::11".parse().unwrap()),
            };
            let template = match link {
                None => template,
                Some(vlan) => {
                    let (source, destination) =
                        (MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, 2]));
                    let template = template.ethernet(source, destination);
                    vlan.map_or(template, |vlan| template.vlan(vlan).unwrap())
                }
            };
            (template, ethernet)
        },
    )
}

/// Stamps into a buffer of 0xa5 with more headroom than is needed.
fn stamped(template: &Template, inner: &[u8], spare: usize) -> Vec<u8> {
    let start = template.headroom() + spare;
    let mut buffer = vec![0xa5; start];
    buffer.extend_from_slice(inner);
    let frame = template.stamp(&mut buffer, start).unwrap().to_vec();
    assert_eq!(buffer[..spare], vec![0xa5; spare], "nothing is written in front of the outer headers");
    assert_eq!(buffer[start..], *inner, "the inner stays as and where it is");
    assert_eq!(buffer[spare..], frame);
    frame
}

fn fits(inner: &Generated, ethernet: bool) -> bool {
    inner.link == if ethernet { LinkType::Ethernet } else { LinkType::RawIp }
}

fn link_of(frame: &[u8], headroom: usize, ip_headroom: usize) -> LinkType {
    assert!(frame.len() >= headroom);
    if headroom == ip_headroom { LinkType::RawIp } else { LinkType::Ethernet }
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn the_inner_is_found_again_moved_by_the_headroom((template, ethernet) in templates(), inner in frames(), spare in 0..9_usize) {
        prop_assume!(fits(&inner, ethernet));
        let frame = stamped(&template, &inner.bytes, spare);
        let headroom = template.headroom();
        prop_assert_eq!(frame.len(), inner.bytes.len() + template.overhead());

        let decoder = decoder();
        let ip_headroom = 9000 - template.max_inner(9000);
        let all = levels(&decoder, link_of(&frame, headroom, ip_headroom), &frame, frame.len());
        prop_assert_eq!(error(&all), None);
        let outer = all[0].packet;
        prop_assert!(outer.ipv4().is_none_or(|ip| ip.checksum_is_right()));
        prop_assert_eq!(outer.payload(), &inner.bytes);
        prop_assert!(outer.trailer().is_empty());
        if let Some(udp) = outer.udp() {
            let flow = if ethernet { FlowHash::of_ethernet(&inner.bytes) } else { FlowHash::of_ip(&inner.bytes) };
            prop_assert_eq!(udp.source_port.get(), flow.source_port());
            prop_assert!(udp.source_port.get() >= 49152);
            prop_assert_eq!(udp.checksum.get(), 0, "RFC 7348, RFC 7510 and RFC 6935 let it be 0");
        }
        let moved: Vec<_> = headers(&all[1..]).into_iter().map(|(offset, header)| (offset - headroom, header)).collect();
        prop_assert_eq!(moved, headers(&levels(&decoder, inner.link, &inner.bytes, inner.bytes.len())));
    }

    #[test]
    fn an_error_inside_is_the_same_error_moved_by_the_headroom((template, ethernet) in templates(), inner in frames(), cut in any::<prop::sample::Index>()) {
        prop_assume!(fits(&inner, ethernet));
        let cut = &inner.bytes[..cut.index(inner.bytes.len())];
        let decoder = decoder();
        let alone = error(&levels(&decoder, inner.link, cut, cut.len()));
        // What starts with no version is IPv4 to both, but the decoder is told of an IP packet only by its first byte.
        prop_assume!(ethernet || !cut.is_empty());
        let frame = stamped(&template, cut, 0);
        let ip_headroom = 9000 - template.max_inner(9000);
        let inside = error(&levels(&decoder, link_of(&frame, template.headroom(), ip_headroom), &frame, frame.len()));
        prop_assert_eq!(inside.map(|error| (error.layer, error.offset)),
            alone.map(|error| (error.layer, error.offset + template.headroom())));
    }

    #[test]
    fn packets_of_a_flow_share_a_port(frame in frames(), payload in prop::collection::vec(any::<u8>(), 1..30)) {
        prop_assume!(frame.link == LinkType::Ethernet);
        let is_flow = |frame: &Generated| {
            let decoder = Decoder::new();
            let packet = decoder.captured(frame.link, &frame.bytes, frame.bytes.len()).packet;
            matches!(packet.transport(), Transport::Udp(_) | Transport::Tcp(_))
        };
        prop_assume!(is_flow(&frame) && !frame.payload.is_empty());
        let port = FlowHash::of_ethernet(&frame.bytes).source_port();
        // Another payload of the same length is another packet of the same flow.
        let mut other = frame.bytes.clone();
        let behind = other.len() - frame.payload.len();
        for (byte, new) in other[behind..].iter_mut().zip(payload.iter().cycle()) {
            *byte = *new;
        }
        prop_assert_eq!(FlowHash::of_ethernet(&other).source_port(), port);
    }
}

#[test]
fn source_ports_of_different_flows_spread_over_the_whole_range() {
    let mut frame = contrail_wire::doc::VXLAN_FRAME[50..].to_vec();
    let mut buckets = [0; 16];
    for port in 0..4096_u16 {
        // The TCP source port of the inner frame.
        frame[34..36].copy_from_slice(&(30000 + port).to_be_bytes());
        let chosen = FlowHash::of_ethernet(&frame).source_port();
        buckets[usize::from(chosen - 49152) / 1024] += 1;
    }
    assert!(buckets.iter().all(|count| (150..400).contains(count)), "{buckets:?}");
}

#[test]
fn too_little_room_and_too_long_an_inner_are_refused() {
    let tunnel = Encapsulation::vxlan(Vni::MAX).ipv4([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    let mut buffer = vec![0xa5; 35 + 14];
    let no_room = tunnel.stamp(&mut buffer, 35).unwrap_err();
    assert_eq!(no_room.to_string(), "ipv4 needs 36 bytes of room, 35 left");
    let behind = tunnel.stamp(&mut buffer, 50).unwrap_err();
    assert_eq!(
        behind.to_string(),
        "ipv4 needs 50 bytes of room, 49 left",
        "the inner starts behind the buffer"
    );
    assert!(buffer.iter().all(|byte| *byte == 0xa5));

    let mut buffer = vec![0; 36 + 65500];
    let too_long = tunnel.stamp(&mut buffer, 36).unwrap_err();
    assert!(matches!(too_long, EncodeError::TooLong { length: 65536, max: 65535, .. }), "{too_long}");
    let mut buffer = vec![0; 36 + 65499];
    assert!(tunnel.stamp(&mut buffer, 36).is_ok(), "65535 bytes are the most that IPv4 carries");
}

#[test]
fn what_fits_into_an_mtu() {
    let (source, destination) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    let vxlan = Encapsulation::vxlan(Vni::MAX).ipv4(source, destination);
    let over_udp = Encapsulation::mpls_over_udp(Label::MAX).ipv4(source, destination);
    let over_gre = Encapsulation::mpls_over_gre(Label::MAX).ipv4(source, destination);
    assert_eq!([vxlan, over_udp, over_gre].map(|tunnel| tunnel.max_inner(1500)), [1464, 1468, 1472]);
    assert_eq!([vxlan, over_udp, over_gre].map(|tunnel| tunnel.max_inner(20)), [0; 3]);
    let tagged = vxlan.ethernet(MacAddr::default(), MacAddr::default()).vlan(5).unwrap();
    assert_eq!(
        (tagged.headroom(), tagged.max_inner(1500)),
        (36 + 18, 1464),
        "the link header is not in the MTU"
    );
    assert!(vxlan.vlan(4096).is_err());
}

#[test]
fn labels_and_ports_are_those_that_were_asked_for() {
    let inner = &contrail_wire::doc::VXLAN_FRAME[64..];
    let payload = |_: &contrail_wire::tunnel::mpls::LabelStack<'_>| MplsPayload::Ip;
    let decoder = Decoder::new().mpls_payload(&payload);
    let (source, destination) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    let label = Label::new(299_776).unwrap();

    let frame = stamped(&Encapsulation::mpls_over_udp(label).ipv4(source, destination), inner, 0);
    let outer = decoder.ip(&frame).unwrap();
    let Some(Tunnel::MplsOverUdp(stack)) = outer.tunnel() else { panic!("{outer:?}") };
    assert_eq!((stack.len(), stack.top().label(), stack.top().is_bottom()), (1, label, true));
    assert_eq!(outer.udp().unwrap().destination_port.get(), UdpHeader::MPLS);

    let frame = stamped(&Encapsulation::mpls_over_gre(label).ipv4(source, destination), inner, 0);
    let outer = decoder.ip(&frame).unwrap();
    let Some(Tunnel::MplsOverGre(gre, stack)) = outer.tunnel() else { panic!("{outer:?}") };
    assert_eq!((gre.optional, stack.bottom().label()), (&[][..], label));
}
