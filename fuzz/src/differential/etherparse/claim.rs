//! What etherparse says of a header, in the words of ours.

use contrail_wire::{FieldValue, Header, Layer, MacAddr};
use etherparse::{
    ArpPacketSlice, Ipv4Slice, Ipv6ExtensionSlice, Ipv6Slice, LinkExtSlice, LinkSlice, NetSlice,
    SlicedPacket, TcpSlice, TransportSlice, ip_number,
};

/// A header: where it stands, and what is in it.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    /// None is what we do not read.
    pub(super) layer: Option<Layer>,
    pub(super) bytes: &'a [u8],
    fields: Vec<(&'static str, FieldValue<'a>)>,
}

impl<'a> Claim<'a> {
    fn new(layer: Layer, bytes: &'a [u8], fields: impl Into<Vec<(&'static str, FieldValue<'a>)>>) -> Self {
        Self { layer: Some(layer), bytes, fields: fields.into() }
    }

    fn unknown(bytes: &'a [u8]) -> Self {
        Self { layer: None, bytes, fields: vec![] }
    }

    /// Ours stands where theirs does, and no field of both has two values.
    pub(super) fn is_the_same(&self, offset: usize, header: &Header<'_>, level: &[u8]) {
        let start = self.bytes.as_ptr().addr() - level.as_ptr().addr();
        assert_eq!((start, self.bytes.len()), (offset, header.len()), "{}: its place", header.layer());
        let mut claimed = self.fields.iter();
        header.fields(&mut |name, value| {
            if claimed.as_slice().first().is_some_and(|(claim, _)| *claim == name) {
                let theirs = claimed.next().map(|(_, value)| *value);
                assert_eq!(Some(value), theirs, "{}: {name}", header.layer());
            }
        });
        assert!(claimed.as_slice().is_empty(), "{}: {:?} is not in ours", header.layer(), claimed.as_slice());
    }
}

/// All headers, outermost first.
pub(super) fn claims<'a>(sliced: &'a SlicedPacket<'a>) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    match &sliced.link {
        Some(LinkSlice::Ethernet2(ethernet)) => claims.push(Claim::new(
            Layer::Ethernet,
            ethernet.header_slice(),
            [
                ("destination_address", FieldValue::Mac(MacAddr::new(ethernet.destination()))),
                ("source_address", FieldValue::Mac(MacAddr::new(ethernet.source()))),
                ("ethertype", FieldValue::Hex(ethernet.ether_type().0.into(), 4)),
            ],
        )),
        Some(LinkSlice::LinuxSll(cooked)) => claims.push(Claim::new(
            Layer::LinuxSll,
            cooked.header_slice(),
            [
                ("packet_type", u16::from(cooked.packet_type()).into()),
                ("arphrd_type", cooked.arp_hardware_type().0.into()),
                ("address_length", cooked.sender_address_valid_length().into()),
            ],
        )),
        _ => {}
    }
    for extension in &sliced.link_exts {
        claims.push(match extension {
            LinkExtSlice::Vlan(tag) => Claim::new(
                Layer::Vlan,
                tag.header_slice(),
                [
                    ("priority_code_point", tag.priority_code_point().value().into()),
                    ("drop_eligible", tag.drop_eligible_indicator().into()),
                    ("vlan_id", tag.vlan_identifier().value().into()),
                    ("ethertype", FieldValue::Hex(tag.ether_type().0.into(), 4)),
                ],
            ),
            LinkExtSlice::Macsec(macsec) => Claim::unknown(macsec.header.slice()),
        });
    }
    match &sliced.net {
        Some(NetSlice::Ipv4(ip)) => ipv4(ip, &mut claims),
        Some(NetSlice::Ipv6(ip)) => ipv6(ip, &mut claims),
        Some(NetSlice::Arp(packet)) => claims.push(arp(packet)),
        None => {}
    }
    claims.extend(sliced.transport.as_ref().map(transport));
    claims
}

