//! Messages: read from bytes and written from routes.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::Mutex;

use contrail_wire::ValueError;
use contrail_wire::bgp::{
    self, AsPath, Attribute, ExtendedCommunity, Families, Family, NextHop, Nlri, Origin, PmsiFlags,
    PmsiTunnel, PmsiTunnelType, SegmentType, Session, UpdateBuilder, evpn,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::route::{borrowed, to_python};
use crate::error::{encode_error, message_error, value_error};
use crate::wire::field::Number;
use crate::wire::{GivenIp, GivenLabel, Ip, RouteTarget, bytes_of};

fn session(four_octet_as: bool, add_path: bool) -> Session {
    let add_path_receive = if add_path { Families::NONE.with(Family::EVPN) } else { Families::NONE };
    Session { four_octet_as, extended_message: true, add_path_receive, ..Session::default() }
}

/// A BGP message. What it holds is read when it is asked for; what cannot be read is left out, and in `errors`.
#[pyclass(frozen, module = "contrail_fabric.bgp")]
pub(crate) struct Message {
    stream: Py<PyBytes>,
    at: Range<usize>,
    session: Session,
}

impl Message {
    /// Runs `then` with the message, which could be read before.
    fn with<T>(&self, python: Python<'_>, then: impl FnOnce(bgp::Message<'_>) -> T) -> Option<T> {
        let bytes = self.stream.as_bytes(python).get(self.at.clone())?;
        bgp::Message::decode(bytes, self.session).ok().map(|(message, _)| then(message))
    }

    /// Runs `then` with the UPDATE, if it is one.
    pub(crate) fn with_update<T>(
        &self,
        python: Python<'_>,
        then: impl FnOnce(bgp::Update<'_>) -> Option<T>,
    ) -> Option<T> {
        self.with(python, |message| message.update().and_then(then)).flatten()
    }
}

/// What makes a message again: its bytes, and what `decode_message` is told of them.
type Arguments<'py> = (Bound<'py, PyBytes>, bool, bool);

/// The routes that can be read, as objects.
fn objects<'py>(python: Python<'py>, routes: evpn::Routes<'_>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    routes.flatten().map(|route| to_python(python, &route)).collect()
}

#[pymethods]
impl Message {
    /// `open`, `update`, `notification`, `keepalive` or `route_refresh`.
    #[getter]
    fn kind(&self, python: Python<'_>) -> &'static str {
        let kind = |message: bgp::Message<'_>| match message {
            bgp::Message::Open(_) => "open",
            bgp::Message::Update(_) => "update",
            bgp::Message::Notification(_) => "notification",
            bgp::Message::Keepalive => "keepalive",
            bgp::Message::RouteRefresh(_) => "route_refresh",
        };
        self.with(python, kind).unwrap_or_default()
    }

