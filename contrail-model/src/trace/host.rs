//! A server's own network stack: controllers, bare metal, the services on them.

use std::net::IpAddr;

use super::source::Source;
use super::step::{Route, RouteKind, Step, Table};
use super::verdict::Drop;
use super::walk::{Node, Outcomes, Walker, Work, default_route};
use crate::fabric::{Address, ServerId, ServerKind, StaticRoute};

impl Walker<'_> {
    pub(super) fn host_sends(&self, server: ServerId, mut work: Work) -> Outcomes {
        let here = Node::Server(server);
        let destination = self.destination(&work);
        if let Some(reason) = self.behind_snat(destination).filter(|_| !self.is_answer) {
            return self.drop(here, work, reason);
        }
        let (interface, next_hop, step) = match self.host_lookup(server, destination) {
            Ok(found) => found,
            Err(reason) => return self.drop(here, work, reason),
        };
        work.steps.push(step);
        let ((mac, source), owner) = match self.resolve(server, interface.network, next_hop) {
            Ok(found) => found,
            Err(reason) => return self.drop(here, work, reason),
        };
        let network = self.fabric.networks[interface.network].name.clone();
        let name = &self.fabric.servers[server].name;
        let own =
            Source::InterfaceMac { of: format!("{name} in {network}").into(), given: interface.mac_is_given };
        work.steps.push(Step::Resolve { network, address: next_hop, mac, owner });
        self.out_of_server(server, interface.network, work, (interface.mac, own), (mac, source))
    }

    /// The interface and next hop that a host's table gives for a destination.
    fn host_lookup(&self, server: ServerId, destination: IpAddr) -> Result<(&Address, IpAddr, Step), Drop> {
        let fabric = self.fabric;
        let host = &fabric.servers[server];
        let table = Table::Host { server: host.name.clone() };
        let connected = host.interfaces().filter_map(|interface| {
            let subnet = fabric.networks[interface.network].subnet_of(interface.address)?;
            subnet.prefix.contains(&destination).then_some((interface, subnet.prefix))
        });
        let connected = connected.max_by_key(|(_, prefix)| prefix.prefix_len());
        let routes = host.routes.iter().filter(|route| route.to.contains(&destination));
        let statics = routes.max_by_key(|route| route.to.prefix_len());
        match (connected, statics) {
            (Some((interface, prefix)), statics)
                if statics.is_none_or(|route| route.to.prefix_len() <= prefix.prefix_len()) =>
            {
                let next_hop = fabric.networks[interface.network].name.to_string();
                let chosen = Route { to: prefix, kind: RouteKind::Connected, next_hop };
                let step = Step::Lookup { table, destination, chosen, passed_over: Vec::new() };
                Ok((interface, destination, step))
            }
            (_, Some(StaticRoute { to, via })) => {
                let interface = host.interfaces().find(|interface| {
                    let subnet = fabric.networks[interface.network].subnet_of(interface.address);
                    subnet.is_some_and(|subnet| subnet.prefix.contains(via))
                });
                let interface = interface.ok_or_else(|| {
                    let server = host.name.clone();
                    Drop::NextHopUnreachable { to: *to, via: *via, server, destination }
                })?;
                let chosen = Route { to: *to, kind: RouteKind::Static, next_hop: format!("gateway {via}") };
                let step = Step::Lookup { table, destination, chosen, passed_over: Vec::new() };
                Ok((interface, *via, step))
            }
            _ => self
                .given_by_dhcp(server, destination, &table)
                .ok_or_else(|| self.no_route(table, destination, Vec::new())),
        }
    }

    /// A bare-metal server's default route: the service node tells it the gateway of its network.
    fn given_by_dhcp(
        &self,
        server: ServerId,
        destination: IpAddr,
        table: &Table,
    ) -> Option<(&Address, IpAddr, Step)> {
        let fabric = self.fabric;
        let host = &fabric.servers[server];
        let is_asking = host.kind == ServerKind::BareMetal && fabric.active_service_node().is_some();
        let interface = host.addresses.first().filter(|_| is_asking)?;
        let gateway = fabric.networks[interface.network].subnet_of(interface.address)?.gateway?;
        let (to, next_hop) = (default_route(destination), format!("gateway {gateway}"));
        let chosen = Route { to, kind: RouteKind::Dhcp, next_hop };
        let step = Step::Lookup { table: table.clone(), destination, chosen, passed_over: Vec::new() };
        Some((interface, gateway, step))
    }
}
