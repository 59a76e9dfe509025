//! Messages, attributes and routes as data for serde: nothing is allocated for it.

use core::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::bgp::evpn::{self, MacIpRoute};
use crate::bgp::{
    AsPath, Attribute, CapabilityCode, Disposition, Domain, Error, Family, Ipv6ExtendedCommunity, Message,
    MpReach, NextHop, Nlri, Notification, Open, PmsiTunnel, PmsiTunnelType, Route, RouteRefresh, Segment,
    SegmentType, SubTlv, Tunnel, Update,
};
use crate::value::deserialize_text;
use crate::{EthernetSegmentId, EthernetTag, LabelField, MacAddr, RouteDistinguisher, ValueError};

/// What cannot be read from text, but is shown as it.
macro_rules! as_text {
    ($($type:ty),* $(,)?) => {$(
        /// Its text.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}
as_text!(CapabilityCode, Disposition, Domain, Family, Ipv6ExtendedCommunity, NextHop<'_>, PmsiTunnelType);

/// Its type, and what it says.
impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open(open) => open.serialize(serializer),
            Self::Update(update) => update.serialize(serializer),
            Self::Notification(notification) => notification.serialize(serializer),
            Self::Keepalive => typed(serializer, "Keepalive", "keepalive", 0)?.end(),
            Self::RouteRefresh(refresh) => refresh.serialize(serializer),
        }
    }
}

/// An object of `fields` fields besides the type of the message.
fn typed<S: Serializer>(
    serializer: S,
    name: &'static str,
    kind: &'static str,
    fields: usize,
) -> Result<S::SerializeStruct, S::Error> {
    let mut object = serializer.serialize_struct(name, 1 + fields)?;
    object.serialize_field("type", kind)?;
    Ok(object)
}

/// With the capabilities' names.
impl Serialize for Open<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut open = typed(serializer, "Open", "open", 4)?;
        open.serialize_field("asn", &self.asn())?;
        open.serialize_field("hold_time", &self.hold_time)?;
        open.serialize_field("identifier", &self.identifier)?;
        open.serialize_field("capabilities", &List(self.capabilities.iter().map(|it| it.code())))?;
        open.end()
    }
}

/// Routes and attributes that can be read, and all errors.
impl Serialize for Update<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let session = self.session();
        let attributes = self.attributes().flatten().filter_map(|attribute| attribute.decode(&session).ok());
        let mut update = typed(serializer, "Update", "update", 4)?;
        update.serialize_field("routes", &List(self.announced().flatten()))?;
        update.serialize_field("withdrawn", &List(self.withdrawn().flatten()))?;
        update.serialize_field("attributes", &List(attributes))?;
        update.serialize_field("errors", &Errors(self))?;
        update.end()
    }
}

struct Errors<'u, 'a>(&'u Update<'a>);

impl Serialize for Errors<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut errors = serializer.serialize_seq(None)?;
        let mut result = Ok(());
        self.0.validate(|error| {
            if result.is_ok() {
                result = errors.serialize_element(&error);
            }
        });
        result?;
        errors.end()
    }
}

/// With what the code means.
impl Serialize for Notification<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut notification = typed(serializer, "Notification", "notification", 4)?;
        notification.serialize_field("code", &self.code)?;
        notification.serialize_field("subcode", &self.subcode)?;
        notification.serialize_field("message", &format_args!("{self}"))?;
        notification.serialize_field("data", &Hex(self.data))?;
        notification.end()
    }
}

/// Without the filters.
impl Serialize for RouteRefresh<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut refresh = typed(serializer, "RouteRefresh", "route_refresh", 2)?;
        refresh.serialize_field("family", &self.family)?;
        refresh.serialize_field("subtype", &self.subtype)?;
        refresh.end()
    }
}

/// What is wrong: with which part, where it starts, what, and what has to be done about it.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("Error", 4)?;
        error.serialize_field("layer", &self.layer)?;
        error.serialize_field("offset", &self.offset)?;
        error.serialize_field("message", &format_args!("{}", self.problem))?;
        error.serialize_field("disposition", &self.disposition)?;
        error.end()
    }
}

/// As [`Route`], without a path identifier.
impl Serialize for Nlri<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Route::from(*self).serialize(serializer)
    }
}

/// As [`Route`], without a path identifier.
impl Serialize for evpn::Route<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nlri::from(*self).serialize(serializer)
    }
}

/// The type of an EVPN route as a number, or the family of any other; its fields, of which those with labels are one
/// list; and the path identifier, if there is one.
impl Serialize for Route<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.nlri {
            Nlri::Evpn(route) => map.serialize_entry("type", &route.route_type().0),
            nlri => map.serialize_entry("family", &nlri.family()),
        }?;
        fields(&mut map, &self.nlri)?;
        if let Some(path_id) = self.path_id {
            map.serialize_entry("path_id", &path_id)?;
        }
        map.end()
    }
}

