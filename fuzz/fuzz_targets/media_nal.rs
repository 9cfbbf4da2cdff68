//! Arbitrary bytes in place of length-prefixed NAL units: the output is a sequence of NAL units, and such a sequence
//! stays unchanged.
#![no_main]

use ashkar_media::codec::NalUnits;
use ashkar_media::codec::annex_b::starts_with_start_code;
use ashkar_media::{Framing, VideoCodec, VideoConfig};
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let codec = if choice & 1 == 0 { VideoCodec::H264 } else { VideoCodec::H265 };
    let mut framing = Framing::default();
    framing.announced(&VideoConfig { codec, record: Bytes::from(vec![choice >> 1; 22]) });
    let Ok(row) = framing.row(codec, Bytes::copy_from_slice(data)) else { return };
    let mut length = 0;
    for unit in NalUnits::new(&row).map_while(|unit| (!row.is_empty()).then_some(unit)) {
        let unit = unit.expect("what was given out is a row");
        assert!(unit.last().is_some_and(|last| *last != 0));
        length += 4 + unit.len();
    }
    assert_eq!(length, row.len());
    if !row.is_empty() && !starts_with_start_code(&row) {
        assert_eq!(Framing::default().row(codec, row.clone()).as_ref(), Ok(&row));
    }
});
