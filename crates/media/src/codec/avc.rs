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

use super::bits::BitReader;
use super::error::field;
use super::parameters::picture_size;
use super::record::{RecordReader, RecordWriter, check_sets, count, with_four_length_bytes};
use super::slice::SliceRules;
use super::{ConfigError, NalKind, ParameterSets, VideoCodec, VideoParameters};

const SPS: &str = "H.264 sequence parameter set";
const PPS: &str = "H.264 picture parameter set";
const RECORD: &str = "AVCDecoderConfigurationRecord";

/// `lengthSizeMinusOne` 3 with its reserved bits.
const FOUR_LENGTH_BYTES: u8 = 0xff;

/// Offset of the byte with `lengthSizeMinusOne`.
pub(crate) const LENGTH_SIZE_BYTE: usize = 4;

/// Highest `seq_parameter_set_id` (7.4.2.1.1).
const MAX_SPS_NUMBER: u8 = 31;
/// Highest `pic_parameter_set_id` (7.4.2.2).
const MAX_PPS_NUMBER: u8 = 255;
/// Most offsets of a picture order count cycle (7.4.2.1.1).
const MAX_POC_CYCLE: u8 = 255;

/// Profiles whose SPS has chroma fields (7.3.2.1.1); 144 is the High 4:4:4 of 2005, which was withdrawn.
const PROFILES_WITH_CHROMA: [u8; 14] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135, 144];

/// Profiles for which the record has the fields after the PPS.
const PROFILES_WITH_EXTENSION: [u8; 4] = [100, 110, 122, 144];

/// Parses a record.
///
/// # Errors
/// [`ConfigError`] if it is damaged or its sets are unusable.
pub(super) fn parse_record(record: &Bytes) -> Result<VideoParameters, ConfigError> {
    let mut reader = RecordReader::new(record, RECORD);
    let version = reader.u8()?;
    if version != 1 {
        return Err(ConfigError::Version { version });
    }
    reader.skip(4)?;
    let mut sets = ParameterSets::new(VideoCodec::H264);
    for _ in 0..reader.u8()? & 0x1f {
        sets.sps.push(reader.nal_unit()?);
    }
    for _ in 0..reader.u8()? {
        sets.pps.push(reader.nal_unit()?);
    }
    parameters(with_four_length_bytes(record, LENGTH_SIZE_BYTE), sets)
}

/// The record of `sets`; the fields that it repeats come from the first SPS.
pub(super) fn build_record(sets: &ParameterSets) -> Result<Bytes, ConfigError> {
    check_sets(VideoCodec::H264, NalKind::Sps, SPS, &sets.sps)?;
    check_sets(VideoCodec::H264, NalKind::Pps, PPS, &sets.pps)?;
    let first = sets.sps.first().ok_or(ConfigError::Missing { what: SPS })?;
    let sps = Sps::parse(first)?;
    let mut record = RecordWriter::default();
    record.bytes(&[1, sps.profile, sps.constraints, sps.level, FOUR_LENGTH_BYTES]);
    record.bytes(&[0xe0 | count(&sets.sps)]);
    record.nal_units(&sets.sps);
    record.bytes(&[count(&sets.pps)]);
    record.nal_units(&sets.pps);
    if PROFILES_WITH_EXTENSION.contains(&sps.profile) {
        let Chroma { format, luma_depth_minus8, chroma_depth_minus8, .. } = sps.chroma;
        record.bytes(&[0xfc | format, 0xf8 | luma_depth_minus8, 0xf8 | chroma_depth_minus8, 0]);
    }
    Ok(record.finish())
}

/// The number by which slices or PPS refer to a set.
pub(super) fn set_number(kind: NalKind, unit: &[u8]) -> Option<u32> {
    let mut bits = BitReader::rbsp(unit.get(1..)?);
    if kind == NalKind::Sps {
        bits.skip(24)?;
    }
    bits.ue()
}

/// The number of the sequence parameter set to which a picture parameter set refers.
pub(super) fn referred_set(pps: &[u8]) -> Option<u32> {
    let mut bits = BitReader::rbsp(pps.get(1..)?);
    bits.ue()?;
    bits.ue()
}

/// Whether a set of `kind` can be parsed as far as is needed here.
pub(super) fn check_set(kind: NalKind, unit: &[u8]) -> Result<(), ConfigError> {
    match kind {
        NalKind::Sps => Sps::parse(unit).map(drop),
        _ => field(set_number(kind, unit), MAX_PPS_NUMBER, "pic_parameter_set_id", PPS).map(drop),
    }
}

