//! Leaves, spines and gateways: what they route, what they bridge, and their cables.

use std::net::Ipv4Addr;

use contrail_model::document::Device;

use super::{Blueprint, CONTROL, Control, End, Wire, part_of};
use crate::lab::configured::{Configured, GATEWAY, Segment};

/// The largest IP packet between devices, as Contrail configures it.
const MTU: u16 = 9178;

/// The addresses of a cable's ends, which the document does not give.
pub(in crate::lab) fn cable_addresses(index: usize) -> [Ipv4Addr; 2] {
    let first = u32::from(Ipv4Addr::new(100, 64, 0, 0)) + 2 * u32::try_from(index).unwrap_or_default();
    [first.into(), (first + 1).into()]
}

fn cable_interface(index: usize) -> String {
    format!("c{index}")
}

/// A device and its interface: `leaf1:et-0/0/48`.
pub(in crate::lab) fn device_of(port: &str) -> &str {
    port.split_once(':').map_or(port, |(device, _)| device)
}

impl Blueprint {
    pub(super) fn device(&mut self, fabric: &Configured<'_>, device: &Device) {
        let (name, loopback) = (device.name.as_str(), device.loopback.as_deref().unwrap_or_default());
        self.namespace(name).ip.push(format!("address add {loopback}/32 dev lo"));
        for vrf in fabric.vrfs(name) {
            let inside = part_of(name, &vrf.router);
            self.bridge(vrf.vni, loopback, [name, &inside]);
            self.namespace(&inside).ip.push(format!("link set br{} address {}", vrf.vni, vrf.router_mac));
        }
        for segment in fabric.segments(name) {
            self.segment(fabric, device, &segment);
        }
    }

    /// A bridge and, in it, the VXLAN of a VNI, in the same namespace or that of a VRF.
    fn bridge(&mut self, vni: u32, loopback: &str, [outside, inside]: [&str; 2]) {
        self.vxlan(vni, loopback, [outside, inside], "nolearning");
        let namespace = self.namespace(inside);
        namespace.ip.extend([
            format!("link add br{vni} type bridge mcast_snooping 0"),
            format!("link set vx{vni} master br{vni} up"),
            format!("link set br{vni} up"),
        ]);
        namespace.bridge.push(format!("link set dev vx{vni} learning off"));
    }

    /// A network at a device, with the gateway's address where the device routes it.
    fn segment(&mut self, fabric: &Configured<'_>, device: &Device, segment: &Segment) {
        let Segment { network, vni, .. } = segment;
        let inside = place(fabric, &device.name, network);
        let loopback = device.loopback.as_deref().unwrap_or_default();
        self.bridge(*vni, loopback, [&device.name, &inside]);
        if !fabric.is_routed(&device.name, network) {
            // FRR refuses a route with a MAC address that it has itself, be it in another network.
            if let Some(end) = fabric.gateway_at(network) {
                let to = |how: &str| format!("fdb replace {GATEWAY} dev vx{vni} {how} static");
                self.namespace(&inside).bridge.extend([to("master"), to(&format!("dst {end} self"))]);
            }
            return;
        }
        // Junos prefers the route of a type 2 to that of a type 5, where FRR has none of the former. As a route of BGP, which
        // FRR takes for its own and does not announce.
        let hosts = fabric.workloads(*vni).filter_map(|route| route.ip);
        let route = |ip| (inside.clone(), format!("route add {ip} dev br{vni} proto bgp"));
        self.preferred.extend(hosts.map(route));
        let Some(network) = fabric.network(network) else { return };
        let ip = &mut self.namespace(&inside).ip;
        ip.push(format!("link set br{vni} address {GATEWAY}"));
        for subnet in &network.subnets {
            if let (Some(gateway), Some((_, length))) = (&subnet.gateway, subnet.prefix.split_once('/')) {
                ip.push(format!("address add {gateway}/{length} dev br{vni}"));
            }
        }
    }

    /// A cable between two devices.
    pub(super) fn cable(&mut self, fabric: &Configured<'_>, index: usize, one: &str, other: &str) {
        let interface = cable_interface(index);
        for (port, address) in [one, other].into_iter().zip(cable_addresses(index)) {
            let device = device_of(port);
            let ip = &mut self.namespace(device).ip;
            ip.extend(fabric.mac(device, port).map(|mac| format!("link set {interface} address {mac}")));
            ip.extend([
                format!("link set {interface} mtu {MTU} up"),
                format!("address add {address}/31 dev {interface}"),
            ]);
        }
        let end = |port: &str| {
            let device = device_of(port).to_owned();
            End { node: device.clone(), namespace: device, interface: interface.clone() }
        };
        self.wires.push(Wire { link: one.to_owned(), vlan: None, ends: [end(one), end(other)] });
    }

    /// Who announces the routes of vRouters and service nodes, on a cable of its own to a route reflector.
    pub(super) fn control_node(&mut self, reflector: &str) {
        let addresses = cable_addresses(1 << 15);
        let ends = [CONTROL, reflector].map(|node| {
            let (node, interface) = (node.to_owned(), CONTROL.to_owned());
            End { namespace: node.clone(), node, interface }
        });
        for (end, address) in ends.iter().zip(addresses) {
            self.namespace(&end.namespace).ip.extend([
                format!("link set {CONTROL} up"),
                format!("address add {address}/31 dev {CONTROL}"),
            ]);
        }
        self.wires.push(Wire { link: format!("{CONTROL} - {reflector}"), vlan: None, ends });
        let [address, reflector_address] = addresses;
        self.control = Some(Control { address, reflector: reflector.to_owned(), reflector_address });
    }
}

/// The namespace in which a device has a network: the VRF that routes it, or the device itself.
pub(in crate::lab) fn place(fabric: &Configured<'_>, device: &str, network: &str) -> String {
    let router = fabric.router_on(device, network);
    let is_vrf = |name: &str| fabric.vrfs(device).iter().any(|vrf| vrf.router == name);
    match router {
        Some(router) if is_vrf(&router.name) => part_of(device, &router.name),
        _ => device.to_owned(),
    }
}
