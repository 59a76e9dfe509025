//! Routes as data for serde: what is announced as `contrail-wire` says it, with what it stands for in the fabric.

use contrail_wire::bgp::Attribute;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Origin, RouteEntry};

/// The route with its identity as `key`, its attributes, what of them was not shown, and its text as `message`.
impl Serialize for RouteEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_struct("RouteEntry", 9)?;
        entry.serialize_field("speaker", &self.speaker)?;
        entry.serialize_field("next_hop", &self.next_hop)?;
        entry.serialize_field("key", &format_args!("{}", self.key()))?;
        entry.serialize_field("route", &self.destination.nlri())?;
        let replication = self.replication.as_ref().map(|it| Attribute::PmsiTunnel(it.tunnel()));
        entry.serialize_field("replication", &replication)?;
        entry.serialize_field("communities", &self.communities)?;
        entry.serialize_field("origin", &self.origin)?;
        entry.serialize_field("not_shown", &self.not_shown)?;
        entry.serialize_field("message", &format_args!("{self}"))?;
        entry.end()
    }
}

/// The kind of object, and what it is called.
impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, name, network) = match self {
            Self::Network(network) => ("network", None, Some(network)),
            Self::PortGroup(name) => ("port_group", Some(name), None),
            Self::Gateway(network) => ("gateway", None, Some(network)),
            Self::Server { name, network } => ("server", Some(name), Some(network)),
            Self::Workload(name) => ("workload", Some(name), None),
            Self::VirtualService(name) => ("virtual_service", Some(name), None),
            Self::Router { name, network } => ("logical_router", Some(name), Some(network)),
            Self::Observed => ("observed", None, None),
        };
        let mut origin = serializer.serialize_struct("Origin", 4)?;
        origin.serialize_field("kind", kind)?;
        origin.serialize_field("name", &name)?;
        origin.serialize_field("network", &network)?;
        origin.serialize_field("message", &format_args!("{self}"))?;
        origin.end()
    }
}
