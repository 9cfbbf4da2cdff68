//! Ends of segments, gaps, and the facts about them.

use ashkar_terms::{Cause, MediaTime, Moment};
use bytes::BytesMut;

use super::random_access::RandomAccessPolicy;
use super::{OpenGap, Packager, Report, Rhythm, Unusable};
use crate::options::{GAP_SEGMENT_TICKS, LIVE_WITHIN_US, MIN_GAP_TICKS, MIN_SAMPLE_TICKS};
use crate::timeline::{Placement, Reanchored, Timeline};
use crate::{FactKind, Gap, Output};

/// A camera whose clock changes its rate by this much is reported: 1000 parts per million.
const REPORTED_DRIFT_PPM: i32 = 1_000;
/// Pictures after a declared gap may fill its end, up to this long before they arrive: 6 s in ticks. Earlier time may
/// already be listed in playlists as a GAP segment.
pub(crate) const REFILL_TICKS: i64 = 540_000;

/// Whether `last` is so long before `now` that the arrivals no longer count as continuing.
fn is_over(last: Moment, now: Moment) -> bool {
    now.mono_us.saturating_sub(last.mono_us) >= LIVE_WITHIN_US
}

pub(crate) fn silent_ticks(last: Moment, now: Moment) -> i64 {
    i64::try_from(now.mono_us.saturating_sub(last.mono_us) / 100 * 9).unwrap_or(i64::MAX)
}

impl Packager {
    /// Emits the pending picture, and ends the segment.
    pub(super) fn finish(&mut self, out: &mut Vec<Output>) {
        if let Some(pending) = self.pending.take() {
            let usual = self.timeline.as_ref().map_or(MIN_SAMPLE_TICKS, Timeline::usual_ticks);
            self.emit_picture(pending, usual, out);
        }
        self.segmenter.end_segment(&mut self.counters, out);
        self.segmenter.sound.reset();
        self.rhythm = Rhythm::default();
    }

    pub(super) fn leave(&mut self) {
        self.connected = false;
        self.timeline = None;
        self.too_fast = false;
        self.ahead_of_picture = BytesMut::new();
        self.dropped_dts = None;
        self.random_access = RandomAccessPolicy::default();
        self.drift = Report::default();
    }

    /// Declares that pictures are missing since the end of the last one, unless there never was one or the gap is
    /// declared already.
    pub(super) fn open_gap(&mut self, cause: Cause, out: &mut Vec<Output>) {
        let (Some(from), None) = (self.end, self.gap) else { return };
        let cause = self.resumed_gap.take().unwrap_or(cause);
        self.gap = Some(OpenGap { from, cause });
        self.counters.gaps += 1;
        let next_segment = self.segmenter.number();
        out.push(Output::Gap(Gap { from, to: None, cause, next_segment }));
    }

    /// Closes the gap at the start of the next picture; it takes one sequence number for each GAP segment.
    pub(super) fn close_gap(&mut self, to: MediaTime, out: &mut Vec<Output>) {
        let Some(OpenGap { from, cause }) = self.gap.take() else { return };
        assert!(from < to, "a gap has a length");
        self.segmenter.skip_numbers(to.since(from).unsigned_abs().div_ceil(GAP_SEGMENT_TICKS.unsigned_abs()));
        self.segmenter.mark_discontinuity();
        self.segmenter.sound.reset();
        self.rhythm = Rhythm::default();
        let next_segment = self.segmenter.number();
        out.push(Output::Gap(Gap { from, to: Some(to), cause, next_segment }));
    }

    /// The wall clock was wrong, and the recording ends after now. A gap that was open there is ended where it began. A
    /// media sequence number is skipped, so that consumers that list segments start over: dates that go back are
    /// meaningless within one list.
    pub(super) fn restart_timeline(&mut self, out: &mut Vec<Output>) {
        if let Some(gap) = self.gap {
            self.close_gap(gap.from.plus(MIN_GAP_TICKS), out);
        }
        self.segmenter.skip_numbers(1);
        self.segmenter.mark_discontinuity();
        self.segmenter.sound.reset();
        self.rhythm = Rhythm::default();
    }

    /// Something arrived on the connection, whatever it was.
    pub(super) fn note_arrival(&mut self, at: Moment) {
        let gone_on = self.last_arrival.is_some_and(|last| !is_over(last, at));
        if !gone_on {
            self.arriving_since = Some(at);
        }
        self.last_arrival = Some(at);
    }

