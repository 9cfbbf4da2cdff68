//! The engine of one camera whose pictures another packager has packaged: that of the station's agent. Its parts in,
//! the same parts under this side's numbers out, with the gaps and ends of segments that belong between them.
//!
//! Nothing in a part's bytes changes. Segments are numbered anew, since gaps take numbers here that the agent knows
//! nothing of, and a playlist that was served cannot be numbered again.

pub(crate) mod check;

use std::sync::Arc;

use ashkar_terms::{CameraId, Cause, MediaTime, Moment};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::packager::{Facts, REFILL_TICKS, in_range, silent_ticks};
use crate::{
    Counters, FactKind, GAP_SEGMENT_TICKS, Gap, InitSegment, LIVE_WITHIN_US, MAX_LEAD_TICKS, MIN_GAP_TICKS,
    Options, Output, Part, Resume, SegmentEnd,
};

/// Init segments that are kept until a part needs them: of one before and one after a change, and one to spare.
const INITS_MAX: usize = 3;

/// Why an output of the agent is not taken as live. Except for [`NotLive::Malformed`] it may come as media of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotLive {
    /// Its time has been listed already, as media or as missing; or parts before it are missing.
    #[error("its time is over")]
    Behind,
    /// It claims time that has not been, by more than [`MAX_LEAD_TICKS`].
    #[error("it lies in the future: the agent's clock is wrong")]
    Ahead,
    /// Its init segment did not come before it.
    #[error("the init segment that it needs did not come")]
    InitNeeded,
    /// It is not what a packager makes.
    #[error("it is no part as a packager makes it")]
    Malformed,
}

/// The cause of a gap that an agent declares, as the centre calls it: to its agent the software and the disk that record are the
/// centre's, and here that would be a lie.
pub fn cause_at_station(cause: Cause) -> Cause {
    match cause {
        Cause::Centre => Cause::Unknown,
        Cause::Disk => Cause::StationDisk,
        other => other,
    }
}

/// Passes the outputs of another packager on as one's own: pure and deterministic, like [`Packager`](crate::Packager).
#[derive(Debug)]
pub struct Relay {
    camera: CameraId,
    options: Options,
    next_segment: u64,
    /// End of the last part or gap that was output.
    end: Option<MediaTime>,
    gap: Option<(MediaTime, Cause)>,
    /// Cause of the gap that was open before the restart.
    resumed_gap: Option<Cause>,
    growing: Option<Growing>,
    /// The next part does not continue the one before it.
    anew: bool,
    inits: Vec<Arc<InitSegment>>,
    /// The init segment that was output last.
    announced: Option<[u8; 8]>,
    connected: bool,
    /// Why there was no connection, since the last one ended.
    ended: Cause,
    /// Since when nothing comes, if no part ever did.
    since: Option<Moment>,
    last_arrival: Option<Moment>,
    last_picture: Option<Moment>,
    facts: Facts,
    counters: Counters,
}

/// The segment that grows.
#[derive(Debug)]
struct Growing {
    /// Its number at the agent, and here.
    theirs: u64,
    number: u64,
    start: MediaTime,
    end: MediaTime,
    parts: u16,
    bytes: u64,
    sha256: Sha256,
    init: Arc<InitSegment>,
    last_arrival: Moment,
}

impl Relay {
    /// A relay that continues from `resume`.
    ///
    /// # Panics
    /// If `options` contradict each other: see [`Options`].
    pub fn new(camera: CameraId, resume: Resume, options: Options) -> Self {
        options.check();
        Self {
            camera,
            options,
            next_segment: resume.next_segment,
            end: resume.timeline_end,
            gap: None,
            resumed_gap: resume.open_gap,
            growing: None,
            anew: true,
            inits: Vec::new(),
            announced: None,
            connected: false,
            ended: Cause::Centre,
            since: None,
            last_arrival: None,
            last_picture: None,
            facts: Facts::new(),
            counters: Counters::default(),
        }
    }

