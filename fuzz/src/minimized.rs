//! What a fuzzer has found so far to be worth a look, minimized: in `fuzz/minimized/`, a file for each target, with an
//! input in hex on each line, shortest first.

use std::path::PathBuf;
use std::{fs, io};

/// The inputs of a target, if there is a file of them.
pub fn read(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let text = match fs::read_to_string(file(target)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        other => other?,
    };
    text.lines()
        .map(|line| octets(line).ok_or_else(|| io::Error::other(format!("not hex: {line}"))))
        .collect()
}

/// The inputs at which a target's law was once broken.
pub fn kept(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("regressions").join(target);
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
        files => files?.map(|file| fs::read(file?.path())).collect(),
    }
}

/// Writes the file of a target anew.
pub fn write(target: &str, mut inputs: Vec<Vec<u8>>) -> io::Result<()> {
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let lines = inputs
        .iter()
        .flat_map(|input| input.iter().map(|octet| format!("{octet:02x}")).chain(["\n".to_owned()]));
    fs::write(file(target), lines.collect::<String>())
}

fn file(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("minimized").join(target).with_extension("hex")
}

fn octets(line: &str) -> Option<Vec<u8>> {
    let (pairs, []) = line.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
