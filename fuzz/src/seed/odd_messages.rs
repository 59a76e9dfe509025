//! Messages of BGP that few send: attributes of every kind, each in an UPDATE, and OPENs and others with something odd.

use super::Seeds;

/// The messages with their names.
pub(super) fn messages() -> Seeds {
    let attributes = ATTRIBUTES.iter().map(|(name, value)| ((*name).to_owned(), update(value, &[])));
    attributes.chain(communities()).chain(pmsi_tunnels()).chain(next_hops()).chain(others()).collect()
}

/// Those that are no UPDATEs.
pub(super) fn others() -> Seeds {
    OTHERS.iter().map(|(name, kind, body)| ((*name).to_owned(), message(*kind, body))).collect()
}

/// Attributes, with flags, type and length.
const ATTRIBUTES: [(&str, &[u8]); 10] = [
    ("aggregator_of_no_as", &[0xc0, 7, 8, 0, 0, 0, 0, 10, 0, 0, 1]),
    ("aigp", &[0x80, 26, 14, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 9, 2, 0, 3]),
    ("aigp_metric_too_short", &[0x80, 26, 4, 1, 0, 4, 0]),
    ("aigp_shorter_than_its_header", &[0x80, 26, 3, 2, 0, 2]),
    ("aigp_cut", &[0x80, 26, 2, 2, 0]),
    (
        "as_path_shorter_than_as4_path",
        &[0x40, 2, 4, 2, 1, 0x5b, 0xa0, 0xc0, 17, 10, 2, 2, 0, 1, 0, 0, 0, 1, 0, 1],
    ),
    ("as4_aggregator", &[0xc0, 7, 6, 0x5b, 0xa0, 10, 0, 0, 1, 0xc0, 18, 8, 0, 1, 0, 0, 10, 0, 0, 1]),
    ("raw_of_a_long_length", &[0xd0, 200, 0, 1, 7]),
    (
        "ip_prefix_of_a_group",
        b"\x80\x0e\x2d\0\x19\x46\x04\x0a\0\0\x01\0\
        \x05\x22\0\x01\x0a\0\0\x01\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x18\x0a\x63\0\0\0\0\0\0\0\x13\x89\
        \xc0\x10\x08\x06\x03\x01\0\0\0\0\x01",
    ),
    ("mp_unreach_cut", &[0x80, 15, 2, 0, 25]),
];

/// Others than UPDATEs, with type and body.
const OTHERS: [(&str, u8, &[u8]); 10] = [
    ("open_extended", 1, &[4, 252, 0, 0, 90, 10, 0, 0, 1, 255, 255, 0, 9, 2, 0, 6, 65, 4, 0, 0, 252, 0]),
    ("open_extended_cut", 1, &[4, 252, 0, 0, 90, 10, 0, 0, 1, 255, 255, 0]),
    ("open_parameter_cut", 1, &[4, 252, 0, 0, 90, 10, 0, 0, 1, 1, 2]),
    ("open_extended_parameter_cut", 1, &[4, 252, 0, 0, 90, 10, 0, 0, 1, 255, 255, 0, 2, 2, 0]),
    ("open_capability_cut", 1, &[4, 252, 0, 0, 90, 10, 0, 0, 1, 5, 2, 3, 65, 4, 0]),
    ("open_of_version_3", 1, &[3, 252, 0, 0, 90, 10, 0, 0, 1, 0]),
    ("role_mismatch", 3, &[2, 11]),
    ("unknown_error", 3, &[99, 1]),
    ("route_refresh_end_with_more", 5, &[0, 25, 2, 70, 0]),
    ("unknown_type", 9, &[]),
];

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(19 + body.len()).expect("it is small");
    [&[0xff; 16][..], &length.to_be_bytes(), &[kind], body].concat()
}

fn update(attributes: &[u8], routes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).expect("they are few");
    message(2, &[&[0, 0][..], &length.to_be_bytes(), attributes, routes].concat())
}

fn attribute(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).expect("it is short");
    [&[0xc0, kind, length][..], value].concat()
}

/// Extended communities of every kind that has a name, with those of Contrail (RFC 4360, RFC 5701).
fn communities() -> Seeds {
    const KINDS: [u16; 26] = [
        0x0002, 0x0102, 0x0202, 0x0003, 0x0009, 0x010b, 0x4004, 0x030b, 0x030c, 0x030d, 0x0600, 0x0601,
        0x0602, 0x0603, 0x0604, 0x0605, 0x0606, 0x0609, 0x8071, 0x8004, 0x8284, 0x8084, 0x8085, 0x03aa,
        0xc000, 0x7f7f,
    ];
    const IPV6_KINDS: [u16; 4] = [0x0002, 0x0003, 0x000b, 0x4009];
    let values = [[0; 6], [0, 0, 0, 0, 0, 1], [0xff; 6]];
    let of = |value: [u8; 6]| {
        attribute(16, &KINDS.map(|kind| [&kind.to_be_bytes()[..], &value].concat()).concat())
    };
    let of_ipv6 =
        IPV6_KINDS.map(|kind| [&kind.to_be_bytes()[..], &[0x20, 1], &[0; 14], &[0, 7]].concat()).concat();
    let named = |(number, value)| (format!("communities_{number}"), update(&of(value), &[]));
    let ipv6 = ("communities_ipv6".to_owned(), update(&attribute(25, &of_ipv6), &[]));
    (1..).zip(values).map(named).chain([ipv6]).collect()
}

/// PMSI_TUNNEL with each type that has a name, and one that has none, and identifiers as long as they may be (RFC 6514
/// section 5).
fn pmsi_tunnels() -> Seeds {
    let types = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 0xfc, 0xfe];
    let lengths = [4, 8, 12, 16];
    let tunnel = |tunnel_type: u8, length| {
        let value = [&[0, tunnel_type, 0, 0x13, 0x89][..], &vec![10; length]].concat();
        (format!("pmsi_tunnel_{tunnel_type}_of_{length}"), update(&attribute(22, &value), &[]))
    };
    types.into_iter().flat_map(|kind| lengths.map(|length| tunnel(kind, length))).collect()
}

/// MP_REACH_NLRI of each family with next hops of each length, beside a route of IPv4 (RFC 4760 section 3).
fn next_hops() -> Seeds {
    let families: [(&str, [u8; 3]); 7] = [
        ("ipv4", [0, 1, 1]),
        ("ipv6", [0, 2, 1]),
        ("vpn_ipv4", [0, 1, 128]),
        ("vpn_ipv6", [0, 2, 128]),
        ("evpn", [0, 25, 70]),
        ("route_target", [0, 1, 132]),
        ("unknown", [0x40, 4, 71]),
    ];
    let reach = |(name, family): (&str, [u8; 3]), length: u8| {
        let value = [&family[..], &[length], &vec![1; length.into()], &[0]].concat();
        (format!("next_hop_{name}_of_{length}"), update(&attribute(14, &value), &[8, 10]))
    };
    families
        .into_iter()
        .flat_map(|family| [4, 12, 16, 24, 32, 48].map(|length| reach(family, length)))
        .collect()
}
