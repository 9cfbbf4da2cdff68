//! From a file's text to a header and rows of equal length: finds the delimiter, skips empty rows, keeps line numbers.

use serde::Serialize;

use super::errors::ImportError;
use super::{MAX_ROWS, Reason};

/// Maximum number of cells of a row that are read.
const MAX_COLUMNS: usize = 100;

/// The delimiter of a file's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// A file's rows with the lines on which they begin; every row has as many cells as the header.
pub(super) struct Table {
    pub(super) delimiter: Delimiter,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Errors of the rows that cannot be used; the others are read all the same, to find their errors.
    pub(super) errors: Vec<ImportError>,
}

/// One row.
pub(super) struct Row {
    /// The line on which it begins, from 1.
    pub(super) line: u32,
    /// Its first cells, at most [`MAX_COLUMNS`].
    pub(super) cells: Vec<String>,
    /// Number of its cells in the file.
    len: usize,
    /// Number of them up to the last one that is not empty.
    used: usize,
}

impl Row {
    fn new(line: u32, record: &csv::StringRecord) -> Self {
        let mut used = 0;
        for (at, cell) in record.iter().enumerate() {
            if !cell.trim().is_empty() {
                used = at + 1;
            }
        }
        let cells = record.iter().take(MAX_COLUMNS).map(|cell| cell.trim().to_owned()).collect();
        Self { line, cells, len: record.len(), used }
    }
}

/// Splits a text into rows. Rows without any value are skipped. `known` counts the headers that the reader knows: this
/// decides between delimiters, and a file without any is none of its files.
pub(super) fn read(text: &str, known: fn(&[String]) -> usize) -> Result<Table, Reason> {
    let delimiter = delimiter_of(text, known);
    let mut errors = Vec::new();
    let mut rows = split(text, delimiter, &mut errors)?.into_iter();
    let mut header = rows.next().ok_or(Reason::NoRows)?;
    if header.used > MAX_COLUMNS || known(&header.cells) == 0 {
        return Err(Reason::NoHeader);
    }
    header.cells.truncate(header.used);
    let mut table = Table { delimiter, header: header.cells, rows: Vec::new(), errors };
    for row in rows {
        match fit(row, table.header.len()) {
            Ok(row) => table.rows.push(row),
            Err(error) => table.errors.push(error),
        }
    }
    if table.rows.is_empty() && table.errors.is_empty() {
        return Err(Reason::NoRows);
    }
    Ok(table)
}

/// The delimiter with which the first line names the most columns; a comma if none does.
fn delimiter_of(text: &str, known: fn(&[String]) -> usize) -> Delimiter {
    let first = text.lines().find(|line| !is_excel_hint(line) && !line.trim().is_empty()).unwrap_or_default();
    let known_with = |delimiter: &Delimiter| {
        let separator = char::from(delimiter.byte());
        let cells: Vec<String> =
            first.split(separator).take(MAX_COLUMNS).map(|cell| cell.trim_matches('"').to_owned()).collect();
        known(&cells)
    };
    // Among equals `max_by_key` takes the last.
    [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Comma]
        .into_iter()
        .max_by_key(known_with)
        .unwrap_or(Delimiter::Comma)
}

/// A spreadsheet's first line that only declares the delimiter: `sep=;`.
fn is_excel_hint(line: &str) -> bool {
    line.len() <= 6 && line.starts_with("sep=")
}

fn split(text: &str, delimiter: Delimiter, errors: &mut Vec<ImportError>) -> Result<Vec<Row>, Reason> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.byte())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = LineCounter::new(text);
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    // The text is UTF-8 and in memory, so reading cannot fail; if it ever did, the rest would be missing silently.
    while reader.read_record(&mut record).map_err(|_| Reason::NotText)? {
        let line = lines.line_at(record.position().map_or(0, csv::Position::byte));
        let row = Row::new(line, &record);
        if row.used == 0 || (line == 1 && row.cells.iter().any(|cell| is_excel_hint(cell))) {
            continue;
        }
        if rows.len() > MAX_ROWS {
            return Err(Reason::TooManyRows);
        }
        if record.iter().any(|cell| cell.contains(['\n', '\r'])) {
            errors.push(ImportError::of_line(line, Reason::LineBreak));
            continue;
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Cuts empty cells after the header's last one; if the length then still differs, the row is wrong.
fn fit(mut row: Row, expected: usize) -> Result<Row, ImportError> {
    if row.len < expected || row.used > expected {
        return Err(ImportError::of_line(row.line, Reason::CellCount { found: row.len, expected }));
    }
    row.cells.truncate(expected);
    Ok(row)
}

/// Counts lines up to ascending offsets of a text; LF, CRLF and CR each end one.
struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line of the first row that begins at or after `byte`: empty lines before it are skipped.
    fn line_at(&mut self, byte: u64) -> u32 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(&b) = self.bytes.get(self.at) {
            let line_end = b == b'\n' || b == b'\r';
            if self.at >= from && !line_end {
                break;
            }
            let lf_follows = b == b'\r' && self.bytes.get(self.at + 1) == Some(&b'\n');
            if line_end && !lf_follows {
                self.line = self.line.saturating_add(1);
            }
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::known_headers;
    use super::*;

    fn read(text: &str) -> Result<Table, Reason> {
        super::read(text, known_headers)
    }

    fn lines(text: &str) -> Vec<u32> {
        read(text).unwrap().rows.iter().map(|row| row.line).collect()
    }

    #[test]
    fn rows_know_their_lines_whatever_ends_them() {
        assert_eq!(lines("number,name\n1,a\n\n2,b\n"), [2, 4]);
        assert_eq!(lines("number,name\r\n1,a\r\n\r\n\r\n2,b"), [2, 5]);
        assert_eq!(lines("\n\nnumber,name\r1,a\r2,b\r"), [4, 5]);
        assert_eq!(lines("number,name\n,\n1,a\n;;\n".replace(';', "").as_str()), [3]);
    }

    #[test]
    fn finds_the_delimiter() {
        for (text, delimiter) in [
            ("number,name_az\n1,a", Delimiter::Comma),
            ("number;name_az\n1;a,b", Delimiter::Semicolon),
            ("\"number\"\t\"name_az\"\n1\ta", Delimiter::Tab),
            ("sep=;\nnumber;name_az\n1;a", Delimiter::Semicolon),
        ] {
            let table = read(text).unwrap();
            assert_eq!((table.delimiter, table.rows.len(), table.header.len()), (delimiter, 1, 2), "{text}");
        }
    }

    #[test]
    fn an_unclosed_quotation_mark_is_named_where_it_opens() {
        let table = read("number,name\n1,a\n2,\"b\n3,c\n").unwrap();
        assert_eq!(table.errors, [ImportError::of_line(3, Reason::LineBreak)]);
    }

    #[test]
    fn a_row_too_many_is_too_many() {
        let mut text = String::from("number,name\n");
        text.push_str(&"1,a\n".repeat(MAX_ROWS));
        assert_eq!(read(&text).unwrap().rows.len(), MAX_ROWS);
        text.push_str("1,a\n");
        assert_eq!(read(&text).err(), Some(Reason::TooManyRows));
    }
}
