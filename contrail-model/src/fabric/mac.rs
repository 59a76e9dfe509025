//! MAC addresses that the document does not give.

use contrail_wire::MacAddr;

/// The anycast gateway of an ERB IRB, and the virtual gateway of a CRB IRB on IPv4 and IPv6 (device manager,
/// `l3_gateway_feature.py`).
pub(crate) const VIRTUAL_GATEWAY: MacAddr = MacAddr::new([0x00, 0x00, 0x5e, 0x01, 0x00, 0x01]);

/// What a vRouter answers a workload that asks for its gateway (contrail-vrouter-agent, `interface_params.cc`).
pub(crate) const VROUTER_GATEWAY: MacAddr = MacAddr::new([0x00, 0x00, 0x5e, 0x00, 0x01, 0x00]);

/// A locally administered unicast address that depends only on the names.
pub(crate) fn derived_mac(names: &[&str]) -> MacAddr {
    let parts = names.iter().enumerate();
    hashed(parts.flat_map(|(index, name)| [if index == 0 { "" } else { "/" }, name]))
}

/// The same for what a device announces with its type-5 routes.
pub(crate) fn router_mac(device: &str) -> MacAddr {
    derived_mac(&[device, "router-mac"])
}

/// The same for a port, `leaf1:et-0/0/48`.
pub(crate) fn port_mac(device: &str, interface: &str) -> MacAddr {
    hashed([device, ":", interface].into_iter())
}

/// FNV-1a, 64 bits.
fn hashed<'t>(text: impl Iterator<Item = &'t str>) -> MacAddr {
    let hash = text.flat_map(str::bytes).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let [a, b, c, d, e, ..] = hash.to_be_bytes();
    MacAddr::new([0x02, a, b, c, d, e])
}
