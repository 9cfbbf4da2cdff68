//! Options and limits of a packager, the state from which it resumes, and its counters.

use ashkar_terms::{Cause, MediaTime, TICKS_PER_SECOND};

use crate::Output;

/// Minimum step of decoding time between any two samples: 1 ms, in ticks.
pub const MIN_SAMPLE_TICKS: i64 = TICKS_PER_SECOND / 1000;

/// Minimum length of a declared gap: 0.1 s, in ticks, so that no consumer meets an empty one.
pub const MIN_GAP_TICKS: i64 = TICKS_PER_SECOND / 10;

/// Length of one GAP segment of the playlists: 4 s, in ticks. A gap takes one media sequence number for each.
pub const GAP_SEGMENT_TICKS: i64 = 4 * TICKS_PER_SECOND;

/// No picture ends farther than this ahead of its arrival: 3 s, in ticks. Pictures that come faster than real time are
/// set close together, and those that do not fit even so are refused.
pub const MAX_LEAD_TICKS: i64 = 3 * TICKS_PER_SECOND;

/// A camera counts as live until this long after the arrival of the last picture that was kept: 5 s, in microseconds.
/// Arrivals count as continuing as long as their pauses are shorter.
pub const LIVE_WITHIN_US: u64 = 5_000_000;

/// Largest access unit accepted, all its pieces together, in bytes: a keyframe of 8192×8192 fits, and the part made of
/// it fits into the archive.
pub const MAX_ACCESS_UNIT_BYTES: usize = 7 << 20;

/// How one camera's stream is cut. Ticks are of 90 kHz.
///
/// They are set by the code, never by a camera. All lengths are positive; a part is not longer than a segment, and a
/// segment not longer than a minute; an access unit and a part have at most [`MAX_ACCESS_UNIT_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// No part is longer than this, unless a single sample is, or parts are made even.
    pub part_target_ticks: i64,
    /// If a segment's length is known from the camera's rhythm, its parts are made even, up to this length: 25 pictures
    /// a second make four parts of 0.48 and 0.52 s in 2 s, instead of four of 0.48 s and one of 0.08 s, and each viewer
    /// sends four requests instead of five.
    pub part_even_ticks: i64,
    /// A segment ends at the first keyframe after it has lasted this long.
    pub segment_min_ticks: i64,
    /// A segment without a keyframe ends after this long at the latest. A longer sample is cut and followed by a gap.
    pub segment_max_ticks: i64,
    /// A segment may be longer by this much if, by the camera's rhythm, its next keyframe falls into that time: a
    /// camera with a keyframe every 4 s then gets segments that begin with one. The sum with `segment_max_ticks` must
    /// round to 4 s.
    pub segment_grace_ticks: i64,
    /// A live connection that is silent for this long opens a gap.
    pub silence_ticks: i64,
    /// A part that has samples is closed when nothing has arrived for this long.
    pub stall_ticks: i64,
    /// Whether the policy lets sound through.
    pub sound: bool,
    /// Larger access units are refused.
    pub max_access_unit_bytes: usize,
    /// A part is closed before it grows beyond this.
    pub max_part_bytes: usize,
}

impl Options {
    /// The ranges of box fields rely on these.
    pub(crate) fn check(&self) {
        let parts = 0 < self.part_target_ticks && self.part_target_ticks <= self.part_even_ticks;
        let longest = self.segment_max_ticks + self.segment_grace_ticks;
        let segments = self.part_even_ticks <= self.segment_min_ticks
            && self.segment_min_ticks <= self.segment_max_ticks
            && self.segment_grace_ticks >= 0
            && longest <= 60 * TICKS_PER_SECOND;
        assert!(parts && segments, "parts, segments and their limits in order");
        let bytes = self.max_access_unit_bytes.max(self.max_part_bytes);
        assert!(bytes <= MAX_ACCESS_UNIT_BYTES, "what is made fits the archive");
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            part_target_ticks: TICKS_PER_SECOND / 2,
            part_even_ticks: 54 * TICKS_PER_SECOND / 100,
            segment_min_ticks: 19 * TICKS_PER_SECOND / 10,
            segment_max_ticks: 4 * TICKS_PER_SECOND,
            segment_grace_ticks: 4 * TICKS_PER_SECOND / 10,
            silence_ticks: 12 * TICKS_PER_SECOND,
            stall_ticks: TICKS_PER_SECOND,
            sound: false,
            max_access_unit_bytes: MAX_ACCESS_UNIT_BYTES,
            max_part_bytes: MAX_ACCESS_UNIT_BYTES,
        }
    }
}

/// Where a camera's recording ended, from which a new packager continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resume {
    /// The next free media sequence number.
    pub next_segment: u64,
    /// End of the last sample recorded, if there was one.
    pub timeline_end: Option<MediaTime>,
    /// Cause of the gap that was open then.
    pub open_gap: Option<Cause>,
    /// Init segment of the last segment recorded. If the camera's differs, that is a fact; it is output again in any
    /// case, since the consumers may have restarted too.
    pub init_sha256: Option<[u8; 32]>,
    /// It was recorded by another clock, which may have been ahead: if it ends after the first picture, time starts over
    /// there, at once.
    pub is_by_other_clock: bool,
}

impl Resume {
    /// Follows a packager's outputs, so that another packager can continue after them.
    pub fn follow(&mut self, output: &Output) {
        match output {
            Output::Init(init) => self.init_sha256 = Some(init.sha256),
            Output::Part(part) => {
                self.next_segment = part.segment + 1;
                self.timeline_end = Some(part.start.plus(part.duration.into()));
                self.open_gap = None;
                self.is_by_other_clock = false;
            }
            Output::Gap(gap) => {
                self.next_segment = gap.next_segment;
                self.timeline_end = Some(gap.to.unwrap_or(gap.from));
                self.open_gap = gap.to.is_none().then_some(gap.cause);
            }
            Output::SegmentEnd(_) | Output::Fact(_) => {}
        }
    }
}

/// Counters of a packager since it was made; they only increase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Access units accepted.
    pub access_units: u64,
    /// Their bytes.
    pub access_unit_bytes: u64,
    /// Access units refused as corrupt, by the protocol layer or here.
    pub refused: u64,
    /// Access units dropped while waiting for parameter sets or a first keyframe.
    pub waiting_dropped: u64,
    /// Access units refused because they came faster than real time.
    pub too_fast: u64,
    /// Decoding times that had to be repaired.
    pub timestamps_repaired: u64,
    /// Steps of the camera's clock.
    pub camera_clock_jumps: u64,
    /// Re-anchorings of the timeline on a running connection.
    pub reanchored: u64,
    /// Parts output.
    pub parts: u64,
    /// Segments output.
    pub segments: u64,
    /// Gaps opened.
    pub gaps: u64,
    /// Sound frames dropped.
    pub sound_dropped: u64,
    /// Facts suppressed because there were too many; the events behind them are still counted here.
    pub facts_suppressed: u64,
}
