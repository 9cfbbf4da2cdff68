//! The state of a camera as its live window sees it: state, statistics, and the newest part at which decoding can
//! start.

use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{Cause, MediaTime, Moment, State};
use bytes::Bytes;

/// The current state of a camera; cheap to take.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// `Live` while parts come, `Missing` in a gap or after 12 s of silence, `Due` before the first part.
    pub state: State,
    /// Cause of missing parts; `None` while they come.
    pub cause: Option<Cause>,
    /// Start of the current gap.
    pub gap_from: Option<MediaTime>,
    /// The newest complete segment or GAP segment.
    pub last_segment: Option<u64>,
    /// The newest part: segment and index.
    pub last_part: Option<(u64, u32)>,
    /// End of the newest media.
    pub edge: Option<MediaTime>,
    /// When the newest part's last access unit arrived.
    pub last_arrival: Option<Moment>,
    /// Media bits per second of media time, over the segments of the window whose bytes came through here; 0 if none.
    pub bits_per_second: u64,
    /// Parameters of the newest media: codecs, width, height.
    pub init: Option<Arc<InitSegment>>,
    /// The newest part at which decoding can start.
    pub keyframe: Option<Keyframe>,
    /// Outputs that did not fit, such as a number that was already listed.
    pub refused: u64,
    /// Bytes held for this camera: media and text.
    pub memory: usize,
}

/// A part at which decoding can start: sufficient for a still.
#[derive(Debug, Clone)]
pub struct Keyframe {
    /// Media sequence number.
    pub segment: u64,
    /// Part index.
    pub part: u32,
    /// Time of its first sample.
    pub at: MediaTime,
    /// The part: one `moof` and one `mdat`.
    pub bytes: Bytes,
    /// Its init segment.
    pub init: Option<Arc<InitSegment>>,
}
