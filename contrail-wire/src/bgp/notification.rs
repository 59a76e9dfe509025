use core::fmt;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError};

/// NOTIFICATION ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271) section 4.5): why a session ends.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | Error code    | Error subcode |   Data (variable)             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Refused: fewer than two octets. Tolerated: any code and any data.
///
/// ```
/// use contrail_wire::bgp::Notification;
/// let notification = Notification { code: 6, subcode: 2, data: b"\x0bmaintenance" };
/// assert_eq!(notification.to_string(), "cease: administrative shutdown");
/// assert_eq!(notification.shutdown_communication(), Some("maintenance"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notification<'a> {
    /// Which kind of error.
    pub code: u8,
    /// Which error.
    pub subcode: u8,
    /// What it is about, depending on the error.
    pub data: &'a [u8],
}

impl<'a> Notification<'a> {
    pub(super) fn read(mut body: Cursor<'a>, start: usize) -> Result<Self, Error> {
        let available = body.len();
        let Some(&[code, subcode]) = body.array() else {
            let disposition = Disposition::BAD_MESSAGE_LENGTH;
            let at = At { element: Element::Notification, offset: start, disposition };
            return Err(at.truncated(2, available, Bound::BgpMessageLength));
        };
        Ok(Self { code, subcode, data: body.rest() })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&[self.code, self.subcode])?;
        writer.put(self.data)
    }

    /// What an operator said of a shutdown or a reset (RFC 9003), if that is what ended the session.
    pub fn shutdown_communication(&self) -> Option<&'a str> {
        let (6, 2 | 4) = (self.code, self.subcode) else { return None };
        let (length, text) = self.data.split_first()?;
        core::str::from_utf8(text.get(..usize::from(*length))?).ok()
    }

    /// What the code means, if it is known.
    pub const fn code_name(&self) -> Option<&'static str> {
        Some(match self.code {
            1 => "message header error",
            2 => "open message error",
            3 => "update message error",
            4 => "hold timer expired",
            5 => "finite state machine error",
            6 => "cease",
            7 => "route-refresh message error",
            8 => "send hold timer expired",
            _ => return None,
        })
    }

    /// What the subcode means, if it is known (IANA "BGP Error Subcodes").
    pub const fn subcode_name(&self) -> Option<&'static str> {
        Some(match (self.code, self.subcode) {
            (1, 1) => "connection not synchronized",
            (1, 2) => "bad message length",
            (1, 3) => "bad message type",
            (2, 1) => "unsupported version number",
            (2, 2) => "bad peer AS",
            (2, 3) => "bad BGP identifier",
            (2, 4) => "unsupported optional parameter",
            (2, 6) => "unacceptable hold time",
            (2, 7) => "unsupported capability",
            (2, 11) => "role mismatch",
            (3, 1) => "malformed attribute list",
            (3, 2) => "unrecognized well-known attribute",
            (3, 3) => "missing well-known attribute",
            (3, 4) => "attribute flags error",
            (3, 5) => "attribute length error",
            (3, 6) => "invalid ORIGIN attribute",
            (3, 8) => "invalid NEXT_HOP attribute",
            (3, 9) => "optional attribute error",
            (3, 10) => "invalid network field",
            (3, 11) => "malformed AS_PATH",
            (5, 1) => "unexpected message in OpenSent",
            (5, 2) => "unexpected message in OpenConfirm",
            (5, 3) => "unexpected message in Established",
            (6, 1) => "maximum number of prefixes reached",
            (6, 2) => "administrative shutdown",
            (6, 3) => "peer de-configured",
            (6, 4) => "administrative reset",
            (6, 5) => "connection rejected",
            (6, 6) => "other configuration change",
            (6, 7) => "connection collision resolution",
            (6, 8) => "out of resources",
            (6, 9) => "hard reset",
            (6, 10) => "BFD down",
            (7, 1) => "invalid message length",
            _ => return None,
        })
    }
}

/// What has to be sent for an error that ends the session; `None` for any other.
impl TryFrom<Disposition> for Notification<'_> {
    type Error = Disposition;

    fn try_from(disposition: Disposition) -> Result<Self, Disposition> {
        match disposition {
            Disposition::SessionReset { code, subcode } => Ok(Self { code, subcode, data: &[] }),
            other => Err(other),
        }
    }
}

/// `cease: administrative shutdown`, or numbers where there are no names.
impl fmt::Display for Notification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code_name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "error {}", self.code)?,
        }
        match (self.subcode_name(), self.subcode) {
            (Some(name), _) => write!(f, ": {name}"),
            (None, 0) => Ok(()),
            (None, subcode) => write!(f, ": {subcode}"),
        }
    }
}
