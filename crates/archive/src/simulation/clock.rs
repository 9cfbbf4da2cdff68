//! The clocks of the simulated machine, and its replacement for the system's random numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ashkar_terms::{Clock, Moment};

use super::camera::MORNING;
use super::random::Random;
use crate::identity::Entropy;

/// The clocks of the simulated machine.
pub(super) struct SimulatedClock {
    pub(super) now_us: AtomicU64,
    pub(super) step_us: AtomicI64,
    /// Of the running process.
    pub(super) started_us: AtomicU64,
}

impl Clock for SimulatedClock {
    fn now(&self) -> Moment {
        let now_us = self.now_us.load(Ordering::Relaxed);
        let started_us = self.started_us.load(Ordering::Relaxed);
        Moment {
            wall: MORNING.plus(now_us as i64).plus(self.step_us.load(Ordering::Relaxed)),
            mono_us: now_us - started_us,
        }
    }
}

/// Random bytes that are the same for the same seed.
pub(super) fn entropy(counter: &Arc<AtomicU64>) -> Arc<Entropy> {
    let counter = counter.clone();
    Arc::new(move |bytes: &mut [u8]| {
        for byte in bytes {
            *byte = Random::new(counter.fetch_add(1, Ordering::Relaxed)).number() as u8;
        }
        Ok(())
    })
}
