//! The only thread that writes: it takes the waiting entries, gives each record its place in a journal, and makes all
//! of them durable with one sync, ten times a second. Its decisions are in [`engine`]; here are its thread, its locks
//! and its disk.

mod begin;
pub(crate) mod engine;
pub(crate) mod journal;
mod records;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_terms::CameraId;
use bytes::Bytes;
use parking_lot::MutexGuard;

use crate::append_queue::{AppendQueue, Batch};
use crate::disk::call::{Call, Port};
use crate::error::ReadError;
use crate::format::{Header, Kind};
use crate::now::Now;
use crate::read;
use crate::sealer::note_space;
use crate::shared::Shared;
use engine::{Event, Reply, Request, WriterEngine};
use journal::Record;

/// Carries out the engine's requests, and passes its events on to the rest of the archive.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    engine: WriterEngine,
    port: Port,
    /// When the first write of the current cycle began.
    sync_began: Option<Duration>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, engine: WriterEngine) -> Self {
        let port = Port::new(shared.disk.clone());
        Self { shared, engine, port, sync_began: None }
    }

    /// Writes until the archive is closed, then once more. Times are relative to `started`.
    pub(crate) fn run(mut self, started: Instant) {
        let shared = self.shared.clone();
        let now = || shared.now(started.elapsed());
        loop {
            let mut queue = shared.queue.lock();
            self.wait(&mut queue, started);
            let closing = queue.closing;
            self.begin(&now(), queue);
            while self.step(now) {}
            if closing {
                return;
            }
        }
    }

    /// Waits until a cycle is due.
    fn wait(&self, queue: &mut MutexGuard<'_, AppendQueue>, started: Instant) {
        loop {
            match self.engine.due(&queue.demand()) {
                Some(due) if due <= started.elapsed() => return,
                Some(due) => drop(self.shared.writer_wakes.wait_until(queue, started + due)),
                None => self.shared.writer_wakes.wait(queue),
            }
        }
    }

    /// When the next cycle is due if there are no other events; `None` if it needs one.
    #[cfg(test)]
    pub(crate) fn due(&self) -> Option<Duration> {
        self.engine.due(&self.shared.queue.lock().demand())
    }

    /// Begins a cycle with all waiting entries.
    pub(crate) fn begin(&mut self, now: &Now, mut queue: MutexGuard<'_, AppendQueue>) {
        let batch: Batch = queue.take();
        drop(queue);
        self.engine.begin(now, batch);
        self.tell(now);
    }

    /// The call that the next step will make; `None` between cycles.
    #[cfg(test)]
    pub(crate) fn request(&self) -> Option<Request<'_>> {
        self.engine.request()
    }

    /// Takes one step of a cycle; false if it is over.
    pub(crate) fn step(&mut self, now: impl Fn() -> Now) -> bool {
        let Some(request) = self.engine.request() else { return false };
        if matches!(request, Request::Disk(Call::Write(..))) {
            self.sync_began.get_or_insert_with(|| now().elapsed);
        }
        let reply = match request {
            Request::Disk(call) => Reply::Disk(self.port.carry_out(call)),
            Request::Parts { camera, segment } => Reply::Parts(parts_of(&self.shared, camera, segment)),
            Request::InitHash { camera, id } => Reply::InitHash(init_hash(&self.shared, camera, id)),
            Request::Salt => Reply::Salt(self.salt()),
        };
        let now = now();
        self.engine.answer(&now, reply);
        self.tell(&now);
        true
    }

    fn salt(&self) -> io::Result<u32> {
        let mut salt = [0; 4];
        (self.shared.entropy)(&mut salt)?;
        Ok(u32::from_ne_bytes(salt))
    }

    fn tell(&mut self, now: &Now) {
        while let Some(event) = self.engine.event() {
            self.tell_one(now, event);
        }
    }

    fn tell_one(&mut self, now: &Now, event: Event) {
        match event {
            Event::Began { name, salt } => {
                self.shared.catalog.write().begin(name, salt);
                self.shared.meters.lock().journal = name.number;
            }
            Event::Space(space) => note_space(&self.shared, space),
            Event::Published { journal, durable, records } => {
                self.shared.catalog.write().publish_all(journal, durable, &records);
                let began = self.sync_began.take().unwrap_or(now.elapsed);
                self.measure(now, &records, now.elapsed.saturating_sub(began));
            }
            Event::Forget { offset, length } => self.port.forget(offset, length),
            Event::Retired { journal, cut_to, held_back } => {
                self.port.close();
                self.sync_began = None;
                self.shared.catalog.write().finish(journal, cut_to, held_back);
                self.shared.sealer_wakes.notify_all();
            }
            Event::Durable { entries, bytes } => {
                if self.shared.catalog.read().holds_back {
                    self.shared.catalog.write().let_go();
                    self.shared.sealer_wakes.notify_all();
                }
                self.shared.queue.lock().is_durable(entries, bytes);
                self.shared.progress.notify_all();
            }
            Event::Failed { journal, error } => self.failed(journal, &error),
            Event::Ended => {
                self.shared.queue.lock().closed = true;
                self.shared.progress.notify_all();
            }
        }
    }

    fn measure(&self, now: &Now, records: &[Record], took: Duration) {
        let mut meters = self.shared.meters.lock();
        meters.sync.add(micros(took), now.elapsed);
        for record in records {
            meters.bytes = meters.bytes.saturating_add(record.bytes());
            if record.header.kind == Kind::Part {
                let delay = now.moment.mono_us.saturating_sub(record.header.arrival.mono_us);
                meters.durable_delay.add(delay, now.elapsed);
            }
        }
    }

    fn failed(&self, journal: u32, error: &io::Error) {
        let full = error.kind() == io::ErrorKind::StorageFull;
        let blame = if full { "operator" } else { "centre" };
        tracing::error!(journal, full, cause = %error, blame, "the archive cannot write");
        self.shared.meters.lock().errors += 1;
        self.shared.queue.lock().failed(full);
        self.shared.progress.notify_all();
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The durable parts of a segment, up to the first that is damaged.
fn parts_of(shared: &Shared, camera: CameraId, segment: u64) -> Result<Vec<(Header, Bytes)>, ReadError> {
    let mut parts = Vec::new();
    for header in read::parts_of(shared, camera, segment)? {
        // Read twice: a part that is left out here stays out of the segment's record for ever, and some faults are
        // transient.
        let read = || read::payload(shared, &header);
        match read().or_else(|error| if error.is_damage() { read() } else { Err(error) }) {
            Ok(payload) => parts.push((header, payload)),
            Err(error) if error.is_damage() => {
                tracing::error!(%camera, segment, cause = %error, blame = "centre", "an interrupted segment is damaged");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(parts)
}

fn init_hash(shared: &Shared, camera: CameraId, id: [u8; 8]) -> Option<[u8; 32]> {
    let newest = || shared.catalog.read().cameras.get(&camera)?.state.init_sha256;
    newest()
        .filter(|sha256| sha256.starts_with(&id))
        .or_else(|| read::init(shared, camera, id).ok().flatten().map(|init| init.sha256))
}
