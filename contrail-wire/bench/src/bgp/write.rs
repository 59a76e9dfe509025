//! One UPDATE written of routes: by hand at fixed offsets, and by `UpdateBuilder`.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use contrail_wire::bgp::evpn::MacIpRoute;
use contrail_wire::bgp::{Session, UpdateBuilder};

use crate::bgp::lower_bound::{BEHIND, ROUTE, ROUTES};
use crate::bgp::messages;

pub type Write = fn(&[MacIpRoute], &mut [u8]) -> Option<usize>;

#[inline(never)]
pub fn ours(routes: &[MacIpRoute], buffer: &mut [u8]) -> Option<usize> {
    let (session, communities) = (Session::default(), messages::communities());
    let attributes = messages::attributes(&communities);
    let next_hop = Ipv4Addr::new(10, 0, 0, 1).into();
    let mut builder = UpdateBuilder::announce(&session, next_hop, &attributes, routes);
    Some(builder.encode_next(buffer).ok()??.len())
}

/// With an IPv4 address and one label in each route, which is checked; all else is known.
#[inline(never)]
pub fn lower_bound(routes: &[MacIpRoute], buffer: &mut [u8]) -> Option<usize> {
    let length = ROUTES + BEHIND + routes.len() * ROUTE;
    let (message, _) = buffer.split_at_mut_checked(length)?;
    message[..16].fill(0xff);
    message[16..18].copy_from_slice(&u16::try_from(length).ok()?.to_be_bytes());
    message[18..21].copy_from_slice(&[2, 0, 0]);
    message[21..23].copy_from_slice(&u16::try_from(length - 23).ok()?.to_be_bytes());
    message[23..25].copy_from_slice(&[0x90, 14]);
    message[25..27].copy_from_slice(&u16::try_from(9 + routes.len() * ROUTE).ok()?.to_be_bytes());
    message[27..36].copy_from_slice(&[0, 25, 70, 4, 10, 0, 0, 1, 0]);
    let (rows, _) = message[ROUTES..].as_chunks_mut::<ROUTE>();
    for (row, route) in rows.iter_mut().zip(routes) {
        let &MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2 } = route;
        let (Some(IpAddr::V4(ip)), None) = (ip, label2) else { return None };
        let [_, label @ ..] = label1.get().to_be_bytes();
        row[..2].copy_from_slice(&[2, 37]);
        row[2..10].copy_from_slice(&rd.octets());
        row[10..20].copy_from_slice(&esi.octets());
        row[20..24].copy_from_slice(&ethernet_tag.get().to_be_bytes());
        row[24] = 48;
        row[25..31].copy_from_slice(&mac.octets());
        row[31] = 32;
        row[32..36].copy_from_slice(&ip.octets());
        row[36..].copy_from_slice(&label);
    }
    let behind = message.last_chunk_mut::<BEHIND>()?;
    behind[..14].copy_from_slice(&[0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 5, 4, 0, 0, 0, 100]);
    behind[14..25].copy_from_slice(&[0xc0, 16, 16, 0, 2, 0xfc, 0, 0, 0, 0x13, 0x89]);
    behind[25..].copy_from_slice(&[3, 12, 0, 0, 0, 0, 0, 13]);
    Some(length)
}

/// Times both in turn, like the readers are.
pub fn run(allocations: impl Fn() -> u64) {
    const NAMED: [(&str, Write); 2] = [("lower bound, by hand", lower_bound), ("contrail-wire", ours)];
    for count in [100, 1] {
        let routes = messages::routes(count);
        let mut buffers = [[0xa5; 4096]; 2];
        let mut best = [f64::INFINITY; 2];
        let mut allocated = [0; 2];
        for (index, (_, write)) in NAMED.iter().enumerate() {
            let before = allocations();
            let length = write(&routes, &mut buffers[index]).expect("the routes fit");
            allocated[index] = allocations() - before;
            assert_eq!(buffers[index][..length], messages::update(count));
        }
        for _ in 0..400 {
            for (index, (_, write)) in NAMED.iter().enumerate() {
                let started = Instant::now();
                for _ in 0..500 {
                    black_box(black_box(*write)(black_box(&routes), black_box(&mut buffers[index])));
                }
                best[index] = best[index].min(started.elapsed().as_secs_f64() * 1e9 / 500.0);
            }
        }
        println!("UPDATE written, EVPN MAC/IP routes: {count}");
        for (index, (name, _)) in NAMED.iter().enumerate() {
            let (ns, ratio) = (best[index], best[index] / best[0]);
            println!("  {name:<28} {ns:>7.2} ns  {ratio:>5.2}  {} allocations", allocated[index]);
        }
    }
}
