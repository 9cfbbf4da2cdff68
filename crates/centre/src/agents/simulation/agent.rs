//! One agent: its cameras, its archive, its sender, and its disk.

use std::sync::Arc;
use std::time::Duration;

use ashkar_archive::disk::{MemoryDisk, Tail};
use ashkar_archive::stepped::Stepped;
use ashkar_archive::{Archive, GapEntry, Options};
use ashkar_media::{Gap, Output};
use ashkar_terms::{CameraId, Clock, Span, UtcMicros};
use ashkar_uplink::{Action, Ledger, ReadError, RecordingId, RequestId, Sender, SenderOptions};

use super::retention::Removed;
use super::source::Source;
use super::{Random, Violation, VirtualClock};
use crate::agents::planted::{Planted, is_planted};

pub(super) struct Agent {
    pub(super) sources: Vec<Source>,
    pub(super) disk: MemoryDisk,
    clock: Arc<VirtualClock>,
    /// While its process runs.
    pub(super) running: Option<Running>,
    saved: Option<Vec<u8>>,
    /// Its disk is full until then.
    pub(super) full_until: u64,
    pub(super) start_at: u64,
    /// It died, and something that it had sent was not durable on its disk.
    pub(super) has_lost: bool,
    /// It has no room for what the centre has.
    pub(super) is_small: bool,
    pub(super) removed: Removed,
}

pub(super) struct Running {
    pub(super) store: Stepped,
    pub(super) sender: Sender,
    pub(super) recording: RecordingId,
    started: u64,
}

/// All time.
pub(super) const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(1 << 52) };

/// Small journals, so that many are sealed.
pub(super) fn options() -> Options {
    Options {
        journal_bytes: 64 << 10,
        reserve_bytes: 0,
        nearly_full_bytes: 0,
        cache_seconds: 20,
        journal_seconds: 15,
        ..Options::default()
    }
}

impl Agent {
    pub(super) fn new(number: u16, seed: u64, clock: Arc<VirtualClock>) -> Self {
        let camera = |camera| Source::new(CameraId::new(7, number, camera), seed ^ u64::from(camera) << 32);
        Self {
            sources: vec![camera(1), camera(2)],
            disk: MemoryDisk::new(),
            clock,
            running: None,
            saved: None,
            full_until: 0,
            has_lost: false,
            start_at: 0,
            is_small: seed.is_multiple_of(2),
            removed: Removed::default(),
        }
    }

    pub(super) fn start(&mut self, now: u64, seed: u64) -> Result<(), Violation> {
        let opened = Stepped::open(&self.disk, options(), Arc::<VirtualClock>::clone(&self.clock), seed);
        let mut store = opened.map_err(|error| error.to_string())?;
        // Segments that a crash interrupted get their ends.
        store.write(Duration::ZERO);
        let recording: RecordingId = store.archive().id().parse().map_err(|_| "an id")?;
        let saved = self.saved.as_deref().and_then(|bytes| Ledger::from_json(bytes, recording).ok());
        let mut sender =
            Sender::new(saved.unwrap_or_else(|| Ledger::new(recording)), SenderOptions::default(), now);
        for source in &mut self.sources {
            sender.add_camera(source.camera, store.archive().numbers(source.camera));
            for gap in store.archive().gaps(source.camera, EVER) {
                let GapEntry { from, to, cause, next_segment, .. } = gap;
                sender.recorded_before(source.camera, Output::Gap(Gap { from, to, cause, next_segment }));
            }
            for output in source.resume(store.archive(), now) {
                record(store.archive(), &mut sender, source.camera, &output, now)?;
            }
        }
        self.running = Some(Running { store, sender, recording, started: now });
        Ok(())
    }

    /// The cameras give their outputs.
    pub(super) fn record(&mut self, now: u64, is_over: bool) -> Result<(), Violation> {
        let Some(running) = &mut self.running else { return Ok(()) };
        for source in &mut self.sources {
            let moment = self.clock.now();
            let outputs =
                if is_over { source.end(moment).into_iter().collect() } else { source.send(now, moment) };
            for output in outputs {
                record(running.store.archive(), &mut running.sender, source.camera, &output, now)?;
            }
        }
        Ok(())
    }

    pub(super) fn write(&mut self, now: u64) {
        if let Some(running) = &mut self.running {
            let elapsed = Duration::from_micros(now - running.started);
            running.store.write(elapsed);
            running.store.seal(elapsed);
        }
    }

    pub(super) fn save(&mut self) {
        if let Some(running) = &self.running {
            self.saved = Some(running.sender.ledger().to_json());
        }
    }

    /// The process dies.
    pub(super) fn die(&mut self, power: bool, random: &mut Random) {
        if let Some(running) = self.running.take() {
            let (appended, durable) = running.store.archive().progress();
            self.has_lost |= durable < appended;
            drop(running);
            self.disk = match power {
                true => self.disk.power_cut(Tail::Torn(random.number())),
                false => self.disk.kill(),
            };
        }
    }
}

/// Records first; what is refused is not sent, and the gap that the archive declares is.
fn record(
    archive: &Archive,
    sender: &mut Sender,
    camera: CameraId,
    output: &Output,
    now: u64,
) -> Result<(), Violation> {
    let (appended, declared) = archive.append_and_tell(camera, output);
    if let Some(gap) = declared.filter(|_| !is_planted(Planted::ConcealGap)) {
        sender.recorded(camera, &Output::Gap(gap), now);
    }
    match appended {
        Ok(()) => sender.recorded(camera, output, now),
        Err(refused) if refused.is_disk() => {}
        Err(refused) => return Err(format!("the agent's archive: {refused}")),
    }
    Ok(())
}

impl Running {
    /// Reads a segment for the sender.
    pub(super) fn read(&mut self, id: RequestId, camera: CameraId, segment: u64, now: u64) {
        // What is not durable yet is not gone.
        self.store.write(Duration::from_micros(now - self.started));
        let read = match self.store.archive().outputs(camera, segment) {
            Ok(Some(outputs)) => Ok(outputs),
            // As the shell does: its end may wait for room.
            Ok(None) if self.store.archive().status().queue_bytes > 0 => Err(ReadError::Failed),
            Ok(None) => Err(ReadError::Gone),
            Err(_) => Err(ReadError::Failed),
        };
        self.sender.read(id, read, now);
    }

    pub(super) fn next(&mut self, now: u64) -> Option<Action> {
        self.sender.next(now)
    }
}
