//! Removes the deblocking filter from keyframes that are scaled down after decoding.
//!
//! The filter is an eighth of the cost of a still, and averaging pixels hides the edges that it would smooth. Intra
//! prediction uses samples from before the filter (ITU-T H.264, 8.3), so nothing else in a keyframe changes. A decoder
//! has no switch for it, but each slice header has one.

use std::borrow::Cow;
use std::io::Write;

use h264_reader::Context;
use h264_reader::nal::pps::PicParameterSet;
use h264_reader::nal::slice::SliceHeader;
use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::nal::{NalHeader, UnitType};
use h264_reader::rbsp::{BitRead, BitReader, BitWrite, BitWriter, ByteWriter, decode_nal};

/// `disable_deblocking_filter_idc`: no edge of this slice is filtered (7.4.3).
const NO_EDGE: u32 = 1;

/// The parameter sets to which slices refer.
pub(crate) struct ParameterSets(Context);

impl ParameterSets {
    /// `None` if a set cannot be parsed, if no picture is wider than `width` pixels, or with slice groups (extended
    /// profile), which no camera uses.
    pub(crate) fn of_wider_than(width: usize, sps: &[Vec<u8>], pps: &[Vec<u8>]) -> Option<Self> {
        let mut context = Context::new();
        let mut wider = false;
        for nal in sps {
            let sps = SeqParameterSet::from_bits(BitReader::new(&*rbsp(nal)?)).ok()?;
            wider |= sps.pixel_dimensions().ok()?.0 as usize > width;
            context.put_seq_param_set(sps);
        }
        for nal in pps {
            let pps = PicParameterSet::from_bits(&context, BitReader::new(&*rbsp(nal)?)).ok()?;
            if pps.slice_groups.is_some() {
                return None;
            }
            context.put_pic_param_set(pps);
        }
        wider.then_some(Self(context))
    }

    /// The same slice of an IDR picture, to be decoded without the filter. `None` if it is no such slice, has no
    /// filter, does not signal it, or is coded with CAVLC, whose data would have to be shifted bit by bit.
    pub(crate) fn unfiltered(&self, nal: &[u8]) -> Option<Vec<u8>> {
        let header = NalHeader::new(*nal.first()?).ok()?;
        if header.nal_unit_type() != UnitType::SliceLayerWithoutPartitioningIdr {
            return None;
        }
        let rbsp = rbsp(nal)?;
        let mut bits = BitReader::new(&*rbsp);
        let (slice, _, pps) = SliceHeader::from_bits(&self.0, &mut bits, header, None).ok()?;
        if !pps.entropy_coding_mode_flag || !pps.deblocking_filter_control_present_flag {
            return None;
        }
        // These three are the last of a header without slice groups (7.3.3); the offsets are present unless no edge is
        // filtered.
        let (alpha, beta) = slice.slice_alpha_c0_offset_div2.zip(slice.slice_beta_offset_div2)?;
        let about_filter =
            ue_bits(u32::from(slice.disable_deblocking_filter_idc)) + se_bits(alpha) + se_bits(beta);
        let mut alignment = 0;
        while !bits.byte_aligned() {
            bits.read_bit("cabac_alignment_one_bit").ok()?.then_some(())?;
            alignment += 1;
        }
        let data = bits.into_reader();
        let kept = (8 * (rbsp.len() - data.len())).checked_sub(alignment + about_filter)?;
        with_header(nal, &rbsp, kept, data).ok()
    }
}

/// The content of a NAL unit behind its first byte, without emulation prevention (7.3.1). The library panics on an
/// empty unit.
fn rbsp(nal: &[u8]) -> Option<Cow<'_, [u8]>> {
    (!nal.is_empty()).then(|| decode_nal(nal).ok())?
}

/// A slice whose header is the first `kept` bits of `rbsp` and [`NO_EDGE`], aligned for CABAC (7.3.4), followed by the
/// slice's `data`.
fn with_header(nal: &[u8], rbsp: &[u8], kept: usize, data: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut slice = Vec::with_capacity(nal.len() + 2);
    slice.extend(nal.first());
    let mut header = BitWriter::new(ByteWriter::new(slice));
    let bits = rbsp.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    for bit in bits.take(kept) {
        header.write_bit(bit)?;
    }
    header.write_ue(NO_EDGE)?;
    while header.writer().is_none() {
        header.write_bit(true)?;
    }
    let mut slice = header.into_writer();
    slice.write_all(data)?;
    Ok(slice.into_writer())
}

