//! The whole fabric, its devices, cables, networks and logical routers.

use std::collections::HashMap;

use super::{Exporter, interface_of, names, reference, to};
use crate::contrail_api::naming::{DOMAIN, SYSTEM, beside, of_project, of_system};
use crate::contrail_api::object::{
    DhcpOption, Encapsulations, Fabric, GlobalSystemConfig, GlobalVrouterConfig, IpamSubnet, LogicalRouter,
    NetworkIpam, NetworkProperties, NetworkSubnets, Number, Object, PhysicalInterface, PhysicalRouter,
    PortRange, PortTranslationPool, Prefix, RouterNetwork, VirtualMachineInterface, VirtualNetwork,
    derived_uuid,
};
use crate::document::{Document, Subnet};

impl Exporter<'_> {
    pub(super) fn global(&mut self, document: &Document) {
        let mut system = GlobalSystemConfig { fq_name: names(&[SYSTEM]), ..GlobalSystemConfig::default() };
        system.autonomous_system = document.autonomous_system.or(Some(crate::Fabric::AUTONOMOUS_SYSTEM));
        system.ip_fabric_subnets.subnet =
            document.tunnel_destinations.iter().map(|text| prefix(text)).collect();
        self.objects.global_system_configs.push(system);
        let pools = document.port_translation_pools.iter().map(|pool| PortTranslationPool {
            protocol: pool.protocol.clone(),
            port_range: PortRange { start_port: pool.start_port, end_port: pool.end_port },
            port_count: Number::default(),
        });
        let mut vrouter = GlobalVrouterConfig {
            fq_name: of_system("default-global-vrouter-config"),
            parent_type: "global-system-config".to_owned(),
            encapsulation_priorities: Encapsulations {
                encapsulation: document.encapsulation_priority.clone(),
            },
            vxlan_network_identifier_mode: document
                .vni_mode
                .clone()
                .unwrap_or_else(|| "configured".to_owned()),
            ..GlobalVrouterConfig::default()
        };
        vrouter.port_translation_pools.port_translation_pool = pools.collect();
        self.objects.global_vrouter_configs.push(vrouter);
        self.objects.network_ipams.push(NetworkIpam {
            fq_name: names(&[DOMAIN, "default-project", "default-network-ipam"]),
            parent_type: "project".to_owned(),
            ..NetworkIpam::default()
        });
        let others = document.devices.iter().filter_map(|device| device.fabric.as_ref());
        let mut fabrics: Vec<&String> = Vec::new();
        for fabric in [&document.fabric].into_iter().chain(others) {
            if !fabrics.contains(&fabric) {
                fabrics.push(fabric);
            }
        }
        for fabric in fabrics {
            self.objects.fabrics.push(Fabric {
                fq_name: of_system(fabric),
                parent_type: "global-system-config".to_owned(),
                fabric_enterprise_style: document.style.as_deref() != Some("service-provider"),
                disable_vlan_vn_uniqueness_check: document.disable_vlan_vn_uniqueness_check,
                ..Fabric::default()
            });
        }
    }

    pub(super) fn devices(&mut self, document: &Document) {
        let mut routed: HashMap<&str, Vec<&str>> = HashMap::new();
        for network in &document.networks {
            network
                .underlay_irb
                .iter()
                .for_each(|device| routed.entry(device).or_default().push(&network.name));
        }
        for device in &document.devices {
            let loopback = device.loopback.clone().unwrap_or_default();
            let mut router = PhysicalRouter {
                fq_name: of_system(&device.name),
                parent_type: "global-system-config".to_owned(),
                physical_router_role: device.role.clone(),
                physical_router_loopback_ip: loopback.clone(),
                physical_router_dataplane_ip: loopback,
                physical_router_product_name: device.product.clone().unwrap_or_default(),
                fabric_refs: vec![to::<Fabric>(&of_system(
                    device.fabric.as_ref().unwrap_or(&document.fabric),
                ))],
                ..PhysicalRouter::default()
            };
            router.routing_bridging_roles.rb_roles.clone_from(&device.overlay_roles);
            let networks = routed.get(device.name.as_str()).into_iter().flatten();
            router.virtual_network_refs =
                networks.map(|network| to::<VirtualNetwork>(&self.network(network))).collect();
            self.objects.physical_routers.push(router);
        }
        for [a, b] in &document.links {
            let [place, other] = [a, b].map(|port| self.interface(port));
            for (place, other) in [(place, other), (other, place)] {
                let name = self.objects.physical_interfaces.get(other).map(|other| other.fq_name.clone());
                if let (Some(interface), Some(name)) = (self.objects.physical_interfaces.get_mut(place), name)
                {
                    interface.physical_interface_refs.push(to::<PhysicalInterface>(&name));
                }
            }
        }
    }

    /// The physical interface for a port `leaf1:et-0/0/48`, which is there from now on.
    pub(super) fn interface(&mut self, port: &str) -> usize {
        let interfaces = &mut self.objects.physical_interfaces;
        *self.interfaces.entry(port.to_owned()).or_insert_with(|| {
            let (device, interface) = port.split_once(':').unwrap_or((port, ""));
            interfaces.push(PhysicalInterface {
                fq_name: names(&[SYSTEM, device, &interface.replace(':', "_")]),
                display_name: interface.to_owned(),
                parent_type: "physical-router".to_owned(),
                ..PhysicalInterface::default()
            });
            interfaces.len() - 1
        })
    }

    pub(super) fn networks(&mut self, document: &Document) {
        let underlay = names(&[DOMAIN, "default-project", "ip-fabric"]);
        self.objects.virtual_networks.push(VirtualNetwork {
            fq_name: underlay.clone(),
            parent_type: "project".to_owned(),
            is_provider_network: true,
            ..VirtualNetwork::default()
        });
        let ipam = names(&[DOMAIN, "default-project", "default-network-ipam"]);
        for network in &document.networks {
            let ipam_subnets = network.subnets.iter().map(subnet).collect();
            let attr = Some(NetworkSubnets { ipam_subnets });
            let is_provided = network.ip_fabric_forwarding;
            self.objects.virtual_networks.push(VirtualNetwork {
                fq_name: self.network(&network.name),
                parent_type: "project".to_owned(),
                virtual_network_network_id: network.network_id,
                virtual_network_properties: NetworkProperties {
                    vxlan_network_identifier: network.vni,
                    mtu: network.mtu,
                    forwarding_mode: "l2_l3".to_owned(),
                },
                fabric_snat: network.fabric_snat,
                virtual_network_refs: is_provided
                    .then(|| to::<VirtualNetwork>(&underlay))
                    .into_iter()
                    .collect(),
                network_ipam_refs: vec![reference(NetworkIpam::TYPE, &ipam, attr)],
                ..VirtualNetwork::default()
            });
        }
    }

    pub(super) fn routers(&mut self, document: &Document) {
        for router in &document.logical_routers {
            let name = of_project(router.project.as_deref(), &router.name);
            let mut at = LogicalRouter {
                fq_name: name.clone(),
                parent_type: "project".to_owned(),
                logical_router_type: router.kind.clone().unwrap_or_else(|| "vxlan-routing".to_owned()),
                vxlan_network_identifier: Number(router.vni),
                ..LogicalRouter::default()
            };
            for network in &router.networks {
                let (network, own) = (self.network(network), format!("{}/{network}", router.name));
                let leg = interface_of(beside(&name, &own), "network:router_interface", &network);
                at.virtual_machine_interface_refs.push(to::<VirtualMachineInterface>(&leg.fq_name));
                self.objects.virtual_machine_interfaces.push(leg);
            }
            let devices = router.extended_to.iter();
            at.physical_router_refs =
                devices.map(|device| to::<PhysicalRouter>(&of_system(device))).collect();
            let mut refer = |network: &[String], kind: &str| {
                let attr = RouterNetwork { logical_router_virtual_network_type: kind.to_owned() };
                at.virtual_network_refs.push(reference(VirtualNetwork::TYPE, network, Some(attr)));
            };
            if at.logical_router_type == "vxlan-routing" {
                let uuid = derived_uuid(LogicalRouter::TYPE, &name);
                let internal = beside(&name, &format!("__contrail_lr_internal_vn_{uuid}__"));
                refer(&internal, "InternalVirtualNetwork");
                self.objects.virtual_networks.push(VirtualNetwork {
                    fq_name: internal,
                    parent_type: "project".to_owned(),
                    display_name: format!("LR::{}", router.name),
                    virtual_network_properties: NetworkProperties {
                        vxlan_network_identifier: router.vni,
                        mtu: None,
                        forwarding_mode: "l3".to_owned(),
                    },
                    ..VirtualNetwork::default()
                });
            }
            if let Some(gateway) = &router.external_gateway {
                refer(&self.network(gateway), "ExternalGateway");
            }
            self.objects.logical_routers.push(at);
        }
    }
}

/// `10.99.0.0/24`; nothing of what is none.
fn prefix(text: &str) -> Prefix {
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    Prefix { ip_prefix: address.to_owned(), ip_prefix_len: length.parse().unwrap_or_default() }
}

fn subnet(subnet: &Subnet) -> IpamSubnet {
    let options = subnet
        .dhcp_options
        .iter()
        .map(|(name, value)| DhcpOption { dhcp_option_name: name.clone(), dhcp_option_value: value.clone() });
    let mut at = IpamSubnet {
        subnet: prefix(&subnet.prefix),
        default_gateway: subnet.gateway.clone().unwrap_or_default(),
        dns_server_address: subnet.service_address.clone().unwrap_or_default(),
        enable_dhcp: Some(subnet.dhcp.unwrap_or(true)),
        ..IpamSubnet::default()
    };
    at.dhcp_option_list.dhcp_option = options.collect();
    at
}
