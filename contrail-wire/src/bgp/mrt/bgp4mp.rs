use core::net::IpAddr;

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::{Body, LAYER, RecordReader};
use crate::bgp::cursor::Cursor;
use crate::bgp::error::Error;
use crate::bgp::family::{Afi, Families};
use crate::bgp::message::Message;
use crate::bgp::session::{Session, SessionKind};
use crate::{DecodeError, Ipv4Octets, Ipv6Octets};

/// A message to or from a neighbour (RFC 6396 sections 4.4.2 and 4.4.3, RFC 8050 section 3).
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Peer AS Number (2 or 4)      |  Local AS Number (2 or 4)     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |        Interface Index        |        Address Family         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      Peer IP Address (4 or 16)                |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      Local IP Address (4 or 16)               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    BGP Message... (variable)
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PeerMessage<'a> {
    /// The neighbour's autonomous system.
    pub peer_as: u32,
    /// The collector's autonomous system.
    pub local_as: u32,
    /// The collector's interface to the neighbour; 0 is not told.
    pub interface: u16,
    /// The neighbour.
    pub peer_address: IpAddr,
    /// The collector.
    pub local_address: IpAddr,
    /// The collector has sent the message, and not the neighbour.
    pub sent: bool,
    /// How the message reads, as far as the record says: the size of AS numbers, and path identifiers with all families
    /// or with none.
    pub session: Session,
    message: Cursor<'a>,
}

/// How the session with a neighbour is (RFC 6396 section 4.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The neighbour's autonomous system.
    pub peer_as: u32,
    /// The neighbour.
    pub peer_address: IpAddr,
    /// The state that was: 1 idle, 2 connect, 3 active, 4 OpenSent, 5 OpenConfirm, 6 established.
    pub old: u16,
    /// The state that is.
    pub new: u16,
}

impl<'a> PeerMessage<'a> {
    /// The octets of the message.
    pub const fn bytes(&self) -> &'a [u8] {
        self.message.rest()
    }

    /// The message.
    pub fn decode(&self) -> Result<Message<'a>, Error> {
        let mut message = self.message;
        Message::read(&mut message, self.session)
    }
}

/// What records of all subtypes begin with behind the AS numbers.
#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Interface {
    index: U16,
    afi: Afi,
}

pub(super) fn read<'a>(subtype: u16, mut reader: RecordReader<'a>) -> Result<Body<'a>, DecodeError> {
    let unknown = Body::Unknown(reader.body.rest());
    // Subtype, of the same in four octets, sent by the collector, with path identifiers.
    let (four_octet_as, sent, add_path) = match subtype {
        0 | 1 => (false, false, false),
        4 | 5 => (true, false, false),
        6 => (false, true, false),
        7 => (true, true, false),
        8 => (false, false, true),
        9 => (true, false, true),
        10 => (false, true, true),
        11 => (true, true, true),
        _ => return Ok(unknown),
    };
    let [peer_as, local_as] = if four_octet_as {
        reader.read::<[U32; 2]>()?.map(U32::get)
    } else {
        reader.read::<[U16; 2]>()?.map(|number| number.get().into())
    };
    let interface: &Interface = reader.read()?;
    let [peer_address, local_address] = match interface.afi {
        Afi::IPV4 => reader.read::<[Ipv4Octets; 2]>()?.map(|octets| octets.get().into()),
        Afi::IPV6 => reader.read::<[Ipv6Octets; 2]>()?.map(|octets| octets.get().into()),
        other => {
            let found = other.get().into();
            return Err(DecodeError::field(
                LAYER,
                reader.offset,
                "address_family",
                found,
                "1 or 2 (RFC 6396 4.4)",
            ));
        }
    };
    if matches!(subtype, 0 | 5) {
        let [old, new] = reader.read::<[U16; 2]>()?.map(U16::get);
        return Ok(Body::StateChange(StateChange { peer_as, peer_address, old, new }));
    }
    let families = if add_path { Families::ALL } else { Families::NONE };
    let session = Session {
        kind: if peer_as == local_as { SessionKind::Internal } else { SessionKind::External },
        four_octet_as,
        extended_message: true,
        add_path_receive: families,
        add_path_send: families,
        ..Session::default()
    };
    let interface = interface.index.get();
    let message = reader.body;
    let of_peer =
        PeerMessage { peer_as, local_as, interface, peer_address, local_address, sent, session, message };
    Ok(Body::Message(of_peer))
}
