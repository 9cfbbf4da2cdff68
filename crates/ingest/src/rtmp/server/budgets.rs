//! What an RTMP port remembers of publishers that left, and how often it logs strangers that it refuses.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use ashkar_terms::Moment;
use parking_lot::Mutex;

use crate::rtmp::budget::Budget;

/// Budgets of publishers that left, at most.
const MAX_REMEMBERED: usize = 4096;
/// Refused strangers that the log tells of in a second; the metrics count all of them.
const MAX_LOGGED_PER_SECOND: u32 = 10;

/// What publishers had left when they went, so that coming again brings no new budget. Keys are not kept.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    hasher: RandomState,
    left: Mutex<HashMap<u64, Budget>>,
}

impl Budgets {
    /// What whoever has this key had left, and what to call it.
    pub(super) fn of(&self, key: &str) -> (u64, Option<Budget>) {
        let name = self.hasher.hash_one(key);
        (name, self.left.lock().remove(&name))
    }

    /// Keeps what is left, unless that is all of it.
    pub(super) fn keep(&self, name: u64, budget: Budget, now: Moment) {
        let mut left = self.left.lock();
        if left.len() >= MAX_REMEMBERED {
            left.retain(|_, budget| {
                budget.fill(now);
                !budget.is_full()
            });
        }
        if !budget.is_full() && left.len() < MAX_REMEMBERED {
            left.insert(name, budget);
        }
    }
}

/// Keeps the log of refused strangers short.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<(u64, u32)>);

impl Refusals {
    /// Whether one more may be told of in this second.
    pub(super) fn may_log(&self, now: Moment) -> bool {
        let mut told = self.0.lock();
        let second = now.mono_us / 1_000_000;
        if told.0 != second {
            *told = (second, 0);
        }
        told.1 = told.1.saturating_add(1);
        told.1 <= MAX_LOGGED_PER_SECOND
    }
}
