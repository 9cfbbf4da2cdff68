//! What an RTMP port remembers about publishers that left, and how often it logs refused strangers.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use ashkar_terms::Moment;
use parking_lot::Mutex;

use crate::rtmp::budget::Budget;

/// Maximum number of remembered budgets of publishers that left.
const MAX_REMEMBERED: usize = 4096;
/// Refused strangers that are logged in a second; the metrics count all of them.
const MAX_LOGGED_PER_SECOND: u32 = 10;

/// Remaining budgets of publishers that left, so that reconnecting brings no new budget. Keys are not kept.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    hasher: RandomState,
    left: Mutex<HashMap<u64, Budget>>,
}

impl Budgets {
    /// Identifier and remaining budget of the publisher with this key.
    pub(super) fn of(&self, key: &str) -> (u64, Option<Budget>) {
        let name = self.hasher.hash_one(key);
        (name, self.left.lock().remove(&name))
    }

    /// Keeps the rest of a budget, unless nothing of it is used up.
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
    /// Whether one more may be logged in this second.
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
