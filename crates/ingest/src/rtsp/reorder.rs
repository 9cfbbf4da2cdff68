//! A small reorder buffer for RTP over UDP: a packet that overtook others waits for them briefly.

use std::collections::VecDeque;

use super::rtp::{RtpPacket, Sequence};

/// How long a packet waits for those that it overtook, microseconds.
const MAX_WAIT_US: u64 = 60_000;
/// Maximum number of waiting packets.
const MAX_WAITING_PACKETS: usize = 64;
/// Maximum number of waiting bytes.
const MAX_WAITING_BYTES: usize = 256 * 1024;

/// Waiting packets, by sequence number.
#[derive(Debug, Default)]
pub(super) struct Reorder {
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    sequence: u16,
    arrived_us: u64,
    datagram: Vec<u8>,
}

impl Reorder {
    /// Whether nothing waits, so that a packet in order can be taken without a copy.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Puts a packet into its place. Duplicates are dropped.
    pub(super) fn insert(&mut self, packet: &RtpPacket<'_>, datagram: &[u8], now_us: u64) {
        let place = self.waiting.partition_point(|other| is_before(other.sequence, packet.sequence));
        if self.waiting.get(place).is_some_and(|other| other.sequence == packet.sequence) {
            return;
        }
        self.bytes += datagram.len();
        let waiting = Waiting { sequence: packet.sequence, arrived_us: now_us, datagram: datagram.to_vec() };
        self.waiting.insert(place, waiting);
    }

    /// Releases what waits, in order: a new run of numbers begins.
    pub(super) fn take_first(&mut self) -> Option<Vec<u8>> {
        let taken = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(taken.datagram.len());
        Some(taken.datagram)
    }

    /// The next datagram that is due: the expected one, or the first if it waited too long or too many wait.
    pub(super) fn next_due(&mut self, sequence: &Sequence, now_us: u64) -> Option<Vec<u8>> {
        let first = self.waiting.front()?;
        let packet = RtpPacket::parse(&first.datagram)?;
        let in_turn = sequence.ahead(packet.sequence).is_none_or(|ahead| ahead <= 0);
        let oldest = self.waiting.iter().map(|waiting| waiting.arrived_us).min().unwrap_or(now_us);
        let overdue = now_us.saturating_sub(oldest) >= MAX_WAIT_US;
        let full = self.waiting.len() > MAX_WAITING_PACKETS || self.bytes > MAX_WAITING_BYTES;
        if !(in_turn || overdue || full) {
            return None;
        }
        self.take_first()
    }
}

fn is_before(one: u16, other: u16) -> bool {
    one.wrapping_sub(other).cast_signed() < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(sequence: u16) -> Vec<u8> {
        let [high, low] = sequence.to_be_bytes();
        vec![0x80, 96, high, low, 0, 0, 0, 0, 0, 0, 0, 1, 0xaa]
    }

    /// Feeds `(time in µs, sequence)` and returns the order in which packets come out.
    fn order(arrivals: &[(u64, u16)]) -> Vec<u16> {
        let (mut reorder, mut sequence, mut out) = (Reorder::default(), Sequence::default(), Vec::new());
        for &(now_us, number) in arrivals {
            let bytes = datagram(number);
            reorder.insert(&RtpPacket::parse(&bytes).unwrap(), &bytes, now_us);
            while let Some(due) = reorder.next_due(&sequence, now_us) {
                let packet = RtpPacket::parse(&due).unwrap();
                let _ = sequence.judge(packet.sequence);
                out.push(packet.sequence);
            }
        }
        assert!(reorder.waiting.len() <= MAX_WAITING_PACKETS);
        out
    }

    #[test]
    fn packets_that_overtook_wait_over_the_wrap() {
        assert_eq!(order(&[(0, 65_534), (1, 0), (2, 1), (3, 65_535), (4, 2)]), [65_534, 65_535, 0, 1, 2]);
    }

    #[test]
    fn doubles_are_dropped() {
        assert_eq!(order(&[(0, 5), (1, 7), (2, 7), (3, 6)]), [5, 6, 7]);
    }

    #[test]
    fn what_never_comes_is_not_awaited_for_long() {
        assert_eq!(order(&[(0, 1), (1, 3), (MAX_WAIT_US, 4), (MAX_WAIT_US + 1, 5)]), [1, 3, 4, 5]);
        let many: Vec<(u64, u16)> = std::iter::once((0, 1)).chain((3..200).map(|n| (1, n))).collect();
        assert_eq!(order(&many).len(), 198);
    }
}
