//! Parameter sets: read from what a protocol gave, or from the stream itself, and never trusted.

mod aac;
mod avc;
mod form;
mod hevc;

use bytes::{BufMut, Bytes, BytesMut};

pub use aac::AudioParameters;

use crate::assembly::SliceRules;
use crate::nal::{NalKind, NalUnits};
use crate::{VideoCodec, VideoConfig};

/// Widest and highest picture taken in, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 8192;
/// Narrowest and lowest picture taken in, in pixels.
pub const MIN_PICTURE_SIDE: u32 = 16;
/// Longest single parameter set, in bytes. Real ones have less than 200.
pub const MAX_PARAMETER_SET_BYTES: usize = 8 << 10;
/// Longest decoder configuration record, in bytes.
pub const MAX_RECORD_BYTES: usize = 64 << 10;
/// Most parameter sets of one kind that are kept.
pub const MAX_PARAMETER_SETS: usize = 31;

/// Why parameters cannot be used. All of these are the camera's doing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The bytes end inside a field.
    #[error("the {what} ends too early")]
    Truncated {
        /// Which structure.
        what: &'static str,
    },
    /// The record is longer than [`MAX_RECORD_BYTES`], or a set longer than [`MAX_PARAMETER_SET_BYTES`].
    #[error("the {what} has {bytes} bytes, at most {limit} are taken")]
    TooLong {
        /// Which structure.
        what: &'static str,
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// More than [`MAX_PARAMETER_SETS`] of a kind.
    #[error("more than {MAX_PARAMETER_SETS} {what}")]
    TooMany {
        /// Of which kind.
        what: &'static str,
    },
    /// The record's version is unknown.
    #[error("unknown version {version} of the decoder configuration record")]
    Version {
        /// What it says.
        version: u8,
    },
    /// A kind of parameter set is not there.
    #[error("no {what}")]
    Missing {
        /// Of which kind.
        what: &'static str,
    },
    /// A NAL unit of another type stands where a parameter set must.
    #[error("NAL unit with header {header:#04x} where a {what} must stand")]
    WrongNalUnit {
        /// What must stand there.
        what: &'static str,
        /// Its first byte.
        header: u8,
    },
    /// A field has a value that the standard does not allow, or that cannot be handled.
    #[error("{field} cannot be {value}")]
    Field {
        /// Its name in the standard.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// The picture is larger or smaller than what is taken in.
    #[error("a picture of {width}x{height} is outside {MIN_PICTURE_SIDE}..={MAX_PICTURE_SIDE}")]
    PictureSize {
        /// In pixels, after cropping.
        width: i64,
        /// In pixels, after cropping.
        height: i64,
    },
}

/// Parameter sets as NAL units, by kind, in the order of the record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ParameterSets {
    /// H.265 only.
    pub(crate) vps: Vec<Bytes>,
    pub(crate) sps: Vec<Bytes>,
    pub(crate) pps: Vec<Bytes>,
}

/// Video parameters that have been read and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoParameters {
    /// Which codec.
    pub codec: VideoCodec,
    /// The decoder configuration record for the sample entry. As given, except that `lengthSizeMinusOne` says 3:
    /// access units come with four length bytes whatever the protocol used.
    pub record: Bytes,
    /// Pixels, after cropping.
    pub width: u16,
    /// Pixels, after cropping.
    pub height: u16,
    /// RFC 6381: `avc1.64001f` (RFC 6381, 3.3), `hvc1.1.6.L93.b0` (ISO/IEC 14496-15, annex E).
    pub codecs: String,
    /// What reading H.264 slice headers needs.
    pub(crate) slices: Option<SliceRules>,
    pub(crate) sets: ParameterSets,
}

impl VideoParameters {
    /// Reads a decoder configuration record.
    ///
    /// # Errors
    /// [`ConfigError`] if it is damaged, has no usable parameter sets, or the picture has a size that is not taken in.
    pub fn parse(config: &VideoConfig) -> Result<Self, ConfigError> {
        check_length("decoder configuration record", config.record.len(), MAX_RECORD_BYTES)?;
        match config.codec {
            VideoCodec::H264 => avc::parse_record(&config.record),
            VideoCodec::H265 => hevc::parse_record(&config.record),
        }
    }

    /// The same as a configuration of the input contract.
    pub fn to_config(&self) -> VideoConfig {
        VideoConfig { codec: self.codec, record: self.record.clone() }
    }

    /// The sets of `other` in a row, where they differ from these in their numbers alone.
    pub(crate) fn renumbered(&self, other: &Self) -> Option<Bytes> {
        let same =
            self.codec == other.codec && self.sets != other.sets && self.sets.covers(self.codec, &other.sets);
        let sets = &other.sets;
        let row = || {
            let mut row = BytesMut::new();
            for set in sets.vps.iter().chain(&sets.sps).chain(&sets.pps) {
                row.put_u32(u32::try_from(set.len()).unwrap_or(u32::MAX));
                row.put_slice(set);
            }
            row.freeze()
        };
        same.then(row)
    }

