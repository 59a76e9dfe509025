//! Linux cooked captures, what `tcpdump -i any` writes: version 1
//! ([LINKTYPE_LINUX_SLL](https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html)) and version 2
//! ([LINKTYPE_LINUX_SLL2](https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |          Packet Type          |          ARPHRD Type          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Link-Layer Address Length |                               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+   Link-Layer Address (8)      +
//! |                                                               |
//! +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                               |         Protocol Type         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: nothing. Tolerated: anything. The protocol type is an EtherType for most ARPHRD types; where it is not (netlink,
//! radiotap, frame relay), and where it is one that is not known here, the rest is payload.
//!
//! ```
//! use contrail_wire::net::linux_sll::LinuxSll;
//! use contrail_wire::{EtherType, FixedHeader};
//!
//! let bytes = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0x00];
//! let (header, _) = LinuxSll::decode(&bytes)?;
//! assert_eq!(header.protocol_type, EtherType::IPV4);
//!
//! let mut buffer = [0xa5; 16];
//! header.encode(&mut buffer).unwrap();
//! assert_eq!(buffer, bytes);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{AnomalyReport, EtherType, FieldValue, FixedHeader, Layer};

/// Whether the protocol type of a frame from such an interface is an EtherType.
pub(crate) const fn has_ethertype(arphrd_type: u16) -> bool {
    const FRAME_RELAY: u16 = 770;
    const IEEE_802_11_RADIOTAP: u16 = 803;
    const NETLINK: u16 = 824;
    !matches!(arphrd_type, FRAME_RELAY | IEEE_802_11_RADIOTAP | NETLINK)
}

/// The pseudo-header of version 1; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct LinuxSll {
    /// 0 to us, 1 broadcast, 2 multicast, 3 to others, 4 sent by us.
    pub packet_type: U16,
    /// The interface's ARPHRD type.
    pub arphrd_type: U16,
    /// Of the sender's address, in bytes.
    pub address_length: U16,
    /// The sender's address, padded with zeros or cut to 8 bytes.
    pub address: [u8; 8],
    /// What follows.
    pub protocol_type: EtherType,
}

impl FixedHeader for LinuxSll {
    const LAYER: Layer = Layer::LinuxSll;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("packet_type", self.packet_type.get().into());
        visit("arphrd_type", self.arphrd_type.get().into());
        visit("address_length", self.address_length.get().into());
        visit("address", FieldValue::Bytes(&self.address));
        visit("protocol_type", FieldValue::Hex(self.protocol_type.get().into(), 4));
    }
}

/// The pseudo-header of version 2, with the interface's number.
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Protocol Type         |           Reserved            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        Interface Index                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          ARPHRD Type          |  Packet Type  | Address Length|
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Link-Layer Address (8)                    |
/// +                                                               +
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// ```
/// use contrail_wire::net::linux_sll::LinuxSll2;
/// use contrail_wire::{EtherType, FixedHeader};
///
/// let bytes = [0x86, 0xdd, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0];
/// let (header, _) = LinuxSll2::decode(&bytes)?;
/// assert_eq!((header.protocol_type, header.interface_index.get()), (EtherType::IPV6, 7));
///
/// let mut buffer = [0xa5; 20];
/// header.encode(&mut buffer).unwrap();
/// assert_eq!(buffer, bytes);
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct LinuxSll2 {
    /// What follows.
    pub protocol_type: EtherType,
    /// Zero.
    pub reserved: U16,
    /// The interface's number on the capturing machine.
    pub interface_index: U32,
    /// The interface's ARPHRD type.
    pub arphrd_type: U16,
    /// As in version 1.
    pub packet_type: u8,
    /// Of the sender's address, in bytes.
    pub address_length: u8,
    /// The sender's address, padded with zeros or cut to 8 bytes.
    pub address: [u8; 8],
}

impl FixedHeader for LinuxSll2 {
    const LAYER: Layer = Layer::LinuxSll;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("protocol_type", FieldValue::Hex(self.protocol_type.get().into(), 4));
        visit("interface_index", self.interface_index.get().into());
        visit("arphrd_type", self.arphrd_type.get().into());
        visit("packet_type", self.packet_type.into());
        visit("address_length", self.address_length.into());
        visit("address", FieldValue::Bytes(&self.address));
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        report.reserved("reserved", self.reserved.get(), 4, "LINKTYPE_LINUX_SLL2");
    }
}
