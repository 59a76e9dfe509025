//! The MTU budget of a path: what the fabric adds on each link, and what is left for the packet inside.

use std::fmt;

use contrail_wire::{Header, Layer};

use super::note::Node;
use super::{PacketHeaders, Path};
use crate::fabric::{Fabric, Name};
use crate::limits;

/// What the links of a path leave for the packet inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The links, from the sender on.
    pub links: Vec<LinkBudget>,
}

/// What a link leaves for the packet inside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkBudget {
    /// Who sends on it.
    pub from: Name,
    /// The link, by its two ends.
    pub link: Name,
    /// The largest IP packet that both ends take, in bytes.
    pub mtu: u16,
    /// By how many bytes the IP packet on the link is larger than the one inside: 0 where nothing is tunnelled.
    pub overhead: u16,
}

impl LinkBudget {
    /// The largest packet inside that passes, in bytes from its IP header on.
    pub const fn room(&self) -> u16 {
        limits::room(self.mtu, self.overhead)
    }
}

impl Budget {
    /// The largest packet that passes on every link, in bytes from its IP header on; 0 if there are no links.
    pub fn largest(&self) -> u16 {
        self.links.iter().map(LinkBudget::room).min().unwrap_or_default()
    }

    /// The largest packet that the ends of the path take from their own links, in bytes: what the fabric must carry.
    pub fn wanted(&self) -> u16 {
        let ends = [self.links.first(), self.links.last()];
        ends.into_iter().flatten().map(LinkBudget::room).min().unwrap_or_default()
    }

    /// The links on which what the ends can send does not pass.
    pub fn too_small(&self) -> impl Iterator<Item = &LinkBudget> {
        let wanted = self.wanted();
        self.links.iter().filter(move |link| link.room() < wanted)
    }
}

impl fmt::Display for Budget {
    /// A line for each link, and one for all of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = self.wanted();
        for link in &self.links {
            let LinkBudget { from, link: name, mtu, overhead } = link;
            let room = link.room();
            write!(f, "{from} sends on {name}: MTU {mtu}, {overhead} added, {room} left")?;
            f.write_str(if room < wanted { ", too small\n" } else { "\n" })?;
        }
        writeln!(f, "packets of up to {} bytes pass; the ends can send {wanted}", self.largest())
    }
}

impl Path<'_> {
    /// What the links of the path leave for the packet inside.
    ///
    /// A link takes what both its ends do: devices and servers by their `mtu`, the interface of a workload by that of its
    /// network. What is added on it is counted from the headers that the trace predicts there. Rule U2 asks the same of
    /// workloads without a trace.
    ///
    /// ```
    /// # let text = include_str!("../../../examples/fabrics/octavia.yaml");
    /// # let fabric = contrail_model::Fabric::from_yaml(text)?;
    /// # let fabric = fabric.plan().best().expect("there is a way").apply(&fabric);
    /// for trace in fabric.trace_required() {
    ///     for path in trace.paths() {
    ///         let budget = path.budget();
    ///         assert_eq!(budget.largest(), 1500, "{budget}"); // what a workload sends, and no less
    ///         assert_eq!(budget.too_small().count(), 0);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn budget(&self) -> Budget {
        let links = self.hops().filter_map(|hop| {
            let sent = hop.sent()?;
            Some(LinkBudget {
                from: hop.node().clone(),
                link: sent.link(),
                mtu: hop.mtu().min(sent.receiver_mtu()),
                overhead: overhead(sent.packet()),
            })
        });
        Budget { links: links.collect() }
    }
}

impl Fabric {
    /// The MTU of the interfaces of a device, server or workload.
    pub(super) fn mtu_at(&self, node: Node) -> u16 {
        match node {
            Node::Device(id) => self.devices[id].mtu,
            Node::Server(id) => self.servers[id].mtu,
            Node::Workload(id) => self.networks[self.workloads[id].interface.network].mtu,
        }
    }
}

/// By how much the outermost IP packet is larger than the innermost.
fn overhead(packet: PacketHeaders<'_>) -> u16 {
    let is_ip = |header: &Header<'_>| matches!(header.layer(), Layer::Ipv4 | Layer::Ipv6);
    let headers: Vec<Header<'_>> = packet.headers().map(|traced| *traced.header()).collect();
    let (outermost, innermost) = (headers.iter().position(is_ip), headers.iter().rposition(is_ip));
    let between = outermost.zip(innermost).and_then(|(from, to)| headers.get(from..to)).unwrap_or_default();
    u16::try_from(between.iter().map(Header::len).sum::<usize>()).unwrap_or(u16::MAX)
}
