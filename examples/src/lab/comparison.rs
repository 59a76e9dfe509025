//! What was seen of a flow on the links, held against its trace.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use contrail_model::Trace;
use contrail_model::trace::{Expectation, Path, Sighting, Spot, Step};
use contrail_wire::LinkType;

use super::capture::Captured;
use super::configured::Configured;
use super::conversation::{Ends, Known};

/// One direction of a link: its name, who sends, who receives.
type Direction<'s> = (&'s str, &'s str, &'s str);

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Frames that were held against the trace.
    pub frames: usize,
    /// Copies of broadcasts that the trace does not follow, as it follows one.
    pub copies: usize,
    /// To which ends of tunnels broadcasts were replicated, with which VNI, by the end that did.
    replicated: BTreeMap<IpAddr, BTreeSet<(IpAddr, u32)>>,
    /// Directions of links that were used, of those predicted.
    pub links: [usize; 2],
    /// Hops at which frames were seen, of those predicted.
    pub hops: [usize; 2],
    /// Inner flows whose tunnels have one source port each.
    pub hashed: usize,
    /// What is not as predicted.
    pub differences: Vec<String>,
}

/// Holds the frames of a flow against its trace: each must be what the trace predicts on this link in this direction, and at
/// each hop there must be some.
pub fn compare(trace: &Trace, frames: &[&Captured]) -> Comparison {
    let expectation = trace.exact_expectation();
    // A trace tells the way of the answer also where nothing arrives that could be answered.
    let is_expected = |spot: &&Spot| trace.out().is_delivered() || !spot.is_answer;
    let spots = || expectation.spots().filter(is_expected);
    let mut comparison = Comparison::default();
    let (mut links, mut hops) = (BTreeSet::new(), BTreeSet::new());
    let mut ports: BTreeMap<(IpAddr, Ends), BTreeSet<u16>> = BTreeMap::new();
    for frame in frames {
        let Some(known) = Known::of(&frame.bytes) else { continue };
        if let Some(seen) = comparison.frame(&expectation, frame, &known) {
            comparison.frames += 1;
            let predicted = spots().filter(|spot| seen.contains(spot));
            links.extend(predicted.map(direction));
            hops.extend(seen.iter().map(|spot| (spot.is_answer, spot.hop)));
        }
        if let (Some(([by, _], port)), Some(inner)) = (known.tunnel, known.ends) {
            ports.entry((by, inner)).or_default().insert(port);
        }
    }
    let predicted: BTreeSet<(bool, usize)> = spots().map(|spot| (spot.is_answer, spot.hop)).collect();
    // Where a packet does not come, none comes behind it.
    let mut missing: Vec<_> = predicted.difference(&hops).collect();
    missing.dedup_by_key(|(is_answer, _)| *is_answer);
    for (is_answer, hop) in missing {
        let spots = spots().filter(|spot| (spot.is_answer, spot.hop) == (*is_answer, *hop));
        let places: BTreeSet<String> =
            spots.map(|spot| format!("{} to {} on {}", spot.from, spot.to, spot.link)).collect();
        let places: Vec<String> = places.into_iter().collect();
        let way = if *is_answer { "back" } else { "out" };
        comparison.differ(format!("{way}, hop {hop}: nothing was seen of {}", places.join(", or of ")));
    }
    for ((by, [source, destination]), ports) in &ports {
        if ports.len() > 1 {
            comparison
                .differ(format!("{by} puts {source} to {destination} into tunnels from ports {ports:?}"));
        }
    }
    comparison.hashed = ports.len();
    comparison.links = [links.len(), spots().map(direction).collect::<BTreeSet<_>>().len()];
    comparison.hops = [hops.len(), predicted.len()];
    comparison
}

impl Comparison {
    fn differ(&mut self, what: String) {
        if !self.differences.contains(&what) {
            self.differences.push(what);
        }
    }

