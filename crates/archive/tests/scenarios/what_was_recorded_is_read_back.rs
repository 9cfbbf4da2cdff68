//! Everything appended is read back, by time, by number and part by part, also after a restart.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::sync::Arc;

use crate::support::{Feed, TestClock, append_all, assert_well, day, moment, open, options, recorded, span};
use ashkar_archive::disk::MemoryDisk;
use ashkar_archive::{Archive, IntervalKind, OpenError, Undeclared};
use ashkar_media::{Fact, FactKind, Output};
use ashkar_terms::{CameraId, Cause, MediaTime};

const CAMERA: CameraId = CameraId::new(7, 12, 1);

#[test]
fn on_a_real_disk() {
    let directory = tempfile::tempdir().unwrap();
    let clock = TestClock::at(crate::support::MORNING);
    let mut feed = Feed::new(CAMERA);
    let mut sent = Vec::new();
    let archive = Archive::open(directory.path(), options(), clock.clone()).unwrap();
    for _ in 0..40 {
        let (outputs, segment) = feed.segment(4);
        append_all(&archive, CAMERA, &outputs).unwrap();
        sent.push(segment);
    }
    archive.flush().unwrap();
    assert_eq!(recorded(&archive, CAMERA), sent);
    let other = Archive::open(directory.path(), options(), clock.clone());
    assert!(matches!(other, Err(OpenError::Locked)));
    let id = archive.id().to_owned();
    drop(archive);

    let archive = Archive::open(directory.path(), options(), clock).unwrap();
    assert_eq!(archive.id(), id);
    assert_eq!(recorded(&archive, CAMERA), sent);
    assert!(archive.recovery().journals > 5, "{:?}", archive.recovery());
    assert_eq!(archive.recovery().journals_scanned, 0);
    archive.close().unwrap();
    let report = ashkar_archive::check::run(directory.path(), |_| {}).unwrap();
    assert!(report.is_well(), "{:?}", report.faults);
    assert_eq!((report.segments, report.cameras), (40, 1));
}

#[test]
fn by_number_and_part_by_part_and_with_its_init_segment() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    let mut sent = Vec::new();
    for tag in [10, 10, 20] {
        feed.change_parameters(tag);
        for parts in 1..=8 {
            let (outputs, segment) = feed.segment(parts);
            append_all(&archive, CAMERA, &outputs).unwrap();
            sent.push(segment);
        }
    }
    archive.flush().unwrap();
    for segment in &sent {
        let entry = archive.segment(CAMERA, segment.segment).unwrap().expect("the segment is there");
        assert_eq!((entry.start, entry.end(), entry.init), (segment.start, segment.end(), segment.init));
        assert_eq!(archive.read_segment(&entry).unwrap(), segment.parts);
        assert!(entry.independent && !entry.recovered);
        for (index, bytes) in segment.parts.iter().enumerate() {
            let part = archive.read_part(CAMERA, segment.segment, index as u16).unwrap();
            assert_eq!(part.as_ref(), Some(bytes));
        }
        let part = archive.read_part(CAMERA, segment.segment, segment.parts.len() as u16).unwrap();
        assert_eq!(part, None);
    }
    assert_eq!(archive.segment(CAMERA, 0).unwrap(), None);
    assert_eq!(archive.segment(CAMERA, 1000).unwrap(), None);
    assert_eq!(archive.segment(CameraId::new(7, 12, 2), 1).unwrap(), None);
    for tag in [10, 20] {
        let init = crate::support::init_segment(tag);
        let id = *init.sha256.first_chunk().unwrap();
        assert_eq!(archive.init(CAMERA, id).unwrap(), Some(init));
    }
    assert_eq!(archive.init(CAMERA, [0; 8]).unwrap(), None);
    let changes: Vec<bool> =
        archive.segments(CAMERA, day()).unwrap().iter().map(|entry| entry.discontinuity).collect();
    assert_eq!(changes.iter().filter(|change| **change).count(), 3);
}

#[test]
fn a_part_is_read_before_its_segment_ends_and_a_segment_is_not() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let (outputs, sent) = Feed::new(CAMERA).segment(3);
    append_all(&archive, CAMERA, &outputs[..3]).unwrap();
    archive.flush().unwrap();
    assert_eq!(archive.read_part(CAMERA, 1, 1).unwrap(), Some(sent.parts[1].clone()));
    assert_eq!(archive.read_part(CAMERA, 1, 2).unwrap(), None);
    assert_eq!(archive.segment(CAMERA, 1).unwrap(), None);
    assert_eq!(archive.segments(CAMERA, day()).unwrap(), vec![]);
}

