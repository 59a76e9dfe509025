//! Text is read as it is written.

use contrail_wire::bgp::evpn::{Route, RouteKey, RouteType};
use contrail_wire::bgp::{Community, ExtendedCommunity, LargeCommunity, TunnelType};
use contrail_wire::{
    AssignedNumber, EthernetSegmentId, EthernetTag, LabelField, RouteDistinguisher, RouteTarget,
};
use proptest::prelude::*;

use super::generated::{evpn_route_with_text, made};

/// Of any octets, and of those that are typed.
fn rd() -> BoxedStrategy<RouteDistinguisher> {
    prop_oneof![made::<RouteDistinguisher>(), made::<AssignedNumber>().prop_map(Into::into)].boxed()
}

proptest! {
    #[test]
    fn of_routes(route in evpn_route_with_text()) {
        let key = route.key();
        prop_assert_eq!(key.to_string().parse(), Ok(key));
        let rd = route.rd().unwrap();
        prop_assert_eq!(RouteKey::from_prefix(rd, &key.prefix().to_string()), Ok(key));
        // Contrail has no word for no address, and knows only the first six types.
        let says_all = match route {
            Route::MacIp(route) => route.ip != Some([0, 0, 0, 0].into()) && route.ip != Some([0; 16].into()),
            Route::SelectiveMulticast(route) => route.source.is_none_or(|source| !source.is_unspecified()),
            _ => true,
        };
        if says_all {
            prop_assert_eq!(key.contrail().to_string().parse(), Ok(key));
        }
    }

    #[test]
    fn of_values(rd in rd(), esi in made::<EthernetSegmentId>(), number in made::<AssignedNumber>(), octets in any::<[u8; 8]>(), word in any::<u32>()) {
        prop_assert_eq!(rd.to_string().parse(), Ok(rd));
        prop_assert_eq!(esi.to_string().parse(), Ok(esi));
        prop_assert_eq!(number.to_string().parse(), Ok(number));
        let target = RouteTarget::from(number);
        prop_assert_eq!(target.to_string().parse(), Ok(target));
        let community = ExtendedCommunity::new(octets);
        prop_assert_eq!(community.to_string().parse(), Ok(community));
        let community = ExtendedCommunity::from(community.kind());
        prop_assert_eq!(community.to_string().parse(), Ok(community));
        let [high, low] = [word >> 16, word & 0xffff].map(|half| u16::try_from(half).unwrap());
        for community in [Community::new(high, low), Community::new(0xffff, low)] {
            prop_assert_eq!(community.to_string().parse(), Ok(community));
        }
        for tunnel in [TunnelType::new(low), TunnelType::new(low % 20)] {
            prop_assert_eq!(tunnel.to_string().parse(), Ok(tunnel));
        }
        prop_assert_eq!(EthernetTag::new(word).to_string().parse(), Ok(EthernetTag::new(word)));
        prop_assert_eq!(LabelField::new(word).is_ok(), word < 1 << 24);
    }

    #[test]
    fn known_communities_are_words(high in prop_oneof![0..=6_u8, Just(0x40), Just(0x80), Just(0x82), Just(0xc0)],
        low in any::<u8>(), value in any::<[u8; 6]>()) {
        let [a, b, c, d, e, f] = value;
        let community = ExtendedCommunity::new([high, low, a, b, c, d, e, f]);
        prop_assert_eq!(community.to_string().parse(), Ok(community));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[0-9a-fA-FxL:.\\[\\]*,/-]{0,40}|[1-9]-[0-9a-f:.,-]{0,40}") {
        let _ = (text.parse::<RouteDistinguisher>(), text.parse::<RouteTarget>(), text.parse::<AssignedNumber>());
        let _ = (text.parse::<EthernetSegmentId>(), text.parse::<ExtendedCommunity>(), text.parse::<Community>());
        let _ = (text.parse::<LargeCommunity>(), text.parse::<RouteKey<'static>>(), text.parse::<TunnelType>());
    }
}

#[test]
fn well_known_communities_and_types_of_routes_have_their_names() {
    for (name, low) in [
        ("no-export", 0xff01),
        ("no-advertise", 0xff02),
        ("no-export-subconfed", 0xff03),
        ("blackhole", 0x029a),
        ("llgr-stale", 0x0006),
        ("no-llgr", 0x0007),
        ("accept-own", 0x0001),
    ] {
        let community = Community::new(0xffff, low);
        assert_eq!((community.to_string().as_str(), name.parse()), (name, Ok(community)));
    }
    let names = [
        "ethernet-auto-discovery",
        "mac-ip",
        "inclusive-multicast",
        "ethernet-segment",
        "ip-prefix",
        "selective-multicast",
        "membership-report-synch",
        "leave-synch",
        "per-region",
        "s-pmsi",
        "leaf",
    ];
    for (number, name) in (1..).zip(names) {
        assert_eq!(RouteType(number).name(), Some(name));
    }
    assert_eq!([0, 12].map(|number| RouteType(number).name()), [None; 2]);
}
