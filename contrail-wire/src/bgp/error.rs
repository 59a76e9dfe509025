//! What is wrong with a message, and what RFC 7606 has a receiver do about it.

use core::fmt;

use crate::bgp::Family;
use crate::bgp::attribute::AttributeType;
use crate::bgp::capability::CapabilityCode;
use crate::bgp::nlri::evpn::RouteType;
use crate::{Bound, DecodeError, Layer, Problem};

/// A part of BGP, as it is named in errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Element {
    /// The header that all messages have.
    Header,
    /// An OPEN message.
    Open,
    /// A capability in an OPEN.
    Capability(CapabilityCode),
    /// An UPDATE message.
    Update,
    /// A NOTIFICATION message.
    Notification,
    /// A ROUTE-REFRESH message.
    RouteRefresh,
    /// A path attribute in an UPDATE.
    Attribute(AttributeType),
    /// A route of a family other than EVPN.
    Route(Family),
    /// An EVPN route.
    Evpn(RouteType),
    /// A record of an MRT file.
    MrtRecord,
    /// A message of the BGP Monitoring Protocol.
    BmpMessage,
}

impl Element {
    /// The name in snake case: `"bgp_open"`, `"as_path"`, `"evpn_mac_ip_route"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "bgp_header",
            Self::Open => "bgp_open",
            Self::Capability(_) => "bgp_capability",
            Self::Update => "bgp_update",
            Self::Notification => "bgp_notification",
            Self::RouteRefresh => "bgp_route_refresh",
            Self::Attribute(kind) => match kind.name() {
                Some(name) => name,
                None => "path_attribute",
            },
            Self::Route(Family::IPV4_UNICAST) => "ipv4_unicast_route",
            Self::Route(Family::IPV6_UNICAST) => "ipv6_unicast_route",
            Self::Route(Family::VPN_IPV4) => "vpn_ipv4_route",
            Self::Route(Family::VPN_IPV6) => "vpn_ipv6_route",
            Self::Route(Family::ROUTE_TARGET) => "route_target_route",
            Self::Route(_) => "route",
            Self::Evpn(kind) => kind.element_name(),
            Self::MrtRecord => "mrt_record",
            Self::BmpMessage => "bmp_message",
        }
    }
}

/// What RFC 7606 has a receiver do about an error; a later one is stronger (section 3 h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// The attribute is discarded and the message goes on without it.
    AttributeDiscard,
    /// The routes that the message announces are taken for withdrawn; or the one route that the error is of.
    TreatAsWithdraw,
    /// All routes of the family are deleted, and further ones ignored until the session is restarted ("AFI/SAFI
    /// disable"). A receiver may reset the session instead, with NOTIFICATION 3/9.
    DisableFamily(Family),
    /// The session is ended with a NOTIFICATION.
    SessionReset {
        /// Error code of the NOTIFICATION.
        code: u8,
        /// Error subcode of the NOTIFICATION.
        subcode: u8,
    },
}

