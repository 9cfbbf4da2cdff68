/// Undoes the wrap of a counter of 1 to 63 bits, such as RTP's 32-bit and MPEG's 33-bit timestamps or the 32-bit
/// milliseconds of RTMP.
///
/// Each value is placed as near as possible to the one before it, in either direction, so values that arrive
/// slightly out of order around the wrap come out right. A true jump by half the range or more cannot be told from
/// a wrap and comes out as the shorter way; the timeline then records it as a jump.
///
/// ```
/// let mut rtp = ashkar_media::Unwrapper::new(32);
/// assert_eq!(rtp.unwrap(0xffff_ffff), 0xffff_ffff);
/// assert_eq!(rtp.unwrap(2), 0x1_0000_0002);
/// assert_eq!(rtp.unwrap(0xffff_fffe), 0xffff_fffe);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Unwrapper {
    bits: u32,
    last: Option<i64>,
}

impl Unwrapper {
    /// An unwrapper for a counter of `bits` bits, held to 1..=63.
    pub const fn new(bits: u32) -> Self {
        let bits = if bits < 1 {
            1
        } else if bits > 63 {
            63
        } else {
            bits
        };
        Self { bits, last: None }
    }

    /// The unwrapped value. Bits of `value` above the counter's width are ignored.
    pub fn unwrap(&mut self, value: u64) -> i64 {
        let mask = (1_u64 << self.bits) - 1;
        let value = value & mask;
        let unwrapped = match self.last {
            None => i64::try_from(value).unwrap_or(i64::MAX),
            Some(last) => last.wrapping_add(self.shortest_way(value.wrapping_sub(last as u64) & mask)),
        };
        self.last = Some(unwrapped);
        unwrapped
    }

    /// `ahead` is how far the value lies ahead, modulo the range; more than half the range is a step back.
    fn shortest_way(self, ahead: u64) -> i64 {
        let half = 1_u64 << (self.bits - 1);
        let range = half.wrapping_mul(2);
        if ahead < half { ahead as i64 } else { ahead.wrapping_sub(range) as i64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rtmp_milliseconds_wrap_after_49_days() {
        let mut ms = Unwrapper::new(32);
        assert_eq!(ms.unwrap(u64::from(u32::MAX) - 39), i64::from(u32::MAX) - 39);
        assert_eq!(ms.unwrap(0), 1 << 32);
        assert_eq!(ms.unwrap(40), (1 << 32) + 40);
    }

    #[test]
    fn mpeg_33_bits_wrap_after_26_hours() {
        let mut pts = Unwrapper::new(33);
        let top = (1_u64 << 33) - 3600;
        assert_eq!(pts.unwrap(top), top as i64);
        assert_eq!(pts.unwrap(0), 1 << 33);
        assert_eq!(pts.unwrap(top), top as i64, "out of order around the wrap");
        assert_eq!(pts.unwrap(3600), (1 << 33) + 3600);
    }

    #[test]
    fn a_second_wrap_goes_on() {
        let mut counter = Unwrapper::new(8);
        let mut expected = 0;
        for step in 0..1000_u64 {
            assert_eq!(counter.unwrap(step * 100), expected);
            expected += 100;
        }
    }

    proptest! {
        #[test]
        fn any_walk_with_steps_below_half_the_range_is_restored(
            bits in 2_u32..=40, start in 0_u64..1 << 40, steps in prop::collection::vec(any::<i64>(), 0..50)
        ) {
            let range = 1_i64 << bits;
            let mut unwrapper = Unwrapper::new(bits);
            let mut truth = (start as i64).rem_euclid(range);
            prop_assert_eq!(unwrapper.unwrap(truth as u64), truth);
            for step in steps {
                truth += step.rem_euclid(range / 2) - range / 4;
                prop_assert_eq!(unwrapper.unwrap(truth as u64), truth);
            }
        }

        #[test]
        fn no_value_and_no_width_panics(bits in any::<u32>(), values in prop::collection::vec(any::<u64>(), 0..50)) {
            let mut unwrapper = Unwrapper::new(bits);
            for value in values {
                unwrapper.unwrap(value);
            }
        }
    }
}
