//! Start codes (H.264 and H.265, annex B).

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::VideoCodec;
use super::nal::may_begin;

/// Start code (B.1), without the zero byte that may stand before it.
const START_CODE: &[u8] = &[0, 0, 1];
/// Searcher for start codes, shared by all cameras so that it stays in the processor's cache.
static START_CODES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(START_CODE));

/// Whether `data` begins with a start code, of three or four bytes, or with more zeros before it.
pub fn starts_with_start_code(data: &[u8]) -> bool {
    let zeros = data.iter().take_while(|byte| **byte == 0).count();
    zeros >= 2 && data.get(zeros) == Some(&1)
}

/// Whether `data` contains a start code.
pub(crate) fn has_start_code(data: &[u8]) -> bool {
    START_CODES.find(data).is_some()
}

/// Splits at start codes, which cannot occur inside a NAL unit (H.264 and H.265, 7.4.1). Zeros before a start code or
/// at the end belong to no NAL unit. Empty pieces are left out.
pub fn split_at_start_codes(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let Some(at) = START_CODES.find(here) else { return rest.take() };
        rest = here.get(at + START_CODE.len()..);
        here.get(..at)
    })
    .map(without_zeros)
    .filter(|unit| !unit.is_empty())
}

/// The same, but only where a NAL unit may begin: some encoders write SEI messages whose bytes look like a start code.
pub(crate) fn split_where_plausible(codec: VideoCodec, unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(unit);
    std::iter::from_fn(move || {
        let here = rest?;
        let mut from = 0;
        while let Some(at) = here.get(from..).and_then(|part| START_CODES.find(part)) {
            let (end, next) = (from + at, from + at + START_CODE.len());
            let behind = here.get(next..).unwrap_or_default();
            if behind.is_empty() || may_begin(codec, behind) || starts_with_start_code(behind) {
                rest = Some(behind);
                return here.get(..end);
            }
            from = next;
        }
        rest.take()
    })
}

/// `unit` without the zeros behind it (`trailing_zero_8bits`, B.1.2): no NAL unit ends with one.
pub(crate) fn without_zeros(unit: &[u8]) -> &[u8] {
    let length = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    unit.get(..length).unwrap_or_default()
}
