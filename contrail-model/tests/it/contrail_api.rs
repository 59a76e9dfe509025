//! Objects of Contrail's config API: what is exported comes back, in every form; what is broken is named.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use contrail_model::Fabric;
use contrail_model::contrail_api::{Export, Import, ImportError, Imported};
use contrail_model::document::Document;
use serde_json::{Value, json};

use crate::fabrics::{examples, put_into_projects};

/// Imports, with what Contrail does not know laid over it.
fn with_rest(import: Import, export: &Export) -> Imported {
    let mut imported = import.finish();
    imported.lay_over(&export.rest()).unwrap();
    imported
}

fn read(texts: &[String]) -> Import {
    let mut import = Import::new();
    texts.iter().for_each(|text| import.read_json("text", text).unwrap());
    import
}

fn lists(export: &Export) -> Vec<String> {
    export.lists().values().map(Value::to_string).collect()
}

/// The objects of all lists, each with its type.
fn objects(export: &Export) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (of, list) in export.lists() {
        let list = list.get(format!("{of}s")).unwrap().as_array().unwrap();
        all.extend(list.iter().map(|object| (of.to_owned(), object.get(of).unwrap().clone())));
    }
    all
}

#[test]
fn every_example_comes_back_from_every_form() {
    let read_one = |(name, text): (String, String)| (name, Document::from_yaml(&text).unwrap());
    let in_projects = |(name, text)| {
        let (name, mut document) = read_one((name, text));
        put_into_projects(&mut document);
        (format!("{name} in projects"), document)
    };
    for (name, document) in
        examples().into_iter().map(read_one).chain(examples().into_iter().map(in_projects))
    {
        let export = Export::new(&document);
        let enveloped: Vec<String> =
            objects(&export).into_iter().map(|(of, object)| json!({ of: object }).to_string()).collect();
        let bare = objects(&export).into_iter().map(|(of, mut object)| {
            let uuid = object["uuid"].as_str().unwrap().to_owned();
            object["href"] = json!(format!("http://api:8082/{of}/{uuid}"));
            object.to_string()
        });
        let one_array = format!("[{}]", lists(&export).join(","));
        let forms = [
            ("objects", export.import()),
            ("lists", read(&lists(&export))),
            ("one array", read(&[one_array])),
            ("one behind the other", read(&[lists(&export).join("\n")])),
            ("envelopes", read(&enveloped)),
            ("bare", read(&bare.collect::<Vec<_>>())),
            ("dump", read(&[export.database_dump().to_string()])),
        ];
        for (form, import) in forms {
            let imported = with_rest(import, &export);
            assert_eq!(imported.findings, [], "{name}, {form}");
            assert_eq!(imported.document, document, "{name}, {form}");
        }
    }
}

#[test]
fn a_dump_gives_the_same_plans_and_traces_as_the_document() {
    for (name, text) in examples() {
        let document = Document::from_yaml(&text).unwrap();
        let export = Export::new(&document);
        let imported = with_rest(read(&[export.database_dump().to_string()]), &export);
        let told = |document: &Document| {
            let fabric = Fabric::from_document(document).unwrap();
            let plan = fabric.plan();
            let solved = plan.best().map(|best| best.apply(&fabric));
            let traces = solved.iter().flat_map(Fabric::trace_required).map(|trace| trace.to_string());
            (fabric.check().to_string(), plan.to_string(), traces.collect::<Vec<_>>())
        };
        assert_eq!(told(&imported.document), told(&document), "{name}");
    }
}

/// What Contrail has no place for is little, and none of it is what the API can hold.
#[test]
fn only_what_contrail_does_not_know_is_left_over() {
    let document = Document::from_yaml(&examples()["octavia"]).unwrap();
    let rest: Value = serde_json::from_str(&Export::new(&document).rest()).unwrap();
    let expected = json!({
        "autonomous_system": 64512,
        "release": "article",
        "integrations": [{
            "kind": "octavia",
            "management_network": "octavia",
            "service_network": "api",
            "services": {"worker": ["ctl1"], "health-manager": ["ctl2"]},
        }],
    });
    assert_eq!(rest, expected);
}

/// A folder of its own for a test, which is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("contrail-model-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len().try_into().unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

