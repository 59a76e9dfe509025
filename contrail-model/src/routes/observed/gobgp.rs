//! What GoBGP prints: an object of arrays, one for each destination, with the paths to it.

use std::net::IpAddr;

use contrail_wire::bgp::evpn::{
    EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute, MacIpRoute,
};
use contrail_wire::bgp::{ExtendedCommunity, ExtendedCommunityKind, PmsiFlags, PmsiTunnelType, TunnelType};
use contrail_wire::{
    EthernetSegmentId, EthernetTag, IpNet, Label, LabelField, MacAddr, RouteDistinguisher, RouteTarget,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::json::Part;
use super::{ReadError, Said, Shown};
use crate::routes::{Destination, Replication};

/// Types of path attributes.
const NEXT_HOP: u8 = 3;
const MP_REACH_NLRI: u8 = 14;
const EXTENDED_COMMUNITIES: u8 = 16;
const PMSI_TUNNEL: u8 = 22;

#[derive(Deserialize)]
struct Typed {
    r#type: u8,
}

#[derive(Deserialize)]
struct NextHop {
    nexthop: IpAddr,
}

#[derive(Deserialize)]
struct PmsiTunnel {
    #[serde(rename = "tunnel-type")]
    tunnel_type: u8,
    label: u32,
    #[serde(rename = "tunnel-id")]
    tunnel_id: Option<IpAddr>,
}

#[derive(Deserialize)]
struct Community {
    r#type: u8,
    subtype: u8,
    value: Option<String>,
    tunnel_type: Option<u16>,
    mac: Option<MacAddr>,
    sequence: Option<u32>,
    is_sticky: Option<bool>,
    label: Option<u32>,
    is_single_active: Option<bool>,
}

#[derive(Deserialize)]
struct Vpn {
    rd: Distinguisher,
    labels: [u32; 1],
    prefix: IpNet,
}

#[derive(Deserialize)]
struct Unicast {
    prefix: IpNet,
}

#[derive(Deserialize)]
struct AutoDiscovery {
    rd: Distinguisher,
    esi: Segment,
    etag: u32,
    label: u32,
}

#[derive(Deserialize)]
struct MacIp {
    rd: Distinguisher,
    esi: Segment,
    etag: u32,
    mac: MacAddr,
    ip: Host,
    labels: Vec<u32>,
}

#[derive(Deserialize)]
struct InclusiveMulticast {
    rd: Distinguisher,
    etag: u32,
    ip: IpAddr,
}

#[derive(Deserialize)]
struct SegmentRoute {
    rd: Distinguisher,
    esi: Segment,
    ip: IpAddr,
}

#[derive(Deserialize)]
struct Prefix {
    rd: Distinguisher,
    esi: Segment,
    etag: u32,
    prefix: IpNet,
    gateway: IpAddr,
    label: u32,
}

/// `{"type": 1, "admin": "10.255.0.11", "assigned": 7999}`
#[derive(Deserialize)]
#[serde(try_from = "Assigned")]
struct Distinguisher(RouteDistinguisher);

#[derive(Deserialize)]
struct Assigned {
    r#type: u8,
    admin: serde_json::Value,
    assigned: u32,
}

impl TryFrom<Assigned> for Distinguisher {
    type Error = contrail_wire::ValueError;

    fn try_from(it: Assigned) -> Result<Self, Self::Error> {
        let admin = it.admin.as_str().map_or_else(|| it.admin.to_string(), str::to_owned);
        assigned(it.r#type, &admin, it.assigned).parse().map(Self)
    }
}

/// A number with who assigned it, of the type that stands in front of it on the wire.
fn assigned(kind: u8, admin: &str, number: u32) -> String {
    let four_octets = if kind == 2 { "L" } else { "" };
    format!("{admin}{four_octets}:{number}")
}

/// An address, or `<nil>` for none.
struct Host(Option<IpAddr>);

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "<nil>" {
            return Ok(Self(None));
        }
        text.parse()
            .map(|ip| Self(Some(ip)))
            .map_err(|_| D::Error::custom(format!("`{text}`, expected an IP address or <nil>")))
    }
}

