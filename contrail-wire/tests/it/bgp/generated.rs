//! Routes and attributes of every shape, made at random.

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use contrail_wire::bgp::{
    AsPath, Attribute, AttributeFlags, AttributeType, Community, ExtendedCommunity, Families, Family,
    NextHop, Nlri, PathAttribute, Route, SegmentType, evpn,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generated::inputs;

/// Test cases are few and small, so that what they borrow may stay.
pub(crate) fn kept<T>(values: Vec<T>) -> &'static [T] {
    Vec::leak(values)
}

/// What the library makes of a fuzzer's bytes.
pub(crate) fn made<T: Arbitrary<'static> + Debug + 'static>() -> BoxedStrategy<T> {
    inputs().prop_map(|input| T::arbitrary(&mut Unstructured::new(kept(input))).unwrap()).boxed()
}

/// Of the types that are read from text.
pub(crate) fn evpn_route_with_text() -> BoxedStrategy<evpn::Route<'static>> {
    let has_text = |route: &evpn::Route<'_>| !matches!(route, evpn::Route::Leaf(_) | evpn::Route::Unknown(_));
    made().prop_filter("a type that is read from text", has_text).boxed()
}

/// Of a family that is known.
pub(crate) fn nlri() -> BoxedStrategy<Nlri<'static>> {
    made().prop_filter("a known family", |nlri| !matches!(nlri, Nlri::Unknown { .. })).boxed()
}

pub(crate) fn next_hop() -> BoxedStrategy<NextHop<'static>> {
    prop_oneof![
        any::<std::net::IpAddr>().prop_map(NextHop::from),
        any::<[std::net::Ipv6Addr; 2]>()
            .prop_map(|[global, link]| NextHop::Ipv6 { global, link_local: Some(link) }),
    ]
    .boxed()
}

/// Longer than those that the library makes: a path with segments that have to be divided, and lengths of two octets.
fn long_attribute() -> BoxedStrategy<Attribute<'static>> {
    let path = vec((1..=4_u8, vec(1_u32.., 1..300)), 0..3).prop_map(|segments| {
        let segments: Vec<_> =
            segments.iter().map(|(kind, numbers)| (SegmentType(*kind), numbers.as_slice())).collect();
        let buffer = vec![0; 4000].leak();
        AsPath::encode_segments(&segments, buffer).unwrap()
    });
    prop_oneof![
        path.prop_map(Attribute::AsPath),
        vec(any::<[u16; 2]>().prop_map(|[asn, number]| Community::new(asn, number)), 1..80)
            .prop_map(|it| Attribute::Communities(kept(it))),
        vec(any::<[u8; 8]>().prop_map(ExtendedCommunity::new), 1..40)
            .prop_map(|it| Attribute::ExtendedCommunities(kept(it))),
        (100..=255_u8, vec(any::<u8>(), 0..300)).prop_map(|(kind, value)| {
            let flags = AttributeFlags::OPTIONAL | AttributeFlags::TRANSITIVE | AttributeFlags::PARTIAL;
            let long =
                if value.len() > 255 { AttributeFlags::EXTENDED_LENGTH } else { AttributeFlags::empty() };
            Attribute::Raw(PathAttribute::new(flags | long, AttributeType(kind), kept(value)))
        }),
    ]
    .boxed()
}

/// Any attribute that says something of routes, and no routes.
pub(crate) fn attribute() -> BoxedStrategy<Attribute<'static>> {
    let has_no_routes =
        |attribute: &Attribute<'_>| !matches!(attribute, Attribute::MpReach(_) | Attribute::MpUnreach(_));
    prop_oneof![
        3 => made().prop_filter("no routes", has_no_routes),
        1 => long_attribute(),
    ]
    .boxed()
}

/// A route with the path identifier that its family has in a session.
pub(crate) fn route(nlri: Nlri<'static>, path_id: u32, add_path: bool) -> Route<'static> {
    Route { path_id: add_path.then_some(path_id), nlri }
}

pub(crate) fn families() -> impl Strategy<Value = Families> {
    vec(any::<bool>(), Family::KNOWN.len()).prop_map(|chosen| {
        Family::KNOWN.into_iter().zip(chosen).filter_map(|(family, it)| it.then_some(family)).collect()
    })
}
