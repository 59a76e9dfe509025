use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use contrail_wire::net::udp::UdpHeader;
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Label, MplsPayload};
use lexopt::{Arg, Parser, ValueExt};

/// What `dissect --help` prints.
pub const USAGE: &str = "\
usage: dissect [OPTIONS] FILE

Decodes each frame of a pcap or pcapng file (gzip is unpacked) and prints a line
for it.

  --json               print a JSON object per line instead
  --anomalies          name what is odd about a frame that can be read all the
                       same: reserved bits, wrong checksums, TTL 0, ...
  --vxlan-port N       UDP destination port that carries VXLAN, may be repeated
                       (default: 4789, 8472, and 4790 with a next protocol)
  --mpls-payload KIND  what MPLS carries where the label does not say it:
                         ip            IPv4 or IPv6
                         ethernet      Ethernet
                         control-word  a control word, then Ethernet
                         opaque        nothing that is decoded
                         guess         what its first nibble looks like (default)
  --help               print this

Exit status: 0 if the whole file was read, whatever its frames hold; 2 if it
was not, or if the arguments are wrong.
";

/// How frames are decoded and shown.
#[derive(Clone, Debug)]
pub struct Options {
    /// How they are shown.
    pub format: Format,
    /// Whether what is odd about them is named.
    pub anomalies: bool,
    /// UDP destination ports that carry VXLAN.
    pub vxlan_ports: Vec<u16>,
    /// What MPLS carries where the label does not say it.
    pub mpls_payload: MplsPayload,
}

/// How a frame is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A line for people.
    #[default]
    Line,
    /// A JSON object.
    Json,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: Format::Line,
            anomalies: false,
            vxlan_ports: vec![UdpHeader::VXLAN, UdpHeader::VXLAN_GPE, 8472],
            mpls_payload: MplsPayload::GuessByFirstNibble,
        }
    }
}

/// Arguments that cannot be followed.
#[derive(Debug)]
pub struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

impl From<lexopt::Error> for UsageError {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

impl Options {
    /// What a label stack carries: what a special-purpose label says of it is no guess and goes before
    /// [`mpls_payload`](Self::mpls_payload).
    pub fn payload_of(&self, stack: &LabelStack<'_>) -> MplsPayload {
        match stack.bottom().label() {
            Label::IPV4_EXPLICIT_NULL => MplsPayload::Ipv4,
            Label::IPV6_EXPLICIT_NULL => MplsPayload::Ipv6,
            Label::GENERIC_ASSOCIATED_CHANNEL => MplsPayload::Opaque,
            _ => self.mpls_payload,
        }
    }

    /// Reads the arguments behind the program's name; `None` if they ask for help.
    pub fn parse(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Option<(Self, PathBuf)>, UsageError> {
        let mut options = Self::default();
        let mut vxlan_ports = Vec::new();
        let mut file = None;
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("json") => options.format = Format::Json,
                Arg::Long("anomalies") => options.anomalies = true,
                Arg::Long("vxlan-port") => vxlan_ports.push(parser.value()?.parse()?),
                Arg::Long("mpls-payload") => {
                    options.mpls_payload = parser.value()?.parse_with(mpls_payload)?;
                }
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                Arg::Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
                other => return Err(other.unexpected().into()),
            }
        }
        if !vxlan_ports.is_empty() {
            options.vxlan_ports = vxlan_ports;
        }
        match file {
            Some(file) => Ok(Some((options, file))),
            None => Err(UsageError("no FILE is given".to_owned())),
        }
    }
}

fn mpls_payload(kind: &str) -> Result<MplsPayload, &'static str> {
    Ok(match kind {
        "ip" => MplsPayload::Ip,
        "ethernet" => MplsPayload::Ethernet,
        "control-word" => MplsPayload::EthernetWithControlWord,
        "opaque" => MplsPayload::Opaque,
        "guess" => MplsPayload::GuessByFirstNibble,
        _ => return Err("expected ip, ethernet, control-word, opaque or guess"),
    })
}
