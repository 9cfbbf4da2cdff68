//! Any bytes as an AAC frame, and as a part with one: looked at without a panic, and the same each time.
#![no_main]

use ashkar_media::codec::aac_silence::look;
use ashkar_media::first_sound_of;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    assert_eq!(look(data), look(data));
    if let Some(frame) = first_sound_of(data) {
        assert!(frame.len() <= data.len());
        let _ = look(frame);
    }
});
