//! VXLAN ([RFC 7348](https://www.rfc-editor.org/rfc/rfc7348)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |R|R|R|R|I|R|R|R|            Reserved                           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                VXLAN Network Identifier (VNI) |   Reserved    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: a header without the I flag, whose VNI is not valid. Tolerated: all reserved bits, which a receiver
//! ignores (section 5), and VNI 0; they are kept and shown. A source port of 4789 makes no VXLAN.
//!
//! ```
//! use contrail_wire::tunnel::vxlan::VxlanHeader;
//! use contrail_wire::{FixedHeader, Vni};
//!
//! let mut bytes = [0x08, 0, 0, 0, 0, 0x13, 0x89, 0];
//! let (header, _) = VxlanHeader::decode_mut(&mut bytes)?;
//! assert_eq!(header.vni.get(), 5001);
//! header.vni = Vni::new(5002).unwrap();
//! assert_eq!(bytes, zerocopy::IntoBytes::as_bytes(&VxlanHeader::new(Vni::new(5002).unwrap())));
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{DecodeError, FieldValue, FixedHeader, Layer, Vni};

/// The first octet of the header.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct VxlanFlags(u8);

bitflags::bitflags! {
    impl VxlanFlags: u8 {
        /// I: the VNI is valid. Must be set.
        const VNI_VALID = 0x08;
        /// Reserved; a receiver ignores them.
        const RESERVED = 0xf7;
    }
}

/// The VXLAN header; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct VxlanHeader {
    /// The I flag and seven reserved bits.
    pub flags: VxlanFlags,
    /// Sent as zero, ignored on receipt.
    pub reserved1: [u8; 3],
    /// Which network the inner frame belongs to.
    pub vni: Vni,
    /// Sent as zero, ignored on receipt.
    pub reserved2: u8,
}

impl VxlanHeader {
    /// The header for this network.
    pub const fn new(vni: Vni) -> Self {
        Self { flags: VxlanFlags::VNI_VALID, reserved1: [0; 3], vni, reserved2: 0 }
    }
}

impl FixedHeader for VxlanHeader {
    const LAYER: Layer = Layer::Vxlan;

    #[inline]
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if !self.flags.contains(VxlanFlags::VNI_VALID) {
            let found = self.flags.bits().into();
            return Err(DecodeError::field(
                Layer::Vxlan,
                offset,
                "flags",
                found,
                "the I flag, 0x08 (RFC 7348 5)",
            ));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("flags", FieldValue::Hex(self.flags.bits().into(), 2));
        visit("reserved1", FieldValue::Bytes(&self.reserved1));
        visit("vni", self.vni.get().into());
        visit("reserved2", self.reserved2.into());
    }
}
