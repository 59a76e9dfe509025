//! The headers around the tunnels: link, network, transport.

pub mod arp;
pub mod checksum;
pub mod ethernet;
pub mod icmp;
pub mod ipv4;
pub mod ipv6;
pub mod linux_sll;
mod options;
pub mod tcp;
pub mod udp;
pub mod vlan;
