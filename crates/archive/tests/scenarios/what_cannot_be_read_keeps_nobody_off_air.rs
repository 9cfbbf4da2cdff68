//! I2 if the medium returns an error: the archive opens, keeps everything readable, reports what is not, writes nothing
//! more to that journal, and uses no number twice. When the disk is repaired, all of it is back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::support::{Feed, Sent, TestClock, append_all, assert_well, day, open, recorded};
use ashkar_archive::check::Problem;
use ashkar_archive::disk::{Disk, MemoryDisk, Tail};
use ashkar_archive::{Archive, ReadError};
use ashkar_terms::{CameraId, Cause};

const CAMERAS: [CameraId; 2] = [CameraId::new(7, 12, 1), CameraId::new(9, 3, 2)];
/// Two journals of 64 KiB and some of a third.
const SEGMENTS: u64 = 8;
/// The extent of one bad sector.
const PAGE: usize = 4096;
const TICKS: i64 = 90_000;

/// An archive as `kill -9` leaves it, and what was sent to it.
fn killed() -> (MemoryDisk, [Vec<Sent>; 2]) {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feeds = CAMERAS.map(Feed::new);
    let mut sent = [Vec::new(), Vec::new()];
    for _ in 0..SEGMENTS {
        for (feed, sent) in feeds.iter_mut().zip(&mut sent) {
            let (outputs, one) = feed.segment(2);
            append_all(&archive, feed.camera, &outputs).unwrap();
            archive.flush().unwrap();
            sent.push(one);
        }
    }
    (disk.power_cut(Tail::Kept), sent)
}

fn last_journal(disk: &MemoryDisk) -> String {
    disk.files().into_iter().map(|(path, _)| path).filter(|path| path.ends_with(".journal")).max().unwrap()
}

/// Length of the data written to a journal; zeros follow.
fn written(disk: &MemoryDisk, path: &str) -> usize {
    let content = disk.content(path).unwrap();
    content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

fn reopened(disk: &MemoryDisk) -> Archive {
    open(disk, &TestClock::at(crate::support::MORNING.plus(60_000_000)))
}

/// Segments that are read as they were sent.
fn whole(archive: &Archive, sent: &[Vec<Sent>; 2]) -> BTreeSet<(CameraId, u64)> {
    let mut whole = BTreeSet::new();
    for (camera, sent) in CAMERAS.iter().zip(sent) {
        for entry in archive.segments(*camera, day()).unwrap() {
            let own = sent.iter().find(|own| own.segment == entry.segment).expect("a segment that was sent");
            match archive.read_segment(&entry) {
                Ok(parts) if parts == own.parts => drop(whole.insert((*camera, entry.segment))),
                Ok(parts) => assert!(own.parts.starts_with(&parts), "{camera} {}", entry.segment),
                Err(ReadError::Io { .. }) => {}
                Err(error) => panic!("{camera} {}: {error}", entry.segment),
            }
        }
    }
    whole
}

/// Resumes every camera as the centre does; returns the first numbers.
fn go_on(archive: &Archive) -> BTreeSet<(CameraId, u64)> {
    let mut given = BTreeSet::new();
    for camera in CAMERAS {
        let (mut feed, mut outputs) = Feed::resumed(camera, archive, 7 * TICKS);
        if outputs.is_empty() {
            feed.next_segment = archive.first_segment();
        }
        let (more, sent) = feed.segment(2);
        outputs.extend(more);
        append_all(archive, camera, &outputs).unwrap();
        given.insert((camera, sent.segment));
    }
    archive.flush().unwrap();
    given
}

fn numbers(sent: &[Vec<Sent>; 2]) -> BTreeSet<(CameraId, u64)> {
    let of = |(camera, sent): (&CameraId, &Vec<Sent>)| {
        sent.iter().map(|one| (*camera, one.segment)).collect::<Vec<_>>()
    };
    CAMERAS.iter().zip(sent).flat_map(of).collect()
}

/// Opens, resumes, and opens again; asserts what holds wherever the fault lies. Returns the segments read completely.
fn survives(
    disk: &MemoryDisk,
    bad: Range<usize>,
    sent: &[Vec<Sent>; 2],
    context: &str,
) -> BTreeSet<(CameraId, u64)> {
    let journal = last_journal(disk);
    let before = disk.content(&journal).unwrap();
    disk.spoil(&journal, bad.clone());
    let archive = reopened(disk);
    archive.flush().unwrap();
    let recovery = archive.recovery().clone();
    let named = |range: &ashkar_archive::DamagedRange| {
        range.unreadable && range.from < bad.end as u64 && (bad.start as u64) < range.to
    };
    assert!(recovery.damage.iter().any(named), "{context}: {recovery:?}");
    let status = archive.status();
    assert!(status.damaged_ranges > 0 && status.unreadable_bytes > 0, "{context}: {status:?}");
    let read = whole(&archive, sent);
    let mut taken = numbers(sent);
    for round in 0..2 {
        let given = if round == 0 { go_on(&archive) } else { go_on(&reopened_after(&archive, disk)) };
        assert!(given.is_disjoint(&taken), "{context}, round {round}: {given:?} were given before");
        taken.extend(given);
    }
    assert_eq!(disk.content(&journal).unwrap(), before, "{context}: it was written to");
    let sidecar = journal.replace(".journal", ".index");
    assert_eq!(disk.content(&sidecar), None, "{context}: it got a sidecar");
    read
}

fn reopened_after(archive: &Archive, disk: &MemoryDisk) -> Archive {
    archive.close().unwrap();
    reopened(disk)
}

/// Every page of the unsealed journal in turn.
#[test]
fn a_bad_page_costs_only_what_lies_in_it() {
    let (pristine, sent) = killed();
    let length = written(&pristine, &last_journal(&pristine));
    assert!(length > 4 * PAGE, "{length}");
    let all = whole(&reopened(&pristine.power_cut(Tail::Kept)), &sent).len();
    assert_eq!(all, 2 * SEGMENTS as usize);
    for from in (0..length).step_by(PAGE) {
        let context = format!("page at {from} of {length}");
        let read = survives(&pristine.power_cut(Tail::Kept), from..from + PAGE, &sent, &context);
        assert!(read.len() >= all - 2, "{context}: only {read:?}");
    }
}

#[test]
fn a_journal_of_which_nothing_can_be_read() {
    let (disk, sent) = killed();
    let read = survives(&disk, 0..usize::MAX, &sent, "all of it");
    assert!(read.len() >= 8, "{read:?}");
}

/// An unknown camera may have records in it: its numbers begin behind all that it can have used.
#[test]
fn an_archive_whose_only_journal_cannot_be_read() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feeds = CAMERAS.map(Feed::new);
    let sent = [0, 1].map(|at| {
        let (outputs, one) = feeds[at].segment(2);
        append_all(&archive, CAMERAS[at], &outputs).unwrap();
        vec![one]
    });
    archive.flush().unwrap();
    let disk = disk.power_cut(Tail::Kept);
    assert!(survives(&disk, 0..usize::MAX, &sent, "the only journal").is_empty());
}

