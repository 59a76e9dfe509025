//! Errors of the crates as the exceptions of `contrail_fabric.errors`.

use contrail_model::contrail_api::ImportError;
use contrail_model::routes::ReadError;
use contrail_model::trace::FlowError;
use contrail_model::{LoadError, OutageError, Problem};
use contrail_wire::bgp;
use contrail_wire::capture::CaptureError;
use contrail_wire::{DecodeError, EncodeError, ValueError};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;

/// An exception of `contrail_fabric.errors`, or the error that kept it from being made.
///
/// Classes of exceptions cannot be made in Rust for Python 3.11, so they are Python's own.
fn exception<'py>(python: Python<'py>, class: &str, arguments: impl PyCallArgs<'py>) -> PyErr {
    let made =
        python.import("contrail_fabric.errors").and_then(|errors| errors.getattr(class)?.call1(arguments));
    made.map_or_else(|error| error, PyErr::from_value)
}

pub(crate) fn load_error(python: Python<'_>, error: LoadError) -> PyErr {
    let problems = error.problems.into_iter().map(|problem| {
        let Problem { path, place, message } = problem;
        let (line, column) = place.map(|at| (at.line, at.column)).unzip();
        python.import("contrail_fabric.errors")?.getattr("Problem")?.call1((path, line, column, message))
    });
    match problems.collect::<PyResult<Vec<_>>>() {
        Ok(problems) => exception(python, "LoadError", (problems,)),
        Err(error) => error,
    }
}

/// What does not have the form of a document, by its path instead of its place in text that nobody has seen.
pub(crate) fn misplaced(error: serde_path_to_error::Error<serde_json::Error>) -> LoadError {
    let path = error.path().to_string();
    let message = error.into_inner().to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let path = if path == "." { String::new() } else { path };
    LoadError { problems: vec![Problem { path, place: None, message }] }
}

/// Objects of Contrail that cannot be read.
pub(crate) fn read_error(python: Python<'_>, error: ImportError) -> PyErr {
    let ImportError { source_name, place, object, field, message, .. } = error;
    let (line, column) = place.map(|at| (at.line, at.column)).unzip();
    exception(python, "ContrailReadError", (source_name, line, column, object, field, message))
}

/// Routes that others print or record, and that cannot be read.
pub(crate) fn routes_error(python: Python<'_>, error: ReadError) -> PyErr {
    let ReadError { place, message, .. } = error;
    exception(python, "RoutesReadError", (place, message))
}

pub(crate) fn flow_error(python: Python<'_>, error: &FlowError) -> PyErr {
    exception(python, "FlowError", (error.to_string(),))
}

pub(crate) fn outage_error(python: Python<'_>, error: &OutageError) -> PyErr {
    let unknown: Vec<_> = error.unknown.iter().map(|part| part.name.clone()).collect();
    exception(python, "OutageError", (error.to_string(), unknown))
}

pub(crate) fn value_error(python: Python<'_>, error: &ValueError) -> PyErr {
    exception(python, "InvalidValueError", (error.to_string(),))
}

pub(crate) fn decode_error(python: Python<'_>, error: &DecodeError) -> PyErr {
    let problem = error.problem.to_string();
    exception(python, "DecodeError", (error.layer.name(), error.offset, problem))
}

pub(crate) fn message_error(python: Python<'_>, error: &bgp::Error) -> PyErr {
    let (problem, disposition) = (error.problem.to_string(), error.disposition.to_string());
    exception(python, "MessageError", (error.layer.name(), error.offset, problem, disposition))
}

pub(crate) fn encode_error(python: Python<'_>, error: &EncodeError) -> PyErr {
    exception(python, "EncodeError", (error.to_string(),))
}

/// What the operating system says is its own exception.
pub(crate) fn capture_error(python: Python<'_>, error: CaptureError) -> PyErr {
    let at = match &error {
        CaptureError::Io(_) => None,
        CaptureError::Cut { offset, frames } | CaptureError::Broken { offset, frames, .. } => {
            Some((*offset, *frames))
        }
        _ => Some((0, 0)),
    };
    match (error, at) {
        (CaptureError::Io(error), _) => error.into(),
        (error, at) => {
            let (offset, frames) = at.unwrap_or_default();
            exception(python, "CaptureError", (error.to_string(), offset, frames))
        }
    }
}
