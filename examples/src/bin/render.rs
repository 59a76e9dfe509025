//! Writes all there is to say of a fabric as one page for a browser.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use contrail_examples::program::{self, Stop};
use contrail_model::{Fabric, Page};
use lexopt::{Arg, Parser};

const USAGE: &str = "\
usage: render FABRIC PAGE

Writes what is to be said of the fabric of a YAML or JSON document to PAGE, an
HTML file that needs no other: its picture, what is wrong with it, the ways to
make the required flows work, and each flow hop by hop.

  --help               print this

Exit status: 0 if the page is written, 2 if not.
";

fn main() -> ExitCode {
    program::ended("render", USAGE, run())
}

fn run() -> Result<(), Stop> {
    let (mut file, mut page) = (None, None);
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            Arg::Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            Arg::Value(path) if page.is_none() => page = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let (Some(file), Some(page)) = (file, page) else {
        return Err(Stop::Usage("FABRIC and PAGE must be given".to_owned()));
    };
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
    let fabric = Fabric::from_yaml(&text).map_err(|error| failed(&error))?;
    let content = Page::of(&fabric).check().plan().trace_required().to_string();
    program::write_whole(&page, content.as_bytes())
        .map_err(|error| Stop::Failed(format!("{}: {error}", page.display())))
}
