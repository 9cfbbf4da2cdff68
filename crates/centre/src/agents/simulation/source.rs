//! A camera at a station with its packager: parts, ends of segments, silences.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashkar_archive::Archive;
use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{MORNING, Random};

/// A part is so long, microseconds.
pub(super) const PART_US: u64 = 500_000;
const PART_TICKS: u32 = 45_000;
/// A recording that ends so far in the future was made by a wrong clock, ticks: 4.5 s.
const RESTART_TICKS: i64 = 405_000;
/// Steps up to this do not move a timeline, microseconds.
const STEP_US: i64 = 2_000_000;
/// Pictures that have come for so long must be live.
const STEADY_US: u64 = 6_000_000;

pub(super) struct Source {
    pub(super) camera: CameraId,
    random: Random,
    init: Arc<InitSegment>,
    announced: bool,
    next_segment: u64,
    time: MediaTime,
    anew: bool,
    has_begun: bool,
    /// What is missing since the recording ended, and whether another clock made that.
    resumed: Option<(Gap, bool)>,
    silent_since: Option<Gap>,
    /// Since when pictures have come, microseconds.
    steady_since: u64,
    /// The wall clock less the monotonic one when something was given last, microseconds.
    clock_us: Option<i64>,
    /// By how much the clock was ahead that gave each segment, microseconds.
    pub(super) ahead_us: BTreeMap<u64, i64>,
    /// Start, parts, bytes and hash of the segment that grows.
    growing: Option<(MediaTime, u16, u64, Sha256)>,
}

/// A box of this kind.
fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = ((body.len() + 8) as u32).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(body);
    bytes
}

fn init_segment(tag: u8) -> Arc<InitSegment> {
    let bytes: Bytes = [boxed(b"ftyp", b"cmfc"), boxed(b"moov", &[tag; 20])].concat().into();
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: "avc1.64001f".to_owned(), width: 1280, height: 720 })
}

/// A time by the station's clock.
fn media_time(now: Moment) -> MediaTime {
    MediaTime::from_utc(now.wall).max(MediaTime(0))
}

/// A `moof` whose only track begins at `start`, with something else behind.
fn moof(start: MediaTime, more: &[u8]) -> Vec<u8> {
    let tfdt = boxed(b"tfdt", &[&[1, 0, 0, 0][..], &start.0.to_be_bytes()].concat());
    boxed(b"moof", &[boxed(b"traf", &tfdt), boxed(b"free", more)].concat())
}

impl Source {
    pub(super) fn new(camera: CameraId, seed: u64) -> Self {
        Self {
            camera,
            random: Random(seed),
            init: init_segment(camera.camera),
            announced: false,
            next_segment: 0,
            time: MediaTime::from_utc(MORNING),
            clock_us: None,
            ahead_us: BTreeMap::new(),
            anew: true,
            has_begun: false,
            resumed: None,
            silent_since: None,
            steady_since: 0,
            growing: None,
        }
    }

    /// Whether it has given pictures for some seconds.
    pub(super) fn is_steady(&self, now_us: u64) -> bool {
        self.silent_since.is_none() && now_us.saturating_sub(self.steady_since) > STEADY_US
    }

    /// Goes on after a start of the agent, from what its archive has.
    pub(super) fn resume(&mut self, archive: &Archive, now_us: u64, is_by_other_clock: bool) {
        (self.announced, self.anew, self.silent_since, self.growing) = (false, true, None, None);
        (self.has_begun, self.clock_us, self.steady_since) = (false, None, now_us);
        self.resumed = archive.resume(self.camera).map(|resumed| {
            self.next_segment = resumed.next_segment + 1;
            let (from, cause) = (resumed.timeline_end, resumed.open_gap.unwrap_or(Cause::Power));
            (Gap { from, to: None, cause, next_segment: self.next_segment }, is_by_other_clock)
        });
    }

    /// As the packager does with its first picture: what was missed since the recording ended is declared.
    fn begin(&mut self, now: Moment) -> Option<Output> {
        self.has_begun = true;
        self.time = media_time(now);
        let (gap, is_by_other_clock) = self.resumed.take()?;
        let most = if is_by_other_clock { -9000 } else { RESTART_TICKS };
        if gap.from.since(self.time) > most {
            // By this clock the recording reaches into the future: time starts over.
            return None;
        }
        self.time = self.time.max(gap.from.plus(9000));
        Some(Output::Gap(Gap { to: Some(self.time), ..gap }))
    }

