//! `evpn_announce` and `evpn_listen` against BGP daemons of others, on loopback.
//!
//! A daemon reflects routes between the two. Three things are asked of each kind of route: that what is announced
//! stands in the daemon's table, that it comes out of it to the listener as it went in, and that what the daemon itself
//! originates is what it was told to. What a daemon cannot do is listed with the reason, and the list is exact: what
//! begins to work fails the test too, until it is taken off.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]

mod bird;
mod drift;
mod exabgp;
mod frr;
mod gobgp;
mod lab;
