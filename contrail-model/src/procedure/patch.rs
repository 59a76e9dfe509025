//! What changes in the document.

use serde_json::{Map, Value, json};

use crate::fabric::{Fabric, Name};
use crate::plan::Change;

impl Fabric {
    /// The objects of `after` that changes touch, with the fields that they change, as a document to lay over that of this
    /// fabric.
    pub(super) fn patch_to(&self, after: &Self, changes: &[Change]) -> String {
        let mut patch = Patch { after, lists: Map::new() };
        for change in changes {
            patch.add(change);
        }
        format!("{:#}", Value::Object(patch.lists))
    }
}

struct Patch<'f> {
    after: &'f Fabric,
    lists: Map<String, Value>,
}

impl Patch<'_> {
    fn add(&mut self, change: &Change) {
        match change {
            Change::CreateLogicalRouter { router, .. }
            | Change::ExtendLogicalRouter { router, .. }
            | Change::WithdrawLogicalRouter { router, .. }
            | Change::JoinLogicalRouter { router, .. }
            | Change::LeaveLogicalRouter { router, .. } => self.router(router),
            Change::AddStaticRoute { server, .. } => self.server(server),
            Change::EnableIpFabricForwarding { network } => {
                self.field("networks", network, "ip_fabric_forwarding", true.into());
            }
            Change::EnableFabricSnat { network } => {
                self.field("networks", network, "fabric_snat", true.into());
            }
            Change::AddPortTranslationPool { .. } => self.pools(),
            Change::AddUnderlayIrb { network, .. } => self.underlay_irb(network),
            Change::AddSecondaryAddress { device, .. } | Change::RedistributeSubnet { device, .. } => {
                self.secondary_addresses(device);
            }
        }
    }

    /// Sets a field of an object in one of the lists.
    fn field(&mut self, list: &str, name: &str, field: &str, value: Value) {
        let Value::Array(items) = self.lists.entry(list).or_insert_with(|| json!([])) else { return };
        let place = items.iter().position(|item| item.get("name").is_some_and(|other| other == name));
        let place = place.unwrap_or_else(|| {
            items.push(json!({ "name": name }));
            items.len() - 1
        });
        if let Some(Value::Object(fields)) = items.get_mut(place) {
            fields.insert(field.to_owned(), value);
        }
    }

    fn router(&mut self, name: &Name) {
        let Some(id) = self.after.router_named(name) else { return };
        let router = &self.after.routers[id];
        let networks: Vec<&str> = router.networks.iter().map(|id| &*self.after.networks[*id].name).collect();
        let devices: Vec<&str> = router.extended_to.iter().map(|id| &*self.after.devices[*id].name).collect();
        let (networks, devices) = (json!(networks), json!(devices));
        if let Some(project) = &router.project {
            self.field("logical_routers", name, "project", (**project).into());
        }
        if router.vni_is_given {
            self.field("logical_routers", name, "vni", router.vni.get().into());
        }
        self.field("logical_routers", name, "networks", networks);
        self.field("logical_routers", name, "extended_to", devices);
    }

    fn server(&mut self, name: &Name) {
        let Some(id) = self.after.server_named(name) else { return };
        let routes = self.after.servers[id].routes.iter();
        let routes: Vec<Value> = routes.map(|route| json!({"to": route.to, "via": route.via})).collect();
        self.field("servers", name, "routes", routes.into());
    }

    fn pools(&mut self) {
        let pools = self.after.pools.iter();
        let pools: Vec<Value> = pools
            .map(|pool| {
                let protocol = pool.protocol.name().to_lowercase();
                json!({"protocol": protocol, "start_port": pool.start_port, "end_port": pool.end_port})
            })
            .collect();
        self.lists.insert("port_translation_pools".to_owned(), pools.into());
    }

    fn underlay_irb(&mut self, name: &Name) {
        let Some(id) = self.after.network_named(name) else { return };
        let devices = self.after.networks[id].underlay_irb.iter();
        let devices: Vec<&str> = devices.map(|id| &*self.after.devices[*id].name).collect();
        self.field("networks", name, "underlay_irb", json!(devices));
    }

    fn secondary_addresses(&mut self, name: &Name) {
        let Some(id) = self.after.device_named(name) else { return };
        let addresses = self.after.devices[id].secondary_addresses.iter();
        let addresses: Vec<Value> = addresses
            .map(|secondary| {
                let irb = &self.after.networks[secondary.irb].name;
                json!({"irb": irb, "address": secondary.address, "redistribute": secondary.redistribute})
            })
            .collect();
        self.field("devices", name, "secondary_addresses", addresses.into());
    }
}
