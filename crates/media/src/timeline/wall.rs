//! Steps of the wall clock, found by comparing it with the monotonic clock.

use ashkar_terms::Moment;

/// A wall clock that moved by this much against the monotonic clock has stepped: 50 ms. Less is the time between
/// reading the two.
pub(crate) const SMALLEST_STEP_US: i64 = 50_000;

/// Notices steps of this machine's wall clock (I9).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WallClock {
    ahead_us: Option<i64>,
}

impl WallClock {
    /// By how much the wall clock stepped between the previous moment and `now`, if it did. Microseconds.
    pub(crate) fn observe(&mut self, now: Moment) -> Option<i64> {
        let ahead = now.wall.0.saturating_sub(i64::try_from(now.mono_us).unwrap_or(i64::MAX));
        let step = ahead.saturating_sub(*self.ahead_us.get_or_insert(ahead));
        if step.saturating_abs() < SMALLEST_STEP_US {
            return None;
        }
        self.ahead_us = Some(ahead);
        Some(step)
    }
}