    fn from_sets(codec: VideoCodec, sets: ParameterSets) -> Result<Self, ConfigError> {
        let parameters = match codec {
            VideoCodec::H264 => avc::from_sets(sets),
            VideoCodec::H265 => hevc::from_sets(sets),
        }?;
        check_length("decoder configuration record", parameters.record.len(), MAX_RECORD_BYTES)?;
        Ok(parameters)
    }
}

/// An H.264 configuration from parameter sets as NAL units (of RTSP's SDP, or in-band).
///
/// # Errors
/// [`ConfigError`] as [`VideoParameters::parse`].
pub fn h264_config_from_parameter_sets(sps: &[&[u8]], pps: &[&[u8]]) -> Result<VideoConfig, ConfigError> {
    let sets = ParameterSets { vps: Vec::new(), sps: owned(sps), pps: owned(pps) };
    VideoParameters::from_sets(VideoCodec::H264, sets).map(|parameters| parameters.to_config())
}

/// An H.265 configuration from parameter sets as NAL units.
///
/// # Errors
/// [`ConfigError`] as [`VideoParameters::parse`].
pub fn h265_config_from_parameter_sets(
    vps: &[&[u8]],
    sps: &[&[u8]],
    pps: &[&[u8]],
) -> Result<VideoConfig, ConfigError> {
    let sets = ParameterSets { vps: owned(vps), sps: owned(sps), pps: owned(pps) };
    VideoParameters::from_sets(VideoCodec::H265, sets).map(|parameters| parameters.to_config())
}

/// `active` with the parameter sets that `access_unit` carries: a set replaces the one with its number, others stay.
/// `None` if that changes nothing.
///
/// # Errors
/// [`ConfigError`] if the sets together cannot be used.
pub(crate) fn with_in_band(
    active: Option<&VideoParameters>,
    codec: VideoCodec,
    access_unit: &[u8],
) -> Result<Option<VideoParameters>, ConfigError> {
    let active = active.filter(|active| active.codec == codec);
    let nothing = ParameterSets::default();
    let known = active.map_or(&nothing, |active| &active.sets);
    let mut sets: Option<ParameterSets> = None;
    for unit in NalUnits::new(access_unit).map_while(Result::ok) {
        let kind = NalKind::of(codec, unit);
        let Some(list) = sets.as_ref().unwrap_or(known).of_kind(kind) else { continue };
        if list.iter().any(|set| set == unit)
            || sets.as_ref().unwrap_or(known).has_but_for_numbers(codec, kind, unit)
        {
            continue;
        }
        check_length("parameter set", unit.len(), MAX_PARAMETER_SET_BYTES)?;
        sets.get_or_insert_with(|| known.clone()).put(codec, kind, unit)?;
    }
    sets.map(|sets| VideoParameters::from_sets(codec, sets)).transpose()
}

impl ParameterSets {
    fn of_kind(&self, kind: NalKind) -> Option<&Vec<Bytes>> {
        match kind {
            NalKind::Vps => Some(&self.vps),
            NalKind::Sps => Some(&self.sps),
            NalKind::Pps => Some(&self.pps),
            _ => None,
        }
    }

    fn put(&mut self, codec: VideoCodec, kind: NalKind, unit: &[u8]) -> Result<(), ConfigError> {
        let number = |set: &[u8]| match codec {
            VideoCodec::H264 => avc::set_number(kind, set),
            VideoCodec::H265 => hevc::set_number(kind, set),
        };
        let list = match kind {
            NalKind::Vps => &mut self.vps,
            NalKind::Sps => &mut self.sps,
            _ => &mut self.pps,
        };
        let new = Bytes::copy_from_slice(unit);
        let wanted = number(unit).ok_or(ConfigError::Truncated { what: "parameter set" })?;
        if let Some(old) = list.iter_mut().find(|set| number(set) == Some(wanted)) {
            *old = new;
        } else {
            // Readers of a record look at its first set: that is the one in use.
            list.insert(0, new);
            list.truncate(MAX_PARAMETER_SETS);
        }
        if codec == VideoCodec::H264 {
            let there: Vec<_> = self.sps.iter().map(|sps| avc::set_number(NalKind::Sps, sps)).collect();
            self.pps.retain(|pps| there.contains(&avc::referred_set(pps)));
        }
        Ok(())
    }

