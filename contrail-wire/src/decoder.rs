//! The choices of a decoder.

use core::fmt;

use crate::net::udp::UdpHeader;
use crate::packet::Packet;
use crate::reader::Reader;
use crate::tunnel::mpls::LabelStack;
use crate::walk::{self, Start};
use crate::{DecodeError, Label};

/// What stands behind an MPLS label stack. The stack itself does not say; who assigned the label knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MplsPayload {
    /// Not known: left as payload.
    #[default]
    Opaque,
    /// IPv4 or IPv6, as the version field says; anything else is an error.
    Ip,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// An Ethernet frame.
    Ethernet,
    /// A control word (RFC 4448), then an Ethernet frame.
    EthernetWithControlWord,
    /// A guess, as tshark and others make it: first nibble 4 is IPv4, 6 is IPv6, 0 a control word and Ethernet;
    /// anything else, among it an associated channel (RFC 4385), is left as payload. Wrong for each Ethernet frame
    /// without a control word: it is missed, or taken for what its destination address starts like.
    GuessByFirstNibble,
}

/// How a frame is decoded: what the bytes alone do not say.
///
/// ```
/// use contrail_wire::{Decoder, MplsPayload};
///
/// let decoder = Decoder::new()
///     .vxlan_ports(&[4789, 8472])
///     .mpls_payload(&|stack| match stack.bottom().label().get() {
///         299_776 => MplsPayload::EthernetWithControlWord,
///         _ => MplsPayload::Ip,
///     });
/// # let _ = decoder;
/// ```
#[derive(Clone, Copy)]
pub struct Decoder<'d> {
    vxlan_ports: &'d [u16],
    mpls_payload: &'d (dyn Fn(&LabelStack<'_>) -> MplsPayload + Sync),
}

impl Default for Decoder<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("vxlan_ports", &self.vxlan_ports).finish_non_exhaustive()
    }
}

/// What the first byte of a captured frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkType {
    /// Ethernet II or IEEE 802.3.
    Ethernet,
    /// IPv4 or IPv6 without a link header.
    RawIp,
    /// Linux cooked capture, version 1.
    LinuxSll,
    /// Linux cooked capture, version 2.
    LinuxSll2,
}

impl<'d> Decoder<'d> {
    /// VXLAN on port 4789, and what MPLS carries is not guessed.
    pub const fn new() -> Self {
        Self { vxlan_ports: &[UdpHeader::VXLAN], mpls_payload: &|stack| explicit_null(stack) }
    }

    /// The UDP destination ports that carry VXLAN, instead of 4789. Port 4790, if it is one of them, carries it with a next
    /// protocol; it is none of the usual ones, since each port that is looked for costs something in every UDP packet.
    #[must_use]
    pub const fn vxlan_ports(self, ports: &'d [u16]) -> Self {
        Self { vxlan_ports: ports, ..self }
    }

    /// Asks `choose` what each label stack carries, instead of knowing only the explicit null labels.
    #[must_use]
    pub const fn mpls_payload(self, choose: &'d (dyn Fn(&LabelStack<'_>) -> MplsPayload + Sync)) -> Self {
        Self { mpls_payload: choose, ..self }
    }

    /// Decodes the outermost level of an Ethernet frame.
    #[inline(always)]
    pub fn ethernet<'a>(&'a self, frame: &'a [u8]) -> Result<Packet<'a>, DecodeError> {
        walk::complete(self, Start::Ethernet, Reader::new(frame))
    }

    /// Decodes the outermost level of an IPv4 or IPv6 packet.
    #[inline(always)]
    pub fn ip<'a>(&'a self, packet: &'a [u8]) -> Result<Packet<'a>, DecodeError> {
        walk::complete(self, Start::Ip, Reader::new(packet))
    }

    /// Decodes as much of the outermost level as there is of a frame that had `original_length` bytes when it
    /// was captured. What the capture cut off is an error only where a header needs it.
    pub fn captured<'a>(&'a self, link: LinkType, frame: &'a [u8], original_length: usize) -> Decoded<'a> {
        let missing = original_length.saturating_sub(frame.len());
        let start = match link {
            LinkType::Ethernet => Start::Ethernet,
            LinkType::RawIp => Start::Ip,
            LinkType::LinuxSll => Start::LinuxSll,
            LinkType::LinuxSll2 => Start::LinuxSll2,
        };
        walk::decoded(self, start, Reader { missing, ..Reader::new(frame) })
    }

    #[expect(
        clippy::manual_contains,
        reason = "`contains` is not inlined, and the list has one entry or two"
    )]
    #[inline(always)]
    pub(crate) fn carries_vxlan(&self, port: u16) -> bool {
        self.vxlan_ports.iter().any(|known| *known == port)
    }

    #[inline(always)]
    pub(crate) fn payload_of(&self, stack: &LabelStack<'_>) -> MplsPayload {
        (self.mpls_payload)(stack)
    }
}

/// RFC 3032 says what the explicit null labels carry.
fn explicit_null(stack: &LabelStack<'_>) -> MplsPayload {
    match stack.bottom().label() {
        Label::IPV4_EXPLICIT_NULL => MplsPayload::Ipv4,
        Label::IPV6_EXPLICIT_NULL => MplsPayload::Ipv6,
        _ => MplsPayload::Opaque,
    }
}

/// One level, as far as it could be read, and why it could not be read on.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// The headers before the error.
    pub packet: Packet<'a>,
    /// Why the next header could not be read.
    pub error: Option<DecodeError>,
}

impl<'a> Decoded<'a> {
    /// The level, if all of it could be read.
    pub fn complete(self) -> Result<Packet<'a>, DecodeError> {
        match self.error {
            None => Ok(self.packet),
            Some(error) => Err(error),
        }
    }
}
