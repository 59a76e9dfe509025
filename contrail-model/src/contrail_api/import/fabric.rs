//! What concerns the whole fabric, its devices and cables.

use std::collections::{BTreeMap, HashSet};

use super::{Importer, Lookup};
use crate::contrail_api::object::{Object, PhysicalInterface, PhysicalRouter};
use crate::document::{Device, Document, PortTranslationPool};
use crate::fabric::{Fabric, OverlayRoles};

impl Importer<'_> {
    pub(super) fn global(&mut self, document: &mut Document) {
        if let Some(config) = self.objects.global_system_configs.first() {
            document.autonomous_system =
                config.autonomous_system.filter(|number| *number != Fabric::AUTONOMOUS_SYSTEM);
            let subnets = config.ip_fabric_subnets.subnet.iter();
            document.tunnel_destinations = subnets.map(super::network::prefix).collect();
        }
        if let Some(config) = self.objects.global_vrouter_configs.first() {
            document.encapsulation_priority.clone_from(&config.encapsulation_priorities.encapsulation);
            // Contrail's default (tf-controller, device manager's db.py).
            let mode = Some(config.vxlan_network_identifier_mode.as_str()).filter(|mode| !mode.is_empty());
            document.vni_mode =
                Some(mode.unwrap_or("automatic").to_owned()).filter(|mode| mode != "configured");
            let pools = config.port_translation_pools.port_translation_pool.iter();
            document.port_translation_pools = pools
                .map(|pool| PortTranslationPool {
                    protocol: pool.protocol.clone(),
                    start_port: pool.port_range.start_port,
                    end_port: pool.port_range.end_port,
                })
                .collect();
        }
    }

    pub(super) fn devices(&mut self, document: &mut Document) {
        let objects = self.objects;
        let fabrics = Lookup::new(&objects.fabrics);
        let fabric_of = |router: &PhysicalRouter| {
            let fabric = router.fabric_refs.first()?;
            fabrics.get(fabric).map(|fabric| fabric.name().to_owned()).or_else(|| fabric.to.last().cloned())
        };
        let fabric_of: Vec<Option<String>> = objects.physical_routers.iter().map(fabric_of).collect();
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        fabric_of.iter().flatten().for_each(|fabric| *sizes.entry(fabric).or_default() += 1);
        let largest =
            sizes.iter().rev().max_by_key(|(_, devices)| **devices).map(|(fabric, _)| (*fabric).to_owned());
        let only = || objects.fabrics.first().map(|fabric| fabric.name().to_owned());
        document.fabric = largest.or_else(only).unwrap_or_else(|| "contrail".to_owned());
        for fabric in &objects.fabrics {
            // An object without the field, from before there was one, counts as false.
            let style =
                if fabric.fabric_enterprise_style { None } else { Some("service-provider".to_owned()) };
            if fabric.name() == document.fabric {
                document.style = style;
                document.disable_vlan_vn_uniqueness_check = fabric.disable_vlan_vn_uniqueness_check;
            }
        }
        for (router, fabric) in objects.physical_routers.iter().zip(fabric_of) {
            let (known, unknown): (Vec<&String>, Vec<&String>) = router
                .routing_bridging_roles
                .rb_roles
                .iter()
                .partition(|role| OverlayRoles::NAMES.iter().any(|(name, _)| name == role));
            if !unknown.is_empty() {
                self.finding(router, format!("routing_bridging_roles: what {unknown:?} do is not known"));
            }
            if router.physical_router_role.is_empty() {
                self.finding(router, "physical_router_role is not set; taken for a leaf".to_owned());
            }
            let role = Some(&router.physical_router_role).filter(|role| !role.is_empty());
            let addresses = [&router.physical_router_dataplane_ip, &router.physical_router_loopback_ip];
            document.devices.push(Device {
                name: router.name().to_owned(),
                role: role.cloned().unwrap_or_else(|| "leaf".to_owned()),
                overlay_roles: known.into_iter().cloned().collect(),
                loopback: addresses.into_iter().find(|address| !address.is_empty()).cloned(),
                fabric: fabric.filter(|fabric| *fabric != document.fabric),
                product: Some(router.physical_router_product_name.clone()).filter(|name| !name.is_empty()),
                ..Device::default()
            });
        }
    }

    /// The cables that physical interfaces tell of each other, each once.
    pub(super) fn links(&mut self) -> Vec<[String; 2]> {
        let objects = self.objects;
        let devices: HashSet<&str> = objects.physical_routers.iter().map(Object::name).collect();
        let mut seen = HashSet::new();
        let mut links = Vec::new();
        for (index, interface) in objects.physical_interfaces.iter().enumerate() {
            for reference in &interface.physical_interface_refs {
                let Some(peer) = self.interfaces.find(reference) else {
                    self.dangling(interface, "physical_interface_refs", PhysicalInterface::TYPE, reference);
                    continue;
                };
                let Some(other) = objects.physical_interfaces.get(peer) else { continue };
                // Members of an aggregated interface refer to it in the same way.
                let ends = [interface, other].map(PhysicalInterface::device);
                let is_cable = ends[0] != ends[1] && ends.iter().all(|device| devices.contains(device));
                if is_cable && seen.insert([index.min(peer), index.max(peer)]) {
                    links.push([interface, other].map(PhysicalInterface::port));
                }
            }
        }
        links
    }
}
