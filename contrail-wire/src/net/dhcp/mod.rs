//! DHCP messages ([RFC 2131](https://www.rfc-editor.org/rfc/rfc2131), with the fixed part of BOOTP,
//! [RFC 951](https://www.rfc-editor.org/rfc/rfc951)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |
//! +---------------+---------------+---------------+---------------+
//! |                            xid (4)                            |
//! +-------------------------------+-------------------------------+
//! |           secs (2)            |           flags (2)           |
//! +-------------------------------+-------------------------------+
//! |                          ciaddr  (4)                          |
//! +---------------------------------------------------------------+
//! |                          yiaddr  (4)                          |
//! +---------------------------------------------------------------+
//! |                          siaddr  (4)                          |
//! +---------------------------------------------------------------+
//! |                          giaddr  (4)                          |
//! +---------------------------------------------------------------+
//! |                          chaddr  (16)                         |
//! +---------------------------------------------------------------+
//! |                          sname   (64)                         |
//! +---------------------------------------------------------------+
//! |                          file    (128)                        |
//! +---------------------------------------------------------------+
//! |                 magic cookie 99, 130, 83, 99                  |
//! +---------------------------------------------------------------+
//! |                          options (variable)                   |
//! +---------------------------------------------------------------+
//! ```
//!
//! A message is what UDP carries between the ports [`DhcpHeader::SERVER`] and [`DhcpHeader::CLIENT`], and no header of a
//! packet: [`Dhcp::decode`] takes the [`payload`](crate::Packet::payload) of one. Offsets of errors count from there.
//!
//! Refused: another magic cookie (BOOTP without options, RFC 951), a hardware address above 16 octets. Tolerated: any
//! operation, hardware type and flags; options without an end, unknown, or in the wrong order.
//!
//! ```
//! use contrail_wire::net::dhcp::{Dhcp, DhcpHeader, DhcpMessageType, DhcpOption};
//! use contrail_wire::MacAddr;
//!
//! let header = DhcpHeader::request(MacAddr::new([2, 0, 0, 0, 0, 1]), 0x3903_f326);
//! let options = [DhcpOption::MessageType(DhcpMessageType::DISCOVER), DhcpOption::ParameterRequestList(&[1, 3, 66])];
//! let mut buffer = [0xa5; 512];
//! let message = Dhcp::encode(&header, &options, &mut buffer).unwrap();
//! assert_eq!(message.len(), 300); // the least that BOOTP allows
//!
//! let read = Dhcp::decode(message)?;
//! assert_eq!(read.header.xid.get(), 0x3903_f326);
//! assert_eq!(read.message_type(), Some(DhcpMessageType::DISCOVER));
//! assert!(read.options().eq(options.map(Ok)));
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

mod option;

pub use self::option::{DhcpMessageType, DhcpOption, DhcpOptions};

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{DecodeError, EncodeError, FieldValue, FixedHeader, Ipv4Octets, Layer, MacAddr};

/// The part of a DHCP message in front of its options; see the [module](self).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct DhcpHeader {
    /// 1 from the client, 2 from the server.
    pub op: u8,
    /// 1 for Ethernet.
    pub htype: u8,
    /// How many octets of `chaddr` are used: 6 for Ethernet.
    pub hlen: u8,
    /// Relay agents on the way.
    pub hops: u8,
    /// The client's number for the conversation.
    pub xid: U32,
    /// Seconds since the client began.
    pub secs: U16,
    /// [`BROADCAST`](Self::BROADCAST), and 15 bits that are zero.
    pub flags: U16,
    /// The client's address, if it has one already.
    pub ciaddr: Ipv4Octets,
    /// The address that the server gives.
    pub yiaddr: Ipv4Octets,
    /// The server of the next step: where a client that boots gets its file.
    pub siaddr: Ipv4Octets,
    /// The relay agent.
    pub giaddr: Ipv4Octets,
    /// The client's hardware address.
    pub chaddr: [u8; 16],
    /// The server's name, ended by a zero octet.
    pub sname: [u8; 64],
    /// The name of the file to boot, ended by a zero octet.
    pub file: [u8; 128],
    /// [`MAGIC_COOKIE`](Self::MAGIC_COOKIE).
    pub magic_cookie: U32,
}

