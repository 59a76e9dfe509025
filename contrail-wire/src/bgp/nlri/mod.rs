//! Routes: what an UPDATE announces and withdraws, called network layer reachability information in the RFCs.

pub mod evpn;
mod prefix;
mod route_target;
mod vpn;

use core::fmt;

use ipnet::IpNet;

pub use route_target::RouteTargetMembership;
pub use vpn::VpnRoute;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::family::{Family, Safi};
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError, LabelField};

/// A route of any family.
///
/// ```
/// use contrail_wire::bgp::{Family, Nlri};
/// let route = Nlri::Unicast("2001:db8::/32".parse().unwrap());
/// assert_eq!((route.family(), route.to_string().as_str()), (Family::IPV6_UNICAST, "2001:db8::/32"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Nlri<'a> {
    /// IPv4 or IPv6 unicast (RFC 4271, RFC 2545); bits behind the prefix are zero.
    Unicast(IpNet),
    /// VPN-IPv4 or VPN-IPv6.
    Vpn(VpnRoute<'a>),
    /// Route target constraint.
    RouteTarget(RouteTargetMembership),
    /// EVPN.
    Evpn(evpn::Route<'a>),
    /// All routes of a family that is not [known](Family::KNOWN), as their bytes.
    Unknown {
        /// The family.
        family: Family,
        /// The bytes, of one route or more.
        bytes: &'a [u8],
    },
}

impl<'a> Nlri<'a> {
    /// Its family.
    pub const fn family(&self) -> Family {
        match self {
            Self::Unicast(IpNet::V4(_)) => Family::IPV4_UNICAST,
            Self::Unicast(IpNet::V6(_)) => Family::IPV6_UNICAST,
            Self::Vpn(VpnRoute { prefix: IpNet::V4(_), .. }) => Family::VPN_IPV4,
            Self::Vpn(VpnRoute { prefix: IpNet::V6(_), .. }) => Family::VPN_IPV6,
            Self::RouteTarget(_) => Family::ROUTE_TARGET,
            Self::Evpn(_) => Family::EVPN,
            Self::Unknown { family, .. } => *family,
        }
    }

    /// Its label fields, outermost first; whether they are labels or VNIs, the route alone does not say.
    ///
    /// ```
    /// use contrail_wire::bgp::{Message, Session};
    /// # let bytes = contrail_wire::doc::EVPN_UPDATE;
    /// let (message, _) = Message::decode(bytes, Session::default())?;
    /// let route = message.update().unwrap().announced().next().unwrap()?;
    /// assert!(route.nlri.labels().map(|label| label.vni().get()).eq([5001]));
    /// # Ok::<(), contrail_wire::bgp::Error>(())
    /// ```
    pub fn labels(&self) -> impl Iterator<Item = LabelField> + Clone + use<'a> {
        let (first, second, stack): (_, _, &[_]) = match *self {
            Self::Vpn(route) => (None, None, route.labels),
            Self::Evpn(evpn::Route::EthernetAutoDiscovery(route)) => (Some(route.label), None, &[]),
            Self::Evpn(evpn::Route::MacIp(route)) => (Some(route.label1), route.label2, &[]),
            Self::Evpn(evpn::Route::IpPrefix(route)) => (Some(route.label), None, &[]),
            _ => (None, None, &[]),
        };
        first.into_iter().chain(second).chain(stack.iter().copied())
    }

    /// The route's identity: equal for two routes of which the later replaces the earlier. Labels are no part of it;
    /// for EVPN see [`evpn::Route::key`].
    #[must_use]
    pub fn key(&self) -> Self {
        match self {
            Self::Vpn(route) => Self::Vpn(route.key()),
            Self::Evpn(route) => Self::Evpn(*route.key().route()),
            _ => *self,
        }
    }

    /// Writes the route to the start of `buffer`, without a path identifier, and returns the room behind it.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buffer, Element::Route(self.family()));
        self.write(&mut writer)?;
        Ok(writer.into_rest())
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let outer = core::mem::replace(&mut writer.element, Element::Route(self.family()));
        match self {
            Self::Unicast(net) => {
                writer.put(&net.prefix_len())?;
                prefix::put(writer, *net)
            }
            Self::Vpn(route) => route.write(writer),
            Self::RouteTarget(route) => route.write(writer),
            Self::Evpn(route) => route.write(writer),
            Self::Unknown { bytes, .. } => writer.put(*bytes),
        }?;
        writer.element = outer;
        Ok(())
    }
}