fn fields<M: SerializeMap>(map: &mut M, nlri: &Nlri<'_>) -> Result<(), M::Error> {
    match nlri {
        Nlri::Evpn(route) => evpn_fields(map, route),
        Nlri::Vpn(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("prefix", &route.prefix)
        }
        Nlri::Unicast(prefix) => map.serialize_entry("prefix", prefix),
        Nlri::RouteTarget(route) => {
            map.serialize_entry("prefix_length", &route.prefix_length())?;
            map.serialize_entry("origin_as", &route.origin_as())?;
            map.serialize_entry("route_target", &route.route_target())
        }
        Nlri::Unknown { bytes, .. } => map.serialize_entry("value", &Hex(bytes)),
    }?;
    if nlri.labels().next().is_some() {
        map.serialize_entry("labels", &List(nlri.labels()))?;
    }
    Ok(())
}

/// The fields of EVPN routes other than labels.
macro_rules! evpn_routes {
    (@form $field:expr) => { &$field };
    (@form $field:expr, $form:ident) => { &$form(&$field) };
    ($($variant:ident($type:ty): $($field:ident $(as $form:ident)?),*;)*) => {
        fn evpn_fields<M: SerializeMap>(map: &mut M, route: &evpn::Route<'_>) -> Result<(), M::Error> {
            match route {$(
                evpn::Route::$variant(route) => {
                    $(map.serialize_entry(stringify!($field), evpn_routes!(@form route.$field $(, $form)?))?;)*
                }
            )*}
            Ok(())
        }

        $(/// Its fields, of which those with labels are one list.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                fields(&mut map, &Nlri::Evpn((*self).into()))?;
                map.end()
            }
        })*
    };
}
evpn_routes! {
    EthernetAutoDiscovery(evpn::EthernetAutoDiscoveryRoute): rd, esi, ethernet_tag;
    MacIp(MacIpRoute): rd, esi, ethernet_tag, mac, ip;
    InclusiveMulticast(evpn::InclusiveMulticastRoute): rd, ethernet_tag, originator;
    EthernetSegment(evpn::EthernetSegmentRoute): rd, esi, originator;
    IpPrefix(evpn::IpPrefixRoute): rd, esi, ethernet_tag, prefix, gateway;
    SelectiveMulticast(evpn::SelectiveMulticastRoute): rd, ethernet_tag, source, group, originator, flags;
    MembershipReportSynch(evpn::MembershipReportSynchRoute):
        rd, esi, ethernet_tag, source, group, originator, flags;
    LeaveSynch(evpn::LeaveSynchRoute):
        rd, esi, ethernet_tag, source, group, originator, reserved as Hex, maximum_response_time, flags;
    PerRegion(evpn::PerRegionRoute): rd, ethernet_tag, region;
    SPmsi(evpn::SPmsiRoute): rd, ethernet_tag, source, group, originator;
    Leaf(evpn::LeafRoute<'_>): route_key as Hex, originator;
    Unknown(evpn::UnknownRoute<'_>): value as Hex;
}

/// A MAC/IP route with its labels as a list.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "MacIpRoute")]
pub(super) struct MacIpForm {
    rd: RouteDistinguisher,
    #[serde(default)]
    esi: EthernetSegmentId,
    #[serde(default)]
    ethernet_tag: EthernetTag,
    mac: MacAddr,
    ip: Option<core::net::IpAddr>,
    labels: Labels,
}

impl From<MacIpForm> for MacIpRoute {
    fn from(form: MacIpForm) -> Self {
        let MacIpForm { rd, esi, ethernet_tag, mac, ip, labels: Labels(label1, label2) } = form;
        Self { rd, esi, ethernet_tag, mac, ip, label1, label2 }
    }
}

/// One label or two.
struct Labels(LabelField, Option<LabelField>);

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrTwo;
        impl<'de> Visitor<'de> for OneOrTwo {
            type Value = Labels;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of one label or two")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut labels: A) -> Result<Labels, A::Error> {
                use serde::de::Error;
                let first = labels.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                Ok(Labels(first, labels.next_element()?))
            }
        }
        deserializer.deserialize_seq(OneOrTwo)
    }
}

/// The label of a route that always has one, from a list like the labels of all others.
pub(super) fn one_label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LabelField, D::Error> {
    <[LabelField; 1]>::deserialize(deserializer).map(|[label]| label)
}

