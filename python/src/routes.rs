//! Routes of `contrail-model`: those that a fabric must carry, those that real speakers announce, and what differs.

use contrail_model::routes::{Changed, Difference, Observed};
use pyo3::prelude::*;

use crate::bgp::Message;
use crate::model::{Told, json, told};

/// The field that differs, as expected and as found.
type ToldField = (&'static str, String, String);
/// Kind, route, the fields that differ; the text.
type ToldDifference = (&'static str, String, Vec<ToldField>, String);

/// Causes with their differences; the routes that were found, families, what is not shown.
pub(crate) type ToldDrift = (Vec<(String, Vec<ToldDifference>)>, Routes, Vec<String>, Vec<String>);

/// All routes of a fabric, or of what its speakers announce.
#[pyclass(frozen, module = "contrail_fabric._native")]
pub(crate) struct Routes(pub(crate) contrail_model::Routes);

#[pymethods]
impl Routes {
    /// What speakers announced, message by message.
    #[staticmethod]
    fn observed(python: Python<'_>, messages: Vec<(String, Bound<'_, Message>)>) -> Self {
        let mut routes = contrail_model::Routes::default();
        for (speaker, message) in messages {
            message.get().with_update(python, |update| {
                routes.observe(&speaker, &update);
                Some(())
            });
        }
        Self(routes)
    }

    fn told(&self, python: Python<'_>) -> PyResult<Told> {
        python.detach(|| told(&self.0))
    }

    fn diff(&self, python: Python<'_>, found: &Self) -> PyResult<Vec<ToldDifference>> {
        python.detach(|| self.0.diff(&found.0).iter().map(told_difference).collect())
    }
}

fn told_difference(difference: &Difference<'_>) -> PyResult<ToldDifference> {
    let text = difference.to_string();
    Ok(match difference {
        Difference::Missing(entry) => ("missing", json(entry)?, Vec::new(), text),
        Difference::Unexpected(entry) => ("unexpected", json(entry)?, Vec::new(), text),
        Difference::Different { expected, fields } => {
            let fields = fields
                .iter()
                .map(|Changed { field, expected, found }| (*field, expected.clone(), found.clone()));
            ("different", json(expected)?, fields.collect(), text)
        }
    })
}

/// How what was observed differs from the routes of a fabric.
pub(crate) fn told_drift(fabric: &contrail_model::Fabric, observed: &Observed) -> PyResult<ToldDrift> {
    let expected = fabric.routes().of_families(observed.families);
    let routes = observed.routes();
    let drift = expected.drift(&routes);
    let told = drift.into_iter().map(|drift| {
        let differences = drift.differences.iter().map(told_difference).collect::<PyResult<_>>()?;
        Ok((drift.cause, differences))
    });
    let told = told.collect::<PyResult<_>>()?;
    let families = observed.families.iter().map(|family| family.to_string()).collect();
    let not_shown = observed.not_shown();
    Ok((told, Routes(routes), families, not_shown))
}
