//! Statistics of a running archive: the state of its disk, the duration of syncs, waiting and refused data.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::disk::Space;
use crate::retention::Removed;

/// The state of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiskState {
    /// No problem.
    Ok,
    /// Less than [`crate::Options::nearly_full_bytes`] are left.
    NearlyFull,
    /// Only the reserve is left: parts are refused until there is room (I10).
    Full,
    /// The last write or sync failed, and waiting data are tried again in new journals; or the directory is gone.
    Failing,
}

impl DiskState {
    /// Its name in metrics and pages: `ok`, `nearly_full`, `full`, `failing`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NearlyFull => "nearly_full",
            Self::Full => "full",
            Self::Failing => "failing",
        }
    }
}

/// Percentiles of times of the last one to two minutes, and counts since the start. Microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Number since the start.
    pub count: u64,
    /// Sum since the start.
    pub sum_us: u64,
    /// Maximum since the start.
    pub max_us: u64,
    /// Half were shorter.
    pub p50_us: u64,
    /// 95 % were shorter.
    pub p95_us: u64,
    /// 99 % were shorter.
    pub p99_us: u64,
}

/// The state of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The state of its disk.
    pub state: DiskState,
    /// How long the oldest entry that is not durable has waited; 0 if there is none. More than some seconds is an
    /// alarm.
    pub oldest_unsynced_ms: u64,
    /// Duration of syncs.
    pub sync: Times,
    /// Writes and syncs that failed since the start.
    pub errors: u64,
    /// From the arrival of a part's last access unit until it is durable.
    pub durable_delay: Times,
    /// Bytes of records that became durable since the start.
    pub bytes: u64,
    /// Room on the disk.
    pub space: Space,
    /// Bytes in memory that are not durable.
    pub queue_bytes: u64,
    /// Outputs refused since the start, parts and others.
    pub refused: u64,
    /// Number of the journal being written.
    pub journal: u32,
    /// Journals that have no sidecar yet.
    pub unsealed: u32,
    /// Number of places at which the start found a journal damaged or unreadable; [`crate::Recovery::damage`] has them.
    pub damaged_ranges: u32,
    /// Bytes of the unreadable ones.
    pub unreadable_bytes: u64,
}

/// Mutable side of [`Status`].
pub(crate) struct Meters {
    pub(crate) sync: Window,
    pub(crate) durable_delay: Window,
    pub(crate) errors: u64,
    pub(crate) bytes: u64,
    pub(crate) space: Space,
    pub(crate) journal: u32,
    /// What retention removed.
    pub(crate) removed: Removed,
}

impl Meters {
    pub(crate) fn new(space: Space, removed: Removed) -> Self {
        let (sync, durable_delay) = (Window::new(), Window::new());
        Self { sync, durable_delay, errors: 0, bytes: 0, space, journal: 0, removed }
    }
}

/// Longer times are counted as this, microseconds: 12 days.
const LONGEST_US: u64 = 1 << 40;
/// Values within 1 % of each other are treated as equal.
const DIGITS: u8 = 2;
/// A percentile covers the current window and the one before it.
const WINDOW: Duration = Duration::from_secs(60);

/// Times of the last one to two minutes, and sums since the start.
pub(crate) struct Window {
    now: Histogram<u32>,
    before: Histogram<u32>,
    /// When the window began, by the shell's time.
    window_start: Duration,
    count: u64,
    sum_us: u64,
    max_us: u64,
}

impl Window {
    fn new() -> Self {
        Self { now: empty(), before: empty(), window_start: Duration::ZERO, count: 0, sum_us: 0, max_us: 0 }
    }

    pub(crate) fn add(&mut self, us: u64, now: Duration) {
        self.turn(now);
        self.count += 1;
        self.sum_us = self.sum_us.saturating_add(us);
        self.max_us = self.max_us.max(us);
        self.now.saturating_record(us.max(1));
    }

    fn turn(&mut self, now: Duration) {
        let age = now.saturating_sub(self.window_start);
        if age < WINDOW {
            return;
        }
        std::mem::swap(&mut self.now, &mut self.before);
        self.now.reset();
        if age >= 2 * WINDOW {
            self.before.reset();
        }
        self.window_start = now;
    }

    pub(crate) fn times(&mut self, now: Duration) -> Times {
        self.turn(now);
        let mut both = self.now.clone();
        both += &self.before;
        // A value represents all that are counted as equal to it; none is longer than the longest.
        let percentile = |quantile| both.value_at_quantile(quantile).min(self.max_us);
        Times {
            count: self.count,
            sum_us: self.sum_us,
            max_us: self.max_us,
            p50_us: percentile(0.50),
            p95_us: percentile(0.95),
            p99_us: percentile(0.99),
        }
    }
}

fn empty() -> Histogram<u32> {
    Histogram::new_with_max(LONGEST_US, DIGITS).expect("the bounds are sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_hundredth() {
        let mut histogram = Window::new();
        for us in 1..=100_000 {
            histogram.add(us, Duration::ZERO);
        }
        let times = histogram.times(Duration::ZERO);
        for (found, exact) in [(times.p50_us, 50_000.0), (times.p95_us, 95_000.0), (times.p99_us, 99_000.0)] {
            let ratio = found as f64 / exact;
            assert!((1.0..1.011).contains(&ratio), "{found} for {exact}");
        }
        assert_eq!((times.max_us, times.count), (100_000, 100_000));
    }

    #[test]
    fn without_a_value_all_is_zero() {
        assert_eq!(Window::new().times(Duration::ZERO), Times::default());
    }

    #[test]
    fn any_value_is_counted() {
        let mut histogram = Window::new();
        for us in [0, 1, 2, 7, 8, 9, 1 << 39, u64::MAX] {
            histogram.add(us, Duration::ZERO);
        }
        assert_eq!(histogram.times(Duration::ZERO).count, 8);
        assert!(histogram.times(Duration::ZERO).p99_us >= LONGEST_US);
    }

    #[test]
    fn old_values_leave_the_percentiles() {
        let mut histogram = Window::new();
        histogram.add(1_000_000, Duration::ZERO);
        histogram.turn(WINDOW);
        histogram.turn(2 * WINDOW);
        histogram.add(10, 2 * WINDOW);
        assert!(histogram.times(2 * WINDOW).p99_us <= 12);
        assert_eq!(histogram.times(2 * WINDOW).max_us, 1_000_000);
    }
}
