//! What becomes of a panic at Arrow's C stream interface.

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_schema::ArrowError;
use column::{Batches, Column, Source, Value};

#[path = "../src/bulk/column.rs"]
#[expect(dead_code, reason = "its other users are not here")]
mod column;

/// Two rows, and then a bug.
struct Broken {
    rows: u64,
}

impl Source for Broken {
    type Row<'a> = u64;
    const COLUMNS: &'static [Column<Self>] =
        &[Column { name: "row", is_large: false, value: Value::Int64(|row| i64::try_from(*row).ok()) }];

    fn rows(&mut self, each: &mut dyn FnMut(&u64) -> bool) -> Result<(), ArrowError> {
        assert!(self.rows < 2, "there are no more rows");
        self.rows += 1;
        each(&self.rows);
        Ok(())
    }
}

#[test]
fn a_panic_is_an_error_of_whoever_reads_and_then_the_stream_is_over() {
    let batches = Batches::new(Broken { rows: 0 }, &["row".to_owned()], 1);
    let stream = FFI_ArrowArrayStream::new(Box::new(batches));
    let mut read = RecordBatchStreamReader::try_new(stream).unwrap();
    assert_eq!(read.next().unwrap().unwrap().num_rows(), 1);
    assert_eq!(read.next().unwrap().unwrap().num_rows(), 1);
    let error = read.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("a bug of contrail-fabric: there are no more rows"), "{error}");
    assert!(read.next().is_none());
}
