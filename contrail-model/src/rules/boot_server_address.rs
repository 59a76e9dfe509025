//! M3 boot-server-address.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

/// DHCP option 66, as Contrail calls it.
const BOOT_SERVER: &str = "tftp-server-name";

pub(super) static RULE: Rule = Rule {
    id: "M3",
    name: "boot-server-address",
    severity: Severity::Error,
    holds: "The DHCP option tftp-server-name (66) is an IPv4 address.",
    why: "A network card that boots by PXE asks the server in `siaddr`. The service node fills it from option 66 if that \
        is an address; with a host name it stays undefined.",
    broken_by: "`tftp-server-name: conductor.example.com`.",
    remedy: "The address of the conductor.",
    references: &["tf-controller, agent services/dhcp_handler.cc: siaddr", "RFC 2132 9.4"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut options = |name: &str, path: String, options: &BTreeMap<String, String>| {
        let Some(server) = options.get(BOOT_SERVER) else { return };
        if server.parse::<Ipv4Addr>().is_ok() {
            return;
        }
        findings.push(
            Finding::of(
                &RULE,
                name,
                format!("{path}.dhcp_options.{BOOT_SERVER}"),
                format!("`{server}` is not an IPv4 address, so there is no next server to boot from"),
            )
            .because("siaddr of the DHCP answer is taken from option 66 only if that is an address")
            .fix("write the address of the conductor"),
        );
    };
    for (id, network) in fabric.networks.iter() {
        for (index, subnet) in network.subnets.iter().enumerate() {
            options(
                &network.name,
                format!("networks[{}].subnets[{index}]", id.index()),
                &subnet.dhcp_options,
            );
        }
    }
    for (id, server) in fabric.servers.iter() {
        options(&server.name, format!("servers[{}]", id.index()), &server.dhcp_options);
    }
}
