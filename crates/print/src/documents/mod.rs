//! The documents: what each consists of, in order.

pub(crate) mod acceptance;
pub(crate) mod changes;
pub(crate) mod list;
pub(crate) mod sheet;

use ashkar_election::{Election, Language, ListVersion};
use ashkar_terms::UtcMicros;
use jiff::civil::Date;

use crate::error::PrintError;
use crate::fonts::Face;
use crate::layout::{Align, Cell, Column, Composer, Frame, Style, Table};
use crate::words::Words;

/// What a document is made for, and when it is said to be made.
#[derive(Debug, Clone, Copy)]
pub struct Issue<'a> {
    /// Its language.
    pub language: Language,
    /// The election: its name, its zone, whether it is a sample.
    pub election: &'a Election,
    /// The time of making that the file names. The same values with the same time give the same bytes.
    pub made: UtcMicros,
}

/// A decision of the commission.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// Its number, without "no.".
    pub number: &'a str,
    /// Its date.
    pub date: Date,
}

pub(crate) const TITLE: Style = Style::new(Face::Bold, 17.0);
pub(crate) const SUBTITLE: Style = Style::new(Face::Regular, 12.5);
pub(crate) const PART: Style = Style::new(Face::Bold, 13.0);
pub(crate) const SECTION: Style = Style::new(Face::Bold, 10.5);
pub(crate) const TEXT: Style = Style::new(Face::Regular, 9.5);
pub(crate) const STRONG: Style = Style::new(Face::Bold, 9.5);
pub(crate) const NOTE: Style = Style::new(Face::Italic, 8.5).quiet();
pub(crate) const CODE: Style = Style::new(Face::Mono, 7.6);

impl<'a> Issue<'a> {
    pub(crate) const fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    pub(crate) fn election_name(&self) -> &'a str {
        self.election.names.in_language(self.language)
    }

    /// An empty document named `title`; `foot` is at the bottom of its pages.
    pub(crate) fn begin(&self, title: &str, foot: &str) -> Result<Composer, PrintError> {
        self.framed(title, format!("{} · {title}", self.election_name()), foot)
    }

    /// The same whose pages have no head.
    pub(crate) fn begin_without_head(&self, title: &str, foot: &str) -> Result<Composer, PrintError> {
        self.framed(title, String::new(), foot)
    }

    fn framed(&self, title: &str, head: String, foot: &str) -> Result<Composer, PrintError> {
        Composer::new(Frame {
            language: self.language,
            head,
            title: crate::text::printable(Face::Regular, title, "the title")?,
            foot: foot.to_owned(),
            sample: self.marks(),
        })
    }

    /// What every page says of an election that is made up, or no vote; nothing of others.
    fn marks(&self) -> Option<String> {
        let words = self.words();
        let sample = self.election.sample.then_some(words.sample);
        let rehearsal = self.election.rehearsal.is_some().then_some(words.rehearsal);
        let marks: Vec<_> = [sample, rehearsal].into_iter().flatten().collect();
        (!marks.is_empty()).then(|| marks.join(" "))
    }

    /// The title of the document and the election's name.
    pub(crate) fn title(&self, composer: &mut Composer, title: &str) -> Result<(), PrintError> {
        let node = composer.heading_node(1, title)?;
        composer.block(TITLE, title, "the title", node)?;
        composer.space(4.0);
        composer.paragraph(SUBTITLE, self.election_name(), "the election's name")?;
        composer.space(10.0);
        Ok(())
    }

    /// `22 noyabr 2026, 09:05` by the election's clock.
    pub(crate) fn time(&self, at: UtcMicros) -> String {
        let (date, minute) = self.election.time_zone.local(at);
        let (hour, minute) = (minute.0 / 60, minute.0 % 60);
        let small = |value: u16| i8::try_from(value).unwrap_or_default();
        self.words().date_time(date.at(small(hour), small(minute), 0, 0))
    }

    /// `3-cü nəşr, 22 noyabr 2026, 09:05`.
    pub(crate) fn version(&self, version: &ListVersion) -> String {
        let at = version.published_at().unwrap_or(version.at);
        format!("{}, {}", (self.words().version)(version.number), self.time(at))
    }
}

/// What is named beside its value.
pub(crate) struct Pair {
    name: &'static str,
    value: String,
}

impl Pair {
    pub(crate) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into() }
    }
}

/// Names at the left, values beside them.
pub(crate) fn pairs(
    composer: &mut Composer,
    pairs: Vec<Pair>,
    value: Style,
    what: &'static str,
) -> Result<(), PrintError> {
    let column = |share, style, names_row| Column { title: String::new(), share, style, names_row };
    composer.table(&Table {
        columns: vec![column(0.24, TEXT.quiet(), true), column(0.76, value, false)],
        heading: None,
        continued: None,
        rows: pairs.into_iter().map(|pair| vec![Cell::from(pair.name), Cell::from(pair.value)]).collect(),
        what,
    })
}

/// A column of text.
pub(crate) fn column(title: &str, share: f32) -> Column {
    Column { title: title.to_owned(), share, style: TEXT, names_row: false }
}

/// A column of numbers, at the right.
pub(crate) fn number_column(title: &str, share: f32) -> Column {
    Column { style: TEXT.aligned(Align::Right), ..column(title, share) }
}

/// A column of what the rows are about.
pub(crate) fn name_column(title: &str, share: f32) -> Column {
    Column { style: STRONG, names_row: true, ..column(title, share) }
}

/// A digest in groups of eight digits, so that it can be compared by eye.
pub(crate) fn grouped(hex: &str) -> String {
    let mut grouped = String::with_capacity(hex.len() + hex.len() / 8);
    for (at, c) in hex.chars().enumerate() {
        if at > 0 && at.is_multiple_of(8) {
            grouped.push(' ');
        }
        grouped.push(c);
    }
    grouped
}
