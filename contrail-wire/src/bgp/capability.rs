//! Capabilities ([RFC 5492](https://www.rfc-editor.org/rfc/rfc5492) section 4), which stand in the optional parameters
//! of an OPEN.
//!
//! ```text
//! +------------------------------+
//! | Capability Code (1 octet)    |
//! +------------------------------+
//! | Capability Length (1 octet)  |
//! +------------------------------+
//! | Capability Value (variable)  |
//! +------------------------------+
//! ```
//!
//! One or more of them are a parameter of type 2, of which there may be several.

use core::fmt;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::family::{Afi, Family, Safi};
use crate::bgp::open::EXTENDED;
use crate::bgp::writer::{Writer, too_long};
use crate::{Bound, EncodeError};

/// The code of a capability (IANA "Capability Codes").
///
/// ```
/// use contrail_wire::bgp::CapabilityCode;
/// assert_eq!(CapabilityCode::ADD_PATH.to_string(), "add-path");
/// assert_eq!(CapabilityCode(200).to_string(), "200");
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct CapabilityCode(pub u8);

impl CapabilityCode {
    /// RFC 4760 section 8.
    pub const MULTIPROTOCOL: Self = Self(1);
    /// RFC 2918 section 2.
    pub const ROUTE_REFRESH: Self = Self(2);
    /// RFC 8950 section 4.
    pub const EXTENDED_NEXT_HOP: Self = Self(5);
    /// RFC 8654 section 3.
    pub const EXTENDED_MESSAGE: Self = Self(6);
    /// RFC 9234 section 4.1.
    pub const ROLE: Self = Self(9);
    /// RFC 4724 section 3.
    pub const GRACEFUL_RESTART: Self = Self(64);
    /// RFC 6793 section 3.
    pub const FOUR_OCTET_AS: Self = Self(65);
    /// RFC 7911 section 4.
    pub const ADD_PATH: Self = Self(69);
    /// RFC 7313 section 3.1.
    pub const ENHANCED_ROUTE_REFRESH: Self = Self(70);
    /// RFC 9494 section 3.
    pub const LONG_LIVED_GRACEFUL_RESTART: Self = Self(71);
    /// draft-walton-bgp-hostname-capability.
    pub const FQDN: Self = Self(73);

    /// The name of a known one.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::MULTIPROTOCOL => "multiprotocol",
            Self::ROUTE_REFRESH => "route-refresh",
            Self::EXTENDED_NEXT_HOP => "extended-next-hop",
            Self::EXTENDED_MESSAGE => "extended-message",
            Self::ROLE => "role",
            Self::GRACEFUL_RESTART => "graceful-restart",
            Self::FOUR_OCTET_AS => "four-octet-as",
            Self::ADD_PATH => "add-path",
            Self::ENHANCED_ROUTE_REFRESH => "enhanced-route-refresh",
            Self::LONG_LIVED_GRACEFUL_RESTART => "long-lived-graceful-restart",
            Self::FQDN => "fqdn",
            _ => return None,
        })
    }
}

impl fmt::Display for CapabilityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for CapabilityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What somebody is capable of. A known capability of a length that it cannot have reads as [`Unknown`](Self::Unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// He speaks a family.
    Multiprotocol(Family),
    /// He sends his routes again when asked to.
    RouteRefresh,
    /// He takes next hops of another family.
    ExtendedNextHop(&'a [ExtendedNextHop]),
    /// He takes messages of up to 65535 octets.
    ExtendedMessage,
    /// He keeps routes over a restart.
    GracefulRestart(GracefulRestart<'a>),
    /// He has AS numbers of four octets, and this one.
    FourOctetAs(u32),
    /// He sends or takes several paths to one destination.
    AddPath(&'a [AddPath]),
    /// He marks where routes that he sends again begin and end.
    EnhancedRouteRefresh,
    /// Any other.
    Unknown {
        /// The code.
        code: CapabilityCode,
        /// What comes with it.
        value: &'a [u8],
    },
}

/// Routes of a family may have next hops of another one.
#[derive(
    Clone,
    Copy,
    Debug,
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
#[repr(C)]
pub struct ExtendedNextHop {
    /// AFI of the routes.
    pub afi: Afi,
    /// SAFI of the routes, in two octets here.
    pub safi: U16,
    /// AFI of the next hop.
    pub next_hop_afi: Afi,
}

/// Whether several paths to destinations of a family are sent or taken.
#[derive(
    Clone,
    Copy,
    Debug,
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
#[repr(C)]
pub struct AddPath {
    /// The family.
    pub family: Family,
    /// Sent, taken or both.
    pub mode: AddPathMode,
}

/// Sent, taken or both (RFC 7911 section 4).
#[derive(
    Clone,
    Copy,
    Debug,
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
pub struct AddPathMode(pub u8);

impl AddPathMode {
    /// Taken.
    pub const RECEIVE: Self = Self(1);
    /// Sent.
    pub const SEND: Self = Self(2);
    /// Both.
    pub const BOTH: Self = Self(3);

    /// Whether they are taken. Another number than the three means nothing (RFC 7911 section 4).
    pub const fn receives(self) -> bool {
        matches!(self, Self::RECEIVE | Self::BOTH)
    }

    /// Whether they are sent.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SEND | Self::BOTH)
    }
}

/// How somebody restarts (RFC 4724 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GracefulRestart<'a> {
    /// Flags, 4 bits, and restart time in seconds, 12 bits.
    pub flags_and_time: u16,
    /// The families of which forwarding goes on.
    pub families: &'a [RestartFamily],
}

bitflags::bitflags! {
    /// The flags of [`GracefulRestart`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct GracefulRestartFlags: u16 {
        /// R: he has restarted.
        const RESTART_STATE = 0x8000;
        /// N: notifications do not end it (RFC 8538).
        const NOTIFICATION = 0x4000;
    }
}

