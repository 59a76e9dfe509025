//! Headers that were predicted and headers that were captured, field by field.

use std::collections::HashSet;
use std::fmt;
use std::ops::RangeInclusive;

use contrail_wire::{FieldValue, Header, Layer, MacAddr};

use super::{PacketHeaders, Source, TracedHeader};

/// How a captured field is held against the traced one. A trace predicts the packet that opens a flow, and a capture may
/// show any packet of it; what differs between them, or what a sender is free to choose, is not held against it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// It must be the same: all fields that are not named below.
    Equal,
    /// Any value of a range will do: the source port of a tunnel (a hash, 49152 to 65535), the port of a client (1024 to
    /// 65535), the port that distributed SNAT takes (those of the pool).
    Within(RangeInclusive<u64>),
    /// At least this: lengths, as a traced packet is empty behind its headers and has no options.
    AtLeast(u64),
    /// So many routers since the sender, which starts at 64, 128 or 255: time to live, hop limit, TTL of a label.
    Routers(u64),
    /// Not held against anything: MAC addresses that the document does not give; identification and don't fragment;
    /// DSCP, ECN, traffic class and flow label; priority of a VLAN tag; TCP flags, numbers and window; checksums and
    /// options.
    Free,
}

/// What is known of a fabric that is captured.
pub(super) enum Known {
    /// What the document says, and with it these MAC addresses.
    Document(HashSet<MacAddr>),
    /// All that a trace predicts.
    Everything,
}

/// Where a sender starts to count a packet's routers down.
const FIRST_TTLS: [u64; 3] = [64, 128, 255];
/// The first of them is the model's own.
const TRACED_TTL: u64 = 64;

impl Comparison {
    fn of(
        traced: &TracedHeader<'_>,
        behind: Option<Layer>,
        name: &str,
        value: &FieldValue<'_>,
        known: &Known,
    ) -> Self {
        let header = traced.header();
        match (header.layer(), name, value) {
            (_, _, FieldValue::Mac(mac)) => match known {
                Known::Document(macs) if !macs.contains(mac) => Self::Free,
                _ => Self::Equal,
            },
            (Layer::Udp, "source_port", _) if matches!(behind, Some(Layer::Vxlan | Layer::Mpls)) => {
                Self::Within(0xc000..=0xffff)
            }
            (Layer::Udp | Layer::Tcp, "source_port" | "destination_port", _) => match traced.source(name) {
                Some(Source::ClientPort) => Self::Within(1024..=0xffff),
                Some(Source::TranslatedPort { first, last }) => {
                    Self::Within(u64::from(first)..=u64::from(last))
                }
                _ => Self::Equal,
            },
            (_, "total_length" | "payload_length" | "length" | "ihl" | "data_offset", value) => {
                number(value).map_or(Self::Equal, Self::AtLeast)
            }
            (_, "time_to_live" | "hop_limit" | "ttl", _) if matches!(known, Known::Everything) => Self::Equal,
            (_, "time_to_live" | "hop_limit" | "ttl", value) => {
                let routers = number(value).and_then(|ttl| TRACED_TTL.checked_sub(ttl));
                routers.map_or(Self::Equal, Self::Routers)
            }
            (Layer::Vlan, "priority_code_point" | "drop_eligible", _)
            | (Layer::Tcp, "flags" | "sequence_number" | "acknowledgment_number", _)
            | (Layer::Tcp, "window" | "urgent_pointer", _)
            | (_, "dscp" | "ecn" | "traffic_class" | "flow_label", _)
            | (_, "identification" | "dont_fragment" | "checksum" | "header_checksum" | "options", _) => {
                Self::Free
            }
            _ => Self::Equal,
        }
    }
}

/// A number among values, if it is one.
const fn number(value: &FieldValue<'_>) -> Option<u64> {
    match value {
        FieldValue::Number(number) | FieldValue::Hex(number, _) => Some(*number),
        _ => None,
    }
}

/// A header that a capture can show.
#[derive(Clone, Debug)]
pub(super) struct ExpectedHeader {
    pub(super) layer: Layer,
    fields: Vec<ExpectedField>,
}

#[derive(Clone, Debug)]
struct ExpectedField {
    name: &'static str,
    value: String,
    comparison: Comparison,
}

impl ExpectedHeader {
    /// Those of a packet, from the outside in.
    pub(super) fn all(packet: PacketHeaders<'_>, known: &Known) -> Vec<Self> {
        let traced: Vec<TracedHeader<'_>> = packet.headers().collect();
        let behind = traced.iter().skip(1).map(|traced| Some(traced.header().layer())).chain([None]);
        let expected = traced.iter().zip(behind).map(|(traced, behind)| {
            let mut fields = Vec::new();
            traced.header().fields(&mut |name, value| {
                let comparison = Comparison::of(traced, behind, name, &value, known);
                fields.push(ExpectedField { name, value: value.to_string(), comparison });
            });
            Self { layer: traced.header().layer(), fields }
        });
        expected.collect()
    }
}

/// Something that is not as predicted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// A field has another value.
    Field {
        /// In which header.
        layer: Layer,
        /// Whether it is the outer one, if there are several of its kind.
        is_outer: Option<bool>,
        /// Named as in the RFC's figure, in snake case.
        field: &'static str,
        /// What is predicted: a value, or in words which values.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A header is predicted and not there.
    Missing {
        /// The header.
        layer: Layer,
        /// Whether it is the outer one, if there are several of its kind.
        is_outer: Option<bool>,
    },
    /// A header is there and not predicted.
    Unexpected {
        /// The header.
        layer: Layer,
        /// Whether it is the outer one, if there are several of its kind.
        is_outer: Option<bool>,
    },
}

