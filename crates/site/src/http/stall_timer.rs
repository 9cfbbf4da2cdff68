//! The stall timer: when to give up a client that reads its response too slowly. No clock of its own.

use std::time::Duration;

use tokio::time::Instant;

/// How long a response may be stalled, over all pauses together.
pub(crate) const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// This many bytes read make up for a second of stalling: 32 kbit/s, a tenth of the poorest line that can show a
/// picture. A client that reads less is holding the response, not reading it.
const BYTES_PER_SECOND: u64 = 4096;
/// Maximum duration of a single response, whatever its size: a line that is just good enough reads 2.4 MB in it.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(600);

/// Time in which nothing was read, minus what later reading made up for.
#[derive(Debug, Default)]
pub(crate) struct StallTimer {
    stalled: Duration,
    since: Option<Instant>,
}

impl StallTimer {
    /// From now on nothing is read. Returns when that will have lasted too long.
    pub(crate) fn stall(&mut self, now: Instant) -> Instant {
        let since = *self.since.get_or_insert(now);
        since + STALL_TIMEOUT.saturating_sub(self.stalled)
    }

    /// Reading has resumed.
    pub(crate) fn resume(&mut self, now: impl FnOnce() -> Instant) {
        if let Some(since) = self.since.take() {
            self.stalled += now().saturating_duration_since(since);
        }
    }

    /// Credits `bytes` that were read.
    pub(crate) fn credit(&mut self, bytes: u64) {
        if !self.stalled.is_zero() {
            let made_up = Duration::from_micros(bytes.saturating_mul(1_000_000) / BYTES_PER_SECOND);
            self.stalled = self.stalled.saturating_sub(made_up);
        }
    }

    /// When the present stall becomes too long; `None` if nothing is stalled.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        Some(self.since? + STALL_TIMEOUT.saturating_sub(self.stalled))
    }
}
