//! Which required flows are planned together: those whose networks hang together.

use crate::fabric::{Fabric, NetworkId, Protocol, RequiredFlow, RouterId};

/// Required flows that no choice can be made for alone, as they share networks, and a network can be in one logical
/// router only.
#[derive(Debug, Default)]
pub(super) struct Part<'f> {
    /// The networks of workloads, virtual services and bare-metal servers that flows leave or enter.
    pub(super) overlay: Vec<NetworkId>,
    /// The networks at the other ends.
    pub(super) services: Vec<NetworkId>,
    pub(super) flows: Vec<&'f RequiredFlow>,
    /// Networks that are taken out of logical routers, as other flows go another way there.
    pub(super) leaving: Vec<NetworkId>,
}

impl<'f> Part<'f> {
    /// Some required flows, each in one part, in the order of the flows.
    pub(super) fn all(fabric: &'f Fabric, flows: &[&'f RequiredFlow]) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for flow in flows.iter().copied() {
            let mut part = Self::of(fabric, flow);
            // Parts that this flow connects become one.
            let (touching, mut others): (Vec<Self>, Vec<Self>) =
                parts.into_iter().partition(|other| part.touches(fabric, other));
            let mut touching = touching.into_iter();
            if let Some(mut first) = touching.next() {
                touching.for_each(|other| first.take(other));
                first.take(part);
                part = first;
            }
            others.push(part);
            parts = others;
        }
        let position = |part: &Self| {
            let first = part.flows.first().copied();
            flows.iter().position(|flow| first.is_some_and(|first| std::ptr::eq(first, *flow)))
        };
        parts.sort_by_key(position);
        parts
    }

    fn of(fabric: &'f Fabric, flow: &'f RequiredFlow) -> Self {
        let mut part = Self { flows: vec![flow], ..Self::default() };
        let ends = [flow.from.1, flow.to.1].map(|end| fabric.network_of(end));
        let [Some(from), Some(to)] = ends else { return part };
        if from != to && flow.protocol != Protocol::Dhcp && (fabric.is_overlay(from) || fabric.is_overlay(to))
        {
            for network in [from, to] {
                let list = if fabric.is_overlay(network) { &mut part.overlay } else { &mut part.services };
                list.push(network);
            }
        }
        part
    }

    /// Whether they share a network or have networks in one logical router; flows that stay in one network, or in the
    /// underlay, are one part.
    fn touches(&self, fabric: &Fabric, other: &Self) -> bool {
        let is_plain = |part: &Self| part.overlay.is_empty();
        let shares = |ours: &[NetworkId], theirs: &[NetworkId]| ours.iter().any(|id| theirs.contains(id));
        let meets =
            |router: &RouterId| other.networks().any(|network| fabric.routers_of(network).contains(router));
        (is_plain(self) && is_plain(other))
            || self.networks().any(|network| fabric.routers_of(network).iter().any(meets))
            || shares(&self.overlay, &other.overlay)
            || shares(&self.services, &other.services)
    }

    fn networks(&self) -> impl Iterator<Item = NetworkId> {
        self.overlay.iter().chain(&self.services).copied()
    }

    fn take(&mut self, other: Self) {
        for (ours, theirs) in [(&mut self.overlay, other.overlay), (&mut self.services, other.services)] {
            for network in theirs {
                if !ours.contains(&network) {
                    ours.push(network);
                }
            }
        }
        self.flows.extend(other.flows);
    }

    /// What is left of the part with some of its flows.
    pub(super) fn with(fabric: &'f Fabric, flows: &[&'f RequiredFlow]) -> Self {
        let mut part = Self::default();
        flows.iter().for_each(|flow| part.take(Self::of(fabric, flow)));
        part
    }

    /// What is left of the part with some of its flows, if its other networks are in no logical router.
    pub(super) fn with_alone(&self, fabric: &'f Fabric, flows: &[&'f RequiredFlow]) -> Self {
        let part = Self::with(fabric, flows);
        let leaving = self.networks().filter(|network| part.networks().all(|own| own != *network)).collect();
        Self { leaving, ..part }
    }

    /// The flows that are not between overlay networks.
    pub(super) fn flows_to_services(&self, fabric: &Fabric) -> Vec<&'f RequiredFlow> {
        let is_overlay = |end| fabric.network_of(end).is_some_and(|network| fabric.is_overlay(network));
        let flows = self.flows.iter().copied();
        flows.filter(|flow| !is_overlay(flow.from.1) || !is_overlay(flow.to.1)).collect()
    }

    /// The flows that leave or enter one of the overlay networks.
    pub(super) fn flows_of(&self, fabric: &Fabric, network: NetworkId) -> Vec<&'f RequiredFlow> {
        let is_at = |flow: &&&RequiredFlow| {
            [flow.from.1, flow.to.1].iter().any(|end| fabric.network_of(*end) == Some(network))
        };
        self.flows.iter().filter(is_at).copied().collect()
    }
}
