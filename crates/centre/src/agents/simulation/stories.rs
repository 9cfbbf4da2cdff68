//! What the simulation found once, as stories of their own. In the first the centre's disk hangs, the session ends, and the agent asks
//! what the centre has of a segment that live sent whole: nothing of it is durable, and all of it is about to be.

use std::sync::Arc;

use ashkar_media::Output;
use ashkar_terms::{Blame, CameraId, Clock, Span};
use ashkar_uplink::{Answer, AnswerState, Line, RecordName, RecordPath, RecordingId, Refusal, RefusalCode};

use super::hall::Hall;
use super::source::{PART_US, Source};
use super::{MORNING, VirtualClock};
use crate::agents::planted::{Planted, with};

const CAMERA: CameraId = CameraId::new(7, 1, 1);
const OTHER: CameraId = CameraId::new(7, 1, 2);
const RECORDING: RecordingId = RecordingId(7);

struct Story {
    clock: Arc<VirtualClock>,
    hall: Hall,
    recording: RecordingId,
    session: u64,
    now: u64,
}

impl Story {
    fn begin() -> Self {
        let clock = Arc::new(VirtualClock::default());
        let mut hall = Hall::new(Arc::clone(&clock));
        hall.start(&[CAMERA, OTHER], 0, 7).unwrap();
        let mut story = Self { clock, hall, recording: RECORDING, session: 0, now: PART_US };
        story.open();
        story
    }

    fn open(&mut self) {
        let moment = self.clock.now();
        self.session = self.hall.running.as_mut().unwrap().open(self.recording, &[CAMERA, OTHER], moment).0;
    }

    fn put(&self, camera: CameraId, line: Line, output: &Output) -> Result<Answer, Refusal> {
        let path = RecordPath { camera, recording: self.recording, record: RecordName::of(output), line };
        self.hall.running.as_ref().unwrap().put(self.session, &path, output, self.clock.now())
    }

    /// A whole segment, recorded.
    fn segment(&mut self, camera: CameraId) -> Vec<Output> {
        let (mut source, mut recorded) = (Source::new(camera, 7), Vec::new());
        while !recorded.iter().any(|output| matches!(output, Output::SegmentEnd(_))) {
            self.now += PART_US;
            self.clock.set(self.now);
            recorded.extend(source.send(self.now, self.clock.now()));
        }
        recorded
    }

    /// The same, and it was sent live.
    fn segment_sent_live(&mut self, camera: CameraId) -> Vec<Output> {
        let sent = self.segment(camera);
        sent.iter().for_each(|output| assert!(self.put(camera, Line::Live, output).is_ok()));
        sent
    }

    /// Ticks of the camera's segments, and how long it all lasted.
    fn listed(&self) -> u64 {
        let archive = self.hall.running.as_ref().unwrap().store.archive();
        let all = Span { from: MORNING, to: MORNING.plus(60_000_000) };
        archive.segments(CAMERA, all).unwrap().iter().map(|segment| u64::from(segment.duration)).sum()
    }
}

fn ticks(sent: &[Output]) -> u64 {
    let ticks = |output: &Output| if let Output::Part(part) = output { u64::from(part.duration) } else { 0 };
    sent.iter().map(ticks).sum()
}

#[test]
fn media_that_are_about_to_be_durable_are_not_recorded_a_second_time() {
    let mut story = Story::begin();
    let sent = story.segment_sent_live(CAMERA);
    story.open();
    for output in &sent {
        match (output, story.put(CAMERA, Line::Late, output)) {
            (Output::Part(_), refused) => assert_eq!(refused.unwrap_err().code, RefusalCode::Busy),
            (_, taken) => assert!(taken.is_ok(), "{taken:?}"),
        }
    }
    story.hall.write(story.now);
    for output in &sent {
        let state = story.put(CAMERA, Line::Late, output).unwrap().state;
        assert!(!matches!(output, Output::Part(_)) || state == AnswerState::Persisted);
    }
    story.hall.write(story.now + 1_000_000);
    assert_eq!(story.listed(), ticks(&sent));
}

#[test]
fn a_camera_stays_live_while_its_session_is_renewed() {
    let mut story = Story::begin();
    story.segment_sent_live(CAMERA);
    story.open();
    assert!(story.hall.running.as_ref().unwrap().is_live(CAMERA, story.clock.now()));
}

#[test]
fn a_device_is_told_that_another_one_sends_the_camera() {
    let mut story = Story::begin();
    let sent = story.segment_sent_live(CAMERA);
    story.recording = RecordingId(8);
    story.open();
    let refusal = story.put(CAMERA, Line::Live, &sent[0]).unwrap_err();
    assert_eq!((refusal.code, refusal.code.blame()), (RefusalCode::Taken, Blame::Station));
}

/// On a slow line it came after the agent had given it up and sent it as late.
#[test]
fn a_live_part_that_came_as_late_meanwhile_is_not_recorded_a_second_time() {
    let mut story = Story::begin();
    let sent = story.segment(CAMERA);
    sent.iter().for_each(|output| assert!(story.put(CAMERA, Line::Late, output).is_ok()));
    let live = sent.iter().find(|output| matches!(output, Output::Part(_))).unwrap();
    let init = sent.iter().find(|output| matches!(output, Output::Init(_))).unwrap();
    assert!(story.put(CAMERA, Line::Live, init).is_ok());
    assert_eq!(story.put(CAMERA, Line::Live, live).unwrap_err().code, RefusalCode::NotLive);
    story.hall.write(story.now);
    assert_eq!(story.listed(), ticks(&sent));
}

/// Called out of order, the segment would be left out until another session.
#[test]
fn while_the_disk_is_full_every_late_part_is_told_so() {
    let mut story = Story::begin();
    story.hall.disk.set_capacity(0);
    story.segment_sent_live(OTHER);
    story.hall.write(story.now);
    let (mut source, mut sent) = (Source::new(CAMERA, 7), Vec::new());
    while sent.len() < 3 {
        story.now += PART_US;
        sent.extend(source.send(story.now, story.clock.now()));
    }
    for output in &sent {
        match (output, story.put(CAMERA, Line::Late, output)) {
            (Output::Part(_), refused) => assert_eq!(refused.unwrap_err().code, RefusalCode::Disk),
            (_, taken) => assert!(taken.is_ok(), "{taken:?}"),
        }
    }
}

#[test]
fn without_that_rule_they_are() {
    with(Some(Planted::OverlookUndurable), || {
        let mut story = Story::begin();
        let sent = story.segment_sent_live(CAMERA);
        story.open();
        sent.iter().for_each(|output| assert!(story.put(CAMERA, Line::Late, output).is_ok()));
        story.hall.write(story.now);
        assert_eq!(story.listed(), 2 * ticks(&sent));
    });
}