impl DhcpHeader {
    /// The port of servers and relay agents.
    pub const SERVER: u16 = 67;
    /// The port of clients.
    pub const CLIENT: u16 = 68;
    /// The operation of what a client sends.
    pub const REQUEST: u8 = 1;
    /// The operation of what a server sends.
    pub const REPLY: u8 = 2;
    /// The flag by which a client asks for answers to the broadcast address.
    pub const BROADCAST: u16 = 0x8000;
    /// What says that options follow (RFC 2132 section 2).
    pub const MAGIC_COOKIE: u32 = 0x6382_5363;

    /// From a client on Ethernet that has no address.
    pub fn request(client: MacAddr, xid: u32) -> Self {
        let mut header = Self::new_zeroed();
        (header.op, header.htype, header.hlen) = (Self::REQUEST, 1, 6);
        header.xid.set(xid);
        for (octet, of_client) in header.chaddr.iter_mut().zip(client.octets()) {
            *octet = of_client;
        }
        header.magic_cookie.set(Self::MAGIC_COOKIE);
        header
    }

    /// The answer to a request: with its conversation, flags, relay agent and client, and this address for it.
    pub fn reply(&self, address: Ipv4Octets) -> Self {
        let (ciaddr, sname, file) = (Ipv4Octets::default(), [0; 64], [0; 128]);
        Self { op: Self::REPLY, hops: 0, secs: U16::ZERO, ciaddr, yiaddr: address, sname, file, ..*self }
    }

    /// The client's hardware address, as long as `hlen` says.
    pub fn client_hardware_address(&self) -> &[u8] {
        self.chaddr.get(..self.hlen.into()).unwrap_or(&self.chaddr)
    }
}

impl FixedHeader for DhcpHeader {
    const LAYER: Layer = Layer::Dhcp;

    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if self.magic_cookie.get() != Self::MAGIC_COOKIE {
            let found = self.magic_cookie.get();
            let expected = "0x63825363 (RFC 2132 2)";
            return Err(DecodeError::field(Layer::Dhcp, offset, "magic_cookie", found, expected));
        }
        if usize::from(self.hlen) > self.chaddr.len() {
            let found = self.hlen.into();
            return Err(DecodeError::field(Layer::Dhcp, offset, "hlen", found, "16 at most (RFC 2131 2)"));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("op", self.op.into());
        visit("htype", self.htype.into());
        visit("hlen", self.hlen.into());
        visit("hops", self.hops.into());
        visit("xid", FieldValue::Hex(self.xid.get().into(), 8));
        visit("secs", self.secs.get().into());
        visit("flags", FieldValue::Hex(self.flags.get().into(), 4));
        visit("ciaddr", self.ciaddr.get().into());
        visit("yiaddr", self.yiaddr.get().into());
        visit("siaddr", self.siaddr.get().into());
        visit("giaddr", self.giaddr.get().into());
        visit("chaddr", FieldValue::Bytes(self.client_hardware_address()));
        visit("sname", FieldValue::Bytes(&self.sname));
        visit("file", FieldValue::Bytes(&self.file));
        visit("magic_cookie", FieldValue::Hex(self.magic_cookie.get().into(), 8));
    }
}

/// A DHCP message with its options, borrowed from the payload of UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dhcp<'a> {
    /// The fixed part.
    pub header: &'a DhcpHeader,
    /// All behind the magic cookie, as it stands.
    pub options: &'a [u8],
}

impl<'a> Dhcp<'a> {
    /// The least that BOOTP allows, in octets (RFC 1542 section 2.1).
    const LEAST: usize = 300;

    /// Reads a message.
    ///
    /// # Errors
    ///
    /// Where the fixed part is cut short or refused; options are read one by one by [`options`](Self::options).
    pub fn decode(payload: &'a [u8]) -> Result<Self, DecodeError> {
        let (header, options) = DhcpHeader::decode(payload)?;
        Ok(Self { header, options })
    }

