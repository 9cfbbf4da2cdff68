//! A camera at a station with its packager: parts, ends of segments, silences.

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
    silent_since: Option<Gap>,
    /// Since when pictures have come, microseconds.
    steady_since: u64,
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

/// The true time.
fn media_time(now_us: u64) -> MediaTime {
    MediaTime::from_utc(MORNING.plus(now_us as i64))
}

impl Source {
    pub(super) fn new(camera: CameraId, seed: u64) -> Self {
        Self {
            camera,
            random: Random(seed),
            init: init_segment(camera.camera),
            announced: false,
            next_segment: 0,
            time: media_time(0),
            anew: true,
            silent_since: None,
            steady_since: 0,
            growing: None,
        }
    }

    /// Whether it has given pictures for some seconds.
    pub(super) fn is_steady(&self, now_us: u64) -> bool {
        self.silent_since.is_none() && now_us.saturating_sub(self.steady_since) > STEADY_US
    }

    /// Goes on after a start of the agent, from what its archive has; what was missed is declared.
    pub(super) fn resume(&mut self, archive: &Archive, now_us: u64) -> Vec<Output> {
        (self.announced, self.anew, self.silent_since, self.growing) = (false, true, None, None);
        self.time = media_time(now_us);
        self.steady_since = now_us;
        let Some(resumed) = archive.resume(self.camera) else { return Vec::new() };
        self.next_segment = resumed.next_segment;
        self.time = self.time.max(resumed.timeline_end.plus(9000));
        let cause = resumed.open_gap.unwrap_or(Cause::Power);
        self.next_segment += 1;
        vec![Output::Gap(Gap {
            from: resumed.timeline_end,
            to: Some(self.time),
            cause,
            next_segment: self.next_segment,
        })]
    }

    /// What the packager gives at `now`.
    pub(super) fn send(&mut self, now_us: u64, now: Moment) -> Vec<Output> {
        let mut outputs = Vec::new();
        if let Some(gap) = self.silent_since {
            if !self.random.once_in(12) {
                return outputs;
            }
            (self.silent_since, self.steady_since) = (None, now_us);
            self.time = media_time(now_us).max(gap.from.plus(9000));
            self.next_segment += 1;
            self.anew = true;
            outputs.push(Output::Gap(Gap { to: Some(self.time), next_segment: self.next_segment, ..gap }));
        } else if self.growing.is_none() && self.random.once_in(60) {
            let gap =
                Gap { from: self.time, to: None, cause: Cause::Source, next_segment: self.next_segment };
            self.silent_since = Some(gap);
            return vec![Output::Gap(gap)];
        }
        if self.growing.is_none() && self.random.once_in(50) {
            self.init = init_segment(self.random.below(200) as u8);
            (self.announced, self.anew) = (false, true);
        }
        if !std::mem::replace(&mut self.announced, true) {
            outputs.push(Output::Init(Arc::clone(&self.init)));
        }
        outputs.push(Output::Part(self.part(now)));
        let parts = self.growing.as_ref().map_or(0, |growing| growing.1);
        if parts >= 4 || parts > 1 && self.random.once_in(9) {
            outputs.extend(self.end(now));
        }
        outputs
    }

    fn part(&mut self, now: Moment) -> Part {
        let start = self.time;
        self.time = start.plus(PART_TICKS.into());
        let mut body = vec![0; 20 + self.random.below(200) as usize];
        body.iter_mut().for_each(|byte| *byte = self.random.number() as u8);
        let bytes: Bytes = [boxed(b"moof", &body[..10]), boxed(b"mdat", &body)].concat().into();
        let growing = self.growing.get_or_insert_with(|| (start, 0, 0, Sha256::new()));
        growing.1 += 1;
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
