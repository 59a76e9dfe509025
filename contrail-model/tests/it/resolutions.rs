//! Who asks for MAC addresses, who answers, and the frames of that.

use std::net::IpAddr;

use contrail_model::trace::{Resolution, Step};
use contrail_model::{Fabric, Flow, Trace};
use contrail_wire::net::icmp::Icmpv6Header;
use contrail_wire::net::neighbor::NeighborMessage;
use contrail_wire::{Checksum, Decoder, FixedHeader, MacAddr, Network, Transport};

use crate::{fabric, in_r2011, ipv6, solved};

fn worker_to_amphora(fabric: &Fabric) -> Trace {
    fabric.trace(&Flow::tcp("octavia-worker@ctl1", "amphora-1", 9443)).unwrap()
}

#[test]
fn each_that_a_trace_needs_is_there_once() {
    let fabric = fabric(&solved());
    let told: Vec<String> = worker_to_amphora(&fabric)
        .resolutions()
        .iter()
        .map(|it| {
            format!(
                "{} asks for {} in {}: {} ({})",
                it.asked_by, it.address, it.network, it.mac, it.answered_by
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "ctl1 asks for 10.1.10.1 in api: 00:00:5e:01:00:01 (the IRB of api on leaf1, leaf2)",
            "leaf3 asks for 10.1.2.21 in underlay-rack2: 02:c0:00:00:02:21 (compute1)",
            "leaf4 asks for 10.1.2.21 in underlay-rack2: 02:c0:00:00:02:21 (compute1)",
            "compute1 asks for 10.1.2.1 in underlay-rack2: 00:00:5e:01:00:01 (the IRB of underlay-rack2 on leaf3, leaf4)",
            "leaf1 asks for 10.1.10.11 in api: 02:c0:00:00:00:11 (ctl1)",
            "leaf2 asks for 10.1.10.11 in api: 02:c0:00:00:00:11 (ctl1)",
        ]
    );
}

/// Asks the frames the same as the trace says.
fn assert_asked_and_answered(it: &Resolution) {
    let decoder = Decoder::new();
    let [request, reply] = [&it.request, &it.reply].map(|bytes| decoder.ethernet(bytes).unwrap());
    let [asking, answering] = [request, reply].map(|packet| *packet.ethernet().unwrap());
    assert_eq!(answering.source_address, it.mac);
    assert_eq!(answering.destination_address, asking.source_address);
    assert_eq!(request.vlans(), reply.vlans(), "both in the same VLAN");
    match (request.network(), reply.network(), it.address) {
        (Network::Arp(request), Network::Arp(reply), IpAddr::V4(address)) => {
            assert_eq!((request.operation.get(), reply.operation.get()), (1, 2));
            assert_eq!(asking.destination_address, MacAddr::BROADCAST);
            assert_eq!(request.target_protocol_address.get(), address);
            assert_eq!(
                (reply.sender_protocol_address.get(), reply.sender_hardware_address),
                (address, it.mac)
            );
            assert_eq!(reply.target_protocol_address, request.sender_protocol_address);
            assert_eq!(reply.target_hardware_address, asking.source_address);
        }
        (Network::Ipv6(from), Network::Ipv6(to), IpAddr::V6(address)) => {
            assert_eq!((from.header.hop_limit, to.header.hop_limit), (255, 255));
            let [Transport::Icmpv6(solicitation), Transport::Icmpv6(advertisement)] =
                [request.transport(), reply.transport()]
            else {
                panic!("{it:?}")
            };
            assert_eq!(solicitation.icmp_type, Icmpv6Header::NEIGHBOR_SOLICITATION);
            assert_eq!(advertisement.icmp_type, Icmpv6Header::NEIGHBOR_ADVERTISEMENT);
            assert_eq!([request, reply].map(|packet| packet.transport_checksum()), [Checksum::Right; 2]);
            let (group, mac) = NeighborMessage::solicited_node(address);
            assert_eq!((request.destination_ip(), asking.destination_address), (Some(group.into()), mac));
            let [asked, told] = [request.payload(), reply.payload()]
                .map(|payload| NeighborMessage::decode(payload).unwrap().0);
            assert_eq!((asked.target_address.get(), told.target_address.get()), (address, address));
            assert_eq!((asked.link_layer_address, told.link_layer_address), (asking.source_address, it.mac));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_frames_ask_and_answer_the_same() {
    let mut families = [0, 0];
    for text in [solved(), in_r2011(&solved()), ipv6::octavia()] {
        let fabric = fabric(&text);
        for fabric in fabric.plan().candidates.iter().map(|way| way.apply(&fabric)) {
            for trace in fabric.trace_required() {
                let resolutions = trace.resolutions();
                for it in &resolutions {
                    assert_asked_and_answered(it);
                    families[usize::from(it.address.is_ipv6())] += 1;
                }
                let hops = trace.paths().flat_map(|path| path.hops());
                for step in hops.flat_map(|hop| hop.steps()) {
                    let Step::Resolve { address, mac, .. } = step else { continue };
                    assert!(resolutions.iter().any(|it| (it.address, it.mac) == (address, mac)), "{step}");
                }
            }
        }
    }
    assert!(families.iter().all(|count| *count > 5), "{families:?}");
}
