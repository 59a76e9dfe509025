//! Ethernet VPN routes ([RFC 7432](https://www.rfc-editor.org/rfc/rfc7432), [RFC
//! 9136](https://www.rfc-editor.org/rfc/rfc9136), [RFC 9251](https://www.rfc-editor.org/rfc/rfc9251), [RFC
//! 9572](https://www.rfc-editor.org/rfc/rfc9572)), one file for each type.
//!
//! ```text
//! +-----------------------------------+
//! |    Route Type (1 octet)           |
//! +-----------------------------------+
//! |     Length (1 octet)              |
//! +-----------------------------------+
//! | Route Type specific (variable)    |
//! +-----------------------------------+
//! ```
//!
//! A route is a plain value, the same type decoded and to be encoded: reading it copies nothing but the fields that are
//! then used, and what has no fixed size is borrowed. All that stands on the wire is kept, so that encoding a decoded
//! route gives its bytes back. Types that are not known keep their bytes as [`UnknownRoute`].
//!
//! [`Route::key`] is the route's identity, without what may change while it stays the same route.

mod ethernet_auto_discovery;
mod ethernet_segment;
mod inclusive_multicast;
mod ip_prefix;
mod key;
mod leaf;
mod leave_synch;
mod mac_ip;
mod membership_report_synch;
mod parts;
mod per_region;
mod route_type;
mod s_pmsi;
mod selective_multicast;
mod text;

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

pub use ethernet_auto_discovery::EthernetAutoDiscoveryRoute;
pub use ethernet_segment::EthernetSegmentRoute;
pub use inclusive_multicast::InclusiveMulticastRoute;
pub use ip_prefix::IpPrefixRoute;
pub use key::RouteKey;
pub use leaf::LeafRoute;
pub use leave_synch::LeaveSynchRoute;
pub(crate) use mac_ip::Longest;
pub use mac_ip::MacIpRoute;
pub use membership_report_synch::MembershipReportSynchRoute;
use parts::{Parts, exactly, put_address, put_optional_address, short};
pub use per_region::PerRegionRoute;
pub use route_type::RouteType;
pub use s_pmsi::SPmsiRoute;
pub use selective_multicast::{MulticastFlags, SelectiveMulticastRoute};

use crate::bgp::community::TunnelType;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::family::Family;
use crate::bgp::writer::{Writer, too_long};
use crate::{Bound, EncodeError, EthernetTag, LabelField, RouteDistinguisher, Vni};

const DISABLE: Disposition = Disposition::DisableFamily(Family::EVPN);

/// What all EVPN routes begin with.
#[derive(Clone, Copy, Debug, PartialEq, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(crate) struct NlriHeader {
    route_type: RouteType,
    /// Of what follows, in bytes.
    length: u8,
}

/// An EVPN route of any type; see the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Route<'a> {
    /// Type 1.
    EthernetAutoDiscovery(EthernetAutoDiscoveryRoute),
    /// Type 2.
    MacIp(MacIpRoute),
    /// Type 3.
    InclusiveMulticast(InclusiveMulticastRoute),
    /// Type 4.
    EthernetSegment(EthernetSegmentRoute),
    /// Type 5.
    IpPrefix(IpPrefixRoute),
    /// Type 6.
    SelectiveMulticast(SelectiveMulticastRoute),
    /// Type 7.
    MembershipReportSynch(MembershipReportSynchRoute),
    /// Type 8.
    LeaveSynch(LeaveSynchRoute),
    /// Type 9.
    PerRegion(PerRegionRoute),
    /// Type 10.
    SPmsi(SPmsiRoute),
    /// Type 11.
    Leaf(LeafRoute<'a>),
    /// Any other, which a receiver discards and does not complain about (RFC 7606 section 5.4).
    Unknown(UnknownRoute<'a>),
}

/// A route of a type that is not known, as its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownRoute<'a> {
    /// The type.
    pub route_type: RouteType,
    /// What follows type and length.
    pub value: &'a [u8],
}

