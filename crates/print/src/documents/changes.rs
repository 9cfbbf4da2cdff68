//! What differs between two versions of the list: stations added, removed, renumbered, moved; other changes.

use ashkar_election::{
    ConstituencyChange, Diff, FieldChange, ListVersion, Place, StationChange, StationList,
};

use super::{Issue, PART, Pair, TEXT, column, name_column, number_column, pairs};
use crate::error::PrintError;
use crate::layout::{Cell, Column, Composer, Table};
use crate::words::ChangesWords;

/// Names of fields as [`FieldChange`] has them, in the order of the words for them.
const FIELDS: [&str; 9] =
    ["voters", "cameras", "coordinates", "venue", "address", "name_az", "name_en", "name_ru", "name_status"];
/// Statuses of names, in the order of the words for them.
const STATUSES: [&str; 3] = ["confirmed", "unconfirmed", "unknown"];

/// The difference between two versions of the list.
#[derive(Debug, Clone, Copy)]
pub struct Changes<'a> {
    /// Language, election, time.
    pub issue: Issue<'a>,
    /// The earlier version.
    pub from: &'a ListVersion,
    /// The later version.
    pub to: &'a ListVersion,
    /// The later list, for the names of constituencies.
    pub list: &'a StationList,
    /// What differs.
    pub diff: &'a Diff,
}

