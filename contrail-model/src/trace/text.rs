//! A trace for people.

use std::fmt;

use super::path::telling;
use super::{PacketHeaders, Path, Trace, TracedField, Way};

impl fmt::Display for Trace {
    /// Each way with its first path (the first that is dropped, if one is); each hop with what the node does and
    /// the packet that it sends on. A header that has not changed since the hop before is named and not repeated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to, why) = (self.from(), self.to(), self.why());
        write!(f, "{from} to {to}, {}", self.service())?;
        if !why.is_empty() {
            write!(f, " ({why})")?;
        }
        f.write_str("\n")?;
        way(f, "out", from, to, self.out())?;
        way(f, "back", to, from, self.back())
    }
}

fn way(f: &mut fmt::Formatter<'_>, direction: &str, from: &str, to: &str, way: Way<'_>) -> fmt::Result {
    let all = way.paths();
    let Some(path) = telling(&all) else { return Ok(()) };
    write!(f, "  {direction}, {from} to {to}: {}", path.verdict())?;
    let (paths, dropped) = (all.len(), all.iter().filter(|path| !path.verdict().is_delivered()).count());
    match (paths, dropped) {
        (1, _) => {}
        (_, 0) => write!(f, " on each of {paths} equal-cost paths; the first:")?,
        _ => write!(f, " on {dropped} of {paths} equal-cost paths; the first of them:")?,
    }
    if way.is_cut() {
        f.write_str(" (there are more paths)")?;
    }
    f.write_str("\n")?;
    hops(f, path)
}

fn hops(f: &mut fmt::Formatter<'_>, path: &Path<'_>) -> fmt::Result {
    let mut before = None;
    for (index, hop) in path.hops().enumerate() {
        writeln!(f, "    {} {}", index + 1, hop.node())?;
        for step in hop.steps() {
            writeln!(f, "        {step}")?;
        }
        if let Some(sent) = hop.sent() {
            writeln!(f, "      sends to {} on {}", sent.to(), sent.link())?;
            packet(f, sent.packet(), before)?;
            before = Some(sent.packet());
        }
    }
    Ok(())
}

/// The headers from the outside in. A header that is the same as in the packet before, counted from the inside, is
/// only named; of one that differs in a few fields these are told.
fn packet(
    f: &mut fmt::Formatter<'_>,
    packet: PacketHeaders<'_>,
    before: Option<PacketHeaders<'_>>,
) -> fmt::Result {
    for (entry, other) in packet.since(before) {
        let name = entry.header().layer().name();
        let fields = entry.fields();
        let changed: Vec<&TracedField> = match other.map(|other| other.fields()) {
            None => fields.iter().collect(),
            Some(other) => {
                let is_changed = |field: &&TracedField| !other.contains(field);
                fields.iter().filter(is_changed).collect()
            }
        };
        match (other, changed.len()) {
            (Some(_), 0) => writeln!(f, "        {name:<9} as before")?,
            (Some(_), 1..=2) => {
                let changed: Vec<String> = changed
                    .iter()
                    .map(|field| format!("{} {} ({})", field.name, field.value, field.source))
                    .collect();
                writeln!(f, "        {name:<9} as before, but {}", changed.join(", "))?;
            }
            _ => header(f, name, &fields)?,
        }
    }
    Ok(())
}

/// A header with all its fields. Those whose value comes from this fabric get a line each, the others are put together
/// by where they come from.
fn header(f: &mut fmt::Formatter<'_>, name: &str, fields: &[TracedField]) -> fmt::Result {
    let mut label = name;
    for field in fields.iter().filter(|field| field.has_story) {
        writeln!(f, "        {label:<9} {:<19} {:<17}  {}", field.name, field.value, field.source)?;
        label = "";
    }
    for (source, same) in usual_by_source(fields) {
        let same: Vec<String> = same.iter().map(|field| format!("{} {}", field.name, field.value)).collect();
        writeln!(f, "        {label:<9} {}  {source}", same.join(", "))?;
        label = "";
    }
    Ok(())
}

/// The fields that this fabric and flow do not decide, put together by where their values come from.
pub(crate) fn usual_by_source(fields: &[TracedField]) -> Vec<(&str, Vec<&TracedField>)> {
    let mut told: Vec<(&str, Vec<&TracedField>)> = Vec::new();
    for field in fields.iter().filter(|field| !field.has_story) {
        match told.iter_mut().find(|(source, _)| *source == field.source) {
            Some((_, same)) => same.push(field),
            None => told.push((&field.source, vec![field])),
        }
    }
    told
}
