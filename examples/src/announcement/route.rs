use std::net::IpAddr;

use contrail_wire::bgp::evpn::{self, MulticastFlags};
use contrail_wire::bgp::{ExtendedCommunity, Nlri, RouteTargetMembership, VpnRoute};
use contrail_wire::{
    EthernetSegmentId, EthernetTag, Label, LabelField, MacAddr, RouteDistinguisher, RouteTarget, Vni,
};
use ipnet::IpNet;
use serde::Deserialize;

/// A route as it is written down: its kind, and its fields under the names that `evpn_dump` prints.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) enum RouteDocument {
    EthernetAutoDiscovery {
        rd: RouteDistinguisher,
        esi: EthernetSegmentId,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        label: LabelText,
    },
    MacIp {
        rd: RouteDistinguisher,
        #[serde(default)]
        esi: EthernetSegmentId,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        mac: MacAddr,
        ip: Option<IpAddr>,
        label: LabelText,
        /// Of the VRF.
        label2: Option<LabelText>,
    },
    InclusiveMulticast {
        rd: RouteDistinguisher,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        originator: IpAddr,
    },
    EthernetSegment {
        rd: RouteDistinguisher,
        esi: EthernetSegmentId,
        originator: IpAddr,
    },
    IpPrefix {
        rd: RouteDistinguisher,
        #[serde(default)]
        esi: EthernetSegmentId,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        prefix: IpNet,
        gateway: Option<IpAddr>,
        label: LabelText,
    },
    SelectiveMulticast {
        rd: RouteDistinguisher,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        source: Option<IpAddr>,
        group: IpAddr,
        originator: IpAddr,
        flags: u8,
    },
    MembershipReportSynch {
        rd: RouteDistinguisher,
        esi: EthernetSegmentId,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        source: Option<IpAddr>,
        group: IpAddr,
        originator: IpAddr,
        flags: u8,
    },
    LeaveSynch {
        rd: RouteDistinguisher,
        esi: EthernetSegmentId,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        source: Option<IpAddr>,
        group: IpAddr,
        originator: IpAddr,
        maximum_response_time: u8,
        flags: u8,
    },
    PerRegion {
        rd: RouteDistinguisher,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        region: ExtendedCommunity,
    },
    SPmsi {
        rd: RouteDistinguisher,
        #[serde(default)]
        ethernet_tag: EthernetTag,
        source: Option<IpAddr>,
        group: Option<IpAddr>,
        originator: IpAddr,
    },
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
        label: LabelText,
    },
    /// Of no route target, all of an autonomous system; of no autonomous system, all there are.
    RouteTarget {
        origin_as: Option<u32>,
        route_target: Option<RouteTarget>,
    },
}

/// `{vni: 5001}` or `{mpls: 299776}`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(from = "LabelReading")]
pub(super) struct LabelText([LabelField; 1]);

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum LabelReading {
    Vni(Vni),
    Mpls(Label),
}

impl From<LabelReading> for LabelText {
    fn from(reading: LabelReading) -> Self {
        Self([match reading {
            LabelReading::Vni(vni) => vni.into(),
            LabelReading::Mpls(label) => label.into(),
        }])
    }
}

impl LabelText {
    pub(super) const fn field(&self) -> LabelField {
        let [field] = self.0;
        field
    }
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
        let flags = MulticastFlags::from_bits_retain;
        Nlri::Evpn(match *self {
            Self::EthernetAutoDiscovery { rd, esi, ethernet_tag, label } => {
                evpn::EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, label: label.field() }.into()
            }
            Self::MacIp { rd, esi, ethernet_tag, mac, ip, label, label2 } => {
                let (label1, label2) = (label.field(), label2.as_ref().map(LabelText::field));
                evpn::MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2 }.into()
            }
            Self::InclusiveMulticast { rd, ethernet_tag, originator } => {
                evpn::InclusiveMulticastRoute { rd, ethernet_tag, originator }.into()
            }
            Self::EthernetSegment { rd, esi, originator } => {
                evpn::EthernetSegmentRoute { rd, esi, originator }.into()
            }
            Self::IpPrefix { rd, esi, ethernet_tag, prefix, gateway, label } => {
                let label = label.field();
                evpn::IpPrefixRoute { rd, esi, ethernet_tag, prefix, gateway, label }.into()
            }
            Self::SelectiveMulticast { rd, ethernet_tag, source, group, originator, flags: bits } => {
                let flags = flags(bits);
                evpn::SelectiveMulticastRoute { rd, ethernet_tag, source, group, originator, flags }.into()
            }
            Self::MembershipReportSynch { rd, esi, ethernet_tag, source, group, originator, flags: bits } => {
                let flags = flags(bits);
                evpn::MembershipReportSynchRoute { rd, esi, ethernet_tag, source, group, originator, flags }
                    .into()
            }
            Self::LeaveSynch {
                rd,
                esi,
                ethernet_tag,
                source,
                group,
                originator,
                maximum_response_time,
                flags: bits,
            } => evpn::LeaveSynchRoute {
                rd,
                esi,
                ethernet_tag,
                source,
                group,
                originator,
                reserved: [0; 4],
                maximum_response_time,
                flags: flags(bits),
            }
            .into(),
            Self::PerRegion { rd, ethernet_tag, region } => {
                evpn::PerRegionRoute { rd, ethernet_tag, region }.into()
            }
            Self::SPmsi { rd, ethernet_tag, source, group, originator } => {
                evpn::SPmsiRoute { rd, ethernet_tag, source, group, originator }.into()
            }
            Self::Leaf { ref route, originator } => {
                evpn::LeafRoute { route_key: &route.0, originator }.into()
            }
            Self::Unicast { prefix } => return Nlri::Unicast(prefix),
            Self::Vpn { rd, prefix, ref label } => {
                return Nlri::Vpn(VpnRoute { labels: &label.0, rd, prefix });
            }
            Self::RouteTarget { origin_as, route_target } => {
                return Nlri::RouteTarget(wish(origin_as, route_target));
            }
        })
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
