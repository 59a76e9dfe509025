//! Laws of stamping outer headers in front of an inner frame.

use std::net::{Ipv4Addr, Ipv6Addr};

use contrail_wire::flow::{FlowHash, FlowHasher};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::policy::{
    Dscp, Ecn, FlowLabel, Fragmentation, Identification, Model, PerPacket, Policy, SourcePort, TrafficClass,
    UdpChecksum,
};
use contrail_wire::tunnel::mpls::MplsEntry;
use contrail_wire::tunnel::vxlan::{NextProtocol, VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use contrail_wire::{
    Checksum, Encapsulation, EncodeError, EtherType, IntoBytes, Label, Labels, LinkType, MacAddr,
    MplsPayload, Network, Packet, Template, Tunnel, Vni,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::generated::{Generated, decoder, frames};
use crate::packets::{error, headers, levels};

/// A template, and all that it was made of.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) tunnel: TunnelKind,
    pub(crate) over_ipv6: bool,
    /// Without one the frame starts with IP.
    pub(crate) tags: Option<Vec<(EtherType, u16)>>,
    pub(crate) policy: Policy,
    pub(crate) packet: PerPacket,
}

#[derive(Clone, Debug)]
pub(crate) enum TunnelKind {
    Vxlan(VxlanHeader, u16),
    Gpe(VxlanGpeHeader),
    /// Over GRE, or else over UDP; the last digit of the bottom label says what follows, as `decoder()` reads it.
    Mpls(bool, Vec<Label>, MplsPayload),
}

const NEAR: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 1]);
const FAR: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 2]);
const SOURCE: Ipv4Addr = Ipv4Addr::new(10, 1, 2, 21);
const DESTINATION: Ipv4Addr = Ipv4Addr::new(10, 255, 0, 11);
const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x21);
const DESTINATION_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x11);

impl Case {
    pub(crate) fn template(&self) -> Template {
        let encapsulation = match &self.tunnel {
            TunnelKind::Vxlan(header, port) => Encapsulation::vxlan(*header).destination_port(*port),
            TunnelKind::Gpe(header) => Encapsulation::vxlan_gpe(*header),
            TunnelKind::Mpls(over_gre, labels, payload) => {
                let labels = Labels::new(labels).unwrap().payload(*payload);
                if *over_gre {
                    Encapsulation::mpls_over_gre(labels)
                } else {
                    Encapsulation::mpls_over_udp(labels)
                }
            }
        };
        let template = if self.over_ipv6 {
            encapsulation.ipv6(SOURCE_V6, DESTINATION_V6)
        } else {
            encapsulation.ipv4(SOURCE, DESTINATION)
        };
        let template = template.policy(self.policy);
        let Some(tags) = &self.tags else { return template };
        tags.iter().fold(template.ethernet(NEAR, FAR), |template, (ethertype, control)| {
            let tag = VlanTag { tag_control_information: (*control).into(), ethertype: EtherType::ARP };
            template.tag(*ethertype, tag).unwrap()
        })
    }

    /// What the inner starts with.
    pub(crate) fn carries(&self) -> LinkType {
        match &self.tunnel {
            TunnelKind::Vxlan(..) => LinkType::Ethernet,
            TunnelKind::Gpe(header) if header.payload() == NextProtocol::ETHERNET => LinkType::Ethernet,
            TunnelKind::Mpls(_, _, MplsPayload::Ethernet | MplsPayload::EthernetWithControlWord) => {
                LinkType::Ethernet
            }
            _ => LinkType::RawIp,
        }
    }

    pub(crate) fn link(&self) -> LinkType {
        if self.tags.is_some() { LinkType::Ethernet } else { LinkType::RawIp }
    }

    fn is_over_udp(&self) -> bool {
        !matches!(self.tunnel, TunnelKind::Mpls(true, ..))
    }

    /// Stamps into a buffer of 0xa5 with more headroom than is needed.
    pub(crate) fn stamped(&self, inner: &[u8], spare: usize) -> Vec<u8> {
        let template = self.template();
        let start = template.headroom() + spare;
        let mut buffer = vec![0xa5; start];
        buffer.extend_from_slice(inner);
        let frame = template.stamp_with(&mut buffer, start, self.packet).unwrap().to_vec();
        assert_eq!(buffer[..spare], vec![0xa5; spare], "nothing is written in front of the outer headers");
        assert_eq!(buffer[start..], *inner, "the inner stays as and where it is");
        assert_eq!(buffer[spare..], frame);
        frame
    }
}

