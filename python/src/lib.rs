//! The native part of `contrail_fabric`. It converts between Python's values and those of the crates, and decides
//! nothing.
#![cfg(feature = "module")]

mod bgp;
mod bulk;
mod contrail;
mod diagram;
mod document;
mod error;
mod model;
mod routes;
mod trace;
mod wire;

use pyo3::prelude::*;

/// What `contrail_fabric` is made of; import it from there.
#[pymodule]
mod _native {
    /// The version of the crates that this was built from.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use crate::bgp::{
        EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute,
        LeaveSynchRoute, MacIpRoute, MembershipReportSynchRoute, Message, Messages, OtherRoute,
        PerRegionRoute, SPmsiRoute, SelectiveMulticastRoute, decode_message, decode_route, encode_update,
        encode_withdrawal,
    };
    #[pymodule_export]
    use crate::bulk::{PacketScan, RouteScan};
    #[pymodule_export]
    use crate::contrail::{export_contrail, read_contrail};
    #[pymodule_export]
    use crate::model::{Candidate, Fabric};
    #[pymodule_export]
    use crate::routes::Routes;
    #[pymodule_export]
    use crate::trace::{Expectation, Trace, write_pcapng};
    #[pymodule_export]
    use crate::wire::{
        Arp, Capture, ControlWord, Decoder, Ethernet, EthernetSegmentId, Frame, Gre, Icmp, Icmpv6, Ipv4,
        Ipv6, Ipv6Extension, Label, LinuxSll, LinuxSll2, MacAddr, Mpls, Packet, RouteDistinguisher, RouteKey,
        RouteTarget, Tcp, Template, Udp, Vlan, Vxlan, VxlanGpe, frame,
    };
}
