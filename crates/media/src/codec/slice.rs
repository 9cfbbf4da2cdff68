//! Slice headers, as far as needed to tell one picture from the next (H.264, 7.4.1.2.4; H.265, 7.4.2.4.5).

use super::bits::BitReader;
use super::{NalKind, VideoCodec};

/// The fields of an H.264 SPS without which slice headers cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SliceRules {
    /// Bits of `frame_num`.
    pub(crate) frame_num_bits: u32,
    /// `frame_mbs_only_flag`: no fields.
    pub(crate) frames_only: bool,
    /// `separate_colour_plane_flag`.
    pub(crate) separate_planes: bool,
}

/// The start of a coded slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    /// It is the first of its picture: `first_mb_in_slice` is 0, or `first_slice_segment_in_pic_flag`.
    pub(crate) first: bool,
    /// It refers to no other picture, as far as its header shows (H.264 only).
    pub(crate) intra: bool,
    /// `frame_num`, and for a field whether it is the bottom one, if the SPS is known.
    frame: Option<(u32, Option<bool>)>,
}

impl Slice {
    /// Parses the slice `unit`, including its NAL unit header. One that cannot be parsed counts as the first of a
    /// picture.
    pub(crate) fn read(codec: VideoCodec, rules: Option<SliceRules>, unit: &[u8]) -> Self {
        match codec {
            VideoCodec::H264 => Self::h264(rules, unit).unwrap_or(Self { first: true, ..Self::UNKNOWN }),
            VideoCodec::H265 => {
                let first = unit.get(2).is_none_or(|byte| byte & 0x80 != 0);
                Self { first, ..Self::UNKNOWN }
            }
        }
    }

    const UNKNOWN: Self = Self { first: true, intra: false, frame: None };

    fn h264(rules: Option<SliceRules>, unit: &[u8]) -> Option<Self> {
        // Data partitions B and C (types 3 and 4) belong to the partition A before them.
        if matches!(unit.first()? & 0x1f, 3 | 4) {
            return Some(Self { first: false, ..Self::UNKNOWN });
        }
        let mut bits = BitReader::rbsp(unit.get(1..)?);
        let first = bits.ue()? == 0;
        let Some(kind) = bits.ue() else { return Some(Self { first, ..Self::UNKNOWN }) };
        let intra = matches!(kind % 5, 2 | 4);
        Some(Self { first, intra, frame: rules.and_then(|rules| frame(&mut bits, rules)) })
    }

    /// Whether it begins another picture than the one to which `last` belongs.
    pub(crate) fn begins_picture_after(&self, last: &Self) -> bool {
        self.first && !self.is_other_field_of(last)
    }

    /// The two fields of a frame form one access unit, and both begin at the first macroblock.
    fn is_other_field_of(&self, last: &Self) -> bool {
        match (last.frame, self.frame) {
            (Some((frame, Some(bottom))), Some((this, Some(other)))) => frame == this && bottom != other,
            _ => false,
        }
    }
}

fn frame(bits: &mut BitReader<'_>, rules: SliceRules) -> Option<(u32, Option<bool>)> {
    let _picture_parameter_set = bits.ue()?;
    if rules.separate_planes {
        bits.skip(2)?;
    }
    let number = bits.bits(rules.frame_num_bits)?;
    if rules.frames_only || !bits.flag()? {
        return Some((number, None));
    }
    Some((number, Some(bits.flag()?)))
}

/// Whether `unit` is a coded slice that begins a picture; `None` if it is not a coded slice.
pub fn begins_picture(codec: VideoCodec, unit: &[u8]) -> Option<bool> {
    let is_slice = matches!(NalKind::of(codec, unit), NalKind::Slice | NalKind::KeySlice);
    is_slice.then(|| Slice::read(codec, None, unit).first)
}
