//! From a document to objects, as the config API and a dump of its database tell them.

mod attached;
mod fabric;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Import;
use super::naming::of_project;
use super::object::{
    Binding, BindingValue, Object, Objects, Plain, Ref, VirtualMachineInterface, VirtualNetwork, derived_uuid,
};
use super::overlay::difference;
use crate::document::Document;

/// When writing began, in a dump: 2021-01-25, in microseconds.
const WRITTEN: u64 = 1_611_532_800_000_000;

/// A document as objects of Contrail, and what these cannot hold.
#[derive(Clone, Debug)]
pub struct Export<'d> {
    document: &'d Document,
    objects: Objects,
}

impl<'d> Export<'d> {
    /// All objects that a document stands for. UUIDs that it does not give are derived from the names.
    pub fn new(document: &'d Document) -> Self {
        let networks = document.networks.iter();
        let networks = networks.map(|it| (it.name.as_str(), of_project(it.project.as_deref(), &it.name)));
        let mut exporter = Exporter {
            objects: Objects::default(),
            networks: networks.collect(),
            interfaces: HashMap::new(),
        };
        exporter.global(document);
        exporter.devices(document);
        exporter.networks(document);
        exporter.port_groups(document);
        exporter.servers(document);
        document.workloads.iter().for_each(|workload| exporter.workload(workload));
        exporter.routers(document);
        Self { document, objects: exporter.objects }
    }

    /// What Contrail has no place for, as a document to lay over what is imported again
    /// ([`lay_over`](super::Imported::lay_over)), in JSON.
    pub fn rest(&self) -> String {
        let known = super::import::import(&self.objects, super::Tally::default()).document;
        format!("{:#}", difference(&known, self.document).unwrap_or_default())
    }

    /// What the API answers for each type of object when it is asked for the list with `detail=true`.
    pub fn lists(&self) -> BTreeMap<&'static str, Value> {
        let mut lists: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
        self.each(|of, object| lists.entry(of).or_default().push(json!({ of: object })));
        lists.into_iter().map(|(of, list)| (of, json!({ format!("{of}s"): list }))).collect()
    }

    /// A dump of the config database, as `db_json_exim.py` writes it.
    pub fn database_dump(&self) -> Value {
        let mut rows = Map::new();
        let mut written = WRITTEN;
        let mut names: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        self.each(|of, object| {
            let of = of.replace('-', "_");
            let Value::Object(mut fields) = object else { return };
            let uuid =
                fields.remove("uuid").and_then(|uuid| uuid.as_str().map(str::to_owned)).unwrap_or_default();
            let full_name = fields.get("fq_name").map(full_name).unwrap_or_default();
            names
                .entry(of.clone())
                .or_default()
                .insert(format!("{full_name}:{uuid}"), cell(&Value::Null, written));
            rows.insert(uuid, Value::Object(columns(&of, fields, &mut written)));
        });
        let names: Map<String, Value> =
            names.into_iter().map(|(of, names)| (of, Value::Object(names))).collect();
        json!({
            "cassandra": {"config_db_uuid": {"obj_fq_name_table": names, "obj_uuid_table": rows}},
            "zookeeper": "[]",
        })
    }

    /// Calls with each object, its type and its fields.
    fn each(&self, mut each: impl FnMut(&'static str, Value)) {
        let told: serde_json::Result<()> = self.objects.each(|of, names, mut object| {
            if let Value::Object(fields) = &mut object {
                let derived = derived_uuid(of, names);
                let uuid = fields.entry("uuid").or_insert_with(|| Value::from(derived.to_string()));
                let uuid = uuid.as_str().and_then(|uuid| uuid.parse().ok()).unwrap_or(derived);
                fields.insert("id_perms".to_owned(), id_perms(uuid));
                fields.insert("perms2".to_owned(), perms2());
                fields.insert("name".to_owned(), names.last().cloned().unwrap_or_default().into());
            }
            each(of, object);
            Ok(())
        });
        debug_assert!(told.is_ok(), "objects have no keys but names");
    }

    /// Reads the objects again, as if they came from the API.
    pub fn import(&self) -> Import {
        Import { objects: self.objects.clone(), ..Import::default() }
    }
}

