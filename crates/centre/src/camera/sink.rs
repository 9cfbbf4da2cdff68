//! What one connection delivers for the camera that it owns.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ashkar_ingest::{End, MediaSink};
use ashkar_media::{MediaEvent, Output};
use ashkar_terms::{Cause, Moment};

use super::maker::Maker;
use super::{Camera, FAILED};

/// The camera as the connection that owns it sees it.
pub(crate) struct CameraSink {
    pub(super) camera: Arc<Camera>,
    pub(super) connection: u64,
}

impl CameraSink {
    /// Runs `step` if this connection still owns the camera.
    ///
    /// # Panics
    /// If `step` does, after the camera has been ended: the reader of the connection counts it, and closes.
    pub(super) fn with(&self, now: Moment, step: impl FnOnce(&mut Maker, &mut Vec<Output>)) {
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
        self.with(at, |maker, out| {
            if let Maker::Packager(packager) = maker {
                packager.take(event, at, out);
            }
        });
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
        self.camera.close(self.connection, now, end.cause, &end.reason);
    }
}

/// A connection that was lost to a panic closes its camera too.
impl Drop for CameraSink {
    fn drop(&mut self) {
        if !self.superseded() {
            let last_seen = self.camera.work.lock().last_seen;
            self.camera.close(self.connection, last_seen, Cause::Centre, FAILED);
        }
    }
}
