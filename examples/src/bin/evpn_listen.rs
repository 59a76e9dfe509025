//! Opens a BGP session and prints the routes that come, in an operator's words or with `--json` as `evpn_dump` does.

use std::env;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use contrail_examples::announcement::Announcement;
use contrail_examples::evpn_dump::write_line;
use contrail_examples::program::{self, Stop};
use contrail_examples::session::{Options, Peer, socket_address};
use contrail_wire::bgp::{Disposition, Family, Message, Route, Update};
use lexopt::{Arg, Parser, ValueExt};

fn main() -> ExitCode {
    let usage = format!(
        "\
usage: evpn_listen [OPTIONS] ADDRESS[:PORT]

Opens a BGP session with the neighbor and prints the routes that are announced
(+) and withdrawn (-), as they come.

  --json               print a JSON object for each UPDATE instead
  --count N            stop after N announced routes
{}  --help               print this

Exit status: 0 if the session was ended here; 2 if there was none, if the
neighbor ended it, if the time was over before the count was reached, or if the
arguments are wrong.
",
        Options::USAGE
    );
    program::ended("evpn_listen", &usage, run())
}

struct Job {
    address: SocketAddr,
    options: Options,
    json: bool,
    count: Option<usize>,
}

fn arguments() -> Result<Job, Stop> {
    let (mut address, mut options, mut json, mut count) = (None, Options::default(), false, None);
    let mut arguments = Parser::from_args(env::args_os().skip(1));
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("json") => json = true,
            Arg::Long("count") => count = Some(arguments.value()?.parse()?),
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            Arg::Value(text) if address.is_none() => address = Some(text.parse_with(socket_address)?),
            Arg::Long(name) => {
                let name = name.to_owned();
                options.follow(&name, &mut arguments)?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let address = address.ok_or_else(|| Stop::Usage("no ADDRESS is given".to_owned()))?;
    Ok(Job { address, options, json, count })
}

fn run() -> Result<(), Stop> {
    let Job { address, options, json, count } = arguments()?;
    let until = options.until();
    let mut peer = Peer::establish(address, &options, until)
        .map_err(|error| Stop::Failed(format!("{address}: {error}")))?;
    if peer.session().families.contains(Family::ROUTE_TARGET) {
        // Who takes these constraints sends nothing that is not asked for (RFC 4684 section 6).
        Announcement::wish_for_everything(peer.local_address()?).send(&mut peer)?;
    }
    let mut output = io::stdout().lock();
    let mut routes = 0;
    while count.is_none_or(|count| routes < count)
        && let Some(message) = peer.next(until)?
    {
        let Message::Update(update) = message else { continue };
        if json { write_line(&mut output, &message) } else { print(&mut output, &update) }
            .and_then(|()| output.flush())
            .map_err(Stop::Output)?;
        routes += update.announced().flatten().count();
    }
    peer.close()?;
    match count {
        Some(count) if routes < count => {
            Err(Stop::Failed(format!("{routes} routes of {count} came before the time was over")))
        }
        _ => Ok(()),
    }
}

/// A line for each route and each error; what the errors withdraw is shown as withdrawn.
fn print(output: &mut impl Write, update: &Update<'_>) -> io::Result<()> {
    let mut errors = Vec::new();
    let disposition = update.validate(|error| errors.push(error));
    for error in errors {
        writeln!(output, "! {error}: {}", error.disposition)?;
    }
    for route in update.withdrawn().flatten() {
        writeln!(output, "- {route}")?;
    }
    let is_withdrawn =
        matches!(disposition, Some(Disposition::TreatAsWithdraw | Disposition::DisableFamily(_)));
    for route in update.announced().flatten() {
        if is_withdrawn {
            writeln!(output, "- {route}")?;
        } else {
            announced(output, &route, update)?;
        }
    }
    if let Some(family) = update.end_of_rib() {
        writeln!(output, "= {family}: all routes have come")?;
    }
    Ok(())
}

fn announced(output: &mut impl Write, route: &Route<'_>, update: &Update<'_>) -> io::Result<()> {
    write!(output, "+ {route}")?;
    if let Some(next_hop) = update.next_hop() {
        write!(output, " via {next_hop}")?;
    }
    for label in route.nlri.labels() {
        match update.encapsulation() {
            Some(encapsulation) if encapsulation.has_vni() => write!(output, " vni {}", label.vni())?,
            _ => write!(output, " label {}", label.mpls_label())?,
        }
    }
    for community in update.extended_communities() {
        write!(output, " {community}")?;
    }
    writeln!(output)
}
