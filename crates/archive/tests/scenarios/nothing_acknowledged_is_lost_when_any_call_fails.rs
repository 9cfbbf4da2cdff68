//! I2: the n-th call to the disk fails, for n = 1, 2, 3 … until a run succeeds without it; after each run the power is
//! cut. Everything acknowledged is there, byte for byte, and the archive continues.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use crate::support::{Feed, Sent, TestClock, append_all, assert_well, day, recorded};
use ashkar_archive::disk::{Fault, MemoryDisk, Tail};
use ashkar_archive::{Archive, FlushError, IntervalKind};
use ashkar_terms::{CameraId, Cause, UtcMicros};

const CAMERAS: [CameraId; 2] = [CameraId::new(7, 12, 1), CameraId::new(7, 12, 2)];
const ROUNDS: u16 = 6;
const CALLS_MAX: u64 = 400;
/// One call fails once, so the next flush but one succeeds.
const FLUSHES_MAX: u32 = 3;

/// What the archive reported as durable.
#[derive(Default)]
struct Acknowledged {
    segments: Vec<(CameraId, Sent)>,
    gaps: Vec<(CameraId, UtcMicros)>,
}

#[test]
fn one_call_finds_no_room() {
    for_every_call(Fault::NoSpace, &[Tail::Lost, Tail::Torn(1)]);
}

#[test]
fn one_call_fails() {
    for_every_call(Fault::Io, &[Tail::Lost, Tail::Torn(2)]);
}

#[test]
fn the_process_dies() {
    for_every_call(Fault::Crash, &[Tail::Kept]);
}

#[test]
fn the_power_is_cut() {
    for_every_call(Fault::Crash, &[Tail::Lost, Tail::Torn(3), Tail::Torn(4), Tail::Torn(5)]);
}

fn for_every_call(fault: Fault, tails: &[Tail]) {
    for call in 1..=CALLS_MAX {
        let disk = MemoryDisk::new();
        disk.fail_at(call, fault);
        let acknowledged = record(&disk);
        for tail in tails {
            let context = format!("{fault:?} at call {call}, {tail:?}");
            verify(&disk.power_cut(*tail), &acknowledged, &context);
            verify(&disk.kill().power_cut(*tail), &acknowledged, &format!("{context}, killed before"));
        }
        if disk.calls() < call {
            assert!(call > 40, "the scenario makes only {call} calls");
            return;
        }
    }
    panic!("no run got through within {CALLS_MAX} calls");
}

/// Records both cameras for some rounds, and closes.
fn record(disk: &MemoryDisk) -> Acknowledged {
    let clock = TestClock::at(crate::support::MORNING);
    let mut acknowledged = Acknowledged::default();
    let opened = Archive::open_on(std::sync::Arc::new(disk.clone()), crate::support::options(), clock);
    let Ok(archive) = opened else { return acknowledged };
    let mut feeds = CAMERAS.map(Feed::new);
    for round in 0..ROUNDS {
        let mut batch = Acknowledged::default();
        for feed in &mut feeds {
            let (outputs, sent) = feed.segment(3 + round % 2);
            if append_all(&archive, feed.camera, &outputs).is_ok() {
                batch.segments.push((feed.camera, sent));
            }
            if round == 2 {
                batch.gaps.push((feed.camera, feed.time.to_utc()));
                archive.append(feed.camera, &feed.gap(5 * 90_000, Cause::Uplink)).expect("gaps are taken");
            }
        }
        if !flushed(&archive) {
            return acknowledged;
        }
        acknowledged.segments.append(&mut batch.segments);
        acknowledged.gaps.append(&mut batch.gaps);
    }
    let _ = archive.close();
    acknowledged
}

/// A failing disk is tried again; a dead one never responds.
fn flushed(archive: &Archive) -> bool {
    (0..FLUSHES_MAX).any(|_| match archive.flush() {
        Ok(()) => true,
        Err(FlushError::Failing) => false,
        Err(error @ (FlushError::Closed | FlushError::TimedOut)) => panic!("{error}"),
    })
}

fn verify(disk: &MemoryDisk, acknowledged: &Acknowledged, context: &str) {
    let clock = TestClock::at(crate::support::MORNING.plus(60_000_000));
    let archive = crate::support::open(disk, &clock);
    archive.flush().expect(context);
    assert_eq!(archive.recovery().damage, [], "{context}");
    assert_there(&archive, acknowledged, context);
    let mut more = Acknowledged::default();
    for camera in CAMERAS {
        let (mut feed, first) = Feed::resumed(camera, &archive, 3 * 90_000);
        append_all(&archive, camera, &first).expect(context);
        let (outputs, sent) = feed.segment(4);
        append_all(&archive, camera, &outputs).expect(context);
        more.segments.push((camera, sent));
    }
    archive.flush().expect(context);
    assert_there(&archive, &more, context);
    archive.close().expect(context);
    assert_well(disk, context);

    let archive = crate::support::open(disk, &clock);
    assert_eq!(archive.recovery().journals_scanned, 0, "{context}");
    assert_there(&archive, acknowledged, context);
    assert_there(&archive, &more, context);
}

fn assert_there(archive: &Archive, acknowledged: &Acknowledged, context: &str) {
    for camera in CAMERAS {
        let found = recorded(archive, camera);
        let numbers: Vec<u64> = found.iter().map(|sent| sent.segment).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{context}: {numbers:?}");
        for (_, sent) in acknowledged.segments.iter().filter(|(own, _)| *own == camera) {
            assert!(found.contains(sent), "{context}: {camera} lost {}; it has {numbers:?}", sent.segment);
        }
    }
    for (camera, at) in &acknowledged.gaps {
        let intervals = archive.coverage(*camera, day());
        let there = intervals
            .iter()
            .any(|one| one.span.contains(*at) && one.kind == IntervalKind::Gap { cause: Cause::Uplink });
        assert!(there, "{context}: {camera} lost its gap: {intervals:?}");
    }
}