    /// Holds to whom broadcasts were replicated against what the trace says.
    pub(super) fn hold_replication(&mut self, trace: &Trace, fabric: &Configured<'_>) {
        let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for hop in trace.out().paths().iter().flat_map(Path::hops) {
            for step in hop.steps() {
                if let Step::Flood { to, .. } = step {
                    expected
                        .entry(hop.node().to_string())
                        .or_default()
                        .extend(to.iter().map(ToString::to_string));
                }
            }
        }
        let found: BTreeMap<String, BTreeSet<String>> = std::mem::take(&mut self.replicated)
            .into_iter()
            .map(|(by, to)| {
                let to = to.into_iter().filter(|(end, vni)| !fabric.replicates_at_edge(*end, *vni));
                (fabric.name_of(by), to.map(|(end, _)| fabric.name_of(end)).collect())
            })
            .collect();
        for (by, to) in &found {
            if expected.get(by) != Some(to) {
                let expected = expected.get(by);
                self.differ(format!("{by} replicates broadcasts to {to:?}, expected {expected:?}"));
            }
        }
    }

    /// Where a frame was seen; `None` if it is a copy of a broadcast.
    fn frame(&mut self, expectation: &Expectation, frame: &Captured, known: &Known) -> Option<Vec<Spot>> {
        let Captured { link, from, to, bytes, .. } = frame;
        let sighting = expectation.on(link).and_then(|here| here.locate(LinkType::Ethernet, bytes));
        let spots = sighting.iter().flat_map(|sighting| sighting.spots.clone());
        let there: Vec<Spot> = spots.filter(|spot| *spot.from == **from && *spot.to == **to).collect();
        let is_predicted = sighting.as_ref().is_some_and(Sighting::is_as_predicted) && !there.is_empty();
        if let Known { is_broadcast: true, tunnel: Some(([by, copy_for], _)), vni: Some(vni), .. } = known {
            self.replicated.entry(*by).or_default().insert((*copy_for, *vni));
        }
        if !is_predicted && known.is_broadcast {
            self.copies += 1;
            return None;
        }
        if is_predicted {
            return Some(there);
        }
        let what = match sighting {
            None => "none of the flow is predicted there".to_owned(),
            Some(sighting) if sighting.is_as_predicted() => "predicted the other way only".to_owned(),
            Some(sighting) => {
                let told: Vec<String> = sighting.differences.iter().map(ToString::to_string).collect();
                told.join("; ")
            }
        };
        self.differ(format!("{from} to {to} on {link}: {what}"));
        Some(Vec::new())
    }
}

fn direction(spot: &Spot) -> Direction<'_> {
    (&spot.link, &spot.from, &spot.to)
}

#[cfg(test)]
mod tests {
    use contrail_model::{Fabric, Flow};

    use super::*;
    use crate::lab::Captured;

    fn trace() -> Trace {
        let fabric = Fabric::from_yaml(include_str!("../../fabrics/octavia.yaml")).unwrap();
        let fabric = fabric.plan().best().unwrap().apply(&fabric);
        fabric.trace(&Flow::tcp("octavia-worker@ctl1", "amphora-1", 9443)).unwrap()
    }

    /// What a fabric would show that does just what the trace says.
    fn perfect(trace: &Trace) -> Vec<Captured> {
        let frames = trace.frames().into_iter().map(|frame| Captured {
            link: frame.link.to_string(),
            from: frame.from.to_string(),
            to: frame.to.to_string(),
            at: std::time::Duration::ZERO,
            bytes: frame.bytes,
        });
        frames.collect()
    }

    fn differences(trace: &Trace, frames: &[Captured]) -> Vec<String> {
        compare(trace, &frames.iter().collect::<Vec<_>>()).differences
    }

    fn is_tunnelled(frame: &Captured) -> bool {
        frame.from == "leaf1" && frame.to == "spine1"
    }

    #[test]
    fn what_the_trace_says_is_as_predicted() {
        let trace = trace();
        let frames = perfect(&trace);
        let comparison = compare(&trace, &frames.iter().collect::<Vec<_>>());
        assert_eq!(comparison.differences, [""; 0]);
        assert_eq!(
            (comparison.hops, comparison.links, comparison.frames),
            ([10, 10], [26, 26], frames.len())
        );
    }

