use core::net::Ipv4Addr;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::attribute::AS_TRANS;
use crate::bgp::capability::{Capabilities, Capability};
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Disposition, Element, Error, length};
use crate::bgp::writer::Writer;
use crate::{Bound, EncodeError, Ipv4Octets};

/// OPEN ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271) section 4.2): who somebody is, and what he is capable of.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+
/// |    Version    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     My Autonomous System      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           Hold Time           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         BGP Identifier                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | Opt Parm Len  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                                                               |
/// |             Optional Parameters (variable)                    |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// More than 255 octets of parameters have another length behind the first, of two octets (RFC 9072). Refused (section
/// 6.2): a version other than 4, AS number 0 (RFC 7607), a hold time of 1 or 2, identifier 0 (RFC 6286), and lengths of
/// parameters and capabilities that do not fit together. Tolerated: unknown parameters and capabilities.
///
/// ```
/// use contrail_wire::bgp::{Capabilities, Capability, Family, Message, Open, Session};
/// let mut room = [0; 32];
/// let capabilities = [Capability::Multiprotocol(Family::EVPN), Capability::FourOctetAs(4_200_000_000)];
/// let capabilities = Capabilities::encode(&capabilities, &mut room).unwrap();
/// let open = Open::new(4_200_000_000, [10, 0, 0, 1].into(), capabilities);
/// assert_eq!((open.my_as, open.asn()), (23456, 4_200_000_000));
///
/// let mut buffer = [0xa5; 45];
/// assert!(Message::from(open).encode(&mut buffer).unwrap().is_empty());
/// let (message, _) = Message::decode(&buffer, Session::default()).unwrap();
/// assert_eq!(message, Message::from(open));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open<'a> {
    /// The sender's AS number, or AS_TRANS (23456) if it does not fit; [`asn`](Self::asn) is the true one.
    pub my_as: u16,
    /// After how many seconds of silence he takes the session for broken; 0 is never.
    pub hold_time: u16,
    /// Who he is.
    pub identifier: Ipv4Addr,
    /// What he is capable of.
    pub capabilities: Capabilities<'a>,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Fixed {
    version: u8,
    my_as: U16,
    hold_time: U16,
    identifier: Ipv4Octets,
    parameters_length: u8,
}

/// What stands in place of the first parameter where all of them have more than 255 octets (RFC 9072 section 2).
pub(super) const EXTENDED: u8 = 255;

impl<'a> Open<'a> {
    /// With a hold time of 90 seconds. A `asn` above 65535 is told by a capability too, of the caller's.
    pub fn new(asn: u32, identifier: Ipv4Addr, capabilities: Capabilities<'a>) -> Self {
        Self { my_as: u16::try_from(asn).unwrap_or(AS_TRANS), hold_time: 90, identifier, capabilities }
    }

    /// The sender's AS number: that of the capability, or else `my_as`.
    pub fn asn(&self) -> u32 {
        let four_octets = self.capabilities.iter().find_map(|capability| match capability {
            Capability::FourOctetAs(asn) => Some(asn),
            _ => None,
        });
        four_octets.unwrap_or(self.my_as.into())
    }

    pub(super) fn read(mut body: Cursor<'a>, start: usize) -> Result<Self, Error> {
        let at = |disposition| At { element: Element::Open, offset: start, disposition };
        let whole = body.len();
        let Some(fixed) = body.read::<Fixed>() else {
            let bound = Bound::BgpMessageLength;
            return Err(at(Disposition::BAD_MESSAGE_LENGTH).truncated(size_of::<Fixed>(), whole, bound));
        };
        if fixed.version != 4 {
            let at = at(Disposition::UNSUPPORTED_VERSION);
            return Err(at.field("version", fixed.version.into(), "4 (RFC 4271 6.2)"));
        }
        let (hold_time, identifier) = (fixed.hold_time.get(), fixed.identifier.get());
        if matches!(hold_time, 1 | 2) {
            let at = at(Disposition::UNACCEPTABLE_HOLD_TIME);
            return Err(at.field("hold_time", hold_time.into(), "0, or 3 at least (RFC 4271 6.2)"));
        }
        if identifier.is_unspecified() {
            return Err(at(Disposition::BAD_BGP_IDENTIFIER).field(
                "bgp_identifier",
                0,
                "not 0 (RFC 6286 2.2)",
            ));
        }
        let at_parameters = at(Disposition::OPEN_MESSAGE_ERROR);
        let is_extended = fixed.parameters_length != 0 && body.rest().first() == Some(&EXTENDED);
        let extended = is_extended.then_some(fixed.parameters_length);
        let claimed = if is_extended {
            let Some(&[_, high, low]) = body.array() else {
                return Err(at_parameters.truncated(size_of::<Fixed>() + 3, whole, Bound::BgpMessageLength));
            };
            usize::from(u16::from_be_bytes([high, low]))
        } else {
            fixed.parameters_length.into()
        };
        let field = "opt_parm_len";
        if claimed > body.len() {
            return Err(at_parameters.overrun(field, claimed, body.len(), Bound::BgpMessageLength));
        }
        if claimed < body.len() {
            let expected = "all that is left of the message (RFC 4271 4.2)";
            return Err(at_parameters.field(field, length(claimed), expected));
        }
        let open = Self {
            my_as: fixed.my_as.get(),
            hold_time,
            identifier,
            capabilities: Capabilities::read(body, extended)?,
        };
        if open.asn() == 0 {
            return Err(at(Disposition::BAD_PEER_AS).field("my_autonomous_system", 0, "not 0 (RFC 7607)"));
        }
        Ok(open)
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let parameters = self.capabilities.bytes();
        let extended = self.capabilities.extended();
        let short = u8::try_from(parameters.len()).unwrap_or(EXTENDED);
        writer.put(&Fixed {
            version: 4,
            my_as: self.my_as.into(),
            hold_time: self.hold_time.into(),
            identifier: self.identifier.into(),
            parameters_length: extended.unwrap_or(short),
        })?;
        if extended.is_some() {
            // That they are no more than fit is up to the length of the message.
            let length = u16::try_from(parameters.len()).unwrap_or(u16::MAX);
            writer.put(&EXTENDED)?;
            writer.put(&length.to_be_bytes())?;
        }
        writer.put(parameters)
    }
}
