//! How the programs end: what they say, and their exit status.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::session::Ended;

const BAD_INPUT: u8 = 2;

/// Why a program stops before its work is done.
#[derive(Debug)]
pub enum Stop {
    /// Help was asked for.
    Help,
    /// The arguments cannot be followed.
    Usage(String),
    /// What is printed cannot be written.
    Output(io::Error),
    /// The work cannot be done.
    Failed(String),
}

impl From<lexopt::Error> for Stop {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<Ended> for Stop {
    fn from(ended: Ended) -> Self {
        Self::Failed(ended.to_string())
    }
}

/// Writes a file, and the folder that it is in. It is written beside and renamed, so that none is left half written.
pub fn write_whole(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut part = file.to_owned();
    part.as_mut_os_string().push(".part");
    let result = (|| {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        fs::write(&part, content)?;
        fs::rename(&part, file)
    })();
    if result.is_err() {
        let _ = fs::remove_file(&part);
    }
    result
}

/// Says why the program `name` stopped, if it did, and gives its exit status: 0 if it is done, 2 if not.
pub fn ended(name: &str, usage: &str, result: Result<(), Stop>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the lines has seen enough of them.
        Err(Stop::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Help) => match io::stdout().write_all(usage.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => ended(name, usage, Err(Stop::Output(error))),
        },
        Err(stop) => {
            match stop {
                Stop::Usage(error) => eprint!("{name}: {error}\n\n{usage}"),
                Stop::Output(error) => eprintln!("{name}: cannot write: {error}"),
                Stop::Failed(error) => eprintln!("{name}: {error}"),
                Stop::Help => {}
            }
            ExitCode::from(BAD_INPUT)
        }
    }
}