/// Validates `sets`, and returns the parameters that they and `record` declare.
pub(super) fn parameters(record: Bytes, sets: ParameterSets) -> Result<VideoParameters, ConfigError> {
    check_sets(VideoCodec::H264, NalKind::Sps, SPS, &sets.sps)?;
    check_sets(VideoCodec::H264, NalKind::Pps, PPS, &sets.pps)?;
    let all = sets.sps.iter().map(|sps| Sps::parse(sps)).collect::<Result<Vec<_>, _>>()?;
    let sizes = all.iter().map(|sps| picture_size(sps.size)).collect::<Result<Vec<_>, _>>()?;
    for pps in &sets.pps {
        check_reference(pps, &all)?;
    }
    let (sps, &(width, height)) = all.first().zip(sizes.first()).ok_or(ConfigError::Missing { what: SPS })?;
    let codecs = format!("avc1.{:02x}{:02x}{:02x}", sps.profile, sps.constraints, sps.level);
    let slices = Some(sps.slices);
    Ok(VideoParameters { codec: VideoCodec::H264, record, width, height, codecs, slices, sets })
}

/// A PPS must have a number, and refer to an SPS that is present.
fn check_reference(pps: &[u8], all: &[Sps]) -> Result<(), ConfigError> {
    check_set(NalKind::Pps, pps)?;
    let of = referred_set(pps).ok_or(ConfigError::Truncated { what: PPS })?;
    if all.iter().any(|sps| u32::from(sps.number) == of) {
        return Ok(());
    }
    Err(ConfigError::Field { field: "seq_parameter_set_id of a picture parameter set", value: of.into() })
}

/// The parsed fields of a sequence parameter set. Everything after the cropping is left alone: cameras often send
/// damaged usability information, and nothing in it is needed here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sps {
    profile: u8,
    constraints: u8,
    level: u8,
    number: u8,
    chroma: Chroma,
    /// Pixels after cropping, not yet checked against the limits.
    size: (i64, i64),
    slices: SliceRules,
}

impl Sps {
    fn parse(unit: &[u8]) -> Result<Self, ConfigError> {
        let mut bits = BitReader::rbsp(unit.get(1..).unwrap_or_default());
        let mut byte = |name| field(bits.bits(8), u8::MAX, name, SPS);
        let (profile, constraints) = (byte("profile_idc")?, byte("constraint flags")?);
        let level = byte("level_idc")?;
        let number = field(bits.ue(), MAX_SPS_NUMBER, "seq_parameter_set_id", SPS)?;
        let chroma = Chroma::parse(&mut bits, profile)?;
        let frame_num_bits = skip_order_counts(&mut bits)?;
        let (size, frames_only) = size(&mut bits, chroma)?;
        let slices = SliceRules { frame_num_bits, frames_only, separate_planes: chroma.separate_planes };
        Ok(Self { profile, constraints, level, number, chroma, size, slices })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chroma {
    format: u8,
    separate_planes: bool,
    luma_depth_minus8: u8,
    chroma_depth_minus8: u8,
}

impl Chroma {
    fn parse(bits: &mut BitReader<'_>, profile: u8) -> Result<Self, ConfigError> {
        let truncated = || ConfigError::Truncated { what: SPS };
        let mut chroma =
            Self { format: 1, separate_planes: false, luma_depth_minus8: 0, chroma_depth_minus8: 0 };
        if !PROFILES_WITH_CHROMA.contains(&profile) {
            return Ok(chroma);
        }
        chroma.format = field(bits.ue(), 3, "chroma_format_idc", SPS)?;
        if chroma.format == 3 {
            chroma.separate_planes = bits.flag().ok_or_else(truncated)?;
        }
        chroma.luma_depth_minus8 = field(bits.ue(), 6, "bit_depth_luma_minus8", SPS)?;
        chroma.chroma_depth_minus8 = field(bits.ue(), 6, "bit_depth_chroma_minus8", SPS)?;
        bits.flag().ok_or_else(truncated)?;
        if bits.flag().ok_or_else(truncated)? {
            skip_scaling_lists(bits, if chroma.format == 3 { 12 } else { 8 }).ok_or_else(truncated)?;
        }
        Ok(chroma)
    }
}

/// `scaling_list()` of 7.3.2.1.1.1 for each list that is present.
fn skip_scaling_lists(bits: &mut BitReader<'_>, lists: usize) -> Option<()> {
    for list in 0..lists {
        if bits.flag()? {
            skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
        }
    }
    Some(())
}

fn skip_scaling_list(bits: &mut BitReader<'_>, entries: usize) -> Option<()> {
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

/// From `log2_max_frame_num_minus4` to `gaps_in_frame_num_value_allowed_flag`; returns the bits of `frame_num`.
fn skip_order_counts(bits: &mut BitReader<'_>) -> Result<u32, ConfigError> {
    let truncated = || ConfigError::Truncated { what: SPS };
    let frame_num_bits = 4 + u32::from(field(bits.ue(), 12, "log2_max_frame_num_minus4", SPS)?);
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
fn size(bits: &mut BitReader<'_>, chroma: Chroma) -> Result<((i64, i64), bool), ConfigError> {
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
    Ok(((width, height), frames_only))
}
