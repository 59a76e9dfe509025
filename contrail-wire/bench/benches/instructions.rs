//! Instructions that one decode or one stamp takes, counted by callgrind: the same on every run, whatever else the machine does.
//! `check-instructions` holds the counts of `contrail-wire` against the committed ones.

use std::hint::black_box;

use contrail_wire::bgp::evpn::MacIpRoute;
use contrail_wire_bench::stamp::{self, Stamp};
use contrail_wire_bench::{bgp, frames, lower_bound, ours, peers};
use gungraun::{library_benchmark, library_benchmark_group, main};

type Decode = fn(&[u8]) -> Option<u64>;

#[library_benchmark]
#[bench::lower_bound(lower_bound::vxlan, frames::vxlan())]
#[bench::contrail_wire(ours::vxlan, frames::vxlan())]
#[bench::etherparse_layers(peers::etherparse::vxlan_layers, frames::vxlan())]
#[bench::smoltcp(peers::smoltcp::vxlan, frames::vxlan())]
fn vxlan(decode: Decode, frame: Vec<u8>) -> Option<u64> {
    black_box(decode(black_box(&frame)))
}

#[library_benchmark]
#[bench::lower_bound(lower_bound::vxlan_tagged, frames::vxlan_tagged())]
#[bench::contrail_wire(ours::vxlan, frames::vxlan_tagged())]
fn vxlan_tagged(decode: Decode, frame: Vec<u8>) -> Option<u64> {
    black_box(decode(black_box(&frame)))
}

#[library_benchmark]
#[bench::lower_bound(lower_bound::mpls_over_udp, frames::mpls_over_udp())]
#[bench::contrail_wire(ours::mpls_over_udp, frames::mpls_over_udp())]
#[bench::etherparse_layers(peers::etherparse::mpls_over_udp_layers, frames::mpls_over_udp())]
#[bench::smoltcp(peers::smoltcp::mpls_over_udp, frames::mpls_over_udp())]
fn mpls_over_udp(decode: Decode, frame: Vec<u8>) -> Option<u64> {
    black_box(decode(black_box(&frame)))
}

#[library_benchmark]
#[bench::lower_bound(lower_bound::mpls_over_gre, frames::mpls_over_gre())]
#[bench::contrail_wire(ours::mpls_over_gre, frames::mpls_over_gre())]
#[bench::etherparse_layers(peers::etherparse::mpls_over_gre_layers, frames::mpls_over_gre())]
#[bench::smoltcp(peers::smoltcp::mpls_over_gre, frames::mpls_over_gre())]
fn mpls_over_gre(decode: Decode, frame: Vec<u8>) -> Option<u64> {
    black_box(decode(black_box(&frame)))
}

/// What is given is returned, so that dropping it is not counted.
type Stamped = (Stamp, Vec<u8>);

#[library_benchmark]
#[bench::lower_bound(stamp::lower_bound::port_given(), stamp::buffer(64))]
#[bench::contrail_wire(stamp::ours::port_given(), stamp::buffer(64))]
#[bench::etherparse(stamp::peers::etherparse(), stamp::buffer(64))]
#[bench::pnet(stamp::peers::pnet(false), stamp::buffer(64))]
#[bench::smoltcp(stamp::peers::smoltcp(false), stamp::buffer(64))]
fn stamp_port_given(stamp: Stamp, mut buffer: Vec<u8>) -> Stamped {
    stamp(black_box(&mut buffer));
    (stamp, buffer)
}

#[library_benchmark]
#[bench::lower_bound(stamp::lower_bound::port_of_flow(), stamp::buffer(9000))]
#[bench::contrail_wire(stamp::ours::port_of_flow(), stamp::buffer(9000))]
fn stamp_port_of_flow(stamp: Stamp, mut buffer: Vec<u8>) -> Stamped {
    stamp(black_box(&mut buffer));
    (stamp, buffer)
}

#[library_benchmark]
#[bench::lower_bound(bgp::lower_bound::read, bgp::messages::update(100))]
#[bench::contrail_wire(bgp::ours::read, bgp::messages::update(100))]
#[bench::netgauze(bgp::peers::netgauze::read, bgp::messages::update(100))]
#[bench::rustbgpd(bgp::peers::rustbgpd::read, bgp::messages::update(100))]
fn bgp_read_100(decode: Decode, message: Vec<u8>) -> Option<u64> {
    black_box(decode(black_box(&message)))
}

#[library_benchmark]
#[bench::lower_bound(bgp::lower_bound::read, bgp::messages::update(1))]
#[bench::contrail_wire(bgp::ours::read, bgp::messages::update(1))]
fn bgp_read_1(decode: Decode, message: Vec<u8>) -> Option<u64> {
    black_box(decode(black_box(&message)))
}

#[library_benchmark]
#[bench::lower_bound(bgp::write::lower_bound, bgp::messages::routes(100))]
#[bench::contrail_wire(bgp::write::ours, bgp::messages::routes(100))]
fn bgp_write_100(write: bgp::write::Write, routes: Vec<MacIpRoute>) -> Option<usize> {
    black_box(write(black_box(&routes), &mut [0; 4096]))
}

library_benchmark_group!(
    name = decode,
    benchmarks = [vxlan, vxlan_tagged, mpls_over_udp, mpls_over_gre, bgp_read_100, bgp_read_1]
);
library_benchmark_group!(name = encode, benchmarks = [stamp_port_given, stamp_port_of_flow, bgp_write_100]);
main!(library_benchmark_groups = [decode, encode]);
