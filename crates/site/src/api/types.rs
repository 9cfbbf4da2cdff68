//! The shapes of `/api/v1`, as JSON.

use ashkar_election::Names;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A text in the three languages of the site.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Texts {
    /// Azerbaijani.
    pub az: String,
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl From<Names> for Texts {
    fn from(names: Names) -> Self {
        Self { az: names.az, en: names.en, ru: names.ru }
    }
}

/// A name that may be unknown, in each language.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartialTexts {
    /// Azerbaijani.
    pub az: Option<String>,
    /// English.
    pub en: Option<String>,
    /// Russian.
    pub ru: Option<String>,
}

/// How many cameras are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCounts {
    /// On air.
    pub live: u32,
    /// Arriving late.
    pub late: u32,
    /// Owed, and not there.
    pub missing: u32,
    /// Withheld from the public.
    pub hidden: u32,
    /// Not owed yet.
    pub due: u32,
}

impl StateCounts {
    /// Counts one more in `state`.
    pub fn add(&mut self, state: ashkar_terms::State) {
        use ashkar_terms::State;
        let count = match state {
            State::Live => &mut self.live,
            State::Late => &mut self.late,
            State::Missing => &mut self.missing,
            State::Hidden => &mut self.hidden,
            State::Due => &mut self.due,
        };
        *count += 1;
    }
}

/// The election that is on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ElectionView {
    /// Made-up data, to be marked as such wherever it is shown.
    pub sample: bool,
    /// Its name.
    pub names: Texts,
    /// The polling day.
    #[schema(example = "2024-02-07")]
    pub date: String,
    /// IANA time zone in which times are shown.
    #[schema(example = "Asia/Baku")]
    pub time_zone: String,
    /// The centre's clock, RFC 3339.
    pub now: String,
    /// Where the day is by the clock.
    #[schema(example = "voting")]
    pub phase: &'static str,
    /// The times of the day.
    pub plan: PlanView,
    /// What the commission decided.
    pub policy: PolicyView,
    /// The newest version of the list.
    pub list: Option<ListView>,
    /// How much there is.
    pub totals: Totals,
}

/// The times of the day, RFC 3339.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanView {
    /// Cameras go on air.
    pub on_air: String,
    /// Empty boxes are shown and locked.
    pub empty_boxes: String,
    /// Voting begins.
    pub voting_from: String,
    /// Voting ends.
    pub voting_to: String,
    /// Turnout is announced.
    pub turnout: Vec<String>,
}

/// What the commission decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyView {
    /// Whether sound is taken in.
    pub sound: bool,
    /// Whether anyone may go back in time on the day.
    pub rewind_on_day: bool,
    /// Whether anyone may go back in time at this moment.
    pub rewind_now: bool,
    /// Whether the archive stays public after the day.
    pub archive_public_after: bool,
    /// How long recordings are kept.
    pub retention_years: u16,
}

/// A version of the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListView {
    /// Its number, from 1.
    pub version: i64,
    /// When it was published, RFC 3339.
    pub published: String,
}

/// How much there is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Totals {
    /// Constituencies that have stations on the list.
    pub constituencies: usize,
    /// Stations on the list.
    pub stations: usize,
    /// Cameras.
    pub cameras: usize,
    /// Cameras by state.
    pub states: StateCounts,
}

/// A constituency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConstituencyView {
    /// Its number.
    pub number: u16,
    /// Its bare name, where it is known.
    pub names: PartialTexts,
    /// Number and name for people.
    pub display: Texts,
    /// Stations on the list.
    pub stations: usize,
    /// Its cameras by state.
    pub states: StateCounts,
}

/// A camera now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CameraView {
    /// Such as `7/12/1`.
    pub id: String,
    /// `live`, `late`, `missing`, `hidden` or `due`.
    pub state: &'static str,
    /// Since when, RFC 3339, where it is known.
    pub since: Option<String>,
    /// Why it is missing.
    pub cause: Option<&'static str>,
}

/// A station with its cameras now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationStatus {
    /// Such as `7/12`.
    pub id: String,
    /// Number of its constituency.
    pub constituency: u16,
    /// Its number within the constituency.
    pub station: u16,
    /// The house it is in.
    pub venue: String,
    /// Where that is.
    pub address: Option<String>,
    /// Voters on its register.
    pub voters: u32,
    /// Where it is on the map.
    pub coordinates: Option<Place>,
    /// The worst state among its cameras.
    pub state: &'static str,
    /// Its cameras.
    pub cameras: Vec<CameraView>,
}

/// A place in degrees.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Place {
    /// Latitude north.
    pub lat: f64,
    /// Longitude east.
    pub lon: f64,
}

/// A station with everything that its page shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationDetail {
    /// The station.
    #[serde(flatten)]
    pub station: StationStatus,
    /// Its constituency for people.
    pub constituency_display: Texts,
    /// Its full name.
    pub full_name: Texts,
    /// Where its day is.
    pub phase: &'static str,
    /// Acts that were marked.
    pub marks: Vec<MarkView>,
    /// What its cameras owe.
    pub owed: OwedView,
}

/// An act that was marked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarkView {
    /// `closed`, `unused_cancelled`, `mobile_box`, `stationary_box`, `count` or `protocol_completed`.
    pub act: &'static str,
    /// When, RFC 3339.
    pub at: String,
}

/// What is owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwedView {
    /// From when on, RFC 3339.
    pub from: String,
    /// Until when; `null` until the protocol is completed.
    pub to: Option<String>,
}

/// An interval of a camera's day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// RFC 3339.
    pub from: String,
    /// RFC 3339.
    pub to: String,
    /// `live`, `late`, `missing`, `hidden` or `due`.
    pub state: &'static str,
    /// Why it is missing.
    pub cause: Option<&'static str>,
}

/// A list that ends here, or goes on at `next`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: usize,
    /// Pass it as `cursor` for the next items.
    pub next: Option<String>,
}

/// Filters of the stations' list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StationsQuery {
    /// Number, name or venue; Azerbaijani letters may be left out.
    pub q: Option<String>,
    /// Only this constituency.
    pub constituency: Option<u16>,
    /// Only stations in this state.
    pub state: Option<String>,
    /// At most so many, 1000 by default, 10 000 at most.
    pub limit: Option<usize>,
    /// Where the page before said to go on.
    pub cursor: Option<String>,
}

/// A span of time.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// RFC 3339; what the camera owes begins, where it is left out.
    pub from: Option<String>,
    /// RFC 3339; now, where it is left out.
    pub to: Option<String>,
}
