//! Writes the seeds of [`contrail_fuzz::seed`] and the inputs of `fuzz/minimized/` as files, which is what a fuzzer starts
//! from: `seeds FOLDER`, which has a folder for each target then. `seeds FOLDER TARGET` does the opposite: it writes the
//! files of a target, once they are minimized, to `fuzz/minimized/`. Without a folder it lists the targets.

use std::io;
use std::path::PathBuf;

use contrail_fuzz::minimized;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        contrail_fuzz::TARGETS.iter().for_each(|target| println!("{} {}", target.name, target.longest));
        return Ok(());
    };
    if let Some(target) = arguments.next() {
        let mut inputs = Vec::new();
        for file in std::fs::read_dir(folder.join(&target))? {
            inputs.push(std::fs::read(file?.path())?);
        }
        return minimized::write(&target.to_string_lossy(), inputs);
    }
    for target in contrail_fuzz::TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in (target.seeds)() {
            std::fs::write(folder.join(name), bytes)?;
        }
        for (index, bytes) in minimized::read(target.name)?.into_iter().enumerate() {
            std::fs::write(folder.join(format!("minimized_{index}")), bytes)?;
        }
    }
    Ok(())
}
