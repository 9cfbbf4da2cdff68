#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    assert!(ashkar_archive::fuzz::journal(data).is_ok());
});
