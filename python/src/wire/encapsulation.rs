//! Tunnels: outer headers, prepared once and put in front of inner frames.

use std::net::IpAddr;

use contrail_wire::flow::FlowHasher;
use contrail_wire::policy::{
    Dscp, Ecn, FlowLabel, Fragmentation, Identification, Model, PerPacket, Policy, SourcePort, TrafficClass,
    UdpChecksum,
};
use contrail_wire::{Encapsulation, Label, Labels, ValueError, Vni};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::address::GivenIp;
use super::bytes_of;
use super::decoder::{mpls_payload, named};
use super::field::Number;
use super::value::Given;
use crate::error::{encode_error, value_error};

/// `contrail_fabric.wire.Encapsulation`, read by its attributes.
#[derive(FromPyObject)]
struct GivenEncapsulation {
    tunnel: String,
    vni: Option<Number<u32>>,
    labels: Vec<Number<u32>>,
    payload: String,
    source: GivenIp,
    destination: GivenIp,
    source_mac: Option<Given<contrail_wire::MacAddr>>,
    destination_mac: Option<Given<contrail_wire::MacAddr>>,
    vlans: Vec<Number<u16>>,
    destination_port: Option<Number<u16>>,
    policy: GivenPolicy,
}

/// `contrail_fabric.wire.Policy`, read by its attributes.
#[derive(FromPyObject)]
struct GivenPolicy {
    fragmentation: String,
    identification: String,
    ttl: GivenModel,
    dscp: GivenModel,
    ecn: String,
    mpls_ttl: GivenModel,
    mpls_traffic_class: GivenModel,
    source_port: Option<Number<u16>>,
    udp_checksum: String,
    flow_label: String,
    hash_seed: Number<u64>,
    symmetric: bool,
}

#[derive(FromPyObject)]
enum GivenModel {
    #[pyo3(transparent)]
    Pipe(Number<u8>),
    #[pyo3(transparent)]
    Uniform(String),
}

impl GivenModel {
    fn read<T>(self, field: &str, value: impl FnOnce(u8) -> Result<T, Error>) -> Result<Model<T>, Error> {
        match self {
            Self::Pipe(number) => value(number.0).map(Model::Pipe),
            Self::Uniform(name) => Ok(named(field, &[("uniform", ())], &name).map(|()| Model::Uniform)?),
        }
    }
}

/// What keeps a tunnel from being made.
enum Error {
    Value(ValueError),
    Python(PyErr),
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        Self::Value(error)
    }
}

