//! Bit strings as H.264 writes them: Exp-Golomb codes, and the emulation prevention between RBSP and NAL unit.

/// Writes a raw byte sequence payload bit by bit, most significant bit first.
#[derive(Debug, Default, Clone)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    pending_bits: u32,
}

impl BitWriter {
    /// Appends the low `count` bits of `value`; `count` is at most 32.
    pub(crate) fn bits(&mut self, value: u32, count: u32) {
        debug_assert!(count <= 32 && u64::from(value) < 1 << count);
        self.pending = self.pending << count | u64::from(value);
        self.pending_bits += count;
        while self.pending_bits >= 8 {
            self.pending_bits -= 8;
            self.bytes.push((self.pending >> self.pending_bits) as u8);
        }
    }

    /// One bit.
    pub(crate) fn flag(&mut self, value: bool) {
        self.bits(u32::from(value), 1);
    }

    /// All bits of `other`.
    pub(crate) fn append(&mut self, other: &Self) {
        let (words, rest) = other.bytes.as_chunks::<4>();
        words.iter().for_each(|word| self.bits(u32::from_be_bytes(*word), 32));
        rest.iter().for_each(|&byte| self.bits(u32::from(byte), 8));
        let pending = other.pending & ((1 << other.pending_bits) - 1);
        self.bits(pending as u32, other.pending_bits);
    }

    /// `ue(v)` (ITU-T H.264, 9.1).
    pub(crate) fn ue(&mut self, value: u32) {
        let plus_one = value + 1;
        let length = 32 - plus_one.leading_zeros();
        self.bits(0, length - 1);
        self.bits(plus_one, length);
    }

    /// `se(v)` (ITU-T H.264, 9.1.1).
    pub(crate) fn se(&mut self, value: i32) {
        let twice = value.unsigned_abs() * 2;
        self.ue(if value > 0 { twice - 1 } else { twice });
    }

    /// The stop bit and the zeros up to the end of the byte; returns the payload.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.flag(true);
        let padding = (8 - self.pending_bits % 8) % 8;
        self.bits(0, padding);
        self.bytes
    }
}

/// Reads a raw byte sequence payload. Past its end every read returns `None`.
#[derive(Debug, Clone)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> BitReader<'a> {
    /// Over the payload's bits up to but excluding its stop bit.
    pub(crate) fn new(rbsp: &'a [u8]) -> Option<Self> {
        let last = rbsp.iter().rposition(|&byte| byte != 0)?;
        let end = last * 8 + 7 - rbsp.get(last)?.trailing_zeros() as usize;
        Some(Self { bytes: rbsp, at: 0, end })
    }

    /// The next bit.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        if self.at >= self.end {
            return None;
        }
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// The next `count` bits, at most 32.
    pub(crate) fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }

    /// `ue(v)`; codes of more than 31 leading zeros are refused.
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }

    /// `se(v)`.
    pub(crate) fn se(&mut self) -> Option<i32> {
        let code = self.ue()?;
        let magnitude = i32::try_from(code.div_ceil(2)).ok()?;
        Some(if code % 2 == 1 { magnitude } else { -magnitude })
    }

    /// Copies all remaining bits into `out`.
    pub(crate) fn copy_rest(&mut self, out: &mut BitWriter) {
        while self.end - self.at >= 32 {
            let Some(word) = self.bits(32) else { return };
            out.bits(word, 32);
        }
        while let Some(bit) = self.flag() {
            out.flag(bit);
        }
    }
}

/// Puts `rbsp` behind `header` as a NAL unit, with emulation prevention bytes (7.4.1.1).
pub(crate) fn nal_from_rbsp(header: u8, rbsp: &[u8], out: &mut Vec<u8>) {
    out.push(header);
    let mut zeros = 0;
    for &byte in rbsp {
        if zeros >= 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
}

/// The payload of the NAL unit `nal`: its bytes after the first, without emulation prevention bytes.
pub(crate) fn rbsp_from_nal(nal: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(nal.len());
    let mut zeros = 0;
    for &byte in nal.iter().skip(1) {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn golomb_codes_round_trip(unsigned in 0u32..1 << 24, signed in -(1i32 << 22)..1 << 22, tail in 0u32..1 << 9) {
            let mut writer = BitWriter::default();
            writer.ue(unsigned);
            writer.se(signed);
            writer.bits(tail, 9);
            let rbsp = writer.finish();
            let mut reader = BitReader::new(&rbsp).unwrap();
            prop_assert_eq!(reader.ue(), Some(unsigned));
            prop_assert_eq!(reader.se(), Some(signed));
            prop_assert_eq!(reader.bits(9), Some(tail));
            prop_assert_eq!(reader.flag(), None);
        }

        #[test]
        fn appended_bits_are_as_if_written_at_once(
            codes in proptest::collection::vec(0u32..1 << 12, 0..60),
            cut in 0usize..60,
        ) {
            let (mut whole, mut head, mut tail) = <(BitWriter, BitWriter, BitWriter)>::default();
            codes.iter().for_each(|&code| whole.ue(code));
            codes.iter().take(cut).for_each(|&code| head.ue(code));
            codes.iter().skip(cut).for_each(|&code| tail.ue(code));
            head.append(&tail);
            prop_assert_eq!(head.finish(), whole.finish());
        }

        #[test]
        fn emulation_prevention_round_trips(mut rbsp in proptest::collection::vec(0u8..5, 0..200)) {
            rbsp.push(0x80);
            let mut nal = Vec::new();
            nal_from_rbsp(0x65, &rbsp, &mut nal);
            prop_assert!(!nal.windows(3).any(|three| three[..2] == [0, 0] && three[2] < 3));
            prop_assert_eq!(rbsp_from_nal(&nal), rbsp);
        }
    }
}
