//! How much of what each camera owed is there: to the microsecond, so that sums are exact.

use std::collections::BTreeMap;

use ashkar_archive::{Archive, IntervalKind};
use ashkar_election::{Station, StationId, Store, StoreError};
use ashkar_terms::{CameraId, Cause, Span, State, UtcMicros};

use super::Walk;
use crate::{Centre, Entry, Found, Present, Registry, hide, tell};

/// Parts of a whole in [`Shares`]: hundredths of a percent.
pub const WHOLE: u32 = 10_000;

/// Camera time, microseconds. What was owed is the sum of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completeness {
    /// There, and on time.
    pub on_time_us: u64,
    /// There, but arrived late.
    pub late_us: u64,
    /// Not there yet: the station's agent holds it and is about to send it.
    pub arriving_us: u64,
    /// There, and withheld.
    pub hidden_us: u64,
    /// Not there, by cause. A cause that nothing has is not in it.
    pub missing_us: BTreeMap<Cause, u64>,
}

/// The shares of what was owed, in hundredths of a percent: they add up to [`WHOLE`]. Everything but what was on time is
/// rounded up, so that no rounding hides a hole or completes a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// There, and on time.
    pub on_time: u32,
    /// There, but arrived late.
    pub late: u32,
    /// Not there yet.
    pub arriving: u32,
    /// There, and withheld.
    pub hidden: u32,
    /// Not there.
    pub missing: u32,
}

impl Completeness {
    /// Of one camera: its entries in the time that it owed, which do not overlap.
    pub fn of(entries: &[Entry]) -> Self {
        let mut told = Self::default();
        for entry in entries {
            let us = u64::try_from(entry.to.since(entry.from)).unwrap_or_default();
            match entry.state {
                State::Live => told.on_time_us += us,
                State::Late if entry.is_arriving() => told.arriving_us += us,
                State::Late => told.late_us += us,
                State::Hidden => told.hidden_us += us,
                State::Missing => {
                    *told.missing_us.entry(entry.cause.unwrap_or(Cause::Unknown)).or_default() += us;
                }
                State::Due => {}
            }
        }
        told
    }

    /// Adds the time of other cameras.
    pub fn add(&mut self, other: &Self) {
        self.on_time_us += other.on_time_us;
        self.late_us += other.late_us;
        self.arriving_us += other.arriving_us;
        self.hidden_us += other.hidden_us;
        for (cause, us) in &other.missing_us {
            *self.missing_us.entry(*cause).or_default() += us;
        }
    }

    /// Not there, whatever the cause.
    pub fn missing_total_us(&self) -> u64 {
        self.missing_us.values().sum()
    }

    /// What was owed.
    pub fn owed_us(&self) -> u64 {
        self.on_time_us + self.late_us + self.arriving_us + self.hidden_us + self.missing_total_us()
    }

    /// Whether something was owed and nothing of it is there.
    pub fn is_without_video(&self) -> bool {
        self.owed_us() > 0 && self.on_time_us + self.late_us + self.hidden_us == 0
    }

    /// The shares; `None` if nothing was owed.
    pub fn shares(&self) -> Option<Shares> {
        let owed = u128::from(self.owed_us());
        let up = |us: u64| {
            let share = (u128::from(us) * u128::from(WHOLE)).checked_div(owed)?;
            let is_cut = share * owed < u128::from(us) * u128::from(WHOLE);
            u32::try_from(share).ok().map(|share| share + u32::from(is_cut))
        };
        let mut rest =
            [up(self.missing_total_us())?, up(self.late_us)?, up(self.arriving_us)?, up(self.hidden_us)?];
        // All but nothing was on time: what was rounded up together may be more than the whole.
        let over = rest.iter().sum::<u32>().saturating_sub(WHOLE);
        if let Some(largest) = rest.iter_mut().max() {
            *largest = largest.saturating_sub(over);
        }
        let [missing, late, arriving, hidden] = rest;
        let on_time = WHOLE - rest.iter().sum::<u32>().min(WHOLE);
        Some(Shares { on_time, late, arriving, hidden, missing })
    }
}

/// What became of what the cameras owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletenessReport {
    /// When the day began.
    pub from: UtcMicros,
    /// Until when it is reported; the same as `from` before the day.
    pub to: UtcMicros,
    /// The stations, by number.
    pub stations: Vec<StationCompleteness>,
}

/// What became of what a station's cameras owed: of several, the sum of their times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationCompleteness {
    /// The station.
    pub id: StationId,
    /// Its venue.
    pub venue: String,
    /// Its cameras that are installed, by number. Without one nothing is owed.
    pub cameras: Vec<(CameraId, Completeness)>,
    /// All of them.
    pub total: Completeness,
}

/// What became of what the cameras of many stations owed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompletenessSum {
    /// All their cameras.
    pub total: Completeness,
    /// Stations on the list.
    pub stations: usize,
    /// Of these, those that owed something.
    pub owing: usize,
    /// Of these, those of which nothing is there.
    pub without_video: usize,
    /// Stations without an installed camera.
    pub without_camera: usize,
}

