//! What a vRouter does with a packet from the underlay.

use crate::fabric::{Owner, ServerId, TunnelKind};
use crate::trace::conversation::Nat;
use crate::trace::packet::End;
use crate::trace::source::Source;
use crate::trace::step::Step;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Node, Outcomes, Walker, Work};
use contrail_wire::{Header, MacAddr};

impl Walker<'_> {
    /// A frame from a leaf that may be for the vRouter; `None` if it is for the server's own stack.
    pub(in crate::trace) fn vrouter_from_underlay(
        &self,
        server: ServerId,
        mut work: Work,
    ) -> Option<Outcomes> {
        let fabric = self.fabric;
        let here = Node::Server(server);
        let vhost0 = fabric.servers[server].vhost0.as_ref()?;
        let destination = self.destination(&work);
        if destination != vhost0.address {
            let workload = fabric.ip_fabric_workload(destination);
            let workload = workload.filter(|id| fabric.workloads[*id].host == server)?;
            work.packet.hop();
            return Some(self.to_tap(server, workload, work, true));
        }
        match work.packet.shim().copied() {
            Some(Header::Vxlan(vxlan)) => Some(self.vxlan_at_vrouter(server, vxlan.vni, work)),
            Some(Header::Mpls(entry)) => {
                let label = entry.label();
                let workload = fabric.workload_with_label(label);
                let workload = workload.filter(|id| fabric.workloads[*id].host == server);
                let tunnel = fabric.mpls_tunnel();
                Some(match workload {
                    Some(workload) => {
                        let at = &fabric.workloads[workload];
                        work.packet.decapsulate();
                        let (id, into) = (format!("label {label}"), format!("the interface of {}", at.name));
                        let work = work.step(Step::Decapsulate { tunnel, id, into });
                        self.to_tap(server, workload, work, true)
                    }
                    None => self.drop(here, work, Drop::UnknownTunnel { id: format!("label {label}") }),
                })
            }
            _ => {
                let Nat { workload, inside, outside, .. } =
                    self.nat.clone().filter(|nat| nat.server == server)?;
                let of = fabric.workloads[workload].name.clone();
                let port = (inside.1, Source::ClientPort);
                work.packet.translate(End::Destination, &(inside.0, Source::AddressOf { of }), &port);
                work.packet.hop();
                let work = work.step(Step::Translate { from: outside, to: inside });
                Some(self.to_tap(server, workload, work, true))
            }
        }
    }

    fn vxlan_at_vrouter(&self, server: ServerId, vni: contrail_wire::Vni, mut work: Work) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Server(server);
        work.packet.decapsulate();
        let destination = self.destination(&work);
        let routers = fabric.routers_with_vni(vni).iter().map(|router| &fabric.routers[*router]);
        let routed = routers.map(|router| (router.networks.as_slice(), &router.name, true));
        let bridged = fabric.networks_with_vni(vni).iter();
        let bridged = bridged.map(|id| (std::slice::from_ref(id), &fabric.networks[*id].name, false));
        for (networks, name, is_routed) in routed.chain(bridged) {
            if let [network] = networks
                && work.packet.destination_mac() == Some(MacAddr::BROADCAST)
            {
                return self.broadcast_at_vrouter(server, *network, work);
            }
            let owner = networks.iter().find_map(|network| fabric.owner(*network, destination));
            let workloads = match &owner {
                Some(Owner::Workload(workload)) => std::slice::from_ref(workload),
                Some(Owner::VirtualService(service)) => &fabric.virtual_services[*service].members,
                Some(Owner::Server(_)) | None => &[],
            };
            let here: Vec<_> =
                workloads.iter().copied().filter(|id| fabric.workloads[*id].host == server).collect();
            if here.is_empty() {
                continue;
            }
            let into = if is_routed {
                work.packet.hop();
                format!("the VRF of {name}")
            } else {
                format!("network {name}")
            };
            let id = format!("VNI {vni}");
            let work = work.step(Step::Decapsulate { tunnel: TunnelKind::Vxlan, id, into });
            let to_tap = |workload| self.to_tap(server, workload, work.clone(), is_routed);
            return here.into_iter().flat_map(to_tap).collect();
        }
        self.drop(here, work, Drop::UnknownTunnel { id: format!("VNI {vni}") })
    }
}
