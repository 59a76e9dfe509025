//! What FRR prints: an object of route distinguishers with their routes or, for families other than EVPN, `routes`.

use std::net::IpAddr;

use contrail_wire::bgp::evpn::{Route as EvpnRoute, RouteKey};
use contrail_wire::bgp::{
    ExtendedCommunity, ExtendedCommunityKind, Families, Family, Nlri, PmsiFlags, PmsiTunnelType,
};
use contrail_wire::{EthernetSegmentId, IpNet, LabelField, RouteDistinguisher};
use serde::Deserialize;
use serde_json::Value;

use super::json::Part;
use super::{ReadError, Said, Shown};
use crate::routes::{Destination, Replication};

/// What FRR says of a path.
#[derive(Deserialize)]
struct Path {
    nexthops: Vec<NextHop>,
    esi: Option<EthernetSegmentId>,
    /// The number in the label field, or in both: `5001/9001`.
    vni: Option<String>,
    #[serde(rename = "extendedCommunity")]
    extended_community: Option<Communities>,
    pmsi: Option<Pmsi>,
    /// True, or an object with `overall` in detail.
    #[serde(default)]
    bestpath: Value,
}

#[derive(Deserialize)]
struct NextHop {
    ip: IpAddr,
}

#[derive(Deserialize)]
struct Communities {
    string: String,
}

#[derive(Deserialize)]
struct Pmsi {
    #[serde(rename = "tunnelType")]
    tunnel_type: String,
    label: u32,
}

/// The families that are shown, and the routes.
pub(super) fn read(document: &Part<'_>) -> Result<(Families, Vec<Shown>), ReadError> {
    let mut shown = Vec::new();
    let Some(routes) = document.member("routes") else {
        for (rd, table) in document.members()? {
            // Counters stand beside the tables.
            let Ok(rd) = rd.parse() else { continue };
            evpn_table(rd, &table, &mut shown)?;
        }
        return Ok((Families::NONE.with(Family::EVPN), shown));
    };
    match routes.member("routeDistinguishers") {
        Some(tables) => {
            for (rd, table) in tables.members()? {
                let rd = rd.parse().map_err(|error| table.wrong(error))?;
                prefixes(&table, &mut shown, |prefix| Destination::Vpn {
                    label: LabelField::ZERO,
                    rd,
                    prefix,
                })?;
            }
        }
        None => prefixes(&routes, &mut shown, Destination::Unicast)?,
    }
    Ok((Families::NONE, shown))
}

fn evpn_table(rd: RouteDistinguisher, table: &Part<'_>, shown: &mut Vec<Shown>) -> Result<(), ReadError> {
    for (text, route) in table.members()?.filter(|(name, _)| *name != "rd") {
        let key = RouteKey::from_prefix(rd, text).map_err(|error| route.wrong(error))?;
        let paths = route.member("paths").ok_or_else(|| route.wrong("expected `paths`"))?;
        if let (Some(destination), Some(path)) = (Destination::of(&Nlri::Evpn(*key.route())), best(&paths)?) {
            shown.extend(path.shown(destination, &paths)?);
        }
    }
    Ok(())
}

/// Routes of families other than EVPN.
fn prefixes(
    table: &Part<'_>,
    shown: &mut Vec<Shown>,
    destination: impl Fn(IpNet) -> Destination,
) -> Result<(), ReadError> {
    for (prefix, paths) in table.members()? {
        let prefix = prefix.parse().map_err(|_| paths.wrong("expected a prefix as name"))?;
        if let Some(path) = best(&paths)? {
            shown.extend(path.shown(destination(prefix), &paths)?);
        }
    }
    Ok(())
}

/// The best of paths, which may stand in an array each, or the last if none is.
fn best(paths: &Part<'_>) -> Result<Option<Path>, ReadError> {
    let mut best: Option<Path> = None;
    for element in paths.elements()? {
        let paths = if element.is_array() { element.elements()?.collect() } else { vec![element] };
        for path in paths {
            let path: Path = path.read()?;
            if !best.as_ref().is_some_and(Path::is_best) {
                best = Some(path);
            }
        }
    }
    Ok(best)
}

