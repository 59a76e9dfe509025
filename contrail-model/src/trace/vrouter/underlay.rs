//! Out of vhost0 into the underlay: tunnelled, translated, or as it is.

use std::net::IpAddr;

use crate::fabric::{Name, ServerId, TunnelKind, WorkloadId};
use crate::trace::conversation::Nat;
use crate::trace::packet::{End, Shim, Sourced};
use crate::trace::source::Source;
use crate::trace::step::{Route, RouteKind, Step, Table};
use crate::trace::verdict::{Drop, Verdict};
use crate::trace::walk::{Node, Outcomes, Walker, Work, default_route};
use contrail_wire::MacAddr;

impl Walker<'_> {
    /// Into the underlay with the workload's own address.
    pub(super) fn by_ip_fabric(
        &self,
        server: ServerId,
        workload: WorkloadId,
        destination: IpAddr,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.workloads[workload];
        let table = Table::IpFabric { server: fabric.servers[server].name.clone() };
        work.packet.hop();
        let work = work.step(Step::Lookup {
            table,
            destination,
            chosen: self.route_of_vhost0(server, destination, RouteKind::IpFabric),
            passed_over: Vec::new(),
        });
        let source = if fabric.release.ip_fabric_keeps_workload_mac() {
            let source = Source::InterfaceMac { of: at.name.clone(), given: at.interface.mac_is_given };
            (at.interface.mac, source)
        } else {
            self.vhost0_mac(server)
        };
        self.out_of_vhost0(server, work, destination, source)
    }

    /// Into the underlay with vhost0's address.
    pub(super) fn by_snat(
        &self,
        server: ServerId,
        workload: WorkloadId,
        destination: IpAddr,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.workloads[workload];
        let workload_name = at.name.clone();
        let network = fabric.networks[at.interface.network].name.clone();
        let here = Node::Server(server);
        let Some(Nat { workload, inside, outside, pool: [first, last], .. }) = self.nat.clone() else {
            if self.is_answer {
                // The answer of a flow that cannot have been opened.
                return self.drop(here, work, Drop::BehindSnat { workload: workload_name, network });
            }
            if !fabric.pools.iter().any(|pool| pool.protocol == self.protocol) {
                let protocol = self.protocol.name();
                return self.drop(here, work, Drop::NoTranslationPool { protocol, network });
            }
            let missing = format!("whether {network} behind distributed SNAT may send this");
            let verdict = Verdict::Undetermined { at: self.name(here), missing };
            return vec![(work, Err(verdict))];
        };
        let at = &fabric.servers[server];
        work.packet.hop();
        work.steps.push(Step::Lookup {
            table: Table::IpFabric { server: at.name.clone() },
            destination,
            chosen: self.route_of_vhost0(server, destination, RouteKind::FabricSnat),
            passed_over: Vec::new(),
        });
        let translated = Source::Translated {
            hypervisor: at.name.clone(),
            workload: fabric.workloads[workload].name.clone(),
        };
        let port = (outside.1, Source::TranslatedPort { first, last });
        work.packet.translate(End::Source, &(outside.0, translated), &port);
        work.steps.push(Step::Translate { from: inside, to: outside });
        let source = self.vhost0_mac(server);
        self.out_of_vhost0(server, work, destination, source)
    }

    /// The route by which vhost0 reaches an address: its own subnet, or the default route.
    fn route_of_vhost0(&self, server: ServerId, destination: IpAddr, kind: RouteKind) -> Route {
        let vhost0 = self.fabric.servers[server].vhost0.as_ref();
        let subnet = vhost0.and_then(|at| self.fabric.networks[at.network].subnet_of(at.address));
        match subnet {
            Some(subnet) if subnet.prefix.contains(&destination) => {
                Route { to: subnet.prefix, kind, next_hop: "the subnet of vhost0".to_owned() }
            }
            _ => Route { to: default_route(destination), kind, next_hop: "the gateway of vhost0".to_owned() },
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the one tunnel that is made")]
    pub(in crate::trace) fn tunnel_from_vrouter(
        &self,
        server: ServerId,
        mut work: Work,
        tunnel: TunnelKind,
        shim: Shim,
        id: String,
        (end, end_is): Sourced2<IpAddr>,
        because: &str,
    ) -> Outcomes {
        let at = &self.fabric.servers[server];
        let Some(vhost0) = &at.vhost0 else {
            return self.drop(Node::Server(server), work, Drop::NoTunnelEnd { of: at.name.clone() });
        };
        let own: Name = format!("vhost0 of {}", at.name).into();
        work.packet.encapsulate(
            shim,
            (vhost0.address, Source::TunnelEnd { what: own }),
            (end, Source::TunnelEnd { what: end_is }),
        );
        let between = [vhost0.address, end];
        work.steps.push(Step::Encapsulate { tunnel, id, between, because: because.to_owned() });
        let source = self.vhost0_mac(server);
        self.out_of_vhost0(server, work, end, source)
    }

    /// Out of vhost0: to a neighbour in its subnet, or to its gateway.
    fn out_of_vhost0(
        &self,
        server: ServerId,
        mut work: Work,
        destination: IpAddr,
        source: Sourced<MacAddr>,
    ) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Server(server);
        let at = &fabric.servers[server];
        let Some(vhost0) = &at.vhost0 else {
            return self.drop(here, work, Drop::NoTunnelEnd { of: at.name.clone() });
        };
        let network = &fabric.networks[vhost0.network];
        let Some(subnet) = network.subnet_of(vhost0.address) else {
            let missing = format!("the subnet of {} that vhost0 {} is in", network.name, vhost0.address);
            let verdict = Verdict::Undetermined { at: at.name.clone(), missing };
            return vec![(work, Err(verdict))];
        };
        if subnet.prefix.addr().is_ipv4() != destination.is_ipv4() {
            let missing = format!("a next hop for {destination}: vhost0 has {} only", vhost0.address);
            let verdict = Verdict::Undetermined { at: at.name.clone(), missing };
            return vec![(work, Err(verdict))];
        }
        let next_hop = if subnet.prefix.contains(&destination) { Some(destination) } else { subnet.gateway };
        let Some(next_hop) = next_hop else {
            let missing = format!("the gateway of {} for vhost0", network.name);
            let verdict = Verdict::Undetermined { at: at.name.clone(), missing };
            return vec![(work, Err(verdict))];
        };
        let (to, owner) = match self.resolve(server, vhost0.network, next_hop) {
            Ok(found) => found,
            Err(reason) => return self.drop(here, work, reason),
        };
        let step = Step::Resolve { network: network.name.clone(), address: next_hop, mac: to.0, owner };
        work.steps.push(step);
        self.out_of_server(server, vhost0.network, work, source, to)
    }
}

/// An address and what it is, in words.
pub(in crate::trace) type Sourced2<T> = (T, Name);
