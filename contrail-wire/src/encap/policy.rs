//! What an encapsulating end may choose: how the outer headers follow from the inner packet.
//!
//! A [`Policy`] is a plain value with a field for each choice; the field's type names what can be chosen, with the RFC
//! that lets it and what a vRouter does. A field counts only where the header is that it is about: fragmentation in
//! IPv4, the flow label in IPv6, checksum and source port in UDP, the rest of what begins with `mpls` in a label stack.
//!
//! ```
//! use contrail_wire::policy::{Model, PerPacket, Policy};
//! use contrail_wire::{Decoder, Encapsulation, Label};
//! # let inner = &contrail_wire::doc::VXLAN_FRAME[64..];
//!
//! let tunnel = Encapsulation::mpls_over_udp(Label::new(299_776).unwrap())
//!     .ipv4([10, 1, 2, 21].into(), [10, 255, 0, 11].into())
//!     .policy(Policy { dscp: Model::Uniform, ..Policy::VROUTER });
//!
//! let mut buffer = [0; 256];
//! let (start, end) = (tunnel.headroom(), tunnel.headroom() + inner.len());
//! buffer[start..end].copy_from_slice(inner); // where it comes from is the caller's: it stays here
//! let frame = tunnel.stamp(&mut buffer[..end], start)?;
//!
//! let decoder = Decoder::new();
//! let outer = decoder.ip(frame).unwrap();
//! assert_eq!(outer.ipv4().unwrap().header.time_to_live, 64);
//! assert_eq!(outer.tunnel().unwrap().labels().unwrap().top().ttl, 63, "that of the inner packet");
//! # Ok::<(), contrail_wire::EncodeError>(())
//! ```
//!
//! What the library cannot know, such as the next number of a counter, is given to each stamp: [`PerPacket`].

use crate::ValueError;
use crate::flow::{FlowHash, FlowHasher};

/// How the outer headers follow from the inner packet; see the [module](self).
///
/// The default is what every receiver can take without being asked first: packets that are never fragmented, fixed TTL
/// and DSCP, no ECN, entropy from the inner flow, a UDP checksum where IPv6 requires one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// DF and identification of IPv4.
    pub fragmentation: Fragmentation,
    /// The TTL of IPv4, the hop limit of IPv6. Default: 64.
    pub ttl: Model<u8>,
    /// The differentiated services code point of IPv4 and IPv6. Default: 0.
    pub dscp: Model<Dscp>,
    /// The ECN bits of IPv4 and IPv6.
    pub ecn: Ecn,
    /// The TTL of each label stack entry. Default: 64.
    pub mpls_ttl: Model<u8>,
    /// The traffic class of each label stack entry. Default: 0.
    pub mpls_traffic_class: Model<TrafficClass>,
    /// The source port of UDP.
    pub source_port: SourcePort,
    /// The checksum of UDP.
    pub udp_checksum: UdpChecksum,
    /// The flow label of IPv6.
    pub flow_label: FlowLabel,
    /// How the inner flow is hashed, for source port and flow label.
    pub hasher: FlowHasher,
}

impl Policy {
    /// The default.
    pub const DEFAULT: Self = Self {
        fragmentation: Fragmentation::Refused,
        ttl: Model::Pipe(64),
        dscp: Model::Pipe(Dscp::DEFAULT),
        ecn: Ecn::Compatibility,
        mpls_ttl: Model::Pipe(64),
        mpls_traffic_class: Model::Pipe(TrafficClass::DEFAULT),
        source_port: SourcePort::Flow,
        udp_checksum: UdpChecksum::Required,
        flow_label: FlowLabel::Flow,
        hasher: FlowHasher::new(),
    };

    /// What a vRouter of Contrail does in the Linux kernel, as far as it does not depend on its configuration: DF clear
    /// and the identification of the inner IPv4 packet, TTL 64, DSCP 0 and ECN 0 whatever is inside, the inner TTL in
    /// the label stack, no UDP checksum. A QoS forwarding class gives other values of DSCP and traffic class.
    pub const VROUTER: Self = Self {
        fragmentation: Fragmentation::Allowed(Identification::Inner),
        mpls_ttl: Model::Uniform,
        udp_checksum: UdpChecksum::Zero,
        ..Self::DEFAULT
    };
}

impl Default for Policy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Whether an outer field stands for itself or carries on the inner one: pipe and uniform model (RFC 2983 for DSCP,
/// RFC 3443 for TTL, RFC 3270 for the traffic class of MPLS).
///
/// ```
/// use contrail_wire::policy::{Dscp, Model, Policy};
/// # use contrail_wire::doc;
/// let dscp = Model::Pipe(Dscp::NETWORK_CONTROL);
/// let outer = doc::outer_ipv4(Policy { dscp, ttl: Model::Uniform, ..Policy::DEFAULT });
/// assert_eq!((outer.dscp(), outer.time_to_live), (48, 63), "the inner has 0 and 63");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model<T> {
    /// This value, whatever is inside.
    Pipe(T),
    /// That of the inner IP packet: its TTL or hop limit, its DSCP, the upper three bits of its DSCP for the traffic
    /// class. Where the inner is no IP packet, or has no hops left, the [default](Policy::DEFAULT): 64 hops, class 0.
    Uniform,
}

