//! When to try again after a failure.

use super::options::{RETRY_MAX_US, RETRY_MIN_US};

/// A pause that doubles with each failure, and ends with a success.
#[derive(Debug, Default)]
pub(super) struct Retry {
    at: u64,
    pause: u64,
}

impl Retry {
    pub(super) fn failed(&mut self, now: u64) {
        self.pause = self.pause.saturating_mul(2).clamp(RETRY_MIN_US, RETRY_MAX_US);
        self.at = now.saturating_add(self.pause);
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Not before this time, microseconds.
    pub(super) fn at(&self) -> u64 {
        self.at
    }
}
