//! IP addresses and networks, as `ipaddress` has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;

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

/// An address as one of `ipaddress`. To make one takes longer than to decode a packet, and most packets are between few
/// ends, so that those made last are kept.
pub(crate) struct Ip(pub(crate) IpAddr);

/// An address of IPv4 and its object, in the place that its last bits say.
type Kept = Option<(Ipv4Addr, Py<PyAny>)>;
const PLACES: usize = 4096;
static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

impl<'py> IntoPyObject<'py> for Ip {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, python: Python<'py>) -> PyResult<Self::Output> {
        let IpAddr::V4(address) = self.0 else {
            return self.0.into_pyobject(python);
        };
        let place = usize::try_from(address.to_bits()).unwrap_or_default() % PLACES;
        if let Ok(kept) = KEPT.lock()
            && let Some(Some((known, made))) = kept.get(place)
            && *known == address
        {
            return Ok(made.bind(python).clone());
        }
        let made = address.into_pyobject(python)?;
        let replaced = KEPT.lock().ok().and_then(|mut kept| {
            if kept.is_empty() {
                kept.resize_with(PLACES, || None);
            }
            kept.get_mut(place)?.replace((address, made.clone().unbind()))
        });
        // Not while the lock is held: what is dropped may run anything.
        drop(replaced);
        Ok(made)
    }
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
