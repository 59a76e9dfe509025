//! Writing the outer headers of a tunnel in front of an inner frame: Ethernet, IPv4, UDP, VXLAN, 50 bytes.
//!
//! Every contender prepares what it can beforehand and then writes the same bytes for the same inner frame. No peer
//! knows VXLAN's headers as a whole; those that have a header write it, and the eight bytes of VXLAN where they lack it
//! are copied.

use std::hint::black_box;
use std::time::Instant;

use crate::frames;

const HEADROOM: usize = 50;
const ROUNDS: usize = 200;
const PER_ROUND: u32 = 1_000;
const PORT: u16 = 0xc123;

/// Writes the 50 bytes in front of the inner frame that the buffer holds from there on.
type Writer = Box<dyn Fn(&mut [u8])>;

/// `allocations` counts those of the program so far.
pub fn run(allocations: fn() -> u64) {
    for (title, contenders) in [
        ("Outer headers, source port given", port_given as fn() -> Vec<(&'static str, Writer)>),
        ("Outer headers, source port from the inner flow", port_of_flow),
    ] {
        for length in [64, 512, 1400, 8900] {
            compare(title, length, &contenders(), allocations);
        }
    }
}

/// An inner frame of this length.
fn inner(length: usize) -> Vec<u8> {
    let mut inner = frames::inner_frame();
    inner.resize(length, 0x55);
    let total = u16::try_from(length - 14).unwrap();
    inner[16..18].copy_from_slice(&total.to_be_bytes());
    inner
}

fn compare(title: &str, length: usize, contenders: &[(&'static str, Writer)], allocations: fn() -> u64) {
    let mut buffer = vec![0xa5; HEADROOM];
    buffer.extend(inner(length));
    let mut expected = None;
    let mut best = vec![f64::INFINITY; contenders.len()];
    let mut allocated = vec![0; contenders.len()];
    for (index, (name, write)) in contenders.iter().enumerate() {
        buffer[..HEADROOM].fill(0xa5);
        let before = allocations();
        write(&mut buffer);
        allocated[index] = allocations() - before;
        let written = buffer[..HEADROOM].to_vec();
        assert_eq!(expected.get_or_insert_with(|| written.clone()), &written, "{name} writes something else");
    }
    for _ in 0..ROUNDS {
        for (index, (_, write)) in contenders.iter().enumerate() {
            let started = Instant::now();
            for _ in 0..PER_ROUND {
                black_box(write)(black_box(&mut buffer));
            }
            let elapsed = started.elapsed().as_secs_f64() * 1e9 / f64::from(PER_ROUND);
            best[index] = best[index].min(elapsed);
        }
    }
    println!("{title}, inner of {length} bytes");
    for (index, (name, _)) in contenders.iter().enumerate() {
        let (ns, ratio) = (best[index], best[index] / best[0]);
        println!("  {name:<28} {ns:>7.2} ns  {ratio:>5.2}  {} allocations", allocated[index]);
    }
}

fn port_given() -> Vec<(&'static str, Writer)> {
    vec![
        ("lower bound, by hand", lower_bound::port_given()),
        ("contrail-wire", ours::port_given()),
        ("etherparse, headers", peers::etherparse()),
        ("pnet, setters", peers::pnet()),
        ("smoltcp, emit", peers::smoltcp()),
    ]
}

fn port_of_flow() -> Vec<(&'static str, Writer)> {
    vec![("lower bound, by hand", lower_bound::port_of_flow()), ("contrail-wire", ours::port_of_flow())]
}

mod ours {
    use super::*;
    use contrail_wire::flow::FlowHash;
    use contrail_wire::policy::PerPacket;
    use contrail_wire::{Encapsulation, MacAddr, Template, Vni};

    fn template() -> Template {
        Encapsulation::vxlan(Vni::new(5001).unwrap())
            .ipv4([10, 255, 0, 11].into(), [10, 1, 2, 21].into())
            .ethernet(MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, 2]))
    }

    pub fn port_given() -> Writer {
        let template = template();
        let packet = PerPacket {
            source_port: Some(PORT),
            flow: Some(FlowHash::new(0)),
            ..PerPacket::default()
        };
        Box::new(move |buffer| {
            let _ = black_box(template.stamp_with(buffer, HEADROOM, packet));
        })
    }

    pub fn port_of_flow() -> Writer {
        let template = template();
        Box::new(move |buffer| {
            let _ = black_box(template.stamp(buffer, HEADROOM));
        })
    }
}

mod lower_bound {
    use super::*;

    const HEADERS: [u8; HEADROOM] = {
        let mut headers = [0; HEADROOM];
        let prepared = [
            2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0, // Ethernet
            0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 255, 0, 11, 10, 1, 2, 21, // IPv4
            0, 0, 0x12, 0xb5, 0, 0, 0, 0, // UDP
            8, 0, 0, 0, 0, 0x13, 0x89, 0, // VXLAN
        ];
        headers.copy_from_slice(&prepared);
        headers
    };

    /// The sum of the IPv4 header's words, the length being 0.
    fn base() -> u32 {
        HEADERS[14..34].chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]]))).sum()
    }

    #[inline(always)]
    fn write(buffer: &mut [u8], base: u32, port: u16) {
        let length = buffer.len() - HEADROOM;
        let total = (length + 36) as u16;
        let sum = base + u32::from(total);
        let sum = (sum & 0xffff) + (sum >> 16);
        let sum = (sum & 0xffff) + (sum >> 16);
        let outer = &mut buffer[..HEADROOM];
        outer.copy_from_slice(&HEADERS);
        outer[16..18].copy_from_slice(&total.to_be_bytes());
        outer[24..26].copy_from_slice(&(!(sum as u16)).to_be_bytes());
        outer[34..36].copy_from_slice(&port.to_be_bytes());
        outer[38..40].copy_from_slice(&(total - 20).to_be_bytes());
    }

    pub fn port_given() -> Writer {
        let base = base();
        Box::new(move |buffer| write(buffer, base, PORT))
    }

    /// The library's hash of an inner frame that can only be TCP in IPv4 without options, fragments and tags; which that
    /// is, is checked.
    #[inline(always)]
    fn port(inner: &[u8]) -> Option<u16> {
        let headers = inner.first_chunk::<38>()?;
        let is_expected = headers[12..15] == [0x08, 0x00, 0x45] && headers[23] == 6;
        if !is_expected || u16::from_be_bytes([headers[20], headers[21]]) & 0x3fff != 0 {
            return None;
        }
        let number = |at: usize| u64::from(u32::from_be_bytes(headers[at..at + 4].try_into().unwrap()));
        let (source, destination, ports) = (number(26), number(30), number(34));
        let product = |a: u64, b: u64| {
            let wide = u128::from(a) * u128::from(b);
            (wide >> 64) as u64 ^ wide as u64
        };
        let source = (6 << 48 | source << 16 | ports >> 16) ^ 0x243f_6a88_85a3_08d3;
        let destination = (destination << 16 | ports & 0xffff) ^ 0x1319_8a2e_0370_7345;
        let hash = product(product(source, destination), 0xa409_3822_299f_31d1);
        Some(0xc000 | (hash >> 50) as u16)
    }

    pub fn port_of_flow() -> Writer {
        let base = base();
        Box::new(move |buffer| {
            if let Some(port) = port(&buffer[HEADROOM..]) {
                write(buffer, base, port);
            }
        })
    }
}

