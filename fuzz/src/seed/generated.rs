//! Frames and messages made at random, the same in each run.

use arbitrary::{Arbitrary, Unstructured};
use contrail_wire::generate::{BgpMessage, BrokenFrame, Frame};

use super::{Seeds, random};

/// Enough for the largest frame, in bytes.
const LONGEST: usize = 600;

/// Good frames, and as many of which a byte is wrong.
pub(super) fn frames(count: u64) -> Seeds {
    let good = made("good", count, |input| Ok(Frame::arbitrary(input)?.encode()));
    let broken = made("broken", count, |input| Ok(BrokenFrame::arbitrary(input)?.bytes));
    good.chain(broken).collect()
}

/// Messages in which nothing is wrong.
pub(super) fn messages(count: u64) -> Seeds {
    made("message", count, |input| Ok(BgpMessage::arbitrary(input)?.encode())).collect()
}

fn made(
    name: &'static str,
    count: u64,
    make: fn(&mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>>,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    (0..count).map(move |seed| {
        let made = make(&mut Unstructured::new(&random(seed, LONGEST))).expect("there are enough bytes");
        (format!("{name}_{seed}"), made)
    })
}
