use std::sync::Arc;

use ashkar_media::{Gap, InitSegment, Output, Part, past_segment};
use ashkar_terms::{Cause, MediaTime, Moment, UtcMicros};
use bytes::Bytes;

use super::order::Waiting;
use super::*;
use crate::options::SEGMENT_NUMBER_MAX;
use crate::planted::with;

const QUEUE_BYTES: usize = 1 << 20;
const PART_BYTES: usize = 1000;

fn camera(number: u16) -> CameraId {
    CameraId::new(1, number, 1)
}

fn init() -> Output {
    let bytes = Bytes::from_static(&[7; 600]);
    let init =
        InitSegment { sha256: [7; 32], bytes, codecs: "avc1.640028".to_owned(), width: 1280, height: 720 };
    Output::Init(Arc::new(init))
}

fn part(segment: u64) -> Output {
    let at = Moment { wall: UtcMicros(0), mono_us: 0 };
    Output::Part(Part {
        segment,
        index: 0,
        start: MediaTime((segment as i64).wrapping_mul(45_000)),
        duration: 45_000,
        independent: true,
        init: [7; 8],
        discontinuity: false,
        camera_dts: 0,
        first_arrival: at,
        last_arrival: at,
        samples: 12,
        bytes: Bytes::from_static(&[1; PART_BYTES]),
    })
}

/// How many of `count` parts of `camera` are accepted, one segment each.
fn send(queue: &mut AppendQueue, camera: CameraId, count: u64) -> usize {
    let first = queue.cameras.get(&camera).map_or(0, |own| own.next_segment);
    queue.append(camera, &init()).0.expect("there is room for it");
    (first..first + count).filter(|segment| queue.append(camera, &part(*segment)).0.is_ok()).count()
}

/// The writer takes everything; the disk responds later.
fn take(queue: &mut AppendQueue) -> (u64, usize) {
    let batch = queue.take();
    (batch.undurable_entries, batch.undurable_bytes)
}

#[test]
fn a_camera_that_sends_without_end_leaves_as_much_as_it_takes() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    let taken = send(&mut queue, camera(1), 5000) * PART_BYTES;
    assert!(taken > QUEUE_BYTES / 4 && taken < QUEUE_BYTES / 2, "{taken} bytes");
    for number in 2..60 {
        assert_eq!(send(&mut queue, camera(number), 2), 2, "camera {number}");
    }
    let (entries, bytes) = take(&mut queue);
    assert_eq!(send(&mut queue, camera(1), 10), 0, "taken is not durable");
    assert_eq!(send(&mut queue, camera(2), 2), 2);
    queue.is_durable(entries, bytes);
    assert_eq!(send(&mut queue, camera(1), 10), 10);
    assert_eq!(queue.cameras[&camera(2)].waiting.bytes, 2 * PART_BYTES, "that came after the turn");
}

#[test]
fn where_all_send_alike_nearly_all_of_the_queue_is_used() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    for _ in 0..20 {
        for number in 0..60 {
            send(&mut queue, camera(number), 1);
        }
    }
    assert!(queue.waiting_bytes > QUEUE_BYTES * 9 / 10, "{} bytes", queue.waiting_bytes);
}

#[test]
fn a_disk_that_hangs_for_days_costs_a_camera_some_entries() {
    let mut queue = AppendQueue::new(PART_BYTES + 3000);
    let taken = send(&mut queue, camera(1), 200_000);
    assert_eq!(taken, 1);
    assert!(queue.entries.len() < 20, "{} entries", queue.entries.len());
    let declared = queue.entries.iter().filter_map(|entry| match entry {
        Entry::Gap(_, gap, _) => Some(gap.next_segment),
        _ => None,
    });
    assert!(declared.max() >= Some(200_000), "every number that was refused is declared as taken");
}

fn past_part(start: i64, index: u16) -> Output {
    let Output::Part(part) = part(0) else { unreachable!("it is a part") };
    let segment = past_segment(MediaTime(start)).expect("a time of our days");
    Output::Part(Part { segment, index, start: MediaTime(start + i64::from(index) * 45_000), ..part })
}

#[test]
fn media_of_the_past_leave_room_for_live_media() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    queue.append_past(camera(1), &init()).0.expect("there is room for it");
    let taken =
        (0..5000).filter(|start| queue.append_past(camera(1), &past_part(*start, 0)).0.is_ok()).count();
    assert!((QUEUE_BYTES / 5..=QUEUE_BYTES / 4).contains(&(taken * PART_BYTES)), "{taken} parts");
    assert_eq!(send(&mut queue, camera(1), 100), 100, "its own live media find room");
    assert_eq!(send(&mut queue, camera(2), 100), 100);
    let (entries, bytes) = take(&mut queue);
    assert!(queue.append_past(camera(1), &past_part(0, 0)).0.is_err(), "taken is not durable");
    queue.is_durable(entries, bytes);
    queue.append_past(camera(1), &past_part(0, 0)).0.expect("there is room again");
}

