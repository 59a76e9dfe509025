//! The objects of a fabric, with every name resolved.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use contrail_wire::{MacAddr, Vni};
use ipnet::IpNet;

use super::Family;
use super::id::Id;

/// A name as the operator wrote it.
pub type Name = Arc<str>;

pub(crate) type DeviceId = Id<Device>;
pub(crate) type NetworkId = Id<Network>;
pub(crate) type PortGroupId = Id<PortGroup>;
pub(crate) type ServerId = Id<Server>;
pub(crate) type WorkloadId = Id<Workload>;
pub(crate) type VirtualServiceId = Id<VirtualService>;
pub(crate) type RouterId = Id<LogicalRouter>;

/// A device's place in the Clos (`physical_router_role`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PhysicalRole {
    Leaf,
    Spine,
    Superspine,
    Pnf,
}

impl PhysicalRole {
    /// Each role as Contrail spells it.
    pub(crate) const NAMES: [(&'static str, Self); 4] =
        [("leaf", Self::Leaf), ("spine", Self::Spine), ("superspine", Self::Superspine), ("pnf", Self::Pnf)];

    pub(crate) fn name(self) -> &'static str {
        name_of(&Self::NAMES, self)
    }
}

/// How a value is written in a document.
fn name_of<T: Copy + PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, other)| *other == value).map_or("", |(name, _)| name)
}

bitflags::bitflags! {
    /// What a device does in the overlay (`routing_bridging_roles`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct OverlayRoles: u16 {
        const LEAN = 1;
        const ROUTE_REFLECTOR = 1 << 1;
        const CRB_ACCESS = 1 << 2;
        const CRB_GATEWAY = 1 << 3;
        const CRB_MCAST_GATEWAY = 1 << 4;
        const ERB_UCAST_GATEWAY = 1 << 5;
        const DC_GATEWAY = 1 << 6;
        const DCI_GATEWAY = 1 << 7;
        const COLLAPSED_SPINE = 1 << 8;
        const AR_CLIENT = 1 << 9;
        const AR_REPLICATOR = 1 << 10;
        const PNF_SERVICECHAIN = 1 << 11;
    }
}