macro_rules! route_from {
    ($($type:ident => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Route<'_> {
            fn from(route: $type) -> Self {
                Self::$variant(route)
            }
        }

        impl From<$type> for super::Nlri<'_> {
            fn from(route: $type) -> Self {
                Self::Evpn(route.into())
            }
        }

        impl From<&$type> for super::Nlri<'_> {
            fn from(route: &$type) -> Self {
                Self::Evpn((*route).into())
            }
        }
    )*};
}
route_from! {
    EthernetAutoDiscoveryRoute => EthernetAutoDiscovery,
    MacIpRoute => MacIp,
    InclusiveMulticastRoute => InclusiveMulticast,
    EthernetSegmentRoute => EthernetSegment,
    IpPrefixRoute => IpPrefix,
    SelectiveMulticastRoute => SelectiveMulticast,
    MembershipReportSynchRoute => MembershipReportSynch,
    LeaveSynchRoute => LeaveSynch,
    PerRegionRoute => PerRegion,
    SPmsiRoute => SPmsi,
}

impl<'a> From<LeafRoute<'a>> for Route<'a> {
    fn from(route: LeafRoute<'a>) -> Self {
        Self::Leaf(route)
    }
}

impl<'a> From<UnknownRoute<'a>> for Route<'a> {
    fn from(route: UnknownRoute<'a>) -> Self {
        Self::Unknown(route)
    }
}

impl<'a> Route<'a> {
    /// Decodes the route at the start of `bytes`, and returns what follows it.
    pub fn decode(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Error> {
        let mut cursor = Cursor::new(bytes, 0);
        if let Some(route) = MacIpRoute::take(&mut cursor) {
            return Ok((route.into(), cursor.rest()));
        }
        let (at, header, value) = split(&mut cursor)?;
        Ok((Self::read(header.route_type, value, at)?, cursor.rest()))
    }

    fn read(route_type: RouteType, value: Cursor<'a>, at: At) -> Result<Self, Error> {
        Ok(match route_type {
            RouteType::ETHERNET_AUTO_DISCOVERY => EthernetAutoDiscoveryRoute::read(value, at)?.into(),
            RouteType::MAC_IP => return Err(mac_ip::what_is_wrong(value.rest(), at)),
            RouteType::INCLUSIVE_MULTICAST => InclusiveMulticastRoute::read(value, at)?.into(),
            RouteType::ETHERNET_SEGMENT => EthernetSegmentRoute::read(value, at)?.into(),
            RouteType::IP_PREFIX => IpPrefixRoute::read(value, at)?.into(),
            RouteType::SELECTIVE_MULTICAST => SelectiveMulticastRoute::read(value, at)?.into(),
            RouteType::MEMBERSHIP_REPORT_SYNCH => MembershipReportSynchRoute::read(value, at)?.into(),
            RouteType::LEAVE_SYNCH => LeaveSynchRoute::read(value, at)?.into(),
            RouteType::PER_REGION => PerRegionRoute::read(value, at)?.into(),
            RouteType::S_PMSI => SPmsiRoute::read(value, at)?.into(),
            RouteType::LEAF => LeafRoute::read(value, at)?.into(),
            _ => UnknownRoute { route_type, value: value.rest() }.into(),
        })
    }

    /// Its type.
    pub const fn route_type(&self) -> RouteType {
        match self {
            Self::EthernetAutoDiscovery(_) => RouteType::ETHERNET_AUTO_DISCOVERY,
            Self::MacIp(_) => RouteType::MAC_IP,
            Self::InclusiveMulticast(_) => RouteType::INCLUSIVE_MULTICAST,
            Self::EthernetSegment(_) => RouteType::ETHERNET_SEGMENT,
            Self::IpPrefix(_) => RouteType::IP_PREFIX,
            Self::SelectiveMulticast(_) => RouteType::SELECTIVE_MULTICAST,
            Self::MembershipReportSynch(_) => RouteType::MEMBERSHIP_REPORT_SYNCH,
            Self::LeaveSynch(_) => RouteType::LEAVE_SYNCH,
            Self::PerRegion(_) => RouteType::PER_REGION,
            Self::SPmsi(_) => RouteType::S_PMSI,
            Self::Leaf(_) => RouteType::LEAF,
            Self::Unknown(route) => route.route_type,
        }
    }

    /// Its route distinguisher. A leaf route has that of the route it answers; of an unknown type nothing is known.
    pub fn rd(&self) -> Option<RouteDistinguisher> {
        Some(match self {
            Self::EthernetAutoDiscovery(route) => route.rd,
            Self::MacIp(route) => route.rd,
            Self::InclusiveMulticast(route) => route.rd,
            Self::EthernetSegment(route) => route.rd,
            Self::IpPrefix(route) => route.rd,
            Self::SelectiveMulticast(route) => route.rd,
            Self::MembershipReportSynch(route) => route.rd,
            Self::LeaveSynch(route) => route.rd,
            Self::PerRegion(route) => route.rd,
            Self::SPmsi(route) => route.rd,
            Self::Leaf(_) | Self::Unknown(_) => return None,
        })
    }

    /// The route's identity: equal for two routes of which the later replaces the earlier (RFC 7432 section 7, RFC 9136
    /// section 3.1, RFC 9251 section 9). Labels are no part of it, nor is the Ethernet segment in types 2 and 5.
    pub fn key(&self) -> RouteKey<'a> {
        RouteKey::of(*self)
    }