/// Its type by name, or by number if it has none, and what it says; MP_REACH_NLRI and MP_UNREACH_NLRI without the routes.
impl Serialize for Attribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kind = self.kind();
        match kind.name() {
            Some(name) => map.serialize_entry("type", name)?,
            None => map.serialize_entry("type", &kind.0)?,
        }
        match self {
            Self::Origin(origin) => map.serialize_entry("value", origin),
            Self::AsPath(path) | Self::As4Path(path) => map.serialize_entry("segments", path),
            Self::NextHop(address) | Self::OriginatorId(address) => map.serialize_entry("value", address),
            Self::MultiExitDisc(number) | Self::LocalPref(number) => map.serialize_entry("value", number),
            Self::AtomicAggregate => Ok(()),
            Self::Aggregator(aggregator) | Self::As4Aggregator(aggregator) => {
                map.serialize_entry("asn", &aggregator.asn)?;
                map.serialize_entry("address", &aggregator.address)
            }
            Self::Communities(communities) => map.serialize_entry("value", communities),
            Self::ClusterList(clusters) => map.serialize_entry("value", clusters),
            Self::ExtendedCommunities(communities) => map.serialize_entry("value", communities),
            Self::LargeCommunities(communities) => map.serialize_entry("value", communities),
            Self::Ipv6ExtendedCommunities(communities) => map.serialize_entry("value", communities),
            Self::MpReach(reach) => mp_reach(&mut map, reach),
            Self::MpUnreach(unreach) => map.serialize_entry("family", &unreach.family),
            Self::PmsiTunnel(tunnel) => pmsi_tunnel(&mut map, tunnel),
            Self::TunnelEncapsulation(tunnels) => map.serialize_entry("tunnels", &List(tunnels.tunnels())),
            Self::Aigp(aigp) => {
                map.serialize_entry("metric", &aigp.metric())?;
                map.serialize_entry("value", &Hex(aigp.bytes()))
            }
            Self::DPath(path) => map.serialize_entry("value", &List(path.domains())),
            Self::Raw(raw) => {
                map.serialize_entry("flags", &raw.flags.bits())?;
                map.serialize_entry("value", &Hex(raw.value))
            }
        }?;
        map.end()
    }
}

fn mp_reach<M: SerializeMap>(map: &mut M, reach: &MpReach<'_>) -> Result<(), M::Error> {
    map.serialize_entry("family", &reach.family)?;
    map.serialize_entry("next_hop", &reach.next_hop)?;
    match reach.next_hop {
        NextHop::Ipv6 { link_local: Some(address), .. }
        | NextHop::VpnIpv6 { link_local: Some((_, address)), .. } => {
            map.serialize_entry("link_local", &address)
        }
        _ => Ok(()),
    }
}

fn pmsi_tunnel<M: SerializeMap>(map: &mut M, tunnel: &PmsiTunnel<'_>) -> Result<(), M::Error> {
    map.serialize_entry("flags", &tunnel.flags.bits())?;
    map.serialize_entry("tunnel_type", &tunnel.tunnel_type)?;
    map.serialize_entry("label", &tunnel.label)?;
    map.serialize_entry("identifier", &Hex(tunnel.identifier))?;
    map.serialize_entry("endpoint", &tunnel.endpoint())
}

/// Its segments.
impl Serialize for AsPath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.segments())
    }
}

/// What it is, and its AS numbers.
impl Serialize for Segment<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match self.kind {
            SegmentType::SET => "set",
            SegmentType::SEQUENCE => "sequence",
            SegmentType::CONFEDERATION_SEQUENCE => "confederation_sequence",
            SegmentType::CONFEDERATION_SET => "confederation_set",
            _ => return Err(S::Error::custom("a segment of a type that no path has")),
        };
        let mut segment = serializer.serialize_struct("Segment", 2)?;
        segment.serialize_field("type", kind)?;
        segment.serialize_field("numbers", &List(self.numbers()))?;
        segment.end()
    }
}

/// What kind of tunnel, and its sub-TLVs.
impl Serialize for Tunnel<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tunnel = serializer.serialize_struct("Tunnel", 2)?;
        tunnel.serialize_field("type", &self.tunnel_type)?;
        tunnel.serialize_field("sub_tlvs", &List(self.sub_tlvs()))?;
        tunnel.end()
    }
}

/// Its type as a number, and its octets.
impl Serialize for SubTlv<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sub_tlv = serializer.serialize_struct("SubTlv", 2)?;
        sub_tlv.serialize_field("type", &self.kind)?;
        sub_tlv.serialize_field("value", &Hex(self.value))?;
        sub_tlv.end()
    }
}

/// What an iterator yields.
struct List<I>(I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for List<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// Octets as two digits each.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

as_text!(Hex<'_>);

/// Four octets from two digits each.
pub(super) fn four_octets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 4], D::Error> {
    const EXPECTED: &str = "eight hex digits";
    struct Four([u8; 4]);
    impl core::str::FromStr for Four {
        type Err = ValueError;
        fn from_str(text: &str) -> Result<Self, ValueError> {
            let syntax = ValueError::Syntax { what: "a row of octets", expected: EXPECTED };
            let is_hex = text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
            let number = is_hex.then(|| u32::from_str_radix(text, 16).ok()).flatten().ok_or(syntax)?;
            Ok(Self(number.to_be_bytes()))
        }
    }
    deserialize_text(deserializer, EXPECTED).map(|Four(octets)| octets)
}
