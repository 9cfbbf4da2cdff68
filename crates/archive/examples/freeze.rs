//! Made `testdata/archive-v1` and, since it knows media of the past, `testdata/archive-v2`, each once: a small archive
//! with every feature of the format, and a list of what must remain readable for ever.
//! `cargo run -p ashkar-archive --example freeze -- DIR`.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ashkar_archive::{Archive, Options};
use ashkar_media::{Fact, FactKind, Gap, InitSegment, Output, Part, SegmentEnd, past_segment};
use ashkar_terms::{CameraId, Cause, Clock, ClockState, MediaTime, Moment, UtcMicros};
use bytes::Bytes;
use sha2::{Digest, Sha256};

const MORNING: UtcMicros = UtcMicros(1_707_291_000_000_000);
const PART_TICKS: u32 = 45_000;
const PART_BYTES: usize = 700;
/// Media of the past begin this far behind the beginning of the gap.
const PAST_AFTER_TICKS: i64 = 360_000;

struct Frozen(AtomicI64);

impl Clock for Frozen {
    fn now(&self) -> Moment {
        let us = self.0.fetch_add(1_000, Ordering::Relaxed);
        Moment { wall: MORNING.plus(us), mono_us: us.unsigned_abs() }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let target = PathBuf::from(std::env::args().nth(1).ok_or("usage: freeze DIR")?);
    let scratch = target.with_extension("scratch");
    let clock = Arc::new(Frozen(AtomicI64::new(0)));
    let options = Options { journal_bytes: 64 << 10, reserve_bytes: 0, ..Options::default() };
    let mut expected = String::new();

    let archive = Archive::open(&scratch, options, clock.clone())?;
    archive.set_clock_state(ClockState::Synchronised);
    for number in 1..=2 {
        record(&archive, CameraId::new(7, 12, number), &mut expected)?;
    }
    archive.flush()?;
    archive.close()?;
    drop(archive);
    // The second process ends without a seal, in the middle of a segment, with a torn tail.
    let archive = Archive::open(&scratch, options, clock)?;
    let camera = CameraId::new(7, 12, 1);
    let resumed = archive.resume(camera).ok_or("the first life is there")?;
    let mut feed = Feed::new(camera, 1);
    feed.segment = resumed.next_segment + 1;
    feed.time = resumed.timeline_end.plus(360_000);
    let gap = Gap {
        from: resumed.timeline_end,
        to: Some(feed.time),
        cause: Cause::Centre,
        next_segment: feed.segment,
    };
    archive.append(camera, &Output::Gap(gap))?;
    feed.segment(&archive, 4, &mut expected)?;
    feed.cut_short(&archive, 2, &mut expected)?;
    archive.flush()?;
    copy(&scratch, &target)?;
    tear(&target)?;
    fs::write(target.join("expected.txt"), expected)?;
    drop(archive);
    fs::remove_dir_all(scratch)?;
    Ok(())
}

/// Segments, a change of parameters, every kind of fact, gaps.
fn record(archive: &Archive, camera: CameraId, expected: &mut String) -> Result<(), Box<dyn Error>> {
    let mut feed = Feed::new(camera, camera.camera);
    for kind in facts() {
        let at = Moment { wall: feed.time.to_utc(), mono_us: 5 };
        archive.append(camera, &Output::Fact(Fact { at, kind }))?;
    }
    for parts in [4, 4, 1, 8] {
        feed.segment(archive, parts, expected)?;
    }
    let from = feed.time;
    feed.time = from.plus(900_000);
    let open = Gap { from, to: None, cause: Cause::Uplink, next_segment: feed.segment };
    archive.append(camera, &Output::Gap(open))?;
    feed.segment += 3;
    let closed = Gap { to: Some(feed.time), next_segment: feed.segment, ..open };
    archive.append(camera, &Output::Gap(closed))?;
    writeln!(expected, "gap {camera} {} {} uplink", from.0, from.0 + PAST_AFTER_TICKS)?;
    feed.init = init(camera.camera + 10);
    feed.announced = false;
    for _ in 0..40 {
        feed.segment(archive, 4, expected)?;
    }
    fill(archive, camera, from.plus(PAST_AFTER_TICKS), expected)
}

/// A part of the gap is filled by media of the past; the last segment is begun and not ended.
fn fill(
    archive: &Archive,
    camera: CameraId,
    start: MediaTime,
    expected: &mut String,
) -> Result<(), Box<dyn Error>> {
    let mut feed = Feed::new(camera, camera.camera + 20);
    (feed.past, feed.time) = (true, start);
    for parts in [4, 1, 2] {
        feed.segment = past_segment(feed.time).ok_or("a time of our days")?;
        feed.segment(archive, parts, expected)?;
    }
    writeln!(expected, "late {camera} {} {}", start.0, feed.time.0)?;
    feed.segment = past_segment(feed.time).ok_or("a time of our days")?;
    feed.parts(archive, 2)?;
    Ok(())
}

fn facts() -> Vec<FactKind> {
    let text = || "10.1.2.3:50123".to_owned();
    vec![
        FactKind::Connected { source: text() },
        FactKind::Disconnected { cause: Cause::Uplink, reason: text() },
        FactKind::CameraClockJumped { by: -90_000 },
        FactKind::CameraClockDrifts { ppm: -40 },
        FactKind::TimelineReanchored { by: 45_000 },
        FactKind::TimestampRepaired { camera_dts: 12 },
        FactKind::ParametersChanged,
        FactKind::ParametersRefused { reason: text() },
        FactKind::AccessUnitRefused { camera_dts: 13, reason: text() },
        FactKind::WaitingForKeyframe { dropped: 14 },
        FactKind::SoundDropped { codec: "mp4a.40.2".to_owned() },
        FactKind::CentreClockStepped { by_us: -1_000_000 },
        FactKind::PublisherRefused { source: text() },
        FactKind::PublisherTookOver { source: text() },
    ]
}

fn init(tag: u8) -> Arc<InitSegment> {
    let bytes = Bytes::from(vec![tag; 60]);
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: "avc1.64001f".to_owned(), width: 1280, height: 720 })
}

