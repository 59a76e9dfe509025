//! Values as text, written behind what is there.

use std::fmt;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use contrail_wire::{AssignedNumber, RouteDistinguisher};

pub(super) fn write(word: impl AsRef<[u8]>, text: &mut Vec<u8>) -> Option<()> {
    text.extend_from_slice(word.as_ref());
    Some(())
}

/// What something is shown as.
pub(super) fn show(value: impl fmt::Display, text: &mut Vec<u8>) -> Option<()> {
    write!(text, "{value}").ok()
}

/// An address as text. The standard library's formatting takes several times as long.
pub(super) fn write_ip(address: Option<IpAddr>, text: &mut Vec<u8>) -> Option<()> {
    match address? {
        IpAddr::V4(address) => {
            write_ipv4(address, text);
            Some(())
        }
        IpAddr::V6(address) => show(address, text),
    }
}

/// What is written as hex pairs: MAC addresses and Ethernet segment identifiers.
pub(super) fn write_pairs<const N: usize>(octets: [u8; N], text: &mut Vec<u8>) -> Option<()> {
    let start = text.len();
    text.resize(start + 3 * N, b':');
    let (places, hex) = (text.get_mut(start..).unwrap_or_default().as_chunks_mut().0, &*HEX);
    for ([high, low, _], octet) in places.iter_mut().zip(octets) {
        [*high, *low] = hex.get(usize::from(octet)).copied().unwrap_or_default();
    }
    text.pop();
    Some(())
}

static HEX: LazyLock<[[u8; 2]; 256]> = LazyLock::new(|| {
    let digit = |value| value + if value < 10 { b'0' } else { b'a' - 10 };
    let mut all = [[0; 2]; 256];
    for (pair, octet) in all.iter_mut().zip(0..=u8::MAX) {
        *pair = [digit(octet >> 4), digit(octet & 0xf)];
    }
    all
});

/// A route distinguisher; only of what is rare, the formatting of `contrail-wire`, which takes much longer.
pub(super) fn write_rd(rd: RouteDistinguisher, text: &mut Vec<u8>) -> Option<()> {
    let Some(AssignedNumber::Ipv4 { address, number }) = rd.assigned() else { return show(rd, text) };
    write_ipv4(address, text);
    text.push(b':');
    write_decimal(number, text);
    Some(())
}

fn write_decimal(mut number: u16, text: &mut Vec<u8>) {
    let start = text.len();
    loop {
        text.extend(u8::try_from(number % 10).map(|digit| b'0' + digit));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.get_mut(start..).unwrap_or_default().reverse();
}

/// Octets in decimal with a dot behind, as the bytes of a number from the lowest on, and how many bytes they are.
static DECIMAL: LazyLock<[(u64, usize); 256]> = LazyLock::new(|| {
    let mut all = [(0, 0); 256];
    for ((text, length), octet) in all.iter_mut().zip(0..=u8::MAX) {
        let shown = format!("{octet}.");
        *text = shown.bytes().rev().fold(0, |above, byte| above << 8 | u64::from(byte));
        *length = shown.len();
    }
    all
});

/// Two octets at a time stand in a register: what is put together in memory is not there yet when it is copied.
fn write_ipv4(address: Ipv4Addr, text: &mut Vec<u8>) {
    let decimal = &*DECIMAL;
    let shown = |octet| decimal.get(usize::from(octet)).copied().unwrap_or_default();
    for [left, right] in address.octets().as_chunks().0 {
        let ((left, left_length), (right, right_length)) = (shown(*left), shown(*right));
        let behind = text.len() + left_length + right_length;
        text.extend_from_slice(&(left | right << (8 * left_length)).to_le_bytes());
        text.truncate(behind);
    }
    text.pop();
}
