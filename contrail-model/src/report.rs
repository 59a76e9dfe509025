//! What `check` finds.

use std::fmt;

use serde::Serialize;

use crate::rules::Rule;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something does not work.
    Error,
    /// Something is probably not meant so.
    Warning,
    /// Something could be better.
    Advice,
}

impl Severity {
    /// `error`, `warning` or `advice`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }
}

/// One thing that a rule has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id, which is never reused.
    pub rule: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The object that it is about, by its name.
    pub subject: String,
    /// Where that object stands in the document, `logical_routers[0].extended_to[1]`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The facts that make it wrong.
    pub because: Vec<String>,
    /// What to do.
    pub fix: String,
    /// Where the rule comes from.
    pub references: &'static [&'static str],
}

impl Finding {
    pub(crate) fn of(
        rule: &'static Rule,
        subject: impl Into<String>,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule: rule.id,
            name: rule.name,
            severity: rule.severity,
            subject: subject.into(),
            path: path.into(),
            message: message.into(),
            because: Vec::new(),
            fix: String::new(),
            references: rule.references,
        }
    }

    pub(crate) fn because(mut self, fact: impl Into<String>) -> Self {
        self.because.push(fact.into());
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, name, severity, subject, path, message, because, fix, references } = self;
        writeln!(f, "{} {rule} {name}: {subject} ({path})", severity.name())?;
        writeln!(f, "    {message}")?;
        for fact in because {
            writeln!(f, "    because {fact}")?;
        }
        writeln!(f, "    fix: {fix}")?;
        writeln!(f, "    see {}; to switch off: ignore_rules: [{rule}]", references.join(", "))
    }
}

/// All findings, in the order of the rules and then of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Rules that the document switches off.
    pub ignored: Vec<String>,
}

impl Report {
    /// Whether something does not work.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// The findings of severity error.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            writeln!(f, "no findings")?;
        }
        for finding in &self.findings {
            fmt::Display::fmt(finding, f)?;
        }
        if !self.ignored.is_empty() {
            writeln!(f, "not checked, as the document says: {}", self.ignored.join(", "))?;
        }
        Ok(())
    }
}
