//! The boxes of a recorded keyframe, as the process that decodes stills reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ashkar_stills::fuzz::keyframe(data));
