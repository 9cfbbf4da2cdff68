//! A real keyframe: drawn, encoded by openh264, packaged as it would be recorded.
#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "each user takes its own part of this module"
)]

use ashkar_media::codec::{ParameterSets, VideoCodec};
use ashkar_media::{AccessUnit, MediaEvent, Options, Output, Packager, Resume};
use ashkar_terms::{CameraId, Moment, UtcMicros};
use bytes::Bytes;
use openh264::encoder::Encoder;
use openh264::formats::YUVBuffer;

/// Init segment and first part of a picture whose left half is black and whose right half is white.
pub fn half_and_half(width: usize, height: usize) -> (Bytes, Bytes) {
    let units = encode(width, height);
    let of_kind = |kind: u8| units.iter().filter(move |unit| unit[0] & 0x1f == kind).map(Vec::as_slice);
    let sets = ParameterSets::of(VideoCodec::H264, of_kind(7).chain(of_kind(8))).unwrap();
    let config = sets.config().unwrap();
    let picture: Bytes = of_kind(5)
        .flat_map(|unit| [&(unit.len() as u32).to_be_bytes()[..], unit].concat())
        .collect::<Vec<_>>()
        .into();
    package(config, &picture)
}

fn encode(width: usize, height: usize) -> Vec<Vec<u8>> {
    let mut yuv = vec![128; width * height * 3 / 2];
    for (at, luma) in yuv[..width * height].iter_mut().enumerate() {
        *luma = if at % width < width / 2 { 16 } else { 235 };
    }
    let stream = Encoder::new().unwrap().encode(&YUVBuffer::from_vec(yuv, width, height)).unwrap().to_vec();
    openh264::nal_units(&stream)
        .map(|unit| unit.strip_prefix(&[0, 0, 0, 1]).unwrap_or_else(|| &unit[3..]).to_vec())
        .collect()
}

/// Init segment and first part of a camera that sends `picture` again and again.
pub fn package(config: ashkar_media::VideoConfig, picture: &Bytes) -> (Bytes, Bytes) {
    let mut packager = Packager::new(CameraId::new(7, 12, 1), Resume::default(), Options::default());
    let mut out = Vec::new();
    let at = |us: i64| Moment { wall: UtcMicros(1_795_334_400_000_000 + us), mono_us: us as u64 };
    packager.connected("test".to_owned(), at(0), &mut out);
    packager.take(MediaEvent::VideoConfig(config), at(0), &mut out);
    for frame in 0..2 {
        packager.take(
            MediaEvent::Video(AccessUnit {
                data: picture.clone(),
                camera_dts: frame * 3600,
                composition_offset: 0,
                keyframe: true,
                arrival: at(frame * 40_000),
            }),
            at(frame * 40_000),
            &mut out,
        );
    }
    packager.flush(at(80_000), &mut out);
    let init = out
        .iter()
        .find_map(|output| if let Output::Init(init) = output { Some(init.bytes.clone()) } else { None });
    let part = out
        .iter()
        .find_map(|output| if let Output::Part(part) = output { Some(part.bytes.clone()) } else { None });
    (init.unwrap(), part.unwrap())
}
