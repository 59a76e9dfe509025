//! The frames that everybody decodes, built by the library and checked by its tests.

use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::{Encapsulation, EtherType, Header, IpProtocol, Label, MacAddr, Vni, frame};

const PAYLOAD: usize = 64;

fn inner_headers() -> Vec<Header<'static>> {
    let ethernet = EthernetHeader {
        destination_address: MacAddr::new([2, 0xaa, 0, 0, 0, 0x11]),
        source_address: MacAddr::new([0, 0, 0x5e, 1, 0, 1]),
        ethertype: EtherType::IPV4,
    };
    let ip = Ipv4Header::new([10, 1, 10, 11].into(), [10, 99, 0, 11].into(), IpProtocol::TCP);
    let tcp = TcpHeader::new(40_000, 9443, TcpFlags::PSH | TcpFlags::ACK);
    vec![Header::Ethernet(ethernet), Header::Ipv4(ip, &[]), Header::Tcp(tcp, &[])]
}

/// An Ethernet frame with IPv4, TCP and 64 bytes.
pub fn inner_frame() -> Vec<u8> {
    let mut headers = inner_headers();
    let payload = [0x55; PAYLOAD];
    let mut buffer = [0; 256];
    frame::complete(&mut headers, &payload, &mut buffer).unwrap();
    frame::encode(&headers, &payload, &mut buffer).unwrap().to_vec()
}

/// The same without the link header.
pub fn inner_packet() -> Vec<u8> {
    inner_frame().split_off(14)
}

fn tunnelled(encapsulation: Encapsulation, inner: &[u8]) -> Vec<u8> {
    let template = encapsulation
        .ipv4([10, 255, 0, 11].into(), [10, 1, 2, 21].into())
        .ethernet(MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, 2]));
    let start = template.headroom();
    let mut buffer = vec![0; start];
    buffer.extend_from_slice(inner);
    template.stamp(&mut buffer, start).unwrap().to_vec()
}

/// Ethernet, IPv4, UDP, VXLAN, Ethernet, IPv4, TCP.
pub fn vxlan() -> Vec<u8> {
    tunnelled(Encapsulation::vxlan(Vni::new(5001).unwrap()), &inner_frame())
}

/// Ethernet, IPv4, UDP, MPLS, IPv4, TCP.
pub fn mpls_over_udp() -> Vec<u8> {
    tunnelled(Encapsulation::mpls_over_udp(Label::new(299_776).unwrap()), &inner_packet())
}

/// Ethernet, IPv4, GRE, MPLS, IPv4, TCP.
pub fn mpls_over_gre() -> Vec<u8> {
    tunnelled(Encapsulation::mpls_over_gre(Label::new(299_776).unwrap()), &inner_packet())
}

/// As [`vxlan`], with an 802.1Q tag in front of the outer IPv4 header.
pub fn vxlan_tagged() -> Vec<u8> {
    let mut frame = vxlan();
    frame.splice(12..12, [0x81, 0x00, 0x00, 0xc8]);
    frame
}
