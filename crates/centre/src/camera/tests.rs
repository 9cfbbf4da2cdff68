//! A bug in one camera's packager or live window, and its consequences.

use ashkar_archive::Archive;
use ashkar_ingest::{End, MediaSink};
use ashkar_live::WindowOptions;
use ashkar_media::codec::{ParameterSets, VideoCodec};
use ashkar_media::{AccessUnit, MIN_GAP_TICKS, MediaEvent};
use ashkar_terms::{Clock, SystemClock};
use bytes::Bytes;
use tempfile::TempDir;

use super::*;

const SPS: &[u8] = &[
    0x67, 0x42, 0xc0, 0x0c, 0xd9, 0x01, 0x41, 0x9f, 0x9f, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
    0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0xa4, 0x80,
];
const PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];
const PICTURE_US: u64 = 40_000;

struct Rig {
    cameras: [Arc<Camera>; 2],
    archive: Archive,
    now: Moment,
    sent: i64,
    _directory: TempDir,
}

impl Rig {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock::new());
        let now = clock.now();
        let archive = Archive::open(directory.path(), ashkar_archive::Options::default(), clock).unwrap();
        let cameras = [1, 2].map(|number| {
            let id = CameraId::new(7, 12, number);
            let live = LiveCamera::new("0123456789abcdef", id, WindowOptions::default());
            Arc::new(Camera::new(id, archive.clone(), live, false, now))
        });
        Self { cameras, archive, now, sent: 0, _directory: directory }
    }

    fn connect(&self, index: usize) -> CameraSink {
        let mut sink = self.cameras[index].open("test".to_owned(), Right::Pull, self.now).unwrap();
        let sets = ParameterSets::of(VideoCodec::H264, [SPS, PPS]).unwrap();
        sink.media(MediaEvent::VideoConfig(sets.config().unwrap()), self.now);
        sink
    }

    /// One picture of each of `sinks`, a keyframe every two seconds.
    fn picture(&mut self, sinks: &mut [&mut CameraSink]) {
        self.now.mono_us += PICTURE_US;
        self.now.wall = self.now.wall.plus(PICTURE_US as i64);
        let keyframe = self.sent % 50 == 0;
        let header = if keyframe { 0x65 } else { 0x41 };
        for sink in sinks {
            let unit = AccessUnit {
                data: Bytes::from(vec![0, 0, 0, 3, header, 0x88, 0x80]),
                camera_dts: self.sent * 3600,
                composition_offset: 0,
                keyframe,
                arrival: self.now,
            };
            sink.media(MediaEvent::Video(unit), self.now);
        }
        self.sent += 1;
    }

    fn status(&self, index: usize) -> Status {
        self.cameras[index].status(self.now)
    }

    /// The end of the recording, on which archive and camera agree.
    fn resume(&self, index: usize) -> Resume {
        let camera = &self.cameras[index];
        let (own, archived) = (camera.work.lock().resume, self.archive.resume(camera.id).unwrap());
        assert_eq!((own.next_segment, own.open_gap), (archived.next_segment, archived.open_gap));
        assert_eq!((own.timeline_end, own.init_sha256), (Some(archived.timeline_end), archived.init_sha256));
        own
    }
}

#[test]
fn a_packager_that_fails_ends_its_connection_as_the_centres_doing_and_no_other() {
    let mut rig = Rig::new();
    let (mut failing, mut sound) = (rig.connect(0), rig.connect(1));
    (0..60).for_each(|_| rig.picture(&mut [&mut failing, &mut sound]));
    let before = rig.resume(0);
    let now = rig.now;
    // Like the reactor and the pull's task: the panic is caught around the connection, whose sink is dropped with it.
    let caught = catch_unwind(AssertUnwindSafe(move || {
        failing.with(now, |_, _| panic!("an assertion that fails, on purpose"));
    }));
    assert!(caught.is_err(), "whoever reads the connection learns of it");
    assert_eq!((rig.status(0).connected, rig.status(0).cause), (false, Some(Cause::Centre)));
    let gap = rig.resume(0);
    assert_eq!(gap.open_gap, Some(Cause::Centre));
    assert!(gap.next_segment >= before.next_segment && gap.timeline_end >= before.timeline_end);

    let mut again = rig.connect(0);
    (0..140).for_each(|_| rig.picture(&mut [&mut again, &mut sound]));
    assert!(rig.status(0).live && rig.status(1).live);
    let after = rig.resume(0);
    assert!(after.open_gap.is_none() && after.next_segment > gap.next_segment);
    let missing = after.timeline_end.unwrap().since(gap.timeline_end.unwrap());
    assert!(missing > MIN_GAP_TICKS);
    for camera in &rig.cameras {
        assert_eq!(camera.live.snapshot().refused, 0, "numbers and times follow on each other");
    }
    assert_eq!(rig.cameras[1].status(rig.now).counters.gaps, 0, "the other one has noticed nothing");
}

#[test]
fn a_packager_that_fails_at_a_tick_sends_the_publisher_away_and_the_tick_goes_on() {
    let mut rig = Rig::new();
    let (mut failing, mut sound) = (rig.connect(0), rig.connect(1));
    (0..60).for_each(|_| rig.picture(&mut [&mut failing, &mut sound]));
    let camera = Arc::clone(&rig.cameras[0]);
    assert!(camera.run(&mut camera.work.lock(), rig.now, |_, _| panic!("on purpose")).is_err());
    assert!(failing.superseded(), "so its connection is closed");
    rig.cameras.iter().for_each(|camera| camera.tick(rig.now));
    rig.picture(&mut [&mut failing, &mut sound]);
    assert_eq!(rig.resume(0).open_gap, Some(Cause::Centre), "what it still sends is not taken");
    assert!(rig.status(1).live && !rig.status(0).live);
    Box::new(failing).end(End::new(Cause::Source, "closed"), rig.now);
    assert_eq!(rig.status(0).cause, Some(Cause::Centre));
}

#[test]
fn a_live_window_that_fails_does_not_end_the_recording() {
    let mut rig = Rig::new();
    let mut sink = rig.connect(0);
    rig.cameras[0].watch_live(|_| panic!("on purpose"));
    (0..60).for_each(|_| rig.picture(&mut [&mut sink]));
    assert!(rig.status(0).live && rig.resume(0).timeline_end.is_some());
}
