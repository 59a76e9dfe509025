//! The captures, seeds and hostile inputs that stand beside a checkout of this project.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// `shared/<part>` beside the project, or `None`, said loudly, where it is not.
pub(crate) fn part(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(part);
    if path.exists() {
        return Some(path);
    }
    skipped(&format!("{part} is not there: no folder `shared` beside the project"));
    None
}

/// Says that a test did nothing. Written past libtest's capture, which hides what a passing test prints.
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current();
    let name = test.name().unwrap_or("a test").to_owned();
    std::io::stderr().write_all(format!("SKIPPED: {name}: {why}\n").as_bytes()).unwrap();
}

/// All files below `folder`, in a stable order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
