//! EVPN routes as classes.

use std::fmt;
use std::net::IpAddr;

use contrail_wire::bgp::evpn::{self, Route};
use contrail_wire::bgp::{ExtendedCommunity, evpn::MulticastFlags};
use contrail_wire::{
    EthernetSegmentId, EthernetTag, IpNet, LabelField, MacAddr, RouteDistinguisher, ValueError,
};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::error::{encode_error, message_error, value_error};
use crate::wire::field::{Argument, Field, Number};
use crate::wire::{Given, GivenLabel, bytes_of};

/// For each row a class of routes: its type, and its fields in wire order, some with what they are if they are not given.
macro_rules! routes {
    ($(
        $(#[$doc:meta])*
        $name:ident($variant:ident) {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty $(= $default:expr)?; )*
        }
    )*) => {
        $(
        $(#[$doc])*
        #[pyclass(frozen, eq, ord, hash, str, module = "contrail_fabric.bgp")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(evpn::$name);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Route::$variant(self.0).fmt(f)
            }
        }

        #[pymethods]
        impl $name {
            #[classattr]
            fn __match_args__(python: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
                PyTuple::new(python, [$(stringify!($field)),*])
            }

            #[new]
            #[pyo3(signature = (*, $($field $(= Argument($default))?),*))]
            fn new(python: Python<'_>, $($field: Argument<$type>),*) -> PyResult<Self> {
                let build = || Ok(evpn::$name { $($field: <$type as Field>::given($field.0)?),* });
                build().map(Self).map_err(|error: ValueError| value_error(python, &error))
            }

            $(
                $(#[$field_doc])*
                #[getter]
                fn $field(&self) -> <$type as Field>::Told {
                    <$type as Field>::told(&self.0.$field)
                }
            )*

            /// The number of its type.
            #[getter]
            fn route_type(&self) -> u8 {
                Route::$variant(self.0).route_type().0
            }

            /// Names and values, as the constructor takes them.
            fn to_dict<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                let fields = PyDict::new(python);
                $( fields.set_item(stringify!($field), self.$field())?; )*
                Ok(fields)
            }

            fn __bytes__<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                encoded(python, &Route::$variant(self.0))
            }

            fn __repr__(&self, python: Python<'_>) -> PyResult<String> {
                let fields = self.to_dict(python)?;
                let fields = fields.iter().map(|(field, value)| Ok(format!("{field}={}", value.repr()?)));
                Ok(format!("{}({})", stringify!($name), fields.collect::<PyResult<Vec<_>>>()?.join(", ")))
            }

            fn __reduce__<'py>(&self, python: Python<'py>) -> PyResult<Reduced<'py>> {
                reduced(python, self.__bytes__(python)?)
            }
        }
        )*

        /// The route that is behind an object of one of these classes.
        pub(super) fn borrowed<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Route<'a>> {
            $(
                if let Ok(route) = object.cast::<$name>() {
                    return Ok(Route::$variant(route.get().0));
                }
            )*
            if let Ok(route) = object.cast::<OtherRoute>() {
                return Ok(route.get().route());
            }
            Err(PyTypeError::new_err(format!("expected an EVPN route, found {}", object.get_type().name()?)))
        }

        /// A route as an object of its class.
        pub(super) fn to_python<'py>(python: Python<'py>, route: &Route<'_>) -> PyResult<Bound<'py, PyAny>> {
            Ok(match route {
                $( Route::$variant(route) => Bound::new(python, $name(*route))?.into_any(), )*
                other => Bound::new(python, OtherRoute(encoded(python, other)?.as_bytes().to_vec()))?.into_any(),
            })
        }
    };
}

