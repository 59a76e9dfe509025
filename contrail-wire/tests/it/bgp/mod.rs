//! BGP: laws of routes, attributes and messages.

#[cfg(feature = "capture")]
mod bmp;
#[cfg(feature = "capture")]
mod captures;
mod contrail;
mod exabgp;
mod four_octet_as;
mod generated;
mod malformed;
mod messages;
mod mrt;
mod peers_defects;
mod prefixes;
mod recorded;
mod rewrite;
mod routes;
#[cfg(feature = "serde")]
mod serialized;
mod texts;
mod tshark;
mod validation;
mod vectors;
