//! A server's own network stack: controllers, bare metal, the services on them.

use std::net::IpAddr;

use super::note::{Interface, NextHop, Route, Step, Table};
use super::step::RouteKind;
use super::verdict::Drop;
use super::walk::{Walker, Work, default_route, mac_of};
use crate::fabric::{Address, ServerId, ServerKind, StaticRoute};

/// By which interface a host sends to which next hop, and the route that says so.
type Found<'f> = (&'f Address, IpAddr, Route);

impl<'f> Walker<'f> {
    pub(super) fn host_sends(&mut self, server: ServerId, mut work: Work) {
        let destination = self.destination(&work);
        if let Some(reason) = self.behind_snat(destination).filter(|_| !self.is_answer) {
            return self.drop(work, reason);
        }
        let (interface, next_hop, chosen) = match self.host_lookup(server, destination) {
            Ok(found) => found,
            Err(reason) => return self.drop(work, reason),
        };
        self.step(&mut work, Step::lookup(Table::Host(server), destination, chosen));
        let network = interface.network;
        let (to, owner) = match self.resolve(server, network, next_hop) {
            Ok(found) => found,
            Err(reason) => return self.drop(work, reason),
        };
        self.step(&mut work, Step::Resolve { network, address: next_hop, mac: to.0, owner });
        let own = mac_of(interface, Interface::Server(server, network));
        self.out_of_server(server, network, work, own, to);
    }

    /// The interface and next hop that a host's table gives for a destination.
    fn host_lookup(&self, server: ServerId, destination: IpAddr) -> Result<Found<'f>, Drop> {
        let fabric = self.fabric;
        let host = &fabric.servers[server];
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
                let next_hop = NextHop::Network(interface.network);
                Ok((interface, destination, Route { to: prefix, kind: RouteKind::Connected, next_hop }))
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
                let next_hop = NextHop::Gateway(*via);
                Ok((interface, *via, Route { to: *to, kind: RouteKind::Static, next_hop }))
            }
            _ => self
                .given_by_dhcp(server, destination)
                .ok_or_else(|| self.no_route(Table::Host(server), destination, Vec::new())),
        }
    }

    /// A bare-metal server's default route for IPv4: the service node tells it the gateway of its network.
    fn given_by_dhcp(&self, server: ServerId, destination: IpAddr) -> Option<Found<'f>> {
        let fabric = self.fabric;
        let host = &fabric.servers[server];
        let is_asking = host.kind == ServerKind::BareMetal && fabric.active_service_node().is_some();
        let mut interfaces = host.addresses.iter().filter(|at| is_asking && at.address.is_ipv4());
        let interface = interfaces.next().filter(|_| destination.is_ipv4())?;
        let gateway = fabric.networks[interface.network].subnet_of(interface.address)?.gateway?;
        let to = default_route(destination);
        Some((interface, gateway, Route { to, kind: RouteKind::Dhcp, next_hop: NextHop::Gateway(gateway) }))
    }
}
