//! Values, headers and whole frames for fuzzers and tests, made from any bytes (feature `arbitrary`).
//!
//! Every value and header implements [`Arbitrary`]: what it makes can be decoded. [`NearlyValid`] makes a header with
//! one bit turned over. [`Frame`] is a whole frame, of headers that fit each other, and [`BrokenFrame`] one of them
//! with one thing wrong. So do the routes and attributes of BGP; [`BgpMessage`] is a whole message.
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use contrail_wire::generate::{self, Frame};
//!
//! let input: Vec<u8> = (0..=255).collect();
//! let frame = Frame::arbitrary(&mut Unstructured::new(&input))?;
//! let bytes = frame.encode();
//!
//! let decoder = generate::decoder();
//! let outer = decoder.captured(frame.link, &bytes, bytes.len()).complete().unwrap();
//! let mut decoded = Vec::new();
//! for level in outer.levels() {
//!     decoded.extend(level.unwrap().headers().map(|(_, header)| header));
//! }
//! assert_eq!(decoded, frame.headers);
//! # Ok::<(), arbitrary::Error>(())
//! ```

mod bgp;
mod frame;
mod header;
mod value;

use std::vec;
use std::vec::Vec;

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::bgp::{Attribute, Family, NextHop, Nlri, Notification, Open, RouteRefresh};
use crate::net::udp::UdpHeader;
use crate::tunnel::mpls::LabelStack;
use crate::{Decoder, FixedHeader, Header, Label, LinkType, MplsPayload};

/// A header with one bit turned over, which may be wrong then, odd, or as good as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearlyValid<H>(pub H);

impl<'a, H: FixedHeader + Arbitrary<'a>> Arbitrary<'a> for NearlyValid<H> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut header = H::arbitrary(input)?;
        let place = input.choose_index(H::LEN)?;
        let bit = input.int_in_range(0..=7)?;
        if let Some(byte) = header.as_mut_bytes().get_mut(place) {
            *byte ^= 1 << bit;
        }
        Ok(Self(header))
    }
}

/// A frame in which nothing is wrong or odd: lengths, ports, types and checksums say what is there, and at most
/// three levels of encapsulation.
///
/// Only a GRE checksum, which stands in bytes that are borrowed, is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the first header is.
    pub link: LinkType,
    /// The headers of all levels, outermost first.
    pub headers: Vec<Header<'a>>,
    /// What stands behind them.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// The frame's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut buffer = vec![0; self.len()];
        // Headers are as long as they say, so that this is all the room there must be.
        let _ = crate::frame::encode(&self.headers, self.payload, &mut buffer);
        buffer
    }

    /// How many bytes it has.
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    pub fn len(&self) -> usize {
        self.headers.iter().map(Header::len).sum::<usize>() + self.payload.len()
    }
}

/// A frame of which one byte is wrong, missing or too many, or whose end is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenFrame<'a> {
    /// As it was.
    pub frame: Frame<'a>,
    /// What happened to it.
    pub fault: Fault,
    /// What it is now.
    pub bytes: Vec<u8>,
}

/// What is wrong with a [`BrokenFrame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ends in front of this byte.
    CutAt(usize),
    /// This byte is another.
    ChangedAt(usize),
    /// In front of this byte, another was put in.
    InsertedAt(usize),
    /// This byte was taken out.
    RemovedAt(usize),
}

impl<'a> Arbitrary<'a> for BrokenFrame<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let frame = Frame::arbitrary(input)?;
        let mut bytes = frame.encode();
        let at = input.choose_index(bytes.len())?;
        let fault = match input.int_in_range(0..=5)? {
            0 => Fault::CutAt(at),
            1 => Fault::InsertedAt(at),
            2 => Fault::RemovedAt(at),
            _ => Fault::ChangedAt(at),
        };
        match fault {
            Fault::CutAt(at) => bytes.truncate(at),
            Fault::InsertedAt(at) => bytes.insert(at, input.arbitrary()?),
            Fault::RemovedAt(at) => {
                bytes.remove(at);
            }
            Fault::ChangedAt(at) => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= input.int_in_range(1..=0xff)?;
                }
            }
        }
        Ok(Self { frame, fault, bytes })
    }
}

/// A message in which nothing is wrong, in parts: within an autonomous system, with AS numbers of four octets, without
/// path identifiers, and of 4096 octets at most.
///
/// ```
/// use arbitrary::{Arbitrary, Unstructured};
/// use contrail_wire::bgp::{Message, Session};
/// use contrail_wire::generate::BgpMessage;
///
/// let input: Vec<u8> = (0..=255).rev().collect();
/// let bytes = BgpMessage::arbitrary(&mut Unstructured::new(&input))?.encode();
/// assert!(Message::decode(&bytes, Session::default()).is_ok_and(|(_, rest)| rest.is_empty()));
/// # Ok::<(), arbitrary::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum BgpMessage<'a> {
    /// Who somebody is.
    Open(Open<'a>),
    /// An UPDATE that announces routes.
    Announcement {
        /// Where their traffic goes.
        next_hop: NextHop<'a>,
        /// What is said of them, one attribute of each type, without MP_REACH_NLRI and NEXT_HOP.
        attributes: Vec<Attribute<'a>>,
        /// Routes of one family.
        routes: Vec<Nlri<'a>>,
    },
    /// An UPDATE that withdraws routes.
    Withdrawal {
        /// Routes of one family.
        routes: Vec<Nlri<'a>>,
    },
    /// All routes of a family were announced.
    EndOfRib(Family),
    /// Why the session ends.
    Notification(Notification<'a>),
    /// That somebody is still there.
    Keepalive,
    /// Send me routes again.
    RouteRefresh(RouteRefresh<'a>),
}

/// Reads what is generated: with both kinds of VXLAN, and labels that say what they carry.
pub const fn decoder() -> Decoder<'static> {
    Decoder::new().vxlan_ports(&[UdpHeader::VXLAN, UdpHeader::VXLAN_GPE]).mpls_payload(&mpls_payload)
}

/// What the label at the bottom of a generated stack says that it carries: an explicit null what RFC 3032 says, any
/// other by its last decimal digit.
pub fn mpls_payload(stack: &LabelStack<'_>) -> MplsPayload {
    match stack.bottom().label() {
        Label::IPV4_EXPLICIT_NULL => MplsPayload::Ipv4,
        Label::IPV6_EXPLICIT_NULL => MplsPayload::Ipv6,
        label => match label.get() % 10 {
            1 => MplsPayload::Ip,
            2 => MplsPayload::Ipv4,
            3 => MplsPayload::Ipv6,
            4 => MplsPayload::Ethernet,
            5 => MplsPayload::EthernetWithControlWord,
            _ => MplsPayload::Opaque,
        },
    }
}
