//! Whole frames from headers: for tests, for traces, and to write a decoded frame again.
//!
//! ```
//! use contrail_wire::net::{ethernet::EthernetHeader, ipv4::Ipv4Header, udp::UdpHeader};
//! use contrail_wire::{EtherType, Header, IpProtocol, MacAddr, frame};
//!
//! let mut headers = [
//!     Header::Ethernet(EthernetHeader {
//!         destination_address: MacAddr::new([2, 0, 0, 0, 0, 2]),
//!         source_address: MacAddr::new([2, 0, 0, 0, 0, 1]),
//!         ethertype: EtherType::IPV4,
//!     }),
//!     Header::Ipv4(Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::UDP), &[]),
//!     Header::Udp(UdpHeader::new(40000, 5555)),
//! ];
//! let mut buffer = [0xa5; 64];
//! frame::complete(&mut headers, b"hello", &mut buffer)?;
//! let frame = frame::encode(&headers, b"hello", &mut buffer)?;
//! assert_eq!(frame.len(), 14 + 20 + 8 + 5);
//! # Ok::<(), contrail_wire::EncodeError>(())
//! ```

use zerocopy::IntoBytes;

use crate::net::checksum::Sum;
use crate::{EncodeError, Header, IpProtocol, Layer};

/// Writes `headers` and `payload` to the start of `buffer`, as they stand, and returns what was written.
pub fn encode<'b>(
    headers: &[Header<'_>],
    payload: &[u8],
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], EncodeError> {
    let length = headers.iter().map(Header::len).sum::<usize>() + payload.len();
    let mut rest = &mut *buffer;
    for header in headers {
        rest = header.encode(rest)?;
    }
    let available = rest.len();
    let Some(room) = rest.get_mut(..payload.len()) else {
        let layer = headers.last().map_or(Layer::Ethernet, Header::layer);
        return Err(EncodeError::NoRoom { layer, needed: payload.len(), available });
    };
    room.copy_from_slice(payload);
    Ok(buffer.get_mut(..length).unwrap_or_default())
}

/// Puts into `headers` what follows from the others and from `payload`: lengths and checksums. `scratch` needs
/// room for all headers behind the first and the payload.
///
/// A UDP header gets the checksum 0 in front of VXLAN (RFC 7348 5), and over IPv4 in front of MPLS (RFC 7510 3); options
/// are taken to be as long as IHL and data offset say. What is borrowed stays as it is, a GRE checksum among it, and
/// the destination of a routing header is not looked for: it would be that of the pseudo-header (RFC 8200 8.1).
pub fn complete(headers: &mut [Header<'_>], payload: &[u8], scratch: &mut [u8]) -> Result<(), EncodeError> {
    for index in (0..headers.len()).rev() {
        let Some((before, [header, behind @ ..])) = headers.split_at_mut_checked(index) else { continue };
        let length = header.len() + behind.iter().map(Header::len).sum::<usize>() + payload.len();
        match header {
            Header::Ipv4(fixed, options) => {
                fixed.total_length.set(length_field(Layer::Ipv4, "total_length", length)?);
                fixed.header_checksum.set(0);
                let sum = Sum::default().bytes(fixed.as_bytes()).bytes(options);
                fixed.header_checksum.set(sum.finish());
            }
            Header::Ipv6(fixed) => {
                let behind = length - size_of_val(fixed);
                fixed.payload_length.set(length_field(Layer::Ipv6, "payload_length", behind)?);
            }
            Header::Udp(fixed) => {
                fixed.length.set(length_field(Layer::Udp, "length", length)?);
                fixed.checksum.set(0);
                let has_none = match behind.first() {
                    Some(Header::Vxlan(_) | Header::VxlanGpe(_)) => true,
                    Some(Header::Mpls(_)) => matches!(network(before), Some(Header::Ipv4(..))),
                    _ => false,
                };
                if !has_none {
                    let sum = pseudo_header(before, IpProtocol::UDP, length)?;
                    let sum = sum.bytes(fixed.as_bytes()).bytes(encode(behind, payload, scratch)?);
                    fixed.checksum.set(sum.finish_udp());
                }
            }
            Header::Tcp(fixed, options) => {
                fixed.checksum.set(0);
                let sum = pseudo_header(before, IpProtocol::TCP, length)?;
                let sum = sum.bytes(fixed.as_bytes()).bytes(options);
                fixed.checksum.set(sum.bytes(encode(behind, payload, scratch)?).finish());
            }
            Header::Icmp(fixed) => {
                fixed.checksum.set(0);
                let sum = Sum::default().bytes(fixed.as_bytes()).bytes(encode(behind, payload, scratch)?);
                fixed.checksum.set(sum.finish());
            }
            Header::Icmpv6(fixed) => {
                fixed.checksum.set(0);
                let sum = pseudo_header(before, IpProtocol::ICMPV6, length)?;
                let sum = sum.bytes(fixed.as_bytes()).bytes(encode(behind, payload, scratch)?);
                fixed.checksum.set(sum.finish());
            }
            _ => {}
        }
    }
    Ok(())
}

fn length_field(layer: Layer, field: &'static str, length: usize) -> Result<u16, EncodeError> {
    u16::try_from(length).map_err(|_| EncodeError::TooLong { layer, field, length, max: 0xffff })
}

/// The IP header right in front of a transport header, if there is one.
fn network<'h, 'a>(before: &'h [Header<'a>]) -> Option<&'h Header<'a>> {
    before.iter().rev().find(|header| header.layer() != Layer::Ipv6Extension)
}

/// The pseudo-header of the IP header right in front of a transport header.
fn pseudo_header(before: &[Header<'_>], protocol: IpProtocol, length: usize) -> Result<Sum, EncodeError> {
    let layer = match protocol {
        IpProtocol::UDP => Layer::Udp,
        IpProtocol::TCP => Layer::Tcp,
        _ => Layer::Icmpv6,
    };
    match network(before) {
        Some(Header::Ipv4(ip, _)) => {
            let (source, destination) = (ip.source_address.get(), ip.destination_address.get());
            let length = length_field(layer, "length", length)?;
            Ok(Sum::default().pseudo_ipv4(source, destination, protocol, length))
        }
        Some(Header::Ipv6(ip)) => {
            let (source, destination) = (ip.source_address.get(), ip.destination_address.get());
            let length = length_field(layer, "length", length)?.into();
            Ok(Sum::default().pseudo_ipv6(source, destination, protocol, length))
        }
        other => {
            Err(EncodeError::Order { outer: other.map_or(Layer::Ethernet, Header::layer), inner: layer })
        }
    }
}
