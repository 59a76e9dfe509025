//! The hostile and odd messages: good ones, built piece by piece and with one thing wrong.

/// Messages by what the list of hostile inputs calls them.
pub(crate) type Inputs = Vec<(&'static str, Vec<u8>)>;

const UPDATE: u8 = 2;
const KEEPALIVE: u8 = 4;

const ORIGIN: &[u8] = &[0x40, 1, 1, 0];
const AS_PATH: &[u8] = &[0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9];
const NEXT_HOP: &[u8] = &[0x40, 3, 4, 192, 0, 2, 1];
const LOCAL_PREF: &[u8] = &[0x40, 5, 4, 0, 0, 0, 100];
/// 203.0.113.0/24.
const ROUTE: &[u8] = &[24, 203, 0, 113];

const AFI_SAFI: &[u8] = &[0, 25, 70];
const VTEP: &[u8] = &[192, 0, 2, 1];
const RD: &[u8] = &[0, 1, 192, 0, 2, 1, 0, 100];
const ESI: &[u8] = &[0; 10];
const TAG: &[u8] = &[0; 4];
const MAC: &[u8] = &[2, 0x11, 0x22, 0x33, 0x44, 0x55];
const ADDRESS: &[u8] = &[10, 1, 1, 1];
const VNI: &[u8] = &[0, 0x10, 0x92];

fn message_of(length: u16, kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff; 16][..], &length.to_be_bytes(), &[kind], body].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    message_of(u16::try_from(19 + body.len()).unwrap(), kind, body)
}

fn update(attributes: &[&[u8]], routes: &[u8]) -> Vec<u8> {
    let attributes = attributes.concat();
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    message(UPDATE, &[&[0, 0], &length[..], &attributes, routes].concat())
}

/// Announces a route with this attribute too.
fn with(attribute: &[u8]) -> Vec<u8> {
    update(&[ORIGIN, AS_PATH, NEXT_HOP, attribute], ROUTE)
}

/// The same with zeros as the value of an attribute, of which a few octets are missing or too many.
fn with_zeros(flags: u8, kind: u8, length: u8) -> Vec<u8> {
    with(&[&[flags, kind, length][..], &vec![0; length.into()]].concat())
}

fn announces(routes: &[u8]) -> Vec<u8> {
    update(&[ORIGIN, AS_PATH, NEXT_HOP], routes)
}

/// MP_REACH_NLRI or MP_UNREACH_NLRI with a length of two octets.
fn multiprotocol(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[0x90, kind][..], &length, value].concat()
}

fn reach_of(next_hop_length: u8, next_hop: &[u8], reserved: u8, routes: &[u8]) -> Vec<u8> {
    multiprotocol(14, &[AFI_SAFI, &[next_hop_length], next_hop, &[reserved], routes].concat())
}

fn reach(routes: &[u8]) -> Vec<u8> {
    reach_of(4, VTEP, 0, routes)
}

fn internal(attributes: &[&[u8]]) -> Vec<u8> {
    update(&[&[ORIGIN, AS_PATH, LOCAL_PREF], attributes].concat(), &[])
}

fn evpn(routes: &[u8]) -> Vec<u8> {
    internal(&[&reach(routes)])
}

fn route(kind: u8, value: &[&[u8]]) -> Vec<u8> {
    let value = value.concat();
    [&[kind, u8::try_from(value.len()).unwrap()], &value[..]].concat()
}

/// A good route of type 1 to 5.
fn good(kind: u8) -> Vec<u8> {
    match kind {
        1 => route(1, &[RD, ESI, TAG, VNI]),
        2 => route(2, &[RD, ESI, TAG, &[48], MAC, &[32], ADDRESS, VNI]),
        3 => route(3, &[RD, TAG, &[32], VTEP]),
        4 => route(4, &[RD, ESI, &[32], VTEP]),
        _ => route(5, &[RD, ESI, TAG, &[16, 10, 20, 0, 0], &[0; 4], VNI]),
    }
}

/// The first octets of a good route's value, with their number as its length.
fn shortened(kind: u8, length: usize) -> Vec<u8> {
    route(kind, &[&good(kind)[2..][..length]])
}

/// Of the list of hostile inputs.
pub(crate) fn all() -> Inputs {
    [messages(), attributes(), routes(), nlri(), mac_ip_routes(), other_evpn_routes(), updates()].concat()
}

