//! The public API against hostile bytes, laws, the defects of other libraries and captures made by others.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod anomalies;
mod bgp;
mod corpus;
mod fields;
mod headers;
mod hex;
mod malformed;
mod mpls;
mod others;
mod packets;
mod shown;
mod stamped;
mod values;
mod vectors;
mod vxlan;
mod walks;

#[cfg(feature = "capture")]
mod asked;
#[cfg(feature = "capture")]
mod captures;
#[cfg(feature = "arbitrary")]
mod changed;
#[cfg(feature = "arbitrary")]
mod edit;
#[cfg(feature = "arbitrary")]
mod encapsulation;
#[cfg(feature = "capture")]
mod files;
#[cfg(feature = "arbitrary")]
mod flow;
#[cfg(feature = "arbitrary")]
mod frames;
#[cfg(feature = "arbitrary")]
mod generate;
#[cfg(feature = "arbitrary")]
mod generated;
#[cfg(all(feature = "arbitrary", feature = "serde"))]
mod serialized;
