//! Servers, vRouters and their workloads, service nodes.

use std::collections::BTreeMap;

use contrail_model::document::{Address, PortGroup, Server, Workload};
use contrail_wire::bgp::evpn::MacIpRoute;
use contrail_wire::{IpNet, MacAddr};

use super::device::{device_of, place};
use super::{Blueprint, DhcpServer, End, Host, Snooped, Wire, part_of};
use crate::lab::configured::{Configured, Segment, Vrf, router_mac};
use crate::lab::l3vpn::LabelledVrf;

/// What a vRouter answers a workload that asks for its gateway.
const VROUTER_GATEWAY: &str = "00:00:5e:00:01:00";

const DEFAULT: &str = "0.0.0.0/0";

const SERVICE_NODE: &str = "service-node";

impl Blueprint {
    pub(super) fn server(&mut self, fabric: &Configured<'_>, server: &Server) {
        let groups = &fabric.document.port_groups;
        let Some(group) = groups.iter().find(|group| group.name == server.port_group) else { return };
        for interface in server.addresses.iter().chain(&server.vhost0) {
            let is_vhost0 = server.vhost0.as_ref() == Some(interface);
            let host = self.host(fabric, server, group, interface);
            let subnet = fabric.subnet(&host.network, &host.address).map(|(subnet, _)| subnet);
            let gateway = subnet.and_then(|subnet| subnet.gateway.clone());
            let by_dhcp =
                server.kind == "bare-metal" && subnet.is_some_and(|subnet| subnet.dhcp != Some(false));
            let mut routes: Vec<(String, String)> = Vec::new();
            let has_default = server.routes.iter().any(|route| route.to == DEFAULT);
            if (is_vhost0 || by_dhcp) && !has_default {
                routes.extend(gateway.iter().map(|gateway| (DEFAULT.to_owned(), gateway.clone())));
            }
            let is_here = |via: &str| fabric.subnet(&host.network, via).is_some();
            let here = server.routes.iter().filter(|route| is_here(&route.via));
            routes.extend(here.map(|route| (route.to.clone(), route.via.clone())));
            let host = Host { routes, by_dhcp, ..host };
            if !by_dhcp {
                let lines = host.lines(fabric);
                self.namespace(&server.name).ip.extend(lines);
            }
            self.hosts.push(host);
        }
        if let Some(vhost0) = &server.vhost0 {
            for vrf in fabric.vrfs(&server.name) {
                self.vrouter(fabric, server, &vhost0.address, &vrf);
            }
            for segment in fabric.segments(&server.name) {
                if server.kind == SERVICE_NODE {
                    self.service_node(fabric, server, vhost0, &segment.network, segment.vni);
                } else {
                    self.bridged(fabric, server, &vhost0.address, &segment);
                }
            }
        }
    }

    /// The cables of a server's interface in a network.
    fn host(
        &mut self,
        fabric: &Configured<'_>,
        server: &Server,
        group: &PortGroup,
        interface: &Address,
    ) -> Host {
        let binding = group.vlans.iter().find(|binding| binding.network == interface.network);
        let vlan = binding.filter(|binding| !binding.untagged).map(|binding| binding.vlan);
        let mut legs = Vec::new();
        let mut mac = interface.mac.as_ref().and_then(|mac| mac.parse().ok());
        for port in &group.ports {
            let device = device_of(port);
            let vni = fabric.segments(device).into_iter().find(|it| it.network == interface.network);
            let Some(vni) = vni.map(|segment| segment.vni) else { continue };
            mac = mac.or_else(|| fabric.mac(&server.name, port));
            let inside = place(fabric, device, &interface.network);
            let [leg, access] = ["l", "a"].map(|kind| format!("{kind}{}", self.wires.len()));
            let ip = &mut self.namespace(&server.name).ip;
            ip.extend(mac.map(|mac: MacAddr| format!("link set {leg} address {mac}")));
            ip.push(format!("link set {leg} up"));
            if let Some(mac) = mac.filter(|_| !fabric.is_routed(device, &interface.network)) {
                let address = interface.address.clone();
                let line = format!("neighbour replace {address} lladdr {mac} dev br{vni} nud permanent");
                self.snooped.push(Snooped { namespace: inside.clone(), address, line });
            }
            let namespace = self.namespace(&inside);
            namespace.ip.push(format!("link set {access} master br{vni} up"));
            if inside != device {
                // In a VRF it is announced as a host, which FRR would not do by itself.
                namespace.ip.push(format!("route replace {}/32 dev br{vni}", interface.address));
            }
            // Without a bond the device cannot tell that both ends are one interface, and would take the address to move.
            if let Some(mac) = mac.filter(|_| group.ports.len() > 1) {
                namespace.bridge.push(format!("fdb replace {mac} dev {access} master static"));
                self.shared.push((device.to_owned(), mac));
            }
            let ends = [
                End { node: device.to_owned(), namespace: inside, interface: access },
                End { node: server.name.clone(), namespace: server.name.clone(), interface: leg.clone() },
            ];
            self.wires.push(Wire { link: port.clone(), vlan, ends });
            legs.push(leg);
        }
        let (name, network) = (server.name.clone(), interface.network.clone());
        let address = interface.address.clone();
        Host { name, network, mac, address, legs, routes: Vec::new(), by_dhcp: false }
    }

