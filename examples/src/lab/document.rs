//! The document with a plan's changes, as an operator would make them.

use contrail_model::document::{Document, LogicalRouter, StaticRoute};
use contrail_model::{Change, Fabric};

use crate::program::Stop;

/// The document with the changes of the best plan; as it is where nothing has to change.
pub(super) fn planned(document: &Document) -> Result<Document, Stop> {
    let fabric = fabric(document)?;
    let joins = |name: &String| document.logical_routers.iter().any(|router| router.networks.contains(name));
    let mut networks = document.networks.iter();
    if let Some(network) = networks.find(|it| it.ip_fabric_forwarding || it.fabric_snat && joins(&it.name)) {
        return Err(Stop::Failed(format!(
            "{}: the lab has no vRouter with IP fabric forwarding, or with SNAT out of a logical router's VRF",
            network.name
        )));
    }
    has_plain_names(document)?;
    if fabric.trace_required().iter().all(contrail_model::Trace::is_delivered) {
        return Ok(document.clone());
    }
    let plan = fabric.plan();
    let best = plan.best().ok_or_else(|| Stop::Failed(plan.to_string()))?;
    let mut planned = document.clone();
    best.changes.iter().try_for_each(|change| make(&mut planned, change))?;
    Ok(planned)
}

/// Names become those of namespaces, of files and of what stands in FRR's configuration.
fn has_plain_names(document: &Document) -> Result<(), Stop> {
    let Document { devices, networks, servers, workloads, logical_routers, .. } = document;
    let names = devices.iter().map(|device| &device.name);
    let names = names.chain(networks.iter().map(|network| &network.name));
    let names = names.chain(servers.iter().map(|server| &server.name));
    let names = names.chain(workloads.iter().map(|workload| &workload.name));
    let mut names = names.chain(logical_routers.iter().map(|router| &router.name));
    let is_plain = |name: &String| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.chars().all(|other| other.is_ascii_alphanumeric() || "-_.".contains(other))
    };
    names.find(|name| !is_plain(name)).map_or(Ok(()), |name| {
        Err(Stop::Failed(format!("{name:?}: a name in the lab has letters, digits, `-`, `_` and `.` only")))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_say_more_than_a_name_is_refused() {
        let text = include_str!("../../fabrics/octavia.yaml");
        let named = |name: &str| planned(&Document::from_yaml(&text.replace("ctl1", name)).unwrap());
        assert!(named("rack-1.ctl_1").is_ok());
        for name in ["a/b", "..", "-f", "x$(id)", "x;id", "two words"] {
            let Err(Stop::Failed(said)) = named(&format!("'{name}'")) else { panic!("{name} is taken") };
            assert!(said.contains(name), "{said}");
        }
    }
}
