//! `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1) and the H.264 parameter sets in it.
//!
//! ```text
//! byte 0      configurationVersion = 1
//!      1..4   profile_idc, constraint flags, level_idc
//!      4      111111 lengthSizeMinusOne(2)
//!      5      111 count of SPS(5), then each: length(16) NAL unit
//!      then   count of PPS(8),     then each: length(16) NAL unit
//!      then, for some profiles: chroma_format, bit depths, SPS extensions
//! ```

use bytes::Bytes;

use super::{ConfigError, ParameterSets, RecordReader, VideoParameters, check_sets, picture_size};
use crate::VideoCodec;
use crate::assembly::SliceRules;
use crate::bits::RbspBits;
use crate::nal::NalKind;

const SPS: &str = "H.264 sequence parameter set";
const PPS: &str = "H.264 picture parameter set";
const RECORD: &str = "AVCDecoderConfigurationRecord";

/// `lengthSizeMinusOne` 3 with its reserved bits.
const FOUR_LENGTH_BYTES: u8 = 0xff;

/// Most offsets of a picture order count cycle (7.4.2.1.1).
const MAX_POC_CYCLE: u32 = 255;

/// Profiles whose SPS says more on chroma (7.3.2.1.1).
const PROFILES_WITH_CHROMA: [u8; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Profiles for which the record has the fields after the PPS.
const PROFILES_WITH_EXTENSION: [u8; 4] = [100, 110, 122, 144];

pub(super) fn parse_record(record: &Bytes) -> Result<VideoParameters, ConfigError> {
    let mut reader = RecordReader::new(record, RECORD);
    let version = reader.u8()?;
    if version != 1 {
        return Err(ConfigError::Version { version });
    }
    reader.skip(4)?;
    let sps_count = reader.u8()? & 0x1f;
    let sps = (0..sps_count).map(|_| reader.nal_unit()).collect::<Result<Vec<_>, _>>()?;
    let pps_count = reader.u8()?;
    let pps = (0..pps_count).map(|_| reader.nal_unit()).collect::<Result<Vec<_>, _>>()?;
    parameters(with_four_length_bytes(record), ParameterSets { vps: Vec::new(), sps, pps })
}

pub(super) fn from_sets(sets: ParameterSets) -> Result<VideoParameters, ConfigError> {
    check_sets(VideoCodec::H264, NalKind::Sps, SPS, &sets.sps)?;
    check_sets(VideoCodec::H264, NalKind::Pps, PPS, &sets.pps)?;
    let first = sets.sps.first().ok_or(ConfigError::Missing { what: SPS })?;
    let sps = Sps::parse(first)?;
    let mut record = vec![1, sps.profile, sps.constraints, sps.level, FOUR_LENGTH_BYTES];
    record.push(0xe0 | u8::try_from(sets.sps.len()).unwrap_or(0x1f));
    push_units(&mut record, &sets.sps);
    record.push(u8::try_from(sets.pps.len()).unwrap_or(u8::MAX));
    push_units(&mut record, &sets.pps);
    if PROFILES_WITH_EXTENSION.contains(&sps.profile) {
        record.extend([
            0xfc | sps.chroma_format,
            0xf8 | sps.luma_depth_minus8,
            0xf8 | sps.chroma_depth_minus8,
            0,
        ]);
    }
    parameters(record.into(), sets)
}

/// The number that a slice or a PPS calls a set by.
pub(super) fn set_number(kind: NalKind, unit: &[u8]) -> Option<u32> {
    let mut bits = RbspBits::new(unit.get(1..)?);
    if kind == NalKind::Sps {
        bits.skip(24)?;
    }
    bits.ue()
}

/// The number of the sequence parameter set that a picture parameter set refers to.
pub(super) fn referred_set(pps: &[u8]) -> Option<u32> {
    let mut bits = RbspBits::new(pps.get(1..)?);
    bits.ue()?;
    bits.ue()
}

fn parameters(record: Bytes, sets: ParameterSets) -> Result<VideoParameters, ConfigError> {
    check_sets(VideoCodec::H264, NalKind::Sps, SPS, &sets.sps)?;
    check_sets(VideoCodec::H264, NalKind::Pps, PPS, &sets.pps)?;
    let all = sets.sps.iter().map(|sps| Sps::parse(sps)).collect::<Result<Vec<_>, _>>()?;
    for pps in &sets.pps {
        check_pps(pps, &all)?;
    }
    let sps = all.first().ok_or(ConfigError::Missing { what: SPS })?;
    let codecs = format!("avc1.{:02x}{:02x}{:02x}", sps.profile, sps.constraints, sps.level);
    let (width, height) = (sps.width, sps.height);
    let slices = Some(sps.slices);
    Ok(VideoParameters { codec: VideoCodec::H264, record, width, height, codecs, slices, sets })
}

/// A PPS must name itself, and an SPS that is there.
fn check_pps(unit: &[u8], all: &[Sps]) -> Result<(), ConfigError> {
    let truncated = ConfigError::Truncated { what: PPS };
    let mut bits = RbspBits::new(unit.get(1..).unwrap_or_default());
    let number = bits.ue().ok_or_else(|| truncated.clone())?;
    if number > 255 {
        return Err(ConfigError::Field { field: "pic_parameter_set_id", value: number.into() });
    }
    let of = bits.ue().ok_or(truncated)?;
    if all.iter().any(|sps| sps.number == of) {
        return Ok(());
    }
    Err(ConfigError::Field { field: "seq_parameter_set_id of a picture parameter set", value: of.into() })
}

fn with_four_length_bytes(record: &Bytes) -> Bytes {
    if record.get(4).is_none_or(|byte| byte & 3 == 3) {
        return record.clone();
    }
    let mut changed = record.to_vec();
    if let Some(byte) = changed.get_mut(4) {
        *byte |= 3;
    }
    changed.into()
}

fn push_units(record: &mut Vec<u8>, units: &[Bytes]) {
    for unit in units {
        record.extend(u16::try_from(unit.len()).unwrap_or(u16::MAX).to_be_bytes());
        record.extend_from_slice(unit);
    }
}

/// What is read of a sequence parameter set. Everything after the cropping is left alone: damaged usability
/// information is common in cameras and says nothing that is needed here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sps {
    profile: u8,
    constraints: u8,
    level: u8,
    number: u32,
    chroma_format: u8,
    luma_depth_minus8: u8,
    chroma_depth_minus8: u8,
    width: u16,
    height: u16,
    slices: SliceRules,
}

