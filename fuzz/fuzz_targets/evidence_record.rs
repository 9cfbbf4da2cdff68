#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(record) = ashkar_evidence::Record::decode(data) {
        assert_eq!(record.encode(), data);
    }
});
