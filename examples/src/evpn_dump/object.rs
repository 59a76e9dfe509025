//! BGP as JSON objects.

use std::fmt;

use contrail_wire::LabelField;
use contrail_wire::bgp::evpn::Route as EvpnRoute;
use contrail_wire::bgp::{
    AsPath, Attribute, Error, Message, NextHop, Nlri, Open, Origin, Route, SegmentType, TunnelEncapsulation,
    Update,
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A message: its type, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct MessageObject<'a>(pub Message<'a>);

/// A route: one of EVPN with its type as a number, any other with its family.
#[derive(Clone, Copy, Debug)]
pub struct RouteObject<'a>(pub Route<'a>);

/// A path attribute: its type, and what it says; that of MP_REACH_NLRI and MP_UNREACH_NLRI without the routes.
#[derive(Clone, Copy, Debug)]
pub struct AttributeObject<'a>(pub Attribute<'a>);

/// What is wrong: with which part, where it starts, what, and what has to be done about it if that is known.
#[derive(Debug, Serialize)]
pub struct ErrorObject {
    layer: &'static str,
    offset: usize,
    message: String,
    disposition: Option<String>,
}

impl ErrorObject {
    /// An error that is none of BGP.
    pub fn new(layer: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { layer, offset, message: message.into(), disposition: None }
    }
}

impl From<Error> for ErrorObject {
    fn from(error: Error) -> Self {
        let disposition = Some(error.disposition.to_string());
        Self {
            layer: error.layer.name(),
            offset: error.offset,
            message: error.problem.to_string(),
            disposition,
        }
    }
}

impl Serialize for MessageObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.0 {
            Message::Open(open) => open_entries(&mut map, open),
            Message::Update(update) => update_entries(&mut map, update),
            Message::Notification(notification) => {
                map.serialize_entry("type", "notification")?;
                map.serialize_entry("code", &notification.code)?;
                map.serialize_entry("subcode", &notification.subcode)?;
                map.serialize_entry("message", &Text(notification))?;
                map.serialize_entry("data", &Hex(notification.data))
            }
            Message::Keepalive => map.serialize_entry("type", "keepalive"),
            Message::RouteRefresh(refresh) => {
                map.serialize_entry("type", "route_refresh")?;
                map.serialize_entry("family", &Text(refresh.family))?;
                map.serialize_entry("subtype", &refresh.subtype)
            }
        }?;
        map.end()
    }
}

fn open_entries<M: SerializeMap>(map: &mut M, open: &Open<'_>) -> Result<(), M::Error> {
    let capabilities: Vec<_> = open.capabilities.iter().map(|capability| Text(capability.code())).collect();
    map.serialize_entry("type", "open")?;
    map.serialize_entry("asn", &open.asn())?;
    map.serialize_entry("hold_time", &open.hold_time)?;
    map.serialize_entry("identifier", &open.identifier)?;
    map.serialize_entry("capabilities", &capabilities)
}

fn update_entries<M: SerializeMap>(map: &mut M, update: &Update<'_>) -> Result<(), M::Error> {
    let session = update.session();
    let attributes = update.attributes().flatten().filter_map(|attribute| attribute.decode(&session).ok());
    let mut errors: Vec<ErrorObject> = Vec::new();
    update.validate(|error| errors.push(error.into()));
    map.serialize_entry("type", "update")?;
    map.serialize_entry("routes", &List(update.announced().flatten().map(RouteObject)))?;
    map.serialize_entry("withdrawn", &List(update.withdrawn().flatten().map(RouteObject)))?;
    map.serialize_entry("attributes", &List(attributes.map(AttributeObject)))?;
    map.serialize_entry("errors", &errors)
}

impl Serialize for RouteObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.0.nlri {
            Nlri::Evpn(route) => {
                map.serialize_entry("type", &route.route_type().0)?;
                evpn_entries(&mut map, route)?;
            }
            nlri => {
                map.serialize_entry("family", &Text(nlri.family()))?;
                match nlri {
                    Nlri::Vpn(route) => {
                        map.serialize_entry("rd", &route.rd)?;
                        map.serialize_entry("prefix", &Text(route.prefix))?;
                    }
                    Nlri::Unicast(prefix) => map.serialize_entry("prefix", &Text(prefix))?,
                    Nlri::RouteTarget(route) => {
                        map.serialize_entry("prefix_length", &route.prefix_length())?;
                        map.serialize_entry("origin_as", &route.origin_as())?;
                        map.serialize_entry("route_target", &route.route_target())?;
                    }
                    Nlri::Unknown { bytes, .. } => map.serialize_entry("value", &Hex(bytes))?,
                    other => map.serialize_entry("text", &Text(other))?,
                }
            }
        }
        let labels = labels_of(&self.0.nlri);
        if !labels.is_empty() {
            map.serialize_entry("labels", &List(labels.into_iter().map(LabelObject::from)))?;
        }
        if let Some(path_id) = self.0.path_id {
            map.serialize_entry("path_id", &path_id)?;
        }
        map.end()
    }
}

