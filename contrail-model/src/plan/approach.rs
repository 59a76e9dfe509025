//! The ways in which overlay and underlay can meet, and what each starts with.

use std::fmt;

use serde::Serialize;

use super::complete::Measure;
use super::part::Part;
use super::{BreakOut, Change};
use crate::fabric::{DeviceId, Endpoint, Fabric, Name, NetworkId, RequiredFlow, RouterId};

/// How overlay and underlay meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// The attempts that make these choices: one for each logical router that could be used, if several have equally
    /// many of the networks.
    pub(super) fn all(
        measure: &Measure<'_>,
        part: &Part<'f>,
        choices: &[(NetworkId, Approach)],
        devices: &[DeviceId],
    ) -> Vec<Self> {
        let fabric = measure.fabric;
        let mut blank = Self {
            choices: choices.to_vec(),
            devices: devices.to_vec(),
            router: None,
            flows: part.flows.clone(),
            changes: Vec::new(),
        };
        let routed = blank.networks(Approach::is_router);
        if routed.is_empty() {
            blank.devices.clear();
            blank.finish(fabric, part, &[]);
            return vec![blank];
        }
        let joined = blank.joined(fabric, &routed);
        let attempts = fitting_routers(fabric, &joined).into_iter().map(|router| {
            let mut attempt = blank.clone();
            match router {
                Some(router) => attempt.join(fabric, router, &joined),
                None => attempt.create(measure, &joined),
            }
            attempt.finish(fabric, part, &joined);
            attempt
        });
        attempts.collect()
    }

    /// What the networks without a logical router need, wherever that is.
    fn finish(&mut self, fabric: &Fabric, part: &Part<'_>, joined: &[NetworkId]) {
        for (network, approach) in &self.choices {
            let at = &fabric.networks[*network];
            let network = at.name.clone();
            match approach {
                Approach::IpFabricForwarding if !at.ip_fabric_forwarding => {
                    self.changes.push(Change::EnableIpFabricForwarding { network });
                }
                Approach::DistributedSnat if !at.fabric_snat => {
                    self.changes.push(Change::EnableFabricSnat { network });
                }
                _ => {}
            }
        }
        let in_underlay = self.networks(|approach| !approach.is_router());
        let mut leaving = self.joined(fabric, &in_underlay);
        leaving.extend(&part.leaving);
        leaving.retain(|network| !joined.contains(network));
        self.leave_all(fabric, &leaving);
    }

    /// Takes networks that get no logical router out of those they are in, where these would attract their traffic. A
    /// logical router with nothing left to join is withdrawn as it is.
    fn leave_all(&mut self, fabric: &Fabric, leaving: &[NetworkId]) {
        for (id, router) in fabric.routers.iter() {
            let is_own = self.router.as_ref() == Some(&router.name);
            let is_active = !router.extended_to.is_empty() || is_own;
            let (gone, left): (Vec<&NetworkId>, Vec<&NetworkId>) =
                router.networks.iter().partition(|id| leaving.contains(id));
            let attracts = gone.iter().any(|network| fabric.routers_of(**network).contains(&id));
            if !is_active || !attracts {
                continue;
            }
            let devices = fabric.device_names(&router.extended_to);
            if left.len() < 2 && !is_own {
                let router = router.name.clone();
                self.changes.push(Change::WithdrawLogicalRouter { router, devices });
                continue;
            }
            for network in gone {
                let (router, network, devices) =
                    (router.name.clone(), name(fabric, *network), devices.clone());
                self.changes.push(Change::LeaveLogicalRouter { router, network, devices });
            }
        }
    }

    fn networks(&self, is_chosen: impl Fn(Approach) -> bool) -> Vec<NetworkId> {
        let chosen = self.choices.iter().filter(|(_, approach)| is_chosen(*approach));
        chosen.map(|(network, _)| *network).collect()
    }

    /// The approach of the overlay network that an address is in.
    pub(super) fn approach_of(&self, network: NetworkId) -> Option<Approach> {
        self.choices.iter().find(|(other, _)| *other == network).map(|(_, approach)| *approach)
    }

    /// Whether a logical router is to carry a flow.
    pub(super) fn is_routed(&self, fabric: &Fabric, flow: &RequiredFlow) -> bool {
        let mut networks = [flow.from.1, flow.to.1].into_iter().filter_map(|end| fabric.network_of(end));
        networks.any(|network| self.approach_of(network).is_some_and(Approach::is_router))
    }

    /// Whether the logical router is taken off a device that it is on now.
    pub(super) fn is_withdrawn_from(&self, device: &Name) -> bool {
        self.changes.iter().any(|change| match change {
            Change::WithdrawLogicalRouter { router, devices } => {
                self.router.as_ref() == Some(router) && devices.contains(device)
            }
            _ => false,
        })
    }

    /// Whether some of the traffic crosses the underlay without a logical router.
    pub(super) fn is_in_underlay(&self) -> bool {
        self.choices.is_empty() || self.choices.iter().any(|(_, approach)| !approach.is_router())
    }

    /// The networks that packets of the flows can be addressed to: those of the ends, and of the hypervisors that
    /// workloads are on.
    pub(super) fn addressed(&self, fabric: &Fabric) -> Vec<NetworkId> {
        let ends = || self.flows.iter().flat_map(|flow| [flow.from.1, flow.to.1]);
        let members = ends().flat_map(|end| match end {
            Endpoint::VirtualService(id) => fabric.virtual_services[id].members.as_slice(),
            _ => &[],
        });
        let hosts = ends().filter_map(|end| fabric.host_of(end));
        let hosts = hosts.chain(members.map(|member| fabric.workloads[*member].host));
        let hosts = hosts.filter_map(|host| fabric.servers[host].vhost0.as_ref());
        let own = ends().filter_map(|end| fabric.network_of(end));
        let mut networks: Vec<NetworkId> = Vec::new();
        for network in own.chain(hosts.map(|vhost0| vhost0.network)) {
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        networks
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

    /// A new logical router for networks, on the attempt's devices.
    fn create(&mut self, measure: &Measure<'_>, joined: &[NetworkId]) {
        let fabric = measure.fabric;
        let (Some(vni), Some(first)) = (measure.free_vnis().next(), joined.first()) else { return };
        self.leave(fabric, joined, None);
        let router = free_name(fabric, &name(fabric, *first));
        let networks = joined.iter().map(|network| name(fabric, *network)).collect();
        self.changes.push(Change::CreateLogicalRouter { router: router.clone(), vni, networks });
        let devices = fabric.device_names(&self.devices);
        self.changes.push(Change::ExtendLogicalRouter { router: router.clone(), devices });
        self.router = Some(router);
    }

    /// One logical router for networks, on the attempt's devices and nowhere else.
    fn join(&mut self, fabric: &Fabric, router: RouterId, joined: &[NetworkId]) {
        self.leave(fabric, joined, Some(router));
        let at = &fabric.routers[router];
        self.router = Some(at.name.clone());
        for network in joined.iter().filter(|network| !at.networks.contains(network)) {
            let (router, network) = (at.name.clone(), name(fabric, *network));
            let devices = fabric.device_names(&at.extended_to);
            self.changes.push(Change::JoinLogicalRouter { router, network, devices });
        }
        let elsewhere = at.extended_to.iter().filter(|device| !self.devices.contains(device));
        let new = self.devices.iter().filter(|device| !at.extended_to.contains(device));
        let elsewhere = fabric.device_names(&elsewhere.copied().collect::<Vec<_>>());
        let new = fabric.device_names(&new.copied().collect::<Vec<_>>());
        if !elsewhere.is_empty() {
            let router = at.name.clone();
            self.changes.push(Change::WithdrawLogicalRouter { router, devices: elsewhere });
        }
        if !new.is_empty() {
            self.changes.push(Change::ExtendLogicalRouter { router: at.name.clone(), devices: new });
        }
    }

    /// Takes networks out of the logical routers that they are in, but for one. A logical router that has nothing left
    /// to join is withdrawn.
    fn leave(&mut self, fabric: &Fabric, networks: &[NetworkId], kept: Option<RouterId>) {
        for (id, router) in fabric.routers.iter().filter(|(id, _)| Some(*id) != kept) {
            let is_in = |network: &&NetworkId| fabric.routers_of(**network).contains(&id);
            let gone: Vec<&NetworkId> = networks.iter().filter(is_in).collect();
            let devices = fabric.device_names(&router.extended_to);
            for network in &gone {
                let (router, network) = (router.name.clone(), name(fabric, **network));
                self.changes.push(Change::LeaveLogicalRouter { router, network, devices: devices.clone() });
            }
            if !gone.is_empty() && router.networks.len() < gone.len() + 2 && !devices.is_empty() {
                self.changes.push(Change::WithdrawLogicalRouter { router: router.name.clone(), devices });
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

/// The logical routers with most of some networks; `None`, for a new one, if none has any.
fn fitting_routers(fabric: &Fabric, joined: &[NetworkId]) -> Vec<Option<RouterId>> {
    let count = |router: RouterId| {
        joined.iter().filter(|network| fabric.routers_of(**network).contains(&router)).count()
    };
    let mut routers: Vec<RouterId> =
        joined.iter().flat_map(|network| fabric.routers_of(*network)).copied().collect();
    routers.sort_unstable();
    routers.dedup();
    let most = routers.iter().map(|router| count(*router)).max();
    let fitting: Vec<_> =
        routers.into_iter().filter(|router| Some(count(*router)) == most).map(Some).collect();
    if fitting.is_empty() { vec![None] } else { fitting }
}

fn name(fabric: &Fabric, network: NetworkId) -> Name {
    fabric.networks[network].name.clone()
}

/// `octavia-router`, or with a number if that is taken.
fn free_name(fabric: &Fabric, network: &Name) -> Name {
    let is_free = |name: &String| fabric.router_named(name).is_none();
    let numbered = (2..).map(|number| format!("{network}-router-{number}"));
    let mut names = std::iter::once(format!("{network}-router")).chain(numbered);
    names.find(is_free).unwrap_or_default().into()
}
