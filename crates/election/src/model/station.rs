//! Constituencies and stations: their numbers, names and places, and their form in JSON.

use std::fmt;
use std::str::FromStr;

use ashkar_terms::CameraId;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Station `7/12`: constituency 7, polling station 12. Both count from 1; stations are numbered within each
/// constituency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StationId {
    /// Constituency (seçki dairəsi).
    pub constituency: u16,
    /// Number of the station (seçki məntəqəsi) within it.
    pub station: u16,
}

impl StationId {
    /// Station `constituency/station`.
    pub const fn new(constituency: u16, station: u16) -> Self {
        Self { constituency, station }
    }

    /// The station's camera number `camera`.
    pub const fn camera(self, camera: u8) -> CameraId {
        CameraId::new(self.constituency, self.station, camera)
    }
}

impl From<CameraId> for StationId {
    fn from(camera: CameraId) -> Self {
        Self::new(camera.constituency, camera.station)
    }
}

impl fmt::Display for StationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.constituency, self.station)
    }
}

/// The text is not `constituency/station` with two numbers from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a station is written constituency/station, such as 7/12")]
pub struct ParseStationIdError;

impl FromStr for StationId {
    type Err = ParseStationIdError;

    /// Reads `7/12` and `7-12`, and nothing else, so each station has one name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let separator = if text.contains('/') { '/' } else { '-' };
        let (constituency, station) = text.split_once(separator).ok_or(ParseStationIdError)?;
        Ok(Self { constituency: number(constituency)?, station: number(station)? })
    }
}

fn number(digits: &str) -> Result<u16, ParseStationIdError> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return Err(ParseStationIdError);
    }
    digits.parse().map_err(|_| ParseStationIdError)
}

impl Serialize for StationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How certain a constituency's name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameStatus {
    /// Taken from the decision itself.
    Confirmed,
    /// Taken from elsewhere, and not checked against the decision.
    Unconfirmed,
    /// Not known; the constituency is shown by its number.
    Unknown,
}

impl NameStatus {
    /// The word used in CSV, the API and the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`NameStatus::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Confirmed, Self::Unconfirmed, Self::Unknown].into_iter().find(|status| status.name() == name)
    }
}

/// A constituency of one election: schemes are redrawn, so its number and name mean nothing outside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constituency {
    /// Its number, from 1.
    pub number: u16,
    /// Its name in Azerbaijani, without "seçki dairəsi": `Yasamal ikinci`.
    pub name_az: Option<String>,
    /// Its name in English, without "constituency".
    pub name_en: Option<String>,
    /// Its name in Russian, without "избирательный округ".
    pub name_ru: Option<String>,
    /// How certain the name is.
    pub name_status: NameStatus,
}

/// A place on Earth in whole microdegrees (about 0.1 m), so that equal places are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coordinates {
    /// Latitude north, in millionths of a degree.
    pub lat_e6: i32,
    /// Longitude east, in millionths of a degree.
    pub lon_e6: i32,
}

impl Coordinates {
    /// The place at `lat`, `lon` in degrees, rounded to six decimals; `None` if they are out of range.
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        let in_range = lat.abs() <= 90.0 && lon.abs() <= 180.0;
        // In range, so both fit: at most 180 million.
        let e6 = |degrees: f64| (degrees * 1e6).round() as i32;
        in_range.then(|| Self { lat_e6: e6(lat), lon_e6: e6(lon) })
    }

    /// Latitude north in degrees.
    pub fn lat(&self) -> f64 {
        f64::from(self.lat_e6) / 1e6
    }

    /// Longitude east in degrees.
    pub fn lon(&self) -> f64 {
        f64::from(self.lon_e6) / 1e6
    }
}

impl Serialize for Coordinates {
    /// As `{"lat": 40.409264, "lon": 49.867092}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Coordinates", 2)?;
        object.serialize_field("lat", &self.lat())?;
        object.serialize_field("lon", &self.lon())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Coordinates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Degrees {
            lat: f64,
            lon: f64,
        }
        let degrees = Degrees::deserialize(deserializer)?;
        let outside = || serde::de::Error::custom("latitude is -90 to 90, longitude -180 to 180");
        Self::new(degrees.lat, degrees.lon).ok_or_else(outside)
    }
}

/// A polling station as in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its constituency and number.
    pub id: StationId,
    /// The building it is in: `34 nömrəli tam orta məktəb`.
    pub venue: String,
    /// Its address; empty if the list gives none.
    pub address: String,
    /// Voters on its register.
    pub voters: u32,
    /// Its place on the map.
    pub coordinates: Option<Coordinates>,
    /// Number of its cameras, at least 1; they are numbered from 1.
    pub cameras: u8,
}

impl Station {
    /// Maximum number of cameras that the list may give a station.
    pub const MAX_CAMERAS: u8 = 16;

    /// The cameras that the list gives it.
    pub(crate) fn camera_ids(&self) -> impl Iterator<Item = CameraId> {
        let id = self.id;
        (1..=self.cameras).map(move |number| id.camera(number))
    }

    /// The station as the API shows it, with the cameras that the list gives it.
    pub fn view(&self) -> StationView<'_> {
        self.view_with(self.camera_ids().collect())
    }

    /// The station as the API shows it, with `cameras`.
    pub(crate) fn view_with(&self, cameras: Vec<CameraId>) -> StationView<'_> {
        StationView {
            id: self.id,
            constituency: self.id.constituency,
            station: self.id.station,
            venue: &self.venue,
            address: &self.address,
            voters: self.voters,
            coordinates: self.coordinates,
            cameras,
        }
    }
}

/// A station in JSON: `{"id":"7/12","constituency":7,"station":12,"venue","address","voters","coordinates":null,"cameras":["7/12/1"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationView<'a> {
    /// `7/12`.
    pub id: StationId,
    /// Number of the constituency.
    pub constituency: u16,
    /// Number of the station within it.
    pub station: u16,
    /// The building it is in.
    pub venue: &'a str,
    /// Its address; may be empty.
    pub address: &'a str,
    /// Voters on its register.
    pub voters: u32,
    /// Its place on the map.
    pub coordinates: Option<Coordinates>,
    /// Its cameras.
    pub cameras: Vec<CameraId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_have_one_written_name() {
        assert_eq!("7/12".parse(), Ok(StationId::new(7, 12)));
        assert_eq!("7-12".parse(), Ok(StationId::new(7, 12)));
        for text in ["", "7", "7/", "/12", "7/12/1", "07/12", "7/-2", "7/70000", "7 /12"] {
            assert_eq!(text.parse::<StationId>(), Err(ParseStationIdError), "{text}");
        }
    }

    #[test]
    fn a_station_in_json() {
        let station = Station {
            id: StationId::new(7, 12),
            venue: "Məktəb".into(),
            address: String::new(),
            voters: 991,
            coordinates: Coordinates::new(40.409_264_4, 49.867_092),
            cameras: 2,
        };
        assert_eq!(
            serde_json::to_string(&station.view()).unwrap(),
            r#"{"id":"7/12","constituency":7,"station":12,"venue":"Məktəb","address":"","voters":991,"coordinates":{"lat":40.409264,"lon":49.867092},"cameras":["7/12/1","7/12/2"]}"#
        );
    }

    #[test]
    fn coordinates_stay_on_earth() {
        assert_eq!(Coordinates::new(90.1, 0.0), None);
        assert_eq!(Coordinates::new(0.0, f64::NAN), None);
        assert_eq!(
            Coordinates::new(-90.0, 180.0),
            Some(Coordinates { lat_e6: -90_000_000, lon_e6: 180_000_000 })
        );
    }
}
