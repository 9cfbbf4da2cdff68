//! Camera clock and arrivals in, one timeline out. The reasons are in `docs/design/timeline.md`.

mod rate;
mod wall;

use ashkar_terms::{MediaTime, Moment, TICKS_PER_SECOND};

pub(crate) use wall::WallClock;

use crate::options::MIN_SAMPLE_TICKS;
use rate::RateLoop;

/// A decoding time this far back, or less, is out of order; farther back the camera's clock has jumped. 0.2 s.
const OUT_OF_ORDER_TICKS: i64 = TICKS_PER_SECOND / 5;
/// No step forward up to this is a jump of the camera's clock. 1 s.
const SMALLEST_JUMP_TICKS: i64 = TICKS_PER_SECOND;
/// A longer step forward is one if it would put the picture this far ahead of its arrival. 1.5 s.
const JUMP_LEAD_TICKS: i64 = 3 * TICKS_PER_SECOND / 2;
/// The timeline is re-anchored when it lags by more than this for a full window, and when the centre's clock steps
/// forward by more. 2 s.
const REANCHOR_TICKS: i64 = 2 * TICKS_PER_SECOND;
/// The timeline never runs farther than this ahead of arrivals; pictures beyond are set close together. 30 s.
const MAX_LEAD_TICKS: i64 = 30 * TICKS_PER_SECOND;
/// Decoding times that stand still or go back this often in a row are not believed any more.
const STILL_LIMIT: u32 = 3;
/// Time between pictures until the camera has shown its own: 25 per second.
const FIRST_GUESS_TICKS: f64 = 3600.0;
/// Camera times farther than this from the last picture's are not placed by it (sound). 10 s.
const FARTHEST_TICKS: i64 = 10 * TICKS_PER_SECOND;

/// Where an access unit lies, and what had to be done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Its decoding time. Strictly after the one before.
    pub(crate) time: MediaTime,
    /// The camera's clock jumped by this many camera ticks.
    pub(crate) jumped: Option<i64>,
    /// The camera's decoding time was not after the one before.
    pub(crate) repaired: bool,
    /// The timeline was moved by this many ticks; forward it leaves a hole before `time`.
    pub(crate) reanchored: Option<Reanchored>,
}

/// Why the timeline was moved, and by how many ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reanchored {
    /// Pictures arrived later than they should for a whole window: the camera's clock left time out.
    Lagging(i64),
    /// The camera sent more time than passed; pictures were set close together.
    Leading(i64),
    /// The centre's wall clock stepped forward.
    WallClock(i64),
    /// The silence before was declared a gap, and part of it was already published.
    AfterGap(i64),
}

/// One connection's timeline. Made at its first access unit.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// Where the timeline was anchored; `ideal`, `last` and arrivals are ticks from here.
    origin: MediaTime,
    origin_mono_us: u64,
    /// What steps of the wall clock have added to arrivals since, in ticks.
    stepped: i64,
    /// What backward steps of the wall clock have left the timeline ahead by, in ticks.
    ahead: i64,
    /// A forward step that the next access unit makes, in ticks.
    due_step: i64,
    camera_dts: i64,
    /// Where the camera's clock would have the last picture.
    ideal: f64,
    /// Where it is.
    last: i64,
    last_arrival: i64,
    usual: f64,
    usual_known: bool,
    still: u32,
    rate: RateLoop,
}

impl Timeline {
    /// Anchors the timeline at the arrival of its first access unit, but not before `earliest`.
    pub(crate) fn start(camera_dts: i64, arrival: Moment, earliest: Option<MediaTime>) -> Self {
        let arrived = MediaTime::from_utc(arrival.wall).max(MediaTime(0));
        Self {
            origin: earliest.map_or(arrived, |earliest| arrived.max(earliest)),
            origin_mono_us: arrival.mono_us,
            stepped: 0,
            ahead: 0,
            due_step: 0,
            camera_dts,
            ideal: 0.0,
            last: 0,
            last_arrival: 0,
            usual: FIRST_GUESS_TICKS,
            usual_known: false,
            still: 0,
            rate: RateLoop::new(),
        }
    }

    /// Decoding time of the last access unit.
    pub(crate) fn last(&self) -> MediaTime {
        self.origin.plus(self.last)
    }

    /// What usually lies between two pictures, in ticks.
    pub(crate) fn usual_ticks(&self) -> i64 {
        (self.usual.round() as i64).max(MIN_SAMPLE_TICKS)
    }

    /// How far the last picture's media time lies behind its arrival, microseconds; negative is ahead.
    pub(crate) fn delay_us(&self) -> i64 {
        self.last_arrival.saturating_sub(self.last).saturating_mul(100) / 9
    }

    /// How much faster the camera's clock runs, in parts per million.
    pub(crate) fn camera_ppm(&self) -> i32 {
        self.rate.camera_ppm()
    }

    /// Media ticks per camera tick.
    pub(crate) fn rate(&self) -> f64 {
        self.rate.rate()
    }

    /// Where an arrival lies on this timeline.
    pub(crate) fn arrival_time(&self, at: Moment) -> MediaTime {
        self.origin.plus(self.arrival_ticks(at))
    }

    /// Where a camera time lies that is near the last picture's.
    pub(crate) fn near(&self, camera_dts: i64) -> Option<MediaTime> {
        let delta = camera_dts.checked_sub(self.camera_dts)?;
        let near = delta.saturating_abs() <= FARTHEST_TICKS;
        near.then(|| self.origin.plus((self.ideal + delta as f64 * self.rate.rate()).round() as i64))
    }

