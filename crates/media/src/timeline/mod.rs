//! Camera clock and arrivals in, one timeline out. The reasons are in `docs/design/timeline.md`.

mod clock_ratio;
mod rate;
mod wall;

use ashkar_terms::{MediaTime, Moment, TICKS_PER_SECOND};

pub(crate) use wall::WallClock;

use crate::options::{MAX_LEAD_TICKS, MIN_SAMPLE_TICKS};
use clock_ratio::ClockRatio;
use rate::RateLoop;

/// A decoding time up to this far back is out of order; farther back, the camera's clock has jumped. 0.2 s.
const OUT_OF_ORDER_TICKS: i64 = TICKS_PER_SECOND / 5;
/// A step forward up to this is never a jump of the camera's clock. 1 s.
const SMALLEST_JUMP_TICKS: i64 = TICKS_PER_SECOND;
/// A longer step forward is a jump if it would put the picture this far ahead of its arrival. 1.5 s.
const JUMP_LEAD_TICKS: i64 = 3 * TICKS_PER_SECOND / 2;
/// The timeline is re-anchored if it lags by more than this for a full window, and if the centre's clock steps forward
/// by more. 2 s.
const REANCHOR_TICKS: i64 = 2 * TICKS_PER_SECOND;
/// Pictures this far ahead of their arrival are no longer spaced by the camera's clock: they are set as close together
/// as needed. 1.5 s.
const HELD_LEAD_TICKS: i64 = JUMP_LEAD_TICKS;
/// No picture begins farther than this ahead of its arrival: it is refused. With the longest assumed length of a last
/// picture, 1 s, its end stays within [`MAX_LEAD_TICKS`]. 2 s.
const REFUSED_LEAD_TICKS: i64 = MAX_LEAD_TICKS - TICKS_PER_SECOND;
/// A connection counts as young for this long: a camera whose clock is far off from the start is found at once. 10 s.
const YOUNG_TICKS: i64 = 10 * TICKS_PER_SECOND;
/// A young camera's clock is far off if it runs by this much per second and leads, …
const WILD_FAST: f64 = 1.6;
/// … or only by this much and lags.
const WILD_SLOW: f64 = 0.6;
/// A clock that had to be held is fast if it runs by this much per second.
const HELD_FAST: f64 = 1.03;
/// A clock that is far off has put its pictures at least this far from their arrival. 0.25 s.
const WILD_OFF_TICKS: i64 = TICKS_PER_SECOND / 4;
/// Decoding times that stand still or go back this many times in a row are no longer trusted.
const STILL_LIMIT: u32 = 3;
/// Time between pictures until the camera has shown its own: 25 per second.
const FIRST_GUESS_TICKS: f64 = 3600.0;
/// Camera times farther than this from the last picture's are not used for placing (sound). 10 s.
const FARTHEST_TICKS: i64 = 10 * TICKS_PER_SECOND;

/// The place of an access unit, and what had to be corrected for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placement {
    /// Its decoding time. Strictly after the one before.
    pub(crate) time: MediaTime,
    /// The camera's clock jumped by this many camera ticks.
    pub(crate) jumped: Option<i64>,
    /// The camera's decoding time was not after the one before.
    pub(crate) repaired: bool,
    /// The timeline was moved by this many ticks; a move forward leaves a hole before `time`.
    pub(crate) reanchored: Option<Reanchored>,
}

/// Why the timeline was moved, and by how many ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reanchored {
    /// Pictures arrived late for a whole window: the camera's clock skipped time.
    Lagging(i64),
    /// The camera sent more time than passed; from here on, pictures are set close together.
    Leading(i64),
    /// The centre's wall clock stepped forward.
    WallClock(i64),
    /// The centre's wall clock stepped back: time starts over, before times that were output already.
    Back(i64),
    /// The silence before was declared a gap, and part of it was already published.
    AfterGap(i64),
}

/// More pictures came than fit into real time: this one cannot be placed without claiming time that has not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooFast;

/// The situation at the start of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The timeline continues, at or after the arrival.
    At(MediaTime),
    /// The recording ends later than this picture may be placed: it must wait.
    TooEarly,
    /// The recording reaches into the future, since the wall clock was wrong: time starts over, at the arrival.
    Restart(MediaTime),
}

impl Anchor {
    /// The situation of a connection whose first picture arrives at `arrival`, after a recording that ends, including
    /// its gap, at `earliest`.
    pub(crate) fn of(arrival: Moment, earliest: Option<MediaTime>) -> Self {
        let arrived = MediaTime::from_utc(arrival.wall).max(MediaTime(0));
        match earliest.map(|earliest| (earliest, earliest.since(arrived))) {
            Some((_, lead)) if lead > MAX_LEAD_TICKS + HELD_LEAD_TICKS => Self::Restart(arrived),
            Some((_, lead)) if lead > REFUSED_LEAD_TICKS => Self::TooEarly,
            Some((earliest, _)) => Self::At(arrived.max(earliest)),
            None => Self::At(arrived),
        }
    }

