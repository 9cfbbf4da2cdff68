//! The page that stays at a station: its plate, what to do when something happens, whom to call, two codes for the
//! technician.

use ashkar_election::{Constituency, Station};
use krilla::tagging::{Tag, TagKind};
use qrcode::{EcLevel, QrCode};

use super::{Issue, PART, STRONG, SUBTITLE, TEXT};
use crate::error::PrintError;
use crate::fonts::Face;
use crate::layout::page::{MEASURE, Mark, Owner, SIDE};
use crate::layout::{Align, Cell, Column, Composer, Style, Table};

/// Telephone numbers, at most.
const MAX_TELEPHONES: usize = 5;
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
    /// By which the station's device is enrolled.
    pub enrolment: Option<Link<'a>>,
    /// Where the equipment is tested.
    pub self_test: Option<Link<'a>>,
    /// Whom to call; at most five.
    pub telephones: &'a [Telephone],
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
    if document.telephones.len() > MAX_TELEPHONES {
        return Err(PrintError::TooMany { what: "telephone numbers", at_most: MAX_TELEPHONES });
    }
    for size in SIZES {
        match composed(document, size) {
            Ok(composer) if composer.pages.len() == 1 => return composer.finish(document.issue.made),
            Ok(_) | Err(PrintError::TooHigh { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(PrintError::MoreThanOnePage)
}

fn composed(document: &StationSheet<'_>, size: f32) -> Result<Composer, PrintError> {
    let (issue, station) = (document.issue, document.station);
    let foot = format!("{} · {}", issue.election_name(), station.id);
    let mut composer = issue.begin(&format!("{}: {}", issue.words().sheet.title, station.id), &foot)?;
    plate(&mut composer, document)?;
    steps(&mut composer, document, size)?;
    telephones(&mut composer, document, size)?;
    codes(&mut composer, document)?;
    Ok(composer)
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

/// Side by side: what it is for, the code, the link as text.
fn codes(composer: &mut Composer, document: &StationSheet<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().sheet;
    let both = [(words.enrolment, document.enrolment), (words.self_test, document.self_test)];
    let width = (MEASURE - 20.0) / 2.0;
    let mut columns = Vec::new();
    for (name, link) in both.into_iter().filter_map(|(name, link)| Some((name, link?))) {
        let x = SIDE + columns.len() as f32 * (width + 20.0);
        let title = composer.set(STRONG.aligned(Align::Centre), name, width, "a code's title")?;
        let text = composer.set(LINK.aligned(Align::Centre), link.0, width, "a link")?;
        columns.push((x, title, modules(link.0)?, text, name));
    }
    let height = columns.iter().map(|(_, title, _, text, _)| title.height() + CODE_SIZE + text.height());
    let height = height.fold(0.0, f32::max);
    if columns.is_empty() {
        return Ok(());
    }
    composer.need(height, "the codes")?;
    let y = composer.bottom() - height;
    for (x, title, rows, text, name) in columns {
        let title_node = composer.tags.add(None, Tag::P);
        let figure = composer.tags.add(None, TagKind::from(Tag::Figure(Some(format!("QR: {name}")))));
        let text_node = composer.tags.add(None, Tag::P);
        composer.place(&title, x, y, width, Owner::Node(title_node));
        let top = y + title.height();
        let left = x + (width - CODE_SIZE) / 2.0;
        composer.mark(Mark::Code { x: left, y: top, size: CODE_SIZE, rows, owner: Owner::Node(figure) });
        composer.place(&text, x, top + CODE_SIZE, width, Owner::Node(text_node));
    }
    composer.space(height);
    Ok(())
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
