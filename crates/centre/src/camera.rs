//! One camera at work: its sender, the packager, the recorder and the live window.

mod agent;
mod maker;
mod sink;
mod sound;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ashkar_archive::Archive;
use ashkar_ingest::Refusal;
use ashkar_live::LiveCamera;
use ashkar_media::{Fact, FactKind, LIVE_WITHIN_US, Output, Resume};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use parking_lot::Mutex;

use crate::recorder::Recorder;
use crate::registry::{Registry, Right};
pub(crate) use agent::{AgentSink, Untaken, has_sound};
use maker::Maker;
pub(crate) use sink::CameraSink;
pub use sound::Sound;
use sound::SoundWatch;

/// A publisher that has sent nothing for this long may be taken over, microseconds.
const SILENT_AFTER_US: u64 = 5_000_000;

/// The reason reported for a connection that was ended by a bug of ours.
const FAILED: &str = "the centre failed while it read this camera";

/// The message of a panic.
type Panic = Box<dyn Any + Send>;

/// One camera. Its lock is held only while one access unit is packaged: no I/O happens under it.
pub struct Camera {
    /// Its id.
    pub id: CameraId,
    /// The live window for viewers.
    pub live: LiveCamera,
    /// Number of the connection that owns the camera; 0 if there is none.
    owner: AtomicU64,
    /// Whether the policy lets sound through.
    sound: AtomicBool,
    /// When bytes of the owner last arrived, microseconds of the monotonic clock; 0 before the first.
    received_us: AtomicU64,
    work: Mutex<Work>,
}

/// How a sender's media arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As pictures.
    Publisher,
    /// As parts that its agent packaged.
    Agent,
}

struct Work {
    maker: Maker,
    /// Where the outputs end: another packager or relay continues from there.
    resume: Resume,
    recorder: Recorder,
    out: Vec<Output>,
    heard: SoundWatch,
    connections: u64,
    source: Option<String>,
    right: Option<Right>,
    last_seen: Moment,
    disconnected_at: Option<UtcMicros>,
    connected_at: Option<UtcMicros>,
    /// Arrival of the first picture recorded since pictures have come without a break.
    live_since: Option<UtcMicros>,
    cause: Cause,
    /// Whether the log already says that nothing usable comes.
    is_trouble_logged: bool,
}

