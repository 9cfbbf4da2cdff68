//! Any bytes as video and audio tags.
#![no_main]

use ashkar_ingest::rtmp::flv::{read_audio, read_video};
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let data = Bytes::copy_from_slice(data);
    let _ = read_audio(data.clone());
    let _ = read_video(data);
});
