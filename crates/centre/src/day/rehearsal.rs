//! How a station did in a rehearsal: from the real day's report, by one rule.

use ashkar_election::{ElectionKey, EntryId, Fact, NewEntry, Percent, StationId};
use ashkar_terms::CameraId;
use serde::Serialize;

use super::completeness::{Completeness, StationCompleteness};

/// Cameras of a station that the words name one by one.
const NAMED_MAX: usize = 16;

/// The result of one station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RehearsalResult {
    /// The station.
    pub station: StationId,
    /// Whether each of its cameras did well.
    pub passed: bool,
    /// The figures.
    pub words: String,
}

impl RehearsalResult {
    /// Of a station's part of the report of the whole day. It passed if it has a camera, and of each the view is approved
    /// and at least `at_least` of what it owed is there, on time or late.
    pub fn of(
        station: &StationCompleteness,
        is_approved: impl Fn(CameraId) -> bool,
        at_least: Percent,
    ) -> Self {
        let mut passed = !station.cameras.is_empty();
        let mut words = Vec::new();
        for (camera, of) in &station.cameras {
            let there = there(of);
            let is_approved = is_approved(*camera);
            passed &= is_approved && there.is_some_and(|there| there >= u32::from(at_least.hundredths()));
            let figure =
                there.map_or_else(|| "-".to_owned(), |there| format!("{}.{:02} %", there / 100, there % 100));
            let gate = if is_approved { "" } else { " (view not approved)" };
            words.push(format!("{camera}: {figure}{gate}"));
        }
        if words.len() > NAMED_MAX {
            words.truncate(NAMED_MAX);
            words.push("…".to_owned());
        }
        let told = if words.is_empty() { "no camera".to_owned() } else { words.join(", ") };
        Self { station: station.id, passed, words: format!("{told}; at least {at_least} %") }
    }

    /// The record of it in the programme. The same station has one result of the same rehearsal.
    pub fn entry(&self, rehearsal: &ElectionKey) -> NewEntry {
        let Self { station, passed, words } = self;
        NewEntry {
            id: EntryId::of_text(&format!("rehearsal {rehearsal} {station}")),
            found_at: None,
            fact: Fact::Rehearsal {
                station: *station,
                passed: *passed,
                words: format!("{rehearsal}: {words}"),
            },
        }
    }

    /// For the command line.
    pub fn line(&self) -> String {
        let Self { station, passed, words } = self;
        format!("{:<9} {}  {words}", station.to_string(), if *passed { "passed" } else { "FAILED" })
    }
}

/// The share of what was owed that is there, hundredths of a percent, rounded down: nothing rounds up to a pass.
fn there(of: &Completeness) -> Option<u32> {
    let there = u128::from(of.on_time_us) + u128::from(of.late_us) + u128::from(of.hidden_us);
    let share = (there * 10_000).checked_div(u128::from(of.owed_us()))?;
    u32::try_from(share).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ashkar_terms::Cause;

    use super::*;

    const STATION: StationId = StationId { constituency: 7, station: 12 };

    fn station(cameras: &[(u64, u64)]) -> StationCompleteness {
        let camera = |number, (there, missing)| {
            let of = Completeness {
                late_us: there,
                missing_us: BTreeMap::from([(Cause::Power, missing)]),
                ..Completeness::default()
            };
            (CameraId::new(7, 12, number), of)
        };
        let cameras: Vec<_> = (1..).zip(cameras).map(|(number, of)| camera(number, *of)).collect();
        StationCompleteness { id: STATION, venue: String::new(), cameras, total: Completeness::default() }
    }

    #[test]
    fn every_camera_counts_and_nothing_rounds_up() {
        let at_least: Percent = "99.00".parse().unwrap();
        for (cameras, approved, passed) in [
            (&[(9900, 100)][..], true, true),
            (&[(9900, 100)], false, false),
            (&[(98_999, 1001)], true, false),
            (&[(100, 0), (0, 100)], true, false),
            (&[(100, 0), (100, 0)], true, true),
            (&[(0, 0)], true, false),
            (&[], true, false),
        ] {
            let result = RehearsalResult::of(&station(cameras), |_| approved, at_least);
            assert_eq!(result.passed, passed, "{result:?}");
        }
        let result = RehearsalResult::of(&station(&[(98_999, 1001)]), |_| false, at_least);
        assert_eq!(result.words, "7/12/1: 98.99 % (view not approved); at least 99.00 %");
    }

    #[test]
    fn the_same_station_has_one_result_of_a_rehearsal() {
        let key = |text: &str| ElectionKey::new(text).unwrap();
        let result = RehearsalResult::of(&station(&[(1, 0)]), |_| true, "99".parse().unwrap());
        assert_eq!(result.entry(&key("v-rehearsal-1")), result.entry(&key("v-rehearsal-1")));
        assert_ne!(result.entry(&key("v-rehearsal-1")).id, result.entry(&key("v-rehearsal-2")).id);
    }
}
