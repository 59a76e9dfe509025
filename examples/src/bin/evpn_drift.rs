//! Compares the routes that a route reflector hands on with those that a fabric needs.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contrail_examples::announcement::Announcement;
use contrail_examples::program::{self, Stop};
use contrail_examples::session::{Options, Peer, seconds, socket_address};
use contrail_model::{Fabric, Routes};
use contrail_wire::bgp::{Family, Message};
use lexopt::{Arg, Parser, ValueExt};

/// Exit status where there is drift.
const DRIFT: u8 = 1;

fn main() -> ExitCode {
    let usage = format!(
        "\
usage: evpn_drift [OPTIONS] FABRIC ADDRESS[:PORT]

Opens a BGP session with a route reflector, and says by cause how the routes
that it hands on differ from those that the fabric of a YAML or JSON document
needs.

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
    address: SocketAddr,
    options: Options,
    quiet: Duration,
}

fn arguments() -> Result<Job, Stop> {
    let (mut file, mut address, mut quiet) = (None, None, Duration::from_secs(5));
    let mut options = Options::default();
    let mut arguments = Parser::from_args(env::args_os().skip(1));
    while let Some(argument) = arguments.next()? {
        match argument {
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
    let address = address.ok_or_else(|| Stop::Usage("no ADDRESS is given".to_owned()))?;
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
    let fabric = Fabric::from_yaml(&text).map_err(|error| failed(&error))?;
    Ok(Job { fabric, address, options, quiet })
}

/// Whether there is drift.
fn run() -> Result<bool, Stop> {
    let Job { fabric, address, options, quiet } = arguments()?;
    let mut peer = Peer::establish(address, &options, options.until())
        .map_err(|error| Stop::Failed(format!("{address}: {error}")))?;
    if peer.session().families.contains(Family::ROUTE_TARGET) {
        // Who takes these constraints sends nothing that is not asked for (RFC 4684 section 6).
        Announcement::wish_for_everything(peer.local_address()?).send(&mut peer)?;
    }
    let mut found = Routes::default();
    let mut until = Instant::now() + quiet;
    while let Some(message) = peer.next(until)? {
        if let Message::Update(update) = message {
            found.observe_reflected(&fabric, &update);
            until = Instant::now() + quiet;
        }
    }
    peer.close()?;
    let expected = fabric.routes();
    let drift = expected.drift(&found);
    let mut output = io::stdout().lock();
    let mut print = || {
        drift.iter().try_for_each(|drift| writeln!(output, "{drift}"))?;
        let (expected, found) = (expected.entries.len(), found.entries.len());
        writeln!(output, "{} causes of drift; {expected} routes expected, {found} found", drift.len())
    };
    print().map_err(Stop::Output)?;
    Ok(!drift.is_empty())
}
