//! Packets, level by level.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use contrail_model::diagram::Ruler;
use contrail_wire::{DecodeError, Decoded, LinkType, PayloadKind, Transport, Tunnel};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMemoryView, PySlice, PyType};

use super::address::Ip;
use super::decoder::{Decoder, LINKS, name_of, named};
use super::header::to_python;
use super::value::MacAddr;
use crate::diagram::RULER_FORMS;
use crate::error::decode_error;

/// A frame, and how it is decoded.
pub(super) struct Frame {
    pub(super) bytes: Py<PyBytes>,
    pub(super) link: LinkType,
    /// Of a frame that was captured, and whose errors are kept.
    pub(super) original_length: Option<usize>,
    pub(super) decoder: Py<Decoder>,
}

impl Frame {
    fn clone_ref(&self, python: Python<'_>) -> Self {
        let Self { bytes, link, original_length, decoder } = self;
        let (bytes, decoder) = (bytes.clone_ref(python), decoder.clone_ref(python));
        Self { bytes, link: *link, original_length: *original_length, decoder }
    }

    /// Runs `then` with the level at this depth, if there is one that deep.
    fn at_depth<T>(
        &self,
        python: Python<'_>,
        depth: usize,
        then: impl FnOnce(Decoded<'_>) -> T,
    ) -> Option<T> {
        let bytes = self.bytes.as_bytes(python);
        self.decoder.get().with(|decoder| {
            let length = self.original_length.unwrap_or(bytes.len());
            let mut level = decoder.captured(self.link, bytes, length);
            for _ in 0..depth {
                if level.error.is_some() {
                    return None;
                }
                level = level.packet.inner_decoded()?;
            }
            Some(then(level))
        })
    }

    pub(super) fn packet(&self, python: Python<'_>, depth: usize) -> PyResult<Option<Packet>> {
        let Some((found, error)) =
            self.at_depth(python, depth, |level| (Found::of(&level.packet), level.error))
        else {
            return Ok(None);
        };
        match error {
            Some(error) if self.original_length.is_none() => Err(decode_error(python, &error)),
            error => Ok(Some(Packet { frame: self.clone_ref(python), depth, found, error })),
        }
    }
}

/// What a level holds, by value.
struct Found {
    offset: usize,
    macs: Option<[contrail_wire::MacAddr; 2]>,
    ips: Option<[IpAddr; 2]>,
    protocol: Option<u8>,
    ports: Option<[u16; 2]>,
    tunnel: Option<&'static str>,
    vni: Option<u32>,
    payload_kind: PayloadKind,
    payload: [usize; 2],
}

impl Found {
    fn of(packet: &contrail_wire::Packet<'_>) -> Self {
        Self {
            offset: packet.offset(),
            macs: packet.ethernet().map(|link| [link.source_address, link.destination_address]),
            ips: packet
                .source_ip()
                .zip(packet.destination_ip())
                .map(|(source, destination)| [source, destination]),
            protocol: protocol(packet),
            ports: ports(packet),
            tunnel: packet.tunnel().map(|tunnel| tunnel_name(&tunnel)),
            vni: packet.vni().map(contrail_wire::Vni::get),
            payload_kind: packet.payload_kind(),
            payload: [packet.payload_offset(), packet.payload_offset() + packet.payload().len()],
        }
    }
}

/// What IP carries, behind extension headers.
pub(crate) fn protocol(packet: &contrail_wire::Packet<'_>) -> Option<u8> {
    let protocol = packet.ipv4().map(|ip| ip.header.protocol).or_else(|| packet.ipv6().map(|ip| ip.protocol));
    protocol.map(|protocol| protocol.0)
}

/// Source and destination port.
pub(crate) fn ports(packet: &contrail_wire::Packet<'_>) -> Option<[u16; 2]> {
    match packet.transport() {
        Transport::Udp(udp) => Some([udp.source_port.get(), udp.destination_port.get()]),
        Transport::Tcp(tcp) => Some([tcp.header.source_port.get(), tcp.header.destination_port.get()]),
        _ => None,
    }
}

pub(crate) fn tunnel_name(tunnel: &Tunnel<'_>) -> &'static str {
    match tunnel {
        Tunnel::Vxlan(_) => "vxlan",
        Tunnel::VxlanGpe(_) => "vxlan_gpe",
        Tunnel::MplsOverUdp(_) => "mpls_over_udp",
        Tunnel::MplsOverGre(..) => "mpls_over_gre",
        Tunnel::Mpls(_) => "mpls",
        Tunnel::Gre(_) => "gre",
        Tunnel::Ip => "ip",
        _ => "unknown",
    }
}

/// One level of encapsulation of a frame: link, network, transport and tunnel header, and the payload behind them.
#[pyclass(frozen, module = "contrail_fabric.wire")]
pub(crate) struct Packet {
    frame: Frame,
    /// How many levels are around it.
    depth: usize,
    found: Found,
    error: Option<DecodeError>,
}

impl Packet {
    fn look<T>(&self, python: Python<'_>, look: impl FnOnce(&contrail_wire::Packet<'_>) -> T) -> Option<T> {
        self.frame.at_depth(python, self.depth, |level| look(&level.packet))
    }

    fn part<'py>(&self, python: Python<'py>, start: usize, end: usize) -> PyResult<Bound<'py, PyAny>> {
        let whole = PyMemoryView::from(self.frame.bytes.bind(python))?;
        let (start, end) = (isize::try_from(start)?, isize::try_from(end)?);
        whole.get_item(PySlice::new(python, start, end, 1))
    }
}

