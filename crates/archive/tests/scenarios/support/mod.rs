//! Cameras whose bytes can be derived from their number and the time, and what is expected of an archive.

#![allow(dead_code, unreachable_pub, reason = "each test uses its own share of it")]

pub mod disk;
pub mod recording;
pub mod tracer;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ashkar_archive::disk::MemoryDisk;
use ashkar_archive::{Archive, Options, ReadError, Refused};
use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, Clock, MediaTime, Moment, Span, UtcMicros};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// 2024-02-07 07:30:00 UTC.
pub const MORNING: UtcMicros = UtcMicros(1_707_291_000_000_000);
pub const PART_TICKS: u32 = 45_000;

/// A clock that stands still until it is set.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn at(utc: UtcMicros) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(utc.0)))
    }

    pub fn set(&self, utc: UtcMicros) {
        self.0.store(utc.0, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        moment(UtcMicros(self.0.load(Ordering::Relaxed)))
    }
}

pub fn moment(utc: UtcMicros) -> Moment {
    Moment { wall: utc, mono_us: u64::try_from(utc.since(MORNING)).unwrap_or(0) }
}

/// Small journals, no waiting.
pub fn options() -> Options {
    Options {
        journal_bytes: 64 << 10,
        sync_interval_ms: 1,
        reserve_bytes: 0,
        nearly_full_bytes: 0,
        retry_first_ms: 1,
        ..Options::default()
    }
}

pub fn open(disk: &MemoryDisk, clock: &Arc<TestClock>) -> Archive {
    Archive::open_on(Arc::new(disk.clone()), options(), clock.clone()).expect("the archive opens")
}

pub fn init_segment(tag: u8) -> Arc<InitSegment> {
    let bytes = Bytes::from(vec![tag; 600]);
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: format!("avc1.6400{tag:02x}"), width: 1280, height: 720 })
}

/// What a camera sent as one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub segment: u64,
    pub start: MediaTime,
    pub parts: Vec<Bytes>,
    pub init: [u8; 8],
}

impl Sent {
    pub fn end(&self) -> MediaTime {
        self.start.plus(self.parts.len() as i64 * i64::from(PART_TICKS))
    }
}

/// A camera and its packager.
pub struct Feed {
    pub camera: CameraId,
    pub next_segment: u64,
    pub time: MediaTime,
    pub init: Arc<InitSegment>,
    pub part_bytes: usize,
    /// Delay of every arrival.
    pub lag_us: i64,
    discontinuity: bool,
    announced: bool,
}

impl Feed {
    pub fn new(camera: CameraId) -> Self {
        Self {
            camera,
            next_segment: 1,
            time: MediaTime::from_utc(MORNING),
            init: init_segment(camera.camera),
            part_bytes: 5000,
            lag_us: 300_000,
            discontinuity: true,
            announced: false,
        }
    }

    /// Continues from the archive's state, after a gap of `ticks`.
    pub fn resumed(camera: CameraId, archive: &Archive, ticks: i64) -> (Self, Vec<Output>) {
        let mut feed = Self::new(camera);
        let Some(resumed) = archive.resume(camera) else { return (feed, Vec::new()) };
        feed.next_segment = resumed.next_segment;
        feed.time = resumed.timeline_end;
        let gap = feed.gap(ticks, Cause::Centre);
        (feed, vec![gap])
    }

    /// Sends new parameters before the next segment.
    pub fn change_parameters(&mut self, tag: u8) {
        self.init = init_segment(tag);
        self.announced = false;
        self.discontinuity = true;
    }

    /// A gap of `ticks` that is over already.
    pub fn gap(&mut self, ticks: i64, cause: Cause) -> Output {
        let from = self.time;
        self.time = from.plus(ticks);
        self.next_segment += ticks.div_euclid(4 * 90_000) as u64 + u64::from(ticks % (4 * 90_000) > 0);
        self.discontinuity = true;
        Output::Gap(Gap { from, to: Some(self.time), cause, next_segment: self.next_segment })
    }

