//! The day of many cameras: as one picture, and station by station in minutes. Why: `docs/design/day.md`.
//!
//! In: the owed time of each camera, and its intervals. Out: [`Day`] and [`History`]. What must never happen: a hole
//! that a sum, a cell or a rounding hides. Everything except the walk over the cameras is pure.

mod cells;
mod completeness;
mod history;
mod minutes;
mod notes;
mod rehearsal;
#[cfg(test)]
mod test_days;

use std::collections::BTreeMap;
use std::fmt;

use ashkar_election::{Station, StationId};
use ashkar_terms::{CameraId, Moment, State, UtcMicros};

pub use cells::{Cells, Grid, badness};
pub use completeness::{
    Completeness, CompletenessReport, CompletenessSum, Shares, StationCompleteness, WHOLE,
    completeness_at_rest,
};
pub use history::{Stretch, Tally};
pub use minutes::Minutes;
pub use notes::Note;
pub use rehearsal::RehearsalResult;

use crate::{CameraState, Centre, Entry, Registry};
use notes::{holes, notes};

/// Length of a cell of the country, microseconds.
const COUNTRY_STEP_US: i64 = 600_000_000;
/// Length of a cell of one constituency, microseconds.
const CONSTITUENCY_STEP_US: i64 = 300_000_000;

/// The day as one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Its cells.
    pub grid: Grid,
    /// Its total.
    pub minutes: Minutes,
    /// Its rows, by number.
    pub rows: Vec<Row>,
    /// Its worst stretches.
    pub notes: Vec<Note>,
}

/// A row of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its cameras.
    pub of: RowOf,
    /// Its cells.
    pub cells: Cells,
    /// Its total.
    pub minutes: Minutes,
}

/// The cameras that make a row. Written `7` and `7/12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowOf {
    /// Those of a constituency.
    Constituency(u16),
    /// Those of a station.
    Station(StationId),
}

impl fmt::Display for RowOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constituency(number) => number.fmt(f),
            Self::Station(id) => id.fmt(f),
        }
    }
}

/// The day of each station, in minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// When the day began.
    pub from: UtcMicros,
    /// Now, or the end of everything that was owed.
    pub to: UtcMicros,
    /// The stations, by number.
    pub stations: Vec<StationHistory>,
}

/// One station's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationHistory {
    /// The station.
    pub id: StationId,
    /// Its venue.
    pub venue: String,
    /// The worst of its cameras now.
    pub now: CameraState,
    /// What its cameras sent and failed to send, in total.
    pub tally: Tally,
}

impl Centre {
    /// The day of the country, or of one constituency. Visits every camera: some milliseconds for a thousand.
    pub fn day(&self, constituency: Option<u16>) -> Day {
        let registry = self.registry();
        let walk = Walk::new(self, &registry, constituency);
        let step = if constituency.is_some() { CONSTITUENCY_STEP_US } else { COUNTRY_STEP_US };
        let grid = Grid::new(walk.from, walk.to, step);
        let mut rows: BTreeMap<RowOf, (Cells, Minutes)> = BTreeMap::new();
        let (mut minutes, mut found) = (Minutes::default(), Vec::new());
        for station in &walk.stations {
            let of = match constituency {
                Some(_) => RowOf::Station(station.id),
                None => RowOf::Constituency(station.id.constituency),
            };
            let (cells, of_row) = rows.entry(of).or_insert_with(|| (Cells::due(&grid), Minutes::default()));
            for camera in walk.cameras(station) {
                let entries = walk.entries(camera);
                let of_camera = Minutes::of(&entries);
                cells.cover(&grid, &entries);
                *of_row += of_camera;
                minutes += of_camera;
                found.extend(holes(camera, &entries));
            }
        }
        let rows = rows.into_iter().map(|(of, (cells, minutes))| Row { of, cells, minutes });
        Day { grid, minutes, rows: rows.collect(), notes: notes(found) }
    }

    /// The day of each station of the country, or of one constituency. Visits every camera.
    pub fn history(&self, constituency: Option<u16>) -> History {
        let registry = self.registry();
        let walk = Walk::new(self, &registry, constituency);
        let mut stations: Vec<_> = walk.stations.iter().map(|station| walk.history(station)).collect();
        stations.sort_by_key(|station| station.id);
        History { from: walk.from, to: walk.to, stations }
    }
}

