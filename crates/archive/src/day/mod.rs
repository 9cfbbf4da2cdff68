//! A day of many cameras on disk, made in minutes: what `examples/day.rs` makes, and `examples/day_bench.rs` and
//! `scripts/bench/day.sh` measure with. Not part of the library's promise.
//!
//! Everything goes through the archive's own writer and keeper; only the disk is another: of a journal's bytes it keeps
//! those of chosen records and leaves the others as holes. So every name, length, place, sidecar, state and summary is
//! what a centre would have written, and a day of 7.4 TB takes 25 GB.

mod camera;
mod hollow;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use ashkar_terms::{CameraId, Clock, ClockState, Moment, UtcMicros};
use parking_lot::{Condvar, Mutex, RwLock};

use crate::catalog::Catalog;
use crate::disk::{Disk, Space};
use crate::front::Front;
use crate::identity;
use crate::keeper::Keeper;
use crate::options::{Options, READ_HELPERS_MAX};
use crate::recover::list;
use crate::shared::{OpenFiles, Shared};
use crate::status::Meters;
use crate::writer::Writer;

use camera::{GROUPS, STEP_US, Stream, is_real};
pub use camera::{PARTS, content};
use hollow::HollowDisk;

/// The writer syncs each so many steps: ten times a second.
const STEPS_A_SYNC: u64 = 4;
/// The summary is as old as that of a centre that was killed just before the next one.
const SUMMARY_AGE_US: i64 = 60_000_000;
/// So many journals, of the last that are begun, are whole: a start scans some and reads their interrupted segments.
const WHOLE_JOURNALS: i64 = 4;
/// The writer waits for the keeper when so many journals have no sidecar.
const UNSEALED_MAX: usize = 16;
const KEEPER_PAUSE: Duration = Duration::from_millis(1);

/// What a day is to hold.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose.
    pub cameras: Vec<CameraId>,
    /// When it begins.
    pub from: UtcMicros,
    /// When the process that recorded it is killed.
    pub to: UtcMicros,
    /// One segment of so many has real bytes.
    pub real_every: u64,
}

/// A segment whose bytes are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealSegment {
    /// Whose.
    pub camera: CameraId,
    /// Its media sequence number.
    pub segment: u64,
    /// When it begins.
    pub start: UtcMicros,
}

/// Makes a day in `directory`, which must hold no archive, as `kill -9` leaves it. `progress` is told the time that
/// the day has come to. Returns the ended segments whose bytes are there.
///
/// # Errors
/// What the file system says.
pub fn make(
    directory: &Path,
    plan: &Plan,
    mut progress: impl FnMut(UtcMicros),
) -> io::Result<Vec<RealSegment>> {
    let every = plan.real_every;
    let disk = Arc::new(HollowDisk::create(directory, move |header| is_real(header, every))?);
    let clock = Arc::new(DayClock { from: plan.from, now: AtomicI64::new(plan.from.0) });
    let shared = Arc::new(shared(disk.clone(), clock.clone())?);
    let (seals, ends) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let keeper = keep(shared.clone(), seals.clone(), ends.clone());
    let streams = plan.cameras.iter().zip(0..);
    let streams = streams.map(|(camera, index)| Stream::new(*camera, index, plan)).collect();
    let mut day =
        Day { writer: Writer::new(shared.clone(), 1), shared, streams, real: Vec::new(), real_every: every };
    let made = day.record(plan, &clock, &disk, &seals, &mut progress);
    ends.store(true, Ordering::Relaxed);
    let kept = keeper.join().map_err(|_| io::Error::other("the keeper failed"));
    made.and(kept)?;
    rustix::fs::syncfs(std::fs::File::open(directory)?)?;
    Ok(day.real)
}

struct Day {
    shared: Arc<Shared>,
    writer: Writer,
    streams: Vec<Stream>,
    real: Vec<RealSegment>,
    real_every: u64,
}

impl Day {
    fn record(
        &mut self,
        plan: &Plan,
        clock: &DayClock,
        disk: &HollowDisk,
        seals: &AtomicBool,
        progress: &mut impl FnMut(UtcMicros),
    ) -> io::Result<()> {
        let journal_us = self.journal_us();
        let (whole_from, unsealed_from) =
            (plan.to.plus(-WHOLE_JOURNALS * journal_us), plan.to.plus(-journal_us * 3 / 4));
        let mut summary = Some(plan.to.plus(-SUMMARY_AGE_US));
        for step in 0.. {
            let now = plan.from.plus(step * STEP_US);
            if now >= plan.to {
                break;
            }
            clock.now.store(now.0, Ordering::Relaxed);
            for at in (step as usize % GROUPS..self.streams.len()).step_by(GROUPS) {
                self.advance(at, clock.now());
            }
            if (step as u64).is_multiple_of(STEPS_A_SYNC) {
                self.writer.write_out()?;
                self.wait_for_the_keeper(seals);
            }
            if summary.is_some_and(|due| now >= due) {
                summary = None;
                Keeper::new(self.shared.clone()).write_cache();
            }
            disk.keep_whole(now >= whole_from);
            seals.store(now < unsealed_from, Ordering::Relaxed);
            if (now.since(plan.from)).rem_euclid(3_600_000_000) < STEP_US {
                progress(now);
            }
        }
        self.writer.write_out()
    }

