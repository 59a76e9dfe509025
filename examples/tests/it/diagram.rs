//! `diagram` as a user meets it.

use std::process::{Command, Output};

const OCTAVIA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics/octavia.yaml");

fn diagram(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_diagram")).args(arguments).output().unwrap()
}

#[test]
fn the_picture_is_that_of_the_library() {
    for (form, expected) in [
        ("svg", include_str!("../../pictures/octavia.svg")),
        ("mermaid", include_str!("../../pictures/octavia.mmd")),
        ("dot", include_str!("../../pictures/octavia.dot")),
        ("drawio", include_str!("../../pictures/octavia.drawio")),
    ] {
        let output = diagram(&["--as", form, OCTAVIA]);
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

#[test]
fn plans_and_traces_are_drawn_as_the_library_draws_them() {
    for (arguments, expected) in [
        (&["--plan"][..], include_str!("../../pictures/octavia-plan.svg")),
        (&["--trace", "1"], include_str!("../../pictures/octavia-dropped.svg")),
        (&["--trace", "1", "--planned"], include_str!("../../pictures/figure-octavia-l3.svg")),
    ] {
        let output = diagram(&[arguments, &[OCTAVIA]].concat());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

#[test]
fn only_what_is_asked_for_is_shown() {
    let output = diagram(&["--show", "networks,subnets", "--as", "dot", OCTAVIA]);
    let graph = String::from_utf8(output.stdout).unwrap();
    assert!(graph.contains("octavia 10.99.0.11") && !graph.contains("VLAN 200"), "{graph}");
    let traced =
        |layers| String::from_utf8(diagram(&["--trace", "3", "--show", layers, OCTAVIA]).stdout).unwrap();
    let sign = "Where the values come from";
    assert!(traced("networks,packets").contains(sign) && !traced("networks").contains(sign));
}

#[test]
fn what_cannot_be_drawn_is_said() {
    for (arguments, message) in [
        (&["--as", "png", OCTAVIA][..], "`png` is none of svg, mermaid, dot, drawio"),
        (&["--show", "networks,colours", OCTAVIA], "`colours` is none of underlay, port-groups"),
        (&["--trace", "5", OCTAVIA], "octavia.yaml: no required flow 5, it has 4"),
        (&["no-such-file"], "no-such-file: "),
        (&[], "no FABRIC is given"),
    ] {
        let output = diagram(arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.stdout.is_empty() && said.contains(message), "{said}");
    }
}
