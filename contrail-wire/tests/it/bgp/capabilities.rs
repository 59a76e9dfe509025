//! What a speaker is capable of, octet by octet, and what two of them agree on.

use contrail_wire::bgp::{
    AddPath, AddPathMode, Afi, Capabilities, Capability, CapabilityCode, ExtendedNextHop, Families, Family,
    GracefulRestart, GracefulRestartFlags, Open, RestartFamily, Session, SessionKind,
};

/// A capability and its octets: its code and its value.
fn known() -> [(Capability<'static>, &'static [u8]); 8] {
    const IPV4_OVER_IPV6: &[ExtendedNextHop] =
        &[ExtendedNextHop { afi: Afi::IPV4, safi: contrail_wire::U16::new(1), next_hop_afi: Afi::IPV6 }];
    const BOTH: &[AddPath] = &[AddPath { family: Family::EVPN, mode: AddPathMode::BOTH }];
    const KEPT: &[RestartFamily] = &[RestartFamily { family: Family::EVPN, flags: 0x80 }];
    [
        (Capability::Multiprotocol(Family::EVPN), &[1, 0, 25, 0, 70]),
        (Capability::RouteRefresh, &[2]),
        (Capability::ExtendedNextHop(IPV4_OVER_IPV6), &[5, 0, 1, 0, 1, 0, 2]),
        (Capability::ExtendedMessage, &[6]),
        (
            Capability::GracefulRestart(GracefulRestart { flags_and_time: 0x4078, families: KEPT }),
            &[64, 0x40, 0x78, 0, 25, 70, 0x80],
        ),
        (Capability::FourOctetAs(65536), &[65, 0, 1, 0, 0]),
        (Capability::AddPath(BOTH), &[69, 0, 25, 70, 3]),
        (Capability::EnhancedRouteRefresh, &[70]),
    ]
}

/// A parameter with this capability.
fn parameter(octets: &[u8]) -> Vec<u8> {
    let length = u8::try_from(octets.len()).unwrap();
    [&[2, length + 1, octets[0], length - 1], &octets[1..]].concat()
}

#[test]
fn each_is_written_and_read() {
    for (capability, octets) in known() {
        let mut buffer = [0xa5; 32];
        let written = Capabilities::encode(&[capability], &mut buffer).unwrap();
        assert_eq!(written.bytes(), parameter(octets), "{capability:?}");
        assert!(written.iter().eq([capability]), "{capability:?}");
        assert_eq!(capability.code(), CapabilityCode(octets[0]));
    }
}

#[test]
fn of_another_length_it_is_unknown() {
    for (_, octets) in known() {
        let longer = parameter(&[octets, &[0]].concat());
        let read: Vec<_> = Capabilities::decode(&longer).unwrap().iter().collect();
        let value = &longer[4..];
        assert_eq!(read, [Capability::Unknown { code: CapabilityCode(octets[0]), value }]);
    }
}

#[test]
fn a_restart_has_four_bits_of_flags_and_twelve_of_time() {
    let restart = |flags_and_time| GracefulRestart { flags_and_time, families: &[] };
    assert_eq!(
        (restart(0xffff).flags(), restart(0xffff).restart_time()),
        (GracefulRestartFlags::all(), 4095)
    );
    assert_eq!(
        (restart(0x0fff).flags(), restart(0xf078).restart_time()),
        (GracefulRestartFlags::empty(), 120)
    );
    assert_eq!(restart(0x8000).flags(), GracefulRestartFlags::RESTART_STATE);
}

#[test]
fn a_set_of_families_has_each_by_itself() {
    for family in Family::KNOWN {
        let alone = Families::NONE.with(family);
        assert!(alone.iter().eq([family]));
        assert!(Family::KNOWN.iter().all(|other| alone.contains(*other) == (*other == family)));
        assert_eq!((alone.and(Families::ALL), alone.and(Families::NONE)), (alone, Families::NONE));
    }
    assert!(Families::ALL.iter().eq(Family::KNOWN));
    let unknown = Family { afi: Afi::IPV4, safi: contrail_wire::bgp::Safi::MULTICAST };
    assert_eq!(Families::NONE.with(unknown), Families::NONE);
}

fn open<'a>(asn: u32, hold_time: u16, capabilities: &[Capability<'_>], buffer: &'a mut [u8]) -> Open<'a> {
    let capabilities = Capabilities::encode(capabilities, buffer).unwrap();
    Open { hold_time, ..Open::new(asn, [10, 0, 0, 1].into(), capabilities) }
}

#[test]
fn what_one_of_two_has_not_is_not_agreed() {
    let none = Session {
        kind: SessionKind::External,
        four_octet_as: false,
        extended_message: false,
        families: Families::NONE.with(Family::IPV4_UNICAST),
        add_path_receive: Families::NONE,
        add_path_send: Families::NONE,
        hold_time: 30,
    };
    let entries = [(Family::EVPN, AddPathMode::RECEIVE), (Family::VPN_IPV4, AddPathMode::SEND)];
    let [receives, sends] = [[0, 1], [1, 0]]
        .map(|modes| [0, 1].map(|index| AddPath { family: entries[index].0, mode: entries[modes[index]].1 }));
    let all = |add_path| {
        [
            Capability::Multiprotocol(Family::EVPN),
            Capability::FourOctetAs(64512),
            Capability::ExtendedMessage,
            Capability::AddPath(add_path),
        ]
    };
    let mut buffers = [[0xa5; 64]; 3];
    let [first, second, third] = &mut buffers;
    let ours = open(64512, 90, &all(&receives), first);
    let theirs = open(64512, 30, &all(&sends), second);
    let plain = open(64513, 30, &[], third);
    assert_eq!(Session::negotiate(&ours, &plain), Session { families: Families::NONE, ..none });
    assert_eq!(Session::negotiate(&plain, &ours), Session { families: Families::NONE, ..none });
    assert_eq!(Session::negotiate(&plain, &plain), Session { kind: SessionKind::Internal, ..none });
    let agreed = Session {
        kind: SessionKind::Internal,
        four_octet_as: true,
        extended_message: true,
        families: Families::NONE.with(Family::EVPN),
        add_path_receive: Families::NONE.with(Family::EVPN),
        add_path_send: Families::NONE.with(Family::VPN_IPV4),
        hold_time: 30,
    };
    assert_eq!(Session::negotiate(&ours, &theirs), agreed);
    let turned =
        Session { add_path_receive: agreed.add_path_send, add_path_send: agreed.add_path_receive, ..agreed };
    assert_eq!(Session::negotiate(&theirs, &ours), turned);
    assert_eq!((agreed.longest_message(), none.longest_message()), (65535, 4096));
}

#[test]
fn all_parameters_of_an_open_take_255_octets_at_most() {
    let of = |length: usize| vec![0; length].leak();
    let unknown = |length| Capability::Unknown { code: CapabilityCode(200), value: of(length) };
    let mut buffer = [0xa5; 600];
    let fits = Capabilities::encode(&[unknown(120), unknown(127)], &mut buffer).unwrap();
    assert_eq!(fits.bytes().len(), 255);
    for too_long in [128, 200] {
        let error = Capabilities::encode(&[unknown(120), unknown(too_long)], &mut buffer).unwrap_err();
        let length = 128 + too_long;
        assert_eq!(
            error.to_string(),
            format!("bgp_open cannot carry {length} bytes: opt_parm_len holds at most 255")
        );
    }
    assert!(Capabilities::encode(&[unknown(252)], &mut buffer).is_err());
}
