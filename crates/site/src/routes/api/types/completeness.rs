//! The shapes of `/api/v1/completeness`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which rows a table of completeness has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CompletenessLevel {
    /// One for each installed camera.
    Camera,
    /// One for each station; the sum over its cameras.
    #[default]
    Station,
    /// One for each constituency.
    Constituency,
}

impl CompletenessLevel {
    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Station => "station",
            Self::Constituency => "constituency",
        }
    }
}

/// One constituency, or the country, and the rows of the table.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompletenessQuery {
    /// Only this constituency; by default, the whole country.
    pub constituency: Option<u16>,
    /// `camera`, `station` or `constituency`; `station` by default.
    #[param(inline)]
    pub level: Option<CompletenessLevel>,
}

/// How much of what was owed is there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompletenessView {
    /// When cameras go on air, RFC 3339.
    pub from: String,
    /// Until when it is reported, RFC 3339: now, or when everything that was owed was over. What is owed later is not in
    /// it; before the day nothing is.
    pub to: String,
    /// All stations.
    pub totals: CompletenessTotals,
    /// Each constituency, by number.
    pub constituencies: Vec<ConstituencyCompleteness>,
    /// The stations, by number.
    pub stations: Vec<StationCompletenessView>,
}

/// The sum over many stations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompletenessTotals {
    /// Stations on the list.
    pub stations: usize,
    /// Of these, those that owed something.
    pub owing: usize,
    /// Of these, those of which not a second is there.
    pub without_video: usize,
    /// Stations without an installed camera: they owe nothing.
    pub without_camera: usize,
    /// The time of all cameras.
    #[serde(flatten)]
    pub times: TimesView,
}

/// A constituency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConstituencyCompleteness {
    /// Its number.
    pub constituency: u16,
    /// Its stations.
    #[serde(flatten)]
    pub totals: CompletenessTotals,
}

/// A station: the sum over its cameras, so that two cameras owe twice the time of one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationCompletenessView {
    /// Such as `7/12`.
    pub id: String,
    /// Number of its constituency.
    pub constituency: u16,
    /// Its number within the constituency.
    pub station: u16,
    /// The building it is in.
    pub venue: String,
    /// True if something was owed, and not a second of any of its cameras is there.
    pub without_video: bool,
    /// The time of its cameras.
    #[serde(flatten)]
    pub times: TimesView,
    /// Its installed cameras. Without one nothing is owed.
    pub cameras: Vec<CameraCompleteness>,
}

/// A camera.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CameraCompleteness {
    /// Such as `7/12/1`.
    pub id: String,
    /// True if something was owed, and not a second of it is there.
    pub without_video: bool,
    /// Its time.
    #[serde(flatten)]
    pub times: TimesView,
}

/// Camera time, seconds with up to six decimals. Each moment that a camera owed is in exactly one of them, so that `owed_s`
/// is exactly the sum of on time, late, arriving, missing and hidden.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimesView {
    /// Owed until `to`.
    pub owed_s: f64,
    /// There, and on time.
    pub on_time_s: f64,
    /// There, but arrived late.
    pub late_s: f64,
    /// Not there yet: the station's agent holds it and is about to send it.
    pub arriving_s: f64,
    /// Not there.
    pub missing_s: f64,
    /// There, but withheld.
    pub hidden_s: f64,
    /// What is missing, by cause: they add up to `missing_s`.
    #[schema(example = json!({"power": 240.5, "uplink": 12.0}))]
    pub causes: BTreeMap<&'static str, f64>,
    /// The shares; `null` if nothing was owed.
    pub percent: Option<SharesView>,
}

/// Percent of what was owed, with two decimals; they add up to 100. All but what was on time are rounded up: 100 on time
/// means all of it, and 0 missing means nothing.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SharesView {
    /// There, and on time.
    pub on_time: f64,
    /// There, but arrived late.
    pub late: f64,
    /// Not there yet.
    pub arriving: f64,
    /// Not there.
    pub missing: f64,
    /// There, but withheld.
    pub hidden: f64,
}
