//! The cursor that all decoding goes through: it knows where it stands in the outermost frame, how far it
//! may read and whose length said so. It never moves past the start of a header that cannot be read.

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::header::FixedHeader;
use crate::{Bound, DecodeError, Layer};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) rest: &'a [u8],
    /// Where the level starts, from the start of the outermost frame.
    pub(crate) base: usize,
    /// Where `rest` starts, from the start of the level.
    pub(crate) at: usize,
    /// Bytes that the frame had behind `rest` and the capture did not keep.
    pub(crate) missing: usize,
    pub(crate) bound: Bound,
}

impl<'a> Reader<'a> {
    /// At the start of an outermost frame of which nothing is missing.
    #[inline(always)]
    pub(crate) const fn new(frame: &'a [u8]) -> Self {
        Self { rest: frame, base: 0, at: 0, missing: 0, bound: Bound::Frame }
    }

    /// Where `rest` starts, from the start of the outermost frame.
    #[inline(always)]
    pub(crate) const fn offset(&self) -> usize {
        self.base + self.at
    }

    #[inline(always)]
    pub(crate) fn header<H: FixedHeader>(&mut self) -> Result<&'a H, DecodeError> {
        let Ok((header, rest)) = H::ref_from_prefix(self.rest) else {
            return Err(self.short(H::LAYER, self.offset(), H::LEN));
        };
        header.validate(self.offset())?;
        self.rest = rest;
        self.at += H::LEN;
        Ok(header)
    }

    /// The next `count` bytes; `start` is where the header they belong to starts.
    #[inline(always)]
    pub(crate) fn bytes(
        &mut self,
        layer: Layer,
        start: usize,
        count: usize,
    ) -> Result<&'a [u8], DecodeError> {
        let Some((bytes, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.short(layer, start, self.offset() - start + count));
        };
        self.rest = rest;
        self.at += count;
        Ok(bytes)
    }

    /// The next `count` elements of a list, of which it is known that they are there.
    #[inline(always)]
    pub(crate) fn list<T>(&mut self, count: usize) -> &'a [T]
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        let Ok((list, rest)) = <[T]>::ref_from_prefix_with_elems(self.rest, count) else {
            return &[];
        };
        self.rest = rest;
        self.at += size_of_val(list);
        list
    }

    /// Nothing past the next `length` bytes is read from here on; more than there is is an error of the
    /// header at `start`, whose `field` claimed `claimed` bytes.
    #[inline(always)]
    pub(crate) fn limit(
        &mut self,
        layer: Layer,
        start: usize,
        field: &'static str,
        claimed: usize,
        length: usize,
        bound: Bound,
    ) -> Result<(), DecodeError> {
        if let Some(rest) = self.rest.get(..length) {
            self.rest = rest;
            self.missing = 0;
            self.bound = bound;
            return Ok(());
        }
        let beyond = length - self.rest.len();
        if beyond <= self.missing {
            self.missing = beyond;
            self.bound = bound;
            return Ok(());
        }
        let available = claimed - (beyond - self.missing);
        Err(DecodeError::overrun(layer, start, field, claimed, available, self.bound))
    }

    /// The error of a header at `start` that takes `needed` bytes. The reader goes in by value, so that it need not
    /// be in memory where nothing fails.
    #[inline(always)]
    fn short(self, layer: Layer, start: usize, needed: usize) -> DecodeError {
        let available = self.offset() - start + self.rest.len();
        let bound = if self.missing > 0 { Bound::Snapshot } else { self.bound };
        DecodeError::truncated(layer, start, needed, available, bound)
    }
}
