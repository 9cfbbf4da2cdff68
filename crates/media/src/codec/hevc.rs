//! `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 8.3.3.1) and the H.265 parameter sets in it.
//!
//! ```text
//! byte 0       configurationVersion = 1
//!      1       general_profile_space(2) tier(1) profile_idc(5)
//!      2..6    general_profile_compatibility_flags(32)
//!      6..12   general_constraint_indicator_flags(48)
//!      12      general_level_idc
//!      13..15  1111 min_spatial_segmentation_idc(12)
//!      15      111111 parallelismType(2)
//!      16..19  111111 chroma_format(2), 11111 luma depth - 8(3), 11111 chroma depth - 8(3)
//!      19..21  avgFrameRate
//!      21      constantFrameRate(2) numTemporalLayers(3) temporalIdNested(1) lengthSizeMinusOne(2)
//!      22      count of arrays, then each: completeness(1) 0 type(6), count(16), then each: length(16) NAL unit
//! ```

use std::fmt::Write as _;

use bytes::Bytes;

use super::bits::BitReader;
use super::error::field;
use super::parameters::picture_size;
use super::record::{RecordReader, RecordWriter, check_sets, count, with_four_length_bytes};
use super::{ConfigError, NalKind, ParameterSets, VideoCodec, VideoParameters};

const VPS: &str = "H.265 video parameter set";
const SPS: &str = "H.265 sequence parameter set";
const PPS: &str = "H.265 picture parameter set";
const RECORD: &str = "HEVCDecoderConfigurationRecord";

/// `nal_unit_type` of the sets (H.265, table 7-1).
pub(crate) const VPS_TYPE: u8 = 32;
pub(crate) const SPS_TYPE: u8 = 33;
pub(crate) const PPS_TYPE: u8 = 34;

/// Offset of the byte with `lengthSizeMinusOne`.
pub(crate) const LENGTH_SIZE_BYTE: usize = 21;

/// Bytes of the NAL unit header.
const HEADER_BYTES: usize = 2;

/// Parses a record.
///
/// # Errors
/// [`ConfigError`] if it is damaged or its sets are unusable.
pub(super) fn parse_record(record: &Bytes) -> Result<VideoParameters, ConfigError> {
    let mut reader = RecordReader::new(record, RECORD);
    let version = reader.u8()?;
    // Version 0 is written by encoders that followed a draft; the layout is the same.
    if version > 1 {
        return Err(ConfigError::Version { version });
    }
    reader.skip(LENGTH_SIZE_BYTE)?;
    let mut sets = ParameterSets::new(VideoCodec::H265);
    for _ in 0..reader.u8()? {
        let kind = reader.u8()? & 0x3f;
        for _ in 0..reader.u16()? {
            let unit = reader.nal_unit()?;
            match kind {
                VPS_TYPE => sets.vps.push(unit),
                SPS_TYPE => sets.sps.push(unit),
                PPS_TYPE => sets.pps.push(unit),
                _ => {}
            }
        }
    }
    parameters(with_four_length_bytes(record, LENGTH_SIZE_BYTE), sets)
}

/// The record of `sets`; the fields that it repeats come from the first SPS. Its arrays are complete, as `hvc1`
/// requires (ISO/IEC 14496-15, 8.4.1.1).
pub(super) fn build_record(sets: &ParameterSets) -> Result<Bytes, ConfigError> {
    check_all_sets(sets)?;
    let first = sets.sps.first().ok_or(ConfigError::Missing { what: SPS })?;
    let sps = Sps::parse(first)?;
    let mut record = RecordWriter::default();
    record.bytes(&[1]);
    record.bytes(&sps.profile_tier_level);
    record.bytes(&[0xf0, 0, 0xfc, 0xfc | sps.chroma_format]);
    record.bytes(&[0xf8 | sps.luma_depth_minus8, 0xf8 | sps.chroma_depth_minus8, 0, 0]);
    record.bytes(&[(sps.sub_layers & 7) << 3 | u8::from(sps.temporal_id_nesting) << 2 | 3]);
    record.bytes(&[3]);
    for (kind, units) in [(VPS_TYPE, &sets.vps), (SPS_TYPE, &sets.sps), (PPS_TYPE, &sets.pps)] {
        record.bytes(&[0x80 | kind, 0, count(units)]);
        record.nal_units(units);
    }
    Ok(record.finish())
}

/// The number by which slices or other sets refer to a set.
pub(super) fn set_number(kind: NalKind, unit: &[u8]) -> Option<u32> {
    let mut bits = BitReader::rbsp(unit.get(HEADER_BYTES..)?);
    match kind {
        NalKind::Vps => bits.bits(4),
        NalKind::Sps => {
            bits.skip(4)?;
            let sub_layers_minus1 = bits.bits(3)?;
            bits.skip(1 + 96)?;
            skip_sub_layers(&mut bits, sub_layers_minus1)?;
            bits.ue()
        }
        _ => bits.ue(),
    }
}

/// The number of the sequence parameter set to which a picture parameter set refers.
pub(super) fn referred_set(pps: &[u8]) -> Option<u32> {
    let mut bits = BitReader::rbsp(pps.get(HEADER_BYTES..)?);
    bits.ue()?;
    bits.ue()
}

/// Whether a set of `kind` can be parsed as far as is needed here.
pub(super) fn check_set(kind: NalKind, unit: &[u8]) -> Result<(), ConfigError> {
    match kind {
        NalKind::Vps => field(set_number(kind, unit), 15, "vps_video_parameter_set_id", VPS).map(drop),
        NalKind::Sps => Sps::parse(unit).map(drop),
        _ => field(set_number(kind, unit), 63, "pps_pic_parameter_set_id", PPS).map(drop),
    }
}

