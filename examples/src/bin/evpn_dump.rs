//! Reads BGP messages in hex, one to a line, and prints a JSON object for each.

use std::env;
use std::io::{self, BufWriter};
use std::process::ExitCode;

use contrail_examples::evpn_dump;
use contrail_examples::program::{self, Stop};
use contrail_wire::bgp::{Families, Session, SessionKind};
use lexopt::{Arg, Parser};

const USAGE: &str = "\
usage: evpn_dump [OPTIONS] < MESSAGES

Reads BGP messages in hex from standard input, each whole and on a line of its
own, and prints a JSON object for each.

  --external          they come from another autonomous system
  --two-octet-as      AS numbers have two octets (RFC 6793)
  --add-path          routes have path identifiers in front (RFC 7911)
  --extended-message  messages may have more than 4096 octets (RFC 8654)
  --help              print this

Exit status: 0 if every line was hex, whatever it says; 2 if one was not, or if
the arguments are wrong.
";

fn main() -> ExitCode {
    program::ended("evpn_dump", USAGE, run())
}

fn run() -> Result<(), Stop> {
    let session = session()?;
    let output = BufWriter::new(io::stdout().lock());
    match evpn_dump::run(io::stdin().lock(), session, output).map_err(Stop::Output)? {
        0 => Ok(()),
        lines => Err(Stop::Failed(format!("{lines} lines are not hex"))),
    }
}

/// How the messages read, after the arguments.
fn session() -> Result<Session, Stop> {
    let mut session = Session::default();
    let mut arguments = Parser::from_args(env::args_os().skip(1));
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("external") => session.kind = SessionKind::External,
            Arg::Long("two-octet-as") => session.four_octet_as = false,
            Arg::Long("add-path") => session.add_path_receive = Families::ALL,
            Arg::Long("extended-message") => session.extended_message = true,
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(session)
}