struct Feed {
    camera: CameraId,
    segment: u64,
    time: MediaTime,
    init: Arc<InitSegment>,
    announced: bool,
    past: bool,
}

impl Feed {
    fn new(camera: CameraId, tag: u8) -> Self {
        let time = MediaTime::from_utc(MORNING);
        Self { camera, segment: 1, time, init: init(tag), announced: false, past: false }
    }

    fn append(&self, archive: &Archive, output: &Output) -> Result<(), Box<dyn Error>> {
        Ok(if self.past {
            archive.append_past(self.camera, output)
        } else {
            archive.append(self.camera, output)
        }?)
    }

    fn segment(
        &mut self,
        archive: &Archive,
        parts: u16,
        expected: &mut String,
    ) -> Result<(), Box<dyn Error>> {
        let start = self.time;
        let sha256 = self.parts(archive, parts)?;
        let end = SegmentEnd {
            segment: self.segment,
            start,
            duration: u32::from(parts) * PART_TICKS,
            parts,
            byte_length: PART_BYTES as u64 * u64::from(parts),
            sha256,
            init_sha256: self.init.sha256,
            last_arrival: Moment { wall: self.time.to_utc(), mono_us: 9 },
        };
        self.append(archive, &Output::SegmentEnd(end))?;
        self.expect(start, parts, sha256, expected)
    }

    /// Parts that are not followed by the segment's end.
    fn cut_short(
        &mut self,
        archive: &Archive,
        parts: u16,
        expected: &mut String,
    ) -> Result<(), Box<dyn Error>> {
        let start = self.time;
        let sha256 = self.parts(archive, parts)?;
        self.expect(start, parts, sha256, expected)
    }

    fn expect(
        &mut self,
        start: MediaTime,
        parts: u16,
        sha256: [u8; 32],
        expected: &mut String,
    ) -> Result<(), Box<dyn Error>> {
        let hash: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(expected, "segment {} {} {} {parts} {hash}", self.camera, self.segment, start.0)?;
        self.segment += 1;
        Ok(())
    }

    fn parts(&mut self, archive: &Archive, parts: u16) -> Result<[u8; 32], Box<dyn Error>> {
        if !std::mem::replace(&mut self.announced, true) {
            self.append(archive, &Output::Init(self.init.clone()))?;
        }
        let mut sha256 = Sha256::new();
        for index in 0..parts {
            let text = format!("{} {} {index} ", self.camera, self.segment);
            let bytes: Bytes = text.bytes().cycle().take(PART_BYTES).collect();
            sha256.update(&bytes);
            let arrival = Moment { wall: self.time.to_utc().plus(700_000), mono_us: 7 };
            let part = Part {
                segment: self.segment,
                index,
                start: self.time,
                duration: PART_TICKS,
                independent: index == 0,
                init: *self.init.sha256.first_chunk().ok_or("a hash has 8 bytes")?,
                discontinuity: false,
                camera_dts: 1000,
                first_arrival: Moment { wall: arrival.wall.plus(-3), mono_us: 4 },
                last_arrival: arrival,
                samples: 12,
                bytes,
            };
            self.append(archive, &Output::Part(part))?;
            self.time = self.time.plus(i64::from(PART_TICKS));
        }
        Ok(sha256.finalize().into())
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if entry.file_name() != "LOCK" {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Writes half a record behind the last whole one of the journal that has no sidecar, as a power cut may.
fn tear(directory: &Path) -> Result<(), Box<dyn Error>> {
    let day = directory.join("2024-02-07");
    let mut journals: Vec<PathBuf> =
        fs::read_dir(&day)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    journals.retain(|path| path.extension().is_some_and(|extension| extension == "journal"));
    journals.sort();
    let last = journals.last().ok_or("there are journals")?;
    let mut bytes = fs::read(last)?;
    let end = bytes.iter().rposition(|byte| *byte != 0).ok_or("the journal is not empty")? + 1;
    let end = end.next_multiple_of(32);
    bytes.truncate(end + 4096);
    bytes.get_mut(end..end + 8).ok_or("there is room")?.copy_from_slice(b"AKJ\x01\x03\0\0\0");
    fs::write(last, bytes)?;
    Ok(())
}
