//! The invariants of ARCHITECTURE.md, as far as the sources show them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a file that is not there is a failure of the test")]

use std::fs;
use std::path::{Path, PathBuf};

/// Files that may be longer than [`LONGEST`], and why. A file that is listed and is not longer fails too.
const LONG_FILES: &[(&str, &str)] =
    &[("python/python/contrail_fabric/_native.pyi", "the stubs of one module have to be one file")];
const LONGEST: usize = 500;

const PACKAGES: &[&str] = &["contrail-wire", "contrail-model", "examples", "fuzz", "python"];

#[test]
fn dependencies_point_from_the_edges_to_the_wire() {
    let ours = |package: &str| -> Vec<String> {
        let all = dependencies(&read(&format!("{package}/Cargo.toml")));
        all.into_iter().filter(|name| name.starts_with("contrail-")).collect()
    };
    assert_eq!(ours("contrail-wire"), [""; 0], "the wire knows no fabric");
    assert_eq!(ours("contrail-model"), ["contrail-wire"]);
    for edge in ["examples", "fuzz", "python"] {
        for name in ours(edge) {
            assert!(["contrail-wire", "contrail-model"].contains(&name.as_str()), "{edge} depends on {name}");
        }
    }
}

#[test]
fn each_dependency_has_its_reason() {
    let benchmarks = ["python/bench/bare", "contrail-wire/bench", "contrail-model/bench"];
    let packages = PACKAGES.iter().chain(&benchmarks).map(|package| format!("{package}/Cargo.toml"));
    for path in packages.chain(["Cargo.toml".to_owned()]) {
        let (mut within, mut is_said_above) = (false, false);
        for line in read(&path).lines() {
            let (dependency, reason) = line.split_once('#').unwrap_or((line, ""));
            if let Some(table) = dependency.strip_prefix('[') {
                within = table.ends_with("dependencies]");
                continue;
            }
            let is_ours = ["path = ", "workspace = true"].iter().any(|it| dependency.contains(it));
            if dependency.is_empty() || !reason.is_empty() {
                is_said_above = dependency.is_empty() && !reason.is_empty();
            } else if within && !is_ours {
                assert!(is_said_above, "{path}: what is this for? {line}");
            }
        }
    }
}

#[test]
fn the_wire_needs_neither_std_nor_an_allocator() {
    let lib = read("contrail-wire/src/lib.rs");
    assert!(lib.contains("#![no_std]"));
    let only_behind_features =
        "#[cfg(any(test, feature = \"arbitrary\", feature = \"capture\"))]\nextern crate std;";
    assert!(
        lib.contains(only_behind_features),
        "std is there for tests and two features, and for nothing else"
    );
    for (path, text) in sources("contrail-wire/src") {
        let library = text.split("#[cfg(test)]").next().unwrap();
        assert!(!library.contains("extern crate alloc") && !library.contains("alloc::"), "{path} allocates");
        let is_behind_a_feature =
            ["contrail-wire/src/capture/", "contrail-wire/src/bgp/recorded/", "contrail-wire/src/generate/"]
                .iter()
                .any(|place| path.starts_with(place));
        if !is_behind_a_feature {
            assert!(!library.contains("std::"), "{path} uses std");
        }
    }
}

#[test]
fn the_model_never_indexes_a_byte() {
    let manifest = dependencies(&read("contrail-model/Cargo.toml"));
    for reader_of_bytes in ["zerocopy", "byteorder", "bytes", "nom", "pcap-parser"] {
        assert!(
            !manifest.iter().any(|name| name == reader_of_bytes),
            "contrail-model depends on {reader_of_bytes}"
        );
    }
    for (path, text) in sources("contrail-model/src") {
        for reading in ["from_be_bytes", "from_le_bytes", "from_ne_bytes", "ref_from_prefix"] {
            assert!(!text.contains(reading), "{path} reads a number out of bytes: {reading}");
        }
    }
}

#[test]
fn no_package_may_use_unsafe_code() {
    let forbidden = "unsafe_code = \"forbid\"";
    assert!(read("Cargo.toml").contains(forbidden));
    for package in PACKAGES {
        let manifest = read(&format!("{package}/Cargo.toml"));
        let inherits = manifest.contains("[lints]\nworkspace = true");
        assert!(inherits || manifest.contains(forbidden), "{package}/Cargo.toml");
    }
}

