//! Reading the commission's CSV files: all or nothing, and every wrong cell is named.
//!
//! Bytes become text ([`decode`]), text becomes rows ([`table`]), the header says what the columns are
//! ([`columns`]), each row becomes a value ([`rows`]), and the new list is compared with the current one.

mod codepage;
mod columns;
mod decode;
mod errors;
mod programme;
mod rows;
mod table;

use serde::Serialize;

pub use columns::FileKind;
pub use decode::SourceEncoding;
pub use errors::{ImportError, ImportErrors, Reason};
pub use programme::{ProgrammePlan, plan_dues, plan_without_camera};
pub use table::Delimiter;

use crate::diff::Diff;
use crate::export::list_digest;
use crate::model::StationList;

/// Size limit of a file, in bytes: 8 MiB. A list of 7000 stations takes less than one.
pub const MAX_FILE_BYTES: usize = 8 << 20;

/// Maximum number of rows in a file.
pub const MAX_ROWS: usize = 20_000;

/// The result that an import would have. Nothing changes until a store applies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportPlan {
    /// The kind of the file.
    pub kind: FileKind,
    /// Number of stations or constituencies in it.
    pub rows: usize,
    /// The encoding that it was read in.
    pub encoding: SourceEncoding,
    /// The delimiter of its cells.
    pub delimiter: Delimiter,
    /// What the person who imports it should know.
    pub notes: Vec<ImportNote>,
    /// The changes; empty if the list already equals the file.
    pub diff: Diff,
    /// The resulting list.
    #[serde(skip)]
    pub list: StationList,
    /// [`list_digest`] of the list that this plan was made against: it applies to no other.
    #[serde(skip)]
    pub base: [u8; 32],
}

/// Something worth knowing that is not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum ImportNote {
    /// The file is not UTF-8.
    #[error("the file is not UTF-8 and was read as Windows-1254, which has no ə: look at the names closely")]
    Windows1254,
    /// A column that belongs to no field.
    #[error("column {header:?} is not known and was ignored")]
    IgnoredColumn {
        /// Its header.
        header: String,
    },
    /// No column gives the number of cameras of a station.
    #[error("there is no column \"cameras\": each station gets one camera")]
    OneCameraEach,
}

/// Reads `file` as constituencies or stations, depending on its header, and plans the list with them in place of those
/// in `current`. The file is the complete list of its kind: whatever it does not name is removed.
///
/// # Errors
/// [`ImportErrors`] with everything that is wrong anywhere in the file; then nothing of it is used.
pub fn plan_import(current: &StationList, file: &[u8]) -> Result<ImportPlan, ImportErrors> {
    let decoded = decode::decode(file)?;
    refuse_misread(&decoded.text)?;
    let table = table::read(&decoded.text, columns::known_headers)?;
    let columns = columns::recognise(&table.header)?;
    let rows = table.rows.len();
    let list = match columns.kind() {
        FileKind::Constituencies => {
            StationList::new(rows::constituencies(current, &table, &columns)?, current.stations().to_vec())
        }
        FileKind::Stations => {
            StationList::new(current.constituencies().to_vec(), rows::stations(current, &table, &columns)?)
        }
    };
    Ok(ImportPlan {
        kind: columns.kind(),
        rows,
        encoding: decoded.encoding,
        delimiter: table.delimiter,
        notes: notes(&decoded, &columns),
        diff: Diff::between(current, &list),
        base: list_digest(current),
        list,
    })
}

/// Reports every line with a cell that was read in a wrong code page before it came here; headers too, since they would
/// otherwise be called unknown.
fn refuse_misread(text: &str) -> Result<(), ImportErrors> {
    let misread = (1..).zip(text.lines()).take(MAX_ROWS).filter_map(|(line, text)| {
        let mut cells = text.split([',', ';', '\t', '"']).filter(|cell| !cell.is_ascii());
        let (cell, back) = cells.find_map(|cell| Some((cell, codepage::turned_back(cell)?)))?;
        let should_be = errors::shorten(back.text.trim());
        Some(ImportError::of_value(
            line,
            cell.trim(),
            Reason::Misread { code_page: back.code_page, should_be },
        ))
    });
    ImportErrors::or(misread.collect(), ())
}

fn notes(decoded: &decode::Decoded<'_>, columns: &columns::Columns) -> Vec<ImportNote> {
    let mut notes = Vec::new();
    if decoded.encoding == SourceEncoding::Windows1254 {
        notes.push(ImportNote::Windows1254);
    }
    if columns.lacks_cameras() {
        notes.push(ImportNote::OneCameraEach);
    }
    notes.extend(
        columns.ignored().iter().map(|header| ImportNote::IgnoredColumn { header: errors::shorten(header) }),
    );
    notes
}