fn tunnels() -> impl Strategy<Value = TunnelKind> {
    let vni = || (0..1_u32 << 24).prop_map(|vni| Vni::new(vni).unwrap());
    let port = prop_oneof![Just(UdpHeader::VXLAN), Just(8472)];
    let gpe = prop_oneof![Just(NextProtocol::IPV4), Just(NextProtocol::IPV6), Just(NextProtocol::ETHERNET)];
    let last = prop_oneof![
        2 => Just((1, MplsPayload::Ip)),
        1 => Just((4, MplsPayload::Ethernet)),
        1 => Just((5, MplsPayload::EthernetWithControlWord)),
    ];
    let label = (16..1_u32 << 20).prop_map(|label| Label::new(label).unwrap());
    prop_oneof![
        2 => (vni(), port).prop_map(|(vni, port)| TunnelKind::Vxlan(vni.into(), port)),
        1 => (vni(), any::<u16>())
            .prop_map(|(vni, group)| TunnelKind::Vxlan(VxlanGbpHeader::new(vni, group).into(), UdpHeader::VXLAN)),
        1 => (vni(), gpe).prop_map(|(vni, next)| TunnelKind::Gpe(VxlanGpeHeader::new(vni, next))),
        4 => (any::<bool>(), vec(label, 0..8), 2..100_000_u32, last).prop_map(
            |(over_gre, mut labels, bottom, (digit, payload))| {
                labels.push(Label::new(bottom * 10 + digit).unwrap());
                TunnelKind::Mpls(over_gre, labels, payload)
            }
        ),
    ]
}

pub(crate) fn policies() -> impl Strategy<Value = Policy> {
    fn model<T: Copy + std::fmt::Debug + 'static>(
        pipe: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Model<T>> {
        prop_oneof![pipe.prop_map(Model::Pipe), Just(Model::Uniform)].boxed()
    }
    let identification = || prop_oneof![Just(Identification::Given), Just(Identification::Inner)];
    let fragmentation = prop_oneof![
        Just(Fragmentation::Refused),
        identification().prop_map(Fragmentation::Allowed),
        identification().prop_map(Fragmentation::Inner),
    ];
    let udp_checksum =
        prop_oneof![Just(UdpChecksum::Required), Just(UdpChecksum::Zero), Just(UdpChecksum::Computed)];
    let source_port = prop_oneof![Just(SourcePort::Flow), any::<u16>().prop_map(SourcePort::Fixed)];
    let hasher = (any::<u64>(), any::<bool>()).prop_map(|(seed, symmetric)| {
        let hasher = FlowHasher::new().seed(seed);
        if symmetric { hasher.symmetric() } else { hasher }
    });
    let of_ip = (
        fragmentation,
        model(1..=255_u8),
        model((0..64_u8).prop_map(|dscp| Dscp::new(dscp).unwrap())),
        prop_oneof![Just(Ecn::Normal), Just(Ecn::Compatibility)],
        prop_oneof![Just(FlowLabel::Flow), Just(FlowLabel::Zero)],
    );
    let of_mpls = (model(1..=255_u8), model((0..8_u8).prop_map(|class| TrafficClass::new(class).unwrap())));
    (of_ip, of_mpls, source_port, udp_checksum, hasher).prop_map(
        |((fragmentation, ttl, dscp, ecn, flow_label), mpls, source_port, udp_checksum, hasher)| {
            let (mpls_ttl, mpls_traffic_class) = mpls;
            Policy {
                fragmentation,
                ttl,
                dscp,
                ecn,
                mpls_ttl,
                mpls_traffic_class,
                source_port,
                udp_checksum,
                flow_label,
                hasher,
            }
        },
    )
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let tag = (prop_oneof![Just(EtherType::VLAN), Just(EtherType::SERVICE_VLAN)], any::<u16>())
        // 4095 is reserved.
        .prop_map(|(ethertype, control)| (ethertype, control & 0xfffe));
    let tags = option::of(vec(tag, 0..=Template::MAX_TAGS));
    let packet = (option::of(any::<u32>()), option::of(any::<u16>()), any::<u16>()).prop_map(
        |(flow, port, number)| PerPacket {
            flow: flow.map(FlowHash::new),
            source_port: port,
            identification: number,
        },
    );
    (tunnels(), any::<bool>(), tags, policies(), packet).prop_map(
        |(tunnel, over_ipv6, tags, policy, packet)| Case { tunnel, over_ipv6, tags, policy, packet },
    )
}

