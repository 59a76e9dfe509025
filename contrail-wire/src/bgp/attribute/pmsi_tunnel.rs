use core::fmt;
use core::net::IpAddr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::attribute::AttributeType;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error, length};
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError, LabelField};

/// The flags of a [`PmsiTunnel`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct PmsiFlags(u8);

bitflags::bitflags! {
    impl PmsiFlags: u8 {
        /// L: who receives the traffic is to answer with a leaf route (RFC 6514).
        const LEAF_INFORMATION_REQUIRED = 0x01;
        /// U: unknown unicast need not be sent (RFC 9574).
        const PRUNE_UNKNOWN = 0x02;
        /// BM: broadcasts need not be sent (RFC 9574).
        const PRUNE_BROADCAST = 0x04;
        /// Assisted replication: replicator (RFC 9574).
        const REPLICATOR = 0x08;
        /// Assisted replication: leaf (RFC 9574).
        const LEAF = 0x10;
        /// Of Contrail: takes part in edge replication.
        const EDGE_REPLICATION = 0x80;
        /// Any other.
        const _ = !0;
    }
}

/// What kind of tunnel carries broadcasts (IANA "P-Multicast Service Interface Tunnel (PMSI Tunnel) Tunnel Types").
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct PmsiTunnelType(pub u8);

impl PmsiTunnelType {
    /// None is told.
    pub const NONE: Self = Self(0);
    /// RSVP-TE point to multipoint.
    pub const RSVP_TE_P2MP: Self = Self(1);
    /// mLDP point to multipoint.
    pub const MLDP_P2MP: Self = Self(2);
    /// PIM-SSM.
    pub const PIM_SSM: Self = Self(3);
    /// PIM-SM.
    pub const PIM_SM: Self = Self(4);
    /// BIDIR-PIM.
    pub const BIDIR_PIM: Self = Self(5);
    /// The sender makes a copy for each receiver.
    pub const INGRESS_REPLICATION: Self = Self(6);
    /// mLDP multipoint to multipoint.
    pub const MLDP_MP2MP: Self = Self(7);
    /// Assisted replication (RFC 9574).
    pub const ASSISTED_REPLICATION: Self = Self(10);
    /// BIER (RFC 8556).
    pub const BIER: Self = Self(11);
    /// Contrail's assisted replication, of the numbers for experiments.
    pub const CONTRAIL_ASSISTED_REPLICATION: Self = Self(0xfc);

    /// The name of a known type.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NONE => "none",
            Self::RSVP_TE_P2MP => "rsvp-te-p2mp",
            Self::MLDP_P2MP => "mldp-p2mp",
            Self::PIM_SSM => "pim-ssm",
            Self::PIM_SM => "pim-sm",
            Self::BIDIR_PIM => "bidir-pim",
            Self::INGRESS_REPLICATION => "ingress-replication",
            Self::MLDP_MP2MP => "mldp-mp2mp",
            Self::ASSISTED_REPLICATION => "assisted-replication",
            Self::BIER => "bier",
            Self::CONTRAIL_ASSISTED_REPLICATION => "contrail-assisted-replication",
            _ => return None,
        })
    }

    /// The lengths that an identifier of the type may have, in words; all may be if there are none.
    const fn lengths(self) -> Option<([usize; 2], &'static str)> {
        Some(match self {
            Self::RSVP_TE_P2MP => ([12, 24], "12 or 24 (RFC 6514 5)"),
            Self::PIM_SSM | Self::PIM_SM | Self::BIDIR_PIM => ([8, 32], "8 or 32 (RFC 6514 5)"),
            Self::INGRESS_REPLICATION => ([4, 16], "4 or 16 (RFC 6514 5)"),
            _ => return None,
        })
    }
}

impl fmt::Display for PmsiTunnelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for PmsiTunnelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// PMSI_TUNNEL ([RFC 6514](https://www.rfc-editor.org/rfc/rfc6514) section 5): how broadcasts reach everybody.
///
/// ```text
/// +---------------------------------+
/// |  Flags (1 octet)                |
/// +---------------------------------+
/// |  Tunnel Type (1 octet)          |
/// +---------------------------------+
/// |  MPLS Label (3 octets)          |
/// +---------------------------------+
/// |  Tunnel Identifier (variable)   |
/// +---------------------------------+
/// ```
///
/// The label is a VNI where the encapsulation has those (RFC 8365 section 5.1.3). Refused: fewer than five octets, and an
/// identifier of a length that its tunnel type has not. Tolerated: a tunnel type that is not known, with any
/// identifier.
///
/// ```
/// use contrail_wire::bgp::{PmsiTunnel, PmsiTunnelType};
/// let tunnel = PmsiTunnel::decode(&[0, 6, 0, 0x13, 0x89, 10, 0, 0, 1])?;
/// assert_eq!((tunnel.tunnel_type, tunnel.label.vni().get()), (PmsiTunnelType::INGRESS_REPLICATION, 5001));
/// assert_eq!(tunnel.endpoint(), Some([10, 0, 0, 1].into()));
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PmsiTunnel<'a> {
    /// What is asked of others.
    pub flags: PmsiFlags,
    /// What kind of tunnel.
    pub tunnel_type: PmsiTunnelType,
    /// Label or VNI of the broadcast domain.
    pub label: LabelField,
    /// Which tunnel; what that is depends on the type.
    pub identifier: &'a [u8],
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Fixed {
    flags: PmsiFlags,
    tunnel_type: PmsiTunnelType,
    label: LabelField,
}

impl<'a> PmsiTunnel<'a> {
    /// The tunnel in the value of the attribute.
    pub fn decode(value: &'a [u8]) -> Result<Self, Error> {
        let element = Element::Attribute(AttributeType::PMSI_TUNNEL);
        let at = At { element, offset: 0, disposition: Disposition::TreatAsWithdraw };
        Self::read(Cursor::new(value, 0), at)
    }

    pub(crate) fn read(mut value: Cursor<'a>, at: At) -> Result<Self, Error> {
        let whole = value.len();
        let Some(&Fixed { flags, tunnel_type, label }) = value.read::<Fixed>() else {
            return Err(at.truncated(size_of::<Fixed>(), whole, Bound::BgpAttributeLength));
        };
        let identifier = value.rest();
        if let Some((lengths, expected)) = tunnel_type.lengths()
            && !lengths.contains(&identifier.len())
        {
            return Err(at.field("tunnel_identifier_length", length(identifier.len()), expected));
        }
        Ok(Self { flags, tunnel_type, label, identifier })
    }

    /// Where copies are sent to, with ingress and assisted replication.
    pub fn endpoint(&self) -> Option<IpAddr> {
        if let Ok(&address) = <&[u8; 4]>::try_from(self.identifier) {
            return Some(address.into());
        }
        <&[u8; 16]>::try_from(self.identifier).map(|&address| address.into()).ok()
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let &Self { flags, tunnel_type, label, identifier } = self;
        writer.put(&Fixed { flags, tunnel_type, label })?;
        writer.put(identifier)
    }
}
