//! Fields of headers and routes as Python's values.

use contrail_wire::net::tcp::TcpFlags;
use std::net::IpAddr;

use contrail_wire::bgp::ExtendedCommunity;
use contrail_wire::bgp::evpn::MulticastFlags;
use contrail_wire::tunnel::vxlan::{NextProtocol, VxlanFlags};
use contrail_wire::{
    EtherType, EthernetTag, IpNet, IpProtocol, Ipv4Octets, Ipv6Octets, LabelField, U16, U32, ValueError, Vni,
};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::address::{GivenIp, GivenIpv4, GivenIpv6, Ip, Network};
use super::label::{GivenLabel, Label};
use super::value::{EthernetSegmentId, Given, MacAddr, RouteDistinguisher};

/// The type of a field: how it is told to Python, and what Python gives for it.
pub(crate) trait Field: Sized {
    type Told;
    type Given;
    /// Whether it is true or false, and no number.
    const IS_BOOLEAN: bool = false;
    fn told(&self) -> Self::Told;
    fn given(given: Self::Given) -> Result<Self, ValueError>;
}

/// What is given for a field. Python takes `True` for 1; here booleans are no numbers.
pub(crate) struct Argument<F: Field>(pub(crate) F::Given);

impl<'a, 'py, F: Field<Given: FromPyObject<'a, 'py>>> FromPyObject<'a, 'py> for Argument<F> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if !F::IS_BOOLEAN {
            refuse_boolean(object)?;
        }
        object.extract().map(Self).map_err(Into::into)
    }
}

/// A number that is no field.
#[derive(Clone, Copy)]
pub(crate) struct Number<T>(pub(crate) T);

impl<'a, 'py, T: FromPyObject<'a, 'py>> FromPyObject<'a, 'py> for Number<T> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        refuse_boolean(object)?;
        object.extract().map(Self).map_err(Into::into)
    }
}

fn refuse_boolean(object: Borrowed<'_, '_, PyAny>) -> PyResult<()> {
    if object.is_instance_of::<PyBool>() {
        return Err(PyTypeError::new_err("expected a number, found a boolean"));
    }
    Ok(())
}

macro_rules! fields {
    ($($type:ty, $told:ty, $given:ty, $tell:expr, $take:expr $(, $constant:ident = $value:expr)?;)*) => {$(
        impl Field for $type {
            type Told = $told;
            type Given = $given;
            $( const $constant: bool = $value; )?

            fn told(&self) -> $told {
                let tell: fn(&Self) -> $told = $tell;
                tell(self)
            }

            fn given(given: $given) -> Result<Self, ValueError> {
                let take: fn($given) -> Result<Self, ValueError> = $take;
                take(given)
            }
        }
    )*};
}

fields! {
    bool, bool, bool, |it| *it, Ok, IS_BOOLEAN = true;
    u8, u8, u8, |it| *it, Ok;
    u16, u16, u16, |it| *it, Ok;
    u32, u32, u32, |it| *it, Ok;
    U16, u16, u16, |it| it.get(), |it| Ok(it.into());
    U32, u32, u32, |it| it.get(), |it| Ok(it.into());
    Option<u32>, Option<u32>, u32, |it| *it, |it| Ok(Some(it));
    Option<(u16, u16)>, Option<(u16, u16)>, (Number<u16>, Number<u16>), |it| *it, |(a, b)| Ok(Some((a.0, b.0)));
    Option<IpAddr>, Option<Ip>, Option<GivenIp>, |it| it.map(Ip), |it| Ok(it.map(|it| it.0));
    Option<LabelField>, Option<Label>, Option<GivenLabel>, |it| it.map(Label), |it| Ok(it.map(|it| it.0));
    IpAddr, Ip, GivenIp, |it| Ip(*it), |it| Ok(it.0);
    IpNet, Network, Network, |it| Network(*it), |it| Ok(it.0);
    LabelField, Label, GivenLabel, |it| Label(*it), |it| Ok(it.0);
    EthernetTag, u32, u32, |it| it.get(), |it| Ok(Self::new(it));
    MulticastFlags, u8, u8, |it| it.bits(), |it| Ok(Self::from_bits_retain(it));
    ExtendedCommunity, String, String, |it| it.to_string(), |it| it.parse();
    [u8; 4], [u8; 4], [u8; 4], |it| *it, Ok;
    [u8; 3], [u8; 3], [u8; 3], |it| *it, Ok;
    [u8; 8], [u8; 8], [u8; 8], |it| *it, Ok;
    Vec<u8>, Vec<u8>, Vec<u8>, |it| it.clone(), Ok;
    EtherType, u16, u16, |it| it.get(), |it| Ok(Self::new(it));
    IpProtocol, u8, u8, |it| it.0, |it| Ok(Self(it));
    NextProtocol, u8, u8, |it| it.0, |it| Ok(Self(it));
    TcpFlags, u8, u8, |it| it.bits(), |it| Ok(Self::from_bits_retain(it));
    VxlanFlags, u8, u8, |it| it.bits(), |it| Ok(Self::from_bits_retain(it));
    Vni, u32, u32, |it| it.get(), Self::new;
    contrail_wire::MacAddr, MacAddr, Given<contrail_wire::MacAddr>, |it| MacAddr(*it), |it| Ok(it.0);
    contrail_wire::RouteDistinguisher, RouteDistinguisher, Given<contrail_wire::RouteDistinguisher>,
        |it| RouteDistinguisher(*it), |it| Ok(it.0);
    contrail_wire::EthernetSegmentId, EthernetSegmentId, Given<contrail_wire::EthernetSegmentId>,
        |it| EthernetSegmentId(*it), |it| Ok(it.0);
    Ipv4Octets, Ip, GivenIpv4, |it| Ip(it.get().into()), |it| Ok(it.0.into());
    Ipv6Octets, Ip, GivenIpv6, |it| Ip(it.get().into()), |it| Ok(it.0.into());
}

pub(super) fn in_range(what: &'static str, found: u32, max: u32) -> Result<(), ValueError> {
    if found > max { Err(ValueError::OutOfRange { what, found, min: 0, max }) } else { Ok(()) }
}
