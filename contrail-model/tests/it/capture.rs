//! The frames of a trace as a capture file, and what tshark says of them.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use contrail_model::trace::{TraceFrame, write_pcapng};
use contrail_model::{Fabric, Trace};
use contrail_wire::{Decoder, LinkType, MplsPayload};

use crate::{OCTAVIA, fabric, in_r2011, ipv6, with};

/// The traces of all required flows, for each way that the plan finds: with MPLS over UDP and over GRE, in the other
/// release, and with IPv6 in the overlay.
fn traces() -> Vec<Trace> {
    let gre_first = with(OCTAVIA, &[("[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]")]);
    let texts = [OCTAVIA.to_owned(), gre_first, in_r2011(OCTAVIA), ipv6::octavia()];
    texts.iter().flat_map(|text| traces_of(&fabric(text))).collect()
}

fn traces_of(fabric: &Fabric) -> Vec<Trace> {
    let plan = fabric.plan();
    plan.candidates.iter().flat_map(|candidate| candidate.apply(fabric).trace_required()).collect()
}

fn pcapng(frames: &[TraceFrame<'_>]) -> Vec<u8> {
    let mut file = Vec::new();
    write_pcapng(frames, &mut file).unwrap();
    file
}

#[test]
fn what_is_read_back_is_what_was_traced() {
    let traces = traces();
    let frames: Vec<_> = traces.iter().flat_map(Trace::frames).collect();
    let file = pcapng(&frames);
    let mut reader = contrail_wire::capture::Reader::new(&file[..]).unwrap();
    let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
    let mut expected = frames.iter();
    let mut layers = BTreeSet::new();
    while let Some(read) = reader.next_frame().unwrap() {
        let frame = expected.next().unwrap();
        assert_eq!(read.link(), Some(LinkType::Ethernet));
        let mut headers = Vec::new();
        for level in decoder.ethernet(read.bytes).unwrap().levels() {
            headers.extend(level.unwrap().headers().map(|(_, header)| header));
        }
        let traced: Vec<_> = frame.packet.headers().map(|entry| *entry.header()).collect();
        assert_eq!(headers, traced, "{}", frame.comment);
        layers.extend(headers.iter().map(|header| header.layer().name()));
    }
    assert!(expected.next().is_none());
    assert!(["vxlan", "gre", "mpls", "ipv6"].iter().all(|layer| layers.contains(layer)), "{layers:?}");
}

#[test]
fn tshark_accepts_every_frame_and_reads_the_same_tunnels() {
    if Command::new("tshark").arg("--version").output().is_err() {
        let _ = std::io::stderr()
            .write_all(b"SKIPPED: tshark is not installed; traced frames were not shown to it\n");
        return;
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("traces.pcapng");
    let traces = traces();
    let frames: Vec<_> = traces.iter().flat_map(Trace::frames).collect();
    std::fs::write(&path, pcapng(&frames)).unwrap();
    let fields = [
        "frame.number",
        "vxlan.vni",
        "mpls.label",
        "ip.src",
        "ip.dst",
        "udp.srcport",
        "_ws.malformed",
        "_ws.expert.group",
    ];
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(&path).args(["-n", "-T", "fields", "-E", "aggregator=|"]);
    for option in ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE"] {
        tshark.args(["-o", option]);
    }
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), frames.len());
    for (line, frame) in text.lines().zip(&frames) {
        let found: Vec<&str> = line.split('\t').collect();
        let &[_, vni, label, source, destination, port, malformed, groups] = found.as_slice() else {
            panic!("{line}")
        };
        let comment = &frame.comment;
        assert_eq!(malformed, "", "{comment}");
        // 0x01000000 is the group of checksum notes, 0x07000000 that of malformed packets (epan/proto.h).
        for group in groups.split('|') {
            assert!(!["16777216", "117440512"].contains(&group), "{comment}: {line}");
        }
        let values = |layer: &str, field: &str| -> String {
            let headers = frame.packet.headers().filter(|entry| entry.header().layer().name() == layer);
            let fields = headers.flat_map(|header| header.fields());
            let values: Vec<String> = fields.filter(|f| f.name == field).map(|f| f.value).collect();
            values.join("|")
        };
        assert_eq!(vni, values("vxlan", "vni"), "{comment}");
        assert_eq!(label, values("mpls", "label"), "{comment}");
        assert_eq!(source, values("ipv4", "source_address"), "{comment}");
        assert_eq!(destination, values("ipv4", "destination_address"), "{comment}");
        assert_eq!(port, values("udp", "source_port"), "{comment}");
    }
}