mod peers {
    use super::*;

    const NEAR: [u8; 6] = [2, 0, 0, 0, 0, 1];
    const FAR: [u8; 6] = [2, 0, 0, 0, 0, 2];
    const VXLAN: [u8; 8] = [8, 0, 0, 0, 0, 0x13, 0x89, 0];

    /// Headers made beforehand; per packet the lengths are set and all are written.
    pub fn etherparse() -> Writer {
        use etherparse::{EtherType, Ethernet2Header, IpNumber, Ipv4Header, UdpHeader};
        let link = Ethernet2Header { source: NEAR, destination: FAR, ether_type: EtherType::IPV4 };
        let mut ip = Ipv4Header::new(0, 64, IpNumber::UDP, [10, 255, 0, 11], [10, 1, 2, 21]).unwrap();
        ip.dont_fragment = true;
        Box::new(move |buffer| {
            let length = buffer.len() - HEADROOM + VXLAN.len();
            let udp = UdpHeader {
                source_port: PORT,
                destination_port: 4789,
                length: (length + UdpHeader::LEN) as u16,
                checksum: 0,
            };
            let mut ip = ip.clone();
            ip.set_payload_len(length + UdpHeader::LEN).unwrap();
            ip.header_checksum = ip.calc_header_checksum();
            buffer[..14].copy_from_slice(&link.to_bytes());
            buffer[14..34].copy_from_slice(&ip.to_bytes());
            buffer[34..42].copy_from_slice(&udp.to_bytes());
            buffer[42..50].copy_from_slice(&VXLAN);
        })
    }

