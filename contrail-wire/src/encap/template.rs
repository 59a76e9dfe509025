use super::policy::{
    Dscp, Ecn, FlowLabel, Fragmentation, Model, Policy, SourcePort, TrafficClass, UdpChecksum,
};
use super::{Encapsulation, Labels, Tunnel};
use crate::flow::Inner;
use crate::net::ethernet::EthernetHeader;
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::tunnel::gre::GreHeader;
use crate::tunnel::mpls::{ControlWord, MplsEntry};
use crate::{EncodeError, EtherType, FixedHeader, IpProtocol, Layer, MacAddr, ValueError};

/// All outer headers of a tunnel, ready to be stamped; from an [`Encapsulation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    link: EthernetHeader,
    has_link: bool,
    tags: [VlanTag; Self::MAX_TAGS],
    tag_count: usize,
    pub(super) network: Network,
    pub(super) encapsulation: Encapsulation,
    pub(super) policy: Policy,
    pub(super) prepared: Prepared,
}

/// What follows from the rest of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prepared {
    /// The outer headers for an empty inner, from the first byte on.
    pub(super) headers: [u8; LONGEST],
    pub(super) headroom: usize,
    pub(super) link_length: usize,
    /// What the length field of IP says of an empty inner.
    pub(super) length: usize,
    /// Whether the source port is that of the inner flow.
    pub(super) flow_is_port: bool,
    /// Whether the flow label is that of the inner flow.
    pub(super) flow_is_label: bool,
    /// Whether any other field is that of the inner packet.
    pub(super) follows_inner: bool,
    pub(super) has_udp_checksum: bool,
    /// Either of these.
    pub(super) depends_on_inner: bool,
    pub(super) is_over_udp: bool,
}

const LONGEST: usize = EthernetHeader::LEN
    + Template::MAX_TAGS * VlanTag::LEN
    + Ipv6Header::LEN
    + UdpHeader::LEN
    + Labels::MAX_DEPTH * MplsEntry::LEN
    + ControlWord::LEN;

/// The IP header of an empty packet, so far as it is the same for all; in IPv4 with its checksum and a length of 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    Ipv4(Ipv4Header),
    Ipv6(Ipv6Header),
}

impl Network {
    const fn ethertype(&self) -> EtherType {
        match self {
            Self::Ipv4(_) => EtherType::IPV4,
            Self::Ipv6(_) => EtherType::IPV6,
        }
    }

    pub(super) const fn layer(&self) -> Layer {
        match self {
            Self::Ipv4(_) => Layer::Ipv4,
            Self::Ipv6(_) => Layer::Ipv6,
        }
    }
}

impl Template {
    /// The most VLAN tags.
    pub const MAX_TAGS: usize = 4;

    pub(super) fn new(encapsulation: Encapsulation, network: Network) -> Self {
        let prepared = Prepared {
            headers: [0; LONGEST],
            headroom: 0,
            link_length: 0,
            length: 0,
            flow_is_port: true,
            flow_is_label: true,
            follows_inner: true,
            has_udp_checksum: false,
            depends_on_inner: false,
            is_over_udp: false,
        };
        Self {
            link: EthernetHeader { ethertype: network.ethertype(), ..EthernetHeader::default() },
            has_link: false,
            tags: [VlanTag::default(); Self::MAX_TAGS],
            tag_count: 0,
            network,
            encapsulation,
            policy: Policy::DEFAULT,
            prepared,
        }
        .prepare()
    }

    /// With an Ethernet header in front; without one the template starts with IP.
    #[must_use]
    pub fn ethernet(mut self, source: MacAddr, destination: MacAddr) -> Self {
        self.link.source_address = source;
        self.link.destination_address = destination;
        self.has_link = true;
        self.prepare()
    }

    /// With an IEEE 802.1Q tag for this VLAN; see [`tag`](Self::tag). Refused for an identifier above 4095 too.
    pub fn vlan(self, vlan_id: u16) -> Result<Self, ValueError> {
        self.tag(EtherType::VLAN, VlanTag::new(vlan_id, self.network.ethertype())?)
    }

    /// With a tag behind the Ethernet header and the tags before it, which is announced by `ethertype`, such as
    /// [`EtherType::SERVICE_VLAN`]; what the tag itself announces is set. No tag is written without an Ethernet header.
    /// Refused if there are [`MAX_TAGS`](Self::MAX_TAGS) already.
    pub fn tag(mut self, ethertype: EtherType, tag: VlanTag) -> Result<Self, ValueError> {
        let (before, room) = self.tags.split_at_mut_checked(self.tag_count).unwrap_or_default();
        let Some(place) = room.first_mut() else {
            return Err(ValueError::OutOfRange { what: "number of VLAN tags", found: 5, min: 0, max: 4 });
        };
        *place = VlanTag { ethertype: self.network.ethertype(), ..tag };
        // What follows is told by the header before.
        *before.last_mut().map_or(&mut self.link.ethertype, |before| &mut before.ethertype) = ethertype;
        self.tag_count += 1;
        Ok(self.prepare())
    }

