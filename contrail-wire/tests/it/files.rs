//! Capture files: what was written is read, and every way a file can be broken is an error that says where.

use std::io::{self, Read};
use std::time::Duration;

use contrail_wire::LinkType;
use contrail_wire::capture::{CaptureError, PcapWriter, Reader, Writer};
use proptest::collection::vec;
use proptest::prelude::*;

const LINKS: [LinkType; 4] = crate::packets::LINKS;

type Written = (usize, u64, Vec<u8>, String);

fn frames() -> impl Strategy<Value = Vec<Written>> {
    vec((0..4_usize, 0..u64::MAX / 2, vec(any::<u8>(), 0..90), "[a-z é]{0,9}"), 0..6)
}

fn pcapng(frames: &[Written]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).unwrap();
    let interfaces = LINKS.map(|link| writer.interface("leaf1:et-0/0/48", link).unwrap());
    for (interface, nanoseconds, bytes, comment) in frames {
        let timestamp = Duration::from_nanos(*nanoseconds);
        writer.frame(interfaces[*interface], timestamp, bytes, comment).unwrap();
    }
    file
}

/// A pcap file in the order of bytes and with the timestamps that its magic number tells.
fn pcap(magic: u32, big_endian: bool, frames: &[&[u8]]) -> Vec<u8> {
    let word = |number: u32| if big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let version = if big_endian { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
    let mut file = [word(magic), version, word(0), word(0), word(65535), word(1)].concat();
    for frame in frames {
        let length = u32::try_from(frame.len()).unwrap();
        file.extend([word(7), word(5), word(length), word(length + 3)].concat());
        file.extend_from_slice(frame);
    }
    file
}

proptest! {
    // Each file that is opened takes a buffer of a megabyte.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_written_is_read(frames in frames()) {
        let file = pcapng(&frames);
        let mut reader = Reader::new(&file[..]).unwrap();
        for (index, (interface, nanoseconds, bytes, _)) in frames.iter().enumerate() {
            let frame = reader.next_frame().unwrap().unwrap();
            prop_assert_eq!(frame.number, index + 1);
            prop_assert_eq!(frame.link(), Some(LINKS[*interface]));
            prop_assert_eq!(frame.timestamp, Some(Duration::from_nanos(*nanoseconds)));
            prop_assert_eq!(frame.bytes, bytes);
            prop_assert_eq!(frame.original_length, bytes.len());
        }
        prop_assert!(reader.next_frame().unwrap().is_none());
    }

    #[test]
    fn what_was_written_as_pcap_is_read(
        link in 0..4_usize,
        frames in vec((0..u64::from(u32::MAX), 0..1_000_000_000_u32, vec(any::<u8>(), 0..90), 0..9_usize), 0..6),
    ) {
        let mut writer = PcapWriter::new(Vec::new(), LINKS[link]).unwrap();
        for (seconds, nanoseconds, bytes, cut_off) in &frames {
            writer.frame(Duration::new(*seconds, *nanoseconds), bytes, bytes.len() + cut_off).unwrap();
        }
        let file = writer.into_inner();
        let mut reader = Reader::new(&file[..]).unwrap();
        for (seconds, nanoseconds, bytes, cut_off) in &frames {
            let frame = reader.next_frame().unwrap().unwrap();
            prop_assert_eq!((frame.link(), frame.interface), (Some(LINKS[link]), 0));
            prop_assert_eq!(frame.timestamp, Some(Duration::new(*seconds, *nanoseconds)));
            prop_assert_eq!((frame.bytes, frame.original_length), (&bytes[..], bytes.len() + cut_off));
        }
        prop_assert!(reader.next_frame().unwrap().is_none());
    }

    #[test]
    fn a_file_cut_anywhere_gives_its_whole_frames_and_says_where_it_was_cut(frames in frames(), cut in any::<prop::sample::Index>()) {
        let file = pcapng(&frames);
        let cut = cut.index(file.len());
        let mut whole = 0;
        let ended = match Reader::new(&file[..cut]) {
            Err(error) => Err(error),
            Ok(mut reader) => loop {
                match reader.next_frame() {
                    Ok(Some(frame)) => {
                        prop_assert_eq!(frame.bytes, &frames[whole].2);
                        whole += 1;
                    }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            },
        };
        // Where each record ends, a shorter file is as good as the whole.
        let ends = (0..=frames.len()).map(|count| pcapng(&frames[..count]).len());
        match ended {
            Ok(()) => prop_assert!(cut < pcapng(&[]).len() || ends.clone().any(|end| end == cut)),
            Err(CaptureError::Empty) => prop_assert_eq!(cut, 0),
            Err(CaptureError::NotACapture) => prop_assert!(cut < 4),
            Err(CaptureError::Cut { offset, frames }) => {
                prop_assert!(offset < cut);
                prop_assert_eq!(frames, whole);
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
        prop_assert_eq!(whole, ends.filter(|end| *end <= cut).count().saturating_sub(1));
    }

    #[test]
    fn a_damaged_file_ends(frames in frames(), damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)) {
        let mut file = pcapng(&frames);
        for (place, byte) in damage {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Ok(mut reader) = Reader::new(&file[..]) {
            while let Ok(Some(_)) = reader.next_frame() {}
        }
    }
}

#[test]
fn every_kind_of_pcap_is_read() {
    let frames: [&[u8]; 3] = [&[1, 2, 3], &[], &[9; 70]];
    for (magic, nanoseconds) in [(0xa1b2_c3d4, 5000), (0xa1b2_3c4d, 5)] {
        for big_endian in [false, true] {
            let file = pcap(magic, big_endian, &frames);
            let mut reader = Reader::new(&file[..]).unwrap();
            for expected in frames {
                let frame = reader.next_frame().unwrap().unwrap();
                assert_eq!((frame.bytes, frame.original_length), (expected, expected.len() + 3));
                assert_eq!(frame.link(), Some(LinkType::Ethernet));
                assert_eq!(frame.timestamp, Some(Duration::new(7, nanoseconds)));
            }
            assert!(reader.next_frame().unwrap().is_none());
        }
    }
}

#[test]
fn a_frame_that_pcap_cannot_hold_is_refused_and_nothing_of_it_is_written() {
    let mut writer = PcapWriter::new(Vec::new(), LinkType::Ethernet).unwrap();
    let refused = writer.frame(Duration::ZERO, &vec![0; 0x4_0001], 0).unwrap_err();
    assert_eq!(refused.to_string(), "a frame of 262145 bytes does not fit into a capture file");
    writer.frame(Duration::MAX, &[7; 3], 0).unwrap();
    let file = writer.into_inner();
    let mut reader = Reader::new(&file[..]).unwrap();
    let frame = reader.next_frame().unwrap().unwrap();
    assert_eq!((frame.bytes, frame.original_length), (&[7; 3][..], 3), "no shorter than what is there");
    assert_eq!(frame.timestamp.unwrap().as_secs(), u64::from(u32::MAX));
}

#[test]
fn bad_files_say_what_they_are() {
    let opened = |bytes: &[u8]| Reader::new(bytes).err().unwrap().to_string();
    assert_eq!(opened(b""), "the file is empty");
    assert_eq!(opened(b"#!/bin/sh\n"), "not a pcap or pcapng file");
    assert_eq!(opened(&[0xa1, 0xb2]), "not a pcap or pcapng file");
    let file = pcap(0xa1b2_c3d4, false, &[&[1, 2, 3], &[4; 20]]);
    assert_eq!(opened(&file[..20]), "cut off inside the record at byte 0 (frames before it: 0)");

    let read = |bytes: &[u8]| {
        let mut reader = Reader::new(bytes).unwrap();
        loop {
            if let Err(error) = reader.next_frame().map(|frame| assert!(frame.is_some())) {
                return error.to_string();
            }
        }
    };
    let cut_in_data = &file[..file.len() - 1];
    assert_eq!(read(cut_in_data), "cut off inside the record at byte 43 (frames before it: 1)");
    let cut_in_record_header = &file[..50];
    assert_eq!(read(cut_in_record_header), "cut off inside the record at byte 43 (frames before it: 1)");

    // A frame of an interface that the file does not describe.
    let mut file = pcapng(&[]);
    let described = file.len();
    file = pcapng(&[(0, 0, vec![1, 2, 3, 4], String::new())]);
    file[described + 8] = 9;
    assert_eq!(
        read(&file),
        format!("broken at byte {} (frames before it: 0): no interface 9 is described", file.len())
    );
}

#[test]
fn a_record_that_claims_to_be_enormous_is_no_reason_to_allocate_as_much() {
    let mut file = pcap(0xa1b2_c3d4, false, &[]);
    file.extend([7, 0, 0, 0, 5, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]);
    let mut reader = Reader::new(&file[..]).unwrap();
    let error = reader.next_frame().unwrap_err().to_string();
    assert!(error.contains("byte 24"), "{error}");
}

#[test]
fn a_block_that_is_shorter_than_a_block_is_refused_where_it_stands() {
    let section = pcapng(&[])[..28].to_vec();
    let place = format!("byte {}", section.len());
    for (kind, length) in [(0x8000_0001_u32, 11_u32), (0x8000_0001, 8), (6, 11), (0x0bad, 0)] {
        for block in [[kind, length].map(u32::to_le_bytes), [kind, length].map(u32::to_be_bytes)] {
            let file = [&section[..], &block.concat(), &[0; 40]].concat();
            let error = Reader::new(&file[..]).unwrap().next_frame().unwrap_err().to_string();
            assert!(error.contains(&place) || error.contains("cut off"), "{kind:x} {length}: {error}");
        }
    }
}

/// What a directory or a failing disk does.
struct Refusing(usize);

impl Read for Refusing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let header = pcap(0xa1b2_c3d4, false, &[&[0; 30]]);
        let rest = &header[self.0..header.len() - 10];
        if rest.is_empty() {
            return Err(io::Error::other("the disk is on fire"));
        }
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.0 += count;
        Ok(count)
    }
}

#[test]
fn what_the_system_says_is_passed_on() {
    let error = match Reader::new(Refusing(0)) {
        Err(error) => error,
        Ok(mut reader) => reader.next_frame().unwrap_err(),
    };
    assert_eq!(error.to_string(), "the disk is on fire");
}

#[test]
fn a_frame_that_is_many_times_longer_than_what_is_read_at_a_time_is_read() {
    let long = vec![0x5a; 9 << 20];
    let short = [7; 30];
    for file in [
        pcap(0xa1b2_c3d4, false, &[&short, &long, &short]),
        pcapng(&[short.to_vec(), long.clone(), short.to_vec()].map(|bytes| (0, 0, bytes, String::new()))),
    ] {
        let mut reader = Reader::new(&file[..]).unwrap();
        for bytes in [&short[..], &long, &short] {
            let frame = reader.next_frame().unwrap().unwrap();
            assert!(frame.bytes == bytes, "{} of {} bytes", frame.bytes.len(), bytes.len());
        }
        assert!(reader.next_frame().unwrap().is_none());
    }
}
