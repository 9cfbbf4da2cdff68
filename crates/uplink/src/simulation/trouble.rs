//! What goes wrong.

use super::random::Random;

#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// These lines carry nothing for so long; the agent may be told.
    Cut { live: bool, late: bool, us: u64, told: bool },
    /// The centre is killed, and back after so long.
    CentreCrash { us: u64 },
    /// The centre starts with an empty archive.
    CentreReplaced,
    /// The agent is killed, and back after so long.
    AgentRestart { us: u64 },
    /// The link changes.
    Link { bandwidth_percent: u64, latency_us: u64, loss: u64, repeated: u64 },
    /// The centre refuses some requests for so long.
    Busy { us: u64 },
    /// The centre calls some live records late for so long.
    NotLive { us: u64 },
    /// The centre's disk syncs nothing for so long.
    NoSync { us: u64 },
}

impl Trouble {
    pub(super) fn draw(random: &mut Random) -> Self {
        let seconds = |random: &mut Random, most: u64| random.between(200_000, most * 1_000_000);
        match random.between(0, 16) {
            0..=3 => {
                let which = random.between(0, 4);
                let (live, late) = (which != 1, which != 2);
                Self::Cut { live, late, us: seconds(random, 30), told: random.chance(500) }
            }
            4..=5 => Self::CentreCrash { us: seconds(random, 12) },
            6 => Self::CentreReplaced,
            7..=8 => Self::AgentRestart { us: seconds(random, 8) },
            9..=11 => Self::Link {
                bandwidth_percent: random.between(30, 400),
                latency_us: random.between(5_000, 500_000),
                loss: random.between(0, 150),
                repeated: random.between(0, 100),
            },
            12 => Self::Busy { us: seconds(random, 10) },
            13 => Self::NotLive { us: seconds(random, 10) },
            _ => Self::NoSync { us: seconds(random, 45) },
        }
    }
}
