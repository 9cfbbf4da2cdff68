//! One station's day, in minutes.

use std::collections::BTreeMap;

use ashkar_terms::{Cause, Span, State};

use super::Minutes;
use super::minutes::{lengths, missing_by_cause};
use super::notes::shared_cause;
use crate::Entry;

/// A stretch in which a camera was missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its span.
    pub span: Span,
    /// Its cause, if a single cause is known for all of it.
    pub cause: Option<Cause>,
}

/// What several cameras sent and failed to send, in total.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Camera-minutes.
    pub minutes: Minutes,
    /// Missing camera-minutes by cause; their sum is `minutes.missing`.
    pub causes: BTreeMap<Cause, u64>,
    /// Number of times a camera went missing.
    pub gaps: usize,
    /// The longest of these gaps.
    pub longest: Option<Stretch>,
}

impl Tally {
    /// Adds one camera's entries, which must be in order.
    pub fn add(&mut self, entries: &[Entry]) {
        let missing = missing_by_cause(entries);
        self.minutes += Minutes::with(entries, &missing);
        for (cause, minutes) in missing {
            *self.causes.entry(cause).or_default() += minutes;
        }
        for stretch in stretches(entries) {
            self.gaps += 1;
            if self.longest.is_none_or(|longest| longest.span.micros() < stretch.span.micros()) {
                self.longest = Some(stretch);
            }
        }
    }
}

/// Adjacent intervals that are missing for different causes are one stretch.
fn stretches(entries: &[Entry]) -> impl Iterator<Item = Stretch> {
    let goes_on = |entry: &Entry, next: &Entry| {
        entry.to == next.from && entry.state == State::Missing && next.state == State::Missing
    };
    entries.chunk_by(goes_on).filter_map(|stretch| {
        let first = stretch.first().filter(|first| first.state == State::Missing)?;
        let span = Span::new(first.from, first.from.plus(lengths(stretch.iter())))?;
        Some(Stretch { span, cause: shared_cause(stretch.iter().map(|entry| entry.cause)) })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::day::test_days::{at, cameras};

    fn missing(from: i64, to: i64, cause: Option<Cause>) -> Entry {
        Entry { from: at(from), to: at(to), state: State::Missing, cause, hidden: None }
    }

    fn live(from: i64, to: i64) -> Entry {
        Entry { from: at(from), to: at(to), state: State::Live, cause: None, hidden: None }
    }

    #[test]
    fn gaps_are_counted_by_camera_and_told_by_cause() {
        let mut told = Tally::default();
        told.add(&[
            live(0, 600),
            missing(600, 661, Some(Cause::Uplink)),
            missing(661, 900, Some(Cause::Centre)),
            live(900, 1000),
            missing(1000, 1010, None),
        ]);
        told.add(&[live(0, 700), missing(700, 1000, Some(Cause::Power)), live(1000, 1010)]);
        assert_eq!(told.gaps, 3);
        let causes: Vec<_> = told.causes.iter().map(|(cause, minutes)| (cause.name(), *minutes)).collect();
        assert_eq!(causes, [("unknown", 1), ("uplink", 2), ("power", 5), ("centre", 4)]);
        let longest = Stretch { span: Span { from: at(600), to: at(900) }, cause: None };
        assert_eq!(told.longest, Some(longest), "two causes, so none is named; the first of equals stays");
        assert_eq!((told.minutes.owed, told.minutes.missing), (32, 12));
    }

    proptest! {
        #[test]
        fn every_missing_second_has_a_cause_and_a_gap(cameras in cameras()) {
            let mut told = Tally::default();
            cameras.iter().for_each(|entries| told.add(entries));
            prop_assert_eq!(told.causes.values().sum::<u64>(), told.minutes.missing);
            prop_assert_eq!(told.gaps == 0, told.minutes.missing == 0);
            prop_assert_eq!(told.longest.is_none(), told.gaps == 0);
        }
    }
}
