//! Laws of routes: what is written is read, what is cut is refused.

use contrail_wire::bgp::{Disposition, Family, Nlri, Routes, VpnRoute, evpn};
use contrail_wire::{Bound, EthernetSegmentId, EthernetTag, LabelField, MacAddr, Problem};
use proptest::collection::vec;
use proptest::prelude::*;

use super::generated::{kept, made, nlri, route};

proptest! {
    #[test]
    fn a_route_is_read_as_it_was_written(nlri in nlri(), path_id in any::<u32>(), add_path in any::<bool>()) {
        let mut buffer = [0xa5; 300];
        let room = nlri.encode(&mut buffer).unwrap().len();
        let length = buffer.len() - room;
        prop_assert!(buffer[length..].iter().all(|byte| *byte == 0xa5), "nothing is written behind it");
        let mut bytes = if add_path { path_id.to_be_bytes().to_vec() } else { Vec::new() };
        bytes.extend(&buffer[..length]);

        let family = nlri.family();
        let mut routes = Routes::new(family, &bytes, add_path);
        prop_assert_eq!(routes.next(), Some(Ok(route(nlri, path_id, add_path))));
        prop_assert_eq!(routes.next(), None);

        for cut in 1..bytes.len() {
            let mut routes = Routes::new(family, &bytes[..cut], add_path);
            let error = routes.next().unwrap().unwrap_err();
            prop_assert_eq!(error.disposition, Disposition::DisableFamily(family));
            prop_assert!(error.offset <= cut);
            let (Problem::Truncated { needed, available, bound }
            | Problem::Overrun { claimed: needed, available, bound, .. }) = error.problem
            else {
                return Err(TestCaseError::fail(error.to_string()));
            };
            prop_assert!(needed > available);
            prop_assert_eq!(bound, Bound::BgpRoutes);
            prop_assert_eq!(routes.next(), None, "where the next one starts is not known");
            prop_assert!(nlri.encode(&mut vec![0xa5; length - 1]).is_err());
        }
    }

    #[test]
    fn an_evpn_route_alone_is_one_of_many(routes in vec(made::<evpn::Route<'_>>(), 0..6)) {
        let mut buffer = [0xa5; 1000];
        let mut room = &mut buffer[..];
        for route in &routes {
            room = route.encode(room).unwrap();
        }
        let length = 1000 - room.len();
        let read: Result<Vec<_>, _> = evpn::Routes::new(&buffer[..length], 0, false).collect();
        prop_assert_eq!(read.unwrap(), routes.clone());
        let mut rest = &buffer[..length];
        for route in routes {
            let (read, behind) = evpn::Route::decode(rest).unwrap();
            prop_assert_eq!(read, route);
            rest = behind;
        }
    }

    #[test]
    fn a_bad_route_leaves_the_good_ones(routes in vec(made::<evpn::Route<'_>>(), 1..4), bad in vec(any::<u8>(), 0..29)) {
        // No MAC/IP route is that short.
        let mut bytes = vec![2, u8::try_from(bad.len()).unwrap()];
        bytes.extend(&bad);
        for route in &routes {
            let mut buffer = [0xa5; 300];
            let room = route.encode(&mut buffer).unwrap().len();
            bytes.extend(&buffer[..300 - room]);
        }
        let mut read = evpn::Routes::new(&bytes, 7, false);
        let error = read.next().unwrap().unwrap_err();
        prop_assert_eq!((error.layer.name(), error.offset), ("evpn_mac_ip_route", 7));
        prop_assert_eq!(read.collect::<Result<Vec<_>, _>>().unwrap(), routes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200), add_path in any::<bool>()) {
        for family in Family::KNOWN {
            let routes = Routes::new(family, &bytes, add_path);
            let mut errors = 0;
            for route in routes {
                match route {
                    Ok(route) => prop_assert_eq!(route.nlri.family(), family),
                    Err(error) => {
                        prop_assert!(error.offset <= bytes.len());
                        errors += 1;
                    }
                }
            }
            prop_assert!(errors <= bytes.len());
        }
    }

    #[test]
    fn a_key_forgets_what_may_change(nlri in nlri()) {
        let key = nlri.key();
        prop_assert_eq!(key.key(), key);
        prop_assert_eq!(key.family(), nlri.family());
        if let Nlri::Evpn(evpn::Route::MacIp(one)) = nlri {
            let other = evpn::MacIpRoute { label2: None, esi: EthernetSegmentId::new([9; 10]), ..one };
            prop_assert_eq!(Nlri::Evpn(other.into()).key(), key);
            let other = evpn::MacIpRoute { ip: Some([1, 1, 1, 1].into()), ..one };
            prop_assert_eq!(Nlri::Evpn(other.into()).key() == key, other.ip == one.ip);
        }
    }
}

#[test]
fn an_unknown_family_keeps_its_bytes() {
    use contrail_wire::bgp::{Afi, Safi};
    let family = Family { afi: Afi::new(16388), safi: Safi(71) };
    let bytes = kept(vec![1, 2, 3]);
    let mut routes = Routes::new(family, bytes, true);
    assert_eq!(routes.next(), Some(Ok(Nlri::Unknown { family, bytes }.into())));
    assert_eq!(routes.next(), None);
}

#[test]
fn labels_are_told_outermost_first() {
    let [first, second] = [5001, 5002].map(|number| LabelField::new(number).unwrap());
    let labels = [first, second];
    let rd = "10.0.0.1:1".parse().unwrap();
    let vpn = Nlri::Vpn(VpnRoute { labels: &labels, rd, prefix: "10.1.0.0/16".parse().unwrap() });
    assert!(vpn.labels().eq(labels));
    assert_eq!(Nlri::Unicast("10.1.0.0/16".parse().unwrap()).labels().count(), 0);
}

/// With the shortest addresses that there may be, or none: RFC 7432 section 7, RFC 9251 section 9, RFC 9572 section 3.
#[test]
fn a_route_says_how_much_it_needs_at_least() {
    for (kind, least) in [(1, 25), (2, 33), (3, 17), (4, 23), (6, 24), (7, 34), (8, 39), (9, 20), (10, 19)] {
        let error = evpn::Route::decode(&[kind, 0]).unwrap_err();
        let Problem::Truncated { needed, available: 0, .. } = error.problem else { panic!("{error}") };
        assert_eq!(needed, least, "type {kind}");
    }
}

#[test]
fn a_prefix_is_behind_a_label_a_segment_a_gateway_or_a_router() {
    let mac = MacAddr::new([2, 0, 0, 0, 0, 1]);
    let with = |esi: [u8; 10], gateway, label, router_mac| {
        let route = evpn::IpPrefixRoute {
            rd: "10.0.0.1:1".parse().unwrap(),
            esi: EthernetSegmentId::new(esi),
            ethernet_tag: EthernetTag::new(0),
            prefix: "10.1.0.0/16".parse().unwrap(),
            gateway,
            label: LabelField::new(label).unwrap(),
        };
        route.check(0, router_mac).is_ok()
    };
    let gateway = Some([10, 0, 0, 1].into());
    assert!(!with([0; 10], None, 0, None), "nothing says where it is");
    assert!(!with([0; 10], None, 0, Some(MacAddr::default())), "all zero is no address");
    assert!(with([0; 10], None, 5001, None) && with([0; 10], None, 0, Some(mac)));
    assert!(with([1; 10], None, 0, None) && with([0; 10], gateway, 0, None));
    assert!(!with([1; 10], gateway, 5001, None), "two places at once");
}
