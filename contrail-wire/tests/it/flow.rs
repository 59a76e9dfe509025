//! What flows are told apart by, and how well they spread.

use contrail_wire::flow::{FlowHash, FlowHasher};
use contrail_wire::{IpProtocol, LinkType, Network, Packet, Transport};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generated::{Generated, decoder, frames};

fn hash(hasher: FlowHasher, link: LinkType, bytes: &[u8]) -> FlowHash {
    if link == LinkType::Ethernet { hasher.ethernet(bytes) } else { hasher.ip(bytes) }
}

fn ipv4(source: u32, destination: u32, protocol: u8, ports: [u16; 2], flags: u16) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 28, 0, 0];
    packet.extend(flags.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(source.to_be_bytes());
    packet.extend(destination.to_be_bytes());
    packet.extend(ports.map(u16::to_be_bytes).concat());
    packet.extend([0; 4]);
    packet
}

/// `chain` is of extension headers, and ends with the number of what follows.
fn ipv6(source: u128, destination: u128, first: u8, chain: &[u8], ports: [u16; 2]) -> Vec<u8> {
    let length = u16::try_from(chain.len() + 8).unwrap();
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([first, 64]);
    packet.extend(source.to_be_bytes());
    packet.extend(destination.to_be_bytes());
    packet.extend(chain);
    packet.extend(ports.map(u16::to_be_bytes).concat());
    packet.extend([0; 4]);
    packet
}

const NET: u128 = 0x2001_0db8 << 96;

/// What two packets have in common exactly if they are of the same flow, as the decoder reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Ip(u128, u128, IpProtocol, Option<(u16, u16)>),
    Ethernet([u8; 12]),
    Other,
}

fn flow(packet: &Packet<'_>, bytes: &[u8]) -> Flow {
    let first_two = |payload: &[u8]| {
        let [a, b, c, d] = *payload.first_chunk::<4>()?;
        Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
    };
    let ports = |protocol: IpProtocol| match packet.transport() {
        Transport::Udp(udp) => Some((udp.source_port.get(), udp.destination_port.get())),
        Transport::Tcp(tcp) => Some((tcp.header.source_port.get(), tcp.header.destination_port.get())),
        _ if [33, 132, 136].contains(&protocol.0) => first_two(packet.payload()),
        _ => None,
    };
    match packet.network() {
        Network::Ipv4(ip) => {
            let (source, destination) = (ip.header.source_address.get(), ip.header.destination_address.get());
            let protocol = ip.header.protocol;
            let ports = if ip.is_fragment() { None } else { ports(protocol) };
            Flow::Ip(source.to_bits().into(), destination.to_bits().into(), protocol, ports)
        }
        Network::Ipv6(ip) => {
            let (source, destination) = (ip.header.source_address.get(), ip.header.destination_address.get());
            let fragment = ip.extensions().find(|extension| extension.kind == IpProtocol::FRAGMENT);
            let (protocol, ports) = match fragment {
                Some(fragment) if ip.is_fragment => (fragment.start.next_header, None),
                _ => (ip.protocol, ports(ip.protocol)),
            };
            Flow::Ip(source.to_bits(), destination.to_bits(), protocol, ports)
        }
        _ if packet.ethernet().is_some() => Flow::Ethernet(*bytes.first_chunk().unwrap()),
        _ => Flow::Other,
    }
}

fn flow_of(frame: &Generated) -> Flow {
    let decoder = decoder();
    flow(&decoder.captured(frame.link, &frame.bytes, frame.bytes.len()).packet, &frame.bytes)
}

