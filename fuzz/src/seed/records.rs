//! Records of MRT files and messages of BMP, one of each kind.

use std::net::Ipv6Addr;

/// What is in front of a message in a file: the AS numbers, interface, family and addresses of both ends.
pub(super) const PEERS: [u8; 20] = [0, 0, 252, 0, 0, 0, 252, 1, 0, 0, 0, 1, 10, 0, 0, 1, 10, 0, 0, 2];

/// The same with AS numbers of two octets.
const PEERS_OF_TWO_OCTETS: [u8; 16] = [252, 0, 252, 1, 0, 0, 0, 1, 10, 0, 0, 1, 10, 0, 0, 2];

/// Of a family that no router has.
const PEERS_OF_NO_FAMILY: [u8; 20] = [0, 0, 252, 0, 0, 0, 252, 1, 0, 0, 0, 3, 10, 0, 0, 1, 10, 0, 0, 2];

/// A record of a file (RFC 6396 section 2).
pub(super) fn mrt(kind: u16, subtype: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("it is small");
    let header = [&[0; 4][..], &kind.to_be_bytes(), &subtype.to_be_bytes(), &length.to_be_bytes()];
    [&header.concat(), body].concat()
}

/// A message of a neighbour of whom nothing is known (RFC 7854 sections 4.1 and 4.2).
pub(super) fn bmp(kind: u8, body: &[u8]) -> Vec<u8> {
    bmp_of(kind, &[&[0; 42], body].concat())
}

/// A message of no neighbour.
fn bmp_of(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(6 + body.len()).expect("it is small");
    [&[3][..], &length.to_be_bytes(), &[kind], body].concat()
}

/// The records and messages with their names: with this UPDATE and OPEN in them, and with a short one where any will do, as
/// laws read them byte by byte.
pub(super) fn records(update: &[u8], short: &[u8], open: &[u8]) -> Vec<(String, Vec<u8>)> {
    let owned = |(name, bytes): (&str, Vec<u8>)| (name.to_owned(), bytes);
    bmp_messages(update, open).map(owned).into_iter().chain(sessions(update, short)).chain(tables()).collect()
}

