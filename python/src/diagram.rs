//! Pictures and pages of `contrail-model`, in the form and with the layers that are asked for.

use contrail_model::Page;
use contrail_model::diagram::{Diagram, Form, Layers, Ruler};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::wire::named;

type RulerForm = fn(&Ruler) -> String;

/// What headers bit by bit are drawn as.
pub(crate) const RULER_FORMS: [(&str, RulerForm); 2] =
    [("svg", |ruler| ruler.svg()), ("text", |ruler| ruler.to_string())];

/// How something is drawn.
pub(crate) struct Drawing {
    form: Form,
    layers: Layers,
}

impl Drawing {
    /// By the names of a form and of layers; without these, with all of them.
    pub(crate) fn named(form: &str, layers: Option<Vec<String>>) -> PyResult<Self> {
        let form = named("form", &Diagram::FORMS, form)?;
        let Some(names) = layers else { return Ok(Self { form, layers: Layers::all() }) };
        let known = || Layers::all().iter_names().map(|(name, layer)| (name.to_lowercase(), layer));
        let mut layers = Layers::empty();
        for name in names {
            let Some((_, layer)) = known().find(|(known, _)| *known == name) else {
                let known: Vec<_> = known().map(|(name, _)| name).collect();
                let problem = format!("no layer {name:?}, expected some of {}", known.join(", "));
                return Err(PyValueError::new_err(problem));
            };
            layers |= layer;
        }
        Ok(Self { form, layers })
    }

    pub(crate) fn of(&self, diagram: Diagram<'_>) -> String {
        (self.form)(&diagram.show(self.layers))
    }
}

/// Adds what is called so to a page.
type Section = for<'f> fn(Page<'f>) -> Page<'f>;

const SECTIONS: [(&str, Section); 3] =
    [("check", |page| page.check()), ("plan", |page| page.plan()), ("traces", |page| page.trace_required())];

/// The sections of these names.
pub(crate) fn sections(names: &[String]) -> PyResult<Vec<Section>> {
    names.iter().map(|name| named("section", &SECTIONS, name)).collect()
}
