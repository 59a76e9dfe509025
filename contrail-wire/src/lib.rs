//! The headers and the BGP of an EVPN fabric, read and written in place.
//!
//! `contrail-wire` decodes and encodes what crosses the border between overlay and underlay: VXLAN, MPLS over
//! UDP, MPLS over GRE, and the Ethernet, IP and transport headers around them; and in [`bgp`] what the fabric's
//! control plane says of it. It is `no_std`, allocates nothing,
//! contains no `unsafe` code and does not panic on any input.
//!
//! # How it is built
//!
//! - **A header is its bytes.** Each is a `#[repr(C)]` struct in wire order that is borrowed from a frame
//!   ([`FixedHeader::decode`]), changed in it ([`FixedHeader::decode_mut`]) or written ([`FixedHeader::encode`]).
//! - **One level at a time.** A [`Packet`] is one level of encapsulation; [`Packet::inner`] decodes the next.
//!   Offsets stay absolute in the outermost frame. Each enclosing length is a hard boundary.
//! - **MPLS does not say what it carries.** The caller does: [`Decoder::mpls_payload`].
//! - **Writing prepends.** An [`Encapsulation`] is prepared once and [stamped](Template::stamp) in front of an
//!   inner frame that stays where it is.
//! - **An error says where**: layer, absolute offset, what was expected, and whose length is contradicted.
//!
//! ```
//! use contrail_wire::{Decoder, Tunnel};
//! # let frame = contrail_wire::doc::VXLAN_FRAME;
//! let decoder = Decoder::new();
//! for level in decoder.ethernet(frame)?.levels() {
//!     let level = level?;
//!     match level.tunnel() {
//!         Some(Tunnel::Vxlan(vxlan)) => println!("VNI {} at byte {}", vxlan.vni, level.offset()),
//!         other => println!("{other:?}"),
//!     }
//! }
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```
#![no_std]

#[cfg(any(test, feature = "arbitrary", feature = "capture"))]
extern crate std;

mod anomaly;
pub mod bgp;
#[cfg(feature = "capture")]
pub mod capture;
mod decoder;
mod edit;
mod encap;
mod error;
mod figure;
pub mod flow;
pub mod frame;
#[cfg(feature = "arbitrary")]
pub mod generate;
mod header;
pub mod net;
mod packet;
mod reader;
#[cfg(feature = "serde")]
mod serialize;
pub mod tunnel;
mod value;
mod verify;
mod walk;

pub use anomaly::{Anomaly, AnomalyReport};
pub use decoder::{Decoded, Decoder, LinkType, MplsPayload};
pub use edit::PacketMut;
pub use encap::{Encapsulation, Labels, Template, policy};
pub use error::{Bound, DecodeError, EncodeError, Layer, Problem, ValueError};
pub use header::{FieldValue, FixedHeader, Header};
/// Prefixes, as routes hold them.
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use packet::{Levels, Link, Network, Packet, PayloadKind, Transport, Tunnel};
pub use value::{
    AssignedNumber, EtherType, EthernetSegment, EthernetSegmentId, EthernetTag, IpProtocol, Ipv4Octets,
    Ipv6Octets, Label, LabelField, MacAddr, RouteDistinguisher, RouteTarget, Vni,
};
pub use verify::Checksum;
/// Numbers in network byte order, as the headers' fields hold them.
pub use zerocopy::network_endian::{U16, U32};
pub use zerocopy::{FromBytes, IntoBytes};

/// What the examples in this documentation decode.
#[doc(hidden)]
pub mod doc {
    /// A TCP SYN to an amphora, in VXLAN with VNI 5001.
    pub const VXLAN_FRAME: &[u8] = &[
        0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, // Ethernet
        0x45, 0x00, 0x00, 0x5a, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11, 0x63, 0x74, 0x0a, 0xff, 0x00, 0x0b, 0x0a,
        0x01, 0x02, 0x15, // IPv4
        0xc1, 0x23, 0x12, 0xb5, 0x00, 0x46, 0x00, 0x00, // UDP
        0x08, 0x00, 0x00, 0x00, 0x00, 0x13, 0x89, 0x00, // VXLAN
        0x02, 0xaa, 0x00, 0x00, 0x00, 0x11, 0x00, 0x00, 0x5e, 0x01, 0x00, 0x01, 0x08, 0x00, // Ethernet
        0x45, 0x00, 0x00, 0x28, 0x00, 0x00, 0x40, 0x00, 0x3f, 0x06, 0x1d, 0x57, 0x0a, 0x01, 0x0a, 0x0b, 0x0a,
        0x63, 0x00, 0x0b, // IPv4
        0x9c, 0x40, 0x24, 0xe3, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x02, 0xff, 0xff, 0xd0,
        0x45, 0x00, 0x00, // TCP
    ];

    /// An UPDATE with the EVPN route of an amphora, over VXLAN with VNI 5001.
    pub const EVPN_UPDATE: &[u8] = &[
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
        0x6b, 0x02, // marker, length and type
        0x00, 0x00, 0x00, 0x54, // no withdrawn routes; length of attributes
        0x80, 0x0e, 0x30, 0x00, 0x19, 0x46, 0x04, 0x0a, 0x00, 0x00, 0x01, 0x00, // MP_REACH_NLRI
        0x02, 0x25, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x01, 0x00, 0x07, // MAC/IP route: route distinguisher
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, // segment and tag
        0x30, 0x02, 0xaa, 0x00, 0x00, 0x00, 0x11, // MAC address
        0x20, 0x0a, 0x63, 0x00, 0x0b, // IP address
        0x00, 0x13, 0x89, // label
        0x40, 0x01, 0x01, 0x00, // ORIGIN
        0x40, 0x02, 0x00, // AS_PATH
        0x40, 0x05, 0x04, 0x00, 0x00, 0x00, 0x64, // LOCAL_PREF
        0xc0, 0x10, 0x10, // EXTENDED_COMMUNITIES
        0x00, 0x02, 0xfc, 0x00, 0x00, 0x00, 0x13, 0x89, // route target
        0x03, 0x0c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, // encapsulation
    ];

    pub use crate::encap::doc::{outer_ipv4, outer_ipv6, outer_udp};
}
