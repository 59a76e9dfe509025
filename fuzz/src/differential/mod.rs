//! Ours and the codecs of others on the same bytes. Where both accept, what both claim is equal; where one reads less than
//! the other, the reason is one of a list, in which each says who is right and by what. What is in no list is a
//! finding, of us or of them.

mod etherparse;
mod rustbgpd;

pub use etherparse::against_etherparse;
pub use rustbgpd::against_rustbgpd;

/// What a difference is, who is right and who says so; and whether a case shows it. The condition is as narrow as can be,
/// or it hides others.
type Known = (&'static str, bool);

/// Panics unless what `case` shows is known.
fn is_known(case: &impl std::fmt::Debug, known: &[Known]) {
    assert!(
        known.iter().any(|(_, shown)| *shown),
        "ours and theirs differ in a way that is not known: {case:?}"
    );
}
