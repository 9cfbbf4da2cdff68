//! RTP packets (RFC 3550, 5.1), their order, and the parts of RTCP that matter.
//!
//! ```text
//!  0                   1                   2                   3
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! |                           timestamp                           |
//! |                             SSRC                              |
//! |                   CSRC, CC times 32 bits                      |
//! |  extension profile, where X   |     length in 32-bit words    |  extension …
//! ```

const VERSION: u8 = 2;
const FIXED_HEADER_BYTES: usize = 12;

/// A packet this far ahead of the expected one still belongs to the same run; beyond it the camera began anew. RFC
/// 3550, A.1, calls it MAX_DROPOUT.
const MAX_DROPOUT_PACKETS: i16 = 3000;
/// A packet this far behind is late or duplicated; beyond it the camera began anew (MAX_MISORDER).
const MAX_MISORDER_PACKETS: i16 = 100;

/// One RTP packet, padding and extensions removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// For video: the last packet of an access unit.
    pub marker: bool,
    /// Payload type, 7 bits.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Presentation time on the stream's clock, modulo 2^32.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// Payload; may be empty.
    pub payload: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// Reads one packet; `None` if it is not RTP version 2, or is shorter than it says.
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (&[flags, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3], mut rest) =
            data.split_first_chunk::<FIXED_HEADER_BYTES>()?;
        if flags >> 6 != VERSION {
            return None;
        }
        rest = rest.get(usize::from(flags & 0x0f) * 4..)?;
        if flags & 0x10 != 0 {
            let (&[_, _, high, low], body) = rest.split_first_chunk()?;
            rest = body.get(usize::from(u16::from_be_bytes([high, low])) * 4..)?;
        }
        if flags & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            payload: rest,
        })
    }
}

/// How a packet relates to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The expected one, or the first.
    Next,
    /// This many packets before it never came.
    After(u16),
    /// It came already, or comes too late.
    Old,
    /// The camera began a new run of numbers, or another source took its place.
    Restart,
}

/// Follows the sequence numbers of one run of one source.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    awaited: Option<u16>,
    /// Numbers, from the expected one on, that packets of another kind used.
    taken: u16,
}

impl Sequence {
    /// Judges a packet, and advances past it unless it is old.
    pub(super) fn judge(&mut self, sequence: u16) -> Order {
        let taken = std::mem::take(&mut self.taken);
        let order = match self.ahead(sequence) {
            None => Order::Next,
            Some(lost) if lost < 0 => {
                self.taken = taken;
                return Order::Old;
            }
            Some(lost) => match lost.unsigned_abs().saturating_sub(taken) {
                0 => Order::Next,
                lost => Order::After(lost),
            },
        };
        self.awaited = Some(sequence.wrapping_add(1));
        order
    }

    /// Whether a packet is so far from the expected one that the camera must have begun anew.
    pub(super) fn is_apart(&self, sequence: u16) -> bool {
        self.ahead(sequence)
            .is_some_and(|ahead| !(-MAX_MISORDER_PACKETS..=MAX_DROPOUT_PACKETS).contains(&ahead))
    }

    /// How far `sequence` is ahead of the expected packet; `None` before the first.
    pub(super) fn ahead(&self, sequence: u16) -> Option<i16> {
        Some(sequence.wrapping_sub(self.awaited?).cast_signed())
    }

    /// A packet of the same source that is not taken: if it has the expected number, it counts as one of ours.
    pub(super) fn passed_over(&mut self, sequence: u16) {
        if self.awaited.is_some_and(|awaited| awaited.wrapping_add(self.taken) == sequence) {
            self.taken = self.taken.saturating_add(1);
        }
    }
}

/// Contents of an RTCP packet (RFC 3550, 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rtcp {
    /// The newest sender report.
    pub report: Option<SenderReport>,
    /// A source ends (BYE): which, if it is named.
    pub bye: Option<Goodbye>,
}

/// The parts of a sender report that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderReport {
    /// The reporting source.
    pub ssrc: u32,
    /// NTP time, 32.32 bits.
    pub ntp: u64,
    /// The RTP timestamp of the same instant.
    pub timestamp: u32,
}

