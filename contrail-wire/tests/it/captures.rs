//! Every file of the corpus: nothing panics, and what is read is written again byte for byte.

use std::fs::File;

use contrail_wire::capture::Reader;
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Checksum, Decoded, Decoder, Header, LinkType, MplsPayload, Network, PayloadKind, frame};

use crate::corpus;
use crate::packets::{error, headers, levels, rebuilt};
use crate::walks::assert_same;

fn guess(_: &LabelStack<'_>) -> MplsPayload {
    MplsPayload::GuessByFirstNibble
}

#[test]
fn every_captured_frame_is_written_again_from_its_headers() {
    let Some(captures) = corpus::part("captures") else { return };
    let decoder = Decoder::new().vxlan_ports(&[4789, 8472]).mpls_payload(&guess);
    let (mut whole, mut partly, mut recomputed) = (0, 0, 0);
    for path in corpus::files(&captures) {
        let Ok(mut capture) = Reader::new(File::open(&path).unwrap()) else { continue };
        while let Ok(Some(frame)) = capture.next_frame() {
            let Some(link) = frame.link() else { continue };
            let levels = levels(&decoder, link, frame.bytes, frame.original_length);
            if matches!(link, LinkType::Ethernet | LinkType::RawIp) {
                assert_same(&decoder, link, frame.bytes);
            }
            assert_eq!(rebuilt(&levels), frame.bytes, "{} frame {}", path.display(), frame.number);
            if let Some(bytes) = computed(&levels).filter(|_| frame.bytes.len() == frame.original_length) {
                assert_eq!(bytes, frame.bytes[..bytes.len()], "{} frame {}", path.display(), frame.number);
                recomputed += 1;
            }
            match error(&levels) {
                None => whole += 1,
                Some(_) => partly += 1,
            }
        }
    }
    println!(
        "{whole} frames, and {partly} up to an error; {recomputed} with lengths and checksums computed anew"
    );
    assert!(whole > 10_000 && recomputed > 5_000);
}

/// The frame from its headers without their lengths and checksums, which are computed. `None` if those that it has
/// are not what they should be, or do not follow from what is there.
fn computed(levels: &[Decoded<'_>]) -> Option<Vec<u8>> {
    let innermost = levels.last()?;
    let is_plain = levels.iter().all(|Decoded { packet, error }| {
        let mut odd = error.is_some() || packet.payload_kind() == PayloadKind::Fragment;
        packet.anomalies(&mut |anomaly| odd |= anomaly.field != "trailer");
        let is_routed = match packet.network() {
            Network::Ipv4(ip) => ip.final_destination() != ip.header.destination_address.get(),
            Network::Ipv6(ip) => ip.final_destination() != Some(ip.header.destination_address.get()),
            _ => false,
        };
        let is_cut = packet.transport_checksum() == Checksum::Unknown
            || !packet.trailer().is_empty() && packet.offset() > 0;
        !odd && !is_routed && !is_cut
    });
    let mut headers: Vec<_> = headers(levels).into_iter().map(|(_, header)| header).collect();
    let mut chosen = Vec::new();
    for header in &mut headers {
        match header {
            Header::Ipv4(ip, _) => {
                ip.total_length.set(0xdead);
                ip.header_checksum.set(0xdead);
            }
            Header::Ipv6(ip) => ip.payload_length.set(0xdead),
            Header::Udp(udp) => {
                chosen.push(udp.checksum.get() == 0);
                udp.length.set(0xdead);
                udp.checksum.set(0xdead);
            }
            Header::Tcp(tcp, _) => tcp.checksum.set(0xdead),
            Header::Icmp(icmp) => icmp.checksum.set(0xdead),
            Header::Icmpv6(icmp) => icmp.checksum.set(0xdead),
            _ => {}
        }
    }
    let payload = innermost.packet.payload();
    let mut buffer = vec![0xa5; headers.iter().map(Header::len).sum::<usize>() + payload.len()];
    frame::complete(&mut headers, payload, &mut buffer).ok().filter(|()| is_plain)?;
    // Whether UDP has a checksum is up to the sender.
    let computed = headers.iter().filter_map(|header| match header {
        Header::Udp(udp) => Some(udp.checksum.get() == 0),
        _ => None,
    });
    computed.eq(chosen).then(|| frame::encode(&headers, payload, &mut buffer).unwrap().to_vec())
}

#[test]
fn no_file_of_the_corpus_is_too_much_as_a_capture() {
    for part in ["captures", "fuzz-seeds", "malformed", "mrt"] {
        let Some(folder) = corpus::part(part) else { continue };
        for path in corpus::files(&folder) {
            let Ok(mut capture) = Reader::new(File::open(&path).unwrap()) else { continue };
            while let Ok(Some(frame)) = capture.next_frame() {
                assert!(frame.bytes.len() <= frame.original_length);
            }
        }
    }
}
