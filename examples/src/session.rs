//! A BGP session over TCP: opened, negotiated, kept alive and read, by blocking calls that end at a given time.
//!
//! What messages mean is `contrail_wire::bgp`'s; here is who sends which when.

mod options;

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use contrail_wire::EncodeError;
use contrail_wire::bgp::{
    AddPath, AddPathMode, Capabilities, Capability, Disposition, Error, Families, Message, Messages,
    Notification, Open, Route, Session, UpdateBuilder,
};

pub use options::{Options, seconds, socket_address};

/// How long to wait before what did not work is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// A session that is established.
#[derive(Debug)]
pub struct Peer {
    stream: TcpStream,
    /// What was agreed on.
    session: Session,
    our_asn: u32,
    /// The neighbor's.
    asn: u32,
    /// What he sent.
    input: Vec<u8>,
    /// How much of that was read.
    read: usize,
    heard: Instant,
    spoke: Instant,
}

/// Why there is no session, or no longer.
#[derive(Debug)]
pub enum Ended {
    /// The neighbour says so, and why.
    Refused(String),
    /// The neighbour closed the connection and said nothing.
    Closed,
    /// Nothing was heard of him for the hold time.
    Silent,
    /// What he sent ends the session.
    Malformed(Error),
    /// He sent a message that must not come at this point.
    Unexpected,
    /// It was not established in time.
    Late,
    /// What is to be sent cannot be.
    Encode(EncodeError),
    /// The connection failed.
    Io(io::Error),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "the neighbor ended the session: {why}"),
            Self::Closed => f.write_str("the neighbor closed the connection without a word"),
            Self::Silent => f.write_str("nothing was heard of the neighbor for the hold time"),
            Self::Malformed(error) => write!(f, "{error}: {}", error.disposition),
            Self::Unexpected => f.write_str("the neighbor sent a message that must not come at this point"),
            Self::Late => f.write_str("there was no session in time"),
            Self::Encode(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Ended {}

impl Ended {
    /// Code and subcode of the NOTIFICATION that says so; `None` if it was not us who ended the session.
    const fn code(&self) -> Option<(u8, u8)> {
        match self {
            Self::Silent => Some((4, 0)),
            Self::Unexpected => Some((5, 0)),
            Self::Malformed(Error { disposition: Disposition::SessionReset { code, subcode }, .. }) => {
                Some((*code, *subcode))
            }
            _ => None,
        }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<EncodeError> for Ended {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<Notification<'_>> for Ended {
    fn from(notification: Notification<'_>) -> Self {
        let Notification { code, subcode, .. } = notification;
        let communication = notification.shutdown_communication().map(|text| format!(", \"{text}\""));
        Self::Refused(format!("{notification}{} ({code}/{subcode})", communication.unwrap_or_default()))
    }
}

impl Peer {
    /// Opens a session with the neighbor at `address`, or with who connects there if that is [asked
    /// for](Options::listen). Where nobody answers it is tried again until then, if a [time](Options::timeout) is given.
    pub fn establish(address: SocketAddr, options: &Options, until: Instant) -> Result<Self, Ended> {
        let listener = if options.listen {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Some(listener)
        } else {
            None
        };
        loop {
            let stream = match &listener {
                Some(listener) => listener.accept().map(|(stream, _)| stream),
                None => TcpStream::connect_timeout(&address, left(until)),
            };
            let failure = match stream.map_err(Ended::from).and_then(|it| Self::open(it, options, until)) {
                Ok(peer) => return Ok(peer),
                Err(failure) => failure,
            };
            let may_be_there_later = match &failure {
                Ended::Closed => true,
                Ended::Io(error) => {
                    let kinds = [ErrorKind::ConnectionRefused, ErrorKind::ConnectionReset];
                    is_over_time(error) || kinds.contains(&error.kind())
                }
                _ => false,
            };
            if !may_be_there_later || (options.timeout.is_none() && listener.is_none()) {
                return Err(failure);
            }
            if Instant::now() + RETRY > until {
                return Err(if listener.is_some() { Ended::Late } else { failure });
            }
            sleep(RETRY);
        }
    }

    fn open(stream: TcpStream, options: &Options, until: Instant) -> Result<Self, Ended> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        let identifier = options.router_id.unwrap_or(match stream.local_addr()?.ip() {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
        });
        let our_asn = options.asn.unwrap_or(64512);
        let families = options.families.unwrap_or(Families::ALL);
        let add_path: Vec<_> =
            families.iter().map(|family| AddPath { family, mode: AddPathMode::BOTH }).collect();
        let mut capabilities: Vec<_> = families.iter().map(Capability::Multiprotocol).collect();
        capabilities.extend([
            Capability::RouteRefresh,
            Capability::ExtendedMessage,
            Capability::FourOctetAs(our_asn),
        ]);
        if options.add_path {
            capabilities.push(Capability::AddPath(&add_path));
        }
        let mut room = [0; 255];
        let ours = Open::new(our_asn, identifier, Capabilities::encode(&capabilities, &mut room)?);

        let now = Instant::now();
        let mut peer = Self {
            stream,
            session: Session { hold_time: ours.hold_time, ..Session::default() },
            our_asn,
            asn: our_asn,
            input: Vec::new(),
            read: 0,
            heard: now,
            spoke: now,
        };
        peer.send_message(ours.into())?;
        (peer.asn, peer.session) = match peer.next(until)? {
            Some(Message::Open(theirs)) => (theirs.asn(), Session::negotiate(&ours, &theirs)),
            Some(_) => return Err(peer.refuse(Ended::Unexpected)),
            None => return Err(Ended::Late),
        };
        peer.send_message(Message::Keepalive)?;
        match peer.next(until)? {
            Some(Message::Keepalive) => Ok(peer),
            Some(_) => Err(peer.refuse(Ended::Unexpected)),
            None => Err(Ended::Late),
        }
    }

    /// What both agreed on.
    pub const fn session(&self) -> Session {
        self.session
    }

    /// Our AS number.
    pub const fn our_asn(&self) -> u32 {
        self.our_asn
    }

    /// The neighbor's AS number.
    pub const fn asn(&self) -> u32 {
        self.asn
    }

    /// Our own address.
    pub fn local_address(&self) -> Result<IpAddr, Ended> {
        Ok(self.stream.local_addr()?.ip())
    }

    /// The next message, or `None` when the time is over. The session is kept alive while it waits.
    pub fn next(&mut self, until: Instant) -> Result<Option<Message<'_>>, Ended> {
        let length = loop {
            match self.next_length() {
                Some(Ok(length)) => break length,
                Some(Err(why)) => return Err(self.refuse(why)),
                None if !self.read_more(until)? => return Ok(None),
                None => {}
            }
        };
        let message = self.input.get(self.read..self.read + length).unwrap_or_default();
        self.read += length;
        Ok(Message::decode(message, self.session).ok().map(|(message, _)| message))
    }

    /// How long the next message is if it is there as a whole, or why the session ends with it.
    fn next_length(&self) -> Option<Result<usize, Ended>> {
        let input = self.input.get(self.read..).unwrap_or_default();
        let mut messages = Messages::new(input, self.session);
        Some(match messages.next()?.and_then(usable) {
            Ok(Message::Notification(notification)) => Err(notification.into()),
            Ok(_) => Ok(input.len() - messages.rest().len()),
            Err(error) => Err(Ended::Malformed(error)),
        })
    }

    /// Sends all messages that are to be made.
    pub fn send_updates<'r, I>(&mut self, mut updates: UpdateBuilder<'_, 'r, I>) -> Result<(), Ended>
    where
        I: Iterator<Item: Into<Route<'r>> + Copy>,
    {
        let mut buffer = vec![0; self.session.longest_message().into()];
        while let Some(message) = updates.encode_next(&mut buffer)? {
            self.send(message)?;
        }
        Ok(())
    }

    fn send(&mut self, message: &[u8]) -> Result<(), Ended> {
        self.stream.write_all(message)?;
        self.spoke = Instant::now();
        Ok(())
    }

    /// Ends the session in good order.
    pub fn close(mut self) -> Result<(), Ended> {
        self.send_message(Notification { code: 6, subcode: 2, data: &[] }.into())
    }

    fn send_message(&mut self, message: Message<'_>) -> Result<(), Ended> {
        let mut buffer = [0; 4096];
        let room = message.encode(&mut buffer)?.len();
        let length = buffer.len() - room;
        self.send(buffer.get(..length).unwrap_or_default())
    }

    /// Waits for bytes and reads them; `false` when the time is over.
    fn read_more(&mut self, until: Instant) -> Result<bool, Ended> {
        let hold_time = Duration::from_secs(self.session.hold_time.into());
        loop {
            let mut wake = until;
            if !hold_time.is_zero() {
                if self.heard.elapsed() >= hold_time {
                    return Err(self.refuse(Ended::Silent));
                }
                if self.spoke.elapsed() >= hold_time / 3 {
                    self.send_message(Message::Keepalive)?;
                }
                wake = wake.min(self.heard + hold_time).min(self.spoke + hold_time / 3);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            self.stream.set_read_timeout(Some(left(wake)))?;
            let mut chunk = [0; 1 << 14];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(Ended::Closed),
                Ok(length) => {
                    self.input.drain(..std::mem::take(&mut self.read));
                    self.input.extend_from_slice(chunk.get(..length).unwrap_or_default());
                    self.heard = Instant::now();
                    return Ok(true);
                }
                Err(error) if is_over_time(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Tells the neighbor why the session ends, whether he still hears it or not.
    fn refuse(&mut self, why: Ended) -> Ended {
        if let Some((code, subcode)) = why.code() {
            let _ = self.send_message(Notification { code, subcode, data: &[] }.into());
        }
        why
    }
}

/// The message, or the error that ends the session.
fn usable(message: Message<'_>) -> Result<Message<'_>, Error> {
    let mut fatal = None;
    if let Message::Update(update) = message {
        update.validate(|error| {
            if matches!(error.disposition, Disposition::SessionReset { .. }) {
                fatal.get_or_insert(error);
            }
        });
    }
    fatal.map_or(Ok(message), Err)
}

fn is_over_time(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// The time until then; at least what a socket takes for a time.
fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}
