//! The hostile and odd frames: good ones, built piece by piece and with one thing wrong.

/// Frames by what the list of hostile inputs calls them.
pub(super) type Inputs = Vec<(&'static str, Vec<u8>)>;

const IPV4: u16 = 0x0800;
const TAG: u16 = 0x8100;
const IPV6: u16 = 0x86dd;
const MPLS: u16 = 0x8847;

const HOP_BY_HOP: u8 = 0;
const ICMP: u8 = 1;
const UDP: u8 = 17;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const GRE: u8 = 47;
const NOTHING: u8 = 59;
const DESTINATION_OPTIONS: u8 = 60;

const VXLAN_PORT: u16 = 4789;
const MPLS_PORT: u16 = 6635;
/// Of nothing that is known.
const PORT: u16 = 1;

fn ethernet(kind: u16, behind: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..], &kind.to_be_bytes(), behind].concat()
}

fn length(bytes: usize) -> u16 {
    bytes.try_into().unwrap()
}

/// With any version and IHL, total length and fragment offset, and the checksum of that.
fn ipv4_of(
    first: u8,
    total_length: u16,
    fragment: u16,
    protocol: u8,
    options: &[u8],
    payload: &[u8],
) -> Vec<u8> {
    let [[l0, l1], [f0, f1]] = [total_length.to_be_bytes(), fragment.to_be_bytes()];
    let start = [first, 0, l0, l1, 0, 1, f0, f1, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    let mut header = [&start[..], options].concat();
    let sum: u32 = header.chunks(2).map(|two| u32::from(two[0]) << 8 | u32::from(two[1])).sum();
    let folded = u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap();
    header[10..12].copy_from_slice(&(!folded).to_be_bytes());
    [&header, payload].concat()
}

fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_of(0x45, length(20 + payload.len()), 0, protocol, &[], payload)
}

fn ipv6_of(payload_length: u16, next: u8, payload: &[u8]) -> Vec<u8> {
    let address = |last| [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let start = [&[0x60, 0, 0, 0][..], &payload_length.to_be_bytes(), &[next, 64]].concat();
    [&start, &address(1)[..], &address(2), payload].concat()
}

fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    ipv6_of(length(payload.len()), next, payload)
}

fn udp_of(ports: [u16; 2], length: u16, payload: &[u8]) -> Vec<u8> {
    let [source, destination] = ports.map(u16::to_be_bytes);
    [&source[..], &destination, &length.to_be_bytes(), &[0, 0], payload].concat()
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    udp_of([50_000, port], length(8 + payload.len()), payload)
}

fn vxlan(vni: u8, inner: &[u8]) -> Vec<u8> {
    [&[8, 0, 0, 0, 0, 0, vni, 0], inner].concat()
}

/// Entries with these labels, the last of them the bottom where `bottom` says so.
fn labels(labels: &[u32], bottom: bool) -> Vec<u8> {
    let entry = |(index, label): (usize, &u32)| {
        let s = u32::from(bottom && index + 1 == labels.len());
        (label << 12 | s << 8 | 64).to_be_bytes()
    };
    labels.iter().enumerate().flat_map(entry).collect()
}

fn mpls(label: u32, payload: &[u8]) -> Vec<u8> {
    [&labels(&[label], true), payload].concat()
}

fn gre(flags: u16, kind: u16, behind: &[u8]) -> Vec<u8> {
    [&flags.to_be_bytes()[..], &kind.to_be_bytes(), behind].concat()
}

/// An echo request, whose checksum nobody has worked out.
fn hello() -> Vec<u8> {
    ipv4(ICMP, b"\x08\0\0\0\0\x01\0\x01hello")
}

fn hello_frame() -> Vec<u8> {
    ethernet(IPV4, &hello())
}

/// UDP with a frame in VXLAN.
fn tunnel() -> Vec<u8> {
    udp(VXLAN_PORT, &vxlan(42, &hello_frame()))
}

/// Of the list of hostile inputs, in its order.
pub(super) fn all() -> Inputs {
    [links(), ipv4s(), ipv6s(), udps(), vxlans(), stacks(), mpls_over_udp(), gres()].concat()
}