impl Path {
    fn is_best(&self) -> bool {
        self.bestpath.get("overall").unwrap_or(&self.bestpath) == &Value::Bool(true)
    }

    /// With its destination; nothing of a path without next hop.
    fn shown(self, mut destination: Destination, at: &Part<'_>) -> Result<Option<Shown>, ReadError> {
        let Some(NextHop { ip: next_hop }) = self.nexthops.first() else { return Ok(None) };
        let mut not_shown = Vec::new();
        let communities = match &self.extended_community {
            Some(text) => communities(&text.string),
            None if matches!(destination, Destination::Evpn(_)) => Some(Vec::new()),
            None => None,
        };
        if communities.is_none() {
            not_shown.push("communities");
        }
        let labels: Vec<LabelField> = match &self.vni {
            Some(text) => labels(text).ok_or_else(|| {
                at.wrong(format!("vni `{text}`, expected a number below 16777216, or two with a slash"))
            })?,
            None => Vec::new(),
        };
        let mut replication = None;
        match &mut destination {
            Destination::Evpn(EvpnRoute::MacIp(route)) => {
                route.esi = self.esi.unwrap_or(EthernetSegmentId::ZERO);
                match *labels {
                    [] => not_shown.extend(["label", "second_label"]),
                    [first, ..] => {
                        route.label1 = first;
                        route.label2 = labels.get(1).copied();
                    }
                }
            }
            Destination::Evpn(EvpnRoute::IpPrefix(route)) => {
                not_shown.extend(["segment", "gateway"]);
                match labels.first() {
                    Some(label) => route.label = *label,
                    None => not_shown.push("label"),
                }
            }
            Destination::Evpn(EvpnRoute::InclusiveMulticast(_)) => {
                not_shown.extend(["replication", "replication_flags"]);
                match self.pmsi {
                    Some(Pmsi { tunnel_type, label }) if tunnel_type == "Ingress Replication" => {
                        let label = LabelField::new(label).map_err(|error| at.wrong(error))?;
                        replication = Some(Replication {
                            flags: PmsiFlags::empty(),
                            tunnel_type: PmsiTunnelType::INGRESS_REPLICATION,
                            label,
                            identifier: Box::default(),
                        });
                    }
                    _ => not_shown.push("replication_label"),
                }
            }
            Destination::Evpn(EvpnRoute::EthernetAutoDiscovery(_)) | Destination::Vpn { .. } => {
                not_shown.push("label");
            }
            Destination::Evpn(_) | Destination::Unicast(_) => {}
        }
        let said = Said { communities: communities.unwrap_or_default(), replication };
        Ok(Some(Shown { destination, next_hop: *next_hop, said, not_shown }))
    }
}

/// `5001` or `5001/9001`
fn labels(text: &str) -> Option<Vec<LabelField>> {
    text.split('/').map(|number| LabelField::new(number.parse().ok()?).ok()).collect()
}

/// `RT:64512:8000001 ET:8 Rmac:02:c0:00:00:02:21`, in order; `None` if there is one of which not all is shown.
fn communities(text: &str) -> Option<Vec<ExtendedCommunity>> {
    let text = text.replace("Default Gateway", "Default-Gateway").replace(", sticky MAC", ":sticky");
    let mut communities: Vec<_> = text.split_whitespace().map(community).collect::<Option<_>>()?;
    communities.sort_unstable();
    Some(communities)
}

fn community(text: &str) -> Option<ExtendedCommunity> {
    let (word, value) = text.split_once(':').unwrap_or((text, ""));
    let word = match word {
        "RT" => "target",
        "SoO" => "origin",
        "ET" => "encapsulation",
        "MM" => "mac-mobility",
        "Rmac" => "router-mac",
        "ES-Import-Rt" => "es-import",
        "Default-Gateway" => return Some(ExtendedCommunityKind::DefaultGateway.into()),
        // The label is not shown; over VXLAN there is none (RFC 8365 section 8.3.1).
        "ESI-label-Rt" => {
            let label = LabelField::ZERO;
            return Some(ExtendedCommunityKind::EsiLabel { single_active: value == "SA", label }.into());
        }
        _ => return None,
    };
    format!("{word}:{value}").parse().ok()
}
