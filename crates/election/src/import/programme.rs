//! Files of the installation programme: who answers for which stage of which station and until when, and the stations
//! without a camera. Read like the list: all or nothing, and every wrong cell is named. Out comes what is to be recorded,
//! without what is in force already.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use jiff::civil::Date;
use serde::Serialize;

use super::columns::Field;
use super::errors::{ImportError, ImportErrors, shorten};
use super::rows::clean_text;
use super::table::{self, Row};
use super::{ImportNote, Reason, decode, refuse_misread};
use crate::model::{StationId, StationList};
use crate::programme::{Due, Fact, NoCameraReason, Programme, Stage, WithoutCamera};
use crate::text::fold;

/// Largest number of a constituency, and of a station within one.
const MAX_NUMBER: u16 = 9999;
/// Longest name of a person, in characters and in bytes.
const MAX_PERSON: (usize, usize) = (100, 200);
/// Longest words, in characters and in bytes.
const MAX_WORDS: (usize, usize) = (500, 1000);

const DUES: &str = "constituency,station,stage,responsible,due";
const WITHOUT: &str = "constituency,station,reason,words";

/// What an import of the programme would record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProgrammePlan {
    /// Rows of the file.
    pub rows: usize,
    /// What the person who imports it should know.
    pub notes: Vec<ImportNote>,
    /// What is to be recorded; empty if all of it is so already.
    pub facts: Vec<Fact>,
}

/// A column of these files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Constituency,
    Station,
    Stage,
    Responsible,
    Due,
    Reason,
    Words,
}

/// The headers of the columns that the list does not have; the first of each is the documented one.
const HEADERS: [(Column, &[&str]); 5] = [
    (Column::Stage, &["stage", "mərhələ", "этап"]),
    (
        Column::Responsible,
        &["responsible", "responsible person", "məsul", "məsul şəxs", "ответственный", "ответственное лицо"],
    ),
    (Column::Due, &["due", "due date", "deadline", "son tarix", "son gün", "срок"]),
    (Column::Reason, &["reason", "səbəb", "причина"]),
    (Column::Words, &["words", "note", "qeyd", "izahat", "примечание", "пояснение"]),
];

/// Longest header that is looked up, bytes.
const MAX_HEADER_BYTES: usize = 100;

impl Column {
    fn of_header(header: &str) -> Option<Self> {
        match Field::of_header(header) {
            Some(Field::Constituency) => return Some(Self::Constituency),
            Some(Field::Station | Field::Number) => return Some(Self::Station),
            _ => {}
        }
        if header.len() > MAX_HEADER_BYTES {
            return None;
        }
        let folded = fold(header);
        let found = HEADERS.iter().find(|(_, names)| names.iter().any(|name| fold(name) == folded));
        found.map(|(column, _)| *column)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Constituency => "constituency",
            Self::Station => "station",
            Self::Stage => "stage",
            Self::Responsible => "responsible",
            Self::Due => "due",
            Self::Reason => "reason",
            Self::Words => "words",
        }
    }
}

fn known(headers: &[String]) -> usize {
    headers.iter().filter(|header| Column::of_header(header).is_some()).count()
}

/// Reads a file of responsible persons and due dates. Rows that are not in the file stay as they are; one with neither
/// person nor date takes both away.
///
/// # Errors
/// [`ImportErrors`] with everything that is wrong anywhere in the file; then nothing of it is used.
pub fn plan_dues(
    list: &StationList,
    programme: &Programme,
    file: &[u8],
) -> Result<ProgrammePlan, ImportErrors> {
    let mut sheet = Sheet::read(file, &[Column::Stage], DUES)?;
    let mut seen = HashMap::new();
    let mut facts = Vec::new();
    for row in std::mem::take(&mut sheet.rows) {
        let station = sheet.station(&row, |id| list.station(id).is_none().then_some(Reason::UnknownStation));
        let stage = sheet.stage(&row);
        let responsible = sheet.text(&row, Column::Responsible, MAX_PERSON);
        let due = sheet.date(&row);
        let (Some(station), Some(stage)) = (station, stage) else { continue };
        sheet.first_time(&row, &mut seen, (station, stage), Column::Stage);
        let (Some(responsible), Some(due)) = (responsible, due) else { continue };
        let before = programme.station(station).and_then(|record| record.due(stage));
        let nothing = Due { responsible: String::new(), due: None };
        if *before.unwrap_or(&nothing) != (Due { responsible: responsible.clone(), due }) {
            facts.push(Fact::Due { station, stage, responsible, due });
        }
    }
    sheet.plan(facts)
}

