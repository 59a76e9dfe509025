//! What makes an EVPN route the one that it is.

use std::fmt;

use contrail_wire::bgp::evpn;
use pyo3::prelude::*;

use crate::error::value_error;

/// The identity of an EVPN route, from its text in the manner of FRR or of Contrail, with its route distinguisher. Its own
/// text is FRR's.
#[pyclass(frozen, eq, ord, hash, str, module = "contrail_fabric.wire")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RouteKey(evpn::RouteKey<'static>);

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[pymethods]
impl RouteKey {
    #[new]
    fn new(python: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).map_err(|error| value_error(python, &error))
    }

    /// The same in Contrail's manner; of a type that Contrail does not know, in FRR's.
    #[getter]
    fn contrail(&self) -> String {
        self.0.contrail().to_string()
    }

    fn __repr__(&self) -> String {
        format!("RouteKey('{}')", self.0)
    }

    fn __getnewargs__(&self) -> (String,) {
        (self.to_string(),)
    }
}
