//! An archive without threads, whose writer and sealer take their turns when the caller says so: for simulations of
//! several machines in virtual time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ashkar_terms::Clock;

use crate::Archive;
use crate::disk::{Dice, MemoryDisk};
use crate::error::OpenError;
use crate::options::Options;
use crate::sealer::Sealer;
use crate::writer::Writer;

/// See the module. Dropped, it leaves what a killed process leaves.
pub struct Stepped {
    archive: Archive,
    writer: Writer,
    sealer: Sealer,
}

impl Stepped {
    /// Opens the archive on `disk`; `seed` is where random numbers come from.
    ///
    /// # Errors
    /// Like [`Archive::open`].
    pub fn open(
        disk: &MemoryDisk,
        options: Options,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Result<Self, OpenError> {
        let count = AtomicU64::new(seed);
        let entropy = Arc::new(move |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = Dice(count.fetch_add(1, Ordering::Relaxed)).number() as u8;
            }
            Ok(())
        });
        let (archive, engine) = Archive::recovered(Arc::new(disk.clone()), options, clock, entropy)?;
        let shared = archive.shared().clone();
        Ok(Self { archive, writer: Writer::new(shared.clone(), engine), sealer: Sealer::new(shared) })
    }

    /// The archive.
    pub const fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Writes and syncs what was appended, `elapsed` after the opening.
    pub fn write(&mut self, elapsed: Duration) {
        let shared = self.archive.shared().clone();
        let now = || shared.now(elapsed);
        self.writer.begin(&now(), shared.queue.lock());
        while self.writer.step(now) {}
    }

    /// Seals full journals and renews the summary if that is due.
    pub fn seal(&mut self, elapsed: Duration) {
        self.sealer.begin(false);
        while self.sealer.step(|| elapsed) {}
    }
}
