//! A disk that keeps only chosen parts of journals, and all of other files, as long as writing is allowed. Nothing on
//! it is durable before the whole file system is synced.

use std::collections::HashSet;
use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ashkar_archive::Space;
use ashkar_archive::disk::{Disk, DiskFile, RealDisk};
use ashkar_terms::CameraId;
use parking_lot::Mutex;

/// Header, payload, padding: the pieces in which the writer hands over a record.
const PIECES: usize = 3;
/// Name of the summary while it is written.
const NEW_SUMMARY: &str = "coverage.tmp";
/// Suffix of a sidecar's name while it is written.
const NEW_SIDECAR: &str = ".index.tmp";

/// The first bytes of a record (`docs/reference/archive-format.md`).
pub struct RecordHead {
    kind: u8,
    camera: CameraId,
    segment: u64,
    init: [u8; 8],
}

impl RecordHead {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        Some(Self {
            kind: *bytes.get(4)?,
            camera: CameraId::new(number(8)?, number(10)?, *bytes.get(12)?),
            segment: u64::from_be_bytes(*bytes.get(32..)?.first_chunk()?),
            init: *bytes.get(80..)?.first_chunk()?,
        })
    }
}

pub struct SparseDisk {
    disk: RealDisk,
    chosen: Arc<Chosen>,
    /// Journals that begin from now on are kept completely.
    pub keeps_whole: AtomicBool,
    /// Sidecars may be written.
    pub takes_sidecars: AtomicBool,
    /// A summary may be written.
    pub takes_summary: AtomicBool,
}

struct Chosen {
    /// Whether a segment's bytes are kept.
    segment: fn(CameraId, u64) -> bool,
    /// Init segments already stored: the first of each, which is the one that is read.
    inits: Mutex<HashSet<(CameraId, [u8; 8])>>,
}

impl SparseDisk {
    pub fn create(directory: &Path, segment: fn(CameraId, u64) -> bool) -> io::Result<Self> {
        Ok(Self {
            disk: RealDisk::create(directory)?,
            chosen: Arc::new(Chosen { segment, inits: Mutex::default() }),
            keeps_whole: AtomicBool::new(false),
            takes_sidecars: AtomicBool::new(true),
            takes_summary: AtomicBool::new(false),
        })
    }

    fn wrapped(&self, path: &str, file: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        let sparse = path.ends_with(".journal") && !self.keeps_whole.load(Ordering::Relaxed);
        let chosen = sparse.then(|| self.chosen.clone());
        Arc::new(SparseFile { file, chosen })
    }

    fn takes(&self, path: &str) -> bool {
        match path {
            NEW_SUMMARY => self.takes_summary.load(Ordering::Relaxed),
            path if path.ends_with(NEW_SIDECAR) => self.takes_sidecars.load(Ordering::Relaxed),
            _ => true,
        }
    }
}

impl Chosen {
    fn has(&self, head: &RecordHead) -> bool {
        match head.kind {
            2 => self.inits.lock().insert((head.camera, head.init)),
            3 | 4 => (self.segment)(head.camera, head.segment),
            // Boot records, gaps and facts. Not commits: each hole would have one too many.
            kind => kind != 7,
        }
    }
}

impl Disk for SparseDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.disk.lock()
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.disk.create_dir(path)
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        if !self.takes(path) {
            return Err(io::Error::other("not now"));
        }
        Ok(self.wrapped(path, self.disk.create(path)?))
    }

    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.wrapped(path, self.disk.open(path, write)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)?;
        if from == NEW_SUMMARY {
            self.takes_summary.store(false, Ordering::Relaxed);
        }
        Ok(())
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

struct SparseFile {
    file: Arc<dyn DiskFile>,
    /// The ranges that are kept; `None` keeps everything.
    chosen: Option<Arc<Chosen>>,
}

impl DiskFile for SparseFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        let Some(chosen) = &self.chosen else { return self.file.write_at(offset, pieces) };
        let mut at = offset;
        for record in pieces.chunks_mut(PIECES) {
            let length: usize = record.iter().map(|piece| piece.len()).sum();
            let header = record.first().and_then(|piece| RecordHead::decode(piece));
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