#[test]
fn files_may_be_packed_and_lie_in_folders_and_archives() {
    let document = Document::from_yaml(&examples()["octavia"]).unwrap();
    let export = Export::new(&document);
    let dump = export.database_dump().to_string();
    let texts = lists(&export);
    let folder = Folder::new("files");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    };
    let names: Vec<String> = (0..texts.len()).map(|index| format!("{index:02}.json")).collect();
    let mut members: Vec<(&str, &[u8])> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    members.push(("README.txt", b"not an object"));
    for (index, (name, bytes)) in members.iter().enumerate() {
        // Half of them one folder deeper, which comes last by name, and packed.
        match index % 2 {
            0 => drop(write(&format!("all/{name}"), bytes)),
            _ => drop(write(&format!("all/more/{name}.gz"), &gzip(bytes))),
        }
    }
    let archive = tar(&members);
    let mut checked = 0;
    for path in [
        write("dump.json", dump.as_bytes()),
        write("dump.json.gz", &gzip(dump.as_bytes())),
        write("dump", &gzip(dump.as_bytes())),
        write("all.tar", &archive),
        write("all.tgz", &gzip(&archive)),
        folder.0.join("all"),
    ] {
        let mut import = Import::new();
        import.read_path(&path).unwrap();
        let imported = with_rest(import, &export);
        assert_eq!(imported.findings, [], "{}", path.display());
        assert_eq!(imported.document, document, "{}", path.display());
        checked += 1;
    }
    assert_eq!(checked, 6);
}

#[test]
fn what_unpacks_to_far_more_than_it_is_is_refused() {
    let folder = Folder::new("bombs");
    let read = |name: &str, bytes: &[u8]| {
        let path = folder.0.join(name);
        fs::write(&path, bytes).unwrap();
        Import::new().read_path(&path).map_err(|error| error.to_string())
    };
    let blanks = gzip(&vec![b' '; 16 << 20]);
    let twice = gzip(&tar(&[("a.json", b"{}"), ("b.json.gz", &blanks)]));
    // What nobody reads of an archive is unpacked all the same.
    let passed_over = gzip(&tar(&[("zeros", &vec![0; 16 << 20]), ("a.json", b"{}")]));
    for (name, bytes, place) in [
        ("blanks.json.gz", blanks, "blanks.json.gz: "),
        ("twice.tgz", twice, "twice.tgz:b.json.gz: "),
        ("passed_over.tgz", passed_over, "passed_over.tgz: "),
    ] {
        let error = read(name, &bytes).unwrap_err();
        assert!(error.contains(place), "{error}");
        assert!(error.ends_with(" or more, expected at most 200 times as many, or 1048576"), "{error}");
    }
    assert_eq!(read("small.json.gz", &gzip(&[&vec![b' '; 1 << 19][..], b"{}"].concat())), Ok(()));
}

fn error(text: &str) -> ImportError {
    Import::new().read_json("dump.json", text).unwrap_err()
}

