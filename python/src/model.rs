//! Fabrics of `contrail-model`. What they answer crosses the border as JSON; `contrail_fabric.results` makes objects of it.

use std::fmt;

use contrail_model::routes::Observed;
use contrail_model::{Flow, Page};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use serde::Serialize;

use crate::diagram::{Drawing, sections};
use crate::document;
use crate::error::{flow_error, load_error, misplaced, outage_error, routes_error};
use crate::routes::{Routes, ToldDrift, told_drift};
use crate::trace::Trace;

/// Data and the text of it.
pub(crate) type Told = (String, String);
/// A plan; its candidates with their texts; the texts of what is rejected, and of what is impossible.
type ToldPlan = (Told, Vec<(Candidate, String)>, Vec<String>, Vec<String>);

pub(crate) fn json(data: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(data).map_err(|error| PyValueError::new_err(error.to_string()))
}

pub(crate) fn told(result: &(impl Serialize + fmt::Display)) -> PyResult<Told> {
    Ok((json(result)?, result.to_string()))
}

fn texts<T: fmt::Display>(results: &[T]) -> Vec<String> {
    results.iter().map(ToString::to_string).collect()
}

/// A fabric, resolved.
#[pyclass(frozen, module = "contrail_fabric._native")]
pub(crate) struct Fabric(contrail_model::Fabric);

#[pymethods]
impl Fabric {
    #[staticmethod]
    fn from_yaml(python: Python<'_>, text: &str) -> PyResult<Self> {
        let read = python.detach(|| contrail_model::Fabric::from_yaml(text));
        read.map(Self).map_err(|error| load_error(python, error))
    }

    #[staticmethod]
    fn from_json(python: Python<'_>, text: &str) -> PyResult<Self> {
        let read = python.detach(|| contrail_model::Fabric::from_json(text));
        read.map(Self).map_err(|error| load_error(python, error))
    }

    /// From what was an object of Python: a problem has a path, and no place in a text.
    #[staticmethod]
    fn from_document(python: Python<'_>, json: &str) -> PyResult<Self> {
        let read = python.detach(|| {
            let document = document::read(json).map_err(misplaced)?;
            contrail_model::Fabric::from_document(&document)
        });
        read.map(Self).map_err(|error| load_error(python, error))
    }

    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    #[getter]
    fn release(&self) -> &'static str {
        self.0.release().name()
    }

    /// The report, and the text of each finding.
    fn check(&self, python: Python<'_>) -> PyResult<(Told, Vec<String>)> {
        let report = python.detach(|| self.0.check());
        Ok((told(&report)?, texts(&report.findings)))
    }

    fn plan(&self, python: Python<'_>) -> PyResult<ToldPlan> {
        let plan = python.detach(|| self.0.plan());
        let (told, rejected, impossible) = (told(&plan)?, texts(&plan.rejected), texts(&plan.impossible));
        let candidates = plan.candidates.into_iter().map(|candidate| {
            let text = candidate.to_string();
            (Candidate(candidate), text)
        });
        Ok((told, candidates.collect(), rejected, impossible))
    }

    fn trace(
        &self,
        python: Python<'_>,
        from_: &str,
        to: &str,
        protocol: &str,
        port: u16,
        ipv6: bool,
    ) -> PyResult<Trace> {
        let flow = match protocol {
            "tcp" => Flow::tcp(from_, to, port),
            "udp" => Flow::udp(from_, to, port),
            "dhcp" => Flow::dhcp(from_, to),
            _ => return Err(PyValueError::new_err("expected tcp, udp or dhcp as protocol")),
        };
        let flow = if ipv6 { flow.over_ipv6() } else { flow };
        let traced = python.detach(|| self.0.trace(&flow));
        traced.map(Trace).map_err(|error| flow_error(python, &error))
    }

    fn trace_required(&self, python: Python<'_>) -> Vec<Trace> {
        python.detach(|| self.0.trace_required()).into_iter().map(Trace).collect()
    }

    fn routes(&self, python: Python<'_>) -> Routes {
        Routes(python.detach(|| self.0.routes()))
    }

    /// How what speakers print or record differs from the fabric's routes.
    fn drift(&self, python: Python<'_>, sources: Vec<PyBackedBytes>) -> PyResult<ToldDrift> {
        let observed = python.detach(|| {
            let mut observed = Observed::default();
            sources.iter().try_for_each(|bytes| observed.read(&self.0, bytes))?;
            Ok(observed)
        });
        told_drift(&self.0, &observed.map_err(|error| routes_error(python, error))?)
    }

    /// A picture of it or, if `plan`, of where its plan puts logical routers.
    fn diagram(
        &self,
        python: Python<'_>,
        form: &str,
        layers: Option<Vec<String>>,
        plan: bool,
    ) -> PyResult<String> {
        let drawing = Drawing::named(form, layers)?;
        Ok(python.detach(|| {
            if plan { drawing.of(self.0.plan().diagram(&self.0)) } else { drawing.of(self.0.diagram()) }
        }))
    }

    /// A page with these sections, and these traces beside those of its required flows.
    fn page(&self, python: Python<'_>, names: Vec<String>, traces: Vec<Py<Trace>>) -> PyResult<String> {
        let sections = sections(&names)?;
        Ok(python.detach(|| {
            let page = sections.into_iter().fold(Page::of(&self.0), |page, section| section(page));
            traces.iter().fold(page, |page, trace| page.trace(&trace.get().0)).to_string()
        }))
    }

    fn without(&self, python: Python<'_>, parts: Vec<String>) -> PyResult<Self> {
        let without = python.detach(|| self.0.without(parts.iter().map(String::as_str)));
        without.map(Self).map_err(|error| outage_error(python, &error))
    }

    /// Everything that can be down.
    #[getter]
    fn parts(&self) -> Vec<String> {
        texts(&self.0.parts())
    }

    /// What is down.
    #[getter]
    fn down(&self) -> Vec<String> {
        texts(&self.0.down())
    }
}

/// A way that works, to be applied.
#[pyclass(frozen, module = "contrail_fabric._native")]
pub(crate) struct Candidate(contrail_model::Candidate);

#[pymethods]
impl Candidate {
    fn apply(&self, python: Python<'_>, fabric: &Fabric) -> Fabric {
        Fabric(python.detach(|| self.0.apply(&fabric.0)))
    }

    /// What has to be done for it, and the same as tasks for Ansible.
    fn procedure(&self, python: Python<'_>, fabric: &Fabric) -> PyResult<(Told, String)> {
        let procedure = python.detach(|| self.0.procedure(&fabric.0));
        Ok((told(&procedure)?, json(&procedure.ansible_tasks())?))
    }
}