impl<'a> From<evpn::Route<'a>> for Nlri<'a> {
    fn from(route: evpn::Route<'a>) -> Self {
        Self::Evpn(route)
    }
}

impl<'a> From<&evpn::Route<'a>> for Nlri<'a> {
    fn from(route: &evpn::Route<'a>) -> Self {
        Self::Evpn(*route)
    }
}

impl From<IpNet> for Nlri<'_> {
    fn from(prefix: IpNet) -> Self {
        Self::Unicast(prefix)
    }
}

impl<'a> From<VpnRoute<'a>> for Nlri<'a> {
    fn from(route: VpnRoute<'a>) -> Self {
        Self::Vpn(route)
    }
}

impl From<RouteTargetMembership> for Nlri<'_> {
    fn from(route: RouteTargetMembership) -> Self {
        Self::RouteTarget(route)
    }
}

impl fmt::Display for Nlri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unicast(prefix) => fmt::Display::fmt(prefix, f),
            Self::Vpn(route) => fmt::Display::fmt(route, f),
            Self::RouteTarget(route) => fmt::Display::fmt(route, f),
            Self::Evpn(route) => fmt::Display::fmt(route, f),
            Self::Unknown { family, bytes } => {
                write!(f, "{family} 0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

/// A route with its path identifier, as an UPDATE carries it.
///
/// ```
/// use contrail_wire::bgp::{Nlri, Route};
/// let route = Route::from(Nlri::Unicast("10.0.0.0/8".parse().unwrap()));
/// assert_eq!(route.path_id, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route<'a> {
    /// Which of several paths to the same destination (RFC 7911); there where both ends agreed on that.
    pub path_id: Option<u32>,
    /// The destination.
    pub nlri: Nlri<'a>,
}

impl Route<'_> {
    /// The route's identity: [that of the destination](Nlri::key) and the path identifier.
    #[must_use]
    pub fn key(&self) -> Self {
        Self { path_id: self.path_id, nlri: self.nlri.key() }
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>, add_path: bool) -> Result<(), EncodeError> {
        if add_path {
            writer.put(&self.path_id.unwrap_or_default().to_be_bytes())?;
        }
        self.nlri.write(writer)
    }
}

impl<'a, N: Into<Nlri<'a>>> From<N> for Route<'a> {
    fn from(nlri: N) -> Self {
        Self { path_id: None, nlri: nlri.into() }
    }
}

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path_id {
            Some(id) => write!(f, "{} path {id}", self.nlri),
            None => fmt::Display::fmt(&self.nlri, f),
        }
    }
}

/// Routes of one family, one behind the other, as they stand in an UPDATE, a table dump or a leaf route.
///
/// Where the lengths of routes do not fit together an error is the last item. What an error has to lead to in an UPDATE
/// is said by [`Update::validate`](crate::bgp::Update::validate).
///
/// ```
/// use contrail_wire::bgp::{Family, Routes};
/// let mut routes = Routes::new(Family::IPV4_UNICAST, &[24, 10, 0, 1, 8, 10, 33], false);
/// assert_eq!(routes.next().unwrap()?.to_string(), "10.0.1.0/24");
/// assert_eq!(routes.next().unwrap()?.to_string(), "10.0.0.0/8");
/// let error = routes.next().unwrap().unwrap_err();
/// assert_eq!(error.to_string(), "ipv4_unicast_route at byte 6: length is 33, expected 0 to 32 (RFC 4271 4.3)");
/// assert_eq!(routes.next(), None);
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Routes<'a> {
    family: Family,
    cursor: Cursor<'a>,
    add_path: bool,
    disposition: Disposition,
}

impl<'a> Routes<'a> {
    /// The routes in `bytes`, with path identifiers in front of them if `add_path`.
    pub const fn new(family: Family, bytes: &'a [u8], add_path: bool) -> Self {
        Self::at(family, Cursor::new(bytes, 0), add_path)
    }

    /// Routes of a multiprotocol attribute.
    pub(crate) const fn at(family: Family, cursor: Cursor<'a>, add_path: bool) -> Self {
        Self { family, cursor, add_path, disposition: Disposition::DisableFamily(family) }
    }

    /// IPv4 unicast routes of a message itself, of which an error cannot cost less than the session (RFC 7606 section
    /// 5.3).
    pub(crate) const fn of_message(cursor: Cursor<'a>, add_path: bool) -> Self {
        let disposition = Disposition::INVALID_NETWORK_FIELD;
        Self { family: Family::IPV4_UNICAST, cursor, add_path, disposition }
    }

