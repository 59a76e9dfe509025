//! A flow out and back: who sends what, and what is translated in between.

use std::net::{IpAddr, Ipv4Addr};

use super::Trace;
use super::flow::FlowError;
use super::packet::{PacketHeaders, Sourced};
use super::source::Source;
use super::walk::Walker;
use crate::fabric::{Address, Endpoint, Fabric, Name, Protocol, ServerId, WorkloadId};
use crate::limits;

/// The port that stands for the client's choice.
const CLIENT_PORT: u16 = 40_000;

/// A flow with its ends found.
pub(crate) struct Traced {
    pub(crate) from: (Name, Endpoint),
    pub(crate) to: (Name, Endpoint),
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) why: Name,
}

/// Traces a flow out and back.
pub(crate) fn trace(fabric: &Fabric, flow: &Traced) -> Result<Trace, FlowError> {
    let (from, to) = (fabric.address_of(flow.from.1), fabric.address_of(flow.to.1));
    if from.is_ipv4() != to.is_ipv4() {
        return Err(FlowError::Families { from, to });
    }
    let address = |end: &(Name, Endpoint), ip: IpAddr| -> Sourced<IpAddr> {
        (ip, Source::AddressOf { of: end.0.clone() })
    };
    let client = (CLIENT_PORT, Source::ClientPort);
    let service = (flow.port, Source::ServicePort);
    let walker = Walker {
        fabric,
        protocol: flow.protocol,
        port: flow.port,
        nat: fabric.translation(flow, from),
        virtual_service: match flow.to.1 {
            Endpoint::VirtualService(id) => Some(id),
            _ => None,
        },
        dhcp: fabric.dhcp(flow),
        is_answer: false,
    };
    let opening = match &walker.dhcp {
        Some(dhcp) => dhcp.discover(),
        None => {
            let ends = [address(&flow.from, from), address(&flow.to, to)];
            PacketHeaders::opening(flow.protocol, ends, [client.clone(), service.clone()], false)
        }
    };
    let out = walker.walk(flow.from.1, flow.to.1, &flow.to.0, &opening);

    let walker = Walker { is_answer: true, ..walker };
    // The answer goes to whom the opening packet said it came from.
    let answer = match (&walker.dhcp, &walker.nat) {
        (Some(dhcp), _) => dhcp.offer(fabric),
        (None, nat) => {
            let back_to = match nat {
                Some(nat) => {
                    let of = format!("vhost0 of {}", fabric.servers[nat.server].name).into();
                    let [first, last] = nat.pool;
                    let address = (nat.outside.0, Source::AddressOf { of });
                    (address, (nat.outside.1, Source::TranslatedPort { first, last }))
                }
                None => (address(&flow.from, from), client),
            };
            let ends = [address(&flow.to, to), back_to.0];
            PacketHeaders::opening(flow.protocol, ends, [service, back_to.1], true)
        }
    };
    let back = walker.walk(flow.to.1, flow.from.1, &flow.from.0, &answer);
    Ok(Trace {
        from: flow.from.0.clone(),
        to: flow.to.0.clone(),
        service: format!("{} {}", flow.protocol.name(), flow.port),
        why: flow.why.clone(),
        out,
        back,
    })
}

/// A translation that distributed SNAT keeps for a flow.
#[derive(Clone, Debug)]
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
            Endpoint::Workload(id) => self.workloads[id].interface.address,
            Endpoint::Server(id, index) => address(self.servers[id].addresses.get(index)),
            Endpoint::Vhost0(id) => address(self.servers[id].vhost0.as_ref()),
            Endpoint::VirtualService(id) => self.virtual_services[id].address,
        }
    }

    /// The translation for a flow that a workload behind distributed SNAT opens to the underlay.
    fn translation(&self, flow: &Traced, from: IpAddr) -> Option<Nat> {
        let (Endpoint::Workload(workload), Endpoint::Server(..)) = (flow.from.1, flow.to.1) else {
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
