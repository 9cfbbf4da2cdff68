//! How far this computer's wall clock is from the centre's, from the times in its answers.

use std::collections::VecDeque;

use ashkar_terms::{Moment, UtcMicros};

/// How long a sample counts, microseconds.
const COUNTS_US: u64 = 60_000_000;
/// Samples that are kept.
const SAMPLES_MAX: usize = 256;
/// An offset beyond this is told, microseconds.
pub(super) const OFFSET_TOLD_US: i64 = 500_000;

/// An answer: the centre's time was `ahead_us` before the monotonic clock's, give or take half of `delay_us`.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at_us: u64,
    /// The centre's wall clock less the monotonic clock here, in the middle of the exchange, microseconds.
    ahead_us: i64,
    delay_us: u64,
}

/// The offset, estimated as NTP does: the centre's time belongs to the middle between request and answer, and the
/// shortest exchange says it best. Against the monotonic clock, so that a step of the wall clock is seen at once.
#[derive(Debug, Default)]
pub(super) struct ClockOffset {
    samples: VecDeque<Sample>,
    is_told: bool,
}

impl ClockOffset {
    /// The centre wrote `centre` between these two moments.
    pub(super) fn sample(&mut self, sent: Moment, received: Moment, centre: UtcMicros) {
        let delay_us = received.mono_us.saturating_sub(sent.mono_us);
        let middle = i64::try_from(sent.mono_us + delay_us / 2).unwrap_or(i64::MAX);
        let Some(ahead_us) = centre.0.checked_sub(middle) else { return };
        self.samples.retain(|sample| received.mono_us.saturating_sub(sample.at_us) < COUNTS_US);
        if self.samples.len() >= SAMPLES_MAX {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample { at_us: received.mono_us, ahead_us, delay_us });
    }

    fn best(&self, now: Moment) -> Option<Sample> {
        let counts = |sample: &&Sample| now.mono_us.saturating_sub(sample.at_us) < COUNTS_US;
        self.samples.iter().filter(counts).min_by_key(|sample| sample.delay_us).copied()
    }

    /// The centre's time now, if it was told within the last minute.
    pub(super) fn centre_now(&self, now: Moment) -> Option<UtcMicros> {
        let mono = i64::try_from(now.mono_us).ok()?;
        self.best(now)?.ahead_us.checked_add(mono).map(UtcMicros)
    }

    /// By how much the clock here is ahead of the centre's, microseconds.
    pub(super) fn ahead_us(&self, now: Moment) -> Option<i64> {
        now.wall.0.checked_sub(self.centre_now(now)?.0)
    }

    /// The same, with half of the delay of the exchange that said so, which may explain as much.
    pub(super) fn ahead_and_margin_us(&self, now: Moment) -> Option<(i64, u64)> {
        Some((self.ahead_us(now)?, self.best(now)?.delay_us / 2))
    }

    /// Another centre has another clock.
    pub(super) fn forget(&mut self) {
        self.samples.clear();
    }

    /// Whether it is to be told that the clocks differ too much (`true`), or no longer (`false`).
    pub(super) fn news(&mut self, now: Moment) -> Option<bool> {
        let best = self.best(now)?;
        // What a slow exchange could explain is not told.
        let surely = self.ahead_us(now)?.saturating_abs().saturating_sub_unsigned(best.delay_us / 2);
        let is_off = surely > OFFSET_TOLD_US;
        (std::mem::replace(&mut self.is_told, is_off) != is_off).then_some(is_off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: i64 = 1_700_000_000_000_000;

    fn at(mono_us: u64, ahead_us: i64) -> Moment {
        Moment { wall: UtcMicros(BEGIN + mono_us as i64 + ahead_us), mono_us }
    }

    #[test]
    fn the_shortest_exchange_of_the_last_minute_counts() {
        let mut offset = ClockOffset::default();
        assert_eq!((offset.ahead_us(at(0, 0)), offset.news(at(0, 0))), (None, None));
        // Two seconds ahead; the second exchange took longer on its way there.
        offset.sample(at(1_000_000, 2_000_000), at(1_020_000, 2_000_000), UtcMicros(BEGIN + 1_010_000));
        offset.sample(at(2_000_000, 2_000_000), at(2_600_000, 2_000_000), UtcMicros(BEGIN + 2_590_000));
        let now = at(3_000_000, 2_000_000);
        assert_eq!(offset.ahead_us(now), Some(2_000_000));
        assert_eq!(offset.centre_now(now), Some(UtcMicros(BEGIN + 3_000_000)));
        assert_eq!((offset.news(now), offset.news(now)), (Some(true), None), "told once");
        // The wall clock here is set right.
        assert_eq!(
            (offset.ahead_us(at(4_000_000, 0)), offset.news(at(4_000_000, 0))),
            (Some(0), Some(false))
        );
        assert_eq!(offset.ahead_us(at(61_500_000, 0)), Some(-290_000), "the first is too old");
        assert_eq!(offset.ahead_us(at(90_000_000, 0)), None);
    }

    #[test]
    fn what_a_slow_line_explains_is_not_told() {
        let mut offset = ClockOffset::default();
        offset.sample(at(0, 0), at(3_000_000, 0), UtcMicros(BEGIN + 2_900_000));
        assert_eq!(offset.news(at(3_000_000, 0)), None);
        offset.sample(at(0, 0), at(1, 0), UtcMicros(i64::MIN));
        offset.sample(at(0, 0), at(1, 0), UtcMicros(i64::MAX));
        let _ = (offset.ahead_us(at(2, 0)), offset.news(at(2, 0)));
    }
}
