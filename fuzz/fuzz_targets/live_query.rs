//! The query of a playlist request: what is read can be written, and is read the same again.
#![no_main]

use ashkar_live::Query;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(query) = Query::parse(text) else { return };
    assert_eq!(Query::parse(&query.canonical()), Ok(query));
});