impl Sps {
    fn parse(unit: &[u8]) -> Result<Self, ConfigError> {
        let truncated = || ConfigError::Truncated { what: SPS };
        let mut bits = RbspBits::new(unit.get(1..).unwrap_or_default());
        let mut byte = || bits.bits(8).and_then(|value| u8::try_from(value).ok()).ok_or_else(truncated);
        let (profile, constraints, level) = (byte()?, byte()?, byte()?);
        let number = field(bits.ue(), 31, "seq_parameter_set_id", SPS)?;
        let chroma = Chroma::parse(&mut bits, profile)?;
        let frame_num_bits = skip_order_counts(&mut bits)?;
        let (width, height, frames_only) = size(&mut bits, &chroma)?;
        let slices = SliceRules { frame_num_bits, frames_only, separate_planes: chroma.separate_planes };
        Ok(Self {
            profile,
            constraints,
            level,
            number,
            chroma_format: chroma.format,
            luma_depth_minus8: chroma.luma_depth_minus8,
            chroma_depth_minus8: chroma.chroma_depth_minus8,
            width,
            height,
            slices,
        })
    }
}

struct Chroma {
    format: u8,
    separate_planes: bool,
    luma_depth_minus8: u8,
    chroma_depth_minus8: u8,
}

impl Chroma {
    fn parse(bits: &mut RbspBits<'_>, profile: u8) -> Result<Self, ConfigError> {
        let truncated = || ConfigError::Truncated { what: SPS };
        let mut chroma =
            Self { format: 1, separate_planes: false, luma_depth_minus8: 0, chroma_depth_minus8: 0 };
        if !PROFILES_WITH_CHROMA.contains(&profile) {
            return Ok(chroma);
        }
        chroma.format = small(field(bits.ue(), 3, "chroma_format_idc", SPS)?);
        if chroma.format == 3 {
            chroma.separate_planes = bits.flag().ok_or_else(truncated)?;
        }
        chroma.luma_depth_minus8 = small(field(bits.ue(), 6, "bit_depth_luma_minus8", SPS)?);
        chroma.chroma_depth_minus8 = small(field(bits.ue(), 6, "bit_depth_chroma_minus8", SPS)?);
        bits.flag().ok_or_else(truncated)?;
        if bits.flag().ok_or_else(truncated)? {
            skip_scaling_lists(bits, if chroma.format == 3 { 12 } else { 8 }).ok_or_else(truncated)?;
        }
        Ok(chroma)
    }
}

