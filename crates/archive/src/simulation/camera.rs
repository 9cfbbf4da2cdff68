//! A camera and its packager, in the rhythm of a day: parts, ends of segments, silences, new parameters, facts.

use std::sync::Arc;

use ashkar_media::{Fact, FactKind, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::plan::Plan;
use super::random::Random;
use crate::append_queue::Resumed;

/// 2024-02-07 07:30:00 UTC, the true time at which every simulation begins.
pub(super) const MORNING: UtcMicros = UtcMicros(1_707_291_000_000_000);

pub(super) struct Camera {
    pub(super) id: CameraId,
    random: Random,
    period_us: u64,
    part_bytes_max: u64,
    /// When it next appends something, microseconds since the beginning.
    pub(super) next_at: u64,
    /// Increases with each start of the process, so that the parts differ.
    pub(super) generation: u32,
    next_segment: u64,
    /// End of the media sent.
    time: MediaTime,
    init: Arc<InitSegment>,
    announced: bool,
    anew: bool,
    /// The open gap.
    silence: Option<Gap>,
    segment: Option<Segment>,
}

/// The segment that is being sent.
struct Segment {
    start: MediaTime,
    parts: u16,
    parts_wanted: u16,
    byte_length: u64,
    sha256: Sha256,
}

/// The true time, this many microseconds after the beginning.
pub(super) fn media_time(now_us: u64) -> MediaTime {
    MediaTime::from_utc(MORNING.plus(i64::try_from(now_us).expect("a time of a story")))
}

/// Bytes that no other part has.
pub(super) fn content(camera: CameraId, generation: u32, segment: u64, part: u16, length: usize) -> Bytes {
    let seed =
        u64::from(camera.station) << 56 ^ u64::from(generation) << 40 ^ segment << 12 ^ u64::from(part);
    let mut random = Random::new(seed);
    let words = length.div_ceil(8);
    let mut bytes = Vec::with_capacity(words * 8);
    (0..words).for_each(|_| bytes.extend(random.number().to_le_bytes()));
    bytes.truncate(length);
    bytes.into()
}

pub(super) fn init_segment(tag: u8) -> Arc<InitSegment> {
    let bytes = Bytes::from(vec![tag; 100 + usize::from(tag)]);
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: "avc1.64001f".to_owned(), width: 1280, height: 720 })
}

impl Camera {
    pub(super) fn new(plan: &Plan, number: u16) -> Self {
        let mut random = Random::new(plan.seed.wrapping_mul(31) ^ u64::from(number));
        Self {
            id: Self::id(number),
            period_us: random.between(plan.period_us.0, plan.period_us.1),
            part_bytes_max: plan.part_bytes_max,
            next_at: random.below(plan.period_us.1),
            generation: 0,
            next_segment: 0,
            time: media_time(0),
            init: init_segment(number as u8),
            announced: false,
            anew: true,
            silence: None,
            segment: None,
            random,
        }
    }

    pub(super) const fn id(number: u16) -> CameraId {
        CameraId::new(7, number, 1)
    }

    /// Continues after a start of the process from the state given; returns the media that were missed.
    pub(super) fn resume(
        &mut self,
        now_us: u64,
        resumed: Option<Resumed>,
        first_segment: u64,
    ) -> Vec<Output> {
        self.generation += 1;
        (self.announced, self.anew, self.silence, self.segment) = (false, true, None, None);
        self.next_at = now_us + self.random.below(self.period_us);
        self.time = media_time(self.next_at.saturating_sub(self.period_us / 4));
        let Some(resumed) = resumed else {
            self.next_segment = first_segment;
            return Vec::new();
        };
        self.next_segment = resumed.next_segment;
        if self.time <= resumed.timeline_end {
            self.time = resumed.timeline_end;
            return Vec::new();
        }
        self.next_segment += self.random.between(1, 4);
        let (from, to) = (resumed.timeline_end, Some(self.time));
        let cause = resumed.open_gap.unwrap_or(Cause::Centre);
        vec![Output::Gap(Gap { from, to, cause, next_segment: self.next_segment })]
    }

