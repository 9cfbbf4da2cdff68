//! The trace of a seed: a hash, by which two runs are compared, and the last events, for people to read.

use std::collections::VecDeque;
use std::fmt::{self, Debug};

/// Number of events reported with a violation.
const LAST: usize = 60;

/// All events as one number; and the last of them, for people to read.
#[derive(Default)]
pub(super) struct Trace {
    hash: u64,
    count: u64,
    last: VecDeque<(u64, &'static str, u64)>,
}

impl Trace {
    /// Adds the event `what` with a number for details, at this many microseconds after the beginning.
    pub(super) fn note(&mut self, now_us: u64, what: &'static str, more: u64) {
        for word in [now_us, what.len() as u64, u64::from(what.as_bytes()[0]), more] {
            // FNV-1a, a word at a time.
            self.hash = (self.hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        }
        self.count += 1;
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back((now_us, what, more));
    }

    /// The number of events, and a hash that differs if any of them does.
    pub(super) const fn sum(&self) -> (u64, u64) {
        (self.count, self.hash)
    }
}

impl Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, what, more) in &self.last {
            writeln!(f, "{:>14.6} s  {what} {more}", *at as f64 / 1e6)?;
        }
        Ok(())
    }
}
