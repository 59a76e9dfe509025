use zerocopy::network_endian::{U16, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::Bound;
use crate::bgp::attribute::AttributeType;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error, length};

/// AIGP ([RFC 7311](https://www.rfc-editor.org/rfc/rfc7311) section 3): the accumulated IGP metric to where routes lead.
///
/// ```text
/// +---------------------------+
/// | Type (1 octet)            |
/// +---------------------------+
/// | Length (2 octets)         |  of the TLV, with type and length
/// +---------------------------+
/// | Value (Length - 3 octets) |
/// +---------------------------+
/// ```
///
/// It is a row of TLVs, of which the first of type 1 has the metric; all others are passed along. Refused: lengths that
/// do not fit together, and one other than 11 of type 1; the attribute is ignored then. Tolerated: any other type,
/// several of one type, and no TLV.
///
/// ```
/// use contrail_wire::bgp::Aigp;
/// let aigp = Aigp::decode(&[1, 0, 11, 0, 0, 0, 0, 0, 0, 1, 0])?;
/// assert_eq!(aigp.metric(), Some(256));
/// let mut buffer = [0xa5; 11];
/// assert_eq!(Aigp::encode_metric(256, &mut buffer), aigp);
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Aigp<'a> {
    /// Checked TLVs.
    bytes: &'a [u8],
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct TlvHeader {
    kind: u8,
    /// Of the whole TLV, in octets.
    length: U16,
}

/// The TLV with the metric.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct MetricTlv {
    header: TlvHeader,
    metric: U64,
}

const METRIC: u8 = 1;

/// How many octets the TLV of a metric has.
const METRIC_LEN: usize = size_of::<MetricTlv>();

impl<'a> Aigp<'a> {
    /// The TLVs in the value of the attribute.
    pub fn decode(value: &'a [u8]) -> Result<Self, Error> {
        let element = Element::Attribute(AttributeType::AIGP);
        let at = At { element, offset: 0, disposition: Disposition::AttributeDiscard };
        Self::read(Cursor::new(value, 0), at)
    }

    pub(crate) fn read(value: Cursor<'a>, at: At) -> Result<Self, Error> {
        let mut tlvs = value;
        while !tlvs.is_empty() {
            let available = tlvs.len();
            let Some(header) = tlvs.read::<TlvHeader>() else {
                return Err(at.truncated(size_of::<TlvHeader>(), available, Bound::BgpAttributeLength));
            };
            let claimed = usize::from(header.length.get());
            if header.kind == METRIC && claimed != METRIC_LEN {
                return Err(at.field("length", length(claimed), "11 of type 1 (RFC 7311 3)"));
            }
            let Some(behind) = claimed.checked_sub(size_of::<TlvHeader>()) else {
                return Err(at.field("length", length(claimed), "3 at least (RFC 7311 3)"));
            };
            if tlvs.bytes(behind).is_none() {
                return Err(at.overrun("length", claimed, available, Bound::BgpAttributeLength));
            }
        }
        Ok(Self { bytes: value.rest() })
    }

    /// The metric, if there is one.
    pub fn metric(self) -> Option<u64> {
        let mut tlvs = Cursor::new(self.bytes, 0);
        loop {
            let mut ahead = tlvs;
            let header = ahead.read::<TlvHeader>()?;
            if header.kind == METRIC {
                return tlvs.read::<MetricTlv>().map(|tlv| tlv.metric.get());
            }
            tlvs.bytes(header.length.get().into())?;
        }
    }

    /// The octets of the attribute's value.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Writes the TLV of a metric, and returns the attribute that has it alone.
    pub fn encode_metric(metric: u64, buffer: &'a mut [u8; 11]) -> Self {
        let header = TlvHeader { kind: METRIC, length: 11.into() };
        *buffer = zerocopy::transmute!(MetricTlv { header, metric: metric.into() });
        Self { bytes: buffer }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn the_first_metric_counts_and_other_types_are_passed_over() {
        let two = [7, 0, 4, 9, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 5, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 6];
        assert_eq!(Aigp::decode(&two).unwrap().metric(), Some(5));
        assert_eq!(Aigp::decode(&[7, 0, 3]).unwrap().metric(), None);
        assert_eq!(Aigp::decode(&[]).unwrap().metric(), None);
    }

    #[test]
    fn lengths_that_do_not_fit_cost_the_attribute() {
        for (value, problem) in [
            (&[1, 0][..], "aigp at byte 0: needs 3 bytes, 2 left in the attribute length"),
            (
                &[1, 0, 10, 0, 0, 0, 0, 0, 0, 0],
                "aigp at byte 0: length is 10, expected 11 of type 1 (RFC 7311 3)",
            ),
            (&[9, 0, 2], "aigp at byte 0: length is 2, expected 3 at least (RFC 7311 3)"),
            (&[9, 0, 5, 1], "aigp at byte 0: length claims 5 bytes, 4 left in the attribute length"),
        ] {
            let error = Aigp::decode(value).unwrap_err();
            assert_eq!(
                (error.to_string().as_str(), error.disposition),
                (problem, Disposition::AttributeDiscard)
            );
        }
    }
}
