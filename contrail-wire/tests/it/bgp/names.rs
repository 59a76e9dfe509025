//! The names of numbers that IANA assigns: which number has which.

use contrail_wire::bgp::{
    Afi, AttributeType, CapabilityCode, Community, Family, Notification, PmsiTunnel, PmsiTunnelType, Safi,
    TunnelType,
};

/// The numbers of one octet that have a name, each with it.
fn named(name: impl Fn(u8) -> Option<&'static str>) -> Vec<String> {
    (0..=u8::MAX).filter_map(|number| Some(format!("{number} {}", name(number)?))).collect()
}

#[test]
fn of_attributes() {
    assert_eq!(
        named(|number| AttributeType(number).name()),
        [
            "1 origin",
            "2 as_path",
            "3 next_hop",
            "4 multi_exit_disc",
            "5 local_pref",
            "6 atomic_aggregate",
            "7 aggregator",
            "8 communities",
            "9 originator_id",
            "10 cluster_list",
            "14 mp_reach_nlri",
            "15 mp_unreach_nlri",
            "16 extended_communities",
            "17 as4_path",
            "18 as4_aggregator",
            "22 pmsi_tunnel",
            "23 tunnel_encapsulation",
            "25 ipv6_extended_communities",
            "26 aigp",
            "32 large_communities",
            "36 d_path",
        ]
    );
    assert_eq!(format!("{} {:?}", AttributeType::AIGP, AttributeType(99)), "aigp 99");
}

#[test]
fn of_capabilities() {
    assert_eq!(
        named(|number| CapabilityCode(number).name()),
        [
            "1 multiprotocol",
            "2 route-refresh",
            "5 extended-next-hop",
            "6 extended-message",
            "9 role",
            "64 graceful-restart",
            "65 four-octet-as",
            "69 add-path",
            "70 enhanced-route-refresh",
            "71 long-lived-graceful-restart",
            "73 fqdn",
        ]
    );
    assert_eq!(format!("{} {:?}", CapabilityCode::ROLE, CapabilityCode(99)), "role 99");
}

#[test]
fn of_tunnels() {
    assert_eq!(
        named(|number| PmsiTunnelType(number).name()),
        [
            "0 none",
            "1 rsvp-te-p2mp",
            "2 mldp-p2mp",
            "3 pim-ssm",
            "4 pim-sm",
            "5 bidir-pim",
            "6 ingress-replication",
            "7 mldp-mp2mp",
            "10 assisted-replication",
            "11 bier",
            "252 contrail-assisted-replication",
        ]
    );
    assert_eq!(format!("{} {:?}", PmsiTunnelType::BIER, PmsiTunnelType(99)), "bier 99");
    assert_eq!(
        named(|number| TunnelType::new(number.into()).name()),
        [
            "1 l2tpv3",
            "2 gre",
            "7 ip-in-ip",
            "8 vxlan",
            "9 nvgre",
            "10 mpls",
            "11 mpls-in-gre",
            "12 vxlan-gpe",
            "13 mpls-in-udp",
            "15 sr-policy",
            "16 bare",
            "19 geneve",
        ]
    );
    let with_vni: Vec<u16> = (0..=255).filter(|number| TunnelType::new(*number).has_vni()).collect();
    assert_eq!(with_vni, [8, 9, 12, 19]);
}

#[test]
fn of_families() {
    let families = [(1, 1), (2, 1), (1, 128), (2, 128), (1, 132), (25, 70), (1, 2), (25, 65), (2, 132)];
    assert_eq!(
        families.map(|(afi, safi)| Family { afi: Afi::new(afi), safi: Safi(safi) }.to_string()),
        [
            "ipv4 unicast",
            "ipv6 unicast",
            "ipv4 vpn",
            "ipv6 vpn",
            "ipv4 route-target",
            "l2vpn evpn",
            "afi 1 safi 2",
            "afi 25 safi 65",
            "afi 2 safi 132",
        ]
    );
    assert_eq!(format!("{:?}", Family::EVPN), "Family { afi: 25, safi: 70 }");
}

