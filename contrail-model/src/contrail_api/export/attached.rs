//! What is attached to the fabric: port groups, servers, workloads.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Exporter, bind, interface_of, names, reference, to};
use crate::contrail_api::naming::{SYSTEM, beside, of_system};
use crate::contrail_api::object::{
    Aggregated, BareMetalPort, InstanceIp, LocalLink, Node, Object, PhysicalInterface, Port, Ref,
    VirtualMachineInterface, VirtualPortGroup, VirtualRouter, VlanOfPortGroup, derived_uuid,
};
use crate::document::{Document, PortGroup, Server, VlanBinding, Workload};

impl Exporter<'_> {
    pub(super) fn port_groups(&mut self, document: &Document) {
        let mut servers_at: HashMap<&str, Vec<&Server>> = HashMap::new();
        for server in &document.servers {
            servers_at.entry(&server.port_group).or_default().push(server);
        }
        for group in &document.port_groups {
            let name = names(&[SYSTEM, &document.fabric, &group.name]);
            let uuid = group.uuid.as_ref().and_then(|uuid| uuid.parse::<Uuid>().ok());
            let mut at = VirtualPortGroup {
                uuid,
                fq_name: name.clone(),
                parent_type: "fabric".to_owned(),
                virtual_port_group_lacp_enabled: Some(group.lacp.unwrap_or(true)),
                ..VirtualPortGroup::default()
            };
            for port in &group.ports {
                let interface = self.interface(port);
                let Some(interface) = self.objects.physical_interfaces.get(interface) else { continue };
                let ae_num = group.ae_numbers.get(interface.device()).copied();
                let attr = ae_num.map(|number| Aggregated { ae_num: Some(number) });
                at.physical_interface_refs.push(reference(PhysicalInterface::TYPE, &interface.fq_name, attr));
            }
            let group_uuid = uuid.unwrap_or_else(|| derived_uuid(VirtualPortGroup::TYPE, &name));
            let servers = servers_at.get(group.name.as_str()).map_or(&[][..], Vec::as_slice);
            for (index, binding) in group.vlans.iter().enumerate() {
                let mut interface = at_port_group(group, binding, index, &self.network(&binding.network));
                interface.virtual_port_group_refs = vec![Ref::new(&name, group_uuid, Some(vlan_of(binding)))];
                let is_first =
                    group.vlans.iter().position(|other| other.network == binding.network) == Some(index);
                let servers = servers.iter().copied().filter(|_| is_first);
                for interface in self.with_addresses(&interface, servers, &binding.network) {
                    at.virtual_machine_interface_refs.push(to::<VirtualMachineInterface>(&interface.fq_name));
                    self.objects.virtual_machine_interfaces.push(interface);
                }
            }
            self.objects.virtual_port_groups.push(at);
        }
    }

    /// An interface at a port group with the addresses that servers have in its network. As it has one MAC address, those
    /// with others get interfaces like it.
    fn with_addresses<'d>(
        &mut self,
        interface: &VirtualMachineInterface,
        servers: impl Iterator<Item = &'d Server>,
        network: &str,
    ) -> Vec<VirtualMachineInterface> {
        let mut used: Vec<(&str, Option<&String>)> = Vec::new();
        let mut interfaces = vec![interface.clone()];
        for server in servers {
            let addresses = server.addresses.iter().chain(&server.vhost0);
            for address in addresses.filter(|address| address.network == network) {
                let owner = (server.name.as_str(), address.mac.as_ref());
                let place = used.iter().position(|other| *other == owner).unwrap_or_else(|| {
                    used.push(owner);
                    used.len() - 1
                });
                if place == interfaces.len() {
                    let mut like_it = interface.clone();
                    if let Some(name) = like_it.fq_name.last_mut() {
                        *name = format!("{name}/{place}");
                    }
                    interfaces.push(like_it);
                }
                let Some(at) = interfaces.get_mut(place) else { continue };
                if at.virtual_machine_interface_mac_addresses.mac_address.is_empty() {
                    at.virtual_machine_interface_mac_addresses.mac_address.extend(address.mac.clone());
                }
                if at.binding("host_id").is_none() {
                    bind(at, "host_id", &server.name);
                }
                let name = at.fq_name.clone();
                self.address(&name, &address.address);
            }
        }
        interfaces
    }

    pub(super) fn address(&mut self, interface: &[String], address: &str) {
        let own = format!("{}-{address}", interface.last().map_or("", String::as_str));
        self.objects.instance_ips.push(InstanceIp {
            fq_name: names(&[&own]),
            instance_ip_address: address.to_owned(),
            virtual_machine_interface_refs: vec![to::<VirtualMachineInterface>(interface)],
            ..InstanceIp::default()
        });
    }

    /// A node for each server, with a port for each switch port that it is cabled to; a virtual router where there is one.
    pub(super) fn servers(&mut self, document: &Document) {
        let groups: HashMap<&str, &PortGroup> =
            document.port_groups.iter().map(|group| (group.name.as_str(), group)).collect();
        for server in &document.servers {
            let name = of_system(&server.name);
            let node_type = if server.kind == "bare-metal" { "baremetal" } else { "private" };
            self.objects.nodes.push(Node {
                fq_name: name.clone(),
                parent_type: "global-system-config".to_owned(),
                node_type: node_type.to_owned(),
                ..Node::default()
            });
            let ports = groups.get(server.port_group.as_str()).into_iter().flat_map(|group| &group.ports);
            for (index, port) in ports.enumerate() {
                let (device, interface) = port.split_once(':').unwrap_or((port, ""));
                let link = LocalLink { switch_info: device.to_owned(), port_id: interface.to_owned() };
                self.objects.ports.push(Port {
                    fq_name: names(&[SYSTEM, &server.name, &format!("port{index}")]),
                    parent_type: "node".to_owned(),
                    parent_uuid: Some(derived_uuid(Node::TYPE, &name)),
                    bms_port_info: BareMetalPort { local_link_connection: link, ..BareMetalPort::default() },
                    ..Port::default()
                });
            }
            let of_kind = match server.kind.as_str() {
                "hypervisor" => "",
                "service-node" => "tor-service-node",
                _ => continue,
            };
            self.objects.virtual_routers.push(VirtualRouter {
                fq_name: name,
                parent_type: "global-system-config".to_owned(),
                virtual_router_type: of_kind.to_owned(),
                virtual_router_ip_address: server
                    .vhost0
                    .as_ref()
                    .map(|at| at.address.clone())
                    .unwrap_or_default(),
                ..VirtualRouter::default()
            });
        }
    }

    pub(super) fn workload(&mut self, workload: &Workload) {
        let network = self.network(&workload.network);
        let mut interface = interface_of(beside(&network, &workload.name), "compute:nova", &network);
        interface.virtual_machine_interface_mac_addresses.mac_address.extend(workload.mac.clone());
        bind(&mut interface, "host_id", &workload.host);
        for address in &workload.address.0 {
            self.address(&interface.fq_name, address);
        }
        self.objects.virtual_machine_interfaces.push(interface);
    }
}

/// The interface for a VLAN of a port group.
fn at_port_group(
    group: &PortGroup,
    binding: &VlanBinding,
    index: usize,
    network: &[String],
) -> VirtualMachineInterface {
    let own = beside(network, &format!("{}/vlan{}/{index}", group.name, binding.vlan));
    let mut interface = interface_of(own, "baremetal:none", network);
    interface.virtual_machine_interface_properties.sub_interface_vlan_tag = vlan_of(binding).vlan_tag;
    bind(&mut interface, "vnic_type", "baremetal");
    bind(&mut interface, "vpg", &group.name);
    if binding.untagged {
        bind(&mut interface, "tor_port_vlan_id", &binding.vlan.to_string());
    }
    interface
}

fn vlan_of(binding: &VlanBinding) -> VlanOfPortGroup {
    let VlanBinding { vlan, untagged, .. } = *binding;
    VlanOfPortGroup { vlan_tag: (!untagged).then_some(vlan), native_vlan_tag: untagged.then_some(vlan) }
}
