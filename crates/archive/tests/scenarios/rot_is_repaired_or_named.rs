//! Files that rot, vanish or are cut: sidecars and the summary are rebuilt, journals lose the records that were hit and
//! no others, and the check names the place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use crate::support::{Feed, Sent, TestClock, append_all, assert_well, day, open, recorded};
use ashkar_archive::check::Problem;
use ashkar_archive::disk::{MemoryDisk, Tail};
use ashkar_archive::{Archive, ReadError};
use ashkar_terms::CameraId;

const CAMERAS: [CameraId; 2] = [CameraId::new(7, 12, 1), CameraId::new(9, 3, 2)];
const SEGMENTS: u64 = 24;

fn sealed_archive() -> (MemoryDisk, [Vec<Sent>; 2]) {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let sent = CAMERAS.map(|camera| {
        let mut feed = Feed::new(camera);
        let one = |_| {
            let (outputs, sent) = feed.segment(4);
            append_all(&archive, camera, &outputs).unwrap();
            sent
        };
        (0..SEGMENTS).map(one).collect()
    });
    archive.close().unwrap();
    (disk, sent)
}

fn reopened(disk: &MemoryDisk) -> Archive {
    open(disk, &TestClock::at(crate::support::MORNING))
}

fn files(disk: &MemoryDisk, ending: &str) -> Vec<String> {
    disk.files().into_iter().map(|(path, _)| path).filter(|path| path.ends_with(ending)).collect()
}

#[test]
fn any_sidecar_may_be_lost_or_damaged() {
    let (pristine, sent) = sealed_archive();
    let sidecars = files(&pristine, ".index");
    assert!(sidecars.len() > 4, "{sidecars:?}");
    for (at, path) in sidecars.iter().enumerate() {
        for keep_summary in [true, false] {
            for damage in 0..3 {
                let disk = pristine.power_cut(Tail::Kept);
                match damage {
                    0 => disk.lose(path),
                    1 => disk.rot(path, 20, 0x10),
                    _ => disk.rot(path, 150, 0x01),
                }
                if !keep_summary {
                    disk.lose("coverage");
                }
                let archive = reopened(&disk);
                for (camera, sent) in CAMERAS.iter().zip(&sent) {
                    assert_eq!(recorded(&archive, *camera), *sent, "sidecar {at}, damage {damage}");
                }
                archive.close().unwrap();
                assert_well(&disk, &format!("sidecar {at}, damage {damage}, summary {keep_summary}"));
            }
        }
    }
}

#[test]
fn all_sidecars_and_the_summary_may_be_lost() {
    let (disk, sent) = sealed_archive();
    let before = reopened(&disk);
    let resumed = CAMERAS.map(|camera| before.resume(camera));
    before.close().unwrap();
    for path in files(&disk, ".index") {
        disk.lose(&path);
    }
    disk.lose("coverage");
    let archive = reopened(&disk);
    assert_eq!(archive.recovery().journals_scanned, archive.recovery().journals);
    for (camera, sent) in CAMERAS.iter().zip(&sent) {
        assert_eq!(recorded(&archive, *camera), *sent);
    }
    assert_eq!(CAMERAS.map(|camera| archive.resume(camera)), resumed);
    archive.close().unwrap();
    assert_well(&disk, "after losing every index");
}

#[test]
fn the_name_of_an_archive_is_found_again_in_its_journals() {
    let (disk, sent) = sealed_archive();
    let id = reopened(&disk).id().to_owned();
    disk.lose("ARCHIVE");
    let archive = reopened(&disk);
    assert_eq!(archive.id(), id);
    assert_eq!(recorded(&archive, CAMERAS[0]), sent[0]);
}

#[test]
fn a_damaged_summary_is_not_used() {
    let (disk, sent) = sealed_archive();
    disk.rot("coverage", 60, 0x80);
    let archive = reopened(&disk);
    assert!(!archive.recovery().summary_used);
    assert_eq!(recorded(&archive, CAMERAS[1]), sent[1]);
}

