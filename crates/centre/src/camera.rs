//! One camera at work: who sends, the packager, the recorder and the live window.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ashkar_archive::Archive;
use ashkar_ingest::{End, MediaSink, Refusal};
use ashkar_live::LiveCamera;
use ashkar_media::{Fact, FactKind, LIVE_WITHIN_US, MediaEvent, Options, Output, Packager, Resume};
use ashkar_terms::{CameraId, Cause, Moment, UtcMicros};
use parking_lot::Mutex;

use crate::recorder::Recorder;
use crate::registry::{Registry, Right};

/// A publisher that has sent nothing for this long may be taken over, microseconds.
const SILENT_AFTER_US: u64 = 5_000_000;

/// What is said of a connection that a defect of ours has ended.
const FAILED: &str = "the centre failed while it read this camera";

/// What a panic was about.
type Panic = Box<dyn Any + Send>;

/// One camera. Its lock is held only while one access unit is packaged: no I/O happens under it.
pub struct Camera {
    /// Which.
    pub id: CameraId,
    /// What viewers get.
    pub live: LiveCamera,
    /// Number of the connection that owns the camera; 0 where none does.
    owner: AtomicU64,
    /// Whether the policy lets sound through.
    sound: AtomicBool,
    /// When bytes of the owner arrived last, microseconds of the monotonic clock; 0 before the first.
    received_us: AtomicU64,
    work: Mutex<Work>,
}

struct Work {
    packager: Packager,
    /// Where what the packager gave out ends: another one goes on there.
    resume: Resume,
    recorder: Recorder,
    out: Vec<Output>,
    connections: u64,
    source: Option<String>,
    right: Option<Right>,
    last_seen: Moment,
    disconnected_at: Option<UtcMicros>,
    connected_at: Option<UtcMicros>,
    /// Arrival of the first picture that was recorded since pictures come without a break.
    live_since: Option<UtcMicros>,
    cause: Cause,
    /// It was said in the log that nothing usable comes.
    is_trouble_logged: bool,
}

/// What can be told of a camera at this moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether a publisher is connected or a pull is running.
    pub connected: bool,
    /// Protocol and address of who sends.
    pub source: Option<String>,
    /// Whether it is live: a picture of this connection was recorded, and the last one is less than
    /// [`LIVE_WITHIN_US`] old. Nothing else decides that, for no place where it is told.
    pub live: bool,
    /// Since when it is.
    pub live_since: Option<UtcMicros>,
    /// Arrival of the newest picture that was kept since this process started.
    pub last_picture: Option<Moment>,
    /// Why it is not live.
    pub cause: Option<Cause>,
    /// Since when `cause` is the cause, where it is less long than it is not live.
    pub cause_since: Option<UtcMicros>,
    /// What is wrong with what it sends, where it is connected and nothing usable comes: one word, and a sentence.
    pub unusable: Option<(&'static str, String)>,
    /// When the last picture came, where it is not live.
    pub ended: Option<UtcMicros>,
    /// Whether the disk takes the recording.
    pub recording: bool,
    /// Counters of the packager.
    pub counters: ashkar_media::Counters,
}

impl Camera {
    pub(crate) fn new(id: CameraId, archive: Archive, live: LiveCamera, sound: bool, now: Moment) -> Self {
        let resumed = archive.resume(id);
        let unknown = || Resume { next_segment: archive.first_segment(), ..Resume::default() };
        let resume = resumed.map_or_else(unknown, |resumed| Resume {
            next_segment: resumed.next_segment,
            timeline_end: Some(resumed.timeline_end),
            open_gap: resumed.open_gap,
            init_sha256: resumed.init_sha256,
        });
        let cause = if resume.timeline_end.is_some() {
            resume.open_gap.unwrap_or(Cause::Centre)
        } else {
            Cause::NeverConnected
        };
        // What a wrong clock has put into the future has not ended there.
        let disconnected_at = resume.timeline_end.map(|end| end.to_utc().min(now.wall));
        let work = Work {
            packager: Packager::new(id, resume, Options { sound, ..Options::default() }),
            resume,
            recorder: Recorder::new(archive, id),
            out: Vec::new(),
            connections: 0,
            source: None,
            right: None,
            last_seen: Moment { wall: UtcMicros(0), mono_us: 0 },
            disconnected_at,
            connected_at: None,
            live_since: None,
            cause,
            is_trouble_logged: false,
        };
        Self {
            id,
            live,
            owner: AtomicU64::new(0),
            sound: AtomicBool::new(sound),
            received_us: AtomicU64::new(0),
            work: Mutex::new(work),
        }
    }