/// How far a frame is from what is predicted. First what differs counts, a header for more than a field, and then what
/// could not be compared.
pub(super) type Distance = (usize, usize);

/// For how many fields a header counts.
const HEADER: usize = 4;

/// What differs between headers, from the outside in. Those of the same kind are compared from the inside, and then from
/// the outside; what is left between is missing or unexpected.
pub(super) fn differences(expected: &[&ExpectedHeader], found: &[Header<'_>]) -> (Vec<Difference>, Distance) {
    let is_same = |(expected, found): &(&&ExpectedHeader, &Header<'_>)| expected.layer == found.layer();
    let inside = expected.iter().rev().zip(found.iter().rev()).take_while(is_same).count();
    let (outer_expected, inner_expected) = expected.split_at(expected.len() - inside);
    let (outer_found, inner_found) = found.split_at(found.len() - inside);
    let outside = outer_expected.iter().zip(outer_found).take_while(is_same).count();

    let layers: Vec<Layer> = expected.iter().map(|header| header.layer).collect();
    let found_layers: Vec<Layer> = found.iter().map(Header::layer).collect();
    let mut told = Vec::new();
    let mut free = 0;
    let mut compare =
        |first: usize, expected: &[&ExpectedHeader], found: &[Header<'_>], told: &mut Vec<_>| {
            for ((index, expected), found) in (first..).zip(expected).zip(found) {
                free += compare_header(expected, found, is_outer(&layers, index), told);
            }
        };
    compare(0, outer_expected, outer_found.get(..outside).unwrap_or_default(), &mut told);
    let fields_outside = told.len();
    let missing = (outside..outer_expected.len())
        .zip(layers.iter().skip(outside))
        .map(|(index, layer)| Difference::Missing { layer: *layer, is_outer: is_outer(&layers, index) });
    told.extend(missing);
    let unexpected =
        (outside..outer_found.len()).zip(found_layers.iter().skip(outside)).map(|(index, layer)| {
            Difference::Unexpected { layer: *layer, is_outer: is_outer(&found_layers, index) }
        });
    told.extend(unexpected);
    let headers = told.len() - fields_outside;
    compare(outer_expected.len(), inner_expected, inner_found, &mut told);
    let distance = told.len() + headers * (HEADER - 1);
    (told, (distance, free))
}

/// Whether a header of which there are several is in front of another of its kind.
fn is_outer(layers: &[Layer], index: usize) -> Option<bool> {
    let layer = layers.get(index)?;
    let count = |layers: &[Layer]| layers.iter().filter(|other| *other == layer).count();
    (count(layers) > 1).then(|| layers.get(index + 1..).is_some_and(|behind| count(behind) > 0))
}

/// Adds what differs in one header; returns how many differing fields were not held against it.
fn compare_header(
    expected: &ExpectedHeader,
    found: &Header<'_>,
    is_outer: Option<bool>,
    told: &mut Vec<Difference>,
) -> usize {
    let mut free = 0;
    found.fields(&mut |name, value| {
        let Some(field) = expected.fields.iter().find(|field| field.name == name) else { return };
        let text = value.to_string();
        if field.comparison == Comparison::Free {
            free += usize::from(text != field.value && matches!(value, FieldValue::Mac(_)));
            return;
        }
        if !field.admits(&text, number(&value)) {
            let (layer, expected) = (expected.layer, field.told());
            told.push(Difference::Field { layer, is_outer, field: name, expected, found: text });
        }
    });
    free
}

impl ExpectedField {
    fn admits(&self, text: &str, number: Option<u64>) -> bool {
        match (&self.comparison, number) {
            (Comparison::Within(range), Some(number)) => range.contains(&number),
            (Comparison::AtLeast(least), Some(number)) => number >= *least,
            (Comparison::Routers(routers), Some(number)) => FIRST_TTLS.contains(&(number + routers)),
            (Comparison::Free, _) => true,
            _ => text == self.value,
        }
    }

    /// What it admits, in words.
    fn told(&self) -> String {
        match &self.comparison {
            Comparison::Within(range) => format!("{} to {}", range.start(), range.end()),
            Comparison::AtLeast(least) => format!("at least {least}"),
            Comparison::Routers(routers) => {
                let [first, second, third] = FIRST_TTLS.map(|ttl| ttl.saturating_sub(*routers));
                format!("{first}, {second} or {third}")
            }
            Comparison::Equal | Comparison::Free => self.value.clone(),
        }
    }
}

impl fmt::Display for Difference {
    /// `outer ipv4 destination_address: expected 10.255.0.11, found 10.255.0.12`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = |layer: &Layer, is_outer: &Option<bool>| match is_outer {
            Some(true) => format!("outer {}", layer.name()),
            Some(false) => format!("inner {}", layer.name()),
            None => layer.name().to_owned(),
        };
        match self {
            Self::Field { layer, is_outer, field, expected, found } => {
                write!(f, "{} {field}: expected {expected}, found {found}", header(layer, is_outer))
            }
            Self::Missing { layer, is_outer } => {
                write!(f, "{}: expected and not there", header(layer, is_outer))
            }
            Self::Unexpected { layer, is_outer } => {
                write!(f, "{}: there and not expected", header(layer, is_outer))
            }
        }
    }
}
