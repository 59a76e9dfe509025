//! Holds each law on all that is committed for it: seeds, kept findings, minimized inputs. Says how many there are, and is what
//! `make coverage` measures.

use std::io;

use contrail_fuzz::{TARGETS, minimized};

fn main() -> io::Result<()> {
    let mut all = 0;
    for target in TARGETS {
        let seeds = (target.seeds)().into_iter().map(|(_, bytes)| bytes);
        let inputs: Vec<_> =
            seeds.chain(minimized::read(target.name)?).chain(minimized::kept(target.name)?).collect();
        println!("{}: {}", target.name, inputs.len());
        all += inputs.len();
        inputs.iter().for_each(|bytes| (target.law)(bytes));
    }
    println!("all: {all}");
    Ok(())
}
