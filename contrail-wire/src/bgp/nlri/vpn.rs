use core::fmt;

use ipnet::IpNet;
use zerocopy::FromBytes;

use crate::bgp::error::{At, Error};
use crate::bgp::family::Afi;
use crate::bgp::nlri::prefix;
use crate::bgp::writer::{Writer, not_so, too_long};
use crate::{EncodeError, LabelField, RouteDistinguisher};

/// VPN-IPv4 and VPN-IPv6 routes ([RFC 4364](https://www.rfc-editor.org/rfc/rfc4364) section 4.3.4, [RFC
/// 4659](https://www.rfc-editor.org/rfc/rfc4659), [RFC 8277](https://www.rfc-editor.org/rfc/rfc8277) section 2).
///
/// ```text
/// +---------------------------+
/// |   Length (1 octet)        |
/// +---------------------------+
/// |   Label (3 octets)        |
/// +---------------------------+
/// .............................
/// +---------------------------+
/// |   RD (8 octets)           |
/// +---------------------------+
/// |   Prefix (variable)       |
/// +---------------------------+
/// ```
///
/// The length counts the bits of labels, route distinguisher and prefix. Labels end with the one that has the S bit, or
/// is 0 or 0x800000, which stand in withdrawn routes. If none does, there is a single label, whose S bit a receiver has
/// to ignore (RFC 8277 section 2.2). Refused: a length that leaves no room for label and route distinguisher, or more
/// than the address has. Tolerated: any route distinguisher; bits behind the prefix.
///
/// ```
/// use contrail_wire::bgp::{Family, Nlri, Route, VpnRoute};
/// use contrail_wire::{Label, LabelField};
///
/// let labels = [LabelField::from(Label::new(299_776).unwrap())];
/// let rd = "10.0.0.1:7".parse().unwrap();
/// let route = Nlri::Vpn(VpnRoute { labels: &labels, rd, prefix: "10.99.0.0/24".parse().unwrap() });
/// assert_eq!((route.family(), route.to_string().as_str()), (Family::VPN_IPV4, "10.0.0.1:7:10.99.0.0/24"));
/// let mut buffer = [0xa5; 15];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(buffer[..4], [24 + 64 + 24, 0x49, 0x30, 0x01]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VpnRoute<'a> {
    /// The labels, outermost first; no part of the route's identity.
    pub labels: &'a [LabelField],
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The prefix; bits behind it are zero.
    pub prefix: IpNet,
}

const LABEL_OCTETS: usize = 3;
const LABEL_BITS: usize = 24;
const RD_BITS: u8 = 64;

impl<'a> VpnRoute<'a> {
    /// From the octets that a length of `bits` bits says there are.
    #[inline]
    pub(super) fn read(afi: Afi, bits: u8, octets: &'a [u8], at: At) -> Result<Self, Error> {
        let end = <[LabelField]>::ref_from_prefix_with_elems(octets, octets.len() / LABEL_OCTETS)
            .ok()
            .and_then(|(labels, _)| labels.iter().position(ends_a_stack));
        let route = end.and_then(|end| Self::with_labels(end + 1, afi, bits, octets));
        route
            .or_else(|| Self::with_labels(1, afi, bits, octets))
            .ok_or_else(|| at.field("length", bits.into(), EXPECTED))
    }

    #[inline]
    fn with_labels(count: usize, afi: Afi, bits: u8, octets: &'a [u8]) -> Option<Self> {
        let bits = bits.checked_sub(u8::try_from(count * LABEL_BITS).ok()?)?.checked_sub(RD_BITS)?;
        let (labels, rest) = <[LabelField]>::ref_from_prefix_with_elems(octets, count).ok()?;
        let (rd, rest) = RouteDistinguisher::ref_from_prefix(rest).ok()?;
        Some(Self { labels, rd: *rd, prefix: prefix::decode(afi, bits, rest)? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let ends_where_it_should = match self.labels {
            [] => false,
            [_] => true,
            [above @ .., last] => ends_a_stack(last) && !above.iter().any(ends_a_stack),
        };
        if !ends_where_it_should {
            return Err(not_so(writer.element, "labels", "a stack that its last label ends (RFC 8277 2)"));
        }
        let prefix_bits = usize::from(self.prefix.prefix_len());
        let bits = self.labels.len() * LABEL_BITS + usize::from(RD_BITS) + prefix_bits;
        let Ok(length) = u8::try_from(bits) else {
            return Err(too_long(writer.element, "length", bits, 0xff));
        };
        writer.put(&length)?;
        writer.put(self.labels)?;
        writer.put(&self.rd)?;
        prefix::put(writer, self.prefix)
    }

    pub(super) const fn key(self) -> Self {
        Self { labels: &[], ..self }
    }
}

fn ends_a_stack(label: &LabelField) -> bool {
    label.is_bottom() || matches!(*label, LabelField::ZERO | LabelField::WITHDRAWN)
}

const EXPECTED: &str = "labels, a route distinguisher and a prefix (RFC 4364 4.3.4)";

/// Route distinguisher and prefix, as Contrail and others print them.
impl fmt::Display for VpnRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.rd, self.prefix)
    }
}
