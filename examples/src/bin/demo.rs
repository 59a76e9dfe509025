//! `demo FOLDER FABRIC...`: checks each fabric, plans what its required flows need, traces them, and writes the traced
//! packets as they are on each link to a capture file in the folder, which is then read back and compared. All fabrics
//! are told briefly, then the first in full.
//!
//! Exit status: 0 all required flows work with the plans' changes; 1 one has findings that no plan ends; 2 bad input.

use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use contrail_examples::program;
use contrail_model::trace::{TraceFrame, write_pcapng};
use contrail_model::{Fabric, Plan, Report, Trace};
use contrail_wire::capture::Reader;
use contrail_wire::{Decoder, Header, MplsPayload};

const USAGE: &str = "\
usage: demo FOLDER FABRIC...
  FOLDER   where the captures go, NAME.pcapng for each fabric
  FABRIC   a fabric document, YAML or JSON; the first is shown in full
";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [folder, fabrics @ ..] = arguments.as_slice() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    if fabrics.is_empty() {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    }
    let mut text = String::new();
    let status = match run(Path::new(folder), fabrics, &mut text) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("demo: {message}");
            ExitCode::from(2)
        }
    };
    // Whoever closes the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    status
}

/// Returns whether all required flows of all fabrics work with the plans' changes.
fn run(folder: &Path, documents: &[OsString], out: &mut String) -> Result<bool, String> {
    let mut fabrics: Vec<(String, Fabric)> = Vec::new();
    for document in documents {
        let (name, fabric) = load(Path::new(document))?;
        if fabrics.iter().any(|(other, _)| *other == name) {
            return Err(format!("{name}: two fabrics would have the same capture"));
        }
        fabrics.push((name, fabric));
    }
    let solved: Vec<Solved> = fabrics.into_iter().map(|(name, fabric)| Solved::new(name, &fabric)).collect();
    section(out, &format!("{} fabrics in brief", solved.len()));
    for scenario in &solved {
        let capture = scenario.capture(folder)?;
        scenario.in_brief(capture.as_deref(), out);
    }
    if let Some(first) = solved.first() {
        first.in_full(out);
    }
    Ok(solved.iter().all(Solved::works))
}

fn load(document: &Path) -> Result<(String, Fabric), String> {
    let path = document.display();
    let bytes = fs::read(document).map_err(|error| format!("{path}: {error}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("{path}: not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))?;
    let fabric = Fabric::from_yaml(&text).map_err(|error| {
        let problems: Vec<String> =
            error.problems.iter().map(|problem| format!("{path}: {problem}")).collect();
        problems.join("\n")
    })?;
    let name = document.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, fabric))
}

/// A fabric with what is to be said of it.
struct Solved {
    name: String,
    report: Report,
    plan: Plan,
    /// With the changes of the plan's best way made: the required flows, and what is still wrong.
    after: Option<(Vec<Trace>, Report)>,
}

impl Solved {
    fn new(name: String, fabric: &Fabric) -> Self {
        let (report, plan) = (fabric.check(), fabric.plan());
        let changed = plan.best().map(|best| best.apply(fabric));
        let after = changed.map(|changed| (changed.trace_required(), changed.check()));
        Self { name, report, plan, after }
    }

    fn traces(&self) -> &[Trace] {
        self.after.as_ref().map_or(&[], |(traces, _)| traces)
    }

    fn works(&self) -> bool {
        let is_clean = |(traces, report): &(Vec<Trace>, Report)| {
            !report.has_errors() && traces.iter().all(Trace::is_delivered)
        };
        self.after.as_ref().is_some_and(is_clean)
    }

    /// Writes the traced frames and reads them back; says so, unless there are none.
    fn capture(&self, folder: &Path) -> Result<Option<String>, String> {
        let frames: Vec<TraceFrame<'_>> = self.traces().iter().flat_map(Trace::frames).collect();
        if frames.is_empty() {
            return Ok(None);
        }
        let path = folder.join(format!("{}.pcapng", self.name));
        write(&frames, &path)?;
        let same = compare(&frames, &path)?;
        Ok(Some(format!("{}: {same}", path.display())))
    }

    fn in_brief(&self, capture: Option<&str>, out: &mut String) {
        let _ = writeln!(out, "\n{}", self.name);
        let found = findings(&self.report);
        entry(out, "check", if found.is_empty() { vec!["nothing is wrong".to_owned()] } else { found });
        let best = self.plan.best().map_or_else(|| vec!["none".to_owned()], lines);
        entry(out, "best way", best);
        let costs: Vec<String> =
            self.plan.alternatives().iter().map(|way| way.cost.total.to_string()).collect();
        if !costs.is_empty() {
            entry(out, "others", vec![format!("{} at cost {}", costs.len(), costs.join(", "))]);
        }
        entry(out, "refused", refusals(&self.plan));
        let traces = self.traces();
        let arriving = traces.iter().filter(|trace| trace.is_delivered()).count();
        let flows = match (&self.after, traces.len() - arriving) {
            (None, _) => "some required flows cannot work".to_owned(),
            (Some(_), 0) => {
                format!("{arriving} of {arriving} required flows arrive, and so do their answers")
            }
            (Some(_), _) => {
                format!("{arriving} of {} required flows arrive with their answers", traces.len())
            }
        };
        entry(out, "then", vec![flows]);
        entry(out, "capture", capture.map(str::to_owned).into_iter().collect());
    }

