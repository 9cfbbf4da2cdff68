//! The shapes of `/api/v1`, as JSON.

mod completeness;

use std::collections::BTreeMap;

use ashkar_election::Names;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use completeness::{
    CameraCompleteness, CompletenessLevel, CompletenessQuery, CompletenessTotals, CompletenessView,
    ConstituencyCompleteness, SharesView, StationCompletenessView, TimesView,
};

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

/// Number of stations in each state: a station is in the worst state of its cameras.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCounts {
    /// On air.
    pub live: u32,
    /// Arriving late.
    pub late: u32,
    /// Due, but not there.
    pub missing: u32,
    /// Withheld from the public.
    pub hidden: u32,
    /// Not due yet.
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

/// The current election.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ElectionView {
    /// Made-up data, to be marked as such wherever they are shown.
    pub sample: bool,
    /// A rehearsal and not the vote, to be marked as such wherever it is shown.
    pub rehearsal: bool,
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
    /// The phase of the day by the clock.
    #[schema(example = "voting")]
    pub phase: &'static str,
    /// The times of the day.
    pub plan: PlanView,
    /// What the commission decided.
    pub policy: PolicyView,
    /// The newest version of the list.
    pub list: Option<ListView>,
    /// Totals.
    pub totals: Totals,
    /// Official turnout of the whole country announced so far, ascending by time.
    pub turnout: Vec<TurnoutView>,
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
    /// Nights within the voting, if it takes several days: it is paused, and the room is watched.
    pub nights: Vec<NightView>,
}

/// A night between two days of voting, RFC 3339.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NightView {
    /// Voting is paused.
    pub from: String,
    /// Voting goes on.
    pub to: String,
}

/// What the commission decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyView {
    /// Whether sound is accepted from cameras.
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

/// Official turnout of the whole country.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnoutView {
    /// One of the plan's turnout times, RFC 3339.
    pub at: String,
    /// Percent of the voters on the register, with two decimals.
    #[schema(example = 8.12)]
    pub percent: f64,
    /// Its source: an address or a text.
    pub source: String,
}

/// Official turnout announced so far.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Turnouts {
    /// Ascending by time; the country before its constituencies.
    pub items: Vec<TurnoutFigure>,
}

/// Official turnout of the country or of a constituency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnoutFigure {
    /// One of the plan's turnout times, RFC 3339.
    pub at: String,
    /// The constituency; `null` for the whole country.
    pub constituency: Option<u16>,
    /// Percent of the voters on the register, with two decimals.
    #[schema(example = 8.12)]
    pub percent: f64,
    /// Its source: an address or a text.
    pub source: String,
}

/// A version of the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListView {
    /// Its number, from 1.
    pub version: i64,
    /// When it was published, RFC 3339.
    pub published: String,
}

/// Totals.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Totals {
    /// Constituencies that have stations on the list.
    pub constituencies: usize,
    /// Stations on the list.
    pub stations: usize,
    /// Cameras.
    pub cameras: usize,
    /// Stations by state.
    pub states: StateCounts,
}

/// A constituency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConstituencyView {
    /// Its number.
    pub number: u16,
    /// Its bare name, if known.
    pub names: PartialTexts,
    /// Number and name for display.
    pub display: Texts,
    /// Stations on the list.
    pub stations: usize,
    /// Its stations by state.
    pub states: StateCounts,
}

/// A camera at this moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CameraView {
    /// Such as `7/12/1`.
    pub id: String,
    /// `live`, `late`, `missing`, `hidden` or `due`.
    pub state: &'static str,
    /// Since when, RFC 3339, if known.
    pub since: Option<String>,
    /// Why it is missing.
    pub cause: Option<&'static str>,
    /// Why the public may not see it now, in whatever state it is: `unapproved` if its view is not yet approved,
    /// `secrecy`, `person` or `other` if it was hidden. `null` if it is public.
    pub hidden: Option<&'static str>,
    /// Since when it has been hidden, RFC 3339; `null` if it always was, or is not.
    pub hidden_since: Option<String>,
    /// What is wrong with its media, in English, if it is connected but sends nothing usable.
    pub reason: Option<String>,
    /// Its sound, if the policy lets sound through and the camera is live and public: `none` comes; `silent`, digital
    /// silence for a minute and more; `heard`, something else than that; `not-judged`, it is too early, or of a kind that is
    /// not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<&'static str>,
    /// Its sub-stream, a light rendition of the same view that is addressed as a camera: `7/12/101`.
    pub sub: Option<String>,
}

