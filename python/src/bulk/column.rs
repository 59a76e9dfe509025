//! Columns, and the batches that rows are gathered into.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::{fmt, mem};

use arrow_array::{
    ArrayRef, BinaryArray, Int32Array, Int64Array, RecordBatch, RecordBatchOptions, RecordBatchReader,
    StringArray, TimestampMicrosecondArray,
};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer};
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

/// A column as it grows.
struct Builder<S: Source> {
    values: Values<S>,
    present: NullBufferBuilder,
}

enum Values<S: Source> {
    Int32(for<'a> fn(&S::Row<'a>) -> Option<i32>, Vec<i32>),
    Int64(for<'a> fn(&S::Row<'a>) -> Option<i64>, Vec<i64>),
    Time(for<'a> fn(&S::Row<'a>) -> Option<i64>, Vec<i64>),
    Text(for<'a> fn(&S::Row<'a>, &mut Vec<u8>) -> Option<()>, Pieces),
    Bytes(for<'a, 'r> fn(&'r S::Row<'a>) -> Option<&'r [u8]>, Pieces),
}

/// Texts or octets, one behind the other.
struct Pieces {
    bytes: Vec<u8>,
    /// Where each ends, behind a zero.
    ends: Vec<i32>,
}

impl Pieces {
    fn new(rows: usize, bytes: usize) -> Self {
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        Self { bytes: Vec::with_capacity(bytes), ends }
    }

    /// Ends a piece with what was written behind the one before.
    fn end(&mut self) {
        self.ends.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
    }

    /// As the parts of an array, with as much room for the next ones.
    fn finish(&mut self) -> Result<(OffsetBuffer<i32>, Buffer), ArrowError> {
        let next = Self::new(self.ends.len() - 1, self.bytes.len());
        let Self { bytes, ends } = mem::replace(self, next);
        if i32::try_from(bytes.len()).is_err() {
            return Err(ArrowError::OffsetOverflowError(bytes.len()));
        }
        Ok((OffsetBuffer::new(ends.into()), bytes.into()))
    }
}

fn push<T: Default>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let is_present = value.is_some();
    values.push(value.unwrap_or_default());
    is_present
}

/// What was gathered, with as much room for what is next.
fn taken<T>(values: &mut Vec<T>) -> Vec<T> {
    let next = Vec::with_capacity(values.len());
    mem::replace(values, next)
}

const UTC: &str = "UTC";

impl<S: Source> Builder<S> {
    fn new(value: &Value<S>) -> Self {
        let values = match value {
            Value::Int32(read) => Values::Int32(*read, Vec::new()),
            Value::Int64(read) => Values::Int64(*read, Vec::new()),
            Value::Time(read) => Values::Time(*read, Vec::new()),
            Value::Text(read) => Values::Text(*read, Pieces::new(0, 0)),
            Value::Bytes(read) => Values::Bytes(*read, Pieces::new(0, 0)),
        };
        Self { values, present: NullBufferBuilder::new(0) }
    }

    fn append(&mut self, row: &S::Row<'_>) {
        let is_present = match &mut self.values {
            Values::Int32(read, values) => push(values, read(row)),
            Values::Int64(read, values) | Values::Time(read, values) => push(values, read(row)),
            Values::Text(read, pieces) => {
                let start = pieces.bytes.len();
                let is_present = read(row, &mut pieces.bytes).is_some();
                if !is_present {
                    pieces.bytes.truncate(start);
                }
                pieces.end();
                is_present
            }
            Values::Bytes(read, pieces) => {
                let found = read(row);
                pieces.bytes.extend_from_slice(found.unwrap_or_default());
                pieces.end();
                found.is_some()
            }
        };
        self.present.append(is_present);
    }

    /// An array of what was appended; the next is likely to be as long.
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let nulls = self.present.finish();
        Ok(match &mut self.values {
            Values::Int32(_, values) => Arc::new(Int32Array::try_new(taken(values).into(), nulls)?),
            Values::Int64(_, values) => Arc::new(Int64Array::try_new(taken(values).into(), nulls)?),
            Values::Time(_, values) => {
                let times = TimestampMicrosecondArray::try_new(taken(values).into(), nulls)?;
                Arc::new(times.with_timezone(UTC))
            }
            Values::Text(_, pieces) => {
                let (offsets, values) = pieces.finish()?;
                Arc::new(StringArray::try_new(offsets, values, nulls)?)
            }
            Values::Bytes(_, pieces) => {
                let (offsets, values) = pieces.finish()?;
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
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map(Some)
    }
}

impl<S: Source> Iterator for Batches<S> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let batch = panic::catch_unwind(AssertUnwindSafe(|| self.batch()));
        let batch = batch.unwrap_or_else(|panic| Err(panicked(&*panic))).transpose();
        self.is_over = !matches!(batch, Some(Ok(_)));
        batch
    }
}

/// A panic as an error: whoever reads the stream calls C functions, and a panic in those would end the process.
fn panicked(panic: &(dyn Any + Send)) -> ArrowError {
    let literal = panic.downcast_ref::<&str>().copied();
    let message = literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    failed("a bug of contrail-fabric", message.unwrap_or("a panic"))
}

/// What went wrong with a file. In the text of a stream's error there is no place for a zero.
pub(super) fn failed(path: &str, error: impl fmt::Display) -> ArrowError {
    ArrowError::ExternalError(format!("{path}: {error}").replace('\0', "\\0").into())
}

impl<S: Source> RecordBatchReader for Batches<S> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
