use core::fmt;
use core::str::FromStr;

use crate::bgp::nlri::evpn::Route;
use crate::{RouteDistinguisher, ValueError};

/// The identity of an EVPN route: what two routes have in common of which the later replaces the earlier.
///
/// It is the [route](Self::route) with everything else set to zero. Text is FRR's, with the route distinguisher in front:
/// `10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]`. Contrail's, which [`contrail`](Self::contrail)
/// prints, is read as well. [`prefix`](Self::prefix) prints without the route distinguisher, as FRR does where that is
/// a heading, and [`from_prefix`](Self::from_prefix) reads that.
///
/// ```
/// use contrail_wire::bgp::evpn::RouteKey;
/// let key: RouteKey = "2-10.0.0.1:7-0-02:aa:00:00:00:11,10.99.0.11".parse()?;
/// assert_eq!(key.to_string(), "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]");
/// assert_eq!(key.to_string().parse(), Ok(key));
/// assert_eq!(key.prefix().to_string(), "[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]");
/// assert_eq!(key.contrail().to_string(), "2-10.0.0.1:7-0-02:aa:00:00:00:11,10.99.0.11");
/// # Ok::<(), contrail_wire::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteKey<'a>(Route<'a>);

impl<'a> RouteKey<'a> {
    pub(super) fn of(route: Route<'a>) -> Self {
        Self(match route {
            Route::EthernetAutoDiscovery(route) => route.key().into(),
            Route::MacIp(route) => route.key().into(),
            Route::IpPrefix(route) => route.key().into(),
            Route::SelectiveMulticast(route) => route.key().into(),
            Route::MembershipReportSynch(route) => route.key().into(),
            Route::LeaveSynch(route) => route.key().into(),
            Route::InclusiveMulticast(_)
            | Route::EthernetSegment(_)
            | Route::PerRegion(_)
            | Route::SPmsi(_)
            | Route::Leaf(_)
            | Route::Unknown(_) => route,
        })
    }

    /// The route with all zero that is no part of its identity.
    pub const fn route(&self) -> &Route<'a> {
        &self.0
    }

    /// As FRR prints it, without the route distinguisher.
    pub const fn prefix(&self) -> impl fmt::Display {
        super::text::Prefix(self.0)
    }

    /// As Contrail prints it; a type that Contrail does not know, as [`Display`](fmt::Display) does.
    pub const fn contrail(&self) -> impl fmt::Display {
        super::text::Contrail(self.0)
    }
}

impl RouteKey<'static> {
    /// Reads what [`prefix`](Self::prefix) prints. Leaf routes and unknown types cannot be read from text.
    pub fn from_prefix(rd: RouteDistinguisher, text: &str) -> Result<Self, ValueError> {
        super::text::from_prefix(rd, text).map(Self::of)
    }
}

impl fmt::Display for RouteKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rd() {
            Some(rd) => write!(f, "{rd}:{}", self.prefix()),
            None => fmt::Display::fmt(&self.prefix(), f),
        }
    }
}

impl FromStr for RouteKey<'static> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        super::text::parse(text).map(Self::of)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for RouteKey<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for RouteKey<'static> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::deserialize_text(
            deserializer,
            "an EVPN route such as 10.0.0.1:7:[3]:[0]:[32]:[10.0.0.1]",
        )
    }
}