    /// How long a journal lasts, microseconds.
    fn journal_us(&self) -> i64 {
        let bytes_a_second = self.streams.len().max(1) as i64 * camera::BYTES_A_SECOND;
        i64::from(self.shared.options.journal_bytes) * 1_000_000 / bytes_a_second
    }

    fn advance(&mut self, at: usize, now: Moment) {
        let Some(stream) = self.streams.get_mut(at) else { return };
        let ended = stream.advance(now, &mut self.writer);
        self.real.extend(
            ended.filter(|ended| {
                is_real(&camera::segment_header(ended.camera, ended.segment), self.real_every)
            }),
        );
    }

    fn wait_for_the_keeper(&self, seals: &AtomicBool) {
        while seals.load(Ordering::Relaxed) && self.shared.catalog.read().unsealed.len() > UNSEALED_MAX {
            std::thread::sleep(KEEPER_PAUSE);
        }
    }
}

fn keep(shared: Arc<Shared>, seals: Arc<AtomicBool>, ends: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let keeper = Keeper::new(shared);
        while !ends.load(Ordering::Relaxed) {
            if seals.load(Ordering::Relaxed) {
                keeper.seal_all();
            }
            std::thread::sleep(KEEPER_PAUSE);
        }
    })
}

/// What an archive's threads have in common, without the threads.
fn shared(disk: Arc<dyn Disk>, clock: Arc<dyn Clock>) -> io::Result<Shared> {
    let failed = |error: crate::OpenError| io::Error::other(error.to_string());
    let listing = list(&*disk).map_err(failed)?;
    if !listing.journals.is_empty() {
        return Err(io::Error::other("there is an archive already"));
    }
    let id = identity::read_or_make(&*disk, &listing, clock.now().wall).map_err(failed)?;
    let options = Options { journal_seconds: u32::MAX, ..Options::default() };
    Ok(Shared {
        disk,
        options,
        clock,
        clock_state: AtomicU8::new(ClockState::Synchronised as u8),
        id,
        boot_id: identity::boot_id().map_err(failed)?,
        front: Mutex::new(Front::new(options.queue_bytes)),
        work: Condvar::new(),
        progress: Condvar::new(),
        keeper_ends: Mutex::new(false),
        keeper: Condvar::new(),
        catalog: RwLock::new(Catalog::default()),
        meters: Mutex::new(Meters::new(Space::default())),
        open_files: Mutex::new(OpenFiles::default()),
        helpers: AtomicUsize::new(READ_HELPERS_MAX),
    })
}

/// The day's own time.
struct DayClock {
    from: UtcMicros,
    now: AtomicI64,
}

impl Clock for DayClock {
    fn now(&self) -> Moment {
        let wall = UtcMicros(self.now.load(Ordering::Relaxed));
        Moment { wall, mono_us: wall.since(self.from).unsigned_abs() }
    }
}

/// Writes a list of segments for [`read_list`]: a line each with camera, number and start in microseconds.
///
/// # Errors
/// What the file system says.
pub fn write_list(path: &Path, segments: &[RealSegment]) -> io::Result<()> {
    let mut out = io::BufWriter::new(std::fs::File::create(path)?);
    for one in segments {
        writeln!(out, "{} {} {}", one.camera, one.segment, one.start.0)?;
    }
    out.flush()
}

/// Reads what [`write_list`] wrote.
///
/// # Errors
/// What the file system says, or [`io::ErrorKind::InvalidData`].
pub fn read_list(path: &Path) -> io::Result<Vec<RealSegment>> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not a list of segments");
    let line = |line: &str| {
        let mut words = line.split(' ');
        Some(RealSegment {
            camera: words.next()?.parse().ok()?,
            segment: words.next()?.parse().ok()?,
            start: UtcMicros(words.next()?.parse().ok()?),
        })
    };
    std::fs::read_to_string(path)?.lines().map(|text| line(text).ok_or_else(invalid)).collect()
}
