//! Ends, gaps, and what is told of them.

use ashkar_terms::{Cause, MediaTime, Moment};
use bytes::BytesMut;

use super::{OpenGap, Packager, Report, Rhythm};
use crate::options::{GAP_SEGMENT_TICKS, MIN_SAMPLE_TICKS};
use crate::timeline::{Placed, Reanchored, Timeline};
use crate::{FactKind, Gap, Output};

/// A camera whose clock changes its rate by this much is reported: 1000 parts per million.
const REPORTED_DRIFT_PPM: i32 = 1_000;

impl Packager {
    /// Gives out all there is, and ends the segment.
    pub(super) fn finish(&mut self, out: &mut Vec<Output>) {
        if let Some(pending) = self.pending.take() {
            let usual = self.timeline.as_ref().map_or(MIN_SAMPLE_TICKS, Timeline::usual_ticks);
            self.give(pending, usual, out);
        }
        self.segmenter.end_segment(&mut self.counters, out);
        self.segmenter.sound.reset();
        self.rhythm = Rhythm::default();
    }

    pub(super) fn leave(&mut self) {
        self.connected = false;
        self.timeline = None;
        self.ahead_of_picture = BytesMut::new();
        self.drift = Report::default();
    }

    /// Declares that pictures are missing from the end of the last one on. Nothing to declare if there never was
    /// one, or if it is declared already.
    pub(super) fn open_gap(&mut self, cause: Cause, out: &mut Vec<Output>) {
        let (Some(from), None) = (self.end, self.gap) else { return };
        let cause = self.resumed_gap.take().unwrap_or(cause);
        self.gap = Some(OpenGap { from, cause });
        self.counters.gaps += 1;
        let next_segment = self.segmenter.number();
        out.push(Output::Gap(Gap { from, to: None, cause, next_segment }));
    }

    /// Closes the gap at the start of the next picture; it takes one number for each GAP segment.
    pub(super) fn close_gap(&mut self, to: MediaTime, out: &mut Vec<Output>) {
        let Some(OpenGap { from, cause }) = self.gap.take() else { return };
        let pieces = to.since(from).max(0).div_euclid(GAP_SEGMENT_TICKS)
            + i64::from(to.since(from).rem_euclid(GAP_SEGMENT_TICKS) > 0);
        self.segmenter.skip_numbers(u64::try_from(pieces).unwrap_or(0));
        self.segmenter.mark_discontinuity();
        self.segmenter.sound.reset();
        self.rhythm = Rhythm::default();
        let next_segment = self.segmenter.number();
        out.push(Output::Gap(Gap { from, to: Some(to), cause, next_segment }));
    }

    pub(super) fn observe_wall_clock(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(by_us) = self.wall.observe(now) else { return };
        if let Some(timeline) = &mut self.timeline {
            timeline.wall_clock_stepped(by_us);
        }
        self.tell(FactKind::CentreClockStepped { by_us }, now, out);
    }

    pub(super) fn tell_placed(
        &mut self,
        placed: &Placed,
        camera_dts: i64,
        at: Moment,
        out: &mut Vec<Output>,
    ) {
        if placed.repaired {
            self.counters.timestamps_repaired += 1;
            self.tell(FactKind::TimestampRepaired { camera_dts }, at, out);
        }
        if let Some(by) = placed.jumped {
            self.counters.camera_clock_jumps += 1;
            self.tell(FactKind::CameraClockJumped { by }, at, out);
        }
        match placed.reanchored {
            Some(Reanchored::Lagging(by) | Reanchored::Leading(by) | Reanchored::WallClock(by)) => {
                self.counters.reanchored += 1;
                self.tell(FactKind::TimelineReanchored { by }, at, out);
            }
            Some(Reanchored::AfterGap(_)) | None => {}
        }
    }

    pub(super) fn tell_waiting(&mut self, at: Moment, out: &mut Vec<Output>) {
        let dropped = std::mem::take(&mut self.waiting_dropped);
        if dropped > 0 {
            self.waiting.at_us = Some(at.mono_us);
            self.tell(FactKind::WaitingForKeyframe { dropped }, at, out);
        }
    }

    pub(super) fn tell_drift(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(ppm) = self.camera_clock_ppm() else { return };
        if self.drift.due(now) && ppm.saturating_sub(self.drift.value).saturating_abs() >= REPORTED_DRIFT_PPM
        {
            self.drift = Report { value: ppm, at_us: Some(now.mono_us) };
            self.tell(FactKind::CameraClockDrifts { ppm }, now, out);
        }
    }

    pub(super) fn tell(&mut self, kind: FactKind, at: Moment, out: &mut Vec<Output>) {
        self.facts.tell(kind, at, &mut self.counters, out);
    }
}
