//! What can keep routes that others print or record from being read.

use std::fmt;

use crate::load::without_place;

/// Why a text or file with routes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ReadError {
    /// `line 3, column 7` where a text is no JSON, the JSON pointer (RFC 6901) of what is not as expected, or `byte 17` of
    /// a file; empty for the whole.
    pub place: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl ReadError {
    pub(super) fn new(place: impl Into<String>, message: impl fmt::Display) -> Self {
        Self { place: place.into(), message: message.to_string() }
    }

    /// Of the text or file as a whole.
    pub(super) fn whole(message: &str) -> Self {
        Self::new("", message)
    }

    /// Of a text that is no JSON.
    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        let place = format!("line {}, column {}", error.line(), error.column());
        Self::new(place, without_place(&error.to_string()))
    }
}

impl fmt::Display for ReadError {
    /// `/10.255.0.11:7999/[3]:[5002]:[32]:[10.255.0.11]/paths/0/nexthops/0/ip: invalid IP address syntax`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)
    }
}
