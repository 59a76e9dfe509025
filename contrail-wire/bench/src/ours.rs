//! `contrail-wire`, as a user would write it.

use contrail_wire::{Decoder, MplsPayload, Packet, Tunnel};

use crate::fields::Fields;

static VXLAN: Decoder<'static> = Decoder::new();
static MPLS: Decoder<'static> = Decoder::new().mpls_payload(&|_| MplsPayload::Ipv4);

#[inline(never)]
pub fn vxlan(frame: &[u8]) -> Option<u64> {
    let outer = VXLAN.ethernet(frame).ok()?;
    let Some(Tunnel::Vxlan(vxlan)) = outer.tunnel() else { return None };
    let inner = outer.inner().ok()??;
    let mac = inner.ethernet()?.destination_address;
    fields(&outer, &inner, outer.udp()?.source_port.get(), vxlan.vni.get(), mac.octets())
        .map(|fields| fields.digest())
}

#[inline(never)]
pub fn mpls_over_udp(frame: &[u8]) -> Option<u64> {
    let outer = MPLS.ethernet(frame).ok()?;
    let Some(Tunnel::MplsOverUdp(stack)) = outer.tunnel() else { return None };
    let inner = outer.inner().ok()??;
    let label = stack.bottom().label().get();
    fields(&outer, &inner, outer.udp()?.source_port.get(), label, [0; 6]).map(|fields| fields.digest())
}

#[inline(never)]
pub fn mpls_over_gre(frame: &[u8]) -> Option<u64> {
    let outer = MPLS.ethernet(frame).ok()?;
    let Some(Tunnel::MplsOverGre(_, stack)) = outer.tunnel() else { return None };
    let inner = outer.inner().ok()??;
    fields(&outer, &inner, 0, stack.bottom().label().get(), [0; 6]).map(|fields| fields.digest())
}

#[inline(always)]
fn fields(
    outer: &Packet<'_>,
    inner: &Packet<'_>,
    entropy: u16,
    tunnel: u32,
    inner_mac: [u8; 6],
) -> Option<Fields> {
    let (outer, ip, tcp) = (outer.ipv4()?.header, inner.ipv4()?.header, inner.tcp()?.header);
    Some(Fields {
        outer_source: outer.source_address.get().to_bits(),
        outer_destination: outer.destination_address.get().to_bits(),
        entropy,
        tunnel,
        inner_mac,
        source: ip.source_address.get().to_bits(),
        destination: ip.destination_address.get().to_bits(),
        source_port: tcp.source_port.get(),
        destination_port: tcp.destination_port.get(),
        payload: inner.payload().len(),
    })
}