    /// The options one by one, in the order of RFC 2131 section 4.1: those behind the magic cookie, and then what
    /// [`DhcpOption::Overload`] says of `file` and `sname`. An option that is longer than 255 octets is there in several
    /// pieces (RFC 3396).
    pub fn options(&self) -> DhcpOptions<'a> {
        DhcpOptions::new(self.header, self.options)
    }

    /// What kind of message it is, if it says.
    pub fn message_type(&self) -> Option<DhcpMessageType> {
        self.options().find_map(|option| match option {
            Ok(DhcpOption::MessageType(kind)) => Some(kind),
            _ => None,
        })
    }

    /// Writes a message to the start of `buffer`, with an end behind its options and zeros up to 300 octets.
    ///
    /// # Errors
    ///
    /// An option of more than 255 octets; too little room.
    pub fn encode<'b>(
        header: &DhcpHeader,
        options: &[DhcpOption<'_>],
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], EncodeError> {
        const END: u8 = 255;
        let available = buffer.len();
        let mut room = header.encode(buffer)?;
        for option in options {
            room = option.encode(room)?;
        }
        let written = available - room.len();
        let length = (written + 1).max(Self::LEAST);
        let Some((end, _)) = room.split_at_mut_checked(length - written) else {
            return Err(EncodeError::NoRoom { layer: Layer::Dhcp, needed: length, available });
        };
        end.fill(0);
        if let Some(first) = end.first_mut() {
            *first = END;
        }
        Ok(buffer.get(..length).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;
    use std::string::ToString;

    fn discover() -> DhcpHeader {
        DhcpHeader::request(MacAddr::new([2, 0xbb, 0, 0, 0, 0x11]), 7)
    }

    #[test]
    fn every_field_stands_where_the_figure_has_it() {
        let mut bytes = [0; DhcpHeader::LEN];
        for (octet, value) in bytes.iter_mut().zip((0..=u8::MAX).cycle()) {
            *octet = value;
        }
        let header = DhcpHeader::ref_from_bytes(&bytes).unwrap();
        assert_eq!((header.op, header.htype, header.hlen, header.hops), (0, 1, 2, 3));
        assert_eq!((header.xid.get(), header.secs.get(), header.flags.get()), (0x0405_0607, 0x0809, 0x0a0b));
        let addresses =
            [header.ciaddr, header.yiaddr, header.siaddr, header.giaddr].map(|at| at.get().octets()[0]);
        assert_eq!(addresses, [12, 16, 20, 24]);
        assert_eq!((header.chaddr[0], header.sname[0], header.file[0]), (28, 44, 108));
        assert_eq!(header.magic_cookie.get(), 0xecedeeef);
    }

    #[test]
    fn a_message_without_the_cookie_or_cut_short_is_refused() {
        let mut buffer = [0xa5; 300];
        let message = Dhcp::encode(&discover(), &[], &mut buffer).unwrap().to_vec();
        for length in 0..DhcpHeader::LEN {
            let error = Dhcp::decode(&message[..length]).unwrap_err();
            assert_eq!((error.layer, error.offset), (Layer::Dhcp, 0));
            assert!(
                matches!(error.problem, Problem::Truncated { needed: 240, available, .. } if available == length)
            );
        }
        let mut bootp = message.clone();
        bootp[239] = 0;
        assert_eq!(
            Dhcp::decode(&bootp).unwrap_err().to_string(),
            "dhcp at byte 0: magic_cookie is 1669485312, expected 0x63825363 (RFC 2132 2)"
        );
        let mut long = message;
        long[2] = 17;
        let error = Dhcp::decode(&long).unwrap_err().to_string();
        assert_eq!(error, "dhcp at byte 0: hlen is 17, expected 16 at most (RFC 2131 2)");
    }

    #[test]
    fn an_answer_is_to_the_same_client() {
        let mut request = discover();
        request.flags.set(DhcpHeader::BROADCAST);
        request.secs.set(9);
        (request.hops, request.ciaddr) = (1, [10, 98, 0, 12].into());
        (request.sname, request.file) = ([b's'; 64], [b'f'; 128]);
        let reply = request.reply([10, 98, 0, 11].into());
        assert_eq!((reply.op, reply.xid, reply.flags), (DhcpHeader::REPLY, request.xid, request.flags));
        assert_eq!(reply.client_hardware_address(), [2, 0xbb, 0, 0, 0, 0x11]);
        assert_eq!((reply.yiaddr, reply.secs.get()), ([10, 98, 0, 11].into(), 0));
        assert_eq!((reply.hops, reply.ciaddr), (0, [0; 4].into()));
        assert_eq!((reply.sname, reply.file), ([0; 64], [0; 128]), "nothing to boot from");
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let options = [DhcpOption::TftpServerName(b"10.1.10.11")];
        for length in 0..300 {
            let mut buffer = [0xa5; 300];
            assert!(Dhcp::encode(&discover(), &options, &mut buffer[..length]).is_err(), "{length}");
        }
        let long = [0; 256];
        let options = [DhcpOption::BootfileName(&long)];
        let error = Dhcp::encode(&discover(), &options, &mut [0xa5; 1024]).unwrap_err();
        assert!(matches!(error, EncodeError::TooLong { layer: Layer::Dhcp, length: 256, max: 255, .. }));
    }
}
