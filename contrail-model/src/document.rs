//! The fabric as it is written down: names and numbers, no meaning.
//!
//! Each type mirrors one object of the YAML or JSON document, field by field. Unknown fields are refused, as a
//! typing error must not be ignored in silence. What the names refer to and whether the numbers make sense is
//! decided when a [`Fabric`](crate::Fabric) is made from it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
#[cfg(feature = "schema")]
use {crate::schema, schemars::JsonSchema};

/// A whole fabric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What the fabric is called.
    pub fabric: String,
    /// The AS number of the overlay. Default: 64512, as Contrail ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autonomous_system: Option<u32>,
    /// Whose account of forwarding decides where they differ: `article` or `r2011`. Default: `article`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Release>"))]
    pub release: Option<String>,
    /// Which tunnel a vRouter prefers: `MPLSoUDP`, `MPLSoGRE`, `VXLAN`. Default: in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<schema::Encapsulation>"))]
    pub encapsulation_priority: Vec<String>,
    /// The source ports that distributed SNAT may use, by protocol. Default: none, so that TCP and UDP are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub port_translation_pools: Vec<PortTranslationPool>,
    /// Leaves, spines and gateways. Default: none.
    #[serde(default)]
    pub devices: Vec<Device>,
    /// The cables between devices, each as two ports `device:interface`. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<[schema::Port; 2]>"))]
    pub links: Vec<[String; 2]>,
    /// Virtual networks, the underlay's per-rack networks among them. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Network>,
    /// Virtual port groups. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub port_groups: Vec<PortGroup>,
    /// Hypervisors, controllers, service nodes and bare-metal servers. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
    /// Virtual machines and pods. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Workload>,
    /// Addresses that several workloads answer for together. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub virtual_services: Vec<VirtualService>,
    /// Logical routers. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logical_routers: Vec<LogicalRouter>,
    /// Kinds of integrations of your own, beside those that are known. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integration_kinds: Vec<IntegrationKind>,
    /// Services of known kinds, which bring their required flows with them. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integrations: Vec<Integration>,
    /// Required flows of your own. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Flow>,
    /// Ids of rules that are not to be checked, `L3`. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<schema::RuleId>"))]
    pub ignore_rules: Vec<String>,
}

/// The source ports that distributed SNAT may use for one protocol (`port_translation_pools` of Contrail's
/// global vRouter configuration).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PortTranslationPool {
    /// The transport protocol, `tcp` or `udp`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Protocol"))]
    pub protocol: String,
    /// The first port, inclusive.
    #[cfg_attr(feature = "schema", schemars(with = "schema::TransportPort"))]
    pub start_port: u16,
    /// The last port, inclusive.
    #[cfg_attr(feature = "schema", schemars(with = "schema::TransportPort"))]
    pub end_port: u16,
}

/// A switch or router (`physical-router` in Contrail).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Its name, unique among devices.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// Its place in the Clos: `leaf`, `spine`, `superspine` or `pnf`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::PhysicalRole"))]
    pub role: String,
    /// What it does in the overlay, as Contrail spells it: `ERB-UCAST-Gateway`, `DC-Gateway`, `Route-Reflector`, ...
    /// Default: none (`lean`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<schema::OverlayRole>"))]
    pub overlay_roles: Vec<String>,
    /// The loopback address, which is also its VTEP. Default: none, and then nothing can be tunnelled to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Address>"))]
    pub loopback: Option<String>,
    /// Further addresses on underlay IRBs, configured by hand. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secondary_addresses: Vec<SecondaryAddress>,
}

/// An address that was added by hand to an IRB in the underlay's routing table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecondaryAddress {
    /// The network whose IRB has it.
    pub irb: String,
    /// Address and prefix length, `10.99.0.1/24`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Prefix"))]
    pub address: String,
    /// Whether the subnet and the hosts learnt in it are redistributed into the underlay's routing protocol.
    /// Default: false.
    #[serde(default)]
    pub redistribute: bool,
}

/// A virtual network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name, unique among networks.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// VXLAN network identifier, 1 to 16777215.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Vni"))]
    pub vni: u64,
    /// Its subnets; a network may have none or several, of IPv4 and IPv6. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<Subnet>,
    /// The devices that have an IRB of this network in the underlay's routing table: there the network is
    /// routed as part of the underlay. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub underlay_irb: Vec<String>,
    /// IP fabric forwarding: workloads send into the underlay as they are. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ip_fabric_forwarding: bool,
    /// Distributed SNAT: workloads reach the underlay with their hypervisor's address. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fabric_snat: bool,
}

/// A subnet of a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// Address and prefix length, without host bits: `10.99.0.0/24`, `2001:db8:99::/64`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Prefix"))]
    pub prefix: String,
    /// The address that hosts use as gateway; a router of the network has it. Default: none, and then nothing leaves
    /// the subnet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Address>"))]
    pub gateway: Option<String>,
    /// The address that a service node answers DHCP from (`dns_server_address` in Contrail). Default: the gateway's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Address>"))]
    pub service_address: Option<String>,
}

/// A virtual port group: ports on one or several leaves that are one interface to what is attached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PortGroup {
    /// Its name, unique among port groups.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// Its ports, each `device:interface`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Ports"))]
    pub ports: Vec<String>,
    /// Which VLAN on these ports belongs to which network, and so to which VNI. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vlans: Vec<VlanBinding>,
}

