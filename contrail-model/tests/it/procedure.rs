//! What has to be done for a plan: in an order that breaks nothing, by calls that a config API takes, twice if need be.
#![expect(clippy::indexing_slicing, reason = "a field that is not there is a failure of the test")]

use std::collections::BTreeMap;

use contrail_model::contrail_api::{Export, Import};
use contrail_model::document::Document;
use contrail_model::procedure::{Action, Call, Procedure};
use contrail_model::{Candidate, Fabric};
use serde_json::{Value, json};

use crate::fabrics::{examples, put_into_projects};
use crate::golden::assert_golden;
use crate::in_r2011;

/// Every candidate of every example, in both releases; in projects, in the older one.
fn each_candidate(mut each: impl FnMut(&str, &Document, &Fabric, &Candidate)) {
    for (name, text) in examples() {
        let [mut older, document] = [in_r2011(&text), text].map(|text| Document::from_yaml(&text).unwrap());
        put_into_projects(&mut older);
        for document in [older, document] {
            let fabric = Fabric::from_document(&document).unwrap();
            for candidate in &fabric.plan().candidates {
                each(&name, &document, &fabric, candidate);
            }
        }
    }
}

fn works(fabric: &Fabric) -> bool {
    fabric.trace_required().iter().all(contrail_model::Trace::is_delivered)
}

#[test]
fn the_patch_is_what_the_plan_does() {
    let mut candidates = 0;
    each_candidate(|name, document, fabric, candidate| {
        let procedure = candidate.procedure(fabric);
        let patched = Fabric::from_document(&document.laid_over(&procedure.patch).unwrap()).unwrap();
        let applied = candidate.apply(fabric);
        assert_eq!(patched.routes().to_string(), applied.routes().to_string(), "{name}");
        assert_eq!(patched.check().findings.len(), applied.check().findings.len(), "{name}");
        assert!(works(&patched), "{name}");
        candidates += 1;
    });
    assert!(candidates > 30, "{candidates}");
}

/// No step of any candidate breaks a required flow that works, and all work in the end.
#[test]
fn no_step_breaks_what_works() {
    each_candidate(|name, _, fabric, candidate| {
        let Procedure { steps, .. } = candidate.procedure(fabric);
        assert_eq!(steps.len(), candidate.changes.len(), "{name}");
        let broken = fabric.trace_required().iter().filter(|trace| !trace.is_delivered()).count();
        let repaired: usize = steps.iter().map(|step| step.repairs.len()).sum();
        let breaks: Vec<&String> = steps.iter().flat_map(|step| &step.breaks).collect();
        assert_eq!((repaired, breaks), (broken, vec![]), "{name}");
    });
}

#[test]
fn what_is_done_is_as_its_golden_text_says() {
    for name in ["octavia", "ironic", "kubernetes-keystone", "by-hand"] {
        let fabric =
            Fabric::from_yaml(&examples()[if name == "by-hand" { "octavia" } else { name }]).unwrap();
        let plan = fabric.plan();
        let is_by_hand =
            |candidate: &&Candidate| candidate.changes.iter().any(contrail_model::Change::is_by_hand);
        let by_hand = plan.candidates.iter().find(is_by_hand).filter(|_| name == "by-hand");
        let procedure = by_hand.or(plan.best()).unwrap().procedure(&fabric);
        let tasks = serde_json::to_string_pretty(&procedure.ansible_tasks()).unwrap();
        let text = format!("{procedure}document\n{}\ntasks\n{tasks}\n", procedure.patch);
        assert_golden(&format!("procedure-{name}"), &text);
    }
}

/// A config API that holds objects by type and full name, and does what calls say.
struct Api(BTreeMap<(String, String), Value>);

impl Api {
    fn new(export: &Export) -> Self {
        let mut objects = BTreeMap::new();
        for (of, list) in export.lists() {
            for object in list.get(format!("{of}s")).unwrap().as_array().unwrap() {
                let object = object.get(of).unwrap();
                objects.insert((of.to_owned(), full_name(&object["fq_name"])), object.clone());
            }
        }
        Self(objects)
    }

    /// The object that `{uuid of TYPE NAME}` stands for.
    fn meant(&self, text: &str) -> (String, String) {
        let (_, meant) = text.split_once("{uuid of ").unwrap();
        let (of, name) = meant.trim_end_matches('}').split_once(' ').unwrap();
        let key = (of.to_owned(), name.to_owned());
        assert!(self.0.contains_key(&key), "{text} is not there");
        key
    }

