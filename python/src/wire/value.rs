//! Values with a text form, as small classes. Plain numbers, VNI and label among them, are Python's own.

use std::fmt;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error::value_error;

/// For each row a class: what it is called, its type in `contrail-wire`, its octets and how it is made of them, and what
/// it has beside what all have.
macro_rules! values {
    ($(
        $(#[$doc:meta])*
        $name:ident($count:literal, $from_octets:expr) { $($method:tt)* }
    )*) => {$(
        $(#[$doc])*
        #[pyclass(frozen, eq, ord, hash, str, module = "contrail_fabric.wire")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) contrail_wire::$name);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        #[pymethods]
        impl $name {
            #[new]
            fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
                let python = value.py();
                if let Ok(text) = value.cast::<PyString>() {
                    return text.to_str()?.parse().map(Self).map_err(|error| value_error(python, &error));
                }
                if let Ok(this) = value.cast::<Self>() {
                    return Ok(*this.get());
                }
                let octets = value.cast::<PyBytes>().ok().and_then(|octets| octets.as_bytes().try_into().ok());
                let from_octets: fn([u8; $count]) -> Option<contrail_wire::$name> = $from_octets;
                octets.and_then(from_octets).map(Self).ok_or_else(|| {
                    let expected = concat!("expected text or ", $count, " bytes for ", stringify!($name));
                    PyTypeError::new_err(expected)
                })
            }

            fn __bytes__(&self) -> [u8; $count] {
                self.0.octets()
            }

            fn __repr__(&self) -> String {
                format!("{}('{}')", stringify!($name), self.0)
            }

            fn __getnewargs__(&self) -> (String,) {
                (self.to_string(),)
            }

            $($method)*
        }

        impl<'py> FromPyObject<'_, 'py> for Given<contrail_wire::$name> {
            type Error = PyErr;

            fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                $name::new(&object).map(|value| Self(value.0))
            }
        }
    )*};
}

/// A value that is given as such or as its text.
pub(crate) struct Given<T>(pub(crate) T);

values! {
    /// A 48-bit MAC address, from its text: `00:11:22:33:44:55`, with dashes, or `0011.2233.4455`.
    MacAddr(6, |octets| Some(contrail_wire::MacAddr::new(octets))) {
        /// Whether it stands for a group: multicast or broadcast.
        #[getter]
        fn is_group(&self) -> bool {
            self.0.is_group()
        }
    }

    /// A route distinguisher, from its text: `64512:100`, `10.0.0.1:100`, `64512L:100`, or `0x` with 16 hex digits.
    RouteDistinguisher(8, |octets| Some(contrail_wire::RouteDistinguisher::new(octets))) {
        /// The type; 0 to 2 are assigned.
        #[getter]
        fn kind(&self) -> u16 {
            self.0.kind()
        }
    }

    /// A route target, from its text: `target:64512:100`, `target:10.0.0.1:100` or `target:64512L:100`.
    RouteTarget(8, contrail_wire::RouteTarget::from_octets) {}

    /// An Ethernet segment identifier, from its text: ten hex pairs with colons, or `10.0.0.1:100` or `64512:100` for
    /// what a router or an autonomous system numbers.
    EthernetSegmentId(10, |octets| Some(contrail_wire::EthernetSegmentId::new(octets))) {
        /// Whether it is all zero: a link with one device only.
        #[getter]
        fn is_zero(&self) -> bool {
            self.0.is_zero()
        }
    }
}
