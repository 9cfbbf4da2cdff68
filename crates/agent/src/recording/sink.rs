//! What one connection delivers for the camera that it owns.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ashkar_ingest::{End, MediaSink};
use ashkar_media::MediaEvent;
use ashkar_terms::{Cause, Moment};

use super::{FAILED, Recording};

/// The camera as the connection that owns it sees it.
pub(crate) struct RecordingSink {
    pub(super) recording: Arc<Recording>,
    pub(super) connection: u64,
}

impl MediaSink for RecordingSink {
    /// # Panics
    /// If the packager does, after the camera has been ended: the reader of the connection closes it.
    fn media(&mut self, event: MediaEvent, now: Moment) {
        let now = event.arrival().unwrap_or(now);
        let mut work = self.recording.work.lock();
        if self.superseded() {
            return;
        }
        work.last_seen = now;
        if !work.has_recent_picture(now) {
            work.recording_since = None;
        }
        if let Err(panic) = self.recording.run(&mut work, now, |packager, out| packager.take(event, now, out))
        {
            drop(work);
            resume_unwind(panic);
        }
    }

    fn received(&mut self, now: Moment) {
        self.recording.received_us.store(now.mono_us, Ordering::Relaxed);
    }

    fn wants_audio(&self) -> bool {
        self.recording.sound
    }

    fn superseded(&self) -> bool {
        self.recording.owner.load(Ordering::Acquire) != self.connection
    }

    fn end(self: Box<Self>, end: End, now: Moment) {
        self.close(now, end.cause, &end.reason);
    }
}

impl RecordingSink {
    fn close(&self, now: Moment, cause: Cause, reason: &str) {
        let mut work = self.recording.work.lock();
        if self.superseded() {
            return;
        }
        tracing::info!(camera = %self.recording.id, cause = cause.name(), reason, "disconnected");
        self.recording.owner.store(0, Ordering::Release);
        self.recording.end(&mut work, now, cause, reason);
    }
}

/// A connection that was lost to a panic closes its camera too.
impl Drop for RecordingSink {
    fn drop(&mut self) {
        if !self.superseded() {
            let last_seen = self.recording.work.lock().last_seen;
            self.close(last_seen, Cause::Centre, FAILED);
        }
    }
}
