//! Values over their whole range.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::bgp::{Community, ExtendedCommunity, Ipv6ExtendedCommunity, LargeCommunity, TunnelType};
use crate::net::tcp::{TcpBlock, TcpFlags};
use crate::tunnel::gre::GreFlags;
use crate::tunnel::vxlan::{NextProtocol, VxlanFlags};
use crate::{
    AssignedNumber, EtherType, EthernetSegmentId, EthernetTag, IpProtocol, Ipv4Octets, Ipv6Octets, Label,
    LabelField, LinkType, MacAddr, MplsPayload, RouteDistinguisher, RouteTarget, Vni,
};

/// What is its bytes: any bytes, with what `$repair` makes of those that would be refused.
macro_rules! of_bytes {
    ($($type:ty: |$value:ident| $repair:expr;)*) => {$(
        impl<'a> arbitrary::Arbitrary<'a> for $type {
            fn arbitrary(input: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let mut $value = <Self as zerocopy::FromZeros>::new_zeroed();
                input.fill_buffer(zerocopy::IntoBytes::as_mut_bytes(&mut $value))?;
                $repair;
                Ok($value)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                (size_of::<Self>(), Some(size_of::<Self>()))
            }
        }
    )*};
}

pub(super) use of_bytes;

of_bytes! {
    MacAddr: |any| {};
    EtherType: |any| {};
    IpProtocol: |any| {};
    Ipv4Octets: |any| {};
    Ipv6Octets: |any| {};
    Vni: |any| {};
    TcpFlags: |any| {};
    TcpBlock: |any| {};
    NextProtocol: |any| {};
    VxlanFlags: |any| {};
    GreFlags: |flags| flags = GreFlags::new(flags.bits() & !GreFlags::REFUSED);

    EthernetSegmentId: |any| {};
    EthernetTag: |any| {};
    LabelField: |any| {};
    RouteDistinguisher: |any| {};
    Community: |any| {};
    ExtendedCommunity: |any| {};
    Ipv6ExtendedCommunity: |any| {};
    LargeCommunity: |any| {};
    TunnelType: |any| {};
}

impl<'a> Arbitrary<'a> for Label {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::from_top_20_bits(input.arbitrary()?))
    }
}

impl<'a> Arbitrary<'a> for LinkType {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(*input.choose(&[Self::Ethernet, Self::RawIp, Self::LinuxSll, Self::LinuxSll2])?)
    }
}

impl<'a> Arbitrary<'a> for MplsPayload {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(*input.choose(&[
            Self::Opaque,
            Self::Ip,
            Self::Ipv4,
            Self::Ipv6,
            Self::Ethernet,
            Self::EthernetWithControlWord,
            Self::GuessByFirstNibble,
        ])?)
    }
}

impl<'a> Arbitrary<'a> for AssignedNumber {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.int_in_range(0..=2)? {
            0 => Self::TwoOctetAs { asn: input.arbitrary()?, number: input.arbitrary()? },
            1 => Self::Ipv4 { address: input.arbitrary()?, number: input.arbitrary()? },
            _ => Self::FourOctetAs { asn: input.arbitrary()?, number: input.arbitrary()? },
        })
    }
}

impl<'a> Arbitrary<'a> for RouteTarget {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(AssignedNumber::arbitrary(input)?.into())
    }
}
