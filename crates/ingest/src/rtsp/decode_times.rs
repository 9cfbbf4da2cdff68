//! Decoding times from presentation times.
//!
//! RTP carries presentation times only (RFC 6184, 5.1). Without B-frames they are the decoding times, and most
//! cameras send none. Where a time goes back by less than [`MAX_REORDER_TICKS`], the camera does send B-frames:
//! the reorder depth is learned, one more at each such picture up to [`MAX_DEPTH`]. With depth `n`, the `i`-th
//! picture in decoding order gets the `i-n`-th smallest presentation time: the delay that an encoder means.
//! While the depth is being learned, decoding times go on by single ticks, and offsets may be negative.
//! Anything farther back or ahead is a step of the camera's clock: times are passed on as they are.

/// Maximum number of pictures by which decoding order differs from presentation order.
const MAX_DEPTH: usize = 4;
/// Farthest that a B-frame goes back, ticks: half a second.
const MAX_REORDER_TICKS: i64 = 45_000;
/// A clock that moves farther than this between two pictures has stepped, ticks: ten seconds.
const MAX_FORWARD_TICKS: i64 = 900_000;
/// Step assumed until two pictures have shown it: 25 pictures a second.
const FIRST_STEP_TICKS: i64 = 3600;

/// Derives decoding times. It holds at most [`MAX_DEPTH`] + 1 times.
#[derive(Debug)]
pub(super) struct DecodeTimes {
    depth: usize,
    held: Vec<i64>,
    last_dts: Option<i64>,
    step: i64,
}

impl DecodeTimes {
    pub(super) const fn new() -> Self {
        Self { depth: 0, held: Vec::new(), last_dts: None, step: FIRST_STEP_TICKS }
    }

    /// Decoding time and composition offset of the next picture in decoding order.
    pub(super) fn place(&mut self, pts: i64) -> (i64, i32) {
        let dts = match self.last_dts {
            Some(last) if self.depth == 0 => self.without_reordering(last, pts),
            Some(last) => self.with_reordering(last, pts),
            None => self.restart(pts),
        };
        if let Some(last) = self.last_dts
            && (1..=MAX_REORDER_TICKS).contains(&dts.saturating_sub(last))
        {
            self.step = dts - last;
        }
        self.last_dts = Some(dts);
        (dts, offset(pts, dts))
    }

    /// The latest decoding time handed out.
    pub(super) const fn last_dts(&self) -> Option<i64> {
        self.last_dts
    }

    fn without_reordering(&mut self, last: i64, pts: i64) -> i64 {
        if (-MAX_REORDER_TICKS..0).contains(&pts.saturating_sub(last)) {
            self.held = vec![last];
            return self.learn(last, pts);
        }
        pts
    }

    fn with_reordering(&mut self, last: i64, pts: i64) -> i64 {
        let newest = self.held.last().copied().unwrap_or(last);
        let moved = pts.saturating_sub(newest);
        if !(-MAX_REORDER_TICKS..=MAX_FORWARD_TICKS).contains(&moved) {
            return self.restart(pts);
        }
        if pts < last && self.depth < MAX_DEPTH && self.step > 1 {
            return self.learn(last, pts);
        }
        self.hold(pts);
        self.held.remove(0).max(last.saturating_add(1))
    }

    /// One more picture of delay: nothing leaves, and the decoding time advances by one tick.
    fn learn(&mut self, last: i64, pts: i64) -> i64 {
        self.depth += 1;
        self.hold(pts);
        while self.held.len() > self.depth {
            self.held.remove(0);
        }
        last.saturating_add(1)
    }

    /// Begins anew at `pts`, as if pictures at the usual distance had come before.
    fn restart(&mut self, pts: i64) -> i64 {
        let back = |n: usize| pts.saturating_sub(self.step.saturating_mul(i64::try_from(n).unwrap_or(0)));
        self.held = (0..self.depth).map(back).rev().collect();
        back(self.depth)
    }

    fn hold(&mut self, pts: i64) {
        let place = self.held.partition_point(|other| *other <= pts);
        self.held.insert(place, pts);
    }
}

fn offset(pts: i64, dts: i64) -> i32 {
    let ticks = pts.saturating_sub(dts);
    i32::try_from(ticks).unwrap_or(if ticks < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(times: &[i64]) -> Vec<(i64, i32)> {
        let mut decode_times = DecodeTimes::new();
        times.iter().map(|pts| decode_times.place(*pts)).collect()
    }

    #[test]
    fn without_b_frames_times_pass_as_they_are() {
        let times = [5, 3605, 3605, 7205, 10_000_000_000, 10_000_003_600, 7205, 10_805];
        assert_eq!(places(&times), times.map(|time| (time, 0)));
    }

    #[test]
    fn b_frames_settle_on_the_encoders_delay() {
        // I P b b P b b …, in decoding order, at 3600 ticks a picture.
        let groups = (0..20).flat_map(|group| [3, 1, 2].map(|n| (group * 3 + n) * 3600));
        let times: Vec<i64> = std::iter::once(0).chain(groups).collect();
        let placed = places(&times);
        for (n, (pts, (dts, offset))) in times.iter().zip(&placed).enumerate() {
            assert_eq!(dts + i64::from(*offset), *pts, "presentation times are exact");
            assert!(n == 0 || *dts > placed[n - 1].0, "decoding times rise");
            assert!(n < 8 || *offset >= 0, "picture {n} is decoded before it is shown: {dts} {offset}");
        }
        let settled: Vec<i64> = placed.windows(2).skip(8).map(|pair| pair[1].0 - pair[0].0).collect();
        assert!(settled.iter().all(|step| *step == 3600), "{settled:?}");
    }

    #[test]
    fn a_clock_that_steps_is_followed_at_once_with_b_frames_too() {
        let mut decode_times = DecodeTimes::new();
        for time in [0, 7200, 3600, 14_400, 10_800, 21_600, 18_000] {
            let _ = decode_times.place(time);
        }
        let hours = 90_000 * 3600 * 5;
        let (dts, offset) = decode_times.place(hours);
        assert!(offset >= 0 && i64::from(offset) < 20_000 && dts + i64::from(offset) == hours);
        let (back, offset) = decode_times.place(90_000);
        assert!(back + i64::from(offset) == 90_000 && back < dts);
    }

    proptest! {
        #[test]
        fn presentation_times_are_kept_and_memory_is_bounded(times in prop::collection::vec(-100_000_i64..100_000, 1..300)) {
            let mut decode_times = DecodeTimes::new();
            for pts in times {
                let (dts, offset) = decode_times.place(pts);
                prop_assert_eq!(dts + i64::from(offset), pts);
                prop_assert!(decode_times.held.len() <= MAX_DEPTH + 1);
            }
        }

        #[test]
        fn extreme_times_never_overflow(times in prop::collection::vec(any::<i64>(), 1..50)) {
            let mut decode_times = DecodeTimes::new();
            for pts in times {
                let _ = decode_times.place(pts);
            }
        }
    }
}