/// The label fields of a route, in its order.
pub fn labels_of(route: &Nlri<'_>) -> Vec<LabelField> {
    match route {
        Nlri::Vpn(route) => route.labels.to_vec(),
        Nlri::Evpn(EvpnRoute::EthernetAutoDiscovery(route)) => vec![route.label],
        Nlri::Evpn(EvpnRoute::MacIp(route)) => [route.label1].into_iter().chain(route.label2).collect(),
        Nlri::Evpn(EvpnRoute::IpPrefix(route)) => vec![route.label],
        _ => Vec::new(),
    }
}

fn evpn_entries<M: SerializeMap>(map: &mut M, route: &EvpnRoute<'_>) -> Result<(), M::Error> {
    match route {
        EvpnRoute::EthernetAutoDiscovery(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("esi", &route.esi)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)
        }
        EvpnRoute::MacIp(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("esi", &route.esi)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("mac", &route.mac)?;
            map.serialize_entry("ip", &route.ip)
        }
        EvpnRoute::InclusiveMulticast(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("originator", &route.originator)
        }
        EvpnRoute::EthernetSegment(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("esi", &route.esi)?;
            map.serialize_entry("originator", &route.originator)
        }
        EvpnRoute::IpPrefix(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("esi", &route.esi)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("prefix", &Text(route.prefix))?;
            map.serialize_entry("gateway", &route.gateway)
        }
        EvpnRoute::SelectiveMulticast(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("source", &route.source)?;
            map.serialize_entry("group", &route.group)?;
            map.serialize_entry("originator", &route.originator)?;
            map.serialize_entry("flags", &route.flags.bits())
        }
        EvpnRoute::MembershipReportSynch(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("esi", &route.esi)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("source", &route.source)?;
            map.serialize_entry("group", &route.group)?;
            map.serialize_entry("originator", &route.originator)?;
            map.serialize_entry("flags", &route.flags.bits())
        }
        EvpnRoute::LeaveSynch(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("esi", &route.esi)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("source", &route.source)?;
            map.serialize_entry("group", &route.group)?;
            map.serialize_entry("originator", &route.originator)?;
            map.serialize_entry("reserved", &Hex(&route.reserved))?;
            map.serialize_entry("maximum_response_time", &route.maximum_response_time)?;
            map.serialize_entry("flags", &route.flags.bits())
        }
        EvpnRoute::PerRegion(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("region", &route.region)
        }
        EvpnRoute::SPmsi(route) => {
            map.serialize_entry("rd", &route.rd)?;
            map.serialize_entry("ethernet_tag", &route.ethernet_tag)?;
            map.serialize_entry("source", &route.source)?;
            map.serialize_entry("group", &route.group)?;
            map.serialize_entry("originator", &route.originator)
        }
        EvpnRoute::Leaf(route) => {
            map.serialize_entry("route_key", &Hex(route.route_key))?;
            map.serialize_entry("originator", &route.originator)
        }
        EvpnRoute::Unknown(route) => map.serialize_entry("value", &Hex(route.value)),
        other => map.serialize_entry("text", &Text(other)),
    }
}

