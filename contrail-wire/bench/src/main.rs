//! Times every contender in turn, many short rounds each, and prints the best of each with its ratio to the lower
//! bound. Interleaving makes the ratios hold on a machine that is not quiet.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use contrail_wire_bench::{bgp, frames, lower_bound, ours, peers};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Decode = fn(&[u8]) -> Option<u64>;

const ROUNDS: usize = 400;
const PER_ROUND: u32 = 2_000;

fn compare(title: &str, frame: &[u8], contenders: &[(&str, Decode)]) {
    let expected = contenders[0].1(frame).expect("the lower bound decodes the frame");
    let mut best = vec![f64::INFINITY; contenders.len()];
    let mut allocations = vec![0; contenders.len()];
    for (index, (name, decode)) in contenders.iter().enumerate() {
        let read = decode(frame).unwrap_or_else(|| panic!("{name} does not decode {title}"));
        assert_eq!(read, expected, "{name} reads something else");
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        black_box(decode(black_box(frame)));
        allocations[index] = ALLOCATIONS.load(Ordering::Relaxed) - before;
    }
    for _ in 0..ROUNDS {
        for (index, (_, decode)) in contenders.iter().enumerate() {
            let started = Instant::now();
            for _ in 0..PER_ROUND {
                black_box(black_box(*decode)(black_box(frame)));
            }
            let elapsed = started.elapsed().as_secs_f64() * 1e9 / f64::from(PER_ROUND);
            best[index] = best[index].min(elapsed);
        }
    }
    println!("{title} ({} bytes)", frame.len());
    for (index, (name, _)) in contenders.iter().enumerate() {
        let (ns, ratio) = (best[index], best[index] / best[0]);
        println!("  {name:<28} {ns:>7.2} ns  {ratio:>5.2}  {} allocations", allocations[index]);
    }
}

fn main() {
    compare(
        "Ethernet, IPv4, UDP, VXLAN, Ethernet, IPv4, TCP",
        &frames::vxlan(),
        &[
            ("lower bound, by hand", lower_bound::vxlan),
            ("contrail-wire", ours::vxlan),
            ("etherparse, layer slices", peers::etherparse::vxlan_layers),
            ("etherparse, SlicedPacket", peers::etherparse::vxlan_sliced),
            ("smoltcp, views", peers::smoltcp::vxlan),
            ("pnet, views (few checks)", peers::pnet::vxlan),
            ("packet-strata, PacketIter", peers::strata::vxlan_iter),
            ("packet-strata, Packet", peers::strata::vxlan_packet),
        ],
    );
    compare(
        "Ethernet, 802.1Q, IPv4, UDP, VXLAN, Ethernet, IPv4, TCP",
        &frames::vxlan_tagged(),
        &[
            ("lower bound, by hand", lower_bound::vxlan_tagged),
            ("contrail-wire", ours::vxlan),
            ("etherparse, SlicedPacket", peers::etherparse::vxlan_sliced),
            ("packet-strata, PacketIter", peers::strata::vxlan_iter),
        ],
    );
    compare(
        "Ethernet, IPv4, UDP, MPLS, IPv4, TCP",
        &frames::mpls_over_udp(),
        &[
            ("lower bound, by hand", lower_bound::mpls_over_udp),
            ("contrail-wire", ours::mpls_over_udp),
            ("etherparse, layer slices", peers::etherparse::mpls_over_udp_layers),
            ("smoltcp, views", peers::smoltcp::mpls_over_udp),
        ],
    );
    compare(
        "Ethernet, IPv4, GRE, MPLS, IPv4, TCP",
        &frames::mpls_over_gre(),
        &[
            ("lower bound, by hand", lower_bound::mpls_over_gre),
            ("contrail-wire", ours::mpls_over_gre),
            ("etherparse, layer slices", peers::etherparse::mpls_over_gre_layers),
            ("smoltcp, views", peers::smoltcp::mpls_over_gre),
        ],
    );
    for count in [100, 1] {
        compare(
            &format!("UPDATE, EVPN MAC/IP routes: {count}"),
            &bgp::messages::update(count),
            &[
                ("lower bound, by hand", bgp::lower_bound::read),
                ("contrail-wire", bgp::ours::read),
                ("contrail-wire, validated", bgp::ours::validate_and_read),
                ("NetGauze", bgp::peers::netgauze::read),
                ("rustbgpd-wire, revised", bgp::peers::rustbgpd::read),
                ("zettabgp", bgp::peers::zettabgp::read),
            ],
        );
    }
    println!("  routecore is left out: its EVPN routes are their bytes, and no field of them can be read");
    bgp::write::run(|| ALLOCATIONS.load(Ordering::Relaxed));
    contrail_wire_bench::stamp::run(|| ALLOCATIONS.load(Ordering::Relaxed));
}
