//! `demo` as a user meets it: every fabric of the examples works with its plan, and its capture is sound.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use contrail_wire::capture::Reader;

const FABRICS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics");

fn demo(folder: &Path, fabrics: &[PathBuf]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_demo")).arg(folder).args(fabrics).output().unwrap()
}

/// An empty folder of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// A fabric that is not among the examples.
fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn octavia() -> String {
    fs::read_to_string(Path::new(FABRICS).join("octavia.yaml")).unwrap()
}

#[test]
fn every_fabric_works_with_its_plan_and_its_capture_is_sound() {
    let folder = folder("demo");
    let mut fabrics: Vec<PathBuf> = fs::read_dir(FABRICS).unwrap().map(|file| file.unwrap().path()).collect();
    fabrics.sort();
    let output = demo(&folder, &fabrics);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with(&format!("{} fabrics in brief\n", fabrics.len())), "{text}");
    for fabric in &fabrics {
        let name = fabric.file_stem().unwrap().to_str().unwrap();
        let brief = text.split(&format!("\n\n{name}\n")).nth(1).unwrap().split("\n\n").next().unwrap();
        let capture = folder.join(format!("{name}.pcapng"));
        let frames = count(&capture);
        let line = format!("  capture   {}: {frames} frames written and read back, all ", capture.display());
        assert!(frames > 0 && brief.contains(&line), "{name}: {brief}");
        let arrive = brief.lines().find(|line| line.contains("required flows")).unwrap();
        assert!(arrive.ends_with("required flows arrive, and so do their answers"), "{name}: {arrive}");
        assert_tshark_finds_nothing(&capture);
    }
}

fn count(capture: &Path) -> usize {
    let mut reader = Reader::new(File::open(capture).unwrap()).unwrap();
    let mut count = 0;
    while reader.next_frame().unwrap().is_some() {
        count += 1;
    }
    count
}

/// No packet is malformed, and every checksum that is there is right.
fn assert_tshark_finds_nothing(capture: &Path) {
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(capture).args(["-n", "-Y", "_ws.malformed || _ws.expert.group == \"Checksum\""]);
    for option in ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE"] {
        tshark.args(["-o", option]);
    }
    let Ok(output) = tshark.output() else {
        let _ = std::io::stderr()
            .write_all(b"SKIPPED: tshark is not installed; the captures of demo were not shown to it\n");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{}", capture.display());
}

#[test]
fn a_fabric_that_no_plan_mends_is_status_1() {
    let folder = folder("demo-refused");
    let hopeless = octavia()
        .replace("overlay_roles: [DC-Gateway]", "overlay_roles: [lean]")
        .replace(", gateway: 10.99.0.1}", "}")
        .replace(", gateway: 10.1.10.1}", "}");
    let output = demo(&folder, &[written(&folder, "hopeless.yaml", &hopeless)]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("  best way  none\n") && text.contains("some required flows cannot work"),
        "{text}"
    );
    assert!(!folder.join("hopeless.pcapng").exists());
}

#[test]
fn a_document_that_is_wrong_is_status_2_and_nothing_is_written() {
    let folder = folder("demo-bad");
    let good = written(&folder, "good.yaml", &octavia());
    let bad = written(&folder, "bad.yaml", &octavia().replace("worker: ctl1", "worker: ctl9"));
    for (fabrics, said) in [
        (
            vec![good.clone(), bad],
            "bad.yaml: line 100, column 24: integrations[0].services.worker: no server is called `ctl9`",
        ),
        (vec![good.clone(), folder.join("absent.yaml")], "absent.yaml: "),
        (vec![good.clone(), good], "good: two fabrics would have the same capture"),
        (vec![], "usage: demo FOLDER FABRIC..."),
    ] {
        let output = demo(&folder, &fabrics);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{error}");
        assert!(error.contains(said), "{error}");
        assert!(!folder.join("good.pcapng").exists(), "{said}");
    }
}
