//! The two connections between an agent and the centre: delay, rate, loss of all that is under way.

use std::collections::VecDeque;

use super::Random;

/// One direction of one connection: in order, late, and cut now and then.
pub(super) struct Pipe<T> {
    under_way: VecDeque<(u64, T)>,
    free_at: u64,
}

impl<T> Default for Pipe<T> {
    fn default() -> Self {
        Self { under_way: VecDeque::new(), free_at: 0 }
    }
}

impl<T> Pipe<T> {
    pub(super) fn send(&mut self, what: T, bytes: usize, rate: u64, delay_us: u64, now: u64) {
        self.free_at = self.free_at.max(now) + bytes as u64 * 1_000_000 / rate.max(1);
        self.under_way.push_back((self.free_at + delay_us, what));
    }

    /// What has arrived.
    pub(super) fn receive(&mut self, now: u64) -> Option<T> {
        self.under_way.pop_front_if(|(at, _)| *at <= now).map(|(_, what)| what)
    }

    pub(super) fn cut(&mut self) {
        self.under_way.clear();
        self.free_at = 0;
    }
}

/// The state of an agent's line.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) up: bool,
    /// Bytes a second.
    pub(super) rate: u64,
    pub(super) delay_us: u64,
}

impl State {
    pub(super) const GOOD: Self = Self { up: true, rate: 1_000_000, delay_us: 30_000 };

    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(5) {
            0 | 1 => Self { up: false, ..Self::GOOD },
            2 => Self { rate: random.between(300, 2000), ..Self::GOOD },
            3 => Self { delay_us: random.between(100_000, 2_000_000), ..Self::GOOD },
            _ => Self::GOOD,
        }
    }
}
