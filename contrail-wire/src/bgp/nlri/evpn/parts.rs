//! What routes are read and written from: values and addresses with a length in front, within the route's length.

use core::net::IpAddr;

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error, length};
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError};

#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    value: Cursor<'a>,
    at: At,
    whole: usize,
    least: usize,
}

impl<'a> Parts<'a> {
    /// The parts of a route that has `least` bytes or more.
    #[inline]
    pub(super) const fn new(value: Cursor<'a>, at: At, least: usize) -> Self {
        Self { value, at, whole: value.len(), least }
    }

    #[inline]
    pub(super) fn read<T>(&mut self) -> Result<T, Error>
    where
        T: FromBytes + KnownLayout + Immutable + Unaligned + Copy + 'a,
    {
        match self.value.read::<T>() {
            Some(value) => Ok(*value),
            None => Err(self.short(size_of::<T>())),
        }
    }

    #[inline]
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Error> {
        self.value.bytes(count).ok_or(self.short(count))
    }

    /// A length in bits, called `field`, and the address that long.
    #[inline]
    pub(super) fn address(&mut self, field: &'static str, expected: &'static str) -> Result<IpAddr, Error> {
        match self.read::<u8>()? {
            32 => self.read::<[u8; 4]>().map(IpAddr::from),
            128 => self.read::<[u8; 16]>().map(IpAddr::from),
            bits => Err(self.at.field(field, bits.into(), expected)),
        }
    }

    /// The same, with a length of 0 for no address.
    pub(super) fn optional_address(
        &mut self,
        field: &'static str,
        expected: &'static str,
    ) -> Result<Option<IpAddr>, Error> {
        let mut ahead = *self;
        if ahead.read::<u8>()? == 0 {
            *self = ahead;
            return Ok(None);
        }
        self.address(field, expected).map(Some)
    }

    /// Nothing may be left.
    #[inline]
    pub(super) fn end(self, expected: &'static str) -> Result<(), Error> {
        if self.value.is_empty() {
            Ok(())
        } else {
            Err(self.at.field("length", length(self.whole), expected))
        }
    }

    #[cold]
    #[inline(never)]
    fn short(&self, count: usize) -> Error {
        let needed = self.whole - self.value.len() + count;
        short(self.at, needed.max(self.least), self.whole)
    }
}

/// The whole of a route of fixed size.
#[inline]
pub(super) fn exactly<T>(value: Cursor<'_>, at: At) -> Result<&T, Error>
where
    T: FromBytes + KnownLayout + Immutable + Unaligned,
{
    let whole = value.rest();
    T::ref_from_bytes(whole).map_err(|_| {
        if whole.len() < size_of::<T>() {
            return short(at, size_of::<T>(), whole.len());
        }
        at.field("length", length(whole.len()), "that of its type (RFC 7432 7.1, RFC 9572 3.1)")
    })
}

/// A route that is too short for what it should hold.
#[cold]
#[inline(never)]
pub(super) fn short(at: At, needed: usize, available: usize) -> Error {
    at.truncated(needed, available, Bound::BgpRouteLength)
}

/// The length in bits, and the address.
pub(super) fn put_address(writer: &mut Writer<'_>, address: IpAddr) -> Result<(), EncodeError> {
    match address {
        IpAddr::V4(address) => {
            writer.put(&32_u8)?;
            writer.put(&address.octets())
        }
        IpAddr::V6(address) => {
            writer.put(&128_u8)?;
            writer.put(&address.octets())
        }
    }
}

/// The same, with a length of 0 for no address.
pub(super) fn put_optional_address(
    writer: &mut Writer<'_>,
    address: Option<IpAddr>,
) -> Result<(), EncodeError> {
    match address {
        Some(address) => put_address(writer, address),
        None => writer.put(&0_u8),
    }
}
