//! Aggregated interfaces, Ethernet segments and LACP as Contrail makes them.

use contrail_model::{Aggregate, Fabric};

use crate::{OCTAVIA, fabric, with};

const UUID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

/// The port groups `ctl1` with a UUID, `ctl2`, `compute1` on one device, and `compute2` of a single port.
fn groups(head: &str, of_ctl1: &str, of_ctl2: &str) -> Fabric {
    let ctl1 = format!("  - name: ctl1\n    uuid: {UUID}\n    ae_numbers: {of_ctl1}\n    ports");
    let ctl2 = format!("  - name: ctl2\n    ae_numbers: {of_ctl2}\n    ports");
    fabric(&with(
        OCTAVIA,
        &[
            ("fabric: dc1\n", &format!("fabric: dc1\n{head}")),
            ("  - name: ctl1\n    ports", &ctl1),
            ("  - name: ctl2\n    ports", &ctl2),
            ("[\"leaf3:xe-0/0/20\", \"leaf4:xe-0/0/20\"]", "[\"leaf3:xe-0/0/20\", \"leaf3:xe-0/0/22\"]"),
            ("[\"leaf3:xe-0/0/21\", \"leaf4:xe-0/0/21\"]", "[\"leaf3:xe-0/0/21\"]"),
        ],
    ))
}

fn told(aggregate: &Aggregate) -> String {
    let numbers = aggregate.numbers.iter();
    let numbers: Vec<String> =
        numbers.map(|(device, number)| format!("{device} ae{}", number.unwrap())).collect();
    let segment = aggregate.segment.map_or_else(
        || "no segment".to_owned(),
        |segment| format!("{} {}", segment.esi, segment.lacp_system),
    );
    format!("{}: {}; {segment}", aggregate.port_group, numbers.join(", "))
}

#[test]
fn numbers_are_the_lowest_that_are_free_on_each_device() {
    let told: Vec<String> = groups("", "{}", "{leaf1: 0, leaf2: 7}").aggregates().iter().map(told).collect();
    assert_eq!(
        told,
        [
            // ae0 of leaf1 is taken by ctl2, which asks for it.
            "ctl1: leaf1 ae1, leaf2 ae0; 00:46:34:a9:b9:2b:34:f3:c7:00 00:7c:3f:43:b2:9b",
            "ctl2: leaf1 ae0, leaf2 ae7; no segment",
            "compute1: leaf3 ae0; no segment",
        ]
    );
}

#[test]
fn device_manager_on_python_3_makes_another_segment() {
    let aggregates = groups("device_manager_python: 3\n", "{}", "{}").aggregates();
    assert_eq!(
        aggregates.first().map(told).unwrap(),
        "ctl1: leaf1 ae0, leaf2 ae0; 00:11:8a:76:da:03:cf:8c:ee:00 00:ee:c8:fc:30:ad"
    );
}

#[test]
fn a_uuid_in_capitals_is_the_same() {
    let text = |uuid: &str| {
        with(
            OCTAVIA,
            &[("  - name: ctl1\n    ports", &format!("  - name: ctl1\n    uuid: {uuid}\n    ports"))],
        )
    };
    assert_eq!(fabric(&text(UUID)).aggregates(), fabric(&text(&UUID.to_uppercase())).aggregates());
}
