//! The path of an access unit: it is scanned, placed on the timeline, and given its duration.

use ashkar_terms::{Cause, MediaTime, Moment};
use bytes::{BufMut, Bytes, BytesMut};

use super::gaps::REFILL_TICKS;
use super::segmenter::Picture;
use super::{OpenGap, Packager, Unusable};
use crate::assembly::{self, RandomAccess, Scan, scan};
use crate::codec::slice::Slice;
use crate::init::init_segment;
use crate::options::{MIN_GAP_TICKS, MIN_SAMPLE_TICKS};
use crate::timeline::{Anchor, Placement, Reanchored, Timeline};
use crate::{AccessUnit, FactKind, Output};

/// Parameter sets and messages in an access unit of their own wait for their picture; upper bound of their bytes.
const MAX_AHEAD_OF_PICTURE_BYTES: usize = 64 << 10;
/// Composition offsets are clamped to this: 10 s in ticks.
const MAX_COMPOSITION_TICKS: f64 = 900_000.0;

impl Packager {
    /// Splits the data received into pieces of one picture each, and handles each. `Err` if it is not a row of NAL units.
    pub(super) fn pieces(&mut self, mut unit: AccessUnit, out: &mut Vec<Output>) -> Result<(), String> {
        let (bytes, limit) = (unit.data.len(), self.options.max_access_unit_bytes);
        if bytes > limit {
            return Err(format!("{bytes} bytes, at most {limit} are taken"));
        }
        let codec = self.parameters.codec();
        let data = std::mem::take(&mut unit.data);
        unit.data = self.framing.row(codec, data).map_err(|error| error.to_string())?;
        loop {
            let found =
                scan(codec, self.parameters.slices(), &unit.data).map_err(|error| error.to_string())?;
            // It is nearly always one whole picture: its bytes are moved on without touching their reference count.
            let Some(at) = found.next_picture.filter(|&at| at < unit.data.len()) else {
                return if unit.data.is_empty() { Ok(()) } else { self.piece(unit, found, out) };
            };
            let data = unit.data.split_to(at);
            self.piece(AccessUnit { data, ..unit }, found, out)?;
        }
    }

    /// One piece of at most one picture.
    fn piece(&mut self, unit: AccessUnit, found: Scan, out: &mut Vec<Output>) -> Result<(), String> {
        let Some((first, last)) = found.slices else {
            match &mut self.pending {
                Some(pending) if found.behind && self.ahead_of_picture.is_empty() => pending.add(&unit.data),
                _ => self.hold_for_picture(&unit.data, Some(unit.camera_dts), unit.arrival, out),
            }
            return Ok(());
        };
        let limit = self.options.max_access_unit_bytes;
        if !first.first && self.dropped_dts == Some(unit.camera_dts) {
            return Ok(());
        }
        if let Some(pending) = &mut self.pending
            && assembly::goes_on((pending.slice, pending.camera_dts), (first, unit.camera_dts))
        {
            if pending.bytes().saturating_add(unit.data.len()) > limit {
                return Err(format!("the pieces of a picture have more than {limit} bytes together"));
            }
            pending.add(&self.ahead_of_picture);
            self.ahead_of_picture.clear();
            pending.add(&unit.data);
            pending.slice = last;
            return Ok(());
        }
        self.dropped_dts = None;
        self.picture(unit, found, last, out);
        Ok(())
    }

    pub(super) fn refuse(
        &mut self,
        reason: String,
        camera_dts: Option<i64>,
        at: Moment,
        out: &mut Vec<Output>,
    ) {
        self.counters.refused += 1;
        self.unusable.refused(&reason);
        // A unit without a time of its own comes after the last one.
        let camera_dts =
            camera_dts.or_else(|| self.pending.as_ref().map(|last| last.camera_dts)).unwrap_or(0);
        self.report(FactKind::AccessUnitRefused { camera_dts, reason }, at, out);
    }

    /// Keeps data that came without a picture, to put them before the next one: no byte of them is lost.
    pub(super) fn hold_for_picture(
        &mut self,
        row: &[u8],
        camera_dts: Option<i64>,
        at: Moment,
        out: &mut Vec<Output>,
    ) {
        if self.ahead_of_picture.len().saturating_add(row.len()) > MAX_AHEAD_OF_PICTURE_BYTES {
            self.ahead_of_picture = BytesMut::new();
            let reason = format!("more than {MAX_AHEAD_OF_PICTURE_BYTES} bytes without a picture");
            return self.refuse(reason, camera_dts, at, out);
        }
        self.ahead_of_picture.extend_from_slice(row);
    }

