//! What goes into the packager: parameters, pictures and sound, as sessions hand them on, without a copy on the way.

use ashkar_terms::Moment;
use bytes::Bytes;

use crate::codec::VideoCodec;

/// A camera's parameter sets, as its protocol gave them. Not yet trusted: the packager parses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoConfig {
    /// Which codec the record is for.
    pub codec: VideoCodec,
    /// `AVCDecoderConfigurationRecord` or `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).
    pub record: Bytes,
}

/// AAC parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioConfig {
    /// `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1).
    pub record: Bytes,
}

/// One picture, or a piece of one, as the camera sent it, byte-exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessUnit {
    /// NAL units as delivered: behind lengths of the size that the record says, or behind start codes; a whole access
    /// unit, a piece of one, or several.
    pub data: Bytes,
    /// Decoding time on the camera's clock, 90 kHz ticks from an origin of its own, wraps already undone.
    pub camera_dts: i64,
    /// Composition offset: presentation time less decoding time, 90 kHz ticks.
    pub composition_offset: i32,
    /// Whether decoding can start here, as the protocol claims; the packager looks for itself.
    pub keyframe: bool,
    /// When its last byte was read.
    pub arrival: Moment,
}

/// One raw AAC frame, without ADTS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioFrame {
    /// The raw_data_block.
    pub data: Bytes,
    /// Decoding time on the camera's clock, 90 kHz ticks on the origin that the video uses.
    pub camera_dts: i64,
    /// When its last byte was read.
    pub arrival: Moment,
}

/// What a camera's session hands on, in order of arrival: the one language between protocols and the packager.
///
/// Whoever makes one gives its bytes away: nothing is copied on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEvent {
    /// Parameter sets; again whenever the camera repeats or changes them.
    VideoConfig(VideoConfig),
    /// AAC parameters; again whenever they are repeated or changed.
    AudioConfig(AudioConfig),
    /// Sound came and is dropped: it is not AAC and so cannot be passed through, or the policy has none. Once for each
    /// codec and connection.
    SoundRefused {
        /// Its codec, such as `G.711 A-law`.
        codec: String,
    },
    /// A picture, several, or a piece of one.
    Video(AccessUnit),
    /// One AAC frame.
    Audio(AudioFrame),
    /// Something could not be used and was dropped alone; the stream goes on (I3).
    Refused {
        /// Why, in English, without secrets.
        reason: String,
        /// Its place on the camera's clock, 90 kHz ticks of the video's origin, where it is known.
        camera_dts: Option<i64>,
    },
}

/// One is handed on for each picture, by value.
const _: () = assert!(size_of::<MediaEvent>() <= 80, "an event is moved, not copied by the kilobyte");

impl MediaEvent {
    /// When it arrived, where it says so itself: what waited for its turn arrived earlier than it is handed on.
    pub const fn arrival(&self) -> Option<Moment> {
        match self {
            Self::Video(unit) => Some(unit.arrival),
            Self::Audio(frame) => Some(frame.arrival),
            _ => None,
        }
    }
}
