//! What a vRouter does with a packet from the underlay.

use std::slice;

use crate::fabric::{Owner, ServerId, TunnelKind};
use crate::trace::conversation::Nat;
use crate::trace::note::{AddressOf, Into, Source, Step, TunnelId};
use crate::trace::packet::End;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work};
use contrail_wire::{Header, Label, MacAddr, Vni};

impl Walker<'_> {
    /// A frame from a leaf; `false` if it is not for the vRouter, but for the server's own stack.
    pub(in crate::trace) fn vrouter_from_underlay(&mut self, server: ServerId, mut work: Work) -> bool {
        let fabric = self.fabric;
        let Some(vhost0) = &fabric.servers[server].vhost0 else { return false };
        let destination = self.destination(&work);
        if destination != vhost0.address {
            let workload = fabric.ip_fabric_workload(destination);
            let Some(workload) = workload.filter(|id| fabric.workloads[*id].host == server) else {
                return false;
            };
            self.hop(&mut work);
            self.send_to_tap(workload, work, true);
            return true;
        }
        match (self.notes.headers.shim(work.packet), self.nat) {
            (Some(Header::Vxlan(vxlan)), _) => self.vxlan_at_vrouter(server, vxlan.vni, work),
            (Some(Header::Mpls(entry)), _) => self.mpls_at_vrouter(server, entry.label(), work),
            (_, Some(Nat { server: translating, workload, inside, outside, .. }))
                if translating == server =>
            {
                let address = (inside.0, Source::AddressOf(AddressOf::Workload(workload)));
                let port = (inside.1, Source::ClientPort);
                self.notes.headers.translate(&mut work.packet, End::Destination, address, port);
                self.hop(&mut work);
                self.step(&mut work, Step::Translate { from: outside, to: inside });
                self.send_to_tap(workload, work, true);
            }
            _ => return false,
        }
        true
    }

    fn mpls_at_vrouter(&mut self, server: ServerId, label: Label, mut work: Work) {
        let fabric = self.fabric;
        let (id, tunnel) = (TunnelId::Label(label), fabric.mpls_tunnel());
        let workload = fabric.workload_with_label(label);
        match workload.filter(|id| fabric.workloads[*id].host == server) {
            Some(workload) => {
                self.notes.headers.decapsulate(&mut work.packet);
                self.step(&mut work, Step::Decapsulate { tunnel, id, into: Into::InterfaceOf(workload) });
                self.send_to_tap(workload, work, true);
            }
            None => self.drop(work, Drop::UnknownTunnel { id: id.told() }),
        }
    }

    fn vxlan_at_vrouter(&mut self, server: ServerId, vni: Vni, mut work: Work) {
        let fabric = self.fabric;
        self.notes.headers.decapsulate(&mut work.packet);
        let destination = self.destination(&work);
        let is_broadcast = self.notes.headers.destination_mac(work.packet) == Some(MacAddr::BROADCAST);
        let id = TunnelId::Vni(vni);
        let routed = fabric.routers_with_vni(vni).iter();
        let routed = routed.map(|id| (fabric.routers[*id].networks.as_slice(), Into::Vrf(*id)));
        let bridged = fabric.networks_with_vni(vni).iter();
        let bridged = bridged.map(|id| (slice::from_ref(id), Into::Network(*id)));
        for (networks, into) in routed.chain(bridged) {
            if let [network] = networks
                && is_broadcast
            {
                return self.broadcast_at_vrouter(server, *network, work);
            }
            let owner = networks.iter().find_map(|network| fabric.owner(*network, destination));
            let workloads = match &owner {
                Some(Owner::Workload(workload)) => slice::from_ref(workload),
                Some(Owner::VirtualService(service)) => &fabric.virtual_services[*service].members,
                Some(Owner::Server(_)) | None => &[],
            };
            let mut here = workloads.iter().filter(|id| fabric.workloads[**id].host == server).peekable();
            if here.peek().is_none() {
                continue;
            }
            let is_routed = matches!(into, Into::Vrf(_));
            if is_routed {
                self.hop(&mut work);
            }
            self.step(&mut work, Step::Decapsulate { tunnel: TunnelKind::Vxlan, id, into });
            return here.for_each(|workload| self.send_to_tap(*workload, work, is_routed));
        }
        self.drop(work, Drop::UnknownTunnel { id: id.told() });
    }
}
