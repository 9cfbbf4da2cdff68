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
