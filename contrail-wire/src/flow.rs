//! The flow that a packet belongs to, as a number: what spreads tunnels over equal-cost paths.
//!
//! RFC 7348 section 5 and RFC 7510 section 3 ask the encapsulating end to put a hash of the inner flow into the
//! outer UDP source port, in 49152 to 65535. Which hash is left open, so the port can be told only from its range
//! and from being the same for all packets of a flow.
//!
//! ```
//! use contrail_wire::flow::FlowHash;
//! # let frame = contrail_wire::doc::VXLAN_FRAME;
//! let port = FlowHash::of_ethernet(frame).source_port();
//! assert!(port >= 49152);
//! assert_eq!(port, FlowHash::of_ethernet(frame).source_port());
//! ```

use crate::net::ethernet::EthernetHeader;
use crate::net::vlan::VlanTag;
use crate::{Decoder, FixedHeader, LinkType, Network, Transport};

/// A hash of addresses, protocol and ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowHash(u32);

impl FlowHash {
    /// Of the packet in an Ethernet frame; of the Ethernet header if it is no IP packet.
    pub fn of_ethernet(frame: &[u8]) -> Self {
        Self::of(LinkType::Ethernet, frame)
    }

    /// Of an IPv4 or IPv6 packet.
    pub fn of_ip(packet: &[u8]) -> Self {
        Self::of(LinkType::RawIp, packet)
    }

    fn of(link: LinkType, bytes: &[u8]) -> Self {
        let decoder = Decoder::new();
        let packet = decoder.captured(link, bytes, bytes.len()).packet;
        let mut hash = Mix(0x9e37_79b9_7f4a_7c15);
        match packet.network() {
            Network::Ipv4(ip) => {
                hash.add(ip.header.source_address.get().to_bits().into());
                hash.add(ip.header.destination_address.get().to_bits().into());
                hash.add(ip.header.protocol.0.into());
                if ip.is_fragment() {
                    return hash.finish();
                }
            }
            Network::Ipv6(ip) => {
                hash.add_wide(ip.header.source_address.get().to_bits());
                hash.add_wide(ip.header.destination_address.get().to_bits());
                hash.add(ip.protocol.0.into());
                if ip.is_fragment {
                    return hash.finish();
                }
            }
            _ => {
                let link = EthernetHeader::LEN + packet.vlans().len() * VlanTag::LEN;
                for byte in bytes.get(..link).unwrap_or(bytes) {
                    hash.add((*byte).into());
                }
            }
        }
        match packet.transport() {
            Transport::Udp(udp) => hash.add_ports(udp.source_port.get(), udp.destination_port.get()),
            Transport::Tcp(tcp) => {
                hash.add_ports(tcp.header.source_port.get(), tcp.header.destination_port.get());
            }
            _ => {}
        }
        hash.finish()
    }

    /// The hash.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The UDP source port for a tunnel that carries this flow, 49152 to 65535.
    pub const fn source_port(self) -> u16 {
        let [high, low, _, _] = self.0.to_be_bytes();
        0xc000 | u16::from_be_bytes([high, low]) >> 2
    }
}

/// A multiply-and-fold hash: stable across machines and versions, not for tables that an enemy fills.
struct Mix(u64);

impl Mix {
    fn add(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0x9e6c_63d0_876a_46b5;
        let [a, b, c, d, e, f, g, h, rest @ ..] = product.to_be_bytes();
        self.0 = u64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ u64::from_be_bytes(rest);
    }

    fn add_wide(&mut self, word: u128) {
        let [a, b, c, d, e, f, g, h, rest @ ..] = word.to_be_bytes();
        self.add(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        self.add(u64::from_be_bytes(rest));
    }

    fn add_ports(&mut self, source: u16, destination: u16) {
        self.add(u64::from(source) << 16 | u64::from(destination));
    }

    fn finish(self) -> FlowHash {
        let [a, b, c, d, ..] = self.0.to_be_bytes();
        FlowHash(u32::from_be_bytes([a, b, c, d]))
    }
}
