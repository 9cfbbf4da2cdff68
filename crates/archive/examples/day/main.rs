//! Makes a day of many cameras on disk, as `kill -9` leaves it, with real indexes and mostly sparse journals: see
//! `docs/design/archive.md`.
//!
//! `cargo run --release -p ashkar-archive --example day -- DIR LIST [HOURS] [ENDS_IN_SECONDS] <CAMERAS`: cameras such
//! as 7/12/1 are read from standard input, one per line. LIST is written: the segments whose bytes are stored.
//!
//! Everything goes through the archive as in a centre, but on another disk: it keeps only the bytes of chosen records
//! of a journal and leaves the others as holes. So every name, length, place, sidecar, state and summary is what a
//! centre would have written, and a day of 7.4 TB takes 25 GB.

#![allow(unreachable_pub, reason = "the modules of an example are its own")]

mod camera;
mod content;
mod list;
mod sparse;

use std::error::Error;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, Options};
use ashkar_terms::{CameraId, Clock, ClockState, Moment, SystemClock, UtcMicros};

use camera::{BYTES_A_SECOND, GROUPS, STEP_US, Stream};
use content::mix;
use list::{RealSegment, write_list};
use sparse::SparseDisk;

/// One in this many segments has real bytes: about 6 of each camera's day.
const REAL_EVERY: u64 = 5000;
/// The writer syncs every this many steps: ten times a second.
const STEPS_A_SYNC: u64 = 4;
/// The summary is as old as in a centre that was killed just before writing the next one.
const SUMMARY_AGE_US: i64 = 60_000_000;
/// How many of the last journals are stored completely: a start scans some and reads their interrupted segments.
const WHOLE_JOURNALS: i64 = 4;
/// The simulation waits for the sealer when this many journals have no sidecar.
const UNSEALED_MAX: u32 = 16;
const PAUSE: Duration = Duration::from_millis(1);

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("DIR is missing")?);
    let list = PathBuf::from(arguments.next().ok_or("LIST is missing")?);
    let hours: f64 = arguments.next().map_or(Ok(16.5), |text| text.parse())?;
    let ends_in: i64 = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let cameras: Vec<CameraId> =
        std::io::stdin().lock().lines().map(|line| Ok(line?.parse()?)).collect::<Result<_, Failure>>()?;
    let to = SystemClock::new().now().wall.plus(ends_in * 1_000_000);
    let from = to.plus(-(hours * 3600e6) as i64);
    let plan = Plan { from, to };
    let started = Instant::now();
    let real = make(&directory, &plan, &cameras, |now| {
        let done = now.since(from) as f64 / 3600e6;
        eprintln!("{done:.0} of {hours} hours after {:.0} s", started.elapsed().as_secs_f64());
    })?;
    write_list(&list, &real)?;
    println!(
        "{} cameras, {hours} h, up to {}: made in {:.0} s, {} segments with real bytes",
        cameras.len(),
        to.0 / 1_000_000,
        started.elapsed().as_secs_f64(),
        real.len()
    );
    // As `kill -9` does: nothing is sealed or ended.
    std::process::exit(0)
}

/// Start of the day, and the time at which the recording process is killed.
struct Plan {
    from: UtcMicros,
    to: UtcMicros,
}

/// Makes a day in `directory`, which must hold no archive. `progress` is called with the simulated time reached.
/// Returns the ended segments whose bytes are stored.
fn make(
    directory: &Path,
    plan: &Plan,
    cameras: &[CameraId],
    progress: impl Fn(UtcMicros),
) -> Result<Vec<RealSegment>, Failure> {
    let disk = Arc::new(SparseDisk::create(directory, is_real)?);
    let clock = Arc::new(DayClock { from: plan.from, now: AtomicI64::new(plan.from.0) });
    let options = Options { journal_seconds: u32::MAX, cache_seconds: 1, ..Options::default() };
    let archive = Archive::open_on(disk.clone(), options, clock.clone())?;
    if archive.recovery().journals > 0 {
        return Err("there is an archive already".into());
    }
    archive.set_clock_state(ClockState::Synchronised);
    let mut streams: Vec<Stream> =
        cameras.iter().zip(0..).map(|(camera, index)| Stream::new(*camera, index, plan)).collect();
    let journal_us =
        i64::from(options.journal_bytes) * 1_000_000 / (streams.len().max(1) as i64 * BYTES_A_SECOND);
    let whole_from = plan.to.plus(-WHOLE_JOURNALS * journal_us);
    let (unsealed_from, summary_at) =
        (plan.to.plus(-journal_us * 3 / 4), plan.to.plus(-SUMMARY_AGE_US).max(plan.from));
    let (mut real, mut summed_up) = (Vec::new(), false);
    for step in 0.. {
        let now = plan.from.plus(step * STEP_US);
        if now >= plan.to {
            break;
        }
        clock.now.store(now.0, Ordering::Relaxed);
        for stream in streams.iter_mut().skip(step as usize % GROUPS).step_by(GROUPS) {
            let ended = stream.advance(clock.now(), &archive)?;
            real.extend(ended.filter(|ended| is_real(ended.camera, ended.segment)));
        }
        if (step as u64).is_multiple_of(STEPS_A_SYNC) {
            archive.flush()?;
            let seals = disk.takes_sidecars.load(Ordering::Relaxed);
            wait_while(|| seals && archive.status().unsealed > UNSEALED_MAX);
        }
        if now >= summary_at && !std::mem::replace(&mut summed_up, true) {
            disk.takes_summary.store(true, Ordering::Relaxed);
            wait_while(|| disk.takes_summary.load(Ordering::Relaxed));
        }
        disk.keeps_whole.store(now >= whole_from, Ordering::Relaxed);
        disk.takes_sidecars.store(now < unsealed_from, Ordering::Relaxed);
        if now.since(plan.from).rem_euclid(3_600_000_000) < STEP_US {
            progress(now);
        }
    }
    archive.flush()?;
    disk.takes_sidecars.store(false, Ordering::Relaxed);
    rustix::fs::syncfs(std::fs::File::open(directory)?)?;
    // It stays open: closing it would seal its last journal.
    std::mem::forget(archive);
    Ok(real)
}

fn is_real(camera: CameraId, segment: u64) -> bool {
    u64::from(mix(camera, segment) as u32).is_multiple_of(REAL_EVERY)
}

fn wait_while(mut condition: impl FnMut() -> bool) {
    while condition() {
        std::thread::sleep(PAUSE);
    }
}

/// The simulated time.
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
