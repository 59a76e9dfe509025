use core::fmt;

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::Bound;
use crate::bgp::attribute::AttributeType;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::family::Safi;

/// A domain that a route came through.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Domain {
    /// Whose domain it is: an AS number or an IPv4 address.
    pub global_administrator: U32,
    /// Which of its domains.
    pub local_administrator: U16,
    /// The SAFI that the route had there; 0 if it came from there.
    pub learnt_from: Safi,
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{:?}", self.global_administrator, self.local_administrator, self.learnt_from)
    }
}

/// D-PATH (draft-ietf-bess-evpn-ipvpn-interworking, following [RFC 9136](https://www.rfc-editor.org/rfc/rfc9136)): which
/// domains a route came through on its way between EVPN and IP VPN.
///
/// ```text
/// +--------------------------------------+
/// | length of segment, in domains (1)    |
/// +--------------------------------------+
/// | global administrator (4 octets)      |  of each domain,
/// | local administrator (2 octets)       |  the latest first
/// | ISF_SAFI_TYPE (1 octet)              |
/// +--------------------------------------+
/// ```
///
/// Refused: a segment without domains, or one that does not fit. Tolerated: any domain, and no segment.
///
/// ```
/// use contrail_wire::bgp::{DPath, Safi};
/// let path = DPath::decode(&[1, 0, 0, 0xfc, 0, 0, 1, 70])?;
/// let domain = path.domains().next().unwrap();
/// assert_eq!((domain.to_string().as_str(), domain.learnt_from), ("64512:1:70", Safi::EVPN));
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DPath<'a> {
    /// Checked segments.
    bytes: &'a [u8],
}

impl<'a> DPath<'a> {
    /// The path in the value of the attribute.
    pub fn decode(value: &'a [u8]) -> Result<Self, Error> {
        let element = Element::Attribute(AttributeType::D_PATH);
        let at = At { element, offset: 0, disposition: Disposition::TreatAsWithdraw };
        Self::read(Cursor::new(value, 0), at)
    }

    pub(crate) fn read(value: Cursor<'a>, at: At) -> Result<Self, Error> {
        let mut segments = value;
        while let Some(&[count]) = segments.array() {
            let claimed = usize::from(count) * size_of::<Domain>();
            if count == 0 {
                return Err(at.field(
                    "segment_length",
                    0,
                    "1 at least (draft-ietf-bess-evpn-ipvpn-interworking 4)",
                ));
            }
            if segments.bytes(claimed).is_none() {
                let bound = Bound::BgpAttributeLength;
                return Err(at.overrun("segment_length", claimed, segments.len(), bound));
            }
        }
        Ok(Self { bytes: value.rest() })
    }

    /// All domains, the latest first.
    pub fn domains(self) -> impl Iterator<Item = &'a Domain> + Clone {
        let mut segments = Cursor::new(self.bytes, 0);
        let segments = core::iter::from_fn(move || {
            let &[count] = segments.array()?;
            let domains = segments.bytes(usize::from(count) * size_of::<Domain>())?;
            <[Domain]>::ref_from_bytes(domains).ok()
        });
        segments.flatten()
    }

    /// The octets of the attribute's value.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}
