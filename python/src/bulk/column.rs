//! Columns, and the batches that rows are gathered into.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use contrail_wire::MacAddr;

/// What rows come from.
pub(super) trait Source: Sized + Send + 'static {
    type Row<'a>;
    const COLUMNS: &'static [Column<Self>];

    /// Shows the next rows to `each`, which counts them and says whether there is room for more. The end is where none
    /// was shown.
    fn rows(&mut self, each: &mut dyn FnMut(&Self::Row<'_>) -> bool) -> Result<(), ArrowError>;
}

/// A column, and how it is read off a row.
pub(super) struct Column<S: Source> {
    pub(super) name: &'static str,
    /// Whether it is left out unless it is asked for.
    pub(super) is_large: bool,
    pub(super) value: Value<S>,
}

/// Of types that all who read Arrow understand: no unsigned numbers, no views.
pub(super) enum Value<S: Source> {
    Int32(for<'a> fn(&S::Row<'a>) -> Option<i32>),
    Int64(for<'a> fn(&S::Row<'a>) -> Option<i64>),
    /// In microseconds since 1970.
    Time(for<'a> fn(&S::Row<'a>) -> Option<i64>),
    /// Writes to an empty text; nothing if there is none.
    Text(for<'a> fn(&S::Row<'a>, &mut String) -> Option<()>),
    Bytes(for<'a, 'r> fn(&'r S::Row<'a>) -> Option<&'r [u8]>),
}

enum Builder<S: Source> {
    Int32(for<'a> fn(&S::Row<'a>) -> Option<i32>, Int32Builder),
    Int64(for<'a> fn(&S::Row<'a>) -> Option<i64>, Int64Builder),
    Time(for<'a> fn(&S::Row<'a>) -> Option<i64>, TimestampMicrosecondBuilder),
    Text(for<'a> fn(&S::Row<'a>, &mut String) -> Option<()>, StringBuilder),
    Bytes(for<'a, 'r> fn(&'r S::Row<'a>) -> Option<&'r [u8]>, BinaryBuilder),
}

const UTC: &str = "UTC";

impl<S: Source> Builder<S> {
    fn new(value: &Value<S>) -> Self {
        match value {
            Value::Int32(read) => Self::Int32(*read, Int32Builder::new()),
            Value::Int64(read) => Self::Int64(*read, Int64Builder::new()),
            Value::Time(read) => Self::Time(*read, TimestampMicrosecondBuilder::new().with_timezone(UTC)),
            Value::Text(read) => Self::Text(*read, StringBuilder::new()),
            Value::Bytes(read) => Self::Bytes(*read, BinaryBuilder::new()),
        }
    }

    fn append(&mut self, row: &S::Row<'_>, text: &mut String) {
        match self {
            Self::Int32(read, builder) => builder.append_option(read(row)),
            Self::Int64(read, builder) => builder.append_option(read(row)),
            Self::Time(read, builder) => builder.append_option(read(row)),
            Self::Text(read, builder) => {
                text.clear();
                builder.append_option(read(row, text).map(|()| text.as_str()));
            }
            Self::Bytes(read, builder) => builder.append_option(read(row)),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Int32(_, builder) => ArrayBuilder::finish(builder),
            Self::Int64(_, builder) => ArrayBuilder::finish(builder),
            Self::Time(_, builder) => ArrayBuilder::finish(builder),
            Self::Text(_, builder) => ArrayBuilder::finish(builder),
            Self::Bytes(_, builder) => ArrayBuilder::finish(builder),
        }
    }
}

fn data_type<S: Source>(value: &Value<S>) -> DataType {
    match value {
        Value::Int32(_) => DataType::Int32,
        Value::Int64(_) => DataType::Int64,
        Value::Time(_) => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
        Value::Text(_) => DataType::Utf8,
        Value::Bytes(_) => DataType::Binary,
    }
}

/// All rows of a source, so many at a time.
pub(super) struct Batches<S: Source> {
    source: S,
    schema: SchemaRef,
    builders: Vec<Builder<S>>,
    batch_rows: usize,
    text: String,
    is_over: bool,
}

impl<S: Source> Batches<S> {
    /// Names that are not there are left out.
    pub(super) fn new(source: S, names: &[String], batch_rows: usize) -> Self {
        let find = |name: &String| S::COLUMNS.iter().find(|column| column.name == name);
        let columns: Vec<_> = names.iter().filter_map(find).collect();
        let fields = columns.iter().map(|column| Field::new(column.name, data_type(&column.value), true));
        Self {
            source,
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            builders: columns.iter().map(|column| Builder::new(&column.value)).collect(),
            batch_rows,
            text: String::new(),
            is_over: false,
        }
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut count = 0;
        let Self { source, builders, batch_rows, text, .. } = self;
        source.rows(&mut |row| {
            for builder in &mut *builders {
                builder.append(row, text);
            }
            count += 1;
            count < *batch_rows
        })?;
        if count == 0 {
            return Ok(None);
        }
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(count));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map(Some)
    }
}

impl<S: Source> Iterator for Batches<S> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let batch = self.batch().transpose();
        self.is_over = !matches!(batch, Some(Ok(_)));
        batch
    }
}

impl<S: Source> RecordBatchReader for Batches<S> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

pub(super) fn write(word: &str, text: &mut String) -> Option<()> {
    text.push_str(word);
    Some(())
}

/// An address as text. The standard library's formatting takes several times as long.
pub(super) fn write_ip(address: Option<IpAddr>, text: &mut String) -> Option<()> {
    match address? {
        IpAddr::V4(address) => DECIMAL.write(&address.octets(), text),
        IpAddr::V6(address) => text.push_str(&address.to_string()),
    }
    Some(())
}

/// The same of a MAC address.
pub(super) fn write_mac(address: MacAddr, text: &mut String) -> Option<()> {
    HEX.write(&address.octets(), text);
    Some(())
}

/// All octets as text: with what separates them behind, and as the last.
struct Octets([Vec<String>; 2]);

static DECIMAL: LazyLock<Octets> = LazyLock::new(|| Octets::new(|octet, end| format!("{octet}{end}"), "."));
static HEX: LazyLock<Octets> = LazyLock::new(|| Octets::new(|octet, end| format!("{octet:02x}{end}"), ":"));

impl Octets {
    fn new(show: fn(u8, &str) -> String, separator: &str) -> Self {
        Self([separator, ""].map(|end| (0..=u8::MAX).map(|octet| show(octet, end)).collect()))
    }

    #[inline(always)]
    fn write(&self, octets: &[u8], text: &mut String) {
        let Self([separated, last]) = self;
        let Some((end, before)) = octets.split_last() else { return };
        let parts = before.iter().map(|octet| (separated, octet)).chain([(last, end)]);
        for (texts, octet) in parts {
            text.push_str(texts.get(usize::from(*octet)).map_or("", String::as_str));
        }
    }
}
