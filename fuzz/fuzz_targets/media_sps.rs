//! Parameter sets as NAL units: a record that is built of them reads back with the same size.
#![no_main]

use ashkar_media::{
    AudioConfig, AudioParameters, VideoParameters, h264_config_from_parameter_sets,
    h265_config_from_parameter_sets,
};
use bytes::Bytes;

const AVC_PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];
const HEVC_VPS: &[u8] = &[0x40, 0x01, 0x0c, 0x01, 0xff, 0xff];
const HEVC_PPS: &[u8] = &[0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(config) = h264_config_from_parameter_sets(&[data], &[AVC_PPS]) {
        assert!(VideoParameters::parse(&config).is_ok());
    }
    if let Ok(config) = h265_config_from_parameter_sets(&[HEVC_VPS], &[data], &[HEVC_PPS]) {
        assert!(VideoParameters::parse(&config).is_ok());
    }
    let _ = AudioParameters::parse(&AudioConfig { record: Bytes::copy_from_slice(data) });
});