#[test]
fn an_error_names_object_and_field() {
    let vni = r#"{"virtual-networks": [{"virtual-network": {"fq_name": ["d", "p", "red"],
        "virtual_network_properties": {"vxlan_network_identifier": "many"}}}]}"#;
    let expected = "dump.json: virtual-network d:p:red: virtual_network_properties.vxlan_network_identifier: \
                    invalid type: string \"many\", expected u64";
    assert_eq!(error(vni).to_string(), expected);

    let reference = r#"{"uuid": "7f0d3a52-1c4e-4b6a-9b57-0f3f5d1a2b01", "href": "http://api/logical-router/7f0d",
        "physical_router_refs": [{"to": ["gsc", "leaf1"]}, {"uuid": "7"}]}"#;
    let error_text = error(reference).to_string();
    let expected =
        "dump.json: logical-router 7f0d3a52-1c4e-4b6a-9b57-0f3f5d1a2b01: physical_router_refs[1].uuid: ";
    assert!(error_text.starts_with(expected), "{error_text}");

    let cell = r#"{"cassandra": {"config_db_uuid": {"obj_uuid_table": {"7f0d3a52-1c4e-4b6a-9b57-0f3f5d1a2b01": {
        "type": ["\"fabric\"", 1], "fq_name": ["[\"gsc\", \"f\"]", 1], "prop:fabric_enterprise_style": [true]}}}}}"#;
    let error_text = error(cell).to_string();
    let expected = "dump.json: 7f0d3a52-1c4e-4b6a-9b57-0f3f5d1a2b01: prop:fabric_enterprise_style: ";
    assert!(error_text.starts_with(expected), "{error_text}");

    let strange = "dump.json: line 1, column 8: x: an object with x is none of Contrail's";
    assert_eq!(error(r#"{"x": 1}"#).to_string(), strange);
}

/// Every strict prefix of a text is an error that says where; the object behind the last whole one is named as soon as
/// its name is there.
#[test]
fn a_text_that_is_cut_is_an_error_wherever_it_is_cut() {
    let document = Document::from_yaml(&examples()["snat"]).unwrap();
    let export = Export::new(&document);
    for text in [export.database_dump().to_string(), format!("[{}]", lists(&export).join(","))] {
        let (mut with_object, mut with_field) = (0, 0);
        for end in (1..text.len()).step_by(7) {
            let error = error(&text[..end]);
            assert!(error.place.is_some(), "{end}: {error}");
            with_object += usize::from(error.object.is_some());
            with_field += usize::from(error.field.is_some());
        }
        let cuts = text.len() / 7;
        assert!(with_object > cuts / 4 && with_field > cuts / 2, "{with_object}, {with_field} of {cuts}");
    }
}

#[test]
fn what_leads_nowhere_is_told_with_both_ends() {
    let texts = [
        r#"{"logical-router": {"fq_name": ["d", "p", "lr"], "logical_router_type": "vxlan-routing",
            "physical_router_refs": [{"to": ["gsc", "leaf9"], "uuid": null, "attr": null}]}}"#,
        r#"{"virtual-port-group": {"fq_name": ["gsc", "f", "vpg1"],
            "virtual_machine_interface_refs": [{"to": ["d", "p", "vmi9"]}]}}"#,
        r#"{"virtual-machine-interface": {"fq_name": ["d", "p", "vm1"], "virtual_machine_interface_bindings":
            {"key_value_pair": [{"key": "host_id", "value": "compute9"}]}}}"#,
        r#"{"instance-ip": {"fq_name": ["x"], "instance_ip_address": "10.0.0.3",
            "virtual_machine_interface_refs": [{"to": ["d", "p", "vm1"]}]}}"#,
    ];
    let imported = read(&texts.map(str::to_owned)).finish();
    let findings: Vec<String> = imported.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        findings,
        [
            "logical-router d:p:lr: physical_router_refs: there is no physical-router gsc:leaf9 among what was read",
            "virtual-port-group gsc:f:vpg1: virtual_machine_interface_refs: there is no virtual-machine-interface d:p:vmi9 \
             among what was read",
            "virtual-port-group gsc:f:vpg1: physical_interface_refs: it has no ports",
            "virtual-machine-interface d:p:vm1: host_id: there is no virtual-router compute9 among what was read",
        ]
    );
}

