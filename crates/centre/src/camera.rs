//! One camera at work: who sends, the packager, the recorder and the live window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ashkar_archive::Archive;
use ashkar_ingest::{End, Intake, Refusal};
use ashkar_live::LiveCamera;
use ashkar_media::{AccessUnit, AudioConfig, AudioFrame, Fact, FactKind, Output, Packager, VideoConfig};
use ashkar_terms::{CameraId, Cause, Moment, UtcMicros};
use parking_lot::Mutex;

use crate::recorder::Recorder;
use crate::registry::{Registry, Right};

/// A publisher that has sent nothing for this long may be taken over, microseconds.
const SILENT_AFTER_US: u64 = 5_000_000;

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
    work: Mutex<Work>,
}

struct Work {
    packager: Packager,
    recorder: Recorder,
    out: Vec<Output>,
    connections: u64,
    source: Option<String>,
    right: Option<Right>,
    last_seen: Moment,
    disconnected_at: Option<UtcMicros>,
    connected_at: Option<UtcMicros>,
    cause: Cause,
}

/// What can be told of a camera at this moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether a publisher is connected or a pull is running.
    pub connected: bool,
    /// Protocol and address of who sends.
    pub source: Option<String>,
    /// Whether pictures arrive.
    pub live: bool,
    /// Since when pictures arrive without a break.
    pub live_since: Option<UtcMicros>,
    /// Arrival of the newest access unit since this process started.
    pub last_arrival: Option<Moment>,
    /// Why no pictures arrive.
    pub cause: Option<Cause>,
    /// When the picture ended, where it did.
    pub ended: Option<UtcMicros>,
    /// Whether the disk takes the recording.
    pub recording: bool,
    /// Counters of the packager.
    pub counters: ashkar_media::Counters,
}

