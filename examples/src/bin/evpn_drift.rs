//! Compares the routes that a route reflector hands on, or that others print or record, with those that a fabric needs.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contrail_examples::announcement::Announcement;
use contrail_examples::program::{self, Stop};
use contrail_examples::session::{Options, Peer, seconds, socket_address};
use contrail_model::Fabric;
use contrail_model::routes::Observed;
use contrail_wire::bgp::{Family, Message};
use lexopt::{Arg, Parser, ValueExt};

/// Exit status where there is drift.
const DRIFT: u8 = 1;

fn main() -> ExitCode {
    let usage = format!(
        "\
usage: evpn_drift [OPTIONS] FABRIC ADDRESS[:PORT]
       evpn_drift FABRIC --read FILE [--read FILE]...

Opens a BGP session with a route reflector, and says by cause how the routes
that it hands on differ from those that the fabric of a YAML or JSON document
needs. Of families that were not agreed on or are not shown nothing is said.

  --read FILE          in place of a session, read what FRR (show bgp l2vpn evpn
                       route detail json), GoBGP (gobgp global rib -a evpn -j)
                       or Junos (show route table bgp.evpn.0 extensive |
                       display json, or display xml) print, an MRT file, a
                       BMP stream or a capture; may be repeated
  --quiet S            compare when nothing has come for S seconds (default: 5)
{}  --help               print this

Exit status: 0 if there is no difference, 1 if there is; 2 if there was no
session, or if the document or the arguments are wrong.
",
        Options::USAGE
    );
    match run() {
        Ok(true) => ExitCode::from(DRIFT),
        Ok(false) => ExitCode::SUCCESS,
        Err(stop) => program::ended("evpn_drift", &usage, Err(stop)),
    }
}

struct Job {
    fabric: Fabric,
    source: Source,
}

/// Where routes are found.
enum Source {
    Files(Vec<PathBuf>),
    Session { address: SocketAddr, options: Options, quiet: Duration },
}

fn arguments() -> Result<Job, Stop> {
    let (mut file, mut address, mut quiet) = (None, None, Duration::from_secs(5));
    let mut files = Vec::new();
    let mut options = Options::default();
    let mut arguments = Parser::from_args(env::args_os().skip(1));
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("read") => files.push(arguments.value()?.into()),
            Arg::Long("quiet") => quiet = seconds(&mut arguments)?,
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            Arg::Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            Arg::Value(text) if address.is_none() => address = Some(text.parse_with(socket_address)?),
            Arg::Long(name) => {
                let name = name.to_owned();
                options.follow(&name, &mut arguments)?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Stop::Usage("no FABRIC is given".to_owned()))?;
    let source = match address {
        None if files.is_empty() => return Err(Stop::Usage("no ADDRESS and no FILE is given".to_owned())),
        None => Source::Files(files),
        Some(address) if files.is_empty() => Source::Session { address, options, quiet },
        Some(_) => return Err(Stop::Usage("ADDRESS and FILE are given, expected one of them".to_owned())),
    };
    let text = fs::read_to_string(&file).map_err(|error| failed(&file, &error))?;
    let fabric = Fabric::from_yaml(&text).map_err(|error| failed(&file, &error))?;
    Ok(Job { fabric, source })
}

fn failed(file: &Path, error: &dyn std::fmt::Display) -> Stop {
    Stop::Failed(format!("{}: {error}", file.display()))
}

fn read(fabric: &Fabric, files: &[PathBuf]) -> Result<Observed, Stop> {
    let mut found = Observed::default();
    for file in files {
        let bytes = fs::read(file).map_err(|error| failed(file, &error))?;
        found.read(fabric, &bytes).map_err(|error| failed(file, &error))?;
    }
    Ok(found)
}

fn listen(
    fabric: &Fabric,
    address: SocketAddr,
    options: &Options,
    quiet: Duration,
) -> Result<Observed, Stop> {
    let mut peer = Peer::establish(address, options, options.until())
        .map_err(|error| Stop::Failed(format!("{address}: {error}")))?;
    let mut found = Observed::default();
    found.families = peer.session().families;
    if found.families.contains(Family::ROUTE_TARGET) {
        // Who takes these constraints sends nothing that is not asked for (RFC 4684 section 6).
        Announcement::wish_for_everything(peer.local_address()?).send(&mut peer)?;
    }
    let mut until = Instant::now() + quiet;
    while let Some(message) = peer.next(until)? {
        if let Message::Update(update) = message {
            found.update(fabric, &update);
            until = Instant::now() + quiet;
        }
    }
    peer.close()?;
    Ok(found)
}

/// Whether there is drift.
fn run() -> Result<bool, Stop> {
    let Job { fabric, source } = arguments()?;
    let found = match source {
        Source::Files(files) => read(&fabric, &files)?,
        Source::Session { address, options, quiet } => listen(&fabric, address, &options, quiet)?,
    };
    let expected = fabric.routes().of_families(found.families);
    let routes = found.routes();
    let drift = expected.drift(&routes);
    let mut output = io::stdout().lock();
    let mut print = || {
        drift.iter().try_for_each(|drift| writeln!(output, "{drift}"))?;
        found.not_shown().iter().try_for_each(|what| writeln!(output, "not shown of {what}"))?;
        let families: Vec<String> = found.families.iter().map(|family| family.to_string()).collect();
        let (expected, found) = (expected.entries.len(), routes.entries.len());
        writeln!(
            output,
            "{} causes of drift; {expected} routes expected, {found} found ({})",
            drift.len(),
            families.join(", ")
        )
    };
    print().map_err(Stop::Output)?;
    Ok(!drift.is_empty())
}
