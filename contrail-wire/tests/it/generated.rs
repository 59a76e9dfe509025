//! Good frames of every shape, made at random.

use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::{IcmpHeader, Icmpv6Header};
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::{ExtensionStart, Ipv6Extension, Ipv6Header};
use contrail_wire::net::linux_sll::{LinuxSll, LinuxSll2};
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::{GreFlags, GreHeader};
use contrail_wire::tunnel::mpls::{ControlWord, LabelStack, MplsEntry};
use contrail_wire::tunnel::vxlan::VxlanHeader;
use contrail_wire::{
    Decoder, EtherType, Header, IpProtocol, Label, LinkType, MacAddr, MplsPayload, Vni, frame,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// A frame with the headers it was made of.
#[derive(Debug, Clone)]
pub(crate) struct Generated {
    pub(crate) link: LinkType,
    pub(crate) headers: Vec<Header<'static>>,
    pub(crate) payload: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// What a label says of its payload is up to who assigned it: here, its last decimal digit.
pub(crate) fn payload_by_label(stack: &LabelStack<'_>) -> MplsPayload {
    match stack.bottom().label().get() % 10 {
        1 => MplsPayload::Ip,
        2 => MplsPayload::Ipv4,
        3 => MplsPayload::Ipv6,
        4 => MplsPayload::Ethernet,
        5 => MplsPayload::EthernetWithControlWord,
        _ => MplsPayload::Opaque,
    }
}

pub(crate) fn decoder() -> Decoder<'static> {
    Decoder::new().mpls_payload(&payload_by_label)
}

/// Test cases are few and small, so that what they borrow may stay.
fn kept(bytes: Vec<u8>) -> &'static [u8] {
    Vec::leak(bytes)
}

/// What stands behind a header: the rest of the headers, outermost first.
type Headers = Vec<Header<'static>>;

pub(crate) fn frames() -> impl Strategy<Value = Generated> {
    let by_link = prop_oneof![
        4 => ethernet(2).prop_map(|headers| (LinkType::Ethernet, headers)),
        1 => ip(2).prop_map(|(_, headers)| (LinkType::RawIp, headers)),
        1 => linux_sll().prop_map(|headers| (LinkType::LinuxSll, headers)),
        1 => linux_sll2().prop_map(|headers| (LinkType::LinuxSll2, headers)),
    ];
    (by_link, vec(any::<u8>(), 0..40)).prop_map(|((link, mut headers), payload)| {
        // ARP has no payload.
        let payload = if matches!(headers.last(), Some(Header::Arp(_))) { Vec::new() } else { payload };
        let room = headers.iter().map(Header::len).sum::<usize>() + payload.len();
        frame::complete(&mut headers, &payload, &mut vec![0xa5; room]).unwrap();
        let mut buffer = vec![0xa5; room + 9];
        let bytes = frame::encode(&headers, &payload, &mut buffer).unwrap().to_vec();
        assert_eq!(bytes.len(), room);
        assert_eq!(buffer[room..], [0xa5; 9], "nothing is written behind the frame");
        Generated { link, headers, payload, bytes }
    })
}

fn mac() -> impl Strategy<Value = MacAddr> {
    any::<[u8; 6]>().prop_map(MacAddr::new)
}

fn before(first: Header<'static>, mut behind: Headers) -> Headers {
    behind.insert(0, first);
    behind
}

fn linux_sll() -> impl Strategy<Value = Headers> {
    (0..5_u16, any::<[u8; 8]>(), behind_ethertype(1)).prop_map(
        |(packet_type, address, (protocol_type, behind))| {
            let (packet_type, arphrd_type, address_length) = (packet_type.into(), 1.into(), 6.into());
            let first = LinuxSll { packet_type, arphrd_type, address_length, address, protocol_type };
            before(Header::LinuxSll(first), behind)
        },
    )
}

