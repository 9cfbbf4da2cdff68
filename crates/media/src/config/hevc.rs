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

use super::{ConfigError, ParameterSets, RecordReader, VideoParameters, check_sets, picture_size};
use crate::VideoCodec;
use crate::bits::RbspBits;
use crate::nal::NalKind;

const VPS: &str = "H.265 video parameter set";
const SPS: &str = "H.265 sequence parameter set";
const PPS: &str = "H.265 picture parameter set";
const RECORD: &str = "HEVCDecoderConfigurationRecord";

/// Where `lengthSizeMinusOne` stands.
const LENGTH_SIZE_BYTE: usize = 21;

/// Bytes of the NAL unit header.
const HEADER_BYTES: usize = 2;

pub(super) fn parse_record(record: &Bytes) -> Result<VideoParameters, ConfigError> {
    let mut reader = RecordReader::new(record, RECORD);
    let version = reader.u8()?;
    // Version 0 is written by encoders that followed a draft; the layout is the same.
    if version > 1 {
        return Err(ConfigError::Version { version });
    }
    reader.skip(LENGTH_SIZE_BYTE)?;
    let mut sets = ParameterSets::default();
    for _ in 0..reader.u8()? {
        let kind = reader.u8()? & 0x3f;
        for _ in 0..reader.u16()? {
            let unit = reader.nal_unit()?;
            match kind {
                32 => sets.vps.push(unit),
                33 => sets.sps.push(unit),
                34 => sets.pps.push(unit),
                _ => {}
            }
        }
    }
    parameters(with_four_length_bytes(record), sets)
}

pub(super) fn from_sets(sets: ParameterSets) -> Result<VideoParameters, ConfigError> {
    check_sets(VideoCodec::H265, NalKind::Sps, SPS, &sets.sps)?;
    let first = sets.sps.first().ok_or(ConfigError::Missing { what: SPS })?;
    let sps = Sps::parse(first)?;
    let mut record = vec![1];
    record.extend(sps.profile_tier_level);
    record.extend([0xf0, 0, 0xfc, 0xfc | sps.chroma_format]);
    record.extend([0xf8 | sps.luma_depth_minus8, 0xf8 | sps.chroma_depth_minus8, 0, 0]);
    record.push((sps.sub_layers & 7) << 3 | u8::from(sps.temporal_id_nesting) << 2 | 3);
    record.push(3);
    for (kind, units) in [(32, &sets.vps), (33, &sets.sps), (34, &sets.pps)] {
        push_array(&mut record, kind, units);
    }
    parameters(record.into(), sets)
}

/// The number that a slice or another set calls a set by.
pub(super) fn set_number(kind: NalKind, unit: &[u8]) -> Option<u32> {
    let mut bits = RbspBits::new(unit.get(HEADER_BYTES..)?);
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

/// The number of the sequence parameter set that a picture parameter set refers to.
pub(super) fn referred_set(pps: &[u8]) -> Option<u32> {
    let mut bits = RbspBits::new(pps.get(HEADER_BYTES..)?);
    bits.ue()?;
    bits.ue()
}

fn parameters(record: Bytes, sets: ParameterSets) -> Result<VideoParameters, ConfigError> {
    check_sets(VideoCodec::H265, NalKind::Vps, VPS, &sets.vps)?;
    check_sets(VideoCodec::H265, NalKind::Sps, SPS, &sets.sps)?;
    check_sets(VideoCodec::H265, NalKind::Pps, PPS, &sets.pps)?;
    let all = sets.sps.iter().map(|sps| Sps::parse(sps)).collect::<Result<Vec<_>, _>>()?;
    let sps = all.first().ok_or(ConfigError::Missing { what: SPS })?;
    let codecs = codecs(&sps.profile_tier_level);
    let (width, height) = (sps.width, sps.height);
    Ok(VideoParameters { codec: VideoCodec::H265, record, width, height, codecs, slices: None, sets })
}

/// ISO/IEC 14496-15, annex E.3: profile, compatibility flags with their bits turned around, tier and level, then
/// the constraint bytes without the zero bytes at their end.
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

fn with_four_length_bytes(record: &Bytes) -> Bytes {
    if record.get(LENGTH_SIZE_BYTE).is_none_or(|byte| byte & 3 == 3) {
        return record.clone();
    }
    let mut changed = record.to_vec();
    if let Some(byte) = changed.get_mut(LENGTH_SIZE_BYTE) {
        *byte |= 3;
    }
    changed.into()
}

fn push_array(record: &mut Vec<u8>, kind: u8, units: &[Bytes]) {
    record.push(0x80 | kind);
    record.extend(u16::try_from(units.len()).unwrap_or(u16::MAX).to_be_bytes());
    for unit in units {
        record.extend(u16::try_from(unit.len()).unwrap_or(u16::MAX).to_be_bytes());
        record.extend_from_slice(unit);
    }
}

/// What is read of a sequence parameter set (H.265 7.3.2.2), up to the bit depths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sps {
    /// Bytes 1 to 12 of the record, as they stand in the set.
    profile_tier_level: [u8; 12],
    sub_layers: u8,
    temporal_id_nesting: bool,
    chroma_format: u8,
    luma_depth_minus8: u8,
    chroma_depth_minus8: u8,
    width: u16,
    height: u16,
}

