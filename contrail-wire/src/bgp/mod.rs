//! BGP, as the control plane of an EVPN fabric speaks it: messages, path attributes and routes, read where they stand
//! and written into a buffer.
//!
//! - **A stream is split, not copied.** [`Messages`] walks over whole messages; what is left is for the next read.
//! - **What both ends agreed on is said once.** A [`Session`] has the size of AS numbers and who sends path identifiers;
//!   [`Session::negotiate`] finds it in two OPENs.
//! - **Views are lazy.** An [`Update`] is three slices. Attributes and routes are read one by one when they are asked for.
//! - **Nothing unknown is an error.** Unknown attributes, route types, communities and families keep their bytes.
//! - **An error costs no more than it must.** Each has the [`Disposition`] of RFC 7606, a bad route does not hide the good
//!   ones beside it, and [`Update::validate`] says what is to be done with the whole.
//! - **Recorded feeds are read too**: [`mrt`] files, what a router tells of its neighbours ([`bmp`]), and with the feature
//!   `capture` whatever holds BGP, from a file or a pipe (`recorded`).
//! - **What is decoded can be encoded.** Routes and attributes are plain values that are written as they were read.
//! - **What is decoded is data** (feature `serde`): a message is an object, with routes, attributes and errors in it, and
//!   their values as operators write them; EVPN routes are read from the same fields.
//!
//! ```
//! use contrail_wire::bgp::{Message, Messages, Session};
//! # let stream = contrail_wire::doc::EVPN_UPDATE;
//! for message in Messages::new(stream, Session::default()) {
//!     let Message::Update(update) = message? else { continue };
//!     for route in update.evpn_routes() {
//!         println!("{} via {:?}", route?, update.next_hop());
//!     }
//! }
//! # Ok::<(), contrail_wire::bgp::Error>(())
//! ```

mod attribute;
pub mod bmp;
mod builder;
mod capability;
mod community;
mod cursor;
mod error;
mod family;
mod message;
pub mod mrt;
mod nlri;
mod notification;
mod open;
#[cfg(feature = "capture")]
pub mod recorded;
mod route_refresh;
#[cfg(feature = "serde")]
mod serialize;
mod session;
mod update;
mod validate;
mod writer;

pub use attribute::{
    Aggregator, Aigp, AsPath, Attribute, AttributeFlags, AttributeType, Attributes, DPath, Domain,
    MergedPath, MpReach, MpUnreach, NextHop, Origin, PathAttribute, PmsiFlags, PmsiTunnel, PmsiTunnelType,
    Segment, SegmentType, SubTlv, Tunnel, TunnelEncapsulation,
};
pub use builder::UpdateBuilder;
pub use capability::{
    AddPath, AddPathMode, Capabilities, Capability, CapabilityCode, ExtendedNextHop, GracefulRestart,
    GracefulRestartFlags, RestartFamily,
};
pub use community::{
    Community, ContrailCommunity, ExtendedCommunity, ExtendedCommunityKind, Ipv6ExtendedCommunity,
    LargeCommunity, TunnelType,
};
pub use error::{Disposition, Element, Error};
pub use family::{Afi, Families, Family, Safi};
pub use message::{Message, Messages};
pub use nlri::{Nlri, Route, RouteTargetMembership, Routes, VpnRoute, evpn};
pub use notification::Notification;
pub use open::Open;
pub use route_refresh::RouteRefresh;
pub use session::{Session, SessionKind};
pub use update::Update;
