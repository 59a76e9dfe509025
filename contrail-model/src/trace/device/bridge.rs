//! A frame in a network: to the gateway, to a port, or over VXLAN to where its destination is.

use super::From;
use crate::fabric::{DeviceId, NetworkId, Owner, ServerId, VIRTUAL_GATEWAY, WorkloadId};
use crate::trace::source::Source;
use crate::trace::step::Step;
use crate::trace::verdict::{Drop, Verdict};
use crate::trace::walk::{Node, Outcomes, Walker, Work};
use contrail_wire::MacAddr;

impl Walker<'_> {
    /// A frame in a network on this device.
    pub(super) fn bridge(
        &self,
        device: DeviceId,
        network: NetworkId,
        from: From,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        let name = &fabric.networks[network].name;
        let Some(mac) = work.packet.destination_mac() else {
            let destination = self.destination(&work);
            return self.drop(here, work, Drop::NotForUs { destination });
        };
        if mac == MacAddr::BROADCAST {
            return self.flood(device, network, work);
        }
        if mac == VIRTUAL_GATEWAY {
            if let Some(router) = fabric.router_with_irb(device, network) {
                work.packet.hop();
                return self.route_in_vrf(device, router, work);
            }
            if fabric.has_underlay_irb(device, network) {
                return self.route_in_underlay(device, from, work);
            }
            return self.to_gateway_elsewhere(device, network, work);
        }
        match fabric.mac_owner(network, mac) {
            Some(Owner::Server(server)) if fabric.access(device, server, network).is_some() => {
                let to = format!("access port of {}", fabric.servers[server].name);
                let work = work.step(Step::Bridge { network: name.clone(), mac, to });
                self.out_of_access(device, server, network, work)
            }
            Some(Owner::Server(server)) => self.bridge_to_server(device, network, mac, server, work),
            Some(Owner::Workload(workload)) => self.bridge_to_vrouter(device, network, mac, workload, work),
            Some(Owner::VirtualService(_)) | None => {
                let address = self.destination(&work);
                self.drop(here, work, Drop::NoNeighbour { network: name.clone(), address })
            }
        }
    }

    /// A frame for the gateway on a device without the IRB: to a device that advertises its MAC address.
    fn to_gateway_elsewhere(&self, device: DeviceId, network: NetworkId, work: Work) -> Outcomes {
        let fabric = self.fabric;
        let gateways = self.advertised_gateways(network);
        if !gateways.is_empty() {
            return self.bridge_to_devices(device, network, VIRTUAL_GATEWAY, &gateways, work);
        }
        let at = &fabric.networks[network];
        let devices = fabric.devices.ids();
        let have_it = devices.filter(|other| {
            fabric.router_with_irb(*other, network).is_some() || fabric.has_underlay_irb(*other, network)
        });
        let reason = Drop::GatewayElsewhere {
            device: fabric.devices[device].name.clone(),
            network: at.name.clone(),
            have_it: have_it.map(|other| fabric.devices[other].name.clone()).collect(),
        };
        self.drop(Node::Device(device), work, reason)
    }

    /// A frame to a server behind other devices of the same network.
    pub(super) fn bridge_to_server(
        &self,
        device: DeviceId,
        network: NetworkId,
        mac: MacAddr,
        server: ServerId,
        work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let carries = |leaf: &DeviceId| fabric.access(*leaf, server, network).is_some();
        let attached = fabric.leaves_of(server);
        if attached.is_empty() {
            return self.drop(Node::Device(device), work, self.detached(server));
        }
        let leaves: Vec<DeviceId> = attached.into_iter().filter(carries).collect();
        if leaves.is_empty() {
            let at = &fabric.servers[server];
            let reason = Drop::NotCarried {
                server: at.name.clone(),
                port_group: fabric.port_groups[at.port_group].name.clone(),
                network: fabric.networks[network].name.clone(),
            };
            return self.drop(Node::Device(device), work, reason);
        }
        self.bridge_to_devices(device, network, mac, &leaves, work)
    }

    /// A frame to other devices of the same network, over VXLAN with the network's VNI.
    pub(super) fn bridge_to_devices(
        &self,
        device: DeviceId,
        network: NetworkId,
        mac: MacAddr,
        to: &[DeviceId],
        work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.networks[network];
        let (_, nearest) = fabric.topology.nearest(device, to);
        let Some(first) = nearest.first() else {
            let of = fabric.names_of(to).into();
            return self.drop(Node::Device(device), work, Drop::NoTunnelEnd { of });
        };
        if work.packet.shim().is_some() {
            // L2: what is tunnelled already would be tunnelled once more.
            let reason = Drop::DoubleEncapsulation {
                device: fabric.devices[device].name.clone(),
                network: at.name.clone(),
                other: fabric.devices[*first].name.clone(),
            };
            return self.drop(Node::Device(device), work, reason);
        }
        let to = format!("VTEP of {}", fabric.names_of(&nearest));
        let work = work.step(Step::Bridge { network: at.name.clone(), mac, to });
        let tunnels = nearest.iter().flat_map(|other| {
            let end = &fabric.devices[*other];
            let what = format!("network {}", at.name).into();
            let vni = (at.vni, Source::VniOf { what, route: "EVPN type-2" });
            let end = (end.loopback, format!("loopback of {}", end.name).into());
            self.encapsulate_vxlan(
                device,
                work.clone(),
                vni,
                end,
                "the network's VNI, to the leaf with that MAC address",
            )
        });
        tunnels.collect()
    }

    /// A frame to a workload, over VXLAN to its vRouter.
    fn bridge_to_vrouter(
        &self,
        device: DeviceId,
        network: NetworkId,
        mac: MacAddr,
        workload: WorkloadId,
        work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.networks[network];
        let host = fabric.workloads[workload].host;
        let vhost0 = fabric.servers[host].vhost0.as_ref();
        let host = &fabric.servers[host].name;
        if !fabric.prefers_vxlan() {
            let missing = format!(
                "how a frame for {mac} reaches {host}: it advertises its MAC addresses with {}, which {} cannot do",
                fabric.mpls_tunnel().name(),
                fabric.devices[device].name
            );
            let verdict = Verdict::Undetermined { at: fabric.devices[device].name.clone(), missing };
            return vec![(work, Err(verdict))];
        }
        let work =
            work.step(Step::Bridge { network: at.name.clone(), mac, to: format!("the vRouter of {host}") });
        let what = format!("network {}", at.name).into();
        let vni = (at.vni, Source::VniOf { what, route: "EVPN type-2" });
        let end = (vhost0.map(|vhost0| vhost0.address), format!("vhost0 of {host}").into());
        self.encapsulate_vxlan(
            device,
            work,
            vni,
            end,
            "the network's VNI, to the vRouter with that MAC address",
        )
    }
}