/// What is behind the last header; None if etherparse does not say.
pub(super) fn payload<'a>(sliced: &SlicedPacket<'a>) -> Option<&'a [u8]> {
    match (&sliced.transport, &sliced.net, sliced.ip_payload()) {
        (Some(TransportSlice::Udp(udp)), ..) => Some(udp.payload()),
        (Some(TransportSlice::Tcp(tcp)), ..) => Some(tcp.payload()),
        (Some(TransportSlice::Icmpv4(icmp)), ..) => icmp.slice().get(4..),
        (Some(TransportSlice::Icmpv6(icmp)), ..) => icmp.slice().get(4..),
        (Some(TransportSlice::Igmp(igmp)), ..) => Some(igmp.slice()),
        (None, _, Some(ip)) => Some(ip.payload),
        (None, Some(_), None) => Some(&[]),
        (None, None, None) => match &sliced.link {
            Some(LinkSlice::LinuxSll(cooked)) if sliced.link_exts.is_empty() => Some(cooked.payload_slice()),
            _ => sliced.ether_payload().map(|payload| payload.payload),
        },
    }
}

/// The protocol of a checksum and all that it covers but for the pseudo header.
pub(super) fn covered<'a>(transport: &TransportSlice<'a>) -> (u8, &'a [u8]) {
    match transport {
        TransportSlice::Udp(it) => (ip_number::UDP.0, it.slice()),
        TransportSlice::Tcp(it) => (ip_number::TCP.0, it.slice()),
        TransportSlice::Icmpv4(it) => (ip_number::ICMP.0, it.slice()),
        TransportSlice::Icmpv6(it) => (ip_number::IPV6_ICMP.0, it.slice()),
        TransportSlice::Igmp(it) => (ip_number::IGMP.0, it.slice()),
    }
}

fn ipv4<'a>(ip: &'a Ipv4Slice<'a>, claims: &mut Vec<Claim<'a>>) {
    let header = ip.header();
    claims.push(Claim::new(
        Layer::Ipv4,
        header.slice(),
        [
            ("version", header.version().into()),
            ("ihl", header.ihl().into()),
            ("dscp", header.dcp().value().into()),
            ("ecn", header.ecn().value().into()),
            ("total_length", header.total_len().into()),
            ("identification", header.identification().into()),
            ("dont_fragment", header.dont_fragment().into()),
            ("more_fragments", header.more_fragments().into()),
            ("fragment_offset", header.fragments_offset().value().into()),
            ("time_to_live", header.ttl().into()),
            ("protocol", header.protocol().0.into()),
            ("header_checksum", FieldValue::Hex(header.header_checksum().into(), 4)),
            ("source_address", header.source_addr().into()),
            ("destination_address", header.destination_addr().into()),
        ],
    ));
    claims.extend(ip.extensions().auth.map(|authentication| Claim::unknown(authentication.slice())));
}

fn ipv6<'a>(ip: &Ipv6Slice<'a>, claims: &mut Vec<Claim<'a>>) {
    let header = ip.header();
    claims.push(Claim::new(
        Layer::Ipv6,
        header.slice(),
        [
            ("version", header.version().into()),
            ("traffic_class", header.traffic_class().into()),
            ("flow_label", header.flow_label().value().into()),
            ("payload_length", header.payload_length().into()),
            ("next_header", header.next_header().0.into()),
            ("hop_limit", header.hop_limit().into()),
            ("source_address", header.source_addr().into()),
            ("destination_address", header.destination_addr().into()),
        ],
    ));
    claims.extend(ip.extensions().clone().into_iter().map(|extension| {
        let (next, bytes) = match &extension {
            Ipv6ExtensionSlice::HopByHop(it)
            | Ipv6ExtensionSlice::Routing(it)
            | Ipv6ExtensionSlice::DestinationOptions(it) => (it.next_header(), it.slice()),
            Ipv6ExtensionSlice::Fragment(it) => (it.next_header(), it.slice()),
            Ipv6ExtensionSlice::Authentication(it) => (it.next_header(), it.slice()),
        };
        Claim::new(Layer::Ipv6Extension, bytes, [("next_header", next.0.into())])
    }));
}

