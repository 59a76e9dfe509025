//! The cheapest way for a part's flows, within what the planner says that it looks at.
//!
//! Each overlay network has one approach. Those that are routed share one logical router, the one that has most of
//! them or else a new one, in a single place: a device, a group of leaves that share port groups, or all DC gateways;
//! extended to leaves of other servers where that place alone does not do, unless another way does with fewer of
//! these devices. By hand a network gets underlay IRBs on all devices that it reaches (one that the logical router joins
//! too only where that is not), and secondary addresses on the leaves of all its hypervisors.
//!
//! A plan may go beyond this where a remedy makes it, to devices that a logical router is on already; then it is asked what
//! that costs.
//!
//! Outside of this there is cheaper: two leaves of different racks, which are not "alone"; a new logical router instead
//! of one that has to be withdrawn elsewhere first; secondary addresses only where a required flow's workload is.

use std::collections::{BTreeMap, BTreeSet};

use contrail_model::document::{Device, Document, SecondaryAddress};
use contrail_model::trace::{RouteKind, Step, Table, Way};
use contrail_model::{Approach, Candidate, Fabric, Plan, Trace};

use super::exhaustive::is_of_flows;
use super::parts::{self, Part, subsets};
use super::setup::{HostRoute, Setup, all_host_routes, missing_irbs, secondary_addresses};
use super::{apply, new_errors};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Routed,
    IpFabric,
    Snat,
}

/// For each overlay network of a part.
pub(super) type Choices = Vec<(String, Choice)>;

/// What a network needs by hand: underlay IRBs, or secondary addresses, each with its device.
#[derive(Clone)]
struct ByHand {
    network: String,
    irbs: Vec<(String, String)>,
    secondary: Vec<(String, SecondaryAddress)>,
}

/// Devices that a logical router is on; none where there is none.
pub(super) type Place = BTreeSet<String>;

pub(super) struct Costs<'d> {
    document: &'d Document,
    fabric: &'d Fabric,
    part: &'d Part,
    routes: Vec<HostRoute>,
}

impl<'d> Costs<'d> {
    pub(super) fn new(document: &'d Document, fabric: &'d Fabric, part: &'d Part) -> Self {
        Self { document, fabric, part, routes: all_host_routes(document) }
    }