/// `single-homed`, or a type with what it is made of: `ESI_LACP | system mac aa:bb:cc:dd:ee:ff, port key 100`.
struct Segment(EthernetSegmentId);

impl<'de> Deserialize<'de> for Segment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let segment = segment(&text);
        segment.map(Self).ok_or_else(|| {
            D::Error::custom(format!("`{text}`, expected an Ethernet segment as GoBGP has it"))
        })
    }
}

fn segment(text: &str) -> Option<EthernetSegmentId> {
    if text == "single-homed" {
        return Some(EthernetSegmentId::ZERO);
    }
    let (kind, value) = text.split_once(" | ")?;
    if kind == "ESI_ARBITRARY" {
        return format!("00:{value}").parse().ok();
    }
    let (first, last) = value.split_once(", ")?;
    let first = first.rsplit(' ').next()?;
    let number: u32 = last.rsplit(' ').next()?.parse().ok()?;
    let of_mac = |kind: u8, tail: [u8; 3]| -> Option<EthernetSegmentId> {
        let [a, b, c, d, e, f] = first.parse::<MacAddr>().ok()?.octets();
        let [x, y, z] = tail;
        Some(EthernetSegmentId::new([kind, a, b, c, d, e, f, x, y, z]))
    };
    let [_, high, middle, low] = number.to_be_bytes();
    match kind {
        "ESI_LACP" => of_mac(1, [middle, low, 0]),
        "ESI_MSTP" => of_mac(2, [middle, low, 0]),
        "ESI_MAC" => of_mac(3, [high, middle, low]),
        "ESI_ROUTERID" => Some(EthernetSegmentId::router_id(first.parse().ok()?, number)),
        "ESI_AS" => Some(EthernetSegmentId::autonomous_system(first.parse().ok()?, number)),
        _ => None,
    }
}

pub(super) fn read(document: &Part<'_>) -> Result<Vec<Shown>, ReadError> {
    let mut shown = Vec::new();
    for (_, paths) in document.members()? {
        let paths: Vec<Part<'_>> = paths.elements()?.collect();
        let is_best = |path: &&Part<'_>| path.member("best").is_some_and(|best| best.read() == Ok(true));
        let Some(path) = paths.iter().find(is_best).or(paths.last()) else { continue };
        let nlri = member(path, "nlri")?;
        if let Some(destination) = destination(&nlri)? {
            shown.extend(with_attributes(destination, &member(path, "attrs")?)?);
        }
    }
    Ok(shown)
}

fn member<'v>(part: &Part<'v>, name: &str) -> Result<Part<'v>, ReadError> {
    part.member(name).ok_or_else(|| part.wrong(format!("expected `{name}`")))
}

fn field(part: &Part<'_>, number: u32) -> Result<LabelField, ReadError> {
    LabelField::new(number).map_err(|error| part.wrong(error))
}

/// The destination; `None` for an EVPN type that a fabric has none of.
fn destination(nlri: &Part<'_>) -> Result<Option<Destination>, ReadError> {
    let Some(value) = nlri.member("value") else {
        return Ok(Some(if nlri.member("rd").is_some() {
            let Vpn { rd: Distinguisher(rd), labels: [label], prefix } = nlri.read()?;
            let label = Label::new(label).map_err(|error| nlri.wrong(error))?.into();
            Destination::Vpn { label, rd, prefix }
        } else {
            Destination::Unicast(nlri.read::<Unicast>()?.prefix)
        }));
    };
    let Typed { r#type: kind } = nlri.read()?;
    Ok(Some(Destination::Evpn(match kind {
        1 => {
            let AutoDiscovery { rd: Distinguisher(rd), esi: Segment(esi), etag, label } = value.read()?;
            let ethernet_tag = EthernetTag::new(etag);
            EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, label: field(&value, label)? }.into()
        }
        2 => {
            let MacIp { rd: Distinguisher(rd), esi: Segment(esi), etag, mac, ip: Host(ip), labels } =
                value.read()?;
            let mut labels = labels.into_iter().map(|label| field(&value, label));
            let label1 = labels.next().ok_or_else(|| value.wrong("expected a label"))??;
            let label2 = labels.next().transpose()?;
            let ethernet_tag = EthernetTag::new(etag);
            MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2 }.into()
        }
        3 => {
            let InclusiveMulticast { rd: Distinguisher(rd), etag, ip: originator } = value.read()?;
            InclusiveMulticastRoute { rd, ethernet_tag: EthernetTag::new(etag), originator }.into()
        }
        4 => {
            let SegmentRoute { rd: Distinguisher(rd), esi: Segment(esi), ip: originator } = value.read()?;
            EthernetSegmentRoute { rd, esi, originator }.into()
        }
        5 => {
            let Prefix { rd: Distinguisher(rd), esi: Segment(esi), etag, prefix, gateway, label } =
                value.read()?;
            let gateway = Some(gateway).filter(|gateway| !gateway.is_unspecified());
            let (ethernet_tag, label) = (EthernetTag::new(etag), field(&value, label)?);
            IpPrefixRoute { rd, esi, ethernet_tag, prefix, gateway, label }.into()
        }
        _ => return Ok(None),
    })))
}

