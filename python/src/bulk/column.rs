//! Columns, and the batches that rows are gathered into.

use std::fmt;
use std::io::Write;
use std::mem;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    ArrayBuilder, Int32Builder, Int64Builder, NullBufferBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, BinaryArray, RecordBatch, RecordBatchReader, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

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
    /// Writes behind what is there; if there is nothing, what it has written does not count.
    Text(for<'a> fn(&S::Row<'a>, &mut Vec<u8>) -> Option<()>),
    Bytes(for<'a, 'r> fn(&'r S::Row<'a>) -> Option<&'r [u8]>),
}

enum Builder<S: Source> {
    Int32(for<'a> fn(&S::Row<'a>) -> Option<i32>, Int32Builder),
    Int64(for<'a> fn(&S::Row<'a>) -> Option<i64>, Int64Builder),
    Time(for<'a> fn(&S::Row<'a>) -> Option<i64>, TimestampMicrosecondBuilder),
    Text(for<'a> fn(&S::Row<'a>, &mut Vec<u8>) -> Option<()>, Pieces),
    Bytes(for<'a, 'r> fn(&'r S::Row<'a>) -> Option<&'r [u8]>, Pieces),
}

/// Texts or octets, one behind the other.
struct Pieces {
    bytes: Vec<u8>,
    /// Where each ends, behind a zero.
    ends: Vec<i32>,
    present: NullBufferBuilder,
}

impl Pieces {
    fn new(rows: usize, bytes: usize) -> Self {
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        Self { bytes: Vec::with_capacity(bytes), ends, present: NullBufferBuilder::new(rows) }
    }

    /// Ends a piece that was written behind `start`, or is none.
    fn end(&mut self, start: usize, is_present: bool) {
        if !is_present {
            self.bytes.truncate(start);
        }
        self.present.append(is_present);
        self.ends.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
    }

    /// As the parts of an array, with as much room for the next ones.
    fn finish(&mut self) -> Result<(OffsetBuffer<i32>, Buffer, Option<NullBuffer>), ArrowError> {
        let next = Self::new(self.ends.len() - 1, self.bytes.len());
        let Self { bytes, ends, mut present } = mem::replace(self, next);
        if i32::try_from(bytes.len()).is_err() {
            return Err(ArrowError::OffsetOverflowError(bytes.len()));
        }
        Ok((OffsetBuffer::new(ends.into()), bytes.into(), present.finish()))
    }
}

const UTC: &str = "UTC";

impl<S: Source> Builder<S> {
    fn new(value: &Value<S>) -> Self {
        match value {
            Value::Int32(read) => Self::Int32(*read, Int32Builder::new()),
            Value::Int64(read) => Self::Int64(*read, Int64Builder::new()),
            Value::Time(read) => Self::Time(*read, TimestampMicrosecondBuilder::new().with_timezone(UTC)),
            Value::Text(read) => Self::Text(*read, Pieces::new(0, 0)),
            Value::Bytes(read) => Self::Bytes(*read, Pieces::new(0, 0)),
        }
    }

    fn append(&mut self, row: &S::Row<'_>) {
        match self {
            Self::Int32(read, builder) => builder.append_option(read(row)),
            Self::Int64(read, builder) => builder.append_option(read(row)),
            Self::Time(read, builder) => builder.append_option(read(row)),
            Self::Text(read, pieces) => {
                let start = pieces.bytes.len();
                let is_present = read(row, &mut pieces.bytes).is_some();
                pieces.end(start, is_present);
            }
            Self::Bytes(read, pieces) => {
                let (start, found) = (pieces.bytes.len(), read(row));
                pieces.bytes.extend_from_slice(found.unwrap_or_default());
                pieces.end(start, found.is_some());
            }
        }
    }

    /// An array of what was appended; the next is likely to be as long.
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Int32(_, builder) => {
                let next = Int32Builder::with_capacity(builder.len());
                Arc::new(mem::replace(builder, next).finish())
            }
            Self::Int64(_, builder) => {
                let next = Int64Builder::with_capacity(builder.len());
                Arc::new(mem::replace(builder, next).finish())
            }
            Self::Time(_, builder) => {
                let next = TimestampMicrosecondBuilder::with_capacity(builder.len()).with_timezone(UTC);
                Arc::new(mem::replace(builder, next).finish())
            }
            Self::Text(_, pieces) => {
                let (offsets, values, nulls) = pieces.finish()?;
                Arc::new(StringArray::try_new(offsets, values, nulls)?)
            }
            Self::Bytes(_, pieces) => {
                let (offsets, values, nulls) = pieces.finish()?;
                Arc::new(BinaryArray::try_new(offsets, values, nulls)?)
            }
        })
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
            is_over: false,
        }
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut count = 0;
        let Self { source, builders, batch_rows, .. } = self;
        source.rows(&mut |row| {
            for builder in &mut *builders {
                builder.append(row);
            }
            count += 1;
            count < *batch_rows
        })?;
        if count == 0 {
            return Ok(None);
        }
        let columns = self.builders.iter_mut().map(Builder::finish).collect::<Result<_, _>>()?;
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

pub(super) fn write(word: &str, text: &mut Vec<u8>) -> Option<()> {
    text.extend_from_slice(word.as_bytes());
    Some(())
}

/// What something is shown as.
pub(super) fn show(value: impl fmt::Display, text: &mut Vec<u8>) -> Option<()> {
    write!(text, "{value}").ok()
}

/// An address as text. The standard library's formatting takes several times as long.
pub(super) fn write_ip(address: Option<IpAddr>, text: &mut Vec<u8>) -> Option<()> {
    match address? {
        IpAddr::V4(address) => {
            DECIMAL.write(&address.octets(), text);
            Some(())
        }
        IpAddr::V6(address) => show(address, text),
    }
}

/// The same of what is written as hex pairs: MAC addresses and Ethernet segment identifiers.
pub(super) fn write_pairs(octets: &[u8], text: &mut Vec<u8>) -> Option<()> {
    HEX.write(octets, text);
    Some(())
}

/// Each octet as text with a separator behind, and how long that is. All have room for four bytes: to copy as many
/// whatever they are takes less than to copy what there is.
struct Octets([([u8; 4], usize); 256]);

static DECIMAL: LazyLock<Octets> = LazyLock::new(|| Octets::new(|octet| format!("{octet}.")));
static HEX: LazyLock<Octets> = LazyLock::new(|| Octets::new(|octet| format!("{octet:02x}:")));

impl Octets {
    fn new(show: fn(u8) -> String) -> Self {
        let mut all = [([0; 4], 0); 256];
        for ((text, length), octet) in all.iter_mut().zip(0..=u8::MAX) {
            let shown = show(octet);
            text.iter_mut().zip(shown.bytes()).for_each(|(place, byte)| *place = byte);
            *length = shown.len();
        }
        Self(all)
    }

    /// Writes up to ten octets, with separators between them.
    #[inline(always)]
    fn write(&self, octets: &[u8], text: &mut Vec<u8>) {
        let (start, mut written, mut length) = (text.len(), [0; 32], 0);
        for octet in octets {
            let Some((shown, shown_length)) = self.0.get(usize::from(*octet)) else { continue };
            if let Some(place) = written.get_mut(length..).and_then(<[u8]>::first_chunk_mut) {
                *place = *shown;
            }
            length += shown_length;
        }
        text.extend_from_slice(&written);
        text.truncate(start + length.saturating_sub(1));
    }
}