    /// Lets `source` send, where nobody does or who does is silent.
    pub(crate) fn open(
        self: &Arc<Self>,
        source: String,
        right: Right,
        now: Moment,
    ) -> Result<CameraSink, Refusal> {
        let mut work = self.work.lock();
        if self.owner.load(Ordering::Acquire) != 0 {
            if now.mono_us.saturating_sub(work.last_seen.mono_us) < SILENT_AFTER_US {
                tracing::warn!(camera = %self.id, %source, blame = "station", "a second publisher was refused: the camera is live");
                self.emit_fact(&mut work, now, FactKind::PublisherRefused { source });
                return Err(Refusal::AlreadyLive);
            }
            tracing::warn!(camera = %self.id, %source, blame = "line", "a publisher takes over from a silent one");
            self.end(&mut work, now, Cause::Uplink, "taken over: it had fallen silent");
            self.emit_fact(&mut work, now, FactKind::PublisherTookOver { source: source.clone() });
        }
        work.connections += 1;
        let connection = work.connections;
        work.last_seen = now;
        work.source = Some(source.clone());
        work.connected_at = Some(now.wall);
        work.live_since = None;
        work.right = Some(right);
        self.owner.store(connection, Ordering::Release);
        self.received_us.store(0, Ordering::Relaxed);
        let named = source.clone();
        self.run(&mut work, now, |packager, out| packager.connected(named, now, out))
            .map_err(|_| Refusal::Busy)?;
        tracing::info!(camera = %self.id, %source, "connected");
        Ok(CameraSink { camera: Arc::clone(self), connection })
    }

    /// Follows the policy about sound, and sends away whoever sends by a right that `registry` no longer knows.
    pub(crate) fn enforce(&self, registry: &Registry, now: Moment) {
        let mut work = self.work.lock();
        let sound = registry.election.policy.sound;
        self.sound.store(sound, Ordering::Relaxed);
        work.packager.set_sound(sound);
        let Some(right) = work.right.filter(|_| self.owner.load(Ordering::Acquire) != 0) else { return };
        if !registry.allows(self.id, right) {
            tracing::warn!(camera = %self.id, blame = "operator", "its publisher is sent away: key replaced or camera switched off");
            self.owner.store(0, Ordering::Release);
            self.end(&mut work, now, Cause::Source, "key replaced or camera switched off");
        }
    }

    /// Once a second: silences become gaps, gaps become visible.
    pub(crate) fn tick(&self, now: Moment) {
        let mut work = self.work.lock();
        self.note_received(&mut work, now);
        // A panic here ends this camera's connection; the tick goes on with the other cameras.
        let _ = self.run(&mut work, now, |packager, out| packager.tick(now, out));
        work.log_trouble(self.id, now);
        drop(work);
        self.watch_live(|live| live.tick(now.wall));
    }

    /// Ends part and segment so that a stop loses nothing.
    pub(crate) fn flush(&self, now: Moment) {
        let mut work = self.work.lock();
        let _ = self.run(&mut work, now, |packager, out| packager.flush(now, out));
    }

    /// Whether anything came from it since this process started.
    pub(crate) fn has_sent(&self) -> bool {
        self.work.lock().connections > 0
    }

    /// What can be told of it at `now`.
    pub fn status(&self, now: Moment) -> Status {
        let mut work = self.work.lock();
        self.note_received(&mut work, now);
        let connected = self.owner.load(Ordering::Acquire) != 0;
        let fault = work.packager.trouble(now).filter(|_| connected);
        let recording = !work.recorder.is_refused();
        let is_shown = connected && work.has_recent_picture(now);
        let live = is_shown && recording && work.live_since.is_some();
        let last_picture = work.packager.last_picture();
        let (cause, cause_since) = match (&fault, work.packager.open_gap_cause()) {
            _ if live => (None, None),
            _ if is_shown && !recording => (Some(Cause::Disk), None),
            // The gap has the cause that the timeline tells.
            (Some(_), Some(cause)) => (Some(cause), None),
            (Some((cause, _)), None) => (Some(*cause), work.connected_at),
            (None, gap) => (Some(gap.unwrap_or(work.cause)), None),
        };
        let unusable = fault.filter(|(cause, _)| *cause == Cause::Source);
        Status {
            connected,
            source: work.source.clone().filter(|_| connected),
            live,
            live_since: work.live_since.filter(|_| live),
            last_picture,
            cause,
            cause_since,
            unusable: unusable.map(|(_, unusable)| (unusable.name(), unusable.to_string())),
            ended: if live { None } else { last_picture.map(|last| last.wall).or(work.disconnected_at) },
            recording,
            counters: work.packager.counters(),
        }
    }

