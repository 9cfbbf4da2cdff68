//! The link between station and centre: both lines share its narrow place.

use super::random::Random;
use crate::Line;

#[derive(Debug)]
pub(super) struct Link {
    /// Bytes a second.
    pub(super) bandwidth: u64,
    /// One way, microseconds.
    pub(super) latency_us: u64,
    /// Requests and answers that are lost, each, in a thousand.
    pub(super) loss: u64,
    /// Requests that arrive twice, in a thousand.
    pub(super) repeated: u64,
    /// Until when each line carries nothing.
    pub(super) cut_until: [u64; 2],
    free_at: u64,
}

impl Link {
    pub(super) fn new(bandwidth: u64) -> Self {
        Self { bandwidth, latency_us: 20_000, loss: 0, repeated: 0, cut_until: [0; 2], free_at: 0 }
    }

    /// When a request of so many bytes arrives: never, once, or twice.
    pub(super) fn request(&mut self, line: Line, bytes: usize, random: &mut Random, now: u64) -> Vec<u64> {
        if now < self.cut_until[line as usize] {
            return Vec::new();
        }
        self.free_at = self.free_at.max(now) + bytes as u64 * 1_000_000 / self.bandwidth;
        if random.chance(self.loss) {
            return Vec::new();
        }
        let at = self.free_at + self.delay(random);
        let again = random.chance(self.repeated).then(|| at + random.between(0, 15_000_000));
        [Some(at), again].into_iter().flatten().collect()
    }

    /// When an answer arrives, if it does.
    pub(super) fn answer(&self, line: Line, random: &mut Random, now: u64) -> Option<u64> {
        let lost = now < self.cut_until[line as usize] || random.chance(self.loss);
        (!lost).then(|| now + self.delay(random))
    }

    fn delay(&self, random: &mut Random) -> u64 {
        self.latency_us + random.between(0, self.latency_us / 4 + 1)
    }

    /// Nothing is wrong any more.
    pub(super) fn heal(&mut self, bandwidth: u64) {
        *self = Self::new(bandwidth);
    }
}
