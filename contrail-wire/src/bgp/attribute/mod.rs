mod aigp;
mod as_path;
mod attribute_type;
mod d_path;
mod flags;
mod merged_path;
mod mp_reach;
mod next_hop;
mod pmsi_tunnel;
mod tunnel_encapsulation;
mod typed;

use core::fmt;

pub use aigp::Aigp;
pub(crate) use as_path::AS_TRANS;
pub use as_path::{AsPath, Segment, SegmentType};
pub use attribute_type::AttributeType;
pub use d_path::{DPath, Domain};
pub use flags::AttributeFlags;
pub use merged_path::MergedPath;
pub use mp_reach::{MpReach, MpUnreach};
pub use next_hop::NextHop;
pub use pmsi_tunnel::{PmsiFlags, PmsiTunnel, PmsiTunnelType};
pub use tunnel_encapsulation::{SubTlv, Tunnel, TunnelEncapsulation};
pub use typed::{Aggregator, Attribute, Origin};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::community::{ExtendedCommunity, TunnelType};
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error};
use crate::bgp::session::Session;
use crate::bgp::writer::{Writer, too_long};
use crate::{Bound, EncodeError};

/// Path attributes ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271) section 4.3): what an UPDATE says of the routes
/// that it announces.
///
/// ```text
/// +---------------------------+
/// | Attr. Flags (1 octet)     |
/// +---------------------------+
/// | Attr. Type Code (1 octet) |
/// +---------------------------+
/// | Length (1 or 2 octets)    |
/// +---------------------------+
/// | Value (variable)          |
/// +---------------------------+
/// ```
///
/// [`Attributes`] walks over them as [`PathAttribute`]s, which are flags, type and octets, and
/// [`PathAttribute::decode`] gives an [`Attribute`], which is the same one typed. It is also what is encoded.
#[derive(Clone, Copy)]
pub struct PathAttribute<'a> {
    /// Optional, transitive, partial, extended length.
    pub flags: AttributeFlags,
    /// What it says.
    pub kind: AttributeType,
    /// How.
    pub value: &'a [u8],
    /// Where it starts.
    pub(crate) offset: usize,
}

/// What all attributes begin with.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct AttributeHeader {
    flags: AttributeFlags,
    kind: AttributeType,
}

impl<'a> PathAttribute<'a> {
    /// An attribute that this library has no type for, or one that was received and goes on as it is.
    pub const fn new(flags: AttributeFlags, kind: AttributeType, value: &'a [u8]) -> Self {
        Self { flags, kind, value, offset: 0 }
    }

    /// Where it starts, in bytes.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The attribute typed, as the session has it; of an unknown type, itself.
    #[inline(always)]
    pub fn decode(&self, session: &Session) -> Result<Attribute<'a>, Error> {
        Attribute::read(*self, session)
    }

    /// Its value as bytes that errors know the place of.
    #[inline]
    pub(crate) const fn cursor(&self) -> Cursor<'a> {
        // Behind flags, type and length.
        let header = if self.flags.contains(AttributeFlags::EXTENDED_LENGTH) { 4 } else { 3 };
        Cursor::new(self.value, self.offset + header)
    }

    /// An error of this attribute.
    #[inline]
    pub(crate) const fn at(&self, disposition: Disposition) -> At {
        At { element: Element::Attribute(self.kind), offset: self.offset, disposition }
    }

    /// Writes flags, type, length and value; the length has two octets where it must have or the flags say so.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let attribute = Start::write(writer, self.flags, self.kind, self.value.len() > 0xff)?;
        writer.put(self.value)?;
        attribute.end(writer)
    }
}

/// Where it stands does not matter.
impl PartialEq for PathAttribute<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.flags, self.kind, self.value) == (other.flags, other.kind, other.value)
    }
}

impl fmt::Debug for PathAttribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flags, kind, value, .. } = self;
        f.debug_struct("PathAttribute")
            .field("flags", flags)
            .field("kind", kind)
            .field("value", value)
            .finish()
    }
}

/// An attribute of which the value is being written.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// Where the value starts.
    value: usize,
    extended: bool,
}

impl Start {
    /// Flags and type, and room for the length: two octets if `long`, or if the flags say so.
    #[inline]
    pub(crate) fn write(
        writer: &mut Writer<'_>,
        flags: AttributeFlags,
        kind: AttributeType,
        long: bool,
    ) -> Result<Self, EncodeError> {
        writer.element = Element::Attribute(kind);
        let extended = long || flags.contains(AttributeFlags::EXTENDED_LENGTH);
        let flags = if extended { flags.union(AttributeFlags::EXTENDED_LENGTH) } else { flags };
        writer.put(&AttributeHeader { flags, kind })?;
        writer.room(if extended { 2 } else { 1 })?;
        Ok(Self { value: writer.len(), extended })
    }

    /// Writes the length of what was written since. An attribute that turns out to need two octets for it and has one is
    /// moved up.
    #[inline]
    pub(crate) fn end(self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let written = writer.len() - self.value;
        let Ok(length) = u16::try_from(written) else {
            return Err(too_long(writer.element, "length", written, 0xffff));
        };
        match (self.extended, u8::try_from(length)) {
            (true, _) => writer.patch(self.value - 2, length.to_be_bytes()),
            (false, Ok(length)) => writer.patch(self.value - 1, [length]),
            (false, Err(_)) => {
                writer.room(1)?;
                writer.truncate(self.value + written);
                writer.shift(self.value, self.value + 1);
                writer.patch(self.value - 1, length.to_be_bytes());
                writer.set_bits(self.value - 3, AttributeFlags::EXTENDED_LENGTH.bits());
            }
        }
        Ok(())
    }
}

