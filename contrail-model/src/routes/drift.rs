//! How what speakers really hold has drifted from what the fabric needs, by cause.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use contrail_wire::bgp::Nlri;
use contrail_wire::bgp::evpn::Route as EvpnRoute;

use super::diff::{changed, differences};
use super::{Changed, Destination, Difference, Origin, RouteEntry, Routes};

/// Differences with one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift<'r> {
    /// What follows from it, and why: `leaf1 is not in the flood list of api (VNI 5002): its type-3 route is missing`.
    pub cause: String,
    /// The routes that differ.
    pub differences: Vec<Difference<'r>>,
}

impl Routes {
    /// What [differs](Self::diff), by cause. A route that was found twice counts as it was found last, whoever's it was;
    /// one that is missing of its speaker and there of another is a route with another next hop.
    pub fn drift<'r>(&'r self, found: &'r Self) -> Vec<Drift<'r>> {
        let latest: BTreeMap<Nlri<'static>, &RouteEntry> =
            found.entries.iter().map(|entry| (entry.key(), entry)).collect();
        let mut differences = differences(self.entries.iter(), latest.values().copied());
        let mut moved = BTreeSet::new();
        for difference in &mut differences {
            if let Difference::Missing(expected) = *difference
                && let Some(found) = latest.get(&expected.key())
            {
                moved.insert(expected.key());
                *difference = Difference::Different { expected, fields: changed(expected, found) };
            }
        }
        differences.retain(
            |difference| !matches!(difference, Difference::Unexpected(entry) if moved.contains(&entry.key())),
        );
        let mut drifts: Vec<Drift<'r>> = Vec::new();
        for difference in differences {
            let cause = self.cause(&difference, found);
            match drifts.iter_mut().find(|drift| drift.cause == cause) {
                Some(drift) => drift.differences.push(difference),
                None => drifts.push(Drift { cause, differences: vec![difference] }),
            }
        }
        drifts
    }

    /// What follows from a difference.
    fn cause(&self, difference: &Difference<'_>, found: &Self) -> String {
        match difference {
            Difference::Missing(entry) if found.of(&entry.speaker).next().is_none() => {
                let routes = self.of(&entry.speaker).count();
                format!("{} is silent: none of its {routes} routes is there", entry.speaker)
            }
            Difference::Missing(entry) => {
                format!("{}: its {} route is missing", entry.consequence(), entry.kind())
            }
            Difference::Unexpected(entry) => {
                format!("{} announces {} routes that the fabric does not have", entry.speaker, entry.kind())
            }
            Difference::Different { expected, fields } => {
                let fields: Vec<&str> = fields.iter().map(|Changed { field, .. }| *field).collect();
                let RouteEntry { speaker, origin, .. } = expected;
                let fields = fields.join(" and ");
                format!("the {} route of {speaker} for {origin} differs in {fields}", expected.kind())
            }
        }
    }
}

impl RouteEntry {
    /// `type-3`
    pub(super) fn kind(&self) -> &'static str {
        match self.destination {
            Destination::Evpn(EvpnRoute::EthernetAutoDiscovery(_)) => "type-1",
            Destination::Evpn(EvpnRoute::MacIp(_)) => "type-2",
            Destination::Evpn(EvpnRoute::InclusiveMulticast(_)) => "type-3",
            Destination::Evpn(EvpnRoute::EthernetSegment(_)) => "type-4",
            Destination::Evpn(EvpnRoute::IpPrefix(_)) => "type-5",
            Destination::Evpn(_) => "EVPN",
            Destination::Vpn { .. } => "L3VPN",
            Destination::Unicast(_) => "unicast",
        }
    }

    /// What does not work without the route.
    fn consequence(&self) -> String {
        let speaker = &self.speaker;
        match (&self.origin, &self.destination) {
            (Origin::Network(network), _) => {
                let vni = self.replication.as_ref().map(|replication| replication.label.vni());
                let vni = vni.map(|vni| format!(" (VNI {vni})")).unwrap_or_default();
                format!("{speaker} is not in the flood list of {network}{vni}")
            }
            (Origin::PortGroup(group), _) => {
                format!("nobody knows that {speaker} is one of the ways to port group {group}")
            }
            (Origin::Gateway(network), _) => {
                format!("nobody learns the gateway of {network} from {speaker}")
            }
            (Origin::Server { name, network }, _) => {
                format!("nobody learns {name} in {network} from {speaker}")
            }
            (Origin::Workload(name) | Origin::VirtualService(name), _) => {
                format!("nobody learns {name} from {speaker}")
            }
            (Origin::Router { name, network }, _) => {
                format!("the VRF of {name} has no way to {network} by {speaker}")
            }
            (Origin::Observed, _) => format!("a route of {speaker} is gone"),
        }
    }
}

impl fmt::Display for Drift<'_> {
    /// The cause, and each route below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)?;
        self.differences.iter().try_for_each(|difference| write!(f, "\n  {difference}"))
    }
}
