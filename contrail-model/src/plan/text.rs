//! A plan for people.

use std::fmt;

use super::{Approach, Candidate, Plan, Reason, Rejected};
use crate::fabric::Name;

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
        for rejected in &self.rejected {
            fmt::Display::fmt(rejected, f)?;
        }
        Ok(())
    }
}

fn title(f: &mut fmt::Formatter<'_>, approach: Approach, devices: &[Name]) -> fmt::Result {
    let devices: Vec<&str> = devices.iter().map(|device| &**device).collect();
    fmt::Display::fmt(&approach, f)?;
    if devices.is_empty() { Ok(()) } else { write!(f, " {}", devices.join(", ")) }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { approach, devices, changes, cost } = self;
        title(f, *approach, devices)?;
        write!(f, ": cost {}", cost.total)?;
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
        f.write_str("  - ")?;
        title(f, self.approach, &self.devices)?;
        f.write_str("\n")?;
        for reason in &self.reasons {
            match reason.rule() {
                Some(rule) => writeln!(f, "       {rule}: {reason}")?,
                None => writeln!(f, "       {reason}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped { reason, .. } => fmt::Display::fmt(reason, f),
            Self::Broken(finding) => f.write_str(&finding.message),
            Self::Undetermined { at, missing } => write!(f, "undetermined at {at}: {missing}"),
        }
    }
}