    /// What it appends at `now_us`.
    pub(super) fn send(&mut self, now_us: u64, now: Moment) -> Vec<Output> {
        let mut outputs = Vec::new();
        let between_segments = self.segment.is_none();
        self.next_at = now_us + self.period_us / 2 + self.random.below(self.period_us);
        if self.silence.is_some() {
            self.come_back(now_us, now, &mut outputs);
        } else if between_segments && self.random.once_in(60) {
            self.fall_silent(now, &mut outputs);
            return outputs;
        }
        if self.segment.is_none() && self.random.once_in(80) {
            self.init = init_segment(self.random.below(200) as u8);
            (self.announced, self.anew) = (false, true);
            outputs.push(Output::Fact(Fact { at: now, kind: FactKind::ParametersChanged }));
        }
        if !std::mem::replace(&mut self.announced, true) {
            outputs.push(Output::Init(self.init.clone()));
        }
        outputs.push(Output::Part(self.part(now_us, now)));
        if self.segment.as_ref().is_some_and(|segment| segment.parts == segment.parts_wanted) {
            outputs.extend(self.end(now).map(Output::SegmentEnd));
        }
        outputs
    }

    fn fall_silent(&mut self, now: Moment, outputs: &mut Vec<Output>) {
        let kind = FactKind::Disconnected { cause: Cause::Uplink, reason: "closed".to_owned() };
        outputs.push(Output::Fact(Fact { at: now, kind }));
        let gap = Gap { from: self.time, to: None, cause: Cause::Uplink, next_segment: self.next_segment };
        outputs.push(Output::Gap(gap));
        self.silence = Some(gap);
        self.next_at += self.period_us * self.random.between(1, 12);
    }

    fn come_back(&mut self, now_us: u64, now: Moment, outputs: &mut Vec<Output>) {
        let Some(gap) = self.silence.take() else { return };
        outputs.push(Output::Fact(Fact { at: now, kind: FactKind::Connected { source: "rtmp".to_owned() } }));
        self.time = media_time(now_us.saturating_sub(self.period_us / 4)).max(gap.from.plus(1));
        self.next_segment += self.random.between(1, 5);
        outputs.push(Output::Gap(Gap { to: Some(self.time), next_segment: self.next_segment, ..gap }));
        self.announced &= self.random.once_in(2);
        self.anew = true;
    }

    fn part(&mut self, now_us: u64, now: Moment) -> Part {
        let start = self.time;
        self.time = media_time(now_us).max(start.plus(1));
        let length = 1 + self.random.below(self.part_bytes_max) as usize;
        let (wanted, index) =
            (1 + self.random.below(6) as u16, self.segment.as_ref().map_or(0, |segment| segment.parts));
        let bytes = content(self.id, self.generation, self.next_segment, index, length);
        let segment = self.segment.get_or_insert_with(|| Segment {
            start,
            parts: 0,
            parts_wanted: wanted,
            byte_length: 0,
            sha256: Sha256::new(),
        });
        segment.parts += 1;
        segment.byte_length += length as u64;
        segment.sha256.update(&bytes);
        Part {
            segment: self.next_segment,
            index,
            start,
            duration: u32::try_from(self.time.since(start)).expect("a part goes forward"),
            independent: index == 0,
            init: *self.init.sha256.first_chunk().unwrap_or(&[0; 8]),
            discontinuity: std::mem::take(&mut self.anew),
            camera_dts: start.0 & 0xffff_ffff,
            first_arrival: now,
            last_arrival: now,
            samples: 12,
            bytes,
        }
    }

    fn end(&mut self, now: Moment) -> Option<SegmentEnd> {
        let segment = self.segment.take()?;
        self.next_segment += 1;
        Some(SegmentEnd {
            segment: self.next_segment - 1,
            start: segment.start,
            duration: u32::try_from(self.time.since(segment.start)).expect("a segment goes forward"),
            parts: segment.parts,
            byte_length: segment.byte_length,
            sha256: segment.sha256.finalize().into(),
            init_sha256: self.init.sha256,
            last_arrival: now,
        })
    }
}
