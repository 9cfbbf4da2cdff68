//! Audio tags, classic and enhanced: AAC is extracted, other codecs are only named.

use ashkar_media::AudioConfig;
use bytes::Bytes;

use super::{TagError, printable, skip_modifiers, take_fourcc, take_u8};

const TAG: &str = "audio";

/// What an audio message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioTag {
    /// AAC parameters.
    Config(AudioConfig),
    /// One AAC frame, not copied.
    Frame(Bytes),
    /// Sound of another codec, by its name.
    Other(String),
    /// Nothing to keep: an end, a channel layout, an empty frame.
    Nothing,
}

/// Reads the payload of an audio message. Media bytes are shared with `payload`, not copied.
///
/// # Errors
/// [`TagError`] if the tag cannot be used.
pub fn read_audio(mut payload: Bytes) -> Result<AudioTag, TagError> {
    // ffmpeg and others send empty ones to keep a silent track going.
    if payload.is_empty() {
        return Ok(AudioTag::Nothing);
    }
    let first = take_u8(&mut payload, TAG)?;
    match first >> 4 {
        9 => enhanced(first & 0x0F, payload),
        10 => match take_u8(&mut payload, TAG)? {
            0 => Ok(config(payload)),
            1 => Ok(frame(payload)),
            other => Err(TagError::PacketType(TAG, other)),
        },
        other => Ok(AudioTag::Other(classic_name(other))),
    }
}

fn classic_name(format: u8) -> String {
    let name = match format {
        0 | 3 => "PCM",
        1 => "ADPCM",
        2 | 14 => "MP3",
        4..=6 => "Nellymoser",
        7 => "G.711 A-law",
        8 => "G.711 mu-law",
        11 => "Speex",
        // Not in Adobe's list, but used by some encoders.
        13 => "Opus",
        other => return format!("format {other}"),
    };
    name.to_owned()
}

fn enhanced(packet: u8, mut payload: Bytes) -> Result<AudioTag, TagError> {
    let packet = skip_modifiers(&mut payload, packet, TAG)?;
    if packet == 5 {
        return Err(TagError::Multitrack(TAG));
    }
    let fourcc = take_fourcc(&mut payload, TAG)?;
    if &fourcc != b"mp4a" {
        return Ok(AudioTag::Other(printable(fourcc)));
    }
    match packet {
        0 => Ok(config(payload)),
        1 => Ok(frame(payload)),
        2 | 4 => Ok(AudioTag::Nothing),
        other => Err(TagError::PacketType(TAG, other)),
    }
}

fn config(record: Bytes) -> AudioTag {
    if record.is_empty() { AudioTag::Nothing } else { AudioTag::Config(AudioConfig { record }) }
}

fn frame(data: Bytes) -> AudioTag {
    if data.is_empty() { AudioTag::Nothing } else { AudioTag::Frame(data) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &'static [u8]) -> Result<AudioTag, TagError> {
        read_audio(Bytes::from_static(bytes))
    }

    #[test]
    fn aac_old_and_new() {
        let config = Ok(AudioTag::Config(AudioConfig { record: Bytes::from_static(&[0x12, 0x10]) }));
        let frame = Ok(AudioTag::Frame(Bytes::from_static(&[0x21, 0])));
        assert_eq!(read(&[0xAF, 0, 0x12, 0x10]), config);
        assert_eq!(read(&[0xAF, 1, 0x21, 0]), frame);
        assert_eq!(read(b"\x90mp4a\x12\x10"), config);
        assert_eq!(read(b"\x91mp4a\x21\0"), frame);
    }

    #[test]
    fn everything_else_is_named() {
        assert_eq!(read(&[0x72, 1]), Ok(AudioTag::Other("G.711 A-law".to_owned())));
        assert_eq!(read(b"\x91Opus\x01"), Ok(AudioTag::Other("Opus".to_owned())));
        assert_eq!(read(b"\x95\x01mp4a"), Err(TagError::Multitrack("audio")));
        assert_eq!(read(b"\x91mp"), Err(TagError::Truncated("audio")));
        assert_eq!(read(&[]), Ok(AudioTag::Nothing));
        assert_eq!(read(&[0xAF, 1]), Ok(AudioTag::Nothing));
    }
}
