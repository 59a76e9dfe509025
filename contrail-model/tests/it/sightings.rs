//! A capture held against a trace: where each frame was taken, and what is wrong with one that is not as predicted.

use std::time::Duration;

use contrail_model::trace::{Difference, Expectation, Sighting, TraceFrame, write_pcapng};
use contrail_model::{Flow, Trace};
use contrail_wire::capture::{Reader, Writer};
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::{EncodeError, EtherType, Header, LinkType, Vni, frame};

use crate::fabrics::examples;
use crate::{OCTAVIA, fabric, in_r2011, ipv6, solved};

fn octavia() -> Trace {
    fabric(&solved()).trace(&Flow::tcp("octavia-worker@ctl1", "amphora-1", 9443)).unwrap()
}

/// Every frame of a capture file.
fn sightings(expectation: &Expectation, file: &[u8]) -> Vec<Sighting> {
    let mut reader = Reader::new(file).unwrap();
    let mut sightings = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        sightings.push(expectation.locate(frame.link().unwrap(), frame.bytes).unwrap());
    }
    sightings
}

#[test]
fn each_frame_of_a_written_capture_is_found_where_it_was_sent() {
    let texts = examples().into_values().chain([in_r2011(OCTAVIA), ipv6::octavia()]);
    let mut located = 0;
    for text in texts {
        let fabric = fabric(&text);
        for fabric in fabric.plan().candidates.iter().map(|way| way.apply(&fabric)) {
            for trace in fabric.trace_required() {
                let frames = trace.frames();
                let mut file = Vec::new();
                write_pcapng(&frames, &mut file).unwrap();
                let found = sightings(&trace.expectation(), &file);
                assert_eq!(found.len(), frames.len());
                for (sighting, frame) in found.iter().zip(&frames) {
                    assert!(sighting.is_as_predicted(), "{}: {sighting}", frame.comment);
                    // Where a frame is bridged, it is the same on both links.
                    assert!(
                        sighting.spots.iter().any(|spot| is_at(spot, frame)),
                        "{}: {sighting}",
                        frame.comment
                    );
                    located += 1;
                }
            }
        }
    }
    assert!(located > 500, "{located}");
}

fn is_at(spot: &contrail_model::trace::Spot, frame: &TraceFrame<'_>) -> bool {
    let direction = if spot.is_answer { "back" } else { "out" };
    (&spot.link, &spot.from, &spot.to) == (&frame.link, frame.from, frame.to)
        && frame.comment.ends_with(&format!("{direction}, hop {}", spot.hop))
}

/// The frame that leaves leaf1 for spine1 on the way out, in VXLAN.
fn in_vxlan(trace: &Trace) -> TraceFrame<'_> {
    let mut frames = trace.frames().into_iter();
    frames.find(|frame| (&**frame.from, &**frame.to) == ("leaf1", "spine1")).unwrap()
}

/// The frame's headers edited, with lengths and checksums right again, and some bytes behind them.
fn edited(frame: &TraceFrame<'_>, edit: impl Fn(&mut Vec<Header<'static>>)) -> Vec<u8> {
    let mut headers: Vec<Header<'static>> = frame.packet.headers().map(|entry| *entry.header()).collect();
    edit(&mut headers);
    let mut buffer = [0xa5; 512];
    let mut build = || -> Result<Vec<u8>, EncodeError> {
        frame::complete(&mut headers, b"payload", &mut buffer)?;
        Ok(frame::encode(&headers, b"payload", &mut buffer)?.to_vec())
    };
    build().unwrap()
}

/// Changes the first header of a kind.
macro_rules! change {
    ($headers:ident, $nth:expr, $kind:ident($name:ident $(, $rest:pat)?) => $change:expr) => {
        $headers.iter_mut().filter_map(|header| match header { Header::$kind($name $(, $rest)?) => Some($name), _ => None })
            .nth($nth).map(|$name| $change).unwrap()
    };
}