#[pymethods]
impl Packet {
    /// The whole frame that this is a level of.
    #[getter]
    fn frame(&self, python: Python<'_>) -> Py<PyBytes> {
        self.frame.bytes.clone_ref(python)
    }

    /// Where this level starts, in bytes from the start of the frame.
    #[getter]
    fn offset(&self) -> usize {
        self.found.offset
    }

    /// The source address of Ethernet.
    #[getter]
    fn source_mac(&self) -> Option<MacAddr> {
        self.found.macs.map(|[source, _]| MacAddr(source))
    }

    /// The destination address of Ethernet.
    #[getter]
    fn destination_mac(&self) -> Option<MacAddr> {
        self.found.macs.map(|[_, destination]| MacAddr(destination))
    }

    /// The VLAN identifiers, outermost first.
    #[getter]
    fn vlans(&self, python: Python<'_>) -> Vec<u16> {
        let ids =
            |packet: &contrail_wire::Packet<'_>| packet.vlans().iter().map(|tag| tag.vlan_id()).collect();
        self.look(python, ids).unwrap_or_default()
    }

    /// The source address of IPv4 or IPv6.
    #[getter]
    fn source_ip(&self) -> Option<Ip> {
        self.found.ips.map(|[source, _]| Ip(source))
    }

    /// The destination address of IPv4 or IPv6.
    #[getter]
    fn destination_ip(&self) -> Option<Ip> {
        self.found.ips.map(|[_, destination]| Ip(destination))
    }

    /// What IP carries, behind the extension headers of IPv6: 6 for TCP, 17 for UDP.
    #[getter]
    fn protocol(&self) -> Option<u8> {
        self.found.protocol
    }

    /// The source port of UDP or TCP.
    #[getter]
    fn source_port(&self) -> Option<u16> {
        self.found.ports.map(|[source, _]| source)
    }

    /// The destination port of UDP or TCP.
    #[getter]
    fn destination_port(&self) -> Option<u16> {
        self.found.ports.map(|[_, destination]| destination)
    }

