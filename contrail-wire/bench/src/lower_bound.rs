//! The fields read by hand at fixed offsets, with all the checks that a correct decoder makes: EtherType, version and
//! IHL, total length against the frame, fragments, UDP length against the packet, ports, flags, bottom of stack, data
//! offset. Options are not handled (a frame with options is refused), so this is less than any library does.

use crate::fields::Fields;

#[inline(always)]
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

#[inline(always)]
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The payload of an unfragmented IPv4 packet without options, as its total length says.
#[inline(always)]
fn ipv4(bytes: &[u8], protocol: u8) -> Option<(&[u8; 20], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<20>()?;
    if header[0] != 0x45 || header[9] != protocol || u16_at(header, 6) & 0x3fff != 0 {
        return None;
    }
    let length = usize::from(u16_at(header, 2)).checked_sub(20)?;
    Some((header, rest.get(..length)?))
}

#[inline(always)]
fn ethernet(bytes: &[u8]) -> Option<(&[u8; 14], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<14>()?;
    (u16_at(header, 12) == 0x0800).then_some((header, rest))
}

#[inline(always)]
fn udp(bytes: &[u8], port: u16) -> Option<(&[u8; 8], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<8>()?;
    if u16_at(header, 2) != port {
        return None;
    }
    let length = usize::from(u16_at(header, 4)).checked_sub(8)?;
    Some((header, rest.get(..length)?))
}

/// The header of a TCP segment and the length of its payload.
#[inline(always)]
fn tcp(bytes: &[u8]) -> Option<(&[u8; 20], usize)> {
    let header = bytes.first_chunk::<20>()?;
    let payload = bytes.len().checked_sub(usize::from(header[12] >> 4) * 4)?;
    (header[12] >= 0x50).then_some((header, payload))
}

#[inline(always)]
fn label(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (entry, rest) = bytes.split_first_chunk::<4>()?;
    (entry[2] & 1 == 1).then_some((u32_at(entry, 0) >> 12, rest))
}

#[inline(always)]
fn inner(outer: &[u8; 20], entropy: u16, tunnel: u32, inner_mac: [u8; 6], packet: &[u8]) -> Option<Fields> {
    let (ip, segment) = ipv4(packet, 6)?;
    let (tcp, payload) = tcp(segment)?;
    Some(Fields {
        outer_source: u32_at(outer, 12),
        outer_destination: u32_at(outer, 16),
        entropy,
        tunnel,
        inner_mac,
        source: u32_at(ip, 12),
        destination: u32_at(ip, 16),
        source_port: u16_at(tcp, 0),
        destination_port: u16_at(tcp, 2),
        payload,
    })
}

#[inline(never)]
pub fn vxlan(frame: &[u8]) -> Option<u64> {
    in_vxlan(ethernet(frame)?.1)
}

#[inline(always)]
fn in_vxlan(packet: &[u8]) -> Option<u64> {
    let (ip, datagram) = ipv4(packet, 17)?;
    let (header, rest) = udp(datagram, 4789)?;
    let (vxlan, frame) = rest.split_first_chunk::<8>()?;
    if vxlan[0] & 0x08 == 0 {
        return None;
    }
    let (link, packet) = ethernet(frame)?;
    let mac = *link.first_chunk::<6>()?;
    inner(ip, u16_at(header, 0), u32_at(vxlan, 4) >> 8, mac, packet).map(|fields| fields.digest())
}

#[inline(never)]
pub fn vxlan_tagged(frame: &[u8]) -> Option<u64> {
    let (link, rest) = frame.split_first_chunk::<14>()?;
    let (tag, packet) = rest.split_first_chunk::<4>()?;
    if u16_at(link, 12) != 0x8100 || u16_at(tag, 2) != 0x0800 {
        return None;
    }
    in_vxlan(packet)
}

#[inline(never)]
pub fn mpls_over_udp(frame: &[u8]) -> Option<u64> {
    let (_, packet) = ethernet(frame)?;
    let (ip, datagram) = ipv4(packet, 17)?;
    let (header, rest) = udp(datagram, 6635)?;
    let (label, packet) = label(rest)?;
    inner(ip, u16_at(header, 0), label, [0; 6], packet).map(|fields| fields.digest())
}

#[inline(never)]
pub fn mpls_over_gre(frame: &[u8]) -> Option<u64> {
    let (_, packet) = ethernet(frame)?;
    let (ip, rest) = ipv4(packet, 47)?;
    let (gre, rest) = rest.split_first_chunk::<4>()?;
    // No optional words, no routing, version 0; MPLS.
    if u32_at(gre, 0) & 0xfc07_ffff != 0x8847 {
        return None;
    }
    let (label, packet) = label(rest)?;
    inner(ip, 0, label, [0; 6], packet).map(|fields| fields.digest())
}
