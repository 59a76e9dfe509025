//! The wire half: headers, packets, tunnels and captures of `contrail-wire`.

mod address;
mod capture;
mod decoder;
mod encapsulation;
pub(crate) mod field;
mod header;
mod label;
mod packet;
mod route_key;
mod value;

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

pub(crate) use self::address::{GivenIp, Ip};
pub(crate) use self::capture::{Capture, Frame};
pub(crate) use self::decoder::{Decoder, LINKS, named};
pub(crate) use self::encapsulation::Template;
pub(crate) use self::header::{
    Arp, ControlWord, Ethernet, Gre, Icmp, Icmpv6, Ipv4, Ipv6, Ipv6Extension, LinuxSll, LinuxSll2, Mpls, Tcp,
    Udp, Vlan, Vxlan, VxlanGpe, frame,
};
pub(crate) use self::label::{GivenLabel, Label};
pub(crate) use self::packet::{Packet, ports, protocol, tunnel_name};
pub(crate) use self::route_key::RouteKey;
pub(crate) use self::value::{EthernetSegmentId, Given, MacAddr, RouteDistinguisher, RouteTarget};

/// What a buffer holds: bytes as they are, of another buffer a copy.
pub(crate) fn bytes_of<'py>(buffer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    if let Ok(bytes) = buffer.cast_exact::<PyBytes>() {
        return Ok(bytes.clone());
    }
    let python = buffer.py();
    Ok(PyBytes::new(python, &PyBuffer::<u8>::get(buffer)?.to_vec(python)?))
}
