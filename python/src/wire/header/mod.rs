//! Headers as classes: each is its bytes, with a field of Python for each of the wire.

#[macro_use]
mod class;

use std::fmt;

use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::{IcmpHeader, Icmpv6Header};
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::ipv6::extension::ExtensionStart;
use contrail_wire::net::linux_sll;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::{self, GreFlags, GreHeader};
use contrail_wire::tunnel::mpls::{self, MplsEntry};
use contrail_wire::tunnel::vxlan::{NextProtocol, VxlanFlags, VxlanGpeHeader, VxlanHeader};
use contrail_wire::{EtherType, Header, IpProtocol, Label, U16, U32, ValueError, Vni, frame as frames};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use self::class::Owned;
use super::bytes_of;
use super::field::{Argument, Field, in_range};
use crate::error::{encode_error, value_error};

/// An IPv6 extension header, which the one before it names.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Extension {
    kind: IpProtocol,
    start: ExtensionStart,
}

headers! {
    /// Ethernet.
    Ethernet(EthernetHeader) = EthernetHeader::default(), |fixed, _| Header::Ethernet(*fixed), {
        /// Who should receive the frame.
        destination_address: contrail_wire::MacAddr;
        /// Who sent it.
        source_address: contrail_wire::MacAddr;
        /// What follows, or how many bytes.
        ethertype: EtherType;
    }

    /// Linux cooked capture, version 1.
    LinuxSll(linux_sll::LinuxSll) = linux_sll::LinuxSll::default(), |fixed, _| Header::LinuxSll(*fixed), {
        /// To whom it was sent: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 by us.
        packet_type: U16;
        /// The kind of device (ARPHRD_).
        arphrd_type: U16;
        /// Of the address, in bytes.
        address_length: U16;
        /// The sender, filled up with zeros.
        address: [u8; 8];
        /// What follows.
        protocol_type: EtherType;
    }

    /// Linux cooked capture, version 2.
    LinuxSll2(linux_sll::LinuxSll2) = linux_sll::LinuxSll2::default(), |fixed, _| Header::LinuxSll2(*fixed), {
        /// What follows.
        protocol_type: EtherType;
        /// Sent as zero.
        reserved: U16;
        /// Which interface it was seen on.
        interface_index: U32;
        /// The kind of device (ARPHRD_).
        arphrd_type: U16;
        /// To whom it was sent: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 by us.
        packet_type: u8;
        /// Of the address, in bytes.
        address_length: u8;
        /// The sender, filled up with zeros.
        address: [u8; 8];
    }

    /// An IEEE 802.1Q or 802.1ad tag.
    Vlan(VlanTag) = VlanTag::default(), |fixed, _| Header::Vlan(*fixed), {
        /// 0 to 7.
        priority_code_point: u8 = |tag| tag.fixed.priority_code_point(), |tag, it| tag.fixed.set_priority_code_point(it);
        /// Whether it may be dropped first.
        drop_eligible: bool = |tag| tag.fixed.drop_eligible(), |tag, it| {
            let others = tag.fixed.tag_control_information.get() & 0xefff;
            tag.fixed.tag_control_information.set(others | u16::from(it) << 12);
            Ok(())
        };
        /// 0 to 4095.
        vlan_id: u16 = |tag| tag.fixed.vlan_id(), |tag, it| tag.fixed.set_vlan_id(it);
        /// What follows the tag.
        ethertype: EtherType;
    }

    /// ARP over Ethernet for IPv4.
    Arp(ArpPacket) = ArpPacket {
        hardware_type: U16::new(1),
        protocol_type: EtherType::IPV4,
        hardware_length: 6,
        protocol_length: 4,
        ..ArpPacket::default()
    }, |fixed, _| Header::Arp(*fixed), {
        /// 1 for Ethernet.
        hardware_type: U16;
        /// 0x0800 for IPv4.
        protocol_type: EtherType;
        /// 6 for Ethernet.
        hardware_length: u8;
        /// 4 for IPv4.
        protocol_length: u8;
        /// 1 for a request, 2 for a reply.
        operation: U16;
        /// The sender's MAC address.
        sender_hardware_address: contrail_wire::MacAddr;
        /// The sender's IPv4 address.
        sender_protocol_address: contrail_wire::Ipv4Octets;
        /// The target's MAC address.
        target_hardware_address: contrail_wire::MacAddr;
        /// The target's IPv4 address.
        target_protocol_address: contrail_wire::Ipv4Octets;
    }

    /// IPv4 with its options.
    Ipv4(Ipv4Header) = Ipv4Header { version_ihl: 0x45, time_to_live: 64, ..Ipv4Header::default() },
        |fixed, options| Header::Ipv4(*fixed, options), {
        /// The differentiated services code point, 0 to 63.
        dscp: u8 = |ip| ip.fixed.dscp(), |ip, it| ip.fixed.set_dscp(it);
        /// The congestion notification bits, 0 to 3.
        ecn: u8 = |ip| ip.fixed.ecn(), |ip, it| ip.fixed.set_ecn(it);
        /// Of header and payload, in bytes.
        total_length: U16;
        /// Groups the fragments of one packet.
        identification: U16;
        /// Must be clear.
        reserved_flag: bool = |ip| ip.fixed.reserved_flag(), |ip, it| {
            set_bits(&mut ip.fixed.flags_fragment_offset, 0x8000, it)
        };
        /// Whether routers may not fragment the packet.
        dont_fragment: bool = |ip| ip.fixed.dont_fragment(), |ip, it| {
            set_bits(&mut ip.fixed.flags_fragment_offset, 0x4000, it)
        };
        /// Whether this is a fragment and not the last.
        more_fragments: bool = |ip| ip.fixed.more_fragments(), |ip, it| {
            set_bits(&mut ip.fixed.flags_fragment_offset, 0x2000, it)
        };
        /// Where this fragment's payload belongs, in units of 8 bytes.
        fragment_offset: u16 = |ip| ip.fixed.fragment_offset(), |ip, it| {
            in_range("fragment offset", it.into(), 0x1fff)?;
            let flags = ip.fixed.flags_fragment_offset.get() & 0xe000;
            ip.fixed.flags_fragment_offset.set(flags | it);
            Ok(())
        };
        /// Hops left.
        time_to_live: u8;
        /// What follows.
        protocol: IpProtocol;
        /// Over the header with its options.
        header_checksum: U16;
        /// The sender.
        source_address: contrail_wire::Ipv4Octets;
        /// The receiver.
        destination_address: contrail_wire::Ipv4Octets;
        /// The options as they stand, 0 to 40 bytes in words of 4; they decide on the header's length.
        options: Vec<u8> = |ip| ip.variable.clone(), |ip, it| {
            ip.fixed.version_ihl = 0x40 | words("IPv4 options", &it)?;
            ip.variable = it;
            Ok(())
        };
    }

    /// The IPv6 base header.
    Ipv6(Ipv6Header) = Ipv6Header { version_class_label: U32::new(6 << 28), hop_limit: 64, ..Ipv6Header::default() },
        |fixed, _| Header::Ipv6(*fixed), {
        /// Differentiated services code point and ECN.
        traffic_class: u8 = |ip| ip.fixed.traffic_class(), |ip, it| {
            ip.fixed.set_traffic_class(it);
            Ok(())
        };
        /// 20 bits.
        flow_label: u32 = |ip| ip.fixed.flow_label(), |ip, it| ip.fixed.set_flow_label(it);
        /// Of all behind this header, in bytes.
        payload_length: U16;
        /// What follows.
        next_header: IpProtocol;
        /// Hops left.
        hop_limit: u8;
        /// The sender.
        source_address: contrail_wire::Ipv6Octets;
        /// The receiver.
        destination_address: contrail_wire::Ipv6Octets;
    }

    /// An IPv6 extension header.
    Ipv6Extension(Extension) = Extension::default(), |fixed, data| {
        Header::Ipv6Extension(contrail_wire::net::ipv6::extension::Ipv6Extension {
            kind: fixed.kind,
            start: fixed.start,
            data,
        })
    }, {
        /// Which one it is, as the header before it says.
        kind: IpProtocol;
        /// What follows.
        next_header: u8 = |it| it.fixed.start.next_header.0, |this, it| {
            this.fixed.start.next_header = IpProtocol(it);
            Ok(())
        };
        /// The second octet: mostly the length, without the first 8 bytes and in units of 8.
        hdr_ext_len: u8 = |it| it.fixed.start.length, |this, it| {
            this.fixed.start.length = it;
            Ok(())
        };
        /// What is behind these two octets.
        data: Vec<u8> = |it| it.variable.clone(), |this, it| {
            this.variable = it;
            Ok(())
        };
    }

    /// UDP.
    Udp(UdpHeader) = UdpHeader::new(0, 0), |fixed, _| Header::Udp(*fixed), {
        /// The sender's port; of a tunnel the entropy of the inner flow.
        source_port: U16;
        /// The receiver's port.
        destination_port: U16;
        /// Of header and payload, in bytes.
        length: U16;
        /// Over pseudo-header, header and payload; 0 for none.
        checksum: U16;
    }

    /// TCP with its options.
    Tcp(TcpHeader) = TcpHeader::new(0, 0, TcpFlags::empty()), |fixed, options| Header::Tcp(*fixed, options), {
        /// The sender's port.
        source_port: U16;
        /// The receiver's port.
        destination_port: U16;
        /// Of the first byte of payload.
        sequence_number: U32;
        /// The next byte that is expected.
        acknowledgment_number: U32;
        /// Four bits.
        reserved: u8 = |tcp| tcp.fixed.data_offset_reserved & 0x0f, |tcp, it| {
            in_range("reserved", it.into(), 0x0f)?;
            tcp.fixed.data_offset_reserved = tcp.fixed.data_offset_reserved & 0xf0 | it;
            Ok(())
        };
        /// FIN 0x01, SYN 0x02, RST 0x04, PSH 0x08, ACK 0x10, URG 0x20, ECE 0x40, CWR 0x80.
        flags: TcpFlags;
        /// Bytes the sender is ready to take, before scaling.
        window: U16;
        /// Over pseudo-header, header and payload.
        checksum: U16;
        /// Behind the sequence number.
        urgent_pointer: U16;
        /// The options as they stand, 0 to 40 bytes in words of 4; they decide on the header's length.
        options: Vec<u8> = |tcp| tcp.variable.clone(), |tcp, it| {
            let reserved = tcp.fixed.data_offset_reserved & 0x0f;
            tcp.fixed.data_offset_reserved = words("TCP options", &it)? << 4 | reserved;
            tcp.variable = it;
            Ok(())
        };
    }

    /// ICMP for IPv4: the part that all messages have.
    Icmp(IcmpHeader) = IcmpHeader::default(), |fixed, _| Header::Icmp(*fixed), {
        /// Which message.
        icmp_type: u8;
        /// Which case of it.
        code: u8;
        /// Over header and payload.
        checksum: U16;
    }

    /// ICMP for IPv6: the part that all messages have.
    Icmpv6(Icmpv6Header) = Icmpv6Header::default(), |fixed, _| Header::Icmpv6(*fixed), {
        /// Which message.
        icmp_type: u8;
        /// Which case of it.
        code: u8;
        /// Over pseudo-header, header and payload.
        checksum: U16;
    }

    /// VXLAN.
    Vxlan(VxlanHeader) = VxlanHeader::new(Vni::default()), |fixed, _| Header::Vxlan(*fixed), {
        /// 0x08 for a valid VNI, and seven reserved bits.
        flags: VxlanFlags;
        /// Sent as zero, ignored on receipt.
        reserved1: [u8; 3];
        /// Which network the payload belongs to, 24 bits.
        vni: Vni;
        /// Sent as zero, ignored on receipt.
        reserved2: u8;
    }

    /// VXLAN with a next protocol.
    VxlanGpe(VxlanGpeHeader) = VxlanGpeHeader::new(Vni::default(), NextProtocol::ETHERNET),
        |fixed, _| Header::VxlanGpe(*fixed), {
        /// 0x08 for a valid VNI, 0x04 for a next protocol, and others.
        flags: VxlanFlags;
        /// Sent as zero, ignored on receipt.
        reserved1: U16;
        /// What follows: 1 IPv4, 2 IPv6, 3 Ethernet.
        next_protocol: NextProtocol;
        /// Which network the payload belongs to, 24 bits.
        vni: Vni;
        /// Sent as zero, ignored on receipt.
        reserved2: u8;
    }

    /// A label stack entry.
    Mpls(MplsEntry) = MplsEntry { ttl: 64, ..MplsEntry::default() }, |fixed, _| Header::Mpls(*fixed), {
        /// 20 bits.
        label: u32 = |entry| entry.fixed.label().get(), |entry, it| {
            entry.fixed.set_label(Label::new(it)?);
            Ok(())
        };
        /// 0 to 7.
        traffic_class: u8 = |entry| entry.fixed.traffic_class(), |entry, it| entry.fixed.set_traffic_class(it);
        /// Whether this is the last entry.
        bottom_of_stack: bool = |entry| entry.fixed.is_bottom(), |entry, it| {
            let [a, b, c] = entry.fixed.label_class_bottom;
            entry.fixed.label_class_bottom = [a, b, c & 0xfe | u8::from(it)];
            Ok(())
        };
        /// Hops left.
        ttl: u8;
    }

    /// The control word between a label stack and an Ethernet frame.
    ControlWord(mpls::ControlWord) = mpls::ControlWord::default(), |fixed, _| Header::ControlWord(*fixed), {
        /// 16 bits, of which the first four have to be zero.
        reserved: U16 = |word| word.fixed.reserved.get(), |word, it| {
            in_range("reserved", it.into(), 0x0fff)?;
            word.fixed.reserved.set(it);
            Ok(())
        };
        /// Counts the frames; 0 where it is not used.
        sequence_number: U16;
    }

    /// GRE with its optional words.
    Gre(GreHeader) = GreHeader::default(), |fixed, optional| Header::Gre(*fixed, optional), {
        /// Ten bits that a receiver ignores or refuses.
        reserved0: u16 = |gre| gre.fixed.flags.bits() & 0x0ff8, |gre, it| {
            if it & !0x03f8 != 0 {
                return Err(ValueError::Syntax { what: "reserved0", expected: "some of the bits 0x03f8" });
            }
            gre.fixed.flags = GreFlags::new(gre.fixed.flags.bits() | it);
            Ok(())
        };
        /// What the tunnel carries, as an EtherType.
        protocol_type: EtherType;
        /// Over header and payload, if it is there, and the 16 bits behind it.
        checksum: Option<(u16, u16)> = |gre| view(gre).checksum().zip(view(gre).reserved1()), |gre, it| {
            let (checksum, reserved1) = it;
            add_word(gre, GreFlags::CHECKSUM, u32::from(checksum.0) << 16 | u32::from(reserved1.0))
        };
        /// Which tunnel, if it is there.
        key: Option<u32> = |gre| view(gre).key(), |gre, it| add_word(gre, GreFlags::KEY, it);
        /// Counts the packets, if it is there.
        sequence_number: Option<u32> = |gre| view(gre).sequence_number(), |gre, it| {
            add_word(gre, GreFlags::SEQUENCE, it)
        };
    }
}

