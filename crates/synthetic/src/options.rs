//! Options of the loops: frame rate, bit rate, rooms and hours; and the lengths that all loops have in common.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use ashkar_terms::TICKS_PER_SECOND;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// Length of a group of pictures: one IDR picture every two seconds.
pub(crate) const GOP_TICKS: i64 = 2 * TICKS_PER_SECOND;
/// Groups in a loop: forty seconds. Even, so that `idr_pic_id` alternates over the seam too.
pub(crate) const GOPS_PER_LOOP: usize = 20;
/// Rooms that are drawn.
pub(crate) const ROOMS: usize = 4;

/// Options for drawing and encoding [`Loops`](crate::Loops).
#[derive(Debug, Clone)]
pub struct LoopOptions {
    /// Pictures a second.
    pub rate: FrameRate,
    /// Pads up to this many bits a second with filler data; `None` leaves the natural rate of about 100 kbit/s.
    pub bitrate: Option<u32>,
    /// Number of different rooms, 1 to 4; other values are clamped. Each is encoded separately.
    pub rooms: u8,
    /// The election's zone: the clock in the picture shows its time.
    pub zone: TimeZone,
    /// When the room is shown voting, and when counting.
    pub hours: DayHours,
    /// Directory in which encoded loops are kept between runs; `None` encodes anew each time.
    pub cache: Option<PathBuf>,
}

impl Default for LoopOptions {
    /// 25 pictures a second at the natural rate, all rooms, UTC, the usual hours, no cache.
    fn default() -> Self {
        Self {
            rate: FrameRate::PAL,
            bitrate: None,
            rooms: ROOMS as u8,
            zone: TimeZone::UTC,
            hours: DayHours::default(),
            cache: None,
        }
    }
}

/// Local times between which the room is shown voting; at all others it is shown counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayHours {
    /// Start of the day on air.
    pub on_air: Time,
    /// End of the voting.
    pub closes: Time,
}

impl DayHours {
    /// Whether the room is shown voting at `time`. A day that closes after midnight wraps around.
    pub(crate) fn is_voting(&self, time: Time) -> bool {
        if self.on_air <= self.closes {
            (self.on_air..self.closes).contains(&time)
        } else {
            time >= self.on_air || time < self.closes
        }
    }
}

impl Default for DayHours {
    /// 07:30 and 19:00.
    fn default() -> Self {
        Self { on_air: Time::constant(7, 30, 0, 0), closes: Time::constant(19, 0, 0, 0) }
    }
}

/// Pictures a second, such that a whole number of them fills two seconds and each lasts whole ticks of 90 kHz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    ticks: u32,
}

impl FrameRate {
    /// 25 pictures a second.
    pub const PAL: Self = Self { ticks: 3_600 };
    /// 12.5 pictures a second: half the drawing, half the load.
    pub const HALF: Self = Self { ticks: 7_200 };
    /// 10 pictures a second: as many as a demonstration can draw and record in seconds.
    pub const DEMO: Self = Self { ticks: 9_000 };
    /// 5 pictures a second, for long histories.
    pub const SLOW: Self = Self { ticks: 18_000 };

    /// Length of one picture, 90 kHz ticks.
    pub const fn ticks(self) -> u32 {
        self.ticks
    }

    /// Pictures in a group of two seconds.
    pub(crate) const fn frames_per_gop(self) -> u16 {
        (GOP_TICKS / self.ticks as i64) as u16
    }
}

/// The text is not a supported frame rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a frame rate is a number from 1 to 60, such as 25 or 12.5, of which two seconds hold a whole number"
)]
pub struct ParseFrameRateError;

impl FromStr for FrameRate {
    type Err = ParseFrameRateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rate: f64 = text.parse().map_err(|_| ParseFrameRateError)?;
        if !(1.0..=60.0).contains(&rate) {
            return Err(ParseFrameRateError);
        }
        let frames = rate * 2.0;
        let whole = frames.round() as u32;
        let gop = GOP_TICKS as u32;
        let exact = (frames - f64::from(whole)).abs() < 1e-9 && gop.is_multiple_of(whole);
        exact.then(|| Self { ticks: gop / whole }).ok_or(ParseFrameRateError)
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.frames_per_gop()) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_may_close_after_midnight() {
        let time = |hour| Time::constant(hour, 0, 0, 0);
        let late = DayHours { on_air: time(22), closes: time(10) };
        for (hour, voting) in [(21, false), (22, true), (0, true), (9, true), (10, false)] {
            assert_eq!(late.is_voting(time(hour)), voting, "{hour}");
        }
        assert!(DayHours::default().is_voting(time(8)) && !DayHours::default().is_voting(time(19)));
    }

    #[test]
    fn reads_the_rates_that_fit() {
        for (text, ticks) in [("25", 3_600), ("12.5", 7_200), ("30", 3_000), ("5", 18_000), ("1", 90_000)] {
            let rate: FrameRate = text.parse().unwrap();
            assert_eq!(rate.ticks(), ticks);
            assert_eq!(rate.to_string(), text);
        }
    }

    #[test]
    fn refuses_the_others() {
        for text in ["", "0", "-25", "61", "24.7", "29.97", "NaN", "inf", "x"] {
            assert_eq!(text.parse::<FrameRate>(), Err(ParseFrameRateError), "{text:?}");
        }
    }
}
