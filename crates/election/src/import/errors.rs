//! What an import reports to the author of the file: every error with its line, column, value and reason.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{MAX_FILE_BYTES, MAX_ROWS};

/// Number of errors that the text form lists before it only counts the rest.
const SHOWN_ERRORS: usize = 100;

/// The longest part of a wrong value that is shown, in characters.
const SHOWN_VALUE_CHARS: usize = 60;

/// All errors of a file, in the order of lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportErrors(Vec<ImportError>);

impl ImportErrors {
    /// `Err` with all of `errors`, sorted by line, or `Ok(value)` if there are none.
    pub(super) fn or<T>(mut errors: Vec<ImportError>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            return Ok(value);
        }
        errors.sort_by_key(|error| error.line);
        Err(Self(errors))
    }

    /// All of them.
    pub fn all(&self) -> &[ImportError] {
        &self.0
    }
}

impl From<Reason> for ImportErrors {
    /// An error of the file as a whole.
    fn from(reason: Reason) -> Self {
        Self(vec![ImportError::of_file(reason)])
    }
}

impl std::error::Error for ImportErrors {}

impl fmt::Display for ImportErrors {
    /// One line for each error, at most 100, then a count of the others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.len();
        write!(
            f,
            "nothing was imported: {total} {} wrong",
            if total == 1 { "thing is" } else { "things are" }
        )?;
        for error in self.0.iter().take(SHOWN_ERRORS) {
            write!(f, "\n  {error}")?;
        }
        match total.saturating_sub(SHOWN_ERRORS) {
            0 => Ok(()),
            more => write!(f, "\n  … and {more} more"),
        }
    }
}

impl Serialize for ImportErrors {
    /// As `{"total": 2, "errors": [{"line", "column", "value", "reason", "message"}, …]}` with all of them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ImportErrors", 2)?;
        object.serialize_field("total", &self.0.len())?;
        object.serialize_field("errors", &self.0)?;
        object.end()
    }
}

/// One error, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The line of the file, from 1; none if the error concerns the file as a whole.
    pub line: Option<u32>,
    /// The column, as the file's header writes it.
    pub column: Option<String>,
    /// The cell's content, cut after 60 characters.
    pub value: Option<String>,
    /// What is wrong with it.
    pub reason: Reason,
}

impl ImportError {
    pub(super) fn of_file(reason: Reason) -> Self {
        Self { line: None, column: None, value: None, reason }
    }

    pub(super) fn of_line(line: u32, reason: Reason) -> Self {
        Self { line: Some(line), ..Self::of_file(reason) }
    }

    pub(super) fn of_value(line: u32, value: &str, reason: Reason) -> Self {
        Self { value: Some(shorten(value)), ..Self::of_line(line, reason) }
    }

    pub(super) fn of_cell(line: u32, column: &str, value: &str, reason: Reason) -> Self {
        Self { column: Some(shorten(column)), value: Some(shorten(value)), ..Self::of_line(line, reason) }
    }
}

/// The beginning of a cell: enough to find it, and no more.
pub(super) fn shorten(value: &str) -> String {
    let mut chars = value.chars();
    let mut short: String = chars.by_ref().take(SHOWN_VALUE_CHARS).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

impl fmt::Display for ImportError {
    /// `line 17, column "voters", value "12o0": is not a whole number`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}")?,
            None => write!(f, "file")?,
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column:?}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", value {value:?}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl Serialize for ImportError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ImportError", 5)?;
        object.serialize_field("line", &self.line)?;
        object.serialize_field("column", &self.column)?;
        object.serialize_field("value", &self.value)?;
        object.serialize_field("reason", self.reason.code())?;
        object.serialize_field("message", &self.reason.to_string())?;
        object.end()
    }
}

