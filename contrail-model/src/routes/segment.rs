//! What devices announce for the Ethernet segments that they share: types 1 and 4.

use contrail_wire::bgp::ExtendedCommunityKind::{EsImport, EsiLabel};
use contrail_wire::bgp::evpn::{EthernetAutoDiscoveryRoute, EthernetSegmentRoute};
use contrail_wire::{EthernetTag, LabelField, MacAddr};

use super::Announcer;
use super::device::vxlan;
use super::entry::{Destination, Origin};
use super::target::{DEFAULT_SWITCH, route_distinguisher};

/// In the route distinguisher of a segment as a whole.
const NO_INSTANCE: usize = 0;

impl Announcer<'_> {
    pub(super) fn segments(&mut self) {
        let fabric = self.fabric;
        for (_, group) in fabric.port_groups.iter() {
            let devices = group.devices();
            let Some(segment) = fabric.segment(group) else {
                if devices.len() > 1 {
                    let (name, on) = (&group.name, fabric.names_of(&devices));
                    self.left_out.push(format!(
                        "types 1 and 4 of port group {name} on {on}: its segment follows from its UUID, which the document does not give"
                    ));
                }
                continue;
            };
            let esi = segment.esi;
            let origin = Origin::PortGroup(group.name.clone());
            for device in fabric.devices_with_ports_up(group) {
                let Some(vtep) = self.vtep(device) else { continue };
                let rd = route_distinguisher(vtep, NO_INSTANCE);
                let whole = EthernetAutoDiscoveryRoute {
                    rd,
                    esi,
                    ethernet_tag: EthernetTag::MAX,
                    label: LabelField::ZERO,
                };
                let no_label = EsiLabel { single_active: false, label: LabelField::ZERO };
                let communities = vxlan(fabric.segment_target()).into_iter().chain([no_label.into()]);
                self.by_device(device, Destination::Evpn(whole.into()), None, communities, origin.clone());

                let [_, a, b, c, d, e, f, ..] = esi.octets();
                let import = EsImport(MacAddr::new([a, b, c, d, e, f]));
                let route = EthernetSegmentRoute { rd, esi, originator: vtep.into() };
                self.by_device(
                    device,
                    Destination::Evpn(route.into()),
                    None,
                    [import.into()],
                    origin.clone(),
                );

                let rd = route_distinguisher(vtep, DEFAULT_SWITCH);
                for binding in &group.vlans {
                    let vni = fabric.networks[binding.network].vni;
                    let ethernet_tag = EthernetTag::new(vni.get());
                    let route = EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, label: vni.into() };
                    let communities = vxlan(fabric.network_target(binding.network));
                    self.by_device(
                        device,
                        Destination::Evpn(route.into()),
                        None,
                        communities,
                        origin.clone(),
                    );
                }
            }
        }
    }
}
