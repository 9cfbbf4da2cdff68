//! 32-bit timestamps that continue over their wraps: RTP's 90 kHz ticks (13 h 15 min), RTMP's milliseconds (49.7 days).

/// The shorter way from one timestamp to another, modulo 2^32: at most 2^31 in either direction.
pub(crate) const fn step(from: u32, to: u32) -> i64 {
    to.wrapping_sub(from).cast_signed() as i64
}

/// The number nearest to `last` that is `timestamp` modulo 2^32.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "arithmetic modulo 2^32 is meant"
)]
pub(crate) const fn nearest(last: i64, timestamp: u32) -> i64 {
    last.saturating_add(step(last as u32, timestamp))
}

/// Undoes the wraps of one stream's timestamps: each is taken as the one nearest to its predecessor, so a step that is
/// not a wrap stays as large as the camera's clock says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimestampUnwrapper {
    /// The last one, as received and as unwrapped.
    last: Option<(u32, i64)>,
}

impl TimestampUnwrapper {
    /// `timestamp` with its wraps undone.
    pub(crate) fn unwrap(&mut self, timestamp: u32) -> i64 {
        self.unwrap_with(timestamp, step)
    }

    /// The same for a clock that may also wrap in another way: `step` gives the distance between two successive
    /// timestamps.
    pub(crate) fn unwrap_with(&mut self, timestamp: u32, step: impl FnOnce(u32, u32) -> i64) -> i64 {
        let unwrapped = match self.last {
            None => i64::from(timestamp),
            Some((last, at)) => at.saturating_add(step(last, timestamp)),
        };
        self.last = Some((timestamp, unwrapped));
        unwrapped
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn timestamps_go_on_over_the_wrap_both_ways() {
        let mut clock = TimestampUnwrapper::default();
        assert_eq!(clock.unwrap(u32::MAX), i64::from(u32::MAX));
        assert_eq!(clock.unwrap(2), i64::from(u32::MAX) + 3);
        assert_eq!(clock.unwrap(u32::MAX - 1), i64::from(u32::MAX) - 1);
    }

    proptest! {
        #[test]
        fn the_nearest_is_never_half_a_round_away(last in any::<i32>().prop_map(i64::from), timestamp in any::<u32>()) {
            let found = nearest(last, timestamp);
            prop_assert_eq!(found.rem_euclid(1 << 32), i64::from(timestamp));
            prop_assert!((found - last).abs() <= 1 << 31);
        }

        #[test]
        fn any_walk_with_steps_below_half_the_range_is_restored(
            start in any::<u32>(), steps in prop::collection::vec(-(1_i64 << 31) + 1..1 << 31, 0..50)
        ) {
            let (mut clock, mut truth) = (TimestampUnwrapper::default(), i64::from(start));
            prop_assert_eq!(clock.unwrap(start), truth);
            for step in steps {
                truth += step;
                prop_assert_eq!(clock.unwrap(truth.rem_euclid(1 << 32) as u32), truth);
            }
        }
    }
}
