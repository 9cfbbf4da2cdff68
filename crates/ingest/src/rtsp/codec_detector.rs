//! Which codec the packets themselves show, whatever the camera's description says.
//!
//! The header of a NAL unit has one byte in H.264 and two in H.265, and what packets of one codec begin with is hardly
//! ever possible in the other. A few packets in a row that only the other codec explains outweigh the description;
//! those that both explain prove nothing.

use ashkar_media::VideoCodec;
use ashkar_terms::Moment;

use super::rtp::Order;

/// Packets of the other codec that outweigh the description, before its own codec was seen.
const PROOF_PACKETS: u32 = 3;
/// The same after it was seen: a camera that is switched to another codec while it plays.
const CHANGE_PACKETS: u32 = 16;
/// Maximum number of packets that wait for proof.
const MAX_WAITING_PACKETS: usize = 48;
/// Number of packets that prove nothing, after which the description is believed.
const BELIEVED_PACKETS: usize = 8;

/// The codec that alone explains this RTP payload, if there is one.
pub(super) fn codec_of(payload: &[u8]) -> Option<VideoCodec> {
    let payload = match payload {
        [0, 0, 0, 1, rest @ ..] | [0, 0, 1, rest @ ..] => rest,
        whole => whole,
    };
    let &[first, second, ..] = payload else { return None };
    // SEI, end of sequence, filler and prefix of H.264 would be pictures in H.265.
    if matches!(first, 0x06 | 0x0a | 0x0c | 0x0e) {
        return None;
    }
    match (fits_h264(first), fits_h265(first, second)) {
        (true, false) => Some(VideoCodec::H264),
        (false, true) => Some(VideoCodec::H265),
        _ => None,
    }
}

/// Slices, parameter sets, STAP-A and FU-A: what every H.264 stream consists of (RFC 6184, 5.2).
const fn fits_h264(first: u8) -> bool {
    let kind = first & 0x1f;
    let referred = first & 0x60 != 0;
    first & 0x80 == 0 && (matches!(kind, 1 | 24 | 28) || (matches!(kind, 5 | 7 | 8) && referred))
}

/// The base layer's slices, sets and packets (RFC 7798, 1.1.4 and 4.4); a temporal identifier is never 0.
const fn fits_h265(first: u8, second: u8) -> bool {
    let base_layer = first & 0x81 == 0 && second & 0xf8 == 0 && second & 7 != 0;
    base_layer && matches!(first >> 1, 0..=9 | 16..=21 | 32..=40 | 48..=50)
}

/// Holds back packets that contradict the codec in use, until it is clear what they are
/// (`ezviz_says_h265_and_sends_h264`).
#[derive(Debug)]
pub(super) struct CodecDetector {
    codec: VideoCodec,
    /// Packets that only this codec explains have come, or nothing contradicted it for long.
    seen: bool,
    against: u32,
    waiting: Vec<Waiting>,
}

/// A waiting packet: its bytes, its place, its arrival.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) data: Vec<u8>,
    pub(super) order: Order,
    pub(super) arrival: Moment,
    says: Option<VideoCodec>,
}

/// What to do with a packet.
#[derive(Debug)]
pub(super) enum CodecDecision {
    /// It is taken.
    Take,
    /// It waits; a copy was kept.
    Wait,
    /// What waited comes first, then this one.
    TakeAfter(Vec<Waiting>),
    /// What waited is taken, and this one with it if it belongs to the stream.
    TakeWaiting(Vec<Waiting>),
    /// The stream uses this other codec: what waited is taken, with this packet at its end.
    Change(VideoCodec, Vec<Waiting>),
}

impl CodecDetector {
    pub(super) const fn new(codec: VideoCodec) -> Self {
        Self { codec, seen: false, against: 0, waiting: Vec::new() }
    }

    /// The stream uses this codec from now on.
    pub(super) fn adopt(&mut self, codec: VideoCodec) {
        if self.codec != codec {
            *self = Self::new(codec);
        }
    }

