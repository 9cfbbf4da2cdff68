//! `HEVCDecoderConfigurationRecord`: whatever is read is sane, and reads the same from its own bytes.
#![no_main]

use ashkar_media::codec::{MAX_PICTURE_SIDE, MIN_PICTURE_SIDE};
use ashkar_media::{VideoCodec, VideoConfig, VideoParameters, init_segment};
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let config = VideoConfig { codec: VideoCodec::H265, record: Bytes::copy_from_slice(data) };
    let Ok(parameters) = VideoParameters::parse(&config) else { return };
    let sides = MIN_PICTURE_SIDE..=MAX_PICTURE_SIDE;
    assert!(sides.contains(&parameters.width.into()) && sides.contains(&parameters.height.into()));
    assert!(parameters.codecs.starts_with("hvc1."));
    assert_eq!(VideoParameters::parse(&parameters.to_config()).as_ref(), Ok(&parameters));
    init_segment(&parameters, None);
});
