//! I10: a journal is removed only with a durable record of it. The process dies at the n-th call of a removal, for n =
//! 1, 2, 3 …: the next start has the journal whole, or removes what is left of it and says so. A record that is wrong
//! neither removes a journal nor hides that one is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::io::IoSlice;
use std::sync::Arc;

use ashkar_archive::Archive;
use ashkar_archive::check::{Problem, Report, run_on};
use ashkar_archive::disk::{Disk, Fault, MemoryDisk, Tail};
use ashkar_media::{Fact, FactKind, Output};
use ashkar_terms::{CameraId, Cause};

use crate::support::{Feed, MORNING, Sent, TestClock, append_all, assert_well, moment, open, recorded};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const CALLS_MAX: u64 = 60;

/// An archive with several sealed journals.
struct Station {
    disk: MemoryDisk,
    clock: Arc<TestClock>,
    archive: Archive,
    sent: Vec<Sent>,
    feed: Feed,
}

fn station() -> Station {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    let mut sent = Vec::new();
    for number in 0..20 {
        if number == 5 {
            append_all(&archive, CAMERA, &[feed.gap(900_000, Cause::Source)]).unwrap();
        }
        let (outputs, segment) = feed.segment(4);
        append_all(&archive, CAMERA, &outputs).unwrap();
        archive.flush().unwrap();
        clock.set(feed.time.to_utc().plus(1_000_000));
        sent.push(segment);
    }
    archive.close().unwrap();
    drop(archive);
    let archive = open(&disk, &clock);
    // The init segment is said again.
    feed.change_parameters(CAMERA.camera);
    Station { disk, clock, archive, sent, feed }
}

/// The segments of which a journal holds something.
fn segments_of(archive: &Archive, number: u32) -> Vec<u64> {
    let content = archive.journal_content(number).unwrap().unwrap();
    content.cameras.into_iter().flat_map(|camera| camera.segments).collect()
}

fn without(sent: &[Sent], gone: &[u64]) -> Vec<Sent> {
    sent.iter().filter(|segment| !gone.contains(&segment.segment)).cloned().collect()
}

fn check(disk: &MemoryDisk) -> Report {
    run_on(disk, |_| {}).unwrap()
}

#[test]
fn everything_goes_on_behind_it() {
    let Station { disk, clock, archive, sent, mut feed } = station();
    let sealed = archive.sealed_journals();
    assert!(sealed.len() >= 5, "{sealed:?}");
    let mut gone = Vec::new();
    // Not in order: what waits for the line may be older.
    for number in [sealed[2], sealed[0], sealed[1]] {
        gone.extend(segments_of(&archive, number));
        assert!(archive.remove_journal(number, "https://centre.example").unwrap() > 0);
        assert_eq!(recorded(&archive, CAMERA), without(&sent, &gone), "journal {number}");
    }
    // The next journal has the rest of a segment that is gone, of which nobody is asked any more.
    assert!(segments_of(&archive, sealed[3]).iter().all(|segment| !gone.contains(segment)));
    assert_eq!(archive.removed().journals, 3);
    assert!(archive.remove_journal(sealed[0], "").is_err(), "it is gone already");
    let numbers: Vec<u64> = archive.numbers(CAMERA).into_iter().flatten().collect();
    assert_eq!(numbers, without(&sent, &gone).iter().map(|segment| segment.segment).collect::<Vec<_>>());
    assert!(archive.undeclared().is_empty(), "what was removed is no hole");
    let before = archive.resume(CAMERA);
    archive.close().unwrap();
    drop(archive);
    disk.lose("coverage");
    let archive = open(&disk, &clock);
    assert_eq!(archive.resume(CAMERA), before);
    assert_eq!(recorded(&archive, CAMERA), without(&sent, &gone));
    let (outputs, more) = feed.segment(3);
    append_all(&archive, CAMERA, &outputs).unwrap();
    archive.flush().unwrap();
    assert_eq!(recorded(&archive, CAMERA).last(), Some(&more));
    archive.close().unwrap();
    assert_eq!(check(&disk).removed, 3);
    assert_well(&disk, "what was removed is no fault");
}

