//! The parameter sets (ITU-T H.264, 7.3.2) and the record that carries them (ISO/IEC 14496-15, 5.3.3.1).

use super::bits::{BitReader, BitWriter, nal_from_rbsp, rbsp_from_nal};
use super::slice::FRAME_NUM_BITS;

/// NAL unit header of an SPS.
const HEADER_SPS: u8 = 3 << 5 | 7;
/// `profile_idc`: Baseline; with both constraint flags, Constrained Baseline.
const PROFILE_BASELINE: u8 = 66;
const CONSTRAINTS: u8 = 0b1100_0000;
/// Level 3: 1,620 macroblocks a picture and 40,500 a second.
const LEVEL: u8 = 30;
/// `colour_primaries`, `transfer_characteristics`, `matrix_coefficients`: ITU-R BT.709.
const BT709: u32 = 1;
const VIDEO_FORMAT_UNSPECIFIED: u32 = 5;

/// The SPS of a picture of `width` × `height` pixels, both even.
pub(crate) fn sps(width: u32, height: u32) -> Vec<u8> {
    let (columns, rows) = (width.div_ceil(16), height.div_ceil(16));
    let mut out = BitWriter::default();
    for byte in [PROFILE_BASELINE, CONSTRAINTS, LEVEL] {
        out.bits(u32::from(byte), 8);
    }
    out.ue(0); // seq_parameter_set_id
    out.ue(FRAME_NUM_BITS - 4);
    out.ue(2); // pic_order_cnt_type: output order is decoding order
    out.ue(1); // max_num_ref_frames
    out.flag(false); // gaps_in_frame_num_value_allowed_flag
    out.ue(columns - 1);
    out.ue(rows - 1);
    out.flag(true); // frame_mbs_only_flag
    out.flag(true); // direct_8x8_inference_flag
    crop(columns * 16 - width, rows * 16 - height, &mut out);
    vui(&mut out);
    let mut nal = Vec::new();
    nal_from_rbsp(HEADER_SPS, &out.finish(), &mut nal);
    nal
}

fn crop(right_px: u32, bottom_px: u32, out: &mut BitWriter) {
    out.flag(right_px + bottom_px > 0);
    if right_px + bottom_px > 0 {
        for offset in [0, right_px / 2, 0, bottom_px / 2] {
            out.ue(offset);
        }
    }
}

/// Colours, and the declaration that no picture waits for another: players then show each one as soon as it is decoded.
fn vui(out: &mut BitWriter) {
    out.flag(true);
    out.flag(false); // aspect_ratio_info_present_flag
    out.flag(false); // overscan_info_present_flag
    out.flag(true); // video_signal_type_present_flag
    out.bits(VIDEO_FORMAT_UNSPECIFIED, 3);
    out.flag(false); // video_full_range_flag
    out.flag(true); // colour_description_present_flag
    for _ in 0..3 {
        out.bits(BT709, 8);
    }
    out.bits(0, 5); // chroma location, timing, both HRDs, pic_struct: absent
    out.flag(true); // bitstream_restriction_flag
    out.flag(true); // motion_vectors_over_pic_boundaries_flag
    for value in [0, 0, 11, 11, 0, 1] {
        out.ue(value); // no size limits, vectors to 2^11 quarter pixels, no reordering, one picture held
    }
}

/// The initial quantiser of slices, from a PPS that fits our slices; `None` for any other PPS.
pub(crate) fn initial_qp(pps: &[u8]) -> Option<i32> {
    let rbsp = rbsp_from_nal(pps);
    let mut reader = BitReader::new(&rbsp)?;
    let ids = (reader.ue()?, reader.ue()?);
    let (cabac, pic_order) = (reader.flag()?, reader.flag()?);
    let (slice_groups, references_l0, _references_l1) = (reader.ue()?, reader.ue()?, reader.ue()?);
    let weighted = reader.bits(3)?;
    let qp = 26 + reader.se()?;
    let _qs = reader.se()?;
    let _chroma_offset = reader.se()?;
    let (deblocking_control, constrained_intra, redundant) = (reader.flag()?, reader.flag()?, reader.flag()?);
    let fits = ids == (0, 0)
        && !cabac
        && !pic_order
        && (slice_groups, references_l0, weighted) == (0, 0, 0)
        && deblocking_control
        && !constrained_intra
        && !redundant;
    fits.then_some(qp)
}

/// The `AVCDecoderConfigurationRecord` with four-byte lengths. Both sets are shorter than 64 KiB.
pub(crate) fn decoder_configuration(sps: &[u8], pps: &[u8]) -> Vec<u8> {
    let mut out = vec![1, PROFILE_BASELINE, CONSTRAINTS, LEVEL, 0xff, 0xe1];
    out.extend_from_slice(&(sps.len() as u16).to_be_bytes());
    out.extend_from_slice(sps);
    out.push(1);
    out.extend_from_slice(&(pps.len() as u16).to_be_bytes());
    out.extend_from_slice(pps);
    out
}
