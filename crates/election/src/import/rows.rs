//! From rows to values. Each reader continues after an error, so that all errors are found.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use unicode_normalization::UnicodeNormalization;

use super::columns::{Columns, Field};
use super::errors::{ImportError, ImportErrors};
use super::table::{Row, Table};
use super::{MAX_ROWS, Reason};
use crate::model::{Constituency, Coordinates, NameStatus, Station, StationId, StationList};
use crate::text::{begins_formula, is_invisible, unguarded};

/// Largest number of a constituency, and of a station within one.
const MAX_NUMBER: u32 = 9999;
/// Maximum number of voters on one register. The law allows 1500 per station; more than this is a typing error.
const MAX_VOTERS: u32 = 20_000;
/// Longest name of a constituency, in characters.
const MAX_NAME_CHARS: usize = 120;
/// Longest venue, in characters.
const MAX_VENUE_CHARS: usize = 300;
/// Longest address, in characters.
const MAX_ADDRESS_CHARS: usize = 300;

const _: () = assert!(MAX_NUMBER <= u16::MAX as u32 && MAX_ROWS < u32::MAX as usize);

/// All rows as constituencies.
pub(super) fn constituencies(
    current: &StationList,
    table: &Table,
    columns: &Columns,
) -> Result<Vec<Constituency>, ImportErrors> {
    let mut errors = table.errors.clone();
    let mut seen = HashMap::new();
    let mut found = Vec::new();
    let mut all_numbers_known = errors.is_empty();
    for row in &table.rows {
        let mut reader = RowReader { row, columns, errors: &mut errors };
        let number =
            reader.number(Field::Number, 1, MAX_NUMBER).and_then(|number| u16::try_from(number).ok());
        match number {
            Some(number) => reader.first_time(&mut seen, number, Field::Number),
            None => all_numbers_known = false,
        }
        found.extend(constituency(&mut reader, number));
    }
    // A number that could not be read may be the very one that seems to be missing.
    if all_numbers_known {
        errors.extend(constituencies_in_use(current, &seen));
    }
    ImportErrors::or(errors, found)
}

fn constituency(reader: &mut RowReader<'_>, number: Option<u16>) -> Option<Constituency> {
    let az = reader.optional_text(Field::NameAz, MAX_NAME_CHARS);
    let en = reader.optional_text(Field::NameEn, MAX_NAME_CHARS);
    let ru = reader.optional_text(Field::NameRu, MAX_NAME_CHARS);
    let (name_az, name_en, name_ru) = (az?, en?, ru?);
    let named = [&name_az, &name_en, &name_ru].into_iter().any(Option::is_some);
    let name_status = reader.name_status(name_az.is_some(), named)?;
    Some(Constituency { number: number?, name_az, name_en, name_ru, name_status })
}

/// The constituencies that the file leaves out although the list has stations of them.
fn constituencies_in_use(current: &StationList, in_file: &HashMap<u16, u32>) -> Vec<ImportError> {
    let numbers = current.constituencies().iter().map(|constituency| constituency.number);
    let left_out = numbers.filter(|number| !in_file.contains_key(number));
    let in_use = left_out
        .map(|number| (number, current.stations_of(number).len()))
        .filter(|(_, stations)| *stations > 0);
    in_use
        .map(|(number, stations)| ImportError::of_file(Reason::ConstituencyInUse { number, stations }))
        .collect()
}

/// All rows as stations.
pub(super) fn stations(
    current: &StationList,
    table: &Table,
    columns: &Columns,
) -> Result<Vec<Station>, ImportErrors> {
    let mut errors = table.errors.clone();
    let mut seen = HashMap::new();
    let mut found = Vec::new();
    if current.constituencies().is_empty() {
        errors.push(ImportError::of_file(Reason::NoConstituencies));
    }
    for row in &table.rows {
        let mut reader = RowReader { row, columns, errors: &mut errors };
        let id = station_id(&mut reader, current);
        if let Some(id) = id {
            reader.first_time(&mut seen, id, Field::Station);
        }
        found.extend(station(&mut reader, id));
    }
    ImportErrors::or(errors, found)
}

fn station_id(reader: &mut RowReader<'_>, current: &StationList) -> Option<StationId> {
    let constituency = reader.number(Field::Constituency, 1, MAX_NUMBER);
    let station = reader.number(Field::Station, 1, MAX_NUMBER);
    let constituency = u16::try_from(constituency?).ok()?;
    if !current.constituencies().is_empty() && current.constituency(constituency).is_none() {
        reader.note(Field::Constituency, Reason::UnknownConstituency);
    }
    Some(StationId::new(constituency, u16::try_from(station?).ok()?))
}

/// Reads every field even after an error, so that all errors of the row are found.
fn station(reader: &mut RowReader<'_>, id: Option<StationId>) -> Option<Station> {
    let venue = reader.text(Field::Venue, MAX_VENUE_CHARS);
    let address = reader.optional_text(Field::Address, MAX_ADDRESS_CHARS);
    let voters = reader.number(Field::Voters, 1, MAX_VOTERS);
    let cameras = reader.cameras();
    let coordinates = reader.coordinates();
    Some(Station {
        id: id?,
        venue: venue?,
        address: address?.unwrap_or_default(),
        voters: voters?,
        coordinates: coordinates?,
        cameras: cameras?,
    })
}

/// Reads the fields of one row. Each method returns `None` after it has recorded an error.
struct RowReader<'a> {
    row: &'a Row,
    columns: &'a Columns,
    errors: &'a mut Vec<ImportError>,
}

