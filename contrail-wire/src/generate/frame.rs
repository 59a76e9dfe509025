//! Whole frames, made from the outside in.

use std::vec;
use std::vec::Vec;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::Frame;
use crate::net::arp::ArpPacket;
use crate::net::ethernet::EthernetHeader;
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::ipv6::extension::Ipv6Extension;
use crate::net::linux_sll::{LinuxSll, LinuxSll2};
use crate::net::tcp::{TcpFlags, TcpHeader};
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::tunnel::gre::{GreFlags, GreHeader};
use crate::tunnel::mpls::{ControlWord, MplsEntry};
use crate::tunnel::vxlan::{NextProtocol, VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use crate::{EtherType, Header, IpProtocol, Label, LinkType, MacAddr, U16};

impl<'a> Arbitrary<'a> for Frame<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let length = input.int_in_range(0..=40)?;
        let mut payload = input.bytes(length.min(input.len()))?;
        let mut maker = Maker { input, headers: Vec::new(), payload: payload.len(), levels_left: 2 };
        let link = maker.link()?;
        let mut headers = maker.headers;
        if let Some(Header::Arp(_)) = headers.last() {
            payload = &[];
        }
        let room = headers.iter().map(Header::len).sum::<usize>() + payload.len();
        crate::frame::complete(&mut headers, payload, &mut vec![0; room])
            .map_err(|_| arbitrary::Error::IncorrectFormat)?;
        Ok(Self { link, headers, payload })
    }
}

struct Maker<'u, 'a> {
    input: &'u mut Unstructured<'a>,
    headers: Vec<Header<'a>>,
    /// Its length.
    payload: usize,
    levels_left: u8,
}

/// What an IP packet has of what it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    First,
    Later,
}

/// What an IP packet carries.
#[derive(Clone, Copy)]
enum Above {
    Udp,
    Tcp,
    Icmp,
    Icmpv6,
    Esp,
    Vxlan,
    VxlanGpe,
    MplsOverUdp,
    Gre,
    Ipv4,
    Ipv6,
    Mpls,
}

impl Above {
    const TUNNELS: [Self; 7] =
        [Self::Vxlan, Self::VxlanGpe, Self::MplsOverUdp, Self::Gre, Self::Ipv4, Self::Ipv6, Self::Mpls];

    const fn protocol(self) -> IpProtocol {
        match self {
            Self::Udp | Self::Vxlan | Self::VxlanGpe | Self::MplsOverUdp => IpProtocol::UDP,
            Self::Tcp => IpProtocol::TCP,
            Self::Icmp => IpProtocol::ICMP,
            Self::Icmpv6 => IpProtocol::ICMPV6,
            Self::Esp => IpProtocol::ESP,
            Self::Gre => IpProtocol::GRE,
            Self::Ipv4 => IpProtocol::IPV4,
            Self::Ipv6 => IpProtocol::IPV6,
            Self::Mpls => IpProtocol::MPLS,
        }
    }
}