#[test]
fn a_mended_disk_gives_everything_back() {
    let (disk, sent) = killed();
    let journal = last_journal(&disk);
    survives(&disk, PAGE..3 * PAGE, &sent, "before it is mended");
    disk.spoil(&journal, 0..0);
    let archive = reopened(&disk);
    archive.flush().unwrap();
    assert_eq!(archive.recovery().damage, []);
    for (camera, sent) in CAMERAS.iter().zip(&sent) {
        let recorded = recorded(&archive, *camera);
        assert!(recorded.starts_with(sent), "{camera}: {} of {}", recorded.len(), sent.len());
        assert_eq!(recorded.len(), sent.len() + 2, "{camera}: what came after it");
    }
}

/// An archive after a power cut, and what was sent to it: the last part of the second segment, and its end, are in the
/// last journal.
fn cut_in_two() -> (MemoryDisk, [Sent; 2]) {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERAS[0]);
    // Seven fit into a journal of 64 KiB, however many commits are between them, and eight never do.
    feed.part_bytes = 8600;
    let sent = [0, 1].map(|_| {
        let (outputs, one) = feed.segment(4);
        append_all(&archive, feed.camera, &outputs).unwrap();
        archive.flush().unwrap();
        one
    });
    let has_summary = || disk.files().iter().any(|(path, _)| path == "coverage");
    let asked = Instant::now();
    while !has_summary() && asked.elapsed() < Duration::from_millis(100) {
        std::thread::sleep(Duration::from_millis(1));
    }
    (disk.power_cut(Tail::Kept), sent)
}

/// A segment that ends in the journal is ended with its parts before it, and a gap is declared. Later the whole segment
/// counts again, and the gap still does. This is the case if no summary states that the segment had ended.
#[test]
fn a_mended_disk_gives_back_the_segment_that_was_cut_in_two() {
    let (disk, sent) = cut_in_two();
    match disk.remove("coverage") {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
        _ => {}
    }
    let journal = last_journal(&disk);
    disk.spoil(&journal, 0..usize::MAX);
    let archive = reopened(&disk);
    archive.flush().unwrap();
    let cut = recorded(&archive, CAMERAS[0]);
    assert_eq!((cut.len(), cut[1].parts.len()), (2, 3), "the last part lies in the next journal");
    goes_on_and_is_mended(archive, &disk, &journal, &sent);
}

/// If a summary states it, the segment is not ended again: it is complete, and unreadable for a while.
#[test]
fn a_mended_disk_gives_back_the_segment_whose_end_the_summary_knows() {
    let deadline = Instant::now() + Duration::from_secs(60);
    // The sealer writes the summary when it gets to it, concurrently with the writer.
    let (disk, journal, archive, sent) = loop {
        let (disk, sent) = cut_in_two();
        let journal = last_journal(&disk);
        disk.spoil(&journal, 0..usize::MAX);
        let archive = reopened(&disk);
        if archive.recovery().interrupted_segments == 0 {
            break (disk, journal, archive, sent);
        }
        assert!(Instant::now() < deadline, "no summary knew of the last journal");
    };
    archive.flush().unwrap();
    assert_eq!(recorded(&archive, CAMERAS[0]), sent[..1]);
    goes_on_and_is_mended(archive, &disk, &journal, &sent);
}

