//! What a plan says would make a way, built in the document.

use contrail_model::Lift;
use contrail_model::document::{Device, Document, PortGroup};

/// The document with what a plan says would lift what is impossible.
pub(super) fn lifted(document: &Document, lift: &Lift) -> Document {
    let mut document = document.clone();
    match lift {
        Lift::DcGateway => add_device(&mut document, "new-gateway", "DC-Gateway"),
        Lift::OwnLeaves { server } => own_leaves(&mut document, server),
        _ => panic!("a kind of lift that the search does not know: {lift}"),
    }
    document
}

/// A device that is cabled to each spine.
fn add_device(document: &mut Document, name: &str, role: &str) {
    let spines = document.devices.iter().filter(|device| device.role == "spine");
    let links = spines.map(|spine| [format!("{name}:{}", spine.name), format!("{}:{name}", spine.name)]);
    document.links.extend(links.collect::<Vec<_>>());
    document.devices.push(Device {
        name: name.to_owned(),
        role: "leaf".to_owned(),
        overlay_roles: vec![role.to_owned()],
        loopback: Some(format!("10.254.0.{}", document.devices.len())),
        ..Device::default()
    });
}

/// A server behind two leaves that are new, which route what is routed in the underlay already.
fn own_leaves(document: &mut Document, server: &str) {
    let leaves = ["new-leaf1", "new-leaf2"];
    leaves.iter().for_each(|leaf| add_device(document, leaf, "ERB-UCAST-Gateway"));
    let server = document.servers.iter_mut().find(|other| other.name == server).unwrap();
    let group = document.port_groups.iter().find(|group| group.name == server.port_group).unwrap();
    let networks: Vec<&String> =
        server.addresses.iter().chain(&server.vhost0).map(|address| &address.network).collect();
    let vlans = group.vlans.iter().filter(|vlan| networks.contains(&&vlan.network)).cloned().collect();
    for network in document.networks.iter_mut().filter(|network| networks.contains(&&network.name)) {
        if !network.underlay_irb.is_empty() {
            network.underlay_irb.extend(leaves.map(str::to_owned));
        }
    }
    let name = "new-group".to_owned();
    let ports = leaves.map(|leaf| format!("{leaf}:port")).to_vec();
    let group = PortGroup { name: name.clone(), ports, vlans, ..group.clone() };
    server.port_group = name;
    document.port_groups.push(group);
}
