//! JSON in any of the forms in which objects of Contrail come, to [`Objects`].

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::dump::Cassandra;
use super::error::ImportError;
use super::object::Objects;
use super::tally::Tally;
use crate::load::{Place, without_place};

/// What is read from one text.
pub(super) struct Reader<'r, 't> {
    objects: &'r mut Objects,
    pub(super) tally: &'r mut Tally,
    text: &'t str,
    /// What the text is called.
    name: &'r str,
    /// What was wrong with an object, which the parser's own error does not say.
    failed: Option<ImportError>,
    /// Where the last object that was read ends.
    read_up_to: usize,
}

/// The part of an object that says which it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Identity<'o> {
    #[serde(borrow)]
    uuid: Option<Cow<'o, str>>,
    #[serde(borrow)]
    href: Option<Cow<'o, str>>,
    fq_name: Vec<String>,
}

impl<'r, 't> Reader<'r, 't> {
    pub(super) fn new(objects: &'r mut Objects, tally: &'r mut Tally, name: &'r str, text: &'t str) -> Self {
        Self { objects, tally, text, name, failed: None, read_up_to: 0 }
    }

    /// Reads all JSON values of the text, one behind the other.
    pub(super) fn read(mut self) -> Result<(), ImportError> {
        let mut from = serde_json::Deserializer::from_str(self.text);
        loop {
            if let Err(error) = (Anything { reader: &mut self }).deserialize(&mut from) {
                return Err(self.error(&error));
            }
            if from.end().is_ok() {
                return Ok(());
            }
        }
    }

    /// Reads one object of a type, and counts its fields that are passed over.
    fn object<E: serde::de::Error>(&mut self, of: &str, json: &str) -> Result<(), E> {
        let mut from = serde_json::Deserializer::from_str(json);
        let mut ignored = |path: serde_ignored::Path<'_>| self.tally.other_field(of, &path);
        let read = self.objects.read(of, 0, serde_ignored::Deserializer::new(&mut from, &mut ignored));
        self.has_tried(of, json, read.is_ok())
    }

    /// Reads the object of a dump's row, which was written at a time. It has no fields but those that are read.
    pub(super) fn row<E: serde::de::Error>(&mut self, of: &str, json: &str, written: u64) -> Result<(), E> {
        let read = self.objects.read(of, written, &mut serde_json::Deserializer::from_str(json));
        self.has_tried(of, json, read.is_ok())
    }

    fn has_tried<E: serde::de::Error>(&mut self, of: &str, json: &str, is_read: bool) -> Result<(), E> {
        if is_read {
            self.tally.read(of);
            return Ok(());
        }
        self.failed = Some(self.why_not(of, json));
        Err(E::custom("see there"))
    }

    /// Why an object cannot be read, with its name and the field. It is read a second time for that.
    fn why_not(&self, of: &str, json: &str) -> ImportError {
        let mut track = serde_path_to_error::Track::new();
        let mut from = serde_json::Deserializer::from_str(json);
        let again =
            Objects::default().read(of, 0, serde_path_to_error::Deserializer::new(&mut from, &mut track));
        let message = again.err().map(|error| without_place(&error.to_string())).unwrap_or_default();
        let identity: Identity<'_> = serde_json::from_str(json).unwrap_or_default();
        ImportError {
            source_name: self.name.to_owned(),
            place: None,
            object: Some(identity.told(of)),
            field: Some(track.path().to_string()),
            message,
        }
    }

    /// What is wrong with the text, if it is not with an object: it is cut, or no JSON.
    fn error(&mut self, error: &serde_json::Error) -> ImportError {
        if let Some(failed) = self.failed.take() {
            return failed;
        }
        let line = self.text.lines().nth(error.line().saturating_sub(1));
        let start = line.map_or(self.text.len(), |line| line.as_ptr().addr() - self.text.as_ptr().addr());
        let end = (start + error.column()).min(self.text.len());
        let at = (0..=end).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or_default();
        let behind = self.text.get(self.read_up_to..at).unwrap_or_default();
        let [line, column] = [error.line(), error.column()].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
        ImportError {
            source_name: self.name.to_owned(),
            place: Some(Place { line, column }),
            object: object_in(behind),
            field: field_before(behind),
            message: without_place(&error.to_string()),
        }
    }

    /// The row of a dump and the column of it that cannot be read.
    pub(super) fn failed_in_row<E: serde::de::Error>(
        &mut self,
        row: &str,
        column: String,
        message: String,
    ) -> E {
        self.failed = Some(ImportError {
            source_name: self.name.to_owned(),
            place: None,
            object: Some(row.to_owned()),
            field: Some(column),
            message,
        });
        E::custom("see there")
    }

    /// Notes that a part of the text has been read.
    pub(super) fn has_read(&mut self, part: &str) {
        let end = part.as_ptr().addr() + part.len();
        self.read_up_to = end.saturating_sub(self.text.as_ptr().addr());
    }
}

impl Identity<'_> {
    /// Whether there is one at all.
    const fn is_there(&self) -> bool {
        self.uuid.is_some() || !self.fq_name.is_empty()
    }

    /// `virtual-network default-domain:admin:octavia`
    fn told(&self, of: &str) -> String {
        match (&self.uuid, self.fq_name.as_slice()) {
            (Some(uuid), []) => format!("{of} {uuid}"),
            (None, []) => of.to_owned(),
            (_, name) => format!("{of} {}", name.join(":")),
        }
    }

    /// The type that the object's address names: `http://api:8082/virtual-network/7f0d3a52-...`.
    fn type_in_href(&self) -> Option<&str> {
        self.href.as_deref()?.rsplit('/').nth(1).filter(|of| !of.is_empty())
    }
}