    /// Judges a packet whose bytes are `data`.
    pub(super) fn judge(
        &mut self,
        payload: &[u8],
        data: &[u8],
        order: Order,
        arrival: Moment,
    ) -> CodecDecision {
        let says = codec_of(payload);
        if says == Some(self.codec) || (says.is_none() && self.seen && self.waiting.is_empty()) {
            return self.explained();
        }
        self.against += u32::from(says.is_some());
        self.waiting.push(Waiting { data: data.to_vec(), order, arrival, says });
        let needed = if self.seen { CHANGE_PACKETS } else { PROOF_PACKETS };
        if self.against >= needed {
            return self.change();
        }
        let silent = self.against == 0 && self.waiting.len() >= BELIEVED_PACKETS;
        if silent || self.waiting.len() >= MAX_WAITING_PACKETS {
            return CodecDecision::TakeWaiting(self.release());
        }
        CodecDecision::Wait
    }

    fn explained(&mut self) -> CodecDecision {
        self.seen = true;
        if self.waiting.is_empty() {
            return CodecDecision::Take;
        }
        CodecDecision::TakeAfter(self.release())
    }

    /// Those that only the other codec explains are dropped: they do not belong to this stream.
    fn release(&mut self) -> Vec<Waiting> {
        self.seen = true;
        self.against = 0;
        let codec = self.codec;
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|packet| packet.says.is_none_or(|says| says == codec));
        waiting
    }

    fn change(&mut self) -> CodecDecision {
        self.codec = match self.codec {
            VideoCodec::H264 => VideoCodec::H265,
            VideoCodec::H265 => VideoCodec::H264,
        };
        let waiting = self.release();
        CodecDecision::Change(self.codec, waiting)
    }
}

#[cfg(test)]
mod tests {
    use ashkar_terms::UtcMicros;

    use super::*;

    #[test]
    fn packets_of_either_codec_are_told_apart() {
        // SPS, PPS, IDR, P with and without reference, FU-A start, middle and end in all priorities, STAP-A.
        let h264: [&[u8]; 10] = [
            &[0x67, 0x64],
            &[0x27, 0x42],
            &[0x68, 0xeb],
            &[0x65, 0x88],
            &[0x41, 0x9a],
            &[0x01, 0x9e],
            &[0x7c, 0x85],
            &[0x5c, 0x05],
            &[0x1c, 0x01],
            &[0x78, 0x00],
        ];
        // VPS, SPS, PPS, IDR, CRA, TRAIL_N, TRAIL_R, AP, FU.
        let h265: [&[u8]; 9] = [
            &[0x40, 1],
            &[0x42, 1],
            &[0x44, 1],
            &[0x26, 1],
            &[0x2a, 1],
            &[0x00, 1],
            &[0x02, 1],
            &[0x60, 1],
            &[0x62, 1],
        ];
        for payload in h264 {
            assert_eq!(codec_of(payload), Some(VideoCodec::H264), "{payload:x?}");
        }
        for payload in h265 {
            assert_eq!(codec_of(payload), Some(VideoCodec::H265), "{payload:x?}");
        }
        assert_eq!(codec_of(&[0, 0, 0, 1, 0x67, 0x64]), Some(VideoCodec::H264));
        assert_eq!(codec_of(&[6, 5]), None, "an SEI may be either");
    }

    #[test]
    fn one_foreign_packet_changes_nothing_and_a_stream_of_them_does() {
        let now = Moment { wall: UtcMicros(0), mono_us: 0 };
        let mut judge = CodecDetector::new(VideoCodec::H265);
        let mut say = |payload: &[u8]| judge.judge(payload, payload, Order::Next, now);
        assert!(matches!(say(&[0x67, 0x64]), CodecDecision::Wait));
        assert!(matches!(say(&[0x26, 1]), CodecDecision::TakeAfter(before) if before.is_empty()));
        for _ in 1..CHANGE_PACKETS {
            assert!(matches!(say(&[0x41, 0x9a]), CodecDecision::Wait));
        }
        let CodecDecision::Change(codec, held) = say(&[0x41, 0x9a]) else { panic!("no change") };
        assert_eq!((codec, held.len()), (VideoCodec::H264, 16));
        assert!(matches!(say(&[0x41, 0x9a]), CodecDecision::Take));
    }
}
