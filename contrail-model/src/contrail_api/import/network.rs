//! Virtual networks and logical routers.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Importer, Lookup};
use crate::contrail_api::naming::project_of;
use crate::contrail_api::object::{
    IpamSubnet, NetworkIpam, NetworkSubnets, Object, Objects, PhysicalRouter, Prefix, Ref,
    VirtualMachineInterface, VirtualNetwork,
};
use crate::document::{LogicalRouter, Network, Subnet};

/// Networks that Contrail makes for itself, in `default-project`.
const OF_CONTRAIL: &[&str] = &["ip-fabric", "__link_local__", "default-virtual-network", "dci-network"];

/// `10.99.0.0/24`
pub(super) fn prefix(prefix: &Prefix) -> String {
    format!("{}/{}", prefix.ip_prefix, prefix.ip_prefix_len)
}

impl VirtualNetwork {
    /// Whether it is the one that the underlay is for vRouters (the provider network).
    fn is_ip_fabric(&self) -> bool {
        self.is_provider_network || self.name() == "ip-fabric"
    }

    /// Whether it is the VRF of a logical router (API server, `logical_router.py`; an older form in device manager).
    fn is_internal(&self) -> bool {
        let name = self.name();
        name.starts_with("__contrail_") && (name.ends_with("__") && name.contains("lr_internal_vn"))
    }

    fn is_of_contrail(&self) -> bool {
        self.is_ip_fabric() || self.is_internal() || OF_CONTRAIL.contains(&self.name())
    }
}

/// The networks of tenants and racks, by index: not those that Contrail makes, nor those that a fabric has for its own
/// loopbacks, links and management.
pub(super) fn of_tenants(objects: &Objects, networks: &Lookup<'_, VirtualNetwork>) -> Vec<usize> {
    let of_fabrics = objects.fabrics.iter().flat_map(|fabric| &fabric.virtual_network_refs);
    let of_fabrics: HashSet<usize> = of_fabrics.filter_map(|reference| networks.find(reference)).collect();
    let all = objects.virtual_networks.iter().enumerate();
    let tenants = all.filter(|(index, network)| !network.is_of_contrail() && !of_fabrics.contains(index));
    tenants.map(|(index, _)| index).collect()
}

/// What each network is called. Those of tenants have names that differ.
pub(super) fn names_of(objects: &Objects, tenants: &[usize]) -> Vec<String> {
    let networks = &objects.virtual_networks;
    let mut names: Vec<String> = networks.iter().map(|network| network.name().to_owned()).collect();
    let differing = super::names(&tenants.iter().filter_map(|index| networks.get(*index)));
    for (index, name) in tenants.iter().zip(differing) {
        if let Some(other) = names.get_mut(*index) {
            *other = name;
        }
    }
    names
}

