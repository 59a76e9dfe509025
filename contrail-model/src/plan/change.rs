//! One thing to change.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use contrail_wire::Vni;
use ipnet::IpNet;
use serde::Serialize;

use crate::fabric::{
    Device, DeviceId, Fabric, Facts, LogicalRouter, Name, Network, NetworkId, PortTranslationPool, Protocol,
    RouterType, SecondaryAddress, StaticRoute,
};

/// One thing to change. Objects are named as in the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Make a logical router.
    CreateLogicalRouter {
        /// Its name.
        router: Name,
        /// The VNI of its VRF.
        vni: Vni,
        /// The networks it joins.
        networks: Vec<Name>,
    },
    /// Extend a logical router to devices.
    ExtendLogicalRouter {
        /// The logical router.
        router: Name,
        /// The devices.
        devices: Vec<Name>,
    },
    /// Take a logical router off devices.
    WithdrawLogicalRouter {
        /// The logical router.
        router: Name,
        /// The devices.
        devices: Vec<Name>,
    },
    /// Make a network one of those that a logical router joins.
    JoinLogicalRouter {
        /// The logical router.
        router: Name,
        /// The network.
        network: Name,
        /// The devices that the logical router is on already.
        devices: Vec<Name>,
    },
    /// Take a network out of a logical router.
    LeaveLogicalRouter {
        /// The logical router.
        router: Name,
        /// The network.
        network: Name,
        /// The devices that the logical router is on.
        devices: Vec<Name>,
    },
    /// Add a static route to a server.
    AddStaticRoute {
        /// The server.
        server: Name,
        /// The destination.
        to: IpNet,
        /// The next hop.
        via: IpAddr,
    },
    /// Turn IP fabric forwarding on for a network.
    EnableIpFabricForwarding {
        /// The network.
        network: Name,
    },
    /// Turn distributed SNAT on for a network.
    EnableFabricSnat {
        /// The network.
        network: Name,
    },
    /// Give distributed SNAT source ports for a protocol.
    AddPortTranslationPool {
        /// `TCP` or `UDP`.
        protocol: &'static str,
        /// The first port.
        start_port: u16,
        /// The last port.
        end_port: u16,
    },
    /// Configure, by hand, an IRB of a network in the underlay's routing table.
    AddUnderlayIrb {
        /// The network.
        network: Name,
        /// The gateway's address, which the IRB gets.
        gateway: IpAddr,
        /// The device.
        device: Name,
    },
    /// Configure, by hand, a secondary address on an underlay IRB.
    AddSecondaryAddress {
        /// The network whose IRB it is.
        irb: Name,
        /// Address and prefix length.
        address: IpNet,
        /// The device.
        device: Name,
    },
    /// Redistribute, by hand, the subnet of a secondary address and the hosts learnt in it into the underlay.
    RedistributeSubnet {
        /// The subnet.
        prefix: IpNet,
        /// The device.
        device: Name,
    },
}

impl Change {
    /// Whether Contrail does not do this, so that somebody has to.
    pub const fn is_by_hand(&self) -> bool {
        self.fact().contains(Facts::UNDERLAY)
    }

    /// The kind of facts that it changes.
    const fn fact(&self) -> Facts {
        match self {
            Self::CreateLogicalRouter { .. }
            | Self::ExtendLogicalRouter { .. }
            | Self::WithdrawLogicalRouter { .. }
            | Self::JoinLogicalRouter { .. }
            | Self::LeaveLogicalRouter { .. } => Facts::ROUTERS,
            Self::AddStaticRoute { .. } => Facts::HOST_ROUTES,
            Self::EnableIpFabricForwarding { .. } | Self::EnableFabricSnat { .. } => Facts::BREAK_OUTS,
            Self::AddPortTranslationPool { .. } => Facts::POOLS,
            Self::AddUnderlayIrb { .. }
            | Self::AddSecondaryAddress { .. }
            | Self::RedistributeSubnet { .. } => Facts::UNDERLAY,
        }
    }