    #[test]
    fn a_field_that_is_not_as_predicted_is_told_with_its_place() {
        let trace = trace();
        let places = [
            (0, "outer ethernet destination_address"),
            (6, "outer ethernet source_address"),
            (22, "outer ipv4 time_to_live"),
            (26, "outer ipv4 source_address"),
            (30, "outer ipv4 destination_address"),
            (46, "vxlan vni"),
            (50, "inner ethernet destination_address"),
            (56, "inner ethernet source_address"),
            (72, "inner ipv4 time_to_live"),
            (76, "inner ipv4 source_address"),
            (80, "inner ipv4 destination_address"),
            (86, "tcp destination_port"),
        ];
        for (place, field) in places {
            let mut frames = perfect(&trace);
            let frame = frames.iter_mut().find(|frame| is_tunnelled(frame)).unwrap();
            frame.bytes[place] ^= 2;
            let told = differences(&trace, &frames);
            let start =
                format!("leaf1 to spine1 on {}: ", frames.iter().find(|it| is_tunnelled(it)).unwrap().link);
            assert!(
                told.iter().any(|told| told.starts_with(&start) && told.contains(field)),
                "{field}: {told:?}"
            );
        }
    }

    #[test]
    fn a_label_and_what_stands_beside_it_is_held() {
        let fabric = Fabric::from_yaml(include_str!("../../fabrics/dc-gateway.yaml")).unwrap();
        let trace = fabric.trace(&Flow::tcp("web-1", "outside1", 443)).unwrap();
        assert_eq!(differences(&trace, &perfect(&trace)), [""; 0]);
        for (place, bit, field) in [
            (42, 2, "mpls label"),
            (44, 1, "mpls bottom_of_stack"),
            (45, 2, "mpls ttl"),
            (36, 2, "udp destination_port"),
        ] {
            let mut frames = perfect(&trace);
            let frame = frames.iter_mut().find(|frame| is_tunnelled(frame)).unwrap();
            frame.bytes[place] ^= bit;
            let told = differences(&trace, &frames);
            assert!(told.iter().any(|told| told.contains(field)), "{field}: {told:?}");
        }
    }

    #[test]
    fn a_frame_elsewhere_or_the_other_way_is_told() {
        let trace = trace();
        let mut frames = perfect(&trace);
        let one = frames.iter().find(|frame| is_tunnelled(frame)).unwrap().clone();
        let elsewhere = Captured { link: "dcgw1:et-0/0/0".to_owned(), ..one.clone() };
        let backwards = Captured { from: one.to.clone(), to: one.from.clone(), ..one.clone() };
        frames.extend([elsewhere, backwards]);
        let told = differences(&trace, &frames);
        let link = one.link;
        assert_eq!(
            told,
            [
                "leaf1 to spine1 on dcgw1:et-0/0/0: none of the flow is predicted there".to_owned(),
                format!("spine1 to leaf1 on {link}: predicted the other way only"),
            ]
        );
    }

    #[test]
    fn where_nothing_is_seen_that_is_told_once_for_each_way() {
        let trace = trace();
        let mut frames = perfect(&trace);
        frames.retain(|frame| !frame.to.starts_with("spine"));
        let told = differences(&trace, &frames);
        assert!(told[0].starts_with("out, hop 2: nothing was seen of leaf1 to spine1 on "), "{told:?}");
        assert!(told[1].starts_with("back, hop 3: nothing was seen of leaf3 to spine1 on "), "{told:?}");
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn a_flow_whose_tunnel_changes_its_port_is_told() {
        let trace = trace();
        let mut frames = perfect(&trace);
        let mut again = frames.iter().find(|frame| is_tunnelled(frame)).unwrap().clone();
        again.bytes[35] ^= 1;
        frames.push(again);
        let told = differences(&trace, &frames);
        assert!(
            told[0].starts_with("10.255.0.11 puts 10.1.10.11:40000 to 10.99.0.11:9443 into tunnels"),
            "{told:?}"
        );
        assert_eq!(told.len(), 1);
    }
}
