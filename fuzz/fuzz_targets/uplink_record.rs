//! Any bytes as the body of a record from an agent: what is read has one encoding, and a name that is read back.
#![no_main]

use ashkar_uplink::{RecordName, decode, encode};
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(read) = decode(Bytes::copy_from_slice(data)) else { return };
    let (head, payload) = encode(&read);
    // Checksums and hashes are not compared when fuzzing, so the first encoding may mend them; the second is the same.
    let body = Bytes::from([head, payload.to_vec()].concat());
    assert_eq!(body.len(), data.len());
    let Ok(again) = decode(body.clone()) else { panic!("what was written cannot be read") };
    let (head, payload) = encode(&again);
    assert_eq!([head, payload.to_vec()].concat(), body);
    let name = RecordName::of(&again);
    assert_eq!(name.to_string().parse(), Ok(name));
});
