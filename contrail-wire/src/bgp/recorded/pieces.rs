use std::boxed::Box;
use std::fmt;
use std::io::{self, Read};
use std::vec::Vec;

use super::RecordingError;
use crate::DecodeError;

/// How much is read at a time.
const PIECE: usize = 1 << 20;

/// A file of records, read a piece at a time.
pub(super) struct Pieces<'r> {
    input: Box<dyn Read + Send + 'r>,
    read: Vec<u8>,
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
        Self { input: Box::new(input), read: start, start: 0, offset: 0, count: 0 }
    }

    /// The next record and where it starts, if there is one. Of what is left, `length` tells how long the record at its
    /// start is, if it is whole; it is an error if that shows no length.
    pub(super) fn record(
        &mut self,
        length: impl Fn(&[u8]) -> Result<Option<usize>, DecodeError>,
    ) -> Result<Option<(usize, &[u8])>, RecordingError> {
        let length = loop {
            match length(self.read.get(self.start..).unwrap_or_default()) {
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
        Ok(Some((self.offset + start, self.read.get(start..self.start).unwrap_or_default())))
    }

    /// Waits for more, of a pipe not longer than there is anything. Says whether anything came; it is an error if a record
    /// is not whole then.
    fn read_on(&mut self) -> Result<bool, RecordingError> {
        self.read.drain(..self.start);
        self.offset += self.start;
        self.start = 0;
        let (before, offset) = (self.read.len(), self.offset);
        if before > Self::LONGEST {
            return Err(RecordingError::TooLong { offset });
        }
        self.read.resize(before + PIECE.max(before), 0);
        let came = loop {
            match self.input.read(self.read.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.read.truncate(before + came);
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
