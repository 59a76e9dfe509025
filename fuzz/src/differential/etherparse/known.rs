//! Where etherparse and we differ, and who is right.

use contrail_wire::{Bound, EtherType, Header, IpProtocol, Layer, Network, PayloadKind, Problem};
use etherparse::err::packet::SliceError;
use etherparse::err::{Layer as Theirs, LenError, ipv6_exts};
use etherparse::ether_type;

use super::Case;
use crate::differential::Known;

const IGMP: IpProtocol = IpProtocol(2);
/// ARPHRD_IPGRE.
const IP_OVER_GRE: u16 = 778;
const MACSEC: EtherType = EtherType::new(ether_type::MACSEC.0);

/// Of headers.
pub(super) fn of_headers(case: &Case<'_>) -> [Known; 17] {
    let packet = &case.decoded.packet;
    let ours_ends =
        case.error.is_none() && case.theirs.as_ref().map_or(true, |_| case.common == case.ours.len());
    let our_next = case.theirs.is_ok().then(|| case.ours.get(case.common)).flatten();
    let our_next = our_next.map(|(_, header)| header.layer()).or(case.error.map(|error| error.layer));
    let their_next = case.theirs.iter().flatten().nth(case.common);
    let their_length = match &case.theirs {
        Err(SliceError::Len(error)) => Some(error),
        _ => None,
    };
    let at = |error: &LenError| case.ours.iter().find(|(offset, _)| *offset == error.layer_start_offset);
    let our_problem = |layer, is: fn(&Problem) -> bool| {
        case.error.is_some_and(|error| error.layer == layer && is(&error.problem))
    };
    let (is_fragment, is_later) = match packet.network() {
        Network::Ipv4(ip) => (ip.is_fragment(), ip.is_later_fragment()),
        Network::Ipv6(ip) => (ip.is_fragment, ip.is_later_fragment),
        _ => (false, false),
    };
    let last = case.ours.last().map(|(_, header)| header);
    let protocol = match last {
        Some(Header::Ipv4(ip, _)) => Some(ip.protocol),
        Some(Header::Ipv6(ip)) => Some(ip.next_header),
        Some(Header::Ipv6Extension(extension)) => Some(extension.start.next_header),
        _ => None,
    };
    let ethertype = match last {
        Some(Header::Ethernet(ethernet)) => Some(ethernet.ethertype),
        Some(Header::Vlan(tag)) => Some(tag.ethertype),
        Some(Header::LinuxSll(cooked)) => Some(cooked.protocol_type),
        _ => None,
    };
    let is_transport = |layer| matches!(layer, Layer::Udp | Layer::Tcp | Layer::Icmp | Layer::Icmpv6);
    [
        (
            "theirs reads IEEE 802.1AE (MACsec), which is payload to us",
            ours_ends && ethertype == Some(MACSEC),
        ),
        (
            "theirs reads the authentication header behind IPv4, which is payload to us",
            ours_ends
                && matches!(last, Some(Header::Ipv4(ip, _)) if ip.protocol == IpProtocol::AUTHENTICATION),
        ),
        ("theirs reads IGMP, which is payload to us", ours_ends && protocol == Some(IGMP)),
        (
            "theirs has room for three tags; IEEE 802.1Q has no such limit",
            our_next == Some(Layer::Vlan) && case.common > 2 && their_next.is_none(),
        ),
        (
            "an IEEE 802.3 length is an EtherType that it does not know to theirs; ours holds it to what is there (802.3 3.2.6)",
            case.error.is_some_and(|error| matches!(error.layer, Layer::Ethernet | Layer::Vlan))
                && case
                    .error
                    .is_some_and(|error| matches!(error.problem, Problem::Overrun { field: "length", .. }))
                && case.common == case.ours.len(),
        ),
        (
            "theirs stops at a cooked frame of a GRE interface; its protocol type is that of GRE, which is an EtherType to ours \
             (LINKTYPE_LINUX_SLL; RFC 2784 2.4)",
            case.theirs.as_ref().is_ok_and(|claims| claims.len() == 1)
                && matches!(
                    case.ours.first(),
                    Some((_, Header::LinuxSll(cooked))) if cooked.arphrd_type.get() == IP_OVER_GRE
                ),
        ),
        (
            "theirs takes cooked frames of a few hardware types and packet types only",
            matches!(case.theirs, Err(SliceError::LinuxSll(_))),
        ),
        (
            "theirs takes ARP of all address lengths; ours that of Ethernet and IPv4",
            case.error.is_some_and(|error| error.layer == Layer::Arp)
                && their_next.is_some_and(|claim| claim.layer == Some(Layer::Arp)),
        ),
        (
            "a total length of 0 is what an interface that segments leaves to be filled in: ours takes what is there, \
             which a host must not (RFC 791 3.1)",
            packet.ipv4().is_some_and(|ip| ip.header.total_length.get() == 0)
                && their_length.is_some_and(|error| error.layer == Theirs::Ipv4Packet && error.len == 0),
        ),
        (
            "a payload length of 0 is all that there is to theirs; ours takes it for 0, unless there is a jumbo payload option \
             (RFC 8200 3, RFC 2675 2)",
            has_no_payload_length(case),
        ),
        (
            "the ports of a first fragment are there, and ours reads them (RFC 791 3.2)",
            is_fragment
                && !is_later
                && our_next.is_some_and(is_transport)
                && their_next.is_none()
                && case.theirs.is_ok(),
        ),
        (
            "theirs looks for extension headers in later fragments, where there is the middle of something: ours is right \
             (RFC 8200 4.5)",
            is_later && packet.ipv6().is_some(),
        ),
        (
            "theirs refuses hop-by-hop options that are not first, as a host has to; ours shows them (RFC 8200 4)",
            matches!(case.theirs, Err(SliceError::Ipv6Exts(ipv6_exts::HeaderError::HopByHopNotAtStart))),
        ),
        (
            "theirs does not look at options; ours refuses one that runs past its header (RFC 8200 4.2)",
            our_problem(Layer::Ipv6Extension, |problem| {
                matches!(problem, Problem::Overrun { field: "opt_data_len", .. })
                    || matches!(problem, Problem::Truncated { bound: Bound::HeaderLength, .. })
            }),
        ),
        (
            "a UDP length of 0 is all that there is to theirs; it is that in a jumbogram only (RFC 768, RFC 2675 4)",
            our_problem(Layer::Udp, |problem| {
                matches!(problem, Problem::Field { field: "length", found: 0, .. })
            }) && case.theirs.is_ok(),
        ),
        (
            "theirs wants the eight bytes that each ICMP message has by RFC 792 and most by RFC 4443; ours reads the four that all have",
            their_length.is_some_and(|error| {
                matches!(error.layer, Theirs::Icmpv4 | Theirs::Icmpv6)
                    && (4..8).contains(&error.len)
                    && matches!(at(error), Some((_, Header::Icmp(_) | Header::Icmpv6(_))))
            }),
        ),
        (
            "theirs wants a timestamp message to be as long as it is; ours reads what all messages have (RFC 792)",
            their_length.is_some_and(|error| {
                matches!(error.layer, Theirs::Icmpv4Timestamp | Theirs::Icmpv4TimestampReply)
                    && matches!(at(error), Some((_, Header::Icmp(_))))
            }),
        ),
    ]
}

/// Of what is behind them.
pub(super) fn of_payloads(case: &Case<'_>) -> [Known; 2] {
    let packet = &case.decoded.packet;
    [
        (
            "what is behind an IEEE 802.3 length is padding, which theirs does not know",
            packet.payload_kind() == PayloadKind::Llc,
        ),
        ("a payload length of 0, as above", has_no_payload_length(case)),
    ]
}

fn has_no_payload_length(case: &Case<'_>) -> bool {
    case.decoded.packet.ipv6().is_some_and(|ip| ip.header.payload_length.get() == 0)
}