/// A case and something that it can carry.
pub(crate) fn cases_with_inner() -> impl Strategy<Value = (Case, Generated)> {
    (cases(), vec(frames(), 1..9)).prop_filter_map("no inner of that kind", |(case, inners)| {
        let inner = inners.into_iter().find(|inner| inner.link == case.carries())?;
        Some((case, inner))
    })
}

/// What outer headers may take from an inner packet, as the decoder reads it.
struct Inner {
    hops: u8,
    class: u8,
    dont_fragment: bool,
    identification: Option<u16>,
}

impl Inner {
    fn new(packet: &Packet<'_>) -> Self {
        let (hops, class, dont_fragment, identification) = match packet.network() {
            Network::Ipv4(ip) => {
                let header = ip.header;
                let identification = Some(header.identification.get());
                (header.time_to_live, header.dscp_ecn, header.dont_fragment(), identification)
            }
            Network::Ipv6(ip) => (ip.header.hop_limit, ip.header.traffic_class(), true, None),
            _ => (64, 0, false, None),
        };
        Self { hops: if hops == 0 { 64 } else { hops }, class, dont_fragment, identification }
    }
}

fn chosen<T>(model: Model<T>, uniform: T) -> T {
    match model {
        Model::Pipe(value) => value,
        Model::Uniform => uniform,
    }
}