    /// What the payload is tunnelled in: `vxlan`, `vxlan_gpe`, `mpls_over_udp`, `mpls_over_gre`, `mpls`, `gre` or `ip`.
    #[getter]
    fn tunnel(&self) -> Option<&'static str> {
        self.found.tunnel
    }

    /// The VXLAN network identifier.
    #[getter]
    fn vni(&self) -> Option<u32> {
        self.found.vni
    }

    /// The labels of an MPLS label stack, outermost first.
    #[getter]
    fn labels(&self, python: Python<'_>) -> Vec<u32> {
        let labels = |packet: &contrail_wire::Packet<'_>| {
            let stack = packet.tunnel().and_then(|tunnel| tunnel.labels());
            stack.map(|stack| stack.entries().map(|entry| entry.label().get()).collect())
        };
        self.look(python, labels).flatten().unwrap_or_default()
    }

    /// All bytes behind this level's headers, up to the innermost length that bounds them; a view of the frame.
    #[getter]
    fn payload<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let [start, end] = self.found.payload;
        self.part(python, start, end)
    }

    /// Where the payload starts, in bytes from the start of the frame.
    #[getter]
    fn payload_offset(&self) -> usize {
        self.found.payload[0]
    }

    /// How long the payload is, in bytes.
    #[getter]
    fn payload_length(&self) -> usize {
        let [start, end] = self.found.payload;
        end - start
    }

    /// What the payload is: `ethernet`, `ipv4`, `ipv6`, `fragment`, `llc` or `opaque`.
    #[getter]
    fn payload_kind(&self) -> &'static str {
        match self.found.payload_kind {
            PayloadKind::Ethernet => "ethernet",
            PayloadKind::Ipv4 => "ipv4",
            PayloadKind::Ipv6 => "ipv6",
            PayloadKind::Fragment => "fragment",
            PayloadKind::Llc => "llc",
            _ => "opaque",
        }
    }

    /// The bytes behind what the lengths of this level's headers say, such as the padding of Ethernet; a view of the frame.
    #[getter]
    fn trailer<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let length = self.look(python, |packet| packet.trailer().len()).unwrap_or_default();
        let [_, end] = self.found.payload;
        self.part(python, end, end + length)
    }

    /// The headers of this level in order.
    #[getter]
    fn headers<'py>(&self, python: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        Ok(self.layers(python)?.into_iter().map(|(_, header)| header).collect())
    }

    /// The headers of this level in order, each with where it starts, in bytes from the start of the frame.
    #[getter]
    fn layers<'py>(&self, python: Python<'py>) -> PyResult<Vec<(usize, Bound<'py, PyAny>)>> {
        let layers = self.look(python, |packet| {
            packet
                .headers()
                .filter_map(|(offset, header)| {
                    let header = to_python(python, header).transpose()?;
                    Some(header.map(|header| (offset, header)))
                })
                .collect()
        });
        layers.unwrap_or_else(|| Ok(Vec::new()))
    }

    /// The first header of this class, if this level has one.
    fn header<'py>(&self, class: &Bound<'py, PyType>) -> PyResult<Option<Bound<'py, PyAny>>> {
        for (_, header) in self.layers(class.py())? {
            if header.is_instance(class)? {
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    /// The next level; nothing if the payload is not a packet that is known here.
    #[getter]
    fn inner(&self, python: Python<'_>) -> PyResult<Option<Self>> {
        self.frame.packet(python, self.depth + 1)
    }

    /// This level and those inside it, each decoded when it is asked for; an error is raised behind those before it.
    #[getter]
    fn levels(&self, python: Python<'_>) -> Levels {
        Levels(Mutex::new(Some((self.frame.clone_ref(python), self.depth))))
    }

    /// Why the next header could not be read, if the frame was captured.
    #[getter]
    fn error<'py>(&self, python: Python<'py>) -> Option<Bound<'py, PyAny>> {
        Some(decode_error(python, self.error.as_ref()?).into_value(python).into_bound(python).into_any())
    }

    /// What is odd about this level and no error, each as a sentence.
    fn anomalies(&self, python: Python<'_>) -> Vec<String> {
        let mut found = Vec::new();
        self.look(python, |packet| packet.anomalies(&mut |anomaly| found.push(anomaly.to_string())));
        found
    }

    /// This level and those inside it as plain data: the layers with their fields, and the error that they end with.
    fn to_dict<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = self.frame.at_depth(python, self.depth, |level| serde_json::to_string(&level));
        let json = json.transpose().map_err(|error| PyValueError::new_err(error.to_string()))?;
        python.import("json")?.call_method1("loads", (json,))
    }

    /// The headers of this level and those inside it as the figures of RFCs have them, with the values that are there:
    /// `svg`, or `text`.
    #[pyo3(signature = (form = "svg"))]
    fn diagram(&self, python: Python<'_>, form: &str) -> PyResult<String> {
        let form = named("form", &RULER_FORMS, form)?;
        let ruler = self.frame.at_depth(python, self.depth, |level| {
            let (mut headers, mut next) = (Vec::new(), Some(level));
            while let Some(level) = next {
                headers.extend(level.packet.headers().map(|(_, header)| header));
                next = level.packet.inner_decoded();
            }
            Ruler::of(headers)
        });
        Ok(ruler.as_ref().map(form).unwrap_or_default())
    }

    /// What a notebook shows.
    #[pyo3(signature = (**_wishes))]
    fn _repr_mimebundle_(
        &self,
        python: Python<'_>,
        _wishes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<HashMap<&str, String>> {
        let shown = [("text/plain", self.__str__(python)?), ("image/svg+xml", self.diagram(python, "svg")?)];
        Ok(shown.into())
    }

    fn __str__(&self, python: Python<'_>) -> PyResult<String> {
        let headers = self.headers(python)?.into_iter().map(|header| Ok(header.str()?.to_string()));
        Ok(headers.collect::<PyResult<Vec<_>>>()?.join("\n"))
    }

    fn __repr__(&self, python: Python<'_>) -> PyResult<String> {
        let names = self.headers(python)?.into_iter().map(|header| Ok(header.get_type().name()?.to_string()));
        let names = names.collect::<PyResult<Vec<_>>>()?.join("/");
        Ok(format!(
            "<Packet at byte {}: {names}, payload of {} bytes>",
            self.found.offset,
            self.payload_length()
        ))
    }

    fn __reduce__<'py>(&self, python: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let restore = python.import("contrail_fabric.wire")?.getattr("_restore_packet")?;
        let link = name_of(&LINKS, &self.frame.link);
        let Frame { bytes, original_length, decoder, .. } = &self.frame;
        let arguments = (decoder, bytes, link, original_length, self.depth).into_pyobject(python)?;
        Ok((restore, arguments.into_any()))
    }
}

/// The levels of a frame from the outside in: the next one's frame and depth.
#[pyclass(frozen, module = "contrail_fabric._native")]
pub(crate) struct Levels(Mutex<Option<(Frame, usize)>>);

#[pymethods]
impl Levels {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, python: Python<'_>) -> PyResult<Option<Packet>> {
        let taken = self.0.lock().map_or(None, |mut next| next.take());
        let Some((frame, depth)) = taken else { return Ok(None) };
        let packet = frame.packet(python, depth)?;
        if let (Some(_), Ok(mut next)) = (&packet, self.0.lock()) {
            *next = Some((frame, depth + 1));
        }
        Ok(packet)
    }
}
