//! Routes, attributes and messages as JSON.

use contrail_wire::bgp::{Attribute, Capabilities, Capability, Family, Notification, Open};
use contrail_wire::bgp::{Message, Nlri, Origin, Route, RouteRefresh, evpn};
use contrail_wire::{LabelField, bgp};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};

use super::generated::{attribute, evpn_route_with_text, nlri};

/// The route that its fields say, without type and path identifier.
fn read<'a, R: DeserializeOwned + Into<evpn::Route<'a>>>(fields: Value) -> evpn::Route<'a> {
    from_value::<R>(fields).unwrap().into()
}

proptest! {
    #[test]
    fn the_fields_of_a_route_are_read_as_they_are_shown(route in evpn_route_with_text()) {
        let mut shown = to_value(route).unwrap();
        let kind = shown.as_object_mut().unwrap().remove("type");
        prop_assert_eq!(kind, Some(json!(route.route_type().0)));
        let (again, fields) = match route {
            evpn::Route::EthernetAutoDiscovery(route) => {
                (read::<evpn::EthernetAutoDiscoveryRoute>(shown.clone()), to_value(route))
            }
            evpn::Route::MacIp(route) => (read::<evpn::MacIpRoute>(shown.clone()), to_value(route)),
            evpn::Route::InclusiveMulticast(route) => {
                (read::<evpn::InclusiveMulticastRoute>(shown.clone()), to_value(route))
            }
            evpn::Route::EthernetSegment(route) => {
                (read::<evpn::EthernetSegmentRoute>(shown.clone()), to_value(route))
            }
            evpn::Route::IpPrefix(route) => (read::<evpn::IpPrefixRoute>(shown.clone()), to_value(route)),
            evpn::Route::SelectiveMulticast(route) => {
                (read::<evpn::SelectiveMulticastRoute>(shown.clone()), to_value(route))
            }
            evpn::Route::MembershipReportSynch(route) => {
                (read::<evpn::MembershipReportSynchRoute>(shown.clone()), to_value(route))
            }
            evpn::Route::LeaveSynch(route) => (read::<evpn::LeaveSynchRoute>(shown.clone()), to_value(route)),
            evpn::Route::PerRegion(route) => (read::<evpn::PerRegionRoute>(shown.clone()), to_value(route)),
            evpn::Route::SPmsi(route) => (read::<evpn::SPmsiRoute>(shown.clone()), to_value(route)),
            other => panic!("a type that is not read: {other}"),
        };
        prop_assert_eq!(again, route);
        prop_assert_eq!(fields.unwrap(), shown, "alone it is shown without its type");
    }

    #[test]
    fn a_route_shows_its_family_labels_and_path(nlri in nlri(), path_id in any::<Option<u32>>()) {
        let mut shown = to_value(Route { path_id, nlri }).unwrap();
        let shown = shown.as_object_mut().unwrap();
        prop_assert_eq!(shown.remove("path_id"), path_id.map(Value::from));
        let labels: Vec<LabelField> = shown.get("labels").map_or(vec![], |it| from_value(it.clone()).unwrap());
        prop_assert!(nlri.labels().eq(labels));
        match nlri {
            Nlri::Evpn(route) => prop_assert_eq!(&shown["type"], &json!(route.route_type().0)),
            other => prop_assert_eq!(&shown["family"], &json!(other.family().to_string())),
        }
        prop_assert_eq!(to_value(nlri).unwrap(), Value::Object(shown.clone()));
    }

    #[test]
    fn an_attribute_shows_its_type(attribute in attribute()) {
        let shown = to_value(attribute).unwrap();
        let kind = attribute.kind();
        prop_assert_eq!(&shown["type"], &kind.name().map_or(json!(kind.0), Value::from));
        let fields = shown.as_object().unwrap().len();
        prop_assert_eq!(fields > 1, attribute != Attribute::AtomicAggregate, "and what it says");
    }
}

#[test]
fn a_label_is_told_by_one_of_its_readings() {
    let label = LabelField::new(0x493001).unwrap();
    let all = json!({ "raw": 0x493001, "vni": 0x493001, "mpls": 299_776 });
    assert_eq!(to_value(label).unwrap(), all);
    for told in [all, json!({ "raw": 0x493001 }), json!({ "vni": 0x493001 }), json!({ "mpls": 299_776 })] {
        assert_eq!(from_value::<LabelField>(told).unwrap(), label);
    }
    for (told, problem) in [
        (json!({}), "a label is one of vni, mpls and raw"),
        (json!({ "vni": 5001, "mpls": 299_776 }), "the readings of the label contradict each other"),
        (json!({ "raw": 1 << 24 }), "label field is 16777216, expected 0 to 16777215"),
        (json!({ "label": 7 }), "unknown field `label`, expected one of `raw`, `vni`, `mpls`"),
    ] {
        assert_eq!(from_value::<LabelField>(told).unwrap_err().to_string(), problem);
    }
}

