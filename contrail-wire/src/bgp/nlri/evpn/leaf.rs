use core::net::IpAddr;

use crate::EncodeError;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{NlriHeader, Parts, put_address};
use crate::bgp::writer::{Writer, not_so};

/// EVPN route type 11: leaf auto-discovery ([RFC 9572](https://www.rfc-editor.org/rfc/rfc9572) section 3.3).
///
/// ```text
/// +-----------------------------------+
/// |      Route Key (variable)         |
/// +-----------------------------------+
/// |Originator's Addr Length (1 octet) |
/// +-----------------------------------+
/// |Originator's Addr (4 or 16 octets) |
/// +-----------------------------------+
/// ```
///
/// The key is the whole NLRI of the route that this one answers, with type and length. Refused: a key that is longer
/// than the route, an address length other than 32 or 128, and anything behind. Tolerated: any key.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::evpn::{InclusiveMulticastRoute, LeafRoute, Route};
///
/// let answered = Route::from(InclusiveMulticastRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     originator: [10, 0, 0, 1].into(),
/// });
/// let mut key = [0; 19];
/// answered.encode(&mut key).unwrap();
/// let route = Route::from(LeafRoute { route_key: &key, originator: [10, 0, 0, 2].into() });
/// let mut buffer = [0xa5; 26];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// let (Route::Leaf(leaf), _) = Route::decode(&buffer)? else { unreachable!() };
/// assert_eq!(Route::decode(leaf.route_key)?.0, answered);
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafRoute<'a> {
    /// The NLRI of the route that this one answers, with type and length.
    pub route_key: &'a [u8],
    /// Who answers.
    pub originator: IpAddr,
}

impl<'a> LeafRoute<'a> {
    pub(super) fn read(value: Cursor<'a>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 2 + 1 + 4);
        let mut ahead = parts;
        let header: NlriHeader = ahead.read()?;
        let route_key = parts.bytes(size_of::<NlriHeader>() + usize::from(header.length))?;
        let originator = parts.address("originator_length", "32 or 128 (RFC 9572 3.3)")?;
        parts.end("what route key and address length say (RFC 9572 3.3)")?;
        Ok(Self { route_key, originator })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let is_a_route = match self.route_key {
            [_, length, value @ ..] => usize::from(*length) == value.len(),
            _ => false,
        };
        if !is_a_route {
            return Err(not_so(
                writer.element,
                "route_key",
                "an EVPN route with type and length (RFC 9572 3.3)",
            ));
        }
        writer.put(self.route_key)?;
        put_address(writer, self.originator)
    }
}
