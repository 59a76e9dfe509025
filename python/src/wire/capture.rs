//! Capture files, frame by frame.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Mutex;

use contrail_wire::LinkType;
use contrail_wire::capture::{self, Reader};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::decoder::{Decoder, LINKS, name_of, named};
use super::packet::Packet;
use crate::error::capture_error;

/// A file of Python's, or anything else with `read`.
struct PythonFile(Py<PyAny>);

impl Read for PythonFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|python| {
            let read = self.0.bind(python).call_method1("read", (buffer.len(),))?;
            let read = read
                .cast::<PyBytes>()
                .map_err(|_| PyTypeError::new_err("read() has to give bytes"))?
                .as_bytes();
            let room = buffer.get_mut(..read.len());
            room.ok_or_else(|| PyValueError::new_err("read() gave more than was asked for"))?
                .copy_from_slice(read);
            Ok(read.len())
        })
        .map_err(|error: PyErr| io::Error::other(error))
    }
}

pub(crate) fn open(python: Python<'_>, file: &Bound<'_, PyAny>) -> PyResult<Reader<'static>> {
    let opened = if file.hasattr("read")? {
        let file = PythonFile(file.clone().unbind());
        python.detach(|| Reader::new(file))
    } else {
        let path: PathBuf = file.extract()?;
        python.detach(|| Reader::new(File::open(path)?))
    };
    opened.map_err(|error| capture_error(python, error))
}

/// The frames of a pcap or pcapng file, one by one in bounded memory, from a path or from an object with `read`.
#[pyclass(frozen, module = "contrail_fabric.wire")]
pub(crate) struct Capture(Mutex<Reader<'static>>);

#[pymethods]
impl Capture {
    #[new]
    fn new(python: Python<'_>, file: &Bound<'_, PyAny>) -> PyResult<Self> {
        open(python, file).map(|reader| Self(Mutex::new(reader)))
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, python: Python<'_>) -> PyResult<Option<Frame>> {
        let read = python.detach(|| {
            let mut reader = self.0.lock().map_err(|_| io::Error::other("the file cannot be read on"))?;
            Ok(reader.next_frame()?.map(Kept::of))
        });
        let Some(kept) = read.map_err(|error| capture_error(python, error))? else { return Ok(None) };
        let bytes = PyBytes::new(python, &kept.bytes).unbind();
        Ok(Some(Frame { bytes, of: kept.of }))
    }
}

/// What a reader gives, to be taken out of it.
struct Kept {
    of: Record,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
struct Record {
    number: usize,
    interface: usize,
    link: Option<LinkType>,
    timestamp_ns: Option<u64>,
    original_length: usize,
}

impl Kept {
    fn of(frame: capture::Frame<'_>) -> Self {
        let timestamp_ns = frame.timestamp.and_then(|since| u64::try_from(since.as_nanos()).ok());
        let (link, capture::Frame { number, interface, original_length, .. }) = (frame.link(), frame);
        let of = Record { number, interface, link, timestamp_ns, original_length };
        Self { of, bytes: frame.bytes.to_vec() }
    }
}

/// A captured frame.
#[pyclass(frozen, module = "contrail_fabric.wire")]
pub(crate) struct Frame {
    bytes: Py<PyBytes>,
    of: Record,
}

#[pymethods]
impl Frame {
    #[new]
    #[pyo3(signature = (
        bytes, *, number = 1, interface = 0, link = Some("ethernet"), timestamp_ns = None, original_length = None
    ))]
    fn new(
        python: Python<'_>,
        bytes: Py<PyBytes>,
        number: usize,
        interface: usize,
        link: Option<&str>,
        timestamp_ns: Option<u64>,
        original_length: Option<usize>,
    ) -> PyResult<Self> {
        let link = link.map(|name| named("link", &LINKS, name)).transpose()?;
        let length = bytes.as_bytes(python).len();
        let original_length = original_length.unwrap_or(length).max(length);
        Ok(Self { bytes, of: Record { number, interface, link, timestamp_ns, original_length } })
    }

    /// The bytes that the capture kept.
    #[getter]
    fn bytes(&self, python: Python<'_>) -> Py<PyBytes> {
        self.bytes.clone_ref(python)
    }

    /// Counted from 1, as other tools do.
    #[getter]
    fn number(&self) -> usize {
        self.of.number
    }

    /// Which interface it was captured on, counted from 0; always 0 in pcap.
    #[getter]
    fn interface(&self) -> usize {
        self.of.interface
    }

    /// What the frame begins with, as `decode` has it; nothing if that is not known here.
    #[getter]
    fn link(&self) -> Option<&'static str> {
        self.of.link.map(|link| name_of(&LINKS, &link))
    }

    /// Nanoseconds since 1970, if the file says.
    #[getter]
    fn timestamp_ns(&self) -> Option<u64> {
        self.of.timestamp_ns
    }

    /// How many bytes the frame had on the wire.
    #[getter]
    fn original_length(&self) -> usize {
        self.of.original_length
    }

    /// The outermost level, as far as the capture kept it: an error is in `Packet.error`.
    #[pyo3(signature = (decoder = None))]
    fn decode<'py>(&self, python: Python<'py>, decoder: Option<Bound<'py, Decoder>>) -> PyResult<Packet> {
        let decoder = match decoder {
            Some(decoder) => decoder,
            None => Bound::new(python, Decoder::default())?,
        };
        let link = self.link().ok_or_else(|| {
            PyValueError::new_err(format!("frame {} begins with nothing that is known here", self.of.number))
        })?;
        Decoder::decode(decoder, self.bytes.bind(python), link, Some(self.of.original_length))
    }

    fn __eq__(&self, other: &Self, python: Python<'_>) -> bool {
        self.of == other.of && self.bytes.as_bytes(python) == other.bytes.as_bytes(python)
    }

    fn __len__(&self, python: Python<'_>) -> usize {
        self.bytes.as_bytes(python).len()
    }

    fn __repr__(&self, python: Python<'_>) -> String {
        format!("<Frame {} of {} bytes>", self.of.number, self.__len__(python))
    }

    fn __getnewargs_ex__<'py>(&self, python: Python<'py>) -> PyResult<((Py<PyBytes>,), Bound<'py, PyDict>)> {
        let Record { number, interface, timestamp_ns, original_length, .. } = self.of;
        let arguments = PyDict::new(python);
        arguments.set_item("number", number)?;
        arguments.set_item("interface", interface)?;
        arguments.set_item("link", self.link())?;
        arguments.set_item("timestamp_ns", timestamp_ns)?;
        arguments.set_item("original_length", original_length)?;
        Ok(((self.bytes(python),), arguments))
    }
}
