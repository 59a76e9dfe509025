//! What can go wrong, said once: who, where, what was expected, and whose claim it contradicts.

use core::fmt;

use crate::bgp::Element;

/// A header kind, as it is named in errors and in a dissection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// Linux cooked capture, version 1 or 2.
    LinuxSll,
    /// Ethernet II, or IEEE 802.3 with a length.
    Ethernet,
    /// An IEEE 802.1Q or 802.1ad tag.
    Vlan,
    /// ARP over Ethernet for IPv4.
    Arp,
    /// IPv4 with its options.
    Ipv4,
    /// The IPv6 base header.
    Ipv6,
    /// Any IPv6 extension header.
    Ipv6Extension,
    /// UDP.
    Udp,
    /// TCP with its options.
    Tcp,
    /// ICMP for IPv4.
    Icmp,
    /// ICMP for IPv6.
    Icmpv6,
    /// VXLAN.
    Vxlan,
    /// VXLAN with a next protocol.
    VxlanGpe,
    /// One MPLS label stack entry.
    Mpls,
    /// The pseudowire control word behind an MPLS label stack.
    ControlWord,
    /// GRE with its optional words.
    Gre,
    /// A DHCP message.
    Dhcp,
    /// A part of a BGP message.
    Bgp(Element),
}

impl Layer {
    /// The name in snake case: `"ethernet"`, `"ipv6_extension"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LinuxSll => "linux_sll",
            Self::Ethernet => "ethernet",
            Self::Vlan => "vlan",
            Self::Arp => "arp",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Ipv6Extension => "ipv6_extension",
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Icmp => "icmp",
            Self::Icmpv6 => "icmpv6",
            Self::Vxlan => "vxlan",
            Self::VxlanGpe => "vxlan_gpe",
            Self::Mpls => "mpls",
            Self::ControlWord => "control_word",
            Self::Gre => "gre",
            Self::Dhcp => "dhcp",
            Self::Bgp(element) => element.name(),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whose length ended the bytes that a header was looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// The buffer that was given to the decoder.
    Frame,
    /// The capture kept fewer bytes than the frame had on the wire.
    Snapshot,
    /// The length in an IEEE 802.3 frame.
    EthernetLength,
    /// Total Length of IPv4.
    Ipv4TotalLength,
    /// Payload Length of IPv6.
    Ipv6PayloadLength,
    /// Length of UDP.
    UdpLength,
    /// The header's own length field (IHL, Data Offset, Hdr Ext Len).
    HeaderLength,
    /// Length of a BGP message.
    BgpMessageLength,
    /// Opt Parm Len of a BGP OPEN, or the length of a parameter or a capability in it.
    BgpParametersLength,
    /// Total Path Attribute Length of a BGP UPDATE.
    BgpAttributesLength,
    /// Length of a BGP path attribute.
    BgpAttributeLength,
    /// Length of a tunnel in a BGP tunnel encapsulation attribute.
    BgpTunnelLength,
    /// The end of a row of BGP routes.
    BgpRoutes,
    /// Length of an EVPN route.
    BgpRouteLength,
    /// Length of an MRT record or a BMP message, or of a part of one.
    RecordLength,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Frame => "the frame",
            Self::Snapshot => "what the capture kept",
            Self::EthernetLength => "the ethernet length",
            Self::Ipv4TotalLength => "the ipv4 total length",
            Self::Ipv6PayloadLength => "the ipv6 payload length",
            Self::UdpLength => "the udp length",
            Self::HeaderLength => "its own header length",
            Self::BgpMessageLength => "the message length",
            Self::BgpParametersLength => "the optional parameters length",
            Self::BgpAttributesLength => "the total path attribute length",
            Self::BgpAttributeLength => "the attribute length",
            Self::BgpTunnelLength => "the tunnel's length",
            Self::BgpRoutes => "the routes",
            Self::BgpRouteLength => "the route's length",
            Self::RecordLength => "the record length",
        })
    }
}

