//! Any bytes as AMF 0: values that were read can be written, and read back the same.
#![no_main]

use ashkar_ingest::rtmp::amf0::read_all;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(values) = read_all(data) else { return };
    let mut bytes = Vec::new();
    values.iter().for_each(|value| value.put(&mut bytes));
    // NaNs differ from themselves: the bytes are compared instead.
    let Ok(again) = read_all(&bytes) else { panic!("what was written cannot be read") };
    let mut second = Vec::new();
    again.iter().for_each(|value| value.put(&mut second));
    assert_eq!(bytes, second);
});
