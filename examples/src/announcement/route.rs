use std::net::IpAddr;

use contrail_wire::bgp::evpn;
use contrail_wire::bgp::{Nlri, RouteTargetMembership, VpnRoute};
use contrail_wire::{LabelField, RouteDistinguisher, RouteTarget};
use ipnet::IpNet;
use serde::Deserialize;

/// A route as it is written down: its kind, and its fields as `evpn_dump` prints them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) enum RouteDocument {
    EthernetAutoDiscovery(evpn::EthernetAutoDiscoveryRoute),
    MacIp(evpn::MacIpRoute),
    InclusiveMulticast(evpn::InclusiveMulticastRoute),
    EthernetSegment(evpn::EthernetSegmentRoute),
    IpPrefix(evpn::IpPrefixRoute),
    SelectiveMulticast(evpn::SelectiveMulticastRoute),
    MembershipReportSynch(evpn::MembershipReportSynchRoute),
    LeaveSynch(evpn::LeaveSynchRoute),
    PerRegion(evpn::PerRegionRoute),
    SPmsi(evpn::SPmsiRoute),
    /// An answer to another route.
    Leaf {
        route: RouteBytes,
        originator: IpAddr,
    },
    Unicast {
        prefix: IpNet,
    },
    Vpn {
        rd: RouteDistinguisher,
        prefix: IpNet,
        labels: Vec<LabelField>,
    },
    /// Of no route target, all of an autonomous system; of no autonomous system, all there are.
    RouteTarget {
        origin_as: Option<u32>,
        route_target: Option<RouteTarget>,
    },
}

/// A route as it stands on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Box<RouteDocument>")]
pub(super) struct RouteBytes(Vec<u8>);

impl TryFrom<Box<RouteDocument>> for RouteBytes {
    type Error = contrail_wire::EncodeError;

    fn try_from(route: Box<RouteDocument>) -> Result<Self, Self::Error> {
        let mut bytes = vec![0; 257];
        let room = route.nlri().encode(&mut bytes)?.len();
        bytes.truncate(bytes.len() - room);
        Ok(Self(bytes))
    }
}

impl RouteDocument {
    /// The wish for the routes of all route targets.
    pub(super) const fn everything() -> Self {
        Self::RouteTarget { origin_as: None, route_target: None }
    }

    pub(super) fn nlri(&self) -> Nlri<'_> {
        match self {
            Self::EthernetAutoDiscovery(route) => route.into(),
            Self::MacIp(route) => route.into(),
            Self::InclusiveMulticast(route) => route.into(),
            Self::EthernetSegment(route) => route.into(),
            Self::IpPrefix(route) => route.into(),
            Self::SelectiveMulticast(route) => route.into(),
            Self::MembershipReportSynch(route) => route.into(),
            Self::LeaveSynch(route) => route.into(),
            Self::PerRegion(route) => route.into(),
            Self::SPmsi(route) => route.into(),
            Self::Leaf { route, originator } => {
                Nlri::Evpn(evpn::LeafRoute { route_key: &route.0, originator: *originator }.into())
            }
            Self::Unicast { prefix } => Nlri::Unicast(*prefix),
            Self::Vpn { rd, prefix, labels } => VpnRoute { labels, rd: *rd, prefix: *prefix }.into(),
            Self::RouteTarget { origin_as, route_target } => wish(*origin_as, *route_target).into(),
        }
    }
}

fn wish(origin_as: Option<u32>, target: Option<RouteTarget>) -> RouteTargetMembership {
    match (origin_as, target) {
        (None, _) => RouteTargetMembership::DEFAULT,
        (Some(origin_as), Some(target)) => RouteTargetMembership::new(origin_as, target),
        (Some(origin_as), None) => {
            let [a, b, c, d] = origin_as.to_be_bytes();
            let octets = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0];
            RouteTargetMembership::from_prefix(32, octets).unwrap_or(RouteTargetMembership::DEFAULT)
        }
    }
}
