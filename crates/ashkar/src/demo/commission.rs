//! What the commission of the demo's election has done so far. All of it is made up, like the election itself.

use std::collections::BTreeSet;

use anyhow::Context;
use ashkar_election::{
    Act, Actor, Applied, Election, ImportPlan, Percent, SqliteStore, Station, StationId, StationList, Store,
    Turnout, export_stations_csv, plan_import, sample_import,
};
use ashkar_terms::{CameraId, UtcMicros};

/// The file that the list is said to come from.
const LIST_FILE: &str = "stations-synthetic.csv";
/// Who announced the turnout: "sample".
const SOURCE: &str = "nümunə";
/// Turnout at the plan's times, hundredths of a percent.
const TURNOUT: [u16; 5] = [1_104, 2_390, 4_168, 5_273, 6_051];
/// Largest difference of a constituency from the country, hundredths of a percent.
const TURNOUT_SPREAD: u16 = 300;
/// Acts of a station, with minutes after the close of voting.
const AFTER_THE_CLOSE: [(Act, i64); 4] =
    [(Act::Closed, 1), (Act::UnusedCancelled, 8), (Act::MobileBox, 15), (Act::StationaryBox, 22)];
/// Minutes by which each station lags behind the one before.
const BEHIND_MINUTES: i64 = 3;
const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// The commission at `now`.
pub(super) struct Commission<'a> {
    pub(super) store: &'a SqliteStore,
    pub(super) now: UtcMicros,
}

impl Commission<'_> {
    /// Publishes the sample list, three weeks ago.
    pub(super) async fn publish_list(&self) -> anyhow::Result<()> {
        let (_, current) = self.store.list().await?;
        let plan = sample_import(&current).map_err(|errors| anyhow::anyhow!("{errors}"))?;
        self.apply(&plan, self.now.plus(-21 * DAY_US)).await
    }

    /// Revises the list twice: a week ago, and yesterday, when `with_two` got a second camera.
    pub(super) async fn revise_list(&self, with_two: StationId) -> anyhow::Result<()> {
        let (_, first) = self.store.list().await?;
        let second = second_version(&first);
        self.import(&second, self.now.plus(-7 * DAY_US)).await?;
        self.import(&third_version(&first, &second, with_two), self.now.plus(-DAY_US)).await
    }

    /// Imports the stations of `list` as from a file.
    async fn import(&self, list: &StationList, at: UtcMicros) -> anyhow::Result<()> {
        let (_, current) = self.store.list().await?;
        let plan = plan_import(&current, export_stations_csv(list).as_bytes())?;
        self.apply(&plan, at).await
    }

    /// Makes a version and publishes it in the owner's way: nothing of the demo is anybody's decision.
    async fn apply(&self, plan: &ImportPlan, at: UtcMicros) -> anyhow::Result<()> {
        let by = self.actor(at);
        if let Applied::NewVersion { version, .. } = self.store.apply_import(plan, LIST_FILE, &by).await? {
            self.store.publish_as_owner(version.number, None, &by).await?;
        }
        Ok(())
    }

    /// Announces turnout at the times that have passed, for the country and for the constituencies of `cameras`.
    pub(super) async fn announce_turnout(&self, cameras: &[CameraId]) -> anyhow::Result<()> {
        let election = self.election().await?;
        let constituencies: BTreeSet<u16> = cameras.iter().map(|camera| camera.constituency).collect();
        let all = || std::iter::once(None).chain(constituencies.iter().copied().map(Some));
        let times = election.plan.turnout.iter().zip(TURNOUT);
        for (&at, hundredths) in times.filter(|(at, _)| election.instant(**at) <= self.now) {
            for constituency in all() {
                let hundredths = hundredths + constituency.map_or(0, spread);
                let percent = Percent::from_hundredths(hundredths).context("a share is at most 100 %")?;
                let figure = Turnout { at, constituency, percent, source: SOURCE.parse()? };
                self.store.set_turnout(&figure, &self.actor(election.instant(at))).await?;
            }
        }
        Ok(())
    }

    /// Marks what `stations` have done since the voting ended, if it has.
    pub(super) async fn mark_acts(&self, stations: &[StationId]) -> anyhow::Result<()> {
        let election = self.election().await?;
        let closed = election.instant(election.plan.voting_to);
        for (&station, place) in stations.iter().zip(0..) {
            for (act, minutes) in AFTER_THE_CLOSE {
                let at = closed.plus((minutes + place * BEHIND_MINUTES) * MINUTE_US);
                if at <= self.now {
                    self.store.mark(station, act, at, &self.actor(at)).await?;
                }
            }
        }
        Ok(())
    }

    async fn election(&self) -> anyhow::Result<Election> {
        self.store.election().await?.context("the election was just made")
    }

    fn actor(&self, at: UtcMicros) -> Actor {
        Actor::new("demo", at)
    }
}

/// How far a constituency is above the country; the same at all times, so that its figures rise.
fn spread(constituency: u16) -> u16 {
    constituency.wrapping_mul(97) % TURNOUT_SPREAD
}

/// One station is left out, one moves into another's building, and one has more voters. They are the list's second to
/// fourth, which the demo does not put on air.
fn second_version(first: &StationList) -> StationList {
    let mut stations = first.stations().to_vec();
    if let [_, left_out, moves, grows, elsewhere, ..] = &mut stations[..] {
        let left_out = left_out.id;
        (moves.venue, moves.address) = (elsewhere.venue.clone(), elsewhere.address.clone());
        grows.voters += 18;
        stations.retain(|station| station.id != left_out);
    }
    StationList::new(first.constituencies().to_vec(), stations)
}

/// The station that was left out is back, and `with_two` has two cameras.
fn third_version(first: &StationList, second: &StationList, with_two: StationId) -> StationList {
    let is_left_out = |station: &&Station| second.station(station.id).is_none();
    let mut stations = second.stations().to_vec();
    stations.extend(first.stations().iter().filter(is_left_out).cloned());
    for station in stations.iter_mut().filter(|station| station.id == with_two) {
        station.cameras = 2;
    }
    StationList::new(first.constituencies().to_vec(), stations)
}

#[cfg(test)]
mod tests {
    use ashkar_election::{DayPlan, Diff, DiffCounts, sample_list};

    use super::*;

    #[test]
    fn the_versions_differ_as_lists_do() {
        let first = sample_list().unwrap();
        let with_two = first.stations()[0].id;
        let second = second_version(&first);
        let third = third_version(&first, &second, with_two);
        let counts = |old, new| Diff::between(old, new).counts();
        let none = DiffCounts::default();
        assert_eq!(counts(&first, &second), DiffCounts { removed: 1, moved: 1, changed: 1, ..none });
        assert_eq!(counts(&second, &third), DiffCounts { new: 1, changed: 1, ..none });
        assert_eq!(third.stations().len(), 1000);
        assert_eq!(third.station(with_two).unwrap().cameras, 2);
    }

    #[test]
    fn turnout_rises_everywhere_and_stays_below_all() {
        assert_eq!(TURNOUT.len(), DayPlan::default().turnout.len());
        assert!(TURNOUT.is_sorted_by(|a, b| a < b));
        assert!((1..=125).all(|number| TURNOUT[4] + spread(number) <= Percent::MAX.hundredths()));
    }
}
