//! A frame in a network: to the gateway, to a port, or over VXLAN to where its destination is.

use super::From;
use crate::fabric::{DeviceId, NetworkId, Owner, ServerId, VIRTUAL_GATEWAY, WorkloadId};
use crate::trace::note::{BridgeTo, Domain, Step, TunnelEnd};
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work};
use contrail_wire::MacAddr;

impl Walker<'_> {
    /// A frame in a network on this device.
    pub(super) fn bridge(&mut self, device: DeviceId, network: NetworkId, from: From, mut work: Work) {
        let fabric = self.fabric;
        let Some(mac) = self.notes.headers.destination_mac(work.packet) else {
            let destination = self.destination(&work);
            return self.drop(work, Drop::NotForUs { destination });
        };
        if mac == MacAddr::BROADCAST {
            return self.flood(device, network, work);
        }
        if mac == VIRTUAL_GATEWAY {
            if let Some(router) = fabric.router_with_irb(device, network) {
                self.hop(&mut work);
                return self.route_in_vrf(device, router, work);
            }
            if fabric.has_underlay_irb(device, network) {
                return self.route_in_underlay(device, from, work);
            }
            return self.send_to_gateway_elsewhere(device, network, work);
        }
        match fabric.mac_owner(network, mac) {
            Some(Owner::Server(server)) if fabric.access(device, server, network).is_some() => {
                let to = BridgeTo::AccessPort(server);
                self.step(&mut work, Step::Bridge { network, mac, to });
                self.out_of_access(device, server, network, work);
            }
            Some(Owner::Server(server)) => self.bridge_to_server(device, network, mac, server, work),
            Some(Owner::Workload(workload)) => self.bridge_to_vrouter(device, network, mac, workload, work),
            Some(Owner::VirtualService(_)) | None => {
                let address = self.destination(&work);
                self.drop(
                    work,
                    Drop::NoNeighbour { network: fabric.networks[network].name.clone(), address },
                );
            }
        }
    }

    /// A frame for the gateway on a device without the IRB: to a device that advertises its MAC address.
    fn send_to_gateway_elsewhere(&mut self, device: DeviceId, network: NetworkId, work: Work) {
        let fabric = self.fabric;
        let gateways = fabric.advertised_gateways(network);
        if !gateways.is_empty() {
            return self.bridge_to_devices(device, network, VIRTUAL_GATEWAY, &gateways, work);
        }
        let devices = fabric.devices.ids();
        let have_it = devices.filter(|other| {
            fabric.router_with_irb(*other, network).is_some() || fabric.has_underlay_irb(*other, network)
        });
        let reason = Drop::GatewayElsewhere {
            device: fabric.devices[device].name.clone(),
            network: fabric.networks[network].name.clone(),
            have_it: have_it.map(|other| fabric.devices[other].name.clone()).collect(),
        };
        self.drop(work, reason);
    }

    /// A frame to a server behind other devices of the same network.
    pub(super) fn bridge_to_server(
        &mut self,
        device: DeviceId,
        network: NetworkId,
        mac: MacAddr,
        server: ServerId,
        work: Work,
    ) {
        match self.leaves_carrying(server, network) {
            Ok(leaves) => self.bridge_to_devices(device, network, mac, &leaves, work),
            Err(reason) => self.drop(work, reason),
        }
    }

    /// A frame to other devices of the same network, over VXLAN with the network's VNI.
    fn bridge_to_devices(
        &mut self,
        device: DeviceId,
        network: NetworkId,
        mac: MacAddr,
        to: &[DeviceId],
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let nearest = fabric.topology.nearest(device, to.iter().copied());
        let Some(first) = nearest.clone().next() else {
            return self.drop(work, Drop::NoTunnelEnd { of: fabric.names_of(to).into() });
        };
        if self.notes.headers.shim(work.packet).is_some() {
            // L2: what is tunnelled already would be tunnelled once more.
            let reason = Drop::DoubleEncapsulation {
                device: fabric.devices[device].name.clone(),
                network: fabric.networks[network].name.clone(),
                other: fabric.devices[first].name.clone(),
            };
            return self.drop(work, reason);
        }
        let to = BridgeTo::Vteps(self.devices(nearest.clone()));
        self.step(&mut work, Step::Bridge { network, mac, to });
        let because = "the network's VNI, to the leaf with that MAC address";
        for end in nearest {
            let vni = (Domain::Network(network), "EVPN type-2");
            self.encapsulate_vxlan(device, work, vni, TunnelEnd::Device(end), because);
        }
    }

    /// A frame to a workload, over VXLAN to its vRouter.
    fn bridge_to_vrouter(
        &mut self,
        device: DeviceId,
        network: NetworkId,
        mac: MacAddr,
        workload: WorkloadId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let host = fabric.workloads[workload].host;
        if !fabric.prefers_vxlan() {
            let missing = format!(
                "how a frame for {mac} reaches {}: it advertises its MAC addresses with {}, which {} cannot do",
                fabric.servers[host].name,
                fabric.mpls_tunnel().name(),
                fabric.devices[device].name
            );
            return self.undetermined(work, missing);
        }
        self.step(&mut work, Step::Bridge { network, mac, to: BridgeTo::VrouterOf(host) });
        let vni = (Domain::Network(network), "EVPN type-2");
        let because = "the network's VNI, to the vRouter with that MAC address";
        self.encapsulate_vxlan(device, work, vni, TunnelEnd::Vrouter(host), because);
    }
}
