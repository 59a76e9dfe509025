//! IEEE 802.1Q and 802.1ad tags.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | PCP |D|        VLAN ID        |           EtherType           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! The EtherType in front (0x8100, 0x88a8, 0x9100) belongs to the header before, so that a stack of tags is a
//! list. Tolerated: any depth the frame has, VLAN 0 and 4095. Refused: nothing.
//!
//! ```
//! use contrail_wire::net::vlan::VlanTag;
//! use contrail_wire::{EtherType, FixedHeader};
//!
//! let mut bytes = [0xa0, 0xc8, 0x08, 0x00];
//! let (tag, _) = VlanTag::decode_mut(&mut bytes)?;
//! assert_eq!((tag.vlan_id(), tag.priority_code_point()), (200, 5));
//! tag.set_vlan_id(201).unwrap();
//! assert_eq!(bytes, [0xa0, 0xc9, 0x08, 0x00]);
//!
//! let mut buffer = [0xa5; 4];
//! VlanTag::new(200, EtherType::IPV4).unwrap().encode(&mut buffer).unwrap();
//! assert_eq!(buffer, [0x00, 0xc8, 0x08, 0x00]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::value::in_range;
use crate::{AnomalyReport, EtherType, FieldValue, FixedHeader, Layer, ValueError};

/// One tag; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct VlanTag {
    /// Priority code point (3 bits), drop eligible indicator (1), VLAN identifier (12).
    pub tag_control_information: U16,
    /// What follows the tag.
    pub ethertype: EtherType,
}

impl VlanTag {
    /// A tag with priority 0; the identifier has 12 bits.
    pub const fn new(vlan_id: u16, ethertype: EtherType) -> Result<Self, ValueError> {
        if vlan_id > 0x0fff {
            let [a, b] = vlan_id.to_be_bytes();
            let found = u32::from_be_bytes([0, 0, a, b]);
            return Err(ValueError::OutOfRange { what: "VLAN", found, min: 0, max: 0x0fff });
        }
        Ok(Self { tag_control_information: U16::new(vlan_id), ethertype })
    }

    /// The VLAN identifier, 0 to 4095.
    pub const fn vlan_id(&self) -> u16 {
        self.tag_control_information.get() & 0x0fff
    }

    /// Changes the VLAN identifier, which has 12 bits.
    pub fn set_vlan_id(&mut self, vlan_id: u16) -> Result<(), ValueError> {
        in_range("VLAN", vlan_id.into(), 0x0fff)?;
        self.tag_control_information.set(self.tag_control_information.get() & 0xf000 | vlan_id);
        Ok(())
    }

    /// The priority code point, 0 to 7.
    pub const fn priority_code_point(&self) -> u8 {
        let [high, _] = self.tag_control_information.get().to_be_bytes();
        high >> 5
    }

    /// Changes the priority code point, which has 3 bits.
    pub fn set_priority_code_point(&mut self, priority: u8) -> Result<(), ValueError> {
        in_range("priority", priority.into(), 7)?;
        let others = self.tag_control_information.get() & 0x1fff;
        self.tag_control_information.set(others | u16::from(priority) << 13);
        Ok(())
    }

    /// The drop eligible indicator.
    pub const fn drop_eligible(&self) -> bool {
        self.tag_control_information.get() & 0x1000 != 0
    }
}

impl FixedHeader for VlanTag {
    const LAYER: Layer = Layer::Vlan;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("priority_code_point", self.priority_code_point().into());
        visit("drop_eligible", self.drop_eligible().into());
        visit("vlan_id", self.vlan_id().into());
        visit("ethertype", FieldValue::Hex(self.ethertype.get().into(), 4));
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        if self.vlan_id() == 0x0fff {
            report.add("vlan_id", self.vlan_id(), "0 to 4094", "IEEE 802.1Q 9.6");
        }
        report.ethertype(self.ethertype);
    }
}
