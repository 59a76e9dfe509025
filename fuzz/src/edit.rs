//! What is changed in place changes that and the checksums that cover it, at any depth.

use arbitrary::{Arbitrary, Result, Unstructured};
use contrail_wire::generate::{self, Frame};
use contrail_wire::{Checksum, Decoded, Decoder, LinkType, Packet};

use crate::changed::change_all;

/// How deep edits go: further in than any real frame has levels.
const DEPTH: usize = 6;

/// Any bytes, taken for a frame of each link type, and made into a good frame.
pub fn edit(bytes: &[u8]) {
    for link in [LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxSll, LinkType::LinuxSll2] {
        edits(&generate::decoder(), link, bytes, 0x0102_0304);
    }
    // Too few bytes make no frame.
    let _ = edits_of_a_good_frame(&mut Unstructured::new(bytes));
}

fn edits_of_a_good_frame(input: &mut Unstructured<'_>) -> Result<()> {
    let word = input.arbitrary()?;
    let frame = Frame::arbitrary(input)?;
    edits(&generate::decoder(), frame.link, &frame.encode(), word);
    Ok(())
}

/// Each level, with all of it changed that says nothing of what follows.
fn edits(decoder: &Decoder<'_>, link: LinkType, before: &[u8], word: u32) {
    let levels: Vec<_> = levels(decoder, link, before).collect();
    for depth in 0..DEPTH {
        let mut bytes = before.to_vec();
        let seen = decoder.edit(link, &mut bytes, depth, |_| ());
        assert_eq!(bytes, before, "nothing is changed by itself");
        match (seen, levels.get(depth), levels.last().and_then(|last| last.error)) {
            (Ok(Some(())), Some(Decoded { packet, error: None }), _) => {
                let edited = decoder.edit(link, &mut bytes, depth, |level| change_all(level, word));
                assert_eq!(edited, Ok(Some(())), "what can be seen can be changed");
                one_level_changes(packet, before, &bytes);
                checksums_follow(&levels, decoder, link, &bytes);
            }
            (Err(error), _, expected) => assert_eq!(Some(error), expected, "it fails as decoding does"),
            (Ok(None), None, None) => {}
            other => panic!("decoding and editing see different levels: {other:?}"),
        }
    }
}

/// The levels that can be read, and the one that cannot.
fn levels<'a>(
    decoder: &'a Decoder<'_>,
    link: LinkType,
    bytes: &'a [u8],
) -> impl Iterator<Item = Decoded<'a>> {
    let outermost = decoder.captured(link, bytes, bytes.len());
    std::iter::successors(Some(outermost), |level| match level.error {
        Some(_) => None,
        None => level.packet.inner_decoded(),
    })
}

/// What is inside stays as it is, and so does all around but for one checksum.
fn one_level_changes(level: &Packet<'_>, before: &[u8], after: &[u8]) {
    assert_eq!(after.len(), before.len());
    let (start, end) = (level.offset(), level.payload_offset());
    assert_eq!(after.get(end..), before.get(end..), "nothing inside changes");
    let around = before.iter().zip(after).take(start).filter(|(before, after)| before != after);
    assert!(around.count() <= 2, "around it, one checksum changes and nothing else");
}

/// A checksum that was right is right, and one that was wrong is wrong by as much.
fn checksums_follow(before: &[Decoded<'_>], decoder: &Decoder<'_>, link: LinkType, bytes: &[u8]) {
    let states = |level: &Decoded<'_>| {
        let level = level.packet;
        [level.network_checksum(), level.transport_checksum(), level.tunnel_checksum()].map(state)
    };
    let mut expected: Vec<_> = before.iter().map(states).collect();
    let found: Vec<_> = levels(decoder, link, bytes).map(|level| states(&level)).collect();
    for (expected, found) in expected.iter_mut().flatten().zip(found.iter().flatten()) {
        // The field is 0xffff where it should be 0: wrong by nothing, and right once it was updated (RFC 1624 3).
        if (*expected, *found) == (Ok(0), Err(Checksum::Right)) {
            *expected = *found;
        }
    }
    assert_eq!(found, expected, "checksums follow");
}

/// By how much a checksum is wrong, in ones' complement, or what else there is to say of it.
fn state(checksum: Checksum) -> std::result::Result<u32, Checksum> {
    match checksum {
        Checksum::Wrong { found, expected } => Ok((u32::from(found) + 0xffff - u32::from(expected)) % 0xffff),
        other => Err(other),
    }
}
