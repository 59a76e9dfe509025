//! An address that several workloads answer for: who gets the packet, and whose address it bears on either side.

use crate::fabric::{NetworkId, VirtualServiceId, WorkloadId};
use crate::trace::packet::{End, PacketHeaders};
use crate::trace::source::Source;
use crate::trace::step::Step;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Node, Outcomes, Walker, Work};

impl Walker<'_> {
    /// To each member, as each vRouter with one announces the address.
    pub(in crate::trace) fn to_members(
        &self,
        here: Node,
        service: VirtualServiceId,
        work: &Work,
        to: impl Fn(WorkloadId, Work) -> Outcomes,
    ) -> Outcomes {
        let service = &self.fabric.virtual_services[service];
        if (service.protocol, service.port) != (self.protocol, self.port) {
            let (name, protocol, port) = (service.name.clone(), self.protocol.name(), self.port);
            return self.drop(here, work.clone(), Drop::NotServed { service: name, protocol, port });
        }
        if service.members.is_empty() {
            let network = self.fabric.networks[service.network].name.clone();
            return self.drop(here, work.clone(), Drop::NoNeighbour { network, address: service.address });
        }
        service.members.iter().flat_map(|member| to(*member, work.clone())).collect()
    }

    /// The virtual service that the flow is opened to, if a workload is one of its members.
    fn virtual_service_of(&self, workload: WorkloadId) -> Option<&crate::fabric::VirtualService> {
        let service = &self.fabric.virtual_services[self.virtual_service?];
        service.members.contains(&workload).then_some(service)
    }

    /// The answer as the member itself sends it.
    pub(in crate::trace) fn as_sent_by(&self, node: Node, mut packet: PacketHeaders) -> PacketHeaders {
        if let Node::Workload(workload) = node
            && let Some(service) = self.virtual_service_of(workload).filter(|_| self.is_answer)
        {
            let at = &self.fabric.workloads[workload];
            let address = (at.interface.address, Source::AddressOf { of: at.name.clone() });
            packet.translate(End::Source, &address, &(service.member_port, Source::ServicePort));
        }
        packet
    }

    /// The member's vRouter puts the member's address in the place of the virtual one.
    pub(super) fn to_member_address(&self, workload: WorkloadId, mut work: Work) -> Work {
        let Some(service) = self.virtual_service_of(workload) else { return work };
        if self.is_answer || self.destination(&work) != service.address {
            return work;
        }
        let at = &self.fabric.workloads[workload];
        let address = (at.interface.address, Source::AddressOf { of: at.name.clone() });
        work.packet.translate(End::Destination, &address, &(service.member_port, Source::ServicePort));
        let (from, to) = ((service.address, service.port), (at.interface.address, service.member_port));
        work.step(Step::Translate { from, to })
    }

    /// The virtual address again in the answer, which is then looked up in that address' network; otherwise the
    /// workload's own network.
    pub(super) fn as_virtual_service(&self, workload: WorkloadId, mut work: Work) -> (NetworkId, Work) {
        let at = &self.fabric.workloads[workload];
        let Some(service) = self.virtual_service_of(workload).filter(|_| self.is_answer) else {
            return (at.interface.network, work);
        };
        let address = (service.address, Source::AddressOf { of: service.name.clone() });
        work.packet.translate(End::Source, &address, &(service.port, Source::ServicePort));
        let (from, to) = ((at.interface.address, service.member_port), (service.address, service.port));
        (service.network, work.step(Step::Translate { from, to }))
    }
}
