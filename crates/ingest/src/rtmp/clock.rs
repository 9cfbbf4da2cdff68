//! The clock of a publisher: RTMP's milliseconds as 90 kHz ticks, without wraps.

use crate::timestamp::{TimestampUnwrapper, step};

const TICKS_PER_MS: i64 = 90;
const SHORT_WRAP_MS: i64 = 1 << 24;
/// How near to a 24-bit wrap a step must land to count as one.
const SHORT_WRAP_TOLERANCE_MS: i64 = 10_000;

/// Undoes the wraps of RTMP timestamps and turns milliseconds into 90 kHz ticks.
///
/// The clock of RTMP has 32 bits (49.7 days); some encoders keep only the 24 bits of the short field and fall back
/// to zero after 4 h 39 min, in the middle of an election day. Both are wraps and not jumps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PublisherClock(TimestampUnwrapper);

impl PublisherClock {
    /// `timestamp_ms` in 90 kHz ticks: near the previous time wherever a wrap can explain it, otherwise as far away as
    /// the camera's clock says.
    pub(super) fn ticks(&mut self, timestamp_ms: u32) -> i64 {
        self.0.unwrap_with(timestamp_ms, step_ms).saturating_mul(TICKS_PER_MS)
    }
}

fn step_ms(from: u32, to: u32) -> i64 {
    let step = step(from, to);
    let short = [step + SHORT_WRAP_MS, step - SHORT_WRAP_MS];
    short.into_iter().find(|candidate| candidate.abs() < SHORT_WRAP_TOLERANCE_MS).unwrap_or(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(timestamps: &[u32]) -> Vec<i64> {
        let mut clock = PublisherClock::default();
        timestamps.iter().map(|&ms| clock.ticks(ms) / TICKS_PER_MS).collect()
    }

    #[test]
    fn the_32_bit_wrap_goes_on() {
        assert_eq!(milliseconds(&[u32::MAX - 9, 30, 70]), [4_294_967_286, 4_294_967_326, 4_294_967_366]);
    }

    #[test]
    fn the_24_bit_wrap_goes_on_even_where_sound_and_picture_straddle_it() {
        let wrap = 1 << 24;
        assert_eq!(
            milliseconds(&[wrap - 20, 20, wrap - 10, 30]),
            [i64::from(wrap) - 20, i64::from(wrap) + 20, i64::from(wrap) - 10, i64::from(wrap) + 30]
        );
    }

    #[test]
    fn a_jump_stays_a_jump() {
        assert_eq!(milliseconds(&[1000, 7_201_000, 1040]), [1000, 7_201_000, 1040]);
    }

    #[test]
    fn past_the_short_field_nothing_happens() {
        assert_eq!(milliseconds(&[0xFF_FFFE, 0xFF_FFFF, 0x100_0027]), [0xFF_FFFE, 0xFF_FFFF, 0x100_0027]);
    }
}
