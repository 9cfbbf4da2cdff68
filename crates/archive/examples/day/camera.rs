//! The stream of one camera of a generated day: segments of four parts, three gaps, and one change of parameters.

use std::sync::Arc;

use ashkar_archive::{Archive, Refused};
use ashkar_media::{Fact, FactKind, GAP_SEGMENT_TICKS, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::Plan;
use crate::content::{Content, PART_BYTES, PARTS, content, mix};
use crate::list::RealSegment;

/// Cameras are served in this many groups, evenly over a part's period.
pub const GROUPS: usize = 20;
/// Time between two groups, microseconds.
pub const STEP_US: i64 = 25_000;
const PART_TICKS: u32 = 45_000;
/// A camera's output, without headers.
pub const BYTES_A_SECOND: i64 = 2 * PART_BYTES as i64;
const INIT_BYTES: usize = 700;
/// Time from a part's last picture to its arrival.
const LAG_US: i64 = 40_000;
const GAPS: u64 = 3;
/// Shortest and longest gap, parts: 15 s to 2 minutes.
const GAP_PARTS: std::ops::Range<u64> = 30..240;
/// The gap after which the camera's parameters change.
const CHANGES_AFTER: usize = 1;

/// A silence of a camera: its start and its length, both in periods of the day.
#[derive(Clone, Copy)]
struct Silence {
    from: u64,
    to: u64,
}

pub struct Stream {
    camera: CameraId,
    init: Arc<InitSegment>,
    silences: Vec<Silence>,
    /// Silences that are over.
    over: usize,
    /// Number of half-second periods elapsed.
    period: u64,
    /// The first period with a picture: it differs, so that segments of different cameras end at different times.
    begins: u64,
    segment: u64,
    part: u16,
    start: MediaTime,
    time: MediaTime,
    connected: bool,
    anew: bool,
}

impl Stream {
    pub(crate) fn new(camera: CameraId, index: u64, plan: &Plan) -> Self {
        let group = i64::try_from(index).unwrap_or_default() % GROUPS as i64;
        let begins = MediaTime::from_utc(plan.from.plus(group * STEP_US - LAG_US));
        let time = begins.plus(-i64::from(PART_TICKS));
        let periods = plan.to.since(plan.from).unsigned_abs() / (STEP_US.unsigned_abs() * GROUPS as u64);
        Self {
            camera,
            init: init_segment(camera, 0),
            silences: silences(camera, periods),
            over: 0,
            period: 0,
            begins: index / GROUPS as u64 % u64::from(PARTS),
            segment: 0,
            part: 0,
            start: time,
            time,
            connected: false,
            anew: true,
        }
    }

    /// Advances by half a second: appends the camera's output of that time to `archive`, and the end of a segment if
    /// there is one.
    pub fn advance(&mut self, now: Moment, archive: &Archive) -> Result<Option<RealSegment>, Refused> {
        let period = self.period;
        self.period += 1;
        let silence = self.silences.get(self.over).copied().filter(|silence| silence.from <= period);
        match silence {
            Some(silence) if self.connected && self.part == 0 => {
                self.fall_silent(now, archive)?;
                self.over += usize::from(silence.to <= period);
                Ok(None)
            }
            None if period < self.begins => {
                self.time = self.time.plus(i64::from(PART_TICKS));
                Ok(None)
            }
            Some(silence) if !self.connected => {
                self.time = self.time.plus(i64::from(PART_TICKS));
                self.over += usize::from(silence.to <= period);
                Ok(None)
            }
            _ => self.send(now, archive),
        }
    }

    fn fall_silent(&mut self, now: Moment, archive: &Archive) -> Result<(), Refused> {
        let reason = "the connection was closed".to_owned();
        self.tell(now, FactKind::Disconnected { cause: Cause::Uplink, reason }, archive)?;
        // Here the start is where the gap begins.
        self.start = self.time;
        let gap = Gap { from: self.start, to: None, cause: Cause::Uplink, next_segment: self.segment };
        archive.append(self.camera, &Output::Gap(gap))?;
        self.time = self.time.plus(i64::from(PART_TICKS));
        self.connected = false;
        Ok(())
    }

    fn come_back(&mut self, now: Moment, archive: &Archive) -> Result<(), Refused> {
        let source = format!("rtmp 10.{}.{}.1:50123", self.camera.constituency, self.camera.station);
        self.tell(now, FactKind::Connected { source }, archive)?;
        if self.over > 0 {
            let pieces =
                self.time.since(self.start).unsigned_abs().div_ceil(GAP_SEGMENT_TICKS.unsigned_abs());
            self.segment += pieces;
            let (from, to) = (self.start, Some(self.time));
            let gap = Gap { from, to, cause: Cause::Uplink, next_segment: self.segment };
            archive.append(self.camera, &Output::Gap(gap))?;
        }
        if self.over == CHANGES_AFTER {
            self.init = init_segment(self.camera, 1);
            self.tell(now, FactKind::ParametersChanged, archive)?;
        }
        archive.append(self.camera, &Output::Init(self.init.clone()))?;
        (self.connected, self.anew) = (true, true);
        Ok(())
    }

    fn tell(&self, at: Moment, kind: FactKind, archive: &Archive) -> Result<(), Refused> {
        archive.append(self.camera, &Output::Fact(Fact { at, kind }))
    }

    fn send(&mut self, now: Moment, archive: &Archive) -> Result<Option<RealSegment>, Refused> {
        if !self.connected {
            self.come_back(now, archive)?;
        }
        if self.part == 0 {
            self.start = self.time;
        }
        let content = content(self.camera, self.segment);
        archive.append(self.camera, &Output::Part(self.next_part(now, content)))?;
        (self.part == PARTS).then(|| self.end(now, content, archive)).transpose()
    }

    fn next_part(&mut self, now: Moment, content: &Content) -> Part {
        let start = self.time;
        self.time = start.plus(i64::from(PART_TICKS));
        self.part += 1;
        Part {
            segment: self.segment,
            index: self.part - 1,
            start,
            duration: PART_TICKS,
            independent: self.part == 1,
            init: *self.init.sha256.first_chunk().unwrap_or(&[0; 8]),
            discontinuity: std::mem::take(&mut self.anew),
            camera_dts: start.0 & 0xffff_ffff,
            first_arrival: Moment { mono_us: now.mono_us.saturating_sub(460_000), ..now },
            last_arrival: now,
            samples: 13,
            bytes: content.bytes.clone(),
        }
    }

    fn end(&mut self, now: Moment, content: &Content, archive: &Archive) -> Result<RealSegment, Refused> {
        let end = SegmentEnd {
            segment: self.segment,
            start: self.start,
            duration: PART_TICKS * u32::from(PARTS),
            parts: PARTS,
            byte_length: PART_BYTES as u64 * u64::from(PARTS),
            sha256: content.segment_sha256,
            init_sha256: self.init.sha256,
            last_arrival: now,
        };
        archive.append(self.camera, &Output::SegmentEnd(end))?;
        let ended = RealSegment { camera: self.camera, segment: self.segment, start: self.start.to_utc() };
        self.segment += 1;
        self.part = 0;
        Ok(ended)
    }
}

/// Silences in order, spread over the day.
fn silences(camera: CameraId, periods: u64) -> Vec<Silence> {
    let share = periods / GAPS;
    let silence = |number: u64| {
        let drawn = mix(camera, number | 1 << 63);
        let length = (GAP_PARTS.start + drawn % (GAP_PARTS.end - GAP_PARTS.start)).min(share / 4);
        let from = number * share + share / 8 + (drawn >> 20) % (share / 2).max(1);
        Silence { from, to: from + length }
    };
    (0..GAPS).map(silence).collect()
}

fn init_segment(camera: CameraId, version: u8) -> Arc<InitSegment> {
    let text = format!("init segment {version} of {camera} ");
    let bytes: Bytes = text.bytes().cycle().take(INIT_BYTES).collect();
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: "avc1.64001f".to_owned(), width: 1280, height: 720 })
}
