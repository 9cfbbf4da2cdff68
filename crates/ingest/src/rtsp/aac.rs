//! AAC from RTP payloads (RFC 3640, 3.2 and 3.3.6).
//!
//! ```text
//! AU-headers-length in bits (16)   [ size (13)  index or delta (3) ]+   padding to a byte   frames
//! ```

use ashkar_media::codec::aac::{MAX_FRAME_BYTES, SAMPLES_PER_FRAME};
use ashkar_media::codec::bits::BitReader;
use bytes::{Bytes, BytesMut};

use super::sdp::AacFormat;

/// Maximum number of frames in one packet.
const MAX_FRAMES: usize = 64;

/// Extracts frames from packets. A fragmented frame is bounded by [`MAX_FRAME_BYTES`].
#[derive(Debug)]
pub(super) struct AacDepacketizer {
    format: AacFormat,
    pieces: BytesMut,
    expected: usize,
}

impl AacDepacketizer {
    pub(super) fn new(format: AacFormat) -> Self {
        Self { format, pieces: BytesMut::new(), expected: 0 }
    }

    /// Ticks per second of the stream's clock.
    pub(super) const fn clock_hz(&self) -> u32 {
        self.format.clock_hz
    }

    /// Drops a fragmented frame: a packet was lost.
    pub(super) fn interrupted(&mut self) {
        self.pieces.clear();
        self.expected = 0;
    }

    /// Passes each complete frame to `out`, with its distance from the packet's timestamp in the stream's ticks.
    /// `false` if the payload cannot be read.
    pub(super) fn take(&mut self, payload: &[u8], out: &mut impl FnMut(Bytes, i64)) -> bool {
        let Some((sizes, mut data)) = self.read_headers(payload) else { return false };
        if let [size] = sizes.as_slice()
            && (*size > data.len() || self.expected > 0)
        {
            return self.piece(*size, data, out);
        }
        self.interrupted();
        for (size, index) in sizes.iter().zip(0_i64..) {
            let Some((frame, rest)) = data.split_at_checked(*size) else { return false };
            if !frame.is_empty() {
                out(Bytes::copy_from_slice(frame), index * i64::from(SAMPLES_PER_FRAME));
            }
            data = rest;
        }
        true
    }

    /// A frame that needs several packets: each repeats the whole size (RFC 3640, 3.2.3).
    fn piece(&mut self, size: usize, data: &[u8], out: &mut impl FnMut(Bytes, i64)) -> bool {
        if size > MAX_FRAME_BYTES || (self.expected != 0 && self.expected != size) {
            self.interrupted();
            return false;
        }
        self.expected = size;
        self.pieces.extend_from_slice(data.get(..size - self.pieces.len()).unwrap_or(data));
        if self.pieces.len() == size {
            out(self.pieces.split().freeze(), 0);
            self.interrupted();
        }
        true
    }

    fn read_headers<'a>(&self, payload: &'a [u8]) -> Option<(Vec<usize>, &'a [u8])> {
        let (&[high, low], rest) = payload.split_first_chunk()?;
        let header_bits = usize::from(u16::from_be_bytes([high, low]));
        let each = usize::from(self.format.size_bits) + usize::from(self.format.index_bits);
        let (headers, data) = rest.split_at_checked(header_bits.div_ceil(8))?;
        let count = header_bits.checked_div(each).filter(|count| (1..=MAX_FRAMES).contains(count))?;
        let mut reader = BitReader::plain(headers);
        let sizes = (0..count).map(|_| {
            let size = reader.bits(self.format.size_bits.into())?;
            reader.skip(self.format.index_bits.into())?;
            usize::try_from(size).ok()
        });
        Some((sizes.collect::<Option<Vec<usize>>>()?, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(packets: &[&[u8]]) -> (Vec<(Vec<u8>, i64)>, Vec<bool>) {
        let config = Bytes::from_static(&[0x11, 0x90]);
        let mut aac =
            AacDepacketizer::new(AacFormat { config, clock_hz: 48_000, size_bits: 13, index_bits: 3 });
        let mut out = Vec::new();
        let good =
            packets.iter().map(|packet| aac.take(packet, &mut |frame, at| out.push((frame.to_vec(), at))));
        let good = good.collect();
        (out, good)
    }

    #[test]
    fn several_frames_in_one_packet() {
        let (out, good) = frames(&[&[0, 32, 0, 2 << 3, 0, 1 << 3, b'a', b'b', b'c']]);
        assert_eq!((out, good), (vec![(b"ab".to_vec(), 0), (b"c".to_vec(), 1024)], vec![true]));
    }

    #[test]
    fn one_frame_in_several_packets() {
        let (out, _) =
            frames(&[&[0, 16, 0, 3 << 3, b'a', b'b'], &[0, 16, 0, 3 << 3, b'c'], &[0, 16, 0, 1 << 3, b'd']]);
        assert_eq!(out, [(b"abc".to_vec(), 0), (b"d".to_vec(), 0)]);
    }

    #[test]
    fn nonsense_is_refused() {
        let packets: [&[u8]; 6] = [
            &[],
            &[0],
            &[0, 16],
            &[0xff, 0xff, 0],
            &[0, 0, 1],
            &[0, 32, 0, 2 << 3, 0, 8 << 3, b'a', b'b', b'c'],
        ];
        let (out, good) = frames(&packets);
        assert_eq!(out, [(b"ab".to_vec(), 0)]);
        assert_eq!(good, [false; 6]);
    }

    #[test]
    fn a_frame_in_pieces_is_bounded() {
        let (out, good) = frames(&[&[0, 16, 0xff, 0xf8, b'a'], &[0, 16, 0, 1 << 3, b'd']]);
        assert_eq!((out, good), (vec![(b"d".to_vec(), 0)], vec![false, true]));
    }
}
