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
                 for each static route, {} for each change by hand",
                weights.underlay_link, weights.device, weights.static_route, weights.by_hand
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
            (cost.underlay_links, "cable"),
            (cost.devices, "device"),
            (cost.static_routes, "static route"),
            (cost.by_hand, "change by hand"),
        ];
        let parts = parts.map(|(count, what)| match (count, what.split_once(' ')) {
            (1, _) => format!("1 {what}"),
            (_, Some(("change", rest))) => format!("{count} changes {rest}"),
            _ => format!("{count} {what}s"),
        });
        writeln!(f, " ({})", parts.join(", "))?;
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