/// With what is said of it; nothing of a path without next hop.
fn with_attributes(destination: Destination, attributes: &Part<'_>) -> Result<Option<Shown>, ReadError> {
    let (mut hop, mut said, mut not_shown) = (None, Said::default(), Vec::new());
    for attribute in attributes.elements()? {
        match attribute.read::<Typed>()?.r#type {
            NEXT_HOP | MP_REACH_NLRI => hop = Some(attribute.read::<NextHop>()?.nexthop),
            EXTENDED_COMMUNITIES => {
                let communities = member(&attribute, "value")?;
                let communities = communities.elements()?.map(|it| community(&it));
                match communities.collect::<Result<Option<Vec<_>>, _>>()? {
                    Some(communities) => said.communities = communities,
                    None => not_shown.push("communities"),
                }
            }
            PMSI_TUNNEL => {
                let PmsiTunnel { tunnel_type, label, tunnel_id } = attribute.read()?;
                let identifier = match tunnel_id {
                    Some(IpAddr::V4(address)) => address.octets().into(),
                    Some(IpAddr::V6(address)) => address.octets().into(),
                    None => Box::default(),
                };
                not_shown.push("replication_flags");
                let (tunnel_type, label) = (PmsiTunnelType(tunnel_type), field(&attribute, label)?);
                said.replication =
                    Some(Replication { flags: PmsiFlags::empty(), tunnel_type, label, identifier });
            }
            _ => {}
        }
    }
    said.communities.sort_unstable();
    Ok(hop.map(|next_hop| Shown { destination, next_hop, said, not_shown }))
}

/// `None` for one that is not shown by its parts.
fn community(part: &Part<'_>) -> Result<Option<ExtendedCommunity>, ReadError> {
    let it: Community = part.read()?;
    let target = |value: String| -> Result<RouteTarget, ReadError> {
        let four_octets = value.split_once(':').filter(|_| it.r#type == 2);
        let text = four_octets.map_or_else(|| value.clone(), |(asn, number)| format!("{asn}L:{number}"));
        text.parse().map_err(|error| part.wrong(error))
    };
    let kind = match (it.r#type, it.subtype) {
        (0..=2, 2) => it.value.map(target).transpose()?.map(ExtendedCommunityKind::RouteTarget),
        (3, 12) => it.tunnel_type.map(|number| ExtendedCommunityKind::Encapsulation(TunnelType::new(number))),
        (3, 13) => Some(ExtendedCommunityKind::DefaultGateway),
        (6, 0) => it
            .sequence
            .zip(it.is_sticky)
            .map(|(sequence, sticky)| ExtendedCommunityKind::MacMobility { sticky, sequence }),
        (6, 1) => match it.label.zip(it.is_single_active) {
            Some((label, single_active)) => {
                Some(ExtendedCommunityKind::EsiLabel { single_active, label: field(part, label)? })
            }
            None => None,
        },
        (6, 2) => it.value.and_then(|mac| mac.parse().ok()).map(ExtendedCommunityKind::EsImport),
        (6, 3) => it.mac.map(ExtendedCommunityKind::RouterMac),
        _ => None,
    };
    Ok(kind.map(Into::into))
}
