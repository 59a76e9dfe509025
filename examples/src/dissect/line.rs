//! The line for people: what one wants to see of each header at a glance.

use std::fmt;

use contrail_wire::Header;
use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::tcp::TcpFlags;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::Gre;
use contrail_wire::tunnel::mpls::MplsEntry;

use super::Dissection;

impl fmt::Display for Dissection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.number)?;
        if let Err(link_type) = self.outermost {
            return write!(f, " link: unsupported link type {link_type}, {} bytes", self.length);
        }
        let mut separator = " ";
        for level in self.levels() {
            let mut last = None;
            for (_, header) in level.packet.headers() {
                write!(f, "{separator}{}", Summary(&header))?;
                separator = ", ";
                last = Some(header);
            }
            if let Some(error) = level.error {
                write!(f, "{separator}error: {error}")?;
            } else if level.packet.inner_decoded().is_some() {
                separator = " | ";
            } else {
                write!(f, "{separator}{} bytes", level.packet.payload().len())?;
                if let Some(behind) = last.and_then(type_behind) {
                    write!(f, " of {behind}")?;
                }
            }
        }
        self.anomalies().into_iter().flatten().try_for_each(|anomaly| write!(f, "\n  odd: {anomaly}"))
    }
}

/// What a header says of the payload right behind it.
fn type_behind(header: Header<'_>) -> Option<String> {
    Some(match header {
        Header::Ethernet(EthernetHeader { ethertype, .. }) | Header::Vlan(VlanTag { ethertype, .. }) => {
            match ethertype.ieee_802_3_length() {
                Some(_) => "llc".to_owned(),
                None => ethertype.to_string(),
            }
        }
        Header::LinuxSll(header) => header.protocol_type.to_string(),
        Header::LinuxSll2(header) => header.protocol_type.to_string(),
        Header::Ipv4(header, _) => header.protocol.to_string(),
        Header::Ipv6(header) => header.next_header.to_string(),
        Header::Ipv6Extension(extension) => extension.start.next_header.to_string(),
        Header::Gre(header, _) => header.protocol_type.to_string(),
        _ => return None,
    })
}

struct Summary<'h>(&'h Header<'h>);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.layer())?;
        match self.0 {
            Header::Ethernet(header) => {
                write!(f, " {} > {}", header.source_address, header.destination_address)
            }
            Header::LinuxSll2(header) => write!(f, " interface {}", header.interface_index),
            Header::Vlan(tag) => write!(f, " {}", tag.vlan_id()),
            Header::Arp(packet) => arp(f, packet),
            Header::Ipv4(header, _) => {
                write!(f, " {} > {}", header.source_address, header.destination_address)?;
                write!(f, " ttl {}", header.time_to_live)?;
                if header.more_fragments() || header.fragment_offset() > 0 {
                    write!(f, " fragment at {}", usize::from(header.fragment_offset()) * 8)?;
                }
                Ok(())
            }
            Header::Ipv6(header) => {
                write!(f, " {} > {}", header.source_address, header.destination_address)?;
                write!(f, " hop limit {}", header.hop_limit)
            }
            Header::Ipv6Extension(extension) => write!(f, " {}", extension.kind),
            Header::Udp(header) => write!(f, " {} > {}", header.source_port, header.destination_port),
            Header::Tcp(header, _) => {
                write!(f, " {} > {}", header.source_port, header.destination_port)?;
                tcp_flags(f, header.flags)
            }
            Header::Icmp(header) => write!(f, " type {} code {}", header.icmp_type, header.code),
            Header::Icmpv6(header) => write!(f, " type {} code {}", header.icmp_type, header.code),
            Header::Vxlan(header) => write!(f, " vni {}", header.vni),
            Header::VxlanGpe(header) => write!(f, " vni {}", header.vni),
            Header::Mpls(entry) => mpls(f, entry),
            Header::ControlWord(word) => write!(f, " sequence {}", word.sequence_number),
            Header::Gre(header, optional) => match (Gre { header, optional }).key() {
                Some(key) => write!(f, " key {key}"),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn arp(f: &mut fmt::Formatter<'_>, packet: &ArpPacket) -> fmt::Result {
    let (sender, target) = (packet.sender_protocol_address, packet.target_protocol_address);
    match packet.operation.get() {
        ArpPacket::REQUEST => write!(f, " who has {target}, tell {sender}"),
        ArpPacket::REPLY => write!(f, " {sender} is at {}", packet.sender_hardware_address),
        operation => write!(f, " operation {operation}, {sender} to {target}"),
    }
}

fn tcp_flags(f: &mut fmt::Formatter<'_>, flags: TcpFlags) -> fmt::Result {
    for (index, (name, _)) in flags.iter_names().enumerate() {
        f.write_str(if index == 0 { " " } else { "," })?;
        f.write_str(name)?;
    }
    Ok(())
}

fn mpls(f: &mut fmt::Formatter<'_>, entry: &MplsEntry) -> fmt::Result {
    write!(f, " {}", entry.label())?;
    if let Some(name) = entry.label().name() {
        write!(f, " ({name})")?;
    }
    write!(f, " ttl {}", entry.ttl)
}