fn linux_sll2() -> impl Strategy<Value = Headers> {
    (any::<u32>(), any::<[u8; 8]>(), behind_ethertype(1)).prop_map(
        |(interface, address, (protocol_type, behind))| {
            let first = LinuxSll2 {
                protocol_type,
                interface_index: interface.into(),
                arphrd_type: 1.into(),
                address_length: 6,
                address,
                ..LinuxSll2::default()
            };
            before(Header::LinuxSll2(first), behind)
        },
    )
}

fn ethernet(depth: u32) -> BoxedStrategy<Headers> {
    (mac(), mac(), behind_ethertype(depth))
        .prop_map(|(destination_address, source_address, (ethertype, behind))| {
            before(
                Header::Ethernet(EthernetHeader { destination_address, source_address, ethertype }),
                behind,
            )
        })
        .boxed()
}

fn behind_ethertype(depth: u32) -> BoxedStrategy<(EtherType, Headers)> {
    let untagged = prop_oneof![
        6 => ip(depth),
        1 => arp().prop_map(|packet| (EtherType::ARP, vec![Header::Arp(packet)])),
        1 => Just((EtherType::new(0x88b5), Vec::new())),
        2 => mpls(depth).prop_map(|headers| (EtherType::MPLS, headers)),
    ];
    let tag = (
        prop_oneof![
            Just(EtherType::VLAN),
            Just(EtherType::SERVICE_VLAN),
            Just(EtherType::LEGACY_SERVICE_VLAN)
        ],
        any::<u16>(),
    );
    (vec(tag, 0..3), untagged)
        .prop_map(|(tags, untagged)| {
            tags.into_iter().fold(untagged, |(ethertype, behind), (tag, control)| {
                let header = VlanTag { tag_control_information: control.into(), ethertype };
                (tag, before(Header::Vlan(header), behind))
            })
        })
        .boxed()
}

fn arp() -> impl Strategy<Value = ArpPacket> {
    (mac(), any::<u32>(), any::<u32>(), any::<u16>()).prop_map(|(mac, sender, target, operation)| ArpPacket {
        operation: operation.into(),
        ..ArpPacket::request(mac, sender.into(), target.into())
    })
}

fn ip(depth: u32) -> BoxedStrategy<(EtherType, Headers)> {
    prop_oneof![
        ipv4(depth).prop_map(|headers| (EtherType::IPV4, headers)),
        ipv6(depth).prop_map(|headers| (EtherType::IPV6, headers)),
    ]
    .boxed()
}

fn ipv4(depth: u32) -> BoxedStrategy<Headers> {
    let fields = (any::<u32>(), any::<u32>(), any::<u8>(), any::<u8>(), any::<u16>(), any::<bool>());
    (fields, vec(any::<u32>(), 0..=10), behind_ip(depth))
        .prop_map(|((source, destination, ttl, tos, id, df), options, (protocol, behind))| {
            let options: Vec<u8> = options.into_iter().flat_map(u32::to_be_bytes).collect();
            let header = Ipv4Header {
                version_ihl: 0x45 + u8::try_from(options.len() / 4).unwrap(),
                dscp_ecn: tos,
                identification: id.into(),
                flags_fragment_offset: if df { 0x4000 } else { 0 }.into(),
                time_to_live: ttl,
                ..Ipv4Header::new(source.into(), destination.into(), protocol)
            };
            before(Header::Ipv4(header, kept(options)), behind)
        })
        .boxed()
}