/// The object that the end of a text is in, as far as the text tells.
fn object_in(text: &str) -> Option<String> {
    let value_of = |key: &str| {
        let (_, behind) = text.rsplit_once(key)?;
        Some(behind.trim_start().strip_prefix(':')?.trim_start())
    };
    let names = value_of("\"fq_name\"").and_then(|list| list.strip_prefix('['));
    if let Some((names, _)) = names.and_then(|names| names.split_once(']')) {
        return Some(names.replace(['"', ' '], "").replace(',', ":"));
    }
    let (uuid, _) = value_of("\"uuid\"")?.strip_prefix('"')?.split_once('"')?;
    Some(uuid.to_owned())
}

/// The last key of a text, whose value cannot be read.
fn field_before(text: &str) -> Option<String> {
    let (before, _) = text.rsplit_once("\":")?;
    let (_, key) = before.rsplit_once('"')?;
    Some(key.to_owned())
}

/// A JSON value in any form.
struct Anything<'a, 'r, 't> {
    reader: &'a mut Reader<'r, 't>,
}

impl<'de> DeserializeSeed<'de> for Anything<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Anything<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of Contrail, a list of them, or a dump of its database")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Anything { reader: &mut *self.reader })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reader = self.reader;
        // Of an object that stands without its type only that is known at first what its fields are called.
        let mut fields: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if key == "cassandra" {
                map.next_value_seed(Cassandra { reader: &mut *reader })?;
            } else if let Some(of) = list_of(&key).filter(|_| fields.is_empty()) {
                map.next_value_seed(List { reader: &mut *reader, of })?;
            } else if is_type(&key) {
                let object: &RawValue = map.next_value()?;
                reader.object(&key, object.get())?;
                reader.has_read(object.get());
            } else if key == "zookeeper" || key == "marker" {
                map.next_value::<IgnoredAny>()?;
            } else {
                fields.push((key, map.next_value()?));
            }
        }
        if fields.is_empty() {
            return Ok(());
        }
        if let [(of, object)] = fields.as_slice()
            && serde_json::from_str::<Identity<'_>>(object.get()).is_ok_and(|identity| identity.is_there())
        {
            // A type with a name of one word.
            reader.has_read(object.get());
            return reader.object(of, object.get());
        }
        let json = as_object(fields.iter().map(|(field, value)| (&**field, value.get())));
        let identity: Identity<'_> = serde_json::from_str(&json).unwrap_or_default();
        let own = || {
            // Without a name it is something else, a fabric's document for one.
            let mut types = fields.iter().filter_map(|(field, _)| Objects::type_with(field));
            types.next().filter(|_| identity.is_there())
        };
        match identity.type_in_href().or_else(own) {
            Some(of) => reader.object(of, &json)?,
            None if identity.is_there() => reader.tally.without_type(),
            None => {
                let known: Vec<&str> = fields.iter().map(|(field, _)| &**field).take(3).collect();
                let message = format!("an object with {} is none of Contrail's", known.join(", "));
                return Err(A::Error::custom(message));
            }
        }
        if let Some((_, last)) = fields.last() {
            reader.has_read(last.get());
        }
        Ok(())
    }
}

/// Whether a key is the type of the object that it holds.
fn is_type(key: &str) -> bool {
    Objects::has_type(key) || (key.contains('-') && !key.contains('_'))
}

/// The type of the objects in the list that a key holds. Contrail's plurals end in s, `network-policys` too.
fn list_of(key: &str) -> Option<&str> {
    key.strip_suffix('s').filter(|of| is_type(of))
}

/// Fields as the text of one object.
pub(super) fn as_object<'f>(fields: impl Iterator<Item = (&'f str, &'f str)>) -> String {
    let mut json = String::with_capacity(1024);
    for (field, value) in fields {
        json.push(if json.is_empty() { '{' } else { ',' });
        if field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            json.push('"');
            json.push_str(field);
            json.push('"');
        } else {
            json.push_str(&serde_json::Value::from(field).to_string());
        }
        json.push(':');
        json.push_str(value);
    }
    json.push_str(if json.is_empty() { "{}" } else { "}" });
    json
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
pub(super) struct Key<'k>(#[serde(borrow)] pub(super) Cow<'k, str>);

/// What the API answers for a type: its objects with all fields, or their names only, or how many there are.
struct List<'a, 'r, 't, 'k> {
    reader: &'a mut Reader<'r, 't>,
    of: &'k str,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of objects of type {}", self.of)
    }

    /// A count.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Element { reader: &mut *self.reader, of: self.of })?.is_some() {}
        Ok(())
    }
}

/// One of a list: an object in its envelope, or what it is called.
struct Element<'a, 'r, 't, 'k> {
    reader: &'a mut Reader<'r, 't>,
    of: &'k str,
}

impl<'de> DeserializeSeed<'de> for Element<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of type {}", self.of)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, of } = self;
        let mut has_fields = false;
        while let Some(Key(key)) = map.next_key()? {
            if key != of {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let object: &RawValue = map.next_value()?;
            reader.object(of, object.get())?;
            reader.has_read(object.get());
            has_fields = true;
        }
        if !has_fields {
            reader.tally.without_fields(of);
        }
        Ok(())
    }
}