impl<'a> RowReader<'a> {
    /// The cell of a field; empty if the file has no such column.
    fn cell(&self, field: Field) -> &'a str {
        let cell = self.columns.of(field).and_then(|(_, at)| self.row.cells.get(at));
        cell.map_or("", String::as_str)
    }

    fn refuse<T>(&mut self, field: Field, reason: Reason) -> Option<T> {
        self.note(field, reason);
        None
    }

    fn note(&mut self, field: Field, reason: Reason) {
        let error = match self.columns.of(field) {
            Some((header, _)) => ImportError::of_cell(self.row.line, header, self.cell(field), reason),
            None => ImportError::of_line(self.row.line, reason),
        };
        self.errors.push(error);
    }

    fn first_time<K: Hash + Eq>(&mut self, seen: &mut HashMap<K, u32>, key: K, field: Field) {
        match seen.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(self.row.line);
            }
            Entry::Occupied(entry) => {
                let first_line = *entry.get();
                self.note(field, Reason::Duplicate { first_line });
            }
        }
    }

    fn number(&mut self, field: Field, min: u32, max: u32) -> Option<u32> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return self.refuse(field, Reason::Empty);
        }
        let (sign, digits) = cell.strip_prefix('-').map_or((false, cell), |digits| (true, digits));
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return self.refuse(field, Reason::NotANumber);
        }
        match digits.parse::<u32>() {
            Ok(number) if !sign && (min..=max).contains(&number) => Some(number),
            _ => self.refuse(field, Reason::OutOfRange { min, max }),
        }
    }

    fn cameras(&mut self) -> Option<u8> {
        if self.columns.lacks_cameras() {
            return Some(1);
        }
        self.number(Field::Cameras, 1, Station::MAX_CAMERAS.into())
            .and_then(|cameras| u8::try_from(cameras).ok())
    }

    fn text(&mut self, field: Field, max_chars: usize) -> Option<String> {
        match self.optional_text(field, max_chars)? {
            Some(text) => Some(text),
            None => self.refuse(field, Reason::Empty),
        }
    }

    /// `Some(None)` for an empty cell.
    fn optional_text(&mut self, field: Field, max_chars: usize) -> Option<Option<String>> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return Some(None);
        }
        match clean_text(cell, max_chars) {
            Ok(text) => Some(Some(text)),
            Err(reason) => self.refuse(field, reason),
        }
    }

    /// Without a status column a name counts as confirmed, since the file is the commission's.
    fn name_status(&mut self, in_azerbaijani: bool, named: bool) -> Option<NameStatus> {
        let word = self.cell(Field::NameStatus).to_lowercase();
        let status = match (word.as_str(), in_azerbaijani) {
            ("", true) => NameStatus::Confirmed,
            ("", false) => NameStatus::Unknown,
            (word, _) => match NameStatus::from_name(word) {
                Some(status) => status,
                None => return self.refuse(Field::NameStatus, Reason::NotAStatus),
            },
        };
        match (status, in_azerbaijani) {
            (NameStatus::Unknown, _) if named => {
                self.refuse(Field::NameStatus, Reason::NameWithStatusUnknown)
            }
            (NameStatus::Confirmed | NameStatus::Unconfirmed, false) => {
                self.refuse(Field::NameStatus, Reason::StatusWithoutName)
            }
            (status, _) => Some(status),
        }
    }

    /// `Some(None)` if neither is given.
    fn coordinates(&mut self) -> Option<Option<Coordinates>> {
        let lat = self.degrees(Field::Latitude, 90);
        let lon = self.degrees(Field::Longitude, 180);
        match (lat?, lon?) {
            (None, None) => Some(None),
            (Some(lat), Some(lon)) => Some(Coordinates::new(lat, lon)),
            (None, Some(_)) => self.refuse(Field::Latitude, Reason::HalfCoordinates),
            (Some(_), None) => self.refuse(Field::Longitude, Reason::HalfCoordinates),
        }
    }

    /// `Some(None)` for an empty cell. A decimal comma, as spreadsheets here write it, is accepted as well as a point.
    fn degrees(&mut self, field: Field, max: u32) -> Option<Option<f64>> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return Some(None);
        }
        let plain = cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b','));
        match cell.replace(',', ".").parse::<f64>() {
            Ok(degrees) if plain && degrees.abs() <= f64::from(max) => Some(Some(degrees)),
            Ok(_) if plain => self.refuse(field, Reason::DegreesOutOfRange { max }),
            _ => self.refuse(field, Reason::NotDegrees),
        }
    }
}

/// The text with composed letters and single plain spaces, or what is wrong with it. The result does not change when it
/// is read again.
pub(super) fn clean_text(raw: &str, max_chars: usize) -> Result<String, Reason> {
    if let Some(c) = raw.chars().find(|&c| is_invisible(c)) {
        return Err(Reason::Invisible(u32::from(c)));
    }
    let raw = unguarded(raw);
    let words: Vec<&str> = raw.split_whitespace().collect();
    let text: String = words.join(" ").nfc().collect();
    if let Some(c) = lost_letter(&text) {
        return Err(Reason::LostLetter(c));
    }
    if let Some(c) = text.chars().next().filter(|c| begins_formula(*c)) {
        return Err(Reason::Formula(c));
    }
    if text.chars().count() > max_chars { Err(Reason::TooLong { max: max_chars }) } else { Ok(text) }
}

/// The character that converters leave for ə and the like: U+FFFD anywhere, `?` beside a letter.
fn lost_letter(text: &str) -> Option<char> {
    if text.contains('\u{fffd}') {
        return Some('\u{fffd}');
    }
    let mut before = ' ';
    for c in text.chars() {
        if (c == '?' && before.is_alphabetic()) || (before == '?' && c.is_alphabetic()) {
            return Some('?');
        }
        before = c;
    }
    None
}
