//! The sample election: made-up stations for demonstrations, tests and load. It is marked as a sample everywhere.

use ashkar_terms::UtcMicros;
use jiff::civil::Date;

use crate::diff::Diff;
use crate::export::list_digest;
use crate::import::{ImportErrors, ImportPlan, plan_import};
use crate::model::{DayPlan, Election, ElectionKey, Names, StationList};

/// The 125 constituencies of the 2023 scheme.
const CONSTITUENCIES: &str = include_str!("../../../data/constituencies.csv");

/// 1000 made-up stations in constituencies 1–119.
const STATIONS: &str = include_str!("../../../data/stations-synthetic.csv");

/// The key of the sample election: nothing else may get this key by accident.
const KEY: &str = "sample";

/// Microseconds in an hour.
const HOUR_US: i64 = 3_600_000_000;

/// The sample election on `date`, with the usual day. `sample` is set.
///
/// Rewind and the archive are open: it contains nothing to protect.
pub fn sample_election(date: Date) -> Election {
    let mut election = Election::of_date(date);
    election.key = ElectionKey::new(KEY).unwrap_or(election.key);
    election.names = Names::new("Nümunə seçki", "Sample election", "Образец выборов");
    election.policy.archive_public_after = true;
    election.sample = true;
    election
}

/// The sample election with its day moved so that it went on air `hours` before `now`, for the demonstration.
///
/// The whole plan moves along, so the distances between its times stay the same; times may lie past midnight. Seconds
/// are cut: it goes on air at a whole minute, at most a minute earlier than requested.
pub fn sample_election_on_air(now: UtcMicros, hours: u32) -> Election {
    let on_air = now.plus(-HOUR_US.saturating_mul(i64::from(hours)));
    let (date, minute) = Election::of_date(Date::default()).time_zone.local(on_air);
    Election { plan: DayPlan::default().shifted_to(minute), ..sample_election(date) }
}

/// The sample list: all constituencies and the 1000 made-up stations, read by the importer like any list.
///
/// # Errors
/// None with the files embedded in this crate; a test reads them.
pub fn sample_list() -> Result<StationList, ImportErrors> {
    let constituencies = plan_import(&StationList::default(), CONSTITUENCIES.as_bytes())?.list;
    Ok(plan_import(&constituencies, STATIONS.as_bytes())?.list)
}

/// The plan that turns any `current` list into the sample list, in one version.
///
/// # Errors
/// As [`sample_list`].
pub fn sample_import(current: &StationList) -> Result<ImportPlan, ImportErrors> {
    let list = sample_list()?;
    let plan = plan_import(&list, STATIONS.as_bytes())?;
    Ok(ImportPlan { diff: Diff::between(current, &list), base: list_digest(current), list, ..plan })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NameStatus, Phase, StationMarks};

    #[test]
    fn the_sample_is_complete_and_says_what_it_is() {
        let list = sample_list().unwrap();
        assert_eq!((list.constituencies().len(), list.stations().len()), (125, 1000));
        assert!(list.stations().iter().all(|station| station.cameras == 1));
        let unknown = list.constituencies().iter().filter(|one| one.name_status == NameStatus::Unknown);
        assert_eq!(unknown.clone().count(), 35);
        assert!(unknown.clone().all(|one| one.name_az.is_none()));
        assert!(sample_election(jiff::civil::date(2024, 2, 7)).sample);
    }

    #[test]
    fn no_two_names_of_the_scheme_fold_alike() {
        let list = sample_list().unwrap();
        let names: Vec<&str> =
            list.constituencies().iter().filter_map(|one| one.name_az.as_deref()).collect();
        let folded: std::collections::BTreeSet<String> = names.iter().map(|name| crate::fold(name)).collect();
        assert_eq!(folded.len(), names.len());
    }

    #[test]
    fn the_day_begins_where_the_demonstration_needs_it() {
        let marks = StationMarks::default();
        // Every hour of two days, whatever the local date.
        for hour in 0..48 {
            let now = UtcMicros(1_707_264_000_000_000 + hour * HOUR_US + 59_999_999);
            for hours in [0, 1, 6, 11] {
                let election = sample_election_on_air(now, hours);
                election.check().unwrap();
                let on_air = now.since(election.on_air_at()) - i64::from(hours) * HOUR_US;
                assert!((0..60_000_000).contains(&on_air), "{on_air}");
                let phase = election.phase_at(now, &marks);
                let expected = if hours == 0 { Phase::OnAir } else { Phase::Voting };
                assert_eq!(phase, expected);
            }
        }
    }
}