/// A kind of change, as a table.
struct Part {
    title: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

/// The differences as a PDF.
///
/// # Errors
/// [`PrintError::TooLong`] if a text of it is, and what the format forbids.
pub fn list_changes(document: &Changes<'_>) -> Result<Vec<u8>, PrintError> {
    let issue = document.issue;
    let words = &issue.words().changes;
    let title = (words.title)(document.from.number, document.to.number);
    let mut composer = issue.begin(&title, &title)?;
    issue.title(&mut composer, &title)?;
    let versions = vec![
        Pair::new(words.earlier, issue.version(document.from)),
        Pair::new(words.later, issue.version(document.to)),
    ];
    pairs(&mut composer, versions, TEXT, "a version")?;
    composer.space(14.0);
    let parts = parts(document, words);
    if parts.iter().all(|part| part.rows.is_empty()) {
        composer.paragraph(TEXT, words.none, "a sentence")?;
        return composer.finish(issue.made);
    }
    summary(&mut composer, words, &parts)?;
    for part in parts.into_iter().filter(|part| !part.rows.is_empty()) {
        composer.space(16.0);
        composer.table(&Table {
            columns: part.columns,
            continued: Some((issue.words().continued)(part.title)),
            heading: Some((part.title.to_owned(), 2, PART)),
            rows: part.rows,
            what: "a change",
        })?;
    }
    composer.finish(issue.made)
}

fn summary(composer: &mut Composer, words: &ChangesWords, parts: &[Part]) -> Result<(), PrintError> {
    composer.table(&Table {
        columns: vec![
            Column { names_row: true, ..column(words.col_kind, 0.8) },
            number_column(words.col_count, 0.2),
        ],
        heading: Some((words.summary.to_owned(), 2, PART)),
        continued: None,
        rows: parts
            .iter()
            .map(|part| vec![Cell::from(part.title), Cell::from(part.rows.len().to_string())])
            .collect(),
        what: "a row of the summary",
    })
}

fn parts(document: &Changes<'_>, words: &'static ChangesWords) -> Vec<Part> {
    let changes = &document.diff.stations;
    let place = |place: &Place| Cell::from(place.to_string());
    let number = |id: &ashkar_election::StationId| Cell::from(id.to_string());
    let number_and_place = || vec![name_column(words.col_number, 0.14), column(words.col_place, 0.86)];
    let rows = |row: &dyn Fn(&StationChange) -> Option<Vec<Cell>>| changes.iter().filter_map(row).collect();
    vec![
        Part {
            title: words.added,
            columns: vec![
                name_column(words.col_number, 0.14),
                column(words.col_place, 0.74),
                number_column(words.col_cameras, 0.12),
            ],
            rows: rows(&|change| match change {
                StationChange::New { id, place: at, cameras, .. } => {
                    Some(vec![number(id), place(at), Cell::from(cameras.to_string())])
                }
                _ => None,
            }),
        },
        Part {
            title: words.removed,
            columns: number_and_place(),
            rows: rows(&|change| match change {
                StationChange::Removed { id, place: at } => Some(vec![number(id), place(at)]),
                _ => None,
            }),
        },
        Part {
            title: words.renumbered,
            columns: vec![
                column(words.col_old_number, 0.14),
                name_column(words.col_new_number, 0.14),
                column(words.col_place, 0.72),
            ],
            rows: rows(&|change| match change {
                StationChange::Renumbered { from, to, place: at, .. } => {
                    Some(vec![number(from), number(to), place(at)])
                }
                _ => None,
            }),
        },
        Part {
            title: words.moved,
            columns: vec![
                name_column(words.col_number, 0.14),
                column(words.col_old_place, 0.43),
                column(words.col_new_place, 0.43),
            ],
            rows: rows(&|change| match change {
                StationChange::Moved { id, from, to, .. } => Some(vec![number(id), place(from), place(to)]),
                _ => None,
            }),
        },
        Part {
            title: words.changed,
            columns: what_changed(name_column(words.col_number, 0.14), words),
            rows: changes.iter().flat_map(|change| fields(words, change)).collect(),
        },
        Part {
            title: words.constituencies,
            columns: what_changed(name_column(document.issue.words().list.col_constituency, 0.30), words),
            rows: document.diff.constituencies.iter().flat_map(|one| constituency(document, one)).collect(),
        },
    ]
}

fn what_changed(first: Column, words: &ChangesWords) -> Vec<Column> {
    vec![first, column(words.col_what, 0.22), column(words.col_before, 0.32), column(words.col_after, 0.32)]
}

/// What else changed at a station: a row for each field.
fn fields(words: &ChangesWords, change: &StationChange) -> Vec<Vec<Cell>> {
    let fields = match change {
        StationChange::Renumbered { fields, .. }
        | StationChange::Moved { fields, .. }
        | StationChange::Changed { fields, .. } => &**fields,
        StationChange::New { .. } | StationChange::Removed { .. } => &[],
    };
    fields.iter().map(|field| field_row(words, change.id().to_string(), field)).collect()
}

fn constituency(document: &Changes<'_>, change: &ConstituencyChange) -> Vec<Vec<Cell>> {
    let words = &document.issue.words().changes;
    let title = |number: &u16| {
        let named = document.list.constituency(*number).cloned();
        let named = named.unwrap_or_else(|| ashkar_election::Constituency::unnamed(*number));
        named.title(document.issue.language)
    };
    let said = |number, what: &str| vec![vec![Cell::from(title(number)), what.into(), "".into(), "".into()]];
    match change {
        ConstituencyChange::New { number } => said(number, words.constituency_added),
        ConstituencyChange::Removed { number } => said(number, words.constituency_removed),
        ConstituencyChange::Renamed { number, fields } => {
            fields.iter().map(|field| field_row(words, title(number), field)).collect()
        }
    }
}

fn field_row(words: &ChangesWords, first: String, change: &FieldChange) -> Vec<Cell> {
    let word = |names: &[&str], words: &[&'static str], name: &str| {
        let at = names.iter().position(|known| *known == name)?;
        words.get(at).map(|word| (*word).to_owned())
    };
    let field = word(&FIELDS, &words.fields, &change.field).unwrap_or_else(|| change.field.clone());
    let value = |text: &str| match text {
        "" => Cell::from("–"),
        text if change.field == "name_status" => {
            Cell::from(word(&STATUSES, &words.statuses, text).unwrap_or_else(|| text.to_owned()))
        }
        text => Cell::from(text),
    };
    vec![first.into(), field.into(), value(&change.from), value(&change.to)]
}
