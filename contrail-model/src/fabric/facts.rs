//! Which facts of a fabric a plan changes.

bitflags::bitflags! {
    /// Kinds of facts that a plan changes. What follows from others alone stays as it was.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Facts: u8 {
        /// Which networks logical routers join, and which devices they are extended to. Name and VNI of a new one are
        /// free.
        const ROUTERS = 1;
        /// Underlay IRBs, and secondary addresses on them.
        const UNDERLAY = 1 << 1;
        /// IP fabric forwarding and distributed SNAT of networks.
        const BREAK_OUTS = 1 << 2;
        /// Port translation pools.
        const POOLS = 1 << 3;
        /// Static routes of servers.
        const HOST_ROUTES = 1 << 4;
        /// How the required flows fare, which follows from all others.
        const FLOWS = 1 << 5;
    }
}
