//! Writes the seeds of [`contrail_fuzz::seed`] and the inputs of `fuzz/minimized/` as files, which is what a fuzzer starts
//! from: `seeds FOLDER`, which has a folder for each target then. `seeds FOLDER TARGET` does the opposite: it writes the
//! files of a target, once they are minimized, to `fuzz/minimized/`.

use std::io;
use std::path::PathBuf;

use contrail_fuzz::{minimized, seed};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: seeds FOLDER [TARGET]"))?;
    if let Some(target) = arguments.next() {
        let mut inputs = Vec::new();
        for file in std::fs::read_dir(folder.join(&target))? {
            inputs.push(std::fs::read(file?.path())?);
        }
        return minimized::write(&target.to_string_lossy(), inputs);
    }
    for (target, seeds) in [("packet", seed::packets()), ("bgp", seed::messages())] {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    for target in minimized::TARGETS {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder)?;
        for (index, bytes) in minimized::read(target)?.into_iter().enumerate() {
            std::fs::write(folder.join(format!("minimized_{index}")), bytes)?;
        }
    }
    Ok(())
}