    fn call(&mut self, Call { method, path, body, object, .. }: &Call) {
        let key = object.as_ref().map(|(of, name)| ((*of).to_owned(), name.join(":")));
        match (*method, path.as_str()) {
            ("POST", "/ref-update") => {
                let (from, to) = (
                    self.meant(body["uuid"].as_str().unwrap()),
                    self.meant(body["ref-uuid"].as_str().unwrap()),
                );
                assert_eq!(
                    (from.0.as_str(), to.0.as_str()),
                    (body["type"].as_str().unwrap(), body["ref-type"].as_str().unwrap())
                );
                let uuid = self.0[&to]["uuid"].clone();
                let field = format!("{}_refs", to.0.replace('-', "_"));
                let object = self.0.get_mut(&from).unwrap().as_object_mut().unwrap();
                let list = object.entry(field).or_insert_with(|| json!([])).as_array_mut().unwrap();
                list.retain(|reference| reference["to"] != body["ref-fq-name"]);
                if body["operation"] == "ADD" {
                    list.push(json!({"to": body["ref-fq-name"], "uuid": uuid, "attr": body["attr"]}));
                }
            }
            ("POST", _) => {
                let key = key.unwrap();
                let mut object = body[&key.0].clone();
                assert_eq!(
                    (path.as_str(), full_name(&object["fq_name"])),
                    (&*format!("/{}s", key.0), key.1.clone())
                );
                object["uuid"] = json!(format!("00000000-0000-4000-8000-{:012}", self.0.len()));
                for (field, references) in
                    object.as_object().unwrap().iter().filter(|(field, _)| field.ends_with("_refs"))
                {
                    let of = field.trim_end_matches("_refs").replace('_', "-");
                    for reference in references.as_array().unwrap() {
                        let to = (of.clone(), full_name(&reference["to"]));
                        assert!(self.0.contains_key(&to), "{to:?} is not there");
                    }
                }
                self.0.entry(key).or_insert(object);
            }
            ("PUT", path) => {
                let key = self.meant(path);
                let object = self.0.get_mut(&key).unwrap().as_object_mut().unwrap();
                object.extend(body[&key.0].as_object().unwrap().clone());
            }
            ("DELETE", _) => drop(self.0.remove(&key.unwrap())),
            (method, path) => panic!("{method} {path}"),
        }
    }

    fn import(&self) -> Import {
        let mut import = Import::new();
        for ((of, _), object) in &self.0 {
            import.read_json("api", &json!({ of: object }).to_string()).unwrap();
        }
        import
    }
}

fn full_name(names: &Value) -> String {
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>().join(":")
}

fn calls<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Vec<&'a Call> {
    let calls = actions.into_iter().filter_map(|action| match action {
        Action::Call(call) => Some(call),
        _ => None,
    });
    calls.collect()
}

#[test]
fn the_calls_make_a_fabric_that_works_and_twice_changes_nothing() {
    let mut called = 0;
    each_candidate(|name, document, fabric, candidate| {
        let procedure = candidate.procedure(fabric);
        let export = Export::new(document);
        let mut api = Api::new(&export);
        let before = api.0.clone();
        let all = calls(procedure.steps.iter().flat_map(|step| &step.actions));
        all.iter().for_each(|call| api.call(call));
        let once = api.0.clone();
        all.iter().for_each(|call| api.call(call));
        assert_eq!(api.0, once, "{name}: twice is as once");

        // What is done by hand is no part of the API.
        let mut by_hand: Value = serde_json::from_str(&procedure.patch).unwrap();
        by_hand.as_object_mut().unwrap().retain(|list, _| list == "servers" || list == "devices");
        let mut imported = api.import().finish();
        assert_eq!(imported.findings, [], "{name}");
        imported.lay_over(&export.rest()).unwrap();
        imported.lay_over(&by_hand.to_string()).unwrap();
        let changed = Fabric::from_document(&imported.document).unwrap();
        assert!(works(&changed) && !changed.check().has_errors(), "{name}: {}", changed.check());

        calls(procedure.undo()).iter().for_each(|call| api.call(call));
        let without_empty = |objects: &BTreeMap<(String, String), Value>| {
            let mut objects = objects.clone();
            for object in objects.values_mut() {
                object.as_object_mut().unwrap().retain(|_, value| {
                    *value != json!([])
                        && *value != json!(false)
                        && *value != json!({"port_translation_pool": []})
                });
            }
            objects
        };
        assert_eq!(without_empty(&api.0), without_empty(&before), "{name}: undone");
        called += all.len();
    });
    assert!(called > 50, "{called}");
}
