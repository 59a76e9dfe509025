use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::Bound;
use crate::bgp::attribute::AttributeType;
use crate::bgp::community::TunnelType;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};

/// TUNNEL_ENCAPSULATION ([RFC 9012](https://www.rfc-editor.org/rfc/rfc9012) section 2): which tunnels lead to the next
/// hop, and how they look.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |    Tunnel Type (2 octets)     |        Length (2 octets)      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        Value (variable)                       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// The value of a tunnel is a row of sub-TLVs: a type of one octet, a length of one octet, or of two where the type is
/// 128 or above, and that many octets. Refused: lengths that do not fit together. Tolerated: any type and sub-type.
///
/// ```
/// use contrail_wire::bgp::{TunnelEncapsulation, TunnelType};
/// let tunnels = TunnelEncapsulation::decode(&[0, 8, 0, 6, 4, 4, 0, 0, 0, 7])?;
/// let tunnel = tunnels.tunnels().next().unwrap();
/// assert_eq!(tunnel.tunnel_type, TunnelType::VXLAN);
/// let sub_tlv = tunnel.sub_tlvs().next().unwrap();
/// assert_eq!((sub_tlv.kind, sub_tlv.value), (4, &[0, 0, 0, 7][..]));
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TunnelEncapsulation<'a> {
    /// Checked TLVs.
    bytes: &'a [u8],
}

/// One of the tunnels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tunnel<'a> {
    /// What kind of tunnel.
    pub tunnel_type: TunnelType,
    /// Checked sub-TLVs.
    value: &'a [u8],
}

/// What is said of a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubTlv<'a> {
    /// What it says (IANA "BGP Tunnel Encapsulation Attribute Sub-TLVs").
    pub kind: u8,
    /// How.
    pub value: &'a [u8],
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct TlvHeader {
    tunnel_type: TunnelType,
    length: U16,
}

impl<'a> TunnelEncapsulation<'a> {
    /// The tunnels in the value of the attribute.
    pub fn decode(value: &'a [u8]) -> Result<Self, Error> {
        let element = Element::Attribute(AttributeType::TUNNEL_ENCAPSULATION);
        let at = At { element, offset: 0, disposition: Disposition::TreatAsWithdraw };
        Self::read(Cursor::new(value, 0), at)
    }

    pub(crate) fn read(value: Cursor<'a>, at: At) -> Result<Self, Error> {
        let mut tunnels = value;
        while !tunnels.is_empty() {
            let available = tunnels.len();
            let Some(header) = tunnels.read::<TlvHeader>() else {
                return Err(at.truncated(size_of::<TlvHeader>(), available, Bound::BgpAttributeLength));
            };
            let claimed = usize::from(header.length.get());
            let Some(mut sub_tlvs) = tunnels.split(claimed) else {
                return Err(at.overrun("length", claimed, tunnels.len(), Bound::BgpAttributeLength));
            };
            while !sub_tlvs.is_empty() {
                let available = sub_tlvs.len();
                if sub_tlv(&mut sub_tlvs).is_none() {
                    return Err(at.truncated(available + 1, available, Bound::BgpTunnelLength));
                }
            }
        }
        Ok(Self { bytes: value.rest() })
    }

    /// The tunnels.
    pub fn tunnels(self) -> impl Iterator<Item = Tunnel<'a>> + Clone {
        let mut tunnels = Cursor::new(self.bytes, 0);
        core::iter::from_fn(move || {
            let header = tunnels.read::<TlvHeader>()?;
            let value = tunnels.bytes(header.length.get().into())?;
            Some(Tunnel { tunnel_type: header.tunnel_type, value })
        })
    }

    /// The octets of the attribute's value.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a> Tunnel<'a> {
    /// What is said of it.
    pub fn sub_tlvs(self) -> impl Iterator<Item = SubTlv<'a>> + Clone {
        let mut sub_tlvs = Cursor::new(self.value, 0);
        core::iter::from_fn(move || sub_tlv(&mut sub_tlvs))
    }
}

fn sub_tlv<'a>(cursor: &mut Cursor<'a>) -> Option<SubTlv<'a>> {
    let &[kind] = cursor.array()?;
    let length = if kind < 128 {
        let &[length] = cursor.array()?;
        length.into()
    } else {
        u16::from_be_bytes(*cursor.array()?).into()
    };
    Some(SubTlv { kind, value: cursor.bytes(length)? })
}
