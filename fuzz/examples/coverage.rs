//! Writes the table of coverage of `fuzz/README.md` from what `llvm-cov export -summary-only` says: `coverage SUMMARY README`.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use serde_json::Value;

const SOURCES: &str = "contrail-wire/src/";
/// The names of the sums.
const ALL: &str = "all";
const READERS: &str = "all but `encap` and `generate`";
/// The modules that read nothing: one makes headers, and one what tests read.
const WRITERS: [&str; 2] = ["encap", "generate"];

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(summary), Some(readme)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: coverage SUMMARY README"));
    };
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(summary)?)?;
    let files = summary.pointer("/data/0/files").and_then(Value::as_array);
    let mut modules: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for file in files.into_iter().flatten() {
        let name = file.pointer("/filename").and_then(Value::as_str).unwrap_or_default();
        let Some((_, path)) = name.split_once(SOURCES) else { continue };
        let lines = |key: &str| file.pointer(&format!("/summary/lines/{key}")).and_then(Value::as_u64);
        let (Some(covered), Some(count)) = (lines("covered"), lines("count")) else {
            return Err(io::Error::other(format!("{path}: no lines")));
        };
        let module = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let sums = if WRITERS.contains(&module) { &[module, ALL][..] } else { &[module, ALL, READERS] };
        for module in sums {
            let sum = modules.entry((*module).to_owned()).or_default();
            *sum = [sum[0] + covered, sum[1] + count];
        }
    }
    let sums = [READERS, ALL].map(|name| Some((name.to_owned(), modules.remove(name)?)));
    let [Some(readers), Some(all)] = sums else { return Err(io::Error::other("nothing was measured")) };
    let mut table = String::from("| module | lines | reached | |\n|---|--:|--:|--:|\n");
    for (module, [covered, count]) in modules.into_iter().chain([readers, all]) {
        let name = match &*module {
            "" => "the root".to_owned(),
            ALL | READERS => module,
            _ => format!("`{module}`"),
        };
        table.push_str(&format!("| {name} | {count} | {covered} | {} % |\n", covered * 100 / count.max(1)));
    }
    contrail_fuzz::readme::write(&readme, "make coverage", &table)
}