    fn picture(&mut self, unit: AccessUnit, found: Scan, slice: Slice, out: &mut Vec<Output>) {
        let held = !self.ahead_of_picture.is_empty();
        let data = if held { self.with_held(&unit.data) } else { unit.data };
        if (found.parameter_sets || held)
            && let Err(error) = self.parameters.offer_in_band(&data)
        {
            self.parameters_refused(error.to_string(), unit.arrival, out);
        }
        let access = self.random_access.judge(found.access, unit.arrival);
        if self.too_fast && (access == RandomAccess::None || !self.has_room(unit.arrival)) {
            self.dropped_dts = Some(unit.camera_dts);
            self.counters.too_fast += 1;
            return;
        }
        let starting = self.timeline.is_none();
        if !self.parameters.known() || (starting && access == RandomAccess::None) {
            self.dropped_dts = Some(unit.camera_dts);
            self.waiting_dropped = self.waiting_dropped.saturating_add(1);
            self.counters.waiting_dropped += 1;
            self.unusable.waiting(self.parameters.known());
            return;
        }
        let placement = if starting {
            self.start(unit.camera_dts, unit.arrival, out)
        } else {
            self.go_on(unit.camera_dts, unit.arrival, out)
        };
        let Some(time) = placement else { return self.refuse_too_fast(unit.camera_dts, unit.arrival, out) };
        self.too_fast = false;
        self.counters.access_units += 1;
        if access != RandomAccess::None {
            self.random_access.taken(access, unit.arrival);
            self.keyframe(time, unit.arrival, out);
        }
        self.last_picture = Some(unit.arrival);
        self.unusable = Unusable::default();
        self.pending = Some(Picture {
            data,
            more: BytesMut::new(),
            slice,
            time,
            composition_offset: self.composition_offset(unit.composition_offset),
            access,
            camera_dts: unit.camera_dts,
            arrival: unit.arrival,
        });
    }

    /// Pictures come faster than real time. This one and those that depend on it are refused, until a keyframe fits
    /// again: the timeline never claims time that has not passed.
    fn refuse_too_fast(&mut self, camera_dts: i64, at: Moment, out: &mut Vec<Output>) {
        self.dropped_dts = Some(camera_dts);
        self.counters.too_fast += 1;
        self.unusable = Unusable::TooFast;
        if !std::mem::replace(&mut self.too_fast, true) {
            let reason = Unusable::TooFast.to_string();
            self.report(FactKind::AccessUnitRefused { camera_dts, reason }, at, out);
        }
    }

    /// Whether enough time has passed for the stream to resume with a keyframe.
    fn has_room(&self, arrival: Moment) -> bool {
        self.timeline.as_ref().is_none_or(|timeline| timeline.has_room(arrival))
    }

    /// The first picture of a connection: the timeline is anchored, and the gap before it ends. `None` if its time has
    /// not come yet.
    pub(super) fn start(
        &mut self,
        camera_dts: i64,
        arrival: Moment,
        out: &mut Vec<Output>,
    ) -> Option<MediaTime> {
        let earliest = self.end.map(|end| end.plus(MIN_GAP_TICKS));
        let anchor = if self.resumes_other_clock {
            Anchor::of_other_clock(arrival, earliest)
        } else {
            Anchor::of(arrival, earliest)
        };
        let (Anchor::At(time) | Anchor::Restart(time)) = anchor else { return None };
        self.resumes_other_clock = false;
        self.report_waiting(arrival, out);
        self.connected = true;
        self.timeline = Some(Timeline::start(camera_dts, arrival, time));
        if let Some(end) = self.end {
            let cause = self.resumed_gap.take().unwrap_or(Cause::Centre);
            self.gap.get_or_insert(OpenGap { from: end, cause });
        }
        if matches!(anchor, Anchor::Restart(_)) {
            self.restart_timeline(out);
        } else {
            self.close_gap(time, out);
        }
        Some(time)
    }

    /// A further picture: it is placed, and determines the length of the one before. `None` if it comes too fast.
    pub(super) fn go_on(
        &mut self,
        camera_dts: i64,
        arrival: Moment,
        out: &mut Vec<Output>,
    ) -> Option<MediaTime> {
        let gap = self.gap;
        let timeline = self.timeline.as_mut()?;
        let floor = gap
            .map(|gap| gap.from.plus(MIN_GAP_TICKS).max(timeline.arrival_time(arrival).plus(-REFILL_TICKS)));
        let placement = timeline.place(camera_dts, arrival, floor).ok()?;
        let usual = timeline.usual_ticks();
        self.report_placement(&placement, camera_dts, arrival, out);
        if matches!(placement.reanchored, Some(Reanchored::Back(_))) {
            if let Some(pending) = self.pending.take() {
                self.emit_picture(pending, usual, out);
            }
            self.segmenter.end_segment(&mut self.counters, out);
            self.restart_timeline(out);
        } else if gap.is_some() {
            self.close_gap(placement.time, out);
        } else {
            self.complete_pending(&placement, usual, out);
        }
        Some(placement.time)
    }

