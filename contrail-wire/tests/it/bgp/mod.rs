//! BGP: laws of routes, attributes and messages.

#[cfg(feature = "capture")]
mod bmp;
mod capabilities;
#[cfg(feature = "capture")]
mod captures;
mod contrail;
mod exabgp;
mod four_octet_as;
#[cfg(feature = "arbitrary")]
mod generated;
mod malformed;
#[cfg(feature = "arbitrary")]
mod messages;
mod mrt;
mod names;
mod peers_defects;
mod prefixes;
mod recorded;
#[cfg(feature = "capture")]
mod recordings;
mod rewrite;
#[cfg(feature = "arbitrary")]
mod routes;
#[cfg(all(feature = "arbitrary", feature = "serde"))]
mod serialized;
#[cfg(feature = "arbitrary")]
mod texts;
mod tshark;
mod validation;
mod vectors;