/// The source that leaves: the first that is named; a BYE may name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goodbye {
    /// The source.
    pub ssrc: Option<u32>,
}

/// Reads a compound RTCP packet as far as possible; a broken part ends the reading, and nothing else.
pub fn parse_rtcp(mut data: &[u8]) -> Rtcp {
    let mut out = Rtcp::default();
    while let Some((&[flags, kind, high, low], body)) = data.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low])) * 4;
        let Some((packet, rest)) = body.split_at_checked(length).filter(|_| flags >> 6 == VERSION) else {
            break;
        };
        match kind {
            200 => out.report = sender_report(packet).or(out.report),
            203 => out.bye = out.bye.or_else(|| Some(goodbye(flags & 0x1f, packet))),
            _ => {}
        }
        data = rest;
    }
    out
}

fn sender_report(packet: &[u8]) -> Option<SenderReport> {
    let ssrc = u32::from_be_bytes(*packet.first_chunk()?);
    let ntp = packet.get(4..12)?.try_into().ok()?;
    let timestamp = packet.get(12..16)?.try_into().ok()?;
    Some(SenderReport { ssrc, ntp: u64::from_be_bytes(ntp), timestamp: u32::from_be_bytes(timestamp) })
}

fn goodbye(count: u8, packet: &[u8]) -> Goodbye {
    let first = packet.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    Goodbye { ssrc: first.filter(|_| count > 0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn extensions_contributors_and_padding_come_off() {
        let packet = [
            0xb1, 0xe0, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7, // V2 P X CC=1, M, PT 96
            1, 1, 1, 1, // one contributor
            0xab, 0xac, 0, 1, 5, 5, 5, 5, // ONVIF's replay extension, one word
            b'h', b'i', 0, 2, // payload, and two bytes of padding
        ];
        let parsed = RtpPacket::parse(&packet).unwrap();
        assert!(parsed.marker);
        assert_eq!((parsed.payload_type, parsed.sequence, parsed.timestamp, parsed.ssrc), (96, 0x1234, 9, 7));
        assert_eq!(parsed.payload, b"hi");
        for cut in 0..packet.len() - 4 {
            assert_eq!(RtpPacket::parse(&packet[..cut]).map_or(0, |p| p.payload.len()), 0, "cut at {cut}");
        }
    }

    #[test]
    fn order_is_judged_over_the_wrap() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.judge(65_534), Order::Next);
        assert_eq!(sequence.judge(65_535), Order::Next);
        assert_eq!(sequence.judge(2), Order::After(2));
        assert_eq!(sequence.judge(0), Order::Old);
        assert_eq!(sequence.judge(3), Order::Next);
        assert!(sequence.is_apart(20_000) && sequence.is_apart(65_000) && !sequence.is_apart(65_500));
    }

    #[test]
    fn numbers_that_other_packets_took_are_not_lost() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.judge(6), Order::Next);
        sequence.passed_over(7);
        assert_eq!(sequence.judge(7), Order::Next, "a number that stands still takes none");
        [8, 9, 20].into_iter().for_each(|number| sequence.passed_over(number));
        assert_eq!(sequence.judge(10), Order::Next);
        sequence.passed_over(11);
        assert_eq!(sequence.judge(14), Order::After(2));
    }

    #[test]
    fn reports_and_goodbyes_are_found_in_compounds() {
        let mut packet = vec![0x80, 200, 0, 6];
        packet.extend([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
        packet.extend([0; 8]);
        packet.extend([0x81, 203, 0, 1, 0, 0, 0, 1]);
        let report = SenderReport { ssrc: 1, ntp: 2 << 32 | 3, timestamp: 4 };
        let bye = Goodbye { ssrc: Some(1) };
        assert_eq!(parse_rtcp(&packet), Rtcp { report: Some(report), bye: Some(bye) });
        assert_eq!(parse_rtcp(&packet[..20]), Rtcp::default());
    }

    proptest! {
        #[test]
        fn random_packets_never_panic(data in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = (RtpPacket::parse(&data), parse_rtcp(&data));
        }
    }
}
