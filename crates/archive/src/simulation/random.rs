//! Numbers drawn from a seed, the same on every machine.

use crate::disk::Dice;

/// The random numbers of a simulation.
#[derive(Debug, Clone)]
pub(super) struct Random(Dice);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(Dice(seed))
    }

    pub(super) const fn number(&mut self) -> u64 {
        self.0.number()
    }

    /// Less than `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.number() % end.max(1)
    }

    /// From `from` up to but excluding `to`.
    pub(super) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    /// True once in this many times.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }
}
