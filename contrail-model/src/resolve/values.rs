//! From texts and numbers to values, and from names to objects.

use super::{Names, Resolver};
use crate::fabric::{Device, Id, Name, Port, Protocol};
use crate::load::Problem;
use contrail_wire::{MacAddr, Vni};
use ipnet::IpNet;
use std::fmt::Display;
use std::str::FromStr;

impl Resolver<'_> {
    pub(super) fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), place: None, message: message.into() });
    }

    pub(super) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        path: &str,
        what: &str,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(path, format!("`{text}` is not {what}: {error}"));
                None
            }
        }
    }

    pub(super) fn find<T>(
        &mut self,
        names: &Names<'_, T>,
        path: &str,
        what: &str,
        name: &str,
    ) -> Option<Id<T>> {
        let found = names.get(name).copied();
        if found.is_none() {
            let known = self.suggestion(name, names.keys().copied());
            self.problem(path, format!("no {what} is called `{name}`{known}"));
        }
        found
    }

    /// `; did you mean ...?` with the known name that is most like the one that was not found. Only the first
    /// problems get one, so that a hostile document costs no more than its length.
    pub(super) fn suggestion<'n>(&self, name: &str, known: impl Iterator<Item = &'n str>) -> String {
        if self.problems.len() >= 10 || name.len() > 64 {
            return String::new();
        }
        most_like(name, known).map(|known| format!("; did you mean `{known}`?")).unwrap_or_default()
    }

    /// One of a fixed set of words.
    pub(super) fn word<T: Copy>(
        &mut self,
        path: &str,
        what: &str,
        text: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.problem(path, format!("`{text}` is not {what}: expected {}", words.join(", ")));
        }
        found
    }

    /// One of a fixed set of words, or the default.
    pub(super) fn choice<T: Copy + Default>(
        &mut self,
        path: &str,
        what: &str,
        text: Option<&String>,
        words: &[(&str, T)],
    ) -> T {
        text.and_then(|text| self.word(path, what, text, words)).unwrap_or_default()
    }

    pub(super) fn vni(&mut self, path: &str, number: u64) -> Vni {
        let vni = u32::try_from(number).ok().filter(|number| *number > 0).and_then(|n| Vni::new(n).ok());
        vni.unwrap_or_else(|| {
            self.problem(path, format!("VNI {number} is out of range: expected 1 to 16777215"));
            Vni::default()
        })
    }

    /// The `mtu` of the object at `path`.
    pub(super) fn mtu(&mut self, path: &str, given: Option<u16>, default: u16) -> u16 {
        let mtu = given.unwrap_or(default);
        if !(256..=9216).contains(&mtu) {
            self.problem(format!("{path}.mtu"), format!("MTU {mtu} is out of range: expected 256 to 9216"));
        }
        mtu
    }

    /// As Contrail writes it: in lower case.
    pub(super) fn uuid(&mut self, path: &str, text: &str) -> Option<Name> {
        let lengths = text.split('-').map(str::len);
        let is_hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
        if !is_hex || !lengths.eq([8, 4, 4, 4, 12]) {
            self.problem(path, format!("`{text}` is not a UUID: expected 8-4-4-4-12 hex digits"));
            return None;
        }
        Some(text.to_ascii_lowercase().into())
    }

    pub(super) fn prefix(&mut self, path: &str, text: &str) -> Option<IpNet> {
        let prefix: IpNet = self.parse(path, "a prefix", text)?;
        if prefix != prefix.trunc() {
            let network = prefix.trunc();
            self.problem(path, format!("`{text}` has bits behind its length; the prefix is {network}"));
        }
        Some(prefix.trunc())
    }

    pub(super) fn mac(&mut self, path: &str, text: Option<&String>) -> Option<MacAddr> {
        let mac: MacAddr = self.parse(path, "a MAC address", text?)?;
        if mac.is_group() {
            self.problem(path, format!("{mac} is a multicast address"));
        }
        Some(mac)
    }

    pub(super) fn named(&mut self, path: &str, name: &str) {
        if name.trim().is_empty() {
            self.problem(format!("{path}.name"), "the name is empty");
        }
    }

    /// A project of Contrail, with its domain in front or without.
    pub(super) fn project(&mut self, path: &str, given: Option<&str>) -> Option<Name> {
        let text = given?;
        if text.split(':').count() > 2 || text.split(':').any(|part| part.trim().is_empty()) {
            let path = format!("{path}.project");
            self.problem(path, format!("`{text}` is not a project: expected project or domain:project"));
        }
        Some(text.into())
    }

    /// `device:interface`, split at the first colon, as interfaces may contain one (`xe-0/0/0:1`).
    pub(super) fn port(&mut self, devices: &Names<'_, Device>, path: &str, text: &str) -> Option<Port> {
        let Some((device, interface)) = text.split_once(':').filter(|(_, interface)| !interface.is_empty())
        else {
            self.problem(path, format!("`{text}` is not a port: expected device:interface"));
            return None;
        };
        let device = self.find(devices, path, "device", device)?;
        Some(Port { device, interface: interface.into() })
    }

    pub(super) fn protocol(&mut self, path: &str, text: &str) -> Option<Protocol> {
        self.word(path, "a protocol", text, &Protocol::NAMES)
    }

    /// What a flow can be.
    pub(super) fn conversation(&mut self, path: &str, text: &str) -> Option<Protocol> {
        self.word(path, "a protocol", text, &Protocol::CONVERSATIONS)
    }
}

/// The known name that is most like one that was not found, if there is one that could be meant.
pub(crate) fn most_like<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let known = known.filter(|known| known.len().abs_diff(name.len()) <= 2);
    let (distance, known) = known.map(|known| (edit_distance(name, known), known)).min()?;
    (1..=2).contains(&distance).then_some(known)
}

/// Single-character insertions, deletions and replacements between two texts (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
