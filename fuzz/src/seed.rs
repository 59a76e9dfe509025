//! Small valid frames and BGP messages, one per shape that a decoder knows: what fuzzing starts from.

mod documents;
mod generated;
mod messages;
mod odd;
mod odd_messages;
mod payloads;
mod recorded;
mod records;
mod texts;

use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::IcmpHeader;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::ipv6::extension::{ExtensionStart, Ipv6Extension};
use contrail_wire::net::linux_sll::{LinuxSll, LinuxSll2};
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::{GreFlags, GreHeader};
use contrail_wire::tunnel::mpls::{ControlWord, MplsEntry};
use contrail_wire::tunnel::vxlan::VxlanHeader;
use contrail_wire::{EtherType, Header, IpProtocol, Label, MacAddr, U16, Vni, frame};

pub use documents::{ends, fabric, imports, json_documents, observations, overlays, traces, yaml_documents};
pub use messages::messages;
pub use recorded::{attributes, bmp_streams, captures, mrt_files, recordings, routes};
pub use texts::texts;

/// Inputs with their names.
pub type Seeds = Vec<(String, Vec<u8>)>;

fn named(seeds: Vec<(&'static str, Vec<u8>)>) -> Seeds {
    seeds.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// The frames, and more that are made at random.
pub fn frames() -> Seeds {
    let named = named(packets()).into_iter().chain(named(payloads::payloads()));
    named.chain(odd::frames()).chain(generated::frames(120)).collect()
}

/// The messages, odd ones, and more that are made at random.
pub fn streams() -> Seeds {
    messages().into_iter().chain(odd_messages::messages()).chain(generated::messages(200)).collect()
}

/// Bytes for laws that make something of them: 0, all ones, and a few that look random.
pub fn choices() -> Seeds {
    let even = [("zeros".to_owned(), vec![0; 100]), ("ones".to_owned(), vec![0xff; 100])];
    even.into_iter().chain((1..=14).map(|seed| (format!("random_{seed}"), random(seed, 100)))).collect()
}

/// The same for laws that make a frame or a message, of which many are quick.
pub fn many_choices() -> Seeds {
    (0..300).map(|seed| (format!("random_{seed}"), random(seed, 600))).collect()
}

/// Bytes that look random.
fn random(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes().first().copied()
    };
    std::iter::from_fn(next).take(length).collect()
}

/// The frames with their names.
pub fn packets() -> Vec<(&'static str, Vec<u8>)> {
    let syn =
        bytes(&[ipv4(IpProtocol::TCP), Header::Tcp(TcpHeader::new(40000, 9443, TcpFlags::SYN), &[])], b"");
    let inner = bytes(&[ethernet(EtherType::IPV4)], &syn);
    let label = Label::new(299_776).expect("in range");
    let bottom = Header::Mpls(MplsEntry::bottom(label));
    let mpls_udp = [ipv4(IpProtocol::UDP), Header::Udp(UdpHeader::new(0xc000, UdpHeader::MPLS)), bottom];
    let heartbeat = [Header::Udp(UdpHeader::new(40000, 5555))];
    let vlan = |id, next| Header::Vlan(VlanTag::new(id, next).expect("in range"));
    let mut first_fragment = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::UDP);
    first_fragment.flags_fragment_offset = U16::new(0x2000);
    let mut with_options = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::ICMP);
    with_options.version_ihl = 0x46;
    let mut tcp_with_options = TcpHeader::new(40000, 5000, TcpFlags::SYN);
    tcp_with_options.data_offset_reserved = 0x60;
    let fragment = Ipv6Extension {
        kind: IpProtocol::FRAGMENT,
        start: ExtensionStart { next_header: IpProtocol::UDP, length: 0 },
        data: &[0, 1, 0, 0, 0, 7],
    };
    let options = Ipv6Extension {
        kind: IpProtocol::HOP_BY_HOP,
        start: ExtensionStart { next_header: IpProtocol::FRAGMENT, length: 0 },
        data: &[1, 4, 0, 0, 0, 0],
    };
    let gre = |flags| GreHeader { flags: GreFlags::new(flags), protocol_type: EtherType::ETHERNET };
    let sll = LinuxSll { protocol_type: EtherType::IPV4, ..LinuxSll::default() };
    let sll2 = LinuxSll2 { protocol_type: EtherType::IPV4, ..LinuxSll2::default() };
    let request = ArpPacket::request(MacAddr::default(), [10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    vec![
        (
            "vxlan",
            bytes(
                &[
                    ethernet(EtherType::IPV4),
                    ipv4(IpProtocol::UDP),
                    Header::Udp(UdpHeader::new(0xc000, UdpHeader::VXLAN)),
                    Header::Vxlan(VxlanHeader::new(Vni::new(5001).expect("in range"))),
                ],
                &inner,
            ),
        ),
        (
            "mpls_over_udp_two_labels",
            bytes(
                &[
                    ethernet(EtherType::IPV4),
                    ipv4(IpProtocol::UDP),
                    Header::Udp(UdpHeader::new(0xc000, UdpHeader::MPLS)),
                    Header::Mpls(MplsEntry::inner(label)),
                    bottom,
                ],
                &syn,
            ),
        ),
        ("mpls_over_udp_raw_ip", bytes(&mpls_udp, &syn)),
        (
            "mpls_over_gre_control_word",
            bytes(
                &[
                    ethernet(EtherType::IPV4),
                    ipv4(IpProtocol::GRE),
                    Header::Gre(GreHeader::new(EtherType::MPLS), &[]),
                    bottom,
                    Header::ControlWord(ControlWord::default()),
                ],
                &inner,
            ),
        ),
        (
            "gre_all_words_ethernet",
            bytes(
                &[ipv4(IpProtocol::GRE), Header::Gre(gre(0xb000), &[0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1])],
                &inner,
            ),
        ),
        ("mpls_on_the_link", bytes(&[ethernet(EtherType::MPLS), bottom], &syn)),
        (
            "two_tags_arp_padded",
            bytes(
                &[
                    ethernet(EtherType::SERVICE_VLAN),
                    vlan(100, EtherType::VLAN),
                    vlan(200, EtherType::ARP),
                    Header::Arp(request),
                ],
                &[0; 10],
            ),
        ),
        (
            "ipv6_extensions_fragment",
            bytes(
                &[
                    ethernet(EtherType::IPV6),
                    ipv6(IpProtocol::HOP_BY_HOP),
                    Header::Ipv6Extension(options),
                    Header::Ipv6Extension(fragment),
                    heartbeat[0],
                ],
                b"part",
            ),
        ),
        ("ipv6_udp", bytes(&[ipv6(IpProtocol::UDP), heartbeat[0]], b"heartbeat")),
        (
            "ipv4_options_icmp",
            bytes(
                &[
                    ethernet(EtherType::IPV4),
                    Header::Ipv4(with_options, &[148, 4, 0, 0]),
                    Header::Icmp(IcmpHeader { icmp_type: 8, ..IcmpHeader::default() }),
                ],
                b"\0\x01\0\x01ping",
            ),
        ),
        (
            "tcp_options",
            bytes(
                &[ipv4(IpProtocol::TCP), Header::Tcp(tcp_with_options, &[2, 4, 5, 0xb4])],
                b"GET /v3 HTTP/1.1",
            ),
        ),
        (
            "first_fragment",
            bytes(&[ethernet(EtherType::IPV4), Header::Ipv4(first_fragment, &[]), heartbeat[0]], b"of many"),
        ),
        ("ip_in_ip", bytes(&[ipv4(IpProtocol::IPV4)], &syn)),
        ("llc", bytes(&[ethernet(EtherType::new(3))], &[0x42, 0x42, 3, 0, 0])),
        ("cooked", bytes(&[Header::LinuxSll(sll)], &syn)),
        ("cooked_2", bytes(&[Header::LinuxSll2(sll2), ipv4(IpProtocol::UDP), heartbeat[0]], b"beat")),
    ]
}

fn ethernet(ethertype: EtherType) -> Header<'static> {
    Header::Ethernet(EthernetHeader {
        destination_address: MacAddr::new([2, 0, 0, 0, 0, 2]),
        source_address: MacAddr::new([2, 0, 0, 0, 0, 1]),
        ethertype,
    })
}

fn ipv4(protocol: IpProtocol) -> Header<'static> {
    Header::Ipv4(Ipv4Header::new([10, 1, 2, 21].into(), [10, 255, 0, 11].into(), protocol), &[])
}

fn ipv6(next: IpProtocol) -> Header<'static> {
    let (near, far) = ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(), [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2].into());
    Header::Ipv6(Ipv6Header::new(near, far, next))
}

fn bytes(headers: &[Header<'_>], payload: &[u8]) -> Vec<u8> {
    let mut headers = headers.to_vec();
    let size = headers.iter().map(Header::len).sum::<usize>() + payload.len();
    let (mut scratch, mut buffer) = (vec![0; size], vec![0; size]);
    frame::complete(&mut headers, payload, &mut scratch).expect("a seed's headers fit together");
    frame::encode(&headers, payload, &mut buffer).expect("the buffer is as large as the frame");
    buffer
}
