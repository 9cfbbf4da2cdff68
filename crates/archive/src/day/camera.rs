//! What one camera of a made day sends: segments of four parts, three gaps, and once new parameters.

use std::sync::{Arc, LazyLock};

use ashkar_media::{Fact, FactKind, GAP_SEGMENT_TICKS, Gap, InitSegment, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Plan, RealSegment};
use crate::coverage::Effect;
use crate::format::{Header, Kind};
use crate::front::Work;
use crate::journal::Record;
use crate::records::part_header;
use crate::writer::Writer;

/// Cameras are served in this many groups, evenly over a part's period.
pub(super) const GROUPS: usize = 20;
/// Time from one group to the next, microseconds.
pub(super) const STEP_US: i64 = 25_000;
/// Parts of a segment.
pub const PARTS: u16 = 4;
const PART_TICKS: u32 = 45_000;
/// Half a second of 1 Mbit/s.
const PART_BYTES: usize = 62_500;
/// What a camera sends, without headers.
pub(super) const BYTES_A_SECOND: i64 = 2 * PART_BYTES as i64;
const INIT_BYTES: usize = 700;
/// From a part's last picture to its arrival.
const LAG_US: i64 = 40_000;
const GAPS: u64 = 3;
/// Shortest and longest gap, parts: 15 s to 2 minutes.
const GAP_PARTS: std::ops::Range<u64> = 30..240;
/// The gap after which the camera has other parameters.
const CHANGES_AFTER: usize = 1;
/// Different payloads.
const CONTENTS: u64 = 64;

/// A payload, its checksum, and the hash of a segment that consists of it.
struct Content {
    bytes: Bytes,
    crc: u32,
    segment_sha256: [u8; 32],
}

static ALL_CONTENTS: LazyLock<Vec<Content>> = LazyLock::new(|| (0..CONTENTS).map(Content::draw).collect());

/// The bytes of each part of a segment.
pub fn content(camera: CameraId, segment: u64) -> Bytes {
    content_of(camera, segment).map(|content| content.bytes.clone()).unwrap_or_default()
}

fn content_of(camera: CameraId, segment: u64) -> Option<&'static Content> {
    let at = mix(camera, segment) >> 32;
    ALL_CONTENTS.get(usize::try_from(at % CONTENTS).unwrap_or_default())
}

/// Whether a record has real bytes in a hollow journal.
pub(super) fn is_real(header: &Header, every: u64) -> bool {
    match header.kind {
        Kind::Part | Kind::SegmentEnd => {
            u64::from(mix(header.camera, header.segment) as u32).is_multiple_of(every.max(1))
        }
        Kind::Boot | Kind::Gap | Kind::Fact => true,
        Kind::Init | Kind::Commit => false,
    }
}

/// The header of any record of a segment, for [`is_real`].
pub(super) fn segment_header(camera: CameraId, segment: u64) -> Header {
    let at = Moment { wall: UtcMicros(0), mono_us: 0 };
    Header { segment, ..Header::empty(Kind::Part, camera, at) }
}

