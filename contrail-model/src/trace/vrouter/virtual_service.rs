//! An address that several workloads answer for: who gets the packet, and whose address it bears on either side.

use crate::fabric::{Family, NetworkId, VirtualService, VirtualServiceId, WorkloadId};
use crate::trace::note::{AddressOf, Node, Source, Step};
use crate::trace::packet::{End, Packet, Sourced};
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work};
use std::net::IpAddr;

impl<'f> Walker<'f> {
    /// To each member, as each vRouter with one announces the address.
    pub(in crate::trace) fn send_to_members(
        &mut self,
        service: VirtualServiceId,
        work: Work,
        to: impl Fn(&mut Self, WorkloadId, Work),
    ) {
        let fabric = self.fabric;
        let service = &fabric.virtual_services[service];
        if (service.protocol, service.port) != (self.protocol, self.port) {
            let (service, protocol, port) = (service.name.clone(), self.protocol.name(), self.port);
            return self.drop(work, Drop::NotServed { service, protocol, port });
        }
        if service.members.is_empty() {
            let network = fabric.networks[service.network].name.clone();
            return self.drop(work, Drop::NoNeighbour { network, address: service.address });
        }
        service.members.iter().for_each(|member| to(self, *member, work));
    }

    /// The virtual service that the flow is opened to, if a workload is one of its members.
    fn virtual_service_of(&self, workload: WorkloadId) -> Option<(VirtualServiceId, &'f VirtualService)> {
        let id = self.virtual_service?;
        let service = &self.fabric.virtual_services[id];
        service.members.contains(&workload).then_some((id, service))
    }

    /// A member's address, of the virtual one's family.
    fn member_address(&self, workload: WorkloadId, service: &VirtualService) -> Sourced<IpAddr> {
        let address = self.fabric.workloads[workload].address_of(Family::of(service.address));
        (address, Source::AddressOf(AddressOf::Workload(workload)))
    }

    /// The answer as the member itself sends it.
    pub(in crate::trace) fn as_sent_by(&mut self, node: Node, mut packet: Packet) -> Packet {
        if let Node::Workload(workload) = node
            && self.is_answer
            && let Some((_, service)) = self.virtual_service_of(workload)
        {
            let address = self.member_address(workload, service);
            let port = (service.member_port, Source::ServicePort);
            self.notes.headers.translate(&mut packet, End::Source, address, port);
        }
        packet
    }

    /// The member's vRouter puts the member's address in the place of the virtual one.
    pub(super) fn put_member_address(&mut self, workload: WorkloadId, work: &mut Work) {
        let Some((_, service)) = self.virtual_service_of(workload) else { return };
        if self.is_answer || self.destination(work) != service.address {
            return;
        }
        let address = self.member_address(workload, service);
        let port = (service.member_port, Source::ServicePort);
        self.notes.headers.translate(&mut work.packet, End::Destination, address, port);
        let to = (address.0, service.member_port);
        self.step(work, Step::Translate { from: (service.address, service.port), to });
    }

    /// The virtual address again in the answer, which is then looked up in that address' network; otherwise the
    /// workload's own network.
    pub(super) fn as_virtual_service(&mut self, workload: WorkloadId, work: &mut Work) -> NetworkId {
        let Some((id, service)) = self.virtual_service_of(workload).filter(|_| self.is_answer) else {
            return self.fabric.workloads[workload].interface.network;
        };
        let address = (service.address, Source::AddressOf(AddressOf::VirtualService(id)));
        let port = (service.port, Source::ServicePort);
        self.notes.headers.translate(&mut work.packet, End::Source, address, port);
        let from = (self.member_address(workload, service).0, service.member_port);
        self.step(work, Step::Translate { from, to: (service.address, service.port) });
        service.network
    }
}
