use core::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error, length};
use crate::bgp::nlri::evpn::RouteType;
use crate::bgp::writer::{Writer, not_so};
use crate::{EncodeError, EthernetSegmentId, EthernetTag, LabelField, MacAddr, RouteDistinguisher};

/// EVPN route type 5: IP prefix ([RFC 9136](https://www.rfc-editor.org/rfc/rfc9136) section 3.1).
///
/// ```text
/// +---------------------------------------+
/// |      RD (8 octets)                    |
/// +---------------------------------------+
/// |Ethernet Segment Identifier (10 octets)|
/// +---------------------------------------+
/// |  Ethernet Tag ID (4 octets)           |
/// +---------------------------------------+
/// |  IP Prefix Length (1 octet, 0 to 128) |
/// +---------------------------------------+
/// |  IP Prefix (4 or 16 octets)           |
/// +---------------------------------------+
/// |  GW IP Address (4 or 16 octets)       |
/// +---------------------------------------+
/// |  MPLS Label (3 octets)                |
/// +---------------------------------------+
/// ```
///
/// The length of the route alone says which IP it is. Refused: a length other than 34 or 58, and a prefix length above
/// 32 or 128. Tolerated: bits behind the prefix, which are kept. A route with both a segment and a gateway can be read,
/// and [`check`](IpPrefixRoute::check) says that it is to be treated as withdrawn.
///
/// ```
/// use contrail_wire::bgp::evpn::{IpPrefixRoute, Route};
/// use contrail_wire::{EthernetSegmentId, EthernetTag, Vni};
///
/// let route = Route::from(IpPrefixRoute {
///     rd: "10.0.0.1:9001".parse().unwrap(),
///     esi: EthernetSegmentId::ZERO,
///     ethernet_tag: EthernetTag::ZERO,
///     prefix: "10.99.0.0/24".parse().unwrap(),
///     gateway: None,
///     label: Vni::new(9001).unwrap().into(),
/// });
/// assert_eq!(route.to_string(), "10.0.0.1:9001:[5]:[0]:[24]:[10.99.0.0]");
/// let mut buffer = [0xa5; 36];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct IpPrefixRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The segment that the prefix is behind, if that is how it is reached; no part of the route's identity.
    #[cfg_attr(feature = "serde", serde(default))]
    pub esi: EthernetSegmentId,
    /// The broadcast domain of segment or gateway.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// The prefix, with the bits behind it as they were sent.
    pub prefix: IpNet,
    /// The gateway that the prefix is behind, if that is how it is reached, and of the prefix's address family; no part
    /// of the route's identity. All zero on the wire is none.
    pub gateway: Option<IpAddr>,
    /// Label or VNI of the VRF; no part of the route's identity.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "labels", deserialize_with = "crate::bgp::serialize::one_label")
    )]
    pub label: LabelField,
}

/// The route with addresses of one kind.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Wire<Address> {
    rd: RouteDistinguisher,
    esi: EthernetSegmentId,
    ethernet_tag: EthernetTag,
    prefix_length: u8,
    prefix: Address,
    gateway: Address,
    label: LabelField,
}

impl IpPrefixRoute {
    #[inline]
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        if let Ok(wire) = Wire::<[u8; 4]>::ref_from_bytes(value.rest()) {
            let &Wire { rd, esi, ethernet_tag, prefix_length, prefix, gateway, label } = wire;
            let Ok(prefix) = Ipv4Net::new(prefix.into(), prefix_length) else {
                return Err(at.field("ip_prefix_length", prefix_length.into(), "0 to 32 (RFC 9136 3.1)"));
            };
            let gateway = (gateway != [0; 4]).then(|| gateway.into());
            return Ok(Self { rd, esi, ethernet_tag, prefix: IpNet::V4(prefix), gateway, label });
        }
        if let Ok(wire) = Wire::<[u8; 16]>::ref_from_bytes(value.rest()) {
            let &Wire { rd, esi, ethernet_tag, prefix_length, prefix, gateway, label } = wire;
            let Ok(prefix) = Ipv6Net::new(prefix.into(), prefix_length) else {
                return Err(at.field("ip_prefix_length", prefix_length.into(), "0 to 128 (RFC 9136 3.1)"));
            };
            let gateway = (gateway != [0; 16]).then(|| gateway.into());
            return Ok(Self { rd, esi, ethernet_tag, prefix: IpNet::V6(prefix), gateway, label });
        }
        Err(at.field("length", length(value.len()), "34 or 58 (RFC 9136 3.1)"))
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let &Self { rd, esi, ethernet_tag, prefix, gateway, label } = self;
        let prefix_length = prefix.prefix_len();
        match (prefix.addr(), gateway) {
            (IpAddr::V4(prefix), None | Some(IpAddr::V4(_))) => {
                let gateway = gateway.map_or([0; 4], |gateway| match gateway {
                    IpAddr::V4(gateway) => gateway.octets(),
                    IpAddr::V6(_) => [0; 4],
                });
                let prefix = prefix.octets();
                writer.put(&Wire { rd, esi, ethernet_tag, prefix_length, prefix, gateway, label })
            }
            (IpAddr::V6(prefix), None | Some(IpAddr::V6(_))) => {
                let gateway = gateway.map_or([0; 16], |gateway| match gateway {
                    IpAddr::V6(gateway) => gateway.octets(),
                    IpAddr::V4(_) => [0; 16],
                });
                let prefix = prefix.octets();
                writer.put(&Wire { rd, esi, ethernet_tag, prefix_length, prefix, gateway, label })
            }
            _ => Err(not_so(writer.element, "gateway", "an address of the prefix's family (RFC 9136 3.1)")),
        }
    }

    /// Whether the route may be used: not with both a segment and a gateway, and with a label or something to resolve
    /// it by (RFC 9136 section 3.1). The error is of the route at `offset`, and treats it as withdrawn.
    ///
    /// What else may stand in for a label, the MAC address of a router in an extended community, is not seen from here:
    /// `router_mac` is what the route comes with. All zero is none, and one of a group is wrong (section 3.2).
    pub fn check(&self, offset: usize, router_mac: Option<MacAddr>) -> Result<(), Error> {
        let at = At {
            element: Element::Evpn(RouteType::IP_PREFIX),
            offset,
            disposition: Disposition::TreatAsWithdraw,
        };
        if self.gateway.is_some() && !self.esi.is_zero() {
            let [kind, ..] = self.esi.octets();
            return Err(at.field("esi", kind.into(), "zero where there is a gateway (RFC 9136 3.1)"));
        }
        let router_mac = router_mac.filter(|mac| *mac != MacAddr::default());
        if let Some(mac) = router_mac.filter(|mac| mac.is_group()) {
            let [first, ..] = mac.octets();
            return Err(at.field("router_mac", first.into(), "an address of one router (RFC 9136 3.2)"));
        }
        let resolves = self.gateway.is_some() || !self.esi.is_zero() || router_mac.is_some();
        if self.label == LabelField::ZERO && !resolves {
            return Err(at.field("label", 0, "one, or a segment, gateway or router's MAC (RFC 9136 3.1)"));
        }
        Ok(())
    }

    pub(super) fn key(self) -> Self {
        Self {
            esi: EthernetSegmentId::ZERO,
            prefix: self.prefix.trunc(),
            gateway: None,
            label: LabelField::ZERO,
            ..self
        }
    }
}
