//! What a station's agent delivers as live for the camera that it holds.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ashkar_media::{NotLive, Output};
use ashkar_terms::{Cause, Moment};
use memchr::memmem;

use super::maker::Maker;
use super::{Camera, FAILED};

/// The camera as the agent that holds it sees it.
pub(crate) struct AgentSink {
    pub(super) camera: Arc<Camera>,
    pub(super) connection: u64,
}

/// Why a live output of an agent was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Untaken {
    /// The agent does not hold the camera any more.
    Superseded,
    /// The policy excludes sound, and its media have some.
    Sound,
    /// It cannot be live.
    NotLive(NotLive),
    /// A defect of ours.
    Failed,
}

impl AgentSink {
    /// Takes one output as live. True if the archive accepted all that came of it: only then will it become durable.
    pub(crate) fn take(&self, output: &Output, now: Moment) -> Result<bool, Untaken> {
        let mut work = self.camera.work.lock();
        if self.superseded() {
            return Err(Untaken::Superseded);
        }
        if let Output::Init(init) = output
            && !self.camera.sound.load(Ordering::Relaxed)
            && has_sound(&init.bytes)
        {
            return Err(Untaken::Sound);
        }
        work.last_seen = now;
        if !work.has_recent_picture(now) {
            work.live_since = None;
        }
        let refusals = work.recorder.refusals();
        let mut taken = Ok(());
        let ran = self.camera.run(&mut work, now, |maker, out| {
            if let Maker::Relay(relay) = maker {
                taken = relay.take(output, now, out);
            }
        });
        ran.map_err(|_| Untaken::Failed)?;
        taken.map_err(Untaken::NotLive)?;
        Ok(work.recorder.refusals() == refusals)
    }

    /// The agent asked for something, whatever it was: its line works.
    pub(crate) fn received(&self, now: Moment) {
        self.camera.received_us.store(now.mono_us, Ordering::Relaxed);
    }

    pub(crate) fn superseded(&self) -> bool {
        self.camera.owner.load(Ordering::Acquire) != self.connection
    }

    /// Its session is over.
    pub(crate) fn close(&self, now: Moment, cause: Cause, reason: &str) {
        self.camera.close(self.connection, now, cause, reason);
    }
}

/// A session that was lost closes its cameras too.
impl Drop for AgentSink {
    fn drop(&mut self) {
        if !self.superseded() {
            let last_seen = self.camera.work.lock().last_seen;
            self.close(last_seen, Cause::Centre, FAILED);
        }
    }
}

/// Whether a track of sound is declared in an init segment: its media header (ISO/IEC 14496-12, 12.2.2).
pub(crate) fn has_sound(init: &[u8]) -> bool {
    memmem::find(init, b"smhd").is_some()
}