    pub fn pnet() -> Writer {
        use pnet_packet::MutablePacket;
        use pnet_packet::ethernet::{EtherTypes, MutableEthernetPacket};
        use pnet_packet::ip::IpNextHeaderProtocols;
        use pnet_packet::ipv4::{Ipv4Flags, MutableIpv4Packet, checksum};
        use pnet_packet::udp::MutableUdpPacket;
        use pnet_packet::vxlan::MutableVxlanPacket;
        Box::new(move |buffer| {
            let total = buffer.len() - 14;
            buffer[..HEADROOM].fill(0);
            let mut link = MutableEthernetPacket::new(buffer).unwrap();
            link.set_destination(FAR.into());
            link.set_source(NEAR.into());
            link.set_ethertype(EtherTypes::Ipv4);
            let mut ip = MutableIpv4Packet::new(link.payload_mut()).unwrap();
            ip.set_version(4);
            ip.set_header_length(5);
            ip.set_total_length(total as u16);
            ip.set_flags(Ipv4Flags::DontFragment);
            ip.set_ttl(64);
            ip.set_next_level_protocol(IpNextHeaderProtocols::Udp);
            ip.set_source([10, 255, 0, 11].into());
            ip.set_destination([10, 1, 2, 21].into());
            ip.set_checksum(checksum(&ip.to_immutable()));
            let mut udp = MutableUdpPacket::new(ip.payload_mut()).unwrap();
            udp.set_source(PORT);
            udp.set_destination(4789);
            udp.set_length((total - 20) as u16);
            let mut vxlan = MutableVxlanPacket::new(udp.payload_mut()).unwrap();
            vxlan.set_flags(8);
            vxlan.set_vni(5001);
        })
    }

    pub fn smoltcp() -> Writer {
        use smoltcp::phy::{Checksum, ChecksumCapabilities};
        use smoltcp::wire::{
            EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, IpProtocol, Ipv4Packet, Ipv4Repr,
            UdpPacket, UdpRepr,
        };
        let link = EthernetRepr {
            src_addr: EthernetAddress(NEAR),
            dst_addr: EthernetAddress(FAR),
            ethertype: EthernetProtocol::Ipv4,
        };
        let mut capabilities = ChecksumCapabilities::default();
        capabilities.udp = Checksum::None;
        let udp = UdpRepr { src_port: PORT, dst_port: 4789 };
        Box::new(move |buffer| {
            let payload_len = buffer.len() - 34;
            let ip = Ipv4Repr {
                src_addr: [10, 255, 0, 11].into(),
                dst_addr: [10, 1, 2, 21].into(),
                next_header: IpProtocol::Udp,
                payload_len,
                hop_limit: 64,
            };
            let mut frame = EthernetFrame::new_unchecked(buffer);
            link.emit(&mut frame);
            let mut packet = Ipv4Packet::new_unchecked(frame.payload_mut());
            ip.emit(&mut packet, &capabilities);
            let mut datagram = UdpPacket::new_unchecked(packet.payload_mut());
            let (source, destination) = (ip.src_addr.into(), ip.dst_addr.into());
            let vxlan = |payload: &mut [u8]| payload[..8].copy_from_slice(&VXLAN);
            udp.emit(&mut datagram, &source, &destination, payload_len - 8, vxlan, &capabilities);
        })
    }
}