impl Importer<'_> {
    /// The networks of tenants and racks.
    pub(super) fn virtual_networks(&mut self) -> Vec<Network> {
        let objects = self.objects;
        let mut irbs: HashMap<usize, Vec<String>> = HashMap::new();
        for router in &objects.physical_routers {
            // Extended to a device without a logical router: an IRB in the underlay's table.
            for reference in &router.virtual_network_refs {
                match self.networks.find(reference) {
                    Some(network) => irbs.entry(network).or_default().push(router.name().to_owned()),
                    None => self.dangling(router, "virtual_network_refs", VirtualNetwork::TYPE, reference),
                }
            }
        }
        let ipams = Lookup::new(&objects.network_ipams);
        let mut networks = Vec::new();
        for &index in &self.tenants {
            let Some(network) = objects.virtual_networks.get(index) else { continue };
            let properties = &network.virtual_network_properties;
            let provider =
                network.virtual_network_refs.iter().any(|reference| match self.networks.find(reference) {
                    Some(other) => {
                        objects.virtual_networks.get(other).is_some_and(VirtualNetwork::is_ip_fabric)
                    }
                    None => reference.to.last().is_some_and(|name| name == "ip-fabric"),
                });
            networks.push(Network {
                name: self.network_names.get(index).cloned().unwrap_or_default(),
                project: project_of(&network.fq_name),
                // The API takes 0 for unset.
                vni: properties.vxlan_network_identifier.filter(|vni| *vni != 0),
                network_id: network.virtual_network_network_id,
                mtu: properties.mtu,
                subnets: subnets_of(network, &ipams),
                underlay_irb: irbs.remove(&index).unwrap_or_default(),
                ip_fabric_forwarding: provider,
                fabric_snat: network.fabric_snat,
            });
        }
        networks
    }

    pub(super) fn logical_routers(&mut self) -> Vec<LogicalRouter> {
        let objects = self.objects;
        let names = super::names(&objects.logical_routers.iter());
        let mut routers = Vec::new();
        for (router, name) in objects.logical_routers.iter().zip(names) {
            let mut at = LogicalRouter {
                name,
                project: project_of(&router.fq_name),
                // The API's default is the other.
                kind: (router.logical_router_type != "vxlan-routing").then(|| "snat-routing".to_owned()),
                vni: router.vxlan_network_identifier.0.filter(|vni| *vni != 0),
                ..LogicalRouter::default()
            };
            for reference in &router.virtual_machine_interface_refs {
                let of = VirtualMachineInterface::TYPE;
                let Some(interface) = self.machine_interfaces.get(reference) else {
                    self.dangling(router, "virtual_machine_interface_refs", of, reference);
                    continue;
                };
                if let Some(network) = self.network_of(interface)
                    && !at.networks.contains(&network)
                {
                    at.networks.push(network);
                }
            }
            for reference in &router.physical_router_refs {
                let device = self.devices.get(reference);
                match device {
                    Some(device) => at.extended_to.push(device.name().to_owned()),
                    None => self.dangling(router, "physical_router_refs", PhysicalRouter::TYPE, reference),
                }
            }
            for reference in &router.virtual_network_refs {
                let kind =
                    reference.attr.as_ref().map(|attr| attr.logical_router_virtual_network_type.as_str());
                let Some(index) = self.networks.find(reference) else {
                    self.dangling(router, "virtual_network_refs", VirtualNetwork::TYPE, reference);
                    continue;
                };
                let network = objects.virtual_networks.get(index);
                match (kind, network) {
                    (Some("InternalVirtualNetwork"), Some(internal)) if at.vni.is_none() => {
                        // The VRF's VNI is that of the internal network, explicit or its id (device manager's db.py).
                        let vni = internal.virtual_network_properties.vxlan_network_identifier;
                        at.vni = vni.filter(|vni| *vni != 0).or(internal.virtual_network_network_id);
                    }
                    (Some("ExternalGateway"), Some(_)) => {
                        at.external_gateway = self.network_names.get(index).cloned();
                    }
                    _ => {}
                }
            }
            routers.push(at);
        }
        routers
    }

    /// What the network of an interface is called; that there is none is told.
    pub(super) fn network_of(&mut self, interface: &VirtualMachineInterface) -> Option<String> {
        let network = self.known_network_of(interface);
        if network.is_none()
            && let Some(reference) = interface.virtual_network_refs.first()
        {
            self.dangling(interface, "virtual_network_refs", VirtualNetwork::TYPE, reference);
        }
        network
    }

    /// The same, and nothing is told.
    pub(super) fn known_network_of(&self, interface: &VirtualMachineInterface) -> Option<String> {
        let network = self.networks.find(interface.virtual_network_refs.first()?)?;
        self.network_names.get(network).cloned()
    }
}

/// The subnets that a network has of its IPAMs. A flat IPAM has subnets of its own, for all its networks.
fn subnets_of(network: &VirtualNetwork, ipams: &Lookup<'_, NetworkIpam>) -> Vec<Subnet> {
    let of_reference = |reference: &Ref<NetworkSubnets>| {
        let flat = ipams.get(reference).filter(|ipam| ipam.ipam_subnet_method == "flat-subnet");
        let own = reference.attr.iter().flat_map(|attr| &attr.ipam_subnets);
        let shared = flat.into_iter().flat_map(|ipam| &ipam.ipam_subnets.subnets);
        // In a flat IPAM the network's own entry has no prefix.
        let subnets = own.chain(shared).filter(|subnet| !subnet.subnet.ip_prefix.is_empty());
        subnets.map(IpamSubnet::told).collect::<Vec<_>>()
    };
    network.network_ipam_refs.iter().flat_map(of_reference).collect()
}

impl IpamSubnet {
    fn told(&self) -> Subnet {
        // Some write 0.0.0.0 for no gateway.
        let is_address = |address: &&String| !address.is_empty() && *address != "0.0.0.0" && *address != "::";
        let options = self.dhcp_option_list.dhcp_option.iter();
        Subnet {
            prefix: prefix(&self.subnet),
            gateway: Some(&self.default_gateway).filter(is_address).cloned(),
            service_address: Some(&self.dns_server_address).filter(is_address).cloned(),
            dhcp: self.enable_dhcp.filter(|dhcp| !dhcp),
            dhcp_options: options
                .map(|option| (option.dhcp_option_name.clone(), option.dhcp_option_value.clone()))
                .collect::<BTreeMap<String, String>>(),
        }
    }
}