impl<'a> Maker<'_, 'a> {
    fn one_in(&mut self, many: u8) -> Result<bool> {
        self.input.ratio(1, many)
    }

    fn any<T: Arbitrary<'a>>(&mut self) -> Result<T> {
        self.input.arbitrary()
    }

    /// The level that a tunnel carries.
    fn inside(&mut self, level: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.levels_left = self.levels_left.saturating_sub(1);
        level(self)
    }

    fn push(&mut self, header: Header<'a>) -> Result<()> {
        self.headers.push(header);
        Ok(())
    }

    fn hops(&mut self) -> Result<u8> {
        self.input.int_in_range(1..=0xff)
    }

    fn link(&mut self) -> Result<LinkType> {
        let link = if self.one_in(2)? { LinkType::Ethernet } else { self.any()? };
        match link {
            LinkType::Ethernet => self.ethernet()?,
            LinkType::RawIp => self.ip()?,
            LinkType::LinuxSll => {
                let header = LinuxSll { arphrd_type: 1.into(), address_length: 6.into(), ..self.any()? };
                self.typed(|protocol_type| Header::LinuxSll(LinuxSll { protocol_type, ..header }))?;
            }
            LinkType::LinuxSll2 => {
                let any = LinuxSll2::arbitrary(self.input)?;
                let header =
                    LinuxSll2 { reserved: 0.into(), arphrd_type: 1.into(), address_length: 6, ..any };
                self.typed(|protocol_type| Header::LinuxSll2(LinuxSll2 { protocol_type, ..header }))?;
            }
        }
        Ok(link)
    }

    fn ethernet(&mut self) -> Result<()> {
        let any = EthernetHeader::arbitrary(self.input)?;
        let [first, b, c, d, e, f] = any.source_address.octets();
        let source_address = MacAddr::new([first & 0xfe, b, c, d, e, f]);
        self.typed(|ethertype| Header::Ethernet(EthernetHeader { source_address, ethertype, ..any }))
    }

    /// A header that says by EtherType what follows, maybe tags, and that.
    fn typed(&mut self, header: impl FnOnce(EtherType) -> Header<'a>) -> Result<()> {
        const TAGS: [EtherType; 3] =
            [EtherType::VLAN, EtherType::SERVICE_VLAN, EtherType::LEGACY_SERVICE_VLAN];
        let last = match self.input.int_in_range(0..=15)? {
            0..7 => EtherType::IPV4,
            7..11 => EtherType::IPV6,
            11 => EtherType::ARP,
            12 => EtherType::MPLS,
            13 => EtherType::MPLS_UPSTREAM,
            14 => EtherType::new(0x88b5),
            _ => EtherType::new(u16::try_from(self.payload).unwrap_or_default()),
        };
        let mut types = Vec::new();
        for _ in 0..self.input.int_in_range(0..=2)? {
            types.push(*self.input.choose(&TAGS)?);
        }
        let mut types = types.into_iter().chain([last]);
        self.headers.extend(types.next().map(header));
        for ethertype in types {
            // VLAN 4095 is reserved.
            let tag_control_information = U16::new(self.any::<u16>()? & 0xfffe);
            self.headers.push(Header::Vlan(VlanTag { tag_control_information, ethertype }));
        }
        match last {
            EtherType::IPV4 => self.ipv4(),
            EtherType::IPV6 => self.ipv6(),
            EtherType::ARP => {
                let arp =
                    ArpPacket { hardware_type: 1.into(), protocol_type: EtherType::IPV4, ..self.any()? };
                self.push(Header::Arp(arp))
            }
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => self.labels(),
            _ => Ok(()),
        }
    }

    fn ip(&mut self) -> Result<()> {
        if self.any()? { self.ipv6() } else { self.ipv4() }
    }

    fn part(&mut self) -> Result<Part> {
        Ok(match self.input.int_in_range(0..=15)? {
            14 => Part::First,
            15 => Part::Later,
            _ => Part::Whole,
        })
    }

    /// `icmp` is the one that goes with the IP version.
    fn above(&mut self, part: Part, icmp: Above) -> Result<Above> {
        if part == Part::Whole && self.levels_left > 0 && self.input.ratio(2, 3)? {
            return Ok(*self.input.choose(&Above::TUNNELS)?);
        }
        Ok(*self.input.choose(&[Above::Udp, Above::Tcp, icmp, Above::Esp])?)
    }

    fn ipv4(&mut self) -> Result<()> {
        const OPTIONS: [&[u8]; 6] = [
            &[],
            &[],
            &[],
            &[0x94, 4, 0, 0],
            &[7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[
                1, 0x44, 12, 13, 0x11, 192, 0, 2, 1, 0, 0, 0, 9, 0, 0, 0, 0x82, 11, 1, 2, 3, 4, 5, 6, 7, 8,
                9, 1, 1, 0, 0, 0,
            ],
        ];
        let part = self.part()?;
        let above = self.above(part, Above::Icmp)?;
        let options = *self.input.choose(&OPTIONS)?;
        let words = u8::try_from(options.len() / 4).unwrap_or_default();
        let flags_fragment_offset = match part {
            Part::Whole if self.any()? => 0x4000,
            Part::Whole => 0,
            Part::First => 0x2000,
            Part::Later => self.input.int_in_range(0x0001..=0x3fff)? | 0x0001,
        };
        let any = Ipv4Header::arbitrary(self.input)?;
        let [first, b, c, d] = any.source_address.get().octets();
        let header = Ipv4Header {
            version_ihl: 0x45 + words,
            flags_fragment_offset: flags_fragment_offset.into(),
            time_to_live: self.hops()?,
            protocol: above.protocol(),
            source_address: [first & 0x7f, b, c, d].into(),
            ..any
        };
        self.headers.push(Header::Ipv4(header, options));
        self.behind_ip(part, above)
    }

    fn ipv6(&mut self) -> Result<()> {
        // In the order of RFC 8200 4.1.
        const EXTENSIONS: [IpProtocol; 6] = [
            IpProtocol::HOP_BY_HOP,
            IpProtocol::DESTINATION_OPTIONS,
            IpProtocol::ROUTING,
            IpProtocol::FRAGMENT,
            IpProtocol::AUTHENTICATION,
            IpProtocol::DESTINATION_OPTIONS,
        ];
        let mut part = Part::Whole;
        let any = Ipv6Header::arbitrary(self.input)?;
        let mut source = any.source_address.get().octets();
        let [first, ..] = &mut source;
        *first &= 0x7f;
        let at = self.headers.len();
        let hop_limit = self.hops()?;
        self.headers.push(Header::Ipv6(Ipv6Header { hop_limit, source_address: source.into(), ..any }));
        let mut extensions = Vec::new();
        for kind in EXTENSIONS {
            if !self.one_in(6)? {
                continue;
            }
            let extension = Ipv6Extension::of_kind(kind, self.input)?;
            extensions.push(extension);
            if let (IpProtocol::FRAGMENT, &[high, low, ..]) = (extension.kind, extension.data) {
                part = match (high, low) {
                    (0, 0) => Part::Whole,
                    (0, 1) => Part::First,
                    _ => Part::Later,
                };
            }
            if part == Part::Later {
                break;
            }
        }
        let above = self.above(part, Above::Icmpv6)?;
        let mut next = above.protocol();
        for mut extension in extensions.into_iter().rev() {
            extension.start.next_header = next;
            next = extension.kind;
            self.headers.insert(at + 1, Header::Ipv6Extension(extension));
        }
        if let Some(Header::Ipv6(header)) = self.headers.get_mut(at) {
            header.next_header = next;
        }
        self.behind_ip(part, above)
    }

    fn behind_ip(&mut self, part: Part, above: Above) -> Result<()> {
        match above {
            _ if part == Part::Later => Ok(()),
            Above::Udp => {
                let port = self.input.int_in_range(1..=UdpHeader::VXLAN - 1)?;
                self.udp(port)
            }
            Above::Tcp => self.tcp(),
            Above::Icmp => {
                let header = Header::Icmp(self.any()?);
                self.push(header)
            }
            Above::Icmpv6 => {
                let header = Header::Icmpv6(self.any()?);
                self.push(header)
            }
            Above::Esp => Ok(()),
            Above::Vxlan => self.vxlan(),
            Above::VxlanGpe => self.vxlan_gpe(),
            Above::MplsOverUdp => {
                let port = *self.input.choose(&[UdpHeader::MPLS, UdpHeader::MPLS_LEGACY])?;
                self.udp(port)?;
                self.labels()
            }
            Above::Gre => self.gre(),
            Above::Ipv4 => self.inside(Self::ipv4),
            Above::Ipv6 => self.inside(Self::ipv6),
            Above::Mpls => self.labels(),
        }
    }

    fn udp(&mut self, destination_port: u16) -> Result<()> {
        let header = UdpHeader::new(self.any()?, destination_port);
        self.push(Header::Udp(header))
    }

    fn tcp(&mut self) -> Result<()> {
        const OPTIONS: [&[u8]; 4] = [
            &[],
            &[2, 4, 0x05, 0xb4],
            &[2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7],
            &[1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 254, 4, 0xee, 0xee],
        ];
        let options = *self.input.choose(&OPTIONS)?;
        let words = u8::try_from(options.len() / 4).unwrap_or_default();
        let any = TcpHeader::arbitrary(self.input)?;
        let flags = TcpFlags::arbitrary(self.input)?;
        let header = TcpHeader { data_offset_reserved: (5 + words) << 4, flags, ..any };
        self.push(Header::Tcp(header, options))
    }

    fn vxlan(&mut self) -> Result<()> {
        self.udp(UdpHeader::VXLAN)?;
        let mut header = VxlanHeader::new(self.any()?);
        if self.one_in(4)? {
            header = VxlanGbpHeader::new(header.vni, self.any()?).into();
        }
        self.headers.push(Header::Vxlan(header));
        self.inside(Self::ethernet)
    }

    fn vxlan_gpe(&mut self) -> Result<()> {
        self.udp(UdpHeader::VXLAN_GPE)?;
        let protocols = [NextProtocol::IPV4, NextProtocol::IPV6, NextProtocol::ETHERNET, NextProtocol::NSH];
        let next = *self.input.choose(&protocols)?;
        let header = VxlanGpeHeader::new(self.any()?, next);
        self.headers.push(Header::VxlanGpe(header));
        match next {
            NextProtocol::IPV4 => self.inside(Self::ipv4),
            NextProtocol::IPV6 => self.inside(Self::ipv6),
            NextProtocol::ETHERNET => self.inside(Self::ethernet),
            _ => Ok(()),
        }
    }

    fn gre(&mut self) -> Result<()> {
        let types =
            [EtherType::ETHERNET, EtherType::IPV4, EtherType::IPV6, EtherType::MPLS, EtherType::new(0x88be)];
        let protocol_type = *self.input.choose(&types)?;
        let any = GreFlags::arbitrary(self.input)?;
        let words = GreFlags::CHECKSUM | GreFlags::KEY | GreFlags::SEQUENCE;
        let header = GreHeader { flags: GreFlags::new(any.bits() & words), protocol_type };
        let optional = if header.flags.has(GreFlags::CHECKSUM) {
            // Behind the checksum stand zeros.
            [0xab, 0xcd, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9].get(..header.optional_length()).unwrap_or_default()
        } else {
            self.input.bytes(header.optional_length())?
        };
        self.headers.push(Header::Gre(header, optional));
        match protocol_type {
            EtherType::ETHERNET => self.inside(Self::ethernet),
            EtherType::IPV4 => self.inside(Self::ipv4),
            EtherType::IPV6 => self.inside(Self::ipv6),
            EtherType::MPLS => self.labels(),
            _ => Ok(()),
        }
    }

    /// A label stack whose bottom label tells what follows, as [`mpls_payload`](super::mpls_payload) reads it.
    fn labels(&mut self) -> Result<()> {
        for _ in 0..self.input.int_in_range(0..=3)? {
            let digit = self.input.int_in_range(0..=9)?;
            let label = self.label(digit)?;
            self.entry(MplsEntry::inner(label))?;
        }
        if self.one_in(8)? {
            self.entry(MplsEntry::inner(Label::ENTROPY_INDICATOR))?;
            let label = self.label(0)?;
            self.headers.push(Header::Mpls(MplsEntry { ttl: 0, ..MplsEntry::inner(label) }));
        }
        let carried = if self.levels_left > 0 { self.input.int_in_range(0..=7)? } else { 0 };
        let bottom = match carried {
            6 => Label::IPV4_EXPLICIT_NULL,
            7 => Label::IPV6_EXPLICIT_NULL,
            digit => self.label(digit)?,
        };
        self.entry(MplsEntry::bottom(bottom))?;
        match carried {
            1 => self.inside(Self::ip),
            2 | 6 => self.inside(Self::ipv4),
            3 | 7 => self.inside(Self::ipv6),
            4 => self.inside(Self::ethernet),
            5 => {
                let sequence_number = self.any::<u16>()?.into();
                self.headers.push(Header::ControlWord(ControlWord { reserved: 0.into(), sequence_number }));
                self.inside(Self::ethernet)
            }
            _ => Ok(()),
        }
    }

    /// A label without a special purpose that ends in this decimal digit.
    fn label(&mut self, digit: u32) -> Result<Label> {
        let tens = self.input.int_in_range(2..=0xf_ffff / 10 - 1)?;
        Label::new(tens * 10 + digit).map_err(|_| arbitrary::Error::IncorrectFormat)
    }

    fn entry(&mut self, entry: MplsEntry) -> Result<()> {
        let mut entry = MplsEntry { ttl: self.hops()?, ..entry };
        let traffic_class = self.input.int_in_range(0..=7)?;
        entry.set_traffic_class(traffic_class).map_err(|_| arbitrary::Error::IncorrectFormat)?;
        self.push(Header::Mpls(entry))
    }
}
