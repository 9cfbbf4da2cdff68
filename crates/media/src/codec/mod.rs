//! Everything this system knows of H.264, H.265 and AAC, shared by ingest and packager.
//!
//! | module | specification |
//! |---|---|
//! | [`bits`] | raw byte sequence payloads, exp-Golomb codes: H.264 and H.265, 7.2, 9.1 and 9.2 |
//! | [`nal`] | NAL unit headers, types and lengths: H.264 7.3.1, H.265 7.3.1.2, ISO/IEC 14496-15 |
//! | [`annex_b`] | start codes: H.264 and H.265, annex B |
//! | [`avc`], [`hevc`] | parameter sets, and the records that hold them: ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1 |
//! | [`aac`] | `AudioSpecificConfig`: ISO/IEC 14496-3, 1.6.2.1 |
//! | [`aac_silence`] | whether a frame is digital silence: ISO/IEC 14496-3, 4.4.2 |
//! | `slice`, `sei` | where pictures begin, and where decoding may: H.264 7.4.1.2.4, H.265 7.4.2.4.5 |
//!
//! Nothing here trusts its input: every reader is bounded, and every length has a named limit.

pub mod aac;
pub mod aac_silence;
pub mod annex_b;
pub mod avc;
pub mod bits;
mod error;
pub mod hevc;
pub mod nal;
mod parameters;
mod record;
mod renumbering;
pub(crate) mod sei;
mod sets;
pub(crate) mod slice;

pub use aac::AudioParameters;
pub use error::ConfigError;
pub use nal::{NalError, NalKind, NalUnits};
pub use parameters::VideoParameters;
pub(crate) use parameters::with_in_band;
pub use sets::ParameterSets;
pub use slice::begins_picture;

/// Maximum width and height of a picture, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 8192;
/// Minimum width and height of a picture, in pixels.
pub const MIN_PICTURE_SIDE: u32 = 16;
/// Longest single parameter set, in bytes. Real ones have less than 200.
pub const MAX_PARAMETER_SET_BYTES: usize = 8 << 10;
/// Longest decoder configuration record, in bytes.
pub const MAX_RECORD_BYTES: usize = 64 << 10;
/// Most parameter sets of one kind that are kept: the maximum of the five-bit `numOfSequenceParameterSets`.
pub const MAX_PARAMETER_SETS: usize = 31;

/// The video codecs that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// ITU-T H.264, ISO/IEC 14496-10.
    H264,
    /// ITU-T H.265, ISO/IEC 23008-2.
    H265,
}

impl VideoCodec {
    /// Bytes of a NAL unit's header (H.264 7.3.1, H.265 7.3.1.2).
    pub(crate) const fn header_bytes(self) -> usize {
        match self {
            Self::H264 => 1,
            Self::H265 => 2,
        }
    }

    /// Its common name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::H264 => "H.264",
            Self::H265 => "H.265",
        }
    }
}
