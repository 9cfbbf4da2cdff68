//! The playlist checker, fed with three states of one playlist and a piece of media, separated by zero bytes.
#![no_main]

use ashkar_live::Query;
use ashkar_live::check::{Observation, PlaylistChecker};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut pieces = data.splitn(4, |byte| *byte == 0);
    let mut checker = PlaylistChecker::new();
    for (index, piece) in pieces.by_ref().take(3).enumerate() {
        let Ok(text) = std::str::from_utf8(piece) else { return };
        let query = Query { msn: Some(piece.len() as u64), part: Some(1), skip: index > 0 };
        checker.check(&Observation { at_ms: index as i64 * 2000, query, text });
    }
    if let Some(media) = pieces.next() {
        checker.check_media("init.mp4", media);
        checker.check_media("1.m4s", media);
    }
});