    /// An agent begins to send. `source` names protocol and peer. Its parts may continue where those of its last
    /// connection ended, so no gap is declared yet.
    pub fn connected(&mut self, source: String, at: Moment, out: &mut Vec<Output>) {
        let at = in_range(at);
        (self.connected, self.announced) = (true, None);
        self.inits.clear();
        self.since.get_or_insert(at);
        self.reopen_gap(out);
        self.report(FactKind::Connected { source }, at, out);
    }

    /// The connection ended. The segment may still go on when the agent is back; if it is not in time, a gap is
    /// declared from its end on.
    pub fn disconnected(&mut self, cause: Cause, reason: String, at: Moment, out: &mut Vec<Output>) {
        let at = in_range(at);
        (self.connected, self.ended) = (false, cause);
        self.report(FactKind::Disconnected { cause, reason }, at, out);
        self.judge_silence(at, out);
    }

    /// An output of the agent's packager, as it arrived at `now`.
    ///
    /// # Errors
    /// [`NotLive`]; nothing changes then.
    pub fn take(&mut self, output: &Output, now: Moment, out: &mut Vec<Output>) -> Result<(), NotLive> {
        let now = in_range(now);
        self.last_arrival = Some(now);
        match output {
            Output::Init(init) => self.init(init),
            Output::Part(part) => self.part(part, now, out),
            Output::SegmentEnd(end) => {
                self.end_if(|growing| growing.theirs == end.segment && growing.parts == end.parts, out);
                Ok(())
            }
            Output::Gap(gap) => self.their_gap(gap, now, out),
            Output::Fact(fact) => {
                self.facts.emit(fact.kind.clone(), fact.at, &mut self.counters, out);
                Ok(())
            }
        }
    }

    fn init(&mut self, init: &Arc<InitSegment>) -> Result<(), NotLive> {
        if !check::is_init(&init.bytes) {
            return Err(NotLive::Malformed);
        }
        self.inits.retain(|known| known.sha256 != init.sha256);
        if self.inits.len() >= INITS_MAX {
            self.inits.remove(0);
        }
        self.inits.push(Arc::clone(init));
        Ok(())
    }

    fn part(&mut self, part: &Part, now: Moment, out: &mut Vec<Output>) -> Result<(), NotLive> {
        let init = self.judge(part, now)?;
        let goes_on =
            self.growing.as_ref().is_some_and(|growing| growing.theirs == part.segment && part.index > 0);
        if !goes_on {
            self.begin(part, init, out);
        }
        self.last_picture = Some(now);
        let anew = std::mem::take(&mut self.anew);
        let Some(growing) = &mut self.growing else { return Err(NotLive::Behind) };
        let spread = part.last_arrival.mono_us.saturating_sub(part.first_arrival.mono_us).min(now.mono_us);
        let first_arrival = Moment { wall: now.wall.plus(-(spread as i64)), mono_us: now.mono_us - spread };
        let own = Part {
            segment: growing.number,
            index: growing.parts,
            discontinuity: part.discontinuity || anew,
            first_arrival,
            last_arrival: now,
            ..part.clone()
        };
        growing.sha256.update(&part.bytes);
        growing.bytes += part.bytes.len() as u64;
        growing.parts += 1;
        growing.end = part.start.plus(part.duration.into());
        growing.last_arrival = now;
        self.end = Some(growing.end);
        self.counters.parts += 1;
        out.push(Output::Part(own));
        Ok(())
    }