impl OverlayRoles {
    /// Each role as Contrail spells it.
    pub(crate) const NAMES: [(&'static str, Self); 12] = [
        ("lean", Self::LEAN),
        ("Route-Reflector", Self::ROUTE_REFLECTOR),
        ("CRB-Access", Self::CRB_ACCESS),
        ("CRB-Gateway", Self::CRB_GATEWAY),
        ("CRB-MCAST-Gateway", Self::CRB_MCAST_GATEWAY),
        ("ERB-UCAST-Gateway", Self::ERB_UCAST_GATEWAY),
        ("DC-Gateway", Self::DC_GATEWAY),
        ("DCI-Gateway", Self::DCI_GATEWAY),
        ("Collapsed-Spine", Self::COLLAPSED_SPINE),
        ("AR-Client", Self::AR_CLIENT),
        ("AR-Replicator", Self::AR_REPLICATOR),
        ("PNF-Servicechain", Self::PNF_SERVICECHAIN),
    ];

    /// As Contrail spells them, for a sentence: `CRB-Access, Route-Reflector`.
    pub(crate) fn names(self) -> String {
        let names: Vec<&str> =
            Self::NAMES.iter().filter(|(_, role)| self.contains(*role)).map(|(name, _)| *name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// Roles with Contrail's feature `l2-gateway`: VLANs of port groups are put into VXLAN there.
    const BRIDGES_TENANTS: Self = Self::CRB_ACCESS.union(Self::ROUTES_TENANTS);

    /// Roles with Contrail's features `l3-gateway` and `vn-interconnect`: a logical router that is extended to
    /// such a device becomes a VRF there.
    const ROUTES_TENANTS: Self = Self::CRB_GATEWAY
        .union(Self::CRB_MCAST_GATEWAY)
        .union(Self::ERB_UCAST_GATEWAY)
        .union(Self::DC_GATEWAY)
        .union(Self::DCI_GATEWAY)
        .union(Self::COLLAPSED_SPINE);

    /// Roles that route centrally: the gateway's MAC address is advertised to the other leaves.
    const CENTRAL_GATEWAY: Self =
        Self::CRB_GATEWAY.union(Self::CRB_MCAST_GATEWAY).union(Self::DC_GATEWAY).union(Self::DCI_GATEWAY);

    /// Roles that terminate MPLS from a vRouter.
    const MPLS_GATEWAY: Self = Self::DC_GATEWAY;
}

/// A switch or router.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) name: Name,
    pub(crate) role: PhysicalRole,
    pub(crate) overlay_roles: OverlayRoles,
    pub(crate) loopback: Option<IpAddr>,
    /// The MAC address that it announces with its type-5 routes.
    pub(crate) router_mac: MacAddr,
    /// The fabric it is in, where several are joined.
    pub(crate) fabric: Name,
    pub(crate) product: Option<Name>,
    /// Largest IP packet in bytes.
    pub(crate) mtu: u16,
    pub(crate) secondary_addresses: Vec<SecondaryAddress>,
}

impl Device {
    /// What device manager configures where nothing else is said: 9192 bytes with the Ethernet header.
    pub(crate) const MTU: u16 = 9178;

    pub(crate) const fn routes_tenants(&self) -> bool {
        self.overlay_roles.intersects(OverlayRoles::ROUTES_TENANTS)
    }

    pub(crate) const fn bridges_tenants(&self) -> bool {
        self.overlay_roles.intersects(OverlayRoles::BRIDGES_TENANTS)
    }

    pub(crate) const fn is_central_gateway(&self) -> bool {
        self.overlay_roles.intersects(OverlayRoles::CENTRAL_GATEWAY)
    }

    pub(crate) const fn terminates_mpls(&self) -> bool {
        self.overlay_roles.intersects(OverlayRoles::MPLS_GATEWAY)
    }

    /// Whether servers are attached to it: a leaf, or a spine that is one too.
    pub(crate) fn is_leaf(&self) -> bool {
        self.role == PhysicalRole::Leaf
            || self.overlay_roles.intersects(OverlayRoles::COLLAPSED_SPINE.union(OverlayRoles::CRB_ACCESS))
    }

    /// Whether it is a QFX; one whose product is not known is taken for one.
    pub(crate) fn is_qfx(&self) -> bool {
        self.product.as_ref().is_none_or(|product| product.to_ascii_lowercase().starts_with("qfx"))
    }

    /// Whether its only routing role is that of an ERB leaf (device manager's `is_erb_only`).
    pub(crate) const fn is_erb_only(&self) -> bool {
        self.overlay_roles.contains(OverlayRoles::ERB_UCAST_GATEWAY) && !self.is_central_gateway()
    }
}

/// An address put by hand on an underlay IRB of a device.
#[derive(Clone, Debug)]
pub(crate) struct SecondaryAddress {
    pub(crate) irb: NetworkId,
    pub(crate) address: IpNet,
    pub(crate) redistribute: bool,
}

/// One end of a cable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Port {
    pub(crate) device: DeviceId,
    pub(crate) interface: Name,
}

/// A cable between two devices.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) ends: [Port; 2],
}

#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) name: Name,
    /// Of Contrail, if the document names it.
    pub(crate) project: Option<Name>,
    /// The one that is used, whatever the mode.
    pub(crate) vni: Vni,
    /// The one that is written down.
    pub(crate) configured_vni: Option<Vni>,
    pub(crate) network_id: Option<Vni>,
    /// Largest IP packet of a workload in bytes.
    pub(crate) mtu: u16,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) underlay_irb: Vec<DeviceId>,
    pub(crate) ip_fabric_forwarding: bool,
    pub(crate) fabric_snat: bool,
}