/// A station with its cameras at this moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationStatus {
    /// Such as `7/12`.
    pub id: String,
    /// Number of its constituency.
    pub constituency: u16,
    /// Its number within the constituency.
    pub station: u16,
    /// The building it is in.
    pub venue: String,
    /// Address of the building.
    pub address: Option<String>,
    /// Voters on its register.
    pub voters: u32,
    /// Its place on the map.
    pub coordinates: Option<Place>,
    /// The worst state among its cameras.
    pub state: &'static str,
    /// Number of live viewers of its cameras, as far as this centre sees them: a cache in front of it counts as one.
    pub watched: u32,
    /// When its mobile or its stationary box was opened, whichever was later, RFC 3339.
    pub boxes_opened: Option<String>,
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
    /// Its constituency for display.
    pub constituency_display: Texts,
    /// Its full name.
    pub full_name: Texts,
    /// The phase of its day.
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
    /// Why it is missing, or did not come in time and is arriving.
    pub cause: Option<&'static str>,
    /// Why it is hidden, if it is: `unapproved`, `secrecy`, `person` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<&'static str>,
    /// True if it is late and not here yet: the station's agent holds it and is about to send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arriving: Option<bool>,
}

/// Whether a camera is public, and what its view was approved to show.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CameraApproval {
    /// Such as `7/12/1`.
    pub camera: String,
    /// Why the public may not see it now: `unapproved`, `secrecy`, `person` or `other`; `null` if it is public.
    pub hidden: Option<&'static str>,
    /// Since when, RFC 3339; `null` if it always was, or is not.
    pub hidden_since: Option<String>,
    /// The newest approval of each phase.
    pub approved: Vec<ApprovedView>,
}

/// An approval of a camera's view. Time before the first one is not public.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApprovedView {
    /// `voting` or `count`.
    pub phase: &'static str,
    /// When, RFC 3339.
    pub at: String,
    /// The owner of the centre made it public at all times, and no second person looked.
    pub by_owner: bool,
    /// Address of the reference still that two people saw.
    pub still: Option<String>,
    /// What it shows.
    pub zones: Vec<ZoneView>,
}

/// A rectangle of the picture, in thousandths of its width and height, from its upper left corner.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ZoneView {
    /// `box`, `mobile_box`, `issuing_table`, `counting_table` or `protocol_table`.
    pub kind: &'static str,
    /// Left edge.
    pub x: u16,
    /// Upper edge.
    pub y: u16,
    /// Width.
    pub w: u16,
    /// Height.
    pub h: u16,
}

/// A page of a list; it continues at `next`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The items.
    pub items: Vec<T>,
    /// Total number of items.
    pub total: usize,
    /// Pass it as `cursor` to get the next items.
    pub next: Option<String>,
}

/// Filters of the stations' list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StationsQuery {
    /// Number, name or venue; Azerbaijani letters may be left out.
    pub q: Option<String>,
    /// Only this constituency.
    pub constituency: Option<u16>,
    /// Only stations in this state.
    pub state: Option<String>,
    /// `least_watched`: live stations, those with the fewest viewers first. `boxes_opened`: stations whose mobile or
    /// stationary box was opened, the newest first.
    pub order: Option<String>,
    /// Maximum number of items: 1000 by default, 10 000 at most.
    pub limit: Option<usize>,
    /// The `next` of the previous page.
    pub cursor: Option<String>,
}

/// A span of time.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// RFC 3339; by default, when the camera's obligation begins.
    pub from: Option<String>,
    /// RFC 3339; by default, now.
    pub to: Option<String>,
}

/// One constituency, or the country.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConstituencyQuery {
    /// Only this constituency; by default, the whole country.
    pub constituency: Option<u16>,
}

