//! The model from the outside: documents in, verdicts out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod aggregates;
mod brute_force;
mod budget;
mod capture;
#[cfg(feature = "contrail-api")]
mod contrail_api;
mod data;
mod dhcp;
mod dual_stack;
mod fabrics;
mod golden;
mod hostile;
mod ipv6;
mod legends;
mod load;
mod observed;
mod outage;
mod own_integration;
mod pages;
mod pictures;
mod placement;
#[cfg(feature = "contrail-api")]
mod procedure;
mod resolutions;
mod routes;
mod rules;
mod scenarios;
#[cfg(feature = "schema")]
mod schema;
mod sightings;
mod topologies;
mod traces;

use contrail_model::Fabric;

/// The fabric of the article's first round, as it stands in the examples.
const OCTAVIA: &str = include_str!("../../../examples/fabrics/octavia.yaml");

/// The same after the plan's first way has been gone: the logical router on the left pair, both static routes.
fn solved() -> String {
    with(
        OCTAVIA,
        &[
            ("extended_to: []", "extended_to: [leaf1, leaf2]"),
            (
                "mac: \"02:c0:00:00:00:11\"}]",
                "mac: \"02:c0:00:00:00:11\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]",
            ),
            (
                "mac: \"02:c0:00:00:00:12\"}]",
                "mac: \"02:c0:00:00:00:12\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]",
            ),
        ],
    )
}

/// A server in the octavia network, which its port group has to carry.
const PROXY_SERVER: (&str, &str) = (
    "servers:\n",
    "servers:\n  - {name: proxy, kind: controller, port_group: proxy, addresses: [{network: octavia, address: 10.99.0.50, mac: \"02:c0:00:00:00:50\"}]}\n",
);

/// The same with the octavia network on a port of the left pair, and a server on it that a workload asks.
fn with_proxy() -> String {
    let proxy = [
        (
            "port_groups:\n",
            "port_groups:\n  - {name: proxy, ports: [\"leaf1:xe-0/0/12\", \"leaf2:xe-0/0/12\"], vlans: [{vlan: 300, network: octavia}]}\n",
        ),
        PROXY_SERVER,
    ];
    with(&solved(), &proxy) + "\nflows:\n  - {from: amphora-2, to: proxy, protocol: tcp, port: 443}\n"
}

/// A document with texts replaced, each of which must be there exactly once.
fn with(text: &str, replacements: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in replacements {
        assert_eq!(text.matches(from).count(), 1, "`{from}` should be in the document once");
        text = text.replace(from, to);
    }
    text
}

/// The same document in the release that follows the sources.
fn in_r2011(text: &str) -> String {
    with(
        &text.replace("\nrelease: article\n", "\n"),
        &[("\nfabric: dc1\n", "\nfabric: dc1\nrelease: r2011\n")],
    )
}

fn fabric(text: &str) -> Fabric {
    match Fabric::from_yaml(text) {
        Ok(fabric) => fabric,
        Err(error) => panic!("{error}"),
    }
}
