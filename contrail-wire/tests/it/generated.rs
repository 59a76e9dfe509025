//! Good frames of every shape, made at random.

use arbitrary::{Arbitrary, Unstructured};
use contrail_wire::generate::{self, Frame};
use contrail_wire::{Decoder, Header, LinkType};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) fn decoder() -> Decoder<'static> {
    generate::decoder()
}

/// A frame with the headers it was made of.
#[derive(Debug, Clone)]
pub(crate) struct Generated {
    pub(crate) link: LinkType,
    pub(crate) headers: Vec<Header<'static>>,
    pub(crate) payload: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// Enough for the largest frame. Eight bytes at a time are made faster.
pub(crate) fn inputs() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u64>(), 75).prop_map(|words| words.into_iter().flat_map(u64::to_be_bytes).collect())
}

pub(crate) fn frames() -> impl Strategy<Value = Generated> {
    inputs().prop_map(|input| {
        // Test cases are few and small, so that what they borrow may stay.
        let mut input = Unstructured::new(Vec::leak(input));
        let frame = Frame::arbitrary(&mut input).unwrap();
        let bytes = frame.encode();
        Generated { link: frame.link, headers: frame.headers, payload: frame.payload.to_vec(), bytes }
    })
}
