//! What can keep objects from being read.

use std::fmt;

use crate::load::Place;

/// Why a text or file with objects of Contrail cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ImportError {
    /// The file, or what the caller called the text.
    pub source_name: String,
    /// Where in the text, if it is no JSON there.
    pub place: Option<Place>,
    /// Which object, `virtual-network default-domain:admin:octavia`, as far as that can be told.
    pub object: Option<String>,
    /// Which of its fields, `virtual_network_properties.vxlan_network_identifier`, as far as that can be told.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl ImportError {
    /// A file that cannot be read at all.
    pub(super) fn of_file(name: &str, error: &impl fmt::Display) -> Self {
        Self { source_name: name.to_owned(), message: error.to_string(), ..Self::default() }
    }
}

impl fmt::Display for ImportError {
    /// `dump.json: line 1, column 4711: virtual-network default-domain:admin:octavia: fq_name: EOF while parsing a list`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.source_name)?;
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        for part in [&self.object, &self.field].into_iter().flatten() {
            write!(f, "{part}: ")?;
        }
        f.write_str(&self.message)
    }
}
