//! From a header row to columns: names in Azerbaijani, English and Russian, compared by their fold. They also
//! distinguish a file of stations from one of constituencies.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

use super::Reason;
use super::errors::{ImportError, ImportErrors, shorten};
use crate::text::fold;

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Constituencies and their names.
    Constituencies,
    /// Polling stations.
    Stations,
}

/// A field that a column can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Constituency,
    Station,
    Venue,
    Address,
    Voters,
    Cameras,
    Latitude,
    Longitude,
    Number,
    NameAz,
    NameEn,
    NameRu,
    NameStatus,
}

/// The headers that each field's column may have. Case, accents, spaces, `_` and the keyboard do not matter: headers
/// are compared by their fold. The first of each is the one that is written and documented.
const HEADERS: [(Field, &[&str]); 13] = [
    (
        Field::Constituency,
        &[
            "constituency",
            "constituency number",
            "constituency no",
            "dairə",
            "dairə nömrəsi",
            "dairənin nömrəsi",
            "seçki dairəsi",
            "seçki dairəsinin nömrəsi",
            "округ",
            "номер округа",
            "избирательный округ",
        ],
    ),
    (
        Field::Station,
        &[
            "station",
            "station number",
            "station no",
            "polling station",
            "polling station number",
            "məntəqə",
            "məntəqə nömrəsi",
            "məntəqənin nömrəsi",
            "seçki məntəqəsi",
            "seçki məntəqəsinin nömrəsi",
            "участок",
            "номер участка",
            "избирательный участок",
        ],
    ),
    (
        Field::Venue,
        &[
            "venue",
            "building",
            "place",
            "yer",
            "bina",
            "yerləşdiyi yer",
            "yerləşdiyi bina",
            "место",
            "здание",
            "помещение",
        ],
    ),
    (Field::Address, &["address", "ünvan", "ünvanı", "адрес"]),
    (
        Field::Voters,
        &[
            "voters",
            "registered voters",
            "number of voters",
            "seçicilər",
            "seçici sayı",
            "seçicilərin sayı",
            "избиратели",
            "число избирателей",
            "количество избирателей",
        ],
    ),
    (
        Field::Cameras,
        &[
            "cameras",
            "number of cameras",
            "webcams",
            "kameralar",
            "kamera sayı",
            "kameraların sayı",
            "veb-kameralar",
            "камеры",
            "число камер",
            "количество камер",
        ],
    ),
    (Field::Latitude, &["latitude", "lat", "enlik", "coğrafi enlik", "широта"]),
    (Field::Longitude, &["longitude", "lon", "lng", "long", "uzunluq", "coğrafi uzunluq", "долгота"]),
    (Field::Number, &["number", "no", "nr", "nömrə", "nömrəsi", "номер"]),
    (Field::NameAz, &["name_az", "name", "ad", "adı", "ad_az", "dairənin adı", "название", "название_az"]),
    (Field::NameEn, &["name_en", "ad_en", "english name", "название_en"]),
    (Field::NameRu, &["name_ru", "ad_ru", "russian name", "название_ru"]),
    (Field::NameStatus, &["name_status", "status", "adın statusu", "статус", "статус названия"]),
];

impl Field {
    /// The name that the documentation uses.
    fn name(self) -> &'static str {
        let names = HEADERS.iter().find(|(field, _)| *field == self).and_then(|(_, names)| names.first());
        names.copied().unwrap_or_default()
    }

    pub(super) fn of_header(header: &str) -> Option<Self> {
        // Folding takes time in proportion to the length, and no known header is long.
        if header.len() > MAX_HEADER_BYTES {
            return None;
        }
        // "№" alone is a symbol, and folds to nothing.
        let folded = if header == "№" { "no".into() } else { fold(header) };
        FOLDED_HEADERS.get(&folded).copied()
    }
}

/// The longest header that is looked up, in bytes.
const MAX_HEADER_BYTES: usize = 100;

static FOLDED_HEADERS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    let folded = |(field, names): &(Field, &'static [&'static str])| {
        let field = *field;
        names.iter().map(move |name| (fold(name), field))
    };
    HEADERS.iter().flat_map(folded).collect()
});

/// How many of these headers are known.
pub(super) fn known_headers(headers: &[String]) -> usize {
    headers.iter().filter(|header| Field::of_header(header).is_some()).count()
}

/// Which column fills which field.
pub(super) struct Columns {
    kind: FileKind,
    /// Field, header as written, index.
    columns: Vec<(Field, String, usize)>,
    ignored: Vec<String>,
}

impl Columns {
    pub(super) fn kind(&self) -> FileKind {
        self.kind
    }

    /// Headers that belong to no field.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The header, as the file writes it, and the index of a field's column.
    pub(super) fn of(&self, field: Field) -> Option<(&str, usize)> {
        let (_, header, at) = self.columns.iter().find(|(of, ..)| *of == field)?;
        Some((header, *at))
    }