fn ipv6(depth: u32) -> BoxedStrategy<Headers> {
    let fields = (any::<u128>(), any::<u128>(), any::<u8>(), any::<u32>());
    (fields, vec(extension(), 0..4), behind_ip(depth))
        .prop_map(|((source, destination, hop_limit, class_and_label), extensions, behind)| {
            let (next_header, behind) =
                extensions.into_iter().fold(behind, |(next_header, behind), (kind, data)| {
                    let length = match kind {
                        IpProtocol::FRAGMENT => 0,
                        IpProtocol::AUTHENTICATION => u8::try_from((data.len() + 2) / 4 - 2).unwrap(),
                        _ => u8::try_from((data.len() + 2) / 8 - 1).unwrap(),
                    };
                    let start = ExtensionStart { next_header, length };
                    (kind, before(Header::Ipv6Extension(Ipv6Extension { kind, start, data }), behind))
                });
            let header = Ipv6Header {
                version_class_label: (6 << 28 | class_and_label >> 4).into(),
                hop_limit,
                ..Ipv6Header::new(source.into(), destination.into(), next_header)
            };
            before(Header::Ipv6(header), behind)
        })
        .boxed()
}

/// Which extension header, and its bytes behind next header and length.
fn extension() -> impl Strategy<Value = (IpProtocol, &'static [u8])> {
    let options =
        (prop_oneof![Just(IpProtocol::HOP_BY_HOP), Just(IpProtocol::DESTINATION_OPTIONS)], 0..3_u8, 0..2_u8)
            .prop_map(|(kind, words, one)| {
                // One option that fills the header, behind Pad1 or not.
                let mut data = vec![0; usize::from(one)];
                let length = 4 + 8 * words - one;
                data.extend([0x3e, length]);
                data.extend(vec![0xee; usize::from(length)]);
                (kind, kept(data))
            });
    prop_oneof![
        3 => options,
        1 => vec(any::<u8>(), 14).prop_map(|data| (IpProtocol::ROUTING, kept(data))),
        1 => vec(any::<u8>(), 22).prop_map(|data| (IpProtocol::AUTHENTICATION, kept(data))),
        // An atomic fragment (RFC 6946) is a whole packet.
        1 => any::<[u8; 4]>().prop_map(|[a, b, c, d]| (IpProtocol::FRAGMENT, kept(vec![0, 0, a, b, c, d]))),
    ]
}

fn behind_ip(depth: u32) -> BoxedStrategy<(IpProtocol, Headers)> {
    let plain = prop_oneof![
        (any::<u16>(), 1..4789_u16).prop_map(|(source, destination)| {
            (IpProtocol::UDP, vec![Header::Udp(UdpHeader::new(source, destination))])
        }),
        tcp().prop_map(|header| (IpProtocol::TCP, vec![header])),
        any::<u8>().prop_map(|icmp_type| {
            let header = IcmpHeader { icmp_type, ..IcmpHeader::default() };
            (IpProtocol::ICMP, vec![Header::Icmp(header)])
        }),
        any::<u8>().prop_map(|icmp_type| {
            let header = Icmpv6Header { icmp_type, ..Icmpv6Header::default() };
            (IpProtocol::ICMPV6, vec![Header::Icmpv6(header)])
        }),
        Just((IpProtocol::ESP, Vec::new())),
    ];
    if depth == 0 {
        // A pseudo-header needs IP of its own version in front, which all but ICMPv6 in IPv4 have.
        return plain.boxed();
    }
    let depth = depth - 1;
    prop_oneof![
        3 => plain,
        2 => (vxlan(), ethernet(depth)).prop_map(|(vxlan, inner)| in_udp(UdpHeader::VXLAN, before(vxlan, inner))),
        2 => (any::<bool>(), mpls(depth)).prop_map(|(legacy, stack)| {
            in_udp(if legacy { UdpHeader::MPLS_LEGACY } else { UdpHeader::MPLS }, stack)
        }),
        2 => gre(depth).prop_map(|headers| (IpProtocol::GRE, headers)),
        1 => ipv4(depth).prop_map(|inner| (IpProtocol::IPV4, inner)),
        1 => ipv6(depth).prop_map(|inner| (IpProtocol::IPV6, inner)),
        1 => mpls(depth).prop_map(|stack| (IpProtocol::MPLS, stack)),
    ]
    .boxed()
}

