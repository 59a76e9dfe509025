//! Dumps of the config database, as `db_json_exim.py` writes and reads them (tf-controller, `cfgm_common`):
//! `{"cassandra": {keyspace: {column family: {row: {column: [text, microseconds]}}}}, "zookeeper": text}`, where each text
//! is JSON once more.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::object::Objects;
use super::read::{Key, Reader, as_object};

/// The keyspaces.
pub(super) struct Cassandra<'a, 'r, 't> {
    pub(super) reader: &'a mut Reader<'r, 't>,
}

/// A map of which one entry is looked into, and what is done with it.
macro_rules! entered {
    ($outer:ident, $key:literal, $inner:ident, $what:literal) => {
        impl<'de> DeserializeSeed<'de> for $outer<'_, '_, '_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
                from.deserialize_map(self)
            }
        }

        impl<'de> Visitor<'de> for $outer<'_, '_, '_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($what)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                while let Some(Key(key)) = map.next_key()? {
                    if key == $key {
                        map.next_value_seed($inner { reader: &mut *self.reader })?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(())
            }
        }
    };
}

entered!(Cassandra, "config_db_uuid", ColumnFamilies, "the keyspaces of a dump");
entered!(ColumnFamilies, "obj_uuid_table", Rows, "the column families of config_db_uuid");

struct ColumnFamilies<'a, 'r, 't> {
    reader: &'a mut Reader<'r, 't>,
}

/// A row for each object, by its UUID.
struct Rows<'a, 'r, 't> {
    reader: &'a mut Reader<'r, 't>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rows of obj_uuid_table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(uuid)) = map.next_key()? {
            let columns = map.next_value_seed(Row)?;
            match columns.as_object(&uuid) {
                Ok(Object { of, json, written, other_fields }) => {
                    self.reader.row(&of, &json, written)?;
                    other_fields.iter().for_each(|field| self.reader.tally.other_field_named(&of, field));
                }
                Err((column, message)) => return Err(self.reader.failed_in_row(&uuid, column, message)),
            }
            if let Some(end) = columns.end {
                self.reader.has_read(end);
            }
        }
        Ok(())
    }
}

/// The columns of a row that say something of the object itself.
struct Row;

#[derive(Default)]
struct Columns<'d> {
    columns: Vec<(Cow<'d, str>, &'d RawValue)>,
    end: Option<&'d str>,
}

impl<'de> DeserializeSeed<'de> for Row {
    type Value = Columns<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Columns<'de>, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row {
    type Value = Columns<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the columns of a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns<'de>, A::Error> {
        let mut row = Columns::default();
        while let Some(Key(column)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            row.end = Some(value.get());
            if !["META:", "backref:", "children:"].iter().any(|prefix| column.starts_with(prefix)) {
                row.columns.push((column, value));
            }
        }
        Ok(row)
    }
}

impl Columns<'_> {
    /// The object as the API would tell it, or the column that cannot be read, and why.
    fn as_object(&self, uuid: &str) -> Result<Object, (String, String)> {
        let of = self.columns.iter().find(|(column, _)| column == "type");
        let Some((_, of)) = of else { return Err(("type".to_owned(), "missing".to_owned())) };
        let of: Result<String, _> = serde_json::from_str(&cell("type", of)?.text);
        let of = of.map_err(|error| ("type".to_owned(), error.to_string()))?.replace('_', "-");
        if !Objects::has_type(&of) {
            return Ok(Object { of, ..Object::default() });
        }
        let mut written = 0;
        let mut fields: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            vec![("uuid".into(), format!("\"{uuid}\"").into())];
        let mut references: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        let mut pairs: BTreeMap<&str, Vec<Cow<'_, str>>> = BTreeMap::new();
        let mut other_fields = Vec::new();
        for (column, value) in &self.columns {
            let mut parts = column.splitn(3, ':');
            match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
                ("prop" | "propm" | "propl", Some(property), _) if !Objects::has_field(&of, property) => {
                    other_fields.push(property.to_owned());
                }
                ("prop", Some(property), None) => fields.push((property.into(), cell(column, value)?.text)),
                ("propm", Some(property), Some(_)) => {
                    pairs.entry(property).or_default().push(cell(column, value)?.text);
                }
                ("ref", Some(to), Some(other)) => {
                    let field = format!("{to}_refs");
                    if !Objects::has_field(&of, &field) {
                        other_fields.push(field);
                        continue;
                    }
                    let Cell { text, written } = cell(column, value)?;
                    let attr: Option<Attr<'_>> = serde_json::from_str(&text)
                        .map_err(|error| (column.clone().into_owned(), error.to_string()))?;
                    let attr = attr.and_then(|attr| attr.attr).map_or("null", RawValue::get);
                    let reference = format!("{{\"uuid\":\"{other}\",\"attr\":{attr}}}");
                    references.entry(field).or_default().push((written, reference));
                }
                ("parent", Some(_), Some(parent)) => {
                    fields.push(("parent_uuid".into(), format!("\"{parent}\"").into()));
                }
                (property @ ("fq_name" | "parent_type"), None, None) => {
                    let cell = cell(column, value)?;
                    if property == "fq_name" {
                        written = cell.written;
                    }
                    fields.push((property.into(), cell.text));
                }
                _ => {}
            }
        }
        for (to, mut list) in references {
            list.sort_by_key(|(written, _)| *written);
            let list: Vec<String> = list.into_iter().map(|(_, reference)| reference).collect();
            fields.push((to.into(), format!("[{}]", list.join(",")).into()));
        }
        for (property, list) in pairs {
            fields.push((property.into(), format!("{{\"key_value_pair\":[{}]}}", list.join(",")).into()));
        }
        let json = as_object(fields.iter().map(|(field, value)| (&**field, &**value)));
        Ok(Object { of, json, written, other_fields })
    }
}

/// A row as an object of the API.
#[derive(Default)]
struct Object {
    of: String,
    json: String,
    /// When the object was made: no name is ever written again.
    written: u64,
    /// What it has besides, once for each column.
    other_fields: Vec<String>,
}

/// What a column holds: JSON as text, and when it was written, in microseconds.
struct Cell<'c> {
    text: Cow<'c, str>,
    written: u64,
}

impl<'de> Deserialize<'de> for Cell<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (Key(text), written) = Deserialize::deserialize(from)?;
        Ok(Self { text, written })
    }
}

/// What is in a column, or the column and why it cannot be read.
fn cell<'d>(column: &str, value: &'d RawValue) -> Result<Cell<'d>, (String, String)> {
    serde_json::from_str(value.get()).map_err(|error| (column.to_owned(), error.to_string()))
}

/// What a reference is like.
#[derive(Deserialize)]
struct Attr<'a> {
    #[serde(borrow, default)]
    attr: Option<&'a RawValue>,
}
