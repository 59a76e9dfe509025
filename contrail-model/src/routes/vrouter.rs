//! What vRouters announce: their workloads, the virtual services that these are members of, and the service node.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use contrail_wire::bgp::evpn::{InclusiveMulticastRoute, IpPrefixRoute, MacIpRoute};
use contrail_wire::bgp::{ExtendedCommunity, ExtendedCommunityKind, PmsiFlags, TunnelType};
use contrail_wire::{EthernetSegmentId, EthernetTag, Label, LabelField, MacAddr};

use super::Announcer;
use super::device::vxlan;
use super::entry::{Destination, Origin, Replication, RouteEntry};
use super::target::route_distinguisher;
use crate::fabric::{NetworkId, RouterId, ServerId, VROUTER_GATEWAY, WorkloadId};

/// A vRouter as a speaker.
struct Vrouter {
    server: ServerId,
    vhost0: Ipv4Addr,
    mac: MacAddr,
    /// The number of each VRF, from 1; that of the underlay is 0.
    networks: BTreeMap<NetworkId, usize>,
    routers: BTreeMap<RouterId, usize>,
}

/// An address that a vRouter answers for.
struct Host {
    network: NetworkId,
    mac: MacAddr,
    address: IpAddr,
    /// For packets, and for frames.
    labels: [Label; 2],
    origin: Origin,
}

