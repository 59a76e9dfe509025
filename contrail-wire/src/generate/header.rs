//! Headers that can be decoded.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::value::of_bytes;
use crate::net::arp::ArpPacket;
use crate::net::dhcp::DhcpHeader;
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::ipv6::extension::{ExtensionStart, Ipv6Extension};
use crate::net::linux_sll::{LinuxSll, LinuxSll2};
use crate::net::neighbor::NeighborMessage;
use crate::net::tcp::TcpHeader;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::tunnel::gre::{GreFlags, GreHeader};
use crate::tunnel::mpls::{ControlWord, MplsEntry};
use crate::tunnel::vxlan::{VxlanFlags, VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use crate::{Header, IpProtocol};

of_bytes! {
    LinuxSll: |any| {};
    LinuxSll2: |any| {};
    EthernetHeader: |any| {};
    VlanTag: |any| {};
    DhcpHeader: |dhcp| (dhcp.magic_cookie, dhcp.hlen) = (DhcpHeader::MAGIC_COOKIE.into(), dhcp.hlen % 17);
    NeighborMessage: |any| (any.option_type, any.option_length) = (1 + any.option_type % 2, 1);
    ArpPacket: |arp| (arp.hardware_length, arp.protocol_length) = (6, 4);
    Ipv4Header: |ip| ip.version_ihl = 0x45 + ip.version_ihl % 11;
    Ipv6Header: |ip| ip.version_class_label.set(6 << 28 | ip.version_class_label.get() >> 4);
    ExtensionStart: |any| {};
    UdpHeader: |any| {};
    TcpHeader: |tcp| tcp.data_offset_reserved = (5 + tcp.data_offset_reserved % 11) << 4;
    IcmpHeader: |any| {};
    Icmpv6Header: |any| {};
    VxlanHeader: |vxlan| vxlan.flags |= VxlanFlags::VNI_VALID;
    VxlanGbpHeader: |vxlan| vxlan.flags |= VxlanFlags::VNI_VALID | VxlanFlags::GROUP_POLICY;
    VxlanGpeHeader: |vxlan| vxlan.flags = vxlan.flags.difference(VxlanGpeHeader::VERSION) | VxlanFlags::VNI_VALID;
    MplsEntry: |any| {};
    ControlWord: |word| word.reserved.set(word.reserved.get() & 0x0fff);
    GreHeader: |gre| gre.flags = GreFlags::new(gre.flags.bits() & !GreFlags::REFUSED);
}

impl<'a> Arbitrary<'a> for Header<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.int_in_range(0..=16)? {
            0 => Self::LinuxSll(input.arbitrary()?),
            1 => Self::LinuxSll2(input.arbitrary()?),
            2 => Self::Ethernet(input.arbitrary()?),
            3 => Self::Vlan(input.arbitrary()?),
            4 => Self::Arp(input.arbitrary()?),
            5 => {
                let header = Ipv4Header::arbitrary(input)?;
                Self::Ipv4(header, input.bytes(header.header_length() - size_of_val(&header))?)
            }
            6 => Self::Ipv6(input.arbitrary()?),
            7 => Self::Ipv6Extension(input.arbitrary()?),
            8 => Self::Udp(input.arbitrary()?),
            9 => {
                let header = TcpHeader::arbitrary(input)?;
                Self::Tcp(header, input.bytes(usize::from(header.data_offset()) * 4 - size_of_val(&header))?)
            }
            10 => Self::Icmp(input.arbitrary()?),
            11 => Self::Icmpv6(input.arbitrary()?),
            12 => Self::Vxlan(input.arbitrary()?),
            13 => Self::VxlanGpe(input.arbitrary()?),
            14 => Self::Mpls(input.arbitrary()?),
            15 => Self::ControlWord(input.arbitrary()?),
            _ => {
                let header = GreHeader::arbitrary(input)?;
                Self::Gre(header, input.bytes(header.optional_length())?)
            }
        })
    }
}

impl<'a> Arbitrary<'a> for Ipv6Extension<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        const KINDS: [IpProtocol; 5] = [
            IpProtocol::HOP_BY_HOP,
            IpProtocol::DESTINATION_OPTIONS,
            IpProtocol::ROUTING,
            IpProtocol::FRAGMENT,
            IpProtocol::AUTHENTICATION,
        ];
        let kind = *input.choose(&KINDS)?;
        Self::of_kind(kind, input)
    }
}

impl Ipv6Extension<'_> {
    /// A good one with any next header; all but options, fragments and authentication are read as routing.
    pub(super) fn of_kind(kind: IpProtocol, input: &mut Unstructured<'_>) -> Result<Self> {
        // Behind the first two octets. Options have to fill the header.
        const OPTIONS: [&[u8]; 5] = [
            &[1, 4, 0, 0, 0, 0],
            &[5, 2, 0, 0, 1, 0],
            &[4, 1, 9, 1, 1, 0],
            &[0, 0x3e, 3, 1, 2, 3],
            &[0x1e, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        ];
        const ROUTES: [&[u8]; 2] = [
            &[253, 0, 0, 0, 0, 0],
            &[2, 0, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ];
        const FRAGMENTS: [&[u8]; 3] = [&[0, 0, 0, 0, 0, 7], &[0, 1, 0, 0, 0, 7], &[5, 0xa8, 0, 0, 0, 7]];
        const AUTHENTICATION: [&[u8]; 2] = [
            &[0, 0, 0, 0, 1, 0, 0, 0, 0, 9],
            &[0, 0, 0, 0, 1, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        ];
        let next_header = input.arbitrary()?;
        let contents: &[&'static [u8]] = match kind {
            IpProtocol::HOP_BY_HOP | IpProtocol::DESTINATION_OPTIONS => &OPTIONS,
            IpProtocol::FRAGMENT => &FRAGMENTS,
            IpProtocol::AUTHENTICATION => &AUTHENTICATION,
            _ => &ROUTES,
        };
        let data = *input.choose(contents)?;
        let length = match kind {
            IpProtocol::FRAGMENT => 0,
            IpProtocol::AUTHENTICATION => (data.len() + 2) / 4 - 2,
            _ => (data.len() + 2) / 8 - 1,
        };
        let length = u8::try_from(length).map_err(|_| arbitrary::Error::IncorrectFormat)?;
        Ok(Self { kind, start: ExtensionStart { next_header, length }, data })
    }
}
