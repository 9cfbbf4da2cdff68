//! The public face of the archive: opening, appending, reading, closing. Behind it, one thread writes and one seals.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ashkar_duty::Duty;
use ashkar_media::{Fact, Gap, InitSegment, Output};
use ashkar_terms::{CameraId, Cause, Clock, ClockState, MediaTime, Span};
use bytes::Bytes;
use parking_lot::{Condvar, Mutex, RwLock};

use crate::append_queue::{AppendQueue, Resumed};
use crate::coverage::{Coverage, GapEntry, Interval};
use crate::disk::{Disk, RealDisk};
use crate::error::{FlushError, OpenError, ReadError, Refused};
use crate::identity::{self, Entropy, kernel_entropy};
use crate::options::{Options, READ_HELPERS_MAX};
use crate::read::{self, PartEntry, SegmentEntry};
use crate::recover::{self, Found, Recovery};
use crate::sealer::{Sealer, note_space};
use crate::shared::{OpenFiles, Shared};
use crate::status::{DiskState, Meters, Status};
use crate::writer::Writer;
use crate::writer::engine::WriterEngine;

/// Time of a camera about which nothing is recorded: see [`Archive::undeclared`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undeclared {
    /// The camera.
    pub camera: CameraId,
    /// The time.
    pub span: Span,
    /// The cause, as far as the records beside it show.
    pub cause: Cause,
}

/// The recordings of all cameras, in one directory. Clones are the same archive; it is closed when the last one is
/// dropped.
/// [`Archive::append`] never waits for the disk. All functions that read may wait, so asynchronous callers read from a
/// thread that may block.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    id: String,
    recovery: Recovery,
    /// Origin of the times of writer and sealer.
    started: Instant,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Held until nothing is written any more.
    lock: Mutex<Option<Box<dyn Send + Sync>>>,
}

impl Archive {
    /// Opens the archive in `directory`, or creates one there. After a crash it holds everything that was durable, and
    /// continues (I2): see [`Archive::recovery`].
    ///
    /// # Errors
    /// [`OpenError::Locked`] if another process writes there; the others as documented. Damage inside recordings is not
    /// an error: it is in [`Archive::recovery`].
    pub fn open(directory: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let disk = RealDisk::create(directory)
            .map_err(|source| OpenError::Io { path: directory.display().to_string(), source })?;
        Self::open_on(Arc::new(disk), options, clock)
    }

    /// Opens the archive on any disk.
    ///
    /// # Errors
    /// Like [`Archive::open`].
    pub fn open_on(disk: Arc<dyn Disk>, options: Options, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let (archive, writer) = Self::recovered(disk, options, clock, Arc::new(kernel_entropy))?;
        let (inner, started) = (&archive.inner, archive.inner.started);
        let writer = Writer::new(inner.shared.clone(), writer);
        let sealer = Sealer::new(inner.shared.clone());
        inner.spawn("archive-writer", move || writer.run(started))?;
        inner.spawn("archive-sealer", move || sealer.run(started))?;
        Ok(archive)
    }

