//! What two sets of routes have not in common.

use std::collections::BTreeMap;
use std::fmt;

use contrail_wire::bgp::Nlri;

use super::{RouteEntry, Routes};

/// A route that two sets do not have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference<'r> {
    /// Expected, and not there.
    Missing(&'r RouteEntry),
    /// There, and not expected.
    Unexpected(&'r RouteEntry),
    /// In both, with other attributes.
    Different {
        /// As expected.
        expected: &'r RouteEntry,
        /// What differs.
        fields: Vec<Changed>,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// `next_hop`, `segment`, `label`, `second_label`, `gateway`, `replication` (the tunnel and its end),
    /// `replication_label`, `replication_flags` or `communities`.
    pub field: &'static str,
    /// As expected; empty if the route should not have it.
    pub expected: String,
    /// As found; empty if the route has none.
    pub found: String,
}

impl Routes {
    /// What differs between what is expected, `self`, and what is found, speaker by speaker. A route is the same if its
    /// identity is, and of one that a speaker announces twice the later counts; where it comes from is not compared.
    pub fn diff<'r>(&'r self, found: &'r Self) -> Vec<Difference<'r>> {
        differences(self.entries.iter(), found.entries.iter())
    }
}

/// What differs between routes that are expected and routes that are found.
pub(super) fn differences<'r>(
    expected: impl Iterator<Item = &'r RouteEntry>,
    found: impl Iterator<Item = &'r RouteEntry>,
) -> Vec<Difference<'r>> {
    let (expected, found) = (by_identity(expected), by_identity(found));
    let missing_or_different = expected.iter().filter_map(|(key, expected)| match found.get(key) {
        None => Some((key, Difference::Missing(expected))),
        Some(found) => {
            let fields = changed(expected, found);
            let different = !fields.is_empty();
            different.then_some((key, Difference::Different { expected, fields }))
        }
    });
    let unexpected = found.iter().filter(|(key, _)| !expected.contains_key(*key));
    let unexpected = unexpected.map(|(key, found)| (key, Difference::Unexpected(found)));
    let mut differences: Vec<_> = missing_or_different.chain(unexpected).collect();
    differences.sort_by_key(|(key, _)| **key);
    differences.into_iter().map(|(_, difference)| difference).collect()
}

type Identity<'r> = (&'r str, Nlri<'static>);

fn by_identity<'r>(routes: impl Iterator<Item = &'r RouteEntry>) -> BTreeMap<Identity<'r>, &'r RouteEntry> {
    routes.map(|entry| ((&*entry.speaker, entry.key()), entry)).collect()
}

/// What differs of a route, as far as it is shown.
pub(super) fn changed(expected: &RouteEntry, found: &RouteEntry) -> Vec<Changed> {
    let is_shown = |field: &&str| !expected.not_shown.contains(field) && !found.not_shown.contains(field);
    let fields = expected.fields().into_iter().zip(found.fields());
    let fields = fields.filter(|((field, expected), (_, found))| expected != found && is_shown(field));
    fields.map(|((field, expected), (_, found))| Changed { field, expected, found }).collect()
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(entry) => write!(f, "{}: missing {entry}", entry.speaker),
            Self::Unexpected(entry) => write!(f, "{}: unexpected {entry}", entry.speaker),
            Self::Different { expected, fields } => {
                write!(f, "{}: different {} ({})", expected.speaker, expected.key(), expected.origin)?;
                fields.iter().try_for_each(|Changed { field, expected, found }| {
                    write!(f, "; {field}: expected `{expected}`, found `{found}`")
                })
            }
        }
    }
}
