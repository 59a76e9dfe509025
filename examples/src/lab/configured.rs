//! What Contrail's device manager would configure for a fabric, read off the routes and traces that the model expects: who
//! takes part in which network with which VNI and route target, and the MAC addresses that are not written down.

use std::collections::HashMap;
use std::net::IpAddr;

use contrail_model::Trace;
use contrail_model::document::{Document, LogicalRouter, Network, Subnet};
use contrail_model::routes::{Destination, Origin, RouteEntry, Routes};
use contrail_wire::bgp::evpn::{IpPrefixRoute, MacIpRoute, Route as EvpnRoute};
use contrail_wire::bgp::{ExtendedCommunityKind, PmsiFlags, TunnelType};
use contrail_wire::{Header, MacAddr, RouteDistinguisher};
use ipnet::IpNet;

/// The MAC address that all gateways have on ERB leaves.
pub(super) const GATEWAY: MacAddr = MacAddr::new([0x00, 0x00, 0x5e, 0x01, 0x00, 0x01]);

/// A network at a device, or at a service node.
pub(super) struct Segment {
    pub(super) network: String,
    pub(super) vni: u32,
    pub(super) target: String,
}

/// A logical router's VRF at a device or hypervisor.
#[derive(Clone)]
pub(super) struct Vrf {
    pub(super) router: String,
    pub(super) vni: u32,
    pub(super) target: String,
    pub(super) rd: RouteDistinguisher,
    pub(super) router_mac: MacAddr,
}

/// A fabric as its devices have it.
pub(super) struct Configured<'d> {
    pub(super) document: &'d Document,
    pub(super) routes: Routes,
    /// By who sends on which link.
    macs: HashMap<(String, String), MacAddr>,
}

impl<'d> Configured<'d> {
    pub(super) fn new(document: &'d Document, routes: Routes, traces: &[Trace]) -> Self {
        let mut macs = HashMap::new();
        for frame in traces.iter().flat_map(Trace::frames) {
            if let Some(Header::Ethernet(ethernet)) = frame.packet.headers().next().map(|it| *it.header()) {
                for name in [&*frame.link].into_iter().chain(frame.link.split(" - ")) {
                    let sender = (frame.from.to_string(), name.to_owned());
                    macs.entry(sender).or_insert(ethernet.source_address);
                }
            }
        }
        Self { document, routes, macs }
    }

    /// The MAC address that a trace predicts for who sends on a link, named as in the trace or by a port that it is in.
    pub(super) fn mac(&self, sender: &str, link: &str) -> Option<MacAddr> {
        self.macs.get(&(sender.to_owned(), link.to_owned())).copied()
    }

