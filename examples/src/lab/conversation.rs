//! Who talks to whom in a flow, and how its frames are known.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use contrail_model::trace::Hop;
use contrail_model::{Trace, Verdict};
use contrail_wire::{Decoder, MacAddr, MplsPayload, Packet, Transport, Vni};

use super::capture::Captured;

/// The addresses and ports of a packet: source, then destination.
pub(super) type Ends = [SocketAddr; 2];

/// What frames are known by.
pub(super) struct Known {
    /// The ends of the packet that it carries in the end, if that is TCP or UDP.
    pub(super) ends: Option<Ends>,
    /// Whether that is for everybody.
    pub(super) is_broadcast: bool,
    /// Of a tunnel, its ends and the source port.
    pub(super) tunnel: Option<([IpAddr; 2], u16)>,
    /// Of VXLAN.
    pub(super) vni: Option<u32>,
}

impl Known {
    pub(super) fn of(frame: &[u8]) -> Option<Self> {
        let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
        let outer = decoder.ethernet(frame).ok()?;
        let inner = outer.levels().filter_map(Result::ok).last()?;
        let tunnel = || {
            outer.tunnel()?;
            Some(([outer.source_ip()?, outer.destination_ip()?], outer.udp()?.source_port.get()))
        };
        let destination = inner.ethernet().map(|ethernet| ethernet.destination_address);
        let is_broadcast = destination == Some(MacAddr::BROADCAST);
        let vni = outer.vni().map(Vni::get);
        Some(Self { ends: ends(&inner), is_broadcast, tunnel: tunnel(), vni })
    }
}

fn ends(packet: &Packet<'_>) -> Option<Ends> {
    let (source, destination) = match packet.transport() {
        Transport::Udp(udp) => (udp.source_port.get(), udp.destination_port.get()),
        Transport::Tcp(tcp) => (tcp.header.source_port.get(), tcp.header.destination_port.get()),
        _ => return None,
    };
    Some([(packet.source_ip()?, source).into(), (packet.destination_ip()?, destination).into()])
}

/// A flow: who opens it from where, and who answers at which address and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The machine that opens it.
    pub opener: String,
    /// The machine that answers.
    pub answerer: String,
    /// Who asks, as it is seen: by distributed SNAT one stands for another.
    clients: BTreeSet<IpAddr>,
    server: SocketAddr,
    is_dhcp: bool,
}

impl Conversation {
    /// That of a trace that is delivered.
    pub fn of(trace: &Trace) -> Option<Self> {
        let path = trace.out().paths().into_iter().next()?;
        let first = path.hops().next()?;
        let ends = |hop: Hop<'_>| Known::of(&hop.sent()?.packet().bytes())?.ends;
        let [_, server] = ends(first)?;
        let last = path.hops().last()?.node();
        let is_delivered = matches!(path.verdict(), Verdict::Delivered { .. });
        let is_dhcp = server.port() == 67;
        is_delivered.then(|| Self {
            opener: first.node().to_string(),
            answerer: last.to_string(),
            clients: path.hops().filter_map(ends).map(|[client, _]| client.ip()).collect(),
            server,
            is_dhcp,
        })
    }

    /// Where it is answered.
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Whether it is one of DHCP, in which addresses change.
    pub const fn is_dhcp(&self) -> bool {
        self.is_dhcp
    }

    /// Its frames among those of a time.
    pub fn frames<'c>(&self, captured: &'c [Captured], [from, to]: [Duration; 2]) -> Vec<&'c Captured> {
        let in_time = captured.iter().filter(|frame| (from..=to).contains(&frame.at));
        in_time.filter(|frame| self.has(&frame.bytes)).collect()
    }

    fn has(&self, bytes: &[u8]) -> bool {
        let Some([source, destination]) = Known::of(bytes).and_then(|known| known.ends) else { return false };
        if self.is_dhcp {
            return [[68, 67], [67, 68]].contains(&[source.port(), destination.port()]);
        }
        let is_ours = |client: SocketAddr, server: SocketAddr| {
            self.clients.contains(&client.ip()) && server == self.server
        };
        is_ours(source, destination) || is_ours(destination, source)
    }
}
