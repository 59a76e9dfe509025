use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::attribute::AttributeType;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::writer::{Writer, not_so, too_long};
use crate::{Bound, EncodeError};

/// What a path segment is (RFC 4271 section 4.3, RFC 5065 section 3).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(transparent)]
pub struct SegmentType(pub u8);

impl SegmentType {
    /// Some of them, in no order.
    pub const SET: Self = Self(1);
    /// Each of them, nearest first.
    pub const SEQUENCE: Self = Self(2);
    /// Members of a confederation, each of them, nearest first.
    pub const CONFEDERATION_SEQUENCE: Self = Self(3);
    /// Members of a confederation, some of them, in no order.
    pub const CONFEDERATION_SET: Self = Self(4);
}

/// AS_PATH and AS4_PATH ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271) section 4.3, [RFC
/// 6793](https://www.rfc-editor.org/rfc/rfc6793), [RFC 5065](https://www.rfc-editor.org/rfc/rfc5065)).
///
/// ```text
/// +---------------------------+
/// | path segment type (1)     |
/// +---------------------------+
/// | path segment length (1)   |   in AS numbers
/// +---------------------------+
/// | AS numbers (2 or 4 each)  |
/// +---------------------------+
/// ```
///
/// Whether an AS number has two octets or four is agreed on by both ends of the session. Refused (RFC 7606 section 7.2):
/// an unknown segment type, a segment without AS numbers, one that does not fit, and AS number 0 (RFC 7607). Tolerated:
/// an empty path.
///
/// ```
/// use contrail_wire::bgp::{AsPath, SegmentType};
/// let path = AsPath::decode(&[2, 2, 0, 0, 0xfc, 0, 0xfa, 0x56, 0xea, 0], true)?;
/// assert_eq!(path.segments().next().unwrap().kind, SegmentType::SEQUENCE);
/// assert!(path.numbers().eq([64512, 4_200_000_000]));
/// assert_eq!(path.to_string(), "64512 4200000000");
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AsPath<'a> {
    /// Checked segments.
    bytes: &'a [u8],
    four_octets: bool,
}

/// A part of a path; see [`AsPath`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segment<'a> {
    /// What it is.
    pub kind: SegmentType,
    /// Its AS numbers, of two octets or four.
    numbers: &'a [u8],
    four_octets: bool,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct SegmentHeader {
    kind: SegmentType,
    /// Of what follows, in AS numbers.
    length: u8,
}

impl<'a> AsPath<'a> {
    /// The path of a route that is in the autonomous system itself.
    pub const EMPTY: Self = Self { bytes: &[], four_octets: true };

    /// The path in the value of an AS_PATH.
    pub fn decode(value: &'a [u8], four_octets: bool) -> Result<Self, Error> {
        let element = Element::Attribute(AttributeType::AS_PATH);
        let at = At { element, offset: 0, disposition: Disposition::TreatAsWithdraw };
        Self::read(value, four_octets, at)
    }

    pub(crate) fn read(value: &'a [u8], four_octets: bool, at: At) -> Result<Self, Error> {
        let mut cursor = Cursor::new(value, 0);
        while !cursor.is_empty() {
            let available = cursor.len();
            let Some(header) = cursor.read::<SegmentHeader>() else {
                return Err(at.truncated(size_of::<SegmentHeader>(), available, Bound::BgpAttributeLength));
            };
            if !matches!(header.kind.0, 1..=4) {
                return Err(at.field("path_segment_type", header.kind.0.into(), "1 to 4 (RFC 7606 7.2)"));
            }
            if header.length == 0 {
                return Err(at.field("path_segment_length", 0, "1 at least (RFC 7606 7.2)"));
            }
            let size = usize::from(header.length) * if four_octets { 4 } else { 2 };
            let Some(numbers) = cursor.bytes(size) else {
                let bound = Bound::BgpAttributeLength;
                return Err(at.overrun("path_segment_length", size, cursor.len(), bound));
            };
            if (Segment { kind: header.kind, numbers, four_octets }).numbers().any(|number| number == 0) {
                return Err(at.field("as_number", 0, "not 0 (RFC 7607)"));
            }
        }
        Ok(Self { bytes: value, four_octets })
    }

