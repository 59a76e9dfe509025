//! The headers around the tunnels: link, network, transport; and the messages by which hosts learn addresses.

pub mod arp;
pub mod checksum;
pub mod dhcp;
pub mod ethernet;
pub mod icmp;
pub mod ipv4;
pub mod ipv6;
pub mod linux_sll;
pub mod neighbor;
mod options;
pub mod tcp;
pub mod udp;
pub mod vlan;
