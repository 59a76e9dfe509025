//! Bytes as the corpus writes them.

/// The bytes that `text` writes in hex.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
