//! The query of a playlist request: what is read can be written, and is read the same again.
#![no_main]

use ashkar_live::Query;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(parsed) = Query::parse(text) else { return };
    let canonical = parsed.query.canonical();
    assert_eq!(parsed.canonical, canonical == text);
    let again = Query::parse(&canonical).expect("the canonical form can be read");
    assert!(again.canonical && again.query == parsed.query);
});
