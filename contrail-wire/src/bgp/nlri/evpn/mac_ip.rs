use core::net::IpAddr;

use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error, length};
use crate::bgp::nlri::evpn::{NlriHeader, RouteType, short};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetSegmentId, EthernetTag, LabelField, MacAddr, RouteDistinguisher};

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

/// The same with type and length in front.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Start {
    header: NlriHeader,
    fixed: Fixed,
}

/// What follows it: the address, if there is one, and one label or two.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Behind<const N: usize> {
    ip: [u8; N],
    label1: LabelField,
    label2: LabelField,
}

/// The place of a route, however long it is.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(crate) struct Longest {
    start: Start,
    behind: [u8; size_of::<Behind<16>>()],
}

impl MacIpRoute {
    /// Takes the route at the start of `cursor` off it, if it is one of this type and nothing is wrong with it. Small
    /// enough to become a part of the loop that reads routes, in which fields then are read from where they stand; the
    /// address comes last, so that a loop that wants one kind of them has asked nothing twice.
    #[inline(always)]
    pub(crate) fn take(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut ahead = *cursor;
        let Start { header, fixed } = ahead.read()?;
        let behind = ahead.bytes(usize::from(header.length).checked_sub(size_of::<Fixed>())?)?;
        if header.route_type != RouteType::MAC_IP || fixed.mac_length != MAC_BITS {
            return None;
        }
        let (ip, labels) = behind.split_at_checked(usize::from(fixed.ip_length / 8))?;
        let (label1, label2) = match LabelField::ref_from_bytes(labels) {
            Ok(label1) => (label1, None),
            Err(_) => {
                let [label1, label2] = <[LabelField; 2]>::ref_from_bytes(labels).ok()?;
                (label1, Some(*label2))
            }
        };
        let &Fixed { rd, esi, ethernet_tag, mac, ip_length, .. } = fixed;
        let ip = match ip_length {
            0 => None,
            32 => Some(<[u8; 4]>::try_from(ip).ok()?.into()),
            128 => Some(<[u8; 16]>::try_from(ip).ok()?.into()),
            _ => return None,
        };
        *cursor = ahead;
        Some(Self { rd, esi, ethernet_tag, mac, ip, label1: *label1, label2 })
    }

    /// Writes all of the route, with type and length in front.
    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let mut longest = Longest::new_zeroed();
        let written = self.fill(&mut longest);
        writer.put(longest.as_bytes().get(..written).unwrap_or_default())
    }

    /// Fills in all of the route, with type and length in front, and returns how many bytes that are.
    #[inline(always)]
    pub(crate) fn fill(&self, place: &mut Longest) -> usize {
        let &Self { rd, esi, ethernet_tag, mac, ip, label2, .. } = self;
        let ip_length = match ip {
            None => 0,
            Some(IpAddr::V4(_)) => 32,
            Some(IpAddr::V6(_)) => 128,
        };
        let length = if label2.is_some() { 36 } else { 33 } + ip_length / 8;
        let header = NlriHeader { route_type: RouteType::MAC_IP, length };
        let fixed = Fixed { rd, esi, ethernet_tag, mac_length: MAC_BITS, mac, ip_length };
        place.start = Start { header, fixed };
        match ip {
            None => self.fill_behind([], &mut place.behind),
            Some(IpAddr::V4(ip)) => self.fill_behind(ip.octets(), &mut place.behind),
            Some(IpAddr::V6(ip)) => self.fill_behind(ip.octets(), &mut place.behind),
        }
        size_of::<NlriHeader>() + usize::from(length)
    }

    #[inline(always)]
    fn fill_behind<const N: usize>(&self, ip: [u8; N], place: &mut [u8]) {
        if let Ok((behind, _)) = Behind::mut_from_prefix(place) {
            behind.ip = ip;
            behind.label1 = self.label1;
            if let Some(label2) = self.label2 {
                behind.label2 = label2;
            }
        }
    }

    pub(super) const fn key(self) -> Self {
        Self { esi: EthernetSegmentId::ZERO, label1: LabelField::ZERO, label2: None, ..self }
    }
}

const MAC_BITS: u8 = 48;

/// Why these octets are not a route.
#[cold]
#[inline(never)]
pub(super) fn what_is_wrong(value: &[u8], at: At) -> Error {
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
