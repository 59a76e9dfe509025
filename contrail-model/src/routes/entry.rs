//! One route of one speaker.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use contrail_wire::bgp::evpn::Route as EvpnRoute;
use contrail_wire::bgp::{
    AsPath, Attribute, ExtendedCommunity, NextHop, Nlri, Origin as BgpOrigin, PmsiFlags, PmsiTunnel,
    PmsiTunnelType, Route, TunnelType, Update, VpnRoute,
};
use contrail_wire::{IpNet, LabelField, RouteDistinguisher};

use super::observed::Said;
use crate::fabric::Name;

/// A route with its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteEntry {
    /// The device or server that announces it.
    pub speaker: Name,
    /// Where traffic goes: the speaker's end of tunnels.
    pub next_hop: IpAddr,
    /// The route itself.
    pub destination: Destination,
    /// How broadcasts reach the speaker, in routes of type 3.
    pub replication: Option<Replication>,
    /// Extended communities, in order.
    pub communities: Vec<ExtendedCommunity>,
    /// What it stands for.
    pub origin: Origin,
    /// Fields, as [`Changed::field`](super::Changed::field) calls them, that whoever showed the route does not show: they
    /// are no difference.
    pub not_shown: Vec<&'static str>,
}

/// What is announced; it borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// An EVPN route.
    Evpn(EvpnRoute<'static>),
    /// An L3VPN route.
    Vpn {
        /// Its one label.
        label: LabelField,
        /// Of the VRF.
        rd: RouteDistinguisher,
        /// The prefix.
        prefix: IpNet,
    },
    /// An address in the underlay.
    Unicast(IpNet),
}

/// A PMSI tunnel attribute that borrows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replication {
    /// What is asked of others.
    pub flags: PmsiFlags,
    /// What kind of tunnel.
    pub tunnel_type: PmsiTunnelType,
    /// Label or VNI of the network.
    pub label: LabelField,
    /// Which tunnel: where copies are sent to.
    pub identifier: Box<[u8]>,
}

/// The object of the fabric that a route comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A network that the speaker takes part in.
    Network(Name),
    /// A port group on several devices.
    PortGroup(Name),
    /// The gateway of a network.
    Gateway(Name),
    /// A server's interface.
    Server {
        /// The server.
        name: Name,
        /// The network that the interface is in.
        network: Name,
    },
    /// A workload.
    Workload(Name),
    /// A virtual service with a member on the speaker.
    VirtualService(Name),
    /// A subnet of a network that a logical router joins.
    Router {
        /// The logical router.
        name: Name,
        /// The network.
        network: Name,
    },
    /// A real speaker.
    Observed,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(name) => write!(f, "network {name}"),
            Self::PortGroup(name) => write!(f, "port group {name}"),
            Self::Gateway(network) => write!(f, "gateway of {network}"),
            Self::Server { name, network } => write!(f, "{name} in {network}"),
            Self::Workload(name) => write!(f, "workload {name}"),
            Self::VirtualService(name) => write!(f, "virtual service {name}"),
            Self::Router { name, network } => write!(f, "logical router {name}, network {network}"),
            Self::Observed => f.write_str("observed"),
        }
    }
}

impl Replication {
    /// Ingress replication to an address.
    pub(super) fn ingress(flags: PmsiFlags, label: LabelField, to: Ipv4Addr) -> Self {
        let tunnel_type = PmsiTunnelType::INGRESS_REPLICATION;
        Self { flags, tunnel_type, label, identifier: Box::new(to.octets()) }
    }

    /// As the attribute.
    pub const fn tunnel(&self) -> PmsiTunnel<'_> {
        let Self { flags, tunnel_type, label, identifier } = self;
        PmsiTunnel { flags: *flags, tunnel_type: *tunnel_type, label: *label, identifier }
    }
}

impl Destination {
    /// As `contrail-wire` has it.
    pub fn nlri(&self) -> Nlri<'_> {
        match self {
            Self::Evpn(route) => Nlri::Evpn(*route),
            Self::Vpn { label, rd, prefix } => {
                Nlri::Vpn(VpnRoute { labels: std::slice::from_ref(label), rd: *rd, prefix: *prefix })
            }
            Self::Unicast(prefix) => Nlri::Unicast(*prefix),
        }
    }

    /// The route's identity.
    pub fn key(&self) -> Nlri<'static> {
        match *self {
            Self::Evpn(route) => Nlri::Evpn(route).key(),
            Self::Vpn { rd, prefix, .. } => Nlri::Vpn(VpnRoute { labels: &[], rd, prefix }),
            Self::Unicast(prefix) => Nlri::Unicast(prefix),
        }
    }

    /// The same of a route that was read, if a fabric may have one of its kind.
    pub(super) fn of(nlri: &Nlri<'_>) -> Option<Self> {
        Some(match nlri {
            Nlri::Evpn(route) => Self::Evpn(match *route {
                EvpnRoute::EthernetAutoDiscovery(route) => route.into(),
                EvpnRoute::MacIp(route) => route.into(),
                EvpnRoute::InclusiveMulticast(route) => route.into(),
                EvpnRoute::EthernetSegment(route) => route.into(),
                EvpnRoute::IpPrefix(route) => route.into(),
                _ => return None,
            }),
            Nlri::Vpn(VpnRoute { labels: [label], rd, prefix }) => {
                Self::Vpn { label: *label, rd: *rd, prefix: *prefix }
            }
            Nlri::Unicast(prefix) => Self::Unicast(*prefix),
            _ => return None,
        })
    }
}