fn links() -> Inputs {
    let tags = |ids: std::ops::Range<u8>| ids.flat_map(|id| [0, id, 0x81, 0]).collect::<Vec<_>>();
    vec![
        ("D01", vec![]),
        ("D02", ethernet(IPV4, &[])[..13].into()),
        ("D03", ethernet(TAG, &[0, 1])),
        ("D04", ethernet(TAG, &[&tags(0..64)[..], &[0, 1, 8, 0], &hello()].concat())),
        ("D05", ethernet(TAG, &tags(1..2).repeat(8))),
        ("D06", ethernet(1500, &[0xaa; 10])),
    ]
}

fn ipv4s() -> Inputs {
    let framed = |packet: Vec<u8>| ethernet(IPV4, &packet);
    let (short, empty) = (udp(PORT, b"x"), udp(PORT, b""));
    let nothing_in_vxlan = udp(VXLAN_PORT, b"");
    let whole = length(20 + tunnel().len());
    vec![
        ("D07", framed(ipv4_of(0x65, whole, 0, UDP, &[], &tunnel()))),
        ("D08", framed(ipv4_of(0x44, 28, 0, UDP, &[], &nothing_in_vxlan))),
        ("D09", framed(ipv4_of(0x4f, 20, 0, UDP, &[], &[]))),
        ("D10", framed(ipv4_of(0x45, 19, 0, UDP, &[], &short))),
        ("D11", framed(ipv4_of(0x45, 0xffff, 0, UDP, &[], &udp(PORT, &[b'x'; 10])))),
        ("D12", framed(ipv4_of(0x45, 0, 0, UDP, &[], &tunnel()))),
        ("D13", framed(ipv4_of(0x45, whole, 16, UDP, &[], &tunnel()))),
        ("D14", framed(ipv4_of(0x46, 32, 0, UDP, &[0x44, 0, 0, 0], &empty))),
    ]
}

fn ipv6s() -> Inputs {
    let framed = |packet: Vec<u8>| ethernet(IPV6, &packet);
    let options = |next| [next, 0, 1, 4, 0, 0, 0, 0];
    let short = udp(PORT, b"x");
    let chain = [options(DESTINATION_OPTIONS).repeat(100), options(NOTHING).into()].concat();
    let later_fragment = [UDP, 0, 0, 16, 0, 0, 0, 1];
    let too_long_an_option = [UDP, 0, 5, 200, 0, 0, 0, 0];
    vec![
        ("D15", framed(ipv6_of(1000, UDP, &udp(PORT, b"")))),
        ("D16", framed(ipv6(DESTINATION_OPTIONS, &chain))),
        ("D17", framed(ipv6(HOP_BY_HOP, &[UDP, 0xff, 0, 0, 0, 0, 0, 0]))),
        ("D18", framed(ipv6(ROUTING, &[UDP, 2, 0]))),
        ("D19", framed(ipv6(FRAGMENT, &[UDP, 0, 0, 1, 0, 0, 0]))),
        ("D20", framed(ipv6(FRAGMENT, &[&later_fragment[..], &tunnel()].concat()))),
        ("D21", framed(ipv6_of(0, HOP_BY_HOP, &[&options(UDP)[..], &short].concat()))),
        ("D22", framed(ipv6(HOP_BY_HOP, &[&too_long_an_option[..], &short].concat()))),
    ]
}

fn udps() -> Inputs {
    let framed = |segment: Vec<u8>| ethernet(IPV4, &ipv4(UDP, &segment));
    let claims = |length| framed(udp_of([50_000, VXLAN_PORT], length, &vxlan(42, &hello_frame())));
    vec![
        ("D23.0", claims(0)),
        ("D23.4", claims(4)),
        ("D23.7", claims(7)),
        ("D24", claims(2000)),
        ("D25", framed(tunnel()[..5].into())),
    ]
}

fn vxlans() -> Inputs {
    let framed = |segment: Vec<u8>| ethernet(IPV4, &ipv4(UDP, &segment));
    let carries = |payload: &[u8]| framed(udp(VXLAN_PORT, payload));
    let header = vxlan(42, &[]);
    let of = |header: [u8; 8]| carries(&[&header[..], &hello_frame()].concat());
    let from_its_port = [&header[..], &[b'q'; 20]].concat();
    vec![
        ("D26", of([0, 0, 0, 0, 0, 0, 42, 0])),
        ("D27.0", carries(&[])),
        ("D27.1", carries(&header[..1])),
        ("D27.7", carries(&header[..7])),
        ("D28", carries(&header)),
        ("D29", carries(&vxlan(42, &hello_frame()[..13]))),
        ("D30", of([0xff, 0xff, 0xff, 0xff, 0, 0, 42, 0xff])),
        ("D31", (0..32).fold(hello_frame(), |inner, vni| carries(&vxlan(vni, &inner)))),
        ("D32", framed(udp_of([VXLAN_PORT, 53], length(8 + from_its_port.len()), &from_its_port))),
    ]
}

