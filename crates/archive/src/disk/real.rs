//! The archive's calls, carried out by the kernel. A failed sync is never repeated: the data may be gone, and the
//! second sync would still succeed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice};
use std::num::NonZeroU64;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Advice, FallocateFlags, FlockOperation, SeekFrom};
use rustix::io::Errno;

use super::{Disk, DiskFile, Space};

const LOCK_FILE: &str = "LOCK";
/// Slices in one `pwritev`; Linux accepts 1024.
const SLICES_MAX: usize = 1024;

/// A directory of this machine's file system.
#[derive(Debug, Clone)]
pub struct RealDisk {
    directory: PathBuf,
    /// Device and inode of the directory: a name may come to mean another one.
    identity: (u64, u64),
}

impl RealDisk {
    /// The directory `directory`, which is created if it does not exist.
    ///
    /// # Errors
    /// Any error of the file system.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let is_new = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let made = directory.ancestors().take_while(is_new).count();
        fs::create_dir_all(directory)?;
        for (at, parent) in directory.ancestors().filter_map(Path::parent).enumerate() {
            // A crash before this may undo the creation of the directory, and of everything in it that was synced. One
            // that exists already may have been created by a process that was killed before this; but the directory
            // above belongs to others, who may not permit a sync.
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            let synced = File::open(parent).and_then(|parent| parent.sync_all());
            if at < made {
                synced?;
            }
        }
        Self::existing(directory)
    }

    /// The directory `directory`, which must exist.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] if it does not.
    pub fn existing(directory: &Path) -> io::Result<Self> {
        let found = fs::metadata(directory)?;
        if !found.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a directory"));
        }
        Ok(Self { directory: directory.to_owned(), identity: (found.dev(), found.ino()) })
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.directory.clone() } else { self.directory.join(path) }
    }
}

impl Disk for RealDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.path(LOCK_FILE))?;
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Box::new(file))
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        match fs::create_dir(self.path(path)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(self.path(path))?;
        Ok(Arc::new(RealFile(file)))
    }

    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(write).open(self.path(path))?;
        Ok(Arc::new(RealFile(file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.path(path))
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        File::open(self.path(path))?.sync_all()
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let names = fs::read_dir(self.path(path))?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        // A name that is not UTF-8 is not one of the archive's.
        names.filter_map(Result::transpose).collect()
    }

    fn space(&self) -> io::Result<Space> {
        let found = fs::metadata(&self.directory)?;
        if (found.dev(), found.ino()) != self.identity {
            return Err(io::Error::other("its directory was replaced, or something was mounted over it"));
        }
        let stat = rustix::fs::statvfs(&self.directory)?;
        Ok(Space {
            free: stat.f_bavail.saturating_mul(stat.f_frsize),
            total: stat.f_blocks.saturating_mul(stat.f_frsize),
        })
    }
}

struct RealFile(File);

impl DiskFile for RealFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        match rustix::fs::fallocate(&self.0, FallocateFlags::empty(), 0, length) {
            // Some file systems cannot reserve; there the file is sparse, and lack of room shows at the write.
            Err(Errno::OPNOTSUPP) => self.0.set_len(length),
            other => Ok(other?),
        }
    }

    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        let (mut rest, mut at) = (pieces, offset);
        while !rest.is_empty() {
            let count = rest.len().min(SLICES_MAX);
            let written = rustix::io::retry_on_intr(|| rustix::io::pwritev(&self.0, &rest[..count], at))?;
            if written == 0 && rest.iter().any(|piece| !piece.is_empty()) {
                return Err(io::ErrorKind::WriteZero.into());
            }
            at += written as u64;
            IoSlice::advance_slices(&mut rest, written);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        // Not repeated on EINTR or any other error: an error may be reported only once, and then the data are gone.
        rustix::fs::fdatasync(&self.0)?;
        // If the file system is shut down in the meantime, or gives up after an error, ext4 writes into reserved blocks
        // without marking them as written, and reports success. An empty write tells whether it still accepts writes.
        self.0.write_at(&[], 0)?;
        // What is in a file without a name is gone when this process is.
        if self.0.metadata()?.nlink() == 0 {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the file was removed from its directory"));
        }
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            match self.0.read_at(&mut into[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn data_end(&self) -> io::Result<u64> {
        let mut end = 0;
        loop {
            let data = rustix::fs::seek(&self.0, SeekFrom::Data(end));
            match data.and_then(|data| rustix::fs::seek(&self.0, SeekFrom::Hole(data))) {
                Ok(hole) => end = hole,
                Err(Errno::NXIO) => return Ok(end),
                // Not every file system supports this.
                Err(_) => return self.length(),
            }
        }
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn will_need(&self, offset: u64, length: u64) {
        let _ = rustix::fs::fadvise(&self.0, offset, NonZeroU64::new(length), Advice::WillNeed);
    }

    fn read_piecemeal(&self) {
        let _ = rustix::fs::fadvise(&self.0, 0, None, Advice::Random);
    }

    fn forget(&self, offset: u64, length: u64) {
        let _ = rustix::fs::fadvise(&self.0, offset, NonZeroU64::new(length), Advice::DontNeed);
    }
}
