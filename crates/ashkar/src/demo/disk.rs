//! The disk for the demo's history: nothing waits for it.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

use ashkar_archive::disk::{Disk, DiskFile, RealDisk, Space};

/// A directory in which nothing is made durable: the system writes when it likes.
///
/// A power cut may leave anything of a history behind, and that is no loss: nobody sent it, nothing was acknowledged to
/// anyone, and each demo generates it anew. Live pictures are recorded on the real disk.
pub(super) struct LazyDisk(RealDisk);

impl LazyDisk {
    /// Opens `directory`, which is created if it does not exist.
    pub(super) fn create(directory: &Path) -> io::Result<Self> {
        Ok(Self(RealDisk::create(directory)?))
    }
}

impl Disk for LazyDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.0.lock()
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.0.create_dir(path)
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(LazyFile(self.0.create(path)?)))
    }

    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(LazyFile(self.0.open(path, write)?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }

    fn sync_dir(&self, _path: &str) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.0.list(path)
    }

    fn space(&self) -> io::Result<Space> {
        self.0.space()
    }
}

/// Its reads need no prefetching advice: what was just written is in memory.
struct LazyFile(Arc<dyn DiskFile>);

impl DiskFile for LazyFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.0.allocate(length)
    }

    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        self.0.write_at(offset, pieces)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, into)
    }

    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.0.truncate(length)
    }
}
