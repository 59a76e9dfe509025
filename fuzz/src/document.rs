//! The laws of documents, whatever they are: an error has its place, and what can be read can be asked anything.

use std::collections::HashSet;
use std::str;

use contrail_model::contrail_api::{Export, Import};
use contrail_model::document::Document;
use contrail_model::routes::Observed;
use contrail_model::{Fabric, Trace};

use crate::seed;

/// Fabrics of more are checked and no more: planning them is a matter of speed, which others hold.
const SMALL: usize = 40;

/// Any text, taken for a document in YAML.
pub fn yaml(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Document::from_yaml(text) {
        Ok(document) => read(&document),
        Err(error) => assert!(!error.problems.is_empty() && !error.to_string().is_empty()),
    }
    if let Err(error) = Fabric::from_yaml(text) {
        assert!(!error.problems.is_empty(), "it says what is wrong");
    }
}

/// Any text, taken for a document in JSON, which is read as the same if it is taken for YAML.
pub fn json(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Document::from_json(text) {
        Ok(document) => read(&document),
        Err(error) => assert!(!error.problems.is_empty() && !error.to_string().is_empty()),
    }
}

fn read(document: &Document) {
    let written = serde_json::to_string(document).expect("a document is JSON");
    let again = Document::from_json(&written).expect("what was read can be written");
    assert_eq!(&again, document, "and is the same");
    match Fabric::from_document(document) {
        Ok(fabric) => ask(document, &fabric),
        Err(error) => assert!(!error.problems.is_empty(), "it says what is wrong"),
    }
}

/// Asks all that there is to ask, and holds answers against each other.
fn ask(document: &Document, fabric: &Fabric) {
    let report = fabric.check();
    assert_eq!(report.to_string(), fabric.check().to_string(), "the same document gives the same text");
    let traces = fabric.trace_required();
    for trace in &traces {
        told(trace);
    }
    let _ = fabric.routes().to_string();
    let size = document.devices.len() + document.servers.len() + document.workloads.len();
    if size > SMALL || document.flows.len() > SMALL {
        return;
    }
    let plan = fabric.plan();
    assert!(!plan.to_string().is_empty());
    let Some(best) = plan.best() else { return };
    let applied = best.apply(fabric);
    for trace in applied.trace_required() {
        assert!(trace.is_delivered(), "a plan that is returned works: {plan}\n{trace}");
    }
    if let Ok(patched) = document.laid_over(&best.procedure(fabric).patch) {
        let patched = Fabric::from_document(&patched).expect("a patch makes a good document");
        assert_eq!(
            patched.routes().to_string(),
            applied.routes().to_string(),
            "the patch is what the plan does"
        );
    }
}

fn told(trace: &Trace) {
    assert!(!trace.to_string().is_empty());
    for frame in trace.frames() {
        assert!(!frame.bytes.is_empty(), "a packet has bytes");
    }
}

/// Any two texts, divided by a 0: a document, and one that is laid over it.
pub fn overlay(bytes: &[u8]) {
    let Some(divide) = bytes.iter().position(|byte| *byte == 0) else { return };
    let (under, over) = bytes.split_at(divide);
    let (Ok(under), Ok(over)) = (str::from_utf8(under), str::from_utf8(&over[1..])) else { return };
    let Ok(document) = Document::from_yaml(under) else { return };
    assert_eq!(document.laid_over("{}").as_ref(), Ok(&document), "nothing changes nothing");
    if let Ok(laid) = document.laid_over(over) {
        let twice = laid.laid_over(over);
        assert_eq!(twice.as_ref().map(|twice| twice == &laid), Ok(true), "twice is as once: {twice:?}");
    }
}

/// Any text, taken for what Contrail tells of itself: what is imported can be exported, and comes back, unless two objects
/// of a kind have one name or a name has a colon, which Contrail does not let them.
pub fn import(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let mut import = Import::new();
    if let Err(error) = import.read_json("input", text) {
        assert!(!error.to_string().is_empty());
    }
    let imported = import.finish();
    for finding in &imported.findings {
        assert!(!finding.to_string().is_empty());
    }
    assert!(imported.tally.to_string().len() <= 64 * (text.len() + 64));
    let export = Export::new(&imported.document);
    let mut again = export.import().finish();
    again.lay_over(&export.rest()).expect("what is left over can be laid over");
    if has_names_of_their_own(&imported.document) && !has_colons(&imported.document) {
        assert_eq!(again.document, imported.document, "what is exported comes back");
    }
}

/// The project stands in front of a name, with a colon, where it is not the only one; where it is, the colon is its own.
fn has_colons(document: &Document) -> bool {
    let networks = document.networks.iter().map(|it| it.name.as_str());
    let routers = document.logical_routers.iter().map(|it| it.name.as_str());
    [networks.collect::<Vec<_>>(), routers.collect()].iter().any(|names| {
        let own = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
        let alone = |name: &str| names.iter().filter(|other| own(other) == own(name)).count() == 1;
        names.iter().any(|name| name.contains(':') && alone(name))
    })
}

fn has_names_of_their_own(document: &Document) -> bool {
    fn differ<'n>(names: impl Iterator<Item = &'n String>) -> bool {
        let mut seen = HashSet::new();
        names.into_iter().all(|name| seen.insert(name))
    }
    differ(document.devices.iter().map(|it| &it.name))
        && differ(document.networks.iter().map(|it| &it.name))
        && differ(document.port_groups.iter().map(|it| &it.name))
        && differ(document.servers.iter().map(|it| &it.name))
        && differ(document.workloads.iter().map(|it| &it.name))
        && differ(document.logical_routers.iter().map(|it| &it.name))
}

/// Any bytes, taken for what others print or record of the routes that they hold.
pub fn observed(bytes: &[u8]) {
    let fabric = seed::fabric();
    let mut observed = Observed::default();
    if let Err(error) = observed.read(fabric, bytes) {
        assert!(!error.to_string().is_empty());
        assert_eq!(observed, Observed::default(), "nothing is added then");
        return;
    }
    let found = observed.routes();
    let expected = fabric.routes().of_families(observed.families);
    let differences = expected.drift(&found).iter().map(|drift| drift.differences.len()).sum::<usize>();
    assert!(differences <= expected.entries.len() + found.entries.len());
    assert!(found.drift(&found).is_empty(), "nothing differs from itself");
    let _ = observed.not_shown();
}