#[test]
fn whoever_has_read_one_header_file_has_read_them_all() {
    let mut headers = 0;
    for (path, text) in sources("contrail-wire/src") {
        let of_a_header =
            path.starts_with("contrail-wire/src/net/") || path.starts_with("contrail-wire/src/tunnel/");
        if !of_a_header || !text.contains("impl FixedHeader for ") {
            continue;
        }
        headers += 1;
        let docs: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
        let docs = docs.join("\n");
        let source =
            ["/rfc/rfc", "IEEE 802", "tcpdump.org/linktypes"].iter().any(|source| docs.contains(source));
        assert!(source, "{path} does not say which RFC or standard it follows");
        assert!(docs.contains("+-+-+-+-+"), "{path} does not show the figure");
        assert!(docs.contains("olerated: "), "{path} does not say what is tolerated");
        for what in ["decode", "encode"] {
            assert!(docs.contains(what) && docs.contains("\n ```\n"), "{path} has no example that {what}s");
        }
        assert!(text.contains("#[repr(C)]"), "{path} has no struct in wire order");
    }
    assert!(headers >= 11, "only {headers} header files were found");
}

#[test]
fn no_file_is_long_without_a_reason() {
    let mut long = Vec::new();
    for (path, text) in PACKAGES.iter().flat_map(|package| sources(package)) {
        if text.lines().count() > LONGEST {
            long.push(path);
        }
    }
    let listed: Vec<&str> = LONG_FILES.iter().map(|(path, _)| *path).collect();
    assert_eq!(long, listed, "longer than {LONGEST} lines, and listed as such");
    assert!(LONG_FILES.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn documents_name_only_files_that_exist() {
    let mut named = 0;
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for code in read(document).split('`').skip(1).step_by(2) {
            let is_path = code.contains('/') && !code.contains([' ', '<', '*', ':', '\n', '#', '(']);
            let is_beside =
                code.starts_with("../") || code.starts_with("target/") || code.starts_with("fuzz/corpus");
            if is_path && !is_beside {
                assert!(root().join(code).exists(), "{document} names {code}");
                named += 1;
            }
        }
    }
    assert!(named >= 20, "only {named} paths were found");
}

#[test]
fn all_packages_have_the_version_of_the_workspace() {
    let version = |manifest: &str| {
        let text = read(manifest);
        let line = text.lines().find(|line| line.starts_with("version = ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{manifest} has no version"))
    };
    assert_eq!(version("python/Cargo.toml"), version("Cargo.toml"));
}

#[test]
fn each_rfc_of_the_wire_is_in_the_table_of_formats() {
    let formats = read("docs/formats.md");
    for (path, text) in sources("contrail-wire/src") {
        for link in text.split("rfc-editor.org/rfc/rfc").skip(1) {
            let number: String = link.chars().take_while(char::is_ascii_digit).collect();
            let is_told = formats.split([' ', ',', '|']).any(|word| word == number);
            assert!(is_told, "{path} has RFC {number}, and docs/formats.md does not");
        }
    }
}

#[test]
fn no_work_is_left_in_comments() {
    let markers = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let documents =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", ".ci/run"];
    let documents = documents.iter().map(|path| ((*path).to_owned(), read(path)));
    for (path, text) in PACKAGES.iter().flat_map(|package| sources(package)).chain(documents) {
        for marker in markers {
            assert!(!text.contains(marker), "{path} has a {marker}: do it, or open an issue");
        }
    }
}

/// The names in all tables of dependencies of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut within = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            within = line.trim_end_matches(']').ends_with("dependencies");
        } else if within && let Some((name, _)) = line.split_once(['=', '.']) {
            let name = name.trim().to_owned();
            if !name.starts_with('#') && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Rust and Python files below a folder of the project: path and text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && name != "corpus" && !name.starts_with('.') {
                found.extend(sources(&path));
            }
        } else if [".rs", ".py", ".pyi"].iter().any(|end| name.ends_with(end)) {
            let text = read(&path);
            found.push((path, text));
        }
    }
    found.sort();
    found
}
