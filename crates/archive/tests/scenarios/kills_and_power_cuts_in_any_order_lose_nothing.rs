//! I2 if a process dies and the machine goes on, and if power is cut, one after the other in any order, with failing
//! calls between: data that were acknowledged or read are there for ever. What a process reads after another one was
//! killed, or after a failed sync, may only be pages in the kernel's memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::sync::Arc;

use crate::support::{Feed, Sent, TestClock, append_all, assert_well, open, options, recorded, try_recorded};
use ashkar_archive::disk::{Fault, MemoryDisk, Tail};
use ashkar_archive::{Archive, Options};
use ashkar_terms::CameraId;
use proptest::prelude::*;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
/// More failed calls in a row than in any generated sequence.
const TRIES_MAX: u32 = 40;

#[derive(Debug, Clone)]
enum Event {
    Append {
        parts: u16,
        bytes: usize,
    },
    Flush,
    Read,
    /// After `after` more calls that change something, `count` of them fail.
    Fail {
        after: u64,
        count: u64,
    },
    /// The process is dead from the `after`th call on; then it is killed.
    Dies {
        after: u64,
    },
    Kill,
    PowerCut(Tail),
    Close,
}

fn tail() -> impl Strategy<Value = Tail> {
    prop_oneof![Just(Tail::Lost), any::<u64>().prop_map(Tail::Torn)]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (1..6u16, 1..9000usize).prop_map(|(parts, bytes)| Event::Append { parts, bytes }),
        3 => Just(Event::Flush),
        2 => Just(Event::Read),
        3 => (0..6u64, 1..5u64).prop_map(|(after, count)| Event::Fail { after, count }),
        2 => (0..12u64).prop_map(|after| Event::Dies { after }),
        3 => Just(Event::Kill),
        3 => tail().prop_map(Event::PowerCut),
        1 => Just(Event::Close),
    ]
}

struct World {
    disk: MemoryDisk,
    clock: Arc<TestClock>,
    /// `None` while no process runs.
    process: Option<(Archive, Feed)>,
    /// Appended by this process.
    handed_in: Vec<Sent>,
    /// Acknowledged or read.
    promised: Vec<Sent>,
}

impl World {
    fn new() -> Self {
        let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
        Self { disk, clock, process: None, handed_in: Vec::new(), promised: Vec::new() }
    }

    /// Starts a process, repeatedly while the disk makes it fail.
    fn start(&mut self) {
        // Only flushes write: data that are not flushed are what a kill finds in memory or in the page cache.
        let settings = Options { sync_interval_ms: 50, journal_bytes: 64 << 10, ..options() };
        for _ in 0..TRIES_MAX {
            if let Ok(archive) = Archive::open_on(Arc::new(self.disk.clone()), settings, self.clock.clone()) {
                let (feed, gap) = Feed::resumed(CAMERA, &archive, 90_000);
                append_all(&archive, CAMERA, &gap).unwrap();
                self.process = Some((archive, feed));
                return;
            }
            if self.disk_is_dead() {
                // It died during its start.
                self.end(MemoryDisk::kill);
            }
        }
        panic!("it does not open");
    }

    fn disk_is_dead(&self) -> bool {
        ashkar_archive::disk::Disk::space(&self.disk).is_err()
    }

    fn end(&mut self, how: impl FnOnce(&MemoryDisk) -> MemoryDisk) {
        // The disk as it is now; later calls of the old process go to another one.
        let next = how(&self.disk);
        self.process = None;
        self.handed_in.clear();
        self.disk = next;
    }

    fn take(&mut self, event: &Event) {
        if self.process.is_none() && !matches!(event, Event::Kill | Event::PowerCut(_)) {
            self.start();
        }
        match event {
            Event::Append { parts, bytes } => self.append(*parts, *bytes),
            Event::Flush => drop(self.flush()),
            Event::Read => self.read(),
            Event::Fail { after, count } => {
                let next = self.disk.calls() + after + 1;
                (next..next + count).for_each(|call| self.disk.fail_at(call, Fault::Io));
            }
            Event::Dies { after } => self.disk.fail_at(self.disk.calls() + after + 1, Fault::Crash),
            Event::Kill => self.end(MemoryDisk::kill),
            Event::PowerCut(tail) => self.end(|disk| disk.power_cut(*tail)),
            Event::Close => {
                if let Some((archive, _)) = self.process.take()
                    && archive.close().is_ok()
                {
                    self.promised.append(&mut self.handed_in);
                }
                self.end(MemoryDisk::kill);
            }
        }
    }

    fn append(&mut self, parts: u16, bytes: usize) {
        let Some((archive, feed)) = &mut self.process else { return };
        feed.part_bytes = bytes;
        let (outputs, sent) = feed.segment(parts);
        append_all(archive, CAMERA, &outputs).unwrap();
        self.handed_in.push(sent);
    }

    fn flush(&mut self) -> bool {
        let Some((archive, _)) = &self.process else { return false };
        for _ in 0..TRIES_MAX {
            if archive.flush().is_ok() {
                self.promised.append(&mut self.handed_in);
                return true;
            }
            if self.disk_is_dead() {
                break;
            }
        }
        false
    }