impl From<PyErr> for Error {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl GivenPolicy {
    fn read(self) -> Result<Policy, Error> {
        let sources = [("given", Identification::Given), ("inner", Identification::Inner)];
        let identification = named("identification", &sources, &self.identification)?;
        let fragmentations = [
            ("refused", Fragmentation::Refused),
            ("allowed", Fragmentation::Allowed(identification)),
            ("inner", Fragmentation::Inner(identification)),
        ];
        let ecns = [("normal", Ecn::Normal), ("compatibility", Ecn::Compatibility)];
        let checksums = [
            ("required", UdpChecksum::Required),
            ("zero", UdpChecksum::Zero),
            ("computed", UdpChecksum::Computed),
        ];
        let flow_labels = [("flow", FlowLabel::Flow), ("zero", FlowLabel::Zero)];
        let hasher = FlowHasher::new().seed(self.hash_seed.0);
        Ok(Policy {
            fragmentation: named("fragmentation", &fragmentations, &self.fragmentation)?,
            ttl: self.ttl.read("ttl", Ok)?,
            dscp: self.dscp.read("dscp", |number| Ok(Dscp::new(number)?))?,
            ecn: named("ecn", &ecns, &self.ecn)?,
            mpls_ttl: self.mpls_ttl.read("mpls_ttl", Ok)?,
            mpls_traffic_class: self
                .mpls_traffic_class
                .read("mpls_traffic_class", |number| Ok(TrafficClass::new(number)?))?,
            source_port: self.source_port.map_or(SourcePort::Flow, |port| SourcePort::Fixed(port.0)),
            udp_checksum: named("udp_checksum", &checksums, &self.udp_checksum)?,
            flow_label: named("flow_label", &flow_labels, &self.flow_label)?,
            hasher: if self.symmetric { hasher.symmetric() } else { hasher },
        })
    }
}

impl GivenEncapsulation {
    fn tunnel(&self) -> Result<Encapsulation, Error> {
        let labels = || -> Result<Labels, Error> {
            let labels =
                self.labels.iter().map(|label| Label::new(label.0)).collect::<Result<Vec<_>, _>>()?;
            Ok(Labels::new(&labels)?.payload(mpls_payload(&self.payload)?))
        };
        let tunnel = match (self.tunnel.as_str(), self.vni) {
            ("vxlan", Some(vni)) => Encapsulation::vxlan(Vni::new(vni.0)?),
            ("mpls_over_udp", None) => Encapsulation::mpls_over_udp(labels()?),
            ("mpls_over_gre", None) => Encapsulation::mpls_over_gre(labels()?),
            _ => {
                let expected = "expected vxlan with a VNI, or mpls_over_udp or mpls_over_gre without one";
                return Err(PyValueError::new_err(expected).into());
            }
        };
        Ok(self.destination_port.map_or(tunnel, |port| tunnel.destination_port(port.0)))
    }

    fn template(self) -> Result<contrail_wire::Template, Error> {
        let tunnel = self.tunnel()?;
        let mut template = match (self.source.0, self.destination.0) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => tunnel.ipv4(source, destination),
            (IpAddr::V6(source), IpAddr::V6(destination)) => tunnel.ipv6(source, destination),
            _ => {
                return Err(
                    PyValueError::new_err("source and destination have to be of one version of IP").into()
                );
            }
        };
        match (self.source_mac, self.destination_mac) {
            (Some(source), Some(destination)) => template = template.ethernet(source.0, destination.0),
            (None, None) if self.vlans.is_empty() => {}
            _ => {
                return Err(PyValueError::new_err("expected both MAC addresses, or none and no VLANs").into());
            }
        }
        for vlan in self.vlans {
            template = template.vlan(vlan.0)?;
        }
        Ok(template.policy(self.policy.read()?))
    }
}

/// The outer headers of a `contrail_fabric.wire.Encapsulation`.
#[pyclass(frozen, module = "contrail_fabric._native")]
pub(crate) struct Template(contrail_wire::Template);

#[pymethods]
impl Template {
    #[new]
    fn new(python: Python<'_>, encapsulation: GivenEncapsulation) -> PyResult<Self> {
        encapsulation.template().map(Self).map_err(|error| match error {
            Error::Value(error) => value_error(python, &error),
            Error::Python(error) => error,
        })
    }

    #[getter]
    fn headroom(&self) -> usize {
        self.0.headroom()
    }

    #[getter]
    fn overhead(&self) -> usize {
        self.0.overhead()
    }

    fn max_inner(&self, mtu: usize) -> usize {
        self.0.max_inner(mtu)
    }

    fn stamp<'py>(
        &self,
        python: Python<'py>,
        inner: &Bound<'py, PyAny>,
        identification: u16,
        source_port: Option<u16>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (start, inner) = (self.0.headroom(), bytes_of(inner)?);
        let inner = inner.as_bytes();
        PyBytes::new_with(python, start + inner.len(), |buffer| {
            if let Some(place) = buffer.get_mut(start..) {
                place.copy_from_slice(inner);
            }
            let known = PerPacket { source_port, identification, ..PerPacket::default() };
            self.0.stamp_with(buffer, start, known).map(|_| ()).map_err(|error| encode_error(python, &error))
        })
    }
}
