//! Which flow to trace.

use std::net::IpAddr;

use super::Trace;
use super::blame::Blame;
use super::conversation::{Traced, trace};
use crate::fabric::{Endpoint, Fabric, Name, Protocol, RequiredFlow};

/// A flow to trace, by the names of its ends: a workload, a server, or a service such as `octavia-worker` (or
/// `octavia-worker@ctl1`, where it runs on several servers).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    from: String,
    to: String,
    protocol: Protocol,
    port: u16,
    is_ipv6: bool,
}

impl Flow {
    /// A TCP flow to this port.
    pub fn tcp(from: impl Into<String>, to: impl Into<String>, port: u16) -> Self {
        Self { from: from.into(), to: to.into(), protocol: Protocol::Tcp, port, is_ipv6: false }
    }

    /// A UDP flow to this port.
    pub fn udp(from: impl Into<String>, to: impl Into<String>, port: u16) -> Self {
        Self { from: from.into(), to: to.into(), protocol: Protocol::Udp, port, is_ipv6: false }
    }

    /// The DHCP conversation of a bare-metal server with a service node.
    pub fn dhcp(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: from.into(), to: to.into(), protocol: Protocol::Dhcp, port: 67, is_ipv6: false }
    }

    /// The same over IPv6. Without this a flow is over IPv4, unless one of its ends has no IPv4 address.
    #[must_use]
    pub fn over_ipv6(self) -> Self {
        Self { is_ipv6: true, ..self }
    }
}

/// A flow that cannot be traced, as its ends are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// Nothing has this name.
    #[error("no workload, service or server with an address is called `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A service runs on several servers.
    #[error("`{name}` runs in several places: expected one of {}", choices.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// What would be unambiguous.
        choices: Vec<String>,
    },
    /// DHCP goes from a bare-metal server with an IPv4 address to the active service node.
    #[error(
        "`{from}` does not ask `{to}` for an address: expected a bare-metal server with an IPv4 address and the active service node"
    )]
    NoDhcp {
        /// Who would ask.
        from: String,
        /// Who would answer.
        to: String,
    },
    /// Not both ends have an IPv6 address.
    #[error("not both `{from}` and `{to}` have an IPv6 address")]
    NoIpv6 {
        /// The opening end.
        from: String,
        /// The answering end.
        to: String,
    },
    /// One end has an IPv4 address and the other an IPv6 address.
    #[error("{from} and {to} are of different address families")]
    Families {
        /// The address of the opening end.
        from: IpAddr,
        /// The address of the answering end.
        to: IpAddr,
    },
}

impl Fabric {
    /// Traces a flow out and back.
    pub fn trace(&self, flow: &Flow) -> Result<Trace, FlowError> {
        let [(from_name, from), (to_name, to)] = [self.endpoint(&flow.from)?, self.endpoint(&flow.to)?];
        let ends = match flow.protocol {
            Protocol::Dhcp => self.dhcp_ends(from, to),
            _ => Some([from, to]),
        };
        let mut families = ends.into_iter().flat_map(|ends| self.by_family(flow.protocol, ends));
        let is_wanted =
            |(_, [from, _]): &(_, [Endpoint; 2])| !flow.is_ipv6 || self.address_of(*from).is_ipv6();
        let (family, [from, to]) = families.find(is_wanted).ok_or_else(|| match flow.protocol {
            Protocol::Dhcp => FlowError::NoDhcp { from: flow.from.clone(), to: flow.to.clone() },
            _ if flow.is_ipv6 => FlowError::NoIpv6 { from: flow.from.clone(), to: flow.to.clone() },
            _ => FlowError::Families { from: self.address_of(from), to: self.address_of(to) },
        })?;
        let traced = Traced {
            from: (from_name, from),
            to: (to_name, to),
            protocol: flow.protocol,
            port: flow.port,
            family,
            why: &Name::default(),
        };
        let mut trace = trace(self, &traced);
        Blame::new(self).explain(&traced, &mut trace);
        Ok(trace)
    }

    /// Traces every flow that the document requires, in its order.
    pub fn trace_required(&self) -> Vec<Trace> {
        let flows: Vec<&RequiredFlow> = self.required_flows.iter().collect();
        self.trace_flows(&flows)
    }

    pub(crate) fn trace_flows(&self, flows: &[&RequiredFlow]) -> Vec<Trace> {
        let mut blame = Blame::new(self);
        let traces = flows.iter().map(|flow| {
            let traced = Traced {
                from: (&flow.from.0, flow.from.1),
                to: (&flow.to.0, flow.to.1),
                protocol: flow.protocol,
                port: flow.port,
                family: flow.family,
                why: &flow.why,
            };
            let mut trace = trace(self, &traced);
            blame.explain(&traced, &mut trace);
            trace
        });
        traces.collect()
    }

    fn endpoint(&self, name: &str) -> Result<(&Name, Endpoint), FlowError> {
        match self.endpoints.get_key_value(name).map(|(name, ends)| (name, ends.as_slice())) {
            None | Some((_, [])) => Err(FlowError::Unknown { name: name.to_owned() }),
            Some((name, [one])) => Ok((name, *one)),
            Some(_) => {
                let is_choice =
                    |other: &&Name| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'));
                let mut choices: Vec<String> =
                    self.endpoints.keys().filter(is_choice).map(ToString::to_string).collect();
                choices.sort();
                Err(FlowError::Ambiguous { name: name.to_owned(), choices })
            }
        }
    }
}
