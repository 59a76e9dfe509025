//! Every file of the corpus: nothing panics, and what is read is written again byte for byte.

use std::fs::File;

use contrail_wire::capture::Reader;
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Decoder, LinkType, MplsPayload};

use crate::corpus;
use crate::packets::{error, levels, rebuilt};
use crate::walks::assert_same;

fn guess(_: &LabelStack<'_>) -> MplsPayload {
    MplsPayload::GuessByFirstNibble
}

#[test]
fn every_captured_frame_is_written_again_from_its_headers() {
    let Some(captures) = corpus::part("captures") else { return };
    let decoder = Decoder::new().vxlan_ports(&[4789, 8472]).mpls_payload(&guess);
    let (mut whole, mut partly) = (0, 0);
    for path in corpus::files(&captures) {
        let Ok(mut capture) = Reader::new(File::open(&path).unwrap()) else { continue };
        while let Ok(Some(frame)) = capture.next_frame() {
            let Some(link) = frame.link() else { continue };
            let levels = levels(&decoder, link, frame.bytes, frame.original_length);
            if matches!(link, LinkType::Ethernet | LinkType::RawIp) {
                assert_same(&decoder, link, frame.bytes);
            }
            assert_eq!(rebuilt(&levels), frame.bytes, "{} frame {}", path.display(), frame.number);
            match error(&levels) {
                None => whole += 1,
                Some(_) => partly += 1,
            }
        }
    }
    println!("{whole} frames, and {partly} up to an error");
    assert!(whole > 10_000);
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
