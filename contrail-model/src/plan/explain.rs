//! Why nothing works: the fewest required flows that cannot be met together, what stands against each way for them, and
//! what would lift it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use super::combine;
use super::complete::Measure;
use super::{Impossible, Lift};
use crate::fabric::{
    Device, DeviceId, Endpoint, Fabric, Link, Name, OverlayRoles, PhysicalRole, Port, RequiredFlow, ServerId,
    router_mac,
};

/// What forbids some flows for which there is no way.
pub(super) fn explain(measure: &Measure<'_>, flows: &[&RequiredFlow]) -> Impossible {
    let flows = fewest(measure, &[], flows);
    let against = combine::ways(measure, &flows).rejected;
    let lifts = lifts(measure.fabric, &flows).into_iter();
    let lifts =
        lifts.filter(|(_, lifted)| is_possible_in(measure, lifted, &flows)).map(|(lift, _)| lift).collect();
    let flows = flows.iter().map(|flow| flow.to_string().into()).collect();
    Impossible { flows, against, lifts }
}

fn is_possible(measure: &Measure<'_>, flows: &[&RequiredFlow]) -> bool {
    !combine::ways(measure, flows).candidates.is_empty()
}

/// A set of flows that is impossible together with `given`, and of which none can be left out (QuickXplain, Junker
/// 2004): as few tries as halving allows.
fn fewest<'f>(
    measure: &Measure<'_>,
    given: &[&'f RequiredFlow],
    flows: &[&'f RequiredFlow],
) -> Vec<&'f RequiredFlow> {
    let [_, _, ..] = flows else { return flows.to_vec() };
    let (first, second) = flows.split_at(flows.len() / 2);
    let without = |known: &[&'f RequiredFlow], rest: &[&'f RequiredFlow]| {
        let given = [given, known].concat();
        if is_possible(measure, &given) { fewest(measure, &given, rest) } else { Vec::new() }
    };
    let of_second = without(first, second);
    // What the second half contributes may be impossible by itself.
    let of_first =
        if of_second.is_empty() { fewest(measure, given, first) } else { without(&of_second, first) };
    [of_first, of_second].concat()
}

/// The same question of another fabric; ids mean the same there.
fn is_possible_in(measure: &Measure<'_>, lifted: &Fabric, flows: &[&RequiredFlow]) -> bool {
    is_possible(&Measure::new(lifted, measure.weights), flows)
}

/// What might lift it, with the fabric as it would be then.
fn lifts(fabric: &Fabric, flows: &[&RequiredFlow]) -> Vec<(Lift, Fabric)> {
    let mut lifts = Vec::new();
    if fabric.devices.iter().all(|(_, device)| !device.terminates_mpls()) {
        let mut lifted = fabric.clone();
        lifted.add_device(&"a DC gateway".into(), OverlayRoles::DC_GATEWAY);
        lifts.push((Lift::DcGateway, lifted.rewired()));
    }
    let mut servers: Vec<ServerId> = Vec::new();
    for end in flows.iter().flat_map(|flow| [flow.from.1, flow.to.1]) {
        if let Endpoint::Server(server, _) = end
            && fabric.servers[server].vhost0.is_none()
            && !servers.contains(&server)
        {
            servers.push(server);
        }
    }
    for server in servers {
        let name = fabric.servers[server].name.clone();
        lifts.push((Lift::OwnLeaves { server: name }, fabric.with_own_leaves(server)));
    }
    lifts
}

impl Fabric {
    /// Adds a device that is cabled to each spine.
    fn add_device(&mut self, name: &Name, overlay_roles: OverlayRoles) -> DeviceId {
        let loopback = Some(self.free_loopback());
        let spines = self.devices.iter().filter(|(_, device)| device.role == PhysicalRole::Spine);
        let spines: Vec<DeviceId> = spines.map(|(id, _)| id).collect();
        let beside = spines.first().map_or(&self.name, |spine| &self.devices[*spine].fabric).clone();
        let id = self.parts_mut().devices.push(Device {
            name: name.clone(),
            role: PhysicalRole::Leaf,
            overlay_roles,
            loopback,
            router_mac: router_mac(name),
            fabric: beside,
            product: None,
            mtu: Device::MTU,
            secondary_addresses: Vec::new(),
        });
        let mut links = self.links.to_vec();
        for (index, spine) in spines.into_iter().enumerate() {
            let port = |device, interface: String| Port { device, interface: interface.into() };
            let ends = [port(id, format!("up{index}")), port(spine, format!("to {name}"))];
            links.push(Link { ends });
        }
        self.parts_mut().links = links.into();
        id
    }

    /// A loopback that nobody has, of the benchmarking range (RFC 2544).
    fn free_loopback(&self) -> IpAddr {
        let is_taken =
            |address: &IpAddr| self.devices.iter().any(|(_, device)| device.loopback == Some(*address));
        let start = u32::from(Ipv4Addr::new(198, 18, 0, 1));
        let mut candidates = (start..).map(|number| IpAddr::from(Ipv4Addr::from(number)));
        candidates.find(|address| !is_taken(address)).unwrap_or(Ipv4Addr::UNSPECIFIED.into())
    }

    /// The fabric with a server moved behind a pair of leaves of its own.
    fn with_own_leaves(&self, server: ServerId) -> Self {
        let mut fabric = self.clone();
        let name = &self.servers[server].name;
        let ports: Vec<Port> = (1..=2)
            .map(|number| {
                let leaf: Name = format!("leaf {number} of {name}").into();
                let device = fabric.add_device(&leaf, OverlayRoles::ERB_UCAST_GATEWAY);
                Port { device, interface: "port".into() }
            })
            .collect();
        let mut group = self.port_groups[self.servers[server].port_group].clone();
        let uses = |network| self.servers[server].interfaces().any(|at| at.network == network);
        group.vlans.retain(|binding| uses(binding.network));
        for binding in &group.vlans {
            if let Some(network) = fabric.parts_mut().networks.get_mut(binding.network)
                && !network.underlay_irb.is_empty()
            {
                network.underlay_irb.extend(ports.iter().map(|port| port.device));
            }
        }
        group.name = format!("port group of {name}").into();
        group.ports = ports;
        let group = fabric.parts_mut().port_groups.push(group);
        if let Some(server) = fabric.parts_mut().servers.get_mut(server) {
            server.port_group = group;
        }
        fabric.rewired()
    }
}

impl fmt::Display for Lift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DcGateway => f.write_str("a DC gateway"),
            Self::OwnLeaves { server } => write!(f, "{server} behind leaves of its own"),
        }
    }
}