    fn in_full(&self, out: &mut String) {
        section(out, &format!("{} in full: check", self.name));
        push(out, &self.report);
        section(out, "plan");
        push(out, &self.plan);
        let Some((traces, report)) = &self.after else { return };
        section(out, "trace, with the changes of the best way made");
        for trace in traces {
            push(out, trace);
            out.push('\n');
        }
        if report.has_errors() {
            section(out, "check, with the changes made");
            push(out, report);
        }
    }
}

/// A line for each rule that is broken, with where.
fn findings(report: &Report) -> Vec<String> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for finding in &report.findings {
        let rule = format!("{} {} {}", finding.severity.name(), finding.rule, finding.name);
        match found.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, subjects)) if subjects.contains(&&*finding.subject) => {}
            Some((_, subjects)) => subjects.push(&finding.subject),
            None => found.push((rule, vec![&finding.subject])),
        }
    }
    found.into_iter().map(|(rule, subjects)| format!("{rule}: {}", subjects.join(", "))).collect()
}

/// A line for each way that is refused, with the first reason.
fn refusals(plan: &Plan) -> Vec<String> {
    let all = || plan.rejected.iter().flat_map(|rejected| &rejected.break_outs);
    let are_several = all().any(|one| all().any(|other| one.networks != other.networks));
    let line = |rejected: &contrail_model::Rejected| {
        let networks = match rejected.break_outs.as_slice() {
            [one] if are_several => format!("{}: ", one.networks.join(", ")),
            _ => String::new(),
        };
        let more = match rejected.reasons.len() {
            0 | 1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let told = lines(rejected);
        let (title, reasons) = told.split_first()?;
        Some(format!("{networks}{title}: {}{more}", reasons.first()?.trim_start()))
    };
    plan.rejected.iter().filter_map(line).collect()
}

fn lines(text: &impl Display) -> Vec<String> {
    text.to_string().lines().map(str::to_owned).collect()
}

/// Lines beside a label, what is indented by two; nothing, if there are none.
fn entry(out: &mut String, label: &str, lines: Vec<String>) {
    let mut label = label;
    for line in lines {
        let indent = if line.starts_with(' ') { "  " } else { "" };
        let _ = writeln!(out, "  {label:<9} {indent}{}", line.trim_start());
        label = "";
    }
}

fn section(out: &mut String, title: &str) {
    let line = "=".repeat(title.chars().count());
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{title}\n{line}");
}

fn push(out: &mut String, text: &impl Display) {
    let _ = write!(out, "{text}");
}

fn write(frames: &[TraceFrame<'_>], capture: &Path) -> Result<(), String> {
    let fail = |error: &dyn Display| format!("{}: {error}", capture.display());
    let mut bytes = Vec::new();
    write_pcapng(frames, &mut bytes).map_err(|error| fail(&error))?;
    program::write_whole(capture, &bytes).map_err(|error| fail(&error))
}

/// Reads the capture back and compares every header of every frame with what the traces predict.
fn compare(frames: &[TraceFrame<'_>], capture: &Path) -> Result<String, String> {
    let fail = |error: &dyn Display| format!("{}: {error}", capture.display());
    let file = fs::File::open(capture).map_err(|error| fail(&error))?;
    let mut reader = Reader::new(file).map_err(|error| fail(&error))?;
    // The labels of these traces are those of VRFs and of workloads, so they carry IP.
    let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
    let (mut headers, mut fields) = (0, 0);
    let mut expected = frames.iter();
    while let Some(read) = reader.next_frame().map_err(|error| fail(&error))? {
        let number = read.number;
        let Some(frame) = expected.next() else {
            return Err(fail(&format!("frame {number} is one more than was written")));
        };
        let mut predicted = frame.packet.headers();
        let level = decoder.ethernet(read.bytes).map_err(|error| fail(&error))?;
        for level in level.levels() {
            for (offset, header) in level.map_err(|error| fail(&error))?.headers() {
                let same = predicted.next().map(|traced| *traced.header());
                if same != Some(header) {
                    let layer = header.layer();
                    return Err(fail(&format!(
                        "frame {number} ({}): {layer} at byte {offset} differs from the trace",
                        frame.comment
                    )));
                }
                headers += 1;
                fields += count(&header);
            }
        }
        if predicted.next().is_some() {
            return Err(fail(&format!("frame {number} ({}) ends before the trace does", frame.comment)));
        }
    }
    if expected.next().is_some() {
        return Err(fail(&"frames are missing"));
    }
    Ok(format!(
        "{} frames written and read back, all {headers} headers with {fields} fields as traced",
        frames.len()
    ))
}

fn count(header: &Header<'_>) -> usize {
    let mut count = 0;
    header.fields(&mut |_, _| count += 1);
    count
}
