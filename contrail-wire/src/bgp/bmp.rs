//! What a router tells of its neighbours: the BGP Monitoring Protocol ([RFC
//! 7854](https://www.rfc-editor.org/rfc/rfc7854)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+
//! |    Version    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                        Message Length                         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Msg. Type   |
//! +---------------+
//! ```
//!
//! [`BmpMessages`] walks over a stream of them like [`Messages`](crate::bgp::Messages) does over BGP. Refused: a version
//! other than 3, and lengths that do not fit together. Tolerated: unknown message types and TLVs.
//!
//! ```
//! use contrail_wire::bgp::Session;
//! use contrail_wire::bgp::bmp::{BmpMessage, BmpMessages};
//! # let update = contrail_wire::doc::EVPN_UPDATE;
//! # let mut stream = vec![3, 0, 0, 0, 0, 0];
//! # stream.extend([0; 42]);
//! # stream.extend(update);
//! # stream[4] = u8::try_from(stream.len()).unwrap();
//! for message in BmpMessages::new(&stream) {
//!     if let BmpMessage::RouteMonitoring { peer, update } = message? {
//!         let update = update.decode(peer.session(Session::default())).unwrap().update().unwrap();
//!         println!("{} announces {} routes", peer.address(), update.announced().count());
//!     }
//! }
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{Element, Error, length};
use crate::bgp::message::Message;
use crate::bgp::session::Session;
use crate::{Bound, DecodeError, Ipv4Octets, Ipv6Octets, Layer, RouteDistinguisher};

const LAYER: Layer = Layer::Bgp(Element::BmpMessage);

/// A message of the protocol.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum BmpMessage<'a> {
    /// Type 0: routes of a neighbour.
    RouteMonitoring {
        /// The neighbour.
        peer: &'a PeerHeader,
        /// The UPDATE.
        update: Contained<'a>,
    },
    /// Type 1: counters.
    StatisticsReport {
        /// The neighbour.
        peer: &'a PeerHeader,
        /// The counters (RFC 7854 section 4.8).
        statistics: Tlvs<'a>,
    },
    /// Type 2: the session with a neighbour has ended.
    PeerDown {
        /// The neighbour.
        peer: &'a PeerHeader,
        /// 1 and 3: with the NOTIFICATION that is behind it; others are in RFC 7854 section 4.9.
        reason: u8,
        /// What there is to the reason.
        data: Contained<'a>,
    },
    /// Type 3: a session with a neighbour has begun.
    PeerUp {
        /// The neighbour.
        peer: &'a PeerHeader,
        /// What both ends said.
        up: PeerUp<'a>,
    },
    /// Type 4: who the router is.
    Initiation(Tlvs<'a>),
    /// Type 5: why it says no more.
    Termination(Tlvs<'a>),
    /// Type 6: messages as they came.
    RouteMirroring {
        /// The neighbour.
        peer: &'a PeerHeader,
        /// The messages (RFC 7854 section 4.7).
        mirrored: Tlvs<'a>,
    },
    /// Any other type.
    Unknown {
        /// The type.
        kind: u8,
        /// What follows it.
        body: &'a [u8],
    },
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct CommonHeader {
    version: u8,
    /// Of the whole message, in octets.
    length: U32,
    kind: u8,
}

/// Which neighbour of the router a message is about (RFC 7854 section 4.2).
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   Peer Type   |  Peer Flags   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Peer Distinguisher (present based on peer type)       |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Peer Address (16 bytes)                       |
/// ~                                                               ~
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           Peer AS                             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         Peer BGP ID                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Timestamp (seconds)                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                  Timestamp (microseconds)                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct PeerHeader {
    /// 0 a neighbour of the router, 1 of a VRF, 2 of another instance, 3 the router's own routes (RFC 9069).
    pub peer_type: u8,
    /// 0x80 IPv6, 0x40 after policy, 0x20 AS numbers of two octets, 0x10 routes that are sent (RFC 8671).
    pub peer_flags: u8,
    /// Of the VRF.
    pub peer_distinguisher: RouteDistinguisher,
    /// IPv4 in the last four octets.
    pub peer_address: Ipv6Octets,
    /// The neighbour's autonomous system.
    pub peer_as: U32,
    /// Who he is.
    pub peer_bgp_id: Ipv4Octets,
    /// When it was, in seconds since 1970.
    pub timestamp_seconds: U32,
    /// And microseconds.
    pub timestamp_microseconds: U32,
}

impl PeerHeader {
    /// Where the neighbour is.
    pub fn address(&self) -> IpAddr {
        address(self.peer_address.get(), self.is_ipv6())
    }

    /// Whether the routes are sent to the neighbour, and not by him (RFC 8671 section 4); of the router's own routes (peer
    /// type 3) the flag says something else.
    pub const fn is_outgoing(&self) -> bool {
        self.peer_flags & 0x10 != 0 && self.peer_type != 3
    }

    /// Whether his address is IPv6. Of the router's own routes (peer type 3) the flag says something else.
    const fn is_ipv6(&self) -> bool {
        self.peer_flags & 0x80 != 0 && self.peer_type != 3
    }

    /// How the messages behind the header read: like in the session that a [`PeerUp`] has told, but for the size of AS
    /// numbers, which the header says.
    #[must_use]
    pub const fn session(&self, session: Session) -> Session {
        let four_octet_as = self.peer_flags & 0x20 == 0 || self.peer_type == 3;
        Session { four_octet_as, extended_message: true, ..session }
    }
}

fn address(octets: Ipv6Addr, is_ipv6: bool) -> IpAddr {
    let [.., a, b, c, d] = octets.octets();
    if is_ipv6 { IpAddr::V6(octets) } else { IpAddr::V4(Ipv4Addr::new(a, b, c, d)) }
}

/// BGP inside of a message, of which the errors know the place.
#[derive(Clone, Copy, Debug)]
pub struct Contained<'a>(Cursor<'a>);

impl<'a> Contained<'a> {
    /// The octets.
    pub const fn bytes(&self) -> &'a [u8] {
        self.0.rest()
    }

    /// The first BGP message in it.
    pub fn decode(&self, session: Session) -> Result<Message<'a>, Error> {
        let mut message = self.0;
        Message::read(&mut message, session)
    }
}

