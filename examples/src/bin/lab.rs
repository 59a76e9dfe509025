//! Builds a running fabric on this machine and holds the traces of its document against what packets do in it.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use contrail_examples::lab::{self, Helper, Recording};
use contrail_examples::program::{self, Stop};
use contrail_model::Flow;
use contrail_model::document::Document;
use lexopt::{Arg, Parser, ValueExt};

/// Exit status where something is not as predicted.
const DIFFERENT: u8 = 1;

const USAGE: &str = "\
usage: lab [OPTIONS] FABRIC

Builds the fabric of a YAML document, with the changes of its best plan, out of
network namespaces, FRR, dnsmasq and udhcpc. Has each required flow happen
there, captures on all links, and holds what it saw against the traces: links,
headers, how flows end, ARP, flood lists, routes. Needs root. Where it cannot be
built, that is said, and all is well.

  --flow FROM TO PROTOCOL PORT  a flow besides, tcp or udp; may be repeated
  --help                        print this

Exit status: 0 if all is as predicted, 1 if not, 2 if the lab failed or the
document or the arguments are wrong.
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(DIFFERENT),
        Err(stop) => program::ended("lab", USAGE, Err(stop)),
    }
}

enum Job {
    Lab { fabric: PathBuf, more: Vec<Flow> },
    Helper(Helper),
}

fn arguments() -> Result<Job, Stop> {
    let (mut fabric, mut more) = (None, Vec::new());
    let mut arguments = Parser::from_args(env::args_os().skip(1));
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("flow") => {
                let [from, to] = [arguments.value()?.string()?, arguments.value()?.string()?];
                let protocol: lab::Transport = arguments.value()?.parse()?;
                let port = arguments.value()?.parse()?;
                more.push(match protocol {
                    lab::Transport::Tcp => Flow::tcp(from, to, port),
                    lab::Transport::Udp => Flow::udp(from, to, port),
                });
            }
            Arg::Long("answer") => {
                return Ok(Job::Helper(Helper::Answer(
                    arguments.value()?.parse()?,
                    arguments.value()?.parse()?,
                )));
            }
            Arg::Long("ask") => {
                let (transport, whom) = (arguments.value()?.parse()?, arguments.value()?.parse()?);
                return Ok(Job::Helper(Helper::Ask(transport, whom, arguments.value()?.parse()?)));
            }
            Arg::Long("greet") => return Ok(Job::Helper(Helper::Greet(arguments.value()?.parse()?))),
            Arg::Long("control") => {
                return Ok(Job::Helper(Helper::Control(
                    arguments.value()?.into(),
                    arguments.value()?.parse()?,
                )));
            }
            Arg::Long("end-point") => {
                return Ok(Job::Helper(Helper::EndPoint(
                    arguments.value()?.into(),
                    arguments.value()?.string()?,
                )));
            }
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            Arg::Value(path) if fabric.is_none() => fabric = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let fabric = fabric.ok_or_else(|| Stop::Usage("no FABRIC is given".to_owned()))?;
    Ok(Job::Lab { fabric, more })
}

fn read(file: &Path) -> Result<Document, Stop> {
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| failed(&error))?;
    Document::from_yaml(&text).map_err(|error| failed(&error))
}

/// Whether all is as predicted.
fn run() -> Result<bool, Stop> {
    let (file, more) = match arguments()? {
        Job::Helper(helper) => return helper.run().map(|()| true),
        Job::Lab { fabric, more } => (fabric, more),
    };
    let document = read(&file)?;
    if let Some(why) = lab::obstacle() {
        eprintln!("SKIPPED: the lab of {}: {why}", file.display());
        return Ok(true);
    }
    let program = env::current_exe().map_err(|error| Stop::Failed(error.to_string()))?;
    let report = Recording::new(&program, &document, &more)?.hold(&document)?;
    write!(io::stdout(), "{report}").map_err(Stop::Output)?;
    Ok(report.agrees())
}