/// Holds the outer level of a stamped frame to what its case asks for.
fn assert_outer(case: &Case, outer: &Packet<'_>, inner: &Inner, flow: FlowHash) {
    let Case { policy, packet, .. } = case;
    let ecn = if policy.ecn == Ecn::Normal { inner.class & 3 } else { 0 };
    let class = chosen(policy.dscp, Dscp::new(inner.class >> 2).unwrap()).get() << 2 | ecn;
    let hops = chosen(policy.ttl, inner.hops);
    let tags = case.tags.as_deref().unwrap_or_default();
    assert_eq!(outer.vlans().len(), tags.len());
    let control = outer.vlans().iter().map(|tag| tag.tag_control_information.get());
    assert!(control.eq(tags.iter().map(|(_, control)| *control)));
    let mut announced = outer.ethernet().map(|link| link.ethertype).into_iter();
    let announced = announced.by_ref().chain(outer.vlans().iter().map(|tag| tag.ethertype));
    let network = if case.over_ipv6 { EtherType::IPV6 } else { EtherType::IPV4 };
    let expected = tags.iter().map(|(ethertype, _)| *ethertype).chain([network]);
    assert!(case.tags.is_none() || announced.eq(expected));

    match outer.network() {
        Network::Ipv4(ip) => {
            assert!(!case.over_ipv6);
            let header = ip.header;
            assert_eq!(
                (header.source_address.get(), header.destination_address.get()),
                (SOURCE, DESTINATION)
            );
            assert_eq!((header.dscp_ecn, header.time_to_live), (class, hops));
            let (dont_fragment, source) = match policy.fragmentation {
                Fragmentation::Refused => (true, None),
                Fragmentation::Inner(_) if inner.dont_fragment => (true, None),
                Fragmentation::Inner(source) | Fragmentation::Allowed(source) => (false, Some(source)),
            };
            let identification = match source {
                None => 0,
                Some(Identification::Given) => packet.identification,
                Some(Identification::Inner) => inner.identification.unwrap_or(packet.identification),
            };
            let found = (header.flags_fragment_offset.get(), header.identification.get());
            assert_eq!(found, (if dont_fragment { 0x4000 } else { 0 }, identification));
        }
        Network::Ipv6(ip) => {
            assert!(case.over_ipv6);
            let header = ip.header;
            assert_eq!(header.source_address.get(), SOURCE_V6);
            assert_eq!(header.destination_address.get(), DESTINATION_V6);
            assert_eq!((header.traffic_class(), header.hop_limit), (class, hops));
            let label = if policy.flow_label == FlowLabel::Flow { flow.flow_label() } else { 0 };
            assert_eq!(header.flow_label(), label);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(outer.network_checksum(), Checksum::Right | Checksum::Absent));

    assert_eq!(outer.udp().is_some(), case.is_over_udp());
    if let Some(udp) = outer.udp() {
        let port = packet.source_port.unwrap_or(match policy.source_port {
            SourcePort::Flow => flow.source_port(),
            SourcePort::Fixed(port) => port,
        });
        assert_eq!(udp.source_port.get(), port);
        let is_computed = match policy.udp_checksum {
            UdpChecksum::Required => case.over_ipv6,
            UdpChecksum::Zero => false,
            UdpChecksum::Computed => true,
        };
        assert_eq!(udp.checksum.get() != 0, is_computed);
        let expected = if is_computed { Checksum::Right } else { Checksum::Absent };
        assert_eq!(outer.transport_checksum(), expected);
    }
    match (&case.tunnel, outer.tunnel()) {
        (TunnelKind::Vxlan(header, port), Some(Tunnel::Vxlan(found))) => {
            assert_eq!((found, outer.udp().unwrap().destination_port.get()), (header, *port));
        }
        (TunnelKind::Mpls(over_gre, labels, payload), Some(tunnel)) => {
            assert_eq!(matches!(tunnel, Tunnel::MplsOverGre(..)), *over_gre);
            let class = chosen(policy.mpls_traffic_class, Dscp::new(inner.class >> 2).unwrap().into());
            let ttl = chosen(policy.mpls_ttl, inner.hops);
            let stack = tunnel.labels().unwrap();
            assert!(stack.entries().map(MplsEntry::label).eq(labels.iter().copied()));
            assert!(stack.entries().all(|entry| (entry.traffic_class(), entry.ttl) == (class.get(), ttl)));
            let has_control_word = *payload == MplsPayload::EthernetWithControlWord;
            assert_eq!(outer.control_word().is_some(), has_control_word);
            assert!(outer.control_word().is_none_or(|word| word.as_bytes() == [0; 4]));
            assert!(
                over_gre | (outer.udp().is_some_and(|udp| udp.destination_port.get() == UdpHeader::MPLS))
            );
        }
        (TunnelKind::Gpe(header), Some(Tunnel::VxlanGpe(found))) => {
            assert_eq!((found, outer.udp().unwrap().destination_port.get()), (header, UdpHeader::VXLAN_GPE));
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn every_outer_field_is_what_the_policy_says((case, inner) in cases_with_inner(), spare in 0..9_usize) {
        let template = case.template();
        let frame = case.stamped(&inner.bytes, spare);
        prop_assert_eq!(frame.len(), inner.bytes.len() + template.headroom());

        let decoder = decoder().vxlan_ports(&[4789, 4790, 8472]);
        let level = decoder.captured(inner.link, &inner.bytes, inner.bytes.len());
        let flow = case.packet.flow.unwrap_or_else(|| match inner.link {
            LinkType::Ethernet => case.policy.hasher.ethernet(&inner.bytes),
            _ => case.policy.hasher.ip(&inner.bytes),
        });
        let outer = decoder.captured(case.link(), &frame, frame.len());
        prop_assert_eq!(outer.error, None);
        assert_outer(&case, &outer.packet, &Inner::new(&level.packet), flow);
        prop_assert!(outer.packet.trailer().is_empty());
        let mut odd = Vec::new();
        outer.packet.anomalies(&mut |anomaly| odd.push(anomaly.to_string()));
        // That both ends have agreed on none (RFC 7510 section 3.1) is not to be seen in the packet.
        let lacks_checksum = outer.packet.udp().is_some_and(|udp| udp.checksum.get() == 0)
            && case.over_ipv6
            && matches!(case.tunnel, TunnelKind::Mpls(..));
        prop_assert_eq!(odd.len(), usize::from(lacks_checksum), "{:?}", odd);
        prop_assert!(odd.iter().all(|odd| odd.contains("checksum is 0x0000, expected one, as IPv6 has none")));
    }

    #[test]
    fn the_inner_is_found_again_moved_by_the_headroom((case, inner) in cases_with_inner()) {
        prop_assume!(!matches!(case.tunnel, TunnelKind::Gpe(_)));
        let frame = case.stamped(&inner.bytes, 0);
        let headroom = case.template().headroom();
        let decoder = decoder().vxlan_ports(&[4789, 8472]);
        let all = levels(&decoder, case.link(), &frame, frame.len());
        prop_assert_eq!(error(&all), None);
        prop_assert_eq!(all[0].packet.payload(), &inner.bytes);
        let moved: Vec<_> = headers(&all[1..]).into_iter().map(|(offset, header)| (offset - headroom, header)).collect();
        prop_assert_eq!(moved, headers(&levels(&decoder, inner.link, &inner.bytes, inner.bytes.len())));
    }

    #[test]
    fn a_stamp_by_itself_is_one_with_nothing_given(
        (case, inner) in cases_with_inner(),
        any in vec(any::<u8>(), 0..120),
    ) {
        let template = case.template();
        for inner in [&inner.bytes, &any] {
            let case = Case { packet: PerPacket::default(), ..case.clone() };
            let mut buffer = vec![0xa5; template.headroom()];
            buffer.extend_from_slice(inner);
            prop_assert_eq!(&*template.stamp(&mut buffer, template.headroom()).unwrap(), &case.stamped(inner, 0));
        }
    }

    #[test]
    fn any_inner_is_carried(case in cases(), inner in vec(any::<u8>(), 0..120)) {
        let frame = case.stamped(&inner, 0);
        let decoder = decoder().vxlan_ports(&[4789, 8472]);
        let outer = decoder.captured(case.link(), &frame, frame.len());
        prop_assert_eq!(outer.error, None);
        prop_assert!(outer.packet.payload().ends_with(&inner));
        prop_assert!(matches!(outer.packet.network_checksum(), Checksum::Right | Checksum::Absent));
        prop_assert!(matches!(outer.packet.transport_checksum(), Checksum::Right | Checksum::Absent));
    }

    #[test]
    fn an_error_inside_is_the_same_error_moved_by_the_headroom(
        (case, inner) in cases_with_inner(),
        cut in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!matches!(case.tunnel, TunnelKind::Gpe(_)));
        let cut = &inner.bytes[..cut.index(inner.bytes.len())];
        let decoder = decoder().vxlan_ports(&[4789, 8472]);
        let alone = error(&levels(&decoder, inner.link, cut, cut.len()));
        // What starts with no version is IPv4 to both, but the decoder is told of an IP packet only by its first byte.
        prop_assume!(inner.link == LinkType::Ethernet || !cut.is_empty());
        let frame = case.stamped(cut, 0);
        let inside = error(&levels(&decoder, case.link(), &frame, frame.len()));
        prop_assert_eq!(inside.map(|error| (error.layer, error.offset)),
            alone.map(|error| (error.layer, error.offset + case.template().headroom())));
    }

    #[test]
    fn what_is_refused_leaves_the_buffer_as_it_was(case in cases(), missing in 1..40_usize, excess in 1..40_usize) {
        let template = case.template();
        let untouched = |mut buffer: Vec<u8>, start: usize| {
            let error = template.stamp_with(&mut buffer, start, case.packet).unwrap_err();
            assert!(buffer.iter().all(|byte| *byte == 0xa5));
            error
        };
        let start = template.headroom() - missing.min(template.headroom());
        let is_no_room = |error| matches!(error, EncodeError::NoRoom { .. });
        prop_assert!(is_no_room(untouched(vec![0xa5; 300], start)));
        prop_assert!(is_no_room(untouched(vec![0xa5; 300], 300 + excess)));
        prop_assert!(is_no_room(untouched(vec![0xa5; start], start)));
        let longest = template.max_inner(usize::MAX);
        let too_long = untouched(vec![0xa5; template.headroom() + longest + excess], template.headroom());
        let is_too_long = matches!(too_long, EncodeError::TooLong { length, max: 0xffff, .. } if length == 0xffff + excess);
        prop_assert!(is_too_long, "{}", too_long);
        let mut buffer = vec![0xa5; template.headroom() + longest];
        prop_assert!(template.stamp_with(&mut buffer, template.headroom(), case.packet).is_ok());
    }

    #[test]
    fn overhead_headroom_and_largest_inner_belong_together(case in cases(), mtu in 0..70_000_usize) {
        let template = case.template();
        let link = case.tags.as_ref().map_or(0, |tags| 14 + 4 * tags.len());
        prop_assert_eq!(template.headroom(), link + template.overhead());
        let largest = template.max_inner(mtu);
        let longest_packet = if case.over_ipv6 { 40 + 0xffff } else { 0xffff };
        prop_assert_eq!(largest, mtu.min(longest_packet).saturating_sub(template.overhead()));
        let frame = case.stamped(&vec![0; largest.min(2000)], 0);
        prop_assert!(largest == 0 || largest > 2000 || frame.len() - link == mtu);
    }
}
