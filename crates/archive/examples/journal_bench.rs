//! Records synthetic streams at their real rate and prints the time from a part's arrival until it is durable, and the
//! cost: `cargo run --release -p ashkar-archive --example journal_bench -- [DIR] [STREAMS] [SECONDS]`.
//!
//! The load is open: parts are appended when they are due, whether or not the disk keeps up. Then the archive is opened
//! again, and moments are looked up and read from its cold journals.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, Options, Times};
use ashkar_media::{InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Clock, MediaTime, Span, SystemClock, UtcMicros};
use bytes::Bytes;
use sha2::{Digest, Sha256};

const PART_BYTES: usize = 62_500;
const PART_TICKS: u32 = 45_000;
const PARTS: u16 = 4;
const PART_PERIOD: Duration = Duration::from_millis(500);
/// Streams are served in this many groups, evenly over a part's period, like a reactor's ticks.
const GROUPS: u32 = 20;
/// Shortest run after which moments are looked up.
const LOOK_UP_SECONDS_MIN: u32 = 5;
/// Number of moments looked up.
const PROBES: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().unwrap_or_else(|| "journal-bench".to_owned()));
    let streams: u32 = arguments.next().map_or(Ok(1000), |text| text.parse())?;
    let seconds: u32 = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let clock = Arc::new(SystemClock::new());
    let opening = Instant::now();
    let archive = Archive::open(&directory, Options::default(), clock.clone())?;
    println!("opened in {:.1} ms: {:?}", opening.elapsed().as_secs_f64() * 1e3, archive.recovery());
    let begun = clock.now().wall;
    let mut cameras: Vec<Stream> = (0..streams).map(Stream::new).collect();
    let started = Instant::now();
    let cpu_before = cpu_seconds();
    let ticks = seconds * 1000 / (PART_PERIOD.as_millis() as u32 / GROUPS);
    for tick in 0..ticks {
        let due = started + PART_PERIOD / GROUPS * tick;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        for camera in cameras.iter_mut().skip((tick % GROUPS) as usize).step_by(GROUPS as usize) {
            camera.send(&archive, &*clock)?;
        }
    }
    let cpu = cpu_seconds() - cpu_before;
    let took = started.elapsed().as_secs_f64();
    archive.flush()?;
    let status = archive.status();
    println!("{streams} streams, {took:.1} s, {:.1} MB/s", status.bytes as f64 / took / 1e6);
    print("arrival to durable", status.durable_delay);
    print("one sync", status.sync);
    println!("CPU {:.1} % of one core (SHA-256 by the packager is not in it)", cpu / took * 100.0);
    println!("refused {}, errors {}", status.refused, status.errors);
    archive.close()?;
    drop(archive);
    let reopening = Instant::now();
    let again = Archive::open(&directory, Options::default(), clock)?;
    println!("opened again in {:.1} ms: {:?}", reopening.elapsed().as_secs_f64() * 1e3, again.recovery());
    if seconds >= LOOK_UP_SECONDS_MIN { look_up(&again, &cameras, begun, i64::from(seconds)) } else { Ok(()) }
}

/// Time from the query for ten seconds of a camera to the first part's bytes, for moments spread over the run.
fn look_up(
    archive: &Archive,
    cameras: &[Stream],
    begun: UtcMicros,
    seconds: i64,
) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for probe in 0..PROBES {
        let stream = cameras.get(probe * 37 % cameras.len()).ok_or("there are streams")?;
        let from = begun.plus((probe as i64 * 7919 % seconds.max(2) / 2) * 1_000_000 + 500_000);
        let span = Span::new(from, from.plus(10_000_000)).ok_or("a span of ten seconds")?;
        let started = Instant::now();
        let entries = archive.segments(stream.camera, span)?;
        let first = entries.first().ok_or("the moment was recorded")?;
        archive.read_part(stream.camera, first.segment, 0)?.ok_or("the part was recorded")?;
        times.push(started.elapsed());
    }
    times.sort();
    let at =
        |percent: usize| times.get((times.len() - 1) * percent / 100).map_or(0.0, |t| t.as_secs_f64() * 1e3);
    println!("moment to first part: p50 {:.2} p99 {:.2} max {:.2} ms", at(50), at(99), at(100));
    Ok(())
}

fn print(what: &str, times: Times) {
    let ms = |us: u64| us as f64 / 1e3;
    let (p50, p95, p99, max) = (ms(times.p50_us), ms(times.p95_us), ms(times.p99_us), ms(times.max_us));
    println!("{what}: p50 {p50:.1} p95 {p95:.1} p99 {p99:.1} max {max:.1} ms, {} times", times.count);
}

/// User and system time of this process; kernel threads are not included.
fn cpu_seconds() -> f64 {
    let times = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    times.tv_sec as f64 + times.tv_nsec as f64 / 1e9
}

struct Stream {
    camera: CameraId,
    segment: u64,
    part: u16,
    time: MediaTime,
    init: Arc<InitSegment>,
    announced: bool,
    bytes: Bytes,
    sha256: [u8; 32],
}

impl Stream {
    fn new(number: u32) -> Self {
        let init = Bytes::from(vec![1; 700]);
        let bytes: Bytes =
            (0..PART_BYTES as u32).map(|at| (at.wrapping_mul(number | 1) >> 3) as u8).collect();
        let mut whole = Sha256::new();
        (0..PARTS).for_each(|_| whole.update(&bytes));
        Self {
            camera: CameraId::new((number / 10 + 1) as u16, (number % 10 + 1) as u16, 1),
            segment: 1,
            part: 0,
            time: MediaTime(0),
            init: Arc::new(InitSegment {
                sha256: Sha256::digest(&init).into(),
                bytes: init,
                codecs: "avc1.64001f".to_owned(),
                width: 1280,
                height: 720,
            }),
            announced: false,
            bytes,
            sha256: whole.finalize().into(),
        }
    }

    fn send(&mut self, archive: &Archive, clock: &dyn Clock) -> Result<(), Box<dyn Error>> {
        let now = clock.now();
        if !self.announced {
            let resumed = archive.resume(self.camera);
            self.segment = resumed.map_or(1, |resumed| resumed.next_segment);
            self.time = MediaTime::from_utc(now.wall);
            self.announced = true;
            archive.append(self.camera, &Output::Init(self.init.clone()))?;
        }
        let part = Part {
            segment: self.segment,
            index: self.part,
            start: self.time,
            duration: PART_TICKS,
            independent: self.part == 0,
            init: *self.init.sha256.first_chunk().ok_or("a hash has 8 bytes")?,
            discontinuity: false,
            camera_dts: 0,
            first_arrival: now,
            last_arrival: now,
            samples: 12,
            bytes: self.bytes.clone(),
        };
        self.time = self.time.plus(i64::from(PART_TICKS));
        self.part += 1;
        archive.append(self.camera, &Output::Part(part))?;
        if self.part == PARTS {
            archive.append(self.camera, &Output::SegmentEnd(self.end(now)))?;
            self.part = 0;
            self.segment += 1;
        }
        Ok(())
    }

    fn end(&self, now: ashkar_terms::Moment) -> SegmentEnd {
        let duration = u32::from(PARTS) * PART_TICKS;
        SegmentEnd {
            segment: self.segment,
            start: self.time.plus(-i64::from(duration)),
            duration,
            parts: PARTS,
            byte_length: PART_BYTES as u64 * u64::from(PARTS),
            sha256: self.sha256,
            init_sha256: self.init.sha256,
            last_arrival: now,
        }
    }
}
