//! The one place that decides how NAL units become access units, for every protocol.
//!
//! In: pieces as protocols deliver them: a whole access unit, a slice, parameter sets alone; behind lengths, start
//! codes, or both. Out: rows of NAL units behind four length bytes each, and how each piece relates to its picture.
//! What must never happen: a changed NAL unit (I4), or two pictures treated as one.

mod framing;
mod scan;

use crate::codec::slice::Slice;
pub use framing::Framing;
pub(crate) use scan::{RandomAccess, Scan, scan};

/// Slices of one picture have the same time; if the encoder stamps each one as it leaves, the times differ by less than
/// this: 10 ms in ticks. No camera sends a hundred pictures a second.
const SAME_PICTURE_TICKS: u64 = 900;

/// Whether a piece at `dts` that begins with the slice `first` continues the picture whose last slice is `last`.
pub(crate) fn goes_on(last: (Slice, i64), first: (Slice, i64)) -> bool {
    let ((last, last_dts), (first, dts)) = (last, first);
    last_dts.abs_diff(dts) < SAME_PICTURE_TICKS && !first.begins_picture_after(&last)
}