/// Reads the complete file of stations without a camera: those that it does not name are no longer such.
///
/// # Errors
/// As [`plan_dues`].
pub fn plan_without_camera(
    list: &StationList,
    programme: &Programme,
    file: &[u8],
) -> Result<ProgrammePlan, ImportErrors> {
    let mut sheet = Sheet::read(file, &[Column::Reason], WITHOUT)?;
    let mut seen = HashMap::new();
    let mut facts = Vec::new();
    for row in std::mem::take(&mut sheet.rows) {
        let wrong = |id: StationId| match list.constituency(id.constituency) {
            None => Some(Reason::UnknownConstituency),
            Some(_) => list.station(id).map(|_| Reason::HasCamera),
        };
        let station = sheet.station(&row, wrong);
        let reason = sheet.reason(&row);
        let words = sheet.text(&row, Column::Words, MAX_WORDS);
        let Some(station) = station else { continue };
        sheet.first_time(&row, &mut seen, station, Column::Station);
        let (Some(reason), Some(words)) = (reason, words) else { continue };
        if reason == NoCameraReason::Other && words.is_empty() {
            sheet.note(&row, Column::Words, Reason::OtherWithoutWords);
            continue;
        }
        let now = WithoutCamera { reason, words };
        if programme.without_camera().get(&station) != Some(&now) {
            facts.push(Fact::WithoutCamera { station, reason: Some(reason), words: now.words });
        }
    }
    let gone = programme.without_camera().keys().filter(|station| !seen.contains_key(*station));
    facts.extend(gone.map(|&station| Fact::WithoutCamera { station, reason: None, words: String::new() }));
    sheet.plan(facts)
}

/// A file's rows with its columns and the errors found so far.
struct Sheet {
    columns: Vec<(Column, String, usize)>,
    rows: Vec<Row>,
    count: usize,
    notes: Vec<ImportNote>,
    errors: Vec<ImportError>,
}

impl Sheet {
    fn read(file: &[u8], needed: &[Column], header: &'static str) -> Result<Self, ImportErrors> {
        let decoded = decode::decode(file)?;
        refuse_misread(&decoded.text)?;
        let table = table::read(&decoded.text, known).map_err(|reason| match reason {
            Reason::NoHeader => Reason::NoColumns(header),
            reason => reason,
        })?;
        let mut columns: Vec<(Column, String, usize)> = Vec::new();
        let (mut errors, mut notes) = (table.errors, Vec::new());
        notes.extend(
            (decoded.encoding == super::SourceEncoding::Windows1254).then_some(ImportNote::Windows1254),
        );
        for (at, name) in table.header.iter().enumerate() {
            match Column::of_header(name) {
                Some(column) => match columns.iter().find(|(of, ..)| *of == column) {
                    Some((_, before, _)) => {
                        let reason = Reason::SameColumn(shorten(before), shorten(name));
                        errors.push(ImportError::of_file(reason));
                    }
                    None => columns.push((column, name.clone(), at)),
                },
                None if name.is_empty() => {}
                None => notes.push(ImportNote::IgnoredColumn { header: shorten(name) }),
            }
        }
        for column in [Column::Constituency, Column::Station].iter().chain(needed) {
            if !columns.iter().any(|(of, ..)| of == column) {
                errors.push(ImportError::of_file(Reason::MissingColumn(column.name())));
            }
        }
        let count = table.rows.len();
        Ok(Self { columns, rows: table.rows, count, notes, errors })
    }

    fn plan(self, facts: Vec<Fact>) -> Result<ProgrammePlan, ImportErrors> {
        ImportErrors::or(self.errors, ProgrammePlan { rows: self.count, notes: self.notes, facts })
    }

    fn of(&self, column: Column) -> Option<&(Column, String, usize)> {
        self.columns.iter().find(|(of, ..)| *of == column)
    }

