//! How fast the camera's clock runs against the arrival clock.
//!
//! The *error* of an access unit is its arrival less its media time. The line can only add to it, so the least error of
//! a window is the real difference of the clocks; stalls and the bursts after them are above it and do not count. Two
//! mechanisms follow it:
//!
//! - a PI loop on the least error of the last [`WINDOW_SECONDS`], for drift in parts per million and for the remainder;
//! - a detector of wrong rates (25 frames declared, 21 sent): when the least errors of four seconds in a row lie on one
//!   slope, the rate is set at once, long before the window would show it.

const TICKS: f64 = 90_000.0;

/// Length of the window whose least error is followed, and which must be full before the timeline is re-anchored.
pub(super) const WINDOW_SECONDS: i64 = 15;
const WINDOW: usize = 15;

/// Errors within this many seconds of zero are left alone, so that an accurate camera keeps its own durations.
const DEADBAND_SECONDS: f64 = 0.1;
/// Gain of the rate's correction, per second of error.
const PROPORTIONAL: f64 = 0.03;
/// Gain of the lasting rate's correction, per second of error and second.
const INTEGRAL: f64 = PROPORTIONAL * PROPORTIONAL / 4.0;
/// Largest error in seconds that the lasting rate learns from.
const INTEGRAL_LIMIT_SECONDS: f64 = 0.5;
/// Upper bound of the passing correction of the rate.
const LARGEST_CORRECTION: f64 = 0.1;
/// Slopes that agree within this, in seconds per second, or within a quarter of their median, are one slope.
const SLOPE_TOLERANCE: f64 = 0.02;
/// The detector reacts only to rates this far from the present one; the loop does the rest.
const SMALLEST_RATE_STEP: f64 = 0.03;
/// A camera seems fast while a queue drains. It is trusted only when its pictures are this much ahead, in seconds.
const BELIEVED_LEAD_SECONDS: f64 = 0.2;
/// Media ticks per camera tick stay within this and its inverse.
const LARGEST_RATE: f64 = 128.0;

/// The least error of one second of arrivals.
#[derive(Debug, Clone, Copy)]
struct Bin {
    second: i64,
    least: f64,
}

/// Media ticks per camera tick, learned from arrivals.
#[derive(Debug, Clone)]
pub(super) struct RateLoop {
    lasting: f64,
    passing: f64,
    open: Option<Bin>,
    closed: [Option<Bin>; WINDOW],
    /// The least error of the closed seconds that are in the window; changes when a second ends.
    closed_least: Option<f64>,
    since: Option<i64>,
}

impl RateLoop {
    pub(super) const fn new() -> Self {
        Self {
            lasting: 1.0,
            passing: 0.0,
            open: None,
            closed: [None; WINDOW],
            closed_least: None,
            since: None,
        }
    }

    /// Media ticks per camera tick, at present.
    pub(super) fn rate(&self) -> f64 {
        self.lasting * (1.0 + self.passing)
    }

    /// How much faster the camera's clock runs, in parts per million.
    pub(super) fn camera_ppm(&self) -> i32 {
        ((1.0 / self.lasting - 1.0) * 1e6).round() as i32
    }

    /// Discards the measurements, and keeps the lasting rate.
    pub(super) fn forget(&mut self) {
        *self = Self { lasting: self.lasting, ..Self::new() };
    }

    /// Sets the rate to one that was measured elsewhere.
    pub(super) fn set(&mut self, rate: f64) {
        *self = Self { lasting: rate.clamp(1.0 / LARGEST_RATE, LARGEST_RATE), ..Self::new() };
    }

    /// Adds the error of an access unit that arrived at `arrival`, both in ticks.
    pub(super) fn observe(&mut self, arrival: i64, error: i64) {
        let (second, error) = (arrival.div_euclid(90_000), error as f64 / TICKS);
        self.since.get_or_insert(second);
        match &mut self.open {
            Some(bin) if bin.second == second => bin.least = bin.least.min(error),
            _ => {
                if let Some(done) = self.open.replace(Bin { second, least: error }) {
                    self.close(done);
                }
            }
        }
    }

    /// The least error of the window in ticks, if there is any.
    pub(super) fn least_error(&self) -> Option<i64> {
        let open = self.open?.least;
        let least = self.closed_least.map_or(open, |closed| closed.min(open));
        Some((least * TICKS) as i64)
    }

    fn least_of_closed(&self) -> Option<f64> {
        let newest = self.open?.second;
        let recent = self.closed.iter().flatten().filter(|bin| newest - bin.second < WINDOW_SECONDS);
        recent.map(|bin| bin.least).reduce(f64::min)
    }

    /// [`Self::least_error`], once a full window was seen since the measurements were last discarded.
    pub(super) fn least_error_of_full_window(&self) -> Option<i64> {
        let full = self.open?.second.saturating_sub(self.since?) >= WINDOW_SECONDS;
        self.least_error().filter(|_| full)
    }

    fn close(&mut self, done: Bin) {
        self.closed.rotate_left(1);
        if let Some(newest) = self.closed.last_mut() {
            *newest = Some(done);
        }
        if let Some(rate) = self.detected() {
            self.lasting = rate;
            self.closed = [None; WINDOW];
            self.since = Some(done.second);
        }
        self.closed_least = self.least_of_closed();
        self.correct();
    }

    /// The rate on which the last four seconds agree, if it is far from the present one.
    fn detected(&self) -> Option<f64> {
        let [.., a, b, c, d] = self.closed;
        let bins = [a?, b?, c?, d?];
        let in_a_row = bins.windows(2).all(|pair| matches!(pair, [x, y] if x.second + 1 == y.second));
        let [a, b, c, d] = bins.map(|bin| bin.least);
        let mut slopes = [b - a, c - b, d - c];
        slopes.sort_by(f64::total_cmp);
        let [low, median, high] = slopes;
        let tolerance = SLOPE_TOLERANCE.max(median.abs() / 4.0);
        if !in_a_row || high - median > tolerance || median - low > tolerance {
            return None;
        }
        let slope = (d - a) / 3.0;
        if slope < 0.0 && d > -BELIEVED_LEAD_SECONDS {
            return None;
        }
        // The camera made (1 - slope) seconds of media per second of arrivals under the present rate.
        let rate = self.rate() / (1.0 - slope).clamp(1.0 / LARGEST_RATE, LARGEST_RATE);
        let far = (rate / self.lasting - 1.0).abs() >= SMALLEST_RATE_STEP;
        far.then(|| rate.clamp(1.0 / LARGEST_RATE, LARGEST_RATE))
    }

    /// One step of the loop, once a second of arrivals.
    fn correct(&mut self) {
        let error = self.least_error().map_or(0.0, |ticks| ticks as f64 / TICKS);
        let beyond = error - error.clamp(-DEADBAND_SECONDS, DEADBAND_SECONDS);
        self.passing = (beyond * PROPORTIONAL).clamp(-LARGEST_CORRECTION, LARGEST_CORRECTION);
        if self.least_error_of_full_window().is_some() {
            let learnt = beyond.clamp(-INTEGRAL_LIMIT_SECONDS, INTEGRAL_LIMIT_SECONDS) * INTEGRAL;
            self.lasting = (self.lasting * (1.0 + learnt)).clamp(1.0 / LARGEST_RATE, LARGEST_RATE);
        }
    }
}
