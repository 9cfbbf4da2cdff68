//! Slice headers (ITU-T H.264, 7.3.3), for the only shape that our pictures have: frames only, CAVLC, one parameter set
//! of each kind, picture order by decoding order, every picture a reference.

use super::bits::{BitReader, BitWriter, nal_from_rbsp, rbsp_from_nal};

/// Bits of `frame_num` in our SPS: the same as the encoder's, so that its slices keep theirs.
pub(crate) const FRAME_NUM_BITS: u32 = 15;

/// `nal_unit_type` of a slice of an IDR picture.
const NAL_IDR: u8 = 5;
/// NAL unit header of an IDR slice, `nal_ref_idc` 3.
const HEADER_IDR: u8 = 3 << 5 | NAL_IDR;
/// NAL unit header of any other slice, `nal_ref_idc` 2.
const HEADER_P: u8 = 2 << 5 | 1;

const SLICE_P: u32 = 0;
const SLICE_I: u32 = 2;

/// Deblocking off.
const DEBLOCK_OFF: u32 = 1;
/// Deblocking only inside the slice, so that the slices above it stay untouched and have no effect on it.
const DEBLOCK_INSIDE: u32 = 2;

/// The picture to which a slice belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Picture {
    /// An IDR picture. Consecutive ones differ in `parity`, as `idr_pic_id` must.
    Idr { parity: bool },
    /// The `frame_num`-th picture after its IDR picture.
    Inter { frame_num: u16 },
}

impl Picture {
    fn nal_header(self) -> u8 {
        match self {
            Self::Idr { .. } => HEADER_IDR,
            Self::Inter { .. } => HEADER_P,
        }
    }

    /// All fields up to but excluding `slice_qp_delta`.
    fn write(self, first_mb: u32, out: &mut BitWriter) {
        out.ue(first_mb);
        match self {
            Self::Idr { parity } => {
                out.ue(SLICE_I);
                out.ue(0); // pic_parameter_set_id
                out.bits(0, FRAME_NUM_BITS);
                out.ue(u32::from(parity));
                out.bits(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
            }
            Self::Inter { frame_num } => {
                out.ue(SLICE_P);
                out.ue(0);
                out.bits(u32::from(frame_num), FRAME_NUM_BITS);
                out.bits(0, 3); // no override, no list modification, sliding window
            }
        }
    }
}

/// Starts a slice that is written here, without deblocking; `qp_delta` is relative to the PPS.
pub(crate) fn start_own(picture: Picture, first_mb: u32, qp_delta: i32) -> BitWriter {
    let mut out = BitWriter::default();
    picture.write(first_mb, &mut out);
    out.se(qp_delta);
    out.ue(DEBLOCK_OFF);
    out
}

/// Ends a slice: appends it to `out` as a NAL unit behind its length in four bytes.
pub(crate) fn finish(picture: Picture, slice: BitWriter, out: &mut Vec<u8>) {
    append_nal(picture.nal_header(), &slice.finish(), out);
}

/// Rewrites `nal`, the encoder's only slice of a picture, so that it starts at macroblock `first_mb` of a higher
/// picture, below slices that are not its own. Appends it to `out` behind its length.
///
/// The macroblocks stay the same bit by bit: with the slice above them not available, prediction and the choice of code
/// tables are the same as at the top of a picture. `None` if the slice is of another shape.
pub(crate) fn move_down(nal: &[u8], picture: Picture, first_mb: u32, out: &mut Vec<u8>) -> Option<()> {
    let rbsp = rbsp_from_nal(nal);
    let mut reader = BitReader::new(&rbsp)?;
    let qp_delta = skip_to_qp_delta(&mut reader, nal.first()? & 0x1f == NAL_IDR, picture)?;
    let (alpha, beta) = skip_deblocking(&mut reader)?;
    let mut slice = BitWriter::default();
    picture.write(first_mb, &mut slice);
    slice.se(qp_delta);
    slice.ue(DEBLOCK_INSIDE);
    slice.se(alpha);
    slice.se(beta);
    reader.copy_rest(&mut slice);
    finish(picture, slice, out);
    Some(())
}

fn skip_to_qp_delta(reader: &mut BitReader<'_>, idr: bool, picture: Picture) -> Option<i32> {
    let first_mb = reader.ue()?;
    let slice_type = reader.ue()?;
    let parameter_set = reader.ue()?;
    let frame_num = reader.bits(FRAME_NUM_BITS)?;
    let as_expected = match picture {
        Picture::Idr { .. } => idr && slice_type % 5 == SLICE_I && frame_num == 0,
        Picture::Inter { frame_num: own } => !idr && slice_type % 5 == SLICE_P && frame_num == u32::from(own),
    };
    if !as_expected || first_mb != 0 || parameter_set != 0 {
        return None;
    }
    if idr {
        let _idr_pic_id = reader.ue()?;
        let _marking = reader.bits(2)?;
    } else {
        skip_references(reader)?;
    }
    reader.se()
}

/// Override, list modification and marking of a P slice. With a single reference picture the list is that picture,
/// whatever the modification, so none is written.
fn skip_references(reader: &mut BitReader<'_>) -> Option<()> {
    let overridden = reader.flag()?;
    if overridden && reader.ue()? != 0 {
        return None;
    }
    if reader.flag()? {
        while reader.ue()? != 3 {
            reader.ue()?;
        }
    }
    let adaptive_marking = reader.flag()?;
    (!adaptive_marking).then_some(())
}

fn skip_deblocking(reader: &mut BitReader<'_>) -> Option<(i32, i32)> {
    match reader.ue()? {
        0 | DEBLOCK_INSIDE => Some((reader.se()?, reader.se()?)),
        _ => None,
    }
}

fn append_nal(header: u8, rbsp: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    nal_from_rbsp(header, rbsp, out);
    let length = (out.len() - start - 4) as u32;
    if let Some(prefix) = out.get_mut(start..start + 4) {
        prefix.copy_from_slice(&length.to_be_bytes());
    }
}