/// Who made an object and when, as every object has it.
fn id_perms(uuid: Uuid) -> Value {
    let (high, low) = uuid.as_u64_pair();
    json!({
        "enable": true,
        "uuid": {"uuid_mslong": high, "uuid_lslong": low},
        "created": "2021-01-25T00:00:00.000000",
        "last_modified": "2021-01-25T00:00:00.000000",
        "description": null,
        "user_visible": true,
        "creator": null,
        "permissions": {
            "owner": "cloud-admin",
            "owner_access": 7,
            "group": "cloud-admin-group",
            "group_access": 7,
            "other_access": 7,
        },
    })
}

/// Who may do what with an object, as every object has it.
fn perms2() -> Value {
    json!({"owner": "cloud-admin", "owner_access": 7, "global_access": 0, "share": []})
}

/// `default-domain:admin:octavia`
fn full_name(names: &Value) -> String {
    let names = names.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
    names.collect::<Vec<_>>().join(":")
}

/// A cell of the database: JSON as text, and when it was written.
fn cell(value: &Value, written: u64) -> Value {
    json!([value.to_string(), written])
}

/// The columns of an object's row, which are written one after the other.
fn columns(of: &str, fields: Map<String, Value>, written: &mut u64) -> Map<String, Value> {
    let mut cell = |value: &Value| {
        *written += 1;
        cell(value, *written)
    };
    let mut columns = Map::from_iter([("type".to_owned(), cell(&Value::from(of)))]);
    for (field, value) in fields {
        if let Some(to) = field.strip_suffix("_refs") {
            for reference in value.as_array().into_iter().flatten() {
                let other = reference.get("uuid").and_then(Value::as_str).unwrap_or_default();
                let attr = reference.get("attr").unwrap_or(&Value::Null);
                columns.insert(format!("ref:{to}:{other}"), cell(&json!({ "attr": attr })));
            }
            continue;
        }
        match (field.as_str(), value.get("key_value_pair").and_then(Value::as_array)) {
            ("name", _) => {}
            ("fq_name" | "parent_type", _) => drop(columns.insert(field, cell(&value))),
            (_, Some(pairs)) => {
                for pair in pairs {
                    let key = pair.get("key").and_then(Value::as_str).unwrap_or_default();
                    columns.insert(format!("propm:{field}:{key}"), cell(pair));
                }
            }
            _ => drop(columns.insert(format!("prop:{field}"), cell(&value))),
        }
    }
    columns
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn reference<A>(of: &str, to: &[String], attr: Option<A>) -> Ref<A> {
    Ref::new(to, derived_uuid(of, to), attr)
}

/// A reference to an object of a type.
fn to<O: Object>(name: &[String]) -> Plain {
    reference(O::TYPE, name, None)
}

struct Exporter<'d> {
    objects: Objects,
    /// What Contrail calls networks.
    networks: HashMap<&'d str, Vec<String>>,
    /// Physical interfaces by what a document calls them, by index.
    interfaces: HashMap<String, usize>,
}

impl Exporter<'_> {
    /// What Contrail calls a network.
    fn network(&self, name: &str) -> Vec<String> {
        self.networks.get(name).cloned().unwrap_or_else(|| of_project(None, name))
    }
}

fn interface_of(name: Vec<String>, owner: &str, network: &[String]) -> VirtualMachineInterface {
    VirtualMachineInterface {
        fq_name: name,
        parent_type: "project".to_owned(),
        virtual_machine_interface_device_owner: owner.to_owned(),
        virtual_network_refs: vec![to::<VirtualNetwork>(network)],
        ..VirtualMachineInterface::default()
    }
}

fn bind(interface: &mut VirtualMachineInterface, key: &str, value: &str) {
    let binding = Binding { key: key.to_owned(), value: BindingValue(value.to_owned()) };
    interface.virtual_machine_interface_bindings.key_value_pair.push(binding);
}
