//! The choice among the streams that a camera describes: one video stream, one AAC stream; the rest is left out.

use super::error::SessionError;
use super::sdp::{Description, Format, Media};
use super::transport::join_control;

/// Maximum number of codec names that an error lists.
const MAX_NAMED: usize = 6;

/// The part of a camera's description that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StreamSelection {
    /// The first H.264 or H.265 stream.
    pub(super) video: Media,
    /// The first AAC stream.
    pub(super) audio: Option<Media>,
    /// Payload types of the description's other streams.
    pub(super) others: Vec<u8>,
    /// Names of sound that cannot be passed through, each once.
    pub(super) other_sound: Vec<String>,
    /// Base to which the streams' controls are appended.
    pub(super) base: String,
    /// The address of the whole session.
    pub(super) aggregate: String,
}

impl StreamSelection {
    pub(super) fn choose(description: &Description, base: &str) -> Result<Self, SessionError> {
        let first = |wanted: fn(&Format) -> bool| {
            description.media.iter().find(|media| wanted(&media.format)).cloned()
        };
        let video = first(|format| matches!(format, Format::H264 { .. } | Format::H265 { .. }))
            .ok_or_else(|| SessionError::NoVideo { offered: names(description) })?;
        let mut other_sound: Vec<String> = Vec::new();
        for media in &description.media {
            if let Format::OtherSound { codec } = &media.format
                && !other_sound.contains(codec)
            {
                other_sound.push(codec.clone());
            }
        }
        let others =
            description.media.iter().filter(|media| !media.is_video()).map(|media| media.payload_type);
        let others = others.filter(|other| !video.payload_types().any(|own| own == *other)).collect();
        Ok(Self {
            others,
            video,
            audio: first(|format| matches!(format, Format::Aac(_))),
            other_sound,
            base: base.to_owned(),
            aggregate: join_control(base, description.control.as_deref()),
        })
    }
}

fn names(description: &Description) -> String {
    let name = |media: &Media| match &media.format {
        Format::OtherVideo { codec } | Format::OtherSound { codec } => codec.clone(),
        Format::Aac(_) => "aac".to_owned(),
        _ => "other".to_owned(),
    };
    let names: Vec<String> = description.media.iter().take(MAX_NAMED).map(name).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
