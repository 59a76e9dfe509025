//! A level of a frame changed where it stands, as far as the frame still reads the same way.

use contrail_wire::net::tcp::TcpFlags;
use contrail_wire::{Label, MacAddr, PacketMut, Vni};

/// Changes all of a level that says nothing of what follows.
pub(crate) fn change_all(level: PacketMut<'_>, word: u32) {
    let [a, b, c, d] = word.to_be_bytes();
    let half = u16::from_be_bytes([a, b]);
    if let Some(ethernet) = level.ethernet {
        ethernet.destination_address = MacAddr::new([a, b, c, d, a, b]);
        ethernet.source_address = MacAddr::new([d, c, b, a, d, c]);
    }
    for tag in level.vlans {
        tag.set_vlan_id(half >> 4).unwrap();
        tag.set_priority_code_point(a >> 5).unwrap();
    }
    if let Some(arp) = level.arp {
        arp.sender_protocol_address = word.to_be_bytes().into();
    }
    if let Some(ip) = level.ipv4 {
        ip.source_address = word.to_be_bytes().into();
        ip.destination_address = (!word).to_be_bytes().into();
        ip.decrement_time_to_live();
        ip.set_dscp(b >> 2).unwrap();
        ip.set_ecn(c >> 6).unwrap();
        ip.identification.set(half);
    }
    if let Some(ip) = level.ipv6 {
        ip.source_address = u128::from(word).to_be_bytes().into();
        ip.destination_address = (u128::from(word) << 77).to_be_bytes().into();
        ip.hop_limit = d;
        ip.set_dscp(b >> 2).unwrap();
        ip.set_ecn(c >> 6).unwrap();
        ip.set_flow_label(word >> 12).unwrap();
    }
    if let Some(udp) = level.udp {
        udp.source_port.set(half);
    }
    if let Some(tcp) = level.tcp {
        tcp.destination_port.set(half);
        tcp.sequence_number.set(word);
        tcp.flags = TcpFlags::from_bits_retain(d);
    }
    if let Some(icmp) = level.icmp {
        icmp.code = d;
    }
    if let Some(icmp) = level.icmpv6 {
        icmp.icmp_type = d;
    }
    if let Some(vxlan) = level.vxlan {
        vxlan.vni = Vni::new(word >> 8).unwrap();
    }
    if let Some(word_of_gre) = level.gre_words.last_mut() {
        word_of_gre.set(word);
    }
    for entry in level.labels {
        entry.ttl = d;
        entry.set_traffic_class(a >> 5).unwrap();
        if !entry.is_bottom() {
            entry.set_label(Label::new(word >> 12).unwrap());
        }
    }
}
