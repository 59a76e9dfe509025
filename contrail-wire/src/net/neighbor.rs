//! Neighbor solicitations and advertisements behind an ICMPv6 header
//! ([RFC 4861 4.3 and 4.4](https://www.rfc-editor.org/rfc/rfc4861#section-4.3)), with the one option that says a MAC
//! address.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |R|S|O|                     Reserved                            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                       Target Address (16)                     |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Type      |    Length     |    Link-Layer Address (6)     |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! It is what follows type, code and checksum of an [`Icmpv6Header`](super::icmp::Icmpv6Header), and no header of a packet:
//! a packet has it as its [`payload`](crate::Packet::payload). Refused: another first option, or one of another length.
//! Tolerated: any flags.
//!
//! ```
//! use contrail_wire::net::neighbor::NeighborMessage;
//! use contrail_wire::{FixedHeader, MacAddr};
//!
//! let mac = MacAddr::new([2, 0, 0, 0, 0, 1]);
//! let solicitation = NeighborMessage::solicitation(mac, "2001:db8::2".parse().unwrap());
//! let mut buffer = [0xa5; 28];
//! solicitation.encode(&mut buffer).unwrap();
//! let (read, _) = NeighborMessage::decode(&buffer)?;
//! assert_eq!(read.link_layer_address, mac);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use core::net::Ipv6Addr;

use zerocopy::network_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{DecodeError, FieldValue, FixedHeader, Ipv6Octets, Layer, MacAddr};

/// What a neighbor solicitation or advertisement says; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct NeighborMessage {
    /// Zero in a solicitation; flags in an advertisement: [`SOLICITED`](Self::SOLICITED) and others.
    pub flags: U32,
    /// Whose MAC address is asked for, or told.
    pub target_address: Ipv6Octets,
    /// 1 for the MAC address of who asks, 2 for that of the target.
    pub option_type: u8,
    /// 1, in units of eight octets.
    pub option_length: u8,
    /// The MAC address.
    pub link_layer_address: MacAddr,
}

impl NeighborMessage {
    /// In an advertisement: it comes from a router.
    pub const ROUTER: u32 = 1 << 31;
    /// In an advertisement: it answers a solicitation.
    pub const SOLICITED: u32 = 1 << 30;
    /// In an advertisement: what was known before is to be replaced.
    pub const OVERRIDE: u32 = 1 << 29;
    const OF_SOURCE: u8 = 1;
    const OF_TARGET: u8 = 2;

    /// Who has `target`? `mac` wants to know.
    pub fn solicitation(mac: MacAddr, target: Ipv6Addr) -> Self {
        Self::new(0, target, Self::OF_SOURCE, mac)
    }

    /// `mac` has `target`, as was asked.
    pub fn advertisement(mac: MacAddr, target: Ipv6Addr) -> Self {
        Self::new(Self::SOLICITED | Self::OVERRIDE, target, Self::OF_TARGET, mac)
    }

    fn new(flags: u32, target: Ipv6Addr, option_type: u8, mac: MacAddr) -> Self {
        Self {
            flags: U32::new(flags),
            target_address: target.into(),
            option_type,
            option_length: 1,
            link_layer_address: mac,
        }
    }

    /// Where who has an address listens for solicitations: its solicited-node address (RFC 4291 section 2.7.1), and
    /// the MAC address that goes with it (RFC 2464 section 7).
    pub fn solicited_node(target: Ipv6Addr) -> (Ipv6Addr, MacAddr) {
        let [.., a, b, c] = target.octets();
        let group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, a, b, c];
        (group.into(), MacAddr::new([0x33, 0x33, 0xff, a, b, c]))
    }
}

impl FixedHeader for NeighborMessage {
    const LAYER: Layer = Layer::Icmpv6;

    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        let wrong = |field, found: u8, expected| {
            Err(DecodeError::field(Layer::Icmpv6, offset, field, found.into(), expected))
        };
        match (self.option_type, self.option_length) {
            (Self::OF_SOURCE | Self::OF_TARGET, 1) => Ok(()),
            (Self::OF_SOURCE | Self::OF_TARGET, length) => {
                wrong("option_length", length, "1 (RFC 4861 4.6.1)")
            }
            (kind, _) => wrong("option_type", kind, "1 or 2 (RFC 4861 4.6.1)"),
        }
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("flags", FieldValue::Hex(self.flags.get().into(), 8));
        visit("target_address", self.target_address.get().into());
        visit("option_type", self.option_type.into());
        visit("option_length", self.option_length.into());
        visit("link_layer_address", self.link_layer_address.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_advertisement_tells_what_was_asked() {
        let (mac, target) =
            (MacAddr::new([2, 0, 0, 0, 0, 1]), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 1, 0x211));
        let mut buffer = [0xa5; NeighborMessage::LEN];
        NeighborMessage::advertisement(mac, target).encode(&mut buffer).unwrap();
        assert_eq!(buffer[..4], [0x60, 0, 0, 0]);
        assert_eq!(buffer[4..20], target.octets());
        assert_eq!(buffer[20..], [2, 1, 2, 0, 0, 0, 0, 1]);
        assert_eq!(
            NeighborMessage::solicited_node(target),
            ("ff02::1:ff01:211".parse().unwrap(), MacAddr::new([0x33, 0x33, 0xff, 1, 2, 0x11]))
        );
    }

    #[test]
    fn another_option_and_another_length_are_refused() {
        let good = NeighborMessage::solicitation(MacAddr::default(), Ipv6Addr::UNSPECIFIED);
        for (wrong, field) in [
            (NeighborMessage { option_type: 3, ..good }, "option_type is 3"),
            (NeighborMessage { option_length: 2, ..good }, "option_length is 2"),
        ] {
            let error = NeighborMessage::decode(wrong.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&std::format!("icmpv6 at byte 0: {field}, expected ")), "{error}");
        }
    }
}
