//! The fabric as it is written down: names and numbers, no meaning.
//!
//! Each type mirrors one object of the YAML or JSON document, field by field. Unknown fields are refused, as a
//! typing error must not be ignored in silence. What the names refer to and whether the numbers make sense is
//! decided when a [`Fabric`](crate::Fabric) is made from it.

mod integration;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
#[cfg(feature = "schema")]
use {crate::schema, schemars::JsonSchema};

pub use self::integration::{Flow, FlowTemplate, Integration, IntegrationKind, OneOrMany};

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
    /// Which number a network has as VNI: `configured`, its `vni` or else its `network_id`, or `automatic`, its
    /// `network_id` (`vxlan_network_identifier_mode` in Contrail). Default: `configured`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::VniMode>"))]
    pub vni_mode: Option<String>,
    /// What a VLAN means: `enterprise`, the same network in the whole fabric, or `service-provider`, a network of its
    /// own in each port group. Default: `enterprise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Style>"))]
    pub style: Option<String>,
    /// Whether Contrail is told not to check which VLANs and networks go together. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_vlan_vn_uniqueness_check: bool,
    /// The version of Python that device manager runs on, 2 or 3: each makes another Ethernet segment identifier of a
    /// port group's UUID. Default: 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::DeviceManagerPython>"))]
    pub device_manager_python: Option<u8>,
    /// The prefixes in which a DC gateway makes tunnels to any address (`ip_fabric_subnets` in Contrail).
    /// Default: none, and then nothing is said of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<schema::Prefix>"))]
    pub tunnel_destinations: Vec<String>,
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
    /// The fabric that the device is in, where several are joined by gateways. Default: the document's `fabric`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Name>"))]
    pub fabric: Option<String>,
    /// The product's name, `qfx5120-48y-8c`, which decides which overlay roles it can have. Default: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The MTU of its interfaces in the underlay: the largest IP packet, in bytes. Default: 9178, which is what
    /// Contrail configures (9192 with the Ethernet header).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Mtu>"))]
    pub mtu: Option<u16>,
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
    /// The Contrail project that it belongs to, with the domain in front of it where that is not `default-domain`:
    /// `octavia`, `customers:octavia`. Default: `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// VXLAN network identifier, 1 to 16777215. Default: its `network_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Vni>"))]
    pub vni: Option<u64>,
    /// The number that Contrail gave it (`virtual_network_network_id`), 1 to 16777215. Default: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Vni>"))]
    pub network_id: Option<u64>,
    /// The MTU of its workloads: their largest IP packet, in bytes. Default: 1500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Mtu>"))]
    pub mtu: Option<u16>,
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
    /// Whether bare-metal servers get their addresses in it by DHCP, from a service node. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<bool>,
    /// DHCP options by the name that Contrail has for them, `tftp-server-name`. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dhcp_options: BTreeMap<String, String>,
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
    /// Whether the ports speak LACP, if there are several. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacp: Option<bool>,
    /// Its UUID in Contrail, from which the Ethernet segment identifier is made. Default: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Uuid>"))]
    pub uuid: Option<String>,
    /// The number of its aggregated interface, `ae<number>`, by device, 0 to 127. Default: the first that is free.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, schema::AggregateNumber>"))]
    pub ae_numbers: BTreeMap<String, u8>,
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
    /// DHCP options of its own, which win over those of the subnet. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dhcp_options: BTreeMap<String, String>,
    /// The MTU of its interfaces: the largest IP packet, in bytes. Default: 9178, what Contrail configures on ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Mtu>"))]
    pub mtu: Option<u16>,
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
    /// The interface's address, or a list of its IPv4 and its IPv6 address.
    #[cfg_attr(feature = "schema", schemars(with = "schema::WorkloadAddress"))]
    pub address: OneOrMany,
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
    /// The Contrail project that it belongs to, with the domain in front of it where that is not `default-domain`:
    /// `octavia`, `customers:octavia`. Default: `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `vxlan-routing`, a VRF on devices, or `snat-routing`, a service instance that translates addresses to those of an
    /// external network. Default: `vxlan-routing`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::RouterType>"))]
    pub kind: Option<String>,
    /// The VNI of its VRF (of the internal network), 1 to 16777215. Default: one that Contrail chooses; here one that
    /// is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Vni>"))]
    pub vni: Option<u64>,
    /// The network that its external gateway is in. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_gateway: Option<String>,
    /// The networks it joins. Default: none.
    #[serde(default)]
    pub networks: Vec<String>,
    /// The devices it is extended to; without any it does nothing. Default: none.
    #[serde(default)]
    pub extended_to: Vec<String>,
}
