//! The published list: title, what it rests on, a summary, and the stations by constituency.

use ashkar_election::{Constituency, ListVersion, Station, StationId, StationList, list_digest};

use super::{
    CODE, Decision, Issue, NOTE, PART, Pair, SECTION, STRONG, TEXT, column, grouped, name_column,
    number_column, pairs,
};
use crate::error::PrintError;
use crate::layout::{Cell, Column, Composer, Table};

/// The list of stations with cameras.
#[derive(Debug, Clone, Copy)]
pub struct PublishedList<'a> {
    /// Language, election, time.
    pub issue: Issue<'a>,
    /// Its version; without one it is a list that was not published.
    pub version: Option<&'a ListVersion>,
    /// The list.
    pub list: &'a StationList,
    /// The decision that it belongs to; without one, that of the version's publication.
    pub decision: Option<Decision<'a>>,
    /// Who approved it.
    pub approved_by: Option<&'a str>,
    /// Stations without a camera; if they are not known, the document says nothing of them.
    pub without_camera: Option<&'a [WithoutCamera]>,
}

impl<'a> PublishedList<'a> {
    /// A version as it is known by itself: with the decision of its publication, and nothing of those without a camera.
    pub const fn of_version(issue: Issue<'a>, version: &'a ListVersion, list: &'a StationList) -> Self {
        Self { issue, version: Some(version), list, decision: None, approved_by: None, without_camera: None }
    }
}

/// A station without a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutCamera {
    /// Its number.
    pub id: StationId,
    /// The building it is in.
    pub venue: String,
    /// Its address; may be empty.
    pub address: String,
    /// Why it has none; may be empty.
    pub reason: String,
}

/// A constituency's part of the list.
struct Part<'a> {
    constituency: Constituency,
    stations: &'a [Station],
    cameras: usize,
}

/// The list as a PDF.
///
/// # Errors
/// [`PrintError::TooLong`] if a text of it is, and what the format forbids.
pub fn published_list(document: &PublishedList<'_>) -> Result<Vec<u8>, PrintError> {
    let issue = document.issue;
    let words = &issue.words().list;
    let digest = digest(document);
    let version = document.version.map(|version| format!(" · {}", (issue.words().version)(version.number)));
    let foot = format!("{}{} · SHA-256 {}…", words.title, version.unwrap_or_default(), first(&digest));
    let mut composer = issue.begin(words.title, &foot)?;
    issue.title(&mut composer, words.title)?;
    let parts = parts(document.list);
    basis(&mut composer, document, &parts, &digest)?;
    // The summary names pages; its sections are those that follow it.
    summary(&mut composer, document, &parts)?;
    stations(&mut composer, document, &parts)?;
    without_camera(&mut composer, document)?;
    composer.finish(issue.made)
}

fn digest(document: &PublishedList<'_>) -> String {
    let bytes = document.version.map_or_else(|| list_digest(document.list), |version| version.sha256);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn first(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}

fn parts(list: &StationList) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = list
        .stations()
        .chunk_by(|one, other| one.id.constituency == other.id.constituency)
        .filter_map(|stations| {
            let number = stations.first()?.id.constituency;
            let constituency = list.constituency(number).cloned();
            let constituency = constituency.unwrap_or_else(|| Constituency::unnamed(number));
            let cameras = stations.iter().map(|station| usize::from(station.cameras)).sum();
            Some(Part { constituency, stations, cameras })
        })
        .collect();
    // Constituencies without a station are in the list too.
    for constituency in list.constituencies() {
        if let Err(at) = parts.binary_search_by_key(&constituency.number, |part| part.constituency.number) {
            parts.insert(at, Part { constituency: constituency.clone(), stations: &[], cameras: 0 });
        }
    }
    parts
}