    /// The kinds of facts that some change.
    pub(super) fn facts(changes: &[Self]) -> Facts {
        changes.iter().map(Self::fact).collect()
    }

    /// The order in which changes can be made: first what routes, then what announces it, then who uses it.
    pub(super) const fn order(&self) -> u8 {
        match self {
            Self::WithdrawLogicalRouter { .. } | Self::LeaveLogicalRouter { .. } => 0,
            Self::CreateLogicalRouter { .. } | Self::JoinLogicalRouter { .. } => 1,
            Self::ExtendLogicalRouter { .. } => 2,
            Self::AddUnderlayIrb { .. } => 3,
            Self::AddSecondaryAddress { .. } => 4,
            Self::RedistributeSubnet { .. } => 5,
            Self::AddPortTranslationPool { .. } => 6,
            Self::EnableIpFabricForwarding { .. } | Self::EnableFabricSnat { .. } => 7,
            Self::AddStaticRoute { .. } => 8,
        }
    }

    /// The devices whose configuration changes.
    pub fn devices(&self) -> &[Name] {
        match self {
            Self::ExtendLogicalRouter { devices, .. }
            | Self::WithdrawLogicalRouter { devices, .. }
            | Self::JoinLogicalRouter { devices, .. }
            | Self::LeaveLogicalRouter { devices, .. } => devices,
            Self::AddUnderlayIrb { device, .. }
            | Self::AddSecondaryAddress { device, .. }
            | Self::RedistributeSubnet { device, .. } => std::slice::from_ref(device),
            _ => &[],
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |names: &[Name]| {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            names.join(", ")
        };
        match self {
            Self::CreateLogicalRouter { router, vni, networks } => {
                write!(f, "create logical router {router} with VNI {vni} for {}", join(networks))
            }
            Self::ExtendLogicalRouter { router, devices } => {
                write!(f, "extend logical router {router} to {}", join(devices))
            }
            Self::WithdrawLogicalRouter { router, devices } => {
                write!(f, "withdraw logical router {router} from {}", join(devices))
            }
            Self::JoinLogicalRouter { router, network, .. } => {
                write!(f, "connect {network} to logical router {router}")
            }
            Self::LeaveLogicalRouter { router, network, .. } => {
                write!(f, "disconnect {network} from logical router {router}")
            }
            Self::AddStaticRoute { server, to, via } => {
                write!(f, "add the static route {to} via {via} on {server}")
            }
            Self::EnableIpFabricForwarding { network } => {
                write!(f, "enable IP fabric forwarding on {network}")
            }
            Self::EnableFabricSnat { network } => write!(f, "enable distributed SNAT on {network}"),
            Self::AddPortTranslationPool { protocol, start_port, end_port } => {
                write!(f, "add port translation pool {start_port} to {end_port} for {protocol}")
            }
            Self::AddUnderlayIrb { network, gateway, device } => {
                write!(f, "by hand: on {device}, route {network} in the underlay (IRB with {gateway})")
            }
            Self::AddSecondaryAddress { irb, address, device } => {
                write!(f, "by hand: on {device}, add secondary address {address} to the IRB of {irb}")
            }
            Self::RedistributeSubnet { prefix, device } => write!(
                f,
                "by hand: on {device}, redistribute {prefix} and the hosts learnt in it into the underlay"
            ),
        }
    }
}

impl Fabric {
    /// The fabric with changes made; it shares all else with this one. A change to an object that is not there does
    /// nothing.
    pub(crate) fn with(&self, changes: &[Change]) -> Self {
        let mut fabric = self.clone();
        for change in changes {
            fabric.make(change);
        }
        let mut index = fabric.index.clone();
        index.update(&fabric, Change::facts(changes));
        fabric.parts_mut().index = index;
        fabric
    }

