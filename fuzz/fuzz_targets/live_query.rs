//! The query of a playlist request: a query that was read can be written, and reads back the same.
#![no_main]

use ashkar_live::Query;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(query) = Query::parse(text) else { return };
    assert_eq!(Query::parse(&query.canonical()), Ok(query));
});
