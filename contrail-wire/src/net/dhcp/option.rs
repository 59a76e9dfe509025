//! Options of DHCP messages ([RFC 2132](https://www.rfc-editor.org/rfc/rfc2132)).

use core::fmt;
use core::net::Ipv4Addr;

use zerocopy::{FromBytes, IntoBytes};

use super::DhcpHeader;
use crate::{EncodeError, Ipv4Octets, Layer};

/// What kind of message it is (RFC 2132 section 9.6).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DhcpMessageType(pub u8);

impl DhcpMessageType {
    /// Who gives addresses here?
    pub const DISCOVER: Self = Self(1);
    /// This one could be yours.
    pub const OFFER: Self = Self(2);
    /// I take that one.
    pub const REQUEST: Self = Self(3);
    /// Somebody has that one already.
    pub const DECLINE: Self = Self(4);
    /// It is yours.
    pub const ACK: Self = Self(5);
    /// It is not yours.
    pub const NAK: Self = Self(6);
    /// I need it no more.
    pub const RELEASE: Self = Self(7);
    /// I have an address; what else is there to know?
    pub const INFORM: Self = Self(8);
}

impl fmt::Debug for DhcpMessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DISCOVER => f.write_str("discover"),
            Self::OFFER => f.write_str("offer"),
            Self::REQUEST => f.write_str("request"),
            Self::DECLINE => f.write_str("decline"),
            Self::ACK => f.write_str("ack"),
            Self::NAK => f.write_str("nak"),
            Self::RELEASE => f.write_str("release"),
            Self::INFORM => f.write_str("inform"),
            Self(number) => fmt::Display::fmt(&number, f),
        }
    }
}

