//! Every rule: a fabric that breaks it and no other, the text of its finding, and that its remedy mends everything.

mod cases;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use contrail_model::diagram::Layers;
use contrail_model::{Fabric, RULES, Report, Severity, Trace};

use crate::golden::{assert_generated, assert_golden};
use crate::{OCTAVIA, fabric, solved, with};

/// A fabric that breaks a rule.
struct Case {
    rule: &'static str,
    /// A fabric that breaks nothing.
    base: fn() -> String,
    /// The smallest edit of it that breaks the rule.
    edit: &'static [(&'static str, &'static str)],
    /// What the finding says is to be done, done in the broken fabric.
    remedy: &'static [(&'static str, &'static str)],
}

/// A fabric that is nearly one that breaks a rule, and breaks none.
struct NearMiss {
    /// As it is for a [`Case`].
    base: fn() -> String,
    edit: &'static [(&'static str, &'static str)],
}

impl Case {
    fn broken(&self) -> String {
        with(&(self.base)(), self.edit)
    }
}

/// What the first fabric that breaks a rule of placement looks like: the first flow that does not arrive, or else the first.
pub(crate) fn pictures() -> impl Iterator<Item = (String, String)> {
    let mut drawn = BTreeSet::new();
    cases::all().filter(move |case| is_drawn(case.rule) && drawn.insert(case.rule)).map(|case| {
        let fabric = fabric(&case.broken());
        let traces = fabric.trace_required();
        let trace = traces.iter().find(|trace| !trace.is_delivered()).or(traces.first());
        let picture = trace.map_or_else(|| fabric.diagram(), Trace::diagram);
        let layers = Layers::NETWORKS | Layers::LOGICAL_ROUTERS | Layers::SUBNETS;
        (picture_of(case.rule), picture.show(layers).svg())
    })
}

fn is_drawn(rule: &str) -> bool {
    rule.starts_with('L')
}

fn picture_of(rule: &str) -> String {
    format!("rule-{rule}.svg")
}

fn rules_of(report: &Report) -> BTreeSet<&'static str> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

/// What is wrong with the cases, all at once.
fn assert_cases(check: impl Fn(&Case) -> Result<(), String>) {
    let failures: Vec<String> =
        cases::all().filter_map(|case| Some(format!("{}: {}", case.rule, check(case).err()?))).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_rule_has_a_fabric_that_breaks_it() {
    let cases: BTreeSet<&str> = cases::all().map(|case| case.rule).collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(cases, rules);
    assert_eq!(RULES.len(), rules.len(), "an id is given to one rule");
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(RULES.len(), names.len(), "a name is given to one rule");
}

#[test]
fn the_fabric_before_breaks_nothing() {
    assert_cases(|case| {
        let report = fabric(&(case.base)()).check();
        if report.findings.is_empty() { Ok(()) } else { Err(report.to_string()) }
    });
}

#[test]
fn the_broken_fabric_breaks_that_rule_alone() {
    assert_cases(|case| {
        let report = fabric(&case.broken()).check();
        if rules_of(&report) == BTreeSet::from([case.rule]) {
            Ok(())
        } else {
            Err(format!("found\n{report}"))
        }
    });
}

#[test]
fn the_remedy_ends_the_finding_and_breaks_nothing_else() {
    assert_cases(|case| {
        let report = fabric(&with(&case.broken(), case.remedy)).check();
        if report.findings.is_empty() { Ok(()) } else { Err(format!("still\n{report}")) }
    });
}

#[test]
fn what_is_nearly_broken_is_not() {
    for near_miss in cases::near_misses() {
        let report = fabric(&with(&(near_miss.base)(), near_miss.edit)).check();
        assert!(report.findings.is_empty(), "{:?}: {report}", near_miss.edit);
    }
}

#[test]
fn every_finding_reads_as_it_should() {
    for (index, case) in cases::all().enumerate() {
        let nth = cases::all().take(index).filter(|earlier| earlier.rule == case.rule).count();
        let name =
            if nth == 0 { format!("rule-{}", case.rule) } else { format!("rule-{}-{}", case.rule, nth + 1) };
        let report = fabric(&case.broken()).check();
        for finding in &report.findings {
            assert!(!finding.because.is_empty() && !finding.fix.is_empty(), "{finding}");
            assert!(!finding.message.ends_with('.') && !finding.subject.is_empty(), "{finding}");
        }
        assert_golden(&name, &report.to_string());
    }
}

#[test]
fn every_finding_points_into_the_document() {
    // A place is found for the path of a problem; for that of a finding the same path must lead somewhere.
    assert_cases(|case| {
        let text = case.broken();
        let document = contrail_model::document::Document::from_yaml(&text).unwrap();
        let json = serde_json::to_value(document).unwrap();
        let report = fabric(&text).check();
        let lost = report.findings.iter().find(|finding| {
            // A field that is absent is named as the place where it should stand.
            let (parent, _) = finding.path.rsplit_once('.').unwrap_or(("", ""));
            let pointer =
                |path: &str| format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"));
            let found = |path: &str| path.is_empty() || json.pointer(&pointer(path)).is_some();
            !found(&finding.path) && !found(parent)
        });
        lost.map_or(Ok(()), |finding| Err(format!("{} leads nowhere", finding.path)))
    });
}

#[test]
fn every_rule_can_be_switched_off() {
    assert_cases(|case| {
        let report = fabric(&format!("{}ignore_rules: [{}]\n", case.broken(), case.rule)).check();
        let says =
            report.to_string().ends_with(&format!("not checked, as the document says: {}\n", case.rule));
        if report.findings.is_empty() && says { Ok(()) } else { Err(report.to_string()) }
    });
}

#[test]
fn other_languages_have_the_cases_too() {
    let mut bases: Vec<String> = cases::all().map(|case| (case.base)()).collect();
    bases.sort();
    bases.dedup();
    let told = cases::all().map(|case| {
        let base = bases.binary_search(&(case.base)()).unwrap();
        serde_json::json!({"rule": case.rule, "base": base, "edit": case.edit})
    });
    let told = serde_json::json!({"bases": bases, "cases": told.collect::<Vec<_>>()});
    let text = serde_json::to_string_pretty(&told).unwrap() + "\n";
    assert_generated("tests/it/golden/cases-of-rules.json", &text);
}

#[test]
fn no_golden_text_is_left_of_a_rule_that_is_gone() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let texts = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(texts.filter(|name| name.starts_with("rule-")).count(), cases::all().count());
}

