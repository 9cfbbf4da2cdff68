//! The walk over an access unit: NAL units lie inside it, in order, and make it up if there is no error.
#![no_main]

use ashkar_media::{NalUnits, VideoCodec, survey};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let units: Result<Vec<_>, _> = NalUnits::new(data).collect();
    for codec in [VideoCodec::H264, VideoCodec::H265] {
        assert_eq!(survey(codec, data, true).is_ok(), units.is_ok());
    }
    if let Ok(units) = units {
        assert_eq!(units.iter().map(|unit| unit.len() + 4).sum::<usize>(), data.len());
    }
});
