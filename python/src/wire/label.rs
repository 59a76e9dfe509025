//! Labels as BGP carries them.

use std::fmt;

use contrail_wire::{LabelField, Vni};
use pyo3::prelude::*;

use super::field::Number;
use crate::error::value_error;

/// The 24 bits in which BGP carries a label: a VNI, or an MPLS label above four other bits. Which of them it is, the
/// encapsulation says that the route goes with.
#[pyclass(frozen, eq, ord, hash, str, name = "LabelField", module = "contrail_fabric.bgp")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Label(pub(super) LabelField);

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[pymethods]
impl Label {
    /// The field that holds this VNI.
    #[new]
    fn new(python: Python<'_>, vni: Number<u32>) -> PyResult<Self> {
        let vni = Vni::new(vni.0).map_err(|error| value_error(python, &error))?;
        Ok(Self(vni.into()))
    }

    /// The field that holds this MPLS label, at the bottom of the stack.
    #[staticmethod]
    fn of_mpls(python: Python<'_>, label: Number<u32>) -> PyResult<Self> {
        let label = contrail_wire::Label::new(label.0).map_err(|error| value_error(python, &error))?;
        Ok(Self(label.into()))
    }

    /// The field read as a VNI: all 24 bits.
    #[getter]
    fn vni(&self) -> u32 {
        self.0.vni().get()
    }

    /// The field read as an MPLS label: the upper 20 bits.
    #[getter]
    fn mpls(&self) -> u32 {
        self.0.mpls_label().get()
    }

    fn __int__(&self) -> u32 {
        self.0.get()
    }

    fn __repr__(&self) -> String {
        format!("LabelField({})", self.0)
    }

    fn __getnewargs__(&self) -> (u32,) {
        (self.0.get(),)
    }
}

/// A label that is given as such or as a VNI.
pub(crate) struct GivenLabel(pub(crate) LabelField);

impl<'py> FromPyObject<'_, 'py> for GivenLabel {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(label) = object.cast::<Label>() {
            return Ok(Self(label.get().0));
        }
        Label::new(object.py(), object.extract()?).map(|label| Self(label.0))
    }
}