    /// The VRF of a logical router in a vRouter: the routes of devices, over VXLAN.
    fn vrouter(&mut self, fabric: &Configured<'_>, server: &Server, vhost0: &str, vrf: &Vrf) {
        let inside = part_of(&server.name, &vrf.router);
        let vni = vrf.vni;
        self.vxlan(vni, vhost0, [&server.name, &inside], "nolearning");
        let namespace = self.namespace(&inside);
        namespace.ip.push(format!("link set vx{vni} address {} up", vrf.router_mac));
        let labelled = fabric.labelled_vrfs(&server.name).into_iter().find(|it| it.vrf.vni == vni);
        let labelled: Vec<IpNet> = labelled.iter().flat_map(LabelledVrf::prefixes).collect();
        let mut ways: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for device in &fabric.document.devices {
            for (entry, route) in fabric.prefixes(&device.name).filter(|(_, it)| it.label.vni().get() == vni)
            {
                // Labelled routes are in the table of the workload's network, which is asked before that of the router.
                if labelled.iter().any(|prefix| prefix.contains(&route.prefix)) {
                    continue;
                }
                let (Some(mac), end) = (router_mac(entry), entry.next_hop) else { continue };
                ways.entry(route.prefix.to_string()).or_default().push(end.to_string());
                let neighbour = format!("neighbour replace {end} lladdr {mac} dev vx{vni} nud permanent");
                if !namespace.ip.contains(&neighbour) {
                    namespace.ip.push(neighbour);
                    namespace.bridge.push(format!("fdb replace {mac} dev vx{vni} dst {end}"));
                }
            }
        }
        for (prefix, ends) in ways {
            let hops = ends.iter().map(|end| format!(" nexthop via {end} dev vx{vni} onlink"));
            namespace.ip.push(format!("route add {prefix}{}", hops.collect::<String>()));
        }
    }

    /// A network that a vRouter bridges, as it prefers VXLAN: it sends to those whom others announce, and answers ARP for them.
    fn bridged(&mut self, fabric: &Configured<'_>, server: &Server, vhost0: &str, segment: &Segment) {
        let Segment { network, vni, .. } = segment;
        let inside = at_vrouter(fabric, &server.name, network);
        self.vxlan(*vni, vhost0, [&server.name, &inside], "nolearning");
        let namespace = self.namespace(&inside);
        namespace.ip.extend([
            format!("link add br{vni} type bridge mcast_snooping 0"),
            format!("link set br{vni} address {VROUTER_GATEWAY} up"),
            format!("link set vx{vni} master br{vni} up"),
        ]);
        for subnet in fabric.network(network).into_iter().flat_map(|network| &network.subnets) {
            let gateway = subnet.gateway.iter();
            namespace.ip.extend(gateway.map(|gateway| format!("address add {gateway}/32 dev br{vni}")));
        }
        namespace.bridge.push(format!("link set dev vx{vni} neigh_suppress on"));
        let mut known = Vec::new();
        for (entry, MacIpRoute { mac, ip, .. }) in fabric.macs(*vni) {
            if *entry.speaker == *server.name {
                continue;
            }
            // Of several leaves that have it, one, where a vRouter takes all: a bridge has one way for each.
            if !known.contains(&mac) {
                known.push(mac);
                let to = |how: &str| format!("fdb replace {mac} dev vx{vni} {how} static");
                namespace.bridge.extend([to("master"), to(&format!("dst {} self", entry.next_hop))]);
            }
            let neighbour = |ip| format!("neighbour replace {ip} lladdr {mac} dev br{vni} nud permanent");
            namespace.ip.extend(ip.map(neighbour));
        }
    }

    /// A network in which a service node answers: what it gets over VXLAN is where it answers to.
    fn service_node(
        &mut self,
        fabric: &Configured<'_>,
        server: &Server,
        vhost0: &Address,
        network: &str,
        vni: u32,
    ) {
        let inside = part_of(&server.name, network);
        self.vxlan(vni, &vhost0.address, [&server.name, &inside], "");
        let Some(network) = fabric.network(network) else { return };
        let namespace = self.namespace(&inside);
        namespace.ip.extend(vhost0.mac.as_ref().map(|mac| format!("link set vx{vni} address {mac}")));
        namespace.ip.push(format!("link set vx{vni} up"));
        for subnet in &network.subnets {
            let address = subnet.service_address.as_ref().or(subnet.gateway.as_ref());
            if let (Some(address), Some((_, length))) = (address, subnet.prefix.split_once('/')) {
                namespace.ip.push(format!("address add {address}/{length} dev vx{vni}"));
            }
        }
        let (network, interface) = (network.name.clone(), format!("vx{vni}"));
        self.dhcp_servers.push(DhcpServer { namespace: inside, network, interface });
    }