/// One option. What has another length than its code wants is [`Other`](Self::Other).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DhcpOption<'a> {
    /// 1: which part of the address is that of the subnet.
    SubnetMask(Ipv4Addr),
    /// 3: gateways, the preferred first.
    Routers(&'a [Ipv4Octets]),
    /// 6: servers of DNS, the preferred first.
    DomainNameServers(&'a [Ipv4Octets]),
    /// 12: the client's name.
    HostName(&'a [u8]),
    /// 15: the client's domain.
    DomainName(&'a [u8]),
    /// 26: the largest IP packet on this interface, in bytes.
    InterfaceMtu(u16),
    /// 28: the broadcast address of the subnet.
    BroadcastAddress(Ipv4Addr),
    /// 50: the address that the client wants.
    RequestedAddress(Ipv4Addr),
    /// 51: for how long the address is given, in seconds.
    LeaseTime(u32),
    /// 52: 1 if `file` holds options, 2 if `sname` does, 3 if both do.
    Overload(u8),
    /// 53: what kind of message it is.
    MessageType(DhcpMessageType),
    /// 54: which server it is.
    ServerIdentifier(Ipv4Addr),
    /// 55: the codes of options that the client wants.
    ParameterRequestList(&'a [u8]),
    /// 58: when to ask the server to go on, in seconds.
    RenewalTime(u32),
    /// 59: when to ask any server to go on, in seconds.
    RebindingTime(u32),
    /// 61: what the client is known by.
    ClientIdentifier(&'a [u8]),
    /// 66: the TFTP server, by name or address.
    TftpServerName(&'a [u8]),
    /// 67: the file to boot.
    BootfileName(&'a [u8]),
    /// 150: the TFTP servers, by address (RFC 5859).
    TftpServerAddresses(&'a [Ipv4Octets]),
    /// Any other.
    Other {
        /// Its number.
        code: u8,
        /// What it holds.
        data: &'a [u8],
    },
}

impl<'a> DhcpOption<'a> {
    fn new(code: u8, data: &'a [u8]) -> Self {
        Self::known(code, data).unwrap_or(Self::Other { code, data })
    }

    /// An option whose data has the form that its code wants.
    fn known(code: u8, data: &'a [u8]) -> Option<Self> {
        let address = || <[u8; 4]>::try_from(data).map(Ipv4Addr::from).ok();
        let seconds = || <[u8; 4]>::try_from(data).map(u32::from_be_bytes).ok();
        let addresses = || <[Ipv4Octets]>::ref_from_bytes(data).ok().filter(|list| !list.is_empty());
        Some(match (code, data) {
            (1, _) => Self::SubnetMask(address()?),
            (3, _) => Self::Routers(addresses()?),
            (6, _) => Self::DomainNameServers(addresses()?),
            (12, _) => Self::HostName(data),
            (15, _) => Self::DomainName(data),
            (26, &[a, b]) => Self::InterfaceMtu(u16::from_be_bytes([a, b])),
            (28, _) => Self::BroadcastAddress(address()?),
            (50, _) => Self::RequestedAddress(address()?),
            (51, _) => Self::LeaseTime(seconds()?),
            (52, &[areas]) => Self::Overload(areas),
            (53, &[kind]) => Self::MessageType(DhcpMessageType(kind)),
            (54, _) => Self::ServerIdentifier(address()?),
            (55, _) => Self::ParameterRequestList(data),
            (58, _) => Self::RenewalTime(seconds()?),
            (59, _) => Self::RebindingTime(seconds()?),
            (61, _) => Self::ClientIdentifier(data),
            (66, _) => Self::TftpServerName(data),
            (67, _) => Self::BootfileName(data),
            (150, _) => Self::TftpServerAddresses(addresses()?),
            _ => return None,
        })
    }

    /// Its number, which is that of RFC 2132 or of the RFC that is named.
    pub fn code(&self) -> u8 {
        self.with_data(|code, _| code)
    }

    /// Calls `f` with code and data as they are on the wire.
    fn with_data<R>(&self, f: impl FnOnce(u8, &[u8]) -> R) -> R {
        match *self {
            Self::SubnetMask(address) => f(1, &address.octets()),
            Self::Routers(list) => f(3, list.as_bytes()),
            Self::DomainNameServers(list) => f(6, list.as_bytes()),
            Self::HostName(name) => f(12, name),
            Self::DomainName(name) => f(15, name),
            Self::InterfaceMtu(bytes) => f(26, &bytes.to_be_bytes()),
            Self::BroadcastAddress(address) => f(28, &address.octets()),
            Self::RequestedAddress(address) => f(50, &address.octets()),
            Self::LeaseTime(seconds) => f(51, &seconds.to_be_bytes()),
            Self::Overload(areas) => f(52, &[areas]),
            Self::MessageType(kind) => f(53, &[kind.0]),
            Self::ServerIdentifier(address) => f(54, &address.octets()),
            Self::ParameterRequestList(codes) => f(55, codes),
            Self::RenewalTime(seconds) => f(58, &seconds.to_be_bytes()),
            Self::RebindingTime(seconds) => f(59, &seconds.to_be_bytes()),
            Self::ClientIdentifier(identifier) => f(61, identifier),
            Self::TftpServerName(name) => f(66, name),
            Self::BootfileName(name) => f(67, name),
            Self::TftpServerAddresses(list) => f(150, list.as_bytes()),
            Self::Other { code, data } => f(code, data),
        }
    }

    /// Writes the option to the start of `buffer` and returns the room behind it.
    pub(super) fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        self.with_data(|code, data| {
            let (layer, length, available) = (Layer::Dhcp, data.len(), buffer.len());
            let Ok(octet) = u8::try_from(length) else {
                return Err(EncodeError::TooLong { layer, field: "length of an option", length, max: 0xff });
            };
            let Some((room, behind)) = buffer.split_at_mut_checked(2 + length) else {
                return Err(EncodeError::NoRoom { layer, needed: 2 + length, available });
            };
            let octets = [code, octet].into_iter().chain(data.iter().copied());
            room.iter_mut().zip(octets).for_each(|(place, octet)| *place = octet);
            Ok(behind)
        })
    }
}

/// The options of a message one by one; padding is left out. See [`Dhcp::options`](super::Dhcp::options).
#[derive(Clone, Debug)]
pub struct DhcpOptions<'a> {
    area: &'a [u8],
    file: &'a [u8],
    sname: &'a [u8],
    /// Which of the two hold options too, as far as is known.
    overload: u8,
    /// Which of them have been entered.
    entered: u8,
}

impl<'a> DhcpOptions<'a> {
    const FILE: u8 = 1;
    const SNAME: u8 = 2;

    pub(super) fn new(header: &'a DhcpHeader, options: &'a [u8]) -> Self {
        Self { area: options, file: &header.file, sname: &header.sname, overload: 0, entered: 0 }
    }

    /// The next of the areas that hold options, once; whether there is one.
    fn next_area(&mut self) -> bool {
        let (which, area) = match self.overload & !self.entered & (Self::FILE | Self::SNAME) {
            0 => return false,
            Self::SNAME => (Self::SNAME, self.sname),
            _ => (Self::FILE, self.file),
        };
        self.area = area;
        self.entered |= which;
        true
    }
}

impl<'a> Iterator for DhcpOptions<'a> {
    /// An option, or the octets from one that goes past the end; none follows.
    type Item = Result<DhcpOption<'a>, &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        const PAD: u8 = 0;
        const END: u8 = 255;
        loop {
            match *self.area {
                [PAD, ref behind @ ..] => self.area = behind,
                [] | [END, ..] => {
                    if !self.next_area() {
                        self.area = &[];
                        return None;
                    }
                }
                [code, length, ref behind @ ..] if usize::from(length) <= behind.len() => {
                    let (data, behind) = behind.split_at(length.into());
                    self.area = behind;
                    let option = DhcpOption::new(code, data);
                    if let DhcpOption::Overload(areas) = option {
                        self.overload = areas;
                    }
                    return Some(Ok(option));
                }
                _ => {
                    self.overload = 0;
                    return Some(Err(core::mem::take(&mut self.area)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Dhcp;
    use super::*;
    use crate::MacAddr;
    use std::vec::Vec;

    fn all(options: &[u8]) -> Vec<Result<DhcpOption<'_>, &[u8]>> {
        static HEADER: std::sync::LazyLock<DhcpHeader> =
            std::sync::LazyLock::new(|| DhcpHeader::request(MacAddr::default(), 1));
        DhcpOptions::new(&HEADER, options).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let (a, b) = (Ipv4Addr::new(10, 98, 0, 1), Ipv4Addr::new(255, 255, 255, 0));
        let list = [a.into(), b.into()];
        let options = [
            DhcpOption::SubnetMask(b),
            DhcpOption::Routers(&list),
            DhcpOption::DomainNameServers(&list),
            DhcpOption::HostName(b"bms1"),
            DhcpOption::DomainName(b"example.org"),
            DhcpOption::InterfaceMtu(1500),
            DhcpOption::BroadcastAddress(a),
            DhcpOption::RequestedAddress(a),
            DhcpOption::LeaseTime(0xffff_ffff),
            DhcpOption::Overload(0),
            DhcpOption::MessageType(DhcpMessageType::ACK),
            DhcpOption::ServerIdentifier(a),
            DhcpOption::ParameterRequestList(&[1, 3]),
            DhcpOption::RenewalTime(1),
            DhcpOption::RebindingTime(2),
            DhcpOption::ClientIdentifier(&[1, 2, 0, 0, 0, 0, 1]),
            DhcpOption::TftpServerName(b"10.1.10.11"),
            DhcpOption::BootfileName(b"pxelinux.0"),
            DhcpOption::TftpServerAddresses(&list),
            DhcpOption::Other { code: 252, data: &[] },
        ];
        let mut buffer = [0xa5; 1024];
        let message =
            Dhcp::encode(&DhcpHeader::request(MacAddr::default(), 1), &options, &mut buffer).unwrap();
        assert!(Dhcp::decode(message).unwrap().options().eq(options.map(Ok)));
        // The numbers of RFC 2132, and those of RFC 5859 and of nobody.
        let codes: Vec<u8> = options.iter().map(DhcpOption::code).collect();
        assert_eq!(codes, [1, 3, 6, 12, 15, 26, 28, 50, 51, 52, 53, 54, 55, 58, 59, 61, 66, 67, 150, 252]);
    }

    #[test]
    fn padding_is_passed_over_and_nothing_follows_the_end() {
        let found = all(&[0, 0, 53, 1, 2, 0, 255, 53, 1, 5]);
        assert_eq!(found, [Ok(DhcpOption::MessageType(DhcpMessageType::OFFER))]);
        assert_eq!(all(&[]), []);
        assert_eq!(all(&[53, 1, 2]), [Ok(DhcpOption::MessageType(DhcpMessageType::OFFER))], "without an end");
    }

    #[test]
    fn an_option_that_goes_past_the_end_is_told_and_ends_the_list() {
        assert_eq!(
            all(&[53, 1, 1, 66, 9, 1]),
            [Ok(DhcpOption::MessageType(DhcpMessageType::DISCOVER)), Err(&[66, 9, 1][..])]
        );
        assert_eq!(all(&[66]), [Err(&[66][..])]);
    }

    #[test]
    fn data_of_the_wrong_length_is_kept_as_it_is() {
        for (code, data) in
            [(53, &[][..]), (3, &[][..]), (3, &[10, 0, 0]), (51, &[1, 2, 3]), (1, &[255; 5]), (26, &[1])]
        {
            let length = u8::try_from(data.len()).unwrap();
            let bytes: Vec<u8> = [code, length].into_iter().chain(data.iter().copied()).collect();
            assert_eq!(all(&bytes), [Ok(DhcpOption::Other { code, data })]);
        }
    }

    #[test]
    fn file_and_name_hold_options_where_the_overload_says_so() {
        let mut header = DhcpHeader::request(MacAddr::default(), 1);
        header.file[..5].copy_from_slice(&[12, 2, b'f', b'f', 255]);
        header.sname[..5].copy_from_slice(&[12, 2, b's', b's', 255]);
        let host = |name| Ok(DhcpOption::HostName(name));
        for (overload, expected) in
            [(0, &[][..]), (1, &[host(b"ff")]), (2, &[host(b"ss")]), (3, &[host(b"ff"), host(b"ss")])]
        {
            let options = [52, 1, overload, 255];
            let found: Vec<_> = DhcpOptions::new(&header, &options).skip(1).collect();
            assert_eq!(found, expected, "{overload}");
        }
        // An overload inside of an area that it names leads nowhere new.
        header.file[..4].copy_from_slice(&[52, 1, 3, 255]);
        let found = DhcpOptions::new(&header, &[52, 1, 1]).count();
        assert_eq!(found, 3, "two overloads, and the host name in sname");
    }
}
