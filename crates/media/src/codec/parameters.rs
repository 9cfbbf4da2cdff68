//! Video parameters, from the protocol or from the stream itself; neither is trusted.

use bytes::Bytes;

use super::error::check_record_length;
use super::slice::SliceRules;
use super::{
    ConfigError, MAX_PICTURE_SIDE, MIN_PICTURE_SIDE, NalUnits, ParameterSets, VideoCodec, avc, hevc,
};
use crate::VideoConfig;

/// Video parameters that were parsed and validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoParameters {
    /// Which codec.
    pub codec: VideoCodec,
    /// The decoder configuration record for the sample entry. As received, except that `lengthSizeMinusOne` is 3:
    /// access units have four length bytes whatever the protocol used.
    pub record: Bytes,
    /// Width in pixels, after cropping.
    pub width: u16,
    /// Height in pixels, after cropping.
    pub height: u16,
    /// RFC 6381: `avc1.64001f` (RFC 6381, 3.3), `hvc1.1.6.L93.b0` (ISO/IEC 14496-15, annex E).
    pub codecs: String,
    /// What is needed to parse H.264 slice headers.
    pub(crate) slices: Option<SliceRules>,
    pub(super) sets: ParameterSets,
}

impl VideoParameters {
    /// Parses a decoder configuration record.
    ///
    /// # Errors
    /// [`ConfigError`] if it is damaged, has no usable parameter sets, or the picture's size is out of range.
    pub fn parse(config: &VideoConfig) -> Result<Self, ConfigError> {
        check_record_length(&config.record)?;
        match config.codec {
            VideoCodec::H264 => avc::parse_record(&config.record),
            VideoCodec::H265 => hevc::parse_record(&config.record),
        }
    }

    /// The same as a configuration for the packager's input.
    pub fn to_config(&self) -> VideoConfig {
        VideoConfig { codec: self.codec, record: self.record.clone() }
    }

    /// The sets of `other` in a row, if they differ from these only in their numbers.
    pub(crate) fn renumbered(&self, other: &Self) -> Option<Bytes> {
        let same = self.codec == other.codec && self.sets != other.sets && self.sets.covers(&other.sets);
        same.then(|| other.sets.row())
    }

    fn from_sets(mut sets: ParameterSets) -> Result<Self, ConfigError> {
        sets.drop_strays();
        let record = sets.build_record()?;
        check_record_length(&record)?;
        match sets.codec {
            VideoCodec::H264 => avc::parameters(record, sets),
            VideoCodec::H265 => hevc::parameters(record, sets),
        }
    }
}

/// `active`, updated with the parameter sets in `access_unit`: a set replaces the one with its number, others stay.
/// `None` if that changes nothing.
///
/// # Errors
/// [`ConfigError`] if the sets are unusable together.
pub(crate) fn with_in_band(
    active: Option<&VideoParameters>,
    codec: VideoCodec,
    access_unit: &[u8],
) -> Result<Option<VideoParameters>, ConfigError> {
    let nothing = ParameterSets::new(codec);
    let known = active.filter(|active| active.codec == codec).map_or(&nothing, |active| &active.sets);
    let mut sets: Option<ParameterSets> = None;
    for unit in NalUnits::new(access_unit).map_while(Result::ok) {
        if !sets.as_ref().unwrap_or(known).knows(unit) {
            sets.get_or_insert_with(|| known.clone()).insert(unit)?;
        }
    }
    sets.map(VideoParameters::from_sets).transpose()
}

/// The picture's width and height after cropping, in pixels, checked against the limits.
pub(super) fn picture_size((width, height): (i64, i64)) -> Result<(u16, u16), ConfigError> {
    let side = |pixels: i64| {
        let taken = (i64::from(MIN_PICTURE_SIDE)..=i64::from(MAX_PICTURE_SIDE)).contains(&pixels);
        u16::try_from(pixels).ok().filter(|_| taken)
    };
    side(width).zip(side(height)).ok_or(ConfigError::PictureSize { width, height })
}