/// Bytes that are not the header they should be.
///
/// Small and `Copy`; made only on the cold path. The offset is absolute in the outermost frame, however
/// deep the header stands.
///
/// ```
/// use contrail_wire::Decoder;
/// let error = Decoder::new().ethernet(&[0; 13]).unwrap_err();
/// assert_eq!(error.to_string(), "ethernet at byte 0: needs 14 bytes, 13 left in the frame");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{layer} at byte {offset}: {problem}")]
#[non_exhaustive]
pub struct DecodeError {
    /// The header that could not be read.
    pub layer: Layer,
    /// Where that header starts, in bytes from the start of the outermost frame.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes end before the header does.
    #[error("needs {needed} bytes, {available} left in {bound}")]
    Truncated {
        /// Bytes the header takes.
        needed: usize,
        /// Bytes there are.
        available: usize,
        /// Whose length says so.
        bound: Bound,
    },
    /// A length field claims more than the enclosing length leaves.
    #[error("{field} claims {claimed} bytes, {available} left in {bound}")]
    Overrun {
        /// The length field, named as in the RFC's figure.
        field: &'static str,
        /// What it says, in bytes.
        claimed: usize,
        /// What there is, in bytes.
        available: usize,
        /// Whose length says so.
        bound: Bound,
    },
    /// A field has a value with which the header cannot be read.
    #[error("{field} is {found}, expected {expected}")]
    Field {
        /// The field, named as in the RFC's figure.
        field: &'static str,
        /// What was found.
        found: u32,
        /// What may stand there, with the RFC that says so.
        expected: &'static str,
    },
}

impl DecodeError {
    #[cold]
    pub(crate) const fn truncated(
        layer: Layer,
        offset: usize,
        needed: usize,
        available: usize,
        bound: Bound,
    ) -> Self {
        Self { layer, offset, problem: Problem::Truncated { needed, available, bound } }
    }

    #[cold]
    pub(crate) const fn overrun(
        layer: Layer,
        offset: usize,
        field: &'static str,
        claimed: usize,
        available: usize,
        bound: Bound,
    ) -> Self {
        Self { layer, offset, problem: Problem::Overrun { field, claimed, available, bound } }
    }

    #[cold]
    pub(crate) const fn field(
        layer: Layer,
        offset: usize,
        field: &'static str,
        found: u32,
        expected: &'static str,
    ) -> Self {
        Self { layer, offset, problem: Problem::Field { field, found, expected } }
    }
}

/// Headers that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer has no room for the headers in front of the payload.
    #[error("{layer} needs {needed} bytes of room, {available} left")]
    NoRoom {
        /// The header that did not fit.
        layer: Layer,
        /// Bytes it takes.
        needed: usize,
        /// Bytes there were.
        available: usize,
    },
    /// What a length field would have to say does not fit into it.
    #[error("{layer} cannot carry {length} bytes: {field} holds at most {max}")]
    TooLong {
        /// The header with the length field.
        layer: Layer,
        /// The length field.
        field: &'static str,
        /// What it would have to say.
        length: usize,
        /// The most it can say.
        max: usize,
    },
    /// Headers stand in an order in which the outer cannot carry the inner.
    #[error("{outer} cannot be followed by {inner}")]
    Order {
        /// The header in front.
        outer: Layer,
        /// The header behind it.
        inner: Layer,
    },
    /// A field has a value that cannot be written.
    #[error("{layer} cannot be written: {field} has to be {expected}")]
    Field {
        /// What it is in.
        layer: Layer,
        /// The field.
        field: &'static str,
        /// What it has to be, with the RFC that says so.
        expected: &'static str,
    },
}

/// A number out of range, or a text that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// A number that does not fit.
    #[error("{what} is {found}, expected {min} to {max}")]
    OutOfRange {
        /// What the number is.
        what: &'static str,
        /// The number.
        found: u32,
        /// The smallest allowed.
        min: u32,
        /// The largest allowed.
        max: u32,
    },
    /// A text that cannot be read.
    #[error("not {what}: expected {expected}")]
    Syntax {
        /// What it should be, with its article.
        what: &'static str,
        /// What it looks like.
        expected: &'static str,
    },
}
