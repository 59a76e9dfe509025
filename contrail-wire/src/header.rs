//! What all headers have in common.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::net::arp::ArpPacket;
use crate::net::checksum::Sum;
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::{Ipv4, Ipv4Header};
use crate::net::ipv6::Ipv6Header;
use crate::net::ipv6::extension::Ipv6Extension;
use crate::net::linux_sll::{LinuxSll, LinuxSll2};
use crate::net::tcp::{Tcp, TcpHeader};
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::tunnel::gre::{Gre, GreHeader};
use crate::tunnel::mpls::{ControlWord, MplsEntry};
use crate::tunnel::vxlan::{VxlanGpeHeader, VxlanHeader};
use crate::{Anomaly, AnomalyReport, Bound, DecodeError, EncodeError, Layer, MacAddr};

/// A header of fixed size that *is* its bytes: read in place, changed in place, written as it stands.
///
/// The fields of an implementor stand in wire order. What follows a header at a variable length (options,
/// optional words) is not part of it.
pub trait FixedHeader: FromBytes + IntoBytes + KnownLayout + Immutable + Unaligned + Copy {
    /// What this header is called.
    const LAYER: Layer;
    /// Its size in bytes.
    const LEN: usize = size_of::<Self>();

    /// Whether the fields are such that the header can be read on; `offset` is for the error.
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        let _ = offset;
        Ok(())
    }

    /// Shows each field to `visit`: name as in the RFC's figure, in snake case, and value.
    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>));

    /// Reports the fields that no sender should write so, as far as the header alone shows it.
    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        let _ = report;
    }

    /// Borrows the header at the start of `bytes`, and what follows it.
    fn decode(bytes: &[u8]) -> Result<(&Self, &[u8]), DecodeError> {
        let Ok((header, rest)) = Self::ref_from_prefix(bytes) else {
            return Err(DecodeError::truncated(Self::LAYER, 0, Self::LEN, bytes.len(), Bound::Frame));
        };
        header.validate(0)?;
        Ok((header, rest))
    }

    /// Borrows the header at the start of `bytes` to change it in place, and what follows it.
    fn decode_mut(bytes: &mut [u8]) -> Result<(&mut Self, &mut [u8]), DecodeError> {
        let available = bytes.len();
        let Ok((header, rest)) = Self::mut_from_prefix(bytes) else {
            return Err(DecodeError::truncated(Self::LAYER, 0, Self::LEN, available, Bound::Frame));
        };
        header.validate(0)?;
        Ok((header, rest))
    }

    /// Writes the header to the start of `buffer` and returns the room behind it.
    fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let available = buffer.len();
        let Some((room, rest)) = buffer.split_at_mut_checked(Self::LEN) else {
            return Err(EncodeError::NoRoom { layer: Self::LAYER, needed: Self::LEN, available });
        };
        room.copy_from_slice(self.as_bytes());
        Ok(rest)
    }
}

/// A field's value, ready to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// A flag.
    Bool(bool),
    /// A number that people read in decimal.
    Number(u64),
    /// A number that people read in hexadecimal, with this many digits.
    Hex(u64, usize),
    /// A MAC address.
    Mac(MacAddr),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
    /// Bytes without further meaning here.
    Bytes(&'a [u8]),
    /// Words.
    Text(&'a str),
}

impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(flag) => fmt::Display::fmt(flag, f),
            Self::Number(number) => fmt::Display::fmt(number, f),
            Self::Hex(number, digits) => write!(f, "0x{number:0digits$x}"),
            Self::Mac(mac) => fmt::Display::fmt(mac, f),
            Self::Ipv4(address) => fmt::Display::fmt(address, f),
            Self::Ipv6(address) => fmt::Display::fmt(address, f),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Text(text) => f.write_str(text),
        }
    }
}

macro_rules! from_number {
    ($($type:ty),*) => {$(
        impl From<$type> for FieldValue<'_> {
            fn from(number: $type) -> Self {
                Self::Number(number.into())
            }
        }
    )*};
}
from_number!(u8, u16, u32);

impl<'a> From<&'a str> for FieldValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for FieldValue<'_> {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<MacAddr> for FieldValue<'_> {
    fn from(mac: MacAddr) -> Self {
        Self::Mac(mac)
    }
}

impl From<Ipv4Addr> for FieldValue<'_> {
    fn from(address: Ipv4Addr) -> Self {
        Self::Ipv4(address)
    }
}

impl From<Ipv6Addr> for FieldValue<'_> {
    fn from(address: Ipv6Addr) -> Self {
        Self::Ipv6(address)
    }
}