fn messages() -> Inputs {
    let mut bad_marker = message(KEEPALIVE, &[]);
    bad_marker[0] = 0;
    vec![
        ("B01", message_of(18, KEEPALIVE, &[])),
        ("B02", message_of(4097, UPDATE, &[])),
        ("B03", message(UPDATE, &[0; 3])),
        ("B04", bad_marker),
        ("B05", message(6, &[])),
        ("B06", message_of(64, UPDATE, &[0; 4])),
        ("B07", message(KEEPALIVE, &[0])),
        ("B08", message(UPDATE, &[0x01, 0xf4, 0, 0])),
        ("B09", message(UPDATE, &[&[0, 0, 0x01, 0xf4], ORIGIN].concat())),
        ("B10", message(UPDATE, &[0xff, 0xff, 0, 0])),
    ]
}

fn attributes() -> Inputs {
    let with_origin = |origin: &[u8]| update(&[origin, AS_PATH, NEXT_HOP], ROUTE);
    let with_path = |path: &[u8]| update(&[ORIGIN, path, NEXT_HOP], ROUTE);
    let with_next_hop = |next_hop: &[u8]| update(&[ORIGIN, AS_PATH, next_hop], ROUTE);
    let unknown: Vec<u8> = [0xe0, 255, 32].into_iter().chain(0..32).collect();
    let cluster_list = [&[0x80, 10, 13][..], &[1; 13]].concat();
    vec![
        ("B11", with(&[0xc0, 8, 40, 0, 0, 0, 0])),
        ("B12", with(&[0x40, 5])),
        ("B13", with(&[0x50, 5, 0])),
        ("B14", update(&[&[0x40, 1, 32, 0]], &[])),
        ("B15", with_origin(&[0x40, 1, 2, 0, 0])),
        ("B16", with_origin(&[0x40, 1, 1, 3])),
        ("B17", with_path(&[0x40, 2, 6, 2, 5, 0, 0, 0xfd, 0xe9])),
        ("B18", with_path(&[0x40, 2, 2, 2, 0])),
        ("B19", with_path(&[0x40, 2, 6, 9, 1, 0, 0, 0xfd, 0xe9])),
        ("B20.0", with_next_hop(&[0x40, 3, 0])),
        ("B20.3", with_next_hop(&[0x40, 3, 3, 192, 0, 2])),
        ("B20.5", with_next_hop(&[0x40, 3, 5, 192, 0, 2, 1, 0])),
        ("B21", update(&[ORIGIN, AS_PATH], ROUTE)),
        ("B22", update(&[&[0xc0, 31, 16], &[0; 16]], ROUTE)),
        ("B23", with_origin(&[0xc0, 1, 1, 0])),
        ("B24", update(&[ORIGIN, ORIGIN, AS_PATH, NEXT_HOP], ROUTE)),
        ("B25", with_zeros(0xc0, 7, 5)),
        ("B26", with_zeros(0x40, 6, 1)),
        ("B27", with_zeros(0xc0, 8, 5)),
        ("B28", with_zeros(0xc0, 16, 9)),
        ("B29", with_zeros(0xc0, 25, 19)),
        ("B30", with_zeros(0xc0, 32, 11)),
        ("B31", update(&[ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF, &cluster_list], ROUTE)),
        ("B32", with(&[0x40, 99, 1, 120])),
        ("B33", with(&[0xc0, 23, 8, 0, 8, 0, 4, 1, 0xff, 0, 0])),
        ("B34", update(&[ORIGIN, &[0xc0, 17, 4, 2, 5, 0, 0], AS_PATH, NEXT_HOP], ROUTE)),
        ("B35", with(&unknown)),
        ("B40", internal(&[&[0xc0, 22, 4, 0, 6, 0, 0]])),
        ("B41", internal(&[&[0xc0, 22, 8, 0, 6, 0, 0, 1, 192, 0, 2]])),
    ]
}

fn routes() -> Inputs {
    vec![
        ("B36", announces(&[33, 203, 0, 113, 0, 0])),
        ("B37", announces(&ROUTE[..3])),
        ("B38", announces(&[20, 203, 0, 0x7f])),
        ("B39", update(&[], &[0])),
    ]
}

fn nlri() -> Inputs {
    let mut overrun = good(2);
    overrun[1] = 255;
    let next_hop = |length, next_hop: &[u8]| internal(&[&reach_of(length, next_hop, 0, &good(2))]);
    vec![
        ("E00.1", evpn(&good(1))),
        ("E00.2", evpn(&good(2))),
        ("E00.3", evpn(&good(3))),
        ("E00.4", evpn(&good(4))),
        ("E00.5", evpn(&good(5))),
        ("E01", internal(&[&multiprotocol(14, &[AFI_SAFI, &[4]].concat())])),
        ("E02", next_hop(255, VTEP)),
        ("E03", next_hop(0, &[])),
        ("E04", next_hop(5, &[192, 0, 2, 1, 0])),
        ("E05", internal(&[&reach(&good(2)), &reach(&good(3))])),
        ("E06", evpn(&[])),
        ("E07", evpn(&[2])),
        ("E08", evpn(&[2, 0])),
        ("E09", evpn(&overrun)),
        ("E10.1", evpn(&shortened(1, 24))),
        ("E10.2", evpn(&shortened(2, 32))),
        ("E10.3", evpn(&shortened(3, 16))),
        ("E10.4", evpn(&shortened(4, 22))),
        ("E10.5", evpn(&shortened(5, 33))),
    ]
}