fn basis(
    composer: &mut Composer,
    document: &PublishedList<'_>,
    parts: &[Part<'_>],
    digest: &str,
) -> Result<(), PrintError> {
    let issue = document.issue;
    let (words, list) = (issue.words(), &issue.words().list);
    let mut about = vec![Pair::new(list.election_day, words.date(issue.election.date))];
    let published = document.version.and_then(|version| version.publication.as_ref());
    let by_publication = published.and_then(|publication| publication.decision.as_ref());
    let by_publication =
        by_publication.map(|decision| Decision { number: &decision.number, date: decision.date });
    if let Some(decision) = document.decision.or(by_publication) {
        let text = (words.decision)(decision.number, &words.date(decision.date));
        about.push(Pair::new(list.decision, text));
    }
    if let Some(by) = document.approved_by {
        about.push(Pair::new(list.approved_by, by));
    }
    if let Some(version) = document.version {
        about.push(Pair::new(list.version, (words.version)(version.number)));
    }
    if let Some(publication) = published {
        about.push(Pair::new(list.published, issue.time(publication.at)));
    }
    let (stations, cameras) = totals(parts);
    about.push(Pair::new(list.contents, (list.counts)(parts.len(), stations, cameras)));
    pairs(composer, about, TEXT, "what the list rests on")?;
    pairs(composer, vec![Pair::new(list.digest, grouped(digest))], CODE, "the digest")?;
    composer.space(3.0);
    composer.paragraph(NOTE, list.digest_note, "a note")?;
    composer.space(14.0);
    Ok(())
}

fn totals(parts: &[Part<'_>]) -> (usize, usize) {
    let stations = parts.iter().map(|part| part.stations.len()).sum();
    (stations, parts.iter().map(|part| part.cameras).sum())
}

fn summary(
    composer: &mut Composer,
    document: &PublishedList<'_>,
    parts: &[Part<'_>],
) -> Result<(), PrintError> {
    let words = &document.issue.words().list;
    // The sections so far, that of this table, and that of all stations come before the first constituency.
    let mut section = composer.sections.len() + 2;
    let mut rows = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        let page = if part.stations.is_empty() {
            Cell::from("–")
        } else {
            section += 1;
            Cell::PageOf(section - 1)
        };
        rows.push(vec![
            Cell::from(part.constituency.title(document.issue.language)),
            Cell::from(part.stations.len().to_string()),
            Cell::from(part.cameras.to_string()),
            page,
        ]);
    }
    let table = Table {
        columns: vec![
            Column { names_row: true, ..column(words.col_constituency, 0.64) },
            number_column(words.col_stations, 0.12),
            number_column(words.col_cameras, 0.12),
            number_column(words.col_page, 0.12),
        ],
        heading: Some((words.summary.to_owned(), 2, PART)),
        continued: Some((document.issue.words().continued)(words.summary)),
        rows,
        what: "a row of the summary",
    };
    let sections = composer.sections.len();
    composer.table(&table)?;
    if composer.sections.len() == sections {
        // Without a constituency there is no table, and nobody refers to its section.
        return Ok(());
    }
    let (stations, cameras) = totals(parts);
    let bold = |column: &Column| {
        let style = STRONG.aligned(column.style.align);
        Column { title: String::new(), style, ..column.clone() }
    };
    let total = vec![
        Cell::from(words.total),
        Cell::from(stations.to_string()),
        Cell::from(cameras.to_string()),
        Cell::from(""),
    ];
    composer.table(&Table {
        columns: table.columns.iter().map(bold).collect(),
        heading: None,
        continued: None,
        rows: vec![total],
        what: "the total",
    })
}

fn stations(
    composer: &mut Composer,
    document: &PublishedList<'_>,
    parts: &[Part<'_>],
) -> Result<(), PrintError> {
    let issue = document.issue;
    let words = &issue.words().list;
    if parts.iter().all(|part| part.stations.is_empty()) {
        return Ok(());
    }
    let with_address = document.list.stations().iter().any(|station| !station.address.is_empty());
    composer.begin_page();
    composer.heading(2, PART, words.stations, 90.0)?;
    for part in parts.iter().filter(|part| !part.stations.is_empty()) {
        composer.space(11.0);
        let title = part.constituency.title(issue.language);
        let mut columns = vec![
            name_column(words.col_number, 0.11),
            column(words.col_venue, if with_address { 0.40 } else { 0.79 }),
            number_column(words.col_cameras, 0.10),
        ];
        if with_address {
            columns.insert(2, column(words.col_address, 0.39));
        }
        composer.table(&Table {
            columns,
            continued: Some((issue.words().continued)(&title)),
            heading: Some((title, 3, SECTION)),
            rows: part.stations.iter().map(|station| row(station, with_address)).collect(),
            what: "a station's venue or address",
        })?;
    }
    Ok(())
}

/// A list without any address has no column for them.
fn row(station: &Station, with_address: bool) -> Vec<Cell> {
    let address = with_address.then(|| Cell::from(&*station.address));
    let before = [Cell::from(station.id.to_string()), Cell::from(&*station.venue)];
    before.into_iter().chain(address).chain([Cell::from(station.cameras.to_string())]).collect()
}

fn without_camera(composer: &mut Composer, document: &PublishedList<'_>) -> Result<(), PrintError> {
    let words = &document.issue.words().list;
    let stations = document.without_camera.unwrap_or_default();
    if stations.is_empty() {
        return Ok(());
    }
    let reason = |station: &WithoutCamera| match &*station.reason {
        "" => Cell::from(words.no_reason),
        reason => Cell::from(reason),
    };
    composer.begin_page();
    composer.table(&Table {
        columns: vec![
            name_column(words.col_number, 0.11),
            column(words.col_venue, 0.30),
            column(words.col_address, 0.30),
            column(words.col_reason, 0.29),
        ],
        heading: Some((words.without.to_owned(), 2, PART)),
        continued: Some((document.issue.words().continued)(words.without)),
        rows: stations
            .iter()
            .map(|station| {
                vec![
                    Cell::from(station.id.to_string()),
                    Cell::from(&*station.venue),
                    Cell::from(&*station.address),
                    reason(station),
                ]
            })
            .collect(),
        what: "a station's venue, address or reason",
    })
}