#[test]
fn what_is_older_can_still_be_sent() {
    let Station { archive, sent, .. } = station();
    // Of the journals that hold the init segment only the first is left.
    for number in &archive.sealed_journals()[1..] {
        archive.remove_journal(*number, "https://centre.example").unwrap();
    }
    let first = &sent[0];
    let outputs = archive.outputs(CAMERA, first.segment).unwrap().unwrap();
    assert!(matches!(&outputs[0], Output::Init(init) if init.sha256.starts_with(&first.init)));
    assert!(archive.init(CAMERA, first.init).unwrap().is_some());
}

#[test]
fn of_which_nothing_is_left_the_numbers_go_on() {
    let Station { disk, clock, archive, .. } = station();
    let before = archive.resume(CAMERA);
    for number in archive.sealed_journals() {
        archive.remove_journal(number, "https://centre.example").unwrap();
    }
    let id = archive.id().to_owned();
    archive.close().unwrap();
    drop(archive);
    disk.lose("coverage");
    disk.lose("ARCHIVE");
    let archive = open(&disk, &clock);
    assert_eq!((archive.resume(CAMERA), archive.id()), (before, id.as_str()));
    let (mut feed, gap) = Feed::resumed(CAMERA, &archive, 90_000);
    append_all(&archive, CAMERA, &gap).unwrap();
    let (outputs, segment) = feed.segment(2);
    append_all(&archive, CAMERA, &outputs).unwrap();
    archive.flush().unwrap();
    assert_eq!(recorded(&archive, CAMERA), [segment]);
    archive.close().unwrap();
    assert_well(&disk, "only what was removed is missing");
}

#[test]
fn what_is_being_recorded_stays() {
    let Station { archive, mut feed, clock, .. } = station();
    // A segment without an end, in journals that are full.
    feed.part_bytes = 30_000;
    let (outputs, _) = feed.segment(6);
    for output in &outputs[..outputs.len() - 1] {
        archive.append(CAMERA, output).unwrap();
        archive.flush().unwrap();
    }
    clock.set(feed.time.to_utc());
    crate::support::wait_until(|| {
        archive
            .sealed_journals()
            .last()
            .is_some_and(|last| segments_of(&archive, *last).contains(&(feed.next_segment - 1)))
    });
    let last = *archive.sealed_journals().last().unwrap();
    assert!(archive.remove_journal(last, "").is_err());
}

#[test]
fn its_gaps_and_facts_are_told_before() {
    let Station { archive, mut feed, .. } = station();
    let fact = Fact { at: moment(MORNING), kind: FactKind::ParametersChanged };
    archive.append(CAMERA, &Output::Fact(fact.clone())).unwrap();
    append_all(&archive, CAMERA, &feed.segment(1).0).unwrap();
    archive.close().unwrap();
    let all: Vec<Output> = archive
        .sealed_journals()
        .into_iter()
        .filter_map(|number| archive.journal_content(number).unwrap())
        .flat_map(|content| content.cameras)
        .flat_map(|camera| camera.metadata)
        .collect();
    let is_gap = |output: &Output| matches!(output, Output::Gap(gap) if gap.cause == Cause::Source && gap.to.is_some());
    assert!(all.iter().any(is_gap), "{all:?}");
    assert!(all.iter().any(|output| matches!(output, Output::Fact(own) if *own == fact)), "{all:?}");
}

