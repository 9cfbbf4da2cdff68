//! Parameter sets and a slice of a keyframe, from whose header the deblocking filter is removed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ashkar_stills::fuzz::unfiltered(data));
