//! Documents that are wrong: the place and the cause are named, and all problems at once.

use contrail_model::document::Document;
use contrail_model::{Fabric, LoadError, Place};

use crate::{OCTAVIA, fabric, with};

fn error(text: &str) -> LoadError {
    match Fabric::from_yaml(text) {
        Err(error) => error,
        Ok(_) => panic!("the document should be refused"),
    }
}

fn message(replacements: &[(&str, &str)]) -> String {
    error(&with(OCTAVIA, replacements)).to_string()
}

#[test]
fn an_unknown_field() {
    let text = message(&[("    vni: 5001\n", "    vnl: 5001\n")]);
    assert_eq!(
        text,
        "line 41, column 5: networks[0].vnl: unknown field `vnl`, expected one of name, project, vni, network_id, mtu, subnets, \
         underlay_irb, ip_fabric_forwarding, fabric_snat"
    );
}

#[test]
fn an_unknown_name_with_a_suggestion() {
    let text = message(&[("networks: [octavia, api]", "networks: [octavia, apl]")]);
    assert_eq!(
        text,
        "line 94, column 52: logical_routers[0].networks[1]: no network is called `apl`; did you mean `api`?"
    );
}

#[test]
fn a_vni_out_of_range() {
    for bad in ["0", "16777216", "18446744073709551615"] {
        let text = message(&[("vni: 5001", &format!("vni: {bad}"))]);
        let expected =
            format!("line 41, column 10: networks[0].vni: VNI {bad} is out of range: expected 1 to 16777215");
        assert_eq!(text, expected);
    }
}

