//! `dissect` as a user meets it: what it prints, what it says of bad input, how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use contrail_wire::capture::Writer;
use contrail_wire::{LinkType, doc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

fn dissect(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dissect")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A file of this test alone.
fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn capture(link: LinkType, frames: &[&[u8]]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).unwrap();
    let interface = writer.interface("leaf1:et-0/0/48", link).unwrap();
    for frame in frames {
        writer.frame(interface, Duration::from_secs(1), frame, "").unwrap();
    }
    file
}

fn pcap(link_type: u8, kept: usize, frame: &[u8]) -> Vec<u8> {
    let length = u32::try_from(frame.len()).unwrap().to_le_bytes();
    let mut file = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, link_type, 0, 0, 0,
    ];
    file.extend([0; 8]);
    file.extend(u32::try_from(kept).unwrap().to_le_bytes());
    file.extend(length);
    file.extend(&frame[..kept]);
    file
}

/// The lines of `--json`, for a capture that can be read to its end.
fn json_of(name: &str, file: &[u8], options: &[&str]) -> Vec<Value> {
    let path = written(name, file);
    let output = dissect(&[&["--json", path.to_str().unwrap()], options].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(line: &Value) -> Vec<&str> {
    line["layers"].as_array().unwrap().iter().map(|layer| layer["layer"].as_str().unwrap()).collect()
}

/// An Ethernet frame with two labels; behind them an Ethernet frame for 45:..., as a hypervisor may make them.
fn ethernet_in_mpls() -> Vec<u8> {
    let inner = [&[0x45][..], &doc::VXLAN_FRAME[51..]].concat();
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64][..], &inner].concat()
}

#[test]
fn json_has_every_field_of_every_layer() {
    let lines = json_of("fields.pcapng", &capture(LinkType::Ethernet, &[doc::VXLAN_FRAME]), &[]);
    let expected = json!({
        "frame": 1,
        "layers": [
            {
                "layer": "ethernet", "offset": 0,
                "destination_address": "02:00:00:00:00:02", "source_address": "02:00:00:00:00:01",
                "ethertype": 0x0800,
            },
            {
                "layer": "ipv4", "offset": 14, "version": 4, "ihl": 5, "dscp": 0, "ecn": 0, "total_length": 90,
                "identification": 0, "dont_fragment": false, "more_fragments": false, "fragment_offset": 0,
                "time_to_live": 64, "protocol": 17, "header_checksum": 0x6374,
                "source_address": "10.255.0.11", "destination_address": "10.1.2.21",
            },
            {
                "layer": "udp", "offset": 34, "source_port": 49443, "destination_port": 4789, "length": 70,
                "checksum": 0,
            },
            {
                "layer": "vxlan", "offset": 42, "flags": 8, "reserved1": "000000", "vni": 5001, "reserved2": 0,
            },
            {
                "layer": "ethernet", "offset": 50,
                "destination_address": "02:aa:00:00:00:11", "source_address": "00:00:5e:01:00:01",
                "ethertype": 0x0800,
            },
            {
                "layer": "ipv4", "offset": 64, "version": 4, "ihl": 5, "dscp": 0, "ecn": 0, "total_length": 40,
                "identification": 0, "dont_fragment": true, "more_fragments": false, "fragment_offset": 0,
                "time_to_live": 63, "protocol": 6, "header_checksum": 0x1d57,
                "source_address": "10.1.10.11", "destination_address": "10.99.0.11",
            },
            {
                "layer": "tcp", "offset": 84, "source_port": 40000, "destination_port": 9443,
                "sequence_number": 0, "acknowledgment_number": 0, "data_offset": 5, "flags": 2, "window": 65535,
                "checksum": 0xd045, "urgent_pointer": 0,
            },
        ],
        "error": null,
    });
    assert_eq!(lines, [expected]);
}

#[test]
fn a_bad_header_ends_the_layers_with_an_error() {
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[42] = 0;
    let lines = json_of("bad_header.pcapng", &capture(LinkType::Ethernet, &[&frame, &frame[..13]]), &[]);
    assert_eq!(names(&lines[0]), ["ethernet", "ipv4", "udp"]);
    let message = "flags is 0, expected the I flag, 0x08 (RFC 7348 5)";
    assert_eq!(lines[0]["error"], json!({ "layer": "vxlan", "offset": 42, "message": message }));
    assert_eq!((&lines[1]["frame"], &lines[1]["layers"]), (&json!(2), &json!([])));
    let message = "needs 14 bytes, 13 left in the frame";
    assert_eq!(lines[1]["error"], json!({ "layer": "ethernet", "offset": 0, "message": message }));
}

