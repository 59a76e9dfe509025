//! The MPLS label stack ([RFC 3032](https://www.rfc-editor.org/rfc/rfc3032),
//! [RFC 5462](https://www.rfc-editor.org/rfc/rfc5462)), over Ethernet, in UDP
//! ([RFC 7510](https://www.rfc-editor.org/rfc/rfc7510)) and in GRE
//! ([RFC 4023](https://www.rfc-editor.org/rfc/rfc4023)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                Label                  | TC  |S|       TTL     |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! A stack ends at the entry with the S bit, however deep that stands; one without is refused. The stack does not
//! say what it carries: the caller does, with [`MplsPayload`](crate::MplsPayload), and what is not so then is an
//! error of the header that was expected, as IPv6 behind the IPv4 explicit null. Tolerated: special-purpose labels
//! anywhere ([`Label::name`] tells them), TTL 0, and nothing behind the stack where nothing is expected. What is odd
//! about a stack is an [anomaly](crate::Anomaly).
//!
//! ```
//! use contrail_wire::tunnel::mpls::MplsEntry;
//! use contrail_wire::{FixedHeader, Label};
//!
//! let mut bytes = [0x49, 0x30, 0x0b, 0x3f];
//! let (entry, _) = MplsEntry::decode_mut(&mut bytes)?;
//! assert_eq!((entry.label().get(), entry.traffic_class(), entry.is_bottom()), (299_776, 5, true));
//! entry.set_label(Label::new(299_777).unwrap());
//! assert_eq!(bytes, [0x49, 0x30, 0x1b, 0x3f]);
//!
//! let mut buffer = [0xa5; 4];
//! MplsEntry::bottom(Label::new(299_776).unwrap()).encode(&mut buffer).unwrap();
//! assert_eq!(buffer, [0x49, 0x30, 0x01, 0x40]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::reader::Reader;
use crate::value::in_range;
use crate::{AnomalyReport, DecodeError, FieldValue, FixedHeader, Label, Layer, ValueError};

/// One label stack entry; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct MplsEntry {
    /// The label (20 bits), traffic class (3) and bottom of stack (1).
    pub label_class_bottom: [u8; 3],
    /// Hops left.
    pub ttl: u8,
}

impl MplsEntry {
    /// The last entry of a stack: traffic class 0, TTL 64.
    pub const fn bottom(label: Label) -> Self {
        let [_, a, b, c] = (label.get() << 4).to_be_bytes();
        Self { label_class_bottom: [a, b, c | 1], ttl: 64 }
    }

    /// An entry with others below it: traffic class 0, TTL 64.
    pub const fn inner(label: Label) -> Self {
        let [_, a, b, c] = (label.get() << 4).to_be_bytes();
        Self { label_class_bottom: [a, b, c], ttl: 64 }
    }

    /// The label.
    pub const fn label(&self) -> Label {
        let [a, b, c] = self.label_class_bottom;
        Label::from_top_20_bits(u32::from_be_bytes([a, b, c, 0]))
    }

    /// Changes the label.
    pub fn set_label(&mut self, label: Label) {
        let [_, a, b, c] = (label.get() << 4).to_be_bytes();
        let [.., last] = self.label_class_bottom;
        self.label_class_bottom = [a, b, c | last & 0x0f];
    }

    /// The traffic class, 0 to 7 (RFC 5462; RFC 3032 calls it Exp).
    pub const fn traffic_class(&self) -> u8 {
        let [_, _, last] = self.label_class_bottom;
        last >> 1 & 0x07
    }

    /// Changes the traffic class, which has 3 bits.
    pub fn set_traffic_class(&mut self, traffic_class: u8) -> Result<(), ValueError> {
        in_range("traffic class", traffic_class.into(), 7)?;
        let [a, b, last] = self.label_class_bottom;
        self.label_class_bottom = [a, b, last & 0xf1 | traffic_class << 1];
        Ok(())
    }