    /// Why there is no picture at `now`, if this connection is the reason: its data are unusable, or it sends nothing.
    /// `None` while its pictures come, and as long as it is too early to tell.
    pub(super) fn fault(&self, now: Moment) -> Option<Cause> {
        let began = self.connected_at.filter(|_| self.connected)?;
        let seen = self.last_picture.filter(|last| last.mono_us >= began.mono_us).unwrap_or(began);
        if !is_over(seen, now) {
            return None;
        }
        let arrives =
            self.last_arrival.is_some_and(|last| last.mono_us >= began.mono_us && !is_over(last, now));
        Some(if arrives { Cause::Source } else { Cause::Uplink })
    }

    /// Declares silence, and keeps the cause of an open gap correct: a line that was down and a camera whose data are
    /// unusable are two gaps.
    pub(super) fn judge_gap(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(cause) = self.fault(now) else { return };
        match self.gap {
            Some(gap) if (gap.cause == Cause::Source) != (cause == Cause::Source) => {
                let arriving =
                    self.arriving_since.into_iter().chain(self.connected_at).chain(self.last_picture);
                let since = match cause {
                    Cause::Source => arriving.max_by_key(|at| at.mono_us),
                    _ => self.last_arrival,
                };
                self.split_gap(since.unwrap_or(now), cause, now, out);
            }
            Some(_) => {}
            None => {
                let last = self.last_picture.or(self.connected_at).unwrap_or(now);
                if silent_ticks(last, now) >= self.options.silence_ticks {
                    self.finish(out);
                    self.open_gap(cause, out);
                }
            }
        }
    }

    /// From `since` on, the gap has another cause. Time that playlists may already show stays as it is.
    pub(super) fn split_gap(&mut self, since: Moment, cause: Cause, now: Moment, out: &mut Vec<Output>) {
        let Some(gap) = self.gap else { return };
        let ago = silent_ticks(since, now).min(REFILL_TICKS);
        let now =
            self.timeline.as_ref().map_or_else(|| MediaTime::from_utc(now.wall), |own| own.arrival_time(now));
        let at = now.plus(-ago);
        if at.since(gap.from) < MIN_GAP_TICKS {
            // The new cause applies to the whole gap, or the old one lasted too short to be a gap of its own.
            self.gap = Some(OpenGap { cause, ..gap });
            let next_segment = self.segmenter.number();
            return out.push(Output::Gap(Gap { from: gap.from, to: None, cause, next_segment }));
        }
        self.close_gap(at, out);
        self.end = Some(at);
        self.open_gap(cause, out);
    }

    pub(super) fn parameters_refused(&mut self, reason: String, at: Moment, out: &mut Vec<Output>) {
        self.unusable = Unusable::Parameters(reason.clone());
        self.report(FactKind::ParametersRefused { reason }, at, out);
    }

    pub(super) fn observe_wall_clock(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(by_us) = self.wall.observe(now) else { return };
        if let Some(timeline) = &mut self.timeline {
            timeline.wall_clock_stepped(by_us);
        }
        self.report(FactKind::CentreClockStepped { by_us }, now, out);
    }

    pub(super) fn report_placement(
        &mut self,
        placement: &Placement,
        camera_dts: i64,
        at: Moment,
        out: &mut Vec<Output>,
    ) {
        if placement.repaired {
            self.counters.timestamps_repaired += 1;
            self.report(FactKind::TimestampRepaired { camera_dts }, at, out);
        }
        if let Some(by) = placement.jumped {
            self.counters.camera_clock_jumps += 1;
            self.report(FactKind::CameraClockJumped { by }, at, out);
        }
        match placement.reanchored {
            Some(
                Reanchored::Lagging(by)
                | Reanchored::Leading(by)
                | Reanchored::WallClock(by)
                | Reanchored::Back(by),
            ) => {
                self.counters.reanchored += 1;
                self.report(FactKind::TimelineReanchored { by }, at, out);
            }
            Some(Reanchored::AfterGap(_)) | None => {}
        }
    }

    pub(super) fn report_waiting(&mut self, at: Moment, out: &mut Vec<Output>) {
        let dropped = std::mem::take(&mut self.waiting_dropped);
        if dropped > 0 {
            self.waiting.at_us = Some(at.mono_us);
            self.report(FactKind::WaitingForKeyframe { dropped }, at, out);
        }
    }

    pub(super) fn report_drift(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(ppm) = self.camera_clock_ppm() else { return };
        if self.drift.due(now) && ppm.saturating_sub(self.drift.value).saturating_abs() >= REPORTED_DRIFT_PPM
        {
            self.drift = Report { value: ppm, at_us: Some(now.mono_us) };
            self.report(FactKind::CameraClockDrifts { ppm }, now, out);
        }
    }

    pub(super) fn report(&mut self, kind: FactKind, at: Moment, out: &mut Vec<Output>) {
        self.facts.emit(kind, at, &mut self.counters, out);
    }
}
