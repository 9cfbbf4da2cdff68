//! Any sequence of recordings, gaps, changes, restarts and power cuts, against a model that keeps everything in a list.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::sync::Arc;

use crate::support::{
    Feed, PART_TICKS, Sent, TestClock, append_all, append_past, assert_well, day, open, recorded,
};
use ashkar_archive::disk::{MemoryDisk, Tail};
use ashkar_archive::{Archive, IntervalKind};
use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::{CameraId, Cause, MediaTime, Span};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Segment {
        camera: usize,
        parts: u16,
        bytes: usize,
    },
    Gap {
        camera: usize,
        ticks: i64,
    },
    Parameters {
        camera: usize,
        tag: u8,
    },
    /// Media of the past, somewhere in a gap.
    Past {
        camera: usize,
        gap: usize,
        skip: i64,
        segments: u16,
        cut: bool,
    },
    Close,
    PowerCut(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..3usize, 1..6u16, 1..9000usize)
            .prop_map(|(camera, parts, bytes)| Step::Segment { camera, parts, bytes }),
        2 => (0..3usize, 1..2_000_000i64).prop_map(|(camera, ticks)| Step::Gap { camera, ticks }),
        1 => (0..3usize, 50..99u8).prop_map(|(camera, tag)| Step::Parameters { camera, tag }),
        4 => (0..3usize, any::<usize>(), 0..400_000i64, 1..6u16, any::<bool>())
            .prop_map(|(camera, gap, skip, segments, cut)| Step::Past { camera, gap, skip, segments, cut }),
        1 => Just(Step::Close),
        1 => any::<u64>().prop_map(Step::PowerCut),
    ]
}

struct World {
    disk: MemoryDisk,
    clock: Arc<TestClock>,
    archive: Archive,
    feeds: Vec<Feed>,
    sent: Vec<Vec<Sent>>,
    gaps: Vec<Vec<Span>>,
    /// Time in gaps that media of the past have not filled, in ticks.
    free: Vec<Vec<(i64, i64)>>,
}

impl World {
    fn new() -> Self {
        let (disk, clock) = (MemoryDisk::new(), TestClock::at(day().to));
        let archive = open(&disk, &clock);
        let feeds: Vec<Feed> = (1..=3).map(|camera| Feed::new(CameraId::new(1, 1, camera))).collect();
        Self {
            disk,
            clock,
            archive,
            feeds,
            sent: vec![Vec::new(); 3],
            gaps: vec![Vec::new(); 3],
            free: vec![Vec::new(); 3],
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Segment { camera, parts, bytes } => {
                let feed = &mut self.feeds[camera];
                feed.part_bytes = bytes;
                let (outputs, sent) = feed.segment(parts);
                append_all(&self.archive, feed.camera, &outputs).unwrap();
                self.sent[camera].push(sent);
            }
            Step::Gap { camera, ticks } => {
                let feed = &mut self.feeds[camera];
                let from = feed.time;
                let gap = feed.gap(ticks, Cause::Source);
                self.archive.append(feed.camera, &gap).unwrap();
                self.gaps[camera].extend(Span::new(from.to_utc(), feed.time.to_utc()));
                self.free[camera].push((from.0, feed.time.0));
            }
            Step::Parameters { camera, tag } => self.feeds[camera].change_parameters(tag),
            Step::Past { camera, gap, skip, segments, cut } => self.fill(camera, gap, skip, segments, cut),
            Step::Close => {
                self.archive.close().unwrap();
                self.reopen(self.disk.clone());
            }
            Step::PowerCut(seed) => {
                self.archive.flush().unwrap();
                self.reopen(self.disk.power_cut(Tail::Torn(seed)));
            }
        }
    }

