//! What runs in the lab's namespaces: the program itself, called anew.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread::sleep;

use std::time::{Duration, Instant};

use contrail_model::document::Document;
use contrail_model::routes::Destination;
use contrail_wire::bgp::{Families, Family, UpdateBuilder};

use super::end_point;
use super::namespaces::failed;
use crate::program::Stop;
use crate::session::{Options, Peer};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Between two tries to have a session.
const RETRY: Duration = Duration::from_millis(200);

/// What an answerer says when it can be asked, and for each question that has come.
pub(super) const READY: &str = "ready";
pub(super) const ASKED: &str = "asked";

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Transport {
    /// As an argument.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl std::str::FromStr for Transport {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = [Self::Tcp, Self::Udp].into_iter().find(|it| it.name() == text);
        known.ok_or_else(|| format!("`{text}` is neither tcp nor udp"))
    }
}

/// One thing to do in a namespace.
#[derive(Clone, Debug)]
pub enum Helper {
    /// Wait for questions, and answer them.
    Answer(Transport, SocketAddr),
    /// Ask so many times, each time from another port, and print how many answers came.
    Ask(Transport, SocketAddr, u16),
    /// Say something to somebody, over each of several cables, and wait for nothing.
    Greet(SocketAddr),
    /// Announce the routes of the vRouters and service nodes of a document to a route reflector.
    Control(PathBuf, SocketAddr),
    /// Be the end of the MPLS tunnels of a vRouter or DC gateway of a document.
    EndPoint(PathBuf, String),
}

impl Helper {
    /// Does it.
    pub fn run(&self) -> Result<(), Stop> {
        match self {
            Self::Answer(transport, at) => answer(*transport, *at).map_err(|error| failed(at, error)),
            Self::Ask(transport, whom, times) => {
                // All are open to the end, as a port that is free again may be taken again: by another flow with the same ends.
                let answered: Vec<OwnedFd> =
                    (0..*times).filter_map(|_| ask(*transport, *whom).ok()).collect();
                writeln!(io::stdout(), "{}", answered.len()).map_err(Stop::Output)
            }
            Self::Greet(whom) => greet(*whom).map_err(|error| failed(whom, error)),
            Self::Control(document, reflector) => control(&read(document)?, *reflector),
            Self::EndPoint(document, node) => end_point::run(&read(document)?, node),
        }
    }

    /// The arguments that ask for it.
    pub(super) fn arguments(&self) -> Vec<String> {
        match self {
            Self::Answer(transport, at) => {
                vec!["--answer".to_owned(), transport.name().to_owned(), at.to_string()]
            }
            Self::Ask(transport, whom, times) => {
                let (transport, whom) = (transport.name().to_owned(), whom.to_string());
                vec!["--ask".to_owned(), transport, whom, times.to_string()]
            }
            Self::Greet(whom) => vec!["--greet".to_owned(), whom.to_string()],
            Self::Control(document, reflector) => {
                vec!["--control".to_owned(), document.display().to_string(), reflector.to_string()]
            }
            Self::EndPoint(document, node) => {
                vec!["--end-point".to_owned(), document.display().to_string(), node.clone()]
            }
        }
    }
}

pub(super) fn say(word: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{word}")?;
    output.flush()
}

fn answer(transport: Transport, at: SocketAddr) -> io::Result<()> {
    let mut question = [0; 1];
    match transport {
        Transport::Tcp => {
            let listener = TcpListener::bind(at)?;
            say(READY)?;
            loop {
                let (mut stream, _) = listener.accept()?;
                say(ASKED)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                if stream.read_exact(&mut question).is_ok() {
                    let _ = stream.write_all(&question);
                }
            }
        }
        Transport::Udp => {
            let socket = UdpSocket::bind(at)?;
            say(READY)?;
            loop {
                let (length, whom) = socket.recv_from(&mut question)?;
                say(ASKED)?;
                // A host that has no way back says so here.
                let _ = socket.send_to(question.get(..length).unwrap_or_default(), whom);
            }
        }
    }
}

/// Asks, and waits for the answer; the socket, which is still open.
fn ask(transport: Transport, whom: SocketAddr) -> io::Result<OwnedFd> {
    let mut answer = [0; 1];
    match transport {
        Transport::Tcp => {
            let mut stream = TcpStream::connect_timeout(&whom, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(&answer)?;
            stream.read_exact(&mut answer)?;
            Ok(stream.into())
        }
        Transport::Udp => {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.connect(whom)?;
            socket.send(&answer)?;
            socket.recv(&mut answer)?;
            Ok(socket.into())
        }
    }
}

fn greet(whom: SocketAddr) -> io::Result<()> {
    /// Each from another port, so that no cable is left out.
    const TIMES: usize = 32;
    for _ in 0..TIMES {
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?.send_to(&[0], whom)?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<Document, Stop> {
    let text = fs::read_to_string(file).map_err(|error| failed(file.display(), error))?;
    Document::from_json(&text).map_err(|error| failed(file.display(), error))
}

/// Runs until it is ended.
fn control(document: &Document, reflector: SocketAddr) -> Result<(), Stop> {
    let routes = super::document::fabric(document)?.routes();
    let patience = super::PATIENCE;
    let families = Some(Families::NONE.with(Family::EVPN));
    let options = Options { families, timeout: Some(patience), ..Options::default() };
    let until = Instant::now() + patience;
    // A daemon that is coming up may refuse at first.
    let mut peer = loop {
        match Peer::establish(reflector, &options, until) {
            Ok(peer) => break peer,
            Err(ended) if Instant::now() > until => return Err(ended.into()),
            Err(_) => sleep(RETRY),
        }
    };
    let session = peer.session();
    for entry in &routes.entries {
        let is_evpn = matches!(entry.destination, Destination::Evpn(_));
        if is_evpn && !document.devices.iter().any(|device| *device.name == *entry.speaker) {
            let attributes = entry.attributes();
            let next_hop = entry.bgp_next_hop();
            peer.send_updates(UpdateBuilder::announce(&session, next_hop, &attributes, [entry.route()]))?;
        }
    }
    say(READY).map_err(Stop::Output)?;
    loop {
        while peer.next(Instant::now() + PATIENCE)?.is_some() {}
    }
}
