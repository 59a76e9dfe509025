//! The hostile and odd frames, one by one: each does what it must.

mod inputs;

use std::fmt::Write;
use std::fs;

use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Decoded, Decoder, Label, Layer, LinkType, MplsPayload, PayloadKind, Tunnel};

use crate::corpus;
use crate::packets::{error, levels, survives};

enum Must {
    /// End with this error.
    Fail(&'static str),
    /// Be read without one, look so, and have nothing odd about it.
    Pass(fn(&[Decoded<'_>]) -> bool),
    /// Be read, look so, and have these things odd about it.
    Odd(&'static [&'static str], fn(&[Decoded<'_>]) -> bool),
}
use Must::{Fail, Odd, Pass};

/// Input, what MPLS carries there, what must happen.
const ROWS: [(&str, MplsPayload, Must); 68] = [
    ("D01", MplsPayload::Opaque, Fail("ethernet at byte 0: needs 14 bytes, 0 left in the frame")),
    ("D02", MplsPayload::Opaque, Fail("ethernet at byte 0: needs 14 bytes, 13 left in the frame")),
    ("D03", MplsPayload::Opaque, Fail("vlan at byte 14: needs 4 bytes, 2 left in the frame")),
    (
        "D04",
        MplsPayload::Opaque,
        Pass(|levels| levels[0].packet.vlans().len() == 65 && levels[0].packet.ipv4().is_some()),
    ),
    ("D05", MplsPayload::Opaque, Fail("vlan at byte 46: needs 4 bytes, 0 left in the frame")),
    ("D06", MplsPayload::Opaque, Fail("ethernet at byte 0: length claims 1500 bytes, 10 left in the frame")),
    ("D07", MplsPayload::Opaque, Fail("ipv4 at byte 14: version is 6, expected 4")),
    ("D08", MplsPayload::Opaque, Fail("ipv4 at byte 14: ihl is 4, expected 5 to 15 (RFC 791 3.1)")),
    ("D09", MplsPayload::Opaque, Fail("ipv4 at byte 14: needs 60 bytes, 20 left in the frame")),
    (
        "D10",
        MplsPayload::Opaque,
        Fail("ipv4 at byte 14: total_length is 19, expected at least the header's length (RFC 791 3.1)"),
    ),
    (
        "D11",
        MplsPayload::Opaque,
        Fail("ipv4 at byte 14: total_length claims 65535 bytes, 38 left in the frame"),
    ),
    // A total length of 0 is taken for what segmentation offload leaves: the frame ends the packet.
    (
        "D12",
        MplsPayload::Opaque,
        Odd(
            &["ipv4 at byte 14: total_length is 0, expected the length of header and payload (RFC 791 3.1)"],
            |levels| levels[0].packet.vni().is_some() && levels.len() == 2,
        ),
    ),
    (
        "D13",
        MplsPayload::Opaque,
        Pass(|levels| {
            later_fragment(levels) && levels[0].packet.ipv4().unwrap().header.fragment_offset() > 0
        }),
    ),
    (
        "D14",
        MplsPayload::Opaque,
        Odd(
            &["ipv4 at byte 14: options is 0x44, expected options that end inside the header (RFC 791 3.1)"],
            |levels| levels[0].packet.ipv4().unwrap().options().last().unwrap().is_err(),
        ),
    ),
    (
        "D15",
        MplsPayload::Opaque,
        Fail("ipv6 at byte 14: payload_length claims 1000 bytes, 8 left in the frame"),
    ),
    // The list asks for a limit. RFC 8200 section 4.1 has a receiver accept any number; the payload length bounds it.
    ("D16", MplsPayload::Opaque, Pass(|levels| levels[0].packet.ipv6().unwrap().extensions().count() == 101)),
    (
        "D17",
        MplsPayload::Opaque,
        Fail("ipv6_extension at byte 54: needs 2048 bytes, 8 left in the ipv6 payload length"),
    ),
    (
        "D18",
        MplsPayload::Opaque,
        Fail("ipv6_extension at byte 54: needs 24 bytes, 3 left in the ipv6 payload length"),
    ),
    (
        "D19",
        MplsPayload::Opaque,
        Fail("ipv6_extension at byte 54: needs 8 bytes, 7 left in the ipv6 payload length"),
    ),
    (
        "D20",
        MplsPayload::Opaque,
        Pass(|levels| later_fragment(levels) && levels[0].packet.ipv6().unwrap().is_later_fragment),
    ),
    (
        "D21",
        MplsPayload::Opaque,
        Fail("ipv6_extension at byte 54: needs 2 bytes, 0 left in the ipv6 payload length"),
    ),
    (
        "D22",
        MplsPayload::Opaque,
        Fail("ipv6_extension at byte 54: opt_data_len claims 200 bytes, 4 left in its own header length"),
    ),
    ("D23.0", MplsPayload::Opaque, Fail("udp at byte 34: length is 0, expected at least 8 (RFC 768)")),
    ("D23.4", MplsPayload::Opaque, Fail("udp at byte 34: length is 4, expected at least 8 (RFC 768)")),
    ("D23.7", MplsPayload::Opaque, Fail("udp at byte 34: length is 7, expected at least 8 (RFC 768)")),
    (
        "D24",
        MplsPayload::Opaque,
        Fail("udp at byte 34: length claims 2000 bytes, 63 left in the ipv4 total length"),
    ),
    ("D25", MplsPayload::Opaque, Fail("udp at byte 34: needs 8 bytes, 5 left in the ipv4 total length")),
    (
        "D26",
        MplsPayload::Opaque,
        Fail("vxlan at byte 42: flags is 0, expected the I flag, 0x08 (RFC 7348 5)"),
    ),
    ("D27.0", MplsPayload::Opaque, Fail("vxlan at byte 42: needs 8 bytes, 0 left in the udp length")),
    ("D27.1", MplsPayload::Opaque, Fail("vxlan at byte 42: needs 8 bytes, 1 left in the udp length")),
    ("D27.7", MplsPayload::Opaque, Fail("vxlan at byte 42: needs 8 bytes, 7 left in the udp length")),
    ("D28", MplsPayload::Opaque, Fail("ethernet at byte 50: needs 14 bytes, 0 left in the udp length")),
    ("D29", MplsPayload::Opaque, Fail("ethernet at byte 50: needs 14 bytes, 13 left in the udp length")),
    (
        "D30",
        MplsPayload::Opaque,
        Odd(
            &[
                "vxlan at byte 42: flags is 0xff, expected G or P, not both (VXLAN group policy 2.1)",
                "vxlan at byte 42: flags is 0x73, expected 0 (VXLAN group policy 2.1)",
                "vxlan at byte 42: policy_flags is 0xb7, expected 0 (VXLAN group policy 2.1)",
                "vxlan at byte 42: reserved is 0xff, expected 0 (VXLAN group policy 2.1)",
            ],
            |levels| levels[0].packet.vni().unwrap().get() == 42 && levels.len() == 2,
        ),
    ),
    // Here and below: how deep to go is up to the caller, and each level costs as much as the one around it.
    ("D31", MplsPayload::Opaque, Pass(|levels| levels.len() == 33)),
    ("D32", MplsPayload::Opaque, Pass(|levels| levels[0].packet.tunnel().is_none() && levels.len() == 1)),
    ("D33", MplsPayload::Opaque, Fail("mpls at byte 94: needs 4 bytes, 0 left in the frame")),
    ("D34.0", MplsPayload::Opaque, Fail("mpls at byte 14: needs 4 bytes, 0 left in the frame")),
    ("D34.1", MplsPayload::Opaque, Fail("mpls at byte 14: needs 4 bytes, 1 left in the frame")),
    ("D34.3", MplsPayload::Opaque, Fail("mpls at byte 14: needs 4 bytes, 3 left in the frame")),
    ("D35", MplsPayload::Ip, Pass(|levels| labels(levels).len() == 64 && levels.len() == 2)),
    (
        "D36",
        MplsPayload::Opaque,
        Pass(|levels| labels(levels).len() == 1 && levels[0].packet.payload().is_empty()),
    ),
    ("D37", MplsPayload::Opaque, Pass(|levels| opaque(levels) && levels[0].packet.payload()[0] >> 4 == 0)),
    ("D38", MplsPayload::Opaque, Pass(|levels| opaque(levels) && levels[0].packet.payload()[0] >> 4 == 5)),
    (
        "D39",
        MplsPayload::Ip,
        Odd(
            &["mpls at byte 14: label is 3, expected another, as implicit null is never sent (RFC 3032 2.1)"],
            |levels| labels(levels).top().label().name() == Some("implicit null"),
        ),
    ),
    ("D40", MplsPayload::Opaque, Fail("ipv4 at byte 18: version is 6, expected 4")),
    (
        "D41",
        MplsPayload::Ip,
        Odd(
            &["mpls at byte 18: bottom_of_stack is true, expected an entropy label below (RFC 6790 4.2)"],
            |levels| labels(levels).bottom().label() == Label::ENTROPY_INDICATOR && levels.len() == 2,
        ),
    ),
    ("D42.0", MplsPayload::Opaque, Fail("mpls at byte 42: needs 4 bytes, 0 left in the udp length")),
    ("D42.3", MplsPayload::Opaque, Fail("mpls at byte 42: needs 4 bytes, 3 left in the udp length")),
    ("D43", MplsPayload::Opaque, Fail("mpls at byte 46: needs 4 bytes, 0 left in the udp length")),
    ("D44", MplsPayload::Ip, Pass(|levels| levels.len() == 25)),
    ("D45", MplsPayload::Ethernet, Pass(|levels| levels.len() == 25)),
    ("D46.0", MplsPayload::Opaque, Fail("gre at byte 34: needs 4 bytes, 0 left in the ipv4 total length")),
    ("D46.3", MplsPayload::Opaque, Fail("gre at byte 34: needs 4 bytes, 3 left in the ipv4 total length")),
    ("D47", MplsPayload::Opaque, Fail("gre at byte 34: needs 8 bytes, 6 left in the ipv4 total length")),
    ("D48", MplsPayload::Opaque, Fail("gre at byte 34: needs 8 bytes, 6 left in the ipv4 total length")),
    ("D49", MplsPayload::Opaque, Fail("gre at byte 34: needs 8 bytes, 4 left in the ipv4 total length")),
    ("D50", MplsPayload::Opaque, Fail("gre at byte 34: needs 16 bytes, 10 left in the ipv4 total length")),
    ("D51", MplsPayload::Opaque, Fail("gre at byte 34: routing present is 1, expected 0 (RFC 2784 2.3)")),
    ("D52", MplsPayload::Opaque, Fail("gre at byte 34: routing present is 1, expected 0 (RFC 2784 2.3)")),
    ("D53", MplsPayload::Opaque, Fail("gre at byte 34: version is 1, expected 0 (RFC 2784)")),
    ("D54", MplsPayload::Opaque, Fail("gre at byte 34: version is 7, expected 0 (RFC 2784)")),
    (
        "D55",
        MplsPayload::Opaque,
        Odd(&["gre at byte 34: checksum is 0xdead, expected 0x2c2b (RFC 2784 2.5)"], |levels| {
            checksum_is_right(levels) == Some(false) && levels.len() == 2
        }),
    ),
    ("D56", MplsPayload::Opaque, Pass(|levels| levels.len() == 25)),
    ("D57", MplsPayload::Opaque, Fail("mpls at byte 38: needs 4 bytes, 0 left in the ipv4 total length")),
    ("D58", MplsPayload::Opaque, Fail("mpls at byte 62: needs 4 bytes, 0 left in the ipv4 total length")),
    (
        "D59",
        MplsPayload::Opaque,
        Fail("ethernet at byte 38: needs 14 bytes, 10 left in the ipv4 total length"),
    ),
    (
        "D60",
        MplsPayload::Opaque,
        Fail("gre at byte 34: reserved0 is 3072, expected bits 4 and 5 clear (RFC 2784 2.3)"),
    ),
];

fn labels<'a>(levels: &[Decoded<'a>]) -> LabelStack<'a> {
    levels[0].packet.tunnel().unwrap().labels().unwrap()
}

fn opaque(levels: &[Decoded<'_>]) -> bool {
    levels.len() == 1 && levels[0].packet.payload_kind() == PayloadKind::Opaque
}

fn later_fragment(levels: &[Decoded<'_>]) -> bool {
    let packet = levels[0].packet;
    packet.payload_kind() == PayloadKind::Fragment && packet.udp().is_none() && levels.len() == 1
}

fn checksum_is_right(levels: &[Decoded<'_>]) -> Option<bool> {
    match levels[0].packet.tunnel() {
        Some(Tunnel::Gre(gre)) => gre.checksum_is_right(levels[0].packet.payload()),
        _ => None,
    }
}

/// What is odd. Of ICMP, the inputs have no checksum.
fn odd(levels: &[Decoded<'_>]) -> Vec<String> {
    let mut odd = Vec::new();
    for level in levels {
        level.packet.anomalies(&mut |anomaly| {
            if (anomaly.layer, anomaly.field) != (Layer::Icmp, "checksum") {
                odd.push(anomaly.to_string());
            }
        });
    }
    odd
}

#[test]
fn each_input_does_what_it_must() {
    let mut wrong = String::new();
    let inputs = inputs::all();
    assert_eq!(inputs.len(), ROWS.len());
    for ((id, bytes), (row, payload, must)) in inputs.iter().zip(&ROWS) {
        assert_eq!(id, row);
        let choose = |stack: &LabelStack<'_>| match stack.bottom().label() {
            Label::IPV4_EXPLICIT_NULL => MplsPayload::Ipv4,
            _ => *payload,
        };
        let decoder = Decoder::new().mpls_payload(&choose);
        let levels = levels(&decoder, LinkType::Ethernet, bytes, bytes.len());
        let error = error(&levels).map(|error| error.to_string());
        let as_it_must = match must {
            Fail(expected) => error.as_deref() == Some(expected),
            Pass(looks_right) => error.is_none() && looks_right(&levels) && odd(&levels).is_empty(),
            Odd(expected, looks_right) => {
                error.is_none() && looks_right(&levels) && odd(&levels) == *expected
            }
        };
        if !as_it_must {
            let found =
                error.unwrap_or_else(|| format!("no error, {} levels, {:?}", levels.len(), odd(&levels)));
            writeln!(wrong, "{id}: {found}").unwrap();
        }
        survives(bytes);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The list has grown out of reports about other programs: none of its inputs is forgotten here.
#[test]
fn each_input_of_the_list_is_built() {
    let Some(listed) = listed("dataplane") else { return };
    let bytes: Vec<_> = listed.iter().map(Listed::bytes).collect();
    let listed: Vec<_> = listed.iter().map(|input| input.text("id")).zip(bytes).collect();
    assert_eq!(inputs::all(), listed);
}

/// An input of the list beside the project.
pub(crate) struct Listed(serde_json::Value);

impl Listed {
    pub(crate) fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        crate::hex::bytes(self.text("hex"))
    }
}

/// Those of a layer, in their order.
pub(crate) fn listed(layer: &str) -> Option<Vec<Listed>> {
    let text = fs::read_to_string(corpus::part("malformed/malformed.jsonl")?).unwrap();
    let all = text.lines().map(|line| Listed(serde_json::from_str(line).unwrap()));
    Some(all.filter(|input| input.text("layer") == layer).collect())
}

#[test]
fn no_file_of_the_corpus_is_too_much_as_a_frame() {
    for part in ["captures", "fuzz-seeds", "malformed"] {
        let Some(folder) = corpus::part(part) else { continue };
        for path in corpus::files(&folder) {
            let bytes = fs::read(&path).unwrap();
            // The whole, and what stands behind what fuzzers and capture files put in front.
            for start in [0, 1, 4, 8, 24, 40] {
                if let Some(frame) = bytes.get(start..bytes.len().min(start + 600)) {
                    survives(frame);
                }
            }
        }
    }
}
