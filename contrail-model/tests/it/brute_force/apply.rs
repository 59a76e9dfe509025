//! Changes made to the document, by another way than the planner's own.

use contrail_model::document::{
    Device, Document, LogicalRouter, Network, PortTranslationPool, SecondaryAddress, StaticRoute,
};
use contrail_model::{Change, Fabric, Name};

pub(super) fn fabric(document: &Document) -> Fabric {
    Fabric::from_document(document).unwrap_or_else(|error| panic!("{error}\n{document:#?}"))
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// The document with changes made.
pub(super) fn changed(document: &Document, changes: &[Change]) -> Document {
    let mut document = document.clone();
    for change in changes {
        make(&mut document, change);
    }
    document
}

fn make(document: &mut Document, change: &Change) {
    match change {
        Change::CreateLogicalRouter { router, vni, networks } => {
            let (name, vni, networks) = (router.to_string(), Some(u64::from(vni.get())), texts(networks));
            document.logical_routers.push(LogicalRouter { name, vni, networks, ..LogicalRouter::default() });
        }
        Change::ExtendLogicalRouter { router, devices } => {
            // In the order of the document, in which equal paths are told.
            let devices = texts(devices);
            let new = document.devices.iter().map(|device| device.name.clone());
            let new: Vec<String> = new.filter(|name| devices.contains(name)).collect();
            self::router(document, router).extended_to.extend(new);
        }
        Change::WithdrawLogicalRouter { router, devices } => {
            self::router(document, router).extended_to.retain(|at| !texts(devices).contains(at));
        }
        Change::JoinLogicalRouter { router, network, .. } => {
            self::router(document, router).networks.push(network.to_string());
        }
        Change::LeaveLogicalRouter { router, network, .. } => {
            self::router(document, router).networks.retain(|other| *other != **network);
        }
        Change::AddStaticRoute { server, to, via } => {
            let server = document.servers.iter_mut().find(|other| *other.name == **server).unwrap();
            server.routes.push(StaticRoute { to: to.to_string(), via: via.to_string() });
        }
        Change::EnableIpFabricForwarding { network } => {
            self::network(document, network).ip_fabric_forwarding = true;
        }
        Change::EnableFabricSnat { network } => self::network(document, network).fabric_snat = true,
        Change::AddPortTranslationPool { protocol, start_port, end_port } => {
            let (protocol, start_port, end_port) = (protocol.to_lowercase(), *start_port, *end_port);
            document.port_translation_pools.push(PortTranslationPool { protocol, start_port, end_port });
        }
        Change::AddUnderlayIrb { network, device, .. } => {
            self::network(document, network).underlay_irb.push(device.to_string());
        }
        Change::AddSecondaryAddress { irb, address, device } => {
            let (irb, address) = (irb.to_string(), address.to_string());
            let secondary = SecondaryAddress { irb, address, redistribute: false };
            self::device(document, device).secondary_addresses.push(secondary);
        }
        Change::RedistributeSubnet { prefix, device } => {
            for secondary in &mut self::device(document, device).secondary_addresses {
                let address: ipnet::IpNet = secondary.address.parse().unwrap();
                secondary.redistribute |= address.trunc() == *prefix;
            }
        }
        _ => panic!("a kind of change that the search does not know: {change}"),
    }
}

fn router<'d>(document: &'d mut Document, name: &str) -> &'d mut LogicalRouter {
    document.logical_routers.iter_mut().find(|router| router.name == name).unwrap()
}

pub(super) fn network<'d>(document: &'d mut Document, name: &str) -> &'d mut Network {
    document.networks.iter_mut().find(|network| network.name == name).unwrap()
}

pub(super) fn device<'d>(document: &'d mut Document, name: &str) -> &'d mut Device {
    document.devices.iter_mut().find(|device| device.name == name).unwrap()
}
