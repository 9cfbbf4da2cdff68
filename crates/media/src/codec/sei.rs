//! Recovery point messages: where decoding may begin in a stream without IDR pictures.

use super::VideoCodec;
use super::bits::BitReader;

/// `payloadType` of the recovery point message (H.264 D.1.8, H.265 D.2.8).
const RECOVERY_POINT: u32 = 6;
/// Bytes of an SEI NAL unit that are searched; a recovery point comes early.
const LOOKED_THROUGH_BYTES: usize = 512;

/// Number of pictures after this one from which the decoder's output is correct, if the messages of `unit` declare it.
pub(crate) fn recovery_point(codec: VideoCodec, unit: &[u8]) -> Option<u32> {
    let end = unit.len().min(LOOKED_THROUGH_BYTES);
    let mut bits = BitReader::rbsp(unit.get(codec.header_bytes()..end)?);
    loop {
        let kind = extended_byte(&mut bits)?;
        let size = extended_byte(&mut bits)?;
        if kind == RECOVERY_POINT {
            return match codec {
                VideoCodec::H264 => bits.ue(),
                VideoCodec::H265 => bits.se().map(i32::unsigned_abs),
            };
        }
        bits.skip(size.checked_mul(8)?)?;
    }
}

/// A number coded as bytes of 0xff and one last byte, all added up.
fn extended_byte(bits: &mut BitReader<'_>) -> Option<u32> {
    let mut sum = 0_u32;
    loop {
        let byte = bits.bits(8)?;
        sum = sum.saturating_add(byte);
        if byte != 0xff {
            return Some(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_behind_other_messages_and_through_emulation_prevention() {
        let h264 = |unit| recovery_point(VideoCodec::H264, unit);
        assert_eq!(h264(&[0x06, 6, 1, 0xc4, 0x80]), Some(0));
        assert_eq!(h264(&[0x06, 5, 2, 0xaa, 0xbb, 6, 1, 0b0010_0100, 0x80]), Some(3));
        // The message before it is four bytes long, 00 00 01 02, and so escaped.
        assert_eq!(h264(&[0x06, 5, 4, 0, 0, 3, 1, 2, 6, 1, 0xc4, 0x80]), Some(0));
        assert_eq!(h264(&[0x06, 5, 2, 0xaa, 0xbb, 0x80]), None);
        assert_eq!(h264(&[0x06]), None);
        assert_eq!(recovery_point(VideoCodec::H265, &[0x4e, 1, 6, 1, 0b0010_0100]), Some(2));
    }
}