    /// The centre's wall clock stepped. Forward by more than 2 s moves the timeline at the next access unit. Back,
    /// it cannot go: it stays ahead, and a later step forward first makes good for that. Small steps are drift.
    pub(crate) fn wall_clock_stepped(&mut self, by_us: i64) {
        let by = i64::try_from(i128::from(by_us) * 9 / 100).unwrap_or(0);
        let made_good = by.clamp(0, self.ahead);
        self.ahead -= made_good;
        let by = by - made_good;
        if by < -REANCHOR_TICKS {
            self.ahead = self.ahead.saturating_add(by.saturating_neg());
            return;
        }
        self.stepped = self.stepped.saturating_add(by);
        if by > REANCHOR_TICKS {
            self.due_step = self.due_step.saturating_add(by);
        }
    }

    /// Places the next access unit, not before `floor`.
    pub(crate) fn place(&mut self, camera_dts: i64, arrival: Moment, floor: Option<MediaTime>) -> Placed {
        let arrived = self.arrival_ticks(arrival);
        let step = self.camera_step(camera_dts, arrived);
        self.camera_dts = camera_dts;
        let mut reanchored = self.wall_clock_moves();
        let after = self.last.saturating_add(MIN_SAMPLE_TICKS);
        let mut time = (self.ideal.round() as i64).max(after);
        if let Some(by) = self.hold_lead(&mut time, arrived, after) {
            reanchored = Some(Reanchored::Leading(by));
        }
        if let Some(by) = self.hold_floor(&mut time, floor) {
            reanchored = Some(Reanchored::AfterGap(by));
        }
        if step.from_camera {
            self.rate.observe(arrived, arrived.saturating_sub(time));
        }
        if let Some(by) = self.rate.least_error_of_full_window().filter(|by| *by > REANCHOR_TICKS) {
            self.move_on(&mut time, by);
            reanchored = Some(Reanchored::Lagging(by));
        }
        (self.last, self.last_arrival) = (time, arrived);
        Placed { time: self.last(), jumped: step.jumped, repaired: step.repaired, reanchored }
    }

    fn arrival_ticks(&self, at: Moment) -> i64 {
        let mono_us = i128::from(at.mono_us) - i128::from(self.origin_mono_us);
        i64::try_from(mono_us * 9 / 100).unwrap_or(i64::MAX).saturating_add(self.stepped)
    }

    /// Moves `ideal` by what the camera's clock says, as far as it is believed.
    fn camera_step(&mut self, camera_dts: i64, arrived: i64) -> Step {
        let delta = camera_dts.saturating_sub(self.camera_dts);
        let by = delta as f64 * self.rate.rate();
        let lead = (self.ideal + by).round() as i64;
        let arrived = arrived.saturating_sub(self.due_step);
        let ahead = lead.saturating_sub(arrived);
        let forward = delta > SMALLEST_JUMP_TICKS && ahead > JUMP_LEAD_TICKS;
        self.still = if delta > 0 { 0 } else { self.still.saturating_add(1) };
        if forward || delta < -OUT_OF_ORDER_TICKS {
            let expected = (self.usual / self.rate.rate()).round() as i64;
            self.step_by_arrival(arrived);
            return Step {
                jumped: Some(delta.saturating_sub(expected)),
                repaired: false,
                from_camera: false,
            };
        }
        if self.still >= STILL_LIMIT {
            let since = arrived.saturating_sub(self.last_arrival).clamp(MIN_SAMPLE_TICKS, TICKS_PER_SECOND);
            self.usual += (since as f64 - self.usual) / 16.0;
            self.step_by_arrival(arrived);
            return Step { jumped: None, repaired: true, from_camera: false };
        }
        self.ideal += by;
        if delta > 0 && by <= TICKS_PER_SECOND as f64 {
            self.usual += if self.usual_known { (by - self.usual) / 8.0 } else { by - self.usual };
            self.usual_known = true;
        }
        Step { jumped: None, repaired: delta <= 0, from_camera: true }
    }

    /// Moves `ideal` without the camera's clock: by the usual step, nudged towards the arrival; by what truly
    /// passed if that is over a second more.
    fn step_by_arrival(&mut self, arrived: i64) {
        let least_error = self.rate.least_error().unwrap_or(0);
        let passed = arrived.saturating_sub(least_error).saturating_sub(self.last) as f64;
        let off = passed - self.usual;
        let half = self.usual / 2.0;
        let by =
            if off > TICKS_PER_SECOND as f64 { passed } else { self.usual + (off / 8.0).clamp(-half, half) };
        self.ideal = self.last as f64 + by;
    }

    fn wall_clock_moves(&mut self) -> Option<Reanchored> {
        let by = std::mem::take(&mut self.due_step);
        if by == 0 {
            return None;
        }
        self.ideal += by as f64;
        Some(Reanchored::WallClock(by))
    }

    /// Keeps `time` within [`MAX_LEAD_TICKS`] of its arrival, as far as time may not stand still.
    fn hold_lead(&mut self, time: &mut i64, arrived: i64, after: i64) -> Option<i64> {
        let latest = arrived.saturating_add(MAX_LEAD_TICKS).max(after);
        let by = latest.saturating_sub(*time);
        if by >= 0 {
            return None;
        }
        self.move_on(time, by);
        Some(by)
    }

    fn hold_floor(&mut self, time: &mut i64, floor: Option<MediaTime>) -> Option<i64> {
        let by = floor?.since(self.origin).saturating_sub(*time);
        if by <= 0 {
            return None;
        }
        self.move_on(time, by);
        Some(by)
    }

    fn move_on(&mut self, time: &mut i64, by: i64) {
        *time = time.saturating_add(by);
        self.ideal = *time as f64;
        self.rate.forget();
    }
}

/// What became of one step of the camera's clock.
struct Step {
    jumped: Option<i64>,
    repaired: bool,
    from_camera: bool,
}
