//! Entry points of the fuzz targets: the reader of recorded boxes, and the removal of the deblocking filter from a
//! keyframe. Not part of the library's public interface.

use crate::keyframe::annex_b;
use crate::unfiltered::ParameterSets;

/// `bytes` is an init segment's length in two bytes, the init segment, and a part.
pub fn keyframe(bytes: &[u8]) {
    let Some((init, part)) = split(bytes) else { return };
    if let Ok(stream) = annex_b(init, part, usize::MAX) {
        // Lengths become start codes of the same size, so a stream is never longer than its source.
        assert!(stream.len() <= bytes.len());
    }
    let _ = annex_b(init, part, 0);
}

/// `bytes` is a sequence parameter set, a picture parameter set and a slice, each of the first two behind its length in two bytes.
pub fn unfiltered(bytes: &[u8]) {
    let Some((sps, rest)) = split(bytes) else { return };
    let Some((pps, slice)) = split(rest) else { return };
    let Some(sets) = ParameterSets::of_wider_than(0, &[sps.to_vec()], &[pps.to_vec()]) else { return };
    if let Some(unfiltered) = sets.unfiltered(slice) {
        // At most one byte in three needs an emulation prevention byte.
        assert!(unfiltered.len() <= slice.len() * 3 / 2 + 2);
        assert!(sets.unfiltered(&unfiltered).is_none(), "the filter is out");
    }
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    Some(rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len())))
}
