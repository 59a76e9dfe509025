//! The figures of the headers as data: which bits each field has.

use crate::header::Header;
use crate::tunnel::gre::GreFlags;

/// Fields in the order of the wire, each with its size in bits; one without a name is reserved, and no field has its value.
type Figure = &'static [(&'static str, usize)];

const LINUX_SLL: Figure = &[
    ("packet_type", 16),
    ("arphrd_type", 16),
    ("address_length", 16),
    ("address", 64),
    ("protocol_type", 16),
];
const LINUX_SLL2: Figure = &[
    ("protocol_type", 16),
    ("", 16),
    ("interface_index", 32),
    ("arphrd_type", 16),
    ("packet_type", 8),
    ("address_length", 8),
    ("address", 64),
];
const ETHERNET: Figure = &[("destination_address", 48), ("source_address", 48), ("ethertype", 16)];
const VLAN: Figure = &[("priority_code_point", 3), ("drop_eligible", 1), ("vlan_id", 12), ("ethertype", 16)];
const ARP: Figure = &[
    ("hardware_type", 16),
    ("protocol_type", 16),
    ("hardware_length", 8),
    ("protocol_length", 8),
    ("operation", 16),
    ("sender_hardware_address", 48),
    ("sender_protocol_address", 32),
    ("target_hardware_address", 48),
    ("target_protocol_address", 32),
];
const IPV4: Figure = &[
    ("version", 4),
    ("ihl", 4),
    ("dscp", 6),
    ("ecn", 2),
    ("total_length", 16),
    ("identification", 16),
    ("", 1),
    ("dont_fragment", 1),
    ("more_fragments", 1),
    ("fragment_offset", 13),
    ("time_to_live", 8),
    ("protocol", 8),
    ("header_checksum", 16),
    ("source_address", 32),
    ("destination_address", 32),
];
const IPV6: Figure = &[
    ("version", 4),
    ("traffic_class", 8),
    ("flow_label", 20),
    ("payload_length", 16),
    ("next_header", 8),
    ("hop_limit", 8),
    ("source_address", 128),
    ("destination_address", 128),
];
const IPV6_EXTENSION: Figure = &[("next_header", 8), ("hdr_ext_len", 8)];
const UDP: Figure = &[("source_port", 16), ("destination_port", 16), ("length", 16), ("checksum", 16)];
const TCP: Figure = &[
    ("source_port", 16),
    ("destination_port", 16),
    ("sequence_number", 32),
    ("acknowledgment_number", 32),
    ("data_offset", 4),
    ("", 4),
    ("flags", 8),
    ("window", 16),
    ("checksum", 16),
    ("urgent_pointer", 16),
];
const ICMP: Figure = &[("type", 8), ("code", 8), ("checksum", 16)];
const VXLAN: Figure = &[("flags", 8), ("reserved1", 24), ("vni", 24), ("reserved2", 8)];
const VXLAN_GPE: Figure =
    &[("flags", 8), ("reserved1", 16), ("next_protocol", 8), ("vni", 24), ("reserved2", 8)];
const MPLS: Figure = &[("label", 20), ("traffic_class", 3), ("bottom_of_stack", 1), ("ttl", 8)];
const CONTROL_WORD: Figure = &[("reserved", 16), ("sequence_number", 16)];
const GRE: Figure = &[
    ("checksum_present", 1),
    ("", 1),
    ("key_present", 1),
    ("sequence_number_present", 1),
    ("reserved0", 9),
    ("version", 3),
    ("protocol_type", 16),
];

impl Header<'_> {
    /// Shows each field to `visit` in the order of the wire: name as [`fields`](Self::fields) has it, and size in bits. What is
    /// reserved and no field is shown with an empty name, so that the sizes are those of the whole header.
    pub fn figure(&self, visit: &mut dyn FnMut(&'static str, usize)) {
        let (fixed, variable): (Figure, &[u8]) = match self {
            Self::LinuxSll(_) => (LINUX_SLL, &[]),
            Self::LinuxSll2(_) => (LINUX_SLL2, &[]),
            Self::Ethernet(_) => (ETHERNET, &[]),
            Self::Vlan(_) => (VLAN, &[]),
            Self::Arp(_) => (ARP, &[]),
            Self::Ipv4(_, options) => (IPV4, options),
            Self::Ipv6(_) => (IPV6, &[]),
            Self::Ipv6Extension(extension) => (IPV6_EXTENSION, extension.data),
            Self::Udp(_) => (UDP, &[]),
            Self::Tcp(_, options) => (TCP, options),
            Self::Icmp(_) | Self::Icmpv6(_) => (ICMP, &[]),
            Self::Vxlan(_) => (VXLAN, &[]),
            Self::VxlanGpe(_) => (VXLAN_GPE, &[]),
            Self::Mpls(_) => (MPLS, &[]),
            Self::ControlWord(_) => (CONTROL_WORD, &[]),
            Self::Gre(..) => (GRE, &[]),
        };
        fixed.iter().for_each(|(name, bits)| visit(name, *bits));
        if let Self::Gre(header, _) = self {
            if header.flags.has(GreFlags::CHECKSUM) {
                visit("checksum", 16);
                visit("reserved1", 16);
            }
            if header.flags.has(GreFlags::KEY) {
                visit("key", 32);
            }
            if header.flags.has(GreFlags::SEQUENCE) {
                visit("sequence_number", 32);
            }
        } else if !variable.is_empty() {
            visit(self.variable_part(), variable.len() * 8);
        }
    }
}
