//! From text to a [`Document`], and the problems that can stand in the way.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_path_to_error::{Path, Segment};
use serde_saphyr::{Budget, DuplicateKeyPolicy, Options, Spanned};

use crate::document::Document;

/// Everything that is wrong with a document, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct LoadError {
    /// One entry for each thing that is wrong; never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the document, `networks[3].vni`; empty if the text could not be read that far.
    pub path: String,
    /// Where in the text, if it was read from text.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
}

/// A place in a text, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl Document {
    /// Reads YAML, of which JSON is a part. Aliases, depth and size are bounded by the text's length, so that a
    /// small text cannot become a large document.
    pub fn from_yaml(text: &str) -> Result<Self, LoadError> {
        from_yaml(text)
    }

    /// Reads JSON, faster than [`from_yaml`](Self::from_yaml) does.
    pub fn from_json(text: &str) -> Result<Self, LoadError> {
        serde_json::from_str(text).map_err(|error| {
            let [line, column] = [error.line(), error.column()].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
            let mut json = serde_json::Deserializer::from_str(text);
            let path = serde_path_to_error::deserialize::<_, Self>(&mut json)
                .err()
                .map(|error| written(error.path()));
            one(path, Some(Place { line, column }), without_place(&error.to_string()))
        })
    }
}

/// Reads YAML within bounds that follow from the text's length.
pub(crate) fn from_yaml<T: DeserializeOwned>(text: &str) -> Result<T, LoadError> {
    if text.trim().is_empty() {
        return Err(one(None, None, "the document is empty".to_owned()));
    }
    serde_saphyr::from_str_with_options(text, options(text)).map_err(|error| {
        let place = error.location().map(|at| Place { line: at.line(), column: at.column() });
        let error = error.without_snippet();
        let mut message = without_place(&error.to_string());
        match error {
            serde_saphyr::Error::InvalidScalar { ty, .. } => {
                message.push_str(", expected ");
                message.push_str(&values_of(ty));
            }
            // Its own message goes on with advice to programmers.
            serde_saphyr::Error::DuplicateMappingKey { key, .. } => {
                message =
                    format!("the key `{}` stands here a second time", key.as_deref().unwrap_or_default());
            }
            _ => {}
        }
        one(yaml_path::<T>(text), place, message)
    })
}

/// Where in the document the error of `text` is. Only a text that was refused is read with its paths, which takes time.
fn yaml_path<T: DeserializeOwned>(text: &str) -> Option<String> {
    let mut path = None;
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options(text), |yaml| {
        serde_path_to_error::deserialize::<_, T>(yaml).map_err(|error| {
            path = Some(written(error.path()));
            error.into_inner()
        })
    });
    read.err().and(path)
}

/// A path as problems have it: empty for the document itself, and without a last part that could not be named.
pub(crate) fn written(path: &Path) -> String {
    let text = path.to_string();
    match path.iter().next_back() {
        None => String::new(),
        Some(Segment::Unknown) => text.trim_end_matches('?').trim_end_matches('.').to_owned(),
        Some(_) => text,
    }
}

/// The message of an error without the place that stands behind it: [`Problem::place`] stands in front.
pub(crate) fn without_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// What a scalar of a type, called as the YAML reader calls it, may be.
fn values_of(scalar: &str) -> Cow<'_, str> {
    let largest = match scalar {
        "u8" => u64::from(u8::MAX),
        "u16" => u64::from(u16::MAX),
        "u32" => u64::from(u32::MAX),
        "u64" => u64::MAX,
        "boolean" => return Cow::Borrowed("true or false"),
        other => return Cow::Borrowed(other),
    };
    Cow::Owned(format!("a whole number from 0 to {largest}"))
}

pub(crate) fn one(path: Option<String>, place: Option<Place>, message: String) -> LoadError {
    LoadError { problems: vec![Problem { path: path.unwrap_or_default(), place, message }] }
}

fn options(text: &str) -> Options {
    // Every node takes a byte at least, so an honest text cannot need more than its length.
    let bound = text.len() + 1_000;
    let mut budget = Budget::default();
    budget.max_events = bound * 2;
    budget.max_nodes = bound;
    budget.max_total_scalar_bytes = bound;
    budget.max_aliases = 1_000;
    budget.max_anchors = 1_000;
    budget.max_recorded_anchor_events = bound;
    budget.max_recorded_anchor_bytes = bound;
    budget.max_depth = 16;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.duplicate_keys = DuplicateKeyPolicy::Error;
    options
}

/// Finds the places of `problems`, which know their paths, in the text that the document was read from.
pub(crate) fn locate(problems: &mut [Problem], text: &str) {
    let Ok(root) = serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options(text)) else { return };
    for problem in problems {
        problem.place = root_to(&root, &problem.path);
    }
}

/// The place of the last part of `path` that is there.
fn root_to(root: &Spanned<Node>, path: &str) -> Option<Place> {
    let mut at = root;
    for part in path.split(['.', '[']).map(|part| part.trim_end_matches(']')) {
        let next = match &at.value {
            Node::Scalar => None,
            Node::Sequence(items) => part.parse().ok().and_then(|index: usize| items.get(index)),
            Node::Mapping(entries) => entries.iter().find(|(key, _)| key == part).map(|(_, value)| value),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    (at.referenced.line() > 0).then(|| Place { line: at.referenced.line(), column: at.referenced.column() })
}

/// A document's shape without its values.
enum Node {
    Scalar,
    Sequence(Vec<Spanned<Node>>),
    Mapping(Vec<(String, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;
        impl<'de> Visitor<'de> for Shape {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_str<E>(self, _: &str) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Scalar)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Node::Sequence(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    list.push(entry);
                }
                Ok(Node::Mapping(list))
            }
        }
        deserializer.deserialize_any(Shape)
    }
}