impl GracefulRestart<'_> {
    /// The flags that are known.
    pub const fn flags(&self) -> GracefulRestartFlags {
        GracefulRestartFlags::from_bits_truncate(self.flags_and_time)
    }

    /// How many seconds a restart may take.
    pub const fn restart_time(&self) -> u16 {
        self.flags_and_time & 0x0fff
    }
}

/// A family of which forwarding goes on while somebody restarts.
#[derive(
    Clone,
    Copy,
    Debug,
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
#[repr(C)]
pub struct RestartFamily {
    /// The family.
    pub family: Family,
    /// 0x80: forwarding state was kept.
    pub flags: u8,
}

/// A family as the multiprotocol capability has it.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct MultiprotocolWire {
    afi: Afi,
    reserved: u8,
    safi: Safi,
}

/// What a parameter begins with in the common form.
const PARAMETER: u8 = 2;

impl<'a> Capability<'a> {
    fn of(code: CapabilityCode, value: &'a [u8]) -> Self {
        let known = match code {
            CapabilityCode::MULTIPROTOCOL => MultiprotocolWire::ref_from_bytes(value)
                .ok()
                .map(|&MultiprotocolWire { afi, safi, .. }| Self::Multiprotocol(Family { afi, safi })),
            CapabilityCode::ROUTE_REFRESH if value.is_empty() => Some(Self::RouteRefresh),
            CapabilityCode::EXTENDED_MESSAGE if value.is_empty() => Some(Self::ExtendedMessage),
            CapabilityCode::ENHANCED_ROUTE_REFRESH if value.is_empty() => Some(Self::EnhancedRouteRefresh),
            CapabilityCode::EXTENDED_NEXT_HOP => {
                <[ExtendedNextHop]>::ref_from_bytes(value).ok().map(Self::ExtendedNextHop)
            }
            CapabilityCode::ADD_PATH => <[AddPath]>::ref_from_bytes(value).ok().map(Self::AddPath),
            CapabilityCode::FOUR_OCTET_AS => {
                value.try_into().ok().map(|asn| Self::FourOctetAs(u32::from_be_bytes(asn)))
            }
            CapabilityCode::GRACEFUL_RESTART => value.split_first_chunk().and_then(|(first, families)| {
                let families = <[RestartFamily]>::ref_from_bytes(families).ok()?;
                let flags_and_time = u16::from_be_bytes(*first);
                Some(Self::GracefulRestart(GracefulRestart { flags_and_time, families }))
            }),
            _ => None,
        };
        known.unwrap_or(Self::Unknown { code, value })
    }

    /// Its code.
    pub const fn code(&self) -> CapabilityCode {
        match self {
            Self::Multiprotocol(_) => CapabilityCode::MULTIPROTOCOL,
            Self::RouteRefresh => CapabilityCode::ROUTE_REFRESH,
            Self::ExtendedNextHop(_) => CapabilityCode::EXTENDED_NEXT_HOP,
            Self::ExtendedMessage => CapabilityCode::EXTENDED_MESSAGE,
            Self::GracefulRestart(_) => CapabilityCode::GRACEFUL_RESTART,
            Self::FourOctetAs(_) => CapabilityCode::FOUR_OCTET_AS,
            Self::AddPath(_) => CapabilityCode::ADD_PATH,
            Self::EnhancedRouteRefresh => CapabilityCode::ENHANCED_ROUTE_REFRESH,
            Self::Unknown { code, .. } => *code,
        }
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.element = Element::Capability(self.code());
        writer.put(&self.code())?;
        let length = writer.len();
        writer.put(&0_u8)?;
        match self {
            Self::Multiprotocol(Family { afi, safi }) => {
                writer.put(&MultiprotocolWire { afi: *afi, reserved: 0, safi: *safi })
            }
            Self::RouteRefresh | Self::ExtendedMessage | Self::EnhancedRouteRefresh => Ok(()),
            Self::ExtendedNextHop(entries) => writer.put(*entries),
            Self::GracefulRestart(GracefulRestart { flags_and_time, families }) => {
                writer.put(&flags_and_time.to_be_bytes())?;
                writer.put(*families)
            }
            Self::FourOctetAs(asn) => writer.put(&asn.to_be_bytes()),
            Self::AddPath(entries) => writer.put(*entries),
            Self::Unknown { value, .. } => writer.put(*value),
        }?;
        let written = writer.len() - length - 1;
        match u8::try_from(written) {
            Ok(octet) => writer.patch(length, [octet]),
            Err(_) => return Err(too_long(writer.element, "capability_length", written, 0xff)),
        }
        Ok(())
    }
}