fn inners() -> impl Strategy<Value = Generated> {
    frames().prop_filter("only what a tunnel carries", |frame| {
        matches!(frame.link, LinkType::Ethernet | LinkType::RawIp)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn flows_are_what_the_decoder_says_they_are(one in inners(), other in inners(), seed in any::<u64>()) {
        let hasher = FlowHasher::new().seed(seed);
        let hashes = [&one, &other].map(|frame| hash(hasher, frame.link, &frame.bytes));
        prop_assert_eq!(hashes[0] == hashes[1], flow_of(&one) == flow_of(&other));
    }

    #[test]
    fn packets_of_a_flow_share_a_hash(frame in inners(), payload in vec(any::<u8>(), 1..30)) {
        prop_assume!(flow_of(&frame) != Flow::Other);
        // Another payload of the same length is another packet of the same flow.
        let mut other = frame.clone();
        let behind = other.bytes.len() - frame.payload.len();
        for (byte, new) in other.bytes[behind..].iter_mut().zip(payload.iter().cycle()) {
            *byte = *new;
        }
        prop_assume!(flow_of(&frame) == flow_of(&other));
        let hasher = FlowHasher::new();
        prop_assert_eq!(hash(hasher, frame.link, &frame.bytes), hash(hasher, frame.link, &other.bytes));
    }

    #[test]
    fn any_bytes_have_a_flow(bytes in vec(any::<u8>(), 0..120)) {
        for hasher in [FlowHasher::new(), FlowHasher::new().seed(7).symmetric()] {
            prop_assert!(hasher.ethernet(&bytes).source_port() >= 49152);
            prop_assert!((1..1 << 20).contains(&hasher.ip(&bytes).flow_label()));
        }
    }

    #[test]
    fn both_directions_share_a_symmetric_hash(
        addresses in any::<[u32; 2]>(),
        wide in any::<[u128; 2]>(),
        ports in any::<[u16; 2]>(),
        protocol in prop_oneof![Just(6), Just(17), Just(58), any::<u8>()],
        seed in any::<u64>(),
    ) {
        let [a, b] = addresses;
        let [c, d] = wide;
        let back = [ports[1], ports[0]];
        let (plain, symmetric) = (FlowHasher::new().seed(seed), FlowHasher::new().seed(seed).symmetric());
        let over_ipv4 = [ipv4(a, b, protocol, ports, 0), ipv4(b, a, protocol, back, 0)];
        prop_assert_eq!(symmetric.ip(&over_ipv4[0]), symmetric.ip(&over_ipv4[1]));
        prop_assert_ne!(plain.ip(&over_ipv4[0]), plain.ip(&over_ipv4[1]));
        // Not an extension header, which the ports are not.
        prop_assume!(![0, 43, 44, 51, 60].contains(&protocol));
        let over_ipv6 = [ipv6(c, d, protocol, &[], ports), ipv6(d, c, protocol, &[], back)];
        prop_assert_eq!(symmetric.ip(&over_ipv6[0]), symmetric.ip(&over_ipv6[1]));
        prop_assert_ne!(plain.ip(&over_ipv6[0]), plain.ip(&over_ipv6[1]));
    }
}

#[test]
fn the_hash_is_the_same_everywhere() {
    let hasher = FlowHasher::new();
    let tcp = ipv4(0x0a01_0a0b, 0x0a63_000b, 6, [40000, 9443], 0);
    let tcp_over_ipv6 = ipv6(NET | 1, NET | 2, 6, &[], [40000, 9443]);
    let ethernet = [[0xff; 6], [2, 0, 0, 0, 0, 1]].concat();
    let arp = [&ethernet[..], &[0x08, 0x06]].concat();
    let vectors: [(FlowHash, u32); 9] = [
        (hasher.ip(&tcp), 0xda2d_6c87),
        (hasher.seed(1).ip(&tcp), 0x74bc_1c4f),
        (hasher.symmetric().ip(&ipv4(0x0a63_000b, 0x0a01_0a0b, 6, [9443, 40000], 0)), 0xda2d_6c87),
        (hasher.ip(&ipv4(0x0a01_0a0b, 0x0a63_000b, 17, [40000, 9443], 0)), 0x7408_c1ee),
        (hasher.ip(&ipv4(0x0a01_0a0b, 0x0a63_000b, 1, [0, 0], 0)), 0x7a9b_70fe),
        (hasher.ip(&tcp_over_ipv6), 0x07fa_323d),
        (hasher.seed(1).ip(&tcp_over_ipv6), 0x2fc1_e340),
        (hasher.ethernet(&arp), 0xaa04_c7e0),
        (hasher.ethernet(&[]), 0x480f_e496),
    ];
    for (number, (found, expected)) in vectors.into_iter().enumerate() {
        assert_eq!(format!("{:#010x}", found.get()), format!("{expected:#010x}"), "vector {number}");
    }
    assert_eq!(FlowHash::of_ip(&tcp), hasher.ip(&tcp));
    assert_eq!(FlowHash::of_ethernet(&arp), hasher.ethernet(&arp));
}

#[test]
fn port_and_label_are_bits_of_the_hash() {
    let of = |hash: u32| (FlowHash::new(hash).source_port(), FlowHash::new(hash).flow_label());
    assert_eq!(of(0), (49152, 0xf_ffff), "a label of 0 would be none");
    assert_eq!(of(0xffff_ffff), (65535, 0xf_ffff));
    assert_eq!(of(0x8000_0001), (49152 + 8192, 1));
    assert_eq!(of(0x0004_0000), (49153, 0x4_0000));
}

#[test]
fn fragments_share_what_all_of_them_have() {
    let hasher = FlowHasher::new();
    let fragment = |ports, flags| hasher.ip(&ipv4(1, 2, 17, ports, flags));
    let first = fragment([40000, 53], 0x2000);
    assert_eq!(first, fragment([0xdead, 0xbeef], 0x2001), "in the middle");
    assert_eq!(first, fragment([0xdead, 0xbeef], 0x0001), "the last");
    assert_ne!(first, fragment([40000, 53], 0x4000), "not fragmented");

    // Destination options behind the fragment header are seen in the first fragment only.
    let options = [17, 0, 1, 4, 0, 0, 0, 0];
    let fragment_header = |offset_and_more: u8| [60, 0, 0, offset_and_more, 0, 0, 0, 1];
    let first = ipv6(NET | 1, NET | 2, 44, &[fragment_header(1), options].concat(), [40000, 53]);
    let last = ipv6(NET | 1, NET | 2, 44, &fragment_header(8), [0xdead, 0xbeef]);
    assert_eq!(hasher.ip(&first), hasher.ip(&last));
    let atomic = ipv6(NET | 1, NET | 2, 44, &[fragment_header(0), options].concat(), [40000, 53]);
    let whole = ipv6(NET | 1, NET | 2, 17, &[], [40000, 53]);
    assert_eq!(hasher.ip(&atomic), hasher.ip(&whole), "a fragment header alone makes no fragment (RFC 6946)");
}

#[test]
fn what_is_in_front_of_the_ports_does_not_matter() {
    let hasher = FlowHasher::new();
    let plain = ipv4(1, 2, 6, [40000, 9443], 0);
    let mut with_options = plain.clone();
    with_options[0] = 0x46;
    with_options[3] = 32;
    with_options.splice(20..20, [1, 1, 1, 0]);
    assert_eq!(hasher.ip(&plain), hasher.ip(&with_options));

    let frame = [&[2; 12][..], &[0x08, 0x00], &plain].concat();
    let tagged = [&[2; 12][..], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x08, 0x00], &plain].concat();
    assert_eq!(hasher.ethernet(&frame), hasher.ip(&plain));
    assert_eq!(hasher.ethernet(&tagged), hasher.ip(&plain));

    for (first, chain) in [(0, vec![6, 0, 1, 4, 0, 0, 0, 0]), (51, vec![6, 4, 0, 0, 0, 0, 0, 9])] {
        let chain = [chain, vec![0; if first == 51 { 16 } else { 0 }]].concat();
        let with_extension = ipv6(NET | 1, NET | 2, first, &chain, [40000, 9443]);
        assert_eq!(hasher.ip(&with_extension), hasher.ip(&ipv6(NET | 1, NET | 2, 6, &[], [40000, 9443])));
    }
}

#[test]
fn padding_of_the_frame_is_no_port() {
    let hasher = FlowHasher::new();
    let mut short = ipv4(1, 2, 6, [0x1111, 0x2222], 0);
    short[3] = 22;
    let mut other = short.clone();
    other[22..].fill(0xee);
    assert_eq!(hasher.ip(&short), hasher.ip(&other));
    assert_eq!(hasher.ip(&short), hasher.ip(&short[..20]));
}

fn low(number: u32) -> u16 {
    u16::try_from(number).unwrap()
}

/// How far the numbers are from even, in standard deviations of the chi-square distribution.
fn deviation(flows: impl Iterator<Item = FlowHash>, bucket: fn(FlowHash) -> u32) -> f64 {
    let mut counts = vec![0_u32; 16384];
    let mut total = 0_u32;
    for flow in flows {
        counts[usize::try_from(bucket(flow)).unwrap()] += 1;
        total += 1;
    }
    let expected = f64::from(total) / 16384.0;
    let chi_square: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    (chi_square - 16383.0) / (2.0_f64 * 16383.0).sqrt()
}

#[test]
fn flows_that_are_alike_spread_over_all_ports_and_labels() {
    // 131072 flows into 16384 buckets, in the patterns that real traffic has.
    type Flow = fn(u32) -> Vec<u8>;
    let families: [(&str, Flow); 7] = [
        ("source ports to two services", |n| ipv4(1, 2, 6, [low(n >> 1), low(n & 1)], 0)),
        ("clients of one service", |n| ipv4(n << 2, 9, 6, [40000, 443], 0)),
        ("hosts without ports", |n| ipv4(n >> 9, (n & 0x1ff) << 8, 1, [0, 0], 0)),
        ("hosts and ports in step", |n| ipv4(n, n, 17, [low(n >> 1), 53], 0)),
        ("hosts of two networks over IPv6", |n| {
            let [one, other] = [1 << 64 | u128::from(n >> 9), 2 << 64 | u128::from(n & 0x1ff)];
            ipv6(NET | one, NET | other, 58, &[], [0, 0])
        }),
        ("networks over IPv6", |n| ipv6(NET | u128::from(n) << 64, NET, 58, &[], [0, 0])),
        ("hosts and ports over IPv6", |n| {
            ipv6(NET | u128::from(n >> 15), NET, 17, &[], [low(n & 0x7fff), 53])
        }),
    ];
    for (name, flow) in families {
        for hasher in [FlowHasher::new(), FlowHasher::new().seed(0x5eed).symmetric()] {
            let flows: Vec<_> = (0..131_072).map(|number| hasher.ip(&flow(number))).collect();
            for bucket in [
                |flow: FlowHash| u32::from(flow.source_port() - 49152),
                |flow: FlowHash| flow.flow_label() & 0x3fff,
                |flow: FlowHash| flow.flow_label() >> 6,
            ] {
                let deviation = deviation(flows.iter().copied(), bucket);
                assert!(deviation.abs() < 4.5, "{name}: {deviation} from even with {hasher:?}");
            }
        }
    }
}

#[test]
fn each_bit_of_a_flow_changes_half_of_the_hash() {
    let hasher = FlowHasher::new();
    let packets =
        [ipv4(0x0a01_0a0b, 0x0a63_000b, 6, [40000, 9443], 0), ipv6(NET | 1, NET | 2, 6, &[], [40000, 9443])];
    for (packet, places) in packets.iter().zip([12..24, 8..44]) {
        for byte in places {
            for bit in 0..8 {
                // One packet would show little: 256 of them, which differ in another byte.
                let mut changed = 0;
                for other in 0..=255 {
                    let mut one = packet.clone();
                    one[if byte == 22 || byte == 42 { byte - 1 } else { packet.len() - 5 }] ^= other;
                    let mut two = one.clone();
                    two[byte] ^= 1 << bit;
                    changed += (hasher.ip(&one).get() ^ hasher.ip(&two).get()).count_ones();
                }
                let share = f64::from(changed) / (256.0 * 32.0);
                assert!((0.45..0.55).contains(&share), "bit {bit} of byte {byte}: {share}");
            }
        }
    }
}