impl Network {
    pub(crate) fn subnet_of(&self, address: IpAddr) -> Option<&Subnet> {
        self.subnets.iter().find(|subnet| subnet.prefix.contains(&address))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Subnet {
    pub(crate) prefix: IpNet,
    pub(crate) gateway: Option<IpAddr>,
    pub(crate) service_address: Option<IpAddr>,
    pub(crate) dhcp: bool,
    pub(crate) dhcp_options: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub(crate) struct PortGroup {
    pub(crate) name: Name,
    pub(crate) ports: Vec<Port>,
    pub(crate) vlans: Vec<VlanBinding>,
    pub(crate) lacp: bool,
    pub(crate) uuid: Option<Name>,
    /// Numbers that the operator chose.
    pub(crate) ae_numbers: Vec<(DeviceId, u8)>,
}

impl PortGroup {
    /// `ae0` to `ae127`, on each device.
    pub(crate) const AE_NUMBERS: u8 = 128;

    /// Whether its ports become an aggregated interface: Contrail makes one as soon as there are two.
    pub(crate) const fn is_aggregate(&self) -> bool {
        self.ports.len() > 1
    }

    /// The devices that its ports are on, each once.
    pub(crate) fn devices(&self) -> Vec<DeviceId> {
        let mut devices = Vec::new();
        for port in &self.ports {
            if !devices.contains(&port.device) {
                devices.push(port.device);
            }
        }
        devices
    }

    pub(crate) fn binding(&self, network: NetworkId) -> Option<&VlanBinding> {
        self.vlans.iter().find(|binding| binding.network == network)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct VlanBinding {
    pub(crate) vlan: u16,
    pub(crate) network: NetworkId,
    pub(crate) untagged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerKind {
    Hypervisor,
    Controller,
    ServiceNode,
    BareMetal,
}

impl ServerKind {
    /// Each kind as it is written in a document.
    pub(crate) const NAMES: [(&'static str, Self); 4] = [
        ("hypervisor", Self::Hypervisor),
        ("controller", Self::Controller),
        ("service-node", Self::ServiceNode),
        ("bare-metal", Self::BareMetal),
    ];
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) name: Name,
    pub(crate) kind: ServerKind,
    pub(crate) port_group: PortGroupId,
    pub(crate) addresses: Vec<Address>,
    pub(crate) vhost0: Option<Address>,
    pub(crate) dhcp_options: BTreeMap<String, String>,
    /// Largest IP packet in bytes.
    pub(crate) mtu: u16,
    pub(crate) routes: Vec<StaticRoute>,
}

impl Server {
    /// Whether all its addresses but that of vhost0 are in one network.
    pub(crate) fn is_in_one_network(&self) -> bool {
        self.addresses.windows(2).all(|pair| matches!(pair, [a, b] if a.network == b.network))
    }

    /// All its interfaces' addresses, vhost0 last.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = &Address> {
        self.addresses.iter().chain(&self.vhost0)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) network: NetworkId,
    pub(crate) address: IpAddr,
    pub(crate) mac: MacAddr,
    /// Whether the document gives the MAC address.
    pub(crate) mac_is_given: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StaticRoute {
    pub(crate) to: IpNet,
    pub(crate) via: IpAddr,
}

#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) name: Name,
    pub(crate) host: ServerId,
    pub(crate) interface: Address,
    /// The interface by its address of the other family, if it has one of each.
    pub(crate) second: Option<Address>,
}

impl Workload {
    /// Its interface by each address.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &Address> + Clone {
        std::iter::once(&self.interface).chain(&self.second)
    }

    /// Its address of a family; the only one that it has, if that is of the other.
    pub(crate) fn address_of(&self, family: Family) -> IpAddr {
        let second = self.second.as_ref().map(|at| at.address);
        second.filter(|address| Family::of(*address) == family).unwrap_or(self.interface.address)
    }
}

/// An address that several workloads answer for.
#[derive(Clone, Debug)]
pub(crate) struct VirtualService {
    pub(crate) name: Name,
    pub(crate) network: NetworkId,
    pub(crate) address: IpAddr,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) members: Vec<WorkloadId>,
    pub(crate) member_port: u16,
}

#[derive(Clone, Debug)]
pub(crate) struct LogicalRouter {
    pub(crate) name: Name,
    /// Of Contrail, if the document names it.
    pub(crate) project: Option<Name>,
    pub(crate) kind: RouterType,
    pub(crate) vni: Vni,
    /// Whether the document gives the VNI.
    pub(crate) vni_is_given: bool,
    pub(crate) external_gateway: Option<NetworkId>,
    pub(crate) networks: Vec<NetworkId>,
    pub(crate) extended_to: Vec<DeviceId>,
}

/// Which number is a network's VNI (`vxlan_network_identifier_mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum VniMode {
    #[default]
    Configured,
    Automatic,
}

impl VniMode {
    /// Each mode as it is written in a document.
    pub(crate) const NAMES: [(&'static str, Self); 2] =
        [("configured", Self::Configured), ("automatic", Self::Automatic)];
}

/// What a VLAN means (`fabric_enterprise_style`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Enterprise,
    ServiceProvider,
}

impl Style {
    /// Each style as it is written in a document.
    pub(crate) const NAMES: [(&'static str, Self); 2] =
        [("enterprise", Self::Enterprise), ("service-provider", Self::ServiceProvider)];
}

/// How a logical router routes (`logical_router_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum RouterType {
    /// In a VRF on the devices that it is extended to.
    #[default]
    VxlanRouting,
    /// In a service instance, to an external network; devices have no part in it.
    SnatRouting,
}

impl RouterType {
    /// Each type as Contrail spells it.
    pub(crate) const NAMES: [(&'static str, Self); 2] =
        [("vxlan-routing", Self::VxlanRouting), ("snat-routing", Self::SnatRouting)];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
    /// A DHCP conversation (RFC 2131): its first packet is a broadcast.
    Dhcp,
}

impl Protocol {
    /// Each protocol as it is written in a document.
    pub(crate) const NAMES: [(&'static str, Self); 2] = [("tcp", Self::Tcp), ("udp", Self::Udp)];

    /// What a flow can be.
    pub(crate) const CONVERSATIONS: [(&'static str, Self); 3] =
        [("tcp", Self::Tcp), ("udp", Self::Udp), ("dhcp", Self::Dhcp)];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Dhcp => "DHCP",
        }
    }

    /// `TCP 9443`; `TCP 9443 over IPv6` where it has to work over both address families.
    pub(crate) fn service(self, port: u16, family: Option<Family>) -> String {
        let over = family.map(|family| format!(" over {}", family.name())).unwrap_or_default();
        format!("{} {port}{over}", self.name())
    }
}

/// An end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Endpoint {
    /// A workload, by the family of the address that is used.
    Workload(WorkloadId, Family),
    /// A server, by the index of the address that is used.
    Server(ServerId, usize),
    /// A server by its vhost0: the vRouter, or the server's own stack behind it.
    Vhost0(ServerId),
    VirtualService(VirtualServiceId),
}

/// A flow that must work.
#[derive(Clone, Debug)]
pub(crate) struct RequiredFlow {
    /// What the opening end is called: a service on a server, a server or a workload.
    pub(crate) from: (Name, Endpoint),
    pub(crate) to: (Name, Endpoint),
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) why: Name,
    /// Where the document asks for it.
    pub(crate) path: Name,
    /// The address family, if it has to work over both.
    pub(crate) family: Option<Family>,
}

impl fmt::Display for RequiredFlow {
    /// `octavia-worker@ctl1 to amphora-1, TCP 9443`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}, {}", self.from.0, self.to.0, self.protocol.service(self.port, self.family))
    }
}

/// Source ports of distributed SNAT.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortTranslationPool {
    pub(crate) protocol: Protocol,
    pub(crate) start_port: u16,
    pub(crate) end_port: u16,
}