    /// Tells the packager when bytes arrived last that made no event.
    fn note_received(&self, work: &mut Work, now: Moment) {
        let at_us = self.received_us.load(Ordering::Relaxed);
        let ago_us = now.mono_us.saturating_sub(at_us);
        if at_us > 0 && self.owner.load(Ordering::Acquire) != 0 {
            let wall = now.wall.plus(-i64::try_from(ago_us).unwrap_or(i64::MAX));
            work.packager.received(Moment { wall, mono_us: at_us.min(now.mono_us) });
        }
    }

    fn emit_fact(&self, work: &mut Work, at: Moment, kind: FactKind) {
        work.out.push(Output::Fact(Fact { at, kind }));
        self.deliver(work);
    }

    /// Runs `step` on the packager, and hands on what it gives out.
    ///
    /// A panic in it is a defect of ours: the camera's connection is over with the cause *centre*, its next one goes on behind
    /// what was given out until then, and the panic comes back. No other camera notices.
    fn run(
        &self,
        work: &mut Work,
        now: Moment,
        step: impl FnOnce(&mut Packager, &mut Vec<Output>),
    ) -> Result<(), Panic> {
        let Work { packager, out, .. } = &mut *work;
        let done = catch_unwind(AssertUnwindSafe(|| step(packager, out)));
        self.deliver(work);
        if done.is_err() {
            tracing::error!(camera = %self.id, blame = "centre", "a defect of this software ended the connection");
            let options = Options { sound: self.sound.load(Ordering::Relaxed), ..Options::default() };
            work.packager = Packager::new(self.id, work.resume, options);
            self.owner.store(0, Ordering::Release);
            work.end(now, Cause::Centre, FAILED);
            self.deliver(work);
        }
        done
    }

    /// The connection is over.
    fn end(&self, work: &mut Work, now: Moment, cause: Cause, reason: &str) {
        let reason_given = reason.to_owned();
        let ended = self.run(work, now, |packager, out| packager.disconnected(cause, reason_given, now, out));
        if ended.is_ok() {
            work.forget_connection(now, cause);
        }
    }

    /// Runs `step` on the live window. A failing window never ends a recording (I1).
    fn watch_live(&self, step: impl FnOnce(&LiveCamera)) {
        if catch_unwind(AssertUnwindSafe(|| step(&self.live))).is_err() {
            tracing::error!(camera = %self.id, blame = "centre", "a defect of this software: the live window failed");
        }
    }

    fn deliver(&self, work: &mut Work) {
        let Work { recorder, out, live_since, resume, .. } = work;
        if out.is_empty() {
            return;
        }
        for output in out.iter() {
            if let Output::Fact(fact) = output {
                tracing::info!(camera = %self.id, fact = ?fact.kind, "noted");
            }
            resume.follow(output);
            if recorder.record(output)
                && let Output::Part(part) = output
            {
                // The wall clock may have gone back meanwhile.
                let first = part.first_arrival.wall;
                *live_since = Some(live_since.map_or(first, |since| since.min(first)));
            }
        }
        self.watch_live(|live| {
            if let Err(error) = live.push_all(out.iter()) {
                tracing::error!(camera = %self.id, %error, blame = "centre", "the live window left something out");
            }
        });
        out.clear();
    }
}

impl Work {
    /// Whether pictures come: the last one that was kept is not long ago.
    fn has_recent_picture(&self, now: Moment) -> bool {
        let recent = |last: Moment| now.mono_us.saturating_sub(last.mono_us) < LIVE_WITHIN_US;
        self.packager.last_picture().is_some_and(recent)
    }

