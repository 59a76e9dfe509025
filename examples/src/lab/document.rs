//! The document with a plan's changes, as an operator would make them.

use contrail_model::document::{Document, LogicalRouter, StaticRoute};
use contrail_model::{Change, Fabric};

use crate::program::Stop;

/// The document with the changes of the best plan; as it is where nothing has to change.
pub(super) fn planned(document: &Document) -> Result<Document, Stop> {
    let fabric = fabric(document)?;
    if let Some(network) = document.networks.iter().find(|it| it.ip_fabric_forwarding || it.fabric_snat) {
        return Err(Stop::Failed(format!(
            "{}: the lab has no vRouter that forwards into the underlay",
            network.name
        )));
    }
    if fabric.trace_required().iter().all(contrail_model::Trace::is_delivered) {
        return Ok(document.clone());
    }
    let plan = fabric.plan();
    let best = plan.best().ok_or_else(|| Stop::Failed(plan.to_string()))?;
    let mut planned = document.clone();
    best.changes.iter().try_for_each(|change| make(&mut planned, change))?;
    Ok(planned)
}

/// The document without any static route of a server.
pub(super) fn without_static_routes(document: &Document) -> Document {
    let mut document = document.clone();
    document.servers.iter_mut().for_each(|server| server.routes.clear());
    document
}

pub(super) fn fabric(document: &Document) -> Result<Fabric, Stop> {
    Fabric::from_document(document).map_err(|error| Stop::Failed(error.to_string()))
}

fn make(document: &mut Document, change: &Change) -> Result<(), Stop> {
    match change {
        Change::ExtendLogicalRouter { router, devices } => {
            let mut routers = document.logical_routers.iter_mut();
            if let Some(router) = routers.find(|other| *other.name == **router) {
                // In the order of the document, in which equal paths are told.
                let names = document.devices.iter().map(|device| &device.name);
                let new = names.filter(|name| devices.iter().any(|device| **device == **name));
                router.extended_to.extend(new.cloned());
            }
        }
        Change::CreateLogicalRouter { router, vni, networks } => {
            let networks = networks.iter().map(ToString::to_string).collect();
            let (name, vni) = (router.to_string(), Some(vni.get().into()));
            document.logical_routers.push(LogicalRouter { name, vni, networks, ..LogicalRouter::default() });
        }
        Change::AddStaticRoute { server, to, via } => {
            if let Some(server) = document.servers.iter_mut().find(|other| *other.name == **server) {
                server.routes.push(StaticRoute { to: to.to_string(), via: via.to_string() });
            }
        }
        other => return Err(Stop::Failed(format!("the lab has no way to: {other}"))),
    }
    Ok(())
}