    /// The cell of a column; empty if the file has no such column.
    fn cell<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        self.of(column).and_then(|(.., at)| row.cells.get(*at)).map_or("", String::as_str)
    }

    fn note(&mut self, row: &Row, column: Column, reason: Reason) {
        let error = match self.of(column) {
            Some((_, header, _)) => ImportError::of_cell(row.line, header, self.cell(row, column), reason),
            None => return,
        };
        self.errors.push(error);
    }

    fn refuse<T>(&mut self, row: &Row, column: Column, reason: Reason) -> Option<T> {
        self.note(row, column, reason);
        None
    }

    fn first_time<K: Hash + Eq>(&mut self, row: &Row, seen: &mut HashMap<K, u32>, key: K, column: Column) {
        match seen.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(row.line);
            }
            Entry::Occupied(entry) => {
                let first_line = *entry.get();
                self.note(row, column, Reason::Duplicate { first_line });
            }
        }
    }

    fn station(&mut self, row: &Row, wrong: impl Fn(StationId) -> Option<Reason>) -> Option<StationId> {
        let constituency = self.number(row, Column::Constituency);
        let station = self.number(row, Column::Station);
        let id = StationId::new(constituency?, station?);
        match wrong(id) {
            Some(reason @ Reason::UnknownConstituency) => self.refuse(row, Column::Constituency, reason),
            Some(reason) => self.refuse(row, Column::Station, reason),
            None => Some(id),
        }
    }

    fn number(&mut self, row: &Row, column: Column) -> Option<u16> {
        let cell = self.cell(row, column);
        if cell.is_empty() {
            return self.refuse(row, column, Reason::Empty);
        }
        if !cell.bytes().all(|b| b.is_ascii_digit()) {
            return self.refuse(row, column, Reason::NotANumber);
        }
        match cell.parse::<u16>() {
            Ok(number) if (1..=MAX_NUMBER).contains(&number) => Some(number),
            _ => self.refuse(row, column, Reason::OutOfRange { min: 1, max: MAX_NUMBER.into() }),
        }
    }

    fn stage(&mut self, row: &Row) -> Option<Stage> {
        let cell = self.cell(row, Column::Stage);
        match Stage::from_name(&word(cell)) {
            Some(stage) => Some(stage),
            None => self.refuse(row, Column::Stage, Reason::NotAStage),
        }
    }

    fn reason(&mut self, row: &Row) -> Option<NoCameraReason> {
        let cell = self.cell(row, Column::Reason);
        match NoCameraReason::from_name(&word(cell)) {
            Some(reason) => Some(reason),
            None => self.refuse(row, Column::Reason, Reason::NotAReason),
        }
    }

    /// The text of a cell; empty if there is none.
    fn text(&mut self, row: &Row, column: Column, (chars, bytes): (usize, usize)) -> Option<String> {
        match clean_text(self.cell(row, column), chars) {
            Ok(text) if text.len() <= bytes => Some(text),
            Ok(_) => self.refuse(row, column, Reason::TooLong { max: chars }),
            Err(reason) => self.refuse(row, column, reason),
        }
    }

    /// `Some(None)` for an empty cell.
    fn date(&mut self, row: &Row) -> Option<Option<Date>> {
        let cell = self.cell(row, Column::Due);
        if cell.is_empty() {
            return Some(None);
        }
        match date(cell) {
            Some(date) => Some(Some(date)),
            None => self.refuse(row, Column::Due, Reason::NotADate),
        }
    }
}

/// A name of the programme as people type it: case, spaces and `_` do not matter.
fn word(cell: &str) -> String {
    cell.trim().to_lowercase().replace([' ', '_'], "-")
}

/// A date as `2024-02-05` or `05.02.2024`.
fn date(cell: &str) -> Option<Date> {
    let (separator, is_iso) = if cell.contains('.') { ('.', false) } else { ('-', true) };
    let parts: Vec<&str> = cell.split(separator).collect();
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if is_iso { (first, last) } else { (last, first) };
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_two_forms() {
        let day = Date::new(2024, 2, 5).unwrap();
        for text in ["2024-02-05", "05.02.2024", "5.2.2024"] {
            assert_eq!(date(text), Some(day), "{text}");
        }
        for text in
            ["", "05/02/2024", "24-02-05", "2024-13-01", "2024-02-30", "5.2", "+5.2.2024", "2024-02-05T10"]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn no_header_means_two_columns() {
        let mut names: Vec<String> =
            HEADERS.iter().flat_map(|(_, names)| names.iter().map(|name| fold(name))).collect();
        let of_list = names.iter().filter(|name| Field::of_header(name).is_some()).count();
        assert_eq!(of_list, 0, "none is a column of the list");
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(Column::of_header("MESUL SEXS"), Some(Column::Responsible));
    }
}
