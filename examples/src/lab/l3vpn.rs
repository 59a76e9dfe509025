//! What L3VPN routes make of the VRFs of vRouters and DC gateways: labels that lead into them, and tunnels out of them.

use std::net::{IpAddr, Ipv4Addr};

use contrail_model::routes::{Destination, Origin, RouteEntry};
use contrail_wire::bgp::TunnelType;
use contrail_wire::policy::Policy;
use contrail_wire::{Encapsulation, IpNet, Label, RouteTarget, Template};

use super::configured::{Configured, Vrf};

// As documents spell them.
const MPLS_OVER_UDP: &str = "MPLSoUDP";
const MPLS_OVER_GRE: &str = "MPLSoGRE";
const VXLAN: &str = "VXLAN";

/// A VRF that takes part in L3VPN.
pub(super) struct LabelledVrf {
    pub(super) vrf: Vrf,
    /// What others put in front of packets for it.
    pub(super) labels: Vec<Label>,
    /// Routes of others, each prefix once.
    pub(super) routes: Vec<LabelledRoute>,
}

/// Where packets for a prefix go.
pub(super) struct LabelledRoute {
    pub(super) prefix: IpNet,
    pub(super) next_hop: Ipv4Addr,
    pub(super) tunnel: Template,
}

/// What an L3VPN route says.
struct Said<'r> {
    entry: &'r RouteEntry,
    prefix: IpNet,
    label: Label,
    next_hop: Ipv4Addr,
}

impl Configured<'_> {
    /// The VRFs of a vRouter or DC gateway in which others are reached by L3VPN.
    pub(super) fn labelled_vrfs(&self, speaker: &str) -> Vec<LabelledVrf> {
        self.vrfs(speaker).into_iter().filter_map(|vrf| self.labelled(speaker, vrf)).collect()
    }

    fn labelled(&self, speaker: &str, vrf: Vrf) -> Option<LabelledVrf> {
        let own: Vec<Said<'_>> = self.l3vpn().filter(|said| self.is_of(said, speaker, &vrf)).collect();
        let local = own.first()?.next_hop;
        let mut routes: Vec<LabelledRoute> = Vec::new();
        for said in self.l3vpn().filter(|said| self.is_imported(said, speaker, &own)) {
            let Said { prefix, next_hop, .. } = said;
            if routes.iter().all(|route| route.prefix != prefix) {
                let tunnel = self.tunnel(&said)?.ipv4(local, next_hop).policy(Policy::VROUTER);
                routes.push(LabelledRoute { prefix, next_hop, tunnel });
            }
        }
        let labels = own.iter().map(|said| said.label).collect();
        (!routes.is_empty()).then_some(LabelledVrf { vrf, labels, routes })
    }

    /// Whether it is another's with a route target of those of a VRF, which has none for the prefix. Where VXLAN is preferred,
    /// vRouters reach each other by type 2.
    fn is_imported(&self, said: &Said<'_>, speaker: &str, own: &[Said<'_>]) -> bool {
        let is_vrouter = |name: &str| self.document.servers.iter().any(|server| server.name == name);
        let prefers_vxlan = self.document.encapsulation_priority.first().is_some_and(|first| first == VXLAN);
        let is_by_type_2 = prefers_vxlan && is_vrouter(speaker) && is_vrouter(&said.entry.speaker);
        let mut targets = own.iter().flat_map(Said::targets);
        targets.any(|target| said.targets().any(|other| other == target))
            && !own.iter().any(|own| own.prefix == said.prefix)
            && !is_by_type_2
    }

    fn l3vpn(&self) -> impl Iterator<Item = Said<'_>> {
        self.routes.entries.iter().filter_map(|entry| {
            let (Destination::Vpn { label, prefix, .. }, IpAddr::V4(next_hop)) =
                (entry.destination, entry.next_hop)
            else {
                return None;
            };
            Some(Said { entry, prefix, label: label.mpls_label(), next_hop })
        })
    }

    /// Whether it is announced out of a VRF of a speaker.
    fn is_of(&self, said: &Said<'_>, speaker: &str, vrf: &Vrf) -> bool {
        let joins = |network: &str| self.routers_of(network).any(|router| router.name == vrf.router);
        let workload = |name: &str| self.document.workloads.iter().find(|workload| workload.name == name);
        *said.entry.speaker == *speaker
            && match &said.entry.origin {
                Origin::Router { name, .. } => **name == *vrf.router,
                Origin::Workload(name) => workload(name).is_some_and(|workload| joins(&workload.network)),
                _ => false,
            }
    }

    /// The first tunnel of the fabric's priorities that a route offers. One that says nothing offers GRE, and priorities that
    /// have none for L3VPN stand for it.
    fn tunnel(&self, said: &Said<'_>) -> Option<Encapsulation> {
        let mut offered: Vec<TunnelType> =
            said.entry.communities.iter().filter_map(|community| community.encapsulation()).collect();
        if offered.is_empty() {
            offered.push(TunnelType::GRE);
        }
        let given = &self.document.encapsulation_priority;
        let last = if given.is_empty() { MPLS_OVER_UDP } else { MPLS_OVER_GRE };
        given.iter().map(String::as_str).chain([last]).find_map(|name| match name {
            MPLS_OVER_UDP if offered.contains(&TunnelType::MPLS_IN_UDP) => {
                Some(Encapsulation::mpls_over_udp(said.label))
            }
            MPLS_OVER_GRE if offered.contains(&TunnelType::GRE) => {
                Some(Encapsulation::mpls_over_gre(said.label))
            }
            _ => None,
        })
    }
}

impl LabelledVrf {
    /// Those of its routes.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = IpNet> {
        self.routes.iter().map(|route| route.prefix)
    }
}

impl Said<'_> {
    fn targets(&self) -> impl Iterator<Item = RouteTarget> {
        self.entry.communities.iter().filter_map(|community| community.route_target())
    }
}
