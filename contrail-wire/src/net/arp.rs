//! ARP for IPv4 over Ethernet ([RFC 826](https://www.rfc-editor.org/rfc/rfc826)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |         Hardware Type         |         Protocol Type         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Hardware Len  | Protocol Len  |           Operation           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |            Sender Hardware Address (6), then                  |
//! |            Sender Protocol Address (4),                       |
//! |            Target Hardware Address (6),                       |
//! |            Target Protocol Address (4)                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: other lengths of hardware and protocol addresses, as the addresses would stand elsewhere.
//! Tolerated: any operation.
//!
//! ```
//! use contrail_wire::net::arp::ArpPacket;
//! use contrail_wire::{FixedHeader, MacAddr};
//!
//! let mac = MacAddr::new([2, 0, 0, 0, 0, 1]);
//! let request = ArpPacket::request(mac, [10, 0, 0, 1].into(), [10, 0, 0, 2].into());
//! let mut buffer = [0xa5; 28];
//! request.encode(&mut buffer).unwrap();
//! let (read, _) = ArpPacket::decode(&buffer)?;
//! assert_eq!(read.sender_hardware_address, mac);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use core::net::Ipv4Addr;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{DecodeError, EtherType, FieldValue, FixedHeader, Ipv4Octets, Layer, MacAddr};

/// An ARP packet; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct ArpPacket {
    /// 1 for Ethernet.
    pub hardware_type: U16,
    /// 0x0800 for IPv4.
    pub protocol_type: EtherType,
    /// 6, in bytes.
    pub hardware_length: u8,
    /// 4, in bytes.
    pub protocol_length: u8,
    /// 1 request, 2 reply.
    pub operation: U16,
    /// The sender's MAC address.
    pub sender_hardware_address: MacAddr,
    /// The sender's IPv4 address.
    pub sender_protocol_address: Ipv4Octets,
    /// The target's MAC address, zero in a request.
    pub target_hardware_address: MacAddr,
    /// The target's IPv4 address.
    pub target_protocol_address: Ipv4Octets,
}

impl ArpPacket {
    /// The operation number of a request.
    pub const REQUEST: u16 = 1;
    /// The operation number of a reply.
    pub const REPLY: u16 = 2;

    /// Who has `target`? Tell `sender`.
    pub fn request(mac: MacAddr, sender: Ipv4Addr, target: Ipv4Addr) -> Self {
        Self {
            hardware_type: U16::new(1),
            protocol_type: EtherType::IPV4,
            hardware_length: 6,
            protocol_length: 4,
            operation: U16::new(Self::REQUEST),
            sender_hardware_address: mac,
            sender_protocol_address: sender.into(),
            target_hardware_address: MacAddr::default(),
            target_protocol_address: target.into(),
        }
    }
}

impl FixedHeader for ArpPacket {
    const LAYER: Layer = Layer::Arp;

    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if self.hardware_length != 6 {
            let found = self.hardware_length.into();
            return Err(DecodeError::field(Layer::Arp, offset, "hardware_length", found, "6"));
        }
        if self.protocol_length != 4 {
            let found = self.protocol_length.into();
            return Err(DecodeError::field(Layer::Arp, offset, "protocol_length", found, "4"));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("hardware_type", self.hardware_type.get().into());
        visit("protocol_type", FieldValue::Hex(self.protocol_type.get().into(), 4));
        visit("hardware_length", self.hardware_length.into());
        visit("protocol_length", self.protocol_length.into());
        visit("operation", self.operation.get().into());
        visit("sender_hardware_address", self.sender_hardware_address.into());
        visit("sender_protocol_address", self.sender_protocol_address.get().into());
        visit("target_hardware_address", self.target_hardware_address.into());
        visit("target_protocol_address", self.target_protocol_address.get().into());
    }
}