fn stacks() -> Inputs {
    let framed = |stack: &[u8], payload: &[u8]| ethernet(MPLS, &[stack, payload].concat());
    let entry = labels(&[16], true);
    let thousands: Vec<_> = (1000..1020).collect();
    let deep: Vec<_> = (100..163).chain([500]).collect();
    let of = |label, payload: &[u8]| framed(&labels(&[label], true), payload);
    vec![
        ("D33", framed(&labels(&thousands, false), &[])),
        ("D34.0", framed(&entry[..0], &[])),
        ("D34.1", framed(&entry[..1], &[])),
        ("D34.3", framed(&entry[..3], &[])),
        ("D35", framed(&labels(&deep, true), &hello())),
        ("D36", of(16, &[])),
        ("D37", of(16, &[&[0; 4][..], &hello_frame()].concat())),
        ("D38", of(16, &[&[0x55][..], &[0; 19]].concat())),
        ("D39", of(3, &hello())),
        ("D40", of(0, &ipv6(NOTHING, &[]))),
        ("D41", framed(&labels(&[16, 7], true), &hello())),
    ]
}

fn mpls_over_udp() -> Inputs {
    let packet = |payload: &[u8]| ipv4(UDP, &udp(MPLS_PORT, payload));
    let framed = |payload: &[u8]| ethernet(IPV4, &packet(payload));
    let two = [labels(&[16, 17], true), hello()].concat();
    let cut = ipv4(UDP, &udp_of([50_000, MPLS_PORT], 12, &two));
    let around = |inner: Vec<u8>, label| packet(&mpls(label, &inner));
    vec![
        ("D42.0", framed(&[])),
        ("D42.3", framed(&labels(&[16], true)[..3])),
        ("D43", ethernet(IPV4, &cut)),
        ("D44", ethernet(IPV4, &(100..124).fold(hello(), around))),
        ("D45", (100..124).fold(hello_frame(), |inner, label| ethernet(MPLS, &mpls(label, &inner)))),
    ]
}

fn gres() -> Inputs {
    let packet = |header: &[u8]| ipv4(GRE, header);
    let framed = |header: &[u8]| ethernet(IPV4, &packet(header));
    let of = |flags, kind, behind: &[u8]| framed(&gre(flags, kind, behind));
    let plain = gre(0, IPV4, &[]);
    let around = |inner: Vec<u8>, _| packet(&gre(0, IPV4, &inner));
    vec![
        ("D46.0", framed(&plain[..0])),
        ("D46.3", framed(&plain[..3])),
        ("D47", of(0x8000, IPV4, &[0; 2])),
        ("D48", of(0x2000, IPV4, &[0; 2])),
        ("D49", of(0x1000, 0x88be, &[])),
        ("D50", of(0xb000, 0x6558, &[0; 6])),
        ("D51", of(0x4000, IPV4, &[0, 0, 0, 0, 8, 0, 0, 0xff, 1, 2, 3, 4])),
        ("D52", of(0x4000, IPV4, &[&[0; 4][..], &[8, 0, 0, 0].repeat(8)].concat())),
        ("D53", of(0x3001, 0x880b, b"\0\x04\0\x01\0\0\0\x01data")),
        ("D54", of(7, IPV4, &hello())),
        ("D55", of(0x8000, IPV4, &[&[0xde, 0xad, 0, 0][..], &hello()].concat())),
        ("D56", ethernet(IPV4, &(0..24).fold(hello(), around))),
        ("D57", of(0, MPLS, &[])),
        ("D58", of(0, MPLS, &labels(&[16; 6], false))),
        ("D59", of(0, 0x6558, &[0; 10])),
        ("D60", of(0x0ff8, IPV4, &hello())),
    ]
}
