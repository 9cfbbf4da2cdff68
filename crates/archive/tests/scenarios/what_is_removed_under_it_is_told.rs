//! I2: bytes in a file that was removed are not recorded, however well its syncs succeed. Someone removes the open journal,
//! or the whole directory, or puts another in its place: nothing more is acknowledged there, the state says so, and
//! recording continues by itself where it can.

#![allow(clippy::unwrap_used, reason = "a test that finds something else fails here")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, DiskState};
use ashkar_terms::CameraId;

use crate::support::{Feed, MORNING, TestClock, append_all, options, recorded};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const SOON: Duration = Duration::from_secs(20);

struct Running {
    archive: Archive,
    clock: Arc<TestClock>,
    feed: Feed,
}

impl Running {
    fn start(directory: &Path) -> Self {
        let clock = TestClock::at(MORNING);
        let archive = Archive::open(directory, options(), clock.clone()).unwrap();
        let mut running = Self { archive, clock, feed: Feed::new(CAMERA) };
        running.send();
        running.archive.flush().unwrap();
        running
    }

    fn send(&mut self) -> crate::support::Sent {
        let (outputs, sent) = self.feed.segment(2);
        append_all(&self.archive, CAMERA, &outputs).unwrap();
        sent
    }

    fn until(&self, state: DiskState) {
        let begun = Instant::now();
        while self.archive.status().state != state {
            assert!(begun.elapsed() < SOON, "it is {:?}", self.archive.status());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn open_journal(directory: &Path) -> std::path::PathBuf {
    let day = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir());
    let journals = fs::read_dir(day.unwrap()).unwrap().map(|entry| entry.unwrap().path());
    journals.filter(|path| path.extension().is_some_and(|end| end == "journal")).max().unwrap()
}

#[test]
fn a_journal_that_is_removed_is_left_for_a_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut running = Running::start(directory.path());
    fs::remove_file(open_journal(directory.path())).unwrap();
    let sent = running.send();
    assert!(running.archive.flush().is_err(), "a sync of a removed file is acknowledged");
    running.until(DiskState::Ok);
    running.archive.flush().unwrap();
    running.archive.close().unwrap();
    let archive = Archive::open(directory.path(), options(), running.clock).unwrap();
    assert_eq!(recorded(&archive, CAMERA), [sent], "what was acknowledged after it is there");
}

#[test]
fn a_directory_that_is_removed_or_replaced_is_a_failure_until_it_is_back() {
    let place = tempfile::tempdir().unwrap();
    let (directory, away) = (place.path().join("archive"), place.path().join("away"));
    let mut running = Running::start(&directory);
    fs::rename(&directory, &away).unwrap();
    running.until(DiskState::Failing);
    fs::create_dir(&directory).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(running.archive.status().state, DiskState::Failing, "another directory is not the archive's");
    let put: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(put, [""; 0], "nothing is written into another directory");
    fs::remove_dir(&directory).unwrap();
    fs::rename(&away, &directory).unwrap();
    running.until(DiskState::Ok);

    running.send();
    running.archive.flush().unwrap();
    // The sealer may put a sidecar into it meanwhile.
    while directory.exists() {
        let _ = fs::remove_dir_all(&directory);
    }
    let before = running.archive.status().errors;
    running.send();
    running.until(DiskState::Failing);
    let begun = Instant::now();
    while running.archive.status().errors == before {
        assert!(begun.elapsed() < SOON, "writes into nothing succeed: {:?}", running.archive.status());
        std::thread::sleep(Duration::from_millis(20));
    }
}
