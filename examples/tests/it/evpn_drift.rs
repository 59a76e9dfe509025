//! `evpn_drift` on files, as a user meets it.

use std::process::{Command, Output};

const FABRIC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fabrics/octavia.yaml");
const OBSERVED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contrail-model/tests/it/observed");

fn drift(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evpn_drift")).arg(FABRIC).args(arguments).output().unwrap()
}

#[test]
fn drift_from_what_frr_prints_is_exit_status_1_and_says_what_is_not_shown() {
    let output = drift(&["--read", &format!("{OBSERVED}/frr-octavia.json")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in [
        "the type-5 route of compute1 for workload amphora-1 differs in communities",
        "not shown of type-5 routes: gateway, segment",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
    assert!(printed.ends_with(" found (l2vpn evpn)\n"), "{printed}");
}

#[test]
fn what_cannot_be_read_is_exit_status_2_and_says_where() {
    let output = drift(&["--read", FABRIC]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let error = String::from_utf8(output.stderr).unwrap();
    let expected =
        "octavia.yaml: expected what FRR, GoBGP or Junos print, a capture, MRT records or BMP messages\n";
    assert!(error.ends_with(expected), "{error}");
    for arguments in [[].as_slice(), &["--read", FABRIC, "10.0.0.1"]] {
        assert_eq!(drift(arguments).status.code(), Some(2));
    }
}
