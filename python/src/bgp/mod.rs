//! The BGP half: EVPN routes and the messages that carry them.

mod message;
mod route;

pub(crate) use self::message::{Message, Messages, decode_message, encode_update, encode_withdrawal};
pub(crate) use self::route::{
    EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute,
    LeaveSynchRoute, MacIpRoute, MembershipReportSynchRoute, OtherRoute, PerRegionRoute, SPmsiRoute,
    SelectiveMulticastRoute, decode_route,
};