    /// Whether there is a set that differs from `unit` in its number alone, and refers to the same ones.
    fn has_but_for_numbers(&self, codec: VideoCodec, kind: NalKind, unit: &[u8]) -> bool {
        let (Some(list), Some(form)) = (self.of_kind(kind), form::form(codec, kind, unit)) else {
            return false;
        };
        let number = |set: &[u8]| match codec {
            VideoCodec::H264 => avc::set_number(kind, set),
            VideoCodec::H265 => hevc::set_number(kind, set),
        };
        // A set that takes the number of another one replaces it.
        if list.iter().any(|set| number(set) == number(unit)) {
            return false;
        }
        let refers = |set: &[u8]| match (codec, kind) {
            (VideoCodec::H264, NalKind::Pps) => avc::referred_set(set),
            (VideoCodec::H265, NalKind::Pps) => hevc::referred_set(set),
            _ => None,
        };
        let of = refers(unit);
        // A set that it refers to and that is not here was itself one that differs in its number alone.
        let is_known = self.sps.iter().any(|sps| {
            of.is_some()
                && of
                    == match codec {
                        VideoCodec::H264 => avc::set_number(NalKind::Sps, sps),
                        VideoCodec::H265 => hevc::set_number(NalKind::Sps, sps),
                    }
        });
        list.iter().any(|set| {
            form::form(codec, kind, set).as_ref() == Some(&form) && (!is_known || refers(set) == of)
        })
    }

    /// Whether all sets of `other` are here, but for their numbers.
    fn covers(&self, codec: VideoCodec, other: &Self) -> bool {
        let here = |kind, unit: &Bytes| {
            self.of_kind(kind).is_some_and(|list| list.contains(unit))
                || self.has_but_for_numbers(codec, kind, unit)
        };
        other.vps.iter().all(|set| here(NalKind::Vps, set))
            && other.sps.iter().all(|set| here(NalKind::Sps, set))
            && other.pps.iter().all(|set| here(NalKind::Pps, set))
    }
}

fn owned(sets: &[&[u8]]) -> Vec<Bytes> {
    sets.iter().map(|set| Bytes::copy_from_slice(set)).collect()
}

fn check_length(what: &'static str, bytes: usize, limit: usize) -> Result<(), ConfigError> {
    if bytes > limit { Err(ConfigError::TooLong { what, bytes, limit }) } else { Ok(()) }
}

/// The picture's sides after cropping, in range.
fn picture_size(width: i64, height: i64) -> Result<(u16, u16), ConfigError> {
    let range = i64::from(MIN_PICTURE_SIDE)..=i64::from(MAX_PICTURE_SIDE);
    let error = ConfigError::PictureSize { width, height };
    if !range.contains(&width) || !range.contains(&height) {
        return Err(error);
    }
    Ok((u16::try_from(width).map_err(|_| error.clone())?, u16::try_from(height).map_err(|_| error)?))
}

/// Takes `record` apart from the front; every read past its end is [`ConfigError::Truncated`].
struct RecordReader<'a> {
    record: &'a Bytes,
    at: usize,
    what: &'static str,
}

impl<'a> RecordReader<'a> {
    const fn new(record: &'a Bytes, what: &'static str) -> Self {
        Self { record, at: 0, what }
    }

    fn u8(&mut self) -> Result<u8, ConfigError> {
        let byte = *self.record.get(self.at).ok_or(ConfigError::Truncated { what: self.what })?;
        self.at += 1;
        Ok(byte)
    }

    fn u16(&mut self) -> Result<u16, ConfigError> {
        Ok(u16::from_be_bytes([self.u8()?, self.u8()?]))
    }

    fn skip(&mut self, count: usize) -> Result<(), ConfigError> {
        (0..count).try_for_each(|_| self.u8().map(|_| ()))
    }

    /// A NAL unit behind its 16-bit length, sharing the record's memory.
    fn nal_unit(&mut self) -> Result<Bytes, ConfigError> {
        let length = usize::from(self.u16()?);
        let end = self.at + length;
        if end > self.record.len() {
            return Err(ConfigError::Truncated { what: self.what });
        }
        check_length("parameter set", length, MAX_PARAMETER_SET_BYTES)?;
        let unit = self.record.slice(self.at..end);
        self.at = end;
        Ok(unit)
    }
}

/// Checks that each of `sets` is there, is of `kind`, and is not too many or too long.
fn check_sets(
    codec: VideoCodec,
    kind: NalKind,
    what: &'static str,
    sets: &[Bytes],
) -> Result<(), ConfigError> {
    if sets.is_empty() {
        return Err(ConfigError::Missing { what });
    }
    if sets.len() > MAX_PARAMETER_SETS {
        return Err(ConfigError::TooMany { what });
    }
    for set in sets {
        check_length(what, set.len(), MAX_PARAMETER_SET_BYTES)?;
        let header = *set.first().ok_or(ConfigError::Truncated { what })?;
        if NalKind::of(codec, set) != kind {
            return Err(ConfigError::WrongNalUnit { what, header });
        }
    }
    Ok(())
}
