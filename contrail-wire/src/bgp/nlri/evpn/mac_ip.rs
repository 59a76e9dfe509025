use core::net::IpAddr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error, length};
use crate::bgp::nlri::evpn::short;
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
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Fixed {
    rd: RouteDistinguisher,
    esi: EthernetSegmentId,
    ethernet_tag: EthernetTag,
    mac_length: u8,
    mac: MacAddr,
    ip_length: u8,
}

/// The labels at the end.
#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct TwoLabels {
    label1: LabelField,
    label2: LabelField,
}

impl MacIpRoute {
    #[inline]
    pub(super) fn read(mut value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let whole = value.len();
        let Some(fixed) = value.read::<Fixed>() else {
            return Err(short(at, size_of::<Fixed>() + size_of::<LabelField>(), whole));
        };
        let &Fixed { rd, esi, ethernet_tag, mac_length, mac, ip_length } = fixed;
        if mac_length != 48 {
            return Err(at.field("mac_length", mac_length.into(), "48 (RFC 7432 7.2)"));
        }
        let ip = match ip_length {
            0 => None,
            32 => match value.array::<4>() {
                Some(octets) => Some(IpAddr::from(*octets)),
                None => return Err(wrong_length(at, whole)),
            },
            128 => match value.array::<16>() {
                Some(octets) => Some(IpAddr::from(*octets)),
                None => return Err(wrong_length(at, whole)),
            },
            _ => return Err(at.field("ip_length", ip_length.into(), "0, 32 or 128 (RFC 7432 7.2)")),
        };
        let (label1, label2) = if let Ok(label1) = LabelField::ref_from_bytes(value.rest()) {
            (*label1, None)
        } else if let Ok(labels) = TwoLabels::ref_from_bytes(value.rest()) {
            (labels.label1, Some(labels.label2))
        } else {
            return Err(wrong_length(at, whole));
        };
        Ok(Self { rd, esi, ethernet_tag, mac, ip, label1, label2 })
    }

    #[inline]
    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let &Self { rd, esi, ethernet_tag, mac, ip, label1, label2 } = self;
        let ip_length = match ip {
            None => 0,
            Some(IpAddr::V4(_)) => 32,
            Some(IpAddr::V6(_)) => 128,
        };
        writer.put(&Fixed { rd, esi, ethernet_tag, mac_length: 48, mac, ip_length })?;
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

#[cold]
#[inline(never)]
fn wrong_length(at: At, found: usize) -> Error {
    at.field("length", length(found), "33, 37 or 49, or 3 more with a second label (RFC 7432 7.2)")
}
