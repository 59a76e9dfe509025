//! Writing the outer headers of a tunnel in front of an inner frame: Ethernet, IPv4, UDP, VXLAN, 50 bytes.
//!
//! Every contender prepares what it can beforehand and then writes the same bytes for the same inner frame. No peer
//! knows VXLAN's headers as a whole; those that have a header write it, and the eight bytes of VXLAN where they lack it
//! are copied. packet-strata only reads.

use std::hint::black_box;
use std::time::Instant;

use crate::frames;

/// The headers from the first byte of Ethernet on.
pub const HEADROOM: usize = 50;
const ROUNDS: usize = 400;
const PER_ROUND: u32 = 1_000;
const PORT: u16 = 0xc123;
/// Of the inner frame, in bytes: about the smallest and the largest there are.
const LENGTHS: [usize; 2] = [64, 9000];

/// Writes outer headers in front of the inner frame, which the buffer holds from [`HEADROOM`] on.
pub type Stamp = Box<dyn Fn(&mut [u8])>;

/// `allocations` counts those of the program so far.
pub fn run(allocations: fn() -> u64) {
    let port_given = [
        ("lower bound, by hand", lower_bound::port_given()),
        ("contrail-wire", ours::port_given()),
        ("etherparse, headers", peers::etherparse()),
        ("pnet, setters", peers::pnet(false)),
        ("smoltcp, emit", peers::smoltcp(false)),
    ];
    let port_of_flow =
        [("lower bound, by hand", lower_bound::port_of_flow()), ("contrail-wire", ours::port_of_flow())];
    let with_checksum = [
        ("lower bound, by hand", lower_bound::with_checksum()),
        ("contrail-wire", ours::with_checksum()),
        ("etherparse, PacketBuilder", peers::etherparse_builder()),
        ("pnet, setters", peers::pnet(true)),
        ("smoltcp, emit", peers::smoltcp(true)),
    ];
    for length in LENGTHS {
        compare("Outer headers, source port given", length, &port_given, allocations);
        compare("The same, source port from the inner flow", length, &port_of_flow, allocations);
        compare("The same, port given, UDP checksum computed", length, &with_checksum, allocations);
        println!("Other tunnels, from the inner flow, inner of {length} bytes");
        for (name, stamp) in ours::other_tunnels() {
            let mut buffer = [&[0xa5; ours::MORE_ROOM][..], &buffer(length)].concat();
            let before = allocations();
            stamp(&mut buffer);
            let allocated = allocations() - before;
            let best = (0..ROUNDS).map(|_| round(&stamp, &mut buffer)).fold(f64::INFINITY, f64::min);
            println!("  {name:<40} {best:>7.2} ns  {allocated} allocations");
        }
    }
}

/// Room for the headers, and an inner frame of this length.
pub fn buffer(length: usize) -> Vec<u8> {
    let mut inner = frames::inner_frame();
    inner.resize(length, 0x55);
    let total = u16::try_from(length - 14).unwrap();
    inner[16..18].copy_from_slice(&total.to_be_bytes());
    [vec![0xa5; HEADROOM], inner].concat()
}

/// Nanoseconds for one stamp.
fn round(stamp: &Stamp, buffer: &mut [u8]) -> f64 {
    let started = Instant::now();
    for _ in 0..PER_ROUND {
        black_box(stamp)(black_box(buffer));
    }
    started.elapsed().as_secs_f64() * 1e9 / f64::from(PER_ROUND)
}

fn compare(title: &str, length: usize, contenders: &[(&str, Stamp)], allocations: fn() -> u64) {
    let mut buffer = buffer(length);
    let mut expected: Option<Vec<u8>> = None;
    let mut best = vec![f64::INFINITY; contenders.len()];
    let mut allocated = vec![0; contenders.len()];
    for (index, (name, stamp)) in contenders.iter().enumerate() {
        buffer[..HEADROOM].fill(0xa5);
        let before = allocations();
        stamp(&mut buffer);
        allocated[index] = allocations() - before;
        let expected = expected.get_or_insert_with(|| buffer.clone());
        assert!(buffer == *expected, "{name} writes something else");
    }
    for _ in 0..ROUNDS {
        for (index, (_, stamp)) in contenders.iter().enumerate() {
            best[index] = best[index].min(round(stamp, &mut buffer));
        }
    }
    println!("{title}, inner of {length} bytes");
    for (index, (name, _)) in contenders.iter().enumerate() {
        let (ns, ratio) = (best[index], best[index] / best[0]);
        println!("  {name:<28} {ns:>7.2} ns  {ratio:>5.2}  {} allocations", allocated[index]);
    }
}

pub mod ours {
    use super::*;
    use contrail_wire::policy::{PerPacket, Policy, UdpChecksum};
    use contrail_wire::{Encapsulation, Label, MacAddr, Template, Vni};