impl RouteEntry {
    /// As an UPDATE carries it.
    pub fn route(&self) -> Route<'_> {
        self.destination.nlri().into()
    }

    /// The route's identity.
    pub fn key(&self) -> Nlri<'static> {
        self.destination.key()
    }

    /// The next hop as the route's family has it: IPv6 prefixes have IPv4 next hops mapped (RFC 4659 section 3.2.1.2).
    pub fn bgp_next_hop(&self) -> NextHop<'static> {
        let is_v6 = match self.destination {
            Destination::Vpn { prefix, .. } | Destination::Unicast(prefix) => prefix.addr().is_ipv6(),
            Destination::Evpn(_) => false,
        };
        match self.next_hop {
            IpAddr::V4(address) if is_v6 => address.to_ipv6_mapped().into(),
            address => address.into(),
        }
    }

    /// The attributes as the speaker sends them within the AS, but for those that an
    /// [`UpdateBuilder`](contrail_wire::bgp::UpdateBuilder) makes of routes and next hop.
    pub fn attributes(&self) -> Vec<Attribute<'_>> {
        let mut attributes = vec![
            Attribute::Origin(BgpOrigin::Igp),
            Attribute::AsPath(AsPath::EMPTY),
            Attribute::LocalPref(100),
            Attribute::ExtendedCommunities(&self.communities),
        ];
        attributes.extend(self.replication.as_ref().map(|it| Attribute::PmsiTunnel(it.tunnel())));
        attributes
    }

    /// What a real speaker announces in an UPDATE, each with the path that it is.
    pub(super) fn observed<'u>(
        speaker: &Name,
        update: &Update<'u>,
    ) -> impl Iterator<Item = (Option<u32>, Self)> + use<'u> {
        let speaker = speaker.clone();
        let next_hop = update.next_hop().and_then(|next_hop| next_hop.address());
        let attributes = update.attributes().filter_map(Result::ok);
        let session = update.session();
        let Said { communities, replication } =
            Said::of(attributes.filter_map(|attribute| attribute.decode(&session).ok()));
        update.announced().filter_map(move |route| {
            let route = route.ok()?;
            let entry = Self {
                speaker: speaker.clone(),
                next_hop: next_hop?.to_canonical(),
                destination: Destination::of(&route.nlri)?,
                replication: replication.clone(),
                communities: communities.clone(),
                origin: Origin::Observed,
                not_shown: Vec::new(),
            };
            Some((route.path_id, entry))
        })
    }

    /// All that may change while it stays the same route, by name; empty where the route has none of it.
    pub(super) fn fields(&self) -> [(&'static str, String); 9] {
        let esi = match self.destination {
            Destination::Evpn(EvpnRoute::MacIp(route)) => Some(route.esi),
            Destination::Evpn(EvpnRoute::IpPrefix(route)) => Some(route.esi),
            _ => None,
        };
        let (label, second) = match self.destination {
            Destination::Evpn(EvpnRoute::MacIp(route)) => (Some(route.label1), route.label2),
            Destination::Evpn(EvpnRoute::IpPrefix(route)) => (Some(route.label), None),
            Destination::Evpn(EvpnRoute::EthernetAutoDiscovery(route)) => (Some(route.label), None),
            Destination::Vpn { label, .. } => (Some(label), None),
            Destination::Evpn(_) | Destination::Unicast(_) => (None, None),
        };
        let label = label.filter(|label| *label != LabelField::ZERO);
        let gateway = match self.destination {
            Destination::Evpn(EvpnRoute::IpPrefix(route)) => route.gateway,
            _ => None,
        };
        let text = |label: Option<LabelField>| label.map(|label| self.label_text(label)).unwrap_or_default();
        let replication = self.replication.as_ref().map(|replication| {
            let tunnel = replication.tunnel();
            let to = tunnel.endpoint().map(|to| format!(" to {to}")).unwrap_or_default();
            format!("{}{to}", tunnel.tunnel_type)
        });
        let replication_label = self.replication.as_ref().map(|replication| replication.label);
        let edge = |replication: &&Replication| replication.flags.contains(PmsiFlags::EDGE_REPLICATION);
        let edge = self.replication.as_ref().filter(edge).map(|_| "edge replication".to_owned());
        let communities: Vec<String> = self.communities.iter().map(ToString::to_string).collect();
        let esi = esi.filter(|esi| !esi.is_zero()).map(|esi| format!("segment {esi}"));
        [
            ("next_hop", format!("via {}", self.next_hop)),
            ("segment", esi.unwrap_or_default()),
            ("label", text(label)),
            ("second_label", text(second)),
            ("gateway", gateway.map(|gateway| format!("gateway {gateway}")).unwrap_or_default()),
            ("replication", replication.unwrap_or_default()),
            ("replication_label", text(replication_label)),
            ("replication_flags", edge.unwrap_or_default()),
            ("communities", communities.join(" ")),
        ]
    }

    /// A label field as the encapsulation reads it.
    fn label_text(&self, label: LabelField) -> String {
        let mut encapsulations = self.communities.iter().filter_map(|community| community.encapsulation());
        if encapsulations.any(TunnelType::has_vni) {
            format!("VNI {}", label.vni())
        } else {
            format!("label {}", label.mpls_label())
        }
    }
}

impl fmt::Display for RouteEntry {
    /// `10.255.0.11:7999:[3]:[5002]:[32]:[10.255.0.11] via 10.255.0.11, ... (network api)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key())?;
        for (index, (_, text)) in self.fields().iter().filter(|(_, text)| !text.is_empty()).enumerate() {
            write!(f, "{}{text}", if index == 0 { " " } else { ", " })?;
        }
        write!(f, " ({})", self.origin)
    }
}
