//! Every fabric of the examples, in both releases: what check says, what the plan is, and how each required flow ends
//! when the plan's best way has been gone.

use std::collections::BTreeMap;
use std::path::Path;

use contrail_model::Fabric;
use contrail_model::trace::Way;

use crate::golden::assert_golden;
use contrail_model::document::Document;

use crate::{fabric, in_r2011};

/// The documents, by name.
pub(crate) fn examples() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fabrics");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Gives what belongs to tenants to projects other than `admin`, of two domains.
pub(crate) fn put_into_projects(document: &mut Document) {
    let projects = ["octavia", "customers:red", "admin"].into_iter().cycle().map(|it| Some(it.to_owned()));
    let networks = document.networks.iter_mut().map(|network| &mut network.project);
    let routers = document.logical_routers.iter_mut().map(|router| &mut router.project);
    for (project, given) in networks.chain(routers).zip(projects) {
        *project = given.filter(|name| name != "admin");
    }
}

/// How each required flow ends.
fn ends(fabric: &Fabric) -> String {
    let how = |way: Way<'_>| way.telling().map(|path| path.verdict().to_string()).unwrap_or_default();
    let traces = fabric.trace_required().into_iter();
    let line = |trace: contrail_model::Trace| {
        let (out, back) = (how(trace.out()), how(trace.back()));
        format!("  {} to {}, {}: {out}; the answer {back}\n", trace.from(), trace.to(), trace.service())
    };
    traces.map(line).collect()
}

/// All that is to be said of a fabric. Whatever that is, a plan keeps what it promises.
fn told(text: &str) -> String {
    let fabric = fabric(text);
    let (report, plan) = (fabric.check(), fabric.plan());
    let solved = plan.best().map(|best| best.apply(&fabric));
    let ends = solved.as_ref().map(ends).unwrap_or_default();
    if let Some(solved) = solved {
        assert!(!solved.check().has_errors(), "{}", solved.check());
        assert!(solved.trace_required().iter().all(contrail_model::Trace::is_delivered), "{ends}");
    }
    format!("check\n{report}plan\n{plan}with the best way\n{ends}")
}

#[test]
fn each_is_as_its_golden_text_says() {
    for (name, text) in examples() {
        let (article, r2011) = (told(&text), told(&in_r2011(&text)));
        assert_golden(&format!("fabric-{name}"), &article);
        let r2011 = if r2011 == article { "as in release article\n" } else { &r2011 };
        assert_golden(&format!("fabric-{name}-r2011"), r2011);
    }
}

#[test]
fn no_golden_text_is_left_of_a_fabric_that_is_gone() {
    let examples = examples();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_prefix("fabric-") else { continue };
        let name = name.trim_end_matches(".txt").trim_end_matches("-r2011");
        assert!(examples.contains_key(name), "golden/{file} has no fabric");
    }
}

#[test]
fn what_is_solved_is_clean_and_what_is_not_can_be() {
    for (name, text) in examples() {
        let fabric = fabric(&text);
        let plan = fabric.plan();
        let best = plan.best().unwrap_or_else(|| panic!("{name}: {plan}"));
        let arrives = fabric.trace_required().iter().all(contrail_model::Trace::is_delivered);
        assert_eq!(best.changes.is_empty(), arrives, "{name}: {best}");
        assert_eq!(fabric.check().findings.is_empty(), arrives, "{name}: {}", fabric.check());
    }
}