/// A wrong capture: what is changed, and what is said of it.
type Wrong = (fn(&mut Vec<Header<'static>>), &'static [&'static str]);

const WRONG: [Wrong; 10] = [
    (
        |headers| change!(headers, 0, Vxlan(vxlan) => vxlan.vni = Vni::new(9002).unwrap()),
        &["vxlan vni: expected 9001, found 9002"],
    ),
    (
        |headers| change!(headers, 0, Ipv4(ip, _) => ip.destination_address = [10, 1, 2, 22].into()),
        &["outer ipv4 destination_address: expected 10.1.2.21, found 10.1.2.22"],
    ),
    (
        |headers| change!(headers, 1, Ipv4(ip, _) => ip.source_address = [10, 1, 10, 99].into()),
        &["inner ipv4 source_address: expected 10.1.10.11, found 10.1.10.99"],
    ),
    (
        |headers| change!(headers, 1, Ethernet(link) => link.destination_address = "02:c0:00:00:02:22".parse().unwrap()),
        &["inner ethernet destination_address: expected 02:c0:00:00:02:21, found 02:c0:00:00:02:22"],
    ),
    (
        |headers| change!(headers, 0, Tcp(tcp, _) => tcp.destination_port.set(9444)),
        &["tcp destination_port: expected 9443, found 9444"],
    ),
    (
        |headers| change!(headers, 0, Udp(udp) => udp.source_port.set(4789)),
        &["udp source_port: expected 49152 to 65535, found 4789"],
    ),
    (
        |headers| change!(headers, 0, Ipv4(ip, _) => ip.time_to_live = 40),
        &["outer ipv4 time_to_live: expected 64, 128 or 255, found 40"],
    ),
    (
        |headers| change!(headers, 0, Tcp(tcp, _) => tcp.source_port.set(22)),
        &["tcp source_port: expected 1024 to 65535, found 22"],
    ),
    (
        |headers| headers.retain(|header| !matches!(header, Header::Tcp(..))),
        &[
            "outer ipv4 total_length: expected at least 90, found 77",
            "udp length: expected at least 70, found 57",
            "inner ipv4 total_length: expected at least 40, found 27",
            "tcp: expected and not there",
        ],
    ),
    (
        |headers| {
            change!(headers, 0, Ethernet(link) => link.ethertype = EtherType::VLAN);
            headers.insert(1, Header::Vlan(VlanTag::new(7, EtherType::IPV4).unwrap()));
        },
        &["outer ethernet ethertype: expected 0x0800, found 0x8100", "vlan: there and not expected"],
    ),
];

#[test]
fn a_wrong_capture_is_caught_with_the_fields_name() {
    let trace = octavia();
    let frame = in_vxlan(&trace);
    let expectation = trace.expectation().on("leaf1:et-0/0/48").unwrap();
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).unwrap();
    let interface = writer.interface("leaf1:et-0/0/48", LinkType::Ethernet).unwrap();
    let nothing: fn(&mut Vec<Header<'static>>) = |_| {};
    let edits = WRONG.iter().map(|(edit, _)| *edit);
    for (second, edit) in (0..).zip(edits.chain([nothing])) {
        writer.frame(interface, Duration::from_secs(second), &edited(&frame, edit), "").unwrap();
    }
    let mut sightings = sightings(&expectation, &file);
    let good = sightings.pop().unwrap();
    assert!(good.is_as_predicted(), "{good}");
    assert_eq!(sightings.len(), WRONG.len());
    for (sighting, (_, expected)) in sightings.iter().zip(WRONG) {
        let told: Vec<String> = sighting.differences.iter().map(Difference::to_string).collect();
        assert_eq!(told, expected, "{sighting}");
        assert!(sighting.spots.iter().any(|spot| is_at(spot, &frame)), "{sighting}");
    }
}

#[test]
fn what_a_real_sender_is_free_to_choose_is_no_difference() {
    let trace = octavia();
    let frame = in_vxlan(&trace);
    let bytes = edited(&frame, |headers| {
        for header in headers {
            match header {
                Header::Ethernet(link) => {
                    link.source_address = "02:11:22:33:44:55".parse().unwrap();
                }
                Header::Ipv4(ip, _) => {
                    ip.identification.set(0x1234);
                    ip.time_to_live += 64;
                }
                Header::Udp(udp) => udp.source_port.set(60_001),
                Header::Tcp(tcp, _) => {
                    tcp.source_port.set(33_333);
                    tcp.sequence_number.set(77);
                    tcp.window.set(512);
                }
                _ => {}
            }
        }
    });
    let sighting = trace.expectation().locate(LinkType::Ethernet, &bytes).unwrap();
    assert!(sighting.is_as_predicted(), "{sighting}");
    assert!(sighting.spots.iter().any(|spot| is_at(spot, &frame)), "{sighting}");

    // Where the fabric was made as predicted, a sender is not free to have another address or to start elsewhere.
    let here = trace.exact_expectation().on("leaf1:et-0/0/48").unwrap();
    assert!(here.locate(LinkType::Ethernet, &frame.bytes).unwrap().is_as_predicted());
    let sighting = here.locate(LinkType::Ethernet, &bytes).unwrap();
    let told: Vec<String> = sighting.differences.iter().map(Difference::to_string).collect();
    assert_eq!(
        told,
        [
            "outer ethernet source_address: expected 02:cb:2a:a8:3c:53, found 02:11:22:33:44:55",
            "outer ipv4 time_to_live: expected 64, found 128",
            "inner ethernet source_address: expected 02:c4:c1:06:a7:ef, found 02:11:22:33:44:55",
            "inner ipv4 time_to_live: expected 63, found 127",
        ]
    );
}

#[test]
fn without_the_link_header_the_rest_is_compared() {
    let trace = octavia();
    let frame = in_vxlan(&trace);
    let expectation = trace.expectation();
    let sighting = expectation.locate(LinkType::RawIp, &frame.bytes[14..]).unwrap();
    assert!(
        sighting.is_as_predicted() && sighting.spots.iter().any(|spot| is_at(spot, &frame)),
        "{sighting}"
    );
    let mut wrong = frame.bytes[14..].to_vec();
    wrong[8] = 3;
    let sighting = expectation.locate(LinkType::RawIp, &wrong).unwrap();
    let told: Vec<String> = sighting.differences.iter().map(Difference::to_string).collect();
    assert!(
        told.iter().all(|told| told.starts_with("outer ipv4 time_to_live: ")) && told.len() == 1,
        "{told:?}"
    );
}

#[test]
fn a_frame_that_is_cut_is_compared_as_far_as_it_goes() {
    let trace = octavia();
    let frame = in_vxlan(&trace);
    let expectation = trace.expectation().on("leaf1:et-0/0/48").unwrap();
    // Behind the outer headers, in the middle of the inner IP header.
    let sighting = expectation.locate(LinkType::Ethernet, &frame.bytes[..14 + 20 + 8 + 8 + 14 + 10]).unwrap();
    assert!(sighting.error.is_some() && !sighting.is_as_predicted());
    let told: Vec<String> = sighting.differences.iter().map(Difference::to_string).collect();
    assert_eq!(told, ["inner ipv4: expected and not there", "tcp: expected and not there"]);
    assert!(sighting.spots.iter().any(|spot| is_at(spot, &frame)), "{sighting}");
    assert!(expectation.locate(LinkType::Ethernet, &[]).unwrap().differences.len() > 5);
}

#[test]
fn only_where_something_is_predicted_it_can_be_seen() {
    let trace = octavia();
    let expectation = trace.expectation();
    assert!(expectation.on("dcgw1:et-0/0/0").is_none());
    let of_link = expectation.on("leaf1:et-0/0/48").unwrap();
    assert!(of_link.spots().count() > 0 && of_link.spots().count() < expectation.spots().count());
    assert!(of_link.spots().all(|spot| spot.link.starts_with("leaf1:et-0/0/48 - ") || spot.link.ends_with("leaf1:et-0/0/48")));
    // A flow that is dropped where it starts is on no link.
    let dropped = fabric(OCTAVIA);
    let trace = dropped.trace(&Flow::tcp("octavia-worker@ctl1", "amphora-1", 9443)).unwrap();
    let out_only = trace.expectation();
    assert!(out_only.spots().all(|spot| spot.is_answer), "the worker sends nothing");
}
