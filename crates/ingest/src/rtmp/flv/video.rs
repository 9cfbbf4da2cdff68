//! Video tags, classic and enhanced: parameter sets and coded pictures of H.264 and H.265.

use ashkar_media::{VideoCodec, VideoConfig};
use bytes::{Buf, Bytes};

use super::{TagError, printable, skip_modifiers, take_fourcc, take_u8};

const TAG: &str = "video";

/// What a video message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VideoTag {
    /// Parameter sets; the record as sent, `lengthSizeMinusOne` included.
    Config(VideoConfig),
    /// One access unit, or a piece of one, as sent.
    Coded {
        /// Its codec.
        codec: VideoCodec,
        /// Whether the tag calls it a keyframe.
        keyframe: bool,
        /// Presentation time minus decoding time, milliseconds.
        composition_ms: i32,
        /// The access unit, not copied.
        data: Bytes,
    },
    /// The sequence is over; another may follow.
    End,
    /// Nothing to keep: metadata, seek marks, empty frames.
    Nothing,
}

/// Reads the payload of a video message. Media bytes are shared with `payload`, not copied.
///
/// # Errors
/// [`TagError`] if the tag cannot be used.
pub fn read_video(mut payload: Bytes) -> Result<VideoTag, TagError> {
    if payload.is_empty() {
        return Ok(VideoTag::Nothing);
    }
    let first = take_u8(&mut payload, TAG)?;
    if first & 0x80 == 0 { classic(first, payload) } else { enhanced(first, payload) }
}

const FRAME_KEY: u8 = 1;
const FRAME_COMMAND: u8 = 5;

fn classic(first: u8, mut payload: Bytes) -> Result<VideoTag, TagError> {
    if first >> 4 == FRAME_COMMAND {
        return Ok(VideoTag::Nothing);
    }
    let codec = match first & 0x0F {
        7 => VideoCodec::H264,
        // Never in Adobe's list, but many H.265 encoders from before Enhanced RTMP use it.
        12 => VideoCodec::H265,
        other => return Err(TagError::VideoCodec(classic_name(other))),
    };
    match take_u8(&mut payload, TAG)? {
        0 => {
            take_composition(&mut payload)?;
            Ok(VideoTag::Config(VideoConfig { codec, record: payload }))
        }
        1 => coded(codec, first >> 4 == FRAME_KEY, take_composition(&mut payload)?, payload),
        2 => Ok(VideoTag::End),
        other => Err(TagError::PacketType(TAG, other)),
    }
}

fn classic_name(codec: u8) -> String {
    match codec {
        2 => "Sorenson H.263".to_owned(),
        3 | 6 => "Screen video".to_owned(),
        4 | 5 => "VP6".to_owned(),
        13 => "AV1".to_owned(),
        other => format!("number {other}"),
    }
}

fn enhanced(first: u8, mut payload: Bytes) -> Result<VideoTag, TagError> {
    const SEQUENCE_START: u8 = 0;
    const CODED_FRAMES: u8 = 1;
    const SEQUENCE_END: u8 = 2;
    const CODED_FRAMES_X: u8 = 3;
    const METADATA: u8 = 4;
    const MPEG2_TS_SEQUENCE_START: u8 = 5;
    const MULTITRACK: u8 = 6;
    let packet = skip_modifiers(&mut payload, first & 0x0F, TAG)?;
    let frame = first >> 4 & 0x07;
    if packet == METADATA || frame == FRAME_COMMAND {
        return Ok(VideoTag::Nothing);
    }
    if packet == MULTITRACK {
        return Err(TagError::Multitrack(TAG));
    }
    let codec = match take_fourcc(&mut payload, TAG)? {
        fourcc if &fourcc == b"avc1" => VideoCodec::H264,
        fourcc if &fourcc == b"hvc1" => VideoCodec::H265,
        other => return Err(TagError::VideoCodec(printable(other))),
    };
    let keyframe = frame == FRAME_KEY;
    match packet {
        SEQUENCE_START => Ok(VideoTag::Config(VideoConfig { codec, record: payload })),
        CODED_FRAMES => coded(codec, keyframe, take_composition(&mut payload)?, payload),
        CODED_FRAMES_X => coded(codec, keyframe, 0, payload),
        SEQUENCE_END => Ok(VideoTag::End),
        // Only AV1 uses it.
        MPEG2_TS_SEQUENCE_START => Ok(VideoTag::Nothing),
        other => Err(TagError::PacketType(TAG, other)),
    }
}

