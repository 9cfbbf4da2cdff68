//! The backlog's rate: it grows while live's answers come within the usual time, halves when they do not, and rests
//! while live itself waits.

use super::options::{DELAY_MARGIN_US, LIVE_WAITS_US, SenderOptions};
use crate::planted::{Planted, is_planted};

/// Half of the time over which the fastest answer is remembered, microseconds.
const WINDOW_US: u64 = 30_000_000;
/// The rate halves at most so often, microseconds: what was sent before needs time to drain.
const HALVE_EVERY_US: u64 = 1_000_000;
/// Live is not there, if it gave no answer for so long, microseconds; then late answers let the rate grow.
const LIVE_ABSENT_US: u64 = 5_000_000;

#[derive(Debug)]
pub(super) struct Pace {
    options: SenderOptions,
    rate: u64,
    /// Fastest answers of this window and of the one before it.
    fastest: [u64; 2],
    window_from: u64,
    halved_at: Option<u64>,
    answered_at: Option<u64>,
    delay: Option<u64>,
    next_at: u64,
}

impl Pace {
    pub(super) fn new(options: SenderOptions) -> Self {
        Self {
            options,
            rate: options.rate_start,
            fastest: [u64::MAX; 2],
            window_from: 0,
            halved_at: None,
            answered_at: None,
            delay: None,
            next_at: 0,
        }
    }

    /// An answer on the live line took `delay` microseconds; `waits` says how long the next live record has waited.
    pub(super) fn live_answered(&mut self, delay: u64, waits: u64, now: u64) {
        if now.saturating_sub(self.window_from) >= WINDOW_US {
            self.fastest = [u64::MAX, self.fastest[0]];
            self.window_from = now;
        }
        self.fastest[0] = self.fastest[0].min(delay);
        self.delay = Some(delay);
        self.answered_at = Some(now);
        let usual = self.fastest[0].min(self.fastest[1]);
        if delay > usual.saturating_add(DELAY_MARGIN_US) || waits > LIVE_WAITS_US / 2 {
            self.halve(now);
        } else {
            self.grow();
        }
    }

    /// An answer on the late line.
    pub(super) fn late_answered(&mut self, now: u64) {
        if self.answered_at.is_none_or(|at| now.saturating_sub(at) >= LIVE_ABSENT_US) {
            self.grow();
        }
    }

    /// A request on the late line had no answer.
    pub(super) fn late_failed(&mut self, now: u64) {
        self.halve(now);
    }

    fn grow(&mut self) {
        self.rate = self.rate.saturating_add(self.options.rate_step).min(self.options.rate_max);
    }

    fn halve(&mut self, now: u64) {
        if self.halved_at.is_none_or(|at| now.saturating_sub(at) >= HALVE_EVERY_US) {
            self.rate = (self.rate / 2).max(self.options.rate_min);
            self.halved_at = Some(now);
        }
    }

    /// Whether something of the backlog may be sent, if the next live record has waited for `waits` microseconds.
    pub(super) fn may_send(&self, waits: u64, now: u64) -> bool {
        is_planted(Planted::ForgetPace) || (now >= self.next_at && waits <= LIVE_WAITS_US)
    }

    /// `bytes` of the backlog are sent.
    pub(super) fn sent(&mut self, bytes: usize, now: u64) {
        let takes = (bytes as u64).saturating_mul(1_000_000) / self.rate.max(1);
        self.next_at = self.next_at.max(now).saturating_add(takes);
    }

    /// When the next may be sent, by the rate alone.
    pub(super) fn next_at(&self) -> u64 {
        self.next_at
    }

    pub(super) fn rate(&self) -> u64 {
        self.rate
    }

    /// How long the last answer on the live line took.
    pub(super) fn delay(&self) -> Option<u64> {
        self.delay
    }
}
