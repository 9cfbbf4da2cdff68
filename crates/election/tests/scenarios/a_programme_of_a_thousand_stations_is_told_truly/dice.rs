//! Numbers drawn from a seed.

pub struct Dice(u64);

impl Dice {
    /// Seeds that follow each other must not give the same numbers one place further on, so each is mixed first.
    pub const fn new(seed: u64) -> Self {
        Self(Self(seed).next().wrapping_add(0x1234_5678_9abc_def1))
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number from 0 to below `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of a thousand cases.
    pub const fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}
