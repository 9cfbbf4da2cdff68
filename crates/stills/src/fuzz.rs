//! What the fuzz target calls: the reader of recorded boxes. Not part of the library's promise.

use crate::keyframe::annex_b;

/// `bytes` is an init segment's length in two bytes, the init segment, and a part.
pub fn keyframe(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (init, part) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
    if let Ok(stream) = annex_b(init, part) {
        // Lengths become start codes of the same size, so a stream is never longer than what it was made of.
        assert!(stream.len() <= bytes.len());
    }
}
