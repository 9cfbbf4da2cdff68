//! Records synthetic cameras in an archive on the real disk, and reports on standard output what it appended and which
//! of it is durable, so that the test that ends it, its disk or its power knows what must be there afterwards.
//!
//! `archive-recorder DIR STREAMS PERIOD_MS ROUNDS JOURNAL_BYTES (flush|read)` begins at a line on its standard input.
//! Each stream appends a part per period, until this many rounds were accepted completely (0: without end). Lines:
//!
//! - `waits`: the program is loaded
//! - `ready`: the archive is open
//! - `sent CAMERA SEGMENT PART ARRIVAL SHA256`: `append` has accepted this part, with its time of arrival in
//!   microseconds
//! - `durable N`: the first N of the parts sent are durable: according to [`Archive::flush`], or because readers get
//!   them
//! - `status STATE OLDEST_MS ERRORS REFUSED LONGEST_APPEND_US`
//! - `closed` or `failed REASON`: the last line

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, Options};
use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, Clock, MediaTime, SystemClock};
use bytes::Bytes;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

/// Parts of a segment.
const PARTS: u16 = 4;
/// Shortest and longest usual part, bytes; and the rare one that fills a write of its own.
const PART_BYTES: std::ops::Range<u64> = 500..12_000;
const LONG_PART_BYTES: usize = 200_000;
const LONG_PART_EVERY: u64 = 97;
/// How often it reports the archive's state.
const STATUS: Duration = Duration::from_millis(10);
/// How often data that are not durable yet are queried again.
const ASK: Duration = Duration::from_millis(5);
/// Long enough to see a state that lasts until the next attempt.
const RETRY_FIRST_MS: u32 = 250;

type Failure = Box<dyn Error>;

fn main() {
    let ended = run();
    say(&ended.map_or_else(|error| format!("failed {error}"), |()| "closed".to_owned()));
}

fn run() -> Result<(), Failure> {
    let plan = Plan::read()?;
    say("waits");
    io::stdin().lock().read_line(&mut String::new())?;
    let clock = Arc::new(SystemClock::new());
    let options = Options {
        journal_bytes: plan.journal_bytes,
        reserve_bytes: 0,
        nearly_full_bytes: 0,
        cache_seconds: 1,
        retry_first_ms: RETRY_FIRST_MS,
        ..Options::default()
    };
    let archive = Archive::open(&plan.directory, options, clock.clone())?;
    say("ready");
    let told = Told::new(archive.clone());
    thread::scope(|scope| {
        scope.spawn(|| told.keep_telling());
        scope.spawn(|| told.acknowledge(plan.by_flush));
        let sent = send(&plan, &told, &*clock);
        told.over.store(true, Ordering::Release);
        sent
    })?;
    archive.close()?;
    Ok(())
}

struct Plan {
    directory: PathBuf,
    streams: u16,
    period: Duration,
    rounds: u64,
    journal_bytes: u32,
    by_flush: bool,
}

impl Plan {
    fn read() -> Result<Self, Failure> {
        let mut arguments = std::env::args().skip(1);
        let mut next = || arguments.next().ok_or("DIR STREAMS PERIOD_MS ROUNDS JOURNAL_BYTES flush|read");
        Ok(Self {
            directory: next()?.into(),
            streams: next()?.parse()?,
            period: Duration::from_millis(next()?.parse()?),
            rounds: next()?.parse()?,
            journal_bytes: next()?.parse()?,
            by_flush: next()? == "flush",
        })
    }
}