fn arp<'a>(packet: &'a ArpPacketSlice<'a>) -> Claim<'a> {
    let mut fields = vec![
        ("hardware_type", packet.hw_addr_type().0.into()),
        ("protocol_type", FieldValue::Hex(packet.proto_addr_type().0.into(), 4)),
        ("hardware_length", packet.hw_addr_size().into()),
        ("protocol_length", packet.proto_addr_size().into()),
        ("operation", packet.operation().0.into()),
    ];
    let mac =
        |name, bytes: &[u8]| <[u8; 6]>::try_from(bytes).map(|mac| (name, FieldValue::Mac(MacAddr::new(mac))));
    let ip = |name, bytes: &[u8]| <[u8; 4]>::try_from(bytes).map(|ip| (name, FieldValue::Ipv4(ip.into())));
    fields.extend(mac("sender_hardware_address", packet.sender_hw_addr()));
    fields.extend(ip("sender_protocol_address", packet.sender_protocol_addr()));
    fields.extend(mac("target_hardware_address", packet.target_hw_addr()));
    fields.extend(ip("target_protocol_address", packet.target_protocol_addr()));
    Claim::new(Layer::Arp, packet.slice(), fields)
}

fn transport<'a>(transport: &'a TransportSlice<'a>) -> Claim<'a> {
    let icmp = |layer, bytes: &'a [u8], kind: u8, code: u8, checksum: u16| {
        let checksum = FieldValue::Hex(checksum.into(), 4);
        Claim::new(
            layer,
            common(bytes),
            [("type", kind.into()), ("code", code.into()), ("checksum", checksum)],
        )
    };
    match transport {
        TransportSlice::Udp(udp) => Claim::new(
            Layer::Udp,
            udp.header_slice(),
            [
                ("source_port", udp.source_port().into()),
                ("destination_port", udp.destination_port().into()),
                ("length", udp.length().into()),
                ("checksum", FieldValue::Hex(udp.checksum().into(), 4)),
            ],
        ),
        TransportSlice::Tcp(tcp) => Claim::new(
            Layer::Tcp,
            tcp.header_slice(),
            [
                ("source_port", tcp.source_port().into()),
                ("destination_port", tcp.destination_port().into()),
                ("sequence_number", tcp.sequence_number().into()),
                ("acknowledgment_number", tcp.acknowledgment_number().into()),
                ("data_offset", tcp.data_offset().into()),
                ("flags", FieldValue::Hex(flags(tcp), 2)),
                ("window", tcp.window_size().into()),
                ("checksum", FieldValue::Hex(tcp.checksum().into(), 4)),
                ("urgent_pointer", tcp.urgent_pointer().into()),
            ],
        ),
        TransportSlice::Icmpv4(it) => {
            icmp(Layer::Icmp, it.slice(), it.type_u8(), it.code_u8(), it.checksum())
        }
        TransportSlice::Icmpv6(it) => {
            icmp(Layer::Icmpv6, it.slice(), it.type_u8(), it.code_u8(), it.checksum())
        }
        TransportSlice::Igmp(igmp) => Claim::unknown(igmp.slice()),
    }
}

fn flags(tcp: &TcpSlice<'_>) -> u64 {
    let flags = [tcp.cwr(), tcp.ece(), tcp.urg(), tcp.ack(), tcp.psh(), tcp.rst(), tcp.syn(), tcp.fin()];
    flags.into_iter().fold(0, |bits, flag| bits << 1 | u64::from(flag))
}

/// What all messages of ICMP start with, and all that ours takes for their header.
fn common(message: &[u8]) -> &[u8] {
    message.get(..4).expect("theirs has eight")
}
