//! The packager's input: parameters, pictures and sound, as sessions hand them on, without copies on the way.

use ashkar_terms::Moment;
use bytes::Bytes;

use crate::codec::VideoCodec;

/// A camera's parameter sets, as received. Not yet trusted: the packager parses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoConfig {
    /// The codec of the record.
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
    /// NAL units as delivered: behind lengths of the size that the record declares, or behind start codes; a whole
    /// access unit, a piece of one, or several.
    pub data: Bytes,
    /// Decoding time on the camera's clock, 90 kHz ticks from an origin of its own, wraps already undone.
    pub camera_dts: i64,
    /// Composition offset: presentation time less decoding time, 90 kHz ticks.
    pub composition_offset: i32,
    /// Whether decoding can start here, according to the protocol; the packager checks for itself.
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

/// What a camera's session hands on, in order of arrival: the one interface between protocols and the packager.
///
/// It owns its bytes: nothing is copied on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEvent {
    /// Parameter sets; repeated whenever the camera repeats or changes them.
    VideoConfig(VideoConfig),
    /// AAC parameters; repeated whenever they are repeated or changed.
    AudioConfig(AudioConfig),
    /// Sound arrived and is dropped: it is not AAC and so cannot be passed through, or the policy excludes sound. Once
    /// for each codec and connection.
    SoundRefused {
        /// Its codec, such as `G.711 A-law`.
        codec: String,
    },
    /// A picture, several, or a piece of one.
    Video(AccessUnit),
    /// One AAC frame.
    Audio(AudioFrame),
    /// Something was unusable and was dropped alone; the stream goes on (I3).
    Refused {
        /// Why, in English, without secrets.
        reason: String,
        /// Its place on the camera's clock, in 90 kHz ticks from the video's origin, if known.
        camera_dts: Option<i64>,
    },
}

/// One is handed on for each picture, by value.
const _: () = assert!(size_of::<MediaEvent>() <= 80, "an event is moved, not copied by the kilobyte");

impl MediaEvent {
    /// When it arrived, if it has a time of its own: data that waited arrived earlier than they are handed on.
    pub const fn arrival(&self) -> Option<Moment> {
        match self {
            Self::Video(unit) => Some(unit.arrival),
            Self::Audio(frame) => Some(frame.arrival),
            _ => None,
        }
    }
}
