//! What reading a packet from Python costs at least: a parser that takes VXLAN over IPv4 with TCP inside and nothing else,
//! checks what has to be checked for that, and an object of its fields.

use std::net::Ipv4Addr;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The fields that everybody reads.
#[pyclass(frozen)]
pub struct Fields {
    #[pyo3(get)]
    outer_source: Ipv4Addr,
    #[pyo3(get)]
    outer_destination: Ipv4Addr,
    #[pyo3(get)]
    outer_source_port: u16,
    #[pyo3(get)]
    vni: u32,
    #[pyo3(get)]
    source_mac: [u8; 6],
    #[pyo3(get)]
    destination_mac: [u8; 6],
    #[pyo3(get)]
    source: Ipv4Addr,
    #[pyo3(get)]
    destination: Ipv4Addr,
    #[pyo3(get)]
    source_port: u16,
    #[pyo3(get)]
    destination_port: u16,
    #[pyo3(get)]
    payload_length: usize,
}

fn parse(frame: &[u8]) -> Option<Fields> {
    let (_, rest) = frame.split_first_chunk::<12>()?;
    let (outer, rest) = ipv4(rest, 17)?;
    let ([a, b, c, d, e, f, _, _], rest) = rest.split_first_chunk::<8>()?;
    let length = usize::from(u16::from_be_bytes([*e, *f]));
    if [*c, *d] != [0x12, 0xb5] || length > rest.len() + 8 {
        return None;
    }
    let outer_source_port = u16::from_be_bytes([*a, *b]);
    let ([flags, _, _, _, a, b, c, _], rest) = rest.get(..length - 8)?.split_first_chunk::<8>()?;
    if flags & 0x08 == 0 {
        return None;
    }
    let vni = u32::from_be_bytes([0, *a, *b, *c]);
    let (destination_mac, rest) = rest.split_first_chunk::<6>()?;
    let (source_mac, rest) = rest.split_first_chunk::<6>()?;
    let (inner, rest) = ipv4(rest, 6)?;
    let ([a, b, c, d, _, _, _, _, _, _, _, _, offset, ..], _) = rest.split_first_chunk::<20>()?;
    let header = usize::from(offset >> 4) * 4;
    Some(Fields {
        outer_source: outer[0],
        outer_destination: outer[1],
        outer_source_port,
        vni,
        source_mac: *source_mac,
        destination_mac: *destination_mac,
        source: inner[0],
        destination: inner[1],
        source_port: u16::from_be_bytes([*a, *b]),
        destination_port: u16::from_be_bytes([*c, *d]),
        payload_length: if header < 20 { return None } else { rest.len().checked_sub(header)? },
    })
}

/// From the EtherType on: both addresses, and what the packet carries.
fn ipv4(frame: &[u8], protocol: u8) -> Option<([Ipv4Addr; 2], &[u8])> {
    let (ethertype, packet) = frame.split_first_chunk::<2>()?;
    let (header, _) = packet.split_first_chunk::<20>()?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let header_length = usize::from(header[0] & 0x0f) * 4;
    let is_whole = header[0] >> 4 == 4 && header_length >= 20 && header[6] & 0x3f == 0 && header[7] == 0;
    if *ethertype != [0x08, 0x00] || !is_whole || header[9] != protocol {
        return None;
    }
    let source = Ipv4Addr::new(header[12], header[13], header[14], header[15]);
    let destination = Ipv4Addr::new(header[16], header[17], header[18], header[19]);
    Some(([source, destination], packet.get(header_length..length)?))
}

/// The fields of a frame.
#[pyfunction]
fn decode(frame: &[u8]) -> PyResult<Fields> {
    parse(frame).ok_or_else(|| PyValueError::new_err("not such a frame"))
}

/// The lower bound of the benchmark.
#[pymodule]
mod contrail_python_bare {
    #[pymodule_export]
    use super::decode;
}