impl Serialize for AttributeObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kind = self.0.kind();
        match kind.name() {
            Some(name) => map.serialize_entry("type", name)?,
            None => map.serialize_entry("type", &kind.0)?,
        }
        match &self.0 {
            Attribute::Origin(origin) => map.serialize_entry("value", origin_name(*origin)),
            Attribute::AsPath(path) | Attribute::As4Path(path) => as_path_entries(&mut map, *path),
            Attribute::NextHop(address) | Attribute::OriginatorId(address) => {
                map.serialize_entry("value", address)
            }
            Attribute::MultiExitDisc(number) | Attribute::LocalPref(number) => {
                map.serialize_entry("value", number)
            }
            Attribute::AtomicAggregate => Ok(()),
            Attribute::Aggregator(aggregator) | Attribute::As4Aggregator(aggregator) => {
                map.serialize_entry("asn", &aggregator.asn)?;
                map.serialize_entry("address", &aggregator.address)
            }
            Attribute::Communities(communities) => map.serialize_entry("value", communities),
            Attribute::ClusterList(clusters) => map.serialize_entry("value", clusters),
            Attribute::ExtendedCommunities(communities) => map.serialize_entry("value", communities),
            Attribute::LargeCommunities(communities) => map.serialize_entry("value", communities),
            Attribute::Ipv6ExtendedCommunities(communities) => {
                map.serialize_entry("value", &List(communities.iter().map(Text)))
            }
            Attribute::MpReach(reach) => {
                map.serialize_entry("family", &Text(reach.family))?;
                map.serialize_entry("next_hop", &Text(reach.next_hop))?;
                match reach.next_hop {
                    NextHop::Ipv6 { link_local: Some(address), .. }
                    | NextHop::VpnIpv6 { link_local: Some((_, address)), .. } => {
                        map.serialize_entry("link_local", &address)
                    }
                    _ => Ok(()),
                }
            }
            Attribute::MpUnreach(unreach) => map.serialize_entry("family", &Text(unreach.family)),
            Attribute::PmsiTunnel(tunnel) => {
                map.serialize_entry("flags", &tunnel.flags.bits())?;
                map.serialize_entry("tunnel_type", &Text(tunnel.tunnel_type))?;
                map.serialize_entry("label", &LabelObject::from(tunnel.label))?;
                map.serialize_entry("identifier", &Hex(tunnel.identifier))?;
                map.serialize_entry("endpoint", &tunnel.endpoint())
            }
            Attribute::TunnelEncapsulation(tunnels) => tunnel_entries(&mut map, *tunnels),
            Attribute::Aigp(value) => map.serialize_entry("value", &Hex(value)),
            Attribute::DPath(path) => map.serialize_entry("value", &List(path.domains().map(Text))),
            Attribute::Raw(raw) => {
                map.serialize_entry("flags", &raw.flags.bits())?;
                map.serialize_entry("value", &Hex(raw.value))
            }
            other => map.serialize_entry("text", &format!("{other:?}")),
        }?;
        map.end()
    }
}

const fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Igp => "igp",
        Origin::Egp => "egp",
        Origin::Incomplete => "incomplete",
    }
}

fn as_path_entries<M: SerializeMap>(map: &mut M, path: AsPath<'_>) -> Result<(), M::Error> {
    #[derive(Serialize)]
    struct Object {
        r#type: &'static str,
        numbers: Vec<u32>,
    }
    let segments = path.segments().map(|segment| Object {
        r#type: match segment.kind {
            SegmentType::SET => "set",
            SegmentType::SEQUENCE => "sequence",
            SegmentType::CONFEDERATION_SEQUENCE => "confederation_sequence",
            _ => "confederation_set",
        },
        numbers: segment.numbers().collect(),
    });
    map.serialize_entry("segments", &List(segments))
}

fn tunnel_entries<M: SerializeMap>(map: &mut M, tunnels: TunnelEncapsulation<'_>) -> Result<(), M::Error> {
    #[derive(Serialize)]
    struct SubTlv<'a> {
        r#type: u8,
        value: Hex<'a>,
    }
    #[derive(Serialize)]
    struct Tunnel<'a> {
        r#type: Text<contrail_wire::bgp::TunnelType>,
        sub_tlvs: Vec<SubTlv<'a>>,
    }
    let tunnels = tunnels.tunnels().map(|tunnel| Tunnel {
        r#type: Text(tunnel.tunnel_type),
        sub_tlvs: tunnel.sub_tlvs().map(|it| SubTlv { r#type: it.kind, value: Hex(it.value) }).collect(),
    });
    map.serialize_entry("tunnels", &List(tunnels))
}

/// A label field in all its readings; the route alone does not say which is meant.
#[derive(Serialize)]
struct LabelObject {
    raw: u32,
    vni: u32,
    mpls: u32,
}

impl From<LabelField> for LabelObject {
    fn from(field: LabelField) -> Self {
        Self { raw: field.get(), vni: field.vni().get(), mpls: field.mpls_label().get() }
    }
}

/// As it is printed.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Octets as two digits each.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What an iterator yields.
struct List<I>(I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for List<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}
