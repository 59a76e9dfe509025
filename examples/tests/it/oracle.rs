//! `dissect --json` against tshark, frame by frame and field by field.

pub(crate) mod columns;
pub(crate) mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;

use contrail_examples::dissect::{Dissection, Options, decompressed};
use contrail_wire::Decoder;
use contrail_wire::capture::Reader;
use contrail_wire::tunnel::mpls::LabelStack;
use serde_json::Value;

use crate::corpus;
use columns::{Comparison, Row};

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/known_differences.tsv");

/// One frame as `dissect --json` shows it, and how long it was.
pub(crate) struct Ours {
    pub(crate) layers: Vec<Value>,
    pub(crate) error: Option<Value>,
    pub(crate) length: usize,
    pub(crate) captured: usize,
}

/// The frames of a capture up to where it cannot be read on.
pub(crate) fn dissected(file: &Path) -> Vec<Ours> {
    let options = Options::default();
    let mpls_payload = |stack: &LabelStack<'_>| options.payload_of(stack);
    let decoder = Decoder::new().vxlan_ports(&options.vxlan_ports).mpls_payload(&mpls_payload);
    let mut frames = Vec::new();
    let Ok(mut capture) = Reader::new(decompressed(File::open(file).unwrap()).unwrap()) else {
        return frames;
    };
    while let Ok(Some(frame)) = capture.next_frame() {
        let json = serde_json::to_value(Dissection::new(&decoder, &frame)).unwrap();
        frames.push(Ours {
            layers: json["layers"].as_array().unwrap().clone(),
            error: Some(json["error"].clone()).filter(Value::is_object),
            length: frame.original_length,
            captured: frame.bytes.len(),
        });
    }
    frames
}

/// `known_differences.tsv`: the reason for each rule, and to which frames of which capture each applies.
#[derive(Debug, Default, PartialEq, Eq)]
struct Listed {
    reasons: BTreeMap<String, String>,
    frames: BTreeSet<(String, String, String)>,
}

impl Listed {
    fn read() -> Self {
        let mut listed = Self::default();
        let text = fs::read_to_string(LIST).unwrap();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
            match fields.as_slice() {
                [kind, rule, reason] if kind == "rule" => {
                    listed.reasons.insert(rule.clone(), reason.clone());
                }
                [kind, rule, capture, frames] if kind == "frames" => {
                    listed.frames.insert((rule.clone(), capture.clone(), frames.clone()));
                }
                _ => panic!("{LIST}: cannot read: {line}"),
            }
        }
        listed
    }
}

/// `1-4,9`
fn ranges(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let written = ranges.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    });
    written.collect::<Vec<_>>().join(",")
}

#[test]
fn every_capture_agrees_with_tshark_or_the_difference_is_listed() {
    let (Some(captures), Some(oracle)) = (corpus::part("captures"), corpus::part("oracle")) else { return };
    let mut found = BTreeMap::<(&str, String), Vec<usize>>::new();
    let mut unexplained = String::new();
    let (mut files, mut frames, mut agreeing) = (0, 0, 0);
    for path in corpus::files(&captures) {
        let name = path.strip_prefix(&captures).unwrap().to_str().unwrap().to_owned();
        let Ok(table) = fs::read(oracle.join(format!("{name}.tshark.tsv"))) else { continue };
        let table = String::from_utf8_lossy(&table);
        let rows = Row::parse(&table);
        let ours = dissected(&path);
        let elsewhere = (rows.len() != ours.len()).then_some(rules::CONTAINER);
        files += 1;
        frames += rows.len().max(ours.len());
        for number in 1..=rows.len().max(ours.len()) {
            let rule = match (ours.get(number - 1), rows.get(number - 1)) {
                (Some(ours), Some(row)) => {
                    let comparison = Comparison::new(ours, row);
                    if comparison.agrees() {
                        agreeing += 1;
                        continue;
                    }
                    let Some(rule) = rules::of(&comparison).or(elsewhere) else {
                        writeln!(unexplained, "{name} frame {number}: {comparison}").unwrap();
                        continue;
                    };
                    rule
                }
                _ => rules::CONTAINER,
            };
            found.entry((rule, name.clone())).or_default().push(number);
        }
    }
    println!("{files} captures, {frames} frames, {agreeing} agree");
    assert!(files > 0, "no capture has an oracle");
    assert!(unexplained.is_empty(), "no rule explains these differences:\n{unexplained}");

    let mut by_rule = BTreeMap::<_, usize>::new();
    for ((rule, _), numbers) in &found {
        *by_rule.entry(*rule).or_default() += numbers.len();
    }
    println!("{by_rule:#?}");
    let listed = Listed::read();
    let found: BTreeSet<_> = found
        .into_iter()
        .map(|((rule, capture), numbers)| (rule.to_owned(), capture, ranges(&numbers)))
        .collect();
    let line =
        |(rule, capture, frames): &(String, String, String)| format!("frames\t{rule}\t{capture}\t{frames}\n");
    let unlisted: String = found.difference(&listed.frames).map(line).collect();
    let gone: String = listed.frames.difference(&found).map(line).collect();
    assert!(
        unlisted.is_empty() && gone.is_empty(),
        "not in {LIST}:\n{unlisted}\nin it, but not so any more:\n{gone}"
    );
    let rules: BTreeSet<_> = rules::names().collect();
    let reasons: BTreeSet<_> = listed.reasons.keys().map(String::as_str).collect();
    assert_eq!(rules, by_rule.into_keys().collect(), "each rule applies to some frame");
    assert_eq!(rules, reasons, "each rule has a reason in {LIST}");
}
