//! Changes that somebody makes by hand: lines of Junos configuration, commands on hosts.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Action;
use crate::fabric::{Fabric, Name};

/// The policy by which subnets of secondary addresses are exported.
const POLICY: &str = "secondary-subnets";

/// `set X` and `delete X`.
fn set_and_delete(device: &Name, statement: &str, because: &str) -> [Action; 2] {
    ["set", "delete"].map(|verb| Action::Junos {
        device: device.clone(),
        line: format!("{verb} {statement}"),
        because: because.to_owned(),
    })
}

/// What is set, in order, and what deletes it again, in the opposite order.
fn done_and_undone(pairs: Vec<[Action; 2]>) -> (Vec<Action>, Vec<Action>) {
    let (actions, mut undo): (Vec<Action>, Vec<Action>) =
        pairs.into_iter().map(|[set, delete]| (set, delete)).unzip();
    undo.reverse();
    (actions, undo)
}

pub(super) fn static_route(server: &Name, to: &IpNet, via: &IpAddr) -> (Vec<Action>, Vec<Action>) {
    let family = if to.addr().is_ipv4() { "" } else { "-6 " };
    let route = |verb: &str, netplan: String| Action::Host {
        server: server.clone(),
        command: format!("ip {family}route {verb} {to} via {via}"),
        netplan,
        because: format!("the way back to {to}"),
    };
    let netplan = format!("routes:\n  - to: {to}\n    via: {via}\n");
    (vec![route("replace", netplan)], vec![route("del", String::new())])
}

impl Fabric {
    /// A second address on an IRB, whose unit Contrail numbers with the network's id.
    pub(super) fn secondary_address(
        &self,
        network: &Name,
        address: &IpNet,
        device: &Name,
    ) -> (Vec<Action>, Vec<Action>) {
        let id = self.network_named(network).and_then(|id| self.networks[id].network_id);
        let unit = id.map_or_else(|| format!("<unit of {network}>"), |id| id.to_string());
        let mut because = format!("the gateway of {} on the IRB of {network}", address.trunc());
        if id.is_none() {
            because.push_str("; the unit is the network's id in Contrail, which the document does not give");
        }
        let family = if address.addr().is_ipv4() { "inet" } else { "inet6" };
        let statement = format!("interfaces irb unit {unit} family {family} address {address}");
        done_and_undone(vec![set_and_delete(device, &statement, &because)])
    }
}

/// The subnet of a secondary address, and the hosts in it, in the underlay's routing protocol.
pub(super) fn redistribution(prefix: &IpNet, device: &Name) -> (Vec<Action>, Vec<Action>) {
    let term = format!(
        "policy-options policy-statement {POLICY} term {}",
        prefix.to_string().replace([':', '/'], "-")
    );
    let because = format!("{prefix} and the hosts in it, as far as the device has routes to them");
    let first = set_and_delete(device, &format!("{term} from route-filter {prefix} orlonger"), &because);
    let then = set_and_delete(device, &format!("{term} then accept"), "into the underlay");
    let group = "the name of the group is the underlay's own";
    let export = set_and_delete(device, &format!("protocols bgp group <underlay> export {POLICY}"), group);
    done_and_undone(vec![first, then, export])
}
