//! Ways of walking a frame that several tests share.

use std::sync::atomic::{AtomicBool, Ordering};

use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Checksum, DecodeError, Decoded, Decoder, Header, LinkType, MplsPayload, Packet, Tunnel};

pub(crate) const LINKS: [LinkType; 4] =
    [LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxSll, LinkType::LinuxSll2];

pub(crate) const MPLS_PAYLOADS: [MplsPayload; 7] = [
    MplsPayload::Opaque,
    MplsPayload::Ip,
    MplsPayload::Ipv4,
    MplsPayload::Ipv6,
    MplsPayload::Ethernet,
    MplsPayload::EthernetWithControlWord,
    MplsPayload::GuessByFirstNibble,
];

/// All levels from the outside in, as far as they can be read.
pub(crate) fn levels<'a>(
    decoder: &'a Decoder<'_>,
    link: LinkType,
    frame: &'a [u8],
    original_length: usize,
) -> Vec<Decoded<'a>> {
    let mut levels = vec![decoder.captured(link, frame, original_length)];
    while let Some(Decoded { packet, error: None }) = levels.last()
        && let Some(inner) = packet.inner_decoded()
    {
        levels.push(inner);
    }
    levels
}

/// The headers of all levels with their offsets.
pub(crate) fn headers<'a>(levels: &[Decoded<'a>]) -> Vec<(usize, Header<'a>)> {
    levels.iter().flat_map(|level| level.packet.headers()).collect()
}

pub(crate) fn error(levels: &[Decoded<'_>]) -> Option<DecodeError> {
    levels.last().and_then(|level| level.error)
}

/// A frame's bytes as its levels show them: all headers, the innermost payload, the trailers.
pub(crate) fn rebuilt(levels: &[Decoded<'_>]) -> Vec<u8> {
    let headers: Vec<_> = headers(levels).into_iter().map(|(_, header)| header).collect();
    let innermost = levels.last().unwrap().packet;
    let mut buffer = vec![0xa5; headers.iter().map(Header::len).sum::<usize>() + innermost.payload().len()];
    let mut frame =
        contrail_wire::frame::encode(&headers, innermost.payload(), &mut buffer).unwrap().to_vec();
    for level in levels.iter().rev() {
        frame.extend_from_slice(level.packet.trailer());
    }
    frame
}

/// Calls everything that a packet can be asked.
pub(crate) fn ask_everything(packet: &Packet<'_>) {
    let mut shown = 0;
    for (offset, header) in packet.headers() {
        assert!(offset >= packet.offset());
        header.fields(&mut |name, value| shown += name.len() + value.to_string().len());
        shown += format!("{} {header:?}", header.layer()).len();
    }
    if let Some(ip) = packet.ipv4() {
        shown += ip.options().count() + usize::from(ip.checksum_is_right());
    }
    if let Some(tcp) = packet.tcp() {
        shown += tcp.options().count();
    }
    packet.anomalies(&mut |anomaly| {
        assert!(anomaly.offset >= packet.offset());
        shown += anomaly.to_string().len();
    });
    shown += [packet.network_checksum(), packet.transport_checksum(), packet.tunnel_checksum()]
        .iter()
        .filter(|checksum| **checksum == Checksum::Right)
        .count();
    if let Some(ip) = packet.ipv4() {
        shown += usize::from(ip.final_destination().is_loopback());
    }
    if let Some(ip) = packet.ipv6() {
        shown += usize::from(ip.final_destination().is_some());
        shown += ip.extensions().flat_map(|extension| extension.options()).count();
    }
    if let Some(Tunnel::Gre(gre) | Tunnel::MplsOverGre(gre, _)) = packet.tunnel() {
        shown += gre.checksum_is_right(packet.payload()).map_or(0, usize::from);
    }
    if let Some(stack) = packet.tunnel().and_then(|tunnel| tunnel.labels()) {
        assert_eq!(stack.entries().count(), stack.len());
        assert!(stack.bottom().is_bottom());
    }
    shown += usize::from(packet.source_ip().is_some()) + usize::from(packet.destination_ip().is_some());
    std::hint::black_box(shown);
}

/// Decodes bytes as every link type and with every answer for MPLS, and holds each result to what is always true.
pub(crate) fn survives(bytes: &[u8]) {
    for link in LINKS {
        for payload in MPLS_PAYLOADS {
            let asked = AtomicBool::new(false);
            let choose = |_: &LabelStack<'_>| {
                asked.store(true, Ordering::Relaxed);
                payload
            };
            let decoder = Decoder::new().vxlan_ports(&[4789, 8472]).mpls_payload(&choose);
            for original_length in [bytes.len(), bytes.len() + 40] {
                let levels = levels(&decoder, link, bytes, original_length);
                assert!(levels.len() <= bytes.len() + 1, "every level takes a byte at least");
                for level in &levels {
                    ask_everything(&level.packet);
                    if let Some(error) = level.error {
                        assert!(error.offset <= bytes.len());
                        assert!(error.to_string().starts_with(error.layer.name()));
                    }
                }
                assert_eq!(rebuilt(&levels), bytes, "headers, payload and trailers are the frame");
            }
            if !asked.into_inner() {
                // Without MPLS, the other answers change nothing.
                break;
            }
        }
    }
}
