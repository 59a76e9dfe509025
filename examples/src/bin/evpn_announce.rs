//! Announces the routes of a YAML file and keeps the session up.

use std::env;
use std::fmt::Display;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contrail_examples::announcement::Document;
use contrail_examples::program::{self, Stop};
use contrail_examples::session::{Ended, Options, Peer, seconds, socket_address};
use contrail_wire::bgp::{Message, RouteRefresh};
use lexopt::{Arg, Parser, ValueExt};

fn main() -> ExitCode {
    let usage = format!(
        "\
usage: evpn_announce [OPTIONS] FILE

Announces the routes of a YAML file such as examples/routes/every-type.yaml to
the neighbor that it names, and keeps the session up.

  --neighbor ADDRESS[:PORT]  the neighbor, in place of the file's
  --withdraw-after S   withdraw the routes after S seconds
{}  --help               print this

Exit status: 0 if the session was ended here; 2 if there was none, if the
neighbor ended it, or if file or arguments are wrong.
",
        Options::USAGE
    );
    program::ended("evpn_announce", &usage, run())
}

struct Job {
    document: Document,
    neighbor: SocketAddr,
    options: Options,
    withdraw_after: Option<Duration>,
}

/// The arguments, and what the file says where they do not.
fn arguments() -> Result<Job, Stop> {
    let (mut file, mut neighbor, mut withdraw_after) = (None, None, None);
    let mut options = Options::default();
    let mut arguments = Parser::from_args(env::args_os().skip(1));
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("neighbor") => neighbor = Some(arguments.value()?.parse_with(socket_address)?),
            Arg::Long("withdraw-after") => {
                withdraw_after = Some(seconds(&mut arguments)?);
            }
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            Arg::Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            Arg::Long(name) => {
                let name = name.to_owned();
                options.follow(&name, &mut arguments)?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Stop::Usage("no FILE is given".to_owned()))?;
    let failed = |error: &dyn Display| Stop::Failed(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
    let document = Document::from_yaml(&text).map_err(|problem| failed(&problem))?;
    options.asn = options.asn.or(document.asn);
    options.router_id = options.router_id.or(document.router_id);
    let neighbor = neighbor.or(document.neighbor).ok_or_else(|| failed(&"names no neighbor"))?;
    Ok(Job { document, neighbor, options, withdraw_after })
}

fn run() -> Result<(), Stop> {
    let Job { document, neighbor, options, withdraw_after } = arguments()?;
    let until = options.until();
    let mut peer = Peer::establish(neighbor, &options, until)
        .map_err(|error| Stop::Failed(format!("{neighbor}: {error}")))?;
    announce(&document, &mut peer)?;
    let withdrawal = withdraw_after.map(|after| Instant::now() + after);
    if let Some(withdrawal) = withdrawal.filter(|withdrawal| *withdrawal < until) {
        keep_up(&document, &mut peer, withdrawal)?;
        for announcement in &document.announcements {
            announcement.withdraw(&mut peer)?;
        }
        // Whoever asks for routes now is told that there are none.
        keep_up(&Document { announcements: Vec::new(), ..document }, &mut peer, until)?;
    } else {
        keep_up(&document, &mut peer, until)?;
    }
    Ok(peer.close()?)
}

fn announce(document: &Document, peer: &mut Peer) -> Result<(), Ended> {
    let mut routes = 0;
    for announcement in &document.announcements {
        routes += announcement.send(peer)?;
    }
    let all: usize = document.announcements.iter().map(|announcement| announcement.routes().count()).sum();
    let not_spoken = match all - routes {
        0 => String::new(),
        others => format!("; {others} are of families that the neighbor does not speak"),
    };
    eprintln!("evpn_announce: {routes} routes announced to AS {}{not_spoken}", peer.asn());
    Ok(())
}

/// Answers the neighbor until then.
fn keep_up(document: &Document, peer: &mut Peer, until: Instant) -> Result<(), Ended> {
    while let Some(message) = peer.next(until)? {
        if matches!(message, Message::RouteRefresh(RouteRefresh { subtype: RouteRefresh::REQUEST, .. })) {
            announce(document, peer)?;
        }
    }
    Ok(())
}
