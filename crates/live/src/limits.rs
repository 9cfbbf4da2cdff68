//! Named limits and durations, with their units. The draft is draft-pantos-hls-rfc8216bis.

use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::TICKS_PER_SECOND;

/// `EXT-X-TARGETDURATION` of every playlist, seconds. It never changes (draft, 6.2.1).
pub(crate) const TARGET_DURATION_S: i64 = 4;
/// The target duration in ticks; also the length of a GAP segment.
pub(crate) const TARGET_TICKS: i64 = TARGET_DURATION_S * TICKS_PER_SECOND;
/// `PART-TARGET` while the window has no longer part, ticks: half a second.
pub(crate) const PART_TARGET_TICKS: u32 = 45_000;
/// The packager makes the parts of a segment even, so they may be longer than half a second by a picture if half a
/// second is not a whole number of pictures; up to this length, ticks: 0.54 s. Such parts raise `PART-TARGET` for good.
pub(crate) const EVEN_PART_MAX_TICKS: u32 = 48_600;
/// It is raised in steps of 10 ms, ticks: pictures that come a millisecond early or late do not change it.
pub(crate) const EVEN_TARGET_STEP_TICKS: u32 = 900;
/// `CAN-SKIP-UNTIL`, ticks: the minimum that the draft allows, six target durations (4.4.3.8).
pub(crate) const SKIP_BOUNDARY_TICKS: i64 = 6 * TARGET_TICKS;
/// Parts stay listed while the first of their segment begins within this of the playlist's end, ticks: three target
/// durations (draft, 6.2.2), less a millisecond for the rounding of written durations.
pub(crate) const PARTS_LISTED_TICKS: i64 = 3 * TARGET_TICKS - 90;
/// No segment leaves the window if less than this would stay, ticks.
pub(crate) const MIN_WINDOW_TICKS: i64 = SKIP_BOUNDARY_TICKS;
/// Upper bound of the media sequence numbers that a camera counts. An archive with larger ones is no recording of ours,
/// and they are not listed.
pub(crate) const LAST_SEGMENT: u64 = PAST_SEGMENTS_FROM;
/// Maximum number of segments in a window, however short they are.
pub(crate) const MAX_WINDOW_SEGMENTS: usize = 512;
/// A GAP segment is listed this long after its end, microseconds, so that a late burst can still fill its time.
pub(crate) const GAP_MARGIN_US: i64 = 8_000_000;
/// A camera that sent nothing for this long counts as silent, microseconds.
pub(crate) const QUIET_AFTER_US: i64 = 12_000_000;
/// A blocked request is answered with 503 after this, milliseconds: slightly more than three target durations (draft,
/// 6.2.5.2), so that the first GAP segment of a silent camera, listed 12 s after its last part, still answers it.
pub(crate) const MAX_WAIT_MS: u64 = 13_000;
/// A playlist may be requested for this many segments after the last complete one (draft, 6.2.5.2).
pub(crate) const ADVANCE_SEGMENTS: u64 = 2;
/// In a playlist of the past, a gap of at most this is written as GAP segments, ticks: three of them. A longer one is a
/// discontinuity with a new date. Why: docs/design/live.md.
pub(crate) const MAX_DVR_GAP_TICKS: i64 = 3 * TARGET_TICKS;
/// In a playlist of the past, one segment in this many carries a date, besides the first and each after a break.
pub(crate) const DVR_DATE_EVERY: usize = 32;
/// Number of consecutive parts whose numbers are behind the listed ones, after which the window starts over with them:
/// 4 s.
pub(crate) const MAX_PARTS_BEHIND: u32 = 8;
