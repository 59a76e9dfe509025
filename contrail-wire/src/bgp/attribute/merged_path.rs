use core::fmt;

use crate::bgp::attribute::as_path::{AsPath, Segment, SegmentType, display};

/// AS_PATH with what AS4_PATH restores of it ([RFC 6793](https://www.rfc-editor.org/rfc/rfc6793) section 4.2.3): the path
/// that a route took, where a speaker on the way knew AS numbers of two octets only.
///
/// Its beginning is of AS_PATH, as many AS numbers as this one has more, and the rest is AS4_PATH. The numbers are counted
/// as the decision process does: a set is one, and confederations are none. An AS4_PATH that has more of them than
/// AS_PATH is ignored, as are confederations in it (section 6).
///
/// ```
/// use contrail_wire::bgp::{AsPath, MergedPath};
/// let path = AsPath::decode(&[2, 3, 0xfc, 0, 0x5b, 0xa0, 0x5b, 0xa0], false)?;
/// let as4_path = AsPath::decode(&[2, 2, 0, 1, 0, 0, 0, 1, 0, 1], true)?;
/// assert_eq!(path.to_string(), "64512 23456 23456");
/// assert_eq!(MergedPath::new(path, as4_path).to_string(), "64512 65536 65537");
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MergedPath<'a> {
    path: AsPath<'a>,
    as4_path: AsPath<'a>,
    /// How many AS numbers are of `path`.
    leading: usize,
}

impl<'a> MergedPath<'a> {
    /// The path that AS_PATH and AS4_PATH are together.
    pub fn new(path: AsPath<'a>, as4_path: AsPath<'a>) -> Self {
        match path.hops().checked_sub(as4_path.hops()) {
            Some(leading) => Self { path, as4_path, leading },
            None => path.into(),
        }
    }

    /// Its segments. One of AS_PATH may be cut where AS4_PATH goes on.
    pub fn segments(self) -> impl Iterator<Item = Segment<'a>> + Clone {
        let mut left = Some(self.leading);
        let leading = self.path.segments().map_while(move |segment| {
            let (segment, rest) = leading_part(segment, left?)?;
            left = rest;
            Some(segment)
        });
        leading.chain(self.as4_path.segments().filter(|segment| !is_of_confederation(*segment)))
    }

    /// All AS numbers in it, nearest first, with those of sets.
    pub fn numbers(self) -> impl Iterator<Item = u32> + Clone {
        self.segments().flat_map(Segment::numbers)
    }
}

/// What is taken of a segment where `left` AS numbers are still to take, and how many are then; `None` if it is the last
/// one that anything is taken of. A confederation is taken with what is in front of it.
fn leading_part(segment: Segment<'_>, left: usize) -> Option<(Segment<'_>, Option<usize>)> {
    if is_of_confederation(segment) {
        return Some((segment, Some(left)));
    }
    let (part, taken) = match segment.kind {
        SegmentType::SET => (Some(segment).filter(|_| left > 0), 1),
        _ => (segment.first(left), segment.len()),
    };
    Some((part?, left.checked_sub(taken)))
}

const fn is_of_confederation(segment: Segment<'_>) -> bool {
    matches!(segment.kind, SegmentType::CONFEDERATION_SEQUENCE | SegmentType::CONFEDERATION_SET)
}

/// A path that nothing has to be restored of.
impl<'a> From<AsPath<'a>> for MergedPath<'a> {
    fn from(path: AsPath<'a>) -> Self {
        Self { path, as4_path: AsPath::EMPTY, leading: path.hops() }
    }
}

impl fmt::Debug for MergedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.segments()).finish()
    }
}

/// As that of [`AsPath`].
impl fmt::Display for MergedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(self.segments(), f)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;
    use std::vec;
    use std::vec::Vec;

    use super::*;

    const SEQUENCE: SegmentType = SegmentType::SEQUENCE;
    const SET: SegmentType = SegmentType::SET;
    const CONFEDERATION: SegmentType = SegmentType::CONFEDERATION_SEQUENCE;

    fn octets(segments: &[(SegmentType, &[u32])], four: bool) -> Vec<u8> {
        let mut octets = vec![];
        for (kind, numbers) in segments {
            octets.extend([kind.0, u8::try_from(numbers.len()).unwrap()]);
            for number in *numbers {
                let skipped = if four { 0 } else { 2 };
                octets.extend(&number.to_be_bytes()[skipped..]);
            }
        }
        octets
    }

    /// The path of two octets and that of four, merged.
    fn merged(path: &[(SegmentType, &[u32])], as4_path: &[(SegmentType, &[u32])]) -> std::string::String {
        let (path, as4_path) = (octets(path, false), octets(as4_path, true));
        let [path, as4_path] =
            [(&path, false), (&as4_path, true)].map(|(it, four)| AsPath::decode(it, four).unwrap());
        MergedPath::new(path, as4_path).to_string()
    }

    #[test]
    fn as4_path_takes_the_place_of_the_end() {
        let trans = 23456;
        assert_eq!(merged(&[(SEQUENCE, &[trans, trans])], &[(SEQUENCE, &[70000, 70001])]), "70000 70001");
        assert_eq!(
            merged(&[(SEQUENCE, &[1, 2, trans, 3])], &[(SEQUENCE, &[70000, 3])]),
            "1 2 70000 3",
            "the rest of the segment is replaced"
        );
        assert_eq!(
            merged(
                &[(SEQUENCE, &[1, trans]), (SET, &[trans, 5])],
                &[(SEQUENCE, &[70000]), (SET, &[70005, 5])]
            ),
            "1 70000 {70005,5}",
            "a set counts as one"
        );
        assert_eq!(
            merged(&[(SET, &[1, 2]), (SEQUENCE, &[3, trans])], &[(SEQUENCE, &[70000])]),
            "{1,2} 3 70000",
            "a set is taken whole"
        );
    }

    #[test]
    fn as4_path_that_is_longer_is_ignored() {
        assert_eq!(merged(&[(SEQUENCE, &[1])], &[(SEQUENCE, &[70000, 70001])]), "1");
        assert_eq!(merged(&[], &[(SEQUENCE, &[70000])]), "");
        // Somebody has made one of what AS4_PATH still has as two.
        assert_eq!(merged(&[(SET, &[1, 2, 3])], &[(SEQUENCE, &[70000, 2])]), "{1,2,3}");
    }

    #[test]
    fn confederations_are_taken_with_what_is_in_front_and_not_of_as4_path() {
        assert_eq!(
            merged(&[(CONFEDERATION, &[64512]), (SEQUENCE, &[23456])], &[(SEQUENCE, &[70000])]),
            "(64512) 70000",
            "the leading one, though nothing else is taken"
        );
        assert_eq!(
            merged(
                &[(SEQUENCE, &[1]), (CONFEDERATION, &[64512]), (SEQUENCE, &[23456])],
                &[(SEQUENCE, &[70000])]
            ),
            "1 (64512) 70000",
            "the one behind a segment that is taken whole"
        );
        assert_eq!(
            merged(
                &[(SEQUENCE, &[1, 23456]), (CONFEDERATION, &[64512]), (SEQUENCE, &[2])],
                &[(SEQUENCE, &[70000, 2])]
            ),
            "1 70000 2",
            "not one behind what is cut"
        );
        assert_eq!(
            merged(&[(SEQUENCE, &[1, 23456])], &[(CONFEDERATION, &[64512, 64513]), (SEQUENCE, &[70000])]),
            "1 70000",
            "none of AS4_PATH, and it does not count"
        );
    }
}
