//! The plan of one seed: how long, how many cameras, how many faults, which settings.

use super::random::Random;
use crate::options::Options;

/// How long an election day is on air, microseconds.
const DAY_US: u64 = 59_400_000_000;

/// The plan of one seed.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// How long cameras send, microseconds.
    pub(super) length_us: u64,
    pub(super) cameras: u16,
    /// Shortest and longest time from one part of a camera to the next, microseconds.
    pub(super) period_us: (u64, u64),
    pub(super) part_bytes_max: u64,
    /// Mean time between two faults, microseconds.
    pub(super) calm_us: u64,
    /// Shortest and longest duration of a lasting fault, microseconds.
    pub(super) trouble_us: (u64, u64),
    /// The wall clock steps by hours, not by seconds.
    pub(super) steps_far: bool,
    /// The disk reports success without having done the work, and its bits rot.
    pub(super) lies: bool,
    pub(super) options: Options,
    /// Retention removes journals, as at a station.
    pub(super) removes: bool,
}

impl Plan {
    /// A whole day, at a rate at which it takes a second.
    pub(super) fn day(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0xda1);
        Self {
            seed,
            length_us: DAY_US,
            cameras: random.between(2, 5) as u16,
            period_us: (15_000_000, 60_000_000),
            part_bytes_max: random.between(400, 3000),
            calm_us: random.between(900, 3600) * 1_000_000,
            trouble_us: (1_000_000, 1_200_000_000),
            steps_far: random.once_in(6),
            lies: random.once_in(6),
            options: options(&mut random),
            removes: random.once_in(2),
        }
    }

    /// Minutes, at the rate of a real camera, with several faults at once.
    pub(super) fn minutes(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x317);
        Self {
            seed,
            length_us: random.between(20, 90) * 1_000_000,
            cameras: random.between(2, 9) as u16,
            period_us: (200_000, 700_000),
            part_bytes_max: random.between(400, 6000),
            calm_us: random.between(300, 4000) * 1000,
            trouble_us: (50_000, 8_000_000),
            steps_far: random.once_in(6),
            lies: random.once_in(6),
            options: options(&mut random),
            removes: random.once_in(2),
        }
    }
}

fn options(random: &mut Random) -> Options {
    Options {
        journal_bytes: (64 << 10) << random.below(3),
        journal_seconds: random.between(300, 3600) as u32,
        sync_interval_ms: random.between(20, 200) as u32,
        queue_bytes: random.between(20_000, 400_000) as usize,
        reserve_bytes: random.between(1, 6) * (64 << 10),
        nearly_full_bytes: 1 << 20,
        cache_seconds: random.between(5, 90) as u32,
        retry_first_ms: random.between(10, 300) as u32,
        forget_written: random.once_in(2),
    }
}
