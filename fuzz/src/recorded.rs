//! The laws of what is read piece by piece: capture files, and recordings of BGP.

use std::io::{self, Read};
use std::time::Duration;

use contrail_wire::LinkType;
use contrail_wire::bgp::recorded::Recording;
use contrail_wire::capture::{Reader, Writer};

/// Gives a few bytes at a time, as a pipe may.
struct Trickle<'b> {
    bytes: &'b [u8],
    at_a_time: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.at_a_time.min(buffer.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}

/// Any bytes, taken for a capture, for MRT records and for what a router tells by BMP: what is read does not depend on the
/// pieces in which it comes.
pub fn recording(bytes: &[u8]) {
    let whole = entries(bytes, bytes.len());
    assert!(whole.len() <= 2 * bytes.len() + 2, "no entry is of nothing");
    for at_a_time in [1, 7] {
        assert_eq!(entries(bytes, at_a_time), whole, "in pieces of {at_a_time}");
    }
}

/// What a recording says, and how it ends.
fn entries(bytes: &[u8], at_a_time: usize) -> Vec<String> {
    let mut entries = Vec::new();
    let mut recording = match Recording::new(Trickle { bytes, at_a_time }) {
        Ok(recording) => recording,
        Err(error) => return vec![error.to_string()],
    };
    loop {
        match recording.next_entry() {
            Ok(Some(entry)) => {
                assert!(entry.number > 0 && entry.offset.is_none_or(|offset| offset <= bytes.len()));
                entries.push(format!("{entry:?}"));
            }
            Ok(None) => break,
            Err(error) => {
                entries.push(error.to_string());
                break;
            }
        }
    }
    entries
}

/// Any bytes, taken for a capture file: its frames are counted, and are the same once they are written and read again.
pub fn capture(bytes: &[u8]) {
    let Ok(mut reader) = Reader::new(bytes) else { return };
    let (mut frames, mut count) = (Vec::new(), 0);
    loop {
        match reader.next_frame() {
            Ok(Some(frame)) => {
                count += 1;
                assert_eq!(frame.number, count, "frames are counted from 1");
                assert!(frame.bytes.len() <= frame.original_length, "no more is kept than there was");
                let timestamp = frame.timestamp.unwrap_or_default();
                // Nanoseconds since 1970 have 64 bits in a file.
                if u64::try_from(timestamp.as_nanos()).is_ok() {
                    frames.push((timestamp, frame.bytes.to_vec()));
                }
            }
            Ok(None) => break,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                break;
            }
        }
    }
    written_frames_are_read_again(&frames);
}

fn written_frames_are_read_again(frames: &[(Duration, Vec<u8>)]) {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).expect("there is room");
    let link = writer.interface("leaf1:et-0/0/48", LinkType::Ethernet).expect("there is room");
    for (timestamp, bytes) in frames {
        writer.frame(link, *timestamp, bytes, "").expect("what was read is not too long");
    }
    let mut reader = Reader::new(&file[..]).expect("it is a capture");
    for (timestamp, bytes) in frames {
        let frame = reader.next_frame().expect("it is whole").expect("it was written");
        assert_eq!((frame.timestamp, frame.bytes), (Some(*timestamp), &bytes[..]));
    }
    assert!(reader.next_frame().expect("it is whole").is_none());
}
