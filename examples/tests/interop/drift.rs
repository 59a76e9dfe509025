//! Drift between a fabric and what route reflectors of others really hold: our announcer gives FRR and GoBGP the routes of
//! an example, but for one that is withdrawn and one that is changed, and exactly these two are found, with their causes: in
//! what they hand on, and in what they print.

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use contrail_examples::session::{Options, Peer};
use contrail_model::Fabric;
use contrail_model::routes::{Destination, Drift, Observed, RouteEntry, Routes};
use contrail_wire::bgp::evpn::Route as EvpnRoute;
use contrail_wire::bgp::{Message, UpdateBuilder};

use crate::{frr, gobgp, lab};

/// How long the route reflector has to hand on what it holds.
const PATIENCE: Duration = Duration::from_secs(30);

const CAUSES: [&str; 2] = [
    "the type-5 route of compute1 for workload amphora-1 differs in communities",
    "leaf1 is not in the flood list of octavia (VNI 5001): its type-3 route is missing",
];

fn fabric() -> Fabric {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics/octavia.yaml")).unwrap();
    let fabric = Fabric::from_yaml(&text).unwrap();
    fabric.plan().best().unwrap().apply(&fabric)
}

fn is_flooding(entry: &&RouteEntry) -> bool {
    matches!(&entry.destination, Destination::Evpn(EvpnRoute::InclusiveMulticast(_)))
}

/// The prefix of a workload with another route target. (Of a prefix with another label alone FRR 8.4 takes no notice.)
fn changed(entry: &RouteEntry) -> Option<RouteEntry> {
    let is_prefix = matches!(entry.destination, Destination::Evpn(EvpnRoute::IpPrefix(_)));
    let mut changed = entry.clone();
    let target = changed.communities.iter_mut().find(|community| community.route_target().is_some());
    *target.filter(|_| is_prefix && &*entry.speaker == "compute1")? = "target:64512:4711".parse().unwrap();
    Some(changed)
}

fn announce(peer: &mut Peer, entries: &[RouteEntry]) {
    let session = peer.session();
    for entry in entries {
        let attributes = entry.attributes();
        let route = [entry.route()];
        peer.send_updates(UpdateBuilder::announce(&session, entry.bgp_next_hop(), &attributes, route))
            .unwrap();
    }
}

