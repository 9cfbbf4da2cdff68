//! Any bytes as the beginning of a connection: the response is never longer than one handshake's.
#![no_main]

use ashkar_ingest::rtmp::handshake::{BLOCK, Handshake};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&cut, data)) = data.split_first() else { return };
    let mut handshake = Handshake::new(7);
    let mut out = Vec::new();
    for piece in data.chunks(usize::from(cut) * 8 + 1) {
        let mut input = piece;
        match handshake.feed(&mut input, &mut out) {
            Ok(true) => break,
            Ok(false) => assert!(input.is_empty()),
            Err(_) => return assert!(out.is_empty()),
        }
    }
    assert!(out.is_empty() || out.len() == 1 + 2 * BLOCK);
});