/// A VLAN of a port group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VlanBinding {
    /// The VLAN identifier, 1 to 4094.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Vlan"))]
    pub vlan: u16,
    /// The network it belongs to.
    pub network: String,
    /// Whether frames of this VLAN carry no tag on the ports (native VLAN). Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untagged: bool,
}

/// A machine in a rack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Its name, unique among servers.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// What it is: `hypervisor`, `controller`, `service-node` or `bare-metal`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::ServerKind"))]
    pub kind: String,
    /// The port group that it is attached by.
    pub port_group: String,
    /// Its addresses in networks of the fabric. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// The vRouter's interface into the underlay; a hypervisor needs one. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vhost0: Option<Address>,
    /// Its static routes. Default: none, not even a default route.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<StaticRoute>,
}

/// An interface's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The network it is in.
    pub network: String,
    /// The address, without prefix length.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Address"))]
    pub address: String,
    /// The interface's MAC address. Default: one that is derived from the names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Mac>"))]
    pub mac: Option<String>,
}

/// A static route of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StaticRoute {
    /// The destination prefix; `0.0.0.0/0` for a default route.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Prefix"))]
    pub to: String,
    /// The next hop's address.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Address"))]
    pub via: String,
}

/// A virtual machine or pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name, unique among workloads.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// The hypervisor that it runs on.
    pub host: String,
    /// The network of its interface.
    pub network: String,
    /// The interface's address.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Address"))]
    pub address: String,
    /// The interface's MAC address. Default: one that is derived from the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Mac>"))]
    pub mac: Option<String>,
}

/// An address in a network that workloads answer for together (a Kubernetes service, a load balancer's VIP): each
/// member's vRouter announces it, and puts the member's address in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VirtualService {
    /// Its name, unique among virtual services.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// The network that the address is in.
    pub network: String,
    /// The virtual address.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Address"))]
    pub address: String,
    /// The transport protocol, `tcp` or `udp`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Protocol"))]
    pub protocol: String,
    /// The port that clients connect to.
    pub port: u16,
    /// The workloads that answer. Default: none.
    #[serde(default)]
    pub members: Vec<String>,
    /// The port that the members listen on. Default: `port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_port: Option<u16>,
}

/// A logical router: a VRF that joins networks on the devices it is extended to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LogicalRouter {
    /// Its name, unique among logical routers.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// The VNI of its VRF (of the internal network), 1 to 16777215.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Vni"))]
    pub vni: u64,
    /// The networks it joins. Default: none.
    #[serde(default)]
    pub networks: Vec<String>,
    /// The devices it is extended to; without any it does nothing. Default: none.
    #[serde(default)]
    pub extended_to: Vec<String>,
}

/// A kind of integration: which services it has, and which flows have to work between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IntegrationKind {
    /// Its name, unique among kinds, those that are known included.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Name"))]
    pub name: String,
    /// Services that must be placed. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Services that may be placed; flows of one that is not are not needed. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_services: Vec<String>,
    /// What has to work. Default: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowTemplate>,
}

/// A flow that an integration needs, between each of one party and each of the other that is not on the same server.
///
/// A party is one of the kind's services, or `workloads` (those in the management network), `bare-metal` (those in
/// the management network), `service-node` (the one that is active), `virtual-service`, or `members` (its members).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowTemplate {
    /// Who opens it.
    pub from: String,
    /// Who answers.
    pub to: String,
    /// The transport protocol, `tcp` or `udp`, or `dhcp` from `bare-metal` to `service-node`.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Conversation"))]
    pub protocol: String,
    /// The destination port. Default: 67 for `dhcp`, the service's for `virtual-service`; otherwise needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What it is for. Default: empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A service of a known kind, with its required flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// Which integration: `octavia`, `ironic`, `kubernetes-keystone`, `openstack`, `kubernetes`, `vcenter`, or one of
    /// `integration_kinds`.
    pub kind: String,
    /// The overlay network whose workloads or bare-metal servers belong to the integration (Octavia: the amphorae's
    /// management network; Ironic: the network for cleaning and provisioning). Default: none, for kinds that need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_network: Option<String>,
    /// The network that the services listen in. Default: that of the server's only address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_network: Option<String>,
    /// The virtual service that is reached. Default: none, for kinds that need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_service: Option<String>,
    /// On which server or servers each service runs (Octavia: `worker`, `health-manager`). Default: none.
    #[serde(default)]
    pub services: BTreeMap<String, OneOrMany>,
}

/// A flow that must work, in addition to those of the integrations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Who opens it: a workload, a server or a service.
    pub from: String,
    /// Who answers: the same, or a virtual service.
    pub to: String,
    /// The transport protocol, `tcp` or `udp`, or `dhcp` from a bare-metal server to a service node.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Conversation"))]
    pub protocol: String,
    /// The destination port. Default: 67 for `dhcp`; otherwise needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What it is for, in your words. Default: empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// One name, or a list of names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(transparent)]
pub struct OneOrMany(#[cfg_attr(feature = "schema", schemars(with = "schema::OneOrMany"))] pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a list of names")
            }

            fn visit_str<E>(self, name: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![name.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<OneOrMany, A::Error> {
                let mut list = Vec::new();
                while let Some(name) = names.next_element()? {
                    list.push(name);
                }
                Ok(OneOrMany(list))
            }
        }
        deserializer.deserialize_any(Names)
    }
}
