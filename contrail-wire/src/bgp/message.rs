use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::notification::Notification;
use crate::bgp::open::Open;
use crate::bgp::route_refresh::RouteRefresh;
use crate::bgp::session::Session;
use crate::bgp::update::Update;
use crate::bgp::writer::{Writer, too_long};
use crate::{Bound, EncodeError};

/// Messages ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271) section 4.1), and where in a stream of bytes they are.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                                                               |
/// +                                                               +
/// |                                                               |
/// +                                                               +
/// |                           Marker                              |
/// +                                                               +
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Length               |      Type     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Refused: a marker that is not all ones, a length that the type or the session does not allow, and an unknown type.
/// Each of them ends the session (section 6.1).
///
/// ```
/// use contrail_wire::bgp::{Message, Session};
/// let mut buffer = [0xa5; 19];
/// Message::Keepalive.encode(&mut buffer)?;
/// assert_eq!(buffer[16..], [0, 19, 4]);
/// assert_eq!(Message::decode(&buffer, Session::default()), Ok((Message::Keepalive, &[][..])));
/// # Ok::<(), contrail_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message<'a> {
    /// Type 1: who somebody is.
    Open(Open<'a>),
    /// Type 2: routes.
    Update(Update<'a>),
    /// Type 3: why the session ends.
    Notification(Notification<'a>),
    /// Type 4: that he is still there.
    Keepalive,
    /// Type 5: send me routes again.
    RouteRefresh(RouteRefresh<'a>),
}

/// What all messages begin with.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct MessageHeader {
    marker: [u8; 16],
    /// Of the whole message, in octets.
    length: U16,
    kind: u8,
}

const MARKER: [u8; 16] = [0xff; 16];

impl MessageHeader {
    /// Of a message whose length is not known yet.
    pub(super) const fn new(kind: u8) -> Self {
        Self { marker: MARKER, length: U16::ZERO, kind }
    }

    /// The length that the message has in octets, header and all; `None` if something is wrong with the header.
    #[inline(always)]
    fn valid_length(&self, session: Session) -> Option<usize> {
        let length = self.length.get();
        let (least, most) = Self::lengths(self.kind, session)?;
        (self.marker == MARKER && length >= least && length <= most).then_some(length.into())
    }

    /// The lengths that a message of a known type may have.
    #[inline(always)]
    fn lengths(kind: u8, session: Session) -> Option<(u16, u16)> {
        // Of types 1 to 5.
        let least = *[29, 23, 21, 19, 23].get(usize::from(kind).wrapping_sub(1))?;
        let most = match kind {
            Message::OPEN => 4096,
            Message::KEEPALIVE => 19,
            _ => session.longest_message(),
        };
        Some((least, most))
    }

    #[cold]
    #[inline(never)]
    fn what_is_wrong(&self, session: Session, offset: usize) -> Error {
        let at = |disposition| At { element: Element::Header, offset, disposition };
        if self.marker != MARKER {
            let wrong = self.marker.iter().find(|octet| **octet != 0xff).copied().unwrap_or_default();
            let at = at(Disposition::CONNECTION_NOT_SYNCHRONIZED);
            return at.field("marker", wrong.into(), "all ones (RFC 4271 6.1)");
        }
        let length = self.length.get();
        let is_known = Self::lengths(self.kind, session).is_some();
        if !is_known && length >= 19 && length <= session.longest_message() {
            let at = at(Disposition::BAD_MESSAGE_TYPE);
            return at.field("type", self.kind.into(), "1 to 5 (RFC 4271 6.1, RFC 2918)");
        }
        let expected = match self.kind {
            Message::OPEN => "29 to 4096 (RFC 4271 6.1)",
            Message::UPDATE => "23 to 4096, or 65535 where that is agreed on (RFC 4271 6.1, RFC 8654)",
            Message::NOTIFICATION => "21 to 4096, or 65535 where that is agreed on (RFC 4271 6.1, RFC 8654)",
            Message::KEEPALIVE => "19 (RFC 4271 6.1)",
            Message::ROUTE_REFRESH => "23 to 4096, or 65535 where that is agreed on (RFC 2918 3, RFC 8654)",
            _ => "19 to 4096, or 65535 where that is agreed on (RFC 4271 6.1, RFC 8654)",
        };
        at(Disposition::BAD_MESSAGE_LENGTH).field("length", length.into(), expected)
    }
}

impl<'a> Message<'a> {
    pub(super) const OPEN: u8 = 1;
    pub(super) const UPDATE: u8 = 2;
    const NOTIFICATION: u8 = 3;
    const KEEPALIVE: u8 = 4;
    const ROUTE_REFRESH: u8 = 5;

    /// Decodes the message at the start of `bytes`, and returns what follows it. That it is cut is an error; in a stream,
    /// [`Messages`] knows that the rest is still to come.
    #[inline(always)]
    pub fn decode(bytes: &'a [u8], session: Session) -> Result<(Self, &'a [u8]), Error> {
        let mut cursor = Cursor::new(bytes, 0);
        let message = Self::read(&mut cursor, session)?;
        Ok((message, cursor.rest()))
    }

    /// The message at the start of `cursor`, which moves behind it if the header can be read.
    #[inline(always)]
    pub(super) fn read(cursor: &mut Cursor<'a>, session: Session) -> Result<Self, Error> {
        let mut ahead = *cursor;
        let header = ahead.read::<MessageHeader>();
        let length = header.and_then(|header| header.valid_length(session));
        let (Some(header), Some(length)) = (header, length) else {
            return Err(Self::without_header(*cursor, session));
        };
        let Some(body) = ahead.split(length - size_of::<MessageHeader>()) else {
            return Err(Self::cut(*cursor, length));
        };
        let offset = cursor.offset();
        *cursor = ahead;
        if header.kind == Self::UPDATE {
            return Update::read(body, offset, session).map(Self::Update);
        }
        Self::read_other(header.kind, body.rest(), offset)
    }

    #[inline(never)]
    fn read_other(kind: u8, body: &'a [u8], offset: usize) -> Result<Self, Error> {
        let body = Cursor::new(body, offset + size_of::<MessageHeader>());
        Ok(match kind {
            Self::OPEN => Self::Open(Open::read(body, offset)?),
            Self::NOTIFICATION => Self::Notification(Notification::read(body, offset)?),
            Self::ROUTE_REFRESH => Self::RouteRefresh(RouteRefresh::read(body, offset)?),
            _ => Self::Keepalive,
        })
    }

    #[cold]
    #[inline(never)]
    fn without_header(mut cursor: Cursor<'_>, session: Session) -> Error {
        let (offset, available) = (cursor.offset(), cursor.len());
        match cursor.read::<MessageHeader>() {
            Some(header) => header.what_is_wrong(session, offset),
            None => at_header(offset).truncated(size_of::<MessageHeader>(), available, Bound::Frame),
        }
    }

    #[cold]
    #[inline(never)]
    fn cut(cursor: Cursor<'_>, length: usize) -> Error {
        at_header(cursor.offset()).overrun("length", length, cursor.len(), Bound::Frame)
    }

    /// The UPDATE, if it is one.
    pub const fn update(self) -> Option<Update<'a>> {
        match self {
            Self::Update(update) => Some(update),
            _ => None,
        }
    }

    /// Writes the message to the start of `buffer`, and returns the room behind it.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let (kind, element) = match self {
            Self::Open(_) => (Self::OPEN, Element::Open),
            Self::Update(_) => (Self::UPDATE, Element::Update),
            Self::Notification(_) => (Self::NOTIFICATION, Element::Notification),
            Self::Keepalive => (Self::KEEPALIVE, Element::Header),
            Self::RouteRefresh(_) => (Self::ROUTE_REFRESH, Element::RouteRefresh),
        };
        let mut writer = Writer::new(buffer, element);
        writer.put(&MessageHeader::new(kind))?;
        match self {
            Self::Open(open) => open.write(&mut writer),
            Self::Update(update) => update.write(&mut writer),
            Self::Notification(notification) => notification.write(&mut writer),
            Self::Keepalive => Ok(()),
            Self::RouteRefresh(refresh) => refresh.write(&mut writer),
        }?;
        end(&mut writer)?;
        Ok(writer.into_rest())
    }
}