/// What makes a route again, and of which bytes.
type Reduced<'py> = (Bound<'py, PyAny>, (Bound<'py, PyBytes>,));

fn reduced<'py>(python: Python<'py>, bytes: Bound<'py, PyBytes>) -> PyResult<Reduced<'py>> {
    Ok((python.import("contrail_fabric.bgp")?.getattr("decode_route")?, (bytes,)))
}

/// With type and length.
fn encoded<'py>(python: Python<'py>, route: &Route<'_>) -> PyResult<Bound<'py, PyBytes>> {
    let mut buffer = [0; 2 + 0xff];
    let whole = buffer.len();
    let left = route.encode(&mut buffer).map_err(|error| encode_error(python, &error))?.len();
    Ok(PyBytes::new(python, buffer.get(..whole - left).unwrap_or_default()))
}

routes! {
    /// Type 1: an Ethernet segment, or a broadcast domain on one.
    EthernetAutoDiscoveryRoute(EthernetAutoDiscovery) {
        /// Of the VRF, or of the device for a whole segment.
        rd: RouteDistinguisher;
        /// The segment.
        esi: EthernetSegmentId;
        /// The broadcast domain; 4294967295 for the whole segment.
        ethernet_tag: EthernetTag = 0;
        /// Label or VNI; no part of the route's identity.
        label: LabelField = GivenLabel(LabelField::ZERO);
    }

    /// Type 2: a MAC address, and an IP address with it.
    MacIpRoute(MacIp) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The segment that the MAC address is behind; no part of the route's identity.
        esi: EthernetSegmentId = Given(EthernetSegmentId::ZERO);
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// Whose address it is.
        mac: MacAddr;
        /// The IP address that goes with it, if one is told.
        ip: Option<IpAddr> = None;
        /// Label or VNI of the broadcast domain; no part of the route's identity.
        label1: LabelField = GivenLabel(LabelField::ZERO);
        /// Label or VNI of the VRF; no part of the route's identity.
        label2: Option<LabelField> = None;
    }

    /// Type 3: who wants the broadcasts of a broadcast domain.
    InclusiveMulticastRoute(InclusiveMulticast) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// Whose route it is.
        originator: IpAddr;
    }

    /// Type 4: who is at an Ethernet segment.
    EthernetSegmentRoute(EthernetSegment) {
        /// Of the device.
        rd: RouteDistinguisher;
        /// The segment.
        esi: EthernetSegmentId;
        /// Whose route it is.
        originator: IpAddr;
    }

    /// Type 5: an IP prefix.
    IpPrefixRoute(IpPrefix) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The segment that the prefix is behind, if that is how it is reached; no part of the route's identity.
        esi: EthernetSegmentId = Given(EthernetSegmentId::ZERO);
        /// The broadcast domain of segment or gateway.
        ethernet_tag: EthernetTag = 0;
        /// The prefix.
        prefix: IpNet;
        /// The gateway that the prefix is behind, if that is how it is reached; no part of the route's identity.
        gateway: Option<IpAddr> = None;
        /// Label or VNI of the VRF; no part of the route's identity.
        label: LabelField = GivenLabel(LabelField::ZERO);
    }

    /// Type 6: who wants a multicast group.
    SelectiveMulticastRoute(SelectiveMulticast) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// Whose packets to the group; those of anybody without it.
        source: Option<IpAddr> = None;
        /// The group.
        group: IpAddr;
        /// Whose route it is.
        originator: IpAddr;
        /// IGMP or MLD versions 0x01, 0x02, 0x04, and 0x08 for a source to exclude.
        flags: MulticastFlags = 0;
    }

    /// Type 7: that somebody at a segment has joined a group.
    MembershipReportSynchRoute(MembershipReportSynch) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The segment.
        esi: EthernetSegmentId;
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// Whose packets to the group; those of anybody without it.
        source: Option<IpAddr> = None;
        /// The group.
        group: IpAddr;
        /// Whose route it is.
        originator: IpAddr;
        /// IGMP or MLD versions 0x01, 0x02, 0x04, and 0x08 for a source to exclude.
        flags: MulticastFlags = 0;
    }

    /// Type 8: that somebody at a segment has left a group.
    LeaveSynchRoute(LeaveSynch) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The segment.
        esi: EthernetSegmentId;
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// Whose packets to the group; those of anybody without it.
        source: Option<IpAddr> = None;
        /// The group.
        group: IpAddr;
        /// Whose route it is.
        originator: IpAddr;
        /// Sent as zero.
        reserved: [u8; 4] = [0; 4];
        /// How long to wait for others, in tenths of a second for version 2 of IGMP.
        maximum_response_time: u8 = 0;
        /// IGMP or MLD versions 0x01, 0x02, 0x04, and 0x08 for a source to exclude.
        flags: MulticastFlags = 0;
    }

    /// Type 9: who wants the broadcasts of a region.
    PerRegionRoute(PerRegion) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// The region, as an extended community.
        region: ExtendedCommunity;
    }

    /// Type 10: a tunnel for a multicast group.
    SPmsiRoute(SPmsi) {
        /// Of the VRF.
        rd: RouteDistinguisher;
        /// The broadcast domain.
        ethernet_tag: EthernetTag = 0;
        /// Whose packets to the group; those of anybody without it.
        source: Option<IpAddr> = None;
        /// The group; all without it.
        group: Option<IpAddr> = None;
        /// Whose route it is.
        originator: IpAddr;
    }
}

