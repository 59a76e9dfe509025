//! The ends of tunnels on a device.

use std::net::IpAddr;

use super::From;
use crate::fabric::{DeviceId, Fabric, NetworkId, RouterId, TunnelKind, WorkloadId};
use crate::trace::note::{Domain, Into, LabelFor, Source, Step, TunnelEnd, TunnelId};
use crate::trace::packet::Shim;
use crate::trace::verdict::Drop;
use crate::trace::vrouter::mpls_shim;
use crate::trace::walk::{Walker, Work};
use contrail_wire::{Header, Label, Vni};

impl Fabric {
    /// The address that tunnels end at.
    fn tunnel_address(&self, end: TunnelEnd) -> Option<IpAddr> {
        match end {
            TunnelEnd::Device(id) => self.devices[id].loopback,
            TunnelEnd::Vrouter(id) => self.servers[id].vhost0.as_ref().map(|vhost0| vhost0.address),
        }
    }

    fn vni_of(&self, domain: Domain) -> Vni {
        match domain {
            Domain::Network(id) => self.networks[id].vni,
            Domain::Router(id) => self.routers[id].vni,
        }
    }
}

impl Walker<'_> {
    /// Puts a frame into VXLAN, with a VNI that a kind of route tells, and sends it into the underlay.
    pub(in crate::trace) fn encapsulate_vxlan(
        &mut self,
        device: DeviceId,
        mut work: Work,
        (domain, route): (Domain, &'static str),
        end: TunnelEnd,
        because: &'static str,
    ) {
        self.notes.headers.set_vlan(&mut work.packet, None);
        work.is_encapsulated_here = true;
        let vni = self.fabric.vni_of(domain);
        let shim = Shim::Vxlan((vni, Source::VniOf(domain, route)));
        self.encapsulate(device, work, TunnelKind::Vxlan, shim, end, because);
    }

    /// From a DC gateway into MPLS to a vRouter.
    pub(super) fn encapsulate_mpls(&mut self, device: DeviceId, workload: WorkloadId, mut work: Work) {
        let fabric = self.fabric;
        let source = Source::LabelFrom(LabelFor::Workload(workload));
        let tunnel = fabric.mpls_tunnel();
        let shim = mpls_shim(tunnel, (fabric.workload_label(workload), source));
        self.notes.headers.strip_link(&mut work.packet);
        let end = TunnelEnd::Vrouter(fabric.workloads[workload].host);
        let because = "the tunnel that the vRouter's L3VPN route offers first";
        self.encapsulate(device, work, tunnel, shim, end, because);
    }

    fn encapsulate(
        &mut self,
        device: DeviceId,
        mut work: Work,
        tunnel: TunnelKind,
        shim: Shim,
        end: TunnelEnd,
        because: &'static str,
    ) {
        let fabric = self.fabric;
        let own = TunnelEnd::Device(device);
        let [from, to] = [own, end].map(|end| fabric.tunnel_address(end));
        let (Some(from), Some(to)) = (from, to) else {
            let of = if to.is_none() { end.described(fabric) } else { fabric.devices[device].name.clone() };
            return self.drop(work, Drop::NoTunnelEnd { of });
        };
        let sources = [(from, Source::TunnelEnd(own)), (to, Source::TunnelEnd(end))];
        self.put_into(&mut work, tunnel, shim, sources, because);
        self.route_in_underlay(device, From::Here, work);
    }

    /// A packet for the device's own loopback: the end of a tunnel.
    pub(super) fn terminate(&mut self, device: DeviceId, from: From, mut work: Work) {
        match self.notes.headers.shim(work.packet) {
            Some(Header::Vxlan(vxlan)) => {
                if let From::Access(server, network) = from
                    && let Some(reason) = self.behind_access(device, server, network, true)
                {
                    return self.drop(work, reason);
                }
                self.notes.headers.decapsulate(&mut work.packet);
                self.out_of_vxlan(device, vxlan.vni, work);
            }
            Some(Header::Mpls(entry)) => self.out_of_mpls(device, entry.label(), work),
            _ => self.undetermined(work, "what runs on the device's own address".to_owned()),
        }
    }

    fn out_of_vxlan(&mut self, device: DeviceId, vni: Vni, mut work: Work) {
        let fabric = self.fabric;
        let id = TunnelId::Vni(vni);
        let tunnel = TunnelKind::Vxlan;
        let is_here = |router: &&RouterId| fabric.routers[**router].extended_to.contains(&device);
        let router = fabric.routers_with_vni(vni).iter().find(is_here);
        if let Some(router) = router.filter(|_| fabric.devices[device].routes_tenants()) {
            self.hop(&mut work);
            self.step(&mut work, Step::Decapsulate { tunnel, id, into: Into::Vrf(*router) });
            return self.route_in_vrf(device, *router, work);
        }
        let takes_part = |network: &&NetworkId| fabric.takes_part(device, **network);
        match fabric.networks_with_vni(vni).iter().find(takes_part) {
            Some(network) => {
                self.step(&mut work, Step::Decapsulate { tunnel, id, into: Into::Network(*network) });
                self.bridge(device, *network, From::Here, work);
            }
            None => self.drop(work, Drop::UnknownTunnel { id: id.told() }),
        }
    }

    fn out_of_mpls(&mut self, device: DeviceId, label: Label, mut work: Work) {
        let fabric = self.fabric;
        let tunnel = fabric.mpls_tunnel();
        if !fabric.devices[device].terminates_mpls() {
            return self.drop(work, Drop::CannotTerminate { tunnel: tunnel.name() });
        }
        let router = fabric.router_with_label(label);
        let router = router.filter(|router| fabric.routers[*router].extended_to.contains(&device));
        let id = TunnelId::Label(label);
        match router {
            Some(router) => {
                self.notes.headers.decapsulate(&mut work.packet);
                self.hop(&mut work);
                self.step(&mut work, Step::Decapsulate { tunnel, id, into: Into::Vrf(router) });
                self.route_in_vrf(device, router, work);
            }
            None => self.drop(work, Drop::UnknownTunnel { id: id.told() }),
        }
    }
}