/// What the API server and its clients really write, and what no document of ours has.
#[test]
fn quirks_of_the_api_are_read() {
    let texts = [
        r#"{"global-vrouter-config": {"fq_name": ["gsc", "gvc"], "vxlan_network_identifier_mode": null,
            "encapsulation_priorities": {"encapsulation": ["VXLAN"]}}}"#,
        r#"{"virtual-networks": [
            {"virtual-network": {"fq_name": ["d", "red", "net"], "uuid": "7f0d3a52-1c4e-4b6a-9b57-0f3f5d1a2b01",
                "virtual_network_network_id": 5, "virtual_network_properties": {"vxlan_network_identifier": 0},
                "id_perms": {"uuid": {"uuid_mslong": 18446744073709551615}}, "virtual_network_category": "tenant",
                "network_ipam_refs": [{"to": ["d", "p", "ipam"], "attr": {"ipam_subnets": [{"subnet":
                    {"ip_prefix": "10.0.0.0", "ip_prefix_len": 24}, "default_gateway": "0.0.0.0"}]}}],
                "virtual_network_refs": [{"to": ["d", "default-project", "ip-fabric"], "attr": null}]}},
            {"virtual-network": {"fq_name": ["d", "blue", "net"], "virtual_network_properties": null}},
            {"virtual-network": {"fq_name": ["d", "p", "__contrail_lr_internal_vn_a0b1__"],
                "virtual_network_network_id": 77}},
            {"fq_name": ["d", "p", "other"], "href": "http://api/virtual-network/1", "uuid": "1"}], "marker": "x"}"#,
        r#"{"virtual-machine-interface": {"fq_name": ["d", "p", "leg"], "virtual_network_refs":
            [{"to": ["d", "red", "net"], "uuid": "7f0d3a52-1c4e-4b6a-9b57-0f3f5d1a2b01"}]}}"#,
        r#"{"logical-router": {"fq_name": ["d", "p", "lr"], "vxlan_network_identifier": "None",
            "logical_router_type": "vxlan-routing", "virtual_machine_interface_refs": [{"to": ["d", "p", "leg"]}],
            "virtual_network_refs": [{"to": ["d", "p", "__contrail_lr_internal_vn_a0b1__"],
                "attr": {"logical_router_virtual_network_type": "InternalVirtualNetwork"}}]}}"#,
        r#"{"physical-interface": {"fq_name": ["gsc", "leaf1", "xe-0/0/0_1"], "display_name": "xe-0/0/0:1"}}"#,
        r#"{"virtual-port-group": {"fq_name": ["gsc", "f", "vpg"], "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "physical_interface_refs": [{"to": ["gsc", "leaf1", "xe-0/0/0_1"], "attr": null}],
            "virtual_machine_interface_refs": [{"to": ["d", "p", "untagged"]}, {"to": ["d", "p", "tagged"]}]}}"#,
        r#"{"virtual-machine-interface": {"fq_name": ["d", "p", "untagged"], "virtual_network_refs":
            [{"to": ["d", "red", "net"]}], "virtual_machine_interface_bindings":
            {"key_value_pair": [{"key": "tor_port_vlan_id", "value": 4093}]}}}"#,
        r#"{"virtual-machine-interface": {"fq_name": ["d", "p", "tagged"], "virtual_network_refs":
            [{"to": ["d", "blue", "net"]}], "virtual_machine_interface_properties": {"sub_interface_vlan_tag": 7}}}"#,
        r#"{"virtual-networks": {"count": 4}}"#,
        r#"{"alarm": {"fq_name": ["gsc", "a"]}}"#,
    ];
    let imported = read(&texts.map(str::to_owned)).finish();
    assert_eq!(imported.findings, []);
    let expected = json!({
        "fabric": "contrail",
        "encapsulation_priority": ["VXLAN"],
        "vni_mode": "automatic",
        "devices": [],
        "networks": [
            {"name": "red:net", "project": "d:red", "network_id": 5, "subnets": [{"prefix": "10.0.0.0/24"}], "ip_fabric_forwarding": true},
            {"name": "blue:net", "project": "d:blue"},
        ],
        "port_groups": [{
            "name": "vpg",
            "ports": ["leaf1:xe-0/0/0:1"],
            "vlans": [{"vlan": 4093, "network": "red:net", "untagged": true}, {"vlan": 7, "network": "blue:net"}],
            "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        }],
        "logical_routers": [{"name": "lr", "project": "d:p", "vni": 77, "networks": ["red:net"], "extended_to": []}],
    });
    assert_eq!(serde_json::to_value(&imported.document).unwrap(), expected);
    let export = Export::new(&imported.document);
    let names: Vec<Value> = objects(&export)
        .into_iter()
        .filter(|(of, _)| of == "virtual-network" || of == "logical-router")
        .map(|(_, object)| object["fq_name"].clone())
        .collect();
    assert!(
        names.contains(&json!(["d", "red", "net"])) && names.contains(&json!(["d", "p", "lr"])),
        "{names:?}"
    );
    assert_eq!(with_rest(export.import(), &export).document, imported.document);
    assert_eq!(
        imported.tally.to_string(),
        "read: 1 global-vrouter-config, 1 logical-router, 1 physical-interface, 3 virtual-machine-interface, \
         3 virtual-network, 1 virtual-port-group\n\
         not part of a fabric: 1 alarm\n\
         named only, without fields: 1 virtual-network\n\
         fields of virtual-network that are not part of a fabric: 1 virtual_network_category"
    );
}

#[test]
fn what_is_missing_is_named_and_can_be_laid_over() {
    let texts = [
        r#"{"virtual-router": {"fq_name": ["gsc", "compute1"], "virtual_router_ip_address": "10.1.1.2"}}"#,
        r#"{"virtual-machine-interface": {"fq_name": ["d", "p", "vm1"], "virtual_network_refs": [{"to": ["d", "p", "red"]}],
            "virtual_machine_interface_bindings": {"key_value_pair": [{"key": "host_id", "value": "compute1.example.org"}]}}}"#,
        r#"{"virtual-network": {"fq_name": ["d", "p", "red"], "virtual_network_network_id": 5}}"#,
        r#"{"instance-ip": {"fq_name": ["x"], "instance_ip_address": "10.0.0.3",
            "virtual_machine_interface_refs": [{"to": ["d", "p", "vm1"]}]}}"#,
    ];
    let mut imported = read(&texts.map(str::to_owned)).finish();
    let missing: Vec<String> = imported.missing().iter().map(ToString::to_string).collect();
    assert_eq!(
        missing,
        [
            "server compute1: nothing says where it is attached: give its `port_group` (left out, with 1 workloads on it)",
            "fabric: nothing is required of it: give `integrations` or `flows`",
        ]
    );
    assert!(imported.document.servers.is_empty() && imported.document.workloads.is_empty());

    let wrong = imported.lay_over("servers: [{name: compute1, port_group: vpg1, mtu: large}]").unwrap_err();
    assert_eq!(wrong.to_string(), "servers[0].mtu: invalid type: string \"large\", expected u16");
    let wrong = imported.lay_over("serverz: []").unwrap_err().to_string();
    assert!(wrong.contains("unknown field `serverz`"), "{wrong}");
    assert!(imported.document.servers.is_empty(), "nothing is changed by what is wrong");

    let over = "devices: [{name: leaf1, role: leaf}]\n\
                networks: [{name: red, vni: 5001}, {name: rack1, vni: 6001}]\n\
                port_groups: [{name: vpg1, ports: [\"leaf1:xe-0/0/1\"], vlans: [{vlan: 3, network: rack1}]}]\n\
                servers: [{name: compute1, port_group: vpg1, vhost0: {network: rack1, address: 10.1.1.2}}]";
    imported.lay_over(over).unwrap();
    let names = |document: &Document| {
        let networks =
            document.networks.iter().map(|network| (network.name.clone(), network.network_id, network.vni));
        networks.collect::<Vec<_>>()
    };
    let expected = [("red".to_owned(), Some(5), Some(5001)), ("rack1".to_owned(), None, Some(6001))];
    assert_eq!(names(&imported.document), expected);
    assert_eq!(imported.document.workloads[0].host, "compute1");
    Fabric::from_document(&imported.document).unwrap();
}

