//! Documents that somebody made to do harm, or a program by mistake: each is read or refused with its place, in a time
//! that follows from its length.

use std::time::{Duration, Instant};

use contrail_model::document::Document;
use contrail_model::{Fabric, LoadError};

use crate::OCTAVIA;

fn refused(text: &str) -> LoadError {
    match Fabric::from_yaml(text) {
        Ok(_) => panic!("it is read: {}", text.lines().find(|line| line.contains("vni")).unwrap_or_default()),
        Err(error) => error,
    }
}

/// The octavia example with a piece replaced.
fn with(from: &str, to: &str) -> String {
    assert!(OCTAVIA.contains(from), "{from}");
    OCTAVIA.replacen(from, to, 1)
}

/// The best of three, so that a busy machine does not make an input slow.
fn time(mut run: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..3).map(once).min().unwrap_or_default()
}

/// Ten times as much of something takes not much more than ten times as long.
fn grows_with_its_length(of: impl Fn(usize) -> String, ask: impl Fn(&str)) {
    let [small, large] = [2_000, 20_000].map(of);
    let [once, again] = [&small, &large].map(|text| time(|| ask(text)));
    assert!(again < once * 40 + Duration::from_millis(50), "{once:?} and {again:?}");
}

#[test]
fn numbers_that_no_field_holds_are_refused_where_they_stand() {
    for number in [
        "-1",
        "99999999999999999999999999",
        "1e400",
        ".inf",
        ".nan",
        "1.5",
        "0x1ffffffffffffffff",
        "!!binary AAAA",
        "[1]",
        "{a: 1}",
        "5001\u{0}",
    ] {
        let error = refused(&with("vni: 5001\n", &format!("vni: {number}\n")));
        assert!(error.to_string().starts_with("line "), "{number}: {error}");
        let json =
            format!(r#"{{"fabric": "f", "devices": [], "networks": [{{"name": "n", "vni": {number}}}]}}"#);
        let error = Document::from_json(&json).expect_err("it is refused");
        assert!(error.to_string().starts_with("line "), "{number}: {error}");
    }
}

#[test]
fn cables_and_routers_may_not_bite_their_own_tail() {
    let looped = with(
        "links:\n",
        "links:\n  - [leaf1:et-9/9/9, leaf1:et-9/9/9]\n  - [leaf1:et-9/9/8, leaf1:et-9/9/7]\n",
    );
    match Fabric::from_yaml(&looped) {
        Ok(fabric) => assert!(fabric.trace_required().iter().all(|trace| !trace.to_string().is_empty())),
        Err(error) => assert!(error.to_string().contains("links[0]"), "{error}"),
    }
    // Each is the gateway of the other.
    let cycle = "fabric: f
devices: [{name: l, role: leaf, loopback: 10.0.0.1, overlay_roles: [ERB-UCAST-Gateway]}]
networks:
- {name: a, vni: 1, subnets: [{prefix: 10.1.0.0/24, gateway: 10.1.0.1}]}
- {name: b, vni: 2, subnets: [{prefix: 10.2.0.0/24, gateway: 10.2.0.1}]}
logical_routers:
- {name: x, type: snat-routing, external_gateway: b, networks: [a], extended_to: []}
- {name: y, type: snat-routing, external_gateway: a, networks: [b], extended_to: []}
- {name: z, networks: [a, b, a], extended_to: [l, l]}
";
    match Fabric::from_yaml(cycle) {
        Ok(fabric) => {
            assert!(!fabric.check().to_string().is_empty());
            let _ = (fabric.routes(), fabric.plan().to_string());
        }
        Err(error) => assert!(error.to_string().contains("logical_routers"), "{error}"),
    }
}

#[test]
fn names_of_any_kind_are_told_as_they_are() {
    for name in
        ["a\u{0}b", "\u{202e}leaf", "<script>", "a: b", "x".repeat(1 << 20).as_str(), "😀", "\u{feff}"]
    {
        let quoted = serde_json::to_string(name).unwrap();
        let text = format!(
            r#"{{"fabric": {quoted}, "devices": [{{"name": {quoted}, "role": "leaf"}}], "networks": [
               {{"name": {quoted}, "vni": 1}}, {{"name": {quoted}, "vni": 1}}]}}"#
        );
        let document = Document::from_json(&text).unwrap();
        match Fabric::from_document(&document) {
            Ok(fabric) => assert!(fabric.check().has_errors(), "a name stands twice"),
            Err(error) => assert!(!error.problems.is_empty()),
        }
    }
}

#[test]
fn a_wall_of_brackets_is_refused_in_json_too() {
    for deep in [
        "[".repeat(1_000_000),
        r#"{"devices":"#.repeat(200_000),
        format!("{{\"fabric\": {}", "[".repeat(500_000)),
    ] {
        let start = Instant::now();
        let error = Document::from_json(&deep).expect_err("it has no end");
        assert!(error.to_string().starts_with("line 1"), "{error}");
        assert!(Document::from_yaml(&deep).is_err());
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn many_of_anything_take_as_long_as_they_are_many() {
    let networks = |count: usize| {
        let lines =
            (1..=count).map(|n| format!("- {{name: n{n}, vni: {n}, subnets: [{{prefix: 10.0.0.0/8}}]}}\n"));
        format!("fabric: f\ndevices: []\nnetworks:\n{}", lines.collect::<String>())
    };
    grows_with_its_length(networks, |text| {
        let _ = Fabric::from_yaml(text).map(|fabric| fabric.check());
    });
    let doubles = |count: usize| {
        let lines = (1..=count).map(|_| "- {name: same, vni: 7}\n".to_owned());
        format!("fabric: f\ndevices: []\nnetworks:\n{}", lines.collect::<String>())
    };
    grows_with_its_length(doubles, |text| {
        assert!(Fabric::from_yaml(text).is_ok_and(|fabric| fabric.check().has_errors()));
    });
    let joined = |count: usize| {
        let names = (1..=count).map(|n| format!("nobody{n}, "));
        let names = names.collect::<String>();
        format!(
            "fabric: f\ndevices: []\nnetworks: [{{name: n, vni: 1}}]\nlogical_routers: [{{name: r, networks: [{names}]}}]\n"
        )
    };
    grows_with_its_length(joined, |text| assert!(Fabric::from_yaml(text).is_err()));
}
