//! The numbered legends of the article's three pictures of a packet that leaves a hypervisor: each number with the field
//! of the trace that it points at, its value, and where the value comes from.

use contrail_model::trace::{PacketHeaders, TracedField};
use contrail_model::{Flow, Trace};
use contrail_wire::Layer;

use crate::{fabric, in_r2011, with};

const DC_GATEWAY: &str = include_str!("../../../examples/fabrics/dc-gateway.yaml");
const SNAT: &str = include_str!("../../../examples/fabrics/snat.yaml");
const IP_FABRIC_FORWARDING: &str = include_str!("../../../examples/fabrics/ip-fabric-forwarding.yaml");

/// What a number of a legend points at: a field of the outermost, or the innermost, header of a layer.
struct Entry {
    number: u8,
    header: fn(&PacketHeaders<'_>, Layer) -> Vec<TracedField>,
    layer: Layer,
    field: &'static str,
    value: &'static str,
    source: &'static str,
}

const fn entry(
    number: u8,
    header: fn(&PacketHeaders<'_>, Layer) -> Vec<TracedField>,
    layer: Layer,
    field: &'static str,
    value: &'static str,
    source: &'static str,
) -> Entry {
    Entry { number, header, layer, field, value, source }
}

fn outer(packet: &PacketHeaders<'_>, layer: Layer) -> Vec<TracedField> {
    packet.headers().find(|entry| entry.header().layer() == layer).unwrap().fields()
}

fn inner(packet: &PacketHeaders<'_>, layer: Layer) -> Vec<TracedField> {
    packet.headers().filter(|entry| entry.header().layer() == layer).last().unwrap().fields()
}

fn assert_legend(packet: &PacketHeaders<'_>, legend: &[Entry]) {
    for Entry { number, header, layer, field, value, source } in legend {
        let fields = header(packet, *layer);
        let found = fields.iter().find(|found| found.name == *field).unwrap();
        assert_eq!((&*found.value, &*found.source), (*value, *source), "number {number}: {layer} {field}");
    }
}

fn layers(packet: &PacketHeaders<'_>) -> Vec<Layer> {
    packet.headers().map(|entry| entry.header().layer()).collect()
}

fn delivered(text: &str, flow: &Flow) -> Trace {
    let trace = fabric(text).trace(flow).unwrap();
    assert!(trace.is_delivered(), "{trace}");
    trace
}

/// The packet on the way out as the workload sends it, and as it leaves the hypervisor.
fn packets(trace: &Trace) -> [PacketHeaders<'_>; 2] {
    let path = trace.out().paths().into_iter().next().unwrap();
    let sent = |node: usize| path.hops().nth(node).unwrap().sent().unwrap().packet();
    [sent(0), sent(1)]
}

const ETHERNET: Layer = Layer::Ethernet;
const IPV4: Layer = Layer::Ipv4;

/// Numbers 1 to 7; number 5 where the label is.
const MPLS_TO_THE_DC_GATEWAY: [Entry; 7] = [
    entry(
        1,
        outer,
        ETHERNET,
        "destination_address",
        "00:00:5e:01:00:01",
        "gateway 10.1.1.1, learnt by ARP; answered by the IRB of underlay-rack1 on leaf1",
    ),
    entry(2, outer, ETHERNET, "source_address", "02:c0:00:00:01:21", "MAC address of vhost0 of compute1"),
    entry(3, outer, IPV4, "destination_address", "10.255.0.21", "loopback of dcgw1"),
    entry(4, outer, IPV4, "source_address", "10.1.1.21", "vhost0 of compute1"),
    entry(
        5,
        outer,
        Layer::Mpls,
        "label",
        "299776",
        "advertised by dcgw1 for logical router outside; the number is the model's choice",
    ),
    entry(6, inner, IPV4, "destination_address", "198.51.100.11", "address of outside1"),
    entry(7, inner, IPV4, "source_address", "10.50.0.11", "address of web-1"),
];

/// Numbers 8 and 9 are what the workload sends; they are not carried further.
const NOT_CARRIED: [Entry; 2] = [
    entry(
        8,
        outer,
        ETHERNET,
        "destination_address",
        "00:00:5e:00:01:00",
        "the network's gateway; belongs to the vRouter, which answers for it",
    ),
    entry(9, outer, ETHERNET, "source_address", "02:aa:00:00:00:11", "MAC address of web-1"),
];

#[test]
fn mpls_over_udp_to_the_dc_gateway() {
    let trace = delivered(DC_GATEWAY, &Flow::tcp("web-1", "outside1", 443));
    let [tap, wire] = packets(&trace);
    assert_legend(&wire, &MPLS_TO_THE_DC_GATEWAY);
    assert_legend(&tap, &NOT_CARRIED);
    let carried = [ETHERNET, Layer::Vlan, IPV4, Layer::Udp, Layer::Mpls, IPV4, Layer::Tcp];
    assert_eq!(layers(&wire), carried, "no Ethernet header inside");
}

#[test]
fn mpls_over_gre_to_the_dc_gateway() {
    let gre_first = ("[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]");
    let trace = delivered(&with(DC_GATEWAY, &[gre_first]), &Flow::tcp("web-1", "outside1", 443));
    let [tap, wire] = packets(&trace);
    assert_legend(&wire, &MPLS_TO_THE_DC_GATEWAY);
    assert_legend(&tap, &NOT_CARRIED);
    let carried = [ETHERNET, Layer::Vlan, IPV4, Layer::Gre, Layer::Mpls, IPV4, Layer::Tcp];
    assert_eq!(layers(&wire), carried, "no Ethernet header inside");
}

/// By the sources a logical router on the DC gateway is reached over VXLAN, which does carry an Ethernet header: of the
/// vRouter and of the gateway's router MAC address, and not the workload's (numbers 8 and 9).
#[test]
fn vxlan_to_the_dc_gateway_in_r2011() {
    let trace = delivered(&in_r2011(DC_GATEWAY), &Flow::tcp("web-1", "outside1", 443));
    let [_, wire] = packets(&trace);
    for Entry { number, header, layer, field, value, source } in &MPLS_TO_THE_DC_GATEWAY {
        if *number != 5 {
            assert_legend(&wire, &[entry(*number, *header, *layer, field, value, source)]);
        }
    }
    let own = "MAC address of vhost0 of compute1";
    assert_legend(
        &wire,
        &[
            entry(
                5,
                outer,
                Layer::Vxlan,
                "vni",
                "9010",
                "VNI of logical router outside, from the EVPN type-5 route",
            ),
            entry(
                8,
                inner,
                ETHERNET,
                "destination_address",
                "02:73:e1:ce:6b:15",
                "router MAC address of dcgw1, as in its type-5 route",
            ),
            entry(9, inner, ETHERNET, "source_address", "02:c0:00:00:01:21", own),
        ],
    );
}

#[test]
fn distributed_snat() {
    for text in [SNAT.to_owned(), in_r2011(SNAT)] {
        let trace = delivered(&text, &Flow::tcp("vm-1", "ctl1", 5000));
        let [tap, wire] = packets(&trace);
        assert_legend(
            &wire,
            &[
                entry(
                    1,
                    outer,
                    ETHERNET,
                    "destination_address",
                    "00:00:5e:01:00:01",
                    "gateway 10.1.2.1, learnt by ARP; answered by the IRB of underlay-rack2 on leaf2",
                ),
                entry(
                    2,
                    outer,
                    ETHERNET,
                    "source_address",
                    "02:c0:00:00:02:21",
                    "MAC address of vhost0 of compute1",
                ),
                entry(3, outer, IPV4, "destination_address", "10.1.10.11", "address of ctl1"),
                // The picture shows the workload's address here; its text says that vhost0's replaces it.
                entry(
                    4,
                    outer,
                    IPV4,
                    "source_address",
                    "10.1.2.21",
                    "vhost0 of compute1, in place of the address of vm-1",
                ),
            ],
        );
        let port = "from the port translation pool 56000 to 57023";
        assert_legend(&wire, &[entry(4, outer, Layer::Tcp, "source_port", "56000", port)]);
        assert_legend(
            &tap,
            &[
                entry(4, outer, IPV4, "source_address", "10.50.0.11", "address of vm-1"),
                entry(
                    5,
                    outer,
                    ETHERNET,
                    "destination_address",
                    "00:00:5e:00:01:00",
                    "the network's gateway; belongs to the vRouter, which answers for it",
                ),
                entry(6, outer, ETHERNET, "source_address", "02:aa:00:00:00:11", "MAC address of vm-1"),
            ],
        );
        assert_eq!(layers(&wire), [ETHERNET, Layer::Vlan, IPV4, Layer::Tcp]);
    }
}

#[test]
fn ip_fabric_forwarding() {
    let own = ("02:aa:00:00:00:11", "MAC address of vm-1");
    let of_the_fabric_interface = ("02:c0:00:00:02:21", "MAC address of vhost0 of compute1");
    let releases =
        [(IP_FABRIC_FORWARDING.to_owned(), own), (in_r2011(IP_FABRIC_FORWARDING), of_the_fabric_interface)];
    for (text, (mac, of)) in releases {
        let trace = delivered(&text, &Flow::tcp("vm-1", "ctl1", 5000));
        let [_, wire] = packets(&trace);
        assert_legend(
            &wire,
            &[
                entry(
                    1,
                    outer,
                    ETHERNET,
                    "destination_address",
                    "00:00:5e:01:00:01",
                    "gateway 10.1.2.1, learnt by ARP; answered by the IRB of underlay-rack2 on leaf2",
                ),
                entry(2, outer, ETHERNET, "source_address", mac, of),
                entry(3, outer, IPV4, "destination_address", "10.1.10.11", "address of ctl1"),
                entry(4, outer, IPV4, "source_address", "10.50.0.11", "address of vm-1"),
            ],
        );
        assert_eq!(layers(&wire), [ETHERNET, Layer::Vlan, IPV4, Layer::Tcp]);
    }
}
