//! IP addresses and networks, as `ipaddress` has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use contrail_wire::IpNet;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

/// An address that is given as text or as one of `ipaddress`. What would lose its prefix or its scope is refused.
pub(crate) struct GivenIp(pub(crate) IpAddr);

impl<'py> FromPyObject<'_, 'py> for GivenIp {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        static INTERFACES: PyOnceLock<[Py<PyType>; 2]> = PyOnceLock::new();
        let python = object.py();
        if let Ok(text) = object.cast::<PyString>() {
            let text = text.to_str()?;
            return text
                .parse()
                .map(Self)
                .map_err(|_| PyValueError::new_err(format!("not an IP address: {text:?}")));
        }
        let interfaces = INTERFACES.get_or_try_init(python, || -> PyResult<_> {
            let ipaddress = python.import("ipaddress")?;
            let class = |name| Ok::<_, PyErr>(ipaddress.getattr(name)?.cast_into::<PyType>()?.unbind());
            Ok([class("IPv4Interface")?, class("IPv6Interface")?])
        })?;
        for interface in interfaces {
            if object.is_instance(interface.bind(python))? {
                return Err(PyTypeError::new_err("expected an address, found an interface with a prefix"));
            }
        }
        let has_scope = object.getattr_opt("scope_id")?.is_some_and(|scope| !scope.is_none());
        if has_scope {
            return Err(PyValueError::new_err("expected an address without a scope"));
        }
        object.extract().map(Self)
    }
}

macro_rules! of_one_version {
    ($($name:ident($type:ty) from $variant:ident, $expected:literal;)*) => {$(
        /// The same of one version.
        pub(crate) struct $name(pub(crate) $type);

        impl<'py> FromPyObject<'_, 'py> for $name {
            type Error = PyErr;

            fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                match GivenIp::extract(object)?.0 {
                    IpAddr::$variant(address) => Ok(Self(address)),
                    _ => Err(PyValueError::new_err($expected)),
                }
            }
        }
    )*};
}

of_one_version! {
    GivenIpv4(Ipv4Addr) from V4, "expected an IPv4 address";
    GivenIpv6(Ipv6Addr) from V6, "expected an IPv6 address";
}

/// A network, to and from `ipaddress`. pyo3 has no conversion of its own.
pub(crate) struct Network(pub(crate) IpNet);

impl<'py> IntoPyObject<'py> for Network {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, python: Python<'py>) -> PyResult<Self::Output> {
        static NETWORK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let made = NETWORK.get_or_try_init(python, || {
            python.import("ipaddress")?.getattr("ip_network").map(Bound::unbind)
        })?;
        made.bind(python).call1((self.0.to_string(), false))
    }
}

impl<'py> FromPyObject<'_, 'py> for Network {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text = object.str()?;
        let text = text.to_str()?;
        text.parse().map(Self).map_err(|_| PyValueError::new_err(format!("not an IP network: {text:?}")))
    }
}