fn mac_ip_routes() -> Inputs {
    let mac_length = |length| evpn(&route(2, &[RD, ESI, TAG, &[length], MAC, &[0], VNI]));
    let ip_length = |length| evpn(&route(2, &[RD, ESI, TAG, &[48], MAC, &[length], ADDRESS, VNI]));
    let labels = |octets: &[u8]| evpn(&route(2, &[RD, ESI, TAG, &[48], MAC, &[32], ADDRESS, octets]));
    vec![
        ("E11.0", mac_length(0)),
        ("E11.47", mac_length(47)),
        ("E11.49", mac_length(49)),
        ("E11.255", mac_length(255)),
        ("E12.1", ip_length(1)),
        ("E12.31", ip_length(31)),
        ("E12.64", ip_length(64)),
        ("E12.129", ip_length(129)),
        ("E12.255", ip_length(255)),
        ("E13", ip_length(128)),
        ("E14.0", labels(&[])),
        ("E14.1", labels(&[0; 1])),
        ("E14.2", labels(&[0; 2])),
        ("E14.4", labels(&[0; 4])),
        ("E14.5", labels(&[0; 5])),
        ("E14.9", labels(&[0; 9])),
    ]
}

fn other_evpn_routes() -> Inputs {
    let prefix = |length| evpn(&route(5, &[RD, ESI, TAG, &[length, 10, 20, 0, 0], &[0; 4], VNI]));
    let of_length = |length: usize| evpn(&route(5, &[RD, ESI, TAG, &[16], &vec![0; length - 23]]));
    let with_segment = |esi: &[u8]| evpn(&route(4, &[RD, esi, &[32], VTEP]));
    let overlay_index_twice = route(5, &[RD, &[1; 10], TAG, &[16, 10, 20, 0, 0], &[10, 0, 0, 1], VNI]);
    let join = [&[64][..], &[0; 8], &[32, 239, 1, 1, 1, 32, 10, 0, 0, 1, 15]].concat();
    vec![
        ("E15", evpn(&route(3, &[RD, TAG, &[32], &[0; 16]]))),
        ("E16", evpn(&route(3, &[RD, TAG, &[0]]))),
        ("E17", evpn(&route(4, &[RD, ESI, &[128], VTEP]))),
        ("E18.33", prefix(33)),
        ("E18.64", prefix(64)),
        ("E18.128", prefix(128)),
        ("E19", evpn(&route(5, &[RD, ESI, TAG, &[129], &[0; 32], VNI]))),
        ("E20.35", of_length(35)),
        ("E20.46", of_length(46)),
        ("E20.57", of_length(57)),
        ("E21", evpn(&overlay_index_twice)),
        ("E26", evpn(&route(3, &[&[0, 3], &RD[2..], TAG, &[32], VTEP]))),
        ("E31", with_segment(&[0xfe, 1, 1, 1, 1, 1, 1, 1, 1, 1])),
        ("E32", with_segment(&[0xff; 10])),
        ("E34", evpn(&route(7, &[RD, ESI, TAG, &join]))),
    ]
}

fn updates() -> Inputs {
    let good_one = good(3);
    let behind = |before: &[u8]| evpn(&[before, &good_one].concat());
    let cut = [&good(2)[..], &good(2)[..20]].concat();
    let withdrawn = route(2, &[RD, ESI, TAG, &[48], MAC, &[0, 0x80, 0, 0]]);
    vec![
        ("E22", behind(&[99, 4, 0xde, 0xad, 0xbe, 0xef])),
        ("E23", behind(&[0, 0])),
        ("E24", evpn(&[99, 200, 0xde, 0xad])),
        ("E25", evpn(&cut)),
        ("E27", behind(&[0, 0, 0, 1])),
        ("E28", update(&[&multiprotocol(15, &[AFI_SAFI, &withdrawn].concat())], &[])),
        ("E29", update(&[&[0x80, 15, 2, 0, 25]], &[])),
        ("E30", update(&[&[0x80, 15, 3], AFI_SAFI], ROUTE)),
        ("E33", internal(&[&reach_of(4, VTEP, 1, &good_one)])),
        ("E35", evpn(&good_one.repeat(3000))),
    ]
}
