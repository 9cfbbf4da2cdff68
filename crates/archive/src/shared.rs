//! The state of an open archive that its threads share: queue, catalog, statistics and open journals, each with a lock.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use ashkar_terms::{Clock, ClockState};
use parking_lot::{Condvar, Mutex, RwLock};

use crate::append_queue::AppendQueue;
use crate::catalog::Catalog;
use crate::disk::{Disk, DiskFile};
use crate::identity::Entropy;
use crate::now::Now;
use crate::options::{OPEN_FILES_MAX, Options};
use crate::retention::RemovedLog;
use crate::status::Meters;

/// State shared by the callers' threads, the writer and the sealer. Locks are taken one at a time, and none is held
/// across a call to the disk (I1).
pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) options: Options,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) clock_state: AtomicU8,
    /// Eight lower-case hex digits.
    pub(crate) id: [u8; 8],
    pub(crate) entropy: Arc<Entropy>,
    pub(crate) queue: Mutex<AppendQueue>,
    /// Wakes the writer.
    pub(crate) writer_wakes: Condvar,
    /// Wakes threads that wait for data to become durable.
    pub(crate) progress: Condvar,
    /// Tells the sealer to end.
    pub(crate) sealer_ends: Mutex<bool>,
    /// Wakes the sealer.
    pub(crate) sealer_wakes: Condvar,
    pub(crate) catalog: RwLock<Catalog>,
    pub(crate) meters: Mutex<Meters>,
    pub(crate) open_files: Mutex<OpenFiles>,
    /// What was removed. Held across calls to the disk: only whoever removes waits for it, and who asks what was.
    pub(crate) removed: Mutex<RemovedLog>,
    /// Threads still available to help readers of long spans.
    pub(crate) helpers: AtomicUsize,
}

impl Shared {
    pub(crate) fn clock_state(&self) -> ClockState {
        ClockState::from_u8(self.clock_state.load(Ordering::Relaxed))
    }

    /// The time for an engine whose shell began this long ago.
    pub(crate) fn now(&self, elapsed: Duration) -> Now {
        Now { elapsed, moment: self.clock.now(), clock: self.clock_state() }
    }

    /// A journal for reading. `None` if no such journal is known.
    pub(crate) fn journal(&self, number: u32) -> io::Result<Option<Arc<dyn DiskFile>>> {
        if let Some(file) = self.open_files.lock().find(number) {
            return Ok(Some(file));
        }
        let Some(name) = self.catalog.read().journals.get(&number).copied() else { return Ok(None) };
        let file = self.disk.open(&name.journal(), false)?;
        file.read_piecemeal();
        self.open_files.lock().keep(number, file.clone());
        Ok(Some(file))
    }
}

/// The files read most recently, the latest last.
#[derive(Default)]
pub(crate) struct OpenFiles(Vec<(u32, Arc<dyn DiskFile>)>);

impl OpenFiles {
    fn find(&mut self, number: u32) -> Option<Arc<dyn DiskFile>> {
        let at = self.0.iter().position(|(other, _)| *other == number)?;
        let found = self.0.remove(at);
        self.0.push(found.clone());
        Some(found.1)
    }

    /// Its room on the disk is free only when nobody has it open.
    pub(crate) fn forget(&mut self, number: u32) {
        self.0.retain(|(other, _)| *other != number);
    }

    fn keep(&mut self, number: u32, file: Arc<dyn DiskFile>) {
        if self.0.len() >= OPEN_FILES_MAX {
            self.0.remove(0);
        }
        self.0.push((number, file));
    }
}