fn bmp_messages(update: &[u8], open: &[u8]) -> [(&'static str, Vec<u8>); 11] {
    let keepalive = [&[0xff; 16][..], &[0, 19, 4]].concat();
    [
        ("bmp_route_monitoring", bmp(0, update)),
        ("bmp_statistics", bmp(1, &[0, 0, 0, 1, 0, 7, 0, 4, 0, 0, 0, 9])),
        ("bmp_statistics_cut", bmp(1, &[0, 0, 0, 1, 0, 7, 0, 4, 0])),
        ("bmp_peer_down", bmp(2, &[2, 0, 6])),
        ("bmp_peer_up", bmp(3, &[&[0; 20][..], open, open].concat())),
        ("bmp_peer_up_without_open", bmp(3, &[&[0; 20][..], open, &keepalive].concat())),
        ("bmp_initiation", bmp_of(4, &[0, 2, 0, 5, b'l', b'e', b'a', b'f', b'1'])),
        ("bmp_termination", bmp_of(5, &[0, 1, 0, 2, 0, 0])),
        ("bmp_mirroring", bmp(6, &[0, 1, 0, 2, 0, 1])),
        ("bmp_unknown", bmp_of(7, &[])),
        ("bmp_lost", [bmp_of(4, &[]), vec![3, 0, 0, 0, 1, 0]].concat()),
    ]
}

/// Messages and changes of state (RFC 6396 section 4.4, RFC 8050 section 3).
fn sessions(update: &[u8], short: &[u8]) -> Vec<(String, Vec<u8>)> {
    const ESTABLISHED_TO_IDLE: [u8; 4] = [0, 6, 0, 1];
    let subtypes = (0..=12).map(|subtype| {
        let peers = if matches!(subtype, 0 | 1 | 6 | 8 | 10) { &PEERS_OF_TWO_OCTETS[..] } else { &PEERS };
        let content = if matches!(subtype, 0 | 5) { &ESTABLISHED_TO_IDLE } else { short };
        (format!("mrt_session_{subtype}"), mrt(16, subtype, &[peers, content].concat()))
    });
    let others = [
        ("mrt_message", mrt(16, 4, &[&PEERS, update].concat())),
        ("mrt_session_of_no_family", mrt(16, 4, &[&PEERS_OF_NO_FAMILY, short].concat())),
        ("mrt_session_with_microseconds", mrt(17, 4, &[&[0, 0, 0, 7][..], &PEERS, short].concat())),
        ("mrt_unknown", mrt(12, 1, &[])),
    ];
    subtypes.chain(others.map(|(name, record)| (name.to_owned(), record))).collect()
}

/// What a router's table holds (RFC 6396 section 4.3, RFC 8050 section 4).
fn tables() -> Vec<(String, Vec<u8>)> {
    const IPV4: [u8; 2] = [8, 10];
    const IPV6: [u8; 3] = [16, 0x20, 1];
    let subtypes = (2..=12).map(|subtype| {
        let route = match subtype {
            2 | 3 | 8 | 9 => &IPV4[..],
            4 | 5 | 10 | 11 => &IPV6,
            _ => INCLUSIVE,
        };
        let path_id = if subtype < 8 { &[][..] } else { &[0, 0, 0, 9] };
        (format!("mrt_table_{subtype}"), mrt(13, subtype, &table(route, path_id, NEXT_HOP)))
    });
    let [global, link_local] = [Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED].map(|address| address.octets());
    let short = [&[0x80, 14, 17, 16][..], &global].concat();
    let whole = [&[0x80, 14, 37, 0, 2, 1, 32][..], &global, &link_local, &[0]].concat();
    let peers = [
        &[10, 0, 0, 9, 0, 1, b'v', 0, 4][..],
        &[0, 10, 0, 0, 1, 10, 0, 0, 1, 252, 0],
        &[2, 10, 0, 0, 2, 10, 0, 0, 2, 0, 0, 252, 0],
        &[&[1, 10, 0, 0, 3][..], &global, &[252, 0]].concat(),
        &[&[3, 10, 0, 0, 4][..], &global, &[0, 0, 252, 0]].concat(),
    ];
    let others = [
        ("mrt_peers", mrt(13, 1, &peers.concat())),
        ("mrt_peers_and_more", mrt(13, 1, &[&peers.concat()[..], &[0]].concat())),
        ("mrt_table_next_hop_alone", mrt(13, 4, &table(&IPV6, &[], &short))),
        ("mrt_table_next_hop_of_multicast", mrt(13, 5, &table(&IPV6, &[], &short))),
        ("mrt_table_reach", mrt(13, 4, &table(&IPV6, &[], &whole))),
        ("mrt_table_broken_reach", mrt(13, 4, &table(&IPV6, &[], &[0x80, 14, 3, 0, 2, 1]))),
        ("mrt_table_without_next_hop", mrt(13, 2, &table(&IPV4, &[], &[]))),
        ("mrt_table_of_unknown_family", mrt(13, 6, &table(&[0x40, 4, 72, 8, 10], &[], NEXT_HOP))),
        ("mrt_table_without_route", mrt(13, 2, &[0; 4])),
        ("mrt_table_and_more", mrt(13, 2, &[&table(&IPV4, &[], NEXT_HOP)[..], &[0]].concat())),
    ];
    subtypes.chain(others.map(|(name, record)| (name.to_owned(), record))).collect()
}

/// An inclusive multicast route (RFC 7432 section 7.3) behind its family, EVPN.
const INCLUSIVE: &[u8] = &[0, 25, 70, 3, 17, 0, 1, 10, 0, 0, 1, 0, 7, 0, 0, 0, 0, 32, 10, 0, 0, 1];

/// The attribute NEXT_HOP.
const NEXT_HOP: &[u8] = &[0x40, 3, 4, 10, 0, 0, 1];

/// A route with one path to it.
fn table(route: &[u8], path_id: &[u8], attributes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).expect("it is small");
    let path = [&[0, 1, 0, 0, 0, 0, 0, 0][..], path_id, &length.to_be_bytes(), attributes].concat();
    [&[0; 4], route, &path].concat()
}