    /// What the cheapest way costs, if there is one, and which it is.
    pub(super) fn cheapest(&self) -> Option<(u32, String)> {
        let traces = self.fabric.trace_required();
        if self.flows(&traces).all(Trace::is_delivered) {
            return Some((0, "as it is".to_owned()));
        }
        let places = self.places();
        let mut all: Vec<Choices> = vec![Vec::new()];
        for network in &self.part.overlay {
            let vrouter = [Choice::IpFabric, Choice::Snat];
            let vrouter = vrouter.into_iter().filter(|_| parts::has_workloads(self.document, network));
            let choices: Vec<Choice> = [Choice::Routed].into_iter().chain(vrouter).collect();
            let with = |chosen: &Choices| {
                let add =
                    |choice: &Choice| chosen.iter().cloned().chain([(network.clone(), *choice)]).collect();
                choices.iter().map(add).collect::<Vec<Choices>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        let mut ways: Vec<(u32, Choices, Place, bool)> = Vec::new();
        for choices in all {
            let mut known = BTreeMap::new();
            let is_routed = choices.iter().any(|(_, choice)| *choice == Choice::Routed);
            let nowhere = [BTreeSet::new()];
            for place in if is_routed { places.as_slice() } else { &nowhere } {
                let found = self.cost_at(&choices, place, &mut known);
                ways.extend(found.map(|(cost, devices)| {
                    let goes_beyond = devices != *place;
                    (cost, choices.clone(), devices, goes_beyond)
                }));
            }
        }
        let places: Vec<Place> = ways.iter().map(|(_, _, devices, _)| devices.clone()).collect();
        let is_detour = |devices: &Place| {
            let smaller = |other: &Place| !other.is_empty() && other != devices && other.is_subset(devices);
            places.iter().any(smaller)
        };
        ways.retain(|(_, _, devices, goes_beyond)| !goes_beyond || !is_detour(devices));
        let ways =
            ways.into_iter().map(|(cost, choices, devices, _)| (cost, format!("{choices:?} {devices:?}")));
        ways.min()
    }

    /// What a plan's best way costs for the part, which may be on devices where nothing was searched.
    pub(super) fn of_best(&self, best: &Candidate) -> Option<u32> {
        let mut devices = Place::new();
        let mut choices = Choices::new();
        for at in &best.break_outs {
            let choice = match at.approach {
                Approach::AsItIs | Approach::Underlay => continue,
                Approach::IpFabricForwarding => Choice::IpFabric,
                Approach::DistributedSnat => Choice::Snat,
                _ => Choice::Routed,
            };
            let own = at.networks.iter().map(ToString::to_string);
            let own: Vec<String> = own.filter(|network| self.part.overlay.contains(network)).collect();
            if !own.is_empty() {
                devices.extend(at.devices.iter().map(ToString::to_string));
            }
            choices.extend(own.into_iter().map(|network| (network, choice)));
        }
        if choices.is_empty() {
            self.cheapest().map(|(cost, _)| cost)
        } else {
            self.cost_on(&choices, &devices)
        }
    }

    /// Places that are told to be alike but are not: what a logical router of the part's only overlay network costs there
    /// is not what the plan says, or it works where the plan refuses it. The other part costs `plain`.
    pub(super) fn unlike(&self, plan: &Plan, plain: u32) -> Vec<String> {
        let [network] = self.part.overlay.as_slice() else { return Vec::new() };
        let candidates = plan.candidates.iter().map(|at| (&at.break_outs, Some(at.cost.total)));
        let rejected = plan.rejected.iter().map(|at| (&at.break_outs, None));
        let mut unlike = Vec::new();
        for (break_outs, told) in candidates.chain(rejected) {
            for place in break_outs.iter().flat_map(|at| &at.alike) {
                let place: Place = place.iter().map(ToString::to_string).collect();
                let choices = vec![(network.clone(), Choice::Routed)];
                let found =
                    self.cost_at(&choices, &place, &mut BTreeMap::new()).map(|(cost, _)| cost + plain);
                if found != told {
                    unlike.push(format!("on {place:?} it costs {found:?}, not {told:?}:\n{plan}"));
                }
            }
        }
        unlike
    }

    fn flows<'t>(&self, traces: &'t [Trace]) -> impl Iterator<Item = &'t Trace> {
        self.part.flows.iter().map(|flow| traces.get(*flow).unwrap())
    }

    fn places(&self) -> Vec<Place> {
        let routing = parts::routing_devices(self.document);
        let mut places: Vec<Place> = routing.iter().map(|device| BTreeSet::from([device.clone()])).collect();
        let mut racks: Vec<Place> = Vec::new();
        for server in &self.document.servers {
            let mut rack = BTreeSet::from_iter(parts::leaves_of(self.document, &server.name));
            let (same, others): (Vec<_>, Vec<_>) =
                racks.into_iter().partition(|other| !other.is_disjoint(&rack));
            rack.extend(same.into_iter().flatten());
            racks = others;
            racks.push(rack);
        }
        let gateways = self
            .document
            .devices
            .iter()
            .filter(|device| device.overlay_roles.contains(&"DC-Gateway".to_owned()));
        racks.push(gateways.map(|device| device.name.clone()).collect());
        racks.retain(|rack| rack.len() > 1 && rack.iter().all(|device| routing.contains(device)));
        places.extend(racks);
        places
    }

    /// What choices cost with the logical router in a place, and where that alone does not do, with as few other
    /// servers' leaves as needed.
    pub(super) fn cost_at(
        &self,
        choices: &Choices,
        place: &Place,
        known: &mut BTreeMap<Place, Option<u32>>,
    ) -> Option<(u32, Place)> {
        let networks: Vec<&String> = self.part.networks().collect();
        let ends = self.document.servers.iter().filter(|server| {
            !place.is_empty() && server.addresses.iter().any(|address| networks.contains(&&address.network))
        });
        let ends: BTreeSet<Vec<String>> =
            ends.map(|server| parts::leaves_of(self.document, &server.name)).collect();
        let ends: Vec<Vec<String>> = ends.into_iter().collect();
        for count in 0..=ends.len().min(4) {
            let more = subsets(&ends).into_iter().filter(|more| more.len() == count);
            let costs = more.filter_map(|more| {
                let devices: Place = place.iter().cloned().chain(more.into_iter().flatten()).collect();
                let cost = *known.entry(devices.clone()).or_insert_with(|| self.cost_on(choices, &devices));
                cost.map(|cost| (cost, devices))
            });
            let cheapest = costs.min();
            if cheapest.is_some() {
                return cheapest;
            }
        }
        None
    }

