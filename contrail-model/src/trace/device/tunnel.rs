//! The ends of tunnels on a device.

use std::net::IpAddr;

use super::From;
use crate::fabric::{DeviceId, Name, NetworkId, RouterId, TunnelKind, WorkloadId};
use crate::trace::packet::{Shim, Sourced};
use crate::trace::source::Source;
use crate::trace::step::Step;
use crate::trace::verdict::{Drop, Verdict};
use crate::trace::vrouter::mpls_shim;
use crate::trace::walk::{Node, Outcomes, Walker, Work};
use contrail_wire::{Header, Label, Vni};

impl Walker<'_> {
    /// Puts a frame into VXLAN and sends it into the underlay.
    pub(in crate::trace) fn encapsulate_vxlan(
        &self,
        device: DeviceId,
        mut work: Work,
        (vni, vni_source): Sourced<Vni>,
        (end, end_is): (Option<IpAddr>, Name),
        because: &str,
    ) -> Outcomes {
        let at = &self.fabric.devices[device];
        let (Some(own), Some(end)) = (at.loopback, end) else {
            let of = if end.is_none() { end_is } else { at.name.clone() };
            return self.drop(Node::Device(device), work, Drop::NoTunnelEnd { of });
        };
        work.packet.set_vlan(None);
        let own_is: Name = format!("loopback of {}", at.name).into();
        work.packet.encapsulate(
            Shim::Vxlan((vni, vni_source)),
            (own, Source::TunnelEnd { what: own_is }),
            (end, Source::TunnelEnd { what: end_is }),
        );
        work.is_encapsulated_here = true;
        let work = work.step(Step::Encapsulate {
            tunnel: TunnelKind::Vxlan,
            id: format!("VNI {vni}"),
            between: [own, end],
            because: because.to_owned(),
        });
        self.route_in_underlay(device, From::Here, work)
    }

    /// From a DC gateway into MPLS to a vRouter.
    pub(super) fn encapsulate_mpls(
        &self,
        device: DeviceId,
        workload: WorkloadId,
        mut work: Work,
        (end, end_is): (Option<IpAddr>, Name),
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.devices[device];
        let (Some(own), Some(end)) = (at.loopback, end) else {
            return self.drop(Node::Device(device), work, Drop::NoTunnelEnd { of: at.name.clone() });
        };
        let target = &fabric.workloads[workload];
        let label = fabric.workload_label(workload);
        let advertised_by = fabric.servers[target.host].name.clone();
        let source = Source::LabelFrom { advertised_by, what: target.name.clone() };
        let tunnel = fabric.mpls_tunnel();
        work.packet.strip_link();
        let own_is: Name = format!("loopback of {}", at.name).into();
        work.packet.encapsulate(
            mpls_shim(tunnel, (label, source)),
            (own, Source::TunnelEnd { what: own_is }),
            (end, Source::TunnelEnd { what: end_is }),
        );
        let because = "the tunnel that the vRouter's L3VPN route offers first".to_owned();
        let (id, between) = (format!("label {label}"), [own, end]);
        let work = work.step(Step::Encapsulate { tunnel, id, between, because });
        self.route_in_underlay(device, From::Here, work)
    }

    /// A packet for the device's own loopback: the end of a tunnel.
    pub(super) fn terminate(&self, device: DeviceId, from: From, mut work: Work) -> Outcomes {
        let here = Node::Device(device);
        match work.packet.shim().copied() {
            Some(Header::Vxlan(vxlan)) => {
                if let From::Access(server, network) = from
                    && let Some(reason) = self.behind_access(device, server, network, true)
                {
                    return self.drop(here, work, reason);
                }
                work.packet.decapsulate();
                self.out_of_vxlan(device, vxlan.vni, work)
            }
            Some(Header::Mpls(entry)) => self.out_of_mpls(device, entry.label(), work),
            _ => {
                let missing = "what runs on the device's own address".to_owned();
                let verdict = Verdict::Undetermined { at: self.name(here), missing };
                vec![(work, Err(verdict))]
            }
        }
    }

    fn out_of_vxlan(&self, device: DeviceId, vni: Vni, mut work: Work) -> Outcomes {
        let fabric = self.fabric;
        let id = format!("VNI {vni}");
        let tunnel = TunnelKind::Vxlan;
        let is_here = |router: &&RouterId| fabric.routers[**router].extended_to.contains(&device);
        let router = fabric.routers_with_vni(vni).iter().find(is_here);
        if let Some(router) = router.filter(|_| fabric.devices[device].routes_tenants()) {
            let into = format!("the VRF of {}", fabric.routers[*router].name);
            work.packet.hop();
            return self.route_in_vrf(device, *router, work.step(Step::Decapsulate { tunnel, id, into }));
        }
        let takes_part = |network: &&NetworkId| fabric.takes_part(device, **network);
        match fabric.networks_with_vni(vni).iter().find(takes_part) {
            Some(network) => {
                let into = format!("network {}", fabric.networks[*network].name);
                let work = work.step(Step::Decapsulate { tunnel, id, into });
                self.bridge(device, *network, From::Here, work)
            }
            None => self.drop(Node::Device(device), work, Drop::UnknownTunnel { id }),
        }
    }

    fn out_of_mpls(&self, device: DeviceId, label: Label, mut work: Work) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        let at = &fabric.devices[device];
        let tunnel = fabric.mpls_tunnel();
        if !at.terminates_mpls() {
            return self.drop(here, work, Drop::CannotTerminate { tunnel: tunnel.name() });
        }
        let router = fabric.router_with_label(label);
        let router = router.filter(|router| fabric.routers[*router].extended_to.contains(&device));
        let id = format!("label {label}");
        match router {
            Some(router) => {
                let at = &fabric.routers[router];
                work.packet.decapsulate();
                work.packet.hop();
                let into = format!("the VRF of {}", at.name);
                self.route_in_vrf(device, router, work.step(Step::Decapsulate { tunnel, id, into }))
            }
            None => self.drop(here, work, Drop::UnknownTunnel { id }),
        }
    }
}
