//! [`contrail_fuzz::bgp_message`] under libFuzzer; built without it, a program that replays the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| contrail_fuzz::bgp_message(bytes));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        contrail_fuzz::bgp_message(&std::fs::read(&path)?);
        println!("{}: keeps the laws", path.display());
    }
    Ok(())
}
