use super::Encapsulation;
use super::policy::Policy;
use super::template::Template;
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::udp::UdpHeader;
use crate::{FixedHeader, Label};

fn tunnel() -> Encapsulation {
    Encapsulation::mpls_over_udp(Label::FIRST_UNRESERVED)
}

/// What stands in front of a packet with TTL 63, ECT(0), DF clear and identification 0x1234, over IPv4.
pub fn outer_ipv4(policy: Policy) -> Ipv4Header {
    stamped::<Ipv4Header>(tunnel().ipv4([10, 0, 0, 1].into(), [10, 0, 0, 2].into()).policy(policy)).0
}

/// The UDP header behind [`outer_ipv4`].
pub fn outer_udp(policy: Policy) -> UdpHeader {
    stamped::<Ipv4Header>(tunnel().ipv4([10, 0, 0, 1].into(), [10, 0, 0, 2].into()).policy(policy)).1
}

/// The same over IPv6.
pub fn outer_ipv6(policy: Policy) -> Ipv6Header {
    let [near, far] = [1, 2].map(|host| [0x2001, 0xdb8, 0, 0, 0, 0, 0, host].into());
    stamped::<Ipv6Header>(tunnel().ipv6(near, far).policy(policy)).0
}

fn stamped<H: FixedHeader + Default>(template: Template) -> (H, UdpHeader) {
    let stamp = |buffer: &mut [u8]| {
        let inner = crate::doc::VXLAN_FRAME.get(64..)?;
        let (headroom, room) = buffer.split_at_mut_checked(template.headroom())?;
        room.get_mut(..inner.len())?.copy_from_slice(inner);
        let (header, _) = Ipv4Header::decode_mut(room).ok()?;
        header.dscp_ecn = 0b10;
        header.identification.set(0x1234);
        header.flags_fragment_offset.set(0);
        let (start, end) = (headroom.len(), headroom.len() + inner.len());
        let frame = template.stamp(buffer.get_mut(..end)?, start).ok()?;
        let (network, rest) = H::decode(frame).ok()?;
        Some((*network, *UdpHeader::decode(rest).ok()?.0))
    };
    stamp(&mut [0; 256]).unwrap_or_default()
}