fn coded(codec: VideoCodec, keyframe: bool, composition_ms: i32, data: Bytes) -> Result<VideoTag, TagError> {
    if data.is_empty() {
        return Ok(VideoTag::Nothing);
    }
    Ok(VideoTag::Coded { codec, keyframe, composition_ms, data })
}

/// A signed 24-bit number.
fn take_composition(payload: &mut Bytes) -> Result<i32, TagError> {
    let [a, b, c] = *payload.first_chunk().ok_or(TagError::Truncated(TAG))?;
    payload.advance(3);
    Ok(i32::from_be_bytes([a, b, c, 0]) >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &'static [u8]) -> Result<VideoTag, TagError> {
        read_video(Bytes::from_static(bytes))
    }

    #[test]
    fn the_classic_tags() {
        assert_eq!(
            read(&[0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1F, 0xFF]),
            Ok(VideoTag::Config(VideoConfig {
                codec: VideoCodec::H264,
                record: Bytes::from_static(&[1, 0x64, 0, 0x1F, 0xFF])
            }))
        );
        let coded = |keyframe, composition_ms| {
            let data = Bytes::from_static(&[0, 0, 0, 1, 9]);
            Ok(VideoTag::Coded { codec: VideoCodec::H264, keyframe, composition_ms, data })
        };
        assert_eq!(read(&[0x17, 1, 0, 0, 80, 0, 0, 0, 1, 9]), coded(true, 80));
        assert_eq!(read(&[0x27, 1, 0xFF, 0xFF, 0xD8, 0, 0, 0, 1, 9]), coded(false, -40));
        assert_eq!(read(&[0x17, 2, 0, 0, 0]), Ok(VideoTag::End));
        assert_eq!(read(&[0x57, 0]), Ok(VideoTag::Nothing));
        assert_eq!(read(&[]), Ok(VideoTag::Nothing));
    }

    #[test]
    fn the_enhanced_tags() {
        let coded = |keyframe, composition_ms| {
            let data = Bytes::from_static(&[0, 0, 0, 1, 9]);
            Ok(VideoTag::Coded { codec: VideoCodec::H265, keyframe, composition_ms, data })
        };
        assert_eq!(read(b"\x91hvc1\0\0\x28\0\0\0\x01\x09"), coded(true, 40));
        assert_eq!(read(b"\xA3hvc1\0\0\0\x01\x09"), coded(false, 0));
        assert_eq!(
            read(b"\x90hvc1\x01"),
            Ok(VideoTag::Config(VideoConfig { codec: VideoCodec::H265, record: Bytes::from_static(&[1]) }))
        );
        assert_eq!(read(b"\x92hvc1"), Ok(VideoTag::End));
        assert_eq!(read(b"\x94colorInfo"), Ok(VideoTag::Nothing));
        assert_eq!(read(b"\x97\x02abc\x13hvc1\0\0\0\x01\x09"), coded(true, 0), "a modifier is skipped");
    }

    #[test]
    fn what_is_not_taken_in_is_named() {
        let says = |bytes| read(bytes).unwrap_err().to_string();
        assert_eq!(says(b"\x90av01\x01"), "video codec av01 is not taken in, H.264 and H.265 are");
        assert_eq!(says(&[0x12, 0]), "video codec Sorenson H.263 is not taken in, H.264 and H.265 are");
        assert_eq!(says(b"\x96\x01hvc1"), "the video tag holds several tracks, which is not taken in");
        assert_eq!(says(&[0x17, 1, 0]), "the video tag ends too early");
        assert_eq!(says(&[0x17, 9, 0, 0, 0]), "video packet type 9 is not known");
        assert_eq!(says(b"\x97\xFF\xFF\xFF"), "the video tag ends too early");
    }

    #[test]
    fn an_access_unit_is_not_copied() {
        let payload = Bytes::from(vec![0x27, 1, 0, 0, 0, 0, 0, 0, 1, 9]);
        let place = payload.as_ptr();
        let Ok(VideoTag::Coded { data, .. }) = read_video(payload) else { panic!("no access unit") };
        assert_eq!(data.as_ptr(), place.wrapping_add(5));
    }
}
