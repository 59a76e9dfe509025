//! Route targets and route distinguishers.

use std::net::Ipv4Addr;

use contrail_wire::{AssignedNumber, RouteDistinguisher, RouteTarget};

use crate::fabric::{Fabric, NetworkId, RouterId};

/// Of what a device bridges, and of its segments (device manager's templates; `7999999` and `7999`).
pub(super) const DEFAULT_SWITCH: usize = 7999;
/// The first that Contrail gives by itself (schema transformer, `route_target.py`).
const FIRST_TARGET: u32 = 8_000_000;
const FIRST_TARGET_FOUR_OCTETS: u16 = 8_000;

impl Fabric {
    /// What the VRFs of a network import.
    pub(super) fn network_target(&self, network: NetworkId) -> RouteTarget {
        self.counted_target(network.index())
    }

    /// What the VRFs of a logical router import.
    pub(super) fn router_target(&self, router: RouterId) -> RouteTarget {
        self.counted_target(self.networks.len() + router.index())
    }

    /// What devices import Ethernet segments by.
    pub(super) fn segment_target(&self) -> RouteTarget {
        self.target(7_999_999, 7_999)
    }

    fn counted_target(&self, index: usize) -> RouteTarget {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let short = u16::try_from(number).unwrap_or(u16::MAX);
        self.target(FIRST_TARGET.saturating_add(number), FIRST_TARGET_FOUR_OCTETS.saturating_add(short))
    }

    /// With either number, as the AS number leaves room for it.
    fn target(&self, number: u32, short: u16) -> RouteTarget {
        let asn = self.autonomous_system;
        RouteTarget::from(match u16::try_from(asn) {
            Ok(asn) => AssignedNumber::TwoOctetAs { asn, number },
            Err(_) => AssignedNumber::FourOctetAs { asn, number: short },
        })
    }
}

/// `<address>:<number>`
pub(super) fn route_distinguisher(address: Ipv4Addr, number: usize) -> RouteDistinguisher {
    AssignedNumber::Ipv4 { address, number: u16::try_from(number).unwrap_or(u16::MAX) }.into()
}
