//! What-if: a fabric with devices and cables down.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::fabric::{DeviceId, Fabric, Link, Name, Port, PortGroupId};
use crate::resolve::most_like;

/// What is down, in the order in which it was named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Outage {
    parts: Arc<[Part]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    name: Name,
    kind: PartKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum PartKind {
    Device(DeviceId),
    /// A cable, by those of its ends that are on devices.
    Cable(Vec<Port>),
}

impl Outage {
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn names(&self) -> Vec<Name> {
        self.parts.iter().map(|part| part.name.clone()).collect()
    }

    /// The same but for one part.
    pub(crate) fn without(&self, part: &Part) -> Self {
        Self { parts: self.parts.iter().filter(|other| *other != part).cloned().collect() }
    }
}

impl Part {
    fn takes_device(&self, device: DeviceId) -> bool {
        self.kind == PartKind::Device(device)
    }

    fn takes_port(&self, port: &Port) -> bool {
        match &self.kind {
            PartKind::Device(device) => *device == port.device,
            PartKind::Cable(ends) => ends.contains(port),
        }
    }
}

/// Names of parts that a fabric does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct OutageError {
    /// All of them, in the order in which they were given.
    pub unknown: Vec<UnknownPart>,
}

/// A name of which there is no device and no cable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownPart {
    /// The name.
    pub name: String,
    /// One that is there and much like it.
    pub like: Option<String>,
}

impl fmt::Display for OutageError {
    /// A line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, UnknownPart { name, like }) in self.unknown.iter().enumerate() {
            let end_of_line = if index == 0 { "" } else { "\n" };
            write!(f, "{end_of_line}no device or cable is called `{name}`")?;
            if let Some(like) = like {
                write!(f, "; did you mean `{like}`?")?;
            }
        }
        Ok(())
    }
}

impl Fabric {
    /// The fabric as it forwards with devices and cables down, beside those that are down already.
    ///
    /// A part is a device, `leaf1`, or a cable by a port that it is in, `leaf1:et-0/0/48`, or by the name that a trace
    /// gives to the link. [`check`](Self::check), [`plan`](Self::plan), [`trace`](Self::trace) and
    /// [`routes`](Self::routes) answer for the fabric without them: the underlay goes round them, a server is behind
    /// those of its leaves that are left, and nothing is announced by, tunnelled to or routed on a device that is down. What
    /// is written down stays written down: rules about it find what they found before.
    ///
    /// A packet that is dropped only because of what is down ends in [`Drop::Outage`](crate::trace::Drop::Outage), which
    /// names it.
    ///
    /// ```
    /// # let text = include_str!("../../examples/fabrics/octavia.yaml");
    /// # let fabric = contrail_model::Fabric::from_yaml(text)?;
    /// # let fabric = fabric.plan().best().expect("there is a way").apply(&fabric);
    /// let without = fabric.without(["leaf1"])?;
    /// assert!(without.trace_required().iter().all(|trace| trace.is_delivered())); // leaf2 is left
    ///
    /// for trace in fabric.without(["leaf1", "leaf2"])?.trace_required() {
    ///     println!("{trace}"); // ... dropped at ctl1: leaf1 and leaf2 are down: ...
    ///     assert!(!trace.is_delivered());
    /// }
    /// for part in fabric.parts() {
    ///     let without = fabric.without([&*part])?;
    ///     let lost = without.trace_required().iter().filter(|trace| !trace.is_delivered()).count();
    ///     println!("{part}: {lost} required flows depend on it");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// All names that no device and no cable has.
    pub fn without<'p>(&self, parts: impl IntoIterator<Item = &'p str>) -> Result<Self, OutageError> {
        let mut down = self.outage.parts.to_vec();
        let mut unknown = Vec::new();
        let names = LazyCell::new(|| self.part_names());
        for name in parts {
            match self.part(name) {
                Some(part) if down.contains(&part) => {}
                Some(part) => down.push(part),
                None => {
                    let like = most_like(name, names.iter().map(|name| &**name)).map(str::to_owned);
                    unknown.push(UnknownPart { name: name.to_owned(), like });
                }
            }
        }
        if unknown.is_empty() {
            Ok(self.with_outage(Outage { parts: down.into() }))
        } else {
            Err(OutageError { unknown })
        }
    }

    /// What is down, in the order in which it was named.
    pub fn down(&self) -> Vec<Name> {
        self.outage.names()
    }

    /// Everything that can be down: devices, cables between them, cables to servers. In the order of the document.
    pub fn parts(&self) -> Vec<Name> {
        let devices = self.devices.iter().map(|(_, device)| device.name.clone());
        let cables = self.links.iter().map(|link| self.cable_name(link));
        let ports = self.port_groups.iter().flat_map(|(_, group)| &group.ports);
        let access = ports.map(|port| self.port_name(port));
        let mut seen = HashSet::new();
        devices.chain(cables).chain(access).filter(|part| seen.insert(part.clone())).collect()
    }

    /// All names by which [`part`](Self::part) finds something, but for those of a trace.
    fn part_names(&self) -> Vec<Name> {
        let ends = self.links.iter().flat_map(|link| &link.ends).map(|port| self.port_name(port));
        self.parts().into_iter().chain(ends).collect()
    }

    fn part(&self, name: &str) -> Option<Part> {
        if let Some(id) = self.device_named(name) {
            return Some(Part { name: self.devices[id].name.clone(), kind: PartKind::Device(id) });
        }
        let is_cable = |link: &&Link| {
            let [a, b] = link.ends.each_ref().map(|port| self.port_name(port));
            *a == *name
                || *b == *name
                || name
                    .split_once(" - ")
                    .is_some_and(|(from, to)| (&*a, &*b) == (from, to) || (&*b, &*a) == (from, to))
        };
        if let Some(link) = self.links.iter().find(is_cable) {
            let kind = PartKind::Cable(link.ends.to_vec());
            return Some(Part { name: self.cable_name(link), kind });
        }
        let (at, server) = name.split_once(" - ").map_or((name, None), |(at, server)| (at, Some(server)));
        let is_attached = |group: PortGroupId| {
            let mut servers = self.servers.iter().filter(|(_, server)| server.port_group == group);
            server.is_none_or(|server| servers.any(|(_, other)| &*other.name == server))
        };
        let groups = self.port_groups.iter().filter(|(id, _)| is_attached(*id));
        let mut ports = groups.flat_map(|(_, group)| &group.ports);
        let port = ports.find(|port| &*self.port_name(port) == at)?;
        Some(Part { name: self.port_name(port), kind: PartKind::Cable(vec![port.clone()]) })
    }

    /// `leaf1:et-0/0/48`
    pub(crate) fn port_name(&self, port: &Port) -> Name {
        format!("{}:{}", self.devices[port.device].name, port.interface).into()
    }

    fn cable_name(&self, link: &Link) -> Name {
        let [a, b] = link.ends.each_ref().map(|port| self.port_name(port));
        format!("{a} - {b}").into()
    }

    pub(crate) fn is_up(&self, device: DeviceId) -> bool {
        !self.outage.parts.iter().any(|part| part.takes_device(device))
    }

    pub(crate) fn is_port_up(&self, port: &Port) -> bool {
        !self.outage.parts.iter().any(|part| part.takes_port(port))
    }

    /// With exactly this down.
    pub(crate) fn with_outage(&self, outage: Outage) -> Self {
        let mut fabric = self.clone();
        fabric.parts_mut().outage = outage;
        fabric.rewired()
    }
}