impl<T> Model<T> {
    /// What is prepared for all packets.
    pub(crate) fn or(self, uniform: T) -> T {
        match self {
            Self::Pipe(value) => value,
            Self::Uniform => uniform,
        }
    }

    #[inline]
    pub(crate) fn of(self, inner: impl FnOnce() -> T) -> T {
        match self {
            Self::Pipe(value) => value,
            Self::Uniform => inner(),
        }
    }
}

/// A differentiated services code point, 6 bits (RFC 2474).
///
/// ```
/// use contrail_wire::policy::Dscp;
/// assert_eq!(Dscp::new(46), Ok(Dscp::EXPEDITED_FORWARDING));
/// assert_eq!(Dscp::new(64).unwrap_err().to_string(), "DSCP is 64, expected 0 to 63");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dscp(u8);

impl Dscp {
    /// Best effort (RFC 2474).
    pub const DEFAULT: Self = Self(0);
    /// EF (RFC 3246).
    pub const EXPEDITED_FORWARDING: Self = Self(46);
    /// CS6 (RFC 4594).
    pub const NETWORK_CONTROL: Self = Self(48);

    /// The code point with this number, refused above 63.
    pub const fn new(number: u8) -> Result<Self, ValueError> {
        if number > 0x3f { Err(out_of_range("DSCP", number, 0x3f)) } else { Ok(Self(number)) }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The upper six bits of a traffic class octet.
    #[inline]
    pub(crate) const fn of_octet(octet: u8) -> Self {
        Self(octet >> 2)
    }
}

/// The traffic class of an MPLS label stack entry, 3 bits (RFC 5462).
///
/// ```
/// use contrail_wire::policy::TrafficClass;
/// assert_eq!(TrafficClass::new(5).unwrap().get(), 5);
/// assert_eq!(TrafficClass::new(8).unwrap_err().to_string(), "traffic class is 8, expected 0 to 7");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrafficClass(u8);

impl TrafficClass {
    /// Best effort.
    pub const DEFAULT: Self = Self(0);

    /// The class with this number, refused above 7.
    pub const fn new(number: u8) -> Result<Self, ValueError> {
        if number > 7 { Err(out_of_range("traffic class", number, 7)) } else { Ok(Self(number)) }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl From<Dscp> for TrafficClass {
    /// The upper three bits, which are the class selector (RFC 2474 section 4.2.2).
    #[inline]
    fn from(dscp: Dscp) -> Self {
        Self(dscp.0 >> 3)
    }
}

const fn out_of_range(what: &'static str, number: u8, max: u32) -> ValueError {
    ValueError::OutOfRange { what, found: u32::from_be_bytes([0, 0, 0, number]), min: 0, max }
}

/// Whether congestion that routers mark on the outer packet reaches the inner one (RFC 6040 section 4.1).
///
/// ```
/// use contrail_wire::policy::{Ecn, Policy};
/// # use contrail_wire::doc;
/// let outer = doc::outer_ipv4(Policy { ecn: Ecn::Normal, ..Policy::DEFAULT });
/// assert_eq!(outer.ecn(), 0b10, "the inner has ECT(0)");
/// assert_eq!(doc::outer_ipv4(Policy::DEFAULT).ecn(), 0b00);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ecn {
    /// The inner bits are copied. Only towards an end that decapsulates as RFC 6040 says; others lose the mark. Where
    /// the inner is no IP packet, not ECN-capable.
    Normal,
    /// Not ECN-capable, so that routers drop instead of marking. What a vRouter does.
    #[default]
    Compatibility,
}

/// Whether routers may fragment the outer IPv4 packet, and its identification.
///
/// RFC 6864 section 4 wants an identification that does not soon repeat in packets that may be fragmented, and has no
/// use for one in others. So 0 goes with DF, and without DF there is a source of numbers to name.
///
/// ```
/// use contrail_wire::policy::{Fragmentation, Identification, Policy};
/// # use contrail_wire::doc;
/// let fragmentation = Fragmentation::Allowed(Identification::Inner);
/// let outer = doc::outer_ipv4(Policy { fragmentation, ..Policy::DEFAULT });
/// assert_eq!((outer.dont_fragment(), outer.identification.get()), (false, 0x1234), "as the inner has it");
/// let outer = doc::outer_ipv4(Policy::DEFAULT);
/// assert_eq!((outer.dont_fragment(), outer.identification.get()), (true, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fragmentation {
    /// DF set, identification 0. The other end of VXLAN may discard fragments (RFC 7348 section 4.3), and that of MPLS
    /// should not have to put them together (RFC 4023 section 5.1, RFC 7510 section 4).
    #[default]
    Refused,
    /// DF clear, with this identification. What a vRouter does, with [`Identification::Inner`].
    Allowed(Identification),
    /// DF as in the inner IPv4 packet (RFC 2003 section 3.1); set if the inner is IPv6, which routers never fragment;
    /// clear if the inner is no IP packet. With DF the identification is 0, without it this one.
    Inner(Identification),
}

/// The identification of an outer IPv4 packet that may be fragmented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identification {
    /// The [number given](PerPacket::identification) to each stamp, such as a counter's.
    Given,
    /// That of the inner packet if it is IPv4, as a vRouter in the Linux kernel has it, whose traceroute needs it;
    /// otherwise the number given. It repeats if senders inside choose alike.
    Inner,
}

