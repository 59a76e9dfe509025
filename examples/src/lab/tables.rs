//! What FRR holds and has put into the kernel, beside the routes that the model expects.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::process::Command;

use contrail_model::document::Device;
use contrail_model::routes::{Destination, Observed, Origin, RouteEntry};
use contrail_model::{Fabric, Routes};
use contrail_wire::MacAddr;
use contrail_wire::bgp::evpn::Route as EvpnRoute;
use serde_json::Value;

use super::blueprint::{Host, part_of, place};
use super::configured::{Configured, Segment, Vrf, router_mac};
use super::namespaces::{failed, full_name, printed};
use crate::program::Stop;

/// What two sets have in common, and what only one has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// In both.
    pub common: usize,
    /// Expected, and not there.
    pub missing: Vec<String>,
    /// There, and not expected.
    pub unexpected: Vec<String>,
}

impl Match {
    fn of(expected: &BTreeSet<String>, found: &BTreeSet<String>) -> Self {
        Self {
            common: expected.intersection(found).count(),
            missing: expected.difference(found).cloned().collect(),
            unexpected: found.difference(expected).cloned().collect(),
        }
    }

    /// Whether both are the same.
    pub const fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

/// The EVPN routes that a route reflector of FRR shows, beside those that a fabric needs.
///
/// Their keys are compared without route distinguisher and Ethernet tag: FRR has a distinguisher for each VNI and no tag,
/// where the devices of a Contrail fabric have a tag and one distinguisher. Route targets stand for both.
pub(super) fn routes(fabric: &Fabric, shown: &Value) -> Result<Match, Stop> {
    let mut observed = Observed::default();
    observed.read(fabric, shown.to_string().as_bytes()).map_err(|error| failed("what FRR shows", error))?;
    let routes = fabric.routes();
    let expected = routes.entries.iter().filter(|entry| !is_made_of_type_2(entry, &routes));
    let expected = expected.filter_map(key).collect();
    let found = observed.routes().entries.iter().filter_map(key).collect();
    Ok(Match::of(&expected, &found))
}

/// Whether it is a host route that Junos announces by type 5 as another device has told it by type 2, which FRR does not.
fn is_made_of_type_2(entry: &RouteEntry, routes: &Routes) -> bool {
    let (Origin::Server { .. }, Destination::Evpn(EvpnRoute::IpPrefix(of))) =
        (&entry.origin, entry.destination)
    else {
        return false;
    };
    let mut own = routes.of(&entry.speaker);
    !own.any(|other| match other.destination {
        Destination::Evpn(EvpnRoute::MacIp(route)) => route.ip == Some(of.prefix.addr()),
        _ => false,
    })
}

fn key(entry: &RouteEntry) -> Option<String> {
    let Destination::Evpn(route) = entry.destination else { return None };
    let what = match route {
        EvpnRoute::MacIp(route) => {
            let ip = route.ip.map(|ip| format!(" {ip}")).unwrap_or_default();
            format!("type 2 {}{ip}", route.mac)
        }
        EvpnRoute::InclusiveMulticast(route) => format!("type 3 {}", route.originator),
        EvpnRoute::IpPrefix(route) => format!("type 5 {}", route.prefix),
        _ => return None,
    };
    let told = entry
        .communities
        .iter()
        .filter(|it| it.route_target().is_some() || it.to_string().starts_with("router-mac"));
    let told: Vec<String> = told.map(ToString::to_string).collect();
    Some(format!("{} {what}, {}", entry.speaker, told.join(" ")))
}

/// The ends of tunnels to which devices replicate broadcasts, by device and VNI.
pub(super) type FloodLists = BTreeMap<(String, u32), Vec<IpAddr>>;

/// As the kernels of devices have them.
pub(super) fn flood_lists(fabric: &Configured<'_>) -> FloodLists {
    let mut found = FloodLists::new();
    for Device { name, .. } in &fabric.document.devices {
        for Segment { network, vni, .. } in fabric.segments(name) {
            found.insert((name.clone(), vni), replicated_to(&place(fabric, name, &network), vni));
        }
    }
    found
}

/// Beside what the model says.
pub(super) fn hold_flood_lists(fabric: &Configured<'_>, found: &FloodLists) -> Match {
    let told = |device: &str, vni: u32, to: &str| format!("{device} replicates VNI {vni} to {to}");
    let mut expected = BTreeSet::new();
    for Device { name, .. } in &fabric.document.devices {
        for Segment { network, vni, .. } in fabric.segments(name) {
            let to = fabric.routes.flood_list(&network, name);
            expected.extend(to.into_iter().map(|to| told(name, vni, to)));
        }
    }
    let found = found.iter().flat_map(|((device, vni), ends)| {
        // FRR knows of no replication but its own, and sends to all who take part.
        let ends = ends.iter().filter(|end| !fabric.replicates_at_edge(**end, *vni));
        ends.map(|end| told(device, *vni, &fabric.name_of(*end)))
    });
    Match::of(&expected, &found.collect())
}

/// Whether the kernels have them as the model says.
pub(super) fn has_flood_lists(fabric: &Configured<'_>) -> bool {
    hold_flood_lists(fabric, &flood_lists(fabric)).is_whole()
}

fn replicated_to(namespace: &str, vni: u32) -> Vec<IpAddr> {
    let arguments = ["-n", &full_name(namespace), "fdb", "show", "dev", &format!("vx{vni}")];
    let shown = printed(Command::new("bridge").args(arguments)).unwrap_or_default();
    let lines = shown.lines().filter_map(|line| line.strip_prefix("00:00:00:00:00:00 dst "));
    lines.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

/// Whether the bridges of all devices know where hosts of their networks are: a frame would be flooded where one does not.
pub(super) fn has_hosts(fabric: &Configured<'_>, hosts: &[&Host]) -> bool {
    has_macs(fabric, |segment| {
        let here = hosts.iter().filter(|host| host.network == segment.network);
        here.filter_map(|host| host.mac).collect()
    })
}

/// Whether they know where the workloads are that are announced.
pub(super) fn has_workloads(fabric: &Configured<'_>) -> bool {
    has_macs(fabric, |segment| fabric.workloads(segment.vni).map(|route| route.mac).collect())
}

fn has_macs(fabric: &Configured<'_>, expected: impl Fn(&Segment) -> Vec<MacAddr>) -> bool {
    fabric.document.devices.iter().all(|Device { name, .. }| {
        fabric.segments(name).iter().all(|segment| {
            let expected = expected(segment);
            if expected.is_empty() {
                return true;
            }
            let namespace = full_name(&place(fabric, name, &segment.network));
            let arguments = ["-n", &namespace, "fdb", "show", "br", &format!("br{}", segment.vni)];
            let shown = printed(Command::new("bridge").args(arguments)).unwrap_or_default();
            expected.iter().all(|mac| shown.lines().any(|line| line.starts_with(&mac.to_string())))
        })
    })
}

/// Whether the VRFs of devices have the prefixes that others announce for their logical router.
pub(super) fn has_prefixes(fabric: &Configured<'_>) -> bool {
    fabric.document.devices.iter().all(|device| {
        fabric.vrfs(&device.name).iter().all(|vrf| {
            let table = shown("ip", &device.name, vrf, "route");
            let there: BTreeSet<&str> = table.lines().filter_map(|line| line.split(' ').next()).collect();
            let prefixes = fabric.prefixes_with(vrf.vni);
            let mut prefixes = prefixes.filter(|(entry, _)| !is_made_of_type_2(entry, &fabric.routes));
            prefixes.all(|(_, route)| there.contains(route.prefix.to_string().trim_end_matches("/32")))
        })
    })
}

/// The devices with a VRF that has routes over a tunnel, and not the MAC address of the router there or the tunnel's end.
pub(super) fn without_router_macs<'d>(fabric: &Configured<'d>) -> Vec<&'d str> {
    let lacks = |device: &str, vrf: &Vrf| {
        let vni = vrf.vni;
        let routes = shown("ip", device, vrf, "route");
        let routers = shown("ip", device, vrf, &format!("neigh show dev br{vni}"));
        let ends = shown("bridge", device, vrf, &format!("fdb show dev vx{vni}"));
        fabric.prefixes_with(vni).any(|(entry, _)| {
            let (end, Some(mac)) = (entry.next_hop, router_mac(entry)) else { return false };
            let is_used = routes.contains(&format!(" via {end} dev br{vni} "));
            let [router, at] = [format!("{end} lladdr {mac} "), format!("{mac} dst {end} ")];
            let has = |lines: &str, start: &str| lines.lines().any(|line| line.starts_with(start));
            is_used && !(has(&routers, &router) && has(&ends, &at))
        })
    };
    let names = fabric.document.devices.iter().map(|device| device.name.as_str());
    names.filter(|device| fabric.vrfs(device).iter().any(|vrf| lacks(device, vrf))).collect()
}

/// What `ip` or `bridge` shows of a device's VRF.
fn shown(program: &str, device: &str, vrf: &Vrf, what: &str) -> String {
    let namespace = full_name(&part_of(device, &vrf.router));
    printed(Command::new(program).args(["-n", &namespace]).args(what.split(' '))).unwrap_or_default()
}
