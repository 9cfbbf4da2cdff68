//! The act of acceptance of a station's equipment: what was installed, what was checked, who signs.

use ashkar_election::{Constituency, Item, Language, Station};
use jiff::civil::Date;
use krilla::tagging::Tag;

use super::{Issue, PART, Pair, STRONG, TEXT, column, name_column, number_column, pairs};
use crate::error::PrintError;
use crate::fonts::Face;
use crate::layout::page::{MEASURE, Mark, Owner, SIDE};
use crate::layout::{Cell, Composer, Style, Table};
use crate::words::Words;

/// Who may sign, at most.
const MAX_SIGNATORIES: usize = 12;
/// Room for a signature, points.
const SIGNATURE: f32 = 30.0;

/// An act of acceptance.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    /// Language, election, time.
    pub issue: Issue<'a>,
    /// The constituency of the station.
    pub constituency: &'a Constituency,
    /// The station.
    pub station: &'a Station,
    /// The act's number; empty if it has none.
    pub number: &'a str,
    /// The act's date.
    pub date: Date,
    /// What was installed.
    pub installed: &'a [Installed],
    /// What was checked.
    pub checks: &'a [Check],
    /// Remarks; may be empty.
    pub remarks: &'a str,
    /// What follows from it.
    pub conclusion: Conclusion,
    /// Who signs; at most twelve.
    pub signatories: &'a [Signatory],
}

/// A thing that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// What it is.
    pub what: String,
    /// Its serial number; may be empty.
    pub serial: String,
    /// Where it was installed; may be empty.
    pub place: String,
}

/// A check and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub what: String,
    /// The result.
    pub result: CheckResult,
    /// A remark; may be empty.
    pub remark: String,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// As it must be.
    Passed,
    /// Not as it must be.
    Failed,
    /// Nobody checked it.
    NotDone,
}

/// What follows from the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// The equipment is accepted.
    Accepted,
    /// It is accepted, and something remains to be done.
    AcceptedWithRemarks,
    /// It is not accepted.
    NotAccepted,
}

/// Somebody who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// As what.
    pub role: String,
    /// The name; empty leaves room to write it.
    pub name: String,
}

impl Check {
    /// The check of an item of the checklist, by its name in `language`.
    pub fn of_item(language: Language, item: Item, result: CheckResult, remark: String) -> Self {
        let names = Item::ALL.iter().zip(Words::of(language).acceptance.items);
        let name =
            names.into_iter().find(|(one, _)| **one == item).map_or_else(|| item.name(), |(_, name)| name);
        Self { what: name.to_owned(), result, remark }
    }
}

impl Signatory {
    /// The chair of the station's commission.
    pub fn chair(language: Language, name: String) -> Self {
        Self { role: Words::of(language).acceptance.chair.to_owned(), name }
    }

    /// The technician.
    pub fn technician(language: Language, name: String) -> Self {
        Self { role: Words::of(language).acceptance.technician.to_owned(), name }
    }
}

/// The act as a PDF.
///
/// # Errors
/// [`PrintError::TooLong`] if a text of it is, [`PrintError::TooMany`] signatories, and what the format forbids.
pub fn acceptance(document: &Acceptance<'_>) -> Result<Vec<u8>, PrintError> {
    if document.signatories.len() > MAX_SIGNATORIES {
        return Err(PrintError::TooMany { what: "signatories", at_most: MAX_SIGNATORIES });
    }
    let issue = document.issue;
    let words = &issue.words().acceptance;
    let (constituency, station) = (document.constituency, document.station);
    let title = constituency.station_title(station.id.station, issue.language);
    let foot = format!("{} · {}", words.title, station.id);
    let mut composer = issue.begin(&format!("{}: {}", words.title, station.id), &foot)?;
    issue.title(&mut composer, words.title)?;
    let mut about = Vec::new();
    if !document.number.is_empty() {
        about.push(Pair::new(words.number, document.number));
    }
    about.push(Pair::new(words.date, issue.words().date(document.date)));
    about.push(Pair::new(words.station, format!("{} ({title})", station.id)));
    about.push(Pair::new(words.venue, &*station.venue));
    about.push(Pair::new(words.address, if station.address.is_empty() { "–" } else { &station.address }));
    pairs(&mut composer, about, TEXT, "what the act is about")?;
    installed(&mut composer, document)?;
    checks(&mut composer, document)?;
    conclusion(&mut composer, document)?;
    signatures(&mut composer, document)?;
    composer.finish(issue.made)
}

