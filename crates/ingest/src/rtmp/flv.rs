//! Video and audio messages: the tags of FLV, and of Enhanced RTMP (versions 1 and 2) for H.264, H.265 and AAC.
//!
//! ```text
//!  classic   frame:4 codec:4 | packet:8 | composition time:24 (ms, signed) | data
//!  enhanced  1:1 frame:3 packet:4 | FourCC:32 | composition time:24 for CodedFrames of avc1 and hvc1 | data
//! ```

mod audio;
mod media;
mod video;

pub(crate) use media::TagMedia;

pub use audio::{AudioTag, read_audio};
pub use video::{VideoTag, read_video};

use bytes::{Buf, Bytes};

/// A tag that cannot be used. Only the tag is dropped; the stream goes on (I3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// It ends before the data that it announces.
    #[error("the {0} tag ends too early")]
    Truncated(&'static str),
    /// A video codec that is not supported.
    #[error("video codec {0} is not taken in, H.264 and H.265 are")]
    VideoCodec(String),
    /// Several tracks in one tag.
    #[error("the {0} tag holds several tracks, which is not taken in")]
    Multitrack(&'static str),
    /// A packet type that is not defined.
    #[error("{0} packet type {1} is not known")]
    PacketType(&'static str, u8),
}

fn take_u8(payload: &mut Bytes, tag: &'static str) -> Result<u8, TagError> {
    if payload.is_empty() { Err(TagError::Truncated(tag)) } else { Ok(payload.get_u8()) }
}

fn take_fourcc(payload: &mut Bytes, tag: &'static str) -> Result<[u8; 4], TagError> {
    let fourcc = *payload.first_chunk().ok_or(TagError::Truncated(tag))?;
    payload.advance(4);
    Ok(fourcc)
}

/// A FourCC for a message: anything but letters and digits shows as `?`.
fn printable(fourcc: [u8; 4]) -> String {
    fourcc.map(|byte| if byte.is_ascii_graphic() { char::from(byte) } else { '?' }).iter().collect()
}

/// Enhanced packets may be preceded by modifiers (`ModEx`): each has a length, is skipped, and names the next packet
/// type in its last four bits. The only one that is defined adds nanoseconds to the time.
fn skip_modifiers(payload: &mut Bytes, mut packet: u8, tag: &'static str) -> Result<u8, TagError> {
    const MODIFIER: u8 = 7;
    while packet == MODIFIER {
        let mut length = usize::from(take_u8(payload, tag)?) + 1;
        if length == 256 {
            let [high, low] = [take_u8(payload, tag)?, take_u8(payload, tag)?];
            length = usize::from(u16::from_be_bytes([high, low])) + 1;
        }
        if payload.len() < length {
            return Err(TagError::Truncated(tag));
        }
        payload.advance(length);
        packet = take_u8(payload, tag)? & 0x0F;
    }
    Ok(packet)
}
