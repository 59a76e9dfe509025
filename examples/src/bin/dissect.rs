//! Decodes a capture file and prints a line, or with `--json` a JSON object, for each frame.

use std::env;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use contrail_examples::dissect::{self, Failure, Options, USAGE};

const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let (options, path) = match Options::parse(env::args_os().skip(1)) {
        Ok(Some(job)) => job,
        Ok(None) => {
            return match io::stdout().write_all(USAGE.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => ended(Err(Failure::Output(error)), ""),
            };
        }
        Err(error) => {
            eprint!("dissect: {error}\n\n{USAGE}");
            return ExitCode::from(BAD_INPUT);
        }
    };
    let result = match File::open(&path) {
        Ok(file) => dissect::run(file, &options, BufWriter::with_capacity(1 << 16, io::stdout().lock())),
        Err(error) => Err(Failure::Capture(error.into())),
    };
    ended(result, &path.to_string_lossy())
}

fn ended(result: Result<(), Failure>, file: &str) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the lines has seen enough of them.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("dissect: cannot write: {error}");
            ExitCode::from(BAD_INPUT)
        }
        Err(Failure::Capture(error)) => {
            eprintln!("dissect: {file}: {error}");
            ExitCode::from(BAD_INPUT)
        }
    }
}