const fn at_header(offset: usize) -> At {
    At { element: Element::Header, offset, disposition: Disposition::BAD_MESSAGE_LENGTH }
}

/// Writes the length of the message that is all that was written.
pub(super) fn end(writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    let Ok(length) = u16::try_from(writer.len()) else {
        return Err(too_long(writer.element, "length", writer.len(), 0xffff));
    };
    writer.patch(size_of_val(&MARKER), length.to_be_bytes());
    Ok(())
}

impl<'a> From<Open<'a>> for Message<'a> {
    fn from(open: Open<'a>) -> Self {
        Self::Open(open)
    }
}

impl<'a> From<Update<'a>> for Message<'a> {
    fn from(update: Update<'a>) -> Self {
        Self::Update(update)
    }
}

impl<'a> From<Notification<'a>> for Message<'a> {
    fn from(notification: Notification<'a>) -> Self {
        Self::Notification(notification)
    }
}

impl<'a> From<RouteRefresh<'a>> for Message<'a> {
    fn from(refresh: RouteRefresh<'a>) -> Self {
        Self::RouteRefresh(refresh)
    }
}

/// The messages in a stream of bytes, one behind the other.
///
/// It ends where the bytes do, or where a message is not there as a whole: [`rest`](Self::rest) is what is left, to be
/// put in front of what comes next, and [`needed`](Self::needed) says how much has to come. An error in a message's
/// header is the last item, since where the next message starts is not known then. Behind any other it goes on, though
/// one that resets the session is the last that a speaker reads.
///
/// ```
/// use contrail_wire::bgp::{Message, Messages, Session};
/// # let stream = contrail_wire::doc::EVPN_UPDATE;
/// let mut messages = Messages::new(&stream[..100], Session::default());
/// for message in &mut messages {
///     if let Message::Update(update) = message? {
///         for route in update.evpn_routes() {
///             println!("{} via {:?}", route?, update.encapsulation());
///         }
///     }
/// }
/// assert_eq!(messages.rest().len() + messages.needed(), stream.len());
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    cursor: Cursor<'a>,
    session: Session,
    lost: bool,
}

impl<'a> Messages<'a> {
    /// The messages at the start of `bytes`.
    pub const fn new(bytes: &'a [u8], session: Session) -> Self {
        Self { cursor: Cursor::new(bytes, 0), session, lost: false }
    }

    /// The bytes of no message so far.
    pub const fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }

    /// How many bytes have to follow for the next message, or for its header, to be whole; 0 if it is, or has an error.
    pub fn needed(&self) -> usize {
        let whole = match MessageHeader::ref_from_prefix(self.cursor.rest()) {
            Ok((header, _)) => header.valid_length(self.session).unwrap_or_default(),
            Err(_) => size_of::<MessageHeader>(),
        };
        whole.saturating_sub(self.cursor.len())
    }

    /// What messages from here on are read by, such as after the OPENs.
    pub const fn set_session(&mut self, session: Session) {
        self.session = session;
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.lost || self.needed() > 0 {
            return None;
        }
        let before = self.cursor.len();
        let message = Message::read(&mut self.cursor, self.session);
        self.lost = self.cursor.len() == before;
        Some(message)
    }
}

impl core::iter::FusedIterator for Messages<'_> {}
