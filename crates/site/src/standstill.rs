//! When somebody who takes what he is sent too slowly is given up. Without a clock of its own.

use std::time::Duration;

use tokio::time::Instant;

/// How long an answer may stand still, all its pauses together.
pub(crate) const STANDSTILL: Duration = Duration::from_secs(30);
/// So many bytes that were taken make up for a second of standstill: 32 kbit/s, a tenth of the poorest line that shows
/// a picture. Who takes less is holding the answer, not reading it.
const BYTES_PER_SECOND: u64 = 4096;
/// How long a single answer may take, whatever its size: a line that is just good enough takes 2.4 MB within it.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(600);

/// Time in which nothing was taken, less what was made up for.
#[derive(Debug, Default)]
pub(crate) struct Standstill {
    stood: Duration,
    since: Option<Instant>,
}

impl Standstill {
    /// From now on nothing is taken. Gives when that becomes too long.
    pub(crate) fn stands(&mut self, now: Instant) -> Instant {
        let since = *self.since.get_or_insert(now);
        since + STANDSTILL.saturating_sub(self.stood)
    }

    /// Something is taken again.
    pub(crate) fn moves(&mut self, now: impl FnOnce() -> Instant) {
        if let Some(since) = self.since.take() {
            self.stood += now().saturating_duration_since(since);
        }
    }

    /// So many bytes were taken.
    pub(crate) fn took(&mut self, bytes: u64) {
        if !self.stood.is_zero() {
            let made_up = Duration::from_micros(bytes.saturating_mul(1_000_000) / BYTES_PER_SECOND);
            self.stood = self.stood.saturating_sub(made_up);
        }
    }

    /// When it becomes too long, where it stands now.
    pub(crate) fn ends(&self) -> Option<Instant> {
        Some(self.since? + STANDSTILL.saturating_sub(self.stood))
    }
}