/// The status of a camera at this moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether a publisher is connected or a pull is running.
    pub connected: bool,
    /// Protocol and address of the sender.
    pub source: Option<String>,
    /// Whether it is live: a picture of this connection was recorded, and the last one is less than [`LIVE_WITHIN_US`]
    /// old. No other criterion is used, wherever this is shown.
    pub live: bool,
    /// Since when it is live.
    pub live_since: Option<UtcMicros>,
    /// End of the newest part, on the timeline.
    pub media_until: Option<UtcMicros>,
    /// Arrival of the newest picture that was kept since this process started.
    pub last_picture: Option<Moment>,
    /// Why it is not live.
    pub cause: Option<Cause>,
    /// Since when `cause` applies, if that is shorter than the time since it was last live.
    pub cause_since: Option<UtcMicros>,
    /// What is wrong with its data, if it is connected and nothing usable comes: one word, and a sentence.
    pub unusable: Option<(&'static str, String)>,
    /// When the last picture came, if it is not live.
    pub ended: Option<UtcMicros>,
    /// Whether the disk accepts the recording.
    pub recording: bool,
    /// What is known of its sound, if it is live and the policy lets sound through.
    pub sound: Option<Sound>,
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
            is_by_other_clock: false,
        });
        let cause = if resume.timeline_end.is_some() {
            resume.open_gap.unwrap_or(Cause::Centre)
        } else {
            Cause::NeverConnected
        };
        // Time that a wrong clock has put into the future has not ended there.
        let disconnected_at = resume.timeline_end.map(|end| end.to_utc().min(now.wall));
        let work = Work {
            maker: Maker::packager(id, resume, sound),
            resume,
            recorder: Recorder::new(archive, id),
            out: Vec::new(),
            heard: SoundWatch::default(),
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

    /// Lets `source` send, if nobody else sends or the present sender is silent.
    pub(crate) fn open(
        self: &Arc<Self>,
        source: String,
        right: Right,
        now: Moment,
    ) -> Result<CameraSink, Refusal> {
        let connection = self.connect(source, right, now, Kind::Publisher)?;
        Ok(CameraSink { camera: Arc::clone(self), connection })
    }

    /// Lets the agent at `source` send, likewise. The device that holds the camera already takes over from itself.
    pub(crate) fn open_agent(
        self: &Arc<Self>,
        source: String,
        right: Right,
        now: Moment,
    ) -> Result<AgentSink, Refusal> {
        let connection = self.connect(source, right, now, Kind::Agent)?;
        Ok(AgentSink { camera: Arc::clone(self), connection })
    }

    /// The number of the new connection.
    fn connect(&self, source: String, right: Right, now: Moment, kind: Kind) -> Result<u64, Refusal> {
        let mut work = self.work.lock();
        let is_itself = kind == Kind::Agent && work.right == Some(right);
        if self.owner.load(Ordering::Acquire) != 0 && !is_itself {
            if now.mono_us.saturating_sub(work.last_seen.mono_us) < SILENT_AFTER_US {
                tracing::warn!(camera = %self.id, %source, cause = "the camera is live", blame = "station", "a second publisher was refused");
                self.emit_fact(&mut work, now, FactKind::PublisherRefused { source });
                return Err(Refusal::AlreadyLive);
            }
            tracing::warn!(camera = %self.id, %source, cause = "the one before it is silent", blame = "line", "a publisher takes over");
            self.end(&mut work, now, Cause::Uplink, "taken over: it had fallen silent");
            self.emit_fact(&mut work, now, FactKind::PublisherTookOver { source: source.clone() });
        }
        self.make_by(&mut work, now, kind);
        work.connections += 1;
        let connection = work.connections;
        work.last_seen = now;
        work.heard.begin_anew();
        work.source = Some(source.clone());
        work.connected_at = Some(now.wall);
        work.live_since = None;
        work.right = Some(right);
        self.owner.store(connection, Ordering::Release);
        self.received_us.store(0, Ordering::Relaxed);
        let named = source.clone();
        self.run(&mut work, now, |maker, out| maker.connected(named, now, out)).map_err(|_| Refusal::Busy)?;
        tracing::info!(camera = %self.id, %source, "connected");
        Ok(connection)
    }

    /// Hands over between packager and relay; each continues where the other ended.
    fn make_by(&self, work: &mut Work, now: Moment, kind: Kind) {
        let is_right = matches!(
            (&work.maker, kind),
            (Maker::Packager(_), Kind::Publisher) | (Maker::Relay(_), Kind::Agent)
        );
        if is_right {
            return;
        }
        let _ = self.run(work, now, |maker, out| maker.flush(now, out));
        let sound = self.sound.load(Ordering::Relaxed);
        work.maker = match kind {
            Kind::Publisher => Maker::packager(self.id, work.resume, sound),
            Kind::Agent => Maker::relay(self.id, work.resume, sound),
        };
    }

    /// The connection with this number has ended, unless another one owns the camera.
    fn close(&self, connection: u64, now: Moment, cause: Cause, reason: &str) {
        let mut work = self.work.lock();
        if self.owner.load(Ordering::Acquire) != connection {
            return;
        }
        tracing::info!(camera = %self.id, cause = cause.name(), reason, "disconnected");
        self.owner.store(0, Ordering::Release);
        self.end(&mut work, now, cause, reason);
    }

    /// Applies the policy on sound, and disconnects a sender whose right is no longer in `registry`.
    pub(crate) fn enforce(&self, registry: &Registry, now: Moment) {
        let mut work = self.work.lock();
        let sound = registry.election.policy.sound;
        self.sound.store(sound, Ordering::Relaxed);
        work.maker.set_sound(sound);
        let Some(right) = work.right.filter(|_| self.owner.load(Ordering::Acquire) != 0) else { return };
        if !registry.allows(self.id, right) {
            tracing::warn!(camera = %self.id, cause = "its key was replaced or it was switched off", blame = "operator", "its publisher is sent away");
            self.owner.store(0, Ordering::Release);
            self.end(&mut work, now, Cause::Source, "key replaced or camera switched off");
        }
    }

    /// Once a second: silences become gaps, gaps become visible.
    pub(crate) fn tick(&self, now: Moment) {
        let mut work = self.work.lock();
        self.note_received(&mut work, now);
        // A panic here ends this camera's connection; the tick goes on with the other cameras.
        let _ = self.run(&mut work, now, |maker, out| maker.tick(now, out));
        work.log_trouble(self.id, now);
        drop(work);
        self.watch_live(|live| live.tick(now.wall));
    }

    /// Ends part and segment so that a stop loses nothing.
    pub(crate) fn flush(&self, now: Moment) {
        let mut work = self.work.lock();
        let _ = self.run(&mut work, now, |maker, out| maker.flush(now, out));
    }

    /// Whether anything came from it since this process started.
    pub(crate) fn has_sent(&self) -> bool {
        self.work.lock().connections > 0
    }

    /// Its status at `now`.
    pub fn status(&self, now: Moment) -> Status {
        let mut work = self.work.lock();
        self.note_received(&mut work, now);
        let connected = self.owner.load(Ordering::Acquire) != 0;
        let fault = work.maker.trouble(now).filter(|_| connected);
        let recording = !work.recorder.is_refused();
        let is_shown = connected && work.has_recent_picture(now);
        let live = is_shown && recording && work.live_since.is_some();
        let last_picture = work.maker.last_picture();
        let (cause, cause_since) = match (&fault, work.maker.open_gap_cause()) {
            _ if live => (None, None),
            _ if is_shown && !recording => (Some(Cause::Disk), None),
            // The gap has the cause shown by the timeline.
            (Some(_), Some(cause)) => (Some(cause), None),
            (Some((cause, _)), None) => (Some(*cause), work.connected_at),
            (None, gap) => (Some(gap.unwrap_or(work.cause)), None),
        };
        let unusable = fault.filter(|(cause, _)| *cause == Cause::Source).and_then(|(_, unusable)| unusable);
        Status {
            connected,
            source: work.source.clone().filter(|_| connected),
            live,
            live_since: work.live_since.filter(|_| live),
            media_until: work.resume.timeline_end.map(MediaTime::to_utc),
            last_picture,
            cause,
            cause_since,
            unusable: unusable.map(|unusable| (unusable.name(), unusable.to_string())),
            ended: if live { None } else { last_picture.map(|last| last.wall).or(work.disconnected_at) },
            recording,
            sound: Some(work.heard.told()).filter(|_| live && self.sound.load(Ordering::Relaxed)),
            counters: work.maker.counters(),
        }
    }

    /// Tells the packager when bytes last arrived that did not result in an event.
    fn note_received(&self, work: &mut Work, now: Moment) {
        let at_us = self.received_us.load(Ordering::Relaxed);
        let ago_us = now.mono_us.saturating_sub(at_us);
        if at_us > 0 && self.owner.load(Ordering::Acquire) != 0 {
            let wall = now.wall.plus(-i64::try_from(ago_us).unwrap_or(i64::MAX));
            work.maker.received(Moment { wall, mono_us: at_us.min(now.mono_us) });
        }
    }

    fn emit_fact(&self, work: &mut Work, at: Moment, kind: FactKind) {
        work.out.push(Output::Fact(Fact { at, kind }));
        self.deliver(work);
    }

    /// Runs `step` on the packager or relay, and hands on its outputs.
    ///
    /// A panic in it is a bug of ours: the camera's connection ends with the cause *centre*, its next one continues
    /// after the outputs so far, and the panic is resumed. No other camera is affected.
    fn run(
        &self,
        work: &mut Work,
        now: Moment,
        step: impl FnOnce(&mut Maker, &mut Vec<Output>),
    ) -> Result<(), Panic> {
        let Work { maker, out, .. } = &mut *work;
        let done = catch_unwind(AssertUnwindSafe(|| step(maker, out)));
        self.listen(work, now);
        self.deliver(work);
        if done.is_err() {
            tracing::error!(camera = %self.id, cause = "a defect of this software", blame = "centre", "the connection ended");
            let sound = self.sound.load(Ordering::Relaxed);
            work.maker = work.maker.anew(self.id, work.resume, sound);
            self.owner.store(0, Ordering::Release);
            work.end(now, Cause::Centre, FAILED);
            self.deliver(work);
        }
        done
    }

    /// The connection has ended.
    fn end(&self, work: &mut Work, now: Moment, cause: Cause, reason: &str) {
        let reason_given = reason.to_owned();
        let ended = self.run(work, now, |maker, out| maker.disconnected(cause, reason_given, now, out));
        if ended.is_ok() {
            work.forget_connection(now, cause);
        }
    }

    /// Runs `step` on the live window. A failing window never ends a recording (I1).
    fn watch_live(&self, step: impl FnOnce(&LiveCamera)) {
        if catch_unwind(AssertUnwindSafe(|| step(&self.live))).is_err() {
            tracing::error!(camera = %self.id, cause = "a defect of this software", blame = "centre", "the live window failed");
        }
    }

    /// Looks whether its sound is silence. Nothing that goes wrong there touches the recording; sound that the policy
    /// excludes does not get here.
    fn listen(&self, work: &mut Work, now: Moment) {
        let Work { heard, out, .. } = work;
        let looked = catch_unwind(AssertUnwindSafe(|| {
            out.iter().for_each(|output| heard.note(output, now.mono_us));
        }));
        if looked.is_err() {
            tracing::error!(camera = %self.id, cause = "a defect of this software", blame = "centre", "its sound could not be looked at");
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
                // The wall clock may have gone back in the meantime.
                let first = part.first_arrival.wall;
                *live_since = Some(live_since.map_or(first, |since| since.min(first)));
            }
        }
        self.watch_live(|live| {
            if let Err(error) = live.push_all(out.iter()) {
                tracing::error!(camera = %self.id, cause = %error, blame = "centre", "the live window left something out");
            }
        });
        out.clear();
    }
}

