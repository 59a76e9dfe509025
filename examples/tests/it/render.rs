//! `render` as a user meets it.

use std::fs;
use std::process::{Command, Output};

use contrail_model::{Fabric, Page};

const OCTAVIA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics/octavia.yaml");

fn render(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_render")).args(arguments).output().unwrap()
}

#[test]
fn the_page_is_that_of_the_library_and_the_last_one_is_overwritten() {
    let folder = format!("{}/render", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_dir_all(&folder);
    let file = format!("{folder}/octavia.html");
    let fabric = Fabric::from_yaml(include_str!("../../fabrics/octavia.yaml")).unwrap();
    for _ in 0..2 {
        assert!(render(&[OCTAVIA, &file]).status.success());
        let expected = Page::of(&fabric).check().plan().trace_required().to_string();
        assert!(fs::read_to_string(&file).unwrap() == expected, "{file} differs");
        fs::write(&file, "something else").unwrap();
    }
    let files = fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 1, "nothing is left beside it");
}

#[test]
fn what_cannot_be_rendered_is_said() {
    for (arguments, message) in [
        (&["no-such-file", "page.html"][..], "no-such-file: "),
        (&[OCTAVIA, "/dev/null/page.html"], "/dev/null/page.html: "),
        (&[OCTAVIA], "FABRIC and PAGE must be given"),
    ] {
        let output = render(arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(message), "{said}");
    }
}
