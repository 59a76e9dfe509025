//! What a decoder has to be told, by names.

use std::collections::HashMap;

use contrail_wire::net::udp::UdpHeader;
use contrail_wire::{LinkType, MplsPayload};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::bytes_of;
use super::field::Number;
use super::packet::{Frame, Packet};

/// How frames are decoded: what their bytes alone do not say.
///
/// `vxlan_ports` are the UDP destination ports that carry VXLAN. `mpls_payload` says what stands behind a label stack:
/// one of `opaque`, `ip`, `ipv4`, `ipv6`, `ethernet`, `ethernet_with_control_word` and `guess` for all of them, or a
/// mapping of these by the label at the bottom, where what is not in it is opaque. Without it only the explicit null
/// labels are known.
#[pyclass(frozen, eq, module = "contrail_fabric.wire")]
#[derive(Clone, PartialEq)]
pub(crate) struct Decoder {
    vxlan_ports: Vec<u16>,
    mpls_payload: Carried,
}

#[derive(Clone, PartialEq)]
enum Carried {
    Unsaid,
    Always(MplsPayload),
    By(HashMap<u32, MplsPayload>),
}

const MPLS_PAYLOADS: [(&str, MplsPayload); 7] = [
    ("opaque", MplsPayload::Opaque),
    ("ip", MplsPayload::Ip),
    ("ipv4", MplsPayload::Ipv4),
    ("ipv6", MplsPayload::Ipv6),
    ("ethernet", MplsPayload::Ethernet),
    ("ethernet_with_control_word", MplsPayload::EthernetWithControlWord),
    ("guess", MplsPayload::GuessByFirstNibble),
];

pub(super) fn mpls_payload(name: &str) -> PyResult<MplsPayload> {
    named("MPLS payload", &MPLS_PAYLOADS, name)
}

/// What a word of a closed set stands for.
pub(crate) fn named<T: Copy>(what: &str, set: &[(&str, T)], name: &str) -> PyResult<T> {
    set.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<_> = set.iter().map(|(known, _)| *known).collect();
        PyValueError::new_err(format!("{what} is {name:?}, expected one of {}", known.join(", ")))
    })
}

pub(super) fn name_of<T: PartialEq>(set: &[(&'static str, T)], value: &T) -> &'static str {
    set.iter().find(|(_, known)| known == value).map_or("unknown", |(name, _)| name)
}

pub(crate) const LINKS: [(&str, LinkType); 4] = [
    ("ethernet", LinkType::Ethernet),
    ("ip", LinkType::RawIp),
    ("linux_sll", LinkType::LinuxSll),
    ("linux_sll2", LinkType::LinuxSll2),
];

#[derive(FromPyObject)]
enum GivenPayload {
    #[pyo3(transparent)]
    Always(String),
    #[pyo3(transparent)]
    By(HashMap<u32, String>),
}

impl Decoder {
    /// Runs `then` with the decoder of `contrail-wire`, which borrows all of this.
    pub(crate) fn with<T>(&self, then: impl FnOnce(&contrail_wire::Decoder<'_>) -> T) -> T {
        let decoder = contrail_wire::Decoder::new().vxlan_ports(&self.vxlan_ports);
        match &self.mpls_payload {
            Carried::Unsaid => then(&decoder),
            Carried::Always(payload) => {
                let payload = *payload;
                then(&decoder.mpls_payload(&move |_| payload))
            }
            Carried::By(labels) => then(&decoder.mpls_payload(&|stack| {
                labels.get(&stack.bottom().label().get()).copied().unwrap_or_default()
            })),
        }
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self { vxlan_ports: vec![UdpHeader::VXLAN], mpls_payload: Carried::Unsaid }
    }
}

#[pymethods]
impl Decoder {
    #[new]
    #[pyo3(signature = (*, vxlan_ports = vec![Number(4789)], mpls_payload = None))]
    fn new(vxlan_ports: Vec<Number<u16>>, mpls_payload: Option<GivenPayload>) -> PyResult<Self> {
        let by_name = self::mpls_payload;
        let mpls_payload = match mpls_payload {
            None => Carried::Unsaid,
            Some(GivenPayload::Always(name)) => Carried::Always(by_name(&name)?),
            Some(GivenPayload::By(labels)) => {
                let labels = labels.iter().map(|(label, name)| Ok((*label, by_name(name)?)));
                Carried::By(labels.collect::<PyResult<_>>()?)
            }
        };
        Ok(Self { vxlan_ports: vxlan_ports.into_iter().map(|port| port.0).collect(), mpls_payload })
    }

    /// The UDP destination ports that carry VXLAN.
    #[getter]
    fn vxlan_ports(&self) -> Vec<u16> {
        self.vxlan_ports.clone()
    }

    /// What stands behind a label stack.
    #[getter]
    fn mpls_payload<'py>(&self, python: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(Some(match &self.mpls_payload {
            Carried::Unsaid => return Ok(None),
            Carried::Always(payload) => name_of(&MPLS_PAYLOADS, payload).into_pyobject(python)?.into_any(),
            Carried::By(labels) => {
                let names = labels.iter().map(|(label, payload)| (*label, name_of(&MPLS_PAYLOADS, payload)));
                names.collect::<HashMap<_, _>>().into_pyobject(python)?.into_any()
            }
        }))
    }

    /// The outermost level of a frame. `link` says what it begins with: `ethernet`, `ip`, `linux_sll` or `linux_sll2`.
    ///
    /// Bytes are kept as they are; of another buffer a copy is made. If `original_length` is given, the frame was captured
    /// and had so many bytes: what the capture cut off is an error only where a header needs it, and an error is in
    /// `Packet.error` instead of being raised.
    #[pyo3(signature = (buffer, *, link = "ethernet", original_length = None))]
    pub(super) fn decode(
        this: Bound<'_, Self>,
        buffer: &Bound<'_, PyAny>,
        link: &str,
        original_length: Option<usize>,
    ) -> PyResult<Packet> {
        let link = if link == "ethernet" { LinkType::Ethernet } else { named("link", &LINKS, link)? };
        let frame = Frame {
            bytes: bytes_of(buffer)?.unbind(),
            link,
            original_length,
            decoder: this.clone().unbind(),
        };
        frame.packet(this.py(), 0)?.ok_or_else(|| PyValueError::new_err("a frame has a level"))
    }

    fn __getnewargs_ex__<'py>(&self, python: Python<'py>) -> PyResult<((), Bound<'py, PyDict>)> {
        let arguments = PyDict::new(python);
        arguments.set_item("vxlan_ports", self.vxlan_ports())?;
        arguments.set_item("mpls_payload", self.mpls_payload(python)?)?;
        Ok(((), arguments))
    }

    fn __repr__(&self, python: Python<'_>) -> PyResult<String> {
        let payload = self.mpls_payload(python)?.into_pyobject(python)?.repr()?.to_string();
        Ok(format!("Decoder(vxlan_ports={:?}, mpls_payload={payload})", self.vxlan_ports))
    }
}
