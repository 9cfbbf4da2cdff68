//! I1: while the disk hangs, `append` returns; it accepts parts up to the memory limit, then refuses, and the gap is
//! declared when the disk is back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::io::{self, IoSlice};
use std::sync::Arc;

use crate::support::{Feed, TestClock, append_all, assert_well, day, options, recorded};
use ashkar_archive::disk::{Disk, DiskFile, MemoryDisk};
use ashkar_archive::{Archive, IntervalKind, Options, Refused, Space};
use ashkar_terms::{CameraId, Cause};
use parking_lot::{Condvar, Mutex};

const CAMERA: CameraId = CameraId::new(7, 12, 1);

/// Lets syncs through, or lets them hang.
#[derive(Default)]
struct Gate {
    closed: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut closed = self.closed.lock();
        while *closed {
            self.opened.wait(&mut closed);
        }
    }

    fn set(&self, closed: bool) {
        *self.closed.lock() = closed;
        self.opened.notify_all();
    }
}

struct HangingDisk(MemoryDisk, Arc<Gate>);

impl Disk for HangingDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.0.lock()
    }
    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.0.create_dir(path)
    }
    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(HangingFile(self.0.create(path)?, self.1.clone())))
    }
    fn open(&self, path: &str, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        self.0.open(path, write)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }
    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.0.sync_dir(path)
    }
    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.0.list(path)
    }
    fn space(&self) -> io::Result<Space> {
        self.0.space()
    }
}

struct HangingFile(Arc<dyn DiskFile>, Arc<Gate>);

impl DiskFile for HangingFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.0.allocate(length)
    }
    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        self.1.pass();
        self.0.write_at(offset, pieces)
    }
    fn sync(&self) -> io::Result<()> {
        self.1.pass();
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

#[test]
fn and_what_it_must_refuse_becomes_a_gap() {
    let (memory, gate) = (MemoryDisk::new(), Arc::new(Gate::default()));
    let disk = Arc::new(HangingDisk(memory.clone(), gate.clone()));
    let clock = TestClock::at(crate::support::MORNING.plus(600_000_000));
    let options = Options { queue_bytes: 200_000, ..options() };
    let archive = Archive::open_on(disk, options, clock.clone()).unwrap();
    let mut feed = Feed::new(CAMERA);
    let (outputs, first) = feed.segment(4);
    append_all(&archive, CAMERA, &outputs).unwrap();
    archive.flush().unwrap();

    gate.set(true);
    let mut taken = vec![first];
    let refused = loop {
        let (outputs, sent) = feed.segment(4);
        match append_all(&archive, CAMERA, &outputs) {
            Ok(()) => taken.push(sent),
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, Refused::QueueFull { .. }), "{refused:?}");
    assert!(taken.len() > 4, "only {} were taken", taken.len());
    // One camera alone may fill half of it.
    let waiting = archive.status().queue_bytes;
    assert!(waiting > 80_000 && waiting < 120_000, "{waiting} bytes wait");
    clock.set(crate::support::MORNING.plus(605_000_000));
    assert!(archive.status().oldest_unsynced_ms >= 5000);
    // Durable data can still be read in the meantime.
    assert_eq!(recorded(&archive, CAMERA), taken[..1]);
    assert_eq!(archive.resume(CAMERA).unwrap().open_gap, Some(Cause::Disk));

    gate.set(false);
    archive.flush().unwrap();
    let (outputs, sent) = feed.segment(4);
    append_all(&archive, CAMERA, &outputs).unwrap();
    taken.push(sent);
    archive.flush().unwrap();
    let found = recorded(&archive, CAMERA);
    assert!(taken.iter().all(|sent| found.contains(sent)));
    let gaps = archive.coverage(CAMERA, day());
    assert!(gaps.iter().any(|one| one.kind == IntervalKind::Gap { cause: Cause::Disk }), "{gaps:?}");
    assert_eq!(archive.status().oldest_unsynced_ms, 0);
    archive.close().unwrap();
    assert_well(&memory, "after the disk hung");
}
