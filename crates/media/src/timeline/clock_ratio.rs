//! The ratio of a camera's clock to the time in which its pictures arrive, measured over about a second.
//!
//! The [rate](super::rate) follows small differences over many seconds. This finds clocks that are far off: several
//! times too fast or too slow. It yields a result only while pictures come evenly, so bursts and stalls have no effect.

use ashkar_terms::TICKS_PER_SECOND;

/// Number of pictures remembered.
const PICTURES: usize = 64;
/// Shortest span of arrivals that yields a result: 1 s, in ticks; …
const LONG_ENOUGH_TICKS: i64 = TICKS_PER_SECOND;
/// … or 0.4 s, if pictures come so fast that the memory is full.
const LEAST_TICKS: i64 = 2 * TICKS_PER_SECOND / 5;
/// Fewest steps between pictures that yield a result.
const LEAST_STEPS: usize = 3;
/// The thirds of the span must agree within this factor, or there is no result.
const AGREEMENT: f64 = 1.5;

/// The newest pictures: their arrivals and their times on the camera's clock.
#[derive(Debug, Clone)]
pub(super) struct ClockRatio {
    ring: [(i64, i64); PICTURES],
    /// The camera's clock at the newest one.
    newest_dts: i64,
    count: usize,
    next: usize,
}

/// The result of a measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Ticks of the camera's clock for each tick of arrivals.
    pub(super) camera_per_arrival: f64,
    /// From one picture's arrival to the next, ticks.
    pub(super) arrival_step: f64,
}

impl Default for ClockRatio {
    fn default() -> Self {
        Self { ring: [(0, 0); PICTURES], newest_dts: 0, count: 0, next: 0 }
    }
}

impl ClockRatio {
    pub(super) const fn forget(&mut self) {
        self.count = 0;
    }

    /// A picture arrived at `arrival` with this decoding time. If the camera's clock does not go forward, everything
    /// before is discarded.
    pub(super) fn observe(&mut self, arrival: i64, camera_dts: i64) {
        if self.count > 0 && camera_dts <= self.newest_dts {
            self.forget();
        }
        self.newest_dts = camera_dts;
        if let Some(place) = self.ring.get_mut(self.next) {
            *place = (arrival, camera_dts);
        }
        self.next = (self.next + 1) % PICTURES;
        self.count = (self.count + 1).min(PICTURES);
    }

    /// The pace of the newest pictures, if there is a result.
    pub(super) fn measure(&self) -> Option<Measured> {
        let oldest = self.count.checked_sub(1)?;
        let span = |back: usize| self.back(0).0.saturating_sub(self.back(back).0);
        let long_enough = (LEAST_STEPS..=oldest).find(|&back| span(back) >= LONG_ENOUGH_TICKS);
        let full = (self.count == PICTURES && span(oldest) >= LEAST_TICKS).then_some(oldest);
        let steps = long_enough.or(full)?;
        let (one, two) = (steps / 3, 2 * steps / 3);
        let thirds = [(one, 0), (two, one), (steps, two)].map(|(from, to)| self.between(from, to));
        let [Some(a), Some(b), Some(c)] = thirds else { return None };
        let (low, high) = (a.min(b).min(c), a.max(b).max(c));
        if high > low * AGREEMENT {
            return None;
        }
        let camera_per_arrival = self.between(steps, 0)?;
        Some(Measured { camera_per_arrival, arrival_step: span(steps) as f64 / steps as f64 })
    }

    /// Camera ticks per tick of arrivals between two pictures, counted back from the newest.
    fn between(&self, from: usize, to: usize) -> Option<f64> {
        let (from, to) = (self.back(from), self.back(to));
        let (arrivals, camera) = (to.0.saturating_sub(from.0), to.1.saturating_sub(from.1));
        (arrivals > 0 && camera > 0).then(|| camera as f64 / arrivals as f64)
    }

    fn back(&self, count: usize) -> (i64, i64) {
        let place = (self.next + 2 * PICTURES - 1 - count) % PICTURES;
        self.ring.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even_clock(pictures: usize, arrival: i64, camera: i64) -> ClockRatio {
        let mut clock_ratio = ClockRatio::default();
        for n in 0..pictures as i64 {
            clock_ratio.observe(n * arrival, 5 + n * camera);
        }
        clock_ratio
    }

    #[test]
    fn an_even_camera_is_measured_within_a_second() {
        let measured = even_clock(26, 3600, 36_000).measure().unwrap();
        assert_eq!((measured.camera_per_arrival, measured.arrival_step), (10.0, 3600.0));
        assert_eq!(even_clock(25, 3600, 36_000).measure(), None);
        assert!(even_clock(1000, 1000, 1000).measure().is_some(), "90 pictures a second fill the memory");
        assert!(even_clock(4, 90_000, 1000).measure().is_some(), "a picture a second");
    }

    #[test]
    fn bursts_stalls_and_steps_back_say_nothing() {
        let mut burst = even_clock(40, 10, 3600);
        for n in 0..30 {
            burst.observe(400 + n * 3600, 40 * 3600 + n * 3600);
            assert!(burst.measure().is_none_or(|measured| measured.camera_per_arrival == 1.0));
        }
        let mut stalled = even_clock(60, 3600, 3600);
        stalled.observe(60 * 3600 + 900_000, 60 * 3600 + 5);
        assert!(stalled.measure().is_none());
        let mut back = even_clock(60, 3600, 3600);
        back.observe(60 * 3600, 0);
        assert!(back.measure().is_none());
    }
}
