//! What ExaBGP would print of an UPDATE as JSON, made from what is decoded.

use std::collections::BTreeMap;

use contrail_wire::LabelField;
use contrail_wire::bgp::{
    Attribute, AttributeType, Family, Nlri, Origin, Route, Segment, SegmentType, Update, evpn,
};
use serde_json::{Map, Value, json};

/// What ExaBGP reads and is bytes here: attributes, and families of routes.
const NOT_TYPED: [&str; 11] = [
    "bgp-prefix-sid",
    "bgp-ls",
    "tunnel-encap",
    "flow",
    "flow-vpn",
    "mup",
    "vpls",
    "sr-policy",
    "mcast-vpn",
    "bgp-ls bgp-ls",
    "extended-community-ipv6",
];

/// Each thing that differs, with what there is here and there.
pub(super) fn differences(update: &Update<'_>, theirs: &Value) -> Vec<String> {
    let ours =
        [("attribute", attributes(update)), ("announce", announced(update)), ("withdraw", withdrawn(update))];
    let mut differences = Vec::new();
    for (part, ours) in ours {
        let none = Map::new();
        let theirs = theirs[part].as_object().unwrap_or(&none);
        for (key, theirs) in theirs {
            let is_typed = !NOT_TYPED
                .iter()
                .any(|it| key == it || key.split_once(' ').is_some_and(|(_, safi)| safi == *it));
            let theirs = with_same_texts(theirs);
            if is_typed && ours.get(key) != Some(&theirs) {
                differences
                    .push(format!("{part}\t{key}\t{}\t{theirs}", ours.get(key).unwrap_or(&Value::Null)));
            }
        }
        for (key, ours) in &ours {
            if !theirs.contains_key(key) {
                differences.push(format!("{part}\t{key}\t{ours}\tnull"));
            }
        }
    }
    differences
}

/// Without the texts of extended communities that are not route targets: the number beside them says the same.
fn with_same_texts(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(with_same_texts).collect(),
        Value::Object(map) if map.contains_key("string") && map.contains_key("value") => {
            match map["string"].as_str() {
                Some(text) if text.starts_with("target:") => value.clone(),
                _ => json!({ "value": map["value"] }),
            }
        }
        _ => value.clone(),
    }
}

fn attributes(update: &Update<'_>) -> Map<String, Value> {
    let mut json = Map::new();
    for raw in update.attributes() {
        let raw = raw.unwrap();
        let (key, value) = match raw.decode(&update.session()).unwrap() {
            Attribute::Origin(Origin::Igp) => ("origin", json!("igp")),
            Attribute::Origin(Origin::Egp) => ("origin", json!("egp")),
            Attribute::Origin(Origin::Incomplete) => ("origin", json!("incomplete")),
            Attribute::AsPath(path) if path.hops() > 0 => ("as-path", as_path(path.segments())),
            // Of announced routes it stands with them.
            Attribute::NextHop(address)
                if update.announced().next().is_none() && update.withdrawn().next().is_some() =>
            {
                ("next-hop", json!(address))
            }
            Attribute::MultiExitDisc(metric) => ("med", json!(metric)),
            Attribute::LocalPref(preference) => ("local-preference", json!(preference)),
            Attribute::AtomicAggregate => ("atomic-aggregate", json!(true)),
            Attribute::Aggregator(it) => ("aggregator", json!(format!("{}:{}", it.asn, it.address))),
            Attribute::Communities(communities) => (
                "community",
                communities.iter().map(|it| json!([it.get() >> 16, it.get() & 0xffff])).collect(),
            ),
            Attribute::OriginatorId(id) => ("originator-id", json!(id)),
            Attribute::ClusterList(list) => ("cluster-list", list.iter().map(|id| json!(id.get())).collect()),
            Attribute::LargeCommunities(communities) => (
                "large-community",
                communities
                    .iter()
                    .map(|it| {
                        json!([it.global_administrator.get(), it.local_data_1.get(), it.local_data_2.get()])
                    })
                    .collect(),
            ),
            Attribute::ExtendedCommunities(communities) => {
                let value = communities.iter().map(|it| {
                    let mut json = json!({ "value": u64::from_be_bytes(it.octets()) });
                    if let Some(target) = it.route_target() {
                        json["string"] = json!(target.to_string());
                    }
                    json
                });
                ("extended-community", value.collect())
            }
            Attribute::Raw(raw) if raw.kind.0 == 0x99 => {
                let digits: String = raw.value.iter().map(|octet| format!("{octet:02x}")).collect();
                let key = format!("attribute-0x99-0x{:02x}", raw.flags.bits());
                json.insert(key, json!(format!("0x{digits}")));
                continue;
            }
            _ => continue,
        };
        json.insert(key.into(), value);
    }
    json
}

