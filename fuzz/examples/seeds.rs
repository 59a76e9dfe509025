//! Writes the seeds of [`contrail_fuzz::seed`] as files, which is what a fuzzer starts from: `seeds FOLDER`.

use std::io;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: seeds FOLDER"))?;
    std::fs::create_dir_all(&folder)?;
    for (name, bytes) in contrail_fuzz::seed::packets() {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
