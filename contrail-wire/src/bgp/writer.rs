//! The pen that BGP is encoded with: it knows how much of the buffer is written.

use zerocopy::{Immutable, IntoBytes};

use crate::bgp::error::Element;
use crate::{EncodeError, Layer};

#[derive(Debug)]
pub(crate) struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
    /// Where what was set aside starts.
    end: usize,
    /// What is being written, for errors.
    pub(crate) element: Element,
}

impl<'b> Writer<'b> {
    #[inline]
    pub(crate) const fn new(buffer: &'b mut [u8], element: Element) -> Self {
        Self { end: buffer.len(), buffer, len: 0, element }
    }

    /// How many bytes are written.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The next `count` bytes, to be filled.
    #[inline(always)]
    pub(crate) fn room(&mut self, count: usize) -> Result<&mut [u8], EncodeError> {
        let (start, available) = (self.len, self.end - self.len);
        match self.buffer.get_mut(start..start + count) {
            Some(room) if count <= available => {
                self.len += count;
                Ok(room)
            }
            _ => Err(no_room(self.element, count, available)),
        }
    }

    /// All bytes that are left; those that are filled, from the first on, are then [taken](Self::take).
    #[inline(always)]
    pub(crate) fn rest(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.len..self.end).unwrap_or_default()
    }

    /// The next `count` bytes are written.
    pub(crate) fn take(&mut self, count: usize) {
        self.len = self.end.min(self.len + count);
    }

    #[inline(always)]
    pub(crate) fn put<T: IntoBytes + Immutable + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let bytes = value.as_bytes();
        self.room(bytes.len())?.copy_from_slice(bytes);
        Ok(())
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

    /// Takes back what was written from `start` on, and keeps it at the end of the buffer, where nothing else is written
    /// until it is [brought back](Self::bring_back).
    pub(crate) fn set_aside(&mut self, start: usize) {
        let end = self.end - (self.len - start);
        self.buffer.copy_within(start..self.len, end);
        (self.len, self.end) = (start, end);
    }

    /// Writes what was set aside behind what was written since.
    pub(crate) fn bring_back(&mut self) {
        self.buffer.copy_within(self.end.., self.len);
        self.len += self.buffer.len() - self.end;
        self.end = self.buffer.len();
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