impl Work {
    /// Whether pictures come: the last one that was kept is recent.
    fn has_recent_picture(&self, now: Moment) -> bool {
        let recent = |last: Moment| now.mono_us.saturating_sub(last.mono_us) < LIVE_WITHIN_US;
        self.maker.last_picture().is_some_and(recent)
    }

    /// Logs once, when it begins, that a connected camera sends nothing usable, and why; and once when that is over.
    fn log_trouble(&mut self, camera: CameraId, now: Moment) {
        let trouble = self.maker.trouble(now).filter(|(cause, _)| *cause == Cause::Source);
        let trouble = trouble.and_then(|(_, unusable)| unusable);
        let logged = match trouble {
            Some(unusable) if !self.is_trouble_logged => {
                let source = self.source.as_deref().unwrap_or_default();
                tracing::warn!(
                    %camera, source, kind = unusable.name(), cause = %unusable, blame = "camera",
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
        self.maker.disconnected(cause, reason.to_owned(), now, &mut self.out);
        self.forget_connection(now, cause);
    }

    fn forget_connection(&mut self, now: Moment, cause: Cause) {
        self.source = None;
        self.right = None;
        self.live_since = None;
        self.cause = self.maker.open_gap_cause().unwrap_or(cause);
        self.disconnected_at = Some(now.wall);
    }
}