    /// Writes the route to the start of `buffer` and returns the room behind it.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buffer, Element::Evpn(self.route_type()));
        self.write(&mut writer)?;
        Ok(writer.into_rest())
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let outer = core::mem::replace(&mut writer.element, Element::Evpn(self.route_type()));
        match self {
            Self::MacIp(route) => route.write(writer),
            _ => self.write_other(writer),
        }?;
        writer.element = outer;
        Ok(())
    }

    /// Of any type but MAC/IP.
    fn write_other(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let start = writer.len();
        writer.put(&NlriHeader { route_type: self.route_type(), length: 0 })?;
        match self {
            Self::EthernetAutoDiscovery(route) => writer.put(route),
            Self::MacIp(route) => route.write(writer),
            Self::InclusiveMulticast(route) => route.write(writer),
            Self::EthernetSegment(route) => route.write(writer),
            Self::IpPrefix(route) => route.write(writer),
            Self::SelectiveMulticast(route) => route.write(writer),
            Self::MembershipReportSynch(route) => route.write(writer),
            Self::LeaveSynch(route) => route.write(writer),
            Self::PerRegion(route) => writer.put(route),
            Self::SPmsi(route) => route.write(writer),
            Self::Leaf(route) => route.write(writer),
            Self::Unknown(route) => writer.put(route.value),
        }?;
        let written = writer.len() - start - size_of::<NlriHeader>();
        let Ok(length) = u8::try_from(written) else {
            return Err(too_long(writer.element, "length", written, 0xff));
        };
        writer.patch(start + 1, [length]);
        Ok(())
    }
}

/// Its [key](Route::key).
impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.key(), f)
    }
}

/// The route at the start of `cursor`: where it is, its type, and what follows its length.
#[inline]
fn split<'a>(cursor: &mut Cursor<'a>) -> Result<(At, &'a NlriHeader, Cursor<'a>), Error> {
    let offset = cursor.offset();
    let disposition = DISABLE;
    let available = cursor.len();
    let Some(header) = cursor.read::<NlriHeader>() else {
        let at = At { element: Element::Route(Family::EVPN), offset, disposition };
        return Err(at.truncated(size_of::<NlriHeader>(), available, Bound::BgpRoutes));
    };
    let at = At { element: Element::Evpn(header.route_type), offset, disposition };
    let Some(value) = cursor.split(header.length.into()) else {
        return Err(at.overrun("length", header.length.into(), cursor.len(), Bound::BgpRoutes));
    };
    Ok((at, header, value))
}

/// EVPN routes one behind the other, as MP_REACH_NLRI and MP_UNREACH_NLRI hold them.
///
/// A route that cannot be read is an error, and those behind it go on; it is up to [`Update::validate`] that none of
/// them may be used. If not even the routes' lengths fit together, the error is the last item.
///
/// [`Update::validate`]: crate::bgp::Update::validate
#[derive(Clone, Copy, Debug)]
pub struct Routes<'a> {
    cursor: Cursor<'a>,
    add_path: bool,
}