fn set_bits(field: &mut U16, bits: u16, are_set: bool) -> Result<(), ValueError> {
    field.set(field.get() & !bits | if are_set { bits } else { 0 });
    Ok(())
}

/// The length in words of an IPv4 or TCP header with these options.
fn words(what: &'static str, options: &[u8]) -> Result<u8, ValueError> {
    match (u8::try_from(options.len()), options.len() % 4) {
        (Ok(length @ ..=40), 0) => Ok(5 + length / 4),
        _ => Err(ValueError::Syntax { what, expected: "0 to 40 bytes in words of 4" }),
    }
}

fn view(gre: &Owned<GreHeader>) -> gre::Gre<'_> {
    gre::Gre { header: &gre.fixed, optional: &gre.variable }
}

/// Fields are written in the order in which their words stand.
fn add_word(gre: &mut Owned<GreHeader>, flag: u16, word: u32) -> Result<(), ValueError> {
    gre.fixed.flags = GreFlags::new(gre.fixed.flags.bits() | flag);
    gre.variable.extend(word.to_be_bytes());
    Ok(())
}

/// `vxlan: flags 0x08, reserved1 000000, vni 5001, reserved2 0`.
fn show(header: &Header<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}", header.layer())?;
    let (mut separator, mut result) = (":", Ok(()));
    header.fields(&mut |name, value| {
        result = result.and_then(|()| write!(f, "{separator} {name} {value}"));
        separator = ",";
    });
    result
}

