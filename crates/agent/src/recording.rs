//! One camera's recording: source → packager → the station's archive, and from there to the live window and the outlet.
//!
//! The same rooms as at the centre. What must never happen: an output handed on that the archive did not accept; a
//! failing window or outlet that ends a recording (I1).

mod sink;
mod status;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ashkar_archive::{Archive, Refused};
use ashkar_ingest::Refusal;
use ashkar_live::LiveCamera;
use ashkar_media::{Fact, FactKind, LIVE_WITHIN_US, Options, Output, Packager, Resume};
use ashkar_terms::{CameraId, Cause, Moment, UtcMicros};
use parking_lot::Mutex;

use crate::outlet::Outlet;
pub(crate) use sink::RecordingSink;

/// A sender that has sent nothing for this long may be taken over, microseconds.
const SILENT_AFTER_US: u64 = 5_000_000;

/// The reason recorded for a connection that was ended by a bug of ours.
const FAILED: &str = "the agent failed while it read this camera";

/// The message of a panic.
type Panic = Box<dyn Any + Send>;

/// One camera. Its lock is held only while one access unit is packaged: no I/O happens under it.
pub(crate) struct Recording {
    id: CameraId,
    live: LiveCamera,
    sound: bool,
    outlet: Arc<dyn Outlet>,
    archive: Archive,
    /// Number of the connection that owns the camera; 0 if there is none.
    owner: AtomicU64,
    /// When bytes of the owner last arrived, microseconds of the monotonic clock; 0 before the first.
    received_us: AtomicU64,
    work: Mutex<Work>,
}

struct Work {
    packager: Packager,
    /// Where the packager's outputs end: another packager continues from there.
    resume: Resume,
    out: Vec<Output>,
    connections: u64,
    source: Option<String>,
    last_seen: Moment,
    connected_at: Option<UtcMicros>,
    disconnected_at: Option<UtcMicros>,
    /// Arrival of the first picture recorded since pictures have come without a break.
    recording_since: Option<UtcMicros>,
    cause: Cause,
    /// Why the archive takes nothing.
    refused: Option<Refused>,
    is_trouble_logged: bool,
}

/// What is known of the time before this run of the agent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Before {
    /// Why nothing was recorded since the recording ended.
    pub(crate) hole: Option<Cause>,
    /// The computer was switched on anew: what is recorded has the times of another clock.
    pub(crate) by_other_clock: bool,
}

impl Recording {
    /// Continues where the archive's recording ends.
    pub(crate) fn new(
        id: CameraId,
        archive: Archive,
        live: LiveCamera,
        sound: bool,
        outlet: Arc<dyn Outlet>,
        before: Before,
    ) -> Self {
        let unknown = || Resume { next_segment: archive.first_segment(), ..Resume::default() };
        let resume = archive.resume(id).map_or_else(unknown, |resumed| Resume {
            next_segment: resumed.next_segment,
            timeline_end: Some(resumed.timeline_end),
            open_gap: resumed.open_gap.or(before.hole),
            init_sha256: resumed.init_sha256,
            is_by_other_clock: before.by_other_clock,
        });
        let work = Work {
            packager: Packager::new(id, resume, Options { sound, ..Options::default() }),
            resume,
            out: Vec::new(),
            connections: 0,
            source: None,
            last_seen: Moment { wall: UtcMicros(0), mono_us: 0 },
            connected_at: None,
            disconnected_at: resume.timeline_end.map(|end| end.to_utc()),
            recording_since: None,
            cause: resume
                .timeline_end
                .map_or(Cause::NeverConnected, |_| resume.open_gap.unwrap_or(Cause::Centre)),
            refused: None,
            is_trouble_logged: false,
        };
        Self {
            id,
            live,
            sound,
            outlet,
            archive,
            owner: AtomicU64::new(0),
            received_us: AtomicU64::new(0),
            work: Mutex::new(work),
        }
    }

    /// Lets `source` send, if nobody else sends or the present sender is silent.
    pub(crate) fn open(self: &Arc<Self>, source: String, now: Moment) -> Result<RecordingSink, Refusal> {
        let mut work = self.work.lock();
        if self.owner.load(Ordering::Acquire) != 0 {
            if now.mono_us.saturating_sub(work.last_seen.mono_us) < SILENT_AFTER_US {
                tracing::warn!(camera = %self.id, %source, cause = "the camera is being recorded", blame = "station", "a second sender was refused");
                self.emit_fact(&mut work, now, FactKind::PublisherRefused { source });
                return Err(Refusal::AlreadyLive);
            }
            tracing::warn!(camera = %self.id, %source, cause = "the one before it is silent", blame = "line", "a sender takes over");
            self.end(&mut work, now, Cause::Uplink, "taken over: it had fallen silent");
            self.emit_fact(&mut work, now, FactKind::PublisherTookOver { source: source.clone() });
        }
        work.connections += 1;
        let connection = work.connections;
        work.last_seen = now;
        work.source = Some(source.clone());
        work.connected_at = Some(now.wall);
        work.recording_since = None;
        self.owner.store(connection, Ordering::Release);
        self.received_us.store(0, Ordering::Relaxed);
        let named = source.clone();
        self.run(&mut work, now, |packager, out| packager.connected(named, now, out))
            .map_err(|_| Refusal::Busy)?;
        tracing::info!(camera = %self.id, %source, "connected");
        Ok(RecordingSink { recording: Arc::clone(self), connection })
    }

    /// Once a second: silences become gaps, gaps become visible.
    pub(crate) fn tick(&self, now: Moment) {
        let mut work = self.work.lock();
        self.note_received(&mut work, now);
        // A panic here ends this camera's connection; the tick goes on with the other cameras.
        let _ = self.run(&mut work, now, |packager, out| packager.tick(now, out));
        work.log_trouble(self.id, now);
        drop(work);
        self.aside("the live window", || self.live.tick(now.wall));
    }