    /// With this policy instead of the [default](Policy::DEFAULT).
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }.prepare()
    }

    /// Bytes that the outer headers take in front of the inner.
    pub const fn headroom(&self) -> usize {
        self.prepared.headroom
    }

    /// Bytes that the tunnel takes of an underlay's MTU: the outer headers without those of the link, which an MTU does
    /// not count.
    pub const fn overhead(&self) -> usize {
        self.prepared.headroom - self.prepared.link_length
    }

    /// The largest inner, in bytes, whose outer IP packet fits into `mtu` and into the length field of IP; 0 if none
    /// does.
    pub const fn max_inner(&self, mtu: usize) -> usize {
        let longest = match self.network {
            Network::Ipv4(_) => 0xffff,
            Network::Ipv6(_) => Ipv6Header::LEN + 0xffff,
        };
        let packet = if mtu < longest { mtu } else { longest };
        packet.saturating_sub(self.overhead())
    }

    pub(super) const fn first_layer(&self) -> Layer {
        if self.has_link { Layer::Ethernet } else { self.network.layer() }
    }

    fn prepare(mut self) -> Self {
        let Policy { fragmentation, ttl, dscp, ecn, mpls_ttl, mpls_traffic_class, .. } = self.policy;
        let (hops, class) = (ttl.or(Inner::DEFAULT_HOPS), dscp.or(Dscp::DEFAULT).get() << 2);
        match &mut self.network {
            Network::Ipv4(header) => {
                header.dscp_ecn = class;
                header.flags_fragment_offset.set(DONT_FRAGMENT);
                header.time_to_live = hops;
                header.update_checksum(&[]);
            }
            Network::Ipv6(header) => {
                header.set_traffic_class(class);
                header.hop_limit = hops;
            }
        }
        let mut headers = [0; LONGEST];
        let left = self.encode(&mut headers).map_or(0, |rest| rest.len());
        let over_udp = self.encapsulation.protocol() == IpProtocol::UDP;
        let over_mpls = !matches!(self.encapsulation.tunnel, Tunnel::Vxlan(_));
        let over_ipv6 = matches!(self.network, Network::Ipv6(_));
        let headroom = LONGEST - left;
        let link_length = if self.has_link { EthernetHeader::LEN + self.tag_count * VlanTag::LEN } else { 0 };
        let follows_inner = (!over_ipv6 && fragmentation != Fragmentation::Refused)
            || ttl == Model::Uniform
            || dscp == Model::Uniform
            || ecn == Ecn::Normal
            || (over_mpls && (mpls_ttl == Model::Uniform || mpls_traffic_class == Model::Uniform));
        let has_udp_checksum = match self.policy.udp_checksum {
            UdpChecksum::Required => over_udp && over_ipv6,
            UdpChecksum::Zero => false,
            UdpChecksum::Computed => over_udp,
        };
        self.prepared = Prepared {
            headers,
            headroom,
            link_length,
            length: headroom - link_length - if over_ipv6 { Ipv6Header::LEN } else { 0 },
            flow_is_port: over_udp && self.policy.source_port == SourcePort::Flow,
            flow_is_label: over_ipv6 && self.policy.flow_label == FlowLabel::Flow,
            follows_inner,
            has_udp_checksum,
            depends_on_inner: follows_inner || has_udp_checksum,
            is_over_udp: over_udp,
        };
        self
    }

    fn encode<'b>(&self, mut rest: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let Self { policy, encapsulation, .. } = self;
        if self.has_link {
            rest = self.link.encode(rest)?;
            for tag in self.tags.iter().take(self.tag_count) {
                rest = tag.encode(rest)?;
            }
        }
        rest = match &self.network {
            Network::Ipv4(header) => header.encode(rest)?,
            Network::Ipv6(header) => header.encode(rest)?,
        };
        let port = match policy.source_port {
            SourcePort::Flow => 0,
            SourcePort::Fixed(port) => port,
        };
        let udp = UdpHeader::new(port, encapsulation.destination_port);
        let ttl = policy.mpls_ttl.or(Inner::DEFAULT_HOPS);
        let class = policy.mpls_traffic_class.or(TrafficClass::DEFAULT);
        match &encapsulation.tunnel {
            Tunnel::Vxlan(header) => header.encode(udp.encode(rest)?),
            Tunnel::MplsOverUdp(labels) => labels.encode(class, ttl, udp.encode(rest)?),
            Tunnel::MplsOverGre(labels) => {
                labels.encode(class, ttl, GreHeader::new(EtherType::MPLS).encode(rest)?)
            }
        }
    }
}

/// The flag of IPv4.
pub(super) const DONT_FRAGMENT: u16 = 0x4000;
