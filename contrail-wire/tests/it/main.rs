//! The public API against hostile bytes, laws, the defects of other libraries and captures made by others.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]

mod anomalies;
mod bgp;
mod corpus;
mod edit;
mod encapsulation;
mod flow;
mod frames;
mod generated;
mod headers;
mod malformed;
mod others;
mod packets;
mod stamped;
mod values;
mod walks;

#[cfg(feature = "capture")]
mod asked;
#[cfg(feature = "capture")]
mod captures;
#[cfg(feature = "capture")]
mod files;
#[cfg(feature = "serde")]
mod serialized;