impl Disposition {
    /// NOTIFICATION 1/1 (RFC 4271 section 6.1).
    pub(crate) const CONNECTION_NOT_SYNCHRONIZED: Self = Self::SessionReset { code: 1, subcode: 1 };
    pub(crate) const BAD_MESSAGE_LENGTH: Self = Self::SessionReset { code: 1, subcode: 2 };
    pub(crate) const BAD_MESSAGE_TYPE: Self = Self::SessionReset { code: 1, subcode: 3 };
    /// NOTIFICATION 2/0 (RFC 4271 section 6.2).
    pub(crate) const OPEN_MESSAGE_ERROR: Self = Self::SessionReset { code: 2, subcode: 0 };
    pub(crate) const UNSUPPORTED_VERSION: Self = Self::SessionReset { code: 2, subcode: 1 };
    pub(crate) const BAD_PEER_AS: Self = Self::SessionReset { code: 2, subcode: 2 };
    pub(crate) const BAD_BGP_IDENTIFIER: Self = Self::SessionReset { code: 2, subcode: 3 };
    pub(crate) const UNACCEPTABLE_HOLD_TIME: Self = Self::SessionReset { code: 2, subcode: 6 };
    /// NOTIFICATION 3/1 (RFC 4271 section 6.3).
    pub(crate) const MALFORMED_ATTRIBUTE_LIST: Self = Self::SessionReset { code: 3, subcode: 1 };
    pub(crate) const UNRECOGNIZED_WELL_KNOWN: Self = Self::SessionReset { code: 3, subcode: 2 };
    pub(crate) const OPTIONAL_ATTRIBUTE_ERROR: Self = Self::SessionReset { code: 3, subcode: 9 };
    pub(crate) const INVALID_NETWORK_FIELD: Self = Self::SessionReset { code: 3, subcode: 10 };
    /// NOTIFICATION 7/1 (RFC 7313 section 5).
    pub(crate) const ROUTE_REFRESH_LENGTH: Self = Self::SessionReset { code: 7, subcode: 1 };
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttributeDiscard => f.write_str("attribute discard"),
            Self::TreatAsWithdraw => f.write_str("treat as withdraw"),
            Self::DisableFamily(family) => write!(f, "disable {family}"),
            Self::SessionReset { code, subcode } => write!(f, "session reset {code}/{subcode}"),
        }
    }
}

/// Bytes that are not the BGP they should be, and what has to be done about it.
///
/// Small and `Copy`; made only on the cold path. The offset counts from the start of the bytes that were given to
/// [`Messages`](crate::bgp::Messages), or of those that something was decoded from alone. It turns into a
/// [`DecodeError`] where BGP is decoded among other things.
///
/// ```
/// use contrail_wire::bgp::{Disposition, Messages, Session};
/// # let mut bytes = contrail_wire::doc::EVPN_UPDATE.to_vec();
/// bytes[66] = 31; // the IP length of a MAC/IP route
/// let mut messages = Messages::new(&bytes, Session::default());
/// let update = messages.next().unwrap().unwrap().update().unwrap();
/// let error = update.evpn_routes().next().unwrap().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "evpn_mac_ip_route at byte 35: ip_length is 31, expected 0, 32 or 128 (RFC 7432 7.2)"
/// );
/// assert_eq!(error.disposition.to_string(), "disable l2vpn evpn");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{layer} at byte {offset}: {problem}")]
#[non_exhaustive]
pub struct Error {
    /// What could not be read: [`Layer::Bgp`].
    pub layer: Layer,
    /// Where that starts, in bytes.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: Problem,
    /// What has to be done about it.
    pub disposition: Disposition,
}

impl Error {
    /// The part of BGP that could not be read.
    pub const fn element(&self) -> Element {
        match self.layer {
            Layer::Bgp(element) => element,
            _ => Element::Header,
        }
    }
}

impl From<Error> for DecodeError {
    fn from(error: Error) -> Self {
        Self { layer: error.layer, offset: error.offset, problem: error.problem }
    }
}

/// Who is wrong and where: what all constructors of errors begin with.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub(crate) element: Element,
    pub(crate) offset: usize,
    pub(crate) disposition: Disposition,
}

impl At {
    #[cold]
    #[inline(never)]
    pub(crate) const fn truncated(self, needed: usize, available: usize, bound: Bound) -> Error {
        self.error(Problem::Truncated { needed, available, bound })
    }

    #[cold]
    #[inline(never)]
    pub(crate) const fn overrun(
        self,
        field: &'static str,
        claimed: usize,
        available: usize,
        bound: Bound,
    ) -> Error {
        self.error(Problem::Overrun { field, claimed, available, bound })
    }

    #[cold]
    #[inline(never)]
    pub(crate) const fn field(self, field: &'static str, found: u32, expected: &'static str) -> Error {
        self.error(Problem::Field { field, found, expected })
    }

    const fn error(self, problem: Problem) -> Error {
        let Self { element, offset, disposition } = self;
        Error { layer: Layer::Bgp(element), offset, problem, disposition }
    }
}

/// A length for an error, which holds it in 32 bits.
pub(crate) fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