    /// `None` if an object is not there.
    fn make(&mut self, change: &Change) -> Option<()> {
        match change {
            Change::CreateLogicalRouter { router, vni, networks } => {
                let networks: Vec<NetworkId> =
                    networks.iter().filter_map(|name| self.network_named(name)).collect();
                let first = networks.first().map(|network| &self.networks[*network]);
                let project = first.and_then(|network| network.project.clone());
                self.parts_mut().routers.push(LogicalRouter {
                    name: router.clone(),
                    project,
                    kind: RouterType::VxlanRouting,
                    vni: *vni,
                    vni_is_given: true,
                    external_gateway: None,
                    networks,
                    extended_to: Vec::new(),
                });
            }
            Change::ExtendLogicalRouter { router, devices } => {
                let mut new = self.devices_named(devices);
                let router = self.router_mut(router)?;
                new.retain(|device| !router.extended_to.contains(device));
                router.extended_to.extend(new);
            }
            Change::WithdrawLogicalRouter { router, devices } => {
                let devices = self.devices_named(devices);
                self.router_mut(router)?.extended_to.retain(|device| !devices.contains(device));
            }
            Change::JoinLogicalRouter { router, network, .. } => {
                let network = self.network_named(network)?;
                let router = self.router_mut(router)?;
                if !router.networks.contains(&network) {
                    router.networks.push(network);
                }
            }
            Change::LeaveLogicalRouter { router, network, .. } => {
                let network = self.network_named(network)?;
                self.router_mut(router)?.networks.retain(|other| *other != network);
            }
            Change::AddStaticRoute { server, to, via } => {
                let server = self.server_named(server)?;
                let server = self.parts_mut().servers.get_mut(server)?;
                server.routes.push(StaticRoute { to: *to, via: *via });
            }
            Change::EnableIpFabricForwarding { network } => {
                self.network_mut(network)?.ip_fabric_forwarding = true;
            }
            Change::EnableFabricSnat { network } => self.network_mut(network)?.fabric_snat = true,
            Change::AddPortTranslationPool { protocol, start_port, end_port } => {
                let known = [Protocol::Tcp, Protocol::Udp];
                let protocol = known.into_iter().find(|known| known.name() == *protocol)?;
                let (start_port, end_port) = (*start_port, *end_port);
                let pools = Arc::make_mut(&mut self.parts_mut().pools);
                pools.push(PortTranslationPool { protocol, start_port, end_port });
            }
            Change::AddUnderlayIrb { network, device, .. } => {
                let device = self.device_named(device)?;
                self.network_mut(network)?.underlay_irb.push(device);
            }
            Change::AddSecondaryAddress { irb, address, device } => {
                let irb = self.network_named(irb)?;
                let secondary = SecondaryAddress { irb, address: *address, redistribute: false };
                self.device_mut(device)?.secondary_addresses.push(secondary);
            }
            Change::RedistributeSubnet { prefix, device } => {
                for secondary in &mut self.device_mut(device)?.secondary_addresses {
                    secondary.redistribute |= secondary.address.trunc() == *prefix;
                }
            }
        }
        Some(())
    }

    fn router_mut(&mut self, name: &Name) -> Option<&mut LogicalRouter> {
        let router = self.router_named(name)?;
        self.parts_mut().routers.get_mut(router)
    }

    fn network_mut(&mut self, name: &Name) -> Option<&mut Network> {
        let network = self.network_named(name)?;
        self.parts_mut().networks.get_mut(network)
    }

    fn device_mut(&mut self, name: &Name) -> Option<&mut Device> {
        let device = self.device_named(name)?;
        self.parts_mut().devices.get_mut(device)
    }

    /// In the order of the document, in which equal paths are told.
    fn devices_named(&self, names: &[Name]) -> Vec<DeviceId> {
        let mut devices: Vec<DeviceId> = names.iter().filter_map(|name| self.device_named(name)).collect();
        devices.sort_unstable();
        devices.dedup();
        devices
    }

    pub(crate) fn device_names(&self, devices: &[DeviceId]) -> Vec<Name> {
        devices.iter().map(|device| self.devices[*device].name.clone()).collect()
    }
}
