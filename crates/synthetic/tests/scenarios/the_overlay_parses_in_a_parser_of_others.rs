//! Every slice header, ours and the encoder's, in `h264-reader`.

// A test that cannot continue fails by panicking, in its helpers too.
#![allow(clippy::unwrap_used, clippy::panic)]

use ashkar_synthetic::{FrameRate, LoopOptions, Loops};
use ashkar_terms::{CameraId, Span, UtcMicros};
use h264_reader::Context;
use h264_reader::nal::pps::PicParameterSet;
use h264_reader::nal::slice::{SliceFamily, SliceHeader};
use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::nal::{Nal, RefNal, UnitType};

const START: UtcMicros = UtcMicros(1_810_043_200_000_000);

#[test]
fn headers_agree_with_their_pictures() {
    let options = LoopOptions {
        rate: "2".parse::<FrameRate>().unwrap(),
        rooms: 1,
        bitrate: Some(400_000),
        ..LoopOptions::default()
    };
    let loops = Loops::new(options).unwrap();
    let context = context(&loops.config().record);
    let span = Span { from: START, to: START.plus(20_000_000) };
    let mut last_idr = None;
    for unit in loops.history(CameraId::new(1, 1, 1), span, 0) {
        let mut firsts = Vec::new();
        for nal in nals(&unit.data) {
            let nal = RefNal::new(nal, &[], true);
            let header = nal.header().unwrap();
            if header.nal_unit_type() == UnitType::FillerData {
                continue;
            }
            let (slice, sps, _) =
                SliceHeader::from_bits(&context, &mut nal.rbsp_bits(), header, None).unwrap();
            assert_eq!(sps.pixel_dimensions().unwrap(), (640, 360));
            assert_eq!(slice.slice_type.family == SliceFamily::I, unit.keyframe);
            assert_eq!(slice.idr_pic_id.is_some(), unit.keyframe);
            if firsts.is_empty() && unit.keyframe {
                assert_ne!(last_idr, slice.idr_pic_id, "two IDR pictures in a row must differ");
                last_idr = slice.idr_pic_id;
            }
            firsts.push(slice.first_mb_in_slice);
        }
        assert_eq!(firsts, if unit.keyframe { vec![0, 30, 40, 70, 80] } else { vec![0, 80] });
    }
}

fn context(record: &[u8]) -> Context {
    let sps_end = 8 + usize::from(u16::from_be_bytes([record[6], record[7]]));
    let mut context = Context::default();
    let sps = RefNal::new(&record[8..sps_end], &[], true);
    context.put_seq_param_set(SeqParameterSet::from_bits(sps.rbsp_bits()).unwrap());
    let pps = RefNal::new(&record[sps_end + 3..], &[], true);
    context.put_pic_param_set(PicParameterSet::from_bits(&context, pps.rbsp_bits()).unwrap());
    context
}

fn nals(mut unit: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    while let Some((length, rest)) = unit.split_first_chunk::<4>() {
        let (nal, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        out.push(nal);
        unit = rest;
    }
    out
}
