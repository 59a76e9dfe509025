//! What Junos prints: in JSON an array for each element, with `data` for its text; XML is read into that form.
//!
//! After Juniper's documentation and what tools of others read; no device was asked.

use std::net::IpAddr;

use contrail_wire::bgp::evpn::{
    EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute, MacIpRoute,
    Route,
};
use contrail_wire::bgp::{ExtendedCommunity, ExtendedCommunityKind};
use contrail_wire::{AssignedNumber, EthernetSegmentId, EthernetTag, IpNet, LabelField, RouteDistinguisher};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::json::Part;
use super::{ReadError, Said, Shown};
use crate::routes::Destination;

/// The table that holds the routes of all instances once.
const TABLE: &str = "bgp.evpn.0";
/// How deep elements may stand in each other; those of Junos stand 8 deep.
const DEPTH: usize = 32;

/// The routes of the table, if what is printed is of Junos.
pub(super) fn read(document: &Part<'_>) -> Result<Option<Vec<Shown>>, ReadError> {
    let reply = first(document, "rpc-reply")?;
    let Some(information) = first(reply.as_ref().unwrap_or(document), "route-information")? else {
        return Ok(None);
    };
    let (mut shown, mut is_there) = (Vec::new(), false);
    for table in all(&information, "route-table")? {
        if text(&table, "table-name")? != Some(TABLE) {
            continue;
        }
        is_there = true;
        for route in all(&table, "rt")? {
            let name =
                text(&route, "rt-destination")?.ok_or_else(|| route.wrong("expected `rt-destination`"))?;
            let entries = all(&route, "rt-entry")?;
            let is_active = |entry: &&Part<'_>| text(entry, "active-tag").is_ok_and(|tag| tag == Some("*"));
            if let (Some(entry), Some((rd, destination))) =
                (entries.iter().find(is_active).or(entries.first()), destination(name, &route)?)
            {
                shown.push(entry_of(rd, destination, entry)?);
            }
        }
    }
    if is_there { Ok(Some(shown)) } else { Err(information.wrong(format!("expected the table {TABLE}"))) }
}

/// XML in the form in which Junos prints JSON.
pub(super) fn from_xml(bytes: &[u8]) -> Result<Value, ReadError> {
    let mut reader = Reader::from_reader(bytes);
    // Each element that is open, below the document.
    let mut open = vec![(String::new(), Map::new())];
    loop {
        let event = reader
            .read_event()
            .map_err(|error| ReadError::new(format!("byte {}", reader.error_position()), error))?;
        match event {
            Event::Start(start) if open.len() < DEPTH => {
                open.push((String::from_utf8_lossy(start.local_name().as_ref()).into_owned(), Map::new()));
            }
            Event::Start(_) => {
                let place = format!("byte {}", reader.buffer_position());
                return Err(ReadError::new(
                    place,
                    "expected the elements of a route table, found deeper ones",
                ));
            }
            Event::Empty(empty) => {
                let name = String::from_utf8_lossy(empty.local_name().as_ref()).into_owned();
                close(&mut open, name, Map::new());
            }
            Event::Text(text) => {
                let text = String::from_utf8_lossy(&text).trim().to_owned();
                if let (Some((_, element)), false) = (open.last_mut(), text.is_empty()) {
                    element.insert("data".to_owned(), text.into());
                }
            }
            Event::End(_) => {
                if let Some((name, element)) = open.pop() {
                    close(&mut open, name, element);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match open.pop() {
        Some((_, document)) if open.is_empty() => Ok(document.into()),
        _ => Err(ReadError::whole("expected the end of an element")),
    }
}

/// Puts an element into the one around it.
fn close(open: &mut [(String, Map<String, Value>)], name: String, element: Map<String, Value>) {
    if let Some((_, around)) = open.last_mut()
        && let Value::Array(alike) = around.entry(name).or_insert_with(|| Value::Array(Vec::new()))
    {
        alike.push(element.into());
    }
}

fn all<'v>(part: &Part<'v>, name: &str) -> Result<Vec<Part<'v>>, ReadError> {
    part.member(name).map_or_else(|| Ok(Vec::new()), |elements| Ok(elements.elements()?.collect()))
}

fn first<'v>(part: &Part<'v>, name: &str) -> Result<Option<Part<'v>>, ReadError> {
    Ok(all(part, name)?.into_iter().next())
}

fn text<'v>(part: &Part<'v>, name: &str) -> Result<Option<&'v str>, ReadError> {
    let data = first(part, name)?.and_then(|element| element.member("data"));
    Ok(data.and_then(|data| data.read().ok()))
}

/// `3:10.255.0.11:7999::5002::10.255.0.11`, which may go on with a slash, the length of the prefix and the kind of route;
/// `None` for a type that a fabric has none of.
fn destination(name: &str, at: &Part<'_>) -> Result<Option<(RouteDistinguisher, Route<'static>)>, ReadError> {
    let name = name.split('/').next().unwrap_or(name);
    let wrong =
        || at.wrong(format!("`{name}`, expected a route such as 3:10.255.0.11:7999::5002::10.255.0.11"));
    let (kind, rest) = name.split_once(':').ok_or_else(wrong)?;
    let (rd, rest) = rest.split_once("::").ok_or_else(wrong)?;
    let rd = rd.parse().map_err(|error| at.wrong(error))?;
    let route = match kind {
        "1" => auto_discovery(rd, rest),
        "2" => mac_ip(rd, rest),
        "3" => inclusive_multicast(rd, rest),
        "4" => segment_route(rd, rest),
        "5" => ip_prefix(rd, rest),
        _ if kind.parse::<u8>().is_ok() => return Ok(None),
        _ => None,
    };
    route.map(|route| Some((rd, route))).ok_or_else(wrong)
}