/// The source port of UDP, which routers hash for their choice of path.
///
/// ```
/// use contrail_wire::flow::FlowHasher;
/// use contrail_wire::policy::{Policy, SourcePort};
/// # use contrail_wire::doc;
/// let both_ways_alike = FlowHasher::new().seed(7).symmetric();
/// let outer = doc::outer_udp(Policy { hasher: both_ways_alike, ..Policy::DEFAULT });
/// assert!(outer.source_port.get() >= 49152);
/// let outer = doc::outer_udp(Policy { source_port: SourcePort::Fixed(4789), ..Policy::DEFAULT });
/// assert_eq!(outer.source_port.get(), 4789);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SourcePort {
    /// [From a hash of the inner flow](FlowHash::source_port), 49152 to 65535 (RFC 7348 section 5, RFC 7510
    /// section 3). What a vRouter does, with another seed at each start.
    #[default]
    Flow,
    /// Always this one, so one path for all: for a tunnel that needs no entropy (RFC 7510 section 3).
    Fixed(u16),
}

/// The flow label of IPv6, which routers hash for their choice of path. A vRouter has no tunnels over IPv6.
///
/// ```
/// use contrail_wire::policy::{FlowLabel, Policy};
/// # use contrail_wire::doc;
/// assert_ne!(doc::outer_ipv6(Policy::DEFAULT).flow_label(), 0);
/// assert_eq!(doc::outer_ipv6(Policy { flow_label: FlowLabel::Zero, ..Policy::DEFAULT }).flow_label(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FlowLabel {
    /// [From a hash of the inner flow](FlowHash::flow_label), never 0 (RFC 6438). For GRE it is all the entropy
    /// there is.
    #[default]
    Flow,
    /// 0, for none (RFC 6437 section 2).
    Zero,
}

/// Whether the UDP checksum is computed.
///
/// To compute it, the whole inner is read: it is all that makes the time of a stamp depend on the inner's size. A
/// computed checksum is never 0, which would mean that there is none (RFC 768).
///
/// ```
/// use contrail_wire::policy::{Policy, UdpChecksum};
/// # use contrail_wire::doc;
/// assert_eq!(doc::outer_udp(Policy::DEFAULT).checksum.get(), 0);
/// let outer = doc::outer_udp(Policy { udp_checksum: UdpChecksum::Computed, ..Policy::DEFAULT });
/// assert_ne!(outer.checksum.get(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UdpChecksum {
    /// Zero over IPv4, as RFC 7348 section 5 and RFC 7510 section 3 advise; computed over IPv6, where it is not
    /// optional (RFC 8200 section 8.1).
    #[default]
    Required,
    /// Zero over IPv6 too. RFC 6935 lets tunnels do so where RFC 6936 section 5 holds: the network is one operator's,
    /// the receiver has been told to accept it on that port, and what is inside tolerates misdelivery.
    Zero,
    /// Computed over IPv4 too. A vRouter does so where its network card computes it (`vr_udp_coff`).
    Computed,
}

/// What only the caller of a stamp knows. The default gives nothing.
///
/// ```
/// use contrail_wire::flow::FlowHash;
/// use contrail_wire::policy::PerPacket;
/// # let (hash_of_the_card, counter) = (0x0123_4567, 7);
/// let known = PerPacket {
///     flow: Some(FlowHash::new(hash_of_the_card)),
///     identification: counter,
///     ..PerPacket::default()
/// };
/// # let _ = known;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerPacket {
    /// The flow, so that the inner need not be hashed.
    pub flow: Option<FlowHash>,
    /// The source port of UDP, such as one that a flow table keeps; instead of the [policy's](Policy::source_port).
    pub source_port: Option<u16>,
    /// The identification, where [`Identification`] asks for it.
    pub identification: u16,
}