/// A number as good as drawn (SplitMix64).
fn mix(camera: CameraId, number: u64) -> u64 {
    let whose = u64::from(camera.constituency) << 48 | u64::from(camera.station) << 32;
    let mut z = (whose ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Content {
    fn draw(number: u64) -> Self {
        let word = |at: u64| mix(CameraId::new(0, 0, 0), number << 32 | at).to_le_bytes();
        let bytes: Bytes = (0..).flat_map(word).take(PART_BYTES).collect();
        let mut whole = Sha256::new();
        (0..PARTS).for_each(|_| whole.update(&bytes));
        Self { crc: crc32c::crc32c(&bytes), segment_sha256: whole.finalize().into(), bytes }
    }
}

/// A silence of a camera: after so many periods of the day, for so many.
#[derive(Clone, Copy)]
struct Silence {
    from: u64,
    to: u64,
}

pub(super) struct Stream {
    camera: CameraId,
    init: Arc<InitSegment>,
    silences: Vec<Silence>,
    /// Silences that are over.
    over: usize,
    /// Periods of half a second that went by.
    period: u64,
    /// The first with a picture: differs, so that segments of different cameras end at different times.
    begins: u64,
    segment: u64,
    part: u16,
    start: MediaTime,
    time: MediaTime,
    connected: bool,
    anew: bool,
}

impl Stream {
    pub(super) fn new(camera: CameraId, index: u64, plan: &Plan) -> Self {
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

    /// Half a second goes by: gives what the camera sent in it to `writer`, and the segment that ended with it.
    pub(super) fn advance(&mut self, now: Moment, writer: &mut Writer) -> Option<RealSegment> {
        let period = self.period;
        self.period += 1;
        let silence = self.silences.get(self.over).copied().filter(|silence| silence.from <= period);
        match silence {
            Some(silence) if self.connected && self.part == 0 => {
                self.fall_silent(now, writer);
                self.over += usize::from(silence.to <= period);
                None
            }
            None if period < self.begins => {
                self.time = self.time.plus(i64::from(PART_TICKS));
                None
            }
            Some(silence) if !self.connected => {
                self.time = self.time.plus(i64::from(PART_TICKS));
                self.over += usize::from(silence.to <= period);
                None
            }
            _ => self.send(now, writer),
        }
    }

    fn fall_silent(&mut self, now: Moment, writer: &mut Writer) {
        let reason = "the connection was closed".to_owned();
        self.tell(now, FactKind::Disconnected { cause: Cause::Uplink, reason }, writer);
        // Here the start is where the gap begins.
        self.start = self.time;
        let gap = Gap { from: self.start, to: None, cause: Cause::Uplink, next_segment: self.segment };
        put(writer, Work::Gap(self.camera, gap));
        self.time = self.time.plus(i64::from(PART_TICKS));
        self.connected = false;
    }

    fn come_back(&mut self, now: Moment, writer: &mut Writer) {
        let source = format!("rtmp 10.{}.{}.1:50123", self.camera.constituency, self.camera.station);
        self.tell(now, FactKind::Connected { source }, writer);
        if self.over > 0 {
            let pieces =
                self.time.since(self.start).unsigned_abs().div_ceil(GAP_SEGMENT_TICKS.unsigned_abs());
            self.segment += pieces;
            let (from, to) = (self.start, Some(self.time));
            let gap = Gap { from, to, cause: Cause::Uplink, next_segment: self.segment };
            put(writer, Work::Gap(self.camera, gap));
        }
        if self.over == CHANGES_AFTER {
            self.init = init_segment(self.camera, 1);
            self.tell(now, FactKind::ParametersChanged, writer);
        }
        put(writer, Work::Init(self.camera, self.init.clone()));
        (self.connected, self.anew) = (true, true);
    }

    fn tell(&self, at: Moment, kind: FactKind, writer: &mut Writer) {
        put(writer, Work::Fact(self.camera, Fact { at, kind }));
    }

    fn send(&mut self, now: Moment, writer: &mut Writer) -> Option<RealSegment> {
        if !self.connected {
            self.come_back(now, writer);
        }
        if self.part == 0 {
            self.start = self.time;
        }
        let content = content_of(self.camera, self.segment)?;
        let part = self.next_part(now, content);
        let header = Header {
            payload_bytes: PART_BYTES as u32,
            payload_crc: content.crc,
            ..part_header(self.camera, &part, false)
        };
        let init = Some(self.init.clone());
        writer.pending.push_back(Record {
            header,
            payload: part.bytes,
            effect: Effect::None,
            init,
            of_journal: false,
        });
        (self.part == PARTS).then(|| self.end(now, content, writer))
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

    fn end(&mut self, now: Moment, content: &Content, writer: &mut Writer) -> RealSegment {
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
        put(writer, Work::End(self.camera, end));
        let ended = RealSegment { camera: self.camera, segment: self.segment, start: self.start.to_utc() };
        self.segment += 1;
        self.part = 0;
        ended
    }
}

fn put(writer: &mut Writer, work: Work) {
    let record = writer.records_of(work);
    writer.pending.extend(record);
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