fn auto_discovery(rd: RouteDistinguisher, text: &str) -> Option<Route<'static>> {
    let (esi, tag) = text.split_once("::")?;
    let ethernet_tag = if tag == "FFFF:FFFF" { EthernetTag::new(u32::MAX) } else { tag.parse().ok()? };
    Some(EthernetAutoDiscoveryRoute { rd, esi: segment(esi)?, ethernet_tag, label: LabelField::ZERO }.into())
}

fn mac_ip(rd: RouteDistinguisher, text: &str) -> Option<Route<'static>> {
    let mut parts = text.splitn(3, "::");
    let (ethernet_tag, mac) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let ip = parts.next().map(str::parse).transpose().ok()?;
    let (esi, label1) = (EthernetSegmentId::ZERO, LabelField::ZERO);
    Some(MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2: None }.into())
}

fn inclusive_multicast(rd: RouteDistinguisher, text: &str) -> Option<Route<'static>> {
    let (tag, originator) = text.split_once("::")?;
    Some(
        InclusiveMulticastRoute { rd, ethernet_tag: tag.parse().ok()?, originator: originator.parse().ok()? }
            .into(),
    )
}

fn segment_route(rd: RouteDistinguisher, text: &str) -> Option<Route<'static>> {
    let (esi, originator) = text.split_once(':')?;
    Some(EthernetSegmentRoute { rd, esi: segment(esi)?, originator: originator.parse().ok()? }.into())
}

fn ip_prefix(rd: RouteDistinguisher, text: &str) -> Option<Route<'static>> {
    let (tag, rest) = text.split_once("::")?;
    let (address, length) = rest.rsplit_once("::")?;
    let prefix = IpNet::new(address.parse().ok()?, length.parse().ok()?).ok()?;
    let (esi, gateway, label) = (EthernetSegmentId::ZERO, None, LabelField::ZERO);
    Some(IpPrefixRoute { rd, esi, ethernet_tag: tag.parse().ok()?, prefix, gateway, label }.into())
}

/// Hex digits, without the octets of zero in front.
fn segment(text: &str) -> Option<EthernetSegmentId> {
    let digits: Vec<char> = format!("{text:0>20}").chars().collect();
    let octets: Vec<String> = digits.chunks(2).map(|octet| octet.iter().collect()).collect();
    octets.join(":").parse().ok()
}

/// The route with its next hop and communities, which stand in `detail` and `extensive`. Without them the route is of
/// whose address is in the route distinguisher, as it is of a device's own routes.
fn entry_of(rd: RouteDistinguisher, route: Route<'static>, entry: &Part<'_>) -> Result<Shown, ReadError> {
    let mut not_shown = match route {
        Route::MacIp(_) => vec!["segment", "label", "second_label"],
        Route::InclusiveMulticast(_) => vec!["replication", "replication_label", "replication_flags"],
        Route::EthernetAutoDiscovery(_) => vec!["label"],
        Route::IpPrefix(_) => vec!["segment", "gateway", "label"],
        _ => Vec::new(),
    };
    let of_protocol = first(entry, "protocol-nh")?;
    let to = of_protocol.as_ref().map(|hop| text(hop, "to")).transpose()?.flatten();
    let next_hop = match (to, rd.assigned()) {
        (Some(to), _) => to.parse().map_err(|error| entry.wrong(format!("next hop `{to}`: {error}")))?,
        (None, Some(AssignedNumber::Ipv4 { address, .. })) => {
            not_shown.push("next_hop");
            IpAddr::V4(address)
        }
        (None, _) => {
            return Err(entry.wrong("expected `protocol-nh`: `show route table bgp.evpn.0 extensive` has it"));
        }
    };
    let communities = match first(entry, "communities")? {
        Some(list) => {
            let texts =
                all(&list, "community")?.into_iter().filter_map(|it| it.member("data")?.read::<&str>().ok());
            texts.filter_map(community).collect::<Option<Vec<_>>>()
        }
        None => None,
    };
    if communities.is_none() {
        not_shown.push("communities");
    }
    let mut communities = communities.unwrap_or_default();
    communities.sort_unstable();
    let said = Said { communities, replication: None };
    Ok(Shown { destination: Destination::Evpn(route), next_hop, said, not_shown })
}

/// `target:64512:8000001`, `encapsulation:vxlan(0x8)`; nothing of a community that is not extended, and `None` inside for
/// one of which not all is shown.
fn community(text: &str) -> Option<Option<ExtendedCommunity>> {
    if text.split(':').all(|part| part.parse::<u16>().is_ok()) || text.starts_with("no-") {
        return None;
    }
    Some(match text.split_once(':') {
        Some(("encapsulation", name)) => {
            let number = name.rsplit_once("(0x").and_then(|(_, hex)| hex.strip_suffix(')'));
            let number = number.and_then(|hex| u16::from_str_radix(hex, 16).ok());
            number.map(|number| contrail_wire::bgp::TunnelType::new(number).into())
        }
        Some(("es-import-target", mac)) => {
            mac.replace('-', ":").parse().ok().map(|mac| ExtendedCommunityKind::EsImport(mac).into())
        }
        Some(("target" | "router-mac" | "origin", _)) => text.parse().ok(),
        None if text == "evpn-default-gateway" => Some(ExtendedCommunityKind::DefaultGateway.into()),
        _ => None,
    })
}