    pub(super) fn network(&self, name: &str) -> Option<&'d Network> {
        self.document.networks.iter().find(|network| network.name == name)
    }

    /// The subnet of a network that an address is in, with its prefix.
    pub(super) fn subnet(&self, network: &str, address: &str) -> Option<(&'d Subnet, IpNet)> {
        let address: IpAddr = address.parse().ok()?;
        let subnets = self.network(network)?.subnets.iter();
        let parsed = subnets.filter_map(|subnet| Some((subnet, subnet.prefix.parse::<IpNet>().ok()?)));
        parsed.into_iter().find(|(_, prefix)| prefix.contains(&address))
    }

    /// Who has the end of tunnels at an address.
    pub(super) fn name_of(&self, end: IpAddr) -> String {
        let entry = self.routes.entries.iter().find(|entry| entry.next_hop == end);
        entry.map_or_else(|| end.to_string(), |entry| entry.speaker.to_string())
    }

    /// The networks that a device or service node takes part in over VXLAN: those that it announces type 3 for.
    pub(super) fn segments(&self, speaker: &str) -> Vec<Segment> {
        let segments = self.routes.of(speaker).filter_map(|entry| {
            let Destination::Evpn(EvpnRoute::InclusiveMulticast(_)) = entry.destination else { return None };
            let Origin::Network(network) = &entry.origin else { return None };
            let vni = entry.replication.as_ref()?.label.vni().get();
            Some(Segment { network: network.to_string(), vni, target: target(entry)? })
        });
        segments.collect()
    }

    /// The VRFs that a device or hypervisor announces type 5 from.
    pub(super) fn vrfs(&self, speaker: &str) -> Vec<Vrf> {
        let mut vrfs: Vec<Vrf> = Vec::new();
        for (entry, route) in self.prefixes(speaker) {
            let vni = route.label.vni().get();
            let router = self.document.logical_routers.iter().find(|router| router.vni == Some(vni.into()));
            let (Some(router), Some(target), Some(router_mac)) = (router, target(entry), router_mac(entry))
            else {
                continue;
            };
            if !vrfs.iter().any(|vrf| vrf.vni == vni) {
                vrfs.push(Vrf { router: router.name.clone(), vni, target, rd: route.rd, router_mac });
            }
        }
        vrfs
    }

    /// Its type-5 routes.
    pub(super) fn prefixes(&self, speaker: &str) -> impl Iterator<Item = (&RouteEntry, IpPrefixRoute)> {
        self.routes.of(speaker).filter_map(prefix)
    }

    /// The type-5 routes that are announced with a VNI.
    pub(super) fn prefixes_with(&self, vni: u32) -> impl Iterator<Item = (&RouteEntry, IpPrefixRoute)> {
        let prefixes = self.routes.entries.iter().filter_map(prefix);
        prefixes.filter(move |(_, route)| route.label.vni().get() == vni)
    }

    /// The MAC addresses that are announced with a VNI.
    pub(super) fn macs(&self, vni: u32) -> impl Iterator<Item = (&RouteEntry, MacIpRoute)> {
        let is_in_vxlan = |entry: &&RouteEntry| {
            entry.communities.iter().any(|community| community.encapsulation() == Some(TunnelType::VXLAN))
        };
        self.routes.entries.iter().filter(is_in_vxlan).filter_map(move |entry| match entry.destination {
            Destination::Evpn(EvpnRoute::MacIp(route)) if route.label1.vni().get() == vni => {
                Some((entry, route))
            }
            _ => None,
        })
    }

    /// Those of them that vRouters announce for workloads.
    pub(super) fn workloads(&self, vni: u32) -> impl Iterator<Item = MacIpRoute> {
        let announced = self.macs(vni).filter(|(entry, _)| matches!(entry.origin, Origin::Workload(_)));
        announced.map(|(_, route)| route)
    }

    /// Whether it is the end of tunnels of a vRouter that has broadcasts of a VNI by a tree that vRouters have of their own.
    pub(super) fn replicates_at_edge(&self, end: IpAddr, vni: u32) -> bool {
        self.routes.entries.iter().filter(|entry| entry.next_hop == end).any(|entry| {
            let replication = entry.replication.as_ref();
            replication.is_some_and(|it| {
                it.flags.contains(PmsiFlags::EDGE_REPLICATION) && it.label.vni().get() == vni
            })
        })
    }

    /// The addresses of a network with their MAC addresses: gateways, and servers whose MAC address is given.
    pub(super) fn macs_in(&self, network: &str) -> Vec<(String, MacAddr)> {
        let subnets = self.network(network).into_iter().flat_map(|network| &network.subnets);
        let gateways = subnets.filter_map(|subnet| Some((subnet.gateway.clone()?, GATEWAY)));
        let servers = self.document.servers.iter();
        let interfaces = servers.flat_map(|server| server.addresses.iter().chain(&server.vhost0));
        let here = interfaces.filter(|interface| interface.network == network);
        let given = here.filter_map(|it| Some((it.address.clone(), it.mac.as_ref()?.parse().ok()?)));
        gateways.chain(given).collect()
    }

    /// Whether a device has the gateway of a network: in the underlay's table, or in a VRF.
    pub(super) fn is_routed(&self, device: &str, network: &str) -> bool {
        let in_underlay =
            self.network(network).is_some_and(|network| network.underlay_irb.iter().any(|at| at == device));
        in_underlay || self.router_on(device, network).is_some()
    }

    /// The end of tunnels where the gateway of a network is, if a device announces it.
    pub(super) fn gateway_at(&self, network: &str) -> Option<IpAddr> {
        let is_gateway =
            |entry: &&RouteEntry| matches!(&entry.origin, Origin::Gateway(of) if **of == *network);
        self.routes.entries.iter().find(is_gateway).map(|entry| entry.next_hop)
    }

    /// The logical routers that join a network.
    pub(super) fn routers_of(&self, network: &str) -> impl Iterator<Item = &'d LogicalRouter> {
        let joins = move |router: &&LogicalRouter| router.networks.iter().any(|joined| joined == network);
        self.document.logical_routers.iter().filter(joins)
    }

    /// The logical router whose VRF on a device routes a network.
    pub(super) fn router_on(&self, device: &str, network: &str) -> Option<&'d LogicalRouter> {
        self.routers_of(network).find(|router| router.extended_to.iter().any(|at| at == device))
    }
}

fn prefix(entry: &RouteEntry) -> Option<(&RouteEntry, IpPrefixRoute)> {
    match entry.destination {
        Destination::Evpn(EvpnRoute::IpPrefix(route)) => Some((entry, route)),
        _ => None,
    }
}

fn target(entry: &RouteEntry) -> Option<String> {
    let target = entry.communities.iter().find(|community| community.route_target().is_some())?;
    target.to_string().strip_prefix("target:").map(str::to_owned)
}

pub(super) fn router_mac(entry: &RouteEntry) -> Option<MacAddr> {
    entry.communities.iter().find_map(|community| match community.kind() {
        ExtendedCommunityKind::RouterMac(mac) => Some(mac),
        _ => None,
    })
}
