//! Frames of which one thing is odd, or wrong.

use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::extension::{ExtensionStart, Ipv6Extension};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::GreHeader;
use contrail_wire::tunnel::vxlan::VxlanHeader;
use contrail_wire::{EtherType, Header, IpProtocol, Vni};

use super::{Seeds, bytes, ethernet, ipv4, ipv6, packets};

/// Where octets are others, and which stand there.
type Change = (usize, &'static [u8]);

/// A name, the frame that it is made of, and what is changed in that.
const CHANGED: [(&str, &str, &[Change]); 28] = [
    ("length_or_ethertype", "llc", &[(12, &[5, 0xdd])]),
    ("vlan_4095", "two_tags_arp_padded", &[(14, &[0x0f, 0xff])]),
    ("arp_of_long_addresses", "two_tags_arp_padded", &[(27, &[16])]),
    ("ipv4_without_length", "vxlan", &[(16, &[0, 0])]),
    ("ipv4_from_a_group", "vxlan", &[(26, &[224])]),
    ("ipv6_without_hops", "ipv6_udp", &[(7, &[0])]),
    ("ipv6_from_a_group", "ipv6_udp", &[(8, &[0xff, 2])]),
    ("ipv6_fragment_reserved", "ipv6_extensions_fragment", &[(63, &[1]), (65, &[6])]),
    ("jumbogram", "ipv6_extensions_fragment", &[(18, &[0, 0]), (56, &[0xc2, 4, 0, 1, 0, 0])]),
    ("jumbogram_of_few", "ipv6_extensions_fragment", &[(18, &[0, 0]), (56, &[0xc2, 4, 0, 0, 0, 8])]),
    ("jumbogram_of_no_length", "ipv6_extensions_fragment", &[(18, &[0, 0])]),
    ("jumbogram_of_two_lengths", "ipv6_extensions_fragment", &[(56, &[0xc2, 4, 0, 1, 0, 0])]),
    ("udp_shorter_than_its_header", "ipv6_udp", &[(44, &[0, 7])]),
    ("udp_shorter_than_ipv6_says", "ipv6_udp", &[(44, &[0, 9])]),
    ("udp_without_checksum", "ipv6_udp", &[(46, &[0, 0])]),
    ("tcp_option_of_another_length", "tcp_options", &[(40, &[5, 4])]),
    ("tcp_option_past_the_end", "tcp_options", &[(40, &[5, 40])]),
    ("cooked_netlink", "cooked", &[(2, &[3, 56])]),
    ("cooked_2_netlink", "cooked_2", &[(8, &[3, 56])]),
    ("vxlan_cut_by_udp", "vxlan", &[(38, &[0, 12])]),
    ("vxlan_group_policy", "vxlan", &[(42, &[0x8c, 0x40, 0, 7])]),
    ("vxlan_gpe", "vxlan", &[(36, &[0x12, 0xb6]), (42, &[0x0c, 0, 0, 3])]),
    ("vxlan_gpe_of_ipv4", "vxlan", &[(36, &[0x12, 0xb6]), (42, &[0x0c, 0, 0, 1])]),
    ("vxlan_gpe_of_ipv6", "vxlan", &[(36, &[0x12, 0xb6]), (42, &[0x0c, 0, 0, 2])]),
    ("vxlan_gpe_of_nsh", "vxlan", &[(36, &[0x12, 0xb6]), (42, &[0x0c, 0, 0, 4])]),
    ("vxlan_gpe_reserved", "vxlan", &[(36, &[0x12, 0xb6]), (42, &[0xc8, 1, 1, 3])]),
    ("vxlan_gpe_group_policy", "vxlan", &[(36, &[0x12, 0xb6]), (42, &[0x8c, 0, 0, 3])]),
    ("explicit_null_of_ethernet", "mpls_over_gre_control_word", &[(38, &[0, 0, 1, 64])]),
];

/// The frames with their names.
pub(super) fn frames() -> Seeds {
    let made = CHANGED.iter().map(|(name, of, changes)| ((*name).to_owned(), changed(of, changes)));
    let made = made.chain(special_labels()).chain(routes()).chain(tunnels());
    made.chain([no_checksum_of_zero()]).collect()
}

/// The frame of a name with changes.
fn changed(of: &str, changes: &[(usize, &[u8])]) -> Vec<u8> {
    let (_, mut frame) = packets().into_iter().find(|(name, _)| *name == of).expect("it is a frame");
    for (place, octets) in changes {
        frame[*place..][..octets.len()].copy_from_slice(octets);
    }
    frame
}

/// Each label that means something, alone and on top of another (RFC 7274).
fn special_labels() -> impl Iterator<Item = (String, Vec<u8>)> {
    (0..16_u8).flat_map(|label| {
        [("alone", "mpls_on_the_link", 14, 1), ("on_top", "mpls_over_udp_two_labels", 42, 0)].map(
            |(name, of, place, bottom)| {
                let frame = changed(of, &[(place, &[0, 0, label << 4 | bottom, 64])]);
                (format!("label_{label}_{name}"), frame)
            },
        )
    })
}

/// What has a route to go: of IPv4 the two kinds, of IPv6 the three that are known and another.
fn routes() -> impl Iterator<Item = (String, Vec<u8>)> {
    let udp = Header::Udp(UdpHeader::new(40000, 5555));
    let mut header = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::UDP);
    header.version_ihl = 0x47;
    let of_ipv4 = [0x83, 0x89].map(|kind| {
        let frame = bytes(&[Header::Ipv4(header, &[kind, 7, 4, 10, 0, 0, 9, 0]), udp], b"routed");
        (format!("ipv4_route_{kind:#x}"), frame)
    });
    let segment = [1, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let data = [&[0][..], &segment].concat();
    let start = ExtensionStart { next_header: IpProtocol::UDP, length: 2 };
    let route = Header::Ipv6Extension(Ipv6Extension { kind: IpProtocol::ROUTING, start, data: &data });
    let of_ipv6 = bytes(&[ipv6(IpProtocol::ROUTING), route, udp], b"routed");
    let of_type = [0, 2, 4, 5].map(|routing_type| {
        let mut frame = of_ipv6.clone();
        frame[42] = routing_type;
        (format!("ipv6_route_{routing_type}"), frame)
    });
    of_ipv4.into_iter().chain(of_type)
}

/// What few put into a tunnel: a tagged frame, and another tunnel.
fn tunnels() -> [(String, Vec<u8>); 2] {
    let tag = Header::Vlan(VlanTag::new(100, EtherType::IPV4).expect("in range"));
    let udp = |port| Header::Udp(UdpHeader::new(40000, port));
    let tagged = bytes(&[ethernet(EtherType::VLAN), tag, ipv4(IpProtocol::UDP), udp(5555)], b"tagged");
    let vxlan = Header::Vxlan(VxlanHeader::new(Vni::new(5001).expect("in range")));
    let gre = Header::Gre(GreHeader::new(EtherType::ETHERNET), &[]);
    let of_gre = bytes(&[ipv4(IpProtocol::GRE), gre], &tagged);
    [
        ("vxlan_of_a_tagged_frame", bytes(&[ipv4(IpProtocol::UDP), udp(UdpHeader::VXLAN), vxlan], &tagged)),
        ("ip_in_ip_of_gre", bytes(&[ipv4(IpProtocol::IPV4)], &of_gre)),
    ]
    .map(|(name, frame)| (name.to_owned(), frame))
}

/// A UDP datagram whose sum is 0, for which 0xffff stands (RFC 768).
fn no_checksum_of_zero() -> (String, Vec<u8>) {
    let of_payload =
        |payload: &[u8]| bytes(&[ipv4(IpProtocol::UDP), Header::Udp(UdpHeader::new(40000, 5555))], payload);
    // What is added to the sum makes all ones of it.
    let checksum = of_payload(&[0, 0])[26..28].to_vec();
    ("checksum_of_zero".to_owned(), of_payload(&checksum))
}