    /// What choices cost with the logical router on exactly these devices.
    fn cost_on(&self, choices: &Choices, devices: &Place) -> Option<u32> {
        let of = |wanted: Choice| {
            choices.iter().filter(move |(_, choice)| *choice == wanted).map(|(name, _)| name)
        };
        let at = |network: &String| parts::network(self.document, network);
        let mut group: Place = of(Choice::Routed).cloned().collect();
        group.extend(of(Choice::Routed).flat_map(|network| self.part.peers(network)).cloned());
        let group: Vec<String> = group.into_iter().collect();
        let mut setup = Setup {
            ip_fabric: of(Choice::IpFabric).filter(|name| !at(name).ip_fabric_forwarding).cloned().collect(),
            snat: of(Choice::Snat).filter(|name| !at(name).fabric_snat).cloned().collect(),
            ..Setup::default()
        };
        if !group.is_empty() {
            setup.routers.push((group.clone(), devices.iter().cloned().collect()));
        }
        let mut options = subsets(&self.by_hand(choices, &group, devices));
        let count = |some: &Vec<ByHand>| some.iter().map(|one| self.steps_by_hand(one)).sum::<usize>();
        options.sort_by_key(count);
        let ties = setup.routers_that_fit(self.document).len().max(1);
        options.into_iter().find_map(|some| {
            let mut setup = setup.clone();
            for ByHand { network, irbs, secondary } in &some {
                setup.irbs.extend(irbs.clone());
                if !secondary.is_empty() {
                    setup.secondary.push(network.clone());
                }
            }
            let by_hand = count(&some);
            let lone = usize::from(devices.len() == 1 && !group.is_empty());
            let costs = (0..ties).filter_map(|kept| {
                let setup = Setup { kept, ..setup.clone() };
                let (links, routes) = self.traced(&setup)?;
                let touched = touched(self.document, &setup.made(self.document, self.part, &[]));
                Some(links + touched + routes + 5 * by_hand + 5 * lone)
            });
            costs.min().map(|total| u32::try_from(total).unwrap())
        })
    }

    /// Changes by hand: where an address is there already, it is only to be announced.
    fn steps_by_hand(&self, ByHand { irbs, secondary, .. }: &ByHand) -> usize {
        let is_there = |(device, new): &&(String, SecondaryAddress)| {
            let mut devices = self.document.devices.iter().filter(|other| other.name == *device);
            devices.any(|at| at.secondary_addresses.iter().any(|known| known.address == new.address))
        };
        irbs.len() + 2 * secondary.len() - secondary.iter().filter(is_there).count()
    }

    /// What could be configured by hand, network by network.
    fn by_hand(&self, choices: &Choices, group: &[String], place: &Place) -> Vec<ByHand> {
        let mut all = Vec::new();
        let is_in_underlay =
            choices.is_empty() || choices.iter().any(|(_, choice)| *choice != Choice::Routed);
        let vhost0 = self.document.servers.iter().flat_map(|server| &server.vhost0);
        let vhost0 = vhost0.map(|address| &address.network);
        let networks: BTreeSet<&String> = self.part.services.iter().chain(vhost0).collect();
        let routing = parts::routing_devices(self.document);
        for network in networks {
            if is_in_underlay || !group.contains(network) {
                let irbs = missing_irbs(self.document, network);
                let some = |irbs| ByHand { network: network.clone(), irbs, secondary: Vec::new() };
                if group.contains(network) {
                    // Where the logical router is not, for those of its hosts whose flows pass it by.
                    let has_irb = |device: &String| place.contains(device) && routing.contains(device);
                    let others = irbs.into_iter().filter(|(_, device)| !has_irb(device));
                    all.extend(others.map(|irb| some(vec![irb])));
                } else {
                    all.push(some(irbs));
                }
            }
        }
        let forwarded = choices.iter().filter(|(network, choice)| {
            *choice == Choice::IpFabric || parts::network(self.document, network).ip_fabric_forwarding
        });
        all.extend(forwarded.map(|(network, _)| ByHand {
            network: network.clone(),
            irbs: Vec::new(),
            secondary: secondary_addresses(self.document, network),
        }));
        all.retain(|one| !one.irbs.is_empty() || !one.secondary.is_empty());
        all
    }