/// A header as an object of its class.
pub(super) fn to_python<'py>(python: Python<'py>, header: Header<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    macro_rules! object {
        ($class:ident, $fixed:expr, $variable:expr) => {
            Bound::new(python, $class(Owned { fixed: $fixed, variable: $variable.to_vec() }))?.into_any()
        };
        ($class:ident, $fixed:expr) => {
            object!($class, $fixed, [])
        };
    }
    Ok(Some(match header {
        Header::LinuxSll(fixed) => object!(LinuxSll, fixed),
        Header::LinuxSll2(fixed) => object!(LinuxSll2, fixed),
        Header::Ethernet(fixed) => object!(Ethernet, fixed),
        Header::Vlan(fixed) => object!(Vlan, fixed),
        Header::Arp(fixed) => object!(Arp, fixed),
        Header::Ipv4(fixed, options) => object!(Ipv4, fixed, options),
        Header::Ipv6(fixed) => object!(Ipv6, fixed),
        Header::Ipv6Extension(it) => {
            object!(Ipv6Extension, Extension { kind: it.kind, start: it.start }, it.data)
        }
        Header::Udp(fixed) => object!(Udp, fixed),
        Header::Tcp(fixed, options) => object!(Tcp, fixed, options),
        Header::Icmp(fixed) => object!(Icmp, fixed),
        Header::Icmpv6(fixed) => object!(Icmpv6, fixed),
        Header::Vxlan(fixed) => object!(Vxlan, fixed),
        Header::VxlanGpe(fixed) => object!(VxlanGpe, fixed),
        Header::Mpls(fixed) => object!(Mpls, fixed),
        Header::ControlWord(fixed) => object!(ControlWord, fixed),
        Header::Gre(fixed, optional) => object!(Gre, fixed, optional),
        _ => return Ok(None),
    }))
}