impl<'a> Routes<'a> {
    /// The routes in `bytes`, with path identifiers in front of them if `add_path`; offsets begin at `offset`.
    pub const fn new(bytes: &'a [u8], offset: usize, add_path: bool) -> Self {
        Self { cursor: Cursor::new(bytes, offset), add_path }
    }

    pub(crate) const fn at(cursor: Cursor<'a>, add_path: bool) -> Self {
        Self { cursor, add_path }
    }

    /// The EVPN routes among those of an attribute: all of them, or none.
    #[inline]
    pub(crate) fn of(routes: Option<super::Routes<'a>>) -> Self {
        match routes {
            Some(routes) if routes.family == Family::EVPN => Self::at(routes.cursor, routes.add_path),
            _ => Self::new(&[], 0, false),
        }
    }

    /// What is left.
    pub(crate) const fn cursor(&self) -> Cursor<'a> {
        self.cursor
    }

    /// The next route with its path identifier (RFC 7911).
    #[inline(always)]
    pub(crate) fn next_with_path(&mut self) -> Option<Result<(Option<u32>, Route<'a>), Error>> {
        if let Some((path_id, route)) = self.take_mac_ip() {
            return Some(Ok((path_id, Route::MacIp(route))));
        }
        if self.cursor.is_empty() {
            return None;
        }
        // A copy, so that the routes themselves need not be in memory where nothing else is among them.
        let mut routes = *self;
        let other = routes.next_other();
        *self = routes;
        match other {
            Err(error) => Some(Err(error)),
            // Taken above. That none comes from here too lets its fields be read from where they stand.
            Ok((_, Route::MacIp(_))) => None,
            Ok(other) => Some(Ok(other)),
        }
    }

    /// The next route, if it is a MAC/IP route and can be read.
    #[inline(always)]
    fn take_mac_ip(&mut self) -> Option<(Option<u32>, MacIpRoute)> {
        let mut ahead = self.cursor;
        let path_id = if self.add_path { Some(u32::from_be_bytes(*ahead.array()?)) } else { None };
        let route = MacIpRoute::take(&mut ahead)?;
        self.cursor = ahead;
        Some((path_id, route))
    }

    /// The next route, which is there and no MAC/IP route that can be read.
    #[inline(never)]
    fn next_other(&mut self) -> Result<(Option<u32>, Route<'a>), Error> {
        let path_id =
            if self.add_path { Some(super::path_id(&mut self.cursor, Family::EVPN, DISABLE)?) } else { None };
        match split(&mut self.cursor) {
            Ok((at, header, value)) => Ok((path_id, Route::read(header.route_type, value, at)?)),
            Err(error) => {
                self.cursor.all();
                Err(error)
            }
        }
    }
}

impl<'a> Iterator for Routes<'a> {
    type Item = Result<Route<'a>, Error>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_with_path()?.map(|(_, route)| route))
    }
}

impl core::iter::FusedIterator for Routes<'_> {}

/// The VNI that Contrail's control node takes from a route with VXLAN encapsulation, `None` if it takes none.
///
/// For the sake of old Junos versions, `evpn_route.cc` of Tungsten Fabric looks at the Ethernet tag first: if that is
/// neither 0 nor larger than a VNI can be, it is the VNI, and the label field is not looked at. With MAX-ET, and with an
/// encapsulation whose labels are no VNIs, there is none.
///
/// ```
/// use contrail_wire::bgp::{TunnelType, evpn};
/// use contrail_wire::{EthernetTag, LabelField, Vni};
/// let label = LabelField::from(Vni::new(5001).unwrap());
/// let vni = |tag| evpn::contrail_vni(TunnelType::VXLAN, EthernetTag::new(tag), label).map(Vni::get);
/// assert_eq!((vni(0), vni(100), vni(u32::MAX)), (Some(5001), Some(100), None));
/// ```
pub fn contrail_vni(encapsulation: TunnelType, tag: EthernetTag, label: LabelField) -> Option<Vni> {
    if !encapsulation.has_vni() || tag == EthernetTag::MAX {
        return None;
    }
    match Vni::new(tag.get()) {
        Ok(vni) if tag != EthernetTag::ZERO => Some(vni),
        _ => Some(label.vni()),
    }
}