    /// Whether `part` can be output now; and its init segment.
    fn judge(&self, part: &Part, now: Moment) -> Result<Arc<InitSegment>, NotLive> {
        let end = part.start.plus(part.duration.into());
        if !check::is_part(&part.bytes) || part.duration == 0 || part.index == u16::MAX {
            return Err(NotLive::Malformed);
        }
        if end.since(MediaTime::from_utc(now.wall)) > MAX_LEAD_TICKS {
            return Err(NotLive::Ahead);
        }
        let known = self.inits.iter().find(|init| init.sha256.starts_with(&part.init));
        let init = known.cloned().ok_or(NotLive::InitNeeded)?;
        match &self.growing {
            Some(growing) if growing.theirs == part.segment && part.index > 0 => {
                let follows = growing.parts == part.index
                    && growing.init.sha256 == init.sha256
                    && part.start == growing.end;
                if follows && self.gap.is_none() { Ok(init) } else { Err(NotLive::Behind) }
            }
            _ if part.index == 0 && self.is_after_what_is_listed(part.start, now) => Ok(init),
            _ => Err(NotLive::Behind),
        }
    }

    /// Time that playlists may show already, as media or as missing, stays as it is.
    fn is_after_what_is_listed(&self, start: MediaTime, now: Moment) -> bool {
        let wall = MediaTime::from_utc(now.wall);
        match (self.end, self.gap) {
            (None, _) => true,
            // The end was written by a clock that was wrong.
            (Some(end), _) if end.since(wall) > MAX_LEAD_TICKS => start.since(wall) > -REFILL_TICKS,
            (Some(end), None) => start >= end,
            (Some(_), Some((from, _))) => start > from && start.since(wall) >= -REFILL_TICKS,
        }
    }

    fn begin(&mut self, part: &Part, init: Arc<InitSegment>, out: &mut Vec<Output>) {
        self.end_if(|_| true, out);
        if let Some(end) = self.end {
            if part.start < end {
                self.restart_timeline(out);
            } else if part.start > end {
                let cause = if self.connected { Cause::Uplink } else { self.ended };
                self.open_gap(cause, out);
                self.close_gap(part.start, out);
            }
        }
        if self.announced != Some(part.init) {
            self.anew |= self.announced.is_some();
            self.announced = Some(part.init);
            out.push(Output::Init(Arc::clone(&init)));
        }
        self.growing = Some(Growing {
            theirs: part.segment,
            number: self.next_segment,
            start: part.start,
            end: part.start,
            parts: 0,
            bytes: 0,
            sha256: Sha256::new(),
            init,
            last_arrival: part.last_arrival,
        });
        self.next_segment += 1;
    }

    fn end_if(&mut self, is_over: impl Fn(&Growing) -> bool, out: &mut Vec<Output>) {
        let Some(growing) = self.growing.take_if(|growing| is_over(growing)) else { return };
        self.counters.segments += 1;
        out.push(Output::SegmentEnd(SegmentEnd {
            segment: growing.number,
            start: growing.start,
            duration: u32::try_from(growing.end.since(growing.start)).unwrap_or(u32::MAX),
            parts: growing.parts,
            byte_length: growing.bytes,
            sha256: growing.sha256.finalize().into(),
            init_sha256: growing.init.sha256,
            last_arrival: growing.last_arrival,
        }));
    }

    /// The agent had no pictures itself. What lies between our end and its gap was lost on the line. Of a gap that is
    /// over, live tells the end only if it told the beginning: what was declared otherwise is put right afterwards.
    fn their_gap(&mut self, gap: &Gap, now: Moment, out: &mut Vec<Output>) -> Result<(), NotLive> {
        let cause = cause_at_station(gap.cause);
        if gap.to.is_some() {
            return if self.gap == Some((gap.from, cause)) { Ok(()) } else { Err(NotLive::Behind) };
        }
        let wall = MediaTime::from_utc(now.wall);
        let Some(end) = self.end.filter(|_| gap.from.since(wall) <= MAX_LEAD_TICKS) else { return Ok(()) };
        if self.gap.is_some() {
            return Ok(());
        }
        self.end_if(|_| true, out);
        if gap.from > end {
            self.open_gap(Cause::Uplink, out);
            self.close_gap(gap.from, out);
        }
        self.open_gap(cause, out);
        Ok(())
    }

