//! Parameter sets as NAL units: a record built from them reads back, unless its picture format is not supported.
#![no_main]

use ashkar_media::codec::{ParameterSets, VideoCodec};
use ashkar_media::{AudioConfig, AudioParameters, ConfigError, VideoParameters};
use bytes::Bytes;

const AVC_PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];
const HEVC_VPS: &[u8] = &[0x40, 0x01, 0x0c, 0x01, 0xff, 0xff];
const HEVC_PPS: &[u8] = &[0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    reads_back(VideoCodec::H264, &[data, AVC_PPS]);
    reads_back(VideoCodec::H265, &[HEVC_VPS, data, HEVC_PPS]);
    let _ = AudioParameters::parse(&AudioConfig { record: Bytes::copy_from_slice(data) });
});

fn reads_back(codec: VideoCodec, units: &[&[u8]]) {
    let Ok(config) = ParameterSets::of(codec, units.iter().copied()).and_then(|sets| sets.config()) else {
        return;
    };
    match VideoParameters::parse(&config) {
        Ok(read) => assert_eq!(read.record, config.record),
        Err(error) => assert!(matches!(error, ConfigError::PictureSize { .. }), "{error}"),
    }
}