    fn template() -> Template {
        Encapsulation::vxlan(Vni::new(5001).unwrap())
            .ipv4([10, 255, 0, 11].into(), [10, 1, 2, 21].into())
            .ethernet(MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, 2]))
    }

    fn stamp(template: Template, packet: PerPacket) -> Stamp {
        Box::new(move |buffer| {
            let _ = black_box(template.stamp_with(buffer, HEADROOM, packet));
        })
    }

    pub fn port_given() -> Stamp {
        stamp(template(), PerPacket { source_port: Some(PORT), ..PerPacket::default() })
    }

    pub fn port_of_flow() -> Stamp {
        let template = template();
        Box::new(move |buffer| {
            let _ = black_box(template.stamp(buffer, HEADROOM));
        })
    }

    pub fn with_checksum() -> Stamp {
        let policy = Policy { udp_checksum: UdpChecksum::Computed, ..Policy::DEFAULT };
        let packet = PerPacket { source_port: Some(PORT), ..PerPacket::default() };
        stamp(template().policy(policy), packet)
    }

    /// What [`other_tunnels`] want in front of [`buffer`].
    pub const MORE_ROOM: usize = 50;

    /// Those that no peer writes headers of, without a link header. MPLS carries the packet in the frame: it begins 14 bytes later.
    pub fn other_tunnels() -> Vec<(&'static str, Stamp)> {
        let [near, far] =
            [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(), [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2].into()];
        let over_v4 = |tunnel: Encapsulation| tunnel.ipv4([10, 255, 0, 11].into(), [10, 1, 2, 21].into());
        let label = Label::new(299_776).unwrap();
        let zero = Policy { udp_checksum: UdpChecksum::Zero, ..Policy::DEFAULT };
        let inner = MORE_ROOM + HEADROOM;
        let vxlan_over_ipv6 = Encapsulation::vxlan(Vni::new(5001).unwrap()).ipv6(near, far);
        [
            ("MPLS over UDP, default policy", over_v4(Encapsulation::mpls_over_udp(label)), inner + 14),
            (
                "MPLS over UDP, policy of a vRouter",
                over_v4(Encapsulation::mpls_over_udp(label)).policy(Policy::VROUTER),
                inner + 14,
            ),
            ("MPLS over GRE, default policy", over_v4(Encapsulation::mpls_over_gre(label)), inner + 14),
            ("VXLAN over IPv6, no checksum", vxlan_over_ipv6.policy(zero), inner),
            ("VXLAN over IPv6, checksum", vxlan_over_ipv6, inner),
        ]
        .map(|(name, template, start)| {
            let stamp: Stamp = Box::new(move |buffer| {
                let _ = black_box(template.stamp(buffer, start));
            });
            (name, stamp)
        })
        .into()
    }
}

pub mod lower_bound {
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

    pub fn port_given() -> Stamp {
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

    pub fn with_checksum() -> Stamp {
        let base = base();
        Box::new(move |buffer| {
            write(buffer, base, PORT);
            // Of the pseudo-header the addresses, the protocol and the length.
            let behind_ip = (buffer.len() - 34) as u16;
            let mut pseudo = [10, 255, 0, 11, 10, 1, 2, 21, 0, 17, 0, 0];
            pseudo[10..].copy_from_slice(&behind_ip.to_be_bytes());
            let mut sum = sum(&pseudo) + sum(&buffer[34..]);
            while sum >> 16 != 0 {
                sum = (sum & 0xffff) + (sum >> 16);
            }
            let sum = if sum == 0xffff { 0xffff } else { !(sum as u16) };
            buffer[40..42].copy_from_slice(&sum.to_ne_bytes());
        })
    }

    /// In the machine's own order of bytes (RFC 1071 section 2 B); the length is a multiple of 4.
    fn sum(bytes: &[u8]) -> u64 {
        bytes.as_chunks::<4>().0.iter().map(|word| u64::from(u32::from_ne_bytes(*word))).sum()
    }

    pub fn port_of_flow() -> Stamp {
        let base = base();
        Box::new(move |buffer| {
            if let Some(port) = port(&buffer[HEADROOM..]) {
                write(buffer, base, port);
            }
        })
    }
}

pub mod peers {
    use super::*;

    const NEAR: [u8; 6] = [2, 0, 0, 0, 0, 1];
    const FAR: [u8; 6] = [2, 0, 0, 0, 0, 2];
    const VXLAN: [u8; 8] = [8, 0, 0, 0, 0, 0x13, 0x89, 0];

    /// Headers made beforehand; per packet the lengths are set and all are written.
    pub fn etherparse() -> Stamp {
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

    /// Into a buffer of its own, with a copy of the payload; the headers are copied back.
    pub fn etherparse_builder() -> Stamp {
        use etherparse::{IpHeaders, IpNumber, Ipv4Header, PacketBuilder};
        use std::cell::RefCell;
        let mut ip = Ipv4Header::new(0, 64, IpNumber::UDP, [10, 255, 0, 11], [10, 1, 2, 21]).unwrap();
        ip.dont_fragment = true;
        let out = RefCell::new(vec![0; 10_000]);
        Box::new(move |buffer| {
            let mut out = out.borrow_mut();
            buffer[42..50].copy_from_slice(&VXLAN);
            let headers = IpHeaders::Ipv4(ip.clone(), Default::default());
            let builder = PacketBuilder::ethernet2(NEAR, FAR).ip(headers).udp(PORT, 4789);
            builder.write_to_slice(&mut out, &buffer[42..]).unwrap();
            buffer[..42].copy_from_slice(&out[..42]);
        })
    }

    pub fn pnet(with_checksum: bool) -> Stamp {
        use pnet_packet::MutablePacket;
        use pnet_packet::ethernet::{EtherTypes, MutableEthernetPacket};
        use pnet_packet::ip::IpNextHeaderProtocols;
        use pnet_packet::ipv4::{Ipv4Flags, MutableIpv4Packet, checksum};
        use pnet_packet::udp::{MutableUdpPacket, ipv4_checksum};
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
            if with_checksum {
                let (source, destination) = ([10, 255, 0, 11].into(), [10, 1, 2, 21].into());
                udp.set_checksum(ipv4_checksum(&udp.to_immutable(), &source, &destination));
            }
        })
    }

    pub fn smoltcp(with_checksum: bool) -> Stamp {
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
        if !with_checksum {
            capabilities.udp = Checksum::None;
        }
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