    /// The result of [`Archive::open_on`] before anything is written; and the engine of its writer.
    pub(crate) fn recovered(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
    ) -> Result<(Self, WriterEngine), OpenError> {
        let options = options.held();
        let lock = disk.lock().map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => OpenError::Locked,
            _ => OpenError::Io { path: "LOCK".to_owned(), source },
        })?;
        let listing = recover::list(&*disk)?;
        let id = identity::read_or_make(&*disk, &listing, clock.now().wall, &*entropy)?;
        let Found { catalog, recovery, uncertain, unbelieved, mut removed } =
            recover::recover(&*disk, id, listing)?;
        if let Err(error) = removed.finish(&*disk) {
            tracing::warn!(cause = %error, blame = "station",
                "a journal that retention removed is still on the disk; tried again");
        }
        let newest =
            catalog.journals.keys().next_back().copied().max(removed.last()).max(Some(catalog.covered.0));
        let next_number = newest.map_or(1, |last| last + 1);
        let chains = catalog.cameras.iter().map(|(camera, coverage)| (*camera, coverage.state.chain));
        let writer =
            WriterEngine::new(options, id, identity::boot_id(&*entropy)?, next_number, chains.collect());
        let mut queue = AppendQueue::new(options.queue_bytes);
        for (camera, coverage) in &catalog.cameras {
            queue.adopt(*camera, &coverage.state);
            if !unbelieved.contains(camera) {
                queue.end_interrupted(*camera, &coverage.state);
            }
        }
        queue.pass_over(&uncertain);
        let space = disk.space().unwrap_or_default();
        let shared = Arc::new(Shared {
            disk,
            options,
            clock,
            clock_state: AtomicU8::new(ClockState::Unknown as u8),
            id,
            entropy,
            queue: Mutex::new(queue),
            writer_wakes: Condvar::new(),
            progress: Condvar::new(),
            sealer_ends: Mutex::new(false),
            sealer_wakes: Condvar::new(),
            catalog: RwLock::new(catalog),
            meters: Mutex::new(Meters::new(space, removed.total())),
            open_files: Mutex::new(OpenFiles::default()),
            removed: Mutex::new(removed),
            helpers: AtomicUsize::new(READ_HELPERS_MAX),
        });
        note_space(&shared, space);
        let inner = Inner {
            id: String::from_utf8_lossy(&id).into_owned(),
            shared,
            recovery,
            started: Instant::now(),
            threads: Mutex::new(Vec::new()),
            lock: Mutex::new(Some(lock)),
        };
        Ok((Self { inner: Arc::new(inner) }, writer))
    }

    /// What a caller needs that drives the writer and the sealer itself.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    /// Eight lower-case hex digits, drawn when the archive was created. Part of media addresses.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// The findings and repairs of the start.
    pub fn recovery(&self) -> &Recovery {
        &self.inner.recovery
    }

    /// Sets the known state of the wall clock; evidence records carry it from now on.
    pub fn set_clock_state(&self, state: ClockState) {
        self.inner.shared.clock_state.store(state as u8, Ordering::Relaxed);
    }

    /// The last state set for the wall clock.
    pub fn clock_state(&self) -> ClockState {
        self.inner.shared.clock_state()
    }

    /// The cameras that are recorded at their stations too: records of their gaps say from now on that media may still
    /// arrive, where the cause does not lie at the station.
    pub fn set_recorded_at_station(&self, cameras: BTreeSet<CameraId>) {
        self.inner.shared.queue.lock().recorded_at_station = cameras;
    }

    /// Appends an output of the packager; the order must be the packager's. Returns at once; it is durable when
    /// [`Archive::flush`] returns, normally within two sync intervals.
    ///
    /// # Errors
    /// A refused output is not recorded, and need not be appended again. If it is a part, the archive ends the segment
    /// with the parts it has, declares the gap, and ends the gap when parts are accepted again: the caller must not
    /// declare one itself. The end of a segment whose parts were refused is refused too.
    pub fn append(&self, camera: CameraId, output: &Output) -> Result<(), Refused> {
        self.append_by(|queue| queue.append(camera, output)).0
    }

    /// Like [`Archive::append`]; and the gap that the archive declared by itself, or ended, because of this output: it lies
    /// before the output, and whoever sends the recording on sends it, too.
    pub fn append_and_tell(&self, camera: CameraId, output: &Output) -> (Result<(), Refused>, Option<Gap>) {
        self.append_by(|queue| queue.append(camera, output))
    }

    /// Appends media of the past: an init segment, then whole segments one after another, each with the number
    /// [`past_segment`](ashkar_media::past_segment) of its start; gaps that were over before the camera's newest record; facts.
    /// A segment counts once its end is durable: until then it is not in [`Archive::coverage`] and cannot be read, and a
    /// crash leaves nothing of it. Neither the camera's order nor [`Archive::resume`] depends on it. Returns at once.
    ///
    /// # Errors
    /// A refused output is not recorded, and no gap is declared for it; it may be appended again.
    pub fn append_past(&self, camera: CameraId, output: &Output) -> Result<(), Refused> {
        self.append_by(|queue| queue.append_past(camera, output)).0
    }

    /// Number of outputs that were appended since the start, and how many of these are durable: an output is durable
    /// once as many are as were appended right after it.
    pub fn progress(&self) -> (u64, u64) {
        let queue = self.inner.shared.queue.lock();
        (queue.appended, queue.durable)
    }

    /// Whether parts of this time, other than of the past, may have been appended that are not durable yet: [`Archive::parts`] and
    /// [`Archive::coverage`] do not tell of them. From memory.
    pub fn is_undurable(&self, camera: CameraId, from: MediaTime, to: MediaTime) -> bool {
        self.inner.shared.queue.lock().is_undurable(camera, (from, to))
    }

    fn append_by(
        &self,
        append: impl FnOnce(&mut AppendQueue) -> (Result<(), Refused>, bool),
    ) -> (Result<(), Refused>, Option<Gap>) {
        let shared = &*self.inner.shared;
        let now_us = shared.clock.now().mono_us;
        let mut queue = shared.queue.lock();
        let (result, wake) = append(&mut queue);
        if !queue.entries.is_empty() && queue.queued_since.is_none() {
            queue.queued_since = Some(now_us);
        }
        let declared = queue.declared.take();
        drop(queue);
        if wake {
            shared.writer_wakes.notify_one();
        }
        (result, declared)
    }

    /// Where a camera continues, after everything that was appended; `None` if nothing of it was ever recorded.
    pub fn resume(&self, camera: CameraId) -> Option<Resumed> {
        self.inner.shared.queue.lock().resume(camera)
    }

    /// The first media sequence number of a camera that [`Archive::resume`] does not know: 0, unless an unreadable
    /// journal may hold records of it.
    pub fn first_segment(&self) -> u64 {
        self.inner.shared.queue.lock().first_segment
    }

    /// Returns when everything appended before is durable.
    ///
    /// # Errors
    /// [`FlushError::Failing`] as soon as a write or sync fails in the meantime, [`FlushError::Closed`] if the archive
    /// was closed before everything was durable.
    pub fn flush(&self) -> Result<(), FlushError> {
        self.flush_until(None)
    }

    /// Like [`Archive::flush`], but waits at most for `limit`.
    ///
    /// # Errors
    /// Those of [`Archive::flush`], and [`FlushError::TimedOut`].
    pub fn flush_within(&self, limit: Duration) -> Result<(), FlushError> {
        self.flush_until(Instant::now().checked_add(limit))
    }

    fn flush_until(&self, deadline: Option<Instant>) -> Result<(), FlushError> {
        let shared = &*self.inner.shared;
        let mut queue = shared.queue.lock();
        let (wanted, failures) = (queue.appended, queue.failures);
        while queue.durable < wanted {
            if queue.failures > failures {
                return Err(FlushError::Failing);
            }
            if queue.closed {
                return Err(FlushError::Closed);
            }
            queue.flush_wanted = true;
            shared.writer_wakes.notify_one();
            match deadline {
                None => shared.progress.wait(&mut queue),
                Some(deadline) if shared.progress.wait_until(&mut queue, deadline).timed_out() => {
                    return Err(FlushError::TimedOut);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Makes everything durable, seals the journal, and lets other processes write. Later calls of [`Archive::append`]
    /// are refused; reading remains possible.
    ///
    /// # Errors
    /// [`FlushError::Failing`] if the disk failed, so that not everything is durable.
    pub fn close(&self) -> Result<(), FlushError> {
        self.inner.close()
    }

    /// The cameras with recordings, in order.
    pub fn cameras(&self) -> Vec<CameraId> {
        self.inner.shared.catalog.read().cameras.keys().copied().collect()
    }

    /// Segments that overlap `span`, in order. Only durable segments that have ended are listed.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn segments(&self, camera: CameraId, span: Span) -> Result<Vec<SegmentEntry>, ReadError> {
        read::segments(&self.inner.shared, camera, span)
    }

    /// The segment with this number, if it is durable and has ended.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn segment(&self, camera: CameraId, number: u64) -> Result<Option<SegmentEntry>, ReadError> {
        read::segment(&self.inner.shared, camera, number)
    }

    /// The bytes of a segment: its parts in order. Their checksums are verified.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_segment(&self, entry: &SegmentEntry) -> Result<Vec<Bytes>, ReadError> {
        read::read_segment(&self.inner.shared, entry)
    }

    /// A durable segment that has ended, as it was appended: its init segment, its parts, its end.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn outputs(&self, camera: CameraId, segment: u64) -> Result<Option<Vec<Output>>, ReadError> {
        read::outputs(&self.inner.shared, camera, segment)
    }

    /// The numbers of the camera's durable live segments, as ranges in the order of recording; the last segment may not
    /// have ended. From memory.
    pub fn numbers(&self, camera: CameraId) -> Vec<Range<u64>> {
        let catalog = self.inner.shared.catalog.read();
        let runs = catalog.cameras.get(&camera).map(|coverage| coverage.runs.as_slice()).unwrap_or_default();
        runs.iter().map(|run| run.first_segment..run.last_segment.saturating_add(1)).collect()
    }

    /// The bytes of one part, also of a segment that has not ended, if it is durable.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_part(&self, camera: CameraId, segment: u64, part: u16) -> Result<Option<Bytes>, ReadError> {
        read::part(&self.inner.shared, camera, segment, part)
    }

    /// The parts that begin in `[from, to)`, by start, each once however often it was written.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn parts(
        &self,
        camera: CameraId,
        from: MediaTime,
        to: MediaTime,
    ) -> Result<Vec<PartEntry>, ReadError> {
        read::parts_in(&self.inner.shared, camera, (from, to))
    }

    /// The init segment of `camera` whose SHA-256 begins with `id`.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn init(&self, camera: CameraId, id: [u8; 8]) -> Result<Option<Arc<InitSegment>>, ReadError> {
        read::init(&self.inner.shared, camera, id)
    }

    /// The coverage of `span`: intervals that touch each other and fill it. From memory.
    pub fn coverage(&self, camera: CameraId, span: Span) -> Vec<Interval> {
        let shared = &*self.inner.shared;
        let now = shared.clock.now().wall;
        let catalog = shared.catalog.read();
        let nothing = Coverage::default();
        catalog.cameras.get(&camera).unwrap_or(&nothing).intervals(span, now)
    }

    /// Declared gaps that overlap `span`, in the order in which they were declared, with the numbers that they take. An
    /// open gap extends beyond any span. From memory.
    pub fn gaps(&self, camera: CameraId, span: Span) -> Vec<GapEntry> {
        let catalog = self.inner.shared.catalog.read();
        let all = catalog.cameras.get(&camera).map(|coverage| coverage.gaps.as_slice()).unwrap_or_default();
        let overlaps =
            |gap: &&GapEntry| gap.from.to_utc() < span.to && gap.to.is_none_or(|to| to.to_utc() > span.from);
        all.iter().filter(overlaps).copied().collect()
    }

    /// The gap that takes the number `segment`, if it is over. From memory.
    pub fn gap_of(&self, camera: CameraId, segment: u64) -> Option<GapEntry> {
        let catalog = self.inner.shared.catalog.read();
        let takes = |gap: &&GapEntry| (gap.first_segment..gap.next_segment).contains(&segment);
        catalog.cameras.get(&camera)?.gaps.iter().rev().find(takes).filter(|gap| gap.to.is_some()).copied()
    }

    /// Time of all cameras, up to now, for which neither media nor a gap is recorded although there are records before
    /// and after it (I5). From memory.
    pub fn undeclared(&self) -> Vec<Undeclared> {
        let now = self.inner.shared.clock.now().wall;
        let catalog = self.inner.shared.catalog.read();
        let of_one = |(camera, coverage): (&CameraId, &Coverage)| {
            let camera = *camera;
            coverage.undeclared(now).into_iter().map(move |(span, cause)| Undeclared { camera, span, cause })
        };
        catalog.cameras.iter().flat_map(of_one).collect()
    }

    /// Declares such time as missing, in the cameras' chains of evidence, as of now; and waits until that is durable.
    /// For an archive that is not being recorded to.
    ///
    /// # Errors
    /// [`FlushError`] if it does not become durable.
    pub fn declare(&self, undeclared: &[Undeclared]) -> Result<(), FlushError> {
        for Undeclared { camera, span, cause } in undeclared {
            let declare = || self.inner.shared.queue.lock().declare_afterwards(*camera, *span, *cause);
            match declare() {
                Err(Refused::QueueFull { .. }) => {
                    self.flush()?;
                    declare().map_err(|_| FlushError::Closed)?;
                }
                declared => declared.map_err(|_| FlushError::Closed)?,
            }
        }
        self.flush()
    }

    /// Number of the camera's durable segments that are discontinuities, from the first ever to the newest. From
    /// memory.
    pub fn discontinuities(&self, camera: CameraId) -> u64 {
        self.inner.shared.catalog.read().cameras.get(&camera).map_or(0, |coverage| coverage.discontinuities)
    }

    /// Number of the camera's durable segments of the past: whoever keeps something that is derived from recordings makes
    /// it anew when this has changed. From memory.
    pub fn past_segments(&self, camera: CameraId) -> u64 {
        self.inner.shared.catalog.read().cameras.get(&camera).map_or(0, |coverage| coverage.past_segments)
    }

    /// Facts of `span` in order, at most [`crate::options::QUERY_FACTS_MAX`].
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn facts(&self, camera: CameraId, span: Span) -> Result<Vec<Fact>, ReadError> {
        read::facts(&self.inner.shared, camera, span)
    }

    /// The state of the archive. Cheap: it makes no call to the disk.
    pub fn status(&self) -> Status {
        let shared = &*self.inner.shared;
        let now_us = shared.clock.now().mono_us;
        let unsealed = u32::try_from(shared.catalog.read().unsealed.len()).unwrap_or(u32::MAX);
        let mut meters = shared.meters.lock();
        let elapsed = self.inner.started.elapsed();
        let (sync, durable_delay) = (meters.sync.times(elapsed), meters.durable_delay.times(elapsed));
        let (errors, bytes, space, journal) = (meters.errors, meters.bytes, meters.space, meters.journal);
        drop(meters);
        let queue = shared.queue.lock();
        let oldest = queue.taken_since.or(queue.queued_since);
        Status {
            state: state_of(&queue, space.free < shared.options.nearly_full_bytes),
            oldest_unsynced_ms: oldest.map_or(0, |since| now_us.saturating_sub(since) / 1000),
            sync,
            errors,
            durable_delay,
            bytes,
            space,
            queue_bytes: queue.waiting_bytes as u64,
            refused: queue.refused,
            journal,
            unsealed,
            damaged_ranges: u32::try_from(self.inner.recovery.damage.len()).unwrap_or(u32::MAX),
            unreadable_bytes: self.inner.recovery.unreadable_bytes(),
        }
    }
}

