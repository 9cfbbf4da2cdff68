//! The page that stays at a station: its plate, what to do when something happens, whom to call, codes for the
//! technician and the chair.

use ashkar_election::{Constituency, Station};
use ashkar_terms::{CameraId, UtcMicros};
use krilla::tagging::{Tag, TagKind};
use qrcode::{EcLevel, QrCode};

use super::{Issue, NOTE, PART, STRONG, SUBTITLE, TEXT};
use crate::error::PrintError;
use crate::fonts::Face;
use crate::layout::composer::Placed;
use crate::layout::page::{MEASURE, Mark, Owner, SIDE};
use crate::layout::{Align, Cell, Column, Composer, Style, Table};

/// Telephone numbers, at most.
const MAX_TELEPHONES: usize = 5;
/// Codes beside each other.
const CODES_IN_A_ROW: usize = 3;
/// Between codes beside each other, points.
const BETWEEN_CODES: f32 = 14.0;
/// A QR code with its margin: 38 mm.
const CODE_SIZE: f32 = 108.0;
/// The quiet zone around a QR code, modules.
const QUIET_ZONE: usize = 4;
/// Sizes of the text, points: the first with which it fits.
const SIZES: [f32; 3] = [12.0, 10.5, 9.0];
const PLATE: Style = Style::new(Face::Bold, 64.0);
const LINK: Style = Style::new(Face::Mono, 7.2);

/// The sheet of a station.
#[derive(Debug, Clone, Copy)]
pub struct StationSheet<'a> {
    /// Language, election, time.
    pub issue: Issue<'a>,
    /// The constituency of the station.
    pub constituency: &'a Constituency,
    /// The station.
    pub station: &'a Station,
    /// By which the station's devices are enrolled.
    pub enrolments: &'a [Enrolment<'a>],
    /// Where the equipment is tested.
    pub self_test: Option<Link<'a>>,
    /// Whom to call; at most five.
    pub telephones: &'a [Telephone],
}

/// A code by which one device is enrolled.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment<'a> {
    /// The camera that the device sends.
    pub camera: CameraId,
    /// What the QR code holds.
    pub link: Link<'a>,
    /// Until when it is good.
    pub until: UtcMicros,
}

/// A link: printed as a QR code, and as text below it.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a>(pub &'a str);

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telephone {
    /// Who answers.
    pub who: String,
    /// The number.
    pub number: String,
}

/// The sheet as a PDF of one page.
///
/// # Errors
/// [`PrintError::MoreThanOnePage`] if its texts are too long, [`PrintError::TooMany`] telephone numbers,
/// [`PrintError::Code`] if a link fits no QR code, and what the format forbids.
pub fn station_sheet(document: &StationSheet<'_>) -> Result<Vec<u8>, PrintError> {
    station_sheets(document, &[])
}

/// The sheets of several stations as one PDF, a page each: `first`, then `others`.
///
/// # Errors
/// Those of [`station_sheet`] for the first that cannot be made.
pub fn station_sheets(first: &StationSheet<'_>, others: &[StationSheet<'_>]) -> Result<Vec<u8>, PrintError> {
    let mut whole = begun(first)?;
    compose(&mut whole, first, fitting(first)?)?;
    for document in others {
        let size = fitting(document)?;
        whole.begin_page();
        compose(&mut whole, document, size)?;
    }
    // Each page is set as it was when it was tried alone.
    if whole.pages.len() != others.len() + 1 {
        return Err(PrintError::MoreThanOnePage);
    }
    whole.finish(first.issue.made)
}