/// Has a route reflector hold the fabric's routes, withdraws one and changes another, and finds that in what it hands on, and
/// in each set of tables that it prints.
fn find_drift(
    name: &str,
    reflector: SocketAddr,
    our_side: SocketAddr,
    tables: impl FnOnce() -> Vec<Vec<String>>,
) {
    let fabric = fabric();
    let expected = fabric.routes();
    let listening = thread::spawn(move || {
        let options = Options {
            listen: true,
            router_id: Some([10, 255, 0, 12].into()),
            timeout: Some(PATIENCE),
            ..Options::default()
        };
        Peer::establish(our_side, &options, Instant::now() + PATIENCE).unwrap()
    });
    let options = Options { timeout: Some(PATIENCE), ..Options::default() };
    let mut announcer = Peer::establish(reflector, &options, Instant::now() + PATIENCE).unwrap();
    announce(&mut announcer, &expected.entries);
    let mut listener = listening.join().unwrap();

    let mut found = Observed::default();
    let observe =
        |found: &mut Observed, listener: &mut Peer, announcer: &mut Peer, done: &dyn Fn(&Routes) -> bool| {
            let until = Instant::now() + PATIENCE;
            while !done(&found.routes()) {
                assert!(Instant::now() < until, "{name}: {:#?}", expected.diff(&found.routes()));
                let soon = Instant::now() + Duration::from_millis(200);
                while let Some(message) = listener.next(soon).unwrap() {
                    if let Message::Update(update) = message {
                        found.update(&fabric, &update);
                    }
                }
                // Keeps the other session alive.
                while announcer.next(Instant::now()).unwrap().is_some() {}
            }
        };
    observe(&mut found, &mut listener, &mut announcer, &|found| expected.drift(found).is_empty());

    let withdrawn = expected.of("leaf1").find(is_flooding).unwrap();
    let session = announcer.session();
    announcer.send_updates(UpdateBuilder::withdraw(&session, [withdrawn.route()])).unwrap();
    let other = expected.entries.iter().find_map(changed).unwrap();
    announce(&mut announcer, std::slice::from_ref(&other));
    observe(&mut found, &mut listener, &mut announcer, &|found| expected.drift(found).len() == 2);

    let found = found.routes();
    let drift = expected.drift(&found);
    let causes = |drift: &[Drift<'_>]| drift.iter().map(|drift| drift.cause.clone()).collect::<Vec<_>>();
    assert_eq!(causes(&drift), CAUSES, "{name}");
    for printed in tables() {
        let mut shown = Observed::default();
        printed.iter().for_each(|text| shown.read(&fabric, text.as_bytes()).unwrap());
        let (expected, shown) = (expected.of_families(shown.families), shown.routes());
        assert_eq!(expected.entries.len(), shown.entries.len() + 1, "{name}: {shown:?}");
        assert_eq!(causes(&expected.drift(&shown)), CAUSES, "{name} prints");
    }
    for drift in &drift {
        assert_eq!(drift.differences.len(), 1, "{name}: {drift}");
        eprintln!("{name}: {drift}");
    }
}

#[test]
fn drift_at_frr() {
    if !lab::is_installed(frr::BGPD) {
        return;
    }
    let folder = lab::folder("drift-frr");
    let families = ["ipv4 unicast", "ipv4 vpn", "l2vpn evpn"].map(|family| {
        let neighbors = ["127.0.0.1", "127.0.0.12"]
            .map(|it| format!("  neighbor {it} activate\n  neighbor {it} route-reflector-client\n"));
        format!(" address-family {family}\n{} exit-address-family\n", neighbors.concat())
    });
    let configuration = format!(
        "router bgp 64512\n bgp router-id 10.255.0.1\n no bgp default ipv4-unicast\n \
         neighbor 127.0.0.1 remote-as 64512\n neighbor 127.0.0.1 passive\n \
         neighbor 127.0.0.12 remote-as 64512\n neighbor 127.0.0.12 port 17952\n \
         neighbor 127.0.0.12 timers connect 1\n{}",
        families.concat()
    );
    let _bgpd = frr::bgpd(&folder, &configuration, "127.0.0.6", "17950");
    let show = |what: &str| {
        let socket = folder.to_str().unwrap();
        lab::printed("vtysh", &["--vty_socket", socket, "-c", &format!("show bgp {what} json")])
    };
    let tables = || {
        ["l2vpn evpn", "l2vpn evpn route", "l2vpn evpn route detail"]
            .map(|evpn| vec![show(evpn), show("ipv4 vpn")])
            .to_vec()
    };
    find_drift("FRR", "127.0.0.6:17950".parse().unwrap(), "127.0.0.12:17952".parse().unwrap(), tables);
}

#[test]
fn drift_at_gobgp() {
    if !lab::is_installed("gobgpd") {
        return;
    }
    let folder = lab::folder("drift-gobgp");
    let families = gobgp::families(["ipv4-unicast", "l3vpn-ipv4-unicast", "l2vpn-evpn"]);
    let neighbors = [
        gobgp::neighbor("127.0.0.1", "passive-mode = true", &families),
        gobgp::neighbor("127.0.0.12", "remote-port = 17962\nlocal-address = \"127.0.0.7\"", &families),
    ];
    let _gobgpd = gobgp::gobgpd(&folder, "127.0.0.7", ["17960", "17963"], &neighbors.concat());
    let show = |family: &str| {
        lab::printed("gobgp", &["-u", "127.0.0.7", "-p", "17963", "global", "rib", "-a", family, "-j"])
    };
    let tables = || vec![vec![show("evpn"), show("vpnv4")]];
    find_drift("GoBGP", "127.0.0.7:17960".parse().unwrap(), "127.0.0.12:17962".parse().unwrap(), tables);
}