/// The field that is wrong, as YAML and as JSON.
#[test]
fn what_has_the_wrong_form_is_named_with_what_is_expected() {
    for (yaml, json, path, in_yaml, in_json) in [
        (
            "vni: many",
            r#""vni": "many""#,
            "networks[0].vni",
            "invalid u64, expected a whole number from 0 to 18446744073709551615",
            r#"invalid type: string "many", expected u64"#,
        ),
        (
            "mtu: 65536",
            r#""mtu": 65536"#,
            "networks[0].mtu",
            "invalid u16, expected a whole number from 0 to 65535",
            "invalid value: integer `65536`, expected u16",
        ),
        (
            "fabric_snat: maybe",
            r#""fabric_snat": "maybe""#,
            "networks[0].fabric_snat",
            "invalid boolean, expected true or false",
            r#"invalid type: string "maybe", expected a boolean"#,
        ),
    ] {
        let yaml = error(&format!("networks:\n  - {{name: a, {yaml}}}\n"));
        let json = Fabric::from_json(&format!(r#"{{"networks": [{{"name": "a", {json}}}]}}"#)).unwrap_err();
        for (error, message) in [(yaml, in_yaml), (json, in_json)] {
            let [problem] = &*error.problems else { panic!("one problem: {error}") };
            assert_eq!((&*problem.path, &*problem.message), (path, message));
            assert!(problem.place.is_some(), "{problem}");
        }
    }
}

/// What the readers of YAML and JSON say in the same words.
#[test]
fn what_is_unknown_or_missing_is_named_in_yaml_and_json() {
    for (text, path, message) in [
        (
            r#"{"networks": [{"name": "a", "vnl": 1}]}"#,
            "networks[0].vnl",
            "unknown field `vnl`, expected one of name, ",
        ),
        (r#"{"networks": [{"name": "a"}, {"vni": 1}]}"#, "networks[1]", "missing field `name`"),
        (r#"{"netwerks": []}"#, "netwerks", "unknown field `netwerks`, expected one of "),
    ] {
        for error in [error(text), Fabric::from_json(text).unwrap_err()] {
            let [problem] = &*error.problems else { panic!("one problem: {error}") };
            assert_eq!(problem.path, path);
            assert!(problem.message.replace('`', "").starts_with(&message.replace('`', "")), "{problem}");
        }
    }
}

#[test]
fn all_problems_at_once_in_the_order_of_the_document() {
    let error = error(&with(
        OCTAVIA,
        &[
            ("loopback: 10.255.0.11}", "loopback: 10.255.0.311}"),
            ("vni: 5002", "vni: 99999999"),
            (
                "{vlan: 102, network: underlay-rack2}]\n  - name: compute2",
                "{vlan: 5000, network: nowhere}]\n  - name: compute2",
            ),
            ("host: compute1", "host: ctl1x"),
            ("extended_to: []", "extended_to: [leaf9]"),
        ],
    ));
    let told: Vec<(&str, Option<u64>)> = error
        .problems
        .iter()
        .map(|problem| (&*problem.path, problem.place.map(|place| place.line)))
        .collect();
    assert_eq!(
        told,
        [
            ("devices[2].loopback", Some(20)),
            ("networks[1].vni", Some(45)),
            ("port_groups[2].vlans[0].vlan", Some(66)),
            ("port_groups[2].vlans[0].network", Some(66)),
            ("workloads[0].host", Some(90)),
            ("logical_routers[0].extended_to[0]", Some(94)),
        ]
    );
}

#[test]
fn each_field_that_is_wrong_is_named_with_its_cause() {
    let port_group = "  - name: ctl1\n    ports";
    let router = "octavia, vni: 9001";
    for (from, to, expected) in [
        (
            "release: article",
            "vni_mode: manual",
            "vni_mode: `manual` is not a VNI mode: expected configured, automatic",
        ),
        (
            "release: article",
            "vni_mode: automatic",
            "networks[0]: a network needs a network_id, which is its VNI when vni_mode is automatic",
        ),
        (
            "release: article",
            "style: carrier",
            "style: `carrier` is not a style: expected enterprise, service-provider",
        ),
        (
            "release: article",
            "disable_vlan_vn_uniqueness_check: maybe",
            "disable_vlan_vn_uniqueness_check: invalid boolean, expected true or false",
        ),
        (
            "release: article",
            "device_manager_python: 4",
            "device_manager_python: there is no Python 4: expected 2 or 3",
        ),
        (
            "release: article",
            "tunnel_destinations: [10.1.1.1/24]",
            "tunnel_destinations[0]: `10.1.1.1/24` has bits behind its length; the prefix is 10.1.1.0/24",
        ),
        (
            "release: article",
            "tunnel_destinations: [10.1.1.1]",
            "tunnel_destinations[0]: `10.1.1.1` is not a prefix: invalid IP address syntax",
        ),
        ("name: spine1,", "name: spine1, fabric: \" \",", "devices[0].fabric.name: the name is empty"),
        (
            "name: spine1,",
            "name: spine1, mtu: 255,",
            "devices[0].mtu: MTU 255 is out of range: expected 256 to 9216",
        ),
        (
            "name: spine1,",
            "name: spine1, mtu: 9217,",
            "devices[0].mtu: MTU 9217 is out of range: expected 256 to 9216",
        ),
        (
            "name: spine1,",
            "name: spine1, mtu: 65536,",
            "devices[0].mtu: invalid u16, expected a whole number from 0 to 65535",
        ),
        ("name: spine1,", "name: spine1, product: [qfx],", "devices[0].product: expected string scalar"),
        ("    vni: 5001\n", "", "networks[0]: a network needs a vni, or a network_id that is used instead"),
        (
            "    vni: 5001\n",
            "    network_id: 0\n",
            "networks[0].network_id: VNI 0 is out of range: expected 1 to 16777215",
        ),
        (
            "    vni: 5001\n",
            "    vni: 5001\n    mtu: 0\n",
            "networks[0].mtu: MTU 0 is out of range: expected 256 to 9216",
        ),
        (
            "gateway: 10.99.0.1}",
            "gateway: 10.99.0.1, dhcp: 1}",
            "networks[0].subnets[0].dhcp: invalid boolean, expected true or false",
        ),
        (
            "gateway: 10.99.0.1}",
            "gateway: 10.99.0.1, dhcp_options: [tftp-server-name]}",
            "expected mapping start",
        ),
        (
            port_group,
            "  - name: ctl1\n    uuid: 3fa85f64\n    ports",
            "port_groups[0].uuid: `3fa85f64` is not a UUID: expected 8-4-4-4-12 hex digits",
        ),
        (
            port_group,
            "  - name: ctl1\n    uuid: 3fa85f64-5717-4562-b3fc-2c963f66afag\n    ports",
            "port_groups[0].uuid: `3fa85f64-5717-4562-b3fc-2c963f66afag` is not a UUID: expected 8-4-4-4-12 hex digits",
        ),
        (
            port_group,
            "  - name: ctl1\n    ae_numbers: {leaf1: 128}\n    ports",
            "port_groups[0].ae_numbers.leaf1: ae128 is out of range: expected 0 to 127",
        ),
        (
            port_group,
            "  - name: ctl1\n    ae_numbers: {leaf7: 1}\n    ports",
            "port_groups[0].ae_numbers.leaf7: no device is called `leaf7`; did you mean `leaf1`?",
        ),
        (
            port_group,
            "  - name: ctl1\n    ae_numbers: {leaf3: 1}\n    ports",
            "port_groups[0].ae_numbers.leaf3: the port group has no port on leaf3",
        ),
        (
            port_group,
            "  - name: ctl1\n    lacp: fast\n    ports",
            "port_groups[0].lacp: invalid boolean, expected true or false",
        ),
        (
            "  - name: ctl1\n    kind",
            "  - name: ctl1\n    mtu: 100\n    kind",
            "servers[0].mtu: MTU 100 is out of range: expected 256 to 9216",
        ),
        (
            router,
            "octavia, type: bridging",
            "logical_routers[0].type: `bridging` is not a type of logical router: expected vxlan-routing, snat-routing",
        ),
        (
            router,
            "octavia, kind: vxlan-routing, vni: 9001",
            "logical_routers[0].kind: unknown field `kind`, expected one of name, project, type, vni, external_gateway, networks, extended_to",
        ),
        (
            router,
            "octavia, project: 'a:b:c', vni: 9001",
            "logical_routers[0].project: `a:b:c` is not a project: expected project or domain:project",
        ),
        (router, "octavia, vni: 0", "logical_routers[0].vni: VNI 0 is out of range: expected 1 to 16777215"),
        (
            router,
            "octavia, vni: 9001, external_gateway: public",
            "logical_routers[0].external_gateway: no network is called `public`",
        ),
    ] {
        let text = message(&[(from, to)]);
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("line ") && first.ends_with(expected),
            "{to}\n  expected: {expected}\n  found:    {first}"
        );
    }
}

#[test]
fn an_empty_document() {
    for empty in ["", "  \n\t\n"] {
        assert_eq!(error(empty).to_string(), "the document is empty");
    }
}

#[test]
fn a_document_that_is_no_mapping() {
    assert_eq!(error("- 1\n").to_string(), "line 1, column 1: expected mapping start");
}

#[test]
fn a_key_that_stands_twice() {
    let text = message(&[("autonomous_system: 64512", "fabric: dc2")]);
    assert_eq!(text, "line 13, column 1: the key `fabric` stands here a second time");
}

#[test]
fn an_alias_bomb_costs_nothing() {
    let mut bomb = "fabric: dc1\nignore_rules: &a0 [x, x, x, x, x, x, x, x, x]\nflows:\n".to_owned();
    for depth in 1..40 {
        let before = format!("*a{}", depth - 1);
        bomb.push_str(&format!("- &a{depth} [{}]\n", vec![before; 9].join(", ")));
    }
    let started = std::time::Instant::now();
    let text = error(&bomb).to_string();
    assert!(started.elapsed().as_secs() < 2, "{text}");
    assert!(text.starts_with("line "), "{text}");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("fabric: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(error(&deep).to_string().starts_with("line 1"), "{}", error(&deep));
}

#[test]
fn a_prefix_with_host_bits_names_the_prefix() {
    let text = message(&[("prefix: 10.1.10.0/24", "prefix: 10.1.10.7/24")]);
    assert!(
        text.ends_with("`10.1.10.7/24` has bits behind its length; the prefix is 10.1.10.0/24"),
        "{text}"
    );
}

#[test]
fn a_workload_on_a_controller() {
    let text = message(&[("host: compute1", "host: ctl1")]);
    assert!(
        text.ends_with("workloads[0].host: ctl1 is no hypervisor, and workloads run on hypervisors"),
        "{text}"
    );
}

#[test]
fn a_hypervisor_without_vhost0() {
    let text = message(&[(
        "    vhost0: {network: underlay-rack2, address: 10.1.2.21, mac: \"02:c0:00:00:02:21\"}\n",
        "",
    )]);
    assert!(text.ends_with("servers[2]: a hypervisor needs vhost0"), "{text}");
}

#[test]
fn a_service_that_the_integration_does_not_have() {
    let text = message(&[("services: {worker: ctl1,", "services: {wroker: ctl1,")]);
    assert!(
        text.contains("integrations[0].services.wroker: octavia has no service `wroker`: expected worker, health-manager"),
        "{text}"
    );
    assert!(text.contains("octavia needs to know where its service `worker` runs"), "{text}");
}

#[test]
fn a_flow_with_an_unknown_end() {
    let text = format!("{OCTAVIA}flows:\n  - {{from: ctl1, to: amphora-9, protocol: tcp, port: 22}}\n");
    let text = error(&text).to_string();
    assert!(
        text.contains("flows[0].to: no workload, service or server with an address is called `amphora-9`"),
        "{text}"
    );
}

#[test]
fn a_flow_between_address_families() {
    let text = with(
        OCTAVIA,
        &[
            (
                "{prefix: 10.1.10.0/24, gateway: 10.1.10.1}",
                "{prefix: 10.1.10.0/24, gateway: 10.1.10.1}, {prefix: \"2001:db8::/64\"}",
            ),
            ("address: 10.1.10.11,", "address: \"2001:db8::11\","),
        ],
    );
    let text = error(&text).to_string();
    assert!(text.contains("2001:db8::11 and 10.99.0.11 are of different address families"), "{text}");
}

#[test]
fn an_unknown_rule_cannot_be_ignored() {
    let text = error(&format!("{OCTAVIA}ignore_rules: [L9]\n")).to_string();
    assert!(text.contains("ignore_rules[0]: no rule has the id `L9`"), "{text}");
}

#[test]
fn json_is_read_and_says_where_it_is_wrong() {
    let document = Document::from_yaml(OCTAVIA).unwrap();
    let json = serde_json::to_string_pretty(&document).unwrap();
    assert_eq!(Document::from_json(&json).unwrap(), document);
    assert_eq!(Document::from_yaml(&json).unwrap(), document, "JSON is YAML too");
    let plan = Fabric::from_json(&json).unwrap().plan().to_string();
    assert_eq!(plan, fabric(OCTAVIA).plan().to_string());

    let cut = json.get(..json.len() / 2).unwrap();
    let problem = Document::from_json(cut).unwrap_err().problems.remove(0);
    assert!(matches!(problem.place, Some(Place { line, .. }) if line > 10), "{problem}");
}

#[test]
fn a_suggestion_costs_no_more_than_the_document() {
    // Many unknown names against many known ones.
    let mut text = "fabric: f\nnetworks:\n".to_owned();
    for number in 0..3_000 {
        text.push_str(&format!("- {{name: network-{number}, vni: {}}}\n", number + 1));
    }
    text.push_str("logical_routers:\n- name: r\n  vni: 9000\n  networks:\n");
    for number in 0..3_000 {
        text.push_str(&format!("  - netwrok-{number}\n"));
    }
    let started = std::time::Instant::now();
    assert_eq!(error(&text).problems.len(), 3_000);
    assert!(started.elapsed().as_secs() < 5);
}
