//! The vRouter: from a workload into a tunnel or the bare underlay, and from there to a workload.

mod receive;
mod send;
mod underlay;
mod virtual_service;

use crate::fabric::{Fabric, Family, RouterId, ServerId, TunnelKind, VROUTER_GATEWAY, WorkloadId};
use crate::trace::note::{Ingress, Interface, Link, Node, Source};
use crate::trace::packet::{Shim, Sourced};
use crate::trace::walk::{Walker, Work, mac_of};
use contrail_wire::{Label, MacAddr};

/// Labels that the model hands out start where a vRouter's and a Junos device's do.
const FIRST_WORKLOAD_LABEL: u32 = 16;
const FIRST_VRF_LABEL: u32 = 299_776;

impl Fabric {
    /// The label that a vRouter advertises for a workload.
    pub(crate) fn workload_label(&self, workload: WorkloadId) -> Label {
        numbered_label(FIRST_WORKLOAD_LABEL, workload.index())
    }

    /// The label that a vRouter advertises for a workload's frames.
    pub(crate) fn workload_frame_label(&self, workload: WorkloadId) -> Label {
        numbered_label(FIRST_WORKLOAD_LABEL, self.workloads.len() + workload.index())
    }

    /// The label that a gateway advertises for a logical router's VRF.
    pub(crate) fn vrf_label(&self, router: RouterId) -> Label {
        numbered_label(FIRST_VRF_LABEL, router.index())
    }

    /// The workload that a label was advertised for.
    pub(super) fn workload_with_label(&self, label: Label) -> Option<WorkloadId> {
        let id = WorkloadId::at(numbered_index(FIRST_WORKLOAD_LABEL, label)?);
        (id.index() < self.workloads.len()).then_some(id)
    }

    /// The logical router whose VRF a label was advertised for.
    pub(super) fn router_with_label(&self, label: Label) -> Option<RouterId> {
        let id = RouterId::at(numbered_index(FIRST_VRF_LABEL, label)?);
        (id.index() < self.routers.len()).then_some(id)
    }

    /// The tunnel that a vRouter takes for L3VPN routes: the first of its priority list that is not VXLAN.
    pub(crate) fn mpls_tunnel(&self) -> TunnelKind {
        let priority = self.encapsulation_priority.iter().copied();
        priority.into_iter().find(|kind| *kind != TunnelKind::Vxlan).unwrap_or(TunnelKind::MplsOverGre)
    }

    /// Whether a vRouter advertises its MAC addresses with VXLAN: only if that is its first choice.
    pub(crate) fn prefers_vxlan(&self) -> bool {
        self.encapsulation_priority.first() == Some(&TunnelKind::Vxlan)
    }
}

fn numbered_label(first: u32, index: usize) -> Label {
    let number = u32::try_from(index).ok().and_then(|index| first.checked_add(index));
    number.and_then(|number| Label::new(number).ok()).unwrap_or(Label::MAX)
}

fn numbered_index(first: u32, label: Label) -> Option<usize> {
    label.get().checked_sub(first).and_then(|index| usize::try_from(index).ok())
}

/// The label of a tunnel as the tunnel kind wants it.
pub(super) fn mpls_shim(kind: TunnelKind, label: Sourced<Label>) -> Shim {
    match kind {
        TunnelKind::MplsOverGre => Shim::MplsOverGre(label),
        TunnelKind::MplsOverUdp | TunnelKind::Vxlan => Shim::MplsOverUdp(label),
    }
}

impl Fabric {
    /// vhost0's MAC address.
    pub(super) fn vhost0_mac(&self, server: ServerId) -> Sourced<MacAddr> {
        let of = Interface::Vhost0(server);
        match &self.servers[server].vhost0 {
            Some(vhost0) => mac_of(vhost0, of),
            None => (MacAddr::default(), Source::InterfaceMac { of, given: false }),
        }
    }
}

impl Walker<'_> {
    /// The workload's own frame, to its gateway or to a neighbour in its subnet.
    pub(super) fn workload_sends(&mut self, workload: WorkloadId, mut work: Work) {
        let fabric = self.fabric;
        let at = &fabric.workloads[workload];
        let network = at.interface.network;
        let destination = self.destination(&work);
        let subnet = fabric.networks[network].subnet_of(at.address_of(Family::of(destination)));
        let to = if subnet.is_some_and(|subnet| subnet.prefix.contains(&destination)) {
            match self.resolve(at.host, network, destination) {
                Ok((to, _)) => to,
                Err(reason) => return self.drop(work, reason),
            }
        } else {
            (VROUTER_GATEWAY, Source::VrouterGateway)
        };
        self.set_link(&mut work, mac_of(&at.interface, Interface::Workload(workload)), to);
        self.emit(work, Link::Tap(workload), Node::Server(at.host), Ingress::Tap(workload));
    }

    /// To a workload's interface; a routed packet gets a link header from the vRouter.
    pub(super) fn send_to_tap(&mut self, workload: WorkloadId, mut work: Work, is_routed: bool) {
        let fabric = self.fabric;
        self.put_member_address(workload, &mut work);
        if is_routed || !self.notes.headers.has_link(work.packet) {
            let own = mac_of(&fabric.workloads[workload].interface, Interface::Workload(workload));
            self.set_link(&mut work, (VROUTER_GATEWAY, Source::VrouterGateway), own);
        }
        self.emit(work, Link::Tap(workload), Node::Workload(workload), Ingress::Tap(workload));
    }
}
