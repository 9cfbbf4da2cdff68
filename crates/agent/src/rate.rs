//! How fast the disk fills: bytes recorded in the last half to whole minute.

/// Time from one sample to the next, microseconds.
const SAMPLE_US: u64 = 30_000_000;
/// Less than this says nothing, microseconds.
const LEAST_US: u64 = 5_000_000;

/// Time of the monotonic clock and bytes since the start.
type Sample = (u64, u64);

#[derive(Debug, Default)]
pub(crate) struct Rate {
    from: Option<Sample>,
    next: Sample,
}

impl Rate {
    /// Takes the bytes recorded until `now_us`. Returns bytes a second, once that is known.
    pub(crate) fn take(&mut self, now_us: u64, bytes: u64) -> Option<u64> {
        let from = *self.from.get_or_insert_with(|| {
            self.next = (now_us, bytes);
            (now_us, bytes)
        });
        let elapsed = now_us.saturating_sub(from.0);
        if now_us.saturating_sub(self.next.0) >= SAMPLE_US {
            self.from = Some(self.next);
            self.next = (now_us, bytes);
        }
        let rate = u128::from(bytes.saturating_sub(from.1)) * 1_000_000 / u128::from(elapsed.max(1));
        (elapsed >= LEAST_US).then(|| u64::try_from(rate).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_is_recorded_now() {
        let mut rate = Rate::default();
        assert_eq!(rate.take(7_000_000, 500), None);
        assert_eq!(rate.take(8_000_000, 900), None);
        assert_eq!(rate.take(17_000_000, 10_500), Some(1000));
        // A camera is gone: a minute later nothing is left of its rate.
        for second in 18..=80 {
            rate.take(second * 1_000_000, 10_500);
        }
        assert_eq!(rate.take(81_000_000, 10_500), Some(0));
    }
}
