//! Reading the first bits of parameter sets: RBSP of H.264 (7.2) and H.265 (7.2), which share it.

/// Reads bits of a NAL unit's payload, passing over emulation prevention bytes (`00 00 03`).
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    rest: &'a [u8],
    zeros: u8,
    current: u8,
    left: u8,
}

impl<'a> BitReader<'a> {
    /// Reads `payload`, the NAL unit without its header.
    pub(super) const fn new(payload: &'a [u8]) -> Self {
        Self { rest: payload, zeros: 0, current: 0, left: 0 }
    }

    /// The next bit, or `None` at the end.
    pub(super) fn bit(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.current = self.byte()?;
            self.left = 8;
        }
        self.left -= 1;
        Some(self.current >> self.left & 1 == 1)
    }

    /// The next `count` bits, at most 32, as an unsigned number: u(n).
    pub(super) fn bits(&mut self, count: u8) -> Option<u32> {
        (0..count).try_fold(0_u32, |sum, _| Some(sum << 1 | u32::from(self.bit()?)))
    }

    /// Exp-Golomb, unsigned: ue(v).
    pub(super) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0_u8;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let suffix = u64::from(self.bits(zeros)?);
        u32::try_from((1_u64 << zeros) - 1 + suffix).ok()
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = self.take()?;
        if self.zeros >= 2 && byte == 3 {
            self.zeros = 0;
            byte = self.take()?;
        }
        self.zeros = if byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        Some(byte)
    }

    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_kind() {
        // 1 | 010 | 011 | 00100 | 1111: ue 0, 1, 2, 3, then u(4)
        let mut reader = BitReader::new(&[0b1010_0110, 0b0100_1111]);
        assert_eq!(
            [reader.ue(), reader.ue(), reader.ue(), reader.ue()],
            [Some(0), Some(1), Some(2), Some(3)]
        );
        assert_eq!((reader.bits(4), reader.bit()), (Some(15), None));
    }

    #[test]
    fn emulation_prevention_is_passed_over() {
        let mut reader = BitReader::new(&[0, 0, 3, 0, 0, 3, 1]);
        assert_eq!((reader.bits(32), reader.bits(8)), (Some(0), Some(1)));
    }

    #[test]
    fn endless_zeros_are_no_number() {
        assert_eq!(BitReader::new(&[0, 1, 0, 0, 0]).ue(), Some((1 << 15) - 1));
        assert_eq!(BitReader::new(&[0, 1, 0]).ue(), None, "cut short");
        assert_eq!(BitReader::new(&[0; 64]).ue(), None);
    }
}
