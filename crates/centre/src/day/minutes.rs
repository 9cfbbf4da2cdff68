//! Time in camera-minutes. Rounding neither hides a hole nor promises a picture.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use ashkar_terms::{Cause, State};

use crate::Entry;

const MINUTE_US: i64 = 60_000_000;

/// Camera-minutes. Each camera's late, arriving, hidden and, for each cause, missing time is rounded up, and what it owed is rounded
/// down; live is the rest. So `owed` is always the sum of the others, `missing` the sum over its causes, and `live` is
/// never more than there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minutes {
    /// Owed until now.
    pub owed: u64,
    /// There, and on time.
    pub live: u64,
    /// There, but arrived late.
    pub late: u64,
    /// Not there yet: the station's agent holds it and is about to send it.
    pub arriving: u64,
    /// Not there.
    pub missing: u64,
    /// There, and withheld.
    pub hidden: u64,
}

impl Minutes {
    /// Of one camera. Entries in which nothing is due do not count.
    pub fn of(entries: &[Entry]) -> Self {
        Self::with(entries, &missing_by_cause(entries))
    }

    /// The same where its missing minutes are known already.
    pub(super) fn with(entries: &[Entry], missing: &BTreeMap<Cause, u64>) -> Self {
        let minutes = |is_such: &dyn Fn(&Entry) -> bool| -> u64 {
            rounded_up(lengths(entries.iter().filter(|entry| is_such(entry))))
        };
        let late = minutes(&|entry| entry.state == State::Late && !entry.is_arriving());
        let (arriving, hidden) =
            (minutes(&Entry::is_arriving), minutes(&|entry| entry.state == State::Hidden));
        let missing = missing.values().sum();
        let owed = lengths(entries.iter().filter(|entry| entry.state != State::Due));
        let not_live = late + arriving + missing + hidden;
        let owed = u64::try_from(owed / MINUTE_US).unwrap_or_default().max(not_live);
        Self { owed, live: owed - not_live, late, arriving, missing, hidden }
    }
}

impl AddAssign for Minutes {
    fn add_assign(&mut self, other: Self) {
        self.owed += other.owed;
        self.live += other.live;
        self.late += other.late;
        self.arriving += other.arriving;
        self.missing += other.missing;
        self.hidden += other.hidden;
    }
}

/// Length of all `entries`, microseconds.
pub(super) fn lengths<'a>(entries: impl Iterator<Item = &'a Entry>) -> i64 {
    entries.map(|entry| entry.to.since(entry.from)).sum()
}

/// Missing minutes of one camera by cause, each rounded up.
pub(super) fn missing_by_cause(entries: &[Entry]) -> BTreeMap<Cause, u64> {
    let mut lost: BTreeMap<Cause, i64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.state == State::Missing) {
        *lost.entry(entry.cause.unwrap_or(Cause::Unknown)).or_default() += entry.to.since(entry.from);
    }
    lost.into_iter().map(|(cause, us)| (cause, rounded_up(us))).collect()
}

/// `us` in minutes: a started minute counts.
pub(super) fn rounded_up(us: i64) -> u64 {
    u64::try_from(us).unwrap_or_default().div_ceil(MINUTE_US.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::day::test_days::{at, entries};

    #[test]
    fn a_hole_of_one_second_is_a_minute() {
        let entry = |from, to, state| Entry { from: at(from), to: at(to), state, cause: None, hidden: None };
        let day = [entry(0, 60, State::Due), entry(60, 3600, State::Live), entry(3600, 3601, State::Missing)];
        let told = Minutes::of(&day);
        assert_eq!(told, Minutes { owed: 59, live: 58, missing: 1, ..Minutes::default() });
        assert_eq!(Minutes::of(&[]), Minutes::default());
        let coming = Entry { cause: Some(Cause::Uplink), ..entry(2, 3, State::Late) };
        let second = Minutes::of(&[entry(0, 1, State::Late), entry(1, 2, State::Hidden), coming]);
        assert_eq!(second, Minutes { owed: 3, late: 1, arriving: 1, hidden: 1, ..Minutes::default() });
    }

    #[test]
    fn missing_is_the_sum_of_its_causes_and_none_vanishes() {
        let missing = |from, to, cause| Entry {
            from: at(from),
            to: at(to),
            state: State::Missing,
            cause,
            hidden: None,
        };
        let (uplink, power) = (Some(Cause::Uplink), Some(Cause::Power));
        let day = [
            missing(0, 65, uplink),
            missing(65, 240, power),
            missing(240, 245, None),
            missing(300, 310, uplink),
        ];
        let causes: Vec<_> = missing_by_cause(&day).into_iter().collect();
        assert_eq!(causes, [(Cause::Unknown, 1), (Cause::Uplink, 2), (Cause::Power, 3)]);
        assert_eq!(Minutes::of(&day), Minutes { owed: 6, missing: 6, ..Minutes::default() });
    }

    proptest! {
        #[test]
        fn minutes_add_up_and_flatter_nobody(entries in entries()) {
            let told = Minutes::of(&entries);
            prop_assert_eq!(told.owed, told.live + told.late + told.arriving + told.missing + told.hidden);
            let us = |state| lengths(entries.iter().filter(|entry| entry.state == state));
            prop_assert!(told.live as i64 * MINUTE_US <= us(State::Live));
            prop_assert_eq!(told.hidden, rounded_up(us(State::Hidden)));
            let coming = rounded_up(lengths(entries.iter().filter(|entry| entry.is_arriving())));
            prop_assert_eq!(told.arriving, coming);
            let late = rounded_up(us(State::Late));
            prop_assert!((late..=late + 1).contains(&(told.late + told.arriving)));
            let causes = missing_by_cause(&entries);
            let least = rounded_up(us(State::Missing));
            prop_assert_eq!(told.missing, causes.values().sum::<u64>());
            prop_assert!((least..least + causes.len().max(1) as u64).contains(&told.missing), "{causes:?}");
        }
    }
}