#[test]
fn of_what_ends_a_session() {
    let all = (0..=9).flat_map(|code| (0..=12).map(move |subcode| Notification { code, subcode, data: &[] }));
    let named: Vec<String> = all
        .filter(|it| it.subcode == 0 || it.subcode_name().is_some())
        .map(|it| format!("{} {} {it}", it.code, it.subcode))
        .collect();
    assert_eq!(
        named,
        [
            "0 0 error 0",
            "1 0 message header error",
            "1 1 message header error: connection not synchronized",
            "1 2 message header error: bad message length",
            "1 3 message header error: bad message type",
            "2 0 open message error",
            "2 1 open message error: unsupported version number",
            "2 2 open message error: bad peer AS",
            "2 3 open message error: bad BGP identifier",
            "2 4 open message error: unsupported optional parameter",
            "2 6 open message error: unacceptable hold time",
            "2 7 open message error: unsupported capability",
            "2 11 open message error: role mismatch",
            "3 0 update message error",
            "3 1 update message error: malformed attribute list",
            "3 2 update message error: unrecognized well-known attribute",
            "3 3 update message error: missing well-known attribute",
            "3 4 update message error: attribute flags error",
            "3 5 update message error: attribute length error",
            "3 6 update message error: invalid ORIGIN attribute",
            "3 8 update message error: invalid NEXT_HOP attribute",
            "3 9 update message error: optional attribute error",
            "3 10 update message error: invalid network field",
            "3 11 update message error: malformed AS_PATH",
            "4 0 hold timer expired",
            "5 0 finite state machine error",
            "5 1 finite state machine error: unexpected message in OpenSent",
            "5 2 finite state machine error: unexpected message in OpenConfirm",
            "5 3 finite state machine error: unexpected message in Established",
            "6 0 cease",
            "6 1 cease: maximum number of prefixes reached",
            "6 2 cease: administrative shutdown",
            "6 3 cease: peer de-configured",
            "6 4 cease: administrative reset",
            "6 5 cease: connection rejected",
            "6 6 cease: other configuration change",
            "6 7 cease: connection collision resolution",
            "6 8 cease: out of resources",
            "6 9 cease: hard reset",
            "6 10 cease: BFD down",
            "7 0 route-refresh message error",
            "7 1 route-refresh message error: invalid message length",
            "8 0 send hold timer expired",
            "9 0 error 9",
        ]
    );
    let unknown = Notification { code: 6, subcode: 99, data: &[] };
    assert_eq!(unknown.to_string(), "cease: 99");
}

#[test]
fn what_an_operator_said_is_of_a_shutdown_or_a_reset() {
    let said = |code, subcode, data| Notification { code, subcode, data }.shutdown_communication();
    let data = b"\x05later and more";
    assert_eq!([2, 4].map(|subcode| said(6, subcode, data)), [Some("later"); 2]);
    assert_eq!([1, 3, 9].map(|subcode| said(6, subcode, data)), [None; 3]);
    assert_eq!(said(3, 2, data), None);
    assert_eq!([said(6, 2, b""), said(6, 2, b"\x05late"), said(6, 2, b"\x01\xff")], [None; 3]);
}

#[test]
fn a_community_is_a_number_of_32_bits() {
    assert_eq!((Community::NO_EXPORT.get(), Community::new(64512, 7).get()), (0xffff_ff01, 0xfc00_0007));
}

#[test]
fn a_tunnel_is_known_by_as_many_octets_as_its_kind_has() {
    for (kind, lengths) in [(1, [12, 24]), (3, [8, 32]), (4, [8, 32]), (5, [8, 32]), (6, [4, 16])] {
        let fits = |length: &usize| {
            PmsiTunnel::decode(&[&[0, kind, 0, 0, 0][..], &vec![0; *length]].concat()).is_ok()
        };
        assert_eq!((0..40).filter(fits).collect::<Vec<_>>(), lengths, "kind {kind}");
    }
    assert!(PmsiTunnel::decode(&[0, 2, 0, 0, 0, 7]).is_ok(), "of mLDP it may be of any length");
}
