//! What Contrail itself sends (Tungsten Fabric's control node, read from its sources), byte for byte.

use contrail_wire::bgp::evpn::{self, MacIpRoute, Route, RouteKey};
use contrail_wire::bgp::{
    Attribute, ContrailCommunity, ExtendedCommunity, ExtendedCommunityKind, Message, NextHop, PmsiFlags,
    PmsiTunnel, PmsiTunnelType, Session, TunnelType, Update, UpdateBuilder,
};
use contrail_wire::{
    AssignedNumber, EthernetSegment, EthernetSegmentId, EthernetTag, IntoBytes, Label, LabelField, MacAddr,
    RouteDistinguisher, Vni,
};

/// Of the vRouter 10.1.1.1 and its VRF 7.
const RD: [u8; 8] = [0, 1, 10, 1, 1, 1, 0, 7];
const MAC: [u8; 6] = [0x02, 0xaa, 0, 0, 0, 0x11];

fn written(route: &Route<'_>) -> Vec<u8> {
    let mut buffer = [0xa5; 100];
    let room = route.encode(&mut buffer).unwrap().len();
    buffer[..buffer.len() - room].to_vec()
}

#[track_caller]
fn reads_as<'a>(bytes: &'a [u8], contrail: &str) -> Route<'a> {
    let (route, rest) = Route::decode(bytes).unwrap();
    assert!(rest.is_empty());
    assert_eq!(written(&route), bytes);
    assert_eq!(route.key().contrail().to_string(), contrail);
    let key: RouteKey<'static> = contrail.parse().unwrap();
    assert_eq!(key, route.key());
    route
}

fn bytes(route_type: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    [&[route_type, u8::try_from(value.len()).unwrap()][..], &value].concat()
}

