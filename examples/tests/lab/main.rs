//! Fabrics of the examples, built and held against what the model predicts of them: and against what it predicts of others,
//! which must not go unnoticed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]

mod linux_mpls;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use contrail_examples::lab::{self, Recording, Report};
use contrail_model::Flow;
use contrail_model::document::Document;

/// What is changed in the document of whoever predicts, and what the report must then say.
type Flip = (&'static [(&'static str, &'static str)], &'static str);

fn text(name: &str) -> String {
    fs::read_to_string(format!("{}/fabrics/{name}.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The DC gateway where MPLSoGRE is preferred.
fn in_gre() -> String {
    let [udp, gre] = ["[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]"];
    let text = text("dc-gateway");
    assert!(text.contains(udp));
    text.replace(udp, gre)
}

/// What happened, or nothing where no lab can be built.
fn record(name: &str, more: &[Flow]) -> Option<Recording> {
    record_document(name, &text(name), more)
}

fn record_document(name: &str, text: &str, more: &[Flow]) -> Option<Recording> {
    if let Some(why) = lab::obstacle() {
        eprintln!("SKIPPED: the lab of {name}: {why}");
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_lab"));
    Some(Recording::new(program, &Document::from_yaml(text).unwrap(), more).unwrap())
}

fn held(recording: &Recording, text: &str) -> Report {
    recording.hold(&Document::from_yaml(text).unwrap()).unwrap()
}

/// It agrees with what is predicted, and with nothing else.
fn hold(name: &str, recording: &Recording, flips: &[Flip]) {
    hold_document(name, &text(name), recording, flips);
}

fn hold_document(name: &str, text: &str, recording: &Recording, flips: &[Flip]) {
    let report = held(recording, text);
    let told = report.to_string();
    eprint!("{told}");
    let is_difference = |line: &&str| line.contains("DIFFERS") || line.trim_start().starts_with('!');
    let differences: Vec<&str> = told.lines().filter(is_difference).collect();
    assert!(report.agrees(), "{name}\n{}", differences.join("\n"));
    for (edits, expected) in flips {
        let mut wrong = text.to_owned();
        for (from, to) in *edits {
            assert!(wrong.contains(from), "{name} has no `{from}`");
            wrong = wrong.replace(from, to);
        }
        let report = held(recording, &wrong);
        assert!(!report.agrees(), "{edits:?} is not noticed");
        assert!(report.to_string().contains(expected), "{edits:?}\n{report}");
    }
}

/// Whether there are namespaces of a fabric that was built.
fn has_namespaces() -> bool {
    let listed = Command::new("ip").args(["netns", "list"]).output().unwrap().stdout;
    String::from_utf8(listed).unwrap().contains("contrail-lab-leaf")
}

/// Runs a lab until something is there, and ends it by a signal.
fn end(signal: &str, when: impl Fn() -> bool) -> ExitStatus {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let fabric = concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics/octavia.yaml");
    let mut lab = lab.arg(fabric).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !when() {
        assert!(Instant::now() < until, "the lab does not come up");
    }
    Command::new("kill").args([signal, &lab.id().to_string()]).status().unwrap();
    lab.wait().unwrap()
}

#[test]
fn an_interrupted_run_leaves_nothing_behind_and_clears_up_after_one_that_was_killed() {
    if let Some(why) = lab::obstacle() {
        eprintln!("SKIPPED: an interrupted lab: {why}");
        return;
    }
    let started = Path::new("/run/contrail-lab/fabric.json");
    end("-KILL", has_namespaces);
    assert!(has_namespaces() && !started.exists());
    let status = end("-TERM", || started.exists());
    assert_eq!(status.code(), Some(2));
    assert!(!has_namespaces() && !started.exists());
}

#[test]
fn octavia() {
    let Some(recording) = record("octavia", &[]) else { return };
    hold("octavia", &recording, OCTAVIA);
}

const OCTAVIA: &[Flip] = &[
    // Headers.
    (&[("vni: 9001", "vni: 9009")], "vxlan vni: expected 9009, found 9001"),
    (&[("02:c0:00:00:02:21", "02:c0:00:00:02:99")], "destination_address: expected 02:c0:00:00:02:99"),
    (&[("10.255.0.11", "10.255.0.99")], "outer ipv4 source_address: expected 10.255.0.99"),
    (&[("vlan: 102", "vlan: 109")], "vlan vlan_id: expected 109, found 102"),
    // Ways.
    (&[("et-0/0/48", "et-0/0/50")], "et-0/0/48: none of the flow is predicted there"),
    // With the static routes there is nothing left to plan.
    (
        &[
            ("extended_to: []", "extended_to: [leaf1]"),
            ("00:11\"}]", "00:11\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]"),
            ("00:12\"}]", "00:12\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]"),
        ],
        "unexpected: leaf2 type 5 10.1.10.0/24",
    ),
    // Ends of flows, and routes.
    (&[("gateway: 10.1.10.1}", "gateway: 10.1.10.2}")], "asks for 10.1.10.2"),
    (&[("vni: 5002", "vni: 5009")], "missing: leaf1 replicates VNI 5009 to leaf2"),
    (&[("release: article", "release: r2011")], "unexpected: leaf1 type 2 00:00:5e:01:00:01"),
];

#[test]
fn ironic() {
    let more = [Flow::tcp("bms1", "bms2", 22), Flow::udp("bms2", "bms1", 4242)];
    let Some(recording) = record("ironic", &more) else { return };
    hold("ironic", &recording, IRONIC);
}

#[test]
fn services_of_openstack_and_vcenter() {
    let Some(recording) = record("leaf-spine", &[]) else { return };
    hold("leaf-spine", &recording, &[]);
}

#[test]
fn an_integration_of_ones_own() {
    let Some(recording) = record("own-integration", &[]) else { return };
    hold("own-integration", &recording, &[]);
}

/// MPLS to a DC gateway, in each of the tunnels that L3VPN can have.
#[test]
fn dc_gateway_by_mpls() {
    for (document, flips) in [(text("dc-gateway"), IN_UDP), (in_gre(), IN_GRE)] {
        let Some(recording) = record_document("dc-gateway", &document, &[]) else { return };
        hold_document("dc-gateway", &document, &recording, flips);
    }
}

/// A vRouter's own address and a port of its pool in the place of the workload's.
#[test]
fn distributed_snat() {
    let Some(recording) = record("snat", &[]) else { return };
    hold("snat", &recording, SNAT);
}

const SNAT: &[Flip] = &[
    (&[("start_port: 56000, end_port: 57023", "start_port: 50000, end_port: 50100")], "tcp source_port"),
    (&[("10.1.2.21", "10.1.2.22")], "ipv4 source_address: expected 10.1.2.22, found 10.1.2.21"),
];

/// vRouters that prefer VXLAN bridge a network among themselves and with a leaf that has a server in it.
#[test]
fn a_network_over_vrouters_and_a_leaf() {
    let mut document = text("octavia");
    for (from, to) in [
        ("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoUDP, MPLSoGRE]"),
        ("port_groups:\n", PROXY[0]),
        ("servers:\n", PROXY[1]),
    ] {
        assert!(document.contains(from));
        document = document.replacen(from, to, 1);
    }
    let more = [
        Flow::tcp("amphora-1", "amphora-2", 80),
        Flow::tcp("amphora-2", "proxy", 443),
        Flow::udp("proxy", "amphora-1", 9443),
    ];
    let Some(recording) = record_document("a network over vRouters and a leaf", &document, &more) else {
        return;
    };
    hold_document("a network over vRouters and a leaf", &document, &recording, BRIDGED);
}

const PROXY: [&str; 2] = [
    "port_groups:\n  - {name: proxy, ports: [\"leaf1:xe-0/0/12\"], vlans: [{vlan: 300, network: octavia}]}\n",
    "servers:\n  - {name: proxy, kind: controller, port_group: proxy, addresses: \
     [{network: octavia, address: 10.99.0.50, mac: \"02:c0:00:00:00:50\"}]}\n",
];

const BRIDGED: &[Flip] = &[
    (&[("vni: 5001", "vni: 5009")], "vxlan vni: expected 5009, found 5001"),
    (&[("02:c0:00:00:00:50", "02:c0:00:00:00:59")], "destination_address: expected 02:c0:00:00:00:59"),
    (
        &[("[\"leaf1:xe-0/0/12\"]", "[\"leaf2:xe-0/0/12\"]")],
        "outer ipv4 destination_address: expected 10.255.0.12",
    ),
    (
        &[("[VXLAN, MPLSoUDP, MPLSoGRE]", "[MPLSoUDP, MPLSoGRE, VXLAN]")],
        "vxlan vni: expected 9001, found 5001",
    ),
];

/// The second way out for Octavia: VXLAN to the gateway, and MPLS from there to the vRouters.
#[test]
fn octavia_by_a_dc_gateway() {
    let mut document = text("octavia").replace("extended_to: []", "extended_to: [dcgw1]");
    for mac in ["00:11", "00:12"] {
        let route = "routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]";
        document = document.replace(&format!("{mac}\"}}]"), &format!("{mac}\"}}]\n    {route}"));
    }
    let Some(recording) = record_document("octavia by a DC gateway", &document, &[]) else { return };
    hold_document("octavia by a DC gateway", &document, &recording, OCTAVIA_BY_A_DC_GATEWAY);
}

const OCTAVIA_BY_A_DC_GATEWAY: &[Flip] = &[
    (&[("[dcgw1]", "[leaf1]")], "nothing was seen"),
    (&[("vni: 5002", "vni: 5009")], "vxlan vni: expected 5009, found 5002"),
];

/// Another logical router or workload in front takes the number that a label would have had.
const ROUTER_BEFORE: (&str, &str) =
    ("logical_routers:", "logical_routers:\n  - {name: other, vni: 9011, networks: [underlay-rack1]}");
const WORKLOAD_BEFORE: (&str, &str) = (
    "workloads:",
    "workloads:\n  - {name: web-0, host: compute1, network: tenant, address: 10.50.0.10, mac: \"02:aa:00:00:00:10\"}",
);

const IN_UDP: &[Flip] = &[
    (&[WORKLOAD_BEFORE], "mpls label: expected 17, found 16"),
    (&[ROUTER_BEFORE], "mpls label: expected 299777, found 299776"),
    (&[("[MPLSoUDP, MPLSoGRE", "[MPLSoGRE, MPLSoUDP")], "gre: expected and not there"),
    (&[("fabric: dc1", "fabric: dc1\nrelease: r2011")], "vxlan: expected and not there"),
    (&[("10.255.0.21", "10.255.0.22")], "outer ipv4 source_address: expected 10.255.0.22, found 10.255.0.21"),
];

const IN_GRE: &[Flip] = &[
    (&[WORKLOAD_BEFORE], "mpls label: expected 17, found 16"),
    (&[("[MPLSoGRE, MPLSoUDP", "[MPLSoUDP, MPLSoGRE")], "gre: there and not expected"),
];

const IRONIC: &[Flip] = &[
    (&[("vni: 5003", "vni: 5009")], "vxlan vni: expected 5009, found 5003"),
    (&[("service_address: 10.98.0.2", "service_address: 10.98.0.3")], "source_address: expected 10.98.0.3"),
    (&[("10.98.0.11", "10.98.0.21")], "destination_address: expected 10.98.0.21"),
    // Leaf 6 has nobody in the network, and gets no copies of its broadcasts.
    (
        &[("[\"leaf5:xe-0/0/30\", \"leaf6:xe-0/0/30\"]", "[\"leaf5:xe-0/0/30\"]")],
        "leaf5 replicates broadcasts to {\"10.255.0.16\", \"csn1\", \"leaf1\", \"leaf2\"}",
    ),
];