    /// Its segments.
    pub fn segments(self) -> impl Iterator<Item = Segment<'a>> + Clone {
        let mut cursor = Cursor::new(self.bytes, 0);
        core::iter::from_fn(move || {
            let header = cursor.read::<SegmentHeader>()?;
            let size = usize::from(header.length) * if self.four_octets { 4 } else { 2 };
            let numbers = cursor.bytes(size)?;
            Some(Segment { kind: header.kind, numbers, four_octets: self.four_octets })
        })
    }

    /// All AS numbers in it, nearest first, with those of sets.
    pub fn numbers(self) -> impl Iterator<Item = u32> + Clone {
        self.segments().flat_map(Segment::numbers)
    }

    /// How long it is to the decision process: a set counts as one, and confederations not at all (RFC 4271 section
    /// 9.1.2.2, RFC 5065 section 5.3).
    pub fn hops(self) -> usize {
        self.segments()
            .map(|segment| match segment.kind {
                SegmentType::SEQUENCE => segment.len(),
                SegmentType::SET => 1,
                _ => 0,
            })
            .sum()
    }

    /// The neighbouring autonomous system: the first number, if that is of a sequence.
    pub fn neighbour(self) -> Option<u32> {
        let first = self.segments().next()?;
        if first.kind == SegmentType::SEQUENCE { first.numbers().next() } else { None }
    }

    /// The autonomous system that the route began in: the last number, if that is of a sequence.
    pub fn origin(self) -> Option<u32> {
        let last = self.segments().last()?;
        if last.kind == SegmentType::SEQUENCE { last.numbers().last() } else { None }
    }

    /// The octets of the attribute's value.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Whether its AS numbers have four octets.
    pub const fn has_four_octets(self) -> bool {
        self.four_octets
    }

    /// Writes segments to the start of `buffer`, with AS numbers of four octets, and returns the path that they are. A
    /// segment of more than 255 AS numbers is continued in another.
    ///
    /// ```
    /// use contrail_wire::bgp::{AsPath, SegmentType};
    /// let mut buffer = [0; 16];
    /// let path = AsPath::encode_segments(&[(SegmentType::SEQUENCE, &[64512, 64513])], &mut buffer)?;
    /// assert_eq!(path.to_string(), "64512 64513");
    /// # Ok::<(), contrail_wire::EncodeError>(())
    /// ```
    pub fn encode_segments(
        segments: &[(SegmentType, &[u32])],
        buffer: &'a mut [u8],
    ) -> Result<Self, EncodeError> {
        let mut writer = Writer::new(buffer, Element::Attribute(AttributeType::AS_PATH));
        for (kind, numbers) in segments {
            if !matches!(kind.0, 1..=4) || numbers.contains(&0) {
                return Err(not_so(writer.element, "segment", "of type 1 to 4, without AS number 0"));
            }
            for numbers in numbers.chunks(0xff) {
                let length = u8::try_from(numbers.len()).unwrap_or(u8::MAX);
                writer.put(&SegmentHeader { kind: *kind, length })?;
                numbers.iter().try_for_each(|number| writer.put(&number.to_be_bytes()))?;
            }
        }
        Ok(Self { bytes: writer.into_written(), four_octets: true })
    }

    /// The value of the attribute, with AS numbers as the session has them: where they have two octets, AS_TRANS stands
    /// in for what does not fit (RFC 6793 section 4.2.2).
    pub(crate) fn write(self, writer: &mut Writer<'_>, four_octets: bool) -> Result<(), EncodeError> {
        if self.four_octets == four_octets {
            return writer.put(self.bytes);
        }
        for segment in self.segments() {
            let count = segment.len();
            let Ok(length) = u8::try_from(count) else {
                return Err(too_long(writer.element, "path_segment_length", count, 0xff));
            };
            writer.put(&SegmentHeader { kind: segment.kind, length })?;
            for number in segment.numbers() {
                if four_octets {
                    writer.put(&number.to_be_bytes())?;
                } else {
                    writer.put(&u16::try_from(number).unwrap_or(AS_TRANS).to_be_bytes())?;
                }
            }
        }
        Ok(())
    }
}

/// What stands in for an AS number that does not fit into two octets (RFC 6793 section 9).
pub(crate) const AS_TRANS: u16 = 23456;

impl<'a> Segment<'a> {
    /// How many AS numbers it has.
    #[expect(clippy::len_without_is_empty, reason = "a segment is never empty")]
    pub const fn len(&self) -> usize {
        self.numbers.len() / if self.four_octets { 4 } else { 2 }
    }

    /// The segment with its first `count` AS numbers only, if it has any then.
    pub(super) fn first(self, count: usize) -> Option<Self> {
        let octets = count.min(self.len()) * if self.four_octets { 4 } else { 2 };
        let numbers = self.numbers.get(..octets).filter(|numbers| !numbers.is_empty())?;
        Some(Self { numbers, ..self })
    }

    /// Its AS numbers.
    pub fn numbers(self) -> impl Iterator<Item = u32> + Clone + 'a {
        let (two, four) = if self.four_octets { (&[][..], self.numbers) } else { (self.numbers, &[][..]) };
        let two = two.as_chunks::<2>().0.iter().map(|octets| u32::from(u16::from_be_bytes(*octets)));
        two.chain(four.as_chunks::<4>().0.iter().map(|octets| u32::from_be_bytes(*octets)))
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `64512 64513`, a set as `{64512,64513}`, in a confederation `(64512 64513)` and `[64512,64513]`.
impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, between, close) = match self.kind {
            SegmentType::SET => ("{", ",", "}"),
            SegmentType::CONFEDERATION_SEQUENCE => ("(", " ", ")"),
            SegmentType::CONFEDERATION_SET => ("[", ",", "]"),
            _ => ("", " ", ""),
        };
        f.write_str(open)?;
        for (index, number) in self.numbers().enumerate() {
            write!(f, "{}{number}", if index == 0 { "" } else { between })?;
        }
        f.write_str(close)
    }
}

impl fmt::Debug for AsPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.segments()).finish()
    }
}

impl fmt::Display for AsPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(self.segments(), f)
    }
}

pub(super) fn display<'a>(
    segments: impl Iterator<Item = Segment<'a>>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (index, segment) in segments.enumerate() {
        write!(f, "{}{segment}", if index == 0 { "" } else { " " })?;
    }
    Ok(())
}