/// Path attributes one behind the other.
///
/// Where the lengths do not fit together, an error is the last item.
///
/// ```
/// use contrail_wire::bgp::{Attribute, Attributes, Origin, Session};
/// let session = Session::default();
/// let mut attributes = Attributes::new(&[0x40, 1, 1, 0, 0x40, 2, 9]);
/// let origin = attributes.next().unwrap()?.decode(&session)?;
/// assert_eq!(origin, Attribute::Origin(Origin::Igp));
/// let error = attributes.next().unwrap().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "as_path at byte 4: length claims 9 bytes, 0 left in the total path attribute length"
/// );
/// assert!(attributes.next().is_none());
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Attributes<'a> {
    /// The attributes in `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(bytes, 0) }
    }

    pub(crate) const fn at(cursor: Cursor<'a>) -> Self {
        Self { cursor }
    }

    /// The first attribute of a type, if all in front of it can be read.
    #[inline(always)]
    pub(crate) fn find(mut self, kind: AttributeType) -> Option<PathAttribute<'a>> {
        loop {
            let attribute = attribute(&mut self.cursor)?;
            if attribute.kind == kind {
                // With the type that is known where this is inlined, so that nothing is left of all others.
                return Some(PathAttribute { kind, ..attribute });
            }
        }
    }

    /// What is left of their bytes.
    pub const fn bytes(&self) -> &'a [u8] {
        self.cursor.rest()
    }

    /// One that reads the same in each session.
    #[inline(always)]
    fn of_any_session(self, kind: AttributeType) -> Option<Attribute<'a>> {
        self.find(kind)?.decode(&Session::default()).ok()
    }

    /// The extended communities; none if there are none that can be read.
    #[inline]
    pub fn extended_communities(self) -> &'a [ExtendedCommunity] {
        match self.of_any_session(AttributeType::EXTENDED_COMMUNITIES) {
            Some(Attribute::ExtendedCommunities(communities)) => communities,
            _ => &[],
        }
    }

    /// All encapsulations that the traffic of their routes may come in: those of extended communities, and those of the
    /// tunnel encapsulation attribute (RFC 9012).
    #[inline]
    pub fn encapsulations(self) -> impl Iterator<Item = TunnelType> + Clone + use<'a> {
        let communities = self.extended_communities().iter().filter_map(|it| it.encapsulation());
        let tunnels = match self.of_any_session(AttributeType::TUNNEL_ENCAPSULATION) {
            Some(Attribute::TunnelEncapsulation(tunnels)) => Some(tunnels),
            _ => None,
        };
        let tunnels = tunnels.into_iter().flat_map(TunnelEncapsulation::tunnels);
        communities.chain(tunnels.map(|tunnel| tunnel.tunnel_type))
    }

    /// The encapsulation that says how to read [label fields](crate::LabelField): the first of the encapsulations [with a
    /// VNI](TunnelType::has_vni), as in Contrail, or else the first. With none, labels are MPLS labels (RFC 8365 section
    /// 5.1.3).
    #[inline]
    pub fn encapsulation(self) -> Option<TunnelType> {
        let mut all = self.encapsulations();
        let first = all.clone().next();
        all.find(|encapsulation| encapsulation.has_vni()).or(first)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<PathAttribute<'a>, Error>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        match attribute(&mut self.cursor) {
            Some(attribute) => Some(Ok(attribute)),
            None => Some(Err(what_is_wrong(core::mem::take(&mut self.cursor)))),
        }
    }
}

impl core::iter::FusedIterator for Attributes<'_> {}

/// Takes the attribute at the start of `cursor` off it, if it is there as a whole.
#[inline(always)]
fn attribute<'a>(cursor: &mut Cursor<'a>) -> Option<PathAttribute<'a>> {
    let (mut ahead, offset) = (*cursor, cursor.offset());
    let &AttributeHeader { flags, kind } = ahead.read()?;
    let length = if flags.contains(AttributeFlags::EXTENDED_LENGTH) {
        u16::from_be_bytes(*ahead.array()?).into()
    } else {
        let &[length] = ahead.array()?;
        length.into()
    };
    let value = ahead.bytes(length)?;
    *cursor = ahead;
    Some(PathAttribute { flags, kind, value, offset })
}

/// Why there is no attribute here (RFC 7606 section 4). The routes of a multiprotocol one that is cut cannot be found, so
/// that they cannot be taken for withdrawn (section 3 j).
#[cold]
#[inline(never)]
fn what_is_wrong(mut cursor: Cursor<'_>) -> Error {
    let (offset, whole) = (cursor.offset(), cursor.len());
    let bound = Bound::BgpAttributesLength;
    let disposition = Disposition::TreatAsWithdraw;
    let Some(&AttributeHeader { flags, kind }) = cursor.read() else {
        return At { element: Element::Update, offset, disposition }.truncated(3, whole, bound);
    };
    let disposition = match kind {
        AttributeType::MP_REACH_NLRI | AttributeType::MP_UNREACH_NLRI => {
            Disposition::OPTIONAL_ATTRIBUTE_ERROR
        }
        _ => disposition,
    };
    let at = At { element: Element::Attribute(kind), offset, disposition };
    let extended = flags.contains(AttributeFlags::EXTENDED_LENGTH);
    match (extended, cursor.rest()) {
        (true, [high, low, rest @ ..]) => {
            at.overrun("length", u16::from_be_bytes([*high, *low]).into(), rest.len(), bound)
        }
        (false, [length, rest @ ..]) => at.overrun("length", (*length).into(), rest.len(), bound),
        _ => at.truncated(if extended { 4 } else { 3 }, whole, bound),
    }
}