fn installed(composer: &mut Composer, document: &Acceptance<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().acceptance;
    composer.space(14.0);
    if document.installed.is_empty() {
        composer.heading(2, PART, words.installed, 30.0)?;
        composer.space(3.0);
        return composer.paragraph(TEXT, words.nothing_installed, "a sentence");
    }
    let rows = document.installed.iter().enumerate().map(|(at, one)| {
        vec![(at + 1).to_string().into(), (&*one.what).into(), (&*one.serial).into(), (&*one.place).into()]
    });
    composer.table(&Table {
        columns: vec![
            number_column("№", 0.05),
            name_column(words.col_what, 0.33),
            column(words.col_serial, 0.24),
            column(words.col_place, 0.38),
        ],
        heading: Some((words.installed.to_owned(), 2, PART)),
        continued: Some((document.issue.words().continued)(words.installed)),
        rows: rows.collect(),
        what: "installed equipment",
    })
}

fn checks(composer: &mut Composer, document: &Acceptance<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().acceptance;
    composer.space(14.0);
    if document.checks.is_empty() {
        composer.heading(2, PART, words.checks, 30.0)?;
        composer.space(3.0);
        return composer.paragraph(TEXT, words.nothing_checked, "a sentence");
    }
    let rows = document.checks.iter().enumerate().map(|(at, check)| {
        let [passed, failed, not_done] = words.results;
        let result = match check.result {
            CheckResult::Passed => passed,
            CheckResult::Failed => failed,
            CheckResult::NotDone => not_done,
        };
        vec![
            Cell::from((at + 1).to_string()),
            Cell::from(&*check.what),
            Cell::from(result),
            Cell::from(&*check.remark),
        ]
    });
    composer.table(&Table {
        columns: vec![
            number_column("№", 0.05),
            column(words.col_check, 0.43),
            name_column(words.col_result, 0.20),
            column(words.col_remark, 0.32),
        ],
        heading: Some((words.checks.to_owned(), 2, PART)),
        continued: Some((document.issue.words().continued)(words.checks)),
        rows: rows.collect(),
        what: "a check",
    })
}

fn conclusion(composer: &mut Composer, document: &Acceptance<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().acceptance;
    if !document.remarks.is_empty() {
        composer.space(14.0);
        composer.heading(2, PART, words.remarks, 30.0)?;
        composer.space(3.0);
        composer.paragraph(TEXT, document.remarks, "the remarks")?;
    }
    let [accepted, with_remarks, not_accepted] = words.conclusions;
    let text = match document.conclusion {
        Conclusion::Accepted => accepted,
        Conclusion::AcceptedWithRemarks => with_remarks,
        Conclusion::NotAccepted => not_accepted,
    };
    composer.space(14.0);
    composer.heading(2, PART, words.conclusion, 40.0)?;
    composer.space(3.0);
    composer.paragraph(Style::new(Face::Bold, 11.0), text, "the conclusion")
}

/// Role at the left, a line to sign in the middle, the name at the right.
fn signatures(composer: &mut Composer, document: &Acceptance<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().acceptance;
    if document.signatories.is_empty() {
        return Ok(());
    }
    let small = Style::new(Face::Italic, 8.0).quiet();
    composer.space(16.0);
    composer.heading(2, PART, words.signatures, SIGNATURE * 2.0 + 20.0)?;
    for signatory in document.signatories {
        let third = (MEASURE - 40.0) / 3.0;
        let role = composer.set(TEXT, &signatory.role, third, "a signatory's role")?;
        let name = composer.set(STRONG, &signatory.name, third, "a signatory's name")?;
        let height = SIGNATURE + role.height().max(name.height());
        composer.need(height, "a signatory")?;
        let line = composer.y + height - 12.0;
        let node = composer.tags.add(None, Tag::P);
        composer.place(&role, SIDE, line - role.height(), third, Owner::Node(node));
        let (sign_x, name_x) = (SIDE + third + 20.0, SIDE + 2.0 * third + 40.0);
        composer.place(&name, name_x, line - name.height(), third, Owner::Node(node));
        for (x, label) in [(sign_x, words.signature), (name_x, words.name)] {
            composer.mark(Mark::Rule { x, y: line, width: third, weight: 0.5 });
            let label = composer.set(small, label, third, "a label")?;
            composer.place(&label, x, line + 1.0, third, Owner::Node(node));
        }
        composer.space(height);
    }
    Ok(())
}
