//! Ethernet II and IEEE 802.3 ([RFC 894](https://www.rfc-editor.org/rfc/rfc894),
//! [RFC 1042](https://www.rfc-editor.org/rfc/rfc1042)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                      Destination Address                      |
//! +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                               |                               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
//! |                        Source Address                         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      EtherType or Length      |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Tolerated: any address, any EtherType, any bytes as padding. A value of 1500 or less is the length of an IEEE 802.3
//! frame and bounds it; one that is more than there is is refused. There is no preamble and no frame check sequence.
//!
//! ```
//! use contrail_wire::net::ethernet::EthernetHeader;
//! use contrail_wire::{EtherType, FixedHeader, MacAddr};
//!
//! let frame = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x06, 0, 1];
//! let (header, rest) = EthernetHeader::decode(&frame)?;
//! assert_eq!(header.destination_address, MacAddr::BROADCAST);
//! assert_eq!((header.ethertype, rest.len()), (EtherType::ARP, 2));
//!
//! let mut buffer = [0xa5; 14];
//! header.encode(&mut buffer).unwrap();
//! assert_eq!(buffer, frame[..14]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{AnomalyReport, EtherType, FieldValue, FixedHeader, Layer, MacAddr};

/// The Ethernet header; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct EthernetHeader {
    /// Who should receive the frame.
    pub destination_address: MacAddr,
    /// Who sent it.
    pub source_address: MacAddr,
    /// What follows, or how many bytes.
    pub ethertype: EtherType,
}

impl FixedHeader for EthernetHeader {
    const LAYER: Layer = Layer::Ethernet;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("destination_address", self.destination_address.into());
        visit("source_address", self.source_address.into());
        visit("ethertype", FieldValue::Hex(self.ethertype.get().into(), 4));
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        if self.source_address.is_group() {
            report.add(
                "source_address",
                self.source_address,
                "the address of one station",
                "IEEE 802.3 3.2.3",
            );
        }
        report.ethertype(self.ethertype);
    }
}