impl Announcer<'_> {
    pub(super) fn vrouters(&mut self) {
        for (server, hosts) in self.hosts() {
            let Some(vrouter) = self.vrouter(server, hosts.iter().map(|host| host.network)) else { continue };
            if self.fabric.prefers_vxlan() {
                for network in vrouter.networks.keys() {
                    self.broadcast(&vrouter, *network, PmsiFlags::EDGE_REPLICATION);
                }
            }
            for host in &hosts {
                self.host(&vrouter, host);
            }
        }
        self.service_node();
    }

    /// The addresses of workloads and virtual services, by hypervisor.
    fn hosts(&self) -> BTreeMap<ServerId, Vec<Host>> {
        let fabric = self.fabric;
        let labels =
            |workload: WorkloadId| [fabric.workload_label(workload), fabric.workload_frame_label(workload)];
        let mut hosts: BTreeMap<ServerId, Vec<Host>> = BTreeMap::new();
        for (id, workload) in fabric.workloads.iter() {
            hosts.entry(workload.host).or_default().extend(workload.addresses().map(|at| Host {
                network: at.network,
                mac: at.mac,
                address: at.address,
                labels: labels(id),
                origin: Origin::Workload(workload.name.clone()),
            }));
        }
        for (_, service) in fabric.virtual_services.iter() {
            for member in &service.members {
                hosts.entry(fabric.workloads[*member].host).or_default().push(Host {
                    network: service.network,
                    mac: VROUTER_GATEWAY,
                    address: service.address,
                    labels: labels(*member),
                    origin: Origin::VirtualService(service.name.clone()),
                });
            }
        }
        hosts
    }

    fn vrouter(&self, server: ServerId, networks: impl Iterator<Item = NetworkId>) -> Option<Vrouter> {
        let fabric = self.fabric;
        // A server that is cut off announces nothing.
        fabric.leaves_of(server).next()?;
        let vhost0 = fabric.servers[server].vhost0.as_ref()?;
        let IpAddr::V4(address) = vhost0.address else { return None };
        let mut networks: BTreeMap<NetworkId, usize> = networks.map(|network| (network, 0)).collect();
        let routers = networks.keys().flat_map(|network| fabric.routers_of(*network));
        let mut routers: BTreeMap<RouterId, usize> = routers.map(|router| (*router, 0)).collect();
        let numbers = networks.values_mut().chain(routers.values_mut());
        numbers.zip(1..).for_each(|(number, next)| *number = next);
        Some(Vrouter { server, vhost0: address, mac: vhost0.mac, networks, routers })
    }

    /// Adds a route of a vRouter.
    fn by_vrouter(
        &mut self,
        vrouter: &Vrouter,
        destination: Destination,
        replication: Option<Replication>,
        communities: impl IntoIterator<Item = ExtendedCommunity>,
        origin: &Origin,
    ) {
        let fabric = self.fabric;
        let mut communities: Vec<_> = communities.into_iter().collect();
        communities.sort_unstable();
        let entry = RouteEntry {
            speaker: fabric.servers[vrouter.server].name.clone(),
            next_hop: vrouter.vhost0.into(),
            destination,
            replication,
            communities,
            origin: origin.clone(),
            not_shown: Vec::new(),
        };
        self.entries.push((fabric.devices.len() + vrouter.server.index(), entry));
    }

    /// Type 3.
    fn broadcast(&mut self, vrouter: &Vrouter, network: NetworkId, flags: PmsiFlags) {
        let at = &self.fabric.networks[network];
        let route = InclusiveMulticastRoute {
            rd: route_distinguisher(vrouter.vhost0, number(&vrouter.networks, &network)),
            ethernet_tag: EthernetTag::new(at.vni.get()),
            originator: vrouter.vhost0.into(),
        };
        let replication = Replication::ingress(flags, at.vni.into(), vrouter.vhost0);
        let communities = vxlan(self.fabric.network_target(network));
        let origin = Origin::Network(at.name.clone());
        self.by_vrouter(vrouter, Destination::Evpn(route.into()), Some(replication), communities, &origin);
    }

    /// All routes of an address.
    fn host(&mut self, vrouter: &Vrouter, host: &Host) {
        let fabric = self.fabric;
        let Host { network, mac, address, labels: [label, frame_label], ref origin } = *host;
        let at = &fabric.networks[network];
        let rd = route_distinguisher(vrouter.vhost0, number(&vrouter.networks, &network));
        let target = ExtendedCommunity::from(fabric.network_target(network));
        let prefix = address.into();

        // The control node makes two of what an agent calls GRE, in EVPN.
        let mpls = [TunnelType::GRE, TunnelType::MPLS_IN_GRE, TunnelType::MPLS_IN_UDP];
        let (ethernet_tag, label1, tunnels): (_, LabelField, &[TunnelType]) = if fabric.prefers_vxlan() {
            (EthernetTag::new(at.vni.get()), at.vni.into(), &[TunnelType::VXLAN])
        } else {
            (EthernetTag::ZERO, frame_label.into(), &mpls)
        };
        let communities = || [target].into_iter().chain(tunnels.iter().map(|tunnel| (*tunnel).into()));
        let is_workload = matches!(origin, Origin::Workload(_));
        for ip in is_workload.then_some(None).into_iter().chain([Some(address)]) {
            let esi = EthernetSegmentId::ZERO;
            let route = MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2: None };
            self.by_vrouter(vrouter, Destination::Evpn(route.into()), None, communities(), origin);
        }

        let labelled = Destination::Vpn { label: label.into(), rd, prefix };
        let communities = [target, TunnelType::GRE.into(), TunnelType::MPLS_IN_UDP.into()];
        self.by_vrouter(vrouter, labelled, None, communities, origin);

        for router in fabric.routers_of(network) {
            let route = IpPrefixRoute {
                rd: route_distinguisher(vrouter.vhost0, number(&vrouter.routers, router)),
                esi: EthernetSegmentId::ZERO,
                ethernet_tag: EthernetTag::ZERO,
                prefix,
                gateway: None,
                label: fabric.routers[*router].vni.into(),
            };
            let router_mac = ExtendedCommunityKind::RouterMac(vrouter.mac).into();
            let communities = vxlan(fabric.router_target(*router)).into_iter().chain([router_mac]);
            self.by_vrouter(vrouter, Destination::Evpn(route.into()), None, communities, origin);
        }

        if at.ip_fabric_forwarding && is_workload {
            let communities = [TunnelType::BARE.into()];
            self.by_vrouter(vrouter, Destination::Unicast(prefix), None, communities, origin);
        }
    }

    /// Type 3 of the service node that answers DHCP, for every overlay network that devices carry.
    fn service_node(&mut self) {
        let fabric = self.fabric;
        let Some(node) = fabric.active_service_node() else { return };
        let is_carried = |network: &NetworkId| {
            fabric.is_overlay(*network) && !fabric.attached_devices(*network).is_empty()
        };
        let networks: Vec<NetworkId> = fabric.networks.ids().filter(is_carried).collect();
        let Some(vrouter) = self.vrouter(node, networks.iter().copied()) else { return };
        for network in networks {
            self.broadcast(&vrouter, network, PmsiFlags::empty());
        }
    }
}

/// Of a VRF; 0 does not occur, as each has been counted.
fn number<Id: Ord>(vrfs: &BTreeMap<Id, usize>, vrf: &Id) -> usize {
    vrfs.get(vrf).copied().unwrap_or_default()
}