#[test]
fn what_a_route_lacks_or_has_too_much_of_is_told() {
    let mac_ip = json!({ "rd": "10.0.0.1:7", "mac": "02:aa:00:00:00:11", "labels": [{ "vni": 5001 }] });
    let route = evpn::MacIpRoute {
        rd: "10.0.0.1:7".parse().unwrap(),
        esi: Default::default(),
        ethernet_tag: Default::default(),
        mac: "02:aa:00:00:00:11".parse().unwrap(),
        ip: None,
        label1: LabelField::new(5001).unwrap(),
        label2: None,
    };
    assert_eq!(from_value::<evpn::MacIpRoute>(mac_ip.clone()).unwrap(), route);
    let with = |field: &str, value: Value| {
        let mut changed = mac_ip.clone();
        changed[field] = value;
        from_value::<evpn::MacIpRoute>(changed).unwrap_err().to_string()
    };
    assert_eq!(with("labels", json!([])), "invalid length 0, expected a list of one label or two");
    let label = json!({ "vni": 1 });
    assert!(with("labels", json!([label, label, label])).starts_with("invalid length 3"));
    assert!(with("label", label).starts_with("unknown field `label`"));
    let leave = json!({ "reserved": "0000000g" });
    let error = from_value::<evpn::LeaveSynchRoute>(leave).unwrap_err().to_string();
    assert_eq!(error, "not a row of octets: expected eight hex digits");
}

#[test]
fn every_message_says_what_it_is() {
    let mut room = [0; 16];
    let capabilities = Capabilities::encode(
        &[Capability::Multiprotocol(Family::EVPN), Capability::FourOctetAs(4_200_000_000)],
        &mut room,
    );
    let open = Open::new(4_200_000_000, [10, 0, 0, 1].into(), capabilities.unwrap());
    let refresh = RouteRefresh { family: Family::EVPN, subtype: 1, filters: &[] };
    for (message, shown) in [
        (
            Message::from(open),
            json!({
                "type": "open", "asn": 4_200_000_000_u32, "hold_time": 90, "identifier": "10.0.0.1",
                "capabilities": ["multiprotocol", "four-octet-as"],
            }),
        ),
        (
            Notification { code: 6, subcode: 2, data: b"\x00" }.into(),
            json!({
                "type": "notification", "code": 6, "subcode": 2,
                "message": "cease: administrative shutdown", "data": "00",
            }),
        ),
        (Message::Keepalive, json!({ "type": "keepalive" })),
        (refresh.into(), json!({ "type": "route_refresh", "family": "l2vpn evpn", "subtype": 1 })),
    ] {
        assert_eq!(to_value(message).unwrap(), shown);
    }
    let bytes = contrail_wire::doc::EVPN_UPDATE;
    let external = bgp::Session { kind: bgp::SessionKind::External, ..Default::default() };
    let (update, _) = Message::decode(bytes, external).unwrap();
    let shown = to_value(update).unwrap();
    assert_eq!(shown["routes"][0]["labels"][0]["vni"], json!(5001));
    assert_eq!(
        shown["errors"],
        json!([{
            "layer": "local_pref", "offset": 81,
            "message": "type is 5, expected none from an external neighbour (RFC 7606 7.5)",
            "disposition": "attribute discard",
        }])
    );
    assert_eq!(to_value(Origin::Incomplete).unwrap(), json!("incomplete"));
}

#[test]
fn a_path_shows_its_segments_of_each_kind() {
    let octets = [1, 1, 0, 1, 2, 1, 0, 2, 3, 1, 0, 3, 4, 2, 0, 4, 0, 5];
    let path = bgp::AsPath::decode(&octets, false).unwrap();
    assert_eq!(
        to_value(path).unwrap(),
        json!([
            {"type": "set", "numbers": [1]},
            {"type": "sequence", "numbers": [2]},
            {"type": "confederation_sequence", "numbers": [3]},
            {"type": "confederation_set", "numbers": [4, 5]},
        ])
    );
    assert_eq!(path.to_string(), "{1} 2 (3) [4,5]");
}
