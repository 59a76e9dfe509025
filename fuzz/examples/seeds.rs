//! Writes the seeds of [`contrail_fuzz::seed`] as files, which is what a fuzzer starts from: `seeds FOLDER`, which has a
//! folder for each target then.

use std::io;
use std::path::PathBuf;

use contrail_fuzz::seed;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: seeds FOLDER"))?;
    for (target, seeds) in [("packet", seed::packets()), ("bgp", seed::messages())] {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
