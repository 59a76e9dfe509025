//! An overlay of IPv6 over an underlay of IPv4: Octavia with IPv6 in its own network and in the API network; vhost0 and
//! loopbacks stay as they are.

use contrail_model::Approach::{self, IpFabricForwarding};
use contrail_model::trace::Path;
use contrail_model::{BreakOut, Candidate, Cost, Plan, Rejected, Trace};
use contrail_wire::{Decoder, Layer, MplsPayload};

use crate::golden::assert_golden;
use crate::{OCTAVIA, fabric};

pub(crate) fn octavia() -> String {
    OCTAVIA
        .replace("10.99.0.0/24", "2001:db8:99::/64")
        .replace("10.99.0.", "2001:db8:99::")
        .replace("10.1.10.0/24", "2001:db8:10::/64")
        .replace("10.1.10.", "2001:db8:10::")
}

fn by(plan: &Plan, approach: Approach) -> Option<&Candidate> {
    plan.candidates.iter().find(|way| way.break_outs.iter().all(|at| at.approach == approach))
}

/// The layers of each packet on the way out and back, by the first path.
fn layers(trace: &Trace) -> Vec<Vec<Layer>> {
    let paths = [trace.out(), trace.back()].map(|way| way.paths().into_iter().next().unwrap());
    let sent = paths.iter().flat_map(Path::hops).filter_map(|hop| hop.sent());
    sent.map(|sent| sent.packet().headers().map(|entry| entry.header().layer()).collect()).collect()
}

#[test]
fn a_logical_router_may_be_where_it_may_with_ipv4() {
    let [four, six] = [OCTAVIA, &octavia()].map(|text| {
        let ways = fabric(text).plan().candidates.into_iter().map(|way| (way.break_outs, way.cost));
        let routed = |(at, _): &(Vec<BreakOut>, Cost)| at.iter().all(|at| at.approach != IpFabricForwarding);
        ways.filter(routed).collect::<Vec<_>>()
    });
    assert_eq!(four, six);
}

#[test]
fn without_an_ipv6_address_of_vhost0_nothing_leaves_untunnelled() {
    let plan = fabric(&octavia()).plan();
    assert!(by(&plan, IpFabricForwarding).is_none(), "{plan}");
    let refused =
        |rejected: &&Rejected| rejected.break_outs.iter().any(|at| at.approach == IpFabricForwarding);
    let text = plan.rejected.iter().find(refused).unwrap().to_string();
    assert!(text.contains("a next hop for 2001:db8:10::11: vhost0 has 10.1.2.21 only"), "{text}");
}

#[test]
fn by_a_logical_router_an_ipv6_packet_is_in_vxlan_over_ipv4() {
    let fabric = fabric(&octavia());
    let changed = by(&fabric.plan(), Approach::RouterOnLeaves).unwrap().apply(&fabric);
    let traces = changed.trace_required();
    assert_golden("ipv6-leaves-trace", &traces.first().unwrap().to_string());
    for trace in &traces {
        assert!(trace.is_delivered(), "{trace}");
        for layers in layers(trace) {
            let tunnel = layers.iter().position(|layer| *layer == Layer::Vxlan);
            let (outside, inside) = layers.split_at(tunnel.unwrap_or(0));
            assert!(!outside.contains(&Layer::Ipv6) && !inside.contains(&Layer::Ipv4), "{layers:?}");
        }
        let text = trace.to_string();
        assert!(text.contains("2001:db8:10::1, learnt by neighbour discovery"), "{text}");
    }
}

#[test]
fn by_the_dc_gateway_an_ipv6_packet_is_in_mpls_over_ipv4() {
    let fabric = fabric(&octavia());
    let changed = by(&fabric.plan(), Approach::RouterOnDcGateway).unwrap().apply(&fabric);
    let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
    for trace in changed.trace_required() {
        assert!(trace.is_delivered(), "{trace}");
        assert!(layers(&trace).concat().contains(&Layer::Mpls));
        for frame in trace.frames() {
            let levels = decoder.ethernet(&frame.bytes).unwrap().levels().map(Result::unwrap);
            let read: Vec<Layer> = levels
                .flat_map(|level| level.headers().map(|(_, header)| header.layer()).collect::<Vec<_>>())
                .collect();
            let traced: Vec<Layer> = frame.packet.headers().map(|entry| entry.header().layer()).collect();
            assert_eq!(read, traced, "{}", frame.comment);
        }
    }
}
