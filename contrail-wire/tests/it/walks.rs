//! The two walks through a level say the same: the fast one of `ethernet`, `ip` and `inner`, and the one that
//! `captured` and `inner_decoded` take.

use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{DecodeError, Decoder, LinkType, MplsPayload, Packet};
use proptest::prelude::*;

#[cfg(feature = "arbitrary")]
use crate::generated;

/// Holds the fast walk against the other, level by level.
pub(crate) fn assert_same(decoder: &Decoder<'_>, link: LinkType, frame: &[u8]) {
    let mut fast = match link {
        LinkType::Ethernet => decoder.ethernet(frame),
        _ => decoder.ip(frame),
    };
    let mut all = decoder.captured(link, frame, frame.len()).complete();
    loop {
        assert_eq!(show(&fast), show(&all), "{frame:02x?}");
        let (Ok(level), Ok(same)) = (&fast, &all) else { return };
        let (inside, same) =
            (level.inner().transpose(), same.inner_decoded().map(contrail_wire::Decoded::complete));
        let (Some(inside), Some(same)) = (inside, same) else { return };
        (fast, all) = (inside, same);
    }
}

fn show(level: &Result<Packet<'_>, DecodeError>) -> String {
    match level {
        Ok(level) => format!("{level:?} {:?} {:?}", level.headers().collect::<Vec<_>>(), level.trailer()),
        Err(error) => format!("{error:?}"),
    }
}

/// Each byte of a good frame, replaced.
#[test]
fn a_good_frame_with_any_byte_changed() {
    let frame = contrail_wire::doc::VXLAN_FRAME;
    let decoder = Decoder::new();
    for at in 0..frame.len() {
        for byte in [0, 1, 4, 5, 6, 8, 0x0f, 0x45, 0x46, 0x60, 0x81, 0x88, 0xff] {
            let mut changed = frame.to_vec();
            changed[at] = byte;
            assert_same(&decoder, LinkType::Ethernet, &changed);
            assert_same(&decoder, LinkType::Ethernet, &changed[..at]);
            assert_same(&decoder, LinkType::RawIp, &changed[14.min(at)..]);
        }
    }
}

/// A fragment that has nothing but ones in flags and offset, but for the flag that is none and that it may not be cut.
#[test]
fn a_fragment_as_far_behind_as_one_can_be() {
    let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
    for flags in [0x3fff, 0x1fff, 0x2000, 0x0001, 0x4000_u16] {
        frame[20..22].copy_from_slice(&flags.to_be_bytes());
        assert_same(&Decoder::new(), LinkType::Ethernet, &frame);
        let is_fragment = Decoder::new().ethernet(&frame).unwrap().ipv4().unwrap().is_fragment();
        assert_eq!(is_fragment, flags != 0x4000, "{flags:04x}");
    }
}

proptest! {
    #[cfg(feature = "arbitrary")]
    #[test]
    fn generated_frames(frame in generated::frames(), cut in any::<prop::sample::Index>()) {
        if matches!(frame.link, LinkType::Ethernet | LinkType::RawIp) {
            let decoder = generated::decoder();
            assert_same(&decoder, frame.link, &frame.bytes);
            assert_same(&decoder, frame.link, &frame.bytes[..cut.index(frame.bytes.len() + 1)]);
        }
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), is_mpls in any::<bool>()) {
        let choose = move |_: &LabelStack<'_>| if is_mpls { MplsPayload::Ip } else { MplsPayload::EthernetWithControlWord };
        let decoder = Decoder::new().mpls_payload(&choose);
        assert_same(&decoder, LinkType::Ethernet, &bytes);
        assert_same(&decoder, LinkType::RawIp, &bytes);
    }
}

#[test]
fn what_is_no_vlan_tag_is_not_taken_for_one() {
    let decoder = Decoder::new();
    let frame = contrail_wire::doc::VXLAN_FRAME;
    for (ethertype, inside) in
        [(0x8100_u16, 0x0800_u16), (0x88a8, 0x0800), (0x9000, 0x0800), (0x1234, 0x0800), (0x8100, 0x1234)]
    {
        let tag = [&ethertype.to_be_bytes()[..], &[0, 7], &inside.to_be_bytes()].concat();
        assert_same(&decoder, LinkType::Ethernet, &[&frame[..12], &tag, &frame[14..]].concat());
    }
}
