use core::net::Ipv4Addr;

use crate::{AssignedNumber, LabelField, MacAddr, RouteTarget};

/// What an [extended community](super::ExtendedCommunity) means, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ExtendedCommunityKind {
    /// 0x00, 0x01, 0x02 with 0x02: which VRFs import the route (RFC 4360 section 4).
    RouteTarget(RouteTarget),
    /// 0x00, 0x01, 0x02 with 0x03: the site that the route comes from (RFC 4360 section 5).
    SiteOfOrigin(AssignedNumber),
    /// 0x00, 0x02 with 0x09: the autonomous system of a multicast source (RFC 6514 section 6).
    SourceAs(AssignedNumber),
    /// 0x01 0x0b: whom to tell that a multicast source is wanted (RFC 6514 section 7).
    VrfRouteImport(AssignedNumber),
    /// 0x40 0x04: the bandwidth of the link that the route comes over (draft-ietf-idr-link-bandwidth).
    LinkBandwidth {
        /// The autonomous system that says so.
        asn: u16,
        /// In bytes per second.
        bytes_per_second: f32,
    },
    /// 0x03 0x0b: a color (RFC 9012 section 4.3).
    Color(u32),
    /// 0x03 0x0c: what traffic is encapsulated in (RFC 9012 section 4.1).
    Encapsulation(super::TunnelType),
    /// 0x03 0x0d: the MAC/IP route is that of a default gateway (RFC 7432 section 7.8).
    DefaultGateway,
    /// 0x06 0x00: how often the MAC address has moved (RFC 7432 section 7.7).
    MacMobility {
        /// It must not move.
        sticky: bool,
        /// How often it has.
        sequence: u32,
    },
    /// 0x06 0x01: for the auto-discovery route of a whole segment (RFC 7432 section 7.5).
    EsiLabel {
        /// One device forwards at a time.
        single_active: bool,
        /// What broadcasts from the segment are marked with.
        label: LabelField,
    },
    /// 0x06 0x02: who imports an Ethernet segment route (RFC 7432 section 7.6).
    EsImport(MacAddr),
    /// 0x06 0x03: the MAC address of the router that has the route (RFC 9135 section 8.1).
    RouterMac(MacAddr),
    /// 0x06 0x04: layer-2 attributes (RFC 8214 section 3.1).
    Layer2Attributes {
        /// Control flags: 0x01 backup, 0x02 primary, 0x04 control word, ...
        flags: u16,
        /// The largest frame without the control word, in bytes; 0 is not told.
        mtu: u16,
    },
    /// 0x06 0x05: leaf of an E-Tree (RFC 8317 section 5).
    ETree {
        /// The site is a leaf.
        leaf: bool,
        /// What broadcasts from leaves are marked with.
        leaf_label: LabelField,
    },
    /// 0x06 0x06: how the designated forwarder is elected (RFC 8584 section 2.2).
    DfElection {
        /// The algorithm: 0 modulus, 1 highest random weight, 2 preference.
        algorithm: u8,
        /// What comes with it.
        capabilities: u16,
    },
    /// 0x06 0x09: which multicast proxies there are: 0x01 IGMP, 0x02 MLD (RFC 9251 section 9.4).
    MulticastFlags(u16),
    /// One of Contrail's own.
    Contrail(ContrailCommunity),
    /// Any other; it is not an error.
    Unknown([u8; 8]),
}

/// An extended community that only Contrail sends (`src/bgp/extended-community` of Tungsten Fabric).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContrailCommunity {
    /// 0x80, 0x82 with 0x71: the virtual network that the route was first in.
    OriginVn(AssignedNumber),
    /// 0x80, 0x82 with 0x04: a security group of the workload.
    SecurityGroup(AssignedNumber),
    /// 0x80, 0x82 with 0x84: a tag of the workload.
    Tag(AssignedNumber),
    /// 0x80, 0x82 with 0x85: the sub-cluster that the route comes from.
    SubCluster(AssignedNumber),
    /// 0x03 0xaa: which header fields paths are chosen by.
    LoadBalance([u8; 6]),
    /// 0xc0 0x00: counts the changes of a local route.
    LocalSequence([u8; 6]),
}

impl ExtendedCommunityKind {
    pub(super) const fn of(octets: [u8; 8]) -> Self {
        let [high, low, a, b, c, d, e, f] = octets;
        let value = [a, b, c, d, e, f];
        let mac = MacAddr::new(value);
        match (high, low) {
            (0x00..=0x02, 0x02) => match RouteTarget::from_octets(octets) {
                Some(target) => Self::RouteTarget(target),
                None => Self::Unknown(octets),
            },
            (0x00..=0x02, 0x03) => Self::SiteOfOrigin(assigned(high, value)),
            (0x00 | 0x02, 0x09) => Self::SourceAs(assigned(high, value)),
            (0x01, 0x0b) => Self::VrfRouteImport(assigned(high, value)),
            (0x40, 0x04) => Self::LinkBandwidth {
                asn: u16::from_be_bytes([a, b]),
                bytes_per_second: f32::from_be_bytes([c, d, e, f]),
            },
            (0x03, 0x0b) => Self::Color(u32::from_be_bytes([c, d, e, f])),
            (0x03, 0x0c) => Self::Encapsulation(super::TunnelType::new(u16::from_be_bytes([e, f]))),
            (0x03, 0x0d) => Self::DefaultGateway,
            (0x06, 0x00) => {
                Self::MacMobility { sticky: a & 0x01 != 0, sequence: u32::from_be_bytes([c, d, e, f]) }
            }
            (0x06, 0x01) => Self::EsiLabel { single_active: a & 0x01 != 0, label: label([d, e, f]) },
            (0x06, 0x02) => Self::EsImport(mac),
            (0x06, 0x03) => Self::RouterMac(mac),
            (0x06, 0x04) => {
                Self::Layer2Attributes { flags: u16::from_be_bytes([a, b]), mtu: u16::from_be_bytes([c, d]) }
            }
            (0x06, 0x05) => Self::ETree { leaf: a & 0x01 != 0, leaf_label: label([d, e, f]) },
            (0x06, 0x06) => {
                Self::DfElection { algorithm: a & 0x1f, capabilities: u16::from_be_bytes([b, c]) }
            }
            (0x06, 0x09) => Self::MulticastFlags(u16::from_be_bytes([a, b])),
            _ => match ContrailCommunity::of(high, low, value) {
                Some(community) => Self::Contrail(community),
                None => Self::Unknown(octets),
            },
        }
    }