/// A session that has begun (RFC 7854 section 4.10).
#[derive(Clone, Copy, Debug)]
pub struct PeerUp<'a> {
    /// The router's end of the connection.
    pub local_address: IpAddr,
    /// The router's port.
    pub local_port: u16,
    /// The neighbour's port.
    pub remote_port: u16,
    /// The OPEN that the router has sent.
    pub sent: Contained<'a>,
    /// The OPEN that it has received.
    pub received: Contained<'a>,
    /// What else there is to tell.
    pub information: Tlvs<'a>,
}

impl PeerUp<'_> {
    /// What both ends agreed on, as the router sees it; `None` if an OPEN cannot be read.
    pub fn session(&self) -> Option<Session> {
        let session = Session::default();
        match (self.sent.decode(session), self.received.decode(session)) {
            (Ok(Message::Open(sent)), Ok(Message::Open(received))) => {
                Some(Session::negotiate(&sent, &received))
            }
            _ => None,
        }
    }
}

/// Type and value, one behind the other; checked.
#[derive(Clone, Copy, Debug)]
pub struct Tlvs<'a>(Cursor<'a>);

impl<'a> Iterator for Tlvs<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut ahead = self.0;
        let [kind, length] = ahead.read::<[U16; 2]>()?.map(U16::get);
        let value = ahead.bytes(length.into())?;
        self.0 = ahead;
        Some((kind, value))
    }
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct PeerUpWire {
    local_address: Ipv6Octets,
    local_port: U16,
    remote_port: U16,
}

/// What is left of a message that starts at `offset`.
struct Reader<'a> {
    body: Cursor<'a>,
    offset: usize,
}