    /// Whether no other entry follows.
    #[inline]
    pub const fn is_bottom(&self) -> bool {
        let [_, _, last] = self.label_class_bottom;
        last & 1 != 0
    }
}

impl FixedHeader for MplsEntry {
    const LAYER: Layer = Layer::Mpls;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("label", self.label().get().into());
        visit("traffic_class", self.traffic_class().into());
        visit("bottom_of_stack", self.is_bottom().into());
        visit("ttl", self.ttl.into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        let label = self.label();
        if label == Label::IMPLICIT_NULL {
            report.add("label", label.get(), "another, as implicit null is never sent", "RFC 3032 2.1");
        } else if label.name() == Some("reserved") {
            report.add("label", label.get(), "one that is assigned", "RFC 7274 5");
        }
        if label == Label::ENTROPY_INDICATOR && self.is_bottom() {
            report.add("bottom_of_stack", true, "an entropy label below", "RFC 6790 4.2");
        }
    }
}

/// A whole label stack, borrowed from a frame: one entry at least, and only the last has the S bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelStack<'a> {
    above: &'a [MplsEntry],
    bottom: &'a MplsEntry,
}

impl<'a> LabelStack<'a> {
    #[inline(always)]
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut stack = *reader;
        let mut above = 0;
        loop {
            let entry: &MplsEntry = reader.header()?;
            if entry.is_bottom() {
                return Ok(Self { above: stack.list(above), bottom: entry });
            }
            above += 1;
        }
    }

    #[inline(always)]
    pub(crate) const fn new(above: &'a [MplsEntry], bottom: &'a MplsEntry) -> Self {
        Self { above, bottom }
    }

    /// The entries from the outermost to the bottom.
    pub fn entries(&self) -> impl Iterator<Item = &'a MplsEntry> + use<'a> {
        self.above.iter().chain(core::iter::once(self.bottom))
    }

    /// The outermost entry.
    pub fn top(&self) -> &'a MplsEntry {
        self.above.first().unwrap_or(self.bottom)
    }

    /// The entry with the S bit, whose label decides what the stack carries.
    pub const fn bottom(&self) -> &'a MplsEntry {
        self.bottom
    }

    /// How many entries there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a stack is never empty")]
    pub const fn len(&self) -> usize {
        self.above.len() + 1
    }
}

/// The control word of an Ethernet pseudowire ([RFC 4448](https://www.rfc-editor.org/rfc/rfc4448) 4.6).
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |0 0 0 0|   Reserved            |       Sequence Number         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Refused: a first nibble other than 0, which is no control word. Tolerated: reserved bits.
///
/// ```
/// use contrail_wire::FixedHeader;
/// use contrail_wire::tunnel::mpls::ControlWord;
///
/// let (word, frame) = ControlWord::decode(&[0, 0, 0, 9, 0x02])?;
/// assert_eq!((word.sequence_number.get(), frame), (9, &[0x02][..]));
///
/// let mut buffer = [0xa5; 4];
/// word.encode(&mut buffer).unwrap();
/// assert_eq!(buffer, [0, 0, 0, 9]);
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct ControlWord {
    /// Zero (4 bits) and reserved (12 bits).
    pub reserved: U16,
    /// Counts the frames; 0 where it is not used.
    pub sequence_number: U16,
}

impl FixedHeader for ControlWord {
    const LAYER: Layer = Layer::ControlWord;

    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        let first_nibble = self.reserved.get() >> 12;
        if first_nibble != 0 {
            return Err(DecodeError::field(
                Layer::ControlWord,
                offset,
                "first nibble",
                first_nibble.into(),
                "0 (RFC 4385 3)",
            ));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("reserved", self.reserved.get().into());
        visit("sequence_number", self.sequence_number.get().into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        report.reserved("reserved", self.reserved.get(), 4, "RFC 4448 4.6");
    }
}