    /// The same if another clock made that recording: it says nothing about when this picture arrived.
    pub(crate) fn of_other_clock(arrival: Moment, earliest: Option<MediaTime>) -> Self {
        let arrived = MediaTime::from_utc(arrival.wall).max(MediaTime(0));
        if earliest.is_some_and(|earliest| earliest > arrived) {
            Self::Restart(arrived)
        } else {
            Self::At(arrived)
        }
    }
}

/// One connection's timeline. Made at its first access unit.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// Where the timeline was anchored; `ideal`, `last` and arrivals are ticks from here.
    origin: MediaTime,
    origin_mono_us: u64,
    /// Total of the steps of the wall clock added to arrivals since, in ticks.
    stepped: i64,
    /// The wall clock stepped back since the last access unit.
    may_go_back: bool,
    /// A forward step to be made by the next access unit, in ticks.
    due_step: i64,
    camera_dts: i64,
    /// Place of the last picture by the camera's clock.
    ideal: f64,
    /// Its actual place.
    last: i64,
    last_arrival: i64,
    usual: f64,
    usual_known: bool,
    still: u32,
    /// The last step was a jump of the camera's clock.
    jumped: bool,
    /// The last picture was held near its arrival.
    held: bool,
    clock_ratio: ClockRatio,
    rate: RateLoop,
}

impl Timeline {
    /// Anchors the timeline: its first access unit, which arrived at `arrival`, is placed at `origin`.
    pub(crate) fn start(camera_dts: i64, arrival: Moment, origin: MediaTime) -> Self {
        let mut clock_ratio = ClockRatio::default();
        clock_ratio.observe(0, camera_dts);
        let late = MediaTime::from_utc(arrival.wall).since(origin);
        Self {
            origin,
            origin_mono_us: arrival.mono_us,
            // If the recording ends after the arrival, pictures lead by that much from the start.
            stepped: late.clamp(-MAX_LEAD_TICKS, 0),
            may_go_back: false,
            due_step: 0,
            camera_dts,
            ideal: 0.0,
            last: 0,
            last_arrival: 0,
            usual: FIRST_GUESS_TICKS,
            usual_known: false,
            still: 0,
            jumped: false,
            held: false,
            clock_ratio,
            rate: RateLoop::new(),
        }
    }

    /// Decoding time of the last access unit.
    pub(crate) fn last(&self) -> MediaTime {
        self.origin.plus(self.last)
    }

    /// The usual distance of two pictures, in ticks; at most a second, which no arrival has confirmed.
    pub(crate) fn usual_ticks(&self) -> i64 {
        (self.usual.round() as i64).clamp(MIN_SAMPLE_TICKS, TICKS_PER_SECOND)
    }

    /// How far the last picture's media time is behind its arrival, microseconds; negative is ahead.
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

    /// Whether a picture that arrives at `at` would not have to be held near its arrival.
    pub(crate) fn has_room(&self, at: Moment) -> bool {
        self.last.saturating_sub(self.arrival_ticks(at)) < HELD_LEAD_TICKS
    }

    /// The place of an arrival on this timeline.
    pub(crate) fn arrival_time(&self, at: Moment) -> MediaTime {
        self.origin.plus(self.arrival_ticks(at))
    }

    /// The place of a camera time near the last picture's.
    pub(crate) fn near(&self, camera_dts: i64) -> Option<MediaTime> {
        let delta = camera_dts.checked_sub(self.camera_dts)?;
        let near = delta.saturating_abs() <= FARTHEST_TICKS;
        near.then(|| self.origin.plus((self.ideal + delta as f64 * self.rate.rate()).round() as i64))
    }

    /// The centre's wall clock stepped. A step forward by more than 2 s moves the timeline at the next access unit; so
    /// does a step back that leaves it more than [`HELD_LEAD_TICKS`] ahead. Small steps are drift.
    pub(crate) fn wall_clock_stepped(&mut self, by_us: i64) {
        let by = i64::try_from(i128::from(by_us) * 9 / 100).unwrap_or(0);
        self.stepped = self.stepped.saturating_add(by);
        self.may_go_back |= by < 0;
        if by > REANCHOR_TICKS {
            self.due_step = self.due_step.saturating_add(by);
        } else if by < 0 {
            // It cancels a step forward that no picture has used yet.
            self.due_step = self.due_step.saturating_add(by).max(0);
        }
    }