impl CompletenessSum {
    fn add(&mut self, station: &StationCompleteness) {
        self.total.add(&station.total);
        self.stations += 1;
        self.owing += usize::from(station.total.owed_us() > 0);
        self.without_video += usize::from(station.total.is_without_video());
        self.without_camera += usize::from(station.cameras.is_empty());
    }
}

impl CompletenessReport {
    /// Reports until `to`; `entries` gives a camera's intervals in a span, without a hole between them.
    pub(crate) fn new(
        registry: &Registry,
        constituency: Option<u16>,
        to: UtcMicros,
        entries: impl Fn(CameraId, Span) -> Vec<Entry>,
    ) -> Self {
        let from = registry.election.on_air_at();
        let to = to.max(from);
        let is_asked =
            |station: &&Station| constituency.is_none_or(|number| station.id.constituency == number);
        let of_camera = |camera| {
            let owed = registry.owed(camera)?;
            let of = owed.until(to).map(|span| Completeness::of(&entries(camera, span)));
            Some((camera, of.unwrap_or_default()))
        };
        let of_station = |station: &Station| {
            let cameras: Vec<_> =
                registry.cameras_of(station.id).filter_map(|camera| of_camera(camera.id)).collect();
            let mut total = Completeness::default();
            cameras.iter().for_each(|(_, of)| total.add(of));
            StationCompleteness { id: station.id, venue: station.venue.clone(), cameras, total }
        };
        let mut stations: Vec<_> = registry.stations().filter(is_asked).map(of_station).collect();
        stations.sort_by_key(|station| station.id);
        Self { from, to, stations }
    }

    /// All stations.
    pub fn sum(&self) -> CompletenessSum {
        let mut sum = CompletenessSum::default();
        self.stations.iter().for_each(|station| sum.add(station));
        sum
    }

    /// The stations of each constituency.
    pub fn constituencies(&self) -> BTreeMap<u16, CompletenessSum> {
        let mut all: BTreeMap<u16, CompletenessSum> = BTreeMap::new();
        for station in &self.stations {
            all.entry(station.id.constituency).or_default().add(station);
        }
        all
    }
}

impl Centre {
    /// What became of what the cameras of the country, or of one constituency, owed until now. Visits every camera.
    pub fn completeness(&self, constituency: Option<u16>) -> CompletenessReport {
        let registry = self.registry();
        let walk = Walk::new(self, &registry, constituency);
        let entries = |camera, span| self.timeline_with(&registry, camera, span, walk.now);
        CompletenessReport::new(&registry, constituency, walk.to, entries)
    }
}

