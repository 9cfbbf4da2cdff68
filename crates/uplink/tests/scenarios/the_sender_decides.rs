//! The sender's rules one by one; the simulation in the crate mixes them.
#![allow(clippy::panic, reason = "a test that finds something else fails here")]

use std::ops::Range;
use std::sync::Arc;

use ashkar_media::{Fact, FactKind, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use ashkar_uplink::sender::{LIVE_WITHIN_US, MayForget, REQUEST_TIMEOUT_US, RETRY_MIN_US};
use ashkar_uplink::{
    Action, Answer, AnswerState, Failure, Have, HavePart, Ledger, Line, ReadError, RecordName, RecordingId,
    Refusal, RefusalCode, RequestId, Sender, SenderOptions,
};
use bytes::Bytes;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const OTHER: CameraId = CameraId::new(7, 12, 2);
const SECOND: u64 = 1_000_000;

fn moment(us: u64) -> Moment {
    Moment { wall: UtcMicros(us as i64), mono_us: us }
}

fn init() -> Output {
    Output::Init(Arc::new(InitSegment {
        sha256: [5; 32],
        bytes: Bytes::from_static(b"init"),
        codecs: "avc1.64001f".to_owned(),
        width: 1280,
        height: 720,
    }))
}

fn part(segment: u64, index: u16) -> Part {
    Part {
        segment,
        index,
        start: MediaTime(segment as i64 * 180_000 + i64::from(index) * 45_000),
        duration: 45_000,
        independent: index == 0,
        init: [5; 8],
        discontinuity: false,
        camera_dts: 0,
        first_arrival: moment(0),
        last_arrival: moment(0),
        samples: 12,
        bytes: vec![index as u8; 1000].into(),
    }
}

fn end(segment: u64, parts: u16) -> Output {
    Output::SegmentEnd(SegmentEnd {
        segment,
        start: part(segment, 0).start,
        duration: 45_000 * u32::from(parts),
        parts,
        byte_length: 1000 * u64::from(parts),
        sha256: [0; 32],
        init_sha256: [5; 32],
        last_arrival: moment(0),
    })
}

fn segment(number: u64, parts: u16) -> Vec<Output> {
    let parts_of = (0..parts).map(|index| Output::Part(part(number, index)));
    [init()].into_iter().chain(parts_of).chain([end(number, parts)]).collect()
}

fn segments(range: Range<u64>) -> Option<Range<u64>> {
    Some(range)
}

fn sender() -> Sender {
    let mut sender = Sender::new(Ledger::new(RecordingId(7)), SenderOptions::default(), 0);
    sender.add_camera(CAMERA, []);
    assert!(matches!(sender.next(0), Some(Action::OpenSession)));
    assert!(sender.next(0).is_none());
    sender.session_opened(RecordingId(1), 0);
    Line::ALL.into_iter().for_each(|line| sender.line_up(line, 0));
    sender
}

fn answer(state: AnswerState, count: u64, persisted: u64) -> Result<Answer, Failure> {
    Ok(Answer { state, count, persisted, persisted_late: 0, now_us: UtcMicros(0) })
}

fn refusal(code: RefusalCode) -> Failure {
    Failure::Refused(Refusal::new(code, ""))
}

/// The next action, which sends this record on this line.
fn sends(sender: &mut Sender, line: Line, name: &str, now: u64) -> RequestId {
    match sender.next(now) {
        Some(Action::Send { id, path, .. }) if path.line == line && path.record.to_string() == name => id,
        other => panic!("not {name}: {other:?}"),
    }
}

fn reads(sender: &mut Sender, expected: u64, now: u64) -> RequestId {
    match sender.next(now) {
        Some(Action::ReadSegment { id, segment, .. }) if segment == expected => id,
        other => panic!("{expected} is not read: {other:?}"),
    }
}

fn asks(sender: &mut Sender, now: u64) -> RequestId {
    match sender.next(now) {
        Some(Action::AskHave { id, .. }) => id,
        other => panic!("the centre is not asked: {other:?}"),
    }
}

/// Sends and answers live until nothing is left; returns the last count.
fn drain(sender: &mut Sender, mut count: u64, now: u64) -> u64 {
    while let Some(Action::Send { id, .. }) = sender.next(now) {
        count += 1;
        sender.answered(id, answer(AnswerState::Received, count, 0), now);
    }
    count
}

const INIT: &str = "init-0505050505050505";

#[test]
fn live_goes_in_order_and_becomes_persisted() {
    let mut sender = sender();
    for output in segment(1, 2) {
        sender.recorded(CAMERA, &output, 0);
    }
    for (at, name) in [INIT, "1.0", "1.1", "1.end"].into_iter().enumerate() {
        let id = sends(&mut sender, Line::Live, name, 0);
        assert!(sender.next(0).is_none(), "one is in flight");
        sender.answered(id, answer(AnswerState::Received, at as u64 + 1, at as u64), 10_000);
    }
    assert!(!sender.ledger().is_persisted(CAMERA, 1), "its end is received, and not persisted");
    sender.recorded(CAMERA, &Output::Part(part(2, 0)), 20_000);
    let id = sends(&mut sender, Line::Live, "2.0", 20_000);
    sender.answered(id, answer(AnswerState::Received, 5, 4), 30_000);
    assert_eq!(sender.ledger().persisted(CAMERA).flatten().collect::<Vec<u64>>(), [1]);
}

#[test]
fn what_is_not_live_comes_later_and_only_what_is_lacking() {
    let mut sender = sender();
    sender.recorded(CAMERA, &init(), 0);
    (0..3).for_each(|index| sender.recorded(CAMERA, &Output::Part(part(1, index)), 0));
    for name in [INIT, "1.0"] {
        let id = sends(&mut sender, Line::Live, name, 0);
        sender.answered(id, answer(AnswerState::Received, 1, 1), 0);
    }
    let id = sends(&mut sender, Line::Live, "1.1", 0);
    sender.answered(id, Err(refusal(RefusalCode::NotLive)), 0);
    assert!(sender.next(0).is_none(), "the rest of the segment is not live either, and it has not ended");
    sender.recorded(CAMERA, &end(1, 3), 0);
    let id = reads(&mut sender, 1, 0);
    sender.read(id, Ok(segment(1, 3)), 0);
    let id = asks(&mut sender, 0);
    sender.told(id, Ok(Have { parts: vec![HavePart::of(&part(1, 0))] }), 0);
    let mut now = 0;
    for (at, name) in [INIT, "1.1", "1.2", "1.end"].into_iter().enumerate() {
        let id = sends(&mut sender, Line::Late, name, now);
        sender.answered(id, answer(AnswerState::Received, at as u64 + 1, 0), now);
        now += SECOND;
    }
    assert!(!sender.ledger().is_persisted(CAMERA, 1));
    // A gap or a fact carries the watermark too.
    let fact = Output::Fact(Fact { at: moment(9), kind: FactKind::ParametersChanged });
    sender.recorded_before(CAMERA, fact);
    let id = sends(&mut sender, Line::Late, "fact-9-7", now);
    sender.answered(id, answer(AnswerState::Persisted, 5, 4), now);
    assert!(sender.ledger().is_persisted(CAMERA, 1));
    assert_eq!(sender.status(now).cameras[0].metadata, 0);
}

#[test]
fn what_may_leave_the_station_is_known_to_be_at_the_centre() {
    let mut sender = sender();
    let now = SECOND;
    let other = CameraId::new(9, 9, 9);
    let fact = Output::Fact(Fact { at: moment(9), kind: FactKind::ParametersChanged });
    let facts = std::slice::from_ref(&fact);
    assert_eq!(sender.may_forget(other, &[], &[]), MayForget::No, "nobody sends that camera");
    assert_eq!(sender.may_forget(CAMERA, &[7], &[]), MayForget::No);
    assert_eq!(sender.may_forget(CAMERA, &[], &[]), MayForget::Yes);
    // A fact of a former run is offered once, and may go when a later answer says that it is durable.
    assert_eq!(sender.may_forget(CAMERA, &[], facts), MayForget::Soon);
    assert_eq!(sender.may_forget(CAMERA, &[], facts), MayForget::Soon);
    let id = sends(&mut sender, Line::Late, "fact-9-7", now);
    sender.answered(id, answer(AnswerState::Received, 1, 0), now);
    assert_eq!(sender.may_forget(CAMERA, &[], facts), MayForget::Soon, "received is not durable");
    let later = Output::Fact(Fact { at: moment(10), kind: FactKind::ParametersChanged });
    sender.recorded_before(CAMERA, later);
    let now = now + SECOND;
    let id = sends(&mut sender, Line::Late, "fact-10-7", now);
    sender.answered(id, answer(AnswerState::Persisted, 2, 1), now);
    assert_eq!(sender.may_forget(CAMERA, &[], facts), MayForget::Yes);
    // At another centre nothing of it is.
    sender.session_opened(RecordingId(77), now);
    assert_eq!(sender.may_forget(CAMERA, &[], facts), MayForget::Soon);
}

#[test]
fn without_a_line_only_the_newest_seconds_are_kept() {
    let mut sender = sender();
    sender.line_down(Line::Live, 0);
    sender.line_down(Line::Late, 0);
    sender.recorded(CAMERA, &init(), 0);
    let mut now = 0;
    for number in 0..1000 {
        for index in 0..8 {
            sender.recorded(CAMERA, &Output::Part(part(number, index)), now);
            now += SECOND / 2;
        }
        sender.recorded(CAMERA, &end(number, 8), now);
        let status = sender.status(now);
        let camera = &status.cameras[0];
        assert!(camera.live_bytes < 30_000 && camera.live_age_us <= LIVE_WITHIN_US + SECOND, "{status:?}");
        assert_eq!(camera.backlog_records, 0);
        assert_eq!(status.live_down_since, Some(0));
    }
    let status = sender.status(now);
    assert!(status.cameras[0].backlog_segments >= 997, "{status:?}");
    // The line is back: live goes on with the newest; when it is in time, the backlog begins with the oldest.
    Line::ALL.into_iter().for_each(|line| sender.line_up(line, now));
    let mut live = Vec::new();
    let first = loop {
        match sender.next(now) {
            Some(Action::Send { id, path, .. }) => {
                live.push(path.record.to_string());
                sender.answered(id, answer(AnswerState::Received, live.len() as u64, 0), now);
            }
            other => break other,
        }
    };
    assert!(matches!(first, Some(Action::ReadSegment { segment: 0, .. })), "{first:?}");
    assert_eq!((&*live[0], &**live.last().unwrap()), (INIT, "999.end"));
}

#[test]
fn a_request_without_an_answer_is_sent_again_and_a_late_answer_is_ignored() {
    let mut sender = sender();
    sender.recorded(CAMERA, &init(), 0);
    sender.recorded(CAMERA, &Output::Part(part(1, 0)), 0);
    let lost = sends(&mut sender, Line::Live, INIT, 0);
    // Live would be given up after eight seconds; a newer segment keeps the line busy.
    sender.recorded(CAMERA, &Output::Part(part(2, 0)), 5 * SECOND);
    assert!(sender.next(REQUEST_TIMEOUT_US - 1).is_none());
    assert!(sender.next(REQUEST_TIMEOUT_US).is_none(), "after a pause");
    let now = REQUEST_TIMEOUT_US + RETRY_MIN_US;
    assert!(sender.wake_at(REQUEST_TIMEOUT_US) <= now);
    let again = sends(&mut sender, Line::Live, INIT, now);
    sender.answered(lost, answer(AnswerState::Received, 1, 0), now);
    assert!(sender.next(now).is_none(), "the second is still in flight");
    sender.answered(again, answer(AnswerState::Received, 1, 0), now);
    let _ = sends(&mut sender, Line::Live, "2.0", now);
}

#[test]
fn an_unknown_session_is_opened_anew() {
    let mut sender = sender();
    for output in segment(1, 1) {
        sender.recorded(CAMERA, &output, 0);
    }
    let id = sends(&mut sender, Line::Live, INIT, 0);
    sender.answered(id, Err(refusal(RefusalCode::UnknownSession)), 0);
    assert!(matches!(sender.next(0), Some(Action::OpenSession)));
    sender.session_failed(0);
    assert!(sender.next(0).is_none(), "after a pause");
    assert!(!sender.status(0).has_session);
    assert!(matches!(sender.next(RETRY_MIN_US), Some(Action::OpenSession)));
    sender.session_opened(RecordingId(1), RETRY_MIN_US);
    let now = 2 * RETRY_MIN_US;
    let _ = sends(&mut sender, Line::Live, INIT, now);
}

#[test]
fn what_the_centre_never_takes_does_not_stop_the_rest() {
    let mut sender = sender();
    sender.add_camera(CAMERA, segments(1..4));
    let id = reads(&mut sender, 1, 0);
    sender.read(id, Ok(segment(1, 1)), 0);
    let id = asks(&mut sender, 0);
    sender.told(id, Ok(Have::default()), 0);
    let id = sends(&mut sender, Line::Late, INIT, 0);
    sender.answered(id, answer(AnswerState::Received, 1, 0), 0);
    let mut now = SECOND;
    let id = sends(&mut sender, Line::Late, "1.0", now);
    sender.answered(id, Err(refusal(RefusalCode::Differs)), now);
    assert_eq!(sender.status(now).cameras[0].refused_segments, 1);
    now += SECOND;
    let id = reads(&mut sender, 2, now);
    sender.read(id, Err(ReadError::Gone), now);
    assert_eq!(sender.status(now).cameras[0].gone_segments, 1);
    let id = reads(&mut sender, 3, now);
    sender.read(id, Err(ReadError::Failed), now);
    let status = &sender.status(now).cameras[0];
    assert_eq!((status.refused_segments, status.backlog_segments), (1, 1), "it waits");
    assert!(sender.next(now).is_none());
    now += SECOND;
    // Another session tries it all again.
    sender.session_lost();
    assert!(matches!(sender.next(now), Some(Action::OpenSession)));
    sender.session_opened(RecordingId(1), now);
    let _ = reads(&mut sender, 1, now);
}

#[test]
fn a_segment_that_never_ends_is_looked_at_later() {
    let mut sender = sender();
    sender.recorded(CAMERA, &init(), 0);
    sender.recorded(CAMERA, &Output::Part(part(1, 0)), 0);
    sender.recorded(CAMERA, &Output::Part(part(2, 0)), 0);
    for name in [INIT, "2.0"] {
        let id = sends(&mut sender, Line::Live, name, 0);
        sender.answered(id, answer(AnswerState::Received, 1, 1), 0);
    }
    let _ = reads(&mut sender, 1, 0);
}

/// The archive took no more of it, ended it with what it had, and declared a gap; nothing is recorded after that.
#[test]
fn a_segment_that_a_gap_cuts_is_looked_at_at_once() {
    let mut sender = sender();
    for output in segment(3, 2).into_iter().take(3) {
        sender.recorded(CAMERA, &output, 0);
    }
    drain(&mut sender, 0, 0);
    let gap = Gap { from: part(3, 2).start, to: None, cause: Cause::Disk, next_segment: 70 };
    sender.recorded(CAMERA, &Output::Gap(gap), 0);
    let name = RecordName::of(&Output::Gap(gap)).to_string();
    let id = sends(&mut sender, Line::Live, &name, 0);
    sender.answered(id, answer(AnswerState::Received, 4, 0), 0);
    reads(&mut sender, 3, 0);
}

/// As one whose end waits for room on a full disk: however long that takes, it is not left out, and nothing waits for it.
#[test]
fn what_cannot_be_read_now_is_read_later_and_holds_up_nothing() {
    let mut sender = sender();
    sender.add_camera(CAMERA, segments(1..3));
    let (mut now, mut failures) = (0, 0);
    while failures < 9 {
        match sender.next(now) {
            Some(Action::ReadSegment { id, segment: 1, .. }) => {
                sender.read(id, Err(ReadError::Failed), now);
                failures += 1;
            }
            Some(Action::ReadSegment { id, .. }) => sender.read(id, Ok(segment(2, 1)), now),
            Some(Action::AskHave { id, .. }) => sender.told(id, Ok(Have { parts: Vec::new() }), now),
            Some(Action::Send { id, .. }) => sender.answered(id, answer(AnswerState::Persisted, 0, 0), now),
            Some(other) => panic!("{other:?}"),
            None => now = sender.wake_at(now),
        }
    }
    assert!(sender.ledger().is_persisted(CAMERA, 2), "those behind it went on");
    assert_eq!(sender.status(now).cameras[0].backlog_segments, 1);
    assert!((100 * SECOND..600 * SECOND).contains(&now), "{now} µs for nine attempts");
}

#[test]
fn another_centre_has_nothing_of_what_one_persisted() {
    let mut sender = sender();
    for output in segment(1, 1) {
        sender.recorded(CAMERA, &output, 0);
    }
    while let Some(Action::Send { id, .. }) = sender.next(0) {
        sender.answered(id, answer(AnswerState::Received, 1, 1), 0);
    }
    assert!(sender.ledger().is_persisted(CAMERA, 1));
    sender.session_opened(RecordingId(1), 0);
    assert!(sender.next(0).is_none(), "the same centre has it");
    sender.session_opened(RecordingId(2), 0);
    assert!(!sender.ledger().is_persisted(CAMERA, 1));
    let _ = reads(&mut sender, 1, 0);
}

#[test]
fn cameras_take_turns_and_live_of_all_goes_first() {
    let mut sender = sender();
    sender.add_camera(CAMERA, segments(1..10));
    sender.add_camera(OTHER, segments(1..10));
    sender.recorded(OTHER, &init(), 0);
    sender.recorded(OTHER, &Output::Part(part(20, 0)), 0);
    let Some(Action::Send { path, .. }) = sender.next(0) else { panic!("live goes first") };
    assert_eq!((path.camera, path.line), (OTHER, Line::Live));
    let turns: Vec<CameraId> = (0..2)
        .map(|_| match sender.next(0) {
            Some(Action::ReadSegment { camera, .. }) => camera,
            other => panic!("the backlog's turn: {other:?}"),
        })
        .collect();
    assert_eq!(turns, [CAMERA, OTHER]);
}

#[test]
fn late_parts_fly_together_and_their_end_waits_for_them() {
    let mut sender = sender();
    sender.add_camera(CAMERA, segments(1..2));
    let id = reads(&mut sender, 1, 0);
    sender.read(id, Ok(segment(1, 6)), 0);
    let id = asks(&mut sender, 0);
    sender.told(id, Ok(Have::default()), 0);
    let id = sends(&mut sender, Line::Late, INIT, 0);
    assert!(sender.next(SECOND).is_none(), "nothing goes before the init segment is there");
    sender.answered(id, answer(AnswerState::Received, 1, 0), SECOND);
    let mut send = |at: u64, name: &str| sends(&mut sender, Line::Late, name, at * SECOND);
    let ids = [send(2, "1.0"), send(3, "1.1"), send(4, "1.2"), send(5, "1.3")];
    assert!(sender.next(7 * SECOND).is_none(), "four are in flight");
    sender.answered(ids[2], answer(AnswerState::Received, 2, 0), 7 * SECOND);
    // A part that got no answer goes again, and only that one.
    sender.answered(ids[0], Err(Failure::Unanswered), 7 * SECOND);
    let again = sends(&mut sender, Line::Late, "1.0", 8 * SECOND);
    for (id, count) in [(ids[1], 3), (ids[3], 4), (again, 5)] {
        sender.answered(id, answer(AnswerState::Received, count, 0), 8 * SECOND);
    }
    let fourth = sends(&mut sender, Line::Late, "1.4", 9 * SECOND);
    let fifth = sends(&mut sender, Line::Late, "1.5", 10 * SECOND);
    assert!(sender.next(11 * SECOND).is_none(), "the end waits");
    sender.answered(fifth, answer(AnswerState::Received, 6, 0), 11 * SECOND);
    sender.answered(fourth, answer(AnswerState::Received, 7, 0), 11 * SECOND);
    let end = sends(&mut sender, Line::Late, "1.end", 12 * SECOND);
    sender.answered(end, answer(AnswerState::Received, 8, 7), 12 * SECOND);
    assert!(!sender.ledger().is_persisted(CAMERA, 1));
    // Nothing more goes on the late line: an answer on the live one says that it is durable.
    sender.recorded(CAMERA, &init(), 12 * SECOND);
    sender.recorded(CAMERA, &Output::Part(part(2, 0)), 12 * SECOND);
    let id = sends(&mut sender, Line::Live, INIT, 12 * SECOND);
    let told = Answer { persisted_late: 8, ..answer(AnswerState::Received, 1, 0).unwrap() };
    sender.answered(id, Ok(told), 12 * SECOND);
    assert!(sender.ledger().is_persisted(CAMERA, 1));
}

#[test]
fn the_backlog_halves_when_live_is_slow_and_rests_while_it_waits() {
    let mut sender = sender();
    sender.recorded(CAMERA, &init(), 0);
    let mut count = drain(&mut sender, 0, 0);
    let mut now = 0;
    let mut answer_in = |sender: &mut Sender, segment: u64, delay: u64| {
        now += SECOND;
        sender.recorded(CAMERA, &Output::Part(part(segment, 0)), now);
        sender.recorded(CAMERA, &end(segment, 1), now);
        while let Some(Action::Send { id, .. }) = sender.next(now) {
            count += 1;
            sender.answered(id, answer(AnswerState::Received, count, count), now + delay);
        }
        sender.status(now).rate
    };
    let start = SenderOptions::default().rate_start;
    let grown = (1..10).map(|segment| answer_in(&mut sender, segment, 50_000)).last().unwrap();
    assert!(grown > 2 * start, "{grown}");
    let halved = answer_in(&mut sender, 11, 400_000);
    assert_eq!(halved, grown / 2);
    let floor = (12..40).map(|segment| answer_in(&mut sender, segment, 400_000)).last().unwrap();
    assert_eq!(floor, SenderOptions::default().rate_min);

    // A record waits behind one in flight: nothing of the backlog is begun.
    sender.add_camera(CAMERA, segments(1000..1001));
    now += SECOND;
    sender.recorded(CAMERA, &Output::Part(part(50, 0)), now);
    sender.recorded(CAMERA, &Output::Part(part(50, 1)), now);
    let _ = sends(&mut sender, Line::Live, "50.0", now);
    assert!(sender.next(now + 1_100_000).is_none());
    // The line is gone: nobody is in the way.
    sender.line_down(Line::Live, now + 1_100_000);
    let _ = reads(&mut sender, 1000, now + 1_100_000);
}