fn encoded<'py>(
    python: Python<'py>,
    headers: &[Header<'_>],
    payload: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let length = headers.iter().map(Header::len).sum::<usize>() + payload.len();
    PyBytes::new_with(python, length, |buffer| {
        frames::encode(headers, payload, buffer).map(|_| ()).map_err(|error| encode_error(python, &error))
    })
}

/// A frame of these headers, the outermost first, and a payload.
///
/// Lengths and checksums are put in, unless `complete` is false: then all headers are written as they stand. A UDP header
/// in front of VXLAN, or over IPv4 in front of MPLS, gets no checksum.
#[pyfunction]
#[pyo3(signature = (headers, payload = None, *, complete = true))]
pub(crate) fn frame<'py>(
    python: Python<'py>,
    headers: Vec<Bound<'py, PyAny>>,
    payload: Option<Bound<'py, PyAny>>,
    complete: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let payload = payload.as_ref().map(bytes_of).transpose()?;
    let payload = payload.as_ref().map_or(&[][..], |payload| payload.as_bytes());
    let mut headers = headers.iter().map(borrowed).collect::<PyResult<Vec<_>>>()?;
    if complete {
        let mut scratch = vec![0; headers.iter().map(Header::len).sum::<usize>() + payload.len()];
        frames::complete(&mut headers, payload, &mut scratch)
            .map_err(|error| encode_error(python, &error))?;
    }
    encoded(python, &headers, payload)
}
