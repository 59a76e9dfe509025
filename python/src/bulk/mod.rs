//! Captures and recorded BGP as tables, batch by batch.

mod column;
mod file;
mod packets;
mod routes;
mod text;

use std::path::PathBuf;

use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use self::column::{Batches, Source};
use self::packets::Packets;
use self::routes::EvpnRoutes;
use crate::wire::Decoder;
use crate::wire::field::Number;

/// The frames of captures as a table. It is read each time that something asks for it by Arrow's C stream interface, as
/// polars, pyarrow, pandas and duckdb do, in bounded memory and without Python.
#[pyclass(frozen, module = "contrail_fabric.bulk")]
pub(crate) struct PacketScan {
    paths: Vec<PathBuf>,
    columns: Vec<String>,
    decoder: Py<Decoder>,
    protocol: Option<u8>,
    vni: Option<Vec<u32>>,
    batch_rows: usize,
}

/// The columns of these names, of all that there are; without names those that are usual.
fn chosen<S: Source>(names: Option<Vec<String>>) -> PyResult<Vec<String>> {
    let Some(names) = names else {
        let usual = S::COLUMNS.iter().filter(|column| !column.is_large);
        return Ok(usual.map(|column| column.name.to_owned()).collect());
    };
    for name in &names {
        if !S::COLUMNS.iter().any(|column| column.name == name) {
            let known: Vec<_> = S::COLUMNS.iter().map(|column| column.name).collect();
            return Err(PyValueError::new_err(format!(
                "no column {name:?}, expected some of {}",
                known.join(", ")
            )));
        }
    }
    Ok(names)
}

fn shown(class: &str, paths: &[PathBuf], columns: &[String]) -> String {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!("<{class} of {}, {}>", counted(paths.len(), "file"), counted(columns.len(), "column"))
}

fn some_rows(batch_rows: usize) -> PyResult<usize> {
    if batch_rows == 0 {
        Err(PyValueError::new_err("expected one row or more in a batch"))
    } else {
        Ok(batch_rows)
    }
}

fn stream<'py, S: Source>(
    python: Python<'py>,
    source: S,
    columns: &[String],
    batch_rows: usize,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batches: Box<dyn RecordBatchReader + Send> = Box::new(Batches::new(source, columns, batch_rows));
    PyCapsule::new_with_value(python, FFI_ArrowArrayStream::new(batches), c"arrow_array_stream")
}

/// What a scan is made of.
type Arguments = (Vec<PathBuf>, Vec<String>, Py<Decoder>, Option<u8>, Option<Vec<u32>>, usize);

#[pymethods]
impl PacketScan {
    #[new]
    #[pyo3(signature = (paths, columns, decoder, protocol, vni, batch_rows))]
    fn new(
        paths: Vec<PathBuf>,
        columns: Option<Vec<String>>,
        decoder: Py<Decoder>,
        protocol: Option<Number<u8>>,
        vni: Option<Vec<Number<u32>>>,
        batch_rows: usize,
    ) -> PyResult<Self> {
        let protocol = protocol.map(|it| it.0);
        let vni = vni.map(|vni| vni.into_iter().map(|it| it.0).collect());
        let columns = chosen::<Packets>(columns)?;
        let batch_rows = some_rows(batch_rows)?;
        Ok(Self { paths, columns, decoder, protocol, vni, batch_rows })
    }

    /// The names of the columns, in order.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn __getnewargs__(&self, python: Python<'_>) -> Arguments {
        let Self { paths, columns, decoder, protocol, vni, batch_rows } = self;
        let decoder = decoder.clone_ref(python);
        (paths.clone(), columns.clone(), decoder, *protocol, vni.clone(), *batch_rows)
    }

    fn __repr__(&self) -> String {
        shown("PacketScan", &self.paths, &self.columns)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        python: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // It is a wish that need not be granted.
        drop(requested_schema);
        let Self { paths, decoder, protocol, vni, .. } = self;
        let packets = Packets::new(paths.clone(), decoder.get().clone(), *protocol, vni.clone());
        stream(python, packets, &self.columns, self.batch_rows)
    }
}

/// The EVPN routes of captures, MRT files and BMP streams as a table, read as a `PacketScan` is.
#[pyclass(frozen, module = "contrail_fabric.bulk")]
pub(crate) struct RouteScan {
    paths: Vec<PathBuf>,
    columns: Vec<String>,
    batch_rows: usize,
}

#[pymethods]
impl RouteScan {
    #[new]
    fn new(paths: Vec<PathBuf>, columns: Option<Vec<String>>, batch_rows: usize) -> PyResult<Self> {
        Ok(Self { paths, columns: chosen::<EvpnRoutes>(columns)?, batch_rows: some_rows(batch_rows)? })
    }

    /// The names of the columns, in order.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn __getnewargs__(&self) -> (Vec<PathBuf>, Vec<String>, usize) {
        (self.paths.clone(), self.columns.clone(), self.batch_rows)
    }

    fn __repr__(&self) -> String {
        shown("RouteScan", &self.paths, &self.columns)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        python: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // It is a wish that need not be granted.
        drop(requested_schema);
        stream(python, EvpnRoutes::new(self.paths.clone()), &self.columns, self.batch_rows)
    }
}
