//! CityHash64 of version 1.0, as device manager has it from pyhash. Version 1.1 of 2013, which today's libraries have,
//! gives other hashes.

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;
const MURMUR: u64 = 0x9ddf_ea08_eb38_2d69;

/// The hash of a text of more than 32 bytes; that of a shorter one is made differently, and is not needed for UUIDs.
pub(super) fn city_hash_64(text: &[u8]) -> Option<u64> {
    match text.len() {
        0..=32 => None,
        33..=64 => Some(up_to_64(text)),
        _ => Some(longer(text)),
    }
}

/// The number in the eight bytes from `at`, the lowest first.
fn word(text: &[u8], at: usize) -> u64 {
    text.iter().skip(at).take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

const fn shift_mix(value: u64) -> u64 {
    value ^ value >> 47
}

const fn hash_16(low: u64, high: u64) -> u64 {
    let a = shift_mix((low ^ high).wrapping_mul(MURMUR));
    shift_mix((high ^ a).wrapping_mul(MURMUR)).wrapping_mul(MURMUR)
}

fn length(text: &[u8]) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn up_to_64(text: &[u8]) -> u64 {
    let end = text.len();
    let half = |first: u64, words: [u64; 3]| {
        let [second, third, last] = words;
        let b = first.wrapping_add(last).rotate_right(52);
        let c = first.rotate_right(37);
        let a = first.wrapping_add(second);
        let c = c.wrapping_add(a.rotate_right(7));
        let a = a.wrapping_add(third);
        (a.wrapping_add(last), b.wrapping_add(a.rotate_right(31)).wrapping_add(c))
    };
    let first = word(text, 0).wrapping_add(length(text).wrapping_add(word(text, end - 16)).wrapping_mul(K0));
    let v = half(first, [word(text, 8), word(text, 16), word(text, 24)]);
    let first = word(text, 16).wrapping_add(word(text, end - 32));
    let w = half(first, [word(text, end - 24), word(text, end - 16), word(text, end - 8)]);
    let mixed = v.0.wrapping_add(w.1).wrapping_mul(K2).wrapping_add(w.0.wrapping_add(v.1).wrapping_mul(K0));
    shift_mix(shift_mix(mixed).wrapping_mul(K0).wrapping_add(v.1)).wrapping_mul(K2)
}

/// A weak hash of the 32 bytes from `at`, with two seeds.
fn weak_hash_32(text: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let a = a.wrapping_add(word(text, at));
    let b = b.wrapping_add(a).wrapping_add(word(text, at + 24)).rotate_right(21);
    let sum = a.wrapping_add(word(text, at + 8)).wrapping_add(word(text, at + 16));
    let b = b.wrapping_add(sum.rotate_right(44));
    (sum.wrapping_add(word(text, at + 24)), b.wrapping_add(a))
}

fn longer(text: &[u8]) -> u64 {
    let end = text.len();
    let mut x = word(text, end - 40);
    let mut y = word(text, end - 16).wrapping_add(word(text, end - 56));
    let mut z = hash_16(word(text, end - 48).wrapping_add(length(text)), word(text, end - 24));
    let mut v = weak_hash_32(text, end - 64, length(text), z);
    let mut w = weak_hash_32(text, end - 32, y.wrapping_add(K1), x);
    x = x.wrapping_mul(K1).wrapping_add(word(text, 0));
    for at in (0..(end - 1) & !63).step_by(64) {
        x = x.wrapping_add(y).wrapping_add(v.0).wrapping_add(word(text, at + 8));
        x = x.rotate_right(37).wrapping_mul(K1) ^ w.1;
        y = y.wrapping_add(v.1).wrapping_add(word(text, at + 48)).rotate_right(42).wrapping_mul(K1);
        y = y.wrapping_add(v.0).wrapping_add(word(text, at + 40));
        z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(K1);
        v = weak_hash_32(text, at, v.1.wrapping_mul(K1), x.wrapping_add(w.0));
        w = weak_hash_32(text, at + 32, z.wrapping_add(w.1), y.wrapping_add(word(text, at + 16)));
        (z, x) = (x, z);
    }
    let low = hash_16(v.0, w.0).wrapping_add(shift_mix(y).wrapping_mul(K1)).wrapping_add(z);
    hash_16(low, hash_16(v.1, w.1).wrapping_add(x))
}
