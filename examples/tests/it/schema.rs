//! The published schema as somebody else's validator reads it: it takes every fabric of the examples, and refuses what
//! loading refuses.

use std::fs;
use std::path::Path;

use contrail_model::Fabric;
use contrail_model::document::Document;
use jsonschema::Validator;
use serde_json::{Value, json};

const FABRICS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics");
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contrail-model/schema/fabric.schema.json");

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&fs::read_to_string(SCHEMA).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// A document of the examples, in JSON.
fn example(name: &str) -> Value {
    let text = fs::read_to_string(Path::new(FABRICS).join(name)).unwrap();
    serde_json::to_value(Document::from_yaml(&text).unwrap()).unwrap()
}

#[test]
fn every_example_is_valid() {
    let validator = validator();
    let mut files = 0;
    for entry in fs::read_dir(FABRICS).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&example(&name)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        files += 1;
    }
    assert!(files >= 1);
}

/// A document with the value at `pointer` replaced, or added if its parent is there.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = example("octavia.yaml");
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) => drop(object.insert(field.to_owned(), value)),
        Value::Array(list) => list[field.parse::<usize>().unwrap()] = value,
        other => panic!("{parent} is {other}"),
    }
    document
}

#[test]
fn what_loading_refuses_for_its_form_the_schema_refuses_too() {
    let validator = validator();
    for (pointer, value) in [
        ("/vxlan", json!(1)),
        ("/fabric", json!(7)),
        ("/release", json!("r1910")),
        ("/autonomous_system", json!(-1)),
        ("/encapsulation_priority/0", json!("NVGRE")),
        ("/devices/0/name", json!("  ")),
        ("/devices/0/role", json!("hub")),
        ("/devices/0/overlay_roles/0", json!("Gateway")),
        ("/devices/0/loopback", json!("10.255.0.256")),
        ("/links/0/0", json!("leaf1")),
        ("/links/0", json!(["leaf1:et-0/0/48"])),
        ("/networks/0/vnl", json!(5001)),
        ("/networks/0/vni", json!(0)),
        ("/networks/0/vni", json!(16_777_216)),
        ("/networks/0/vni", json!("many")),
        ("/networks/0/subnets/0/prefix", json!("10.99.0.0")),
        ("/networks/0/subnets/0/gateway", json!("10.99.0")),
        ("/port_groups/0/ports", json!([])),
        ("/port_groups/0/vlans/0/vlan", json!(0)),
        ("/port_groups/0/vlans/0/vlan", json!(4095)),
        ("/servers/0/kind", json!("switch")),
        ("/servers/0/addresses/0/mac", json!("02:c0:00:00:00")),
        ("/workloads/0/address", json!("10.99.0.0/24")),
        ("/integrations/0/services/worker", json!({"host": "ctl1"})),
        ("/ignore_rules", json!(["L9"])),
        ("/vni_mode", json!("manual")),
        ("/style", json!("carrier")),
        ("/device_manager_python", json!(4)),
        ("/tunnel_destinations", json!(["10.1.1.1"])),
        ("/devices/0/fabric", json!(" ")),
        ("/devices/0/mtu", json!(255)),
        ("/networks/0/mtu", json!(9217)),
        ("/networks/0/network_id", json!(0)),
        ("/networks/0/subnets/0/dhcp", json!("yes")),
        ("/networks/0/subnets/0/dhcp_options", json!({"tftp-server-name": 7})),
        ("/port_groups/0/lacp", json!(1)),
        ("/port_groups/0/uuid", json!("3fa85f64")),
        ("/port_groups/0/ae_numbers", json!({"leaf1": 128})),
        ("/servers/0/mtu", json!(70_000)),
        ("/logical_routers/0/type", json!("bridging")),
        ("/logical_routers/0/kind", json!("vxlan-routing")),
    ] {
        let document = with(pointer, value);
        assert!(Fabric::from_json(&document.to_string()).is_err(), "{pointer} is loaded: {document}");
        assert!(!validator.is_valid(&document), "{pointer} is valid: {document}");
    }
}

#[test]
fn what_loading_takes_the_schema_takes_too() {
    let validator = validator();
    for (pointer, value) in [
        ("/release", json!(null)),
        ("/networks/0/vni", json!(1)),
        ("/networks/0/vni", json!(16_777_215)),
        ("/networks/0/subnets/0/gateway", json!(null)),
        ("/devices/0/loopback", json!("2001:db8::1")),
        ("/servers/0/addresses/0/mac", json!("02c0.0000.0011")),
        ("/servers/0/addresses/0/mac", json!("02-C0-00-00-00-11")),
        ("/integrations/0/services/worker", json!(["ctl1", "ctl2"])),
        ("/ignore_rules", json!(["L3"])),
        ("/vni_mode", json!("configured")),
        ("/style", json!("service-provider")),
        ("/device_manager_python", json!(3)),
        ("/tunnel_destinations", json!(["10.1.0.0/16", "2001:db8::/32"])),
        ("/devices/0/product", json!("qfx10002-36q")),
        ("/devices/0/mtu", json!(9216)),
        ("/networks/0/network_id", json!(7)),
        ("/networks/0/subnets/0/dhcp_options", json!({"tftp-server-name": "10.1.10.11"})),
        ("/port_groups/0/uuid", json!("3FA85F64-5717-4562-b3fc-2c963f66afa6")),
        ("/port_groups/0/ae_numbers", json!({"leaf1": 127})),
        ("/logical_routers/0/type", json!("snat-routing")),
        ("/logical_routers/0/vni", json!(null)),
    ] {
        let document = with(pointer, value);
        if let Err(error) = Fabric::from_json(&document.to_string()) {
            panic!("{pointer}: {error}");
        }
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{pointer}: {errors:#?}");
    }
}
