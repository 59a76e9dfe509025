//! What services of known kinds consist of and which flows they need, as data.

mod octavia;

use crate::fabric::Protocol;

/// A kind of integration.
pub(crate) struct Kind {
    /// As it is written in a document.
    pub(crate) name: &'static str,
    /// The services that run on servers.
    pub(crate) services: &'static [&'static str],
    /// What has to work, for each pair of ends.
    pub(crate) flows: &'static [FlowTemplate],
}

pub(crate) struct FlowTemplate {
    /// Who opens the flow.
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) why: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Party {
    /// One of the kind's services.
    Service(&'static str),
    /// Every workload of the management network.
    Workloads,
}

/// All kinds that are known.
pub(crate) const KINDS: &[Kind] = &[octavia::OCTAVIA];