fn as_path<'a>(segments: impl Iterator<Item = Segment<'a>>) -> Value {
    let mut json = Map::new();
    for (at, segment) in segments.enumerate() {
        let element = match segment.kind {
            SegmentType::SET => "as-set",
            SegmentType::SEQUENCE => "as-sequence",
            SegmentType::CONFEDERATION_SEQUENCE => "confed-sequence",
            _ => "confed-set",
        };
        let numbers: Vec<u32> = segment.numbers().collect();
        json.insert(at.to_string(), json!({ "element": element, "value": numbers }));
    }
    Value::Object(json)
}

fn announced(update: &Update<'_>) -> Map<String, Value> {
    let mut json = BTreeMap::<_, BTreeMap<_, Vec<Value>>>::new();
    let mut add = |route: &Route<'_>, next_hop: String| {
        if let Some((family, route)) = announced_or_withdrawn(route) {
            json.entry(family).or_default().entry(next_hop).or_default().push(route);
        }
    };
    for raw in update.attributes() {
        if let Attribute::MpReach(reach) = raw.unwrap().decode(&update.session()).unwrap() {
            reach.routes.for_each(|route| add(&route.unwrap(), reach.next_hop.to_string()));
        }
    }
    if let Some(Attribute::NextHop(next_hop)) = update.attribute(AttributeType::NEXT_HOP) {
        update.ipv4_routes().for_each(|route| add(&route.unwrap(), next_hop.to_string()));
    }
    json.into_iter().map(|(family, routes)| (family.to_owned(), json!(routes))).collect()
}

fn withdrawn(update: &Update<'_>) -> Map<String, Value> {
    let mut json = BTreeMap::<_, Vec<Value>>::new();
    for route in update.withdrawn() {
        if let Some((family, route)) = announced_or_withdrawn(&route.unwrap()) {
            json.entry(family).or_default().push(route);
        }
    }
    json.into_iter().map(|(family, routes)| (family.to_owned(), json!(routes))).collect()
}

fn announced_or_withdrawn(route: &Route<'_>) -> Option<(&'static str, Value)> {
    let mut json = match route.nlri {
        Nlri::Unicast(prefix) => json!({ "nlri": prefix.to_string() }),
        Nlri::Vpn(vpn) => {
            let labels: Vec<_> = vpn.labels.iter().map(label).collect();
            let (prefix, rd) = (vpn.prefix.to_string(), vpn.rd.to_string());
            json!({ "nlri": prefix, "label": labels, "rd": rd })
        }
        Nlri::Evpn(route) => evpn(&route),
        _ => return None,
    };
    if let Some(id) = route.path_id {
        let [a, b, c, d] = id.to_be_bytes();
        json["path-information"] = json!(format!("{a}.{b}.{c}.{d}"));
    }
    let family = match route.nlri.family() {
        Family::IPV4_UNICAST => "ipv4 unicast",
        Family::IPV6_UNICAST => "ipv6 unicast",
        Family::VPN_IPV4 => "ipv4 mpls-vpn",
        Family::VPN_IPV6 => "ipv6 mpls-vpn",
        _ => "l2vpn evpn",
    };
    Some((family, json))
}

fn evpn(route: &evpn::Route<'_>) -> Value {
    let mut buffer = [0xa5; 300];
    let room = route.encode(&mut buffer).unwrap().len();
    let raw: String = buffer[..buffer.len() - room].iter().map(|octet| format!("{octet:02X}")).collect();
    let code = route.route_type().0;
    let evpn::Route::MacIp(route) = route else {
        return json!({ "code": code, "parsed": false, "raw": raw });
    };
    let mut json = json!({
        "code": code, "parsed": true, "raw": raw, "name": "MAC/IP advertisement", "rd": route.rd.to_string(),
        "esi": if route.esi.is_zero() { "-".into() } else { route.esi.to_string() },
        "ethernet-tag": route.ethernet_tag.get(), "mac": route.mac.to_string().to_uppercase(),
        "label": route.label2.iter().fold(vec![label(&route.label1)], |labels, it| [labels, vec![label(it)]].concat()),
    });
    if let Some(ip) = route.ip {
        json["ip"] = json!(ip);
    }
    json
}

/// The MPLS label, and all 24 bits where they say more.
fn label(label: &LabelField) -> Value {
    match label.get() {
        0 => json!([0]),
        all => json!([label.mpls_label().get(), all]),
    }
}
