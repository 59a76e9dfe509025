//! The tables of `fuzz/README.md`, each behind a comment with the command that writes it.

use std::path::Path;
use std::{fs, io};

/// Puts `table` in the place of the one that `command` wrote before, if it did.
pub fn write(readme: &Path, command: &str, table: &str) -> io::Result<()> {
    let text = fs::read_to_string(readme)?;
    let start = format!("<!-- made by `{command}` -->\n");
    let (before, behind) = text
        .split_once(&start)
        .ok_or_else(|| io::Error::other(format!("there is no place for {command}")))?;
    let behind = behind.trim_start_matches('\n');
    let rest: String = behind.split_inclusive('\n').skip_while(|line| line.starts_with('|')).collect();
    fs::write(readme, format!("{before}{start}\n{table}{rest}"))
}
