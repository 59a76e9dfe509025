//! The headers that carry another frame or packet.

pub mod gre;
pub mod mpls;
pub mod vxlan;
