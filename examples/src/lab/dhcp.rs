//! DHCP by programs of others: dnsmasq answers at a service node, and udhcpc asks on a bare-metal server.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::blueprint::{Blueprint, DhcpServer, Host};
use super::configured::Configured;
use super::namespaces::{Ground, Process, batch, failed, inside, printed};
use crate::program::Stop;

/// What udhcpc calls with what it has got: it writes it down.
const SCRIPT: &str = "#!/bin/sh\n[ \"$1\" = bound ] && echo \"$ip/$mask $router\" >\"$LEASE\"\nexit 0\n";

/// Starts a server in each network that a service node answers in.
pub(super) fn answer(
    ground: &Ground,
    blueprint: &Blueprint,
    fabric: &Configured<'_>,
) -> Result<Vec<Process>, Stop> {
    blueprint.dhcp_servers.iter().map(|server| start(ground, blueprint, fabric, server)).collect()
}

fn start(
    ground: &Ground,
    blueprint: &Blueprint,
    fabric: &Configured<'_>,
    server: &DhcpServer,
) -> Result<Process, Stop> {
    let DhcpServer { namespace, network, interface } = server;
    let mut configuration = format!(
        "port=0\ninterface={interface}\nbind-dynamic\nuser=root\nno-ping\nno-resolv\ndhcp-authoritative\n\
         dhcp-leasefile={}\n",
        ground.folder().join(format!("{namespace}.leases")).display()
    );
    let network = fabric.network(network);
    for subnet in network.iter().flat_map(|network| &network.subnets) {
        let Some((first, _)) = subnet.prefix.split_once('/') else { continue };
        let _ = writeln!(configuration, "dhcp-range={first},static,1h");
        let _ = writeln!(configuration, "dhcp-option=option:router{}", gateway(subnet.gateway.as_deref()));
    }
    for Host { name, network: of, mac, address, .. } in blueprint.hosts.iter().filter(|host| host.by_dhcp) {
        if network.is_some_and(|network| network.name == *of)
            && let Some(mac) = mac
        {
            let _ = writeln!(configuration, "dhcp-host={mac},{address},{name}");
        }
    }
    let file = ground.folder().join(format!("{namespace}.conf"));
    fs::write(&file, configuration).map_err(|error| failed(file.display(), error))?;
    let mut command = inside(namespace, "dnsmasq");
    command.args(["--keep-in-foreground", "--pid-file="]).arg(format!("--conf-file={}", file.display()));
    Process::start(&mut command, &file.with_extension("log"))
}

fn gateway(gateway: Option<&str>) -> String {
    gateway.map(|gateway| format!(",{gateway}")).unwrap_or_default()
}

/// Has a server ask for its address on its first cable; whether it gets what the document says. It is then given that on
/// all its cables.
pub(super) fn ask(ground: &Ground, fabric: &Configured<'_>, host: &Host) -> Result<bool, Stop> {
    let script = ground.folder().join("lease.sh");
    let lease = ground.folder().join(format!("{}.lease", host.name));
    let Some(leg) = host.legs.first() else { return Ok(false) };
    fs::write(&script, SCRIPT).map_err(|error| failed(script.display(), error))?;
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&script, executable).map_err(|error| failed(script.display(), error))?;
    let _ = fs::remove_file(&lease);
    let mut command: Command = inside(&host.name, "udhcpc");
    command.env("LEASE", &lease).args(["-i", leg, "-f", "-n", "-q", "-t", "5", "-T", "1", "-s"]).arg(&script);
    // Its exit status says no more than whether there is a lease.
    let _ = printed(&mut command);
    let got = fs::read_to_string(&lease).unwrap_or_default();
    let subnet = fabric.subnet(&host.network, &host.address);
    let expected = subnet.map(|(subnet, prefix)| {
        let router = subnet.gateway.as_deref().unwrap_or_default();
        format!("{}/{} {router}", host.address, prefix.prefix_len())
    });
    let is_as_expected = expected.as_deref() == Some(got.trim());
    if is_as_expected {
        batch("ip", &host.name, &host.lines(fabric))?;
    }
    Ok(is_as_expected)
}