/// Sends rounds of parts, each at its time, or as soon as the one before was accepted.
fn send(plan: &Plan, told: &Told, clock: &dyn Clock) -> Result<(), Failure> {
    let ticks = i64::try_from(plan.period.as_millis())?.saturating_mul(90).max(90);
    let mut streams = Vec::new();
    for number in 1..=plan.streams {
        streams.push(Stream::begin(CameraId::new(number, 1, 1), &told.archive, ticks, clock)?);
    }
    let (mut taken, mut due) = (0, Instant::now());
    while plan.rounds == 0 || taken < plan.rounds {
        let mut all = true;
        for stream in &mut streams {
            all &= stream.send(told, clock)?;
        }
        taken += u64::from(all);
        due += plan.period;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// What was reported so far.
struct Told {
    archive: Archive,
    sent: Mutex<Vec<(CameraId, u64, u16)>>,
    longest_append_us: AtomicU64,
    /// Nothing more is sent.
    over: AtomicBool,
}

impl Told {
    fn new(archive: Archive) -> Self {
        Self {
            archive,
            sent: Mutex::default(),
            longest_append_us: AtomicU64::new(0),
            over: AtomicBool::new(false),
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn keep_telling(&self) {
        while !self.is_over() {
            self.status();
            thread::sleep(STATUS);
        }
        self.status();
    }

    fn status(&self) {
        let status = self.archive.status();
        let longest = self.longest_append_us.load(Ordering::Relaxed);
        let (state, oldest) = (status.state.name(), status.oldest_unsynced_ms);
        say(&format!("status {state} {oldest} {} {} {longest}", status.errors, status.refused));
    }

    /// Waits until everything sent is durable and nothing more comes.
    fn acknowledge(&self, by_flush: bool) {
        let mut durable = 0;
        loop {
            let over = self.is_over();
            let sent = self.sent.lock().len();
            if durable == sent && over {
                return;
            }
            let reached = if by_flush { self.flushed(durable, sent) } else { self.readable(durable) };
            if reached > durable {
                durable = reached;
                say(&format!("durable {durable}"));
            } else {
                thread::sleep(ASK);
            }
        }
    }

    fn flushed(&self, durable: usize, sent: usize) -> usize {
        if self.archive.flush().is_ok() {
            return sent;
        }
        self.status();
        durable
    }

    /// Counts on from `durable` while readers get the next part: they only get durable data.
    fn readable(&self, durable: usize) -> usize {
        let waiting: Vec<_> = self.sent.lock().iter().skip(durable).copied().collect();
        let is_read = |(camera, segment, part): &&(CameraId, u64, u16)| {
            matches!(self.archive.read_part(*camera, *segment, *part), Ok(Some(_)))
        };
        durable + waiting.iter().take_while(is_read).count()
    }
}

struct Stream {
    camera: CameraId,
    init: Arc<InitSegment>,
    ticks: i64,
    time: MediaTime,
    segment: u64,
    part: u16,
    start: MediaTime,
    bytes: u64,
    sha256: Sha256,
}

impl Stream {
    /// Continues from the archive's state, and declares what is missing since.
    fn begin(camera: CameraId, archive: &Archive, ticks: i64, clock: &dyn Clock) -> Result<Self, Failure> {
        let init = init_segment(camera);
        let now = MediaTime::from_utc(clock.now().wall);
        archive.append(camera, &Output::Init(init.clone()))?;
        let (mut time, mut segment) = (now, archive.first_segment().max(1));
        if let Some(resumed) = archive.resume(camera) {
            time = now.max(resumed.timeline_end.plus(1));
            segment = resumed.next_segment.saturating_add(1);
            let (from, to, next_segment) = (resumed.timeline_end, Some(time), segment);
            archive.append(camera, &Output::Gap(Gap { from, to, cause: Cause::Centre, next_segment }))?;
        }
        let sha256 = Sha256::new();
        Ok(Self { camera, init, ticks, time, segment, part: 0, start: time, bytes: 0, sha256 })
    }

    /// Appends the next part and, after the last of a segment, its end. Returns whether they were accepted.
    fn send(&mut self, told: &Told, clock: &dyn Clock) -> Result<bool, Failure> {
        let part = self.next_part(clock)?;
        let bytes = part.bytes.clone();
        let (segment, index, arrival) = (part.segment, part.index, part.last_arrival.wall.0);
        let started = Instant::now();
        let mut taken = told.archive.append(self.camera, &Output::Part(part)).is_ok();
        let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        told.longest_append_us.fetch_max(took, Ordering::Relaxed);
        if taken {
            let mut sent = told.sent.lock();
            sent.push((self.camera, segment, index));
            say(&format!(
                "sent {} {segment} {index} {arrival} {}",
                self.camera,
                hex(&Sha256::digest(&bytes))
            ));
        }
        if self.part == PARTS {
            let end = self.end(clock);
            taken &= told.archive.append(self.camera, &Output::SegmentEnd(end)).is_ok();
        }
        Ok(taken)
    }

    fn next_part(&mut self, clock: &dyn Clock) -> Result<Part, Failure> {
        let now = clock.now();
        let bytes = content(self.camera, self.segment, self.part);
        self.sha256.update(&bytes);
        self.bytes += bytes.len() as u64;
        let part = Part {
            segment: self.segment,
            index: self.part,
            start: self.time,
            duration: u32::try_from(self.ticks)?,
            independent: self.part == 0,
            init: *self.init.sha256.first_chunk().ok_or("a hash has 8 bytes")?,
            discontinuity: false,
            camera_dts: self.time.0,
            first_arrival: now,
            last_arrival: now,
            samples: 12,
            bytes,
        };
        self.time = self.time.plus(self.ticks);
        self.part += 1;
        Ok(part)
    }

    fn end(&mut self, clock: &dyn Clock) -> SegmentEnd {
        let end = SegmentEnd {
            segment: self.segment,
            start: self.start,
            duration: u32::try_from(self.time.since(self.start)).unwrap_or(u32::MAX),
            parts: self.part,
            byte_length: std::mem::take(&mut self.bytes),
            sha256: std::mem::take(&mut self.sha256).finalize().into(),
            init_sha256: self.init.sha256,
            last_arrival: clock.now(),
        };
        (self.segment, self.part, self.start) = (self.segment + 1, 0, self.time);
        end
    }
}

fn init_segment(camera: CameraId) -> Arc<InitSegment> {
    let bytes = Bytes::from(format!("init segment of {camera} ").repeat(20));
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: "avc1.64001f".to_owned(), width: 1280, height: 720 })
}

/// Bytes that no other part has, and that cannot be mistaken for a tail of zeros.
fn content(camera: CameraId, segment: u64, part: u16) -> Bytes {
    let mut state = (u64::from(camera.constituency) << 48 | segment << 8 | u64::from(part))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let (drawn, span) = (next(), PART_BYTES.end - PART_BYTES.start);
    let usual = usize::try_from(PART_BYTES.start + (drawn >> 20) % span).unwrap_or_default();
    let length = if drawn.is_multiple_of(LONG_PART_EVERY) { LONG_PART_BYTES } else { usual };
    std::iter::repeat_with(|| next().to_le_bytes()).flatten().take(length).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A reader that no longer listens has ended this process's work; so an error ends it.
fn say(line: &str) {
    let mut stdout = io::stdout().lock();
    if writeln!(stdout, "{line}").and_then(|()| stdout.flush()).is_err() {
        std::process::exit(1);
    }
}
