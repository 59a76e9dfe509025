//! Holds the instruction counts of a run of `cargo bench --bench instructions -- --output-format=json`, read from
//! stdin, against the committed `instructions.tsv`; with `--write`, makes that run the committed one.
//!
//! A count of `contrail-wire` may rise by [`TOLERANCE_PERCENT`] before this fails: compilers differ by a few percent
//! between releases. A count that falls that much is told, so that it gets committed. Peers and lower bounds are in
//! the table to be read beside ours, and are not checked.

use std::collections::BTreeMap;
use std::io::stdin;
use std::process::ExitCode;
use std::{env, fs};

use serde_json::{Deserializer, Value};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.tsv");
const TOLERANCE_PERCENT: u64 = 10;
const OURS: &str = "contrail_wire";

type Error = Box<dyn std::error::Error>;
/// What is done and by whom, to the instructions it takes.
type Counts = BTreeMap<(String, String), u64>;

fn main() -> Result<ExitCode, Error> {
    let measured = measured()?;
    if env::args().any(|argument| argument == "--write") {
        fs::write(COMMITTED, table(&measured))?;
        return Ok(ExitCode::SUCCESS);
    }

    let committed = committed()?;
    let mut passed = true;
    for (key, &count) in &measured {
        let (work, by) = key;
        let Some(&before) = committed.get(key) else {
            eprintln!("{work} by {by}: {count} instructions, and none committed; see --write");
            passed = false;
            continue;
        };
        println!("{work:<16} {by:<20} {count:>7} {before:>7} committed");
        if by != OURS {
            continue;
        }
        if count * 100 > before * (100 + TOLERANCE_PERCENT) {
            eprintln!(
                "{work}: {count} instructions where {before} are committed, over the {TOLERANCE_PERCENT} % allowed"
            );
            passed = false;
        } else if count * 100 < before * (100 - TOLERANCE_PERCENT) {
            eprintln!(
                "{work}: {count} instructions where {before} are committed: well done; commit it with --write"
            );
        }
    }
    for (work, by) in committed.keys().filter(|key| !measured.contains_key(*key)) {
        eprintln!("{work} by {by}: committed, and not measured");
        passed = false;
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One JSON object for each benchmark, as gungraun prints them.
fn measured() -> Result<Counts, Error> {
    let mut counts = Counts::new();
    for benchmark in Deserializer::from_reader(stdin().lock()).into_iter::<Value>() {
        let benchmark = benchmark?;
        let text = |field: &str| {
            benchmark[field].as_str().map(str::to_owned).ok_or(format!("no {field}: {benchmark}"))
        };
        let count = benchmark
            .pointer("/profiles/0/data/parts/0/metrics/Ir/values/new")
            .and_then(Value::as_u64)
            .ok_or_else(|| format!("no count of instructions: {benchmark}"))?;
        counts.insert((text("function_name")?, text("id")?), count);
    }
    if counts.is_empty() {
        return Err("no benchmark on stdin".into());
    }
    Ok(counts)
}

fn committed() -> Result<Counts, Error> {
    let mut counts = Counts::new();
    for line in fs::read_to_string(COMMITTED)?.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(work), Some(by), Some(count)) = (cells.next(), cells.next(), cells.next()) else {
            return Err(format!("{COMMITTED}: not a row: {line}").into());
        };
        counts.insert((work.to_owned(), by.to_owned()), count.parse()?);
    }
    Ok(counts)
}

fn table(counts: &Counts) -> String {
    let rows = counts.iter().map(|((work, by), count)| format!("{work}\t{by}\t{count}\n"));
    std::iter::once("work\tby\tinstructions\n".to_owned()).chain(rows).collect()
}