#[test]
fn a_snapped_frame_is_decoded_as_far_as_it_was_kept() {
    let kept = |count| json_of("snapped.pcap", &pcap(1, count, doc::VXLAN_FRAME), &[]);
    assert_eq!(kept(84)[0]["error"]["message"], "needs 20 bytes, 0 left in what the capture kept");
    assert_eq!(names(&kept(84)[0]), ["ethernet", "ipv4", "udp", "vxlan", "ethernet", "ipv4"]);
    assert_eq!(kept(104)[0]["error"], Value::Null);
}

#[test]
fn other_link_types_are_read_or_named() {
    let cooked =
        [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0x00][..], &doc::VXLAN_FRAME[64..]].concat();
    let lines = json_of("cooked.pcap", &pcap(113, cooked.len(), &cooked), &[]);
    assert_eq!(names(&lines[0]), ["linux_sll", "ipv4", "tcp"]);
    let lines = json_of("raw.pcap", &pcap(101, 40, &doc::VXLAN_FRAME[64..]), &[]);
    assert_eq!(names(&lines[0]), ["ipv4", "tcp"]);

    let lines = json_of("ppp.pcap", &pcap(9, 6, &[0xff, 3, 0, 0x21, 0x45, 0]), &[]);
    let error = json!({ "layer": "link", "offset": 0, "message": "unsupported link type 9" });
    assert_eq!(lines, [json!({ "frame": 1, "layers": [], "error": error })]);
}

#[test]
fn ports_and_payloads_are_what_the_user_says() {
    let file = capture(LinkType::Ethernet, &[doc::VXLAN_FRAME]);
    let with = |options: &[&str]| names(&json_of("ports.pcapng", &file, options)[0]).len();
    assert_eq!(with(&["--vxlan-port", "4790"]), 3, "4789 is no longer among them");
    assert_eq!(with(&["--vxlan-port", "4790", "--vxlan-port=4789"]), 7);

    let file = capture(LinkType::Ethernet, &[&ethernet_in_mpls()]);
    let with = |kind: &str| {
        let lines = json_of("mpls.pcapng", &file, &["--mpls-payload", kind]);
        (names(&lines[0])[1..].join(" "), lines[0]["error"]["message"].as_str().map(str::to_owned))
    };
    assert_eq!(with("ethernet"), ("mpls mpls ethernet ipv4 tcp".to_owned(), None));
    assert_eq!(with("opaque"), ("mpls mpls".to_owned(), None));
    assert!(with("guess").0.starts_with("mpls mpls ipv4"), "a guess is wrong here, as it must be");
    assert!(with("ip").0.starts_with("mpls mpls ipv4"));
    assert_eq!(with("control-word").1.unwrap(), "first nibble is 4, expected 0 (RFC 4385 3)");
}

#[test]
fn a_line_for_people() {
    let mut damaged = doc::VXLAN_FRAME.to_vec();
    damaged[50 + 14] = 0x55;
    let arp = [
        &[0xff; 6][..],
        &[2, 0, 0, 0, 0, 1, 0x81, 0x00, 0x00, 200, 0x08, 0x06],
        &[0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2],
    ]
    .concat();
    let opaque = [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5][..], &[7; 46]].concat();
    let file = capture(LinkType::Ethernet, &[doc::VXLAN_FRAME, &damaged, &ethernet_in_mpls(), &arp, &opaque]);
    let path = written("people.pcapng", &file);
    let output = dissect(&["--mpls-payload=ethernet", path.to_str().unwrap()]);
    let outer = "ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, ipv4 10.255.0.11 > 10.1.2.21 ttl 64, \
                 udp 49443 > 4789, vxlan vni 5001 | ethernet 00:00:5e:01:00:01 > 02:aa:00:00:00:11, ";
    let expected = [
        format!("1: {outer}ipv4 10.1.10.11 > 10.99.0.11 ttl 63, tcp 40000 > 9443 SYN, 0 bytes"),
        format!("2: {outer}error: ipv4 at byte 64: version is 5, expected 4"),
        "3: ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, mpls 16 ttl 64, mpls 32 ttl 64 | \
         ethernet 00:00:5e:01:00:01 > 45:aa:00:00:00:11, ipv4 10.1.10.11 > 10.99.0.11 ttl 63, \
         tcp 40000 > 9443 SYN, 0 bytes"
            .to_owned(),
        "4: ethernet 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, vlan 200, arp who has 10.0.0.2, tell 10.0.0.1, 0 bytes"
            .to_owned(),
        "5: ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02, 46 bytes of 0x88b5".to_owned(),
    ];
    assert_eq!(text(&output.stdout).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_odd_is_named_when_it_is_asked_for() {
    let mut odd = doc::VXLAN_FRAME.to_vec();
    odd[49] = 7;
    let file = capture(LinkType::Ethernet, &[doc::VXLAN_FRAME, &odd]);
    let lines = json_of("odd.pcapng", &file, &["--anomalies"]);
    assert_eq!(lines[0]["anomalies"], json!([]));
    let anomaly = json!({
        "layer": "vxlan", "offset": 42, "field": "reserved2", "found": 7, "expected": "0", "source": "RFC 7348 5",
    });
    assert_eq!(lines[1]["anomalies"], json!([anomaly]));
    assert_eq!(json_of("odd.pcapng", &file, &[])[1].get("anomalies"), None);

    let path = written("odd.pcapng", &file);
    let output = dissect(&["--anomalies", path.to_str().unwrap()]);
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2], "  odd: vxlan at byte 42: reserved2 is 0x07, expected 0 (RFC 7348 5)");
}