    /// Places the next access unit, not before `floor`.
    pub(crate) fn place(
        &mut self,
        camera_dts: i64,
        arrival: Moment,
        floor: Option<MediaTime>,
    ) -> Result<Placement, TooFast> {
        let arrived = self.arrival_ticks(arrival);
        if let Some(by) = self.goes_back(camera_dts, arrived) {
            let reanchored = Some(Reanchored::Back(by));
            return Ok(Placement { time: self.last(), jumped: None, repaired: false, reanchored });
        }
        self.clock_ratio.observe(arrived, camera_dts);
        self.learn_clock_ratio(arrived);
        let step = self.camera_step(camera_dts, arrived);
        self.camera_dts = camera_dts;
        self.jumped = step.jumped.is_some();
        let mut reanchored = self.wall_clock_moves();
        let after = self.last.saturating_add(MIN_SAMPLE_TICKS);
        let mut time = (self.ideal.round() as i64).max(after);
        if let Some(by) = self.hold_lead(&mut time, arrived, after) {
            reanchored = Some(Reanchored::Leading(by));
        }
        if let Some(by) = self.hold_floor(&mut time, floor) {
            reanchored = Some(Reanchored::AfterGap(by));
        }
        if time.saturating_sub(arrived) > REFUSED_LEAD_TICKS {
            self.ideal = self.last as f64;
            return Err(TooFast);
        }
        if step.from_camera && !self.held {
            self.rate.observe(arrived, arrived.saturating_sub(time));
        }
        if let Some(by) = self.rate.least_error_of_full_window().filter(|by| *by > REANCHOR_TICKS) {
            self.move_on(&mut time, by);
            reanchored = Some(Reanchored::Lagging(by));
        }
        (self.last, self.last_arrival) = (time, arrived);
        Ok(Placement { time: self.last(), jumped: step.jumped, repaired: step.repaired, reanchored })
    }

    /// After a step of the wall clock back: sequence numbers that were output cannot be taken back, but time continues
    /// from where it really is, not from where a wrong clock was.
    fn goes_back(&mut self, camera_dts: i64, arrived: i64) -> Option<i64> {
        let by = arrived.saturating_sub(self.last);
        if !std::mem::take(&mut self.may_go_back) || by >= -HELD_LEAD_TICKS {
            return None;
        }
        let time = arrived.max(self.origin.0.saturating_neg());
        (self.camera_dts, self.due_step, self.held) = (camera_dts, 0, false);
        (self.last, self.last_arrival, self.ideal) = (time, arrived, time as f64);
        self.rate.forget();
        self.clock_ratio.forget();
        Some(by)
    }

    /// A camera whose clock runs several times too fast or too slow is trusted no longer than it takes to see that
    /// arrivals are even and contradict it. Later in a connection, only a clock that leads is judged: a line with less
    /// throughput for some seconds looks like a slow clock.
    fn learn_clock_ratio(&mut self, arrived: i64) {
        let young = arrived.saturating_sub(self.stepped) <= YOUNG_TICKS;
        if !young && !self.held && !self.jumped {
            return;
        }
        let Some(clock_ratio) = self.clock_ratio.measure() else { return };
        let made = clock_ratio.camera_per_arrival * self.rate.rate();
        let lead = self.last.saturating_sub(arrived);
        let fast =
            (self.held && made > HELD_FAST) || (made > WILD_FAST && (self.jumped || lead > WILD_OFF_TICKS));
        let slow = young && made < WILD_SLOW && lead < -WILD_OFF_TICKS;
        if fast || slow {
            self.rate.set(1.0 / clock_ratio.camera_per_arrival);
            (self.usual, self.usual_known) = (clock_ratio.arrival_step, true);
            self.clock_ratio.forget();
        }
    }

    fn arrival_ticks(&self, at: Moment) -> i64 {
        let since_us = at.mono_us.checked_signed_diff(self.origin_mono_us);
        let ticks = since_us.and_then(|us| us.checked_mul(9)).map_or(i64::MAX, |ninths| ninths / 100);
        ticks.saturating_add(self.stepped)
    }

    /// Moves `ideal` by the camera's clock, as far as that is trusted.
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

    /// Moves `ideal` without the camera's clock: by the usual step, nudged towards the arrival; or by the time that
    /// really passed, if that is more by over a second.
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

    /// Keeps `time` within [`HELD_LEAD_TICKS`] of its arrival, as far as time must not stand still. Reports when this
    /// begins.
    fn hold_lead(&mut self, time: &mut i64, arrived: i64, after: i64) -> Option<i64> {
        let latest = arrived.saturating_add(HELD_LEAD_TICKS).max(after);
        let by = latest.saturating_sub(*time);
        let was_held = std::mem::replace(&mut self.held, by < 0);
        if by >= 0 {
            return None;
        }
        self.move_on(time, by);
        (!was_held).then_some(by)
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

/// The outcome of one step of the camera's clock.
struct Step {
    jumped: Option<i64>,
    repaired: bool,
    from_camera: bool,
}
