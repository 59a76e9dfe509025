//! A JSON document of which each part knows its place.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::ReadError;

/// A value in a document, and its JSON pointer.
pub(super) struct Part<'v> {
    value: &'v Value,
    pointer: String,
}

impl<'v> Part<'v> {
    pub(super) const fn whole(value: &'v Value) -> Self {
        Self { value, pointer: String::new() }
    }

    pub(super) fn is_array(&self) -> bool {
        self.value.is_array()
    }

    /// The member of an object with a name.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        Some(Self { value: self.value.get(name)?, pointer: below(&self.pointer, name) })
    }

    /// The members of an object, by name.
    pub(super) fn members(&self) -> Result<impl Iterator<Item = (&'v str, Self)>, ReadError> {
        let members = self.value.as_object().ok_or_else(|| self.wrong("expected an object"))?;
        Ok(members
            .iter()
            .map(|(name, value)| (name.as_str(), Self { value, pointer: below(&self.pointer, name) })))
    }

    /// The elements of an array.
    pub(super) fn elements(&self) -> Result<impl Iterator<Item = Self>, ReadError> {
        let elements = self.value.as_array().ok_or_else(|| self.wrong("expected an array"))?;
        Ok(elements
            .iter()
            .enumerate()
            .map(|(index, value)| Self { value, pointer: below(&self.pointer, &index.to_string()) }))
    }

    /// As a type that says what has to be there.
    pub(super) fn read<T: Deserialize<'v>>(&self) -> Result<T, ReadError> {
        serde_path_to_error::deserialize(self.value).map_err(|error| {
            let mut pointer = self.pointer.clone();
            for segment in error.path() {
                match segment {
                    Segment::Seq { index } => pointer = below(&pointer, &index.to_string()),
                    Segment::Map { key } => pointer = below(&pointer, key),
                    Segment::Enum { .. } | Segment::Unknown => {}
                }
            }
            ReadError::new(pointer, error.into_inner())
        })
    }

    /// An error at this place.
    pub(super) fn wrong(&self, message: impl fmt::Display) -> ReadError {
        ReadError::new(self.pointer.as_str(), message)
    }
}

/// The pointer of what stands below (RFC 6901 section 3).
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
