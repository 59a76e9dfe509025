//! What README.md and the pages of the Python package show in the shell: the lines that run programs of this package
//! run here, those of `contrail-fabric` in `python/tests/test_docs.py`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use contrail_wire::capture::Writer;
use contrail_wire::{LinkType, doc};

use crate::sessions::{EVERY_TYPE, announce, free_address, listen};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const CARGO_RUN: &str = "cargo run -q -p contrail-examples --bin ";
const PROGRAMS: [(&str, &str); 7] = [
    ("diagram", env!("CARGO_BIN_EXE_diagram")),
    ("dissect", env!("CARGO_BIN_EXE_dissect")),
    ("evpn_announce", env!("CARGO_BIN_EXE_evpn_announce")),
    ("evpn_drift", env!("CARGO_BIN_EXE_evpn_drift")),
    ("evpn_dump", env!("CARGO_BIN_EXE_evpn_dump")),
    ("evpn_listen", env!("CARGO_BIN_EXE_evpn_listen")),
    ("render", env!("CARGO_BIN_EXE_render")),
];
/// The neighbor of the lines that want one.
const NEIGHBOR: &str = "10.0.0.2";

/// The lines of all blocks for the shell, without their comments.
fn shown() -> Vec<String> {
    let pages = fs::read_dir(format!("{ROOT}/python/docs")).unwrap().map(|page| page.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|extension| extension == "md"));
    let mut lines = Vec::new();
    for page in pages.chain([PathBuf::from(format!("{ROOT}/README.md"))]) {
        let text = fs::read_to_string(page).unwrap();
        let blocks = text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
        let code = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap().trim());
        lines.extend(code.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    lines
}

/// A folder with what the lines name.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(format!("{ROOT}/examples"), folder.join("examples")).unwrap();
    let observed = format!("{ROOT}/contrail-model/tests/it/observed/frr-octavia.json");
    fs::copy(observed, folder.join("frr.json")).unwrap();
    let keepalive = format!("{}001304\n", "ff".repeat(16));
    fs::write(folder.join("messages.hex"), keepalive).unwrap();
    let mut capture = fs::File::create(folder.join("capture.pcapng")).unwrap();
    let mut writer = Writer::new(&mut capture).unwrap();
    let interface = writer.interface("leaf1:et-0/0/48", LinkType::Ethernet).unwrap();
    writer.frame(interface, std::time::Duration::from_secs(1), doc::VXLAN_FRAME, "").unwrap();
    capture.flush().unwrap();
    folder
}

/// The arguments with a neighbor on this machine in place of the one that is told, and that neighbor.
fn with_neighbor(program: &str, arguments: &str) -> (String, Option<Child>) {
    let address = free_address();
    if program == "evpn_announce" {
        let neighbor = listen(&["--listen", &address, "--timeout", "30"]);
        (format!("{arguments} --neighbor {address} --timeout 1"), Some(neighbor))
    } else if arguments.contains(NEIGHBOR) {
        let neighbor = announce(&[EVERY_TYPE, "--listen", "--neighbor", &address, "--timeout", "30"]);
        (format!("{} --timeout 1", arguments.replace(NEIGHBOR, &address)), Some(neighbor))
    } else {
        (arguments.to_owned(), None)
    }
}

#[test]
fn each_program_that_is_shown_runs_as_it_is_shown() {
    let folder = folder();
    let mut run = Vec::new();
    for line in shown() {
        let Some((name, arguments)) = line.strip_prefix(CARGO_RUN).map(|rest| rest.split_once(' ').unwrap())
        else {
            continue;
        };
        let (known, path) = PROGRAMS.iter().find(|(known, _)| *known == name).unwrap();
        run.push(*known);
        let arguments = arguments.strip_prefix("-- ").unwrap_or(arguments);
        let (arguments, neighbor) = with_neighbor(name, arguments);
        let command = format!("'{path}' {arguments}");
        let output = Command::new("sh").args(["-c", &command]).current_dir(&folder).output().unwrap();
        if let Some(mut neighbor) = neighbor {
            neighbor.kill().unwrap();
            neighbor.wait().unwrap();
        }
        // Drift that is found is exit status 1.
        let good = if name == "evpn_drift" { 1 } else { 0 };
        assert_eq!(output.status.code(), Some(good), "{line}\n{output:?}");
        let written = command.rsplit(['>', ' ']).next().map(|file| folder.join(file.trim()));
        let is_written = written.is_some_and(|file| file.is_file() && file.metadata().unwrap().len() > 0);
        assert!(!output.stdout.is_empty() || is_written || name == "evpn_announce", "{line}\n{output:?}");
    }
    run.sort_unstable();
    run.dedup();
    assert_eq!(run, PROGRAMS.map(|(name, _)| name), "each is shown");
}

#[test]
fn each_line_for_the_shell_is_run_by_something() {
    // `.ci/run` runs both targets, and `make test` builds and installs the package as pip does.
    let run_elsewhere = ["make demo", "make test", "pip install ./python"];
    for line in shown() {
        let is_run = line.starts_with(CARGO_RUN) || line.starts_with("contrail-fabric ");
        assert!(is_run || run_elsewhere.contains(&&*line), "nothing runs: {line}");
    }
}
