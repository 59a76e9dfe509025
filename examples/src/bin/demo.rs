//! `demo FABRIC CAPTURE`: checks a fabric, plans what its required flows need, traces them, and writes the traced
//! packets as they are on each link to a capture file, which is then read back and compared.
//!
//! Exit status: 0 all required flows work with the plan's changes; 1 findings that no plan ends; 2 bad input.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use contrail_model::trace::{TraceFrame, write_pcapng};
use contrail_model::{Fabric, Trace};
use contrail_wire::capture::Reader;
use contrail_wire::{Decoder, Header, MplsPayload};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [fabric, capture] = arguments.as_slice() else {
        eprintln!(
            "usage: demo FABRIC CAPTURE\n  FABRIC   a fabric document, YAML or JSON\n  CAPTURE  the pcapng file to write"
        );
        return ExitCode::from(2);
    };
    let mut text = String::new();
    let status = match run(Path::new(fabric), Path::new(capture), &mut text) {
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

fn run(document: &Path, capture: &Path, out: &mut String) -> Result<bool, String> {
    let path = document.display();
    let bytes = fs::read(document).map_err(|error| format!("{path}: {error}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("{path}: not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))?;
    let fabric = Fabric::from_yaml(&text).map_err(|error| {
        let problems: Vec<String> =
            error.problems.iter().map(|problem| format!("{path}: {problem}")).collect();
        problems.join("\n")
    })?;

    section(out, &format!("check: {}", fabric.name()));
    push(out, &fabric.check());
    section(out, "plan");
    let plan = fabric.plan();
    push(out, &plan);
    let Some(best) = plan.best() else { return Ok(false) };

    let changed = best.apply(&fabric);
    let traces = changed.trace_required();
    section(out, "trace, with the changes of the first way made");
    for trace in &traces {
        push(out, trace);
        out.push('\n');
    }
    let report = changed.check();
    if report.has_errors() {
        section(out, "check, with the changes made");
        push(out, &report);
        return Ok(false);
    }

    section(out, &format!("capture: {}", capture.display()));
    let frames: Vec<TraceFrame> = traces.iter().flat_map(Trace::frames).collect();
    write(&frames, capture)?;
    push(out, &compare(&frames, capture)?);
    Ok(true)
}

fn section(out: &mut String, title: &str) {
    let line = "=".repeat(title.chars().count());
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{title}\n{line}");
}

fn push(out: &mut String, text: &impl std::fmt::Display) {
    let _ = write!(out, "{text}");
}

/// Writes beside the target and renames, so that no half-written file is left.
fn write(frames: &[TraceFrame], capture: &Path) -> Result<(), String> {
    let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", capture.display());
    let mut part: PathBuf = capture.to_owned();
    part.as_mut_os_string().push(".part");
    let result = (|| {
        if let Some(folder) = capture.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| fail(&error))?;
        }
        let mut bytes = Vec::new();
        write_pcapng(frames, &mut bytes).map_err(|error| fail(&error))?;
        fs::write(&part, bytes).map_err(|error| fail(&error))?;
        fs::rename(&part, capture).map_err(|error| fail(&error))
    })();
    if result.is_err() {
        let _ = fs::remove_file(&part);
    }
    result
}

/// Reads the capture back and compares every header of every frame with what the traces predict.
fn compare(frames: &[TraceFrame], capture: &Path) -> Result<String, String> {
    let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", capture.display());
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
                let same = predicted.next().map(contrail_model::trace::TracedHeader::header);
                if same != Some(&header) {
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
        "{} frames written and read back: all {headers} headers with {fields} fields are as traced\n",
        frames.len()
    ))
}

fn count(header: &Header<'_>) -> usize {
    let mut count = 0;
    header.fields(&mut |_, _| count += 1);
    count
}
