//! The few file system calls that the archive makes, and two implementations: the real one, and one in memory that
//! fails and loses power when a test says so.

pub(crate) mod call;
mod memory;
mod real;
pub(crate) mod replace;

use std::io::{self, IoSlice};
use std::sync::Arc;

pub(crate) use memory::Dice;
pub use memory::{Fault, MemoryDisk, Tail};
pub use real::RealDisk;
pub(crate) use replace::replace;

/// Room on the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Space {
    /// Bytes that this process may still write.
    pub free: u64,
    /// Bytes in all.
    pub total: u64,
}

/// One directory and its contents. Paths are relative to it, with `/` as the separator.
///
/// A name that was created or changed is durable once [`Disk::sync_dir`] on its directory has returned.
pub trait Disk: Send + Sync + 'static {
    /// Ensures that no other process writes here, until the value is dropped.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if another process does.
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>>;
    /// Creates a directory; one that exists already is not an error.
    ///
    /// # Errors
    /// Any error of the file system.
    fn create_dir(&self, path: &str) -> io::Result<()>;
    /// Creates a file that does not exist yet, for reading and writing.
    ///
    /// # Errors
    /// Any error of the file system, including [`io::ErrorKind::AlreadyExists`].
    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Opens a file, also for writing if `write` is set.
    ///
    /// # Errors
    /// Any error of the file system.
    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>>;
    /// Renames a file, replacing an existing one of that name.
    ///
    /// # Errors
    /// Any error of the file system.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file. The archive only removes files that it has just created and never written to, unfinished temporary
    /// files, and journals of which it has noted durably that retention removes them.
    ///
    /// # Errors
    /// Any error of the file system.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a directory durable. The empty path is the directory itself.
    ///
    /// # Errors
    /// Any error of the file system.
    fn sync_dir(&self, path: &str) -> io::Result<()>;
    /// The names in a directory, in no order. The empty path is the directory itself.
    ///
    /// # Errors
    /// Any error of the file system.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
    /// How much room there is.
    ///
    /// # Errors
    /// Any error of the file system.
    fn space(&self) -> io::Result<Space>;
}

/// One file. Offsets and lengths are in bytes.
pub trait DiskFile: Send + Sync {
    /// Reserves `length` bytes from the beginning and makes the file that long; they read as zeros.
    ///
    /// # Errors
    /// `ENOSPC` if there is not enough room, before any byte is written.
    fn allocate(&self, length: u64) -> io::Result<()>;
    /// Writes all of `pieces`, one after another, from `offset`. May change `pieces`.
    ///
    /// # Errors
    /// Any error of the file system; then any part of it may have been written.
    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()>;
    /// Returns when everything written before it is durable.
    ///
    /// # Errors
    /// Any error of the file system. Data that were not durable before may then be lost, and there is no way to find
    /// out: the call must not be repeated on this file.
    fn sync(&self) -> io::Result<()>;
    /// Reads up to `into.len()` bytes from `offset`; fewer only at the end of the file.
    ///
    /// # Errors
    /// Any error of the file system.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
    /// Length of the file.
    ///
    /// # Errors
    /// Any error of the file system.
    fn length(&self) -> io::Result<u64>;
    /// Offset behind which the file is known to read as zeros, without reading it. Only a hint: at worst its length.
    ///
    /// # Errors
    /// Any error of the file system.
    fn data_end(&self) -> io::Result<u64> {
        self.length()
    }
    /// Shortens the file.
    ///
    /// # Errors
    /// Any error of the file system.
    fn truncate(&self, length: u64) -> io::Result<()>;
    /// Advises that this range is about to be read. Only a hint.
    fn will_need(&self, _offset: u64, _length: u64) {}
    /// Advises that small pieces will be read here and there, so that nothing is read ahead. Only a hint.
    fn read_piecemeal(&self) {}
    /// Advises that this range is no longer needed in memory. Only a hint.
    fn forget(&self, _offset: u64, _length: u64) {}
}

/// Reads a whole file of at most `limit` bytes.
pub(crate) fn read_all(disk: &dyn Disk, path: &str, limit: u64) -> io::Result<Vec<u8>> {
    let file = disk.open(path, false)?;
    let length = file.length()?;
    if length > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{path} has {length} bytes")));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    let read = file.read_at(0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}