/// A route of any other type, as its bytes.
#[pyclass(frozen, eq, ord, hash, str, module = "contrail_fabric.bgp")]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OtherRoute(Vec<u8>);

impl OtherRoute {
    fn route(&self) -> Route<'_> {
        let unknown = || {
            let (route_type, value) = (evpn::RouteType(0), &[][..]);
            Route::Unknown(evpn::UnknownRoute { route_type, value })
        };
        Route::decode(&self.0).map_or_else(|_| unknown(), |(route, _)| route)
    }
}

impl fmt::Display for OtherRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.route().fmt(f)
    }
}

#[pymethods]
impl OtherRoute {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("route_type", "value")
    }

    #[new]
    #[pyo3(signature = (*, route_type, value))]
    fn new(python: Python<'_>, route_type: Number<u8>, value: Vec<u8>) -> PyResult<Self> {
        let route_type = evpn::RouteType(route_type.0);
        let bytes = encoded(python, &Route::Unknown(evpn::UnknownRoute { route_type, value: &value }))?;
        let (route, _) = Route::decode(bytes.as_bytes()).map_err(|error| message_error(python, &error))?;
        match route {
            Route::Leaf(_) | Route::Unknown(_) => Ok(Self(bytes.as_bytes().to_vec())),
            _ => Err(PyTypeError::new_err(format!(
                "routes of type {} have a class of their own",
                route_type.0
            ))),
        }
    }

    /// The number of its type.
    #[getter]
    fn route_type(&self) -> u8 {
        self.route().route_type().0
    }

    /// What follows type and length.
    #[getter]
    fn value(&self) -> Vec<u8> {
        self.0.get(2..).unwrap_or_default().to_vec()
    }

    fn __bytes__<'py>(&self, python: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(python, &self.0)
    }

    fn __repr__(&self, python: Python<'_>) -> PyResult<String> {
        let value = PyBytes::new(python, &self.value()).repr()?.to_string();
        Ok(format!("OtherRoute(route_type={}, value={value})", self.route_type()))
    }

    fn __reduce__<'py>(&self, python: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(python, self.__bytes__(python))
    }
}

/// The EVPN route that `buffer` holds, with type and length in front, and nothing behind.
#[pyfunction]
pub(crate) fn decode_route<'py>(buffer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let (python, bytes) = (buffer.py(), bytes_of(buffer)?);
    let (route, rest) = Route::decode(bytes.as_bytes()).map_err(|error| message_error(python, &error))?;
    if !rest.is_empty() {
        let syntax = ValueError::Syntax { what: "a single EVPN route", expected: "nothing behind it" };
        return Err(value_error(python, &syntax));
    }
    to_python(python, &route)
}
