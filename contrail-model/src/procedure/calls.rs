//! Changes that Contrail makes, as calls of its config API.

use serde_json::{Value, json};

use super::{Action, Call};
use crate::contrail_api::naming::{DOMAIN, beside, of_project, of_system};
use crate::fabric::{Fabric, Name};
use crate::plan::Change;

const ROUTER: &str = "logical-router";
const NETWORK: &str = "virtual-network";
const DEVICE: &str = "physical-router";
const INTERFACE: &str = "virtual-machine-interface";
const VROUTER_CONFIG: &str = "global-vrouter-config";

/// What stands for a UUID.
fn uuid(of: &str, name: &[String]) -> String {
    format!("{{uuid of {of} {}}}", name.join(":"))
}

fn call(method: &'static str, path: String, body: Value) -> Action {
    Action::Call(Call { method, path, body, object: None })
}

/// Makes an object, unless it is there.
fn create(of: &'static str, name: Vec<String>, fields: Value) -> Action {
    let mut object = json!({"fq_name": name, "parent_type": "project"});
    if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
        object.extend(fields);
    }
    let body = json!({ of: object });
    Action::Call(Call { method: "POST", path: format!("/{of}s"), body, object: Some((of, name)) })
}

/// Deletes an object, if it is there.
fn delete(of: &'static str, name: Vec<String>) -> Action {
    let path = format!("/{of}/{}", uuid(of, &name));
    Action::Call(Call { method: "DELETE", path, body: Value::Null, object: Some((of, name)) })
}

/// Adds a reference from one object to another, or takes it away.
fn reference(operation: &str, from: (&str, &[String]), to: (&str, &[String])) -> Action {
    let body = json!({
        "operation": operation,
        "type": from.0,
        "uuid": uuid(from.0, from.1),
        "ref-type": to.0,
        "ref-uuid": uuid(to.0, to.1),
        "ref-fq-name": to.1,
        "attr": null,
    });
    call("POST", "/ref-update".to_owned(), body)
}

fn set(of: &str, name: &[String], property: &str, value: &Value) -> Action {
    let body = json!({ of: { property: value } });
    call("PUT", format!("/{of}/{}", uuid(of, name)), body)
}

/// A logical router and its leg in a network, as Contrail calls them.
struct Leg {
    router: Vec<String>,
    network: Vec<String>,
    interface: Vec<String>,
}

impl Leg {
    fn create(&self) -> Action {
        let fields = json!({
            "virtual_machine_interface_device_owner": "network:router_interface",
            "virtual_network_refs": [{"to": self.network, "attr": null}],
        });
        create(INTERFACE, self.interface.clone(), fields)
    }

    fn delete(&self) -> Action {
        delete(INTERFACE, self.interface.clone())
    }
}

