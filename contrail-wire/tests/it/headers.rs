//! Laws of each fixed header, over all bytes it can be made of.

use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::{IcmpHeader, Icmpv6Header};
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::ipv6::extension::ExtensionStart;
use contrail_wire::net::linux_sll::{LinuxSll, LinuxSll2};
use contrail_wire::net::tcp::TcpHeader;
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::GreHeader;
use contrail_wire::tunnel::mpls::{ControlWord, MplsEntry};
use contrail_wire::tunnel::vxlan::{VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use contrail_wire::{Bound, EncodeError, FixedHeader, Problem};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::TestRunner;

/// `valid` makes arbitrary bytes pass the header's checks.
fn laws<H: FixedHeader + PartialEq + std::fmt::Debug>(len: usize, valid: impl Fn(&mut [u8])) {
    assert_eq!(H::LEN, len, "{}", H::LAYER);
    TestRunner::default()
        .run(&vec(any::<u8>(), len + 3), |mut bytes| {
            // Whatever they are, they are read or refused in this layer at this place.
            if let Err(error) = H::decode(&bytes) {
                assert_eq!((error.layer, error.offset), (H::LAYER, 0));
                assert!(matches!(error.problem, Problem::Field { .. }), "{error}");
            }

            valid(&mut bytes);
            let (header, rest) = H::decode(&bytes).unwrap();
            assert_eq!(rest, &bytes[len..]);
            let mut buffer = vec![0xa5; len + 3];
            let room = header.encode(&mut buffer).unwrap();
            assert_eq!(room, [0xa5; 3], "nothing is written behind the header");
            assert_eq!(buffer[..len], bytes[..len], "encode(decode(b)) is b");
            assert_eq!(H::decode(&buffer).unwrap().0, header, "decode(encode(x)) is x");

            let mut names = Vec::new();
            header.fields(&mut |name, _| names.push(name));
            assert!(
                names
                    .iter()
                    .all(|name| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')))
            );
            names.sort_unstable();
            names.dedup();
            let mut count = 0;
            header.fields(&mut |_, _| count += 1);
            assert_eq!(names.len(), count, "no name stands for two fields");

            for cut in 0..len {
                let error = H::decode(&bytes[..cut]).unwrap_err();
                assert_eq!((error.layer, error.offset), (H::LAYER, 0));
                let truncated = Problem::Truncated { needed: len, available: cut, bound: Bound::Frame };
                assert_eq!(error.problem, truncated);
                assert_eq!(H::decode_mut(&mut bytes.clone()[..cut]).unwrap_err(), error);

                let mut small = vec![0xa5; cut];
                let refused = EncodeError::NoRoom { layer: H::LAYER, needed: len, available: cut };
                assert_eq!(header.encode(&mut small), Err(refused));
                assert!(small.iter().all(|byte| *byte == 0xa5), "a header is written whole or not");
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn ethernet() {
    laws::<EthernetHeader>(14, |_| {});
}

#[test]
fn linux_sll() {
    laws::<LinuxSll>(16, |_| {});
    laws::<LinuxSll2>(20, |_| {});
}

#[test]
fn vlan() {
    laws::<VlanTag>(4, |_| {});
}

#[test]
fn arp() {
    laws::<ArpPacket>(28, |bytes| bytes[4..6].copy_from_slice(&[6, 4]));
}

#[test]
fn ipv4() {
    laws::<Ipv4Header>(20, |bytes| bytes[0] = 0x45 + bytes[0] % 11);
}

#[test]
fn ipv6() {
    laws::<Ipv6Header>(40, |bytes| bytes[0] = 0x60 | bytes[0] & 0x0f);
    laws::<ExtensionStart>(2, |_| {});
}

#[test]
fn udp() {
    laws::<UdpHeader>(8, |_| {});
}

#[test]
fn tcp() {
    laws::<TcpHeader>(20, |bytes| bytes[12] = (5 + bytes[12] % 11) << 4 | bytes[12] & 0x0f);
}

#[test]
fn icmp() {
    laws::<IcmpHeader>(4, |_| {});
    laws::<Icmpv6Header>(4, |_| {});
}

#[test]
fn vxlan() {
    laws::<VxlanHeader>(8, |bytes| bytes[0] |= 0x08);
    laws::<VxlanGbpHeader>(8, |bytes| bytes[0] |= 0x88);
    laws::<VxlanGpeHeader>(8, |bytes| bytes[0] = bytes[0] & 0xcf | 0x08);
}

#[test]
fn mpls() {
    laws::<MplsEntry>(4, |_| {});
    laws::<ControlWord>(4, |bytes| bytes[0] &= 0x0f);
}

#[test]
fn gre() {
    laws::<GreHeader>(4, |bytes| {
        bytes[0] &= 0xb3;
        bytes[1] &= 0xf8;
    });
}
