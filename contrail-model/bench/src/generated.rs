//! Fabrics of any size: racks of two leaves with forty servers, each with ten VLANs. The first rack has controllers with
//! Octavia's services, the others hypervisors; amphorae are on the hypervisors of a few racks.

use std::collections::BTreeMap;

use contrail_model::document::{
    Address, Device, Document, Integration, LogicalRouter, Network, OneOrMany, PortGroup, Server, Subnet,
    VlanBinding, Workload,
};

const SERVERS: usize = 40;
const VLANS: usize = 10;
const SPINES: usize = 4;
const AMPHORAE: usize = 20;

/// A fabric with this many leaves; at 1,000: 20,000 servers, 4,000 networks, 200,000 VLAN bindings.
pub fn fabric(leaves: usize) -> Document {
    let racks = leaves / 2;
    let tenants = leaves * 4 - racks - 2;
    let mut document = Document {
        fabric: "generated".into(),
        style: Some("service-provider".into()),
        ..Document::default()
    };
    for spine in 0..SPINES {
        document.devices.push(device(
            format!("spine-{spine}"),
            "spine",
            "Route-Reflector",
            format!("10.255.255.{}", spine + 1),
        ));
    }
    document.devices.push(device("gateway-0".into(), "leaf", "DC-Gateway", "10.255.254.1".into()));
    for spine in 0..SPINES {
        document.links.push([format!("gateway-0:et-0/0/{spine}"), format!("spine-{spine}:et-1/0/0")]);
    }
    for (name, vni, prefix) in [("octavia", 1, "10.99.0"), ("api", 2, "10.98.0")] {
        document.networks.push(network(name.into(), vni, prefix, Vec::new()));
    }
    for leaf in 0..leaves {
        let loopback = format!("10.255.{}.{}", leaf / 250, leaf % 250 + 1);
        document.devices.push(device(format!("leaf-{leaf}"), "leaf", "ERB-UCAST-Gateway", loopback));
        for spine in 0..SPINES {
            document
                .links
                .push([format!("leaf-{leaf}:et-0/0/{spine}"), format!("spine-{spine}:et-0/0/{leaf}")]);
        }
    }
    for rack in 0..racks {
        let pair = vec![format!("leaf-{}", rack * 2), format!("leaf-{}", rack * 2 + 1)];
        let prefix = format!("10.{}.{}", 1 + rack / 250, rack % 250);
        document.networks.push(network(format!("underlay-{rack}"), 10 + rack as u64, &prefix, pair));
    }
    for tenant in 0..tenants {
        let prefix = format!("172.{}.{}", 16 + tenant / 250, tenant % 250);
        document.networks.push(network(
            format!("tenant-{tenant}"),
            100_000 + tenant as u64,
            &prefix,
            Vec::new(),
        ));
    }
    for rack in 0..racks {
        for server in 0..SERVERS {
            servers(&mut document, rack, server, tenants);
        }
    }
    for router in 0..leaves / 10 {
        document.logical_routers.push(LogicalRouter {
            name: format!("router-{router}"),
            vni: Some(200_000 + router as u64),
            networks: vec![format!("tenant-{}", router * 2), format!("tenant-{}", router * 2 + 1)],
            extended_to: vec![format!("leaf-{}", router * 2), format!("leaf-{}", router * 2 + 1)],
            ..LogicalRouter::default()
        });
    }
    let services = [("worker", "controller-0"), ("health-manager", "controller-1")];
    document.integrations.push(Integration {
        kind: "octavia".into(),
        management_network: Some("octavia".into()),
        service_network: Some("api".into()),
        services: BTreeMap::from(
            services.map(|(service, host)| (service.into(), OneOrMany(vec![host.into()]))),
        ),
        ..Integration::default()
    });
    document
}

fn device(name: String, role: &str, overlay_role: &str, loopback: String) -> Device {
    let overlay_roles = vec![overlay_role.into()];
    Device { name, role: role.into(), overlay_roles, loopback: Some(loopback), ..Device::default() }
}

fn network(name: String, vni: u64, prefix: &str, underlay_irb: Vec<String>) -> Network {
    let subnet = Subnet {
        prefix: format!("{prefix}.0/24"),
        gateway: Some(format!("{prefix}.1")),
        ..Subnet::default()
    };
    Network { name, vni: Some(vni), subnets: vec![subnet], underlay_irb, ..Network::default() }
}

fn servers(document: &mut Document, rack: usize, server: usize, tenants: usize) {
    let number = rack * SERVERS + server;
    let is_controller = rack == 0;
    let name = if is_controller { format!("controller-{server}") } else { format!("compute-{number}") };
    let ports = [0, 1].map(|side| format!("leaf-{}:xe-0/0/{server}", rack * 2 + side));
    let bind = |vlan: usize, network: String| VlanBinding { vlan: vlan as u16, network, untagged: false };
    let mut vlans = vec![bind(100, format!("underlay-{rack}"))];
    if is_controller {
        vlans.push(bind(101, "api".into()));
    }
    for vlan in vlans.len()..VLANS {
        // A rack's servers share their tenants, so that a VLAN means one network on a leaf.
        vlans.push(bind(200 + vlan, format!("tenant-{}", (rack * VLANS + vlan) % tenants)));
    }
    document.port_groups.push(PortGroup {
        name: name.clone(),
        ports: ports.into(),
        vlans,
        ..PortGroup::default()
    });
    let underlay = format!("10.{}.{}.{}", 1 + rack / 250, rack % 250, server + 10);
    let address = |network: String, address: String| Address { network, address, mac: None };
    let mut at = Server { name: name.clone(), port_group: name.clone(), ..Server::default() };
    if is_controller {
        at.kind = "controller".into();
        at.addresses = vec![address("api".into(), format!("10.98.0.{}", server + 10))];
    } else {
        at.kind = "hypervisor".into();
        at.vhost0 = Some(address(format!("underlay-{rack}"), underlay));
        let is_amphora = number.is_multiple_of(SERVERS) && rack <= AMPHORAE;
        let (network, address, workload) = if is_amphora {
            ("octavia".to_owned(), format!("10.99.0.{}", rack + 10), format!("amphora-{}", rack - 1))
        } else {
            let tenant = (rack * VLANS + VLANS - 1) % tenants;
            let address = format!("172.{}.{}.{}", 16 + tenant / 250, tenant % 250, server + 10);
            (format!("tenant-{tenant}"), address, format!("workload-{number}"))
        };
        let address = OneOrMany(vec![address]);
        document.workloads.push(Workload { name: workload, host: name, network, address, mac: None });
    }
    document.servers.push(at);
}
