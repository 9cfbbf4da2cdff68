//! Bit readers, for numbers of any width.

/// Reads bits from the most significant bit of the first byte on, without allocating. A read past the end returns
/// `None`.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    next: usize,
    /// Whether to skip `emulation_prevention_three_byte`.
    escaped: bool,
    zeros: u8,
    byte: u8,
    left: u8,
}

impl<'a> BitReader<'a> {
    /// Reads a raw byte sequence payload, a NAL unit without its header: emulation prevention bytes are skipped on the
    /// way (H.264 7.4.1, H.265 7.4.2).
    pub const fn rbsp(payload: &'a [u8]) -> Self {
        Self { bytes: payload, next: 0, escaped: true, zeros: 0, byte: 0, left: 0 }
    }

    /// Reads bytes as they are.
    pub const fn plain(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, escaped: false, zeros: 0, byte: 0, left: 0 }
    }

    /// `u(1)`.
    pub fn flag(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.load()?;
        }
        self.left -= 1;
        Some(self.byte >> self.left & 1 == 1)
    }

    /// Its position: increases with each bit.
    pub fn position(&self) -> usize {
        self.next * 8 - usize::from(self.left)
    }

    /// `u(count)`, for up to 32 bits.
    pub fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u32;
        let mut wanted = count.min(32);
        while wanted > 0 {
            if self.left == 0 {
                self.load()?;
            }
            let taken = wanted.min(u32::from(self.left));
            self.left -= taken as u8;
            let piece = u32::from(self.byte >> self.left) & ((1 << taken) - 1);
            value = value << taken | piece;
            wanted -= taken;
        }
        Some(value)
    }

    /// Skips `count` bits.
    pub fn skip(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.flag().map(|_| ()))
    }

    /// `ue(v)`; values of more than 32 bits are refused.
    pub fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0_u32;
        loop {
            if self.left == 0 {
                self.load()?;
            }
            // The remaining bits of the byte, from the most significant on.
            let rest = u32::from(self.byte) << (32 - u32::from(self.left));
            let run = rest.leading_zeros().min(u32::from(self.left));
            zeros += run;
            if zeros > 31 {
                return None;
            }
            self.left -= run as u8;
            if self.left > 0 {
                self.left -= 1;
                break;
            }
        }
        let suffix = self.bits(zeros)?;
        Some((1_u32 << zeros) - 1 + suffix)
    }

    /// `se(v)`.
    pub fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        let magnitude = (code + 1) / 2;
        i32::try_from(if code % 2 == 1 { magnitude } else { -magnitude }).ok()
    }

    fn load(&mut self) -> Option<()> {
        let mut byte = *self.bytes.get(self.next)?;
        self.next += 1;
        if self.escaped && self.zeros >= 2 && byte == 3 {
            self.zeros = 0;
            byte = *self.bytes.get(self.next)?;
            self.next += 1;
        }
        self.zeros = if byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        (self.byte, self.left) = (byte, 8);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_golomb_codes_as_in_the_tables() {
        // 1 010 011 00100 00101, then se: 010 (+1) 011 (-1)
        let mut bits = BitReader::rbsp(&[0b1010_0110, 0b0100_0010, 0b1010_0110]);
        let codes: Vec<_> = (0..5).map(|_| bits.ue().unwrap()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4]);
        assert_eq!((bits.se(), bits.se()), (Some(1), Some(-1)));
    }

    #[test]
    fn emulation_prevention_bytes_are_not_payload() {
        let mut bits = BitReader::rbsp(&[0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 2]);
        let read: Vec<_> = std::iter::from_fn(|| bits.bits(8)).collect();
        assert_eq!(read, [0, 0, 1, 0, 0, 0, 0, 2]);
    }

    #[test]
    fn bytes_that_know_no_emulation_prevention_are_taken_as_they_are() {
        assert_eq!(BitReader::plain(&[0, 0, 3, 1]).bits(32), Some(0x0000_0301));
    }

    #[test]
    fn the_end_is_an_answer() {
        assert_eq!(BitReader::rbsp(&[]).flag(), None);
        assert_eq!(BitReader::rbsp(&[0; 9]).ue(), None, "more than 31 leading zeros");
        assert_eq!(BitReader::rbsp(&[0, 0, 3]).bits(24), None);
    }

    /// The definition of the specification (H.264, 9.1), one bit at a time.
    fn ue_by_bits(bits: &mut BitReader<'_>) -> Option<u32> {
        let mut zeros = 0_u32;
        while !bits.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let suffix = (0..zeros).try_fold(0, |value, _| Some(value << 1 | u32::from(bits.flag()?)))?;
        Some((1_u32 << zeros) - 1 + suffix)
    }

    proptest::proptest! {
        #[test]
        fn many_bits_at_once_are_the_same_bits(
            bytes in proptest::collection::vec(proptest::prop_oneof![3 => 0_u8..4, 1 => proptest::num::u8::ANY], 0..64),
            counts in proptest::collection::vec(0_u32..34, 1..40),
        ) {
            let (mut fast, mut slow) = (BitReader::rbsp(&bytes), BitReader::rbsp(&bytes));
            for count in counts {
                let (one, other) = if count > 32 {
                    (fast.ue(), ue_by_bits(&mut slow))
                } else {
                    let other = (0..count).try_fold(0, |value, _| Some(value << 1 | u32::from(slow.flag()?)));
                    (fast.bits(count), other)
                };
                proptest::prop_assert_eq!(one, other);
                if one.is_none() {
                    break;
                }
                proptest::prop_assert_eq!(fast.position(), slow.position());
            }
        }
    }
}
