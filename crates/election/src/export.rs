//! The list as files: CSV that the importer reads back to the same list, and JSON.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::model::{
    Constituency, Election, ElectionKey, NameStatus, Names, Station, StationList, StationView,
};
use crate::store::{ListVersion, Snapshot};
use crate::text::guarded;

/// Columns of the constituencies' CSV, in the order in which they are written.
const CONSTITUENCY_COLUMNS: [&str; 5] = ["number", "name_az", "name_en", "name_ru", "name_status"];

/// Columns of the stations' CSV, in the order in which they are written.
const STATION_COLUMNS: [&str; 8] =
    ["constituency", "station", "venue", "address", "voters", "cameras", "latitude", "longitude"];

/// The constituencies as CSV for people: UTF-8 with a byte order mark, without which spreadsheets read ə, ş and ğ in
/// the code page of the machine; header `number,name_az,name_en,name_ru,name_status`, lines end with LF, cells are
/// quoted only if they must be, and an apostrophe precedes whatever a spreadsheet would run as a formula. Importing it
/// gives the same constituencies.
pub fn export_constituencies_csv(list: &StationList) -> String {
    constituencies_csv(list, Csv::for_people())
}

/// The stations as CSV, by the same rules; header
/// `constituency,station,venue,address,voters,cameras,latitude,longitude`.
pub fn export_stations_csv(list: &StationList) -> String {
    stations_csv(list, Csv::for_people())
}

fn constituencies_csv(list: &StationList, mut csv: Csv) -> String {
    csv.row(CONSTITUENCY_COLUMNS.map(String::from));
    for constituency in list.constituencies() {
        let text = |name: &Option<String>| name.clone().unwrap_or_default();
        csv.row([
            constituency.number.to_string(),
            text(&constituency.name_az),
            text(&constituency.name_en),
            text(&constituency.name_ru),
            constituency.name_status.name().into(),
        ]);
    }
    csv.into_text()
}

fn stations_csv(list: &StationList, mut csv: Csv) -> String {
    csv.row(STATION_COLUMNS.map(String::from));
    for station in list.stations() {
        let degrees = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        csv.row([
            station.id.constituency.to_string(),
            station.id.station.to_string(),
            station.venue.clone(),
            station.address.clone(),
            station.voters.to_string(),
            station.cameras.to_string(),
            degrees(station.coordinates.map(|at| at.lat())),
            degrees(station.coordinates.map(|at| at.lon())),
        ]);
    }
    csv.into_text()
}

/// SHA-256 of both CSV forms, without what is only there for people: equal exactly when the lists are.
pub fn list_digest(list: &StationList) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(constituencies_csv(list, Csv::of_record()));
    hash.update([0]);
    hash.update(stations_csv(list, Csv::of_record()));
    hash.finalize().into()
}

/// A CSV text under construction (RFC 4180, with LF).
#[derive(Debug)]
pub struct Csv {
    text: String,
    /// Whether formulas in it are made harmless.
    is_guarded: bool,
}

impl Csv {
    /// A CSV for people: with a byte order mark, and formulas made harmless.
    pub fn for_people() -> Self {
        Self { text: String::from('\u{feff}'), is_guarded: true }
    }

    /// A CSV that only programs read, and that never changes: digests are made of it.
    const fn of_record() -> Self {
        Self { text: String::new(), is_guarded: false }
    }

    /// Adds a row; cells are quoted only if they must be.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            // A number is not a formula, whatever its sign.
            if self.is_guarded && cell.parse::<f64>().is_err() {
                self.cell(&guarded(&cell));
            } else {
                self.cell(&cell);
            }
        }
        self.text.push('\n');
    }

    /// The text so far.
    pub fn into_text(self) -> String {
        self.text
    }

    fn cell(&mut self, cell: &str) {
        if cell.contains([',', '"', ';', '\t', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(cell);
        }
    }
}

