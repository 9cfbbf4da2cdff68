//! What a recording does when something in it or beside it fails, and who may send.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use ashkar_archive::DiskState;
use ashkar_archive::disk::MemoryDisk;
use ashkar_ingest::MediaSink;
use ashkar_live::WindowOptions;
use ashkar_media::codec::{ParameterSets, VideoCodec};
use ashkar_media::{AccessUnit, Gap, MediaEvent};
use ashkar_terms::{Blame, Clock, SystemClock};
use bytes::Bytes;

use super::*;

const ID: CameraId = CameraId::new(7, 12, 1);
const SPS: &[u8] = &[
    0x67, 0x42, 0xc0, 0x0c, 0xd9, 0x01, 0x41, 0x9f, 0x9f, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
    0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0xa4, 0x80,
];
const PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];
const PICTURE_US: u64 = 40_000;

/// Keeps what it gets, and fails on request.
#[derive(Default)]
struct Kept {
    outputs: Mutex<Vec<Output>>,
    fails: AtomicBool,
}

impl Outlet for Kept {
    fn recorded(&self, camera: CameraId, output: &Output) {
        assert_eq!(camera, ID);
        assert!(!self.fails.load(Ordering::Relaxed), "on purpose");
        self.outputs.lock().push(output.clone());
    }
}

impl Kept {
    fn parts(&self) -> usize {
        self.outputs.lock().iter().filter(|output| matches!(output, Output::Part(_))).count()
    }

    fn gaps(&self) -> Vec<Gap> {
        let gap = |output: &Output| if let Output::Gap(gap) = output { Some(*gap) } else { None };
        self.outputs.lock().iter().filter_map(gap).collect()
    }

    fn closed_gaps(&self) -> Vec<Gap> {
        self.gaps().into_iter().filter(|gap| gap.to.is_some()).collect()
    }
}

struct Rig {
    recording: Arc<Recording>,
    archive: Archive,
    kept: Arc<Kept>,
    now: Moment,
    sent: i64,
}

impl Rig {
    fn new() -> Self {
        Self::on(&MemoryDisk::new())
    }

    fn on(disk: &MemoryDisk) -> Self {
        let clock = Arc::new(SystemClock::new());
        let now = clock.now();
        let options = ashkar_archive::Options {
            journal_bytes: 64 << 10,
            sync_interval_ms: 1,
            reserve_bytes: 0,
            nearly_full_bytes: 0,
            retry_first_ms: 1,
            ..ashkar_archive::Options::default()
        };
        let archive = Archive::open_on(Arc::new(disk.clone()), options, clock).unwrap();
        let kept = Arc::new(Kept::default());
        let recording = recording(&archive, &kept, None);
        Self { recording, archive, kept, now, sent: 0 }
    }

    /// Waits until the archive has noticed. Facts that it is to write make it look.
    fn until_state(&self, state: DiskState) {
        let begun = Instant::now();
        while self.archive.status().state != state {
            let fact = Fact { at: self.now, kind: FactKind::ParametersChanged };
            let _ = self.archive.append(ID, &Output::Fact(fact));
            let _ = self.archive.flush();
            assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", self.archive.status());
        }
    }

    fn pass(&mut self, us: u64) {
        self.now.mono_us += us;
        self.now.wall = self.now.wall.plus(i64::try_from(us).unwrap());
    }

    fn connect(&self) -> RecordingSink {
        let mut sink = self.recording.open("test".to_owned(), self.now).unwrap();
        let sets = ParameterSets::of(VideoCodec::H264, [SPS, PPS]).unwrap();
        sink.media(MediaEvent::VideoConfig(sets.config().unwrap()), self.now);
        sink
    }

    /// Pictures of one sender, a keyframe every two seconds.
    fn pictures(&mut self, sink: &mut RecordingSink, count: usize) {
        for _ in 0..count {
            self.pass(PICTURE_US);
            let keyframe = self.sent % 50 == 0;
            let header = if keyframe { 0x65 } else { 0x41 };
            let unit = AccessUnit {
                data: Bytes::from(vec![0, 0, 0, 3, header, 0x88, 0x80]),
                camera_dts: self.sent * 3600,
                composition_offset: 0,
                keyframe,
                arrival: self.now,
            };
            sink.media(MediaEvent::Video(unit), self.now);
            self.sent += 1;
        }
    }

    fn found(&self) -> status::Found {
        self.recording.found(self.now)
    }
}

fn recording(archive: &Archive, kept: &Arc<Kept>, hole: Option<Cause>) -> Arc<Recording> {
    let live = LiveCamera::new(archive.id(), ID, WindowOptions::default());
    let outlet = Arc::clone(kept) as Arc<dyn Outlet>;
    let before = Before { hole, by_other_clock: false };
    Arc::new(Recording::new(ID, archive.clone(), live, false, outlet, before))
}