/// Kinds of error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More than [`MAX_FILE_BYTES`].
    #[error("the file is larger than {MAX_FILE_BYTES} bytes")]
    FileTooLarge,
    /// No row with values.
    #[error("the file has no rows")]
    NoRows,
    /// More than [`MAX_ROWS`].
    #[error("the file has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// A workbook or another binary file.
    #[error("the file is no text; if it is a workbook, save it as CSV")]
    NotText,
    /// Words of a one-byte code page in Cyrillic.
    #[error(
        "the file is not UTF-8, and its words are Cyrillic in a code page such as Windows-1251, which has no ə, ş or ğ; \
         save it as \"CSV UTF-8\""
    )]
    Cyrillic,
    /// Text that is UTF-8 read in another code page.
    #[error(
        "was UTF-8 and was read as {code_page}: it should have been {should_be:?}; take the file as it was before, and open \
         it in the spreadsheet as UTF-8"
    )]
    Misread {
        /// The code page in which it was read.
        code_page: &'static str,
        /// The text that it should have been, cut after 60 characters.
        should_be: String,
    },
    /// No row whose cells name columns.
    #[error(
        "the first line names no known column; constituencies have number,name_az,name_en,name_ru,name_status and \
         stations have constituency,station,venue,address,voters,cameras,latitude,longitude"
    )]
    NoHeader,
    /// A required column.
    #[error("the column {0:?} is missing")]
    MissingColumn(&'static str),
    /// Two columns for one field.
    #[error("the columns {0:?} and {1:?} mean the same")]
    SameColumn(String, String),
    /// A row with another number of cells than the header.
    #[error("the row has {found} cells, the header has {expected}")]
    CellCount {
        /// Cells of the row.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// Usually a quotation mark that is never closed.
    #[error("a cell goes on over the end of its line; a quotation mark is not closed")]
    LineBreak,
    /// An empty cell in a required column.
    #[error("is empty")]
    Empty,
    /// Not a whole number.
    #[error("is not a whole number")]
    NotANumber,
    /// A number outside its range.
    #[error("is not between {min} and {max}")]
    OutOfRange {
        /// Smallest allowed.
        min: u32,
        /// Largest allowed.
        max: u32,
    },
    /// Too much text.
    #[error("is longer than {max} characters")]
    TooLong {
        /// Most characters allowed.
        max: usize,
    },
    /// An invisible character.
    #[error("holds the invisible character U+{0:04X}")]
    Invisible(u32),
    /// A question mark or replacement character inside a word.
    #[error("holds {0:?} in the place of a letter that was lost when the file was converted")]
    LostLetter(char),
    /// Text that a spreadsheet would execute.
    #[error("begins with {0:?}, which a spreadsheet would take for a formula")]
    Formula(char),
    /// The same number or key once more.
    #[error("is already on line {first_line}")]
    Duplicate {
        /// Line on which it was first.
        first_line: u32,
    },
    /// A station of a constituency that the list does not have.
    #[error("there is no such constituency")]
    UnknownConstituency,
    /// Stations before constituencies.
    #[error("the list has no constituencies yet; import their file first")]
    NoConstituencies,
    /// A constituency that the list's stations need is missing.
    #[error(
        "constituency {number} is missing, but the list has {stations} of its stations; import stations without them first"
    )]
    ConstituencyInUse {
        /// The constituency.
        number: u16,
        /// Number of its stations in the list.
        stations: usize,
    },
    /// None of the three words.
    #[error("is none of confirmed, unconfirmed, unknown")]
    NotAStatus,
    /// An unknown name although a name is given.
    #[error("says that the name is unknown, but the row has one")]
    NameWithStatusUnknown,
    /// A status without a name.
    #[error("says that the name is known, but the row has no name in Azerbaijani")]
    StatusWithoutName,
    /// Not degrees.
    #[error("is not a number of degrees such as 40.409264")]
    NotDegrees,
    /// Degrees out of range.
    #[error("is not between -{max} and {max} degrees")]
    DegreesOutOfRange {
        /// Largest absolute value.
        max: u32,
    },
    /// Latitude without longitude, or vice versa.
    #[error("latitude and longitude must both be there, or neither")]
    HalfCoordinates,
    /// No row whose cells name columns of a file of the programme.
    #[error("the first line names no known column; this file has {0}")]
    NoColumns(&'static str),
    /// Not a stage of the programme.
    #[error("is none of chosen, surveyed, conditions-met, installed, accepted, rehearsed, public")]
    NotAStage,
    /// Not a date.
    #[error("is not a date such as 2024-02-05 or 05.02.2024")]
    NotADate,
    /// None of the reasons for which a station has no camera.
    #[error("is none of hospital, prison, ship, abroad, small, other")]
    NotAReason,
    /// Another reason, without words.
    #[error("is empty, but the reason is \"other\"; say which")]
    OtherWithoutWords,
    /// A station that the list does not have.
    #[error("the list has no such station")]
    UnknownStation,
    /// A station that the list has.
    #[error("the list has this station, with a camera; take it from one of the two")]
    HasCamera,
}

impl Reason {
    /// A short name that programs can rely on.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FileTooLarge => "file_too_large",
            Self::NoRows => "no_rows",
            Self::TooManyRows => "too_many_rows",
            Self::NotText => "not_text",
            Self::Cyrillic => "cyrillic",
            Self::Misread { .. } => "misread",
            Self::NoHeader => "no_header",
            Self::MissingColumn(_) => "missing_column",
            Self::SameColumn(..) => "same_column",
            Self::CellCount { .. } => "cell_count",
            Self::LineBreak => "line_break",
            Self::Empty => "empty",
            Self::NotANumber => "not_a_number",
            Self::OutOfRange { .. } => "out_of_range",
            Self::TooLong { .. } => "too_long",
            Self::Invisible(_) => "invisible_character",
            Self::LostLetter(_) => "lost_letter",
            Self::Formula(_) => "formula",
            Self::Duplicate { .. } => "duplicate",
            Self::UnknownConstituency => "unknown_constituency",
            Self::NoConstituencies => "no_constituencies",
            Self::ConstituencyInUse { .. } => "constituency_in_use",
            Self::NotAStatus => "not_a_status",
            Self::NameWithStatusUnknown => "name_with_status_unknown",
            Self::StatusWithoutName => "status_without_name",
            Self::NotDegrees => "not_degrees",
            Self::DegreesOutOfRange { .. } => "degrees_out_of_range",
            Self::HalfCoordinates => "half_coordinates",
            Self::NoColumns(_) => "no_header",
            Self::NotAStage => "not_a_stage",
            Self::NotADate => "not_a_date",
            Self::NotAReason => "not_a_reason",
            Self::OtherWithoutWords => "other_without_words",
            Self::UnknownStation => "unknown_station",
            Self::HasCamera => "has_camera",
        }
    }
}
