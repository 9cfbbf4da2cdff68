//! A disk that keeps of journals what is chosen, and of other files everything. Nothing on it is durable before the
//! whole file system is synced.

use std::collections::HashSet;
use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ashkar_terms::CameraId;
use parking_lot::Mutex;

use crate::disk::{Disk, DiskFile, RealDisk, Space};
use crate::format::{Header, Kind};

/// Header, payload, padding: as the writer hands a record over.
const PIECES: usize = 3;

type Choice = Box<dyn Fn(&Header) -> bool + Send + Sync>;

pub(super) struct HollowDisk {
    disk: RealDisk,
    chosen: Arc<Chosen>,
    whole: AtomicBool,
}

struct Chosen {
    choice: Choice,
    /// Init segments that are there: the first of each, which is the one that is read.
    inits: Mutex<HashSet<(CameraId, [u8; 8])>>,
}

impl HollowDisk {
    pub(super) fn create(
        directory: &Path,
        choice: impl Fn(&Header) -> bool + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let chosen = Chosen { choice: Box::new(choice), inits: Mutex::default() };
        Ok(Self {
            disk: RealDisk::create(directory)?,
            chosen: Arc::new(chosen),
            whole: AtomicBool::new(false),
        })
    }

    /// Whether journals that are begun from now on keep everything.
    pub(super) fn keep_whole(&self, whole: bool) {
        self.whole.store(whole, Ordering::Relaxed);
    }

    fn wrapped(&self, path: &str, file: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        let hollow = path.ends_with(".journal") && !self.whole.load(Ordering::Relaxed);
        let chosen = hollow.then(|| self.chosen.clone());
        Arc::new(HollowFile { file, chosen })
    }
}

impl Chosen {
    fn has(&self, header: &Header) -> bool {
        match header.kind {
            Kind::Init => self.inits.lock().insert((header.camera, header.init)),
            _ => (self.choice)(header),
        }
    }
}

impl Disk for HollowDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.disk.lock()
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.disk.create_dir(path)
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.wrapped(path, self.disk.create(path)?))
    }

    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.wrapped(path, self.disk.open(path, write)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn sync_dir(&self, _path: &str) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.disk.list(path)
    }

    fn space(&self) -> io::Result<Space> {
        self.disk.space()
    }
}

struct HollowFile {
    file: Arc<dyn DiskFile>,
    /// What of it is kept; `None` keeps everything.
    chosen: Option<Arc<Chosen>>,
}

impl DiskFile for HollowFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        let Some(chosen) = &self.chosen else { return self.file.write_at(offset, pieces) };
        let mut at = offset;
        for record in pieces.chunks_mut(PIECES) {
            let length: usize = record.iter().map(|piece| piece.len()).sum();
            let header = record.first().and_then(|piece| Header::decode(piece).ok());
            if header.is_some_and(|header| chosen.has(&header)) {
                self.file.write_at(at, record)?;
            }
            at += length as u64;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, into)
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn forget(&self, _offset: u64, _length: u64) {}
}