#[test]
fn a_compressed_capture_is_unpacked() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&capture(LinkType::Ethernet, &[doc::VXLAN_FRAME])).unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(json_of("packed.pcapng.gz", &packed, &[]).len(), 1);

    let cut = written("cut.pcapng.gz", &packed[..packed.len() / 2]);
    let output = dissect(&[cut.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with(&format!("dissect: {}: ", cut.display())), "{output:?}");
}

#[test]
fn bad_input_is_named_and_ends_with_2() {
    let says = |path: &Path| {
        let output = dissect(&[path.to_str().unwrap()]);
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(2), &b""[..]), "{output:?}");
        let said = text(&output.stderr).strip_prefix(&format!("dissect: {}: ", path.display())).unwrap();
        said.trim_end().to_owned()
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    assert_eq!(says(&folder.join("no such file")), "No such file or directory (os error 2)");
    assert_eq!(says(folder), "Is a directory (os error 21)");
    assert_eq!(says(&written("empty", b"")), "the file is empty");
    assert_eq!(says(&written("script", b"#!/bin/sh\nexit 1\n")), "not a pcap or pcapng file");
    let file = capture(LinkType::Ethernet, &[]);
    let in_the_header = "cut off inside the record at byte 0 (frames before it: 0)";
    assert_eq!(says(&written("header", &file[..20])), in_the_header);
}

#[test]
fn the_frames_before_a_cut_are_printed() {
    let whole = capture(LinkType::Ethernet, &[doc::VXLAN_FRAME; 3]);
    let two = capture(LinkType::Ethernet, &[doc::VXLAN_FRAME; 2]).len();
    for format in ["--json", "--vxlan-port=4789"] {
        let path = written("cut.pcapng", &whole[..whole.len() - 7]);
        let output = dissect(&[format, path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout).lines().count(), 2);
        let expected = format!(
            "dissect: {}: cut off inside the record at byte {two} (frames before it: 2)\n",
            path.display()
        );
        assert_eq!(text(&output.stderr), expected);
    }
}

#[test]
fn wrong_arguments_end_with_2_and_the_usage() {
    for (arguments, complaint) in [
        (&[][..], "no FILE is given"),
        (&["--jsno", "x"], "invalid option '--jsno'"),
        (&["a", "b"], "unexpected argument \"b\""),
        (&["--vxlan-port"], "missing argument for option '--vxlan-port'"),
        (
            &["--vxlan-port", "70000", "x"],
            "cannot parse argument \"70000\": number too large to fit in target type",
        ),
        (
            &["--mpls-payload", "tea", "x"],
            "cannot parse argument \"tea\": expected ip, ethernet, control-word, opaque or guess",
        ),
    ] {
        let output = dissect(arguments);
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(2), &b""[..]));
        let said = text(&output.stderr);
        assert!(said.starts_with(&format!("dissect: {complaint}\n\nusage: dissect ")), "{said}");
    }
}

#[test]
fn help_is_no_error() {
    for flag in ["--help", "-h"] {
        let output = dissect(&[flag]);
        assert!(output.status.success() && output.stderr.is_empty());
        assert!(text(&output.stdout).starts_with("usage: dissect [OPTIONS] FILE\n"));
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    // Far more than a pipe holds.
    let path = written("long.pcapng", &capture(LinkType::Ethernet, &vec![doc::VXLAN_FRAME; 20_000]));
    let mut child = Command::new(env!("CARGO_BIN_EXE_dissect"))
        .args(["--json", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("{\"frame\":1,"));
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let path = written("full.pcapng", &capture(LinkType::Ethernet, &[doc::VXLAN_FRAME]));
    let output = Command::new(env!("CARGO_BIN_EXE_dissect")).arg(path).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("dissect: cannot write: "), "{output:?}");
}