    /// The EVPN routes that an UPDATE announces.
    #[getter]
    fn routes<'py>(&self, python: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.with_update(python, |update| Some(objects(python, update.evpn_routes())))
            .unwrap_or_else(|| Ok(Vec::new()))
    }

    /// The EVPN routes that an UPDATE withdraws.
    #[getter]
    fn withdrawn<'py>(&self, python: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let withdrawn = self.with_update(python, |update| Some(objects(python, update.evpn_withdrawn())));
        withdrawn.unwrap_or_else(|| Ok(Vec::new()))
    }

    /// Where traffic for the announced routes goes.
    #[getter]
    fn next_hop(&self, python: Python<'_>) -> Option<Ip> {
        self.with_update(python, |update| update.next_hop()?.address()).map(Ip)
    }

    /// The encapsulation that says how to read labels: `vxlan`, `mpls-in-udp`, ...; without one they are MPLS labels.
    #[getter]
    fn encapsulation(&self, python: Python<'_>) -> Option<String> {
        self.with_update(python, |update| Some(update.encapsulation()?.to_string()))
    }

    /// The route targets of the announced routes.
    #[getter]
    fn route_targets(&self, python: Python<'_>) -> Vec<RouteTarget> {
        let targets = self.with_update(python, |update| {
            Some(
                update
                    .extended_communities()
                    .iter()
                    .filter_map(|it| it.route_target())
                    .map(RouteTarget)
                    .collect(),
            )
        });
        targets.unwrap_or_default()
    }

    /// All extended communities, as text: `target:64512:5001`, `encapsulation:vxlan`, ...
    #[getter]
    fn communities(&self, python: Python<'_>) -> Vec<String> {
        let texts = self.with_update(python, |update| {
            Some(update.extended_communities().iter().map(ToString::to_string).collect())
        });
        texts.unwrap_or_default()
    }

    /// The family of which all routes have been announced, if that is what the message says: `l2vpn evpn`, ...
    #[getter]
    fn end_of_rib(&self, python: Python<'_>) -> Option<String> {
        self.with_update(python, |update| Some(update.end_of_rib()?.to_string()))
    }

    /// What is wrong with an UPDATE, each with what RFC 7606 has a receiver do about it.
    #[getter]
    fn errors<'py>(&self, python: Python<'py>) -> Vec<Bound<'py, PyAny>> {
        let mut errors = Vec::new();
        self.with_update(python, |update| {
            update.validate(|error| {
                errors.push(message_error(python, &error).into_value(python).into_bound(python).into_any())
            })
        });
        errors
    }

    /// All that it says, as plain data: of an UPDATE routes of all families, attributes and errors.
    fn to_dict<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = self.with(python, |message| serde_json::to_string(&message)).transpose();
        let json = json.map_err(|error| PyValueError::new_err(error.to_string()))?;
        python.import("json")?.call_method1("loads", (json,))
    }

    fn __bytes__<'py>(&self, python: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(python, self.stream.as_bytes(python).get(self.at.clone()).unwrap_or_default())
    }

    fn __eq__(&self, other: &Self, python: Python<'_>) -> bool {
        let bytes = |it: &Self| it.stream.as_bytes(python).get(it.at.clone()).map(<[u8]>::to_vec);
        self.session == other.session && bytes(self) == bytes(other)
    }

    fn __repr__(&self, python: Python<'_>) -> String {
        format!("<Message: {} of {} bytes>", self.kind(python), self.at.len())
    }

    fn __reduce__<'py>(&self, python: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Arguments<'py>)> {
        let restore = python.import("contrail_fabric.bgp")?.getattr("_restore_message")?;
        let add_path = self.session.add_path_receive.contains(Family::EVPN);
        Ok((restore, (self.__bytes__(python), self.session.four_octet_as, add_path)))
    }
}

/// The message that `buffer` starts with.
///
/// What both ends agreed on decides how it reads: whether AS numbers have four octets, and whether EVPN routes have path
/// identifiers in front of them.
#[pyfunction]
#[pyo3(signature = (buffer, *, four_octet_as = true, add_path = false))]
pub(crate) fn decode_message(
    buffer: &Bound<'_, PyAny>,
    four_octet_as: bool,
    add_path: bool,
) -> PyResult<Message> {
    let (python, bytes, session) = (buffer.py(), bytes_of(buffer)?, session(four_octet_as, add_path));
    let whole = bytes.as_bytes();
    let (_, rest) = bgp::Message::decode(whole, session).map_err(|error| message_error(python, &error))?;
    let at = 0..whole.len() - rest.len();
    Ok(Message { at, session, stream: bytes.unbind() })
}

/// The messages in a stream of bytes, one behind the other, as far as they are there as a whole. An error in a message is
/// raised in its place; only behind one in a header nothing more is found.
#[pyclass(frozen, module = "contrail_fabric.bgp")]
pub(crate) struct Messages {
    stream: Py<PyBytes>,
    session: Session,
    /// Where the next one starts; nothing if that is not known.
    next: Mutex<(usize, bool)>,
}

#[pymethods]
impl Messages {
    #[new]
    #[pyo3(signature = (buffer, *, four_octet_as = true, add_path = false))]
    fn new(buffer: &Bound<'_, PyAny>, four_octet_as: bool, add_path: bool) -> PyResult<Self> {
        let (stream, session) = (bytes_of(buffer)?.unbind(), session(four_octet_as, add_path));
        Ok(Self { stream, session, next: Mutex::new((0, false)) })
    }

