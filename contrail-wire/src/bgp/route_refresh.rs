use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error, length};
use crate::bgp::family::{Afi, Family, Safi};
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError};

/// ROUTE-REFRESH ([RFC 2918](https://www.rfc-editor.org/rfc/rfc2918) section 3, [RFC
/// 7313](https://www.rfc-editor.org/rfc/rfc7313) section 3.2): send me the routes of a family again.
///
/// ```text
///  0       7      15      23      31
/// +-------+-------+-------+-------+
/// |      AFI      | Sub.  | SAFI  |
/// +-------+-------+-------+-------+
/// ```
///
/// Refused: fewer than four octets, and any more where the subtype says that routes begin or end (RFC 7313 section 5).
/// Tolerated: any subtype; what follows in an ordinary request, filters (RFC 5291), is kept.
///
/// ```
/// use contrail_wire::bgp::{Family, Message, RouteRefresh, Session};
/// let refresh = RouteRefresh { family: Family::EVPN, subtype: RouteRefresh::REQUEST, filters: &[] };
/// let mut buffer = [0xa5; 23];
/// assert!(Message::from(refresh).encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Message::decode(&buffer, Session::default()).unwrap().0, Message::from(refresh));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RouteRefresh<'a> {
    /// Whose routes.
    pub family: Family,
    /// Asked for, or beginning, or at their end.
    pub subtype: u8,
    /// Outbound route filters (RFC 5291), as their octets.
    pub filters: &'a [u8],
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Fixed {
    afi: Afi,
    subtype: u8,
    safi: Safi,
}

impl<'a> RouteRefresh<'a> {
    /// Send them again.
    pub const REQUEST: u8 = 0;
    /// They begin here.
    pub const BEGIN: u8 = 1;
    /// They end here.
    pub const END: u8 = 2;

    pub(super) fn read(mut body: Cursor<'a>, start: usize) -> Result<Self, Error> {
        let whole = body.len();
        let at = |disposition| At { element: Element::RouteRefresh, offset: start, disposition };
        let Some(&Fixed { afi, subtype, safi }) = body.read() else {
            let at = at(Disposition::BAD_MESSAGE_LENGTH);
            return Err(at.truncated(size_of::<Fixed>(), whole, Bound::BgpMessageLength));
        };
        if matches!(subtype, Self::BEGIN | Self::END) && !body.is_empty() {
            let at = at(Disposition::ROUTE_REFRESH_LENGTH);
            return Err(at.field("length", length(whole), "4 (RFC 7313 5)"));
        }
        Ok(Self { family: Family { afi, safi }, subtype, filters: body.rest() })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let Self { family: Family { afi, safi }, subtype, filters } = *self;
        writer.put(&Fixed { afi, subtype, safi })?;
        writer.put(filters)
    }
}
