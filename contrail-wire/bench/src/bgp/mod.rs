//! An UPDATE with EVPN MAC/IP routes, read and written.

pub mod fields;
pub mod lower_bound;
pub mod messages;
pub mod ours;
pub mod peers;
pub mod write;