/// Bytes that are changed make an error or another fabric, and never a panic; what was read can be written again.
#[test]
fn damaged_texts_are_read_or_refused() {
    let document = Document::from_yaml(&examples()["snat"]).unwrap();
    let export = Export::new(&document);
    let mut number = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        usize::try_from(number % u64::try_from(below).unwrap()).unwrap()
    };
    let (mut read, mut refused) = (0, 0);
    for text in [export.database_dump().to_string(), format!("[{}]", lists(&export).join(","))] {
        for _ in 0..400 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(3) {
                    0 => bytes[at] = b"\"{}[]:,0a\\"[random(10)],
                    1 => drop(bytes.remove(at)),
                    _ => {
                        let end = (at + random(200)).min(bytes.len());
                        bytes.drain(at..end);
                    }
                }
            }
            let mut import = Import::new();
            match import.read_json("damaged", &String::from_utf8_lossy(&bytes)) {
                Ok(()) => read += 1,
                Err(error) => {
                    assert!(!error.message.is_empty() && error.message != "see there", "{error}");
                    refused += 1;
                }
            }
            let imported = import.finish();
            Export::new(&imported.document).database_dump();
        }
    }
    assert!(read > 50 && refused > 50, "{read} read, {refused} refused");
}

#[test]
fn what_leads_nowhere_is_told_once() {
    let texts = [
        r#"{"virtual-port-group": {"fq_name": ["gsc", "f", "vpg1"],
            "physical_interface_refs": [{"to": ["gsc", "leaf1", "xe-0/0/1"]}],
            "virtual_machine_interface_refs": [{"to": ["d", "p", "vmi1"]}]}}"#,
        r#"{"virtual-machine-interface": {"fq_name": ["d", "p", "vmi1"], "virtual_network_refs": [{"to": ["d", "p", "red"]}]}}"#,
        r#"{"instance-ip": {"fq_name": ["x"], "instance_ip_address": "10.0.0.3",
            "virtual_machine_interface_refs": [{"to": ["d", "p", "vmi1"]}]}}"#,
    ];
    let imported = read(&texts.map(str::to_owned)).finish();
    let findings: Vec<String> = imported.findings.iter().map(ToString::to_string).collect();
    let expected = "virtual-machine-interface d:p:vmi1: virtual_network_refs: there is no virtual-network d:p:red among what \
                    was read";
    assert_eq!(findings, [expected]);
}