impl<'a> Reader<'a> {
    fn read<T: FromBytes + KnownLayout + Immutable + Unaligned>(&mut self) -> Result<&'a T, DecodeError> {
        let available = self.body.len();
        self.body.read().ok_or_else(|| self.short(size_of::<T>(), available))
    }

    /// A BGP message, which is as long as it says it is.
    fn contained(&mut self) -> Result<Contained<'a>, DecodeError> {
        let mut ahead = self.body;
        let mut behind = self.body;
        Message::read(&mut behind, Session { extended_message: true, ..Session::default() })?;
        let count = ahead.len() - behind.len();
        let message = ahead.split(count).ok_or_else(|| self.short(count, ahead.len()))?;
        self.body = behind;
        Ok(Contained(message))
    }

    fn tlvs(self) -> Result<Tlvs<'a>, DecodeError> {
        let mut tlvs = Tlvs(self.body);
        while tlvs.next().is_some() {}
        match tlvs.0.len() {
            0 => Ok(Tlvs(self.body)),
            left => Err(self.short(left + 1, left)),
        }
    }

    #[cold]
    fn short(&self, needed: usize, available: usize) -> DecodeError {
        DecodeError::truncated(LAYER, self.offset, needed, available, Bound::RecordLength)
    }
}

impl<'a> BmpMessage<'a> {
    fn read(kind: u8, mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        Ok(match kind {
            0 => Self::RouteMonitoring { peer: reader.read()?, update: Contained(reader.body) },
            1 => {
                let peer = reader.read()?;
                // How many of them there are shows.
                reader.read::<U32>()?;
                Self::StatisticsReport { peer, statistics: reader.tlvs()? }
            }
            2 => {
                let (peer, reason) = (reader.read()?, *reader.read()?);
                Self::PeerDown { peer, reason, data: Contained(reader.body) }
            }
            3 => {
                let peer: &PeerHeader = reader.read()?;
                let wire: &PeerUpWire = reader.read()?;
                let up = PeerUp {
                    local_address: address(wire.local_address.get(), peer.is_ipv6()),
                    local_port: wire.local_port.get(),
                    remote_port: wire.remote_port.get(),
                    sent: reader.contained()?,
                    received: reader.contained()?,
                    information: reader.tlvs()?,
                };
                Self::PeerUp { peer, up }
            }
            4 => Self::Initiation(reader.tlvs()?),
            5 => Self::Termination(reader.tlvs()?),
            6 => Self::RouteMirroring { peer: reader.read()?, mirrored: reader.tlvs()? },
            _ => Self::Unknown { kind, body: reader.body.rest() },
        })
    }
}

/// The messages in a stream of bytes, one behind the other.
///
/// It ends where the bytes do, or where a message is not there as a whole: [`rest`](Self::rest) is what is left, to be
/// put in front of what comes next. An error in a common header is the last item.
#[derive(Clone, Debug)]
pub struct BmpMessages<'a> {
    cursor: Cursor<'a>,
    lost: bool,
}

impl<'a> BmpMessages<'a> {
    /// The messages at the start of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(bytes, 0), lost: false }
    }

    /// The bytes of no message so far.
    pub const fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }
}

impl<'a> Iterator for BmpMessages<'a> {
    type Item = Result<BmpMessage<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.lost {
            return None;
        }
        let offset = self.cursor.offset();
        let mut ahead = self.cursor;
        let header: &CommonHeader = ahead.read()?;
        let whole = usize::try_from(header.length.get()).unwrap_or(usize::MAX);
        let Some(rest) = whole.checked_sub(size_of::<CommonHeader>()) else {
            self.lost = true;
            let expected = "6 at least (RFC 7854 4.1)";
            return Some(Err(DecodeError::field(LAYER, offset, "message_length", length(whole), expected)));
        };
        if header.version != 3 {
            self.lost = true;
            let (found, expected) = (header.version.into(), "3 (RFC 7854 4.1)");
            return Some(Err(DecodeError::field(LAYER, offset, "version", found, expected)));
        }
        let body = ahead.split(rest)?;
        self.cursor = ahead;
        Some(BmpMessage::read(header.kind, Reader { body, offset }))
    }
}

impl core::iter::FusedIterator for BmpMessages<'_> {}
