//! BIRD, which has no EVPN before version 2.16.

use std::fs;
use std::process::Command;

use contrail_wire::bgp::{Nlri, VpnRoute};
use serde_json::json;

use crate::lab::{self, Announced, Gap, Listener, Process, Reflected, Table};

const NO_EVPN: &str = "BIRD 2.0 has no EVPN";
const NO_CONSTRAINT: &str = "BIRD 2.0 has no route target constraint";

const GAPS: &[Gap] = &[
    ("evpn 1", Table, NO_EVPN),
    ("evpn 1", Reflected, NO_EVPN),
    ("evpn 2", Table, NO_EVPN),
    ("evpn 2", Reflected, NO_EVPN),
    ("evpn 3", Table, NO_EVPN),
    ("evpn 3", Reflected, NO_EVPN),
    ("evpn 4", Table, NO_EVPN),
    ("evpn 4", Reflected, NO_EVPN),
    ("evpn 5", Table, NO_EVPN),
    ("evpn 5", Reflected, NO_EVPN),
    ("evpn 5 gateway", Table, NO_EVPN),
    ("evpn 5 gateway", Reflected, NO_EVPN),
    ("evpn 6", Table, NO_EVPN),
    ("evpn 6", Reflected, NO_EVPN),
    ("evpn 7", Table, NO_EVPN),
    ("evpn 7", Reflected, NO_EVPN),
    ("evpn 8", Table, NO_EVPN),
    ("evpn 8", Reflected, NO_EVPN),
    ("evpn 9", Table, NO_EVPN),
    ("evpn 9", Reflected, NO_EVPN),
    ("evpn 10", Table, NO_EVPN),
    ("evpn 10", Reflected, NO_EVPN),
    ("evpn 11", Table, NO_EVPN),
    ("evpn 11", Reflected, NO_EVPN),
    ("ipv4 route-target", Table, NO_CONSTRAINT),
    ("ipv4 route-target", Reflected, NO_CONSTRAINT),
];

const CONFIGURATION: &str = r#"
router id 10.255.0.4;
ipv4 table t4;
ipv6 table t6;
vpn4 table v4;
vpn6 table v6;
protocol device {}
protocol static { ipv4 { table t4; }; route 192.0.3.0/24 blackhole; }
protocol static { ipv6 { table t6; }; route 2001:db8:3::/48 blackhole; }
protocol static {
  vpn4 { table v4; };
  route 64512:8004 10.33.0.0/16 via "lo" mpls 303 { bgp_ext_community.add((rt, 64512, 8004)); };
}
protocol static {
  vpn6 { table v6; };
  route 64512:8004 2001:db8:33::/48 via "lo" mpls 303 { bgp_ext_community.add((rt, 64512, 8004)); };
}
template bgp contrail {
  local 127.0.0.5 port 17940 as 64512;
  multihop;
  rr client;
  connect delay time 1;
  connect retry time 1;
  ipv4 { table t4; import all; export all; };
  ipv6 { table t6; import all; export all; next hop address 2001:db8::4; };
  vpn4 mpls { table v4; import all; export all; };
  vpn6 mpls { table v6; import all; export all; next hop address 2001:db8::4; };
}
protocol bgp announcer from contrail { neighbor 127.0.0.1 as 64512; passive yes; }
protocol bgp listener from contrail { neighbor 127.0.0.12 port 17942 as 64512; }
"#;

#[test]
fn bird() {
    if !lab::is_installed("bird") {
        return;
    }
    let folder = lab::folder("bird");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::write(path("bird.conf"), CONFIGURATION).unwrap();
    let listener = Listener::start("127.0.0.12:17942", &[]);
    let mut bird = Command::new("bird");
    bird.args(["-f", "-c", &path("bird.conf"), "-s", &path("control"), "-P", &path("pid")]);
    let _bird = Process::start(&mut bird, &folder.join("log"));
    let _announcer = lab::announcer("127.0.0.5:17940", &folder.join("announcer"));

    // Of its own VPN routes it gives the label away: it pops itself.
    let labels = json!([{ "raw": 0x31, "vni": 0x31, "mpls": 3 }]);
    let target = json!({ "type": "extended_communities", "value": ["target:64512:8004"] });
    let originated = [
        (json!({ "family": "ipv4 unicast", "prefix": "192.0.3.0/24" }), vec![]),
        (
            json!({ "family": "ipv6 unicast", "prefix": "2001:db8:3::/48" }),
            vec![json!({ "type": "mp_reach_nlri", "family": "ipv6 unicast", "next_hop": "2001:db8::4" })],
        ),
        (
            json!({ "family": "ipv4 vpn", "rd": "64512:8004", "prefix": "10.33.0.0/16", "labels": labels }),
            vec![
                json!({ "type": "mp_reach_nlri", "family": "ipv4 vpn", "next_hop": "127.0.0.5" }),
                target.clone(),
            ],
        ),
        (
            json!({ "family": "ipv6 vpn", "rd": "64512:8004", "prefix": "2001:db8:33::/48", "labels": labels }),
            vec![json!({ "type": "mp_reach_nlri", "family": "ipv6 vpn", "next_hop": "2001:db8::4" }), target],
        ),
    ];
    lab::compare("BIRD", GAPS, &listener, &originated, || {
        let table = lab::printed("birdc", &["-s", &path("control"), "show", "route", "all", "table", "all"]);
        move |announced: &Announced| has(&table, announced)
    });
}

/// A route begins in the first column, and what is said of it is indented.
fn has(table: &str, Announced { route, said }: &Announced) -> bool {
    let head = match route {
        Nlri::Vpn(VpnRoute { rd, prefix, .. }) => format!("{rd} {prefix} "),
        other => format!("{other} "),
    };
    let mut lines = table.lines().skip_while(|line| !line.starts_with(&head));
    let Some(_) = lines.next() else { return false };
    let about: Vec<&str> = lines.take_while(|line| line.starts_with('\t')).map(str::trim).collect();
    let mut wanted = vec![format!("BGP.next_hop: {}", said.next_hop)];
    wanted.extend(said.route_targets.first().map(|target| {
        format!("BGP.ext_community: ({})", target.to_string().replace("target", "rt").replace(':', ", "))
    }));
    if let Nlri::Vpn(VpnRoute { labels, .. }) = route {
        let labels: Vec<_> = labels.iter().map(|label| label.mpls_label().to_string()).collect();
        wanted.push(format!("BGP.mpls_label_stack: {}", labels.join(" ")));
    }
    wanted.iter().all(|line| about.contains(&line.as_str()))
}
