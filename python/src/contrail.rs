//! Objects of Contrail's config API.

use contrail_model::contrail_api::{Export, Import};
use pyo3::prelude::*;

use crate::document;
use crate::error::{load_error, misplaced, read_error};
use crate::model::json;

/// The document as JSON, findings, what is missing, and the tally, as text.
type Read = (String, Vec<String>, Vec<String>, String);

/// Reads sources, each a name and its text, or a path without one, and lays documents over what they make.
#[pyfunction]
pub(crate) fn read_contrail(
    python: Python<'_>,
    sources: Vec<(String, Option<String>)>,
    over: Vec<String>,
) -> PyResult<Read> {
    let read = python.detach(|| {
        let mut import = Import::new();
        sources.iter().try_for_each(|(name, text)| match text {
            Some(text) => import.read_json(name, text),
            None => import.read_path(name),
        })?;
        Ok(import.finish())
    });
    let mut imported = read.map_err(|error| read_error(python, error))?;
    for text in over {
        imported.lay_over(&text).map_err(|error| load_error(python, error))?;
    }
    let findings = imported.findings.iter().map(ToString::to_string).collect();
    let missing = imported.missing().iter().map(ToString::to_string).collect();
    Ok((json(&imported.document)?, findings, missing, imported.tally.to_string()))
}

/// The lists of the API by type, the dump of the database and what neither can hold, each as JSON.
#[pyfunction]
pub(crate) fn export_contrail(python: Python<'_>, document: &str) -> PyResult<(String, String, String)> {
    let document = document::read(document).map_err(|error| load_error(python, misplaced(error)))?;
    let export = python.detach(|| Export::new(&document));
    Ok((json(&export.lists())?, json(&export.database_dump())?, export.rest()))
}