/// The same until `until`, of recordings on which no centre runs. Nothing is arriving then: nobody is there to take it;
/// and what the last recording leaves open until `until` is missing because of the centre.
///
/// # Errors
/// If the registry cannot be read.
pub async fn completeness_at_rest(
    archive: &Archive,
    store: &dyn Store,
    constituency: Option<u16>,
    until: UtcMicros,
) -> Result<CompletenessReport, StoreError> {
    let registry = Registry::read(store, until).await?;
    let entries = |camera, span: Span| {
        let found = archive.coverage(camera, span);
        let is_recorded = found.iter().any(|one| matches!(one.kind, IntervalKind::Recorded { .. }));
        let found: Vec<_> = found.into_iter().map(|one| (one.span, Found::from(one.kind))).collect();
        let cause = if is_recorded { Cause::Centre } else { Cause::NeverConnected };
        let present = Present { now: until, live: None, cause: Some(cause), cause_since: None };
        hide(tell(span, &found, registry.owed(camera), present), registry.hidden_times(camera))
    };
    Ok(CompletenessReport::new(&registry, constituency, until, entries))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::day::test_days::{at, cameras};

    fn entry(from: i64, to: i64, state: State, cause: Option<Cause>) -> Entry {
        Entry { from: at(from), to: at(to), state, cause, hidden: None }
    }

    #[test]
    fn each_second_is_told_once_and_what_is_arriving_is_not_there() {
        let told = Completeness::of(&[
            entry(0, 10, State::Due, None),
            entry(10, 100, State::Live, None),
            entry(100, 130, State::Late, None),
            entry(130, 150, State::Late, Some(Cause::Uplink)),
            entry(150, 151, State::Missing, Some(Cause::Power)),
            entry(151, 155, State::Missing, None),
            entry(155, 160, State::Hidden, None),
        ]);
        let seconds = |us: u64| us / 1_000_000;
        assert_eq!(
            [told.on_time_us, told.late_us, told.arriving_us, told.hidden_us, told.owed_us()].map(seconds),
            [90, 30, 20, 5, 150]
        );
        assert_eq!(told.missing_us, BTreeMap::from([(Cause::Power, 1_000_000), (Cause::Unknown, 4_000_000)]));
        assert!(!told.is_without_video());
        let shares = told.shares().unwrap();
        assert_eq!((shares.on_time, shares.late, shares.missing), (5998, 2000, 334));
    }

    #[test]
    fn nothing_is_there_while_it_is_only_arriving() {
        let only =
            |state, cause, seconds| Completeness::of(&[entry(0, seconds, state, cause)]).is_without_video();
        assert!(only(State::Late, Some(Cause::Uplink), 60));
        assert!(only(State::Missing, None, 60));
        assert!(!only(State::Late, None, 60));
        assert!(!only(State::Due, None, 60) && !Completeness::default().is_without_video());
        assert_eq!(Completeness::default().shares(), None);
    }

    #[test]
    fn no_rounding_completes_a_day_or_empties_one() {
        let day = [entry(0, 40_000, State::Live, None), entry(40_000, 40_001, State::Missing, None)];
        let shares = Completeness::of(&day).shares().unwrap();
        assert_eq!((shares.on_time, shares.missing), (9999, 1));
        let day = [
            entry(0, 1, State::Late, None),
            entry(1, 2, State::Late, Some(Cause::Uplink)),
            entry(2, 40_002, State::Missing, None),
        ];
        let shares = Completeness::of(&day).shares().unwrap();
        assert_eq!(shares, Shares { on_time: 0, late: 1, arriving: 1, hidden: 0, missing: 9998 });
    }

    proptest! {
        #[test]
        fn sums_are_exact_and_shares_add_up(cameras in cameras()) {
            let mut sum = Completeness::default();
            let mut by_second = [0_u64; 5];
            for entries in &cameras {
                let one = Completeness::of(entries);
                let owed: i64 = entries
                    .iter()
                    .filter(|entry| entry.state != State::Due)
                    .map(|entry| entry.to.since(entry.from))
                    .sum();
                prop_assert_eq!(one.owed_us(), owed as u64);
                sum.add(&one);
                for entry in entries {
                    let place = match entry.state {
                        State::Live => 0,
                        State::Late if entry.cause.is_none() => 1,
                        State::Late => 2,
                        State::Missing => 3,
                        State::Hidden => 4,
                        State::Due => continue,
                    };
                    by_second[place] += entry.to.since(entry.from) as u64;
                }
            }
            let told =
                [sum.on_time_us, sum.late_us, sum.arriving_us, sum.missing_total_us(), sum.hidden_us];
            prop_assert_eq!(told, by_second);
            if let Some(shares) = sum.shares() {
                let Shares { on_time, late, arriving, hidden, missing } = shares;
                prop_assert_eq!(on_time + late + arriving + hidden + missing, WHOLE);
                prop_assert!(on_time < WHOLE || sum.on_time_us == sum.owed_us());
                prop_assert_eq!(missing == 0, sum.missing_total_us() == 0);
                prop_assert_eq!(arriving == 0, sum.arriving_us == 0);
            } else {
                prop_assert_eq!(sum.owed_us(), 0);
            }
        }
    }

    /// Clocks go back an hour in the night of 25 October 2026: from 01:30 to 04:30 are four hours.
    #[test]
    fn the_hour_that_comes_twice_is_owed_twice() {
        use ashkar_election::{Election, Minute, Owed, Zone};

        let (date, _) = Zone::baku().local(UtcMicros(1_792_908_000 * 1_000_000));
        let election = Election { time_zone: Zone::new("Europe/Berlin").unwrap(), ..Election::of_date(date) };
        let [from, to] = [Minute::at(1, 30), Minute::at(4, 30)].map(|minute| election.instant(minute));
        let owed = Owed { from, to: Some(to) };
        let span = owed.until(to.plus(1)).unwrap();
        let now = to.plus(60_000_000);
        let present = Present { now, live: None, cause: None, cause_since: None };
        let told = Completeness::of(&tell(span, &[], Some(owed), present));
        assert_eq!(told.owed_us(), 4 * 3_600_000_000);
    }

    proptest! {
        /// Recordings that overlap, such as media of the past over others, count once.
        #[test]
        fn what_was_owed_is_told_once_whatever_overlaps(
            spans in prop::collection::vec((0_i64..2000, 1_i64..500, 0_usize..5), 0..30),
            owed_to in 1_i64..2500,
            now in 0_i64..2500,
        ) {
            let mut spans = spans;
            spans.sort_unstable();
            let kinds = [
                Found::Recorded { late: false },
                Found::Recorded { late: true },
                Found::Gap(Cause::Power),
                Found::Coming(Cause::Uplink),
                Found::Nothing,
            ];
            let found: Vec<_> = spans
                .iter()
                .map(|(from, length, kind)| (Span { from: at(*from), to: at(from + length) }, kinds[*kind]))
                .collect();
            let owed = ashkar_election::Owed { from: at(0), to: Some(at(owed_to)) };
            let present = Present { now: at(now), live: None, cause: None, cause_since: None };
            let told = owed.until(at(now)).map(|span| Completeness::of(&tell(span, &found, Some(owed), present)));
            let expected = now.min(owed_to).max(0) * 1_000_000;
            prop_assert_eq!(told.unwrap_or_default().owed_us(), expected as u64);
        }
    }
}