    /// The community that means this, with all reserved bits zero.
    pub(super) const fn octets(self) -> [u8; 8] {
        match self {
            Self::RouteTarget(target) => target.octets(),
            Self::SiteOfOrigin(number) => of_assigned(0x00, 0x03, number),
            Self::SourceAs(number) => of_assigned(0x00, 0x09, number),
            Self::VrfRouteImport(number) => of_assigned(0x00, 0x0b, number),
            Self::LinkBandwidth { asn, bytes_per_second } => {
                let ([a, b], [c, d, e, f]) = (asn.to_be_bytes(), bytes_per_second.to_be_bytes());
                [0x40, 0x04, a, b, c, d, e, f]
            }
            Self::Color(color) => {
                let [c, d, e, f] = color.to_be_bytes();
                [0x03, 0x0b, 0, 0, c, d, e, f]
            }
            Self::Encapsulation(tunnel) => {
                let [e, f] = tunnel.get().to_be_bytes();
                [0x03, 0x0c, 0, 0, 0, 0, e, f]
            }
            Self::DefaultGateway => [0x03, 0x0d, 0, 0, 0, 0, 0, 0],
            Self::MacMobility { sticky, sequence } => {
                let [c, d, e, f] = sequence.to_be_bytes();
                [0x06, 0x00, flag(sticky), 0, c, d, e, f]
            }
            Self::EsiLabel { single_active, label } => {
                let [_, d, e, f] = label.get().to_be_bytes();
                [0x06, 0x01, flag(single_active), 0, 0, d, e, f]
            }
            Self::EsImport(mac) => of_value(0x06, 0x02, mac.octets()),
            Self::RouterMac(mac) => of_value(0x06, 0x03, mac.octets()),
            Self::Layer2Attributes { flags, mtu } => {
                let ([a, b], [c, d]) = (flags.to_be_bytes(), mtu.to_be_bytes());
                [0x06, 0x04, a, b, c, d, 0, 0]
            }
            Self::ETree { leaf, leaf_label } => {
                let [_, d, e, f] = leaf_label.get().to_be_bytes();
                [0x06, 0x05, flag(leaf), 0, 0, d, e, f]
            }
            Self::DfElection { algorithm, capabilities } => {
                let [b, c] = capabilities.to_be_bytes();
                [0x06, 0x06, algorithm & 0x1f, b, c, 0, 0, 0]
            }
            Self::MulticastFlags(flags) => {
                let [a, b] = flags.to_be_bytes();
                [0x06, 0x09, a, b, 0, 0, 0, 0]
            }
            Self::Contrail(community) => community.octets(),
            Self::Unknown(octets) => octets,
        }
    }
}

impl ContrailCommunity {
    const fn of(high: u8, low: u8, value: [u8; 6]) -> Option<Self> {
        Some(match (high, low) {
            (0x80 | 0x82, 0x71) => Self::OriginVn(assigned(high & 0x03, value)),
            (0x80 | 0x82, 0x04) => Self::SecurityGroup(assigned(high & 0x03, value)),
            (0x80 | 0x82, 0x84) => Self::Tag(assigned(high & 0x03, value)),
            (0x80 | 0x82, 0x85) => Self::SubCluster(assigned(high & 0x03, value)),
            (0x03, 0xaa) => Self::LoadBalance(value),
            (0xc0, 0x00) => Self::LocalSequence(value),
            _ => return None,
        })
    }

    const fn octets(self) -> [u8; 8] {
        match self {
            Self::OriginVn(number) => of_assigned(0x80, 0x71, number),
            Self::SecurityGroup(number) => of_assigned(0x80, 0x04, number),
            Self::Tag(number) => of_assigned(0x80, 0x84, number),
            Self::SubCluster(number) => of_assigned(0x80, 0x85, number),
            Self::LoadBalance(value) => of_value(0x03, 0xaa, value),
            Self::LocalSequence(value) => of_value(0xc0, 0x00, value),
        }
    }
}

/// The number in a community of type 0 to 2.
const fn assigned(kind: u8, value: [u8; 6]) -> AssignedNumber {
    match AssignedNumber::from_wire(kind, value) {
        Some(number) => number,
        None => AssignedNumber::Ipv4 { address: Ipv4Addr::UNSPECIFIED, number: 0 },
    }
}

const fn of_assigned(first: u8, low: u8, number: AssignedNumber) -> [u8; 8] {
    let (kind, value) = number.to_wire();
    of_value(first | kind, low, value)
}

const fn of_value(high: u8, low: u8, [a, b, c, d, e, f]: [u8; 6]) -> [u8; 8] {
    [high, low, a, b, c, d, e, f]
}

const fn flag(set: bool) -> u8 {
    if set { 0x01 } else { 0x00 }
}

const fn label([d, e, f]: [u8; 3]) -> LabelField {
    LabelField::from_octets([d, e, f])
}
