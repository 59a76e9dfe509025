//! How check, plan and trace grow with the fabric, as ratios to what parsing the same document from JSON costs; and that a
//! picture and a page of it, which may take twice as long as its check and 2 MB, do.

mod generated;
mod measure;

use std::hint::black_box;
use std::time::Duration;

use contrail_model::contrail_api::{Export, Import};
use contrail_model::document::Document;
use contrail_model::{Fabric, Flow, Page};

use crate::measure::{Peak, best_of, peak_during};

#[global_allocator]
static ALLOCATOR: Peak = Peak;

/// What was measured on a fabric.
struct Row {
    leaves: usize,
    parse: Duration,
    load: Duration,
    check: Duration,
    plan: Duration,
    trace: Duration,
    /// Bytes held at most while the document was resolved, for each byte of its text.
    memory: f64,
}

fn main() {
    println!(
        "{:>7} {:>9} {:>11} {:>12} {:>11} {:>10} {:>12} {:>8}",
        "leaves", "parse", "load/parse", "check/parse", "plan/parse", "trace", "trace/parse", "memory"
    );
    let rows = [10, 100, 1000].map(|leaves| {
        let row = measured(leaves);
        println!("{}", row.text());
        row
    });
    let [_, small, large] = &rows;
    let exponent = |of: fn(&Row) -> Duration| (of(large).as_secs_f64() / of(small).as_secs_f64()).log10();
    println!(
        "growth from {} to {} leaves, as an exponent: parse {:.2}, load {:.2}, check {:.2}, plan {:.2}, trace {:.2}",
        small.leaves,
        large.leaves,
        exponent(|row| row.parse),
        exponent(|row| row.load),
        exponent(|row| row.check),
        exponent(|row| row.plan),
        exponent(|row| row.trace)
    );
    imports(&generated::fabric(200));
    renders(&generated::fabric(1000));
}

/// What it costs to draw a large fabric, and to tell on a page what its check says, as ratios to the check alone.
fn renders(document: &Document) {
    let fabric = Fabric::from_document(document).expect("it resolves");
    let check = best_of(3, || black_box(&fabric).check());
    let flow = Flow::tcp("octavia-worker@controller-0", "amphora-0", 9443);
    let trace = fabric.trace(&flow).expect("both ends are there");
    let plan = fabric.plan();
    let picture = || black_box(&fabric).diagram().svg();
    let of_trace = || black_box(&trace).diagram().svg();
    let of_plan = || black_box(&plan).diagram(&fabric).svg();
    let page = || Page::of(black_box(&fabric)).check().to_string();
    let renders: [(&str, &dyn Fn() -> String); 4] = [
        ("picture", &picture),
        ("picture of a trace", &of_trace),
        ("picture of a plan", &of_plan),
        ("page with findings", &page),
    ];
    for (what, render) in renders {
        let (time, bytes) = (best_of(3, render), render().len());
        let ratio = time.as_secs_f64() / check.as_secs_f64();
        println!("{what} of {} leaves: {ratio:.2} of its check, {:.2} MB", 1000, bytes as f64 / 1e6);
        assert!(
            ratio < 2.0 && bytes < 2_000_000,
            "a {what} takes more than twice a check, or more than 2 MB"
        );
    }
    let bytes = Page::of(&fabric).check().plan().trace_required().to_string().len();
    println!("page with all: {:.2} MB", bytes as f64 / 1e6);
    assert!(bytes < 2_000_000, "a page takes more than 2 MB");
}

/// What it costs to import a fabric from what Contrail tells of it.
fn imports(document: &Document) {
    let export = Export::new(document);
    let lists: Vec<String> = export.lists().values().map(ToString::to_string).collect();
    let texts = [
        ("a dump of the database", export.database_dump().to_string()),
        ("lists of the API", lists.join("\n")),
    ];
    for (what, text) in texts {
        let parse = best_of(3, || {
            let values =
                serde_json::Deserializer::from_str(black_box(&text)).into_iter::<serde_json::Value>();
            values.for_each(|value| drop(black_box(value.expect("it is JSON"))));
        });
        let imported = || {
            let mut import = Import::new();
            import.read_json(what, black_box(&text)).expect("it was exported");
            import.finish()
        };
        let import = best_of(3, imported);
        let (imported, bytes) = peak_during(imported);
        assert!(imported.findings.is_empty());
        println!(
            "import of {what}, {:.0} MB: {:.2} of parsing its JSON; memory {:.2} of the text beside it",
            text.len() as f64 / 1e6,
            import.as_secs_f64() / parse.as_secs_f64(),
            bytes as f64 / text.len() as f64
        );
    }
}

fn measured(leaves: usize) -> Row {
    let text = serde_json::to_string(&generated::fabric(leaves)).expect("a document is JSON");
    let parse = best_of(5, || Document::from_json(black_box(&text)).expect("it is one"));
    let document = Document::from_json(&text).expect("it is one");
    let load = best_of(3, || Fabric::from_document(black_box(&document)).expect("it resolves"));
    let (fabric, bytes) = peak_during(|| Fabric::from_document(&document).expect("it resolves"));
    let check = best_of(3, || black_box(&fabric).check());
    let plan = best_of(1, || black_box(&fabric).plan());
    let solved = fabric.plan().best().expect("Octavia has a place").apply(&fabric);
    let flow = Flow::tcp("octavia-worker@controller-0", "amphora-0", 9443);
    let runs = 100;
    let traces = best_of(5, || {
        for _ in 0..runs {
            black_box(black_box(&solved).trace(&flow).expect("both ends are there"));
        }
    });
    Row { leaves, parse, load, check, plan, trace: traces / runs, memory: bytes as f64 / text.len() as f64 }
}

impl Row {
    fn text(&self) -> String {
        let ratio = |time: Duration| time.as_secs_f64() / self.parse.as_secs_f64();
        format!(
            "{:>7} {:>7.2}ms {:>11.2} {:>12.2} {:>11.2} {:>8.1}us {:>12.6} {:>7.1}x",
            self.leaves,
            self.parse.as_secs_f64() * 1e3,
            ratio(self.load),
            ratio(self.check),
            ratio(self.plan),
            self.trace.as_secs_f64() * 1e6,
            ratio(self.trace),
            self.memory
        )
    }
}
