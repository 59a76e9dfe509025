//! The ways in which overlay and underlay can meet, and what each starts with.

use std::fmt;

use contrail_wire::Vni;

use super::part::Part;
use super::{BreakOut, Change};
use crate::fabric::{DeviceId, Fabric, Name, NetworkId, RequiredFlow, RouterId};

/// How overlay and underlay meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Approach {
    /// As it is, nothing has to change.
    AsItIs,
    /// A logical router on leaves (or on other devices that are no gateways).
    RouterOnLeaves,
    /// A logical router on a DC gateway.
    RouterOnDcGateway,
    /// IP fabric forwarding, with secondary addresses on the IRBs of the hypervisors' leaves.
    IpFabricForwarding,
    /// Distributed SNAT.
    DistributedSnat,
    /// The underlay alone: flows that meet no overlay.
    Underlay,
}

impl Approach {
    pub(super) const fn is_router(self) -> bool {
        matches!(self, Self::RouterOnLeaves | Self::RouterOnDcGateway)
    }
}

impl fmt::Display for Approach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsItIs => "as it is",
            Self::RouterOnLeaves => "logical router on",
            Self::RouterOnDcGateway => "logical router on DC gateway",
            Self::IpFabricForwarding => "IP fabric forwarding",
            Self::DistributedSnat => "distributed SNAT",
            Self::Underlay => "the underlay alone",
        })
    }
}

/// Something to try: an approach for each overlay network of some flows.
#[derive(Clone, Debug)]
pub(super) struct Attempt<'f> {
    pub(super) choices: Vec<(NetworkId, Approach)>,
    /// Where the logical router would be, for the networks that get one.
    pub(super) devices: Vec<DeviceId>,
    pub(super) router: Option<Name>,
    pub(super) flows: Vec<&'f RequiredFlow>,
    /// What it starts with; what else is needed shows when the flows are traced.
    pub(super) changes: Vec<Change>,
}

impl<'f> Attempt<'f> {
    pub(super) fn new(
        fabric: &Fabric,
        part: &Part<'f>,
        choices: Vec<(NetworkId, Approach)>,
        devices: &[DeviceId],
    ) -> Self {
        let mut attempt = Self {
            choices,
            devices: devices.to_vec(),
            router: None,
            flows: part.flows.clone(),
            changes: Vec::new(),
        };
        let routed = attempt.networks(Approach::is_router);
        if routed.is_empty() {
            attempt.devices.clear();
        } else {
            attempt.join(fabric, &routed);
        }
        for (network, approach) in &attempt.choices {
            let at = &fabric.networks[*network];
            let network = at.name.clone();
            match approach {
                Approach::IpFabricForwarding if !at.ip_fabric_forwarding => {
                    attempt.changes.push(Change::EnableIpFabricForwarding { network });
                }
                Approach::DistributedSnat if !at.fabric_snat => {
                    attempt.changes.push(Change::EnableFabricSnat { network });
                }
                _ => {}
            }
        }
        attempt.leave(fabric);
        attempt
    }

    fn networks(&self, is_chosen: impl Fn(Approach) -> bool) -> Vec<NetworkId> {
        let chosen = self.choices.iter().filter(|(_, approach)| is_chosen(*approach));
        chosen.map(|(network, _)| *network).collect()
    }

    /// The approach of the overlay network that an address is in.
    pub(super) fn approach_of(&self, network: NetworkId) -> Option<Approach> {
        self.choices.iter().find(|(other, _)| *other == network).map(|(_, approach)| *approach)
    }

    /// Whether some of the traffic crosses the underlay without a logical router.
    pub(super) fn is_in_underlay(&self) -> bool {
        self.choices.is_empty() || self.choices.iter().any(|(_, approach)| !approach.is_router())
    }

    /// The networks at the other ends of the flows of routed networks, with these.
    fn joined(&self, fabric: &Fabric, routed: &[NetworkId]) -> Vec<NetworkId> {
        let mut joined = routed.to_vec();
        for flow in &self.flows {
            let ends = [flow.from.1, flow.to.1].map(|end| fabric.network_of(end));
            let [Some(from), Some(to)] = ends else { continue };
            for (one, other) in [(from, to), (to, from)] {
                if one != other && routed.contains(&one) && !joined.contains(&other) {
                    joined.push(other);
                }
            }
        }
        joined
    }