/// The optional parameters of an OPEN, checked, with the capabilities in them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Capabilities<'a> {
    bytes: &'a [u8],
    /// Where lengths have two octets, what the length of one octet says all the same, which is ignored (RFC 9072).
    extended: Option<u8>,
}

impl<'a> Capabilities<'a> {
    /// None at all.
    pub const NONE: Self = Self { bytes: &[], extended: None };

    /// The capabilities in the optional parameters of an OPEN, with lengths of one octet. The first of them cannot be of
    /// type 255, which says that lengths have two (RFC 9072 section 2).
    pub fn decode(parameters: &'a [u8]) -> Result<Self, Error> {
        if parameters.first() == Some(&EXTENDED) {
            let disposition = Disposition::OPEN_MESSAGE_ERROR;
            let at = At { element: Element::Open, offset: 0, disposition };
            return Err(at.field("parm_type", EXTENDED.into(), "another (RFC 9072 2)"));
        }
        Self::read(Cursor::new(parameters, 0), None)
    }

    pub(super) fn read(bytes: Cursor<'a>, extended: Option<u8>) -> Result<Self, Error> {
        let mut parameters = bytes;
        while !parameters.is_empty() {
            let offset = parameters.offset();
            let available = parameters.len();
            let at = |element| At { element, offset, disposition: Disposition::OPEN_MESSAGE_ERROR };
            let Some((kind, claimed)) = parameter(&mut parameters, extended.is_some()) else {
                let needed = if extended.is_some() { 3 } else { 2 };
                return Err(at(Element::Open).truncated(needed, available, Bound::BgpParametersLength));
            };
            let Some(mut value) = parameters.split(claimed) else {
                let bound = Bound::BgpParametersLength;
                return Err(at(Element::Open).overrun("parm_length", claimed, parameters.len(), bound));
            };
            while kind == PARAMETER && !value.is_empty() {
                let offset = value.offset();
                let available = value.len();
                let at = |element| At { element, offset, disposition: Disposition::OPEN_MESSAGE_ERROR };
                let Some(&[code, length]) = value.array() else {
                    return Err(at(Element::Open).truncated(2, available, Bound::BgpParametersLength));
                };
                if value.bytes(length.into()).is_none() {
                    let at = at(Element::Capability(CapabilityCode(code)));
                    let (field, bound) = ("capability_length", Bound::BgpParametersLength);
                    return Err(at.overrun(field, length.into(), value.len(), bound));
                }
            }
        }
        Ok(Self { bytes: bytes.rest(), extended })
    }

    /// The capabilities, of all parameters, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Capability<'a>> + Clone + use<'a> {
        let extended = self.extended.is_some();
        let mut parameters = Cursor::new(self.bytes, 0);
        let values = core::iter::from_fn(move || {
            let (kind, length) = parameter(&mut parameters, extended)?;
            Some((kind, parameters.split(length)?))
        });
        values.filter(|(kind, _)| *kind == PARAMETER).flat_map(|(_, mut value)| {
            core::iter::from_fn(move || {
                let &[code, length] = value.array()?;
                Some(Capability::of(CapabilityCode(code), value.bytes(length.into())?))
            })
        })
    }

    /// The octets of all parameters.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) const fn extended(&self) -> Option<u8> {
        self.extended
    }

    /// Writes capabilities to the start of `buffer`, each in a parameter of its own, as all speakers understand it, and
    /// returns the parameters that they are. An example is at [`Open`](crate::bgp::Open).
    pub fn encode(capabilities: &[Capability<'_>], buffer: &'a mut [u8]) -> Result<Self, EncodeError> {
        let mut writer = Writer::new(buffer, Element::Open);
        for capability in capabilities {
            writer.put(&PARAMETER)?;
            let length = writer.len();
            writer.put(&0_u8)?;
            capability.write(&mut writer)?;
            let written = writer.len() - length - 1;
            match u8::try_from(written) {
                Ok(octet) => writer.patch(length, [octet]),
                Err(_) => return Err(too_long(writer.element, "parm_length", written, 0xff)),
            }
        }
        let bytes: &[u8] = writer.into_written();
        if bytes.len() > 0xff {
            return Err(too_long(Element::Open, "opt_parm_len", bytes.len(), 0xff));
        }
        Ok(Self { bytes, extended: None })
    }
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Type and length of a parameter.
fn parameter(parameters: &mut Cursor<'_>, extended: bool) -> Option<(u8, usize)> {
    let &[kind] = parameters.array()?;
    if extended {
        return Some((kind, u16::from_be_bytes(*parameters.array()?).into()));
    }
    let &[length] = parameters.array()?;
    Some((kind, length.into()))
}
