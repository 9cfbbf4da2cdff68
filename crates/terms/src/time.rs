//! Wall time and media time, their conversions, moments on both clocks, and spans.

use serde::{Deserialize, Serialize};

/// Ticks of media time in a second: the 90 kHz of RTP and MPEG.
pub const TICKS_PER_SECOND: i64 = 90_000;

/// Wall-clock time: microseconds since the Unix epoch, UTC (invariant I9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtcMicros(pub i64);

impl UtcMicros {
    /// This time plus `micros` microseconds (earlier if negative), saturating.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this time; negative if `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A place on a camera's media timeline: 90 kHz ticks since the Unix epoch.
///
/// The timeline is the centre's: it is anchored to the arrival clock and follows it, so one number tells both where a
/// sample lies in its stream and when it happened. Fits `tfdt` version 1 and, below 2^53, JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaTime(pub i64);

impl MediaTime {
    /// The tick at or just before `utc`.
    pub const fn from_utc(utc: UtcMicros) -> Self {
        Self(utc.0.div_euclid(100) * 9 + utc.0.rem_euclid(100) * 9 / 100)
    }

    /// The microsecond at which this tick begins, rounded up, so that a round trip never moves a tick.
    pub const fn to_utc(self) -> UtcMicros {
        UtcMicros(self.0.div_euclid(9) * 100 + (self.0.rem_euclid(9) * 100 + 8) / 9)
    }

    /// This time plus `ticks` (earlier if negative), saturating.
    #[must_use]
    pub const fn plus(self, ticks: i64) -> Self {
        Self(self.0.saturating_add(ticks))
    }

    /// Ticks from `earlier` to this time; negative if `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// One instant on both clocks of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The wall clock, which may step.
    pub wall: UtcMicros,
    /// Microseconds on the monotonic clock since this process's boot id was drawn. Durations come from here.
    pub mono_us: u64,
}

/// A half-open interval of wall time, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First microsecond inside.
    pub from: UtcMicros,
    /// First microsecond after it.
    pub to: UtcMicros,
}

impl Span {
    /// `[from, to)`, or `None` if it would be empty or reversed.
    pub fn new(from: UtcMicros, to: UtcMicros) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Whether `at` lies inside.
    pub fn contains(&self, at: UtcMicros) -> bool {
        self.from <= at && at < self.to
    }

    /// The intersection of both.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// Length in microseconds.
    pub const fn micros(&self) -> i64 {
        self.to.since(self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_survives_the_round_trip() {
        for tick in (0..200).chain(153_000_000_000_000..153_000_000_000_200) {
            assert_eq!(MediaTime::from_utc(MediaTime(tick).to_utc()), MediaTime(tick));
        }
    }

    #[test]
    fn spans_are_half_open() {
        let span = Span::new(UtcMicros(10), UtcMicros(20)).unwrap();
        assert!(span.contains(UtcMicros(10)) && !span.contains(UtcMicros(20)));
        assert_eq!(span.intersection(&Span { from: UtcMicros(20), to: UtcMicros(30) }), None);
        assert_eq!(Span::new(UtcMicros(5), UtcMicros(5)), None);
    }
}
