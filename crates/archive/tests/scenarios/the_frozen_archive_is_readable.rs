//! `testdata/archive-v1` and `-v2` were each made once by the first program to write that version of the format. All
//! later versions can read them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{TestClock, day, options, span};
use ashkar_archive::{Archive, IntervalKind};
use ashkar_terms::{CameraId, Cause, MediaTime};
use sha2::{Digest, Sha256};

/// Name, lines of what is expected, segments and gaps.
const SAMPLES: [(&str, usize, u64, u64); 2] = [("archive-v1", 92, 89, 5), ("archive-v2", 100, 95, 5)];

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn assert_readable(archive: &Archive, expected: &str) {
    for line in expected.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["segment", camera, number, start, parts, hash] => {
                let camera: CameraId = camera.parse().unwrap();
                let entry = archive.segment(camera, number.parse().unwrap()).unwrap().expect(line);
                let bytes = archive.read_segment(&entry).unwrap().concat();
                let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!((found.as_str(), entry.parts), (hash, parts.parse().unwrap()), "{line}");
                assert_eq!(entry.start, MediaTime(start.parse().unwrap()), "{line}");
                assert!(archive.init(camera, entry.init).unwrap().is_some(), "{line}");
            }
            ["gap", camera, from, to, "uplink"] => {
                let [from, to] = [from, to].map(|tick| MediaTime(tick.parse().unwrap()));
                let intervals = archive.coverage(camera.parse().unwrap(), span(from, to));
                let kinds: Vec<_> = intervals.iter().map(|one| one.kind).collect();
                assert_eq!(kinds, [IntervalKind::Gap { cause: Cause::Uplink }], "{line}");
            }
            ["late", camera, from, to] => {
                let [from, to] = [from, to].map(|tick| MediaTime(tick.parse().unwrap()));
                let intervals = archive.coverage(camera.parse().unwrap(), span(from, to));
                let kinds: Vec<_> = intervals.iter().map(|one| one.kind).collect();
                assert_eq!(kinds, [IntervalKind::Recorded { late: true }], "{line}");
            }
            _ => panic!("{line}"),
        }
    }
}

#[test]
fn with_and_without_its_indexes() {
    for (name, lines, ..) in SAMPLES {
        let expected = fs::read_to_string(sample(name).join("expected.txt")).unwrap();
        assert_eq!(expected.lines().count(), lines, "the sample has what it had");
        for indexes in [true, false] {
            assert_opens(name, indexes, &expected);
        }
    }
}

fn assert_opens(name: &str, indexes: bool, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    copy(&sample(name), directory.path());
    if !indexes {
        fs::remove_file(directory.path().join("coverage")).unwrap();
        for entry in fs::read_dir(directory.path().join("2024-02-07")).unwrap().map(Result::unwrap) {
            if entry.path().extension().unwrap() == "index" {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    let archive = Archive::open(directory.path(), options(), TestClock::at(day().to)).unwrap();
    archive.flush().unwrap();
    assert_eq!(archive.recovery().interrupted_segments, 1);
    assert_readable(&archive, expected);
    let camera = CameraId::new(7, 12, 2);
    assert_eq!(archive.facts(camera, day()).unwrap().len(), 14);
    archive.close().unwrap();
}

#[test]
fn and_well() {
    for (name, _, segments, gaps) in SAMPLES {
        let report = ashkar_archive::check::run(&sample(name), |_| {}).unwrap();
        assert!(report.is_well(), "{:?}", report.faults);
        assert_eq!((report.cameras, report.segments, report.gaps, report.unsealed), (2, segments, gaps, 1));
    }
}
