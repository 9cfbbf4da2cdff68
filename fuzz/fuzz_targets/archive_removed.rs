#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ashkar_archive::fuzz::removed(data);
});