    /// One logical router for the routed networks, on the attempt's devices and nowhere else: the one that has most of
    /// the networks, or else a new one.
    fn join(&mut self, fabric: &Fabric, routed: &[NetworkId]) {
        let joined = self.joined(fabric, routed);
        let has = |router: RouterId, network: &NetworkId| fabric.routers[router].networks.contains(network);
        let count = |router: &RouterId| joined.iter().filter(|network| has(*router, network)).count();
        let fitting = fabric.routers.ids().filter(|router| count(router) > 0);
        let best = fitting.max_by_key(|router| (count(router), std::cmp::Reverse(router.index())));
        for network in &joined {
            for other in fabric.routers_of(*network).iter().filter(|other| Some(**other) != best) {
                let (router, network) = (fabric.routers[*other].name.clone(), name(fabric, *network));
                self.changes.push(Change::LeaveLogicalRouter { router, network });
            }
        }
        let Some(best) = best else {
            let Some(vni) = free_vni(fabric) else { return };
            let router =
                free_name(fabric, &name(fabric, routed.first().copied().unwrap_or(NetworkId::at(0))));
            let networks = joined.iter().map(|network| name(fabric, *network)).collect();
            self.changes.push(Change::CreateLogicalRouter { router: router.clone(), vni, networks });
            let devices = fabric.device_names(&self.devices);
            self.changes.push(Change::ExtendLogicalRouter { router: router.clone(), devices });
            self.router = Some(router);
            return;
        };
        let router = &fabric.routers[best];
        self.router = Some(router.name.clone());
        for network in joined.iter().filter(|network| !has(best, network)) {
            let (router, network) = (router.name.clone(), name(fabric, *network));
            self.changes.push(Change::JoinLogicalRouter { router, network });
        }
        let elsewhere = router.extended_to.iter().filter(|device| !self.devices.contains(device));
        let new = self.devices.iter().filter(|device| !router.extended_to.contains(device));
        let elsewhere = fabric.device_names(&elsewhere.copied().collect::<Vec<_>>());
        let new = fabric.device_names(&new.copied().collect::<Vec<_>>());
        if !elsewhere.is_empty() {
            let router = router.name.clone();
            self.changes.push(Change::WithdrawLogicalRouter { router, devices: elsewhere });
        }
        if !new.is_empty() {
            self.changes.push(Change::ExtendLogicalRouter { router: router.name.clone(), devices: new });
        }
    }

    /// Networks that get no logical router leave the one they are in, where it would attract their traffic.
    fn leave(&mut self, fabric: &Fabric) {
        let leaving = self.networks(|approach| {
            matches!(approach, Approach::IpFabricForwarding | Approach::DistributedSnat)
        });
        for network in leaving {
            for router in fabric.routers_of(network) {
                let router = &fabric.routers[*router];
                let stays_on = |change: &Change| matches!(change, Change::ExtendLogicalRouter { router: name, .. } if *name == router.name);
                if !router.extended_to.is_empty() || self.changes.iter().any(stays_on) {
                    let (router, network) = (router.name.clone(), name(fabric, network));
                    self.changes.push(Change::LeaveLogicalRouter { router, network });
                }
            }
        }
    }

    /// How overlay and underlay meet, in the order of the approaches; `extended` are all devices that the logical router
    /// ends up on.
    pub(super) fn break_outs(
        &self,
        fabric: &Fabric,
        extended: &[Name],
        alike: &[Vec<DeviceId>],
    ) -> Vec<BreakOut> {
        let mut break_outs: Vec<BreakOut> = Vec::new();
        for (network, approach) in &self.choices {
            let network = name(fabric, *network);
            if let Some(same) = break_outs.iter_mut().find(|same| same.approach == *approach) {
                same.networks.push(network);
                continue;
            }
            let is_router = approach.is_router();
            break_outs.push(BreakOut {
                networks: vec![network],
                approach: *approach,
                devices: if is_router { extended.to_vec() } else { Vec::new() },
                alike: if is_router {
                    alike.iter().map(|place| fabric.device_names(place)).collect()
                } else {
                    Vec::new()
                },
            });
        }
        if break_outs.is_empty() {
            let (networks, approach) = (Vec::new(), Approach::Underlay);
            break_outs.push(BreakOut { networks, approach, devices: Vec::new(), alike: Vec::new() });
        }
        break_outs
    }
}

fn name(fabric: &Fabric, network: NetworkId) -> Name {
    fabric.networks[network].name.clone()
}

/// `octavia-router`, or with a number if that is taken.
fn free_name(fabric: &Fabric, network: &Name) -> Name {
    let is_free = |name: &String| fabric.routers.iter().all(|(_, router)| *router.name != **name);
    let numbered = (2..).map(|number| format!("{network}-router-{number}"));
    let mut names = std::iter::once(format!("{network}-router")).chain(numbered);
    names.find(is_free).unwrap_or_default().into()
}

/// The VNI behind the largest that is in use, or else the smallest that is free.
fn free_vni(fabric: &Fabric) -> Option<Vni> {
    let networks = fabric.networks.iter().map(|(_, network)| network.vni.get());
    let used: Vec<u32> = networks.chain(fabric.routers.iter().map(|(_, router)| router.vni.get())).collect();
    let behind = used.iter().max().map_or(1, |largest| largest + 1);
    Vni::new(behind).ok().or_else(|| {
        let free = (1..=0xff_ffff).find(|number| !used.contains(number))?;
        Vni::new(free).ok()
    })
}