fn goes_on_and_is_mended(archive: Archive, disk: &MemoryDisk, journal: &str, sent: &[Sent; 2]) {
    let given = go_on(&archive);
    let gap = *archive.gaps(CAMERAS[0], day()).last().unwrap();
    archive.close().unwrap();
    disk.spoil(journal, 0..0);
    let archive = reopened(disk);
    archive.flush().unwrap();
    let found = recorded(&archive, CAMERAS[0]);
    assert_eq!(found[..2], *sent);
    assert!(given.contains(&(CAMERAS[0], found[2].segment)));
    assert!(archive.gaps(CAMERAS[0], day()).contains(&gap), "{:?}", archive.gaps(CAMERAS[0], day()));
}

/// A gap takes a number each four seconds, in one short record.
#[test]
fn numbers_behind_a_long_gap_that_cannot_be_read_are_not_given_again() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERAS[0]);
    append_all(&archive, feed.camera, &feed.segment(2).0).unwrap();
    archive.flush().unwrap();
    let journal = last_journal(&disk);
    let page = written(&disk, &journal) / PAGE * PAGE;
    archive.append(feed.camera, &feed.gap(7200 * TICKS, Cause::Uplink)).unwrap();
    append_all(&archive, feed.camera, &feed.segment(1).0).unwrap();
    archive.flush().unwrap();
    let disk = disk.power_cut(Tail::Kept);
    disk.spoil(&journal, page..usize::MAX);
    let resumed = reopened(&disk).resume(feed.camera).unwrap();
    assert!(resumed.next_segment >= feed.next_segment, "{resumed:?} after {}", feed.next_segment);
}

/// A sector in the middle of a part is first read when its segment is ended. When the disk can read it again, nothing
/// is wrong: the record lists the parts before it.
#[test]
fn a_segment_that_was_ended_without_what_could_not_be_read_is_no_fault() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERAS[0]);
    let (mut outputs, sent) = feed.segment(3);
    outputs.pop();
    append_all(&archive, feed.camera, &outputs).unwrap();
    archive.flush().unwrap();
    archive.append(CAMERAS[1], &Feed::new(CAMERAS[1]).gap(TICKS, Cause::Power)).unwrap();
    archive.flush().unwrap();
    let disk = disk.power_cut(Tail::Kept);
    let journal = last_journal(&disk);
    let content = disk.content(&journal).unwrap();
    let at = content.windows(sent.parts[1].len()).position(|bytes| bytes == sent.parts[1]).unwrap() + 3000;
    disk.spoil(&journal, at..at + 1);
    let archive = reopened(&disk);
    archive.flush().unwrap();
    assert_eq!(archive.segment(CAMERAS[0], sent.segment).unwrap().unwrap().parts, 1);
    archive.close().unwrap();
    disk.spoil(&journal, 0..0);
    assert_well(&disk, "after it was mended");
}

/// Each journal has the init segments that it needs: a start searches no journals of the morning for them.
#[test]
fn init_segments_are_read_from_the_newest_journal() {
    let (disk, _) = killed();
    let newest = last_journal(&disk);
    let journals = disk.files().into_iter().map(|(path, _)| path).filter(|path| path.ends_with(".journal"));
    let older: Vec<String> = journals.filter(|path| *path != newest).collect();
    assert!(older.len() >= 2, "{older:?}");
    older.iter().for_each(|path| disk.spoil(path, 0..usize::MAX));
    let archive = reopened(&disk);
    for camera in CAMERAS {
        let last = archive.segments(camera, day()).unwrap().pop().unwrap();
        assert!(archive.init(camera, last.init).unwrap().is_some(), "{camera}");
    }
}

#[test]
fn the_check_names_the_place() {
    let (disk, _) = killed();
    let journal = last_journal(&disk);
    disk.spoil(&journal, PAGE..2 * PAGE);
    let report = ashkar_archive::check::run_on(&disk, |_| {}).unwrap();
    let place = |fault: &&ashkar_archive::check::Fault| matches!(fault.problem, Problem::Unreadable(_));
    let fault = report.faults.iter().find(place).unwrap_or_else(|| panic!("{:?}", report.faults));
    assert_eq!(fault.path, journal);
    assert!(fault.offset.is_some_and(|at| at < 2 * PAGE as u64), "{fault}");
}

#[test]
fn the_name_of_an_archive_that_cannot_be_read_is_taken_from_its_journals() {
    let (disk, sent) = killed();
    let id = reopened(&disk).id().to_owned();
    disk.spoil("ARCHIVE", 0..usize::MAX);
    let archive = reopened(&disk);
    assert_eq!(archive.id(), id);
    assert_eq!(whole(&archive, &sent).len(), 2 * SEGMENTS as usize);
}
