//! The targets: what is fuzzed, and from what on.

use crate::{
    against_etherparse, against_netgauze, against_rustbgpd, attribute, bgp, bgp_message, bmp, capture, edit,
    encapsulation, fabric, frame, import, json, mrt, nlri, observed, overlay, packet, recording, seed,
    sighting, text, what_if, yaml,
};

/// What a fuzzer is run on.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which is that of the law, of the file in `fuzz_targets/` and of the folders with what was found.
    pub name: &'static str,
    /// Panics if an input breaks it.
    pub law: fn(&[u8]),
    /// The longest input worth trying, in bytes.
    pub longest: usize,
    /// Small good inputs, with their names.
    pub seeds: fn() -> Vec<(String, Vec<u8>)>,
}

const fn target(
    name: &'static str,
    law: fn(&[u8]),
    longest: usize,
    seeds: fn() -> Vec<(String, Vec<u8>)>,
) -> Target {
    Target { name, law, longest, seeds }
}

/// All of them.
pub const TARGETS: [Target; 24] = [
    target("packet", packet, 600, seed::frames),
    target("frame", frame, 600, seed::many_choices),
    target("encapsulation", encapsulation, 600, seed::many_choices),
    target("edit", edit, 600, seed::frames),
    target("against_etherparse", against_etherparse, 600, seed::frames),
    target("sighting", sighting, 600, seed::frames),
    target("capture", capture, 2_000, seed::captures),
    target("bgp", bgp, 600, seed::streams),
    target("bgp_message", bgp_message, 600, seed::many_choices),
    target("against_netgauze", against_netgauze, 600, seed::routes),
    target("against_rustbgpd", against_rustbgpd, 600, seed::streams),
    target("attribute", attribute, 600, seed::attributes),
    target("nlri", nlri, 600, seed::routes),
    target("mrt", mrt, 1_000, seed::mrt_files),
    target("bmp", bmp, 1_000, seed::bmp_streams),
    target("recording", recording, 2_000, seed::recordings),
    target("text", text, 100, seed::texts),
    target("yaml", yaml, 8_000, seed::yaml_documents),
    target("json", json, 8_000, seed::json_documents),
    target("fabric", fabric, 200, seed::choices),
    target("overlay", overlay, 8_000, seed::overlays),
    target("import", import, 16_000, seed::imports),
    target("observed", observed, 8_000, seed::observations),
    target("what_if", what_if, 100, seed::choices),
];

impl Target {
    /// The one with a name.
    pub fn named(name: &str) -> Option<Self> {
        TARGETS.into_iter().find(|target| target.name == name)
    }
}

/// A law under libFuzzer; built without it, a program that replays the files it is given.
#[macro_export]
macro_rules! target {
    ($law:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::$law(bytes));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for path in std::env::args_os().skip(1) {
                $crate::$law(&std::fs::read(&path)?);
                println!("{}: keeps the law", std::path::Path::new(&path).display());
            }
            Ok(())
        }
    };
}
