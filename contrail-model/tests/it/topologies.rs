//! Fabrics of other forms than the article's: nothing is found where nothing is wrong, and what is required arrives.

use contrail_model::Fabric;
use contrail_wire::{Decoder, MplsPayload};

use crate::fabric;

const FIVE_STAGE: &str = include_str!("fabrics/five-stage.yaml");
const COLLAPSED_SPINE: &str = include_str!("fabrics/collapsed-spine.yaml");
const DUAL_STACK: &str = include_str!("fabrics/dual-stack.yaml");
const CRB: &str = include_str!("fabrics/crb.yaml");

/// A fabric in which nothing is wrong, in both releases.
fn assert_sound(text: &str) -> Fabric {
    for release in ["r2011", "article"] {
        let fabric = fabric(&format!("{text}\nrelease: {release}\n"));
        assert_eq!(fabric.check().to_string(), "no findings\n", "{release}");
        for trace in fabric.trace_required() {
            assert!(trace.is_delivered(), "{release}: {trace}");
        }
    }
    fabric(text)
}

/// The devices that the first path of the only required flow passes.
fn devices(fabric: &Fabric) -> Vec<String> {
    let trace = fabric.trace_required().into_iter().next().unwrap();
    let path = trace.out().paths().into_iter().next().unwrap();
    path.hops().map(|hop| hop.node().to_string()).collect()
}

#[test]
fn five_stages_meet_at_the_superspines() {
    let fabric = assert_sound(FIVE_STAGE);
    assert_eq!(
        devices(&fabric),
        ["ctl1", "leaf1", "spine1", "super1", "spine3", "leaf3", "compute1", "amphora-1"]
    );
}

#[test]
fn a_collapsed_spine_is_leaf_and_spine_at_once() {
    let fabric = assert_sound(COLLAPSED_SPINE);
    assert_eq!(devices(&fabric), ["ctl1", "spine1", "swift1"]);
}

#[test]
fn central_routing_is_on_the_spines() {
    let fabric = assert_sound(CRB);
    assert_eq!(devices(&fabric), ["ctl1", "leaf1", "spine1", "leaf2", "compute1", "amphora-1"]);
}

#[test]
fn a_network_may_have_several_subnets_of_both_families() {
    let fabric = assert_sound(DUAL_STACK);
    let ends: Vec<String> =
        fabric.trace_required().iter().map(|trace| format!("{} to {}", trace.from(), trace.to())).collect();
    assert_eq!(ends, ["ctl4 to amphora-1", "ctl4 to amphora-2", "ctl6 to amphora-6", "amphora-6 to ctl6"]);
    for trace in fabric.trace_required() {
        for frame in trace.frames() {
            let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
            let mut levels = decoder.ethernet(&frame.bytes).unwrap().levels();
            assert!(levels.all(|level| level.is_ok()), "{}", trace.to());
        }
    }
}
