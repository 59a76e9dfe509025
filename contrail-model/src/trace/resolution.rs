//! How the MAC addresses of a trace are learnt: who asks by ARP or neighbour discovery, who answers, and the frames of both.

use std::net::IpAddr;

use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::Icmpv6Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::neighbor::NeighborMessage;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::{EncodeError, EtherType, FixedHeader, Header, IpProtocol, MacAddr, frame};

use super::{Hop, Step, Trace};
use crate::fabric::{Address, Fabric, Name, VIRTUAL_GATEWAY};

/// More than a request or reply takes.
const LARGEST: usize = 128;

/// A MAC address that is learnt, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolution {
    /// Who asks.
    pub asked_by: Name,
    /// Who answers: the owner of the address, or who answers for it.
    pub answered_by: Name,
    /// In which network.
    pub network: Name,
    /// The address that is asked for.
    pub address: IpAddr,
    /// Its MAC address.
    pub mac: MacAddr,
    /// The question as it leaves who asks: an ARP request or a neighbor solicitation.
    pub request: Vec<u8>,
    /// The answer as it comes back.
    pub reply: Vec<u8>,
}

/// Who asks, and what for.
struct Question {
    mac: MacAddr,
    own: IpAddr,
    vlan: Option<VlanTag>,
}

impl Trace {
    /// The resolutions that its packets depend on, each once, in the order in which they are needed.
    ///
    /// They happen where a trace says that a node resolves an address, if the caches are empty. A device asks with its
    /// gateway's address and MAC address. A workload is not among those who ask: its vRouter answers for everybody. The
    /// frames are as they are in the network; between leaves they are in VXLAN like any other.
    ///
    /// ```
    /// # let text = include_str!("../../../examples/fabrics/octavia.yaml");
    /// # let fabric = contrail_model::Fabric::from_yaml(text)?;
    /// # let fabric = fabric.plan().best().expect("there is a way").apply(&fabric);
    /// # let flow = contrail_model::Flow::tcp("octavia-worker", "amphora-1", 9443);
    /// let trace = fabric.trace(&flow)?;
    /// let resolutions = trace.resolutions();
    /// let first = resolutions.first().expect("ctl1 needs its gateway");
    /// assert_eq!((&*first.asked_by, first.address), ("ctl1", "10.1.10.1".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resolutions(&self) -> Vec<Resolution> {
        let mut resolutions = Vec::new();
        for hop in self.paths().flat_map(|path| path.hops()) {
            let found = hop.steps().into_iter().filter_map(|step| self.fabric.resolution(hop, step));
            for resolution in found.collect::<Vec<_>>() {
                if !resolutions.contains(&resolution) {
                    resolutions.push(resolution);
                }
            }
        }
        resolutions
    }
}

impl Fabric {
    fn resolution(&self, hop: Hop<'_>, step: Step) -> Option<Resolution> {
        let Step::Resolve { network, address, mac, owner } = step else { return None };
        let question = self.question(hop, &network, address)?;
        let [request, reply] = question.frames(address, mac).ok()?;
        let asked_by = hop.node().clone();
        Some(Resolution { asked_by, answered_by: owner, network, address, mac, request, reply })
    }

    /// With which addresses a node asks in a network, and in which VLAN: that in which it then sends.
    fn question(&self, hop: Hop<'_>, network: &Name, address: IpAddr) -> Option<Question> {
        let network = self.network_named(network)?;
        let sent = hop.sent()?.packet();
        let mut headers = sent.headers().map(|traced| *traced.header());
        let vlan = headers.find_map(|header| match header {
            Header::Vlan(tag) => Some(tag),
            _ => None,
        });
        let server = self.server_named(hop.node()).map(|id| &self.servers[id]);
        let is_own = |interface: &&Address| {
            interface.network == network && interface.address.is_ipv4() == address.is_ipv4()
        };
        if let Some(own) = server.and_then(|server| server.interfaces().find(is_own)) {
            return Some(Question { mac: own.mac, own: own.address, vlan });
        }
        let subnets = self.networks[network].subnets.iter().filter(|subnet| subnet.prefix.contains(&address));
        let gateway = subnets.filter_map(|subnet| subnet.gateway).next()?;
        Some(Question { mac: VIRTUAL_GATEWAY, own: gateway, vlan })
    }
}

impl Question {
    /// The request for an address, and the reply of who has it.
    fn frames(&self, address: IpAddr, mac: MacAddr) -> Result<[Vec<u8>; 2], EncodeError> {
        match (self.own, address) {
            (IpAddr::V4(own), IpAddr::V4(target)) => {
                let request = ArpPacket::request(self.mac, own, target);
                let reply = ArpPacket {
                    operation: ArpPacket::REPLY.into(),
                    sender_hardware_address: mac,
                    sender_protocol_address: target.into(),
                    target_hardware_address: self.mac,
                    target_protocol_address: own.into(),
                    ..request
                };
                Ok([
                    self.frame(self.mac, MacAddr::BROADCAST, EtherType::ARP, &[Header::Arp(request)], &[])?,
                    self.frame(mac, self.mac, EtherType::ARP, &[Header::Arp(reply)], &[])?,
                ])
            }
            (IpAddr::V6(own), IpAddr::V6(target)) => {
                let (group, group_mac) = NeighborMessage::solicited_node(target);
                let message = |from, to, icmp_type| {
                    // Only a packet that no router has passed is taken (RFC 4861 section 7.1).
                    let ip = Ipv6Header { hop_limit: 255, ..Ipv6Header::new(from, to, IpProtocol::ICMPV6) };
                    [Header::Ipv6(ip), Header::Icmpv6(Icmpv6Header { icmp_type, ..Icmpv6Header::default() })]
                };
                let mut body = [0; NeighborMessage::LEN];
                NeighborMessage::solicitation(self.mac, target).encode(&mut body)?;
                let request = message(own, group, Icmpv6Header::NEIGHBOR_SOLICITATION);
                let request = self.frame(self.mac, group_mac, EtherType::IPV6, &request, &body)?;
                NeighborMessage::advertisement(mac, target).encode(&mut body)?;
                let reply = message(target, own, Icmpv6Header::NEIGHBOR_ADVERTISEMENT);
                Ok([request, self.frame(mac, self.mac, EtherType::IPV6, &reply, &body)?])
            }
            _ => Ok([Vec::new(), Vec::new()]),
        }
    }

    fn frame(
        &self,
        source_address: MacAddr,
        destination_address: MacAddr,
        what: EtherType,
        headers: &[Header<'static>],
        payload: &[u8],
    ) -> Result<Vec<u8>, EncodeError> {
        let ethertype = if self.vlan.is_some() { EtherType::VLAN } else { what };
        let mut all =
            vec![Header::Ethernet(EthernetHeader { destination_address, source_address, ethertype })];
        all.extend(self.vlan.map(|tag| Header::Vlan(VlanTag { ethertype: what, ..tag })));
        all.extend_from_slice(headers);
        let mut buffer = [0; LARGEST];
        frame::complete(&mut all, payload, &mut buffer)?;
        Ok(frame::encode(&all, payload, &mut buffer)?.to_vec())
    }
}
