//! `contrail-wire` beside its peers, on the same bytes, with the same fields read.

pub mod bgp;
pub mod fields;
pub mod frames;
pub mod lower_bound;
pub mod ours;
pub mod peers;
pub mod stamp;