fn check_all_sets(sets: &ParameterSets) -> Result<(), ConfigError> {
    check_sets(VideoCodec::H265, NalKind::Vps, VPS, &sets.vps)?;
    check_sets(VideoCodec::H265, NalKind::Sps, SPS, &sets.sps)?;
    check_sets(VideoCodec::H265, NalKind::Pps, PPS, &sets.pps)
}

/// Validates `sets`, and returns the parameters that they and `record` declare.
pub(super) fn parameters(record: Bytes, sets: ParameterSets) -> Result<VideoParameters, ConfigError> {
    check_all_sets(&sets)?;
    let all = sets.sps.iter().map(|sps| Sps::parse(sps)).collect::<Result<Vec<_>, _>>()?;
    let sizes = all.iter().map(|sps| picture_size(sps.size)).collect::<Result<Vec<_>, _>>()?;
    let (sps, &(width, height)) = all.first().zip(sizes.first()).ok_or(ConfigError::Missing { what: SPS })?;
    let codecs = codecs(&sps.profile_tier_level);
    Ok(VideoParameters { codec: VideoCodec::H265, record, width, height, codecs, slices: None, sets })
}

/// ISO/IEC 14496-15, annex E.3: profile, compatibility flags in reverse bit order, tier and level, then the constraint
/// bytes without trailing zero bytes.
fn codecs(profile_tier_level: &[u8; 12]) -> String {
    let [profile, compat @ .., level] = *profile_tier_level;
    let (compat, constraints) = compat.split_at(4);
    let compat = compat.iter().fold(0_u32, |flags, byte| flags << 8 | u32::from(*byte));
    let space = ["", "A", "B", "C"].get(usize::from(profile >> 6)).copied().unwrap_or_default();
    let tier = if profile & 0x20 == 0 { 'L' } else { 'H' };
    let mut text = format!("hvc1.{space}{}.{:x}.{tier}{level}", profile & 0x1f, compat.reverse_bits());
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in constraints.iter().take(used) {
        let _ = write!(text, ".{byte:x}");
    }
    text
}

/// The parsed fields of a sequence parameter set (H.265 7.3.2.2), up to the bit depths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sps {
    /// Bytes 1 to 12 of the record, copied from the set.
    profile_tier_level: [u8; 12],
    sub_layers: u8,
    temporal_id_nesting: bool,
    chroma_format: u8,
    luma_depth_minus8: u8,
    chroma_depth_minus8: u8,
    /// Pixels after cropping, not yet checked against the limits.
    size: (i64, i64),
}

impl Sps {
    fn parse(unit: &[u8]) -> Result<Self, ConfigError> {
        let truncated = || ConfigError::Truncated { what: SPS };
        let mut bits = BitReader::rbsp(unit.get(HEADER_BYTES..).unwrap_or_default());
        bits.skip(4).ok_or_else(truncated)?;
        let sub_layers_minus1 = field(bits.bits(3), 6, "sps_max_sub_layers_minus1", SPS)?;
        let temporal_id_nesting = bits.flag().ok_or_else(truncated)?;
        let profile_tier_level = profile_tier_level(&mut bits).ok_or_else(truncated)?;
        skip_sub_layers(&mut bits, sub_layers_minus1.into()).ok_or_else(truncated)?;
        field(bits.ue(), 15, "sps_seq_parameter_set_id", SPS)?;
        let chroma_format = field(bits.ue(), 3, "chroma_format_idc", SPS)?;
        let separate = chroma_format == 3 && bits.flag().ok_or_else(truncated)?;
        let size = size(&mut bits, if separate { 0 } else { chroma_format })?;
        let luma_depth_minus8 = field(bits.ue(), 8, "bit_depth_luma_minus8", SPS)?;
        let chroma_depth_minus8 = field(bits.ue(), 8, "bit_depth_chroma_minus8", SPS)?;
        Ok(Self {
            profile_tier_level,
            sub_layers: sub_layers_minus1 + 1,
            temporal_id_nesting,
            chroma_format,
            // The record has three bits for each depth.
            luma_depth_minus8: luma_depth_minus8.min(7),
            chroma_depth_minus8: chroma_depth_minus8.min(7),
            size,
        })
    }
}

/// The twelve bytes of the general profile, tier and level (7.3.3), without emulation prevention.
fn profile_tier_level(bits: &mut BitReader<'_>) -> Option<[u8; 12]> {
    let mut bytes = [0; 12];
    for byte in &mut bytes {
        *byte = u8::try_from(bits.bits(8)?).ok()?;
    }
    Some(bytes)
}

pub(super) fn skip_sub_layers(bits: &mut BitReader<'_>, count: u32) -> Option<()> {
    if count == 0 {
        return Some(());
    }
    let mut present = [(false, false); 8];
    for flags in present.iter_mut().take(usize::try_from(count).ok()?) {
        *flags = (bits.flag()?, bits.flag()?);
    }
    bits.skip(2 * 8_u32.saturating_sub(count))?;
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Some(())
}

/// The picture's size after cropping to the conformance window (7.4.3.2.1), in 64 bits.
fn size(bits: &mut BitReader<'_>, chroma_array_type: u8) -> Result<(i64, i64), ConfigError> {
    let truncated = || ConfigError::Truncated { what: SPS };
    let mut number = || bits.ue().map(i64::from).ok_or_else(truncated);
    let (mut width, mut height) = (number()?, number()?);
    if bits.flag().ok_or_else(truncated)? {
        let mut number = || bits.ue().map(i64::from).ok_or_else(truncated);
        let (left, right, top, bottom) = (number()?, number()?, number()?, number()?);
        let (unit_x, unit_y) = match chroma_array_type {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        width -= (left + right) * unit_x;
        height -= (top + bottom) * unit_y;
    }
    Ok((width, height))
}