    /// Ends part and segment so that a stop loses nothing.
    pub(crate) fn flush(&self, now: Moment) {
        let mut work = self.work.lock();
        let _ = self.run(&mut work, now, |packager, out| packager.flush(now, out));
    }

    /// Tells the packager when bytes last arrived that did not result in an event.
    fn note_received(&self, work: &mut Work, now: Moment) {
        let at_us = self.received_us.load(Ordering::Relaxed);
        let ago_us = now.mono_us.saturating_sub(at_us);
        if at_us > 0 && self.owner.load(Ordering::Acquire) != 0 {
            let wall = now.wall.plus(-i64::try_from(ago_us).unwrap_or(i64::MAX));
            work.packager.received(Moment { wall, mono_us: at_us.min(now.mono_us) });
        }
    }

    /// Records a fact that is neither the source's nor the packager's.
    pub(crate) fn note(&self, kind: FactKind, now: Moment) {
        self.emit_fact(&mut self.work.lock(), now, kind);
    }

    fn emit_fact(&self, work: &mut Work, at: Moment, kind: FactKind) {
        work.out.push(Output::Fact(Fact { at, kind }));
        self.deliver(work);
    }

    /// Runs `step` on the packager, and hands on its outputs.
    ///
    /// A panic in it is a bug of ours: the camera's connection ends with the cause *centre*, its next one continues
    /// after the outputs so far, and the panic is returned. No other camera is affected.
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
            tracing::error!(camera = %self.id, cause = "a defect of this software", blame = "centre", "the connection ended");
            let options = Options { sound: self.sound, ..Options::default() };
            work.packager = Packager::new(self.id, work.resume, options);
            self.owner.store(0, Ordering::Release);
            work.packager.disconnected(Cause::Centre, FAILED.to_owned(), now, &mut work.out);
            work.forget_connection(now, Cause::Centre);
            self.deliver(work);
        }
        done
    }

    /// The connection has ended.
    fn end(&self, work: &mut Work, now: Moment, cause: Cause, reason: &str) {
        let reason = reason.to_owned();
        let ended = self.run(work, now, |packager, out| packager.disconnected(cause, reason, now, out));
        if ended.is_ok() {
            work.forget_connection(now, cause);
        }
    }

    /// Runs what stands beside the recording, which it must never end (I1).
    fn aside(&self, what: &str, step: impl FnOnce()) {
        if catch_unwind(AssertUnwindSafe(step)).is_err() {
            tracing::error!(camera = %self.id, what, cause = "a defect of this software", blame = "centre", "something beside the recording failed");
        }
    }

    fn deliver(&self, work: &mut Work) {
        let out = std::mem::take(&mut work.out);
        for output in &out {
            if let Output::Fact(fact) = output {
                tracing::info!(camera = %self.id, fact = ?fact.kind, "noted");
            }
            work.resume.follow(output);
            self.record(work, output);
        }
        if !out.is_empty() {
            self.aside("the live window", || {
                if let Err(error) = self.live.push_all(&out) {
                    tracing::error!(camera = %self.id, cause = %error, blame = "centre", "the live window left something out");
                }
            });
        }
    }

    /// Records first; only what is accepted is handed on, and before it the gap that the archive declared because of it: so
    /// that the centre tells *disk*, and not that something is late.
    fn record(&self, work: &mut Work, output: &Output) {
        let (accepted, declared) = self.archive.append_and_tell(self.id, output);
        if let Some(gap) = declared {
            self.aside("the outlet", || self.outlet.recorded(self.id, &Output::Gap(gap)));
        }
        match accepted {
            Ok(()) => {
                if let Output::Part(part) = output {
                    work.note_refused(self.id, None);
                    // The wall clock may have gone back in the meantime.
                    let first = part.first_arrival.wall;
                    let since = work.recording_since.map_or(first, |since| since.min(first));
                    work.recording_since = Some(since);
                }
                self.aside("the outlet", || self.outlet.recorded(self.id, output));
            }
            Err(refused) => work.note_refused(self.id, Some(refused)),
        }
    }
}

impl Work {
    /// Whether pictures come: the last one that was kept is recent.
    fn has_recent_picture(&self, now: Moment) -> bool {
        let recent = |last: Moment| now.mono_us.saturating_sub(last.mono_us) < LIVE_WITHIN_US;
        self.packager.last_picture().is_some_and(recent)
    }

    /// Logs it once when the archive begins to refuse, and once when that is over.
    fn note_refused(&mut self, camera: CameraId, refused: Option<Refused>) {
        match (&refused, &self.refused) {
            (Some(reason), None) => {
                let blame = status::at_the_station(reason.blame()).name();
                tracing::error!(%camera, cause = %reason, blame, "the archive does not take the recording");
            }
            (None, Some(_)) => tracing::info!(%camera, "the archive takes the recording again"),
            _ => {}
        }
        if refused.is_some() {
            self.recording_since = None;
        }
        self.refused = refused;
    }

    /// Logs once, when it begins, that a connected camera sends nothing usable, and why; and once when that is over.
    fn log_trouble(&mut self, camera: CameraId, now: Moment) {
        let trouble = self.packager.trouble(now).filter(|(cause, _)| *cause == Cause::Source);
        let logged = match trouble {
            Some((_, unusable)) if !self.is_trouble_logged => {
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

    fn forget_connection(&mut self, now: Moment, cause: Cause) {
        self.source = None;
        self.connected_at = None;
        self.recording_since = None;
        self.cause = self.packager.open_gap_cause().unwrap_or(cause);
        self.disconnected_at = Some(now.wall);
    }
}
