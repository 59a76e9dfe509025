use core::net::IpAddr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error, length};
use crate::bgp::nlri::evpn::{NlriHeader, RouteType, short};
use crate::bgp::writer::Writer;
use crate::{
    EncodeError, EthernetSegmentId, EthernetTag, Ipv4Octets, LabelField, MacAddr, RouteDistinguisher,
};

/// EVPN route type 2: MAC/IP advertisement ([RFC 7432](https://www.rfc-editor.org/rfc/rfc7432) section 7.2).
///
/// ```text
/// +---------------------------------------+
/// |  RD (8 octets)                        |
/// +---------------------------------------+
/// |Ethernet Segment Identifier (10 octets)|
/// +---------------------------------------+
/// |  Ethernet Tag ID (4 octets)           |
/// +---------------------------------------+
/// |  MAC Address Length (1 octet)         |
/// +---------------------------------------+
/// |  MAC Address (6 octets)               |
/// +---------------------------------------+
/// |  IP Address Length (1 octet)          |
/// +---------------------------------------+
/// |  IP Address (0, 4, or 16 octets)      |
/// +---------------------------------------+
/// |  MPLS Label1 (3 octets)               |
/// +---------------------------------------+
/// |  MPLS Label2 (0 or 3 octets)          |
/// +---------------------------------------+
/// ```
///
/// The second label is that of the VRF, for routing between subnets (RFC 9135). Refused: a MAC length other than 48, an
/// IP length other than 0, 32 or 128, and anything but one or two labels behind. Tolerated: any label.
///
/// ```
/// use contrail_wire::bgp::evpn::{MacIpRoute, Route};
/// use contrail_wire::{EthernetSegmentId, EthernetTag, Vni};
///
/// let route = Route::from(MacIpRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     esi: EthernetSegmentId::ZERO,
///     ethernet_tag: EthernetTag::ZERO,
///     mac: "02:aa:00:00:00:11".parse().unwrap(),
///     ip: Some([10, 99, 0, 11].into()),
///     label1: Vni::new(5001).unwrap().into(),
///     label2: None,
/// });
/// assert_eq!(route.to_string(), "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]");
/// let mut buffer = [0xa5; 39];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(from = "crate::bgp::serialize::MacIpForm"))]
pub struct MacIpRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The segment that the MAC address is behind; no part of the route's identity.
    pub esi: EthernetSegmentId,
    /// The broadcast domain.
    pub ethernet_tag: EthernetTag,
    /// Whose address it is.
    pub mac: MacAddr,
    /// The IP address that goes with it, if one is told.
    pub ip: Option<IpAddr>,
    /// Label or VNI of the broadcast domain; no part of the route's identity.
    pub label1: LabelField,
    /// Label or VNI of the VRF; no part of the route's identity.
    pub label2: Option<LabelField>,
}

/// The part of the route that is always there.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Fixed {
    rd: RouteDistinguisher,
    esi: EthernetSegmentId,
    ethernet_tag: EthernetTag,
    mac_length: u8,
    mac: MacAddr,
    ip_length: u8,
}

/// The shape that most of these routes have: an IPv4 address and one label, with type and length in front.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(crate) struct Usual {
    header: NlriHeader,
    fixed: Fixed,
    ip: Ipv4Octets,
    label1: LabelField,
}

impl MacIpRoute {
    /// Takes the route at the start of `cursor` off it, if it is one of the usual shape and nothing is wrong with it. Small
    /// enough to become a part of the loop that reads routes, in which fields then are read from where they stand, and
    /// the next route is looked for before it is known that this one has the length it should have.
    #[inline(always)]
    pub(crate) fn take_usual(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut ahead = *cursor;
        let &Usual { header, fixed, ip, label1 } = ahead.read()?;
        let Fixed { rd, esi, ethernet_tag, mac_length, mac, ip_length } = fixed;
        if header != USUAL_HEADER || mac_length != MAC_BITS || ip_length != 32 {
            return None;
        }
        *cursor = ahead;
        Some(Self { rd, esi, ethernet_tag, mac, ip: Some(ip.get().into()), label1, label2: None })
    }

    /// The route, or an error that says what is wrong.
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        Self::parse(value.rest()).ok_or_else(|| what_is_wrong(value.rest(), at))
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let (fixed, behind) = Fixed::ref_from_prefix(value).ok()?;
        let &Fixed { rd, esi, ethernet_tag, mac_length, mac, ip_length } = fixed;
        if mac_length != MAC_BITS {
            return None;
        }
        let (ip, labels) = match ip_length {
            0 => (None, behind),
            32 => behind.split_first_chunk::<4>().map(|(ip, labels)| (Some(IpAddr::from(*ip)), labels))?,
            128 => behind.split_first_chunk::<16>().map(|(ip, labels)| (Some(IpAddr::from(*ip)), labels))?,
            _ => return None,
        };
        if let Ok(label1) = LabelField::ref_from_bytes(labels) {
            return Some(Self { rd, esi, ethernet_tag, mac, ip, label1: *label1, label2: None });
        }
        let &[label1, label2] = <[LabelField; 2]>::ref_from_bytes(labels).ok()?;
        Some(Self { rd, esi, ethernet_tag, mac, ip, label1, label2: Some(label2) })
    }

    /// All of the route at once, if it has the usual shape.
    #[inline(always)]
    pub(crate) fn usual(&self) -> Option<Usual> {
        let &Self { rd, esi, ethernet_tag, mac, ip: Some(IpAddr::V4(ip)), label1, label2: None } = self
        else {
            return None;
        };
        let header = USUAL_HEADER;
        let fixed = Fixed { rd, esi, ethernet_tag, mac_length: MAC_BITS, mac, ip_length: 32 };
        Some(Usual { header, fixed, ip: ip.into(), label1 })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let &Self { rd, esi, ethernet_tag, mac, ip, label1, label2 } = self;
        let ip_length = match ip {
            None => 0,
            Some(IpAddr::V4(_)) => 32,
            Some(IpAddr::V6(_)) => 128,
        };
        writer.put(&Fixed { rd, esi, ethernet_tag, mac_length: MAC_BITS, mac, ip_length })?;
        match ip {
            None => {}
            Some(IpAddr::V4(address)) => writer.put(&address.octets())?,
            Some(IpAddr::V6(address)) => writer.put(&address.octets())?,
        }
        writer.put(&label1)?;
        label2.map_or(Ok(()), |label2| writer.put(&label2))
    }

    pub(super) const fn key(self) -> Self {
        Self { esi: EthernetSegmentId::ZERO, label1: LabelField::ZERO, label2: None, ..self }
    }
}

const MAC_BITS: u8 = 48;
/// Of a route with an IPv4 address and one label.
const USUAL_HEADER: NlriHeader = NlriHeader { route_type: RouteType::MAC_IP, length: 37 };

/// Why these octets are not a route.
#[cold]
#[inline(never)]
fn what_is_wrong(value: &[u8], at: At) -> Error {
    let Ok((fixed, _)) = Fixed::ref_from_prefix(value) else {
        return short(at, size_of::<Fixed>() + size_of::<LabelField>(), value.len());
    };
    if fixed.mac_length != MAC_BITS {
        return at.field("mac_length", fixed.mac_length.into(), "48 (RFC 7432 7.2)");
    }
    if !matches!(fixed.ip_length, 0 | 32 | 128) {
        return at.field("ip_length", fixed.ip_length.into(), "0, 32 or 128 (RFC 7432 7.2)");
    }
    let expected = "33, 37 or 49, or 3 more with a second label (RFC 7432 7.2)";
    at.field("length", length(value.len()), expected)
}