#[test]
fn media_of_the_past_come_segment_by_segment_and_leave_the_order_alone() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    let past = |queue: &mut AppendQueue, output: &Output| queue.append_past(camera(1), output).0;
    assert!(matches!(past(&mut queue, &past_part(7, 0)), Err(Refused::UnknownInit { .. })));
    assert_eq!(send(&mut queue, camera(1), 3), 3);
    let before = queue.resume(camera(1));
    past(&mut queue, &init()).expect("an init segment");
    past(&mut queue, &past_part(7, 0)).expect("a beginning");
    past(&mut queue, &past_part(7, 1)).expect("it goes on");
    assert!(past(&mut queue, &past_part(7, 1)).is_err(), "twice");
    past(&mut queue, &past_part(7, 2)).expect("what was refused changes nothing");
    past(&mut queue, &past_part(7, 0)).expect("a beginning again");
    assert!(past(&mut queue, &past_part(7, 2)).is_err(), "it begins anew");
    let Output::Part(wrong) = past_part(90_000, 0) else { unreachable!("it is a part") };
    assert!(
        past(&mut queue, &Output::Part(Part { segment: wrong.segment + 1, ..wrong })).is_err(),
        "a false number"
    );
    assert!(past(&mut queue, &part(4)).is_err(), "a live number");
    assert_eq!(queue.resume(camera(1)), before);
    let gap = |to| Output::Gap(Gap { from: MediaTime(10), to, cause: Cause::Source, next_segment: 0 });
    assert!(past(&mut queue, &gap(None)).is_err(), "an open one");
    assert!(past(&mut queue, &gap(Some(MediaTime(1 << 40)))).is_err(), "one that is not over");
    past(&mut queue, &gap(Some(MediaTime(90)))).expect("one that is over");
    assert_eq!(queue.resume(camera(1)), before);
}

#[test]
fn numbers_that_no_player_can_read_are_refused() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    assert_eq!(send(&mut queue, camera(1), 1), 1);
    let (last, beyond) = (part(SEGMENT_NUMBER_MAX), part(SEGMENT_NUMBER_MAX + 1));
    assert!(matches!(queue.append(camera(1), &beyond).0, Err(Refused::OutOfOrder { .. })));
    queue.append(camera(1), &last).0.expect("the last number is one");
    let gap = Gap { from: MediaTime(0), to: None, cause: Cause::Power, next_segment: u64::MAX };
    assert!(matches!(queue.append(camera(1), &Output::Gap(gap)).0, Err(Refused::OutOfOrder { .. })));
}

/// The lock is free and the queue as it was: only the panicking caller has lost something.
#[test]
fn a_panic_of_one_who_appends_disturbs_nobody_else() {
    let queue = parking_lot::Mutex::new(AppendQueue::new(QUEUE_BYTES));
    let panicked = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            send(&mut queue.lock(), camera(1), 1);
            with(Some(Planted::PanicWhileAppending), || queue.lock().append(camera(1), &part(1)).0.is_ok())
        });
        thread.join().is_err()
    });
    assert!(panicked);
    let mut queue = queue.lock();
    let before = (queue.entries.len(), queue.appended, queue.waiting_bytes);
    assert_eq!(before.0, 2, "an init segment and a part");
    assert_eq!(send(&mut queue, camera(2), 3), 3);
    queue.append(camera(1), &part(1)).0.expect("the same part is taken when it comes again");
    // Each new segment ends the one before it.
    assert_eq!(queue.appended, before.1 + 8);
}

/// A disk that is only just fast enough is writing whenever a part comes. What is durable no longer counts against anyone.
#[test]
fn a_disk_that_never_rests_accepts_everything() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    let mut writing = take(&mut queue);
    for turn in 0..3 * (QUEUE_BYTES / PART_BYTES) {
        assert_eq!(
            send(&mut queue, camera(1), 1),
            1,
            "turn {turn}, with {} bytes waiting",
            queue.waiting_bytes
        );
        queue.is_durable(writing.0, writing.1);
        writing = take(&mut queue);
    }
}