/// Camera-minutes. Each camera's late, arriving, hidden and, for each cause, missing time is rounded up, so that no rounding hides
/// a gap; live is the rest of what was owed.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct MinutesView {
    /// Owed until now: the sum of the others.
    pub owed: u64,
    /// There, and in time.
    pub live: u64,
    /// There, but arrived late.
    pub late: u64,
    /// Not there yet: the station's agent holds it and is about to send it.
    pub arriving: u64,
    /// Not there.
    pub missing: u64,
    /// There, but withheld.
    pub hidden: u64,
}

/// The day as one picture: only what was owed is in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayView {
    /// When cameras go on air, RFC 3339: start of the first cell.
    pub from: String,
    /// Now, or when everything that was owed was over, RFC 3339: end of the last cell, unless that goes on.
    pub to: String,
    /// Length of a cell, seconds: 600 for the country, 300 for a constituency, and doubled until there are at most 288.
    pub step_s: i64,
    /// The whole day.
    pub minutes: MinutesView,
    /// A row for each constituency, or for each station of the requested one, by number.
    pub rows: Vec<DayRow>,
    /// The worst stretches, those with most camera-minutes first, five at most.
    pub notes: Vec<DayNote>,
}

/// A row of the day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayRow {
    /// Such as `7`, or `7/12`.
    pub key: String,
    /// A letter for each cell, the worst state of any camera in any moment of it: `M`issing, `H`idden, `C`oming (late and
    /// not there yet: the agent is about to send it), `A`rrived late, `L`ive, `D`ue. A hole of one second makes a cell `M`.
    #[schema(example = "LLLMLA")]
    pub cells: String,
    /// The whole row.
    pub minutes: MinutesView,
}

/// A stretch in which cameras of a constituency were missing, late or hidden: holes that overlap or touch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayNote {
    /// Its number.
    pub constituency: u16,
    /// When the first hole began, RFC 3339.
    pub from: String,
    /// When the last one ended, or `to` of the day, RFC 3339.
    pub to: String,
    /// `missing`, `late` or `hidden`.
    pub state: &'static str,
    /// True if it is late and not there yet: agents hold it and are about to send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arriving: Option<bool>,
    /// Why, if one cause applies to all of it.
    pub cause: Option<&'static str>,
    /// Why it is hidden, if all of it is for one reason: `unapproved`, `secrecy`, `person` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<&'static str>,
    /// Stations with a hole in it.
    pub stations: usize,
    /// Its camera-minutes, rounded up for each camera.
    pub minutes: u64,
}

/// What became of the day, station by station: only what was owed is in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusView {
    /// When cameras go on air, RFC 3339.
    pub from: String,
    /// Now, or when everything that was owed was over, RFC 3339.
    pub to: String,
    /// The stations, by number.
    pub items: Vec<StationHistoryView>,
    /// Number of stations.
    pub total: usize,
}

/// What became of a station's day; the sum over its cameras.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StationHistoryView {
    /// Such as `7/12`.
    pub id: String,
    /// Number of its constituency.
    pub constituency: u16,
    /// Its number within the constituency.
    pub station: u16,
    /// The building it is in.
    pub venue: String,
    /// The worst state among its cameras now.
    pub state: &'static str,
    /// Since when, RFC 3339, if known.
    pub since: Option<String>,
    /// Why it is missing.
    pub cause: Option<&'static str>,
    /// Why it is hidden now: `unapproved`, `secrecy`, `person` or `other`; `null` if it is not.
    pub hidden: Option<&'static str>,
    /// The whole day.
    pub minutes: MinutesView,
    /// Missing camera-minutes by cause: they add up to `minutes.missing`; `unknown` if no cause is known.
    #[schema(example = json!({"power": 4, "uplink": 2}))]
    pub causes: BTreeMap<&'static str, u64>,
    /// How often a camera went missing.
    pub gaps: usize,
    /// The longest time that a camera was missing without a break.
    pub longest: Option<StretchView>,
}

/// A time without a picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StretchView {
    /// RFC 3339.
    pub from: String,
    /// RFC 3339.
    pub to: String,
    /// Why, if one cause applies to all of it.
    pub cause: Option<&'static str>,
}