/// Every byte of a journal in turn, in steps: whatever is hit, the rest is read, and nothing wrong is returned.
#[test]
fn damage_in_a_journal_costs_only_what_it_hits() {
    let (pristine, sent) = sealed_archive();
    let journal = &files(&pristine, ".journal")[1];
    let length = pristine.content(journal).unwrap().len();
    for rebuilt in [false, true] {
        for offset in (0..length).step_by(997) {
            let disk = pristine.power_cut(Tail::Kept);
            disk.rot(journal, offset, 0x04);
            if rebuilt {
                disk.lose(&journal.replace(".journal", ".index"));
                disk.lose("coverage");
            }
            let context = format!("byte {offset} of {length}, rebuilt {rebuilt}");
            let (whole, wrong) = read_everything(&reopened(&disk), &sent);
            assert!(wrong <= 1, "{context}: {wrong} segments hit by one byte");
            assert!(whole + wrong >= 2 * SEGMENTS as usize - 1, "{context}: only {whole} are there");
        }
    }
}

/// Number of segments that are read as they were sent, and of those that are listed but unreadable.
fn read_everything(archive: &Archive, sent: &[Vec<Sent>; 2]) -> (usize, usize) {
    let (mut whole, mut wrong) = (0, 0);
    for (camera, sent) in CAMERAS.iter().zip(sent) {
        for entry in archive.segments(*camera, day()).unwrap() {
            let own =
                sent.iter().find(|sent| sent.segment == entry.segment).expect("a segment that was sent");
            match archive.read_segment(&entry) {
                Ok(parts) if parts == own.parts => whole += 1,
                // Its last part is gone and its end is not: the check names it.
                Ok(parts) => {
                    assert!(parts.len() < own.parts.len() && own.parts.starts_with(&parts));
                    wrong += 1;
                }
                Err(ReadError::Damaged { camera: named, .. }) => {
                    assert_eq!(named, *camera);
                    wrong += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    (whole, wrong)
}

#[test]
fn the_check_names_the_place() {
    let (disk, _) = sealed_archive();
    let journal = files(&disk, ".journal")[0].clone();
    let archive = reopened(&disk);
    let entry = archive.segment(CAMERAS[0], 2).unwrap().unwrap();
    let bytes = archive.read_segment(&entry).unwrap();
    archive.close().unwrap();
    let content = disk.content(&journal).unwrap();
    let at = content.windows(bytes[1].len()).position(|window| window == bytes[1]).unwrap();
    disk.rot(&journal, at + 77, 0x20);
    let report = ashkar_archive::check::run_on(&disk, |_| {}).unwrap();
    let damage = &report.faults[1];
    assert_eq!(
        (damage.path.as_str(), damage.camera, damage.segment),
        (journal.as_str(), Some(CAMERAS[0]), Some(2))
    );
    assert_eq!(damage.offset, Some(at as u64 - 96));
    assert!(matches!(damage.problem, Problem::Damaged { .. }), "{damage}");
    let segment = &report.faults[0];
    assert_eq!((segment.camera, segment.segment), (Some(CAMERAS[0]), Some(2)));
    assert_eq!(segment.problem, Problem::SegmentDiffers);
    assert_eq!(report.fault_count, 2);
    assert_eq!(report.segments, 2 * SEGMENTS - 1);
}

#[test]
fn the_check_finds_what_was_taken_away() {
    let (pristine, _) = sealed_archive();
    let middle = files(&pristine, ".journal")[2].clone();
    pristine.lose(&middle);
    let report = ashkar_archive::check::run_on(&pristine, |_| {}).unwrap();
    let has = |wanted: fn(&Problem) -> bool| report.faults.iter().any(|fault| wanted(&fault.problem));
    assert!(has(|problem| matches!(problem, Problem::JournalMissing)), "{:?}", report.faults);
    assert!(has(|problem| matches!(problem, Problem::Chain(_))), "{:?}", report.faults);
}
