//! Traces of `contrail-model`, and captures held against them.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use contrail_model::trace::{self, Budget, Difference, Spot};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::diagram::Drawing;
use crate::model::json;
use crate::wire::{LINKS, bytes_of, named};

/// The sender, name, MTU, overhead and room of each link; the largest packet that passes, that the ends can send; the text.
type ToldBudget = (Vec<(String, String, u16, u16, u16)>, u16, u16, String);
/// Whether it is of the answer, paths, hop, sender, receiver and link; the text.
type ToldSpot = (bool, Vec<usize>, usize, String, String, String, String);
/// Kind, header, whether it is the outer one, field, expected and found values; the text.
type ToldDifference =
    (&'static str, &'static str, Option<bool>, Option<&'static str>, Option<String>, Option<String>, String);
/// Spots, differences and an error; the text.
type ToldSighting = (Vec<ToldSpot>, Vec<ToldDifference>, Option<String>, String);

/// A flow, traced out and back.
#[pyclass(frozen, str, module = "contrail_fabric._native")]
pub(crate) struct Trace(pub(crate) contrail_model::Trace);

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[pymethods]
impl Trace {
    #[getter]
    fn delivered(&self) -> bool {
        self.0.is_delivered()
    }

    fn json(&self, python: Python<'_>) -> PyResult<String> {
        python.detach(|| json(&self.0))
    }

    fn out(&self, python: Python<'_>) -> PyResult<String> {
        python.detach(|| json(&self.0.out()))
    }

    fn back(&self, python: Python<'_>) -> PyResult<String> {
        python.detach(|| json(&self.0.back()))
    }

    /// From, to, service, and what it is for.
    #[getter]
    fn flow(&self) -> (String, String, String, String) {
        let trace = &self.0;
        (trace.from().to_string(), trace.to().to_string(), trace.service(), trace.why().to_string())
    }

    /// Out, and back.
    #[getter]
    fn path_counts(&self, python: Python<'_>) -> (usize, usize) {
        python.detach(|| (self.0.out().paths().len(), self.0.back().paths().len()))
    }

    /// Of each path, those of the way out first.
    fn budgets(&self, python: Python<'_>) -> Vec<ToldBudget> {
        python.detach(|| self.0.paths().map(|path| told_budget(&path.budget())).collect())
    }

    fn diagram(&self, python: Python<'_>, form: &str, layers: Option<Vec<String>>) -> PyResult<String> {
        let drawing = Drawing::named(form, layers)?;
        Ok(python.detach(|| drawing.of(self.0.diagram())))
    }

    fn expectation(&self, python: Python<'_>) -> Expectation {
        Expectation(python.detach(|| self.0.expectation()))
    }
}

/// Writes the frames of all paths of traces as one capture file.
#[pyfunction]
pub(crate) fn write_pcapng(python: Python<'_>, traces: Vec<Py<Trace>>, path: PathBuf) -> PyResult<()> {
    python.detach(|| {
        let frames: Vec<_> = traces.iter().flat_map(|trace| trace.get().0.frames()).collect();
        let mut file = Vec::new();
        trace::write_pcapng(&frames, &mut file).map_err(|error| PyOSError::new_err(error.to_string()))?;
        Ok(fs::write(path, file)?)
    })
}

fn told_budget(budget: &Budget) -> ToldBudget {
    let links = budget.links.iter();
    let links =
        links.map(|it| (it.from.to_string(), it.link.to_string(), it.mtu, it.overhead, it.room())).collect();
    (links, budget.largest(), budget.wanted(), budget.to_string())
}

/// What a capture can show of a trace.
#[pyclass(frozen, module = "contrail_fabric._native")]
pub(crate) struct Expectation(trace::Expectation);

#[pymethods]
impl Expectation {
    fn on(&self, link: &str) -> Option<Self> {
        self.0.on(link).map(Self)
    }

    fn spots(&self) -> Vec<ToldSpot> {
        self.0.spots().map(told_spot).collect()
    }

    fn locate(&self, buffer: &Bound<'_, PyAny>, link: &str) -> PyResult<Option<ToldSighting>> {
        let (bytes, link) = (bytes_of(buffer)?, named("link", &LINKS, link)?);
        let sighting = self.0.locate(link, bytes.as_bytes());
        Ok(sighting.map(|sighting| {
            let differences = sighting.differences.iter().map(told_difference).collect();
            let error = sighting.error.map(|error| error.to_string());
            let text = sighting.to_string();
            (sighting.spots.iter().map(told_spot).collect(), differences, error, text)
        }))
    }
}

fn told_spot(spot: &Spot) -> ToldSpot {
    let Spot { is_answer, paths, hop, from, to, link, .. } = spot;
    (*is_answer, paths.clone(), *hop, from.to_string(), to.to_string(), link.to_string(), spot.to_string())
}

fn told_difference(difference: &Difference) -> ToldDifference {
    let text = difference.to_string();
    match difference {
        Difference::Field { layer, is_outer, field, expected, found } => {
            ("field", layer.name(), *is_outer, Some(field), Some(expected.clone()), Some(found.clone()), text)
        }
        Difference::Missing { layer, is_outer } => {
            ("missing", layer.name(), *is_outer, None, None, None, text)
        }
        Difference::Unexpected { layer, is_outer } => {
            ("unexpected", layer.name(), *is_outer, None, None, None, text)
        }
        _ => ("other", "", None, None, None, None, text),
    }
}
