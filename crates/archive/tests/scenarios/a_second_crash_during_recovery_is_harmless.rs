//! After a power cut the archive is opened again, and the process dies once more at the n-th call of that, for n = 1,
//! 2, 3 … The third start finds everything.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::sync::Arc;

use crate::support::{Feed, Sent, TestClock, append_all, assert_well, open, options, recorded};
use ashkar_archive::Archive;
use ashkar_archive::disk::{Fault, MemoryDisk, Tail};
use ashkar_terms::CameraId;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const CALLS_MAX: u64 = 200;

/// A disk whose power was cut in the middle of a segment, and what had been acknowledged before.
fn after_a_power_cut(seed: u64) -> (MemoryDisk, Vec<Sent>) {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    let mut sent = Vec::new();
    for _ in 0..8 {
        let (outputs, segment) = feed.segment(4);
        append_all(&archive, CAMERA, &outputs).unwrap();
        sent.push(segment);
    }
    let (outputs, mut interrupted) = feed.segment(4);
    append_all(&archive, CAMERA, &outputs[..2]).unwrap();
    archive.flush().unwrap();
    interrupted.parts.truncate(2);
    sent.push(interrupted);
    let cut = disk.power_cut(Tail::Torn(seed));
    (cut, sent)
}

#[test]
fn at_any_call() {
    for call in 1..=CALLS_MAX {
        let (disk, sent) = after_a_power_cut(call);
        disk.fail_at(call, Fault::Crash);
        let clock = TestClock::at(crate::support::MORNING);
        if let Ok(archive) = Archive::open_on(Arc::new(disk.clone()), options(), clock.clone()) {
            let _ = archive.flush();
            let _ = archive.close();
        }
        let died = disk.calls() >= call;
        for tail in [Tail::Kept, Tail::Lost, Tail::Torn(call)] {
            let third = disk.power_cut(tail);
            let archive = open(&third, &clock);
            archive.flush().unwrap();
            let found = recorded(&archive, CAMERA);
            assert_eq!(found, sent, "died at call {call}, {tail:?}");
            let last = archive.segment(CAMERA, 9).unwrap().expect("the interrupted segment is ended");
            assert!(last.recovered);
            archive.close().unwrap();
            assert_well(&third, &format!("died at call {call}, {tail:?}"));
        }
        if !died {
            assert!(call > 5, "recovery makes only {call} calls");
            return;
        }
    }
    panic!("no recovery got through within {CALLS_MAX} calls");
}
