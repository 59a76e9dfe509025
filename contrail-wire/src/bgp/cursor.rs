//! The cursor that BGP is decoded through: what is left of the innermost length that encloses it. Offsets stay absolute
//! and cost nothing on the way, as they are counted back from the end.

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
    /// Where `rest` ends.
    end: usize,
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    pub(crate) const fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, end: offset + bytes.len() }
    }

    #[inline(always)]
    pub(crate) const fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    #[inline(always)]
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline(always)]
    pub(crate) const fn len(&self) -> usize {
        self.rest.len()
    }

    #[inline(always)]
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes as a cursor of their own.
    #[inline(always)]
    pub(crate) fn split(&mut self, count: usize) -> Option<Self> {
        let bytes = self.bytes(count)?;
        Some(Self { rest: bytes, end: self.offset() })
    }

    #[inline(always)]
    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(array)
    }

    #[inline(always)]
    pub(crate) fn read<T: FromBytes + KnownLayout + Immutable + Unaligned>(&mut self) -> Option<&'a T> {
        let (value, rest) = T::ref_from_prefix(self.rest).ok()?;
        self.rest = rest;
        Some(value)
    }

    /// All that is left.
    #[inline(always)]
    pub(crate) fn all(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }
}
