//! I10: without room parts are refused, the gap is declared with its cause, existing recordings stay readable, and
//! recording resumes as soon as there is room, without any intervention.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::time::{Duration, Instant};

use crate::support::{Feed, Sent, TestClock, append_all, assert_well, day, options, recorded};
use ashkar_archive::disk::MemoryDisk;
use ashkar_archive::stepped::Stepped;
use ashkar_archive::{Archive, DiskState, IntervalKind, Options, Refused};
use ashkar_terms::{CameraId, Cause};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
/// Longer than any step takes; a hang fails.
const PATIENCE: Duration = Duration::from_secs(30);

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what} did not come");
        std::thread::yield_now();
    }
}

/// Sends segments until one is refused or accepted, depending on `refused`; returns those that were accepted.
fn send_until(archive: &Archive, feed: &mut Feed, refused: bool) -> Vec<Sent> {
    let mut taken = Vec::new();
    until("the turn", || {
        let (outputs, sent) = feed.segment(4);
        let result = append_all(archive, CAMERA, &outputs);
        let _ = archive.flush();
        match result {
            Ok(()) => taken.push(sent),
            Err(reason) => assert!(reason.is_disk(), "{reason}"),
        }
        result.is_err() == refused
    });
    taken
}

fn gaps(archive: &Archive) -> Vec<Cause> {
    let causes = archive.coverage(CAMERA, day()).into_iter().filter_map(|one| match one.kind {
        IntervalKind::Gap { cause } => Some(cause),
        _ => None,
    });
    causes.collect()
}

fn fills_and_empties(disk: &MemoryDisk, options: Options) {
    let clock = TestClock::at(crate::support::MORNING.plus(3_600_000_000));
    let archive = Archive::open_on(std::sync::Arc::new(disk.clone()), options, clock.clone()).unwrap();
    let mut feed = Feed::new(CAMERA);
    disk.set_capacity(1 << 20);
    let mut sent = send_until(&archive, &mut feed, true);
    let before = feed.next_segment;
    until("state full", || archive.status().state == DiskState::Full);
    assert!(archive.status().refused > 0);
    let refused = append_all(&archive, CAMERA, &feed.segment(4).0);
    assert!(matches!(refused, Err(Refused::Full { .. } | Refused::Incomplete { .. })), "{refused:?}");

    disk.set_capacity(64 << 20);
    until("state ok", || {
        let _ = archive.flush();
        archive.status().state == DiskState::Ok
    });
    sent.extend(send_until(&archive, &mut feed, false));
    archive.flush().unwrap();
    assert_eq!(gaps(&archive), [Cause::Disk]);
    let found = recorded(&archive, CAMERA);
    for sent in &sent {
        assert!(found.contains(sent), "segment {} is lost", sent.segment);
    }
    let after = archive.segment(CAMERA, sent.last().unwrap().segment).unwrap().unwrap();
    assert!(after.segment > before && after.discontinuity);
    let [gap] = archive.gaps(CAMERA, day())[..] else { panic!("one gap") };
    assert_eq!((gap.to, gap.next_segment), (Some(after.start), after.segment));
    archive.close().unwrap();
    assert_well(disk, "after a full disk");
    let archive = crate::support::open(disk, &clock);
    assert_eq!(recorded(&archive, CAMERA), found);
    assert_eq!(gaps(&archive), [Cause::Disk]);
}

#[test]
fn when_the_reserve_is_reached() {
    fills_and_empties(&MemoryDisk::new(), Options { reserve_bytes: 512 << 10, ..options() });
}

#[test]
fn when_there_is_no_reserve_and_no_room() {
    fills_and_empties(&MemoryDisk::new(), options());
}

/// `flush` is not called here: refusals and later parts are written because they were appended.
#[test]
fn without_anybody_asking_for_it() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING.plus(3_600_000_000)));
    let options = Options { reserve_bytes: 512 << 10, ..options() };
    let archive = Archive::open_on(std::sync::Arc::new(disk.clone()), options, clock).unwrap();
    let mut feed = Feed::new(CAMERA);
    let (outputs, first) = feed.segment(4);
    append_all(&archive, CAMERA, &outputs).unwrap();
    disk.set_capacity(512 << 10);
    until("state full", || archive.status().state == DiskState::Full);
    until("an empty queue", || archive.status().queue_bytes == 0);
    assert!(append_all(&archive, CAMERA, &feed.segment(4).0).is_err());
    until("the gap", || gaps(&archive) == [Cause::Disk]);
    disk.set_capacity(64 << 20);
    until("state ok", || archive.status().state == DiskState::Ok);
    let (outputs, second) = feed.segment(4);
    append_all(&archive, CAMERA, &outputs).unwrap();
    until("the segment", || recorded(&archive, CAMERA) == [first.clone(), second.clone()]);
}

/// The thread that seals may be late by any time: the writer keeps the reserve by itself, so what must be recorded when
/// the disk is full, gaps and facts, still has room.
#[test]
fn before_the_sealer_looks() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING.plus(3_600_000_000)));
    let options = Options { reserve_bytes: 512 << 10, ..options() };
    disk.set_capacity(1 << 20);
    let mut archive = Stepped::open(&disk, options, clock, 7).unwrap();
    let mut feed = Feed::new(CAMERA);
    let mut refused = 0;
    for segment in 0..2000 {
        refused += usize::from(append_all(archive.archive(), CAMERA, &feed.segment(4).0).is_err());
        archive.write(Duration::from_millis(segment * 10));
        assert_eq!(archive.archive().status().errors, 0, "after {segment} segments, {refused} refused");
    }
    assert!((1..2000).contains(&refused), "{refused} refused");
    assert_eq!(archive.archive().status().state, DiskState::Full);
    assert_eq!(gaps(archive.archive()), [Cause::Disk]);
}

#[test]
fn numbers_given_while_parts_are_refused_are_never_given_again() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let options = Options { reserve_bytes: 512 << 10, ..options() };
    let archive = Archive::open_on(std::sync::Arc::new(disk.clone()), options, clock.clone()).unwrap();
    let mut feed = Feed::new(CAMERA);
    disk.set_capacity(1 << 20);
    send_until(&archive, &mut feed, true);
    for _ in 0..200 {
        let _ = append_all(&archive, CAMERA, &feed.segment(4).0);
    }
    archive.flush().unwrap();
    let resumed = archive.resume(CAMERA).unwrap();
    assert_eq!((resumed.next_segment, resumed.open_gap), (feed.next_segment, Some(Cause::Disk)));
    let after = crate::support::open(&disk.power_cut(ashkar_archive::disk::Tail::Lost), &clock);
    let resumed = after.resume(CAMERA).unwrap();
    assert!(resumed.next_segment >= feed.next_segment, "{resumed:?} after {}", feed.next_segment);
}