#[test]
fn a_packager_that_fails_ends_its_connection_and_the_next_one_continues() {
    let mut rig = Rig::new();
    let mut failing = rig.connect();
    rig.pictures(&mut failing, 60);
    let recording = Arc::clone(&rig.recording);
    assert!(recording.run(&mut recording.work.lock(), rig.now, |_, _| panic!("on purpose")).is_err());
    assert!(failing.superseded(), "so its connection is closed");
    let found = rig.found();
    assert_eq!((found.recording, found.connected, found.cause), (false, false, Some(Cause::Centre)));
    let mut again = rig.connect();
    rig.pictures(&mut again, 110);
    assert!(rig.found().recording);
    assert_eq!(rig.kept.closed_gaps().len(), 1);
    assert_eq!(recording.live.snapshot().refused, 0, "numbers and times follow on each other");
}

#[test]
fn an_outlet_that_fails_does_not_end_the_recording() {
    let mut rig = Rig::new();
    let mut sink = rig.connect();
    rig.pictures(&mut sink, 60);
    let before = rig.kept.parts();
    rig.kept.fails.store(true, Ordering::Relaxed);
    rig.pictures(&mut sink, 60);
    let recorded = rig.archive.resume(ID).unwrap().timeline_end;
    assert!(rig.found().recording);
    rig.kept.fails.store(false, Ordering::Relaxed);
    rig.pictures(&mut sink, 60);
    assert!(rig.kept.parts() > before && rig.archive.resume(ID).unwrap().timeline_end > recorded);
}

#[test]
fn what_the_archive_refuses_is_not_handed_on() {
    let mut rig = Rig::new();
    let mut sink = rig.connect();
    rig.pictures(&mut sink, 60);
    rig.archive.close().unwrap();
    let before = rig.kept.outputs.lock().len();
    rig.pictures(&mut sink, 60);
    assert_eq!(rig.kept.outputs.lock().len(), before);
    let found = rig.found();
    assert_eq!((found.recording, found.connected, found.cause), (false, true, Some(Cause::Disk)));
    assert_eq!(found.trouble.unwrap().0, Blame::Station, "the disk stands at the station");
}

#[test]
fn a_gap_that_the_archive_declares_is_handed_on_with_its_cause() {
    let disk = MemoryDisk::new();
    let mut rig = Rig::on(&disk);
    let mut sink = rig.connect();
    rig.pictures(&mut sink, 60);
    let recorded = || rig.archive.resume(ID).unwrap().timeline_end;
    let before = recorded();
    disk.set_capacity(1);
    rig.until_state(DiskState::Full);
    rig.pictures(&mut sink, 120);
    let open = Gap { from: before, to: None, cause: Cause::Disk, next_segment: 0 };
    let told: Vec<Gap> = rig.kept.gaps().into_iter().filter(|gap| gap.from == before).collect();
    assert!(!told.is_empty(), "while it lasts");
    assert!(told.iter().all(|gap| Gap { next_segment: 0, ..*gap } == open), "{told:?}");
    disk.set_capacity(u64::MAX);
    rig.until_state(DiskState::Ok);
    rig.pictures(&mut sink, 120);
    let [gap] = rig.kept.closed_gaps()[..] else { panic!("one gap, and its end") };
    assert_eq!((gap.from, gap.cause), (before, Cause::Disk));
    assert!(
        rig.found().recording && gap.to.is_some_and(|to| to < rig.archive.resume(ID).unwrap().timeline_end)
    );
}

#[test]
fn a_second_sender_waits_until_the_first_is_silent() {
    let mut rig = Rig::new();
    let mut first = rig.connect();
    rig.pictures(&mut first, 60);
    assert_eq!(rig.recording.open("another".to_owned(), rig.now).err(), Some(Refusal::AlreadyLive));
    rig.pass(SILENT_AFTER_US);
    let mut second = rig.connect();
    rig.pictures(&mut first, 60);
    assert!(first.superseded() && !rig.found().recording, "what the first still sends is not taken");
    rig.pictures(&mut second, 110);
    assert!(rig.found().recording);
    let causes: Vec<Cause> = rig.kept.closed_gaps().iter().map(|gap| gap.cause).collect();
    assert_eq!(causes, [Cause::Uplink]);
}

#[test]
fn a_hole_has_the_cause_that_the_last_run_left() {
    for (hole, cause) in [(Some(Cause::Power), Cause::Power), (None, Cause::Centre)] {
        let mut rig = Rig::new();
        let mut sink = rig.connect();
        rig.pictures(&mut sink, 60);
        rig.recording.flush(rig.now);
        rig.pass(20_000_000);
        // Another process, as far as the archive can tell.
        rig.recording = recording(&rig.archive, &rig.kept, hole);
        let mut sink = rig.connect();
        rig.pictures(&mut sink, 110);
        let causes: Vec<Cause> = rig.kept.closed_gaps().iter().map(|gap| gap.cause).collect();
        assert_eq!(causes, [cause]);
    }
}