/// Visits cameras in their state at one moment.
struct Walk<'a> {
    centre: &'a Centre,
    registry: &'a Registry,
    now: Moment,
    stations: Vec<&'a Station>,
    from: UtcMicros,
    to: UtcMicros,
}

impl<'a> Walk<'a> {
    fn new(centre: &'a Centre, registry: &'a Registry, constituency: Option<u16>) -> Self {
        let is_asked =
            |station: &&Station| constituency.is_none_or(|number| station.id.constituency == number);
        let stations = registry.stations().filter(is_asked).collect();
        let (now, from) = (centre.now(), registry.election.on_air_at());
        let mut walk = Self { centre, registry, now, stations, from, to: now.wall };
        walk.to = walk.end().max(from);
        walk
    }

    /// Cameras of `station` that are in use.
    fn cameras(&self, station: &Station) -> impl Iterator<Item = CameraId> + use<'a> {
        self.registry.cameras_of(station.id).map(|camera| camera.id)
    }

    /// Now, or the end of the owed time of all cameras once that is past.
    fn end(&self) -> UtcMicros {
        let now = self.now.wall;
        let cameras = self.stations.iter().flat_map(|station| self.cameras(station));
        let mut end = None;
        for owed in cameras.filter_map(|camera| self.registry.owed(camera)) {
            match owed.to.filter(|to| *to <= now) {
                Some(to) => end = end.max(Some(to)),
                None => return now,
            }
        }
        end.unwrap_or(now)
    }

    /// The intervals of the time that `camera` owed until now.
    fn entries(&self, camera: CameraId) -> Vec<Entry> {
        let owed = self.registry.owed(camera).and_then(|owed| owed.until(self.to));
        owed.map(|span| self.centre.timeline_with(self.registry, camera, span, self.now)).unwrap_or_default()
    }

    fn history(&self, station: &Station) -> StationHistory {
        let mut tally = Tally::default();
        let mut states = Vec::with_capacity(1);
        for camera in self.cameras(station) {
            tally.add(&self.entries(camera));
            states.push(self.centre.state_with(self.registry, camera, self.now));
        }
        StationHistory { id: station.id, venue: station.venue.clone(), now: worst(&states), tally }
    }
}

/// The combined state of cameras: that of the worst. A station has been missing since its first camera has, and live
/// since its last one has.
fn worst(cameras: &[CameraState]) -> CameraState {
    let nothing = CameraState::of(State::Due);
    let state = cameras.iter().map(|camera| camera.state).max_by_key(|state| badness(*state));
    let such = cameras.iter().filter(|camera| Some(camera.state) == state);
    let told = match state {
        Some(State::Live) => such.max_by_key(|camera| camera.since),
        _ => such.min_by_key(|camera| camera.since),
    };
    told.copied().unwrap_or(nothing)
}

#[cfg(test)]
mod tests {
    use ashkar_terms::Cause;

    use super::test_days::at;
    use super::*;

    fn camera(state: State, since: i64, cause: Option<Cause>) -> CameraState {
        CameraState { since: Some(at(since)), cause, ..CameraState::of(state) }
    }

    #[test]
    fn a_station_is_as_its_worst_camera() {
        let [first, second] = [10, 20].map(|since| camera(State::Live, since, None));
        assert_eq!(worst(&[first, second]), second);
        let early = camera(State::Missing, 5, Some(Cause::Power));
        let late = camera(State::Missing, 30, Some(Cause::Uplink));
        assert_eq!(worst(&[first, late, early, second]), early);
        assert_eq!(worst(&[]).state, State::Due);
    }

    #[test]
    fn rows_are_written_and_ordered_by_number() {
        let rows = [RowOf::Constituency(7), RowOf::Constituency(12)];
        assert!(rows.is_sorted() && rows.map(|row| row.to_string()) == ["7", "12"]);
        assert_eq!(RowOf::Station(StationId::new(7, 12)).to_string(), "7/12");
    }
}