    /// Their family.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// What is left of their bytes.
    pub const fn bytes(&self) -> &'a [u8] {
        self.cursor.rest()
    }

    /// What is left.
    pub(crate) const fn cursor(&self) -> Cursor<'a> {
        self.cursor
    }

    /// Where the next route starts.
    pub(crate) const fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// The next route, if it is a MAC/IP route without a path identifier, and can be read.
    #[inline(always)]
    pub(crate) fn take_mac_ip(&mut self) -> Option<evpn::MacIpRoute> {
        if self.family != Family::EVPN || self.add_path {
            return None;
        }
        evpn::MacIpRoute::take(&mut self.cursor)
    }

    /// The next route, which is there.
    #[inline(never)]
    fn next_of_any(&mut self) -> Option<Result<Route<'a>, Error>> {
        if self.family == Family::EVPN {
            let mut routes = evpn::Routes::at(self.cursor, self.add_path);
            let next = routes.next_with_path()?;
            self.cursor = routes.cursor();
            return Some(next.map(|(path_id, route)| Route { path_id, nlri: Nlri::Evpn(route) }));
        }
        let route = self.prefix();
        if route.is_err() {
            self.cursor.all();
        }
        Some(route)
    }

    fn prefix(&mut self) -> Result<Route<'a>, Error> {
        let family = self.family;
        let most = match family {
            Family::IPV4_UNICAST => 32,
            Family::IPV6_UNICAST => 128,
            Family::VPN_IPV4 | Family::VPN_IPV6 | Family::ROUTE_TARGET => 0xff,
            _ => {
                let nlri = Nlri::Unknown { family, bytes: self.cursor.all() };
                return Ok(Route { path_id: None, nlri });
            }
        };
        let path_id =
            if self.add_path { Some(path_id(&mut self.cursor, family, self.disposition)?) } else { None };
        let (element, disposition) = (Element::Route(family), self.disposition);
        let at = At { element, offset: self.cursor.offset(), disposition };
        let Some(&[bits]) = self.cursor.array() else {
            return Err(at.truncated(1, 0, Bound::BgpRoutes));
        };
        if bits > most {
            let expected =
                if family == Family::IPV4_UNICAST { "0 to 32 (RFC 4271 4.3)" } else { "0 to 128 (RFC 2545)" };
            return Err(at.field("length", bits.into(), expected));
        }
        let count = prefix::octets(bits);
        let Some(octets) = self.cursor.bytes(count) else {
            return Err(at.overrun("length", count, self.cursor.len(), Bound::BgpRoutes));
        };
        let nlri = match family.safi {
            Safi::VPN => Nlri::Vpn(VpnRoute::read(family.afi, bits, octets, at)?),
            Safi::ROUTE_TARGET => Nlri::RouteTarget(RouteTargetMembership::read(bits, octets, at)?),
            _ => match prefix::decode(family.afi, bits, octets) {
                Some(net) => Nlri::Unicast(net),
                None => return Err(at.field("length", bits.into(), "0 to 128 (RFC 2545)")),
            },
        };
        Ok(Route { path_id, nlri })
    }
}

/// The same bytes, read the same way; where they stand does not matter.
impl PartialEq for Routes<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.family, self.bytes(), self.add_path) == (other.family, other.bytes(), other.add_path)
    }
}

impl<'a> Iterator for Routes<'a> {
    type Item = Result<Route<'a>, Error>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        if let Some(route) = self.take_mac_ip() {
            return Some(Ok(route.into()));
        }
        // A copy, so that the routes themselves need not be in memory where nothing else is among them.
        let mut routes = *self;
        let next = routes.next_of_any();
        *self = routes;
        next
    }
}

impl core::iter::FusedIterator for Routes<'_> {}

/// The path identifier in front of a route.
fn path_id(cursor: &mut Cursor<'_>, family: Family, disposition: Disposition) -> Result<u32, Error> {
    let (offset, available) = (cursor.offset(), cursor.len());
    match cursor.array() {
        Some(id) => Ok(u32::from_be_bytes(*id)),
        None => {
            cursor.all();
            let at = At { element: Element::Route(family), offset, disposition };
            Err(at.truncated(4, available, Bound::BgpRoutes))
        }
    }
}
