//! A plan for people.

use std::collections::HashSet;
use std::fmt;

use super::{BreakOut, Candidate, Impossible, Plan, Reason, Rejected};
use crate::fabric::Name;
use crate::trace::list;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weights = &self.weights;
        match self.candidates.len() {
            0 => writeln!(f, "no way works")?,
            1 => writeln!(f, "one way works")?,
            count => writeln!(
                f,
                "{count} ways work; cost: {} for each cable of the longest flow out and back, {} for each device, {} \
                 for each static route, {} for each change by hand, {} for a device that stands alone",
                weights.underlay_link,
                weights.device,
                weights.static_route,
                weights.by_hand,
                weights.lone_device
            )?,
        }
        for (index, candidate) in self.candidates.iter().enumerate() {
            write!(f, "  {}. {candidate}", index + 1)?;
        }
        if !self.rejected.is_empty() {
            writeln!(f, "refused")?;
        }
        let names_networks = self.names_networks();
        for rejected in &self.rejected {
            f.write_str("  - ")?;
            refusal(f, rejected, names_networks)?;
        }
        self.impossible.iter().try_for_each(|impossible| write!(f, "{impossible}"))
    }
}

impl Plan {
    /// Whether the title of a way that is refused must say which networks it is for.
    pub(crate) fn names_networks(&self) -> bool {
        let all = self.rejected.iter().flat_map(|rejected| &rejected.break_outs);
        let networks: HashSet<&[Name]> = all.map(|break_out| &*break_out.networks).collect();
        networks.len() > 1
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flows.as_slice() {
            [_] => writeln!(f, "no way for this required flow alone")?,
            _ => writeln!(
                f,
                "no way for these required flows together, while without any one of them there is"
            )?,
        }
        self.flows.iter().try_for_each(|flow| writeln!(f, "       {flow}"))?;
        writeln!(f, "  as")?;
        let mut told: Vec<String> = Vec::new();
        for reason in self.against.iter().flat_map(|rejected| &rejected.reasons) {
            let reason = reason.with_rule();
            if !told.contains(&reason) {
                writeln!(f, "       {reason}")?;
                told.push(reason);
            }
        }
        if self.lifts.is_empty() {
            return writeln!(f, "  nothing that was tried would lift it");
        }
        let lifts: Vec<String> = self.lifts.iter().map(ToString::to_string).collect();
        writeln!(f, "  would be lifted by {}", lifts.join(", or by "))
    }
}

impl Reason {
    /// `L1: leaf3 cannot ...`
    pub(crate) fn with_rule(&self) -> String {
        self.rule().map_or_else(|| self.to_string(), |rule| format!("{rule}: {self}"))
    }
}

/// `logical router on leaf1, leaf2`; with the networks in front where they go different ways.
pub(crate) struct Title<'p> {
    pub(crate) break_outs: &'p [BreakOut],
    pub(crate) names_networks: bool,
}

impl fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, BreakOut { networks, approach, devices, alike }) in self.break_outs.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            if self.names_networks && !networks.is_empty() {
                list(f, networks)?;
                f.write_str(": ")?;
            }
            fmt::Display::fmt(approach, f)?;
            if !devices.is_empty() {
                write!(f, " {}", devices.join(", "))?;
            }
            match alike.as_slice() {
                [] => {}
                [one] => write!(f, " (likewise {})", one.join(", "))?,
                [one, more @ ..] => write!(f, " (likewise {} and {} more)", one.join(", "), more.len())?,
            }
        }
        Ok(())
    }
}

impl Candidate {
    pub(crate) fn title(&self) -> Title<'_> {
        Title { break_outs: &self.break_outs, names_networks: self.break_outs.len() > 1 }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { break_outs: _, changes, cost } = self;
        write!(f, "{}: cost {}", self.title(), cost.total)?;
        let parts = [
            (cost.underlay_links, "cable", "cables"),
            (cost.devices, "device", "devices"),
            (cost.static_routes, "static route", "static routes"),
            (cost.by_hand, "change by hand", "changes by hand"),
            (cost.lone_devices, "device that stands alone", "devices that stand alone"),
        ];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        if !parts.is_empty() {
            write!(f, " ({})", parts.join(", "))?;
        }
        f.write_str("\n")?;
        for change in changes {
            writeln!(f, "       {change}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        refusal(f, self, self.break_outs.len() > 1)
    }
}

fn refusal(f: &mut fmt::Formatter<'_>, rejected: &Rejected, names_networks: bool) -> fmt::Result {
    writeln!(f, "{}", Title { break_outs: &rejected.break_outs, names_networks })?;
    for reason in &rejected.reasons {
        writeln!(f, "       {}", reason.with_rule())?;
    }
    Ok(())
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped { reason, .. } => fmt::Display::fmt(reason, f),
            Self::Broken(finding) => f.write_str(&finding.message),
            Self::Undetermined { at, missing } => write!(f, "undetermined at {at}: {missing}"),
            Self::Down { device } => write!(f, "{device} is down"),
        }
    }
}
