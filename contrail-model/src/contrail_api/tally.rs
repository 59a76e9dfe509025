//! What was read, and what was passed over.

use std::collections::BTreeMap;
use std::fmt;

use super::object::Objects;

/// How many objects were read, and how much of what was there is not part of a fabric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Objects that were read, by type.
    pub read: BTreeMap<String, usize>,
    /// Objects that were read again under the same UUID or name; the last one counts.
    pub repeated: usize,
    /// Objects of types that say nothing of a fabric, by type.
    pub other_types: BTreeMap<String, usize>,
    /// Fields that say nothing of a fabric, by type and name; without those that all objects have.
    pub other_fields: BTreeMap<String, BTreeMap<String, usize>>,
    /// Objects of which a list gave only the name, by type: ask the API for them with `detail=true`.
    pub without_fields: BTreeMap<String, usize>,
    /// Objects that do not say of which type they are.
    pub without_type: usize,
}

/// Fields that every object has, and that say nothing of a fabric.
const OF_ALL: &[&str] = &[
    "id_perms",
    "perms2",
    "annotations",
    "href",
    "parent_href",
    "name",
    "configuration_version",
    "tag_refs",
];

impl Tally {
    /// An object, of a type that is read or not.
    pub(super) fn read(&mut self, of: &str) {
        count(if Objects::has_type(of) { &mut self.read } else { &mut self.other_types }, of);
    }

    pub(super) fn without_fields(&mut self, of: &str) {
        count(&mut self.without_fields, of);
    }

    pub(super) const fn without_type(&mut self) {
        self.without_type += 1;
    }

    /// A field of an object itself; those within its properties are not told apart.
    pub(super) fn other_field(&mut self, of: &str, path: &serde_ignored::Path<'_>) {
        let serde_ignored::Path::Map { parent: serde_ignored::Path::Root, key } = path else { return };
        self.other_field_named(of, key);
    }

    pub(super) fn other_field_named(&mut self, of: &str, field: &str) {
        if OF_ALL.contains(&field) || field.ends_with("_back_refs") {
            return;
        }
        if let Some(fields) = self.other_fields.get_mut(of) {
            count(fields, field);
        } else {
            self.other_fields.insert(of.to_owned(), BTreeMap::from([(field.to_owned(), 1)]));
        }
    }
}

fn count(counts: &mut BTreeMap<String, usize>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

impl fmt::Display for Tally {
    /// A line for what was read, and one for each way in which something was passed over.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |counts: &BTreeMap<String, usize>| {
            let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
            if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
        };
        write!(f, "read: {}", told(&self.read))?;
        if self.repeated > 0 {
            write!(f, "\nread more than once: {}", self.repeated)?;
        }
        for (what, counts) in [
            ("not part of a fabric", &self.other_types),
            ("named only, without fields", &self.without_fields),
        ] {
            if !counts.is_empty() {
                write!(f, "\n{what}: {}", told(counts))?;
            }
        }
        for (of, fields) in &self.other_fields {
            write!(f, "\nfields of {of} that are not part of a fabric: {}", told(fields))?;
        }
        if self.without_type > 0 {
            write!(f, "\nwithout a type: {}", self.without_type)?;
        }
        Ok(())
    }
}