    /// A reader has seen it.
    fn read(&mut self) {
        let dead = self.disk_is_dead();
        let Some((archive, _)) = &self.process else { return };
        if dead {
            return;
        }
        match try_recorded(archive, CAMERA) {
            Ok(found) => {
                for sent in found {
                    if !self.promised.contains(&sent) {
                        self.promised.push(sent);
                    }
                }
            }
            // It may die while it is read, because of its writer's work in the meantime.
            Err(error) => assert!(self.disk_is_dead(), "a process that lives cannot read: {error}"),
        }
    }

    /// A start on a working disk finds everything, and no faults.
    fn verify(&self, context: &str) {
        let disk = self.disk.clone();
        let archive = open(&disk, &self.clock);
        archive.flush().expect(context);
        let found = recorded(&archive, CAMERA);
        for sent in &self.promised {
            assert!(
                found.contains(sent),
                "{context}: {} is lost; there are {:?}",
                sent.segment,
                numbers(&found)
            );
        }
        let numbers = numbers(&found);
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{context}: {numbers:?}");
        archive.close().expect(context);
        assert_well(&disk, context);
    }
}

fn numbers(found: &[Sent]) -> Vec<u64> {
    found.iter().map(|sent| sent.segment).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn for_any_story(events in prop::collection::vec(event(), 1..30), last in tail()) {
        let mut world = World::new();
        for event in &events {
            world.take(event);
        }
        // A process that starts and is read from, then a power cut.
        world.end(MemoryDisk::kill);
        world.start();
        world.flush();
        world.read();
        world.end(|disk| disk.power_cut(last));
        world.verify("after the last power cut");
    }
}

/// Records three segments, appends a fourth while the `call`th call from now on fails, and is killed.
fn killed(fault: Fault, call: u64, times: u64) -> (MemoryDisk, bool) {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let slow = Options { sync_interval_ms: 700, journal_bytes: 1 << 20, ..options() };
    let archive = Archive::open_on(Arc::new(disk.clone()), slow, clock).unwrap();
    let mut feed = Feed::new(CAMERA);
    for _ in 0..3 {
        append_all(&archive, CAMERA, &feed.segment(4).0).unwrap();
    }
    archive.flush().unwrap();
    let next = disk.calls() + call;
    (next..next + times).for_each(|call| disk.fail_at(call, fault));
    append_all(&archive, CAMERA, &feed.segment(4).0).unwrap();
    let flushed = archive.flush().is_ok();
    (disk.kill(), flushed)
}

/// The original failure: what a failed sync left in the page cache is read by the next process, which ends cleanly.
#[test]
fn what_a_failed_sync_left_is_durable_before_it_is_served() {
    let mut failed = 0;
    for call in 1..4 {
        let (disk, flushed) = killed(Fault::Io, call, 400);
        failed += u32::from(!flushed);
        let clock = TestClock::at(crate::support::MORNING);
        let archive = open(&disk, &clock);
        archive.flush().unwrap();
        let seen = recorded(&archive, CAMERA);
        archive.close().unwrap();
        for cut in [disk.power_cut(Tail::Lost), disk.kill().power_cut(Tail::Torn(call))] {
            let again = open(&cut, &clock);
            again.flush().unwrap();
            assert_eq!(recorded(&again, CAMERA), seen, "call {call}");
            again.close().unwrap();
            assert_well(&cut, &format!("call {call}"));
        }
    }
    assert!(failed >= 2, "only {failed} of three calls were those of a sync");
}

/// If the start cannot make it durable it does not count, no number is used twice, and a later start finds it.
#[test]
fn what_cannot_be_made_durable_does_not_count_and_is_not_lost() {
    let (disk, _) = killed(Fault::Crash, 2, 1);
    let clock = TestClock::at(crate::support::MORNING);
    let readable = open(&disk.kill(), &clock);
    let all = recorded(&readable, CAMERA);
    assert_eq!(numbers(&all).len(), 4, "the fourth was written, not synced");
    drop(readable);
    let failing = disk.kill();
    // The syncs of both attempts; a write precedes each.
    [2, 4].into_iter().for_each(|call| failing.fail_at(call, Fault::Io));
    let archive = open(&failing, &clock);
    archive.flush().unwrap();
    assert_eq!(numbers(&recorded(&archive, CAMERA)), [1, 2, 3]);
    assert_eq!(archive.recovery().damage.len(), 1);
    let (mut feed, gap) = Feed::resumed(CAMERA, &archive, 90_000);
    assert!(feed.next_segment > 4, "the fourth may have been given to viewers");
    append_all(&archive, CAMERA, &gap).unwrap();
    let (outputs, later) = feed.segment(2);
    append_all(&archive, CAMERA, &outputs).unwrap();
    archive.flush().unwrap();
    archive.close().unwrap();
    drop(archive);
    let archive = open(&failing, &clock);
    archive.flush().unwrap();
    let mut expected = all;
    expected.push(later);
    assert_eq!(recorded(&archive, CAMERA), expected);
    archive.close().unwrap();
    let cut = open(&failing.power_cut(Tail::Lost), &clock);
    cut.flush().unwrap();
    assert_eq!(recorded(&cut, CAMERA), expected);
}