    /// Gives the pending picture its duration: up to the next one, unless there is a hole between them.
    pub(super) fn complete_pending(&mut self, next: &Placement, usual: i64, out: &mut Vec<Output>) {
        let Some(pending) = self.pending.take() else { return };
        let length = next.time.since(pending.time);
        let cause = match next.reanchored {
            Some(Reanchored::WallClock(_)) => Some(Cause::Clock),
            Some(Reanchored::Lagging(_)) => Some(Cause::Source),
            _ => (length > self.options.segment_max_ticks).then_some(Cause::Source),
        };
        let longest = length.saturating_sub(MIN_GAP_TICKS).max(MIN_SAMPLE_TICKS);
        match cause.filter(|_| longest < length) {
            None => self.emit_picture(pending, length, out),
            Some(cause) => {
                let shown = usual.min(longest);
                let from = pending.time.plus(shown);
                self.emit_picture(pending, shown, out);
                self.segmenter.end_segment(&mut self.counters, out);
                self.counters.gaps += 1;
                self.gap = Some(OpenGap { from, cause });
                self.close_gap(next.time, out);
            }
        }
    }

    pub(super) fn emit_picture(&mut self, mut picture: Picture, length: i64, out: &mut Vec<Output>) {
        picture.complete();
        self.counters.access_unit_bytes += picture.data.len() as u64;
        self.end = Some(picture.time.plus(length));
        if self.segmenter.segment().is_none() {
            let usual = self.timeline.as_ref().map_or(length, Timeline::usual_ticks);
            self.segmenter.expect(self.expected_length(picture.time), usual);
        }
        let limit = self.segment_limit();
        self.segmenter.push(picture, length, limit, &mut self.counters, out);
    }

    /// New parameters come into use, or the segment ends because it is long enough.
    pub(super) fn keyframe(&mut self, time: MediaTime, at: Moment, out: &mut Vec<Output>) {
        self.rhythm.keyframe(time);
        let changed = self.parameters.activate() | std::mem::take(&mut self.audio.changed);
        if changed || self.segmenter.init().is_none() {
            self.change_init(at, out);
        }
        if self.segmenter.segment().is_some_and(|(_, length)| length >= self.options.segment_min_ticks) {
            self.segmenter.end_segment(&mut self.counters, out);
        }
    }

    pub(super) fn change_init(&mut self, at: Moment, out: &mut Vec<Output>) {
        let Some(video) = self.parameters.active() else { return };
        let init = init_segment(video, self.audio.parameters.as_ref());
        let before = self.segmenter.init().map(|init| init.sha256);
        if before == Some(init.sha256) {
            return;
        }
        let before = before.or_else(|| self.resumed_init.take());
        let differs = before.is_some_and(|before| before != init.sha256);
        self.segmenter.end_segment(&mut self.counters, out);
        self.segmenter.set_init(init);
        self.segmenter.sound.reset();
        if differs {
            self.segmenter.mark_discontinuity();
            self.report(FactKind::ParametersChanged, at, out);
        }
    }

    /// A segment may wait briefly for a keyframe that is expected.
    pub(super) fn segment_limit(&self) -> i64 {
        let (longest, grace) = (self.options.segment_max_ticks, self.options.segment_grace_ticks);
        let expected = self.segmenter.segment().zip(self.rhythm.next());
        let wait = expected.map(|((start, _), keyframe)| keyframe.since(start));
        match wait {
            Some(wait) if wait > longest - grace && wait <= longest + grace => longest + grace,
            _ => longest,
        }
    }

    /// How long a segment that starts at `start` will be, if the camera keeps its rhythm.
    pub(super) fn expected_length(&self, start: MediaTime) -> Option<i64> {
        let (last, distance) = (self.rhythm.last?, self.rhythm.distance.filter(|&distance| distance > 0)?);
        let shortest = start.plus(self.options.segment_min_ticks).since(last).max(1);
        let keyframe = last.plus((shortest + distance - 1) / distance * distance);
        let (length, longest) = (keyframe.since(start), self.options.segment_max_ticks);
        Some(if length > longest + self.options.segment_grace_ticks { longest } else { length })
    }

    pub(super) fn composition_offset(&self, camera_ticks: i32) -> i32 {
        let rate = self.timeline.as_ref().map_or(1.0, Timeline::rate);
        (f64::from(camera_ticks) * rate).round().clamp(-MAX_COMPOSITION_TICKS, MAX_COMPOSITION_TICKS) as i32
    }

    pub(super) fn with_held(&mut self, data: &[u8]) -> Bytes {
        let mut joined = BytesMut::with_capacity(self.ahead_of_picture.len().saturating_add(data.len()));
        joined.put_slice(&self.ahead_of_picture);
        joined.put_slice(data);
        self.ahead_of_picture.clear();
        joined.freeze()
    }
}
