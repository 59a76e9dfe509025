//! The fields read by hand at fixed offsets. It is known which attributes there are, in which order and how
//! long they are; checked are what a correct decoder checks of a message and a route: marker, type and lengths, and that
//! MAC and IP address have the lengths that they are read with.

use crate::bgp::fields::{Fields, and, digest};

/// Message header, two lengths, and MP_REACH_NLRI with an extended length up to its routes.
pub(super) const ROUTES: usize = 19 + 4 + 4 + 9;
/// ORIGIN, empty AS_PATH, LOCAL_PREF, two extended communities.
pub(super) const BEHIND: usize = 4 + 3 + 7 + 19;
pub(super) const ROUTE: usize = 39;

#[inline(always)]
fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

#[inline(never)]
pub fn read(message: &[u8]) -> Option<u64> {
    let start = message.first_chunk::<ROUTES>()?;
    let length = u16_at(start, 16);
    let valid = start[..16] == [0xff; 16]
        && length == message.len()
        && start[18] == 2
        && u16_at(start, 19) == 0
        && u16_at(start, 21) == length - 23
        && start[23..25] == [0x90, 14]
        && start[27..31] == [0, 25, 70, 4];
    if !valid {
        return None;
    }
    let (routes, behind) = message[27..].split_at_checked(u16_at(start, 25))?;
    let behind: &[u8; BEHIND] = behind.try_into().ok()?;
    if behind[..4] != [0x40, 1, 1, 0] || behind[4..7] != [0x40, 2, 0] || behind[7..10] != [0x40, 5, 4] {
        return None;
    }
    let mut total = 0;
    let (routes, []) = routes[9..].as_chunks::<ROUTE>() else { return None };
    for route in routes {
        if route[0] != 2 || route[1] != 37 || route[24] != 48 || route[31] != 32 {
            return None;
        }
        let fields = Fields {
            rd: *route[2..].first_chunk()?,
            esi: *route[10..].first_chunk()?,
            ethernet_tag: u32::from_be_bytes(*route[20..].first_chunk()?),
            mac: *route[25..].first_chunk()?,
            ip: *route[32..].first_chunk()?,
            label: u32::from_be_bytes([0, route[36], route[37], route[38]]),
        };
        total = and(total, fields.digest());
    }
    let next_hop = *start[31..].first_chunk()?;
    let local_pref = u32::from_be_bytes(*behind[10..].first_chunk()?);
    Some(digest(next_hop, local_pref, total))
}
