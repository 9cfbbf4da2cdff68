//! The few calls that the archive makes to a file system, and two that answer them: the real one, and one in
//! memory that fails and loses power where a test tells it to.

pub(crate) mod call;
mod memory;
mod real;
pub(crate) mod replace;

use std::io::{self, IoSlice};
use std::sync::Arc;

#[cfg(test)]
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

/// One directory and what lies in it. Paths are relative to it, with `/` between their parts.
///
/// A name that was made or changed is durable once [`Disk::sync_dir`] on its directory has returned.
pub trait Disk: Send + Sync + 'static {
    /// Makes sure that no other process writes here, until the value is dropped.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if another process does.
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>>;
    /// Makes a directory; one that is there already is no error.
    ///
    /// # Errors
    /// What the file system says.
    fn create_dir(&self, path: &str) -> io::Result<()>;
    /// Makes a file that is not there yet, for reading and writing.
    ///
    /// # Errors
    /// What the file system says; [`io::ErrorKind::AlreadyExists`] among it.
    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Opens a file, for writing too where `write` says so.
    ///
    /// # Errors
    /// What the file system says.
    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>>;
    /// Gives a file another name, replacing what had that name.
    ///
    /// # Errors
    /// What the file system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file. The archive does this to files that it has just made and never wrote to, and to unfinished
    /// temporary files; to nothing else.
    ///
    /// # Errors
    /// What the file system says.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a directory durable. The empty path is the directory itself.
    ///
    /// # Errors
    /// What the file system says.
    fn sync_dir(&self, path: &str) -> io::Result<()>;
    /// The names in a directory, in no order. The empty path is the directory itself.
    ///
    /// # Errors
    /// What the file system says.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
    /// How much room there is.
    ///
    /// # Errors
    /// What the file system says.
    fn space(&self) -> io::Result<Space>;
}

/// One file. Offsets and lengths in bytes.
pub trait DiskFile: Send + Sync {
    /// Reserves `length` bytes from the beginning and makes the file that long; they read as zeros.
    ///
    /// # Errors
    /// `ENOSPC` where there is not that much room, before a byte was written.
    fn allocate(&self, length: u64) -> io::Result<()>;
    /// Writes all of `pieces`, one after another, from `offset`. May change `pieces`.
    ///
    /// # Errors
    /// What the file system says; then any part of it may have been written.
    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()>;
    /// Returns when everything written before it is durable.
    ///
    /// # Errors
    /// What the file system says. What was not durable before is then lost or not, and nobody will say which: the
    /// call must not be made on this file again.
    fn sync(&self) -> io::Result<()>;
    /// Reads up to `into.len()` bytes from `offset`; fewer only at the end of the file.
    ///
    /// # Errors
    /// What the file system says.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
    /// Length of the file.
    ///
    /// # Errors
    /// What the file system says.
    fn length(&self) -> io::Result<u64>;
    /// Behind this byte the file is known to read as zeros, without reading it. Only advice: at worst its length.
    ///
    /// # Errors
    /// What the file system says.
    fn data_end(&self) -> io::Result<u64> {
        self.length()
    }
    /// Shortens the file.
    ///
    /// # Errors
    /// What the file system says.
    fn truncate(&self, length: u64) -> io::Result<()>;
    /// Says that this range is about to be read. Only advice.
    fn will_need(&self, _offset: u64, _length: u64) {}
    /// Says that small pieces will be read here and there, so that no more than they is read. Only advice.
    fn read_piecemeal(&self) {}
    /// Says that this range is not to be kept in memory. Only advice.
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
