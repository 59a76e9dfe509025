//! Ours and the codecs of others on the same bytes. Where both accept, what both claim is equal; where one reads less than
//! the other, the reason is one of a list, in which each says who is right and by what. What is in no list is a
//! finding, of us or of them.

mod etherparse;
mod netgauze;
mod rustbgpd;

pub use etherparse::against_etherparse;
pub use netgauze::against_netgauze;
pub use rustbgpd::against_rustbgpd;

use contrail_wire::bgp::Nlri;
use contrail_wire::bgp::evpn::{self, IpPrefixRoute};

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

/// Each EVPN route in bytes by itself, and the last one as far as it goes.
fn each_route(bytes: &[u8], mut law: impl FnMut(&[u8])) {
    let mut rest = bytes;
    while let [_, length, behind @ ..] = rest {
        let whole = (behind.len() >= usize::from(*length)).then_some(2 + usize::from(*length));
        let (one, next) = rest.split_at(whole.unwrap_or(rest.len()));
        law(one);
        rest = next;
    }
}

/// Without the bits of a prefix route behind its prefix, which ours keeps as they were sent and others leave.
fn masked(nlri: Nlri<'_>) -> Nlri<'_> {
    match nlri {
        Nlri::Evpn(evpn::Route::IpPrefix(it)) => {
            Nlri::Evpn(evpn::Route::IpPrefix(IpPrefixRoute { prefix: it.prefix.trunc(), ..it }))
        }
        other => other,
    }
}
