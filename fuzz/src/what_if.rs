//! The laws of traces: whatever is down, and whatever was captured.

use contrail_model::{Flow, Trace};
use contrail_wire::{Decoder, LinkType, MplsPayload};

use crate::seed;

/// Any bytes, taken for choices of what is down and of flows: each ends, is told, and its frames can be read.
pub fn what_if(bytes: &[u8]) {
    let fabric = seed::fabric();
    let parts = fabric.parts();
    let ends = seed::ends();
    let mut choices = bytes.iter().map(|byte| usize::from(*byte));
    let mut choose = |of: usize| choices.next().map(|choice| choice % of);
    let mut down = Vec::new();
    for _ in 0..choose(6).unwrap_or_default() {
        down.extend(choose(parts.len()).map(|part| parts[part].clone()));
    }
    let fabric = fabric.without(down.iter().map(|part| &**part)).expect("the parts are there");
    while let (Some(from), Some(to), Some(kind)) = (choose(ends.len()), choose(ends.len()), choose(6)) {
        let (from, to) = (ends[from].as_str(), ends[to].as_str());
        let flow = match kind {
            0 => Flow::udp(from, to, 69),
            1 => Flow::dhcp(from, to),
            2 => Flow::tcp(from, to, 9443).over_ipv6(),
            _ => Flow::tcp(from, to, 9443),
        };
        match fabric.trace(&flow) {
            Ok(trace) => traced(&trace),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fn traced(trace: &Trace) {
    assert_eq!(trace.is_delivered(), trace.out().is_delivered() && trace.back().is_delivered());
    assert!(serde_json::to_string(trace).is_ok_and(|text| !text.is_empty()));
    let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
    let expectation = trace.expectation();
    for frame in trace.frames() {
        let outer = decoder.captured(LinkType::Ethernet, &frame.bytes, frame.bytes.len()).complete();
        let levels: Result<Vec<_>, _> = outer.and_then(|outer| outer.levels().collect());
        assert!(levels.is_ok(), "a packet of a trace can be read: {levels:?}");
        let sighting = expectation.locate(LinkType::Ethernet, &frame.bytes).expect("it is predicted");
        assert!(sighting.is_as_predicted(), "a trace's own frame is where it says: {sighting}");
    }
}

/// Any bytes, taken for a frame that was captured somewhere on the way of a flow.
pub fn sighting(bytes: &[u8]) {
    for trace in seed::traces() {
        let expectation = trace.expectation();
        for link in [LinkType::Ethernet, LinkType::RawIp, LinkType::LinuxSll, LinkType::LinuxSll2] {
            let sighting = expectation.locate(link, bytes).expect("something is predicted");
            assert!(!sighting.to_string().is_empty());
        }
    }
}
