//! How a line behaves over time, by model and seed: an endless sequence of stretches, the same on every machine.

use std::fmt;
use std::str::FromStr;

const MS: u64 = 1_000;
const S: u64 = 1_000_000;
const HOUR: u64 = 3600 * S;
/// Kilobit per second, in bytes a second.
const KBIT: u64 = 1000 / 8;

/// A kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineModel {
    /// A cable: 20 Mbit/s, 5 to 15 ms, never down.
    Good,
    /// A mobile network: 1 to 8 Mbit/s, 30 to 150 ms, stalls of up to 2.5 s, now and then down for up to 90 s.
    Mobile,
    /// Far from everything: 0.1 to 0.9 Mbit/s, 100 to 600 ms, stalls of up to 6 s, often down for up to four minutes.
    Terrible,
    /// Good, and dead for one hour, which begins one to five minutes after the start.
    Dead,
    /// 0.4 Mbit/s, and down for a minute after every three: for people who watch.
    OnOff,
}

impl LineModel {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Good, Self::Mobile, Self::Terrible, Self::Dead, Self::OnOff];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Mobile => "mobile",
            Self::Terrible => "terrible",
            Self::Dead => "dead",
            Self::OnOff => "on-off",
        }
    }
}

impl fmt::Display for LineModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no kind of line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a line is good, mobile, terrible, dead or on-off")]
pub struct ParseLineModelError;

impl FromStr for LineModel {
    type Err = ParseLineModelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|model| model.name() == text).ok_or(ParseLineModelError)
    }
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Bytes, at a rate.
    Bytes {
        /// Bytes a second in each direction.
        rate: u64,
        /// From one end to the other, microseconds.
        delay_us: u64,
    },
    /// Nothing for a moment: packets are lost, and connections wait.
    Stalled,
    /// Nothing, and no connection can be opened.
    Down,
}

/// What a line does for a while. Times are microseconds since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first microsecond.
    pub from_us: u64,
    /// The first one after it.
    pub to_us: u64,
    /// What the line does.
    pub carries: Carries,
}

/// The stretches of one line, without end and without a hole.
#[derive(Debug, Clone)]
pub struct Schedule {
    model: LineModel,
    random: Random,
    at_us: u64,
    /// What follows the stretch that was given last.
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Up,
    /// Decided anew: a stall, an outage, or neither.
    Trouble,
    Down(u64),
}

impl Schedule {
    /// The line of this model and seed.
    pub fn new(model: LineModel, seed: u64) -> Self {
        // Neighbouring seeds are far apart.
        let mut random = Random(seed);
        let random = Random(random.number() ^ model as u64);
        Self { model, random, at_us: 0, then: Then::Up }
    }

    fn up(&mut self) -> (u64, Carries) {
        let random = &mut self.random;
        let (length, kbit, delay_ms) = match self.model {
            LineModel::Good => (random.between(30, 90) * S, 20_000, random.between(5, 16)),
            LineModel::Dead if self.at_us == 0 => {
                (random.between(60, 300) * S, 20_000, random.between(5, 16))
            }
            LineModel::Dead => (HOUR, 20_000, random.between(5, 16)),
            LineModel::Mobile => {
                (random.between(5, 40) * S, random.between(1_000, 8_000), random.between(30, 150))
            }
            LineModel::Terrible => {
                (random.between(3, 20) * S, random.between(100, 900), random.between(100, 600))
            }
            LineModel::OnOff => (180 * S, 400, 60),
        };
        (length, Carries::Bytes { rate: kbit * KBIT, delay_us: delay_ms * MS })
    }

    /// What comes after a time up: how long it lasts, if anything does.
    fn trouble(&mut self) -> Option<(u64, Carries)> {
        let random = &mut self.random;
        let (stalls, longest_stall_ms, downs, down_s) = match self.model {
            LineModel::Good | LineModel::Dead | LineModel::OnOff => return None,
            LineModel::Mobile => (50, 2_500, 4, 10..90),
            LineModel::Terrible => (60, 6_000, 10, 20..240),
        };
        let drawn = random.between(0, 100);
        if drawn < downs {
            return Some((random.between(down_s.start, down_s.end) * S, Carries::Down));
        }
        let length_us = random.between(300, longest_stall_ms) * MS;
        (drawn < downs + stalls).then_some((length_us, Carries::Stalled))
    }
}

impl Iterator for Schedule {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let (length_us, carries) = match self.then {
            Then::Down(length_us) => (length_us, Carries::Down),
            Then::Trouble => self.trouble().unwrap_or_else(|| self.up()),
            Then::Up => self.up(),
        };
        let is_up = matches!(carries, Carries::Bytes { .. });
        self.then = match self.model {
            LineModel::OnOff if is_up => Then::Down(60 * S),
            LineModel::Dead if self.at_us == 0 => Then::Down(HOUR),
            _ if is_up => Then::Trouble,
            _ => Then::Up,
        };
        let from_us = self.at_us;
        self.at_us = from_us.saturating_add(length_us);
        Some(Stretch { from_us, to_us: self.at_us, carries })
    }
}

/// SplitMix64.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `from` up to but excluding `to`.
    const fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.number() % (to - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(model: LineModel, seed: u64) -> Vec<Stretch> {
        Schedule::new(model, seed).take_while(|stretch| stretch.from_us < 24 * HOUR).collect()
    }

    /// Shares of a day in percent: stalled, and down.
    fn shares(day: &[Stretch]) -> (u64, u64) {
        let share = |wanted: Carries| {
            let such = day.iter().filter(|stretch| stretch.carries == wanted);
            such.map(|stretch| stretch.to_us - stretch.from_us).sum::<u64>() * 100 / (24 * HOUR)
        };
        (share(Carries::Stalled), share(Carries::Down))
    }

    #[test]
    fn a_line_is_the_same_for_the_same_seed_and_has_no_hole() {
        for model in LineModel::ALL {
            assert_eq!(model.name().parse(), Ok(model));
            let one = day(model, 5);
            assert_eq!(one, day(model, 5));
            assert!(one[0].from_us == 0 && matches!(one[0].carries, Carries::Bytes { .. }));
            assert!(one.windows(2).all(|pair| pair[0].to_us == pair[1].from_us));
            assert!(one.iter().all(|stretch| stretch.from_us < stretch.to_us));
            assert!(model == LineModel::OnOff || one != day(model, 6), "{model}");
        }
        assert_eq!("bad".parse::<LineModel>(), Err(ParseLineModelError));
    }

    #[test]
    fn each_model_is_as_bad_as_it_says() {
        for seed in 0..20 {
            assert_eq!(shares(&day(LineModel::Good, seed)), (0, 0));
            let (stalled, down) = shares(&day(LineModel::Mobile, seed));
            assert!((1..8).contains(&stalled) && (2..20).contains(&down), "{stalled} {down}");
            let (stalled, down) = shares(&day(LineModel::Terrible, seed));
            assert!((5..20).contains(&stalled) && (25..65).contains(&down), "{stalled} {down}");
            assert_eq!(shares(&day(LineModel::OnOff, seed)), (0, 25));
        }
    }

    #[test]
    fn a_dead_line_is_dead_for_one_hour() {
        for seed in 0..20 {
            let all = day(LineModel::Dead, seed);
            let dead: Vec<_> = all.iter().filter(|stretch| stretch.carries == Carries::Down).collect();
            assert_eq!(dead.len(), 1);
            assert_eq!(dead[0].to_us - dead[0].from_us, HOUR);
            assert!((60 * S..300 * S).contains(&dead[0].from_us));
        }
    }
}
