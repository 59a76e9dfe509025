//! The pen that BGP is encoded with: it knows how much of the buffer is written.

use zerocopy::{Immutable, IntoBytes};

use crate::bgp::error::Element;
use crate::{EncodeError, Layer};

#[derive(Debug)]
pub(crate) struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
    /// What is being written, for errors.
    pub(crate) element: Element,
}

impl<'b> Writer<'b> {
    #[inline]
    pub(crate) const fn new(buffer: &'b mut [u8], element: Element) -> Self {
        Self { buffer, len: 0, element }
    }

    /// How many bytes are written.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The next `count` bytes, to be filled.
    #[inline]
    pub(crate) fn room(&mut self, count: usize) -> Result<&mut [u8], EncodeError> {
        let available = self.buffer.len() - self.len;
        if available < count {
            return Err(no_room(self.element, count, available));
        }
        let start = self.len;
        self.len += count;
        self.buffer.get_mut(start..self.len).ok_or(no_room(self.element, count, available))
    }

    #[inline]
    pub(crate) fn put<T: IntoBytes + Immutable + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let bytes = value.as_bytes();
        self.room(bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    /// Whether `count` bytes could still be written.
    pub(crate) const fn leaves(&self, count: usize) -> Result<(), EncodeError> {
        let available = self.buffer.len() - self.len;
        if available < count { Err(no_room(self.element, count, available)) } else { Ok(()) }
    }

    /// Writes over what was written at `start`.
    #[inline]
    pub(crate) fn patch<const N: usize>(&mut self, start: usize, bytes: [u8; N]) {
        if let Some(room) = self.buffer.get_mut(start..start + N) {
            room.copy_from_slice(&bytes);
        }
    }

    /// Sets bits of the octet that was written at `start`.
    pub(crate) fn set_bits(&mut self, start: usize, bits: u8) {
        if let Some(octet) = self.buffer.get_mut(start) {
            *octet |= bits;
        }
    }

    /// What was written from `start` on is not.
    pub(crate) fn truncate(&mut self, start: usize) {
        self.len = self.len.min(start);
    }

    /// Moves what is written behind `start` so that it begins at `to`, and ends the writing with it.
    pub(crate) fn shift(&mut self, start: usize, to: usize) {
        if start <= self.len && to + (self.len - start) <= self.buffer.len() {
            self.buffer.copy_within(start..self.len, to);
            self.len = to + (self.len - start);
        }
    }

    /// What is written.
    pub(crate) fn into_written(self) -> &'b mut [u8] {
        match self.buffer.get_mut(..self.len) {
            Some(written) => written,
            None => &mut [],
        }
    }

    /// What is left of the buffer.
    pub(crate) fn into_rest(self) -> &'b mut [u8] {
        match self.buffer.get_mut(self.len..) {
            Some(rest) => rest,
            None => &mut [],
        }
    }
}

#[cold]
#[inline(never)]
pub(crate) const fn no_room(element: Element, needed: usize, available: usize) -> EncodeError {
    EncodeError::NoRoom { layer: Layer::Bgp(element), needed, available }
}

#[cold]
#[inline(never)]
pub(crate) const fn too_long(
    element: Element,
    field: &'static str,
    length: usize,
    max: usize,
) -> EncodeError {
    EncodeError::TooLong { layer: Layer::Bgp(element), field, length, max }
}

#[cold]
#[inline(never)]
pub(crate) const fn not_so(element: Element, field: &'static str, expected: &'static str) -> EncodeError {
    EncodeError::Field { layer: Layer::Bgp(element), field, expected }
}
