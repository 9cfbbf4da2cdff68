//! The second thread: it seals full journals, writes the summary from which a start begins, and checks how much room is
//! left. Its decisions are in [`engine`]; here are its thread, its locks and its disk.

pub(crate) mod engine;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::disk::Space;
use crate::disk::call::Port;
use crate::format::cache;
use crate::shared::Shared;
use engine::{Covered, Event, Reply, Request, SealerEngine, Summary};

/// Carries out the engine's requests, and passes its events on to the rest of the archive.
pub(crate) struct Sealer {
    shared: Arc<Shared>,
    engine: SealerEngine,
    port: Port,
}

impl Sealer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let (engine, port) = (SealerEngine::new(&shared.options), Port::new(shared.disk.clone()));
        Self { shared, engine, port }
    }

    /// Works until it is stopped, then once more. Times are relative to `started`.
    pub(crate) fn run(mut self, started: Instant) {
        loop {
            let ends = self.wait(started);
            self.begin(ends);
            while self.step(|| started.elapsed()) {}
            if ends {
                return;
            }
        }
    }

    fn wait(&self, started: Instant) -> bool {
        let mut ends = self.shared.sealer_ends.lock();
        if !*ends {
            let due = started + SealerEngine::due(started.elapsed());
            self.shared.sealer_wakes.wait_until(&mut ends, due);
        }
        *ends
    }

    /// Begins a turn; if the archive `ends`, it is the last.
    pub(crate) fn begin(&mut self, ends: bool) {
        self.engine.begin(ends);
    }

    /// The call that the next step will make; `None` between turns.
    #[cfg(test)]
    pub(crate) fn request(&self) -> Option<Request<'_>> {
        self.engine.request()
    }

    /// Takes one step of a turn; false if it is over.
    pub(crate) fn step(&mut self, now: impl Fn() -> Duration) -> bool {
        let Some(request) = self.engine.request() else { return false };
        let reply = match request {
            Request::Disk(call) => Reply::Disk(self.port.carry_out(call)),
            Request::NextToSeal => Reply::NextToSeal(self.shared.catalog.read().next_to_seal()),
            Request::Summary { written } => Reply::Summary(self.summary(written)),
        };
        self.engine.answer(now(), reply);
        if let Some(event) = self.engine.event() {
            self.tell(event);
        }
        true
    }

    fn summary(&self, written: Covered) -> Option<Summary> {
        let catalog = self.shared.catalog.read();
        let covered = catalog.covered;
        let due = covered != written && covered.0 >= catalog.summary_waits_to;
        due.then(|| Summary {
            covered,
            bytes: cache::encode(self.shared.id, covered.0, covered.1, &catalog.cameras),
        })
    }

    fn tell(&self, event: Event) {
        match event {
            Event::Space(space) => note_space(&self.shared, space),
            Event::NoSpace(error) => note_no_space(&self.shared, &error),
            Event::Sealed(number) => drop(self.shared.catalog.write().unsealed.remove(&number)),
            Event::ForgetNewest => {
                let newest = std::mem::take(&mut self.shared.catalog.write().newest);
                // Freed without the lock.
                drop(newest);
            }
        }
    }
}

/// Takes the room on the disk. With less than the reserve, parts are refused; they are accepted again when a whole
/// journal fits in addition to it.
pub(crate) fn note_space(shared: &Shared, space: Space) {
    shared.meters.lock().space = space;
    let reserve = shared.options.reserve_bytes;
    let again = reserve.saturating_add(u64::from(shared.options.journal_bytes));
    let mut queue = shared.queue.lock();
    if std::mem::take(&mut queue.unreachable) {
        tracing::warn!(cause = "it is there again", blame = "operator", "the archive's directory");
    }
    let low = if queue.low_space { space.free < again } else { space.free < reserve };
    if low != queue.low_space {
        queue.low_space = low;
        drop(queue);
        tracing::warn!(
            free_bytes = space.free,
            full = low,
            cause = "room",
            blame = "operator",
            "the archive's disk"
        );
    }
}

/// A directory that is gone or is another one is a failure, although the open journal may still take what is written.
fn note_no_space(shared: &Shared, error: &io::Error) {
    let was = std::mem::replace(&mut shared.queue.lock().unreachable, true);
    if !was {
        tracing::error!(cause = %error, blame = "operator",
            "the archive's directory is not there; put it back, recording goes on by itself");
    }
}
