//! What was recorded of one station.

use std::collections::BTreeMap;

use ashkar_terms::UtcMicros;
use jiff::civil::Date;
use serde::Serialize;

use super::timeline::{Dated, Timeline};
use super::{Entry, Fact, Item, LinkHash, Met, PhotoHash, Refusal, Stage};

/// Findings of one item that are kept.
const FINDINGS_MAX: usize = 200;
/// Acceptances, tests and links of a station that are kept, each.
const ACTS_MAX: usize = 500;
/// Answers that one link may give.
const ANSWERS_MAX: u32 = 50;

/// What was found of an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Whether it is met.
    pub met: Met,
    /// What is to be said about it.
    pub note: String,
    /// What was measured.
    pub measured: Option<serde_json::Value>,
    /// Photos.
    pub evidence: Vec<PhotoHash>,
}

impl Finding {
    /// Whether `item` is met by this finding.
    pub(super) fn meets(&self, item: Item) -> bool {
        self.met == Met::Yes && (self.measured.is_some() || !item.needs_figures())
    }
}

/// An acceptance or its withdrawal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Acceptance {
    /// Accepted.
    Accepted {
        /// The chair.
        chair: String,
        /// The technician.
        technician: String,
        /// A remark.
        words: String,
    },
    /// Withdrawn.
    Withdrawn {
        /// Why.
        words: String,
    },
}

impl Acceptance {
    pub(super) const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

/// The result of a self-test or a rehearsal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Test {
    /// The chair's answers.
    SelfTest {
        /// "I see our room."
        room: bool,
        /// "I see the box and the tables."
        box_and_tables: bool,
        /// "No booth is visible."
        no_booth: bool,
    },
    /// A rehearsal.
    Rehearsal {
        /// Whether it went well.
        passed: bool,
        /// What was seen.
        words: String,
    },
}

impl Test {
    /// Whether it went well: all three answers are yes.
    pub const fn passed(&self) -> bool {
        match self {
            Self::SelfTest { room, box_and_tables, no_booth } => *room && *box_and_tables && *no_booth,
            Self::Rehearsal { passed, .. } => *passed,
        }
    }
}

/// Who answers for a stage, and until when it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The responsible person; empty for nobody.
    pub responsible: String,
    /// The last day on which it is in time.
    pub due: Option<Date>,
}

/// Everything that was recorded of one station.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StationRecord {
    findings: BTreeMap<Item, Timeline<Finding>>,
    acceptances: Timeline<Acceptance>,
    tests: Timeline<Test>,
    dues: BTreeMap<Stage, Due>,
    #[serde(skip)]
    link: Option<LinkHash>,
    links: usize,
    answers: u32,
}

impl StationRecord {
    /// The findings of an item, oldest first; the last one is in force.
    pub fn findings(&self, item: Item) -> &[Dated<Finding>] {
        self.findings.get(&item).map_or(&[], Timeline::all)
    }

    /// Acceptances and withdrawals, oldest first; the last one is in force.
    pub fn acceptances(&self) -> &[Dated<Acceptance>] {
        self.acceptances.all()
    }

    /// Self-tests and rehearsals, oldest first; the last one is in force.
    pub fn tests(&self) -> &[Dated<Test>] {
        self.tests.all()
    }

    /// Who answers for a stage, and until when it is due.
    pub fn due(&self, stage: Stage) -> Option<&Due> {
        self.dues.get(&stage)
    }

    /// Whether the chair was given a link that is still good.
    pub const fn has_link(&self) -> bool {
        self.link.is_some()
    }

    pub(super) const fn link(&self) -> Option<LinkHash> {
        self.link
    }

    pub(super) fn timeline(&self, item: Item) -> Option<&Timeline<Finding>> {
        self.findings.get(&item)
    }

    pub(super) const fn acceptance_timeline(&self) -> &Timeline<Acceptance> {
        &self.acceptances
    }

    pub(super) const fn test_timeline(&self) -> &Timeline<Test> {
        &self.tests
    }

    pub(super) fn dues(&self) -> impl Iterator<Item = (Stage, &Due)> {
        self.dues.iter().map(|(stage, due)| (*stage, due))
    }

    /// Since when the chair's newest answers are there; nothing if there are none.
    pub(super) fn self_tested_at(&self) -> Option<(UtcMicros, bool)> {
        let of_chair = |test: &&Dated<Test>| matches!(test.what, Test::SelfTest { .. });
        self.tests.all().iter().rev().find(of_chair).map(|test| (test.at, test.what.passed()))
    }

    /// Whether the fact can be recorded of this station now.
    pub(super) fn check(&self, fact: &Fact) -> Result<(), Refusal> {
        let at_most = |count: usize, max: usize| match count < max {
            true => Ok(()),
            false => Err(Refusal::ManyRecords(max)),
        };
        match fact {
            Fact::Finding { item, .. } => {
                at_most(self.findings.get(item).map_or(0, Timeline::len), FINDINGS_MAX)
            }
            Fact::Acceptance { .. } => at_most(self.acceptances.len(), ACTS_MAX),
            // In order of arrival: what is withdrawn must be known here.
            Fact::AcceptanceWithdrawn { .. } => {
                let accepted = self.acceptances.last().is_some_and(|last| last.what.is_accepted());
                if accepted { Ok(()) } else { Err(Refusal::NotAccepted) }
            }
            Fact::Rehearsal { .. } => at_most(self.tests.len(), ACTS_MAX),
            Fact::Link { .. } => at_most(self.links, ACTS_MAX),
            Fact::SelfTest { link, .. } => {
                if self.link != Some(*link) {
                    return Err(Refusal::Link);
                }
                if self.answers >= ANSWERS_MAX {
                    return Err(Refusal::ManyRecords(ANSWERS_MAX as usize));
                }
                at_most(self.tests.len(), ACTS_MAX)
            }
            _ => Ok(()),
        }
    }

    /// Takes over what an entry says of this station.
    pub(super) fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::Finding { item, met, note, measured, evidence, .. } => {
                let (note, measured, evidence) = (note.clone(), measured.clone(), evidence.clone());
                let finding = Finding { met: *met, note, measured, evidence };
                self.findings.entry(*item).or_default().put(entry, finding);
            }
            Fact::Acceptance { chair, technician, words, .. } => {
                let (chair, technician, words) = (chair.clone(), technician.clone(), words.clone());
                self.acceptances.put(entry, Acceptance::Accepted { chair, technician, words });
            }
            Fact::AcceptanceWithdrawn { words, .. } => {
                self.acceptances.put_last(entry, Acceptance::Withdrawn { words: words.clone() });
            }
            Fact::Rehearsal { passed, words, .. } => {
                self.tests.put(entry, Test::Rehearsal { passed: *passed, words: words.clone() });
            }
            Fact::Link { link, .. } => {
                self.link = Some(*link);
                self.links += 1;
                self.answers = 0;
            }
            Fact::SelfTest { room, box_and_tables, no_booth, .. } => {
                let (room, box_and_tables, no_booth) = (*room, *box_and_tables, *no_booth);
                self.answers += 1;
                self.tests.put(entry, Test::SelfTest { room, box_and_tables, no_booth });
            }
            Fact::Due { stage, responsible, due, .. } => {
                if responsible.is_empty() && due.is_none() {
                    self.dues.remove(stage);
                } else {
                    let due = Due { responsible: responsible.clone(), due: *due };
                    self.dues.insert(*stage, due);
                }
            }
            _ => {}
        }
    }
}
