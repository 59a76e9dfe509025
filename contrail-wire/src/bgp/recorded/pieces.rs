use std::boxed::Box;
use std::fmt;
use std::io::{self, Read};
use std::vec::Vec;

use super::RecordingError;
use crate::DecodeError;

/// The least that is asked of the file at a time.
const PIECE: usize = 1 << 16;

/// A file of records, read a piece at a time.
pub(super) struct Pieces<'r> {
    input: Box<dyn Read + Send + 'r>,
    /// What was read, up to `end`; behind that is room for more.
    buffer: Vec<u8>,
    end: usize,
    /// Where the next record starts in what was read.
    start: usize,
    /// Where what was read starts in the file.
    offset: usize,
    /// Records that were taken.
    pub(super) count: usize,
}

impl<'r> Pieces<'r> {
    /// The most that a record may take, in bytes.
    pub(super) const LONGEST: usize = 64 << 20;

    /// Of a file of which the `start` was read.
    pub(super) fn new(start: Vec<u8>, input: impl Read + Send + 'r) -> Self {
        Self { input: Box::new(input), end: start.len(), buffer: start, start: 0, offset: 0, count: 0 }
    }

    /// The next record and where it starts, if there is one. Of what is left, `length` tells how long the record at its
    /// start is, if it is whole; it is an error if that shows no length.
    pub(super) fn record(
        &mut self,
        length: impl Fn(&[u8]) -> Result<Option<usize>, DecodeError>,
    ) -> Result<Option<(usize, &[u8])>, RecordingError> {
        let length = loop {
            match length(self.buffer.get(self.start..self.end).unwrap_or_default()) {
                Ok(Some(length)) => break length,
                Ok(None) => {}
                Err(error) => {
                    let offset = error.offset + self.offset + self.start;
                    return Err(RecordingError::Lost(DecodeError { offset, ..error }));
                }
            }
            if !self.read_on()? {
                return Ok(None);
            }
        };
        let start = self.start;
        self.start += length;
        self.count += 1;
        Ok(Some((self.offset + start, self.buffer.get(start..self.start).unwrap_or_default())))
    }

    /// Waits for more, of a pipe not longer than there is anything. Says whether anything came; it is an error if a record
    /// is not whole then.
    fn read_on(&mut self) -> Result<bool, RecordingError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.offset += self.start;
            self.start = 0;
        }
        let (before, offset) = (self.end, self.offset);
        if before > Self::LONGEST {
            return Err(RecordingError::TooLong { offset });
        }
        if self.buffer.len() < before + PIECE {
            self.buffer.resize(2 * before + PIECE, 0);
        }
        let came = loop {
            match self.input.read(self.buffer.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end = self.buffer.len().min(before + came);
        match (came, before) {
            (0, 0) => Ok(false),
            (0, _) => Err(RecordingError::Cut { offset }),
            _ => Ok(true),
        }
    }
}

impl fmt::Debug for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, start, count, .. } = self;
        f.debug_struct("Pieces").field("offset", &(offset + start)).field("count", count).finish()
    }
}