#[test]
fn the_list_of_rules_is_current() {
    let mut text = String::from(
        "# Rules\n\nMade from the rules themselves (`contrail-model/src/rules/`) by `make generated`. A rule is switched off \
         with its\nid in the document: `ignore_rules: [L3]`.\n\n| id | severity | what must hold |\n|---|---|---|\n",
    );
    for rule in RULES {
        let anchor = format!("{}-{}", rule.id, rule.name).to_lowercase();
        let severity = rule.severity.name();
        text.push_str(&format!("| [{}](#{anchor}) | {severity} | {} |\n", rule.id, rule.holds));
    }
    for rule in RULES {
        let picture = if is_drawn(rule.id) {
            format!("\n![{}](examples/pictures/{})\n", rule.broken_by, picture_of(rule.id))
        } else {
            String::new()
        };
        text.push_str(&format!(
            "\n## {} {}\n\n{}: {}\n\n**Why.** {}\n\n**Broken by.** {}\n{picture}\n**Remedy.** {}\n\n**Source.** {}\n",
            rule.id,
            rule.name,
            rule.severity.name(),
            rule.holds,
            rule.why,
            rule.broken_by,
            rule.remedy,
            rule.references.join("; "),
        ));
    }
    assert_generated("../RULES.md", &text);
}

#[test]
fn one_leaf_of_a_pair_is_not_an_l1() {
    // CSN and logical router may share leaves: the limit is per flow, and no required flow passes here.
    let text = with(
        &solved(),
        &[(
            "  - name: compute1\n    kind",
            "  - name: compute3\n    kind: hypervisor\n    port_group: ctl1\n    vhost0: {network: underlay-rack1, address: 10.1.1.33}\n  - name: compute1\n    kind",
        )],
    );
    let report = fabric(&text).check();
    assert!(!rules_of(&report).contains("L1"), "{report}");
}

#[test]
fn severities_are_told_apart() {
    let report = fabric(OCTAVIA).check();
    assert!(report.has_errors());
    let warning = report.findings.iter().find(|finding| finding.rule == "R1").unwrap();
    assert_eq!(warning.severity, Severity::Warning);
    let only_advice: Fabric =
        fabric(&with(&solved(), &[("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")]));
    assert!(!only_advice.check().has_errors());
}
