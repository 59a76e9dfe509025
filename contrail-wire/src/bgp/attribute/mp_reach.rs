use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::bgp::attribute::{AttributeType, NextHop};
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::family::Family;
use crate::bgp::nlri::Routes;
use crate::bgp::session::Session;
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError};

/// MP_REACH_NLRI and MP_UNREACH_NLRI ([RFC 4760](https://www.rfc-editor.org/rfc/rfc4760) sections 3 and 4): routes of any
/// family, announced and withdrawn.
///
/// ```text
/// +---------------------------------------------------------+
/// | Address Family Identifier (2 octets)                    |
/// +---------------------------------------------------------+
/// | Subsequent Address Family Identifier (1 octet)          |
/// +---------------------------------------------------------+
/// | Length of Next Hop Network Address (1 octet)            |  in MP_REACH_NLRI only
/// +---------------------------------------------------------+
/// | Network Address of Next Hop (variable)                  |  in MP_REACH_NLRI only
/// +---------------------------------------------------------+
/// | Reserved (1 octet)                                      |  in MP_REACH_NLRI only
/// +---------------------------------------------------------+
/// | Network Layer Reachability Information (variable)       |
/// +---------------------------------------------------------+
/// ```
///
/// Refused: fewer octets than the fixed ones, and a [next hop](crate::bgp::NextHop) that is none of the family. Then the
/// routes cannot be found, and the session cannot go on (RFC 7606 section 7.11). Tolerated: a reserved octet that is not
/// 0, which RFC 2858 used; no routes at all. The routes are read one by one, with an error for each that cannot be.
///
/// ```
/// use contrail_wire::bgp::{Family, MpReach, Session};
/// let value = [0, 1, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1, 0, 88, 0x49, 0x30, 1, 0, 1, 10, 0, 0, 1, 0, 7];
/// let reach = MpReach::decode(&value, &Session::default())?;
/// assert_eq!((reach.family, reach.next_hop.to_string().as_str()), (Family::VPN_IPV4, "10.0.0.1"));
/// assert_eq!(reach.routes.clone().next().unwrap()?.to_string(), "10.0.0.1:7:0.0.0.0/0");
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MpReach<'a> {
    /// What the routes are of.
    pub family: Family,
    /// Where their traffic goes.
    pub next_hop: NextHop<'a>,
    /// Sent as 0.
    pub reserved: u8,
    /// The routes.
    pub routes: Routes<'a>,
}

/// Routes that are withdrawn; see [`MpReach`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MpUnreach<'a> {
    /// What the routes are of.
    pub family: Family,
    /// The routes.
    pub routes: Routes<'a>,
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct ReachStart {
    family: Family,
    next_hop_length: u8,
}

impl<'a> MpReach<'a> {
    /// The routes in the value of the attribute.
    pub fn decode(value: &'a [u8], session: &Session) -> Result<Self, Error> {
        Self::read(Cursor::new(value, 0), at(AttributeType::MP_REACH_NLRI, 0), session)
    }

    #[inline(always)]
    pub(crate) fn read(mut value: Cursor<'a>, at: At, session: &Session) -> Result<Self, Error> {
        let whole = value.len();
        let bound = Bound::BgpAttributeLength;
        let Some(start) = value.read::<ReachStart>() else {
            return Err(at.truncated(5, whole, bound));
        };
        let length = usize::from(start.next_hop_length);
        let Some(next_hop) = value.bytes(length) else {
            return Err(at.overrun("next_hop_length", length, value.len(), bound));
        };
        let Some(&[reserved]) = value.array() else {
            return Err(at.truncated(whole + 1, whole, bound));
        };
        let family = start.family;
        let next_hop = NextHop::read(family, next_hop, at)?;
        let routes = Routes::at(family, value, session.add_path_receive.contains(family));
        Ok(Self { family, next_hop, reserved, routes })
    }

    /// The value of the attribute, with the routes as they were read.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.family)?;
        self.next_hop.write(writer)?;
        writer.put(&self.reserved)?;
        writer.put(self.routes.bytes())
    }
}

impl<'a> MpUnreach<'a> {
    /// The routes in the value of the attribute.
    pub fn decode(value: &'a [u8], session: &Session) -> Result<Self, Error> {
        Self::read(Cursor::new(value, 0), at(AttributeType::MP_UNREACH_NLRI, 0), session)
    }

    #[inline(always)]
    pub(crate) fn read(mut value: Cursor<'a>, at: At, session: &Session) -> Result<Self, Error> {
        let whole = value.len();
        let Some(&family) = value.read::<Family>() else {
            return Err(at.truncated(3, whole, Bound::BgpAttributeLength));
        };
        let routes = Routes::at(family, value, session.add_path_receive.contains(family));
        Ok(Self { family, routes })
    }

    /// The value of the attribute, with the routes as they were read.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.family)?;
        writer.put(self.routes.bytes())
    }
}

const fn at(kind: AttributeType, offset: usize) -> At {
    let disposition = Disposition::OPTIONAL_ATTRIBUTE_ERROR;
    At { element: Element::Attribute(kind), offset, disposition }
}
