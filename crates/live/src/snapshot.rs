//! What a live window tells of its camera: state, figures, and the newest part from which decoding can start.

use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{Cause, MediaTime, Moment, State};
use bytes::Bytes;

/// What is known of a camera right now; cheap to take.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// `Live` while parts come, `Missing` in a gap or after 12 s of silence, `Due` before the first part.
    pub state: State,
    /// Why nothing comes; `None` while something does.
    pub cause: Option<Cause>,
    /// Where the present gap began.
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
    /// Outputs that did not fit, such as a number that was listed already.
    pub refused: u64,
    /// Bytes held for this camera: media and text.
    pub memory: usize,
}

/// A part at which decoding can start: enough to draw a still.
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
    /// What it needs to be decoded.
    pub init: Option<Arc<InitSegment>>,
}
