//! Values of `contrail-wire`.

use std::fmt;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A 48-bit MAC address, from its text: `00:11:22:33:44:55`, with dashes, or `0011.2233.4455`.
#[pyclass(frozen, eq, ord, hash, str, module = "contrail_fabric.wire")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MacAddr(contrail_wire::MacAddr);

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[pymethods]
impl MacAddr {
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        let read = text.parse::<contrail_wire::MacAddr>();
        read.map(Self).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Whether it stands for a group: multicast or broadcast.
    #[getter]
    fn is_group(&self) -> bool {
        self.0.is_group()
    }

    fn __bytes__(&self) -> [u8; 6] {
        self.0.octets()
    }

    fn __repr__(&self) -> String {
        format!("MacAddr('{}')", self.0)
    }

    fn __getnewargs__(&self) -> (String,) {
        (self.to_string(),)
    }
}