    /// Cables and static routes, if the flows work with this set-up.
    fn traced(&self, setup: &Setup) -> Option<(usize, usize)> {
        let works = |routes: &[HostRoute]| {
            let made = apply::fabric(&setup.made(self.document, self.part, routes));
            let traces = made.trace_required();
            let arrive = self.flows(&traces).all(Trace::is_delivered);
            let is_legal = arrive && new_errors(self.fabric, &made).iter().all(|error| is_of_flows(error));
            is_legal.then_some(traces)
        };
        let traces = works(&self.routes)?;
        let used: BTreeSet<(String, String)> = self.flows(&traces).flat_map(static_routes).collect();
        let mut routes: Vec<HostRoute> = self.routes.clone();
        routes.retain(|(server, to, _)| used.contains(&(server.clone(), to.clone())));
        // A host that knows another way may not need it.
        for (server, to, via) in routes.clone() {
            let at = self.document.servers.iter().find(|other| other.name == server).unwrap();
            if !at.routes.is_empty() || at.kind == "bare-metal" {
                let fewer: Vec<HostRoute> = routes
                    .iter()
                    .filter(|route| **route != (server.clone(), to.clone(), via.clone()))
                    .cloned()
                    .collect();
                if works(&fewer).is_some() {
                    routes = fewer;
                }
            }
        }
        let known = |(server, to, _): &&HostRoute| {
            let at = self.document.servers.iter().find(|other| other.name == *server).unwrap();
            at.routes.iter().any(|route| route.to == *to)
        };
        let new = routes.iter().filter(|route| !known(route)).count();
        Some((self.flows(&traces).map(cables).max().unwrap_or_default(), new))
    }
}

/// How many devices are configured otherwise in one document than in another.
fn touched(before: &Document, after: &Document) -> usize {
    let configured = |document: &Document, device: &Device| {
        let is_on = |devices: &[String]| devices.contains(&device.name);
        let routers = document.logical_routers.iter().filter(|router| is_on(&router.extended_to));
        let routers =
            routers.map(|router| (router.name.clone(), BTreeSet::from_iter(router.networks.clone())));
        let irbs = document.networks.iter().filter(|network| is_on(&network.underlay_irb));
        let irbs = irbs.map(|network| network.name.clone());
        let device = document.devices.iter().find(|other| other.name == device.name).unwrap();
        (Vec::from_iter(routers), Vec::from_iter(irbs), device.secondary_addresses.clone())
    };
    let is_touched = |device: &&Device| configured(before, device) != configured(after, device);
    before.devices.iter().filter(is_touched).count()
}

/// Cables between devices that a flow crosses, out and back, by its longest paths.
pub(super) fn cables(trace: &Trace) -> usize {
    let longest = |way: Way<'_>| {
        let cables = way.paths().into_iter().map(|path| {
            path.hops().filter(|hop| hop.sent().is_some_and(|sent| sent.is_fabric_link())).count()
        });
        cables.max().unwrap_or_default()
    };
    longest(trace.out()) + longest(trace.back())
}

/// The static routes of hosts that a flow takes, out and back.
fn static_routes(trace: &Trace) -> Vec<(String, String)> {
    let steps = trace.paths().flat_map(|path| path.hops()).flat_map(|hop| hop.steps());
    let routes = steps.filter_map(|step| match step {
        Step::Lookup { table: Table::Host { server }, chosen, .. } if chosen.kind == RouteKind::Static => {
            Some((server.to_string(), chosen.to.to_string()))
        }
        _ => None,
    });
    routes.collect()
}