fn in_udp(port: u16, behind: Headers) -> (IpProtocol, Headers) {
    (IpProtocol::UDP, before(Header::Udp(UdpHeader::new(50000, port)), behind))
}

fn tcp() -> impl Strategy<Value = Header<'static>> {
    (any::<(u16, u16, u32, u32, u8)>(), vec(any::<u32>(), 0..=10)).prop_map(|(fields, options)| {
        let (source, destination, sequence, acknowledgment, flags) = fields;
        let options: Vec<u8> = options.into_iter().flat_map(u32::to_be_bytes).collect();
        let header = TcpHeader {
            sequence_number: sequence.into(),
            acknowledgment_number: acknowledgment.into(),
            data_offset_reserved: (5 + u8::try_from(options.len() / 4).unwrap()) << 4,
            ..TcpHeader::new(source, destination, TcpFlags::from_bits_retain(flags))
        };
        Header::Tcp(header, kept(options))
    })
}

fn vxlan() -> impl Strategy<Value = Header<'static>> {
    (0..1_u32 << 24, any::<[u8; 3]>(), any::<u8>()).prop_map(|(vni, reserved1, reserved2)| {
        Header::Vxlan(VxlanHeader { reserved1, reserved2, ..VxlanHeader::new(Vni::new(vni).unwrap()) })
    })
}

fn gre(depth: u32) -> BoxedStrategy<Headers> {
    let carried = prop_oneof![
        ethernet(depth).prop_map(|inner| (EtherType::ETHERNET, inner)),
        ip(depth),
        mpls(depth).prop_map(|stack| (EtherType::MPLS, stack)),
        Just((EtherType::new(0x88be), Vec::new())),
    ];
    let flags = proptest::bits::u16::masked(GreFlags::CHECKSUM | GreFlags::KEY | GreFlags::SEQUENCE | 0x03f8);
    (flags, any::<[u32; 3]>(), carried)
        .prop_map(|(flags, words, (protocol_type, inner))| {
            let optional = (flags & 0xb000).count_ones().try_into().unwrap();
            let optional: Vec<u8> = words.into_iter().take(optional).flat_map(u32::to_be_bytes).collect();
            let header = GreHeader { flags: GreFlags::new(flags), protocol_type };
            before(Header::Gre(header, kept(optional)), inner)
        })
        .boxed()
}

/// A label stack whose bottom label tells what follows, as [`payload_by_label`] reads it.
fn mpls(depth: u32) -> BoxedStrategy<Headers> {
    let behind = if depth == 0 {
        Just((0, Vec::new())).boxed()
    } else {
        let depth = depth - 1;
        prop_oneof![
            ip(depth).prop_map(|(_, inner)| (1, inner)),
            ipv4(depth).prop_map(|inner| (2, inner)),
            ipv6(depth).prop_map(|inner| (3, inner)),
            ethernet(depth).prop_map(|inner| (4, inner)),
            (any::<u16>(), ethernet(depth)).prop_map(|(sequence, inner)| {
                let word = ControlWord { reserved: 0.into(), sequence_number: sequence.into() };
                (5, before(Header::ControlWord(word), inner))
            }),
            Just((0, Vec::new())),
        ]
        .boxed()
    };
    (vec((0..1_u32 << 20, any::<u8>()), 0..4), 1..100_000_u32, any::<u8>(), behind)
        .prop_map(|(above, label, ttl, (digit, behind))| {
            let label = Label::new(label * 10 + digit).unwrap();
            let bottom = before(Header::Mpls(MplsEntry { ttl, ..MplsEntry::bottom(label) }), behind);
            above.into_iter().fold(bottom, |stack, (label, ttl)| {
                let entry = MplsEntry { ttl, ..MplsEntry::inner(Label::new(label).unwrap()) };
                before(Header::Mpls(entry), stack)
            })
        })
        .boxed()
}