/// Bits of an unsigned Exp-Golomb code (9.1).
const fn ue_bits(value: u32) -> usize {
    2 * (value + 1).ilog2() as usize + 1
}

/// Bits of a signed one (9.1.1).
const fn se_bits(value: i32) -> usize {
    let magnitude = value.unsigned_abs();
    ue_bits(if value > 0 { 2 * magnitude - 1 } else { 2 * magnitude })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    /// The stream of one keyframe made by x264 with `params`, as NAL units.
    fn x264(params: &str) -> Vec<Vec<u8>> {
        let output = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "mandelbrot=size=720x400:start_scale=0.4,noise=alls=9",
            ])
            .args(["-frames:v", "1", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-qp", "32", "-x264-params"])
            .args([params, "-f", "h264", "-"])
            .output()
            .expect("ffmpeg is needed for this test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let units = openh264::nal_units(&output.stdout);
        units.map(|unit| unit.strip_prefix(&[0, 0, 0, 1]).unwrap_or_else(|| &unit[3..]).to_vec()).collect()
    }

    fn of_kind(units: &[Vec<u8>], kind: u8) -> Vec<Vec<u8>> {
        units.iter().filter(|unit| unit[0] & 0x1f == kind).cloned().collect()
    }

    fn sets(units: &[Vec<u8>], width: usize) -> Option<ParameterSets> {
        ParameterSets::of_wider_than(width, &of_kind(units, 7), &of_kind(units, 8))
    }

    /// The output of an independent decoder: the frame's three planes.
    fn decoded(units: &[Vec<u8>], options: &[&str]) -> Vec<u8> {
        let mut child = Command::new("ffmpeg")
            .args(["-v", "error"])
            .args(options)
            .args(["-f", "h264", "-i", "-", "-f", "rawvideo", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stream: Vec<u8> =
            units.iter().flat_map(|unit| [&[0, 0, 0, 1], unit.as_slice()].concat()).collect();
        child.stdin.take().unwrap().write_all(&stream).unwrap();
        child.wait_with_output().unwrap().stdout
    }

    #[test]
    fn other_decoders_see_the_picture_that_they_see_without_their_filter() {
        for params in [
            "slices=1",
            "slices=4:deblock=-2,3",
            "deblock=6,6:8x8dct=0",
            "interlaced=1",
            "bff=1:slices=2",
            "nal-hrd=cbr:vbv-maxrate=900:vbv-bufsize=900",
        ] {
            let units = x264(params);
            let sets = sets(&units, 640).unwrap();
            let changed: Vec<_> =
                units.iter().map(|unit| sets.unfiltered(unit).unwrap_or_else(|| unit.clone())).collect();
            let slices = of_kind(&units, 5).len();
            assert_eq!(
                units.iter().zip(&changed).filter(|(before, after)| before != after).count(),
                slices,
                "{params}"
            );
            let expected = decoded(&units, &["-skip_loop_filter", "all"]);
            assert_eq!(expected.len(), 720 * 400 * 3 / 2, "{params}");
            assert!(expected != decoded(&units, &[]), "{params}: the filter does something here");
            assert!(expected == decoded(&changed, &[]), "{params}");
        }
    }

    #[test]
    fn what_has_no_filter_or_no_cabac_stays_as_it_is() {
        for params in ["no-deblock=1", "cabac=0"] {
            let units = x264(params);
            let sets = sets(&units, 640).unwrap();
            assert!(units.iter().all(|unit| sets.unfiltered(unit).is_none()), "{params}");
        }
        let units = x264("slices=1");
        assert!(sets(&units, 720).is_none(), "small pictures keep their filter");
        assert!(ParameterSets::of_wider_than(0, &[vec![]], &[]).is_none());
        assert!(ParameterSets::of_wider_than(0, &of_kind(&units, 7), &[vec![0x68]]).is_none());
    }

    #[test]
    fn cut_slices_stay_as_they_are_or_are_cut() {
        let units = x264("slices=1");
        let sets = sets(&units, 640).unwrap();
        let slice = of_kind(&units, 5).remove(0);
        for length in 0..slice.len().min(64) {
            let cut = sets.unfiltered(&slice[..length]);
            assert!(cut.is_none_or(|cut| cut.len() <= length + 2), "{length}");
        }
    }
}
