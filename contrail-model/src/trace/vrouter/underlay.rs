//! Out of vhost0 into the underlay: tunnelled, translated, or as it is.

use std::net::IpAddr;

use crate::fabric::{ServerId, TunnelKind, WorkloadId};
use crate::trace::conversation::Nat;
use crate::trace::note::{Interface, NextHop, Route, Source, Step, Table, TunnelEnd};
use crate::trace::packet::{End, Shim, Sourced};
use crate::trace::step::RouteKind;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work, default_route, mac_of};
use contrail_wire::MacAddr;

impl Walker<'_> {
    /// Into the underlay with the workload's own address.
    pub(super) fn by_ip_fabric(
        &mut self,
        server: ServerId,
        workload: WorkloadId,
        destination: IpAddr,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        self.hop(&mut work);
        let chosen = self.route_of_vhost0(server, destination, RouteKind::IpFabric);
        self.step(&mut work, Step::lookup(Table::IpFabric(server), destination, chosen));
        let source = if fabric.release.ip_fabric_keeps_workload_mac() {
            mac_of(&fabric.workloads[workload].interface, Interface::Workload(workload))
        } else {
            fabric.vhost0_mac(server)
        };
        self.out_of_vhost0(server, work, destination, source);
    }

    /// Into the underlay with vhost0's address.
    pub(super) fn by_snat(
        &mut self,
        server: ServerId,
        workload: WorkloadId,
        destination: IpAddr,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let at = &fabric.workloads[workload];
        let network = &fabric.networks[at.interface.network].name;
        let Some(Nat { workload, inside, outside, pool: [first, last], .. }) = self.nat else {
            if self.is_answer {
                // The answer of a flow that cannot have been opened.
                let (workload, network) = (at.name.clone(), network.clone());
                return self.drop(work, Drop::BehindSnat { workload, network });
            }
            if !fabric.pools.iter().any(|pool| pool.protocol == self.protocol) {
                let protocol = self.protocol.name();
                return self.drop(work, Drop::NoTranslationPool { protocol, network: network.clone() });
            }
            let missing = format!("whether {network} behind distributed SNAT may send this");
            return self.undetermined(work, missing);
        };
        self.hop(&mut work);
        let chosen = self.route_of_vhost0(server, destination, RouteKind::FabricSnat);
        self.step(&mut work, Step::lookup(Table::IpFabric(server), destination, chosen));
        let address = (outside.0, Source::Translated(workload));
        let port = (outside.1, Source::TranslatedPort { first, last });
        self.notes.headers.translate(&mut work.packet, End::Source, address, port);
        self.step(&mut work, Step::Translate { from: inside, to: outside });
        self.out_of_vhost0(server, work, destination, fabric.vhost0_mac(server));
    }

    /// The route by which vhost0 reaches an address: its own subnet, or the default route.
    fn route_of_vhost0(&self, server: ServerId, destination: IpAddr, kind: RouteKind) -> Route {
        let vhost0 = self.fabric.servers[server].vhost0.as_ref();
        let subnet = vhost0.and_then(|at| self.fabric.networks[at.network].subnet_of(at.address));
        match subnet {
            Some(subnet) if subnet.prefix.contains(&destination) => {
                Route { to: subnet.prefix, kind, next_hop: NextHop::SubnetOfVhost0 }
            }
            _ => Route { to: default_route(destination), kind, next_hop: NextHop::GatewayOfVhost0 },
        }
    }

    pub(in crate::trace) fn tunnel_from_vrouter(
        &mut self,
        server: ServerId,
        mut work: Work,
        (tunnel, shim): (TunnelKind, Shim),
        (address, end): (IpAddr, TunnelEnd),
        because: &'static str,
    ) {
        let fabric = self.fabric;
        let at = &fabric.servers[server];
        let Some(vhost0) = &at.vhost0 else {
            return self.drop(work, Drop::NoTunnelEnd { of: at.name.clone() });
        };
        let own = (vhost0.address, Source::TunnelEnd(TunnelEnd::Vrouter(server)));
        self.put_into(&mut work, tunnel, shim, [own, (address, Source::TunnelEnd(end))], because);
        self.out_of_vhost0(server, work, address, fabric.vhost0_mac(server));
    }

    /// Out of vhost0: to a neighbour in its subnet, or to its gateway.
    fn out_of_vhost0(
        &mut self,
        server: ServerId,
        mut work: Work,
        destination: IpAddr,
        source: Sourced<MacAddr>,
    ) {
        let fabric = self.fabric;
        let at = &fabric.servers[server];
        let Some(vhost0) = &at.vhost0 else {
            return self.drop(work, Drop::NoTunnelEnd { of: at.name.clone() });
        };
        let network = vhost0.network;
        let name = &fabric.networks[network].name;
        let Some(subnet) = fabric.networks[network].subnet_of(vhost0.address) else {
            let missing = format!("the subnet of {name} that vhost0 {} is in", vhost0.address);
            return self.undetermined(work, missing);
        };
        if subnet.prefix.addr().is_ipv4() != destination.is_ipv4() {
            let missing = format!("a next hop for {destination}: vhost0 has {} only", vhost0.address);
            return self.undetermined(work, missing);
        }
        let next_hop = if subnet.prefix.contains(&destination) { Some(destination) } else { subnet.gateway };
        let Some(next_hop) = next_hop else {
            return self.undetermined(work, format!("the gateway of {name} for vhost0"));
        };
        let (to, owner) = match self.resolve(server, network, next_hop) {
            Ok(found) => found,
            Err(reason) => return self.drop(work, reason),
        };
        self.step(&mut work, Step::Resolve { network, address: next_hop, mac: to.0, owner });
        self.out_of_server(server, network, work, source, to);
    }
}
