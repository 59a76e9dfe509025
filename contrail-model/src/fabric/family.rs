//! Over which address families a flow goes.

use std::net::IpAddr;

use super::{Address, Endpoint, Fabric, Protocol};

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Family {
    Ipv4,
    Ipv6,
}

impl Family {
    pub(crate) const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        }
    }
}

impl Fabric {
    /// The ends of a flow for each address family that both have an address of, IPv4 first; the family is said where
    /// there are two. DHCP is for IPv4 only.
    pub(crate) fn by_family(
        &self,
        protocol: Protocol,
        [from, to]: [Endpoint; 2],
    ) -> Vec<(Option<Family>, [Endpoint; 2])> {
        let families: &[Family] =
            if protocol == Protocol::Dhcp { &[Family::Ipv4] } else { &[Family::Ipv4, Family::Ipv6] };
        let ends = |family| Some([self.of_family(from, family)?, self.of_family(to, family)?]);
        let found: Vec<_> = families.iter().filter_map(|family| Some((*family, ends(*family)?))).collect();
        let are_two = found.len() > 1;
        found.into_iter().map(|(family, ends)| (are_two.then_some(family), ends)).collect()
    }

    /// An end of a flow by its address of a family; of a server's addresses, one in the same network.
    fn of_family(&self, end: Endpoint, family: Family) -> Option<Endpoint> {
        if Family::of(self.address_of(end)) == family {
            return Some(end);
        }
        match end {
            Endpoint::Workload(id, _) => {
                let has = |at: &Address| Family::of(at.address) == family;
                self.workloads[id].addresses().any(has).then_some(Endpoint::Workload(id, family))
            }
            Endpoint::Server(id, index) => {
                let addresses = &self.servers[id].addresses;
                let network = addresses.get(index)?.network;
                let is_other = |at: &Address| at.network == network && Family::of(at.address) == family;
                addresses.iter().position(is_other).map(|other| Endpoint::Server(id, other))
            }
            Endpoint::Vhost0(_) | Endpoint::VirtualService(_) => None,
        }
    }
}