#[test]
fn each_route_has_the_length_and_the_text_of_section_5_1() {
    let (zero, tag) = ([0; 10], [0; 4]);
    let (four, six) = ([10, 1, 1, 9], [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
    let (label, esi) = ([0x00, 0x13, 0x89], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let mac = [&[48][..], &MAC].concat();
    let esi_text = "00:01:02:03:04:05:06:07:08:09";
    for (length, route, text) in [
        (25, bytes(1, &[&RD, &esi, &[0xff; 4], &label]), format!("1-10.1.1.1:7-{esi_text}-4294967295")),
        (
            25,
            bytes(1, &[&RD, &[4, 10, 1, 1, 1, 0, 0, 0, 7, 0], &tag, &label]),
            "1-10.1.1.1:7-10.1.1.1:7-0".into(),
        ),
        (
            23,
            bytes(4, &[&RD, &[5, 0, 0, 0xfc, 0, 0, 0, 0, 7, 0], &[32], &four]),
            "4-10.1.1.1:7-64512:7-10.1.1.9".into(),
        ),
        (
            33,
            bytes(2, &[&RD, &zero, &tag, &mac, &[0], &label]),
            "2-10.1.1.1:7-0-02:aa:00:00:00:11,0.0.0.0".into(),
        ),
        (
            37,
            bytes(2, &[&RD, &zero, &tag, &mac, &[32], &four, &label]),
            "2-10.1.1.1:7-0-02:aa:00:00:00:11,10.1.1.9".into(),
        ),
        (
            40,
            bytes(2, &[&RD, &zero, &tag, &mac, &[32], &four, &label, &label]),
            "2-10.1.1.1:7-0-02:aa:00:00:00:11,10.1.1.9".into(),
        ),
        (
            49,
            bytes(2, &[&RD, &zero, &tag, &mac, &[128], &six, &label]),
            "2-10.1.1.1:7-0-02:aa:00:00:00:11,2001:db8::9".into(),
        ),
        (17, bytes(3, &[&RD, &tag, &[32], &four]), "3-10.1.1.1:7-0-10.1.1.9".into()),
        (29, bytes(3, &[&RD, &tag, &[128], &six]), "3-10.1.1.1:7-0-2001:db8::9".into()),
        (23, bytes(4, &[&RD, &esi, &[32], &four]), format!("4-10.1.1.1:7-{esi_text}-10.1.1.9")),
        (35, bytes(4, &[&RD, &esi, &[128], &six]), format!("4-10.1.1.1:7-{esi_text}-2001:db8::9")),
        (
            34,
            bytes(5, &[&RD, &zero, &tag, &[24], &[10, 1, 1, 0], &[0; 4], &label]),
            "5-10.1.1.1:7-0-10.1.1.0/24".into(),
        ),
        (
            58,
            bytes(5, &[&RD, &zero, &tag, &[128], &six, &[0; 16], &label]),
            "5-10.1.1.1:7-0-2001:db8::9/128".into(),
        ),
    ] {
        assert_eq!(usize::from(route[1]), length);
        reads_as(&route, &text);
    }
    let selective = [&RD[..], &tag, &[32], &four, &[32, 239, 1, 1, 1], &[32, 10, 1, 1, 1], &[2]].concat();
    let route = bytes(6, &[&selective]);
    let (Route::SelectiveMulticast(route), _) = Route::decode(&route).unwrap() else { panic!("no type 6") };
    assert_eq!((route.source, route.group), (Some(four.into()), [239, 1, 1, 1].into()));
    assert_eq!(route.flags.bits(), 2);
    assert_eq!(Route::from(route).key().contrail().to_string().parse(), Ok(Route::from(route).key()));
}

/// An UPDATE with one MAC/IP route, as the control node announces it.
fn announced(
    tunnel: TunnelType,
    label: LabelField,
    ethernet_tag: EthernetTag,
    buffer: &mut [u8],
) -> Update<'_> {
    let communities = [
        "target:64512:8000003".parse().unwrap(),
        tunnel.into(),
        ExtendedCommunity::new([0x06, 0x00, 0, 0, 0, 0, 0, 3]),
    ];
    let route = MacIpRoute {
        rd: RouteDistinguisher::new(RD),
        esi: EthernetSegmentId::ZERO,
        ethernet_tag,
        mac: MacAddr::new(MAC),
        ip: Some([10, 99, 0, 3].into()),
        label1: label,
        label2: None,
    };
    let session = Session::default();
    let attributes = [Attribute::ExtendedCommunities(&communities)];
    let next_hop = NextHop::from([10, 1, 1, 1]);
    let mut builder = UpdateBuilder::announce(&session, next_hop, &attributes, [Route::from(route)]);
    let bytes = builder.encode_next(buffer).unwrap().unwrap();
    Message::decode(bytes, session).unwrap().0.update().unwrap()
}

fn label(update: &Update<'_>) -> (LabelField, EthernetTag) {
    let Some(Ok(Route::MacIp(route))) = update.evpn_routes().next() else { panic!("no MAC/IP route") };
    (route.label1, route.ethernet_tag)
}

#[test]
fn with_vxlan_the_label_field_is_the_vni() {
    let mut buffer = [0xa5; 4096];
    let update = announced(TunnelType::VXLAN, Vni::new(5001).unwrap().into(), EthernetTag::ZERO, &mut buffer);
    let (label, _) = label(&update);
    assert_eq!(label.as_bytes(), [0x00, 0x13, 0x89]);
    assert!(update.encapsulation().unwrap().has_vni());
    assert_eq!(label.vni().get(), 5001);
}

#[test]
fn with_mpls_the_label_field_is_a_label_and_the_bottom_of_its_stack() {
    for tunnel in [TunnelType::MPLS_IN_UDP, TunnelType::MPLS_IN_GRE, TunnelType::GRE] {
        let mut buffer = [0xa5; 4096];
        let update = announced(tunnel, Label::new(299_776).unwrap().into(), EthernetTag::ZERO, &mut buffer);
        let (label, _) = label(&update);
        assert_eq!(label.as_bytes(), [0x49, 0x30, 0x01]);
        assert!(!update.encapsulation().unwrap().has_vni());
        assert_eq!((label.mpls_label().get(), label.is_bottom()), (299_776, true));
    }
}

#[test]
fn the_tag_is_the_vni_where_it_can_be_one() {
    for (tag, vni) in [
        (0, Some(5001)),
        (1, Some(1)),
        (0x00ff_ffff, Some(0x00ff_ffff)),
        (0x0100_0000, Some(5001)),
        (u32::MAX - 1, Some(5001)),
        (u32::MAX, None),
    ] {
        let mut buffer = [0xa5; 4096];
        let tag = EthernetTag::new(tag);
        let update = announced(TunnelType::VXLAN, Vni::new(5001).unwrap().into(), tag, &mut buffer);
        let (label, tag) = label(&update);
        let found = evpn::contrail_vni(update.encapsulation().unwrap(), tag, label);
        assert_eq!(found.map(Vni::get), vni, "{tag}");
        assert_eq!(evpn::contrail_vni(TunnelType::MPLS_IN_UDP, tag, label), None);
    }
}

#[test]
fn the_reserved_octets_of_the_encapsulation_are_not_looked_at() {
    // Junos puts the AS number there.
    let community = ExtendedCommunity::new([0x03, 0x0c, 0x00, 0x00, 0xfd, 0xe8, 0x00, 0x08]);
    assert_eq!(community.encapsulation(), Some(TunnelType::VXLAN));
    assert_eq!(community.octets()[4..6], [0xfd, 0xe8], "and are kept");
}

#[test]
fn tunnel_types_have_their_numbers() {
    for (tunnel, number) in [
        (TunnelType::GRE, 2),
        (TunnelType::VXLAN, 8),
        (TunnelType::NVGRE, 9),
        (TunnelType::MPLS, 10),
        (TunnelType::MPLS_IN_GRE, 11),
        (TunnelType::VXLAN_GPE, 12),
        (TunnelType::MPLS_IN_UDP, 13),
    ] {
        let octets = [0x03, 0x0c, 0, 0, 0, 0, 0, number];
        assert_eq!(ExtendedCommunity::from(tunnel).octets(), octets);
    }
}

#[test]
fn communities_have_the_types_of_section_5_3() {
    use ExtendedCommunityKind as Kind;
    let two = AssignedNumber::TwoOctetAs { asn: 64512, number: 100 };
    let address = AssignedNumber::Ipv4 { address: [10, 1, 1, 1].into(), number: 7 };
    let four = AssignedNumber::FourOctetAs { asn: 64512, number: 100 };
    let values = [[0xfc, 0, 0, 0, 0, 100], [10, 1, 1, 1, 0, 7], [0, 0, 0xfc, 0, 0, 100]];
    let community =
        |high, low, [a, b, c, d, e, f]: [u8; 6]| ExtendedCommunity::new([high, low, a, b, c, d, e, f]);
    for ((high, value), number) in (0..).zip(values).zip([two, address, four]) {
        assert_eq!(community(high, 0x02, value).kind(), Kind::RouteTarget(number.into()));
        assert_eq!(community(high, 0x03, value).kind(), Kind::SiteOfOrigin(number));
    }
    assert_eq!(community(0, 2, values[0]).to_string(), "target:64512:100");
    assert_eq!(community(2, 2, values[2]).to_string(), "target:64512L:100");
    assert_eq!(community(3, 0x0d, [0; 6]).kind(), Kind::DefaultGateway);
    let mobility = community(6, 0, [1, 0, 0, 0, 0, 3]).kind();
    assert_eq!(mobility, Kind::MacMobility { sticky: true, sequence: 3 });
    let esi_label = community(6, 1, [1, 0, 0, 0x49, 0x30, 0x01]).kind();
    let label = LabelField::from(Label::new(299_776).unwrap());
    assert_eq!(esi_label, Kind::EsiLabel { single_active: true, label });
    assert_eq!(community(6, 2, MAC).kind(), Kind::EsImport(MacAddr::new(MAC)));
    assert_eq!(community(6, 3, MAC).kind(), Kind::RouterMac(MacAddr::new(MAC)));
    assert!(matches!(community(6, 5, [1, 0, 0, 0, 0, 0]).kind(), Kind::ETree { leaf: true, .. }));
    assert_eq!(community(6, 9, [0, 1, 0, 0, 0, 0]).kind(), Kind::MulticastFlags(1));
    for (high, value, number) in [(0x80, values[0], two), (0x82, values[2], four)] {
        for (low, kind) in [
            (0x71, ContrailCommunity::OriginVn(number)),
            (0x04, ContrailCommunity::SecurityGroup(number)),
            (0x84, ContrailCommunity::Tag(number)),
            (0x85, ContrailCommunity::SubCluster(number)),
        ] {
            assert_eq!(community(high, low, value).kind(), Kind::Contrail(kind));
            assert_eq!(ExtendedCommunity::from(Kind::Contrail(kind)), community(high, low, value));
        }
    }
    for (high, low, kind) in [
        (0x03, 0xaa, ContrailCommunity::LoadBalance([1, 2, 3, 4, 5, 6])),
        (0xc0, 0x00, ContrailCommunity::LocalSequence([1, 2, 3, 4, 5, 6])),
    ] {
        assert_eq!(community(high, low, [1, 2, 3, 4, 5, 6]).kind(), Kind::Contrail(kind));
    }
    assert!(matches!(community(1, 0x0b, values[1]).kind(), Kind::VrfRouteImport(_)));
    assert!(matches!(community(0, 0x09, values[0]).kind(), Kind::SourceAs(_)));
}

#[test]
fn broadcasts_go_to_where_the_pmsi_tunnel_says() {
    for (flags, tunnel_type) in [
        (PmsiFlags::EDGE_REPLICATION, PmsiTunnelType::INGRESS_REPLICATION),
        (PmsiFlags::LEAF_INFORMATION_REQUIRED, PmsiTunnelType::INGRESS_REPLICATION),
        (PmsiFlags::REPLICATOR, PmsiTunnelType::CONTRAIL_ASSISTED_REPLICATION),
        (PmsiFlags::LEAF, PmsiTunnelType::CONTRAIL_ASSISTED_REPLICATION),
    ] {
        let identifier = [10, 1, 1, 1];
        let label = Vni::new(5001).unwrap().into();
        let tunnel = PmsiTunnel { flags, tunnel_type, label, identifier: &identifier };
        let mut buffer = [0xa5; 12];
        assert!(Attribute::PmsiTunnel(tunnel).encode(&Session::default(), &mut buffer).unwrap().is_empty());
        let expected = [0xc0, 22, 9, flags.bits(), tunnel_type.0, 0x00, 0x13, 0x89, 10, 1, 1, 1];
        assert_eq!(buffer, expected);
        assert_eq!(tunnel.endpoint(), Some(identifier.into()));
    }
    let flags = [PmsiFlags::LEAF_INFORMATION_REQUIRED, PmsiFlags::REPLICATOR, PmsiFlags::LEAF];
    assert_eq!(flags.map(|flags| flags.bits()), [0x01, 0x08, 0x10]);
    assert_eq!(PmsiFlags::EDGE_REPLICATION.bits(), 0x80);
    assert_eq!(
        [PmsiTunnelType::INGRESS_REPLICATION.0, PmsiTunnelType::CONTRAIL_ASSISTED_REPLICATION.0],
        [6, 252]
    );
}

#[test]
fn route_distinguishers_and_segments_have_their_texts() {
    for (octets, text) in [
        ([0, 0, 0xfc, 0, 0, 0, 0, 7], "64512:7"),
        (RD, "10.1.1.1:7"),
        ([0, 2, 0, 0, 0xfc, 0, 0, 7], "64512L:7"),
    ] {
        let rd = RouteDistinguisher::new(octets);
        assert_eq!((rd.to_string().as_str(), text.parse()), (text, Ok(rd)));
    }
    let unknown = RouteDistinguisher::new([0, 9, 1, 2, 3, 4, 5, 6]);
    assert_eq!(unknown.to_string().parse(), Ok(unknown));
    let address = EthernetSegmentId::new([4, 10, 1, 1, 1, 0, 0, 0, 7, 0]);
    let system = EthernetSegmentId::new([5, 0, 0, 0xfc, 0, 0, 0, 0, 7, 0]);
    assert!(matches!(address.kind(), EthernetSegment::RouterId { .. }));
    assert!(matches!(system.kind(), EthernetSegment::AutonomousSystem { .. }));
    for segment in [address, system, EthernetSegmentId::ZERO, EthernetSegmentId::new([0xff; 10])] {
        assert_eq!(segment.to_string().parse(), Ok(segment));
    }
}

#[test]
fn a_withdrawn_route_has_label_0() {
    let route = bytes(2, &[&RD, &[0; 14], &[48], &MAC, &[0], &[0; 3]]);
    let (Route::MacIp(read), _) = Route::decode(&route).unwrap() else { panic!("no MAC/IP route") };
    assert_eq!(read.label1, LabelField::ZERO);
    let withdrawn = Route::from(read);
    let session = Session::default();
    let mut buffer = [0xa5; 4096];
    let mut builder = UpdateBuilder::withdraw(&session, [withdrawn]);
    let message = builder.encode_next(&mut buffer).unwrap().unwrap();
    let (message, _) = Message::decode(message, session).unwrap();
    let update = message.update().unwrap();
    assert_eq!(update.validate(|_| {}), None);
    assert_eq!(update.evpn_withdrawn().collect::<Vec<_>>(), [Ok(withdrawn)]);
}

#[test]
fn a_segment_is_told_by_who_assigned_it_where_that_says_all() {
    for (segment, contrail) in [
        ("04:0a:00:00:01:00:00:00:07:00", "10.0.0.1:7"),
        ("04:0a:00:00:01:00:00:00:07:01", "04:0a:00:00:01:00:00:00:07:01"),
        ("05:00:00:fc:00:00:00:00:07:00", "64512:7"),
        ("05:00:00:fc:00:00:00:00:07:01", "05:00:00:fc:00:00:00:00:07:01"),
    ] {
        let key: RouteKey<'_> = format!("10.0.0.1:7:[4]:[{segment}]:[32]:[10.0.0.2]").parse().unwrap();
        assert_eq!(key.contrail().to_string(), format!("4-10.0.0.1:7-{contrail}-10.0.0.2"));
    }
}