proptest::proptest! {
    /// Against a list of every part: none that waits is left out, and at most one turn that is durable is counted.
    #[test]
    fn bytes_of_a_camera_are_counted_until_they_are_durable(steps in proptest::collection::vec((0..4_u8, 1..2000_usize), 1..200)) {
        let (mut waiting, mut parts) = (Waiting::default(), Vec::<(u64, usize)>::new());
        let (mut turn, mut undurable, mut is_writing) = (0, 0, false);
        for (step, length) in steps {
            match step {
                0 | 1 => {
                    waiting.turn_to(turn, undurable);
                    waiting.bytes += length;
                    parts.push((turn, length));
                }
                2 => (turn, is_writing) = (turn + 1, true),
                _ if is_writing => (undurable, is_writing) = (turn, false),
                _ => {}
            }
            let sum = |from: u64| parts.iter().filter(|(of, _)| *of >= from).map(|(_, length)| length).sum::<usize>();
            let counted = waiting.clone().turn_to(turn, undurable);
            let most = sum(undurable.saturating_sub(2));
            proptest::prop_assert!((sum(undurable)..=most).contains(&counted), "{counted} of {}..={most}", sum(undurable));
        }
    }
}

#[test]
fn a_gap_may_fill_if_it_lies_behind_a_station_that_records() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    queue.recorded_at_station = [camera(1)].into();
    for (number, cause) in [(1, Cause::Uplink), (1, Cause::Source), (2, Cause::Uplink)] {
        send(&mut queue, camera(number), 1);
        let own = &queue.cameras[&camera(number)];
        let (from, next_segment) = (own.timeline_end.expect("it has media"), own.next_segment);
        let gap = Gap { from, to: None, cause, next_segment };
        assert!(queue.append(camera(number), &Output::Gap(gap)).0.is_ok());
        let again = MediaTime(from.0 + 900_000);
        let over = Gap { to: Some(again), next_segment: next_segment + 1, ..gap };
        assert!(queue.append(camera(number), &Output::Gap(over)).0.is_ok());
    }
    let told: Vec<_> = queue
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Gap(camera, gap, may) => Some((camera.station, gap.cause, *may)),
            _ => None,
        })
        .collect();
    let twice = |told| [told, told];
    let expected =
        [(1, Cause::Uplink, true), (1, Cause::Source, false), (2, Cause::Uplink, false)].map(twice);
    assert_eq!(told, expected.concat());
}

#[test]
fn what_may_not_be_durable_is_told_by_its_time() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    let is_undurable = |queue: &AppendQueue, from: i64, to: i64| {
        queue.is_undurable(camera(1), (MediaTime(from * 45_000), MediaTime(to * 45_000)))
    };
    assert!(!is_undurable(&queue, 0, 9), "nothing of it was appended");
    send(&mut queue, camera(1), 2);
    assert!(is_undurable(&queue, 0, 1) && is_undurable(&queue, 1, 9) && !is_undurable(&queue, 2, 9));
    let first = take(&mut queue);
    assert!(is_undurable(&queue, 0, 1), "the writer has it");
    send(&mut queue, camera(1), 2);
    queue.is_durable(first.0, first.1);
    assert!(!is_undurable(&queue, 0, 2) && is_undurable(&queue, 1, 3) && is_undurable(&queue, 3, 4));
    let second = take(&mut queue);
    assert!(is_undurable(&queue, 3, 4));
    queue.failed(false);
    assert!(is_undurable(&queue, 3, 4), "it is tried again");
    queue.is_durable(second.0, second.1);
    assert!(!is_undurable(&queue, 0, 9));
    // The number of the past is 2^52 and the tick.
    let Output::Part(live) = part(9) else { panic!("a part") };
    let segment = past_segment(live.start).expect("a number");
    assert!(queue.append_past(camera(1), &init()).0.is_ok());
    assert!(queue.append_past(camera(1), &Output::Part(Part { segment, ..live })).0.is_ok());
    assert!(!is_undurable(&queue, 9, 10), "a segment of the past is known by its number when it comes again");
}

#[test]
fn the_gap_that_the_archive_declares_is_told_with_what_caused_it() {
    let mut queue = AppendQueue::new(QUEUE_BYTES);
    send(&mut queue, camera(1), 1);
    assert_eq!(queue.declared, None);
    queue.low_space = true;
    assert!(queue.append(camera(1), &part(1)).0.is_err());
    let declared = queue.declared.expect("a gap");
    assert_eq!((declared.from, declared.to, declared.cause), (MediaTime(45_000), None, Cause::Disk));
    assert!(queue.append(camera(1), &part(2)).0.is_err() && queue.declared.is_none(), "it is declared");
    queue.low_space = false;
    assert!(queue.append(camera(1), &part(3)).0.is_ok());
    let ended = queue.declared.expect("its end");
    assert_eq!((ended.from, ended.to, ended.next_segment), (MediaTime(45_000), Some(MediaTime(135_000)), 3));
    assert!(queue.append(camera(1), &part(4)).0.is_ok() && queue.declared.is_none());
}
