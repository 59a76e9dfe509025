//! What `dissect` does: a capture file in, one line for each frame out.
//!
//! ```
//! use contrail_examples::dissect::{self, Format, Options};
//! # let mut file = Vec::new();
//! # let mut writer = contrail_wire::capture::Writer::new(&mut file)?;
//! # let link = writer.interface("lo", contrail_wire::LinkType::Ethernet)?;
//! # writer.frame(link, std::time::Duration::ZERO, &[0; 13], "")?;
//!
//! let options = Options { format: Format::Json, ..Options::default() };
//! let mut lines = Vec::new();
//! dissect::run(&file[..], &options, &mut lines)?;
//! assert_eq!(
//!     String::from_utf8(lines)?,
//!     "{\"frame\":1,\"layers\":[],\"error\":{\"layer\":\"ethernet\",\"offset\":0,\
//!      \"message\":\"needs 14 bytes, 13 left in the frame\"}}\n",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod line;
mod options;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::iter;

use contrail_wire::capture::{CaptureError, Frame, Reader};
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Anomaly, Decoded, Decoder};
use flate2::bufread::MultiGzDecoder;
use serde::{Serialize, Serializer};
use serde_json::json;

pub use options::{Format, Options, USAGE, UsageError};

/// Why [`run`] stopped before the end.
#[derive(Debug)]
pub enum Failure {
    /// The capture cannot be read, or not to its end.
    Capture(CaptureError),
    /// The lines cannot be written.
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        Self::Capture(error)
    }
}

/// Reads a capture file, as it is or compressed by gzip, and writes a line for each frame; the frames in front of a broken place are written
/// before the failure is returned.
pub fn run(input: impl Read + Send, options: &Options, mut output: impl Write) -> Result<(), Failure> {
    let ended = lines(input, options, &mut output);
    output.flush().map_err(Failure::Output)?;
    ended
}

fn lines(input: impl Read + Send, options: &Options, output: &mut impl Write) -> Result<(), Failure> {
    let mpls_payload = |stack: &LabelStack<'_>| options.payload_of(stack);
    let decoder = Decoder::new().vxlan_ports(&options.vxlan_ports).mpls_payload(&mpls_payload);
    let mut capture = Reader::new(decompressed(input).map_err(CaptureError::from)?)?;
    while let Some(frame) = capture.next_frame()? {
        let dissection = Dissection { anomalies: options.anomalies, ..Dissection::new(&decoder, &frame) };
        match options.format {
            Format::Json => serde_json::to_writer(&mut *output, &dissection)
                .map_err(io::Error::from)
                .and_then(|()| output.write_all(b"\n")),
            Format::Line => writeln!(output, "{dissection}"),
        }
        .map_err(Failure::Output)?;
    }
    Ok(())
}

/// `input`, or what it holds if it is a gzip file.
pub fn decompressed<'r>(input: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut input = BufReader::new(input);
    Ok(if input.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(input))
    } else {
        Box::new(input)
    })
}

/// One frame of a capture: the headers of all its levels, and the error that they end with.
///
/// `Display` is the line for people, `Serialize` the JSON object.
#[derive(Clone, Copy, Debug)]
pub struct Dissection<'a> {
    number: usize,
    length: usize,
    /// Whether they are shown.
    anomalies: bool,
    /// Or the number of a link type that is not supported.
    outermost: Result<Decoded<'a>, u16>,
}

impl<'a> Dissection<'a> {
    /// Decodes the outermost level; the others are decoded when they are shown.
    pub fn new(decoder: &'a Decoder<'_>, frame: &Frame<'a>) -> Self {
        let outermost = match frame.link() {
            Some(link) => Ok(decoder.captured(link, frame.bytes, frame.original_length)),
            None => Err(frame.link_type),
        };
        Self { number: frame.number, length: frame.original_length, anomalies: false, outermost }
    }

    /// What is odd about it, if it is asked for.
    fn anomalies(&self) -> Option<Vec<Anomaly>> {
        self.anomalies.then(|| {
            let mut all = Vec::new();
            for level in self.levels() {
                level.packet.anomalies(&mut |anomaly| all.push(anomaly));
            }
            all
        })
    }

    /// The levels from the outside in, up to the first that is not whole.
    pub fn levels(&self) -> impl Iterator<Item = Decoded<'a>> {
        iter::successors(self.outermost.ok(), |level| match level.error {
            Some(_) => None,
            None => level.packet.inner_decoded(),
        })
    }
}

impl Serialize for Dissection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Object<D> {
            frame: usize,
            #[serde(flatten)]
            decoded: D,
            #[serde(skip_serializing_if = "Option::is_none")]
            anomalies: Option<Vec<Anomaly>>,
        }
        let (frame, anomalies) = (self.number, self.anomalies());
        match self.outermost {
            Ok(decoded) => Object { frame, decoded, anomalies }.serialize(serializer),
            Err(link_type) => {
                let message = format!("unsupported link type {link_type}");
                let error = json!({ "layer": "link", "offset": 0, "message": message });
                let decoded = json!({ "layers": [], "error": error });
                Object { frame, decoded, anomalies }.serialize(serializer)
            }
        }
    }
}