    /// The next segment, preceded by the init segment if that is needed.
    pub fn segment(&mut self, parts: u16) -> (Vec<Output>, Sent) {
        let mut outputs = Vec::new();
        if !std::mem::replace(&mut self.announced, true) {
            outputs.push(Output::Init(self.init.clone()));
        }
        let init = *self.init.sha256.first_chunk().expect("a hash has 8 bytes");
        let mut sent = Sent { segment: self.next_segment, start: self.time, parts: Vec::new(), init };
        for index in 0..parts {
            let part = self.part(index, init);
            sent.parts.push(part.bytes.clone());
            outputs.push(Output::Part(part));
        }
        outputs.push(Output::SegmentEnd(self.end(&sent)));
        self.next_segment += 1;
        (outputs, sent)
    }

    /// A segment of the past from `start` on, as a line that is back brings it, whole.
    pub fn of_the_past(&self, start: MediaTime, parts: u16) -> (Vec<Output>, Sent) {
        let mut past =
            Self { time: start, init: init_segment(200 + self.camera.camera), ..Self::new(self.camera) };
        past.next_segment = ashkar_media::past_segment(start).expect("a time of our days");
        (past.part_bytes, past.lag_us) = (self.part_bytes, 3_600_000_000);
        past.segment(parts)
    }

    fn part(&mut self, index: u16, init: [u8; 8]) -> Part {
        let start = self.time;
        self.time = start.plus(i64::from(PART_TICKS));
        let arrived = moment(self.time.to_utc().plus(self.lag_us));
        Part {
            segment: self.next_segment,
            index,
            start,
            duration: PART_TICKS,
            independent: index == 0,
            init,
            discontinuity: std::mem::take(&mut self.discontinuity),
            camera_dts: start.0 / 2,
            first_arrival: moment(start.to_utc().plus(self.lag_us)),
            last_arrival: arrived,
            samples: 12,
            bytes: content(self.camera, self.next_segment, index, self.part_bytes),
        }
    }

    fn end(&self, sent: &Sent) -> SegmentEnd {
        let mut sha256 = Sha256::new();
        sent.parts.iter().for_each(|part| sha256.update(part));
        SegmentEnd {
            segment: sent.segment,
            start: sent.start,
            duration: sent.parts.len() as u32 * PART_TICKS,
            parts: sent.parts.len() as u16,
            byte_length: sent.parts.iter().map(|part| part.len() as u64).sum(),
            sha256: sha256.finalize().into(),
            init_sha256: self.init.sha256,
            last_arrival: moment(self.time.to_utc().plus(self.lag_us)),
        }
    }
}

/// Bytes that no other part has.
pub fn content(camera: CameraId, segment: u64, part: u16, length: usize) -> Bytes {
    let seed = format!("{camera} {segment} {part} ");
    seed.bytes().cycle().take(length).collect()
}

/// Appends everything; returns whether all of it was accepted.
pub fn append_all(archive: &Archive, camera: CameraId, outputs: &[Output]) -> Result<(), Refused> {
    let mut result = Ok(());
    for output in outputs {
        let own = archive.append(camera, output);
        result = result.and(own);
    }
    result
}

/// The same for media of the past.
pub fn append_past(archive: &Archive, camera: CameraId, outputs: &[Output]) -> Result<(), Refused> {
    outputs.iter().try_for_each(|output| archive.append_past(camera, output))
}

pub fn span(from: MediaTime, to: MediaTime) -> Span {
    Span::new(from.to_utc(), to.to_utc()).expect("a span that is not empty")
}

/// The whole day.
pub fn day() -> Span {
    Span { from: MORNING.plus(-3_600_000_000), to: MORNING.plus(60_000_000_000) }
}

/// All recordings of a camera that have ended.
pub fn recorded(archive: &Archive, camera: CameraId) -> Vec<Sent> {
    try_recorded(archive, camera).expect("what is recorded is read")
}

/// The same, from a disk that may fail.
pub fn try_recorded(archive: &Archive, camera: CameraId) -> Result<Vec<Sent>, ReadError> {
    let entries = archive.segments(camera, day())?;
    let read = entries.iter().map(|entry| {
        let parts = archive.read_segment(entry)?;
        Ok(Sent { segment: entry.segment, start: entry.start, parts, init: entry.init })
    });
    read.collect()
}

/// Asserts that a check of the disk finds no faults.
pub fn assert_well(disk: &MemoryDisk, context: &str) {
    let report = ashkar_archive::check::run_on(disk, |_| {}).expect("the check runs");
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert!(report.is_well(), "{context}: {faults:#?}");
}

/// Waits for it, ten seconds at most.
pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !is_so() {
        assert!(std::time::Instant::now() < until, "it does not come");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