fn state_of(queue: &AppendQueue, nearly_full: bool) -> DiskState {
    match queue {
        AppendQueue { failing: true, .. } | AppendQueue { unreachable: true, .. } => DiskState::Failing,
        _ if queue.is_full() => DiskState::Full,
        _ if nearly_full => DiskState::NearlyFull,
        _ => DiskState::Ok,
    }
}

impl Inner {
    /// Without either of them, the archive would accept data that it never makes durable, or fill the disk unnoticed.
    fn spawn(&self, name: &'static str, body: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let on_duty = move || {
            let _duty = Duty::of(name);
            body();
        };
        let thread =
            thread::Builder::new().name(name.to_owned()).spawn(on_duty).map_err(OpenError::Thread)?;
        self.threads.lock().push(thread);
        Ok(())
    }

    fn close(&self) -> Result<(), FlushError> {
        let mut threads = std::mem::take(&mut *self.threads.lock()).into_iter();
        self.shared.queue.lock().closing = true;
        self.shared.writer_wakes.notify_one();
        // The writer ends first: it leaves its last journal to the sealer.
        let writer_ended = threads.next().is_none_or(|writer| writer.join().is_ok());
        *self.shared.sealer_ends.lock() = true;
        self.shared.sealer_wakes.notify_all();
        let sealer_ended = threads.all(|sealer| sealer.join().is_ok());
        drop(self.lock.lock().take());
        let queue = self.shared.queue.lock();
        let durable = queue.durable >= queue.appended;
        if writer_ended && sealer_ended && durable { Ok(()) } else { Err(FlushError::Failing) }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(cause = %error, blame = "centre", "the archive was closed with something not durable");
        }
    }
}