    /// A workload and its tap, in the VRF of the logical router that its network is joined by.
    pub(super) fn workload(&mut self, fabric: &Configured<'_>, workload: &Workload) {
        let inside = at_vrouter(fabric, &workload.host, &workload.network);
        let Some(address) = workload.address.0.first() else { return };
        let Some((subnet, prefix)) = fabric.subnet(&workload.network, address) else { return };
        let Some(gateway) = &subnet.gateway else { return };
        let tap = format!("t{}", self.wires.len());
        let mut bridged = fabric.segments(&workload.host).into_iter();
        let lines = match bridged.find(|segment| segment.network == workload.network) {
            Some(Segment { vni, .. }) => vec![
                format!("link set {tap} master br{vni} up"),
                format!("route add {address}/32 dev br{vni}"),
            ],
            None => vec![
                format!("link set {tap} address {VROUTER_GATEWAY} up"),
                format!("address add {gateway}/32 dev {tap}"),
                format!("route add {address}/32 dev {tap}"),
            ],
        };
        self.namespace(&inside).ip.extend(lines);
        if fabric.network(&workload.network).is_some_and(|network| network.fabric_snat) {
            self.snat(fabric, &workload.host, address);
        }
        let link = format!("{}:tap - {}", workload.host, workload.name);
        let mac = workload.mac.as_ref().and_then(|mac| mac.parse().ok());
        let mac: Option<MacAddr> = mac.or_else(|| fabric.mac(&workload.name, &link));
        let ip = &mut self.namespace(&workload.name).ip;
        ip.extend(mac.map(|mac| format!("link set eth0 address {mac}")));
        ip.extend([
            "link set eth0 up".to_owned(),
            format!("address add {address}/{} dev eth0", prefix.prefix_len()),
            format!("route add default via {gateway}"),
        ]);
        let (host, name) = (workload.host.clone(), workload.name.clone());
        let ends = [
            End { node: host, namespace: inside, interface: tap },
            End { node: name.clone(), namespace: name, interface: "eth0".to_owned() },
        ];
        self.wires.push(Wire { link, vlan: None, ends });
    }

    /// Distributed SNAT: to the address of vhost0, and a port of the pool of the protocol.
    fn snat(&mut self, fabric: &Configured<'_>, host: &str, address: &str) {
        let mut servers = fabric.document.servers.iter();
        let vhost0 = servers.find(|server| server.name == host).and_then(|server| server.vhost0.as_ref());
        let Some(vhost0) = vhost0.map(|vhost0| &vhost0.address) else { return };
        let nft = &mut self.namespace(host).nft;
        nft.extend([
            "add table ip vrouter".to_owned(),
            "add chain ip vrouter outgoing { type nat hook postrouting priority srcnat; }".to_owned(),
        ]);
        let rule = "add rule ip vrouter outgoing ip saddr";
        nft.extend(fabric.document.port_translation_pools.iter().map(|pool| {
            let (protocol, ports) = (&pool.protocol, format!("{}-{}", pool.start_port, pool.end_port));
            format!("{rule} {address} meta l4proto {protocol} snat to {vhost0}:{ports}")
        }));
        nft.push(format!("{rule} {address} meta l4proto {{ tcp, udp }} drop"));
    }
}

/// The namespace in which a vRouter has a network: the VRF of a logical router that joins it, or the hypervisor itself.
fn at_vrouter(fabric: &Configured<'_>, host: &str, network: &str) -> String {
    let joins = |vrf: &Vrf| fabric.routers_of(network).any(|router| router.name == vrf.router);
    let vrf = fabric.vrfs(host).into_iter().find(joins);
    vrf.map_or_else(|| host.to_owned(), |vrf| part_of(host, &vrf.router))
}

impl Host {
    /// How the interface gets its address and routes.
    pub(in crate::lab) fn lines(&self, fabric: &Configured<'_>) -> Vec<String> {
        let Self { network, address, legs, .. } = self;
        let Some((_, prefix)) = fabric.subnet(network, address) else { return Vec::new() };
        let each =
            |via: &str| -> String { legs.iter().map(|leg| format!(" nexthop {via}dev {leg}")).collect() };
        let mut lines: Vec<String> = legs
            .iter()
            .map(|leg| format!("address add {address}/{} dev {leg} noprefixroute", prefix.prefix_len()))
            .collect();
        lines.push(format!("route add {prefix} scope link src {address}{}", each("")));
        let routes = self.routes.iter();
        lines.extend(
            routes.map(|(to, via)| format!("route add {to} src {address}{}", each(&format!("via {via} ")))),
        );
        // A bond would take an answer to ARP over whichever cable it comes.
        let (others, further) = (fabric.macs_in(network), legs.iter().skip(1));
        lines.extend(further.flat_map(|leg| {
            let others = others.iter().filter(|(other, _)| other != address);
            others.map(move |(other, mac)| {
                format!("neighbour add {other} lladdr {mac} dev {leg} nud permanent")
            })
        }));
        lines
    }
}