    /// Says once, when it begins, that a connected camera sends nothing usable, and why; and when that is over.
    fn log_trouble(&mut self, camera: CameraId, now: Moment) {
        let trouble = self.packager.trouble(now).filter(|(cause, _)| *cause == Cause::Source);
        let logged = match trouble {
            Some((_, unusable)) if !self.is_trouble_logged => {
                let source = self.source.as_deref().unwrap_or_default();
                tracing::warn!(
                    %camera, source, kind = unusable.name(), reason = %unusable, blame = "camera",
                    "connected, and nothing usable comes"
                );
                true
            }
            None if self.is_trouble_logged && self.has_recent_picture(now) => {
                tracing::info!(%camera, "its pictures can be used again");
                false
            }
            _ => return,
        };
        self.is_trouble_logged = logged;
    }

    fn end(&mut self, now: Moment, cause: Cause, reason: &str) {
        self.packager.disconnected(cause, reason.to_owned(), now, &mut self.out);
        self.forget_connection(now, cause);
    }

    fn forget_connection(&mut self, now: Moment, cause: Cause) {
        self.source = None;
        self.right = None;
        self.live_since = None;
        self.cause = self.packager.open_gap_cause().unwrap_or(cause);
        self.disconnected_at = Some(now.wall);
    }
}

/// The camera as the connection that owns it sees it.
pub(crate) struct CameraSink {
    camera: Arc<Camera>,
    connection: u64,
}

impl CameraSink {
    /// Runs `step` where this connection still owns the camera.
    ///
    /// # Panics
    /// As `step` does, once the camera has been ended: whoever reads the connection counts it, and closes.
    fn with(&self, now: Moment, step: impl FnOnce(&mut Packager, &mut Vec<Output>)) {
        let mut work = self.camera.work.lock();
        if self.superseded() {
            return;
        }
        work.last_seen = now;
        if !work.has_recent_picture(now) {
            work.live_since = None;
        }
        if let Err(panic) = self.camera.run(&mut work, now, step) {
            drop(work);
            resume_unwind(panic);
        }
    }
}

impl MediaSink for CameraSink {
    fn media(&mut self, event: MediaEvent, now: Moment) {
        let at = event.arrival().unwrap_or(now);
        self.with(at, |packager, out| packager.take(event, at, out));
    }

    fn received(&mut self, now: Moment) {
        self.camera.received_us.store(now.mono_us, Ordering::Relaxed);
    }

    fn wants_audio(&self) -> bool {
        self.camera.sound.load(Ordering::Relaxed)
    }

    fn superseded(&self) -> bool {
        self.camera.owner.load(Ordering::Acquire) != self.connection
    }

    fn end(self: Box<Self>, end: End, now: Moment) {
        self.close(now, end.cause, &end.reason);
    }
}

impl CameraSink {
    fn close(&self, now: Moment, cause: Cause, reason: &str) {
        let mut work = self.camera.work.lock();
        if self.superseded() {
            return;
        }
        tracing::info!(camera = %self.camera.id, cause = cause.name(), reason, "disconnected");
        self.camera.owner.store(0, Ordering::Release);
        self.camera.end(&mut work, now, cause, reason);
    }
}

/// A connection that was lost to a panic closes its camera too.
impl Drop for CameraSink {
    fn drop(&mut self) {
        if !self.superseded() {
            let last_seen = self.camera.work.lock().last_seen;
            self.close(last_seen, Cause::Centre, FAILED);
        }
    }
}

#[cfg(test)]
mod tests {
    use ashkar_archive::Archive;
    use ashkar_live::WindowOptions;
    use ashkar_media::codec::{ParameterSets, VideoCodec};
    use ashkar_media::{AccessUnit, MIN_GAP_TICKS};
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

        fn connect(&mut self, index: usize) -> CameraSink {
            let mut sink = self.cameras[index].open("test".to_owned(), Right::Pull, self.now).unwrap();
            let sets = ParameterSets::of(VideoCodec::H264, [SPS, PPS]).unwrap();
            sink.media(MediaEvent::VideoConfig(sets.config().unwrap()), self.now);
            sink
        }

        /// One picture of each of `sinks`, a keyframe each two seconds.
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

        /// Where the recording ends, as the archive and the camera know it alike.
        fn resume(&self, index: usize) -> Resume {
            let camera = &self.cameras[index];
            let (own, archived) = (camera.work.lock().resume, self.archive.resume(camera.id).unwrap());
            assert_eq!((own.next_segment, own.open_gap), (archived.next_segment, archived.open_gap));
            assert_eq!(
                (own.timeline_end, own.init_sha256),
                (Some(archived.timeline_end), archived.init_sha256)
            );
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
        // As the reactor and the pull's task do it: the panic is caught around the connection, whose sink goes with it.
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
}