    /// A gap that was open before the restart is open still: playlists show it.
    fn reopen_gap(&mut self, out: &mut Vec<Output>) {
        if let Some(cause) = self.resumed_gap {
            self.open_gap(cause, out);
        }
    }

    fn open_gap(&mut self, cause: Cause, out: &mut Vec<Output>) {
        let (Some(from), None) = (self.end, self.gap) else { return };
        let cause = self.resumed_gap.take().unwrap_or(cause);
        self.gap = Some((from, cause));
        self.counters.gaps += 1;
        out.push(Output::Gap(Gap { from, to: None, cause, next_segment: self.next_segment }));
    }

    fn close_gap(&mut self, to: MediaTime, out: &mut Vec<Output>) {
        let Some((from, cause)) = self.gap.take() else { return };
        self.next_segment += to.since(from).unsigned_abs().div_ceil(GAP_SEGMENT_TICKS.unsigned_abs());
        (self.end, self.anew) = (Some(to), true);
        out.push(Output::Gap(Gap { from, to: Some(to), cause, next_segment: self.next_segment }));
    }

    /// What was recorded last lies after now. A number is skipped, so that lists start over: dates that go back mean
    /// nothing within one.
    fn restart_timeline(&mut self, out: &mut Vec<Output>) {
        if let Some((from, _)) = self.gap {
            self.close_gap(from.plus(MIN_GAP_TICKS), out);
        }
        self.next_segment += 1;
        self.anew = true;
    }

    fn judge_silence(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(last) = self.last_picture.or(self.since) else {
            self.since = Some(now);
            return;
        };
        if self.gap.is_some() || silent_ticks(last, now) < self.options.silence_ticks {
            return;
        }
        self.end_if(|_| true, out);
        self.open_gap(self.silence(now), out);
    }

    /// Why nothing comes: no connection, or nothing on it, or things that are no pictures.
    fn silence(&self, now: Moment) -> Cause {
        let arrives =
            self.last_arrival.is_some_and(|last| now.mono_us.saturating_sub(last.mono_us) < LIVE_WITHIN_US);
        match self.connected {
            false => self.ended,
            true if arrives => Cause::Source,
            true => Cause::Uplink,
        }
    }

    /// To be called once a second: notices silence.
    pub fn tick(&mut self, now: Moment, out: &mut Vec<Output>) {
        self.reopen_gap(out);
        self.judge_silence(in_range(now), out);
    }

    /// To be called before the process stops: ends the segment.
    pub fn flush(&mut self, out: &mut Vec<Output>) {
        self.end_if(|_| true, out);
        self.connected = false;
    }

    /// Bytes arrived on the connection, whatever they were: the line works.
    pub fn received(&mut self, at: Moment) {
        let at = in_range(at);
        if self.connected && self.last_arrival.is_none_or(|last| last.mono_us < at.mono_us) {
            self.last_arrival = Some(at);
        }
    }

    /// Its camera.
    pub const fn camera(&self) -> CameraId {
        self.camera
    }

    /// When the last part that was taken arrived.
    pub const fn last_picture(&self) -> Option<Moment> {
        self.last_picture
    }

    /// Cause of the open gap.
    pub fn open_gap_cause(&self) -> Option<Cause> {
        self.gap.map(|(_, cause)| cause)
    }

    /// Why the open connection has brought no picture for [`LIVE_WITHIN_US`]; `None` while pictures come.
    pub fn fault(&self, now: Moment) -> Option<Cause> {
        let seen = self.last_picture.or(self.since).filter(|_| self.connected)?;
        let is_silent = now.mono_us.saturating_sub(seen.mono_us) >= LIVE_WITHIN_US;
        is_silent.then(|| self.silence(now))
    }

    /// The counters so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    fn report(&mut self, kind: FactKind, at: Moment, out: &mut Vec<Output>) {
        self.facts.emit(kind, at, &mut self.counters, out);
    }
}