#[test]
fn any_moment_and_any_number_of_a_long_run() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    feed.part_bytes = 200;
    let one = |_| {
        let (outputs, sent) = feed.segment(8);
        append_all(&archive, CAMERA, &outputs).unwrap();
        sent
    };
    let sent: Vec<_> = (0..4000).map(one).collect();
    archive.close().unwrap();
    assert!(disk.files().len() > 150, "{} files", disk.files().len());
    for sealed in [true, false] {
        let archive = open(&disk, &clock);
        for own in sent.iter().step_by(if sealed { 13 } else { 301 }) {
            let entry = archive.segment(CAMERA, own.segment).unwrap().expect("the segment is there");
            assert_eq!((entry.start, entry.end()), (own.start, own.end()));
            let moment = span(own.start.plus(9_000), own.end().plus(-9_000));
            assert_eq!(archive.segments(CAMERA, moment).unwrap(), [entry]);
        }
        assert_eq!(archive.segments(CAMERA, day()).unwrap().len(), sent.len());
        drop(archive);
        let names = disk.files().into_iter().map(|(path, _)| path);
        names.filter(|path| path.ends_with(".index")).for_each(|path| disk.lose(&path));
    }
}

#[test]
fn facts_come_in_order_and_from_their_span_only() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let fact = |second: i64| Fact {
        at: moment(crate::support::MORNING.plus(second * 1_000_000)),
        kind: FactKind::CameraClockJumped { by: second },
    };
    let mut feed = Feed::new(CAMERA);
    for second in 0..30 {
        archive.append(CAMERA, &Output::Fact(fact(second))).unwrap();
        append_all(&archive, CAMERA, &feed.segment(2).0).unwrap();
        archive.flush().unwrap();
        clock.set(crate::support::MORNING.plus(second * 1_000_000));
    }
    let at = |second: i64| MediaTime::from_utc(crate::support::MORNING.plus(second * 1_000_000));
    let expected: Vec<Fact> = (10..20).map(fact).collect();
    assert_eq!(archive.facts(CAMERA, span(at(10), at(20))).unwrap(), expected);
    archive.close().unwrap();
    let archive = open(&disk, &clock);
    assert_eq!(archive.facts(CAMERA, span(at(10), at(20))).unwrap(), expected);
}

/// A camera sends forty seconds in two, falls silent, and comes back after a minute. The media count for the time of
/// their arrival, so the rest of the claimed time is neither recorded nor declared until it is declared explicitly.
#[test]
fn time_of_which_nothing_is_said_is_declared_and_nothing_else_changes() {
    let at = |seconds: i64| crate::support::MORNING.plus(seconds * 1_000_000);
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(at(100)));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    for number in 0..20 {
        feed.lag_us = -number * 2_000_000;
        append_all(&archive, CAMERA, &feed.segment(4).0).unwrap();
    }
    feed.lag_us = 300_000;
    let gap = feed.gap(20 * 90_000, Cause::Uplink);
    append_all(&archive, CAMERA, &[gap]).unwrap();
    append_all(&archive, CAMERA, &feed.segment(4).0).unwrap();
    archive.flush().unwrap();
    let whole = ashkar_terms::Span::new(at(0), at(62)).unwrap();
    let seconds_and_kinds = |archive: &Archive| -> Vec<(i64, IntervalKind)> {
        let intervals = archive.coverage(CAMERA, whole);
        intervals.iter().map(|one| (one.span.micros() / 1_000_000, one.kind)).collect()
    };
    let tiled = |hole: IntervalKind| {
        let recorded = IntervalKind::Recorded { late: false };
        vec![(12, recorded), (28, hole), (20, IntervalKind::Gap { cause: Cause::Uplink }), (2, recorded)]
    };
    assert_eq!(seconds_and_kinds(&archive), tiled(IntervalKind::Nothing));
    let hole = ashkar_terms::Span::new(at(12), at(40)).unwrap();
    let undeclared = archive.undeclared();
    assert_eq!(undeclared, [Undeclared { camera: CAMERA, span: hole, cause: Cause::Source }]);
    let (resumes, before) = (archive.resume(CAMERA), recorded(&archive, CAMERA));
    archive.declare(&undeclared).unwrap();

    let declared = tiled(IntervalKind::Gap { cause: Cause::Source });
    let is_mended = |archive: &Archive| {
        assert_eq!(archive.undeclared(), []);
        assert_eq!(seconds_and_kinds(archive), declared);
        assert_eq!((archive.resume(CAMERA), recorded(archive, CAMERA)), (resumes, before.clone()));
    };
    is_mended(&archive);
    archive.close().unwrap();
    assert_well(&disk, "after closing");
    for lost in [&[][..], &["coverage"], &["coverage", ".index"]] {
        let is_lost = |file: &&(String, usize)| lost.iter().any(|end| file.0.ends_with(end));
        disk.files().iter().filter(is_lost).for_each(|(name, _)| disk.lose(name));
        let archive = open(&disk, &clock);
        is_mended(&archive);
        archive.close().unwrap();
    }
    // The camera continues as if nothing had been declared.
    let archive = open(&disk, &clock);
    let (mut feed, mut outputs) = Feed::resumed(CAMERA, &archive, 90_000);
    outputs.extend(feed.segment(4).0);
    append_all(&archive, CAMERA, &outputs).unwrap();
    archive.flush().unwrap();
    assert_eq!(archive.undeclared(), []);
    archive.close().unwrap();
    assert_well(&disk, "after more");
}

