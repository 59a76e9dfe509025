use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::serde_as_text;
use crate::ValueError;

/// An IPv4 address as it stands in a header; `get` gives the standard library's type.
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(transparent)]
pub struct Ipv4Octets([u8; 4]);

impl Ipv4Octets {
    /// The address.
    pub const fn get(self) -> Ipv4Addr {
        let [a, b, c, d] = self.0;
        Ipv4Addr::new(a, b, c, d)
    }
}

impl From<Ipv4Addr> for Ipv4Octets {
    fn from(address: Ipv4Addr) -> Self {
        Self(address.octets())
    }
}

impl From<[u8; 4]> for Ipv4Octets {
    fn from(octets: [u8; 4]) -> Self {
        Self(octets)
    }
}

impl fmt::Display for Ipv4Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl fmt::Debug for Ipv4Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Ipv4Octets {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let syntax =
            ValueError::Syntax { what: "a dotted IPv4 address", expected: "four numbers, 192.0.2.1" };
        text.parse().map(|address: Ipv4Addr| address.into()).map_err(|_| syntax)
    }
}

serde_as_text!(Ipv4Octets, "an IPv4 address such as 192.0.2.1");

/// An IPv6 address as it stands in a header; `get` gives the standard library's type.
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(transparent)]
pub struct Ipv6Octets([u8; 16]);

impl Ipv6Octets {
    /// The address.
    pub fn get(self) -> Ipv6Addr {
        self.0.into()
    }
}

impl From<Ipv6Addr> for Ipv6Octets {
    fn from(address: Ipv6Addr) -> Self {
        Self(address.octets())
    }
}

impl From<[u8; 16]> for Ipv6Octets {
    fn from(octets: [u8; 16]) -> Self {
        Self(octets)
    }
}

impl fmt::Display for Ipv6Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl fmt::Debug for Ipv6Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Ipv6Octets {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let syntax = ValueError::Syntax {
            what: "a 128-bit IPv6 address",
            expected: "groups of hex digits, 2001:db8::1",
        };
        text.parse().map(|address: Ipv6Addr| address.into()).map_err(|_| syntax)
    }
}

serde_as_text!(Ipv6Octets, "an IPv6 address such as 2001:db8::1");

/// What an IP header is followed by (IANA "Assigned Internet Protocol Numbers").
///
/// Text is the name of a known one, else the number.
///
/// ```
/// use contrail_wire::IpProtocol;
/// assert_eq!(IpProtocol::GRE.to_string(), "gre");
/// assert_eq!(IpProtocol(200).to_string(), "200");
/// assert_eq!("47".parse(), Ok(IpProtocol::GRE));
/// ```
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(transparent)]
pub struct IpProtocol(pub u8);

impl IpProtocol {
    /// IPv6 hop-by-hop options (RFC 8200).
    pub const HOP_BY_HOP: Self = Self(0);
    /// ICMP (RFC 792).
    pub const ICMP: Self = Self(1);
    /// IPv4 in IP (RFC 2003).
    pub const IPV4: Self = Self(4);
    /// TCP (RFC 9293).
    pub const TCP: Self = Self(6);
    /// UDP (RFC 768).
    pub const UDP: Self = Self(17);
    /// IPv6 in IP (RFC 2473).
    pub const IPV6: Self = Self(41);
    /// IPv6 routing header (RFC 8200).
    pub const ROUTING: Self = Self(43);
    /// IPv6 fragment header (RFC 8200).
    pub const FRAGMENT: Self = Self(44);
    /// GRE (RFC 2784).
    pub const GRE: Self = Self(47);
    /// Encapsulating security payload (RFC 4303).
    pub const ESP: Self = Self(50);
    /// Authentication header (RFC 4302).
    pub const AUTHENTICATION: Self = Self(51);
    /// ICMP for IPv6 (RFC 4443).
    pub const ICMPV6: Self = Self(58);
    /// Nothing follows (RFC 8200).
    pub const NO_NEXT_HEADER: Self = Self(59);
    /// IPv6 destination options (RFC 8200).
    pub const DESTINATION_OPTIONS: Self = Self(60);
    /// MPLS in IP (RFC 4023).
    pub const MPLS: Self = Self(137);

    const NAMES: [(Self, &'static str); 15] = [
        (Self::HOP_BY_HOP, "hop-by-hop options"),
        (Self::ICMP, "icmp"),
        (Self::IPV4, "ipv4"),
        (Self::TCP, "tcp"),
        (Self::UDP, "udp"),
        (Self::IPV6, "ipv6"),
        (Self::ROUTING, "routing header"),
        (Self::FRAGMENT, "fragment header"),
        (Self::GRE, "gre"),
        (Self::ESP, "esp"),
        (Self::AUTHENTICATION, "authentication header"),
        (Self::ICMPV6, "icmpv6"),
        (Self::NO_NEXT_HEADER, "no next header"),
        (Self::DESTINATION_OPTIONS, "destination options"),
        (Self::MPLS, "mpls"),
    ];

    /// The name of a known protocol.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.iter().find(|(known, _)| *known == self).map(|(_, name)| *name)
    }
}

impl fmt::Display for IpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for IpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for IpProtocol {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if let Some((known, _)) = Self::NAMES.iter().find(|(_, name)| *name == text) {
            return Ok(*known);
        }
        let what = "a name or number of a protocol";
        text.parse().map(Self).map_err(|_| ValueError::Syntax { what, expected: "one such as gre or 47" })
    }
}

serde_as_text!(IpProtocol, "an IP protocol such as gre or 47");
