//! What tshark reads in stamped frames, its own checksums and all.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use contrail_wire::capture::Writer;
use contrail_wire::policy::{PerPacket, Policy, SourcePort};
use contrail_wire::tunnel::vxlan::NextProtocol;
use contrail_wire::{LinkType, MplsPayload, Network, Packet};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::encapsulation::{Case, TunnelKind, cases};
use crate::generated::decoder;

/// The outermost of each is compared with what the decoder says.
const FIELDS: [&str; 16] = [
    "ip.dsfield",
    "ip.id",
    "ip.flags.df",
    "ip.ttl",
    "ip.len",
    "ipv6.tclass",
    "ipv6.flow",
    "ipv6.hlim",
    "ipv6.plen",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "mpls.label",
    "mpls.exp",
    "mpls.ttl",
    "vxlan.vni",
];

/// 0 is bad; all of them are to be asked.
const CHECKSUMS: [&str; 3] = ["ip.checksum.status", "udp.checksum.status", "tcp.checksum.status"];

/// Template after template, and in each the same TCP segment.
fn stamped() -> Vec<(LinkType, Vec<u8>)> {
    let mut runner = TestRunner::deterministic();
    let cases = cases().prop_map(|case| Case {
        // A port that is another protocol's would be read as that.
        policy: Policy { source_port: SourcePort::Flow, ..case.policy },
        packet: PerPacket::default(),
        ..case
    });
    let made = (0..800).map(|_| cases.new_tree(&mut runner).unwrap().current());
    // tshark does not know of a label that there is a frame behind it, nor is there IPv6 in these packets.
    let known = made.filter(|case| match &case.tunnel {
        TunnelKind::Mpls(_, _, payload) => *payload != MplsPayload::Ethernet,
        TunnelKind::Gpe(header) => header.payload() != NextProtocol::IPV6,
        TunnelKind::Vxlan(..) => true,
    });
    let frame = &contrail_wire::doc::VXLAN_FRAME[50..];
    let stamp = |case: Case| match case.carries() {
        LinkType::Ethernet => (case.link(), case.stamped(frame, 0)),
        _ => (case.link(), case.stamped(&frame[14..], 0)),
    };
    known.map(stamp).collect()
}

/// The values of [`FIELDS`], as tshark writes them.
fn expected(outer: &Packet<'_>) -> Vec<String> {
    let mut values = vec![String::new(); FIELDS.len()];
    let mut set = |name: &str, value: String| {
        let place = FIELDS.iter().position(|field| *field == name).unwrap();
        values[place] = value;
    };
    match outer.network() {
        Network::Ipv4(ip) => {
            let header = ip.header;
            set("ip.dsfield", format!("{:#04x}", header.dscp_ecn));
            set("ip.id", format!("{:#06x}", header.identification.get()));
            set("ip.flags.df", u8::from(header.dont_fragment()).to_string());
            set("ip.ttl", header.time_to_live.to_string());
            set("ip.len", header.total_length.to_string());
        }
        Network::Ipv6(ip) => {
            set("ipv6.tclass", format!("{:#010x}", ip.header.traffic_class()));
            set("ipv6.flow", format!("{:#08x}", ip.header.flow_label()));
            set("ipv6.hlim", ip.header.hop_limit.to_string());
            set("ipv6.plen", ip.header.payload_length.to_string());
        }
        other => panic!("{other:?}"),
    }
    if let Some(udp) = outer.udp() {
        set("udp.srcport", udp.source_port.to_string());
        set("udp.dstport", udp.destination_port.to_string());
        set("udp.length", udp.length.to_string());
    }
    if let Some(stack) = outer.tunnel().and_then(|tunnel| tunnel.labels()) {
        let top = stack.top();
        set("mpls.label", top.label().get().to_string());
        set("mpls.exp", top.traffic_class().to_string());
        set("mpls.ttl", top.ttl.to_string());
    }
    if let Some(vni) = outer.vni() {
        set("vxlan.vni", vni.get().to_string());
    }
    values
}

/// tshark's `line` says of the outermost headers what the decoder says, and nothing bad of any.
fn assert_reads(line: &str, outer: &Packet<'_>) {
    /// What is said of TCP connections and of a TTL that is low; groups are those of epan/proto.h.
    const SEQUENCE: &str = "33554432";
    // Versions differ in how they write a flag.
    let line = &line.replace("True", "1").replace("False", "0");
    let mut columns = line.split('\t').map(|column| column.split('|').collect::<Vec<_>>());
    for (field, expected) in FIELDS.iter().zip(expected(outer)) {
        let found = columns.next().unwrap();
        // Where the outer has no such header, the inner may.
        assert!(expected.is_empty() || found[0] == expected, "{field} is {found:?}, not {expected}: {line}");
    }
    let [ip, udp, tcp, malformed, notes] = columns.collect::<Vec<_>>().try_into().unwrap();
    assert!([&ip, &udp, &tcp].iter().all(|statuses| !statuses.contains(&"0")), "a checksum is wrong: {line}");
    let udp_status = outer.udp().map_or("", |udp| if udp.checksum.get() == 0 { "3" } else { "1" });
    assert_eq!(udp, [udp_status], "1 is good, 3 is that there is none: {line}");
    assert_eq!(malformed, [""], "{line}");
    assert!(notes.iter().all(|group| ["", SEQUENCE].contains(group)), "{line}");
}

#[test]
fn tshark_reads_what_was_stamped() {
    if Command::new("tshark").arg("--version").output().is_err() {
        let _ = std::io::stderr()
            .write_all(b"SKIPPED: tshark is not installed; no stamped frame was shown to it\n");
        return;
    }
    let frames = stamped();
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        let frames: Vec<_> = frames.iter().filter(|(of, _)| *of == link).map(|(_, frame)| frame).collect();
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file).unwrap();
        let interface = writer.interface("stamped", link).unwrap();
        for frame in &frames {
            writer.frame(interface, Duration::ZERO, frame, "").unwrap();
        }
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stamped-{link:?}.pcapng"));
        std::fs::write(&path, file).unwrap();

        let mut tshark = Command::new("tshark");
        tshark.arg("-r").arg(&path).args(["-n", "-d", "udp.port==8472,vxlan", "-T", "fields"]);
        tshark.args(["-E", "occurrence=a", "-E", "aggregator=|", "-o", "udp.ignore_ipv6_zero_checksum:TRUE"]);
        for protocol in ["ip", "udp", "tcp"] {
            tshark.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
        }
        for field in FIELDS.iter().chain(&CHECKSUMS).chain(&["_ws.malformed", "_ws.expert.group"]) {
            tshark.args(["-e", field]);
        }
        let output = tshark.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), frames.len());
        let decoder = decoder().vxlan_ports(&[4789, 8472]);
        for (line, frame) in text.lines().zip(frames) {
            let outer = decoder.captured(link, frame, frame.len()).packet;
            assert_reads(line, &outer);
        }
    }
}
