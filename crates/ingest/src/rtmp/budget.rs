//! How much work a connection may cause: a byte costs little, a chunk or a message costs more, and both can be empty.
//! Exceeding the budget ends the connection; the fault is the camera's.

use ashkar_terms::Moment;

/// Messages a second: 60 pictures in eight slices plus sound make 600.
pub(super) const MESSAGES_PER_SECOND: u32 = 2_000;
/// Messages at once: the backlog of a line that stalled for twelve seconds.
const MESSAGE_BURST: u32 = 8_000;
/// Chunks a second: 100 Mbit/s in the smallest chunks that encoders use, 128 bytes.
const CHUNKS_PER_SECOND: u32 = 100_000;
/// Chunks at once.
const CHUNK_BURST: u32 = 200_000;
/// Messages that a connection may send before it has shown a valid key.
const UNAUTHENTICATED_MESSAGES: u32 = 256;
/// The same for chunks.
const UNAUTHENTICATED_CHUNKS: u32 = 4_096;

/// Remaining budget of a connection. It fills up with time, and outlives the connection: a publisher that reconnects
/// with the same key goes on with what was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    pub(super) messages: Bucket,
    pub(super) chunks: Bucket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) left: u32,
    per_second: u32,
    burst: u32,
    filled_us: Option<u64>,
}

impl Budget {
    /// Budget of a connection that has not shown a valid key: it does not fill up.
    pub(super) const UNAUTHENTICATED: Self = Self {
        messages: Bucket::full(0, UNAUTHENTICATED_MESSAGES),
        chunks: Bucket::full(0, UNAUTHENTICATED_CHUNKS),
    };
    /// Budget of a publisher.
    pub(super) const PUBLISHER: Self = Self {
        messages: Bucket::full(MESSAGES_PER_SECOND, MESSAGE_BURST),
        chunks: Bucket::full(CHUNKS_PER_SECOND, CHUNK_BURST),
    };

    /// Adds what the time since the last call has earned.
    pub(super) fn fill(&mut self, now: Moment) {
        self.messages.fill(now.mono_us);
        self.chunks.fill(now.mono_us);
    }

    /// Whether nothing of it is used up.
    pub(super) fn is_full(&self) -> bool {
        self.messages.left >= self.messages.burst && self.chunks.left >= self.chunks.burst
    }
}

impl Bucket {
    const fn full(per_second: u32, burst: u32) -> Self {
        Self { left: burst, per_second, burst, filled_us: None }
    }

    /// Takes one; false if none is left.
    pub(super) const fn take(&mut self) -> bool {
        let left = self.left > 0;
        self.left = self.left.saturating_sub(1);
        left
    }

    fn fill(&mut self, now_us: u64) {
        let since = now_us.saturating_sub(*self.filled_us.get_or_insert(now_us));
        let earned = since.saturating_mul(u64::from(self.per_second)) / 1_000_000;
        if earned > 0 {
            self.filled_us = Some(now_us);
            self.left = self.left.saturating_add(u32::try_from(earned).unwrap_or(u32::MAX)).min(self.burst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ashkar_terms::UtcMicros;

    #[test]
    fn it_fills_up_with_time_and_no_further() {
        let at = |us| Moment { wall: UtcMicros(0), mono_us: us };
        let mut budget = Budget::PUBLISHER;
        budget.fill(at(0));
        for _ in 0..MESSAGE_BURST {
            assert!(budget.messages.take());
        }
        assert!(!budget.messages.take() && !budget.is_full());
        for tick in 1..=40 {
            budget.fill(at(tick * 25_000));
        }
        assert_eq!(budget.messages.left, MESSAGES_PER_SECOND);
        budget.fill(at(60_000_000));
        assert!(budget.is_full());
    }
}
