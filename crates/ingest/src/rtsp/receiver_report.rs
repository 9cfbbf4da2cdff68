//! Receiver reports (RFC 3550, 6.4.2): cameras stop sending when none come.

/// Statistics of one run of one source's packets.
#[derive(Debug, Default)]
pub(super) struct ReceptionStats {
    ssrc: u32,
    first: Option<u16>,
    /// Highest sequence number, including wraps.
    highest: u32,
    received: u32,
    /// Packets expected and received at the last report.
    before: (u32, u32),
    /// The middle of the last sender report's NTP time, and when it came.
    sender_report: Option<(u32, u64)>,
}

impl ReceptionStats {
    /// Begins anew with another source or run of numbers.
    pub(super) fn begin(&mut self, ssrc: u32) {
        *self = Self { ssrc, ..Self::default() };
    }

    /// Counts a packet that was taken.
    pub(super) fn heard(&mut self, sequence: u16) {
        self.received = self.received.wrapping_add(1);
        if self.first.is_none() {
            self.first = Some(sequence);
            self.highest = u32::from(sequence);
            return;
        }
        let low = u16::try_from(self.highest & 0xffff).unwrap_or(0);
        if let ahead @ 1.. = sequence.wrapping_sub(low).cast_signed() {
            self.highest = self.highest.wrapping_add(u32::from(ahead.unsigned_abs()));
        }
    }

    /// Takes note of a sender report of the same source.
    pub(super) fn reported(&mut self, ntp: u64, now_us: u64) {
        self.sender_report = Some(((ntp >> 16 & 0xffff_ffff) as u32, now_us));
    }

    /// A receiver report by `own`, with a block if anything was received, and the source description that every
    /// compound packet must have (6.1).
    pub(super) fn report(&mut self, own: u32, now_us: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(52);
        let block = self.first.map(|first| self.block(first, now_us));
        let words: u16 = if block.is_some() { 7 } else { 1 };
        out.extend([0x80 | u8::from(block.is_some()), 201]);
        out.extend(words.to_be_bytes());
        out.extend(own.to_be_bytes());
        out.extend(block.iter().flatten());
        // SDES, one source, CNAME of six letters, end, padding.
        out.extend([0x81, 202, 0, 4]);
        out.extend(own.to_be_bytes());
        out.extend(b"\x01\x06ashkar\x00\x00\x00\x00");
        out
    }

    fn block(&mut self, first: u16, now_us: u64) -> [u8; 24] {
        let expected = self.highest.wrapping_sub(u32::from(first)).wrapping_add(1);
        let lost = expected.saturating_sub(self.received).min(0x7f_ffff);
        let since = (expected.wrapping_sub(self.before.0), self.received.wrapping_sub(self.before.1));
        self.before = (expected, self.received);
        let fraction = since.0.saturating_sub(since.1).saturating_mul(256).checked_div(since.0).unwrap_or(0);
        let (report, delay) = self.sender_report.map_or((0, 0), |(ntp, at_us)| {
            let delay = now_us.saturating_sub(at_us).saturating_mul(65_536) / 1_000_000;
            (ntp, u32::try_from(delay).unwrap_or(u32::MAX))
        });
        let mut out = [0; 24];
        let words = [self.ssrc, fraction.min(255) << 24 | lost, self.highest, 0, report, delay];
        for (four, word) in out.chunks_exact_mut(4).zip(words) {
            four.copy_from_slice(&word.to_be_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_came_and_what_did_not() {
        let mut reception = ReceptionStats::default();
        assert_eq!(reception.report(7, 0)[..8], [0x80, 201, 0, 1, 0, 0, 0, 7], "nothing came");
        reception.begin(9);
        [65_534, 65_535, 0, 2].into_iter().for_each(|sequence| reception.heard(sequence));
        reception.reported(0x1111_2222_3333_4444, 1_000_000);
        let report = reception.report(7, 1_500_000);
        assert_eq!(report[..12], [0x81, 201, 0, 7, 0, 0, 0, 7, 0, 0, 0, 9]);
        assert_eq!(report[12..16], [51, 0, 0, 1], "one of five");
        assert_eq!(report[16..20], [0, 1, 0, 2]);
        assert_eq!(report[24..32], [0x22, 0x22, 0x33, 0x33, 0, 0, 0x80, 0]);
        assert_eq!(report[32..36], [0x81, 202, 0, 4]);
        assert_eq!(report.len(), 32 + 20);
        assert_eq!(reception.report(7, 2_000_000)[12..16], [0, 0, 0, 1], "none since");
    }
}
