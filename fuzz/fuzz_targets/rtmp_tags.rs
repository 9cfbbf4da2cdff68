//! Any bytes as video and audio tags, and access units with NAL lengths of any size.
#![no_main]

use ashkar_ingest::rtmp::flv::{NalLength, VideoTag, read_audio, read_video};
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let data = Bytes::copy_from_slice(data);
    let _ = read_audio(data.clone());
    if let Ok(VideoTag::Config(config)) = read_video(data.clone())
        && let Ok((length, config)) = NalLength::take_from(config)
    {
        assert_eq!(NalLength::take_from(config.clone()), Ok((NalLength::FOUR, config)));
        // Lengths of four bytes are left to whoever takes the access unit.
        if length != NalLength::FOUR
            && let Ok(wide) = length.widen(data)
        {
            let mut rest = &wide[..];
            while let Some((length, after)) = rest.split_first_chunk() {
                rest = &after[u32::from_be_bytes(*length) as usize..];
            }
        }
    }
});