    /// Fills a part of a gap. The last of the segments may be begun, and then sent again from its beginning or never.
    fn fill(&mut self, camera: usize, gap: usize, skip: i64, segments: u16, cut: bool) {
        let free = &mut self.free[camera];
        if free.is_empty() {
            return;
        }
        let at = gap % free.len();
        let (from, to) = free.swap_remove(at);
        let first = (from + skip).min(to);
        let mut start = first;
        for parts in 1..=segments {
            let end = start + i64::from(parts) * i64::from(PART_TICKS);
            if end > to {
                break;
            }
            let feed = &self.feeds[camera];
            let (outputs, sent) = feed.of_the_past(MediaTime(start), parts);
            let (_, unended) = outputs.split_last().unwrap();
            if cut {
                append_past(&self.archive, feed.camera, unended).unwrap();
            }
            if cut && parts == segments {
                break;
            }
            append_past(&self.archive, feed.camera, &outputs).unwrap();
            self.sent[camera].push(sent);
            start = end;
        }
        self.free[camera].extend([(from, first), (start, to)].into_iter().filter(|(from, to)| from < to));
        self.sent[camera].sort_by_key(|sent| sent.start);
    }

    /// Opens again; the feeds' init segments are sent again, as after any reconnection.
    fn reopen(&mut self, disk: MemoryDisk) {
        self.archive = open(&disk, &self.clock);
        self.disk = disk;
        for feed in &mut self.feeds {
            let tag = feed.init.bytes[0];
            feed.change_parameters(tag);
        }
    }

    fn compare(&self, from: i64, length: i64) {
        self.archive.flush().unwrap();
        for (index, feed) in self.feeds.iter().enumerate() {
            let sent = &self.sent[index];
            assert_eq!(&recorded(&self.archive, feed.camera), sent);
            let from = MediaTime::from_utc(crate::support::MORNING).plus(from);
            let some = crate::support::span(from, from.plus(length));
            let overlaps = |sent: &&Sent| sent.start.to_utc() < some.to && sent.end().to_utc() > some.from;
            let expected: Vec<u64> = sent.iter().filter(overlaps).map(|sent| sent.segment).collect();
            let entries = self.archive.segments(feed.camera, some).unwrap();
            assert_eq!(entries.iter().map(|entry| entry.segment).collect::<Vec<_>>(), expected);
            self.compare_coverage(index, feed.camera);
            if !sent.is_empty() || !self.gaps[index].is_empty() {
                let resumed = self.archive.resume(feed.camera).unwrap();
                assert_eq!((resumed.next_segment, resumed.timeline_end), (feed.next_segment, feed.time));
            }
        }
    }

    fn compare_coverage(&self, index: usize, camera: CameraId) {
        let intervals = self.archive.coverage(camera, day());
        let total = |wanted: fn(&IntervalKind) -> bool| -> i64 {
            intervals.iter().filter(|one| wanted(&one.kind)).map(|one| one.span.micros()).sum()
        };
        let media: i64 = self.sent[index].iter().map(|sent| sent.end().since(sent.start)).sum();
        let recorded = total(|kind| matches!(kind, IntervalKind::Recorded { .. }));
        // Ends of runs are rounded to microseconds, and holes of a tenth of a second between media of the past are none.
        let slack = intervals.len() as i64 + 100_000 * self.free[index].len() as i64;
        assert!((recorded - media * 100 / 9).abs() <= slack, "{recorded} {media}");
        let free = self.free[index].iter().map(|(from, to)| (to - from) * 100 / 9).sum::<i64>();
        let missing = total(|kind| matches!(kind, IntervalKind::Gap { .. }));
        assert!((missing - free).abs() <= slack, "{missing} {free}");
        let late = total(|kind| matches!(kind, IntervalKind::Recorded { late: true }));
        let past = self.sent[index].iter().filter(|sent| sent.segment >= PAST_SEGMENTS_FROM);
        let past: i64 = past.map(|sent| sent.end().since(sent.start)).sum();
        assert!((late - past * 100 / 9).abs() <= slack, "{late} {past}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn for_any_story(
        steps in prop::collection::vec(step(), 1..40),
        from in -900_000..9_000_000i64,
        length in 1..9_000_000i64,
    ) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.compare(from, length);
        world.archive.close().unwrap();
        assert_well(&world.disk, "at the end of the story");
        let last = world.disk.clone();
        last.lose("coverage");
        world.reopen(last);
        world.compare(from, length);
    }
}