impl Sps {
    fn parse(unit: &[u8]) -> Result<Self, ConfigError> {
        let truncated = || ConfigError::Truncated { what: SPS };
        let mut bits = RbspBits::new(unit.get(HEADER_BYTES..).unwrap_or_default());
        bits.skip(4).ok_or_else(truncated)?;
        let sub_layers_minus1 = bits.bits(3).ok_or_else(truncated)?;
        if sub_layers_minus1 > 6 {
            return Err(ConfigError::Field { field: "sps_max_sub_layers_minus1", value: 7 });
        }
        let temporal_id_nesting = bits.flag().ok_or_else(truncated)?;
        let profile_tier_level = profile_tier_level(&mut bits).ok_or_else(truncated)?;
        skip_sub_layers(&mut bits, sub_layers_minus1).ok_or_else(truncated)?;
        field(bits.ue(), 15, "sps_seq_parameter_set_id")?;
        let chroma_format = field(bits.ue(), 3, "chroma_format_idc")?;
        let separate = chroma_format == 3 && bits.flag().ok_or_else(truncated)?;
        let (width, height) = size(&mut bits, if separate { 0 } else { chroma_format })?;
        let luma_depth_minus8 = field(bits.ue(), 8, "bit_depth_luma_minus8")?;
        let chroma_depth_minus8 = field(bits.ue(), 8, "bit_depth_chroma_minus8")?;
        Ok(Self {
            profile_tier_level,
            sub_layers: u8::try_from(sub_layers_minus1 + 1).unwrap_or(1),
            temporal_id_nesting,
            chroma_format,
            // The record has three bits for each.
            luma_depth_minus8: luma_depth_minus8 & 7,
            chroma_depth_minus8: chroma_depth_minus8 & 7,
            width,
            height,
        })
    }
}

/// The twelve bytes of the general profile, tier and level (7.3.3), without emulation prevention.
fn profile_tier_level(bits: &mut RbspBits<'_>) -> Option<[u8; 12]> {
    let mut bytes = [0; 12];
    for byte in &mut bytes {
        *byte = u8::try_from(bits.bits(8)?).ok()?;
    }
    Some(bytes)
}

pub(super) fn skip_sub_layers(bits: &mut RbspBits<'_>, count: u32) -> Option<()> {
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

/// The picture's size after the conformance window is cut off (7.4.3.2.1), in 64 bits.
fn size(bits: &mut RbspBits<'_>, chroma_array_type: u8) -> Result<(u16, u16), ConfigError> {
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
    picture_size(width, height)
}

fn field(value: Option<u32>, max: u8, field: &'static str) -> Result<u8, ConfigError> {
    let value = value.ok_or(ConfigError::Truncated { what: SPS })?;
    u8::try_from(value)
        .ok()
        .filter(|small| *small <= max)
        .ok_or_else(|| ConfigError::Field { field, value: value.into() })
}