    /// The bytes of no message so far: they belong in front of what comes next.
    #[getter]
    fn rest<'py>(&self, python: Python<'py>) -> Bound<'py, PyBytes> {
        let start = self.next.lock().map_or(0, |next| next.0);
        PyBytes::new(python, self.stream.as_bytes(python).get(start..).unwrap_or_default())
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, python: Python<'_>) -> PyResult<Option<Message>> {
        let Ok(mut next) = self.next.lock() else { return Ok(None) };
        let (start, lost) = *next;
        let rest = self.stream.as_bytes(python).get(start..).unwrap_or_default();
        let mut messages = bgp::Messages::new(rest, self.session);
        let message = if lost { None } else { messages.next() };
        let end = start + rest.len() - messages.rest().len();
        *next = (end, lost || message.is_some() && end == start);
        drop(next);
        match message {
            None => Ok(None),
            Some(Ok(_)) => {
                let stream = self.stream.clone_ref(python);
                Ok(Some(Message { stream, at: start..end, session: self.session }))
            }
            Some(Err(mut error)) => {
                error.offset += start;
                Err(message_error(python, &error))
            }
        }
    }
}

/// UPDATE messages that announce EVPN routes, as few as there have to be.
///
/// Extended communities are texts as `Message.communities` has them, or route targets. `ingress_replication` is label or
/// VNI and the address that broadcasts are to be sent to, of routes of type 3.
#[pyfunction]
#[pyo3(signature = (
    routes, next_hop, *, communities = vec![], as_path = vec![], local_pref = Some(Number(100)), ingress_replication = None
))]
pub(crate) fn encode_update<'py>(
    python: Python<'py>,
    routes: Vec<Bound<'py, PyAny>>,
    next_hop: GivenIp,
    communities: Vec<Bound<'py, PyAny>>,
    as_path: Vec<Number<u32>>,
    local_pref: Option<Number<u32>>,
    ingress_replication: Option<(GivenLabel, GivenIp)>,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let communities = communities.iter().map(|community| {
        let text = community.str()?;
        text.to_str()?.parse::<ExtendedCommunity>().map_err(|error: ValueError| value_error(python, &error))
    });
    let communities = communities.collect::<PyResult<Vec<_>>>()?;
    let as_path: Vec<_> = as_path.into_iter().map(|it| it.0).collect();
    let mut path = vec![0; as_path.len() * 5 + 2];
    let segments: &[(SegmentType, &[u32])] =
        if as_path.is_empty() { &[] } else { &[(SegmentType::SEQUENCE, as_path.as_slice())] };
    let path = AsPath::encode_segments(segments, &mut path).map_err(|error| encode_error(python, &error))?;
    let mut attributes = vec![Attribute::Origin(Origin::Igp), Attribute::AsPath(path)];
    attributes.extend(local_pref.map(|it| Attribute::LocalPref(it.0)));
    if !communities.is_empty() {
        attributes.push(Attribute::ExtendedCommunities(&communities));
    }
    let endpoint = ingress_replication.as_ref().map(|(_, endpoint)| match endpoint.0 {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    });
    if let (Some((label, _)), Some(identifier)) = (&ingress_replication, &endpoint) {
        let (flags, tunnel_type) = (PmsiFlags::default(), PmsiTunnelType::INGRESS_REPLICATION);
        attributes.push(Attribute::PmsiTunnel(PmsiTunnel { flags, tunnel_type, label: label.0, identifier }));
    }
    let next_hop = match next_hop.0 {
        IpAddr::V4(address) => NextHop::from(address),
        IpAddr::V6(global) => NextHop::Ipv6 { global, link_local: None },
    };
    let session = Session::default();
    let routes = nlris(&routes)?;
    written(python, UpdateBuilder::announce(&session, next_hop, &attributes, routes.iter().copied()))
}

/// UPDATE messages that withdraw EVPN routes, as few as there have to be.
#[pyfunction]
pub(crate) fn encode_withdrawal<'py>(
    python: Python<'py>,
    routes: Vec<Bound<'py, PyAny>>,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let (session, routes) = (Session::default(), nlris(&routes)?);
    written(python, UpdateBuilder::withdraw(&session, routes.iter().copied()))
}

fn nlris<'a>(routes: &'a [Bound<'_, PyAny>]) -> PyResult<Vec<Nlri<'a>>> {
    routes.iter().map(|route| borrowed(route).map(Nlri::Evpn)).collect()
}

fn written<'py, 'r>(
    python: Python<'py>,
    mut builder: UpdateBuilder<'_, 'r, impl Iterator<Item = Nlri<'r>>>,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let (mut buffer, mut messages) = ([0; 4096], Vec::new());
    while let Some(message) =
        builder.encode_next(&mut buffer).map_err(|error| encode_error(python, &error))?
    {
        messages.push(PyBytes::new(python, message));
    }
    Ok(messages)
}