impl Camera {
    pub(crate) fn new(id: CameraId, archive: Archive, live: LiveCamera, sound: bool) -> Self {
        let resumed = archive.resume(id);
        let unknown = || ashkar_media::Resume {
            next_segment: archive.first_segment(),
            ..ashkar_media::Resume::default()
        };
        let resume = resumed.map_or_else(unknown, |resumed| ashkar_media::Resume {
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
        let disconnected_at = resume.timeline_end.map(|end| end.to_utc());
        let options = ashkar_media::Options { sound, ..ashkar_media::Options::default() };
        let work = Work {
            packager: Packager::new(id, resume, options),
            recorder: Recorder::new(archive, id),
            out: Vec::new(),
            connections: 0,
            source: None,
            right: None,
            last_seen: Moment { wall: UtcMicros(0), mono_us: 0 },
            disconnected_at,
            connected_at: None,
            cause,
        };
        Self { id, live, owner: AtomicU64::new(0), sound: AtomicBool::new(sound), work: Mutex::new(work) }
    }

    /// Lets `source` send, where nobody does or who does is silent.
    pub(crate) fn open(
        self: &Arc<Self>,
        source: String,
        right: Right,
        now: Moment,
    ) -> Result<CameraIntake, Refusal> {
        let mut work = self.work.lock();
        if self.owner.load(Ordering::Acquire) != 0 {
            if now.mono_us.saturating_sub(work.last_seen.mono_us) < SILENT_AFTER_US {
                tracing::warn!(camera = %self.id, %source, "a second publisher was refused: the camera is live");
                self.tell(&mut work, now, FactKind::PublisherRefused { source });
                return Err(Refusal::AlreadyLive);
            }
            tracing::warn!(camera = %self.id, %source, "a publisher takes over from a silent one");
            work.end(now, Cause::Uplink, "taken over: it had fallen silent");
            self.deliver(&mut work);
            self.tell(&mut work, now, FactKind::PublisherTookOver { source: source.clone() });
        }
        work.connections += 1;
        let connection = work.connections;
        work.last_seen = now;
        work.source = Some(source.clone());
        work.connected_at = Some(now.wall);
        work.right = Some(right);
        self.owner.store(connection, Ordering::Release);
        let Work { packager, out, .. } = &mut *work;
        packager.connected(source.clone(), now, out);
        self.deliver(&mut work);
        tracing::info!(camera = %self.id, %source, "connected");
        Ok(CameraIntake { camera: Arc::clone(self), connection })
    }

    /// Follows the policy about sound, and sends away whoever sends by a right that `registry` no longer knows.
    pub(crate) fn enforce(&self, registry: &Registry, now: Moment) {
        let mut work = self.work.lock();
        let sound = registry.election.policy.sound;
        self.sound.store(sound, Ordering::Relaxed);
        work.packager.set_sound(sound);
        let Some(right) = work.right.filter(|_| self.owner.load(Ordering::Acquire) != 0) else { return };
        if !registry.allows(self.id, right) {
            tracing::warn!(camera = %self.id, "its publisher is sent away: key replaced or camera switched off");
            work.end(now, Cause::Source, "key replaced or camera switched off");
            self.owner.store(0, Ordering::Release);
            self.deliver(&mut work);
        }
    }

    /// Once a second: silences become gaps, gaps become visible.
    pub(crate) fn tick(&self, now: Moment) {
        let mut work = self.work.lock();
        let Work { packager, out, .. } = &mut *work;
        packager.tick(now, out);
        self.deliver(&mut work);
        drop(work);
        self.live.tick(now.wall);
    }

    /// Ends part and segment so that a stop loses nothing.
    pub(crate) fn flush(&self, now: Moment) {
        let mut work = self.work.lock();
        let Work { packager, out, .. } = &mut *work;
        packager.flush(now, out);
        self.deliver(&mut work);
    }

    /// Whether anything came from it since this process started.
    pub(crate) fn has_sent(&self) -> bool {
        self.work.lock().connections > 0
    }

    /// What can be told of it at `now`.
    pub fn status(&self, now: Moment) -> Status {
        let work = self.work.lock();
        let last_arrival = work.packager.last_arrival();
        let connected = self.owner.load(Ordering::Acquire) != 0;
        let live = connected
            && last_arrival
                .is_some_and(|arrival| now.mono_us.saturating_sub(arrival.mono_us) < SILENT_AFTER_US);
        let cause = if live {
            None
        } else if connected {
            Some(Cause::Uplink)
        } else {
            Some(work.cause)
        };
        let ended =
            if live { None } else { last_arrival.map(|arrival| arrival.wall).or(work.disconnected_at) };
        Status {
            connected,
            source: work.source.clone().filter(|_| connected),
            live,
            live_since: work.connected_at.filter(|_| live),
            last_arrival,
            cause,
            ended,
            recording: !work.recorder.is_refused(),
            counters: work.packager.counters(),
        }
    }

    fn tell(&self, work: &mut Work, at: Moment, kind: FactKind) {
        work.out.push(Output::Fact(Fact { at, kind }));
        self.deliver(work);
    }

    fn deliver(&self, work: &mut Work) {
        let Work { recorder, out, .. } = work;
        if out.is_empty() {
            return;
        }
        for output in out.iter() {
            if let Output::Fact(fact) = output {
                tracing::info!(camera = %self.id, fact = ?fact.kind, "noted");
            }
            recorder.record(output);
        }
        if let Err(error) = self.live.push_all(out.iter()) {
            tracing::error!(camera = %self.id, %error, blame = "centre", "the live window left something out");
        }
        out.clear();
    }
}

impl Work {
    fn end(&mut self, now: Moment, cause: Cause, reason: &str) {
        self.packager.disconnected(cause, reason.to_owned(), now, &mut self.out);
        self.source = None;
        self.right = None;
        self.cause = cause;
        self.disconnected_at = Some(now.wall);
    }
}

/// The camera as the connection that owns it sees it.
pub(crate) struct CameraIntake {
    camera: Arc<Camera>,
    connection: u64,
}

impl CameraIntake {
    /// Runs `step` where this connection still owns the camera.
    fn with(&self, now: Moment, step: impl FnOnce(&mut Packager, &mut Vec<Output>)) {
        let mut work = self.camera.work.lock();
        if self.superseded() {
            return;
        }
        work.last_seen = now;
        let Work { packager, out, .. } = &mut *work;
        step(packager, out);
        self.camera.deliver(&mut work);
    }
}

impl Intake for CameraIntake {
    fn video_config(&mut self, config: VideoConfig, now: Moment) {
        self.with(now, |packager, out| packager.video_config(config, now, out));
    }

    fn audio_config(&mut self, config: AudioConfig, now: Moment) {
        self.with(now, |packager, out| packager.audio_config(config, now, out));
    }

    fn sound_refused(&mut self, codec: &str, now: Moment) {
        self.with(now, |packager, out| packager.sound_refused(codec, now, out));
    }

    fn video(&mut self, unit: AccessUnit) {
        self.with(unit.arrival, |packager, out| packager.video(unit, out));
    }

    fn audio(&mut self, frame: AudioFrame) {
        self.with(frame.arrival, |packager, out| packager.audio(frame, out));
    }

    fn refused(&mut self, reason: &str, camera_dts: Option<i64>, now: Moment) {
        self.with(now, |packager, out| packager.refused(reason.to_owned(), camera_dts, now, out));
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

impl CameraIntake {
    fn close(&self, now: Moment, cause: Cause, reason: &str) {
        let mut work = self.camera.work.lock();
        if self.superseded() {
            return;
        }
        tracing::info!(camera = %self.camera.id, cause = cause.name(), reason, "disconnected");
        work.end(now, cause, reason);
        self.camera.owner.store(0, Ordering::Release);
        self.camera.deliver(&mut work);
    }
}

/// A connection that was lost to a panic closes its camera too.
impl Drop for CameraIntake {
    fn drop(&mut self) {
        if !self.superseded() {
            let last_seen = self.camera.work.lock().last_seen;
            self.close(last_seen, Cause::Centre, "the centre failed while it read this camera");
        }
    }
}
