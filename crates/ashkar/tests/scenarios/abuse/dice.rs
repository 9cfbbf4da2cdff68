//! Pseudo-random numbers that repeat for the same seed (SplitMix64).

pub struct Dice(u64);

impl From<u64> for Dice {
    fn from(seed: u64) -> Self {
        Self(seed)
    }
}

impl Dice {
    /// Seeded from `ABUSE_SEED` if it is set, so that a failure can be reproduced; otherwise from the clock. Prints the
    /// seed.
    pub fn announced() -> Self {
        let chosen =
            std::env::var("ABUSE_SEED").ok().map(|seed| seed.parse().expect("ABUSE_SEED is a number"));
        let seed = chosen.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond().unsigned_abs());
        println!("ABUSE_SEED={seed}");
        Self(seed)
    }

    /// A generator for `name`: its numbers do not depend on what else draws.
    pub fn of(&self, name: &str) -> Self {
        Self(
            name.bytes().fold(self.0, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)),
        )
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}
