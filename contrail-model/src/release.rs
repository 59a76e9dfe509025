//! Where the article and the Tungsten Fabric sources tell different stories, and which one a fabric follows.
//!
//! | | `article` | `r2011` |
//! |---|---|---|
//! | source MAC address under IP fabric forwarding | the workload's | the fabric interface's (tf-vrouter, ARP next hop) |
//! | tunnel from a vRouter to a logical router on a DC gateway | MPLS by encapsulation priority | VXLAN by the logical router's type-5 routes |
//! | IRBs of a logical router on an ERB leaf | of all its networks | of those with a port group there; the rest by type-5 routes (tf-specs, Optimize_ERB_Resources) |
//! | gateway of a logical router that only other leaves have | reached over VXLAN, by the type-2 route of its MAC address | not advertised (`do-not-advertise`, tf-controller device manager templates) |
//! | type-2 route of that gateway's MAC address | with the community of a default gateway (RFC 7432 10.1) | without (`no-gateway-community`, tf-controller's template `overlay_evpn_type5`) |
//!
//! The questions below are the only places that ask for the release.

use std::fmt;

/// Whose account of forwarding a fabric follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Release {
    /// "Network Integration of External Components" (2021).
    #[default]
    Article,
    /// Tungsten Fabric R2011, as its sources have it.
    R2011,
}

impl Release {
    pub(crate) const ALL: [Self; 2] = [Self::Article, Self::R2011];

    /// As it is written in a document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::R2011 => "r2011",
        }
    }

    /// Whether a frame of IP fabric forwarding keeps the workload's MAC address as its source.
    pub(crate) const fn ip_fabric_keeps_workload_mac(self) -> bool {
        matches!(self, Self::Article)
    }

    /// Whether a vRouter sends to a logical router on a DC gateway in MPLS rather than VXLAN.
    pub(crate) const fn reaches_dc_gateway_by_mpls(self) -> bool {
        matches!(self, Self::Article)
    }

    /// Whether an ERB leaf has an IRB only for those networks of a logical router that have a port group there.
    pub(crate) const fn erb_irb_needs_port_group(self) -> bool {
        matches!(self, Self::R2011)
    }

    /// Whether leaves advertise the gateway of a logical router, so that leaves without it bridge to it.
    pub(crate) const fn leaves_advertise_gateway(self) -> bool {
        matches!(self, Self::Article)
    }

    /// Whether the route of an advertised gateway has the community of a default gateway.
    pub(crate) const fn marks_gateway(self) -> bool {
        matches!(self, Self::Article)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