    /// Whether stations come without a count of cameras.
    pub(super) fn lacks_cameras(&self) -> bool {
        self.kind == FileKind::Stations && self.of(Field::Cameras).is_none()
    }
}

/// Determines the kind of a file and the columns of its fields.
pub(super) fn recognise(header: &[String]) -> Result<Columns, ImportErrors> {
    let mut columns = Vec::new();
    let mut ignored = Vec::new();
    for (at, name) in header.iter().enumerate() {
        match Field::of_header(name) {
            Some(field) => columns.push((field, name.clone(), at)),
            None if name.is_empty() => {}
            None => ignored.push(name.clone()),
        }
    }
    let kind = kind_of(&columns);
    settle_numbers(&mut columns, kind);
    let errors = [missing(&columns, kind), doubled(&columns)].concat();
    ImportErrors::or(errors, Columns { kind, columns, ignored })
}

/// Only stations have a venue, voters or a number within a constituency.
fn kind_of(columns: &[(Field, String, usize)]) -> FileKind {
    let of_stations =
        |field: &Field| matches!(field, Field::Station | Field::Venue | Field::Voters | Field::Cameras);
    if columns.iter().any(|(field, ..)| of_stations(field)) {
        FileKind::Stations
    } else {
        FileKind::Constituencies
    }
}

/// A bare "number" is the station's in a file of stations; "constituency" is the number in one of constituencies.
fn settle_numbers(columns: &mut [(Field, String, usize)], kind: FileKind) {
    let has = |columns: &[(Field, String, usize)], wanted| columns.iter().any(|(field, ..)| *field == wanted);
    let (from, to) = match kind {
        FileKind::Stations => (Field::Number, Field::Station),
        FileKind::Constituencies => (Field::Constituency, Field::Number),
    };
    if has(columns, to) {
        return;
    }
    for (field, ..) in columns.iter_mut().filter(|(field, ..)| *field == from) {
        *field = to;
    }
}

fn missing(columns: &[(Field, String, usize)], kind: FileKind) -> Vec<ImportError> {
    let needed: &[Field] = match kind {
        FileKind::Constituencies => &[Field::Number, Field::NameAz],
        FileKind::Stations => &[Field::Constituency, Field::Station, Field::Venue, Field::Voters],
    };
    let there = |wanted: &&Field| columns.iter().any(|(field, ..)| field == *wanted);
    let missing = needed.iter().filter(|field| !there(field));
    missing.map(|field| ImportError::of_file(Reason::MissingColumn(field.name()))).collect()
}

fn doubled(columns: &[(Field, String, usize)]) -> Vec<ImportError> {
    let mut errors = Vec::new();
    for (i, (field, header, _)) in columns.iter().enumerate() {
        let first = columns.iter().take(i).find(|(before, ..)| before == field);
        if let Some((_, before, _)) = first {
            errors.push(ImportError::of_file(Reason::SameColumn(shorten(before), shorten(header))));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(line: &str) -> Vec<String> {
        line.split(',').map(String::from).collect()
    }

    #[test]
    fn no_header_means_two_fields() {
        let named = |(field, names): &(Field, &[&str])| {
            let field = *field;
            names.iter().map(move |name| (fold(name), field)).collect::<Vec<_>>()
        };
        for (name, field) in HEADERS.iter().flat_map(named) {
            assert_eq!(Field::of_header(&name), Some(field), "{name}");
        }
    }

    #[test]
    fn headers_in_three_languages_mean_the_same() {
        for line in [
            "constituency,station,venue,address,voters,cameras",
            "Seçki dairəsi,Seçki məntəqəsi,Yerləşdiyi bina,Ünvanı,Seçicilərin sayı,Kamera sayı",
            "SECKI DAIRESI,SECKI MENTEQESI,YERLESDIYI BINA,UNVANI,SECICILERIN SAYI,KAMERA SAYI",
            "Номер округа,Номер участка,Помещение,Адрес,Число избирателей,Количество камер",
            "Dairə,№,Yer,Ünvan,Seçicilər,Kameralar",
        ] {
            let columns = recognise(&headers(line)).unwrap();
            assert_eq!(columns.kind(), FileKind::Stations, "{line}");
            assert_eq!(columns.of(Field::Station).unwrap().1, 1, "{line}");
            assert!(columns.ignored().is_empty() && columns.of(Field::Cameras).is_some(), "{line}");
        }
        let columns = recognise(&headers("dairə,adı,status")).unwrap();
        assert_eq!(
            (columns.kind(), columns.of(Field::Number)),
            (FileKind::Constituencies, Some(("dairə", 0)))
        );
    }

    #[test]
    fn what_is_missing_or_doubled_is_named() {
        let errors = recognise(&headers("station,məntəqə,voters")).err().unwrap();
        let reasons: Vec<_> = errors.all().iter().map(|error| error.reason.clone()).collect();
        assert_eq!(
            reasons,
            [
                Reason::MissingColumn("constituency"),
                Reason::MissingColumn("venue"),
                Reason::SameColumn("station".into(), "məntəqə".into())
            ]
        );
    }
}
