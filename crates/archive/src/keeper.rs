//! The second thread: it seals journals that are full, writes the summary from which a start begins, and looks how
//! much room is left. Nothing that it does is needed for what is acknowledged to last.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::disk::{Space, replace};
use crate::format::cache;
use crate::format::name::JournalName;
use crate::format::sidecar::Sidecar;
use crate::options::KEEPER_TICK_MS;
use crate::recover::CACHE_FILE;
use crate::shared::Shared;

/// The summary is written so seldom that it stays below this rate, bytes a second.
const CACHE_BYTES_PER_SECOND: u64 = 256 << 10;

/// By then a centre has taken its cameras up.
const NEWEST_KEPT: Duration = Duration::from_secs(30);

pub(crate) struct Keeper {
    shared: Arc<Shared>,
    started: Instant,
    cache_due: Instant,
    cache_written: (u32, u32),
}

impl Keeper {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, started: Instant::now(), cache_due: Instant::now(), cache_written: (0, 0) }
    }

    /// Works until it is told to end, then once more.
    pub(crate) fn run(mut self) {
        loop {
            let ends = self.wait();
            self.look_at_space();
            self.seal_all();
            self.forget_newest();
            if ends || Instant::now() >= self.cache_due {
                self.write_cache();
            }
            if ends {
                return;
            }
        }
    }

    fn wait(&self) -> bool {
        let mut ends = self.shared.keeper_ends.lock();
        if !*ends {
            self.shared.keeper.wait_for(&mut ends, Duration::from_millis(KEEPER_TICK_MS));
        }
        *ends
    }

    fn forget_newest(&self) {
        if self.started.elapsed() >= NEWEST_KEPT && !self.shared.catalog.read().newest.is_empty() {
            let newest = std::mem::take(&mut self.shared.catalog.write().newest);
            // Freed without the lock.
            drop(newest);
        }
    }

    fn look_at_space(&self) {
        match self.shared.disk.space() {
            Ok(space) => note_space(&self.shared, space),
            Err(error) => tracing::warn!(%error, "cannot ask how much room the archive has"),
        }
    }

    pub(crate) fn seal_all(&self) {
        loop {
            let next = self.shared.catalog.read().next_to_seal();
            let Some((name, cut_to, sidecar)) = next else { return };
            if let Err(error) = self.seal(name, cut_to, &sidecar) {
                // It stays in memory, and the next start would make it anew.
                tracing::warn!(journal = name.number, %error, "cannot seal a journal; tried again");
                return;
            }
        }
    }

    fn seal(&self, name: JournalName, cut_to: Option<u32>, sidecar: &Sidecar) -> io::Result<()> {
        if let Some(length) = cut_to.map(u64::from) {
            let file = self.shared.disk.open(&name.journal(), true)?;
            if file.length()? > length {
                file.truncate(length)?;
                file.sync()?;
            }
        }
        // A crash here leaves a journal without a sidecar: the next start scans it.
        replace(&*self.shared.disk, &name.sidecar(), &sidecar.encode())?;
        self.shared.catalog.write().unsealed.remove(&name.number);
        Ok(())
    }

    /// Writes the summary of what is durable now.
    pub(crate) fn write_cache(&mut self) {
        let catalog = self.shared.catalog.read();
        let covered = catalog.covered;
        let due = covered != self.cache_written && covered.0 >= catalog.summary_waits_to;
        let bytes = due.then(|| cache::encode(self.shared.id, covered.0, covered.1, &catalog.cameras));
        drop(catalog);
        let Some(bytes) = bytes else { return };
        let pause =
            u64::from(self.shared.options.cache_seconds).max(bytes.len() as u64 / CACHE_BYTES_PER_SECOND);
        self.cache_due = Instant::now() + Duration::from_secs(pause);
        match replace(&*self.shared.disk, CACHE_FILE, &bytes) {
            Ok(()) => self.cache_written = covered,
            Err(error) => tracing::warn!(%error, "cannot write the archive's summary; the old one stays"),
        }
    }
}

/// Room below the reserve refuses parts; they are taken again when a whole journal fits above it.
pub(crate) fn note_space(shared: &Shared, space: Space) {
    shared.meters.lock().space = space;
    let reserve = shared.options.reserve_bytes;
    let again = reserve.saturating_add(u64::from(shared.options.journal_bytes));
    let mut front = shared.front.lock();
    let low = if front.low_space { space.free < again } else { space.free < reserve };
    if low != front.low_space {
        front.low_space = low;
        tracing::warn!(free_bytes = space.free, full = low, "the archive's disk");
    }
}