    /// What the packager gives at `now`.
    pub(super) fn send(&mut self, now_us: u64, now: Moment) -> Vec<Output> {
        let ahead_us = now.wall.since(MORNING.plus(now_us as i64));
        let mut outputs = self.step(now);
        if !self.has_begun {
            outputs.extend(self.begin(now));
        } else if let Some(gap) = self.silent_since {
            if !self.random.once_in(12) {
                return outputs;
            }
            (self.silent_since, self.steady_since) = (None, now_us);
            self.time = media_time(now).max(gap.from.plus(9000));
            self.next_segment += 1;
            self.anew = true;
            outputs.push(Output::Gap(Gap { to: Some(self.time), next_segment: self.next_segment, ..gap }));
        } else if self.growing.is_none() && self.random.once_in(60) {
            let gap =
                Gap { from: self.time, to: None, cause: Cause::Source, next_segment: self.next_segment };
            self.silent_since = Some(gap);
            outputs.push(Output::Gap(gap));
            return outputs;
        }
        if self.growing.is_none() && self.random.once_in(50) {
            self.init = init_segment(self.random.below(200) as u8);
            (self.announced, self.anew) = (false, true);
        }
        if !std::mem::replace(&mut self.announced, true) {
            outputs.push(Output::Init(Arc::clone(&self.init)));
        }
        outputs.push(Output::Part(self.part(now, ahead_us)));
        let parts = self.growing.as_ref().map_or(0, |growing| growing.1);
        if parts >= 4 || parts > 1 && self.random.once_in(9) {
            outputs.extend(self.end(now));
        }
        outputs
    }

    fn part(&mut self, now: Moment, ahead_us: i64) -> Part {
        let start = self.time;
        self.time = start.plus(PART_TICKS.into());
        let mut body = vec![0; 20 + self.random.below(200) as usize];
        body.iter_mut().for_each(|byte| *byte = self.random.number() as u8);
        let bytes: Bytes = [moof(start, &body[..10]), boxed(b"mdat", &body)].concat().into();
        let growing = self.growing.get_or_insert_with(|| (start, 0, 0, Sha256::new()));
        growing.1 += 1;
        if growing.1 == 1 {
            self.ahead_us.insert(self.next_segment, ahead_us);
        }
        growing.2 += bytes.len() as u64;
        growing.3.update(&bytes);
        Part {
            segment: self.next_segment,
            index: growing.1 - 1,
            start,
            duration: PART_TICKS,
            independent: growing.1 == 1,
            init: *self.init.sha256.first_chunk().unwrap_or(&[0; 8]),
            discontinuity: std::mem::take(&mut self.anew),
            camera_dts: 0,
            first_arrival: now,
            last_arrival: now,
            samples: 12,
            bytes,
        }
    }

    /// As the packager does: a step of the wall clock ends the segment. Forward it leaves a gap; back, time starts over.
    fn step(&mut self, now: Moment) -> Vec<Output> {
        let clock_us = now.wall.0 - now.mono_us as i64;
        let by = clock_us - *self.clock_us.get_or_insert(clock_us);
        if by.abs() <= STEP_US {
            return Vec::new();
        }
        self.clock_us = Some(clock_us);
        let mut outputs: Vec<Output> = self.end(now).into_iter().collect();
        let (from, to) = (self.time, media_time(now));
        (self.anew, self.time) = (true, to);
        self.next_segment += 1;
        if let Some(gap) = self.silent_since.take_if(|_| by < 0) {
            let to = Some(gap.from.plus(9000));
            outputs.push(Output::Gap(Gap { to, next_segment: self.next_segment, ..gap }));
            self.next_segment += 1;
        } else if by > 0 && self.silent_since.is_none() {
            let (to, next_segment) = (Some(to), self.next_segment);
            outputs.push(Output::Gap(Gap { from, to, cause: Cause::Clock, next_segment }));
        }
        outputs
    }

    /// Ends the segment that grows.
    pub(super) fn end(&mut self, now: Moment) -> Option<Output> {
        let (start, parts, byte_length, sha256) = self.growing.take()?;
        self.next_segment += 1;
        Some(Output::SegmentEnd(SegmentEnd {
            segment: self.next_segment - 1,
            start,
            duration: u32::from(parts) * PART_TICKS,
            parts,
            byte_length,
            sha256: sha256.finalize().into(),
            init_sha256: self.init.sha256,
            last_arrival: now,
        }))
    }
}