/// One header of a frame, by value; what has a variable length is borrowed.
///
/// [`Packet::headers`](crate::Packet::headers) shows a frame as these, and [`frame`](crate::frame) builds a frame
/// from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Header<'a> {
    /// Linux cooked capture, version 1.
    LinuxSll(LinuxSll),
    /// Linux cooked capture, version 2.
    LinuxSll2(LinuxSll2),
    /// Ethernet.
    Ethernet(EthernetHeader),
    /// A VLAN tag.
    Vlan(VlanTag),
    /// ARP.
    Arp(ArpPacket),
    /// IPv4 and its options.
    Ipv4(Ipv4Header, &'a [u8]),
    /// IPv6 without its extension headers.
    Ipv6(Ipv6Header),
    /// An IPv6 extension header.
    Ipv6Extension(Ipv6Extension<'a>),
    /// UDP.
    Udp(UdpHeader),
    /// TCP and its options.
    Tcp(TcpHeader, &'a [u8]),
    /// ICMP.
    Icmp(IcmpHeader),
    /// ICMPv6.
    Icmpv6(Icmpv6Header),
    /// VXLAN.
    Vxlan(VxlanHeader),
    /// VXLAN with a next protocol.
    VxlanGpe(VxlanGpeHeader),
    /// A label stack entry.
    Mpls(MplsEntry),
    /// A control word.
    ControlWord(ControlWord),
    /// GRE and its optional words.
    Gre(GreHeader, &'a [u8]),
}

/// `$body` with `$fixed` bound to the fixed part of whichever header it is and `$variable` to the rest.
macro_rules! each_header {
    ($header:expr, |$fixed:ident, $variable:ident| $body:expr) => {
        match $header {
            Header::LinuxSll($fixed) => with_no_variable_part!($variable, $body),
            Header::LinuxSll2($fixed) => with_no_variable_part!($variable, $body),
            Header::Ethernet($fixed) => with_no_variable_part!($variable, $body),
            Header::Vlan($fixed) => with_no_variable_part!($variable, $body),
            Header::Arp($fixed) => with_no_variable_part!($variable, $body),
            Header::Ipv4($fixed, $variable) => $body,
            Header::Ipv6($fixed) => with_no_variable_part!($variable, $body),
            Header::Ipv6Extension(extension) => {
                let ($fixed, $variable) = (&extension.start, &extension.data);
                $body
            }
            Header::Udp($fixed) => with_no_variable_part!($variable, $body),
            Header::Tcp($fixed, $variable) => $body,
            Header::Icmp($fixed) => with_no_variable_part!($variable, $body),
            Header::Icmpv6($fixed) => with_no_variable_part!($variable, $body),
            Header::Vxlan($fixed) => with_no_variable_part!($variable, $body),
            Header::VxlanGpe($fixed) => with_no_variable_part!($variable, $body),
            Header::Mpls($fixed) => with_no_variable_part!($variable, $body),
            Header::ControlWord($fixed) => with_no_variable_part!($variable, $body),
            Header::Gre($fixed, $variable) => $body,
        }
    };
}

macro_rules! with_no_variable_part {
    ($variable:ident, $body:expr) => {{
        let $variable: &&[u8] = &&[][..];
        $body
    }};
}

impl Header<'_> {
    /// Which header this is.
    pub fn layer(&self) -> Layer {
        fn of<H: FixedHeader>(_: &H) -> Layer {
            H::LAYER
        }
        each_header!(self, |fixed, _variable| of(fixed))
    }

    /// Its size with its variable part, in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a header is never empty")]
    pub fn len(&self) -> usize {
        each_header!(self, |fixed, variable| size_of_val(fixed) + variable.len())
    }

    /// Shows each field to `visit`: name as in the RFC's figure, in snake case, and value.
    pub fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        match self {
            Self::Gre(header, optional) => Gre { header, optional }.fields(visit),
            _ => each_header!(self, |fixed, variable| {
                fixed.fields(visit);
                if !variable.is_empty() {
                    visit(self.variable_part(), FieldValue::Bytes(variable));
                }
            }),
        }
    }

    /// Reports what is odd about the header by itself, of which `offset` says where it stands.
    pub fn anomalies(&self, offset: usize, each: &mut dyn FnMut(Anomaly)) {
        let report = &mut AnomalyReport { layer: self.layer(), offset, each };
        match self {
            Self::Ipv4(header, options) => Ipv4 { header, options }.anomalies(report),
            Self::Ipv6Extension(extension) => extension.anomalies(report),
            Self::Tcp(header, options) => Tcp { header, options }.anomalies(report),
            Self::Gre(header, optional) => Gre { header, optional }.anomalies(report),
            _ => each_header!(self, |fixed, _variable| fixed.anomalies(report)),
        }
    }

    /// Adds its bytes to a checksum.
    pub(crate) fn sum(&self, sum: Sum) -> Sum {
        each_header!(self, |fixed, variable| sum.bytes(fixed.as_bytes()).bytes(variable))
    }

    pub(crate) const fn variable_part(&self) -> &'static str {
        match self {
            Self::Ipv6Extension(_) => "data",
            _ => "options",
        }
    }

    /// Writes the header to the start of `buffer` as it stands and returns the room behind it.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        each_header!(self, |fixed, variable| {
            let rest = fixed.encode(buffer)?;
            let available = rest.len();
            let Some((room, rest)) = rest.split_at_mut_checked(variable.len()) else {
                let needed = variable.len();
                return Err(EncodeError::NoRoom { layer: self.layer(), needed, available });
            };
            room.copy_from_slice(variable);
            Ok(rest)
        })
    }
}
