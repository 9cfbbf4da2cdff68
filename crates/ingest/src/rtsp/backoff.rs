//! The wait between two attempts to pull from a camera: longer with each failure, and different for each camera.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// A session that played this long was a good one: the next failure counts as the first. This keeps cameras that end
/// each session after some seconds on air most of the time.
const GOOD_AFTER: Duration = Duration::from_secs(3);
const MAX_DOUBLINGS: u32 = 16;

/// How long to wait between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffLimits {
    /// Longest wait after the first failure.
    pub first: Duration,
    /// Longest wait ever.
    pub longest: Duration,
}

/// Capped exponential waits with jitter: between half and all of the limit, so that a thousand cameras behind
/// one failed line do not come back in one instant.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
    random: u64,
}

impl Backoff {
    pub(super) fn new() -> Self {
        // The standard library's hash keys are random; this value needs to be different, not secret.
        Self { failures: 0, random: RandomState::new().hash_one(0) | 1 }
    }

    /// The wait after a session that played for `played` and failed.
    pub(super) fn next(&mut self, limits: BackoffLimits, played: Duration) -> Duration {
        if played >= GOOD_AFTER {
            self.failures = 0;
        }
        let doublings = self.failures.min(MAX_DOUBLINGS);
        self.failures = self.failures.saturating_add(1);
        let limit = limits.first.saturating_mul(1 << doublings).min(limits.longest);
        limit / 2 + (limit / 2).mul_f64(self.fraction())
    }

    /// A fraction from 0 to 1, by xorshift.
    fn fraction(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        f64::from(u16::try_from(self.random >> 48).unwrap_or(0)) / f64::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BackoffLimits =
        BackoffLimits { first: Duration::from_millis(500), longest: Duration::from_secs(30) };

    #[test]
    fn waits_double_up_to_the_cap_and_start_anew_after_a_good_session() {
        let mut backoff = Backoff::new();
        for limit_ms in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let wait = backoff.next(LIMITS, Duration::ZERO).as_millis();
            assert!((limit_ms / 2..=limit_ms).contains(&wait), "{wait} of {limit_ms}");
        }
        for _ in 0..100 {
            let _ = backoff.next(LIMITS, Duration::ZERO);
        }
        assert!(backoff.next(LIMITS, GOOD_AFTER).as_millis() <= 500);
    }

    #[test]
    fn cameras_do_not_come_back_in_one_instant() {
        let waits: std::collections::HashSet<u128> =
            (0..100).map(|_| Backoff::new().next(LIMITS, Duration::ZERO).as_micros()).collect();
        assert!(waits.len() > 50, "{}", waits.len());
    }
}