/// The first size of the text with which the sheet fits a page.
fn fitting(document: &StationSheet<'_>) -> Result<f32, PrintError> {
    if document.telephones.len() > MAX_TELEPHONES {
        return Err(PrintError::TooMany { what: "telephone numbers", at_most: MAX_TELEPHONES });
    }
    for size in SIZES {
        let mut alone = begun(document)?;
        match compose(&mut alone, document, size) {
            Ok(()) if alone.pages.len() == 1 => return Ok(size),
            Ok(()) | Err(PrintError::TooHigh { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(PrintError::MoreThanOnePage)
}

/// An empty document; its pages have no head, since each is a sheet of its own.
fn begun(document: &StationSheet<'_>) -> Result<Composer, PrintError> {
    let (issue, station) = (document.issue, document.station);
    issue.begin_without_head(
        &format!("{}: {}", issue.words().sheet.title, station.id),
        &format!("{} · {}", issue.words().sheet.title, issue.election_name()),
    )
}

fn compose(composer: &mut Composer, document: &StationSheet<'_>, size: f32) -> Result<(), PrintError> {
    plate(composer, document)?;
    steps(composer, document, size)?;
    telephones(composer, document, size)?;
    codes(composer, document)
}

fn plate(composer: &mut Composer, document: &StationSheet<'_>) -> Result<(), PrintError> {
    let (issue, station) = (document.issue, document.station);
    let number = station.id.to_string();
    let node = composer.heading_node(1, &number)?;
    composer.open_section(2, &number)?;
    composer.block(PLATE.aligned(Align::Centre), &number, "the plate", node)?;
    let centred = |style: Style| style.aligned(Align::Centre);
    let title = document.constituency.station_title(station.id.station, issue.language);
    composer.paragraph(centred(SUBTITLE), &title, "the station's name")?;
    composer.space(3.0);
    let place = ashkar_election::Place { venue: station.venue.clone(), address: station.address.clone() };
    composer.paragraph(centred(TEXT), &place.to_string(), "the station's place")?;
    composer.space(10.0);
    Ok(())
}

fn steps(composer: &mut Composer, document: &StationSheet<'_>, size: f32) -> Result<(), PrintError> {
    let words = &document.issue.words().sheet;
    let column = |share, style, names_row| Column { title: String::new(), share, style, names_row };
    let rows = words.steps.iter().map(|step| vec![Cell::from(step.when), Cell::from(step.what)]);
    let text = Style::new(Face::Regular, size);
    composer.table(&Table {
        columns: vec![column(0.30, Style::new(Face::Bold, size), true), column(0.70, text, false)],
        heading: Some((words.when.to_owned(), 2, PART)),
        continued: None,
        rows: rows.collect(),
        what: "a step",
    })?;
    composer.space(6.0);
    composer.paragraph(Style::new(Face::Bold, size), words.never, "a sentence")?;
    composer.space(12.0);
    Ok(())
}

fn telephones(composer: &mut Composer, document: &StationSheet<'_>, size: f32) -> Result<(), PrintError> {
    if document.telephones.is_empty() {
        return Ok(());
    }
    let column = |share, style, names_row| Column { title: String::new(), share, style, names_row };
    let number = Style::new(Face::Bold, size * 1.4).aligned(Align::Right);
    composer.table(&Table {
        columns: vec![column(0.55, Style::new(Face::Regular, size * 1.1), true), column(0.45, number, false)],
        heading: Some((document.issue.words().sheet.telephones.to_owned(), 2, PART)),
        continued: None,
        rows: document
            .telephones
            .iter()
            .map(|one| vec![Cell::from(&*one.who), Cell::from(&*one.number)])
            .collect(),
        what: "a telephone number",
    })?;
    composer.space(12.0);
    Ok(())
}

/// A code with what is set around it.
struct Printed {
    name: String,
    title: Placed,
    rows: Vec<Vec<bool>>,
    text: Placed,
    note: Placed,
}

impl Printed {
    fn new(
        composer: &mut Composer,
        (name, link, note): (String, &str, &str),
        width: f32,
    ) -> Result<Self, PrintError> {
        Ok(Self {
            title: composer.set(STRONG.aligned(Align::Centre), &name, width, "a code's title")?,
            rows: modules(link)?,
            text: composer.set(LINK.aligned(Align::Centre), link, width, "a link")?,
            note: composer.set(NOTE.aligned(Align::Centre), note, width, "a code's note")?,
            name,
        })
    }

    fn below(&self) -> f32 {
        CODE_SIZE + self.text.height() + self.note.height()
    }
}

/// Side by side: what it is for, the code, the link as text, until when it is good.
fn codes(composer: &mut Composer, document: &StationSheet<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().sheet;
    let enrolments = document.enrolments.iter().map(|one| {
        let until = document.issue.time(one.until);
        (format!("{} {}", words.enrolment, one.camera), one.link.0, (words.good_until)(&until))
    });
    let self_test = document.self_test.iter();
    let self_test = self_test.map(|link| (words.self_test.to_owned(), link.0, words.good_for_now.to_owned()));
    let all: Vec<_> = enrolments.chain(self_test).collect();
    let in_a_row = all.len().clamp(2, CODES_IN_A_ROW);
    let width = (MEASURE - BETWEEN_CODES * (in_a_row - 1) as f32) / in_a_row as f32;
    let mut rows = Vec::new();
    for row in all.chunks(in_a_row) {
        let set = |(name, link, note): &(String, &str, String)| {
            Printed::new(composer, (name.clone(), *link, note), width)
        };
        rows.push(row.iter().map(set).collect::<Result<Vec<_>, _>>()?);
    }
    let height = rows.iter().map(|row| height_of(row)).sum();
    if rows.is_empty() {
        return Ok(());
    }
    composer.need(height, "the codes")?;
    composer.y = composer.bottom() - height;
    for row in &rows {
        place_row(composer, row, width);
    }
    Ok(())
}

/// Of the highest title and of the highest of what is below it: the codes of a row stand in one line.
fn height_of(row: &[Printed]) -> f32 {
    title_height(row) + row.iter().map(Printed::below).fold(0.0, f32::max)
}

fn title_height(row: &[Printed]) -> f32 {
    row.iter().map(|code| code.title.height()).fold(0.0, f32::max)
}

fn place_row(composer: &mut Composer, row: &[Printed], width: f32) {
    let y = composer.y;
    let top = y + title_height(row);
    for (at, code) in row.iter().enumerate() {
        let x = SIDE + at as f32 * (width + BETWEEN_CODES);
        let title = composer.tags.add(None, Tag::P);
        let figure = composer.tags.add(None, TagKind::from(Tag::Figure(Some(format!("QR: {}", code.name)))));
        let [text, note] = [0; 2].map(|_| composer.tags.add(None, Tag::P));
        composer.place(&code.title, x, top - code.title.height(), width, Owner::Node(title));
        let left = x + (width - CODE_SIZE) / 2.0;
        let (rows, owner) = (code.rows.clone(), Owner::Node(figure));
        composer.mark(Mark::Code { x: left, y: top, size: CODE_SIZE, rows, owner });
        composer.place(&code.text, x, top + CODE_SIZE, width, Owner::Node(text));
        composer.place(&code.note, x, top + CODE_SIZE + code.text.height(), width, Owner::Node(note));
    }
    composer.space(height_of(row));
}

/// The modules of a QR code with its quiet zone.
fn modules(text: &str) -> Result<Vec<Vec<bool>>, PrintError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let width = code.width();
    let whole = width + 2 * QUIET_ZONE;
    let colours = code.to_colors();
    let mut rows = vec![vec![false; whole]; whole];
    for (row, colours) in rows.iter_mut().skip(QUIET_ZONE).zip(colours.chunks(width)) {
        for (module, colour) in row.iter_mut().skip(QUIET_ZONE).zip(colours) {
            *module = *colour == qrcode::Color::Dark;
        }
    }
    Ok(rows)
}
