//! Writes the table of `fuzz/README.md` from what libFuzzer has printed of each target: `table LOGS README`.

use std::io;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(logs), Some(readme)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: table LOGS README"));
    };
    let mut table =
        String::from("| target | seconds | inputs tried | edges covered | corpus |\n|---|--:|--:|--:|--:|\n");
    for target in contrail_fuzz::TARGETS {
        let log = logs.join(target.name).with_extension("log");
        let line = match std::fs::read_to_string(&log) {
            Ok(log) => {
                row(&log).ok_or_else(|| io::Error::other(format!("{}: not a whole run", target.name)))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => " not run | | |".to_owned(),
            Err(error) => return Err(error),
        };
        table.push_str(&format!("| `{}` |{line}\n", target.name));
    }
    contrail_fuzz::readme::write(&readme, "make fuzz-table", &table)
}

/// `Done 1297708 runs in 3601 second(s)`, and the last line before it that has `cov: 7039 ft: 31207 corp: 2511/900Kb`.
fn row(log: &str) -> Option<String> {
    let done = log.lines().find_map(|line| line.strip_prefix("Done "))?;
    let (runs, seconds) = done.split_once(" runs in ")?;
    let seconds = seconds.split(' ').next()?;
    let state = log.lines().rfind(|line| line.contains(" cov: "))?;
    let after = |name: &str| state.split_once(name)?.1.trim_start().split(' ').next();
    let corpus = after(" corp: ")?.split('/').next()?;
    Some(format!(" {seconds} | {runs} | {} | {corpus} |", after(" cov: ")?))
}