#[test]
fn a_day_is_tiled_with_what_is_there_and_what_is_not() {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING.plus(100_000_000)));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    let mut outputs = feed.segment(4).0;
    outputs.push(feed.gap(10 * 90_000, Cause::Uplink));
    outputs.extend(feed.segment(4).0);
    feed.lag_us = 60_000_000;
    outputs.extend(feed.segment(4).0);
    let end = feed.time;
    append_all(&archive, CAMERA, &outputs).unwrap();
    let open_gap = ashkar_media::Gap { from: end, to: None, cause: Cause::Source, next_segment: 9 };
    archive.append(CAMERA, &Output::Gap(open_gap)).unwrap();
    archive.flush().unwrap();
    let whole = span(MediaTime::from_utc(crate::support::MORNING).plus(-90_000), end.plus(200 * 90_000));
    let seconds_and_kinds = |archive: &Archive| -> Vec<(i64, IntervalKind)> {
        let intervals = archive.coverage(CAMERA, whole);
        assert_eq!(intervals.first().unwrap().span.from, whole.from);
        assert_eq!(intervals.last().unwrap().span.to, whole.to);
        assert!(intervals.windows(2).all(|pair| pair[0].span.to == pair[1].span.from));
        intervals.iter().map(|one| (one.span.micros() / 1_000_000, one.kind)).collect()
    };
    let expected = vec![
        (1, IntervalKind::Nothing),
        (2, IntervalKind::Recorded { late: false }),
        (10, IntervalKind::Gap { cause: Cause::Uplink }),
        (2, IntervalKind::Recorded { late: false }),
        (2, IntervalKind::Recorded { late: true }),
        (84, IntervalKind::Gap { cause: Cause::Source }),
        (116, IntervalKind::Nothing),
    ];
    assert_eq!(seconds_and_kinds(&archive), expected);
    let gaps = archive.gaps(CAMERA, whole);
    assert_eq!(
        gaps.iter().map(|gap| (gap.first_segment, gap.next_segment)).collect::<Vec<_>>(),
        [(2, 5), (7, 9)]
    );
    let gap_of = |number| archive.gap_of(CAMERA, number).map(|gap| gap.first_segment);
    let found = [1, 2, 4, 5, 7].map(gap_of);
    assert_eq!(found, [None, Some(2), Some(2), None, None], "one that lasts takes no number for good");
    archive.close().unwrap();
    assert_well(&disk, "after closing");
    for cache in [true, false] {
        if !cache {
            disk.lose("coverage");
        }
        let archive = open(&disk, &clock);
        assert_eq!(archive.recovery().summary_used, cache);
        assert_eq!(seconds_and_kinds(&archive), expected);
        let resumed = archive.resume(CAMERA).unwrap();
        assert_eq!(
            (resumed.next_segment, resumed.timeline_end, resumed.open_gap),
            (9, end, Some(Cause::Source))
        );
        archive.close().unwrap();
    }
}

#[test]
fn what_does_not_follow_is_refused() {
    use ashkar_archive::Refused;
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    let mut feed = Feed::new(CAMERA);
    let (outputs, sent) = feed.segment(3);
    let refused = append_all(&archive, CAMERA, &outputs[1..]);
    assert!(matches!(refused, Err(Refused::UnknownInit { .. })), "{refused:?}");
    let mut feed = Feed::new(CAMERA);
    feed.next_segment = 100;
    let (outputs, second) = feed.segment(3);
    append_all(&archive, CAMERA, &outputs).unwrap();
    let again = archive.append(CAMERA, &outputs[1]);
    assert!(matches!(again, Err(Refused::OutOfOrder { segment: 100, part: 0, .. })), "{again:?}");
    archive.close().unwrap();
    assert!(matches!(archive.append(CAMERA, &outputs[0]), Err(Refused::Closed)));
    assert_eq!(recorded(&archive, CAMERA), vec![second]);
    assert_ne!(sent.segment, 100);
    assert_well(&disk, "after refusals");
}

#[test]
fn two_archives_have_two_names() {
    let clock = TestClock::at(crate::support::MORNING);
    let names = [MemoryDisk::new(), MemoryDisk::new()].map(|disk| open(&disk, &clock).id().to_owned());
    assert_ne!(names[0], names[1]);
    assert!(names.iter().all(|id| id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit())));
}

#[test]
fn another_version_is_refused_and_left_alone() {
    let disk = MemoryDisk::new();
    let clock = TestClock::at(crate::support::MORNING);
    open(&disk, &clock).close().unwrap();
    disk.rot("ARCHIVE", 15, 1 ^ 2);
    let refused = Archive::open_on(Arc::new(disk), options(), clock);
    assert!(matches!(refused, Err(OpenError::Unusable { .. })));
}