/// The list as one JSON document.
#[derive(Debug, Clone, Serialize)]
pub struct ListDocument<'a> {
    /// The election's key.
    pub election: Option<&'a ElectionKey>,
    /// The election's name.
    pub names: Option<&'a Names>,
    /// Whether the list is made up.
    pub sample: bool,
    /// Of a rehearsal, not of the vote.
    pub rehearsal: bool,
    /// The version of the list; none before the first import.
    pub version: Option<&'a ListVersion>,
    /// The constituencies, by number.
    pub constituencies: Vec<ConstituencyView<'a>>,
    /// The stations, by constituency and number.
    pub stations: Vec<StationView<'a>>,
}

/// A constituency in JSON.
#[derive(Debug, Clone, Serialize)]
pub struct ConstituencyView<'a> {
    /// Its number.
    pub number: u16,
    /// Its bare name in Azerbaijani.
    pub name_az: Option<&'a str>,
    /// Its bare name in English.
    pub name_en: Option<&'a str>,
    /// Its bare name in Russian.
    pub name_ru: Option<&'a str>,
    /// How certain the name is.
    pub name_status: NameStatus,
    /// What it is called, even without a name.
    pub titles: Names,
    /// Number of its stations in the list.
    pub stations: usize,
}

impl<'a> ListDocument<'a> {
    /// The newest list of `snapshot`, a draft or not.
    pub fn current(snapshot: &'a Snapshot) -> Self {
        Self::new(snapshot.election.as_ref(), snapshot.version.as_ref(), &snapshot.list)
    }

    /// The list of `snapshot` that the public knows.
    pub fn published(snapshot: &'a Snapshot) -> Self {
        let version = snapshot.published_versions().next();
        Self::new(snapshot.election.as_ref(), version, snapshot.published_list())
    }

    /// A list as of `version` of `election`.
    pub fn new(
        election: Option<&'a Election>,
        version: Option<&'a ListVersion>,
        list: &'a StationList,
    ) -> Self {
        Self {
            election: election.map(|election| &election.key),
            names: election.map(|election| &election.names),
            sample: election.is_some_and(|election| election.sample),
            rehearsal: election.is_some_and(|election| election.rehearsal.is_some()),
            version,
            constituencies: list
                .constituencies()
                .iter()
                .map(|one| ConstituencyView::new(one, list))
                .collect(),
            stations: list.stations().iter().map(Station::view).collect(),
        }
    }
}

impl<'a> ConstituencyView<'a> {
    /// A constituency of `list`.
    pub fn new(constituency: &'a Constituency, list: &StationList) -> Self {
        Self {
            number: constituency.number,
            name_az: constituency.name_az.as_deref(),
            name_en: constituency.name_en.as_deref(),
            name_ru: constituency.name_ru.as_deref(),
            name_status: constituency.name_status,
            titles: constituency.titles(),
            stations: list.stations_of(constituency.number).len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Coordinates, StationId};

    fn list() -> StationList {
        let station = Station {
            id: StationId::new(7, 12),
            venue: "Məktəb \"34\", yeni; bina".into(),
            address: String::new(),
            voters: 991,
            coordinates: Coordinates::new(40.4, 49.867_092),
            cameras: 2,
        };
        StationList::new(vec![Constituency::unnamed(7)], vec![station])
    }

    #[test]
    fn csv_quotes_what_it_must() {
        assert_eq!(
            export_constituencies_csv(&list()),
            "\u{feff}number,name_az,name_en,name_ru,name_status\n7,,,,unknown\n"
        );
        assert_eq!(
            export_stations_csv(&list()).lines().nth(1),
            Some("7,12,\"Məktəb \"\"34\"\", yeni; bina\",,991,2,40.4,49.867092")
        );
    }

    #[test]
    fn the_json_document_names_everything() {
        let list = list();
        let json = serde_json::to_value(ListDocument::new(None, None, &list)).unwrap();
        assert_eq!(json["version"], serde_json::Value::Null);
        assert_eq!(json["constituencies"][0]["titles"]["en"], "Constituency no. 7");
        assert_eq!(json["constituencies"][0]["stations"], 1);
        assert_eq!(json["stations"][0]["cameras"][1], "7/12/2");
    }

    #[test]
    fn the_digest_tells_lists_apart() {
        let other = StationList::new(list().constituencies().to_vec(), Vec::new());
        assert_eq!(list_digest(&list()), list_digest(&list()));
        assert_ne!(list_digest(&list()), list_digest(&other));
    }
}