#[test]
fn at_any_call() {
    for call in 1..=CALLS_MAX {
        for fault in [Fault::Crash, Fault::Io] {
            let Station { disk, clock, archive, sent, .. } = station();
            let number = archive.sealed_journals()[0];
            let gone = segments_of(&archive, number);
            let before = disk.calls();
            disk.fail_at(before + call, fault);
            let result = archive.remove_journal(number, "https://centre.example");
            let got_through = disk.calls() < before + call;
            if fault == Fault::Io {
                disk.mend();
                if result.is_err() {
                    assert_eq!(recorded(&archive, CAMERA), sent, "call {call}: refused, so it is there");
                }
            }
            for tail in [Tail::Kept, Tail::Lost, Tail::Torn(call)] {
                let context = format!("{fault:?} at call {call}, {tail:?}");
                let next = disk.power_cut(tail);
                let archive = open(&next, &clock);
                let is_removed = archive.removed().journals == 1;
                assert!(is_removed || result.is_err(), "{context}: it was done, and there is no record");
                let expected = if is_removed { without(&sent, &gone) } else { sent.clone() };
                assert_eq!(recorded(&archive, CAMERA), expected, "{context}");
                let is_there =
                    next.files().iter().any(|(path, _)| path.ends_with(&format!("{number:08}.journal")));
                assert_eq!(is_there, !is_removed, "{context}");
                archive.close().unwrap();
                assert_eq!(check(&next).removed, u64::from(is_removed), "{context}");
                assert_well(&next, &context);
            }
            if got_through {
                assert!(call > 10, "a removal makes only {call} calls");
                return;
            }
        }
    }
    panic!("no removal got through within {CALLS_MAX} calls");
}

/// Puts this content in the place of the list.
fn put_list(disk: &MemoryDisk, content: &[u8]) {
    disk.lose("removed");
    let file = disk.create("removed").unwrap();
    file.write_at(0, &mut [IoSlice::new(content)]).unwrap();
    file.sync().unwrap();
    disk.sync_dir("").unwrap();
}

#[test]
fn a_wrong_list_removes_nothing_and_hides_nothing() {
    let Station { disk, clock, archive, sent, .. } = station();
    let sealed = archive.sealed_journals();
    let untouched = disk.kill();
    for number in &sealed[..2] {
        archive.remove_journal(*number, "https://centre.example").unwrap();
    }
    archive.close().unwrap();
    let list = disk.content("removed").unwrap();
    let lines: Vec<&[u8]> = list.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 2);

    // The list of a copy, laid beside journals that are there: all but the last line are disregarded, loudly.
    put_list(&untouched, &[&list[..], &lines[0][..0]].concat());
    let report = check(&untouched);
    let is_there = report.faults.iter().filter(|fault| fault.problem == Problem::RemovedIsThere).count();
    assert_eq!((report.removed, is_there), (1, 1));
    let opened = open(&untouched, &clock);
    assert_eq!(opened.removed().journals, 1, "the last one may have been interrupted");
    opened.close().unwrap();

    // Another archive's list names journals of the same numbers and is not believed.
    let other = station();
    put_list(&other.disk, &list);
    let opened = open(&other.disk.kill(), &clock);
    assert_eq!((opened.removed().journals, recorded(&opened, CAMERA)), (0, sent));
    assert!(!check(&other.disk).is_well());

    // A line that is damaged or missing: the journal counts as lost.
    for wrong in [lines[1].to_vec(), [lines[0], &lines[1][..40]].concat(), Vec::new(), vec![0xff; 3000]] {
        let copy = disk.kill();
        put_list(&copy, &wrong);
        let faults = check(&copy).faults;
        assert!(faults.iter().any(|fault| matches!(fault.problem, Problem::Chain(_))), "{faults:?}");
        open(&copy, &clock);
    }

    // A line without the evidence records: a chain that nobody has is not believed in silence.
    let evidence = disk.files().into_iter().find(|(path, _)| path.ends_with(".evidence")).unwrap().0;
    disk.lose(&evidence);
    assert!(check(&disk).faults.iter().any(|fault| fault.problem == Problem::RemovedEvidence));
}

#[test]
fn a_list_that_cannot_be_read_stops_removals() {
    let Station { disk, clock, archive, sent, .. } = station();
    let sealed = archive.sealed_journals();
    let gone = segments_of(&archive, sealed[0]);
    archive.remove_journal(sealed[0], "https://centre.example").unwrap();
    archive.close().unwrap();
    drop(archive);
    disk.spoil("removed", 0..10);
    let archive = open(&disk, &clock);
    assert_eq!(recorded(&archive, CAMERA), without(&sent, &gone));
    assert!(archive.remove_journal(sealed[1], "https://centre.example").is_err());
    assert!(!check(&disk).is_well());
}
