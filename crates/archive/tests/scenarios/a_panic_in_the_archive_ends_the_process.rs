//! A writer or sealer that panics would leave a process that receives pictures and records nothing. The process ends
//! instead, with a message; the next start finds everything that was acknowledged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::io::{self, IoSlice};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Feed, TestClock, append_all, options, recorded};
use ashkar_archive::Archive;
use ashkar_archive::disk::{Disk, DiskFile, RealDisk, Space};
use ashkar_terms::CameraId;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
/// Archive directory of the process that panics; without it the test is the observer.
const DIRECTORY: &str = "ARCHIVE_OF_THE_PROCESS_THAT_PANICS";

/// A disk that panics, once it is armed, when it should write to a journal or measure its room.
struct Panicking {
    disk: RealDisk,
    armed: Arc<AtomicBool>,
}

struct PanickingFile(Arc<dyn DiskFile>, Arc<AtomicBool>);

impl Disk for Panicking {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.disk.lock()
    }
    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.disk.create_dir(path)
    }
    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(PanickingFile(self.disk.create(path)?, self.armed.clone())))
    }
    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        self.disk.open(path, write)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.disk.sync_dir(path)
    }
    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.disk.list(path)
    }
    fn space(&self) -> io::Result<Space> {
        assert!(!self.armed.load(Ordering::Relaxed), "the disk's room");
        self.disk.space()
    }
}

impl DiskFile for PanickingFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.0.allocate(length)
    }
    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        assert!(!self.1.load(Ordering::Relaxed), "the writer's turn");
        self.0.write_at(offset, pieces)
    }
    fn sync(&self) -> io::Result<()> {
        self.0.sync()
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

/// Records three segments, reports that, and then waits for a flush or for the sealer's next turn, which panics.
fn panics(directory: &str, appends: bool) {
    let armed = Arc::new(AtomicBool::new(false));
    let disk = Panicking { disk: RealDisk::create(directory.as_ref()).unwrap(), armed: armed.clone() };
    let archive =
        Archive::open_on(Arc::new(disk), options(), TestClock::at(crate::support::MORNING)).unwrap();
    let mut feed = Feed::new(CAMERA);
    for _ in 0..3 {
        append_all(&archive, CAMERA, &feed.segment(4).0).unwrap();
    }
    archive.flush().unwrap();
    armed.store(true, Ordering::Relaxed);
    if appends {
        append_all(&archive, CAMERA, &feed.segment(4).0).unwrap();
        let _ = archive.flush();
    }
    std::thread::sleep(std::time::Duration::from_secs(60));
}

fn ends_the_process(test: &str, appends: bool) {
    if let Ok(directory) = std::env::var(DIRECTORY) {
        return panics(&directory, appends);
    }
    let directory = tempfile::tempdir().unwrap();
    let ended = Command::new(std::env::current_exe().unwrap())
        .args([
            format!("{}::{test}", module_path!().split_once("::").unwrap().1).as_str(),
            "--exact",
            "--nocapture",
        ])
        .env(DIRECTORY, directory.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(70), "{said}");
    let clock = TestClock::at(crate::support::MORNING);
    let archive = Archive::open(directory.path(), options(), clock).unwrap();
    archive.flush().unwrap();
    let numbers: Vec<u64> = recorded(&archive, CAMERA).iter().map(|sent| sent.segment).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn of_the_writer() {
    ends_the_process("of_the_writer", true);
}

#[test]
fn of_the_sealer() {
    ends_the_process("of_the_sealer", false);
}
