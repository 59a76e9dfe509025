//! A flow out and back: who sends what, and what is translated in between.

use std::net::{IpAddr, Ipv4Addr};

use super::Trace;
use super::note::{AddressOf, Source};
use super::walk::Walker;
use crate::fabric::{Address, Endpoint, Fabric, Family, Name, Protocol, ServerId, WorkloadId};
use crate::limits;

/// The port that stands for the client's choice.
const CLIENT_PORT: u16 = 40_000;

/// A flow with its ends found, which are of one address family.
pub(crate) struct Traced<'n> {
    pub(crate) from: (&'n Name, Endpoint),
    pub(crate) to: (&'n Name, Endpoint),
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) family: Option<Family>,
    pub(crate) why: &'n Name,
}

/// Traces a flow out and back.
pub(crate) fn trace(fabric: &Fabric, flow: &Traced<'_>) -> Trace {
    let (from, to) = (fabric.address_of(flow.from.1), fabric.address_of(flow.to.1));
    let opener = (from, Source::AddressOf(AddressOf::From));
    let answerer = (to, Source::AddressOf(AddressOf::To));
    let client = (CLIENT_PORT, Source::ClientPort);
    let service = (flow.port, Source::ServicePort);
    let mut walker = Walker::new(fabric, flow.protocol, flow.port);
    walker.nat = fabric.translation(flow, from);
    walker.dhcp = fabric.dhcp(flow);
    if let Endpoint::VirtualService(id) = flow.to.1 {
        walker.virtual_service = Some(id);
    }
    let headers = &mut walker.notes.headers;
    let opening = match walker.dhcp {
        Some(dhcp) => dhcp.discover(headers),
        None => headers.opening(flow.protocol, [opener, answerer], [client, service], false, Vec::new()),
    };
    let out = walker.walk(flow.from.1, flow.to.1, flow.to.0, opening);

    // The answer goes to whom the opening packet said it came from.
    walker.is_answer = true;
    let headers = &mut walker.notes.headers;
    let answer = match (walker.dhcp, walker.nat) {
        (Some(dhcp), _) => dhcp.offer(fabric, headers),
        (None, nat) => {
            let (address, port) = match nat {
                Some(nat) => {
                    let [first, last] = nat.pool;
                    let address = (nat.outside.0, Source::AddressOf(AddressOf::Vhost0(nat.server)));
                    (address, (nat.outside.1, Source::TranslatedPort { first, last }))
                }
                None => (opener, client),
            };
            headers.opening(flow.protocol, [answerer, address], [service, port], true, Vec::new())
        }
    };
    let back = walker.walk(flow.to.1, flow.from.1, flow.from.0, answer);
    Trace {
        fabric: fabric.clone(),
        from: flow.from.0.clone(),
        to: flow.to.0.clone(),
        protocol: flow.protocol,
        port: flow.port,
        family: flow.family,
        why: flow.why.clone(),
        notes: walker.notes,
        out,
        back,
    }
}

/// A translation that distributed SNAT keeps for a flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nat {
    pub(super) server: ServerId,
    pub(super) workload: WorkloadId,
    /// The workload's address and port.
    pub(super) inside: (IpAddr, u16),
    /// vhost0's address, and a port of the pool.
    pub(super) outside: (IpAddr, u16),
    /// The pool's range.
    pub(super) pool: [u16; 2],
}

impl Fabric {
    pub(crate) fn address_of(&self, end: Endpoint) -> IpAddr {
        let address = |at: Option<&Address>| at.map_or(Ipv4Addr::UNSPECIFIED.into(), |at| at.address);
        match end {
            Endpoint::Workload(id, family) => self.workloads[id].address_of(family),
            Endpoint::Server(id, index) => address(self.servers[id].addresses.get(index)),
            Endpoint::Vhost0(id) => address(self.servers[id].vhost0.as_ref()),
            Endpoint::VirtualService(id) => self.virtual_services[id].address,
        }
    }

    /// The translation for a flow that a workload behind distributed SNAT opens to the underlay.
    fn translation(&self, flow: &Traced<'_>, from: IpAddr) -> Option<Nat> {
        let (Endpoint::Workload(workload, _), Endpoint::Server(..)) = (flow.from.1, flow.to.1) else {
            return None;
        };
        if !limits::only_behind_snat(self, workload) {
            return None;
        }
        let server = self.workloads[workload].host;
        let vhost0 =
            self.servers[server].vhost0.as_ref().filter(|at| at.address.is_ipv4() == from.is_ipv4())?;
        let pool = self.pools.iter().find(|pool| pool.protocol == flow.protocol)?;
        Some(Nat {
            server,
            workload,
            inside: (from, CLIENT_PORT),
            outside: (vhost0.address, pool.start_port),
            pool: [pool.start_port, pool.end_port],
        })
    }
}
