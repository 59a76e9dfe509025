//! Pages: nothing of a fabric's names gets to mean anything to a browser, nothing is loaded, and a large fabric is cut.

use contrail_model::{Flow, Page};

use crate::{OCTAVIA, fabric, with};

fn whole(text: &str) -> String {
    Page::of(&fabric(text)).check().plan().trace_required().to_string()
}

#[test]
fn it_has_what_was_asked_for_and_nothing_else() {
    let octavia = fabric(OCTAVIA);
    let sections = |page: &Page<'_>| {
        let page = page.to_string();
        let titles = page.split("<h2 id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    let trace = octavia.trace(&Flow::tcp("ctl1", "amphora-1", 9443)).unwrap();
    assert_eq!(sections(&Page::of(&octavia)), ["picture"]);
    assert_eq!(sections(&Page::of(&octavia).check()), ["picture", "findings"]);
    assert_eq!(sections(&Page::of(&octavia).trace_required()), ["picture", "flows"]);
    let whole = Page::of(&octavia).check().plan().trace_required().trace(&trace);
    assert_eq!(sections(&whole), ["picture", "findings", "ways", "flows", "solved", "traces"]);
}

#[test]
fn it_says_what_report_plan_and_traces_say() {
    let (octavia, page) = (fabric(OCTAVIA), whole(OCTAVIA));
    for finding in octavia.check().findings {
        for text in [finding.message, finding.fix].into_iter().chain(finding.because) {
            assert!(page.contains(&text), "{text}");
        }
    }
    let plan = octavia.plan();
    for change in plan.candidates.iter().flat_map(|candidate| &candidate.changes) {
        assert!(page.contains(&change.to_string()), "{change}");
    }
    for reason in plan.rejected.iter().flat_map(|rejected| &rejected.reasons) {
        assert!(page.contains(&reason.to_string()), "{reason}");
    }
    let solved = plan.best().unwrap().apply(&octavia);
    for hop in solved.trace_required().iter().flat_map(|trace| trace.out().telling().unwrap().hops()) {
        for step in hop.steps() {
            assert!(page.contains(&step.to_string()), "{step}");
        }
    }
}

#[test]
fn a_name_means_nothing_to_a_browser() {
    for hostile in ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\\\" onload=\\\"x"]
    {
        let text =
            OCTAVIA.replace("ctl1", &format!("\"{hostile}\"")).replace("dc1", &format!("\"{hostile}\""));
        let (page, plain) = (whole(&text), whole(OCTAVIA));
        for sign in ["<script", "</script", "<img", "\" onload"] {
            assert_eq!(page.matches(sign).count(), plain.matches(sign).count(), "{hostile}: {sign}");
        }
    }
}

#[test]
fn nothing_is_loaded_and_no_id_stands_twice() {
    let page = whole(OCTAVIA);
    for loads in [" src=", "<link", "url(", "@import", "fetch("] {
        assert!(!page.contains(loads), "{loads}");
    }
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
    assert_eq!(page, whole(OCTAVIA), "the same fabric gives the same page");
}

#[test]
fn of_very_many_findings_it_says_how_many_are_left_out() {
    let last = "extended_to: []}\n";
    let idle: String = (1..=600)
        .map(|vni| format!("  - {{name: idle{vni}, vni: {vni}, networks: [], extended_to: []}}\n"))
        .collect();
    let text = with(OCTAVIA, &[(last, &format!("{last}{idle}"))]);
    let fabric = fabric(&text);
    let findings = fabric.check().findings.len();
    assert!(findings > 600, "{findings}");
    let page = Page::of(&fabric).check().to_string();
    assert!(page.contains(&format!("and {} more, which are left out here", findings - 500)));
    assert_eq!(page.matches("<summary>Why</summary>").count(), 500);
}