impl Fabric {
    /// The calls for a change, and those that undo it.
    pub(super) fn calls(&self, change: &Change) -> (Vec<Action>, Vec<Action>) {
        match change {
            Change::CreateLogicalRouter { router, vni, networks } => {
                let made = self.with(std::slice::from_ref(change));
                let name = made.contrail_router(router);
                let legs: Vec<Leg> = networks.iter().map(|network| made.leg(router, network)).collect();
                let refs: Vec<Value> =
                    legs.iter().map(|leg| json!({"to": leg.interface, "attr": null})).collect();
                let fields = json!({
                    "logical_router_type": "vxlan-routing",
                    // Text, other than the VNI of a network.
                    "vxlan_network_identifier": vni.to_string(),
                    "virtual_machine_interface_refs": refs,
                });
                let mut actions: Vec<Action> = legs.iter().map(Leg::create).collect();
                actions.push(create(ROUTER, name.clone(), fields));
                let mut undo = vec![delete(ROUTER, name)];
                undo.extend(legs.iter().map(Leg::delete));
                (actions, undo)
            }
            Change::ExtendLogicalRouter { router, devices } => {
                self.devices_of(router, devices, ["ADD", "DELETE"])
            }
            Change::WithdrawLogicalRouter { router, devices } => {
                self.devices_of(router, devices, ["DELETE", "ADD"])
            }
            Change::JoinLogicalRouter { router, network, .. } => self.joined(router, network),
            Change::LeaveLogicalRouter { router, network, .. } => {
                let (join, leave) = self.joined(router, network);
                (leave, join)
            }
            Change::EnableIpFabricForwarding { network } => {
                // Not a property, but a reference to the provider network.
                let from = self.contrail_network(network);
                let to = [DOMAIN, "default-project", "ip-fabric"].map(str::to_owned);
                let [add, take] =
                    ["ADD", "DELETE"].map(|operation| reference(operation, (NETWORK, &from), (NETWORK, &to)));
                (vec![add], vec![take])
            }
            Change::EnableFabricSnat { network } => {
                let name = self.contrail_network(network);
                let [on, off] = [true, false].map(|on| set(NETWORK, &name, "fabric_snat", &on.into()));
                (vec![on], vec![off])
            }
            Change::AddPortTranslationPool { protocol, start_port, end_port } => {
                // A property is written as a whole.
                let pool = |protocol: &str, start: u16, end: u16| json!({"protocol": protocol.to_lowercase(), "port_range": {"start_port": start, "end_port": end}});
                let mut pools: Vec<Value> = self
                    .pools
                    .iter()
                    .map(|known| pool(known.protocol.name(), known.start_port, known.end_port))
                    .collect();
                let name = of_system("default-global-vrouter-config");
                let written = |pools: &[Value]| {
                    let value = json!({ "port_translation_pool": pools });
                    vec![set(VROUTER_CONFIG, &name, "port_translation_pools", &value)]
                };
                let undo = written(&pools);
                pools.push(pool(protocol, *start_port, *end_port));
                (written(&pools), undo)
            }
            Change::AddUnderlayIrb { network, device, .. } => {
                // Extended to the device without a logical router: the IRB is in the underlay's table, with the subnet's
                // gateway, and is exported to the underlay (tf-controller, device manager: "PR External IRB").
                let (device, network) = (of_system(device), self.contrail_network(network));
                let [add, take] = ["ADD", "DELETE"]
                    .map(|operation| reference(operation, (DEVICE, &device), (NETWORK, &network)));
                (vec![add], vec![take])
            }
            Change::AddStaticRoute { .. }
            | Change::AddSecondaryAddress { .. }
            | Change::RedistributeSubnet { .. } => (Vec::new(), Vec::new()),
        }
    }

    /// What Contrail calls a network.
    fn contrail_network(&self, name: &str) -> Vec<String> {
        let project = self.network_named(name).and_then(|id| self.networks[id].project.as_deref());
        of_project(project, name)
    }

    fn contrail_router(&self, name: &str) -> Vec<String> {
        let project = self.router_named(name).and_then(|id| self.routers[id].project.as_deref());
        of_project(project, name)
    }

    fn leg(&self, router: &str, network: &str) -> Leg {
        let (at, own) = (self.contrail_router(router), format!("{router}/{network}"));
        Leg { network: self.contrail_network(network), interface: beside(&at, &own), router: at }
    }

    fn devices_of(
        &self,
        router: &str,
        devices: &[Name],
        operations: [&str; 2],
    ) -> (Vec<Action>, Vec<Action>) {
        let router = self.contrail_router(router);
        let [actions, undo] = operations.map(|operation| {
            let to = |device: &Name| reference(operation, (ROUTER, &router), (DEVICE, &of_system(device)));
            devices.iter().map(to).collect()
        });
        (actions, undo)
    }

    fn joined(&self, router: &str, network: &str) -> (Vec<Action>, Vec<Action>) {
        let leg = self.leg(router, network);
        let [add, take] = ["ADD", "DELETE"]
            .map(|operation| reference(operation, (ROUTER, &leg.router), (INTERFACE, &leg.interface)));
        (vec![leg.create(), add], vec![take, leg.delete()])
    }
}