/// `scaling_list()` of 7.3.2.1.1.1 for each list that is present.
fn skip_scaling_lists(bits: &mut RbspBits<'_>, lists: usize) -> Option<()> {
    for list in 0..lists {
        if bits.flag()? {
            skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
        }
    }
    Some(())
}

fn skip_scaling_list(bits: &mut RbspBits<'_>, entries: usize) -> Option<()> {
    let mut last = 8_i64;
    for _ in 0..entries {
        let next = (last + i64::from(bits.se()?)).rem_euclid(256);
        if next == 0 {
            break;
        }
        last = next;
    }
    Some(())
}

/// From `log2_max_frame_num_minus4` to `gaps_in_frame_num_value_allowed_flag`; gives the bits of `frame_num`.
fn skip_order_counts(bits: &mut RbspBits<'_>) -> Result<u32, ConfigError> {
    let truncated = || ConfigError::Truncated { what: SPS };
    let frame_num_bits = 4 + field(bits.ue(), 12, "log2_max_frame_num_minus4", SPS)?;
    match field(bits.ue(), 2, "pic_order_cnt_type", SPS)? {
        0 => {
            field(bits.ue(), 12, "log2_max_pic_order_cnt_lsb_minus4", SPS)?;
        }
        1 => {
            bits.flag().ok_or_else(truncated)?;
            bits.se().and_then(|_| bits.se()).ok_or_else(truncated)?;
            let cycle = field(bits.ue(), MAX_POC_CYCLE, "num_ref_frames_in_pic_order_cnt_cycle", SPS)?;
            (0..cycle).try_for_each(|_| bits.se().map(|_| ())).ok_or_else(truncated)?;
        }
        _ => {}
    }
    bits.ue().ok_or_else(truncated)?;
    bits.flag().ok_or_else(truncated)?;
    Ok(frame_num_bits)
}

/// The picture's size after cropping (7-13 to 7-20), computed in 64 bits so that no field can overflow it; and
/// `frame_mbs_only_flag`.
fn size(bits: &mut RbspBits<'_>, chroma: &Chroma) -> Result<(u16, u16, bool), ConfigError> {
    let truncated = || ConfigError::Truncated { what: SPS };
    let mut number = || bits.ue().map(i64::from).ok_or_else(truncated);
    let (columns, rows) = (number()? + 1, number()? + 1);
    let frames_only = bits.flag().ok_or_else(truncated)?;
    if !frames_only {
        bits.flag().ok_or_else(truncated)?;
    }
    bits.flag().ok_or_else(truncated)?;
    let fields = if frames_only { 1 } else { 2 };
    let (mut width, mut height) = (columns * 16, rows * 16 * fields);
    if bits.flag().ok_or_else(truncated)? {
        let mut number = || bits.ue().map(i64::from).ok_or_else(truncated);
        let (left, right, top, bottom) = (number()?, number()?, number()?, number()?);
        let array_type = if chroma.separate_planes { 0 } else { chroma.format };
        let (unit_x, unit_y) = match array_type {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        width -= (left + right) * unit_x;
        height -= (top + bottom) * unit_y * fields;
    }
    let (width, height) = picture_size(width, height)?;
    Ok((width, height, frames_only))
}

fn field(value: Option<u32>, max: u32, field: &'static str, what: &'static str) -> Result<u32, ConfigError> {
    let value = value.ok_or(ConfigError::Truncated { what })?;
    if value > max { Err(ConfigError::Field { field, value: value.into() }) } else { Ok(value) }
}

fn small(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
