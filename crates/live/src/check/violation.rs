//! The checker's findings, limited in number.

use std::fmt;

use super::rule::{Rule, Severity};

/// Maximum number of violations reported for one playlist.
const MAX_VIOLATIONS: usize = 1000;

/// A rule that a playlist breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The line, from 1; 0 if it is the playlist as a whole.
    pub line: usize,
    /// The text found, or the difference.
    pub text: String,
}

impl Violation {
    /// How strongly the draft requires the rule.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, line, text } = self;
        write!(
            f,
            "{:?} {rule} (draft {}), line {line}: {} [{text}]",
            rule.severity(),
            rule.section(),
            rule.says()
        )
    }
}

#[derive(Debug, Default)]
pub(super) struct Report(Vec<Violation>);

impl Report {
    pub(super) fn push(&mut self, rule: Rule, line: usize, text: impl Into<String>) {
        if self.0.len() < MAX_VIOLATIONS {
            self.0.push(Violation { rule, line, text: text.into() });
        }
    }

    pub(super) fn push_if(&mut self, broken: bool, rule: Rule, line: usize, text: impl FnOnce() -> String) {
        if broken {
            self.push(rule, line, text());
        }
    }

    pub(super) fn done(self) -> Vec<Violation> {
        self.0
    }
}
