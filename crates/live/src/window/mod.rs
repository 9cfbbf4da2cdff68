//! The live window: which parts of a camera's timeline are listed, growing, and still in memory.

mod lookups;
mod updates;

use std::collections::VecDeque;
use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{CameraId, Cause, MediaTime, Moment};
use bytes::Bytes;

use crate::entry::Entry;
use crate::item::{InitId, Item};
use crate::limits::PART_TARGET_TICKS;
use crate::snapshot::Keyframe;
use crate::text::Addresses;

/// The size of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOptions {
    /// Minimum number of complete segments that stay listed, once there are as many.
    pub window_segments: usize,
    /// Number of complete segments whose bytes stay in memory; older ones are read from the archive.
    pub memory_segments: usize,
    /// `PART-TARGET` while no longer part is listed, ticks.
    pub part_target: u32,
}

impl Default for WindowOptions {
    /// 15 segments listed, about 30 s; the newest 3 in memory, which at 1 Mbit/s are 0.75 MB.
    fn default() -> Self {
        Self { window_segments: 15, memory_segments: 3, part_target: PART_TARGET_TICKS }
    }
}

/// What the archive has of a camera's newest time, from which the window continues after a restart.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// The newest items in order, with consecutive numbers; items before a jump in the numbers are not used.
    pub items: Vec<Item>,
    /// Number of the camera's discontinuities before the first item, ever: items whose `discontinuity` is true.
    pub discontinuity_sequence: u64,
    /// Init segments used by the items, as far as known.
    pub inits: Vec<Arc<InitSegment>>,
}

/// An output that does not continue the listed ones. It is left out; the window continues with the next one that does
/// (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A media sequence number that is or was listed already.
    #[error("segment {got} comes after the window has reached {next}")]
    Backwards {
        /// The number expected.
        next: u64,
        /// The number received.
        got: u64,
    },
    /// A part whose predecessor in its segment is not here.
    #[error("part {index} of segment {segment} comes where part {expected} would be next")]
    PartMissing {
        /// Media sequence number.
        segment: u64,
        /// Its index.
        index: u16,
        /// The index expected.
        expected: usize,
    },
    /// The end of a segment that is not the growing one.
    #[error("segment {got} ends, but it is not the one that grows")]
    NotGrowing {
        /// The number received.
        got: u64,
    },
}

/// The whereabouts of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartLookup {
    /// It is in memory.
    Ready(Bytes),
    /// It is the hinted one: it will be there soon, or never.
    Hinted,
    /// Older than the parts in memory: the archive has it, if it ever existed.
    Archived,
    /// There is no such part.
    Absent,
}

/// The time of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It lies this many numbers before the oldest one that is listed.
    Before(u64),
    /// Its start and end; of a growing one, its end so far.
    Listed(MediaTime, MediaTime),
    /// It is the next one, or a later one.
    ToCome,
}

/// The newest time of one camera: complete segments, the growing one, gaps. Pure: its only clock is the argument of
/// [`tick`](Self::tick).
#[derive(Debug)]
pub struct Window {
    pub(crate) options: WindowOptions,
    pub(crate) addresses: Addresses,
    /// Complete segments and GAP segments, with consecutive numbers.
    pub(crate) entries: VecDeque<Entry>,
    /// The growing segment; its number is `next`.
    pub(crate) current: Option<Entry>,
    /// The number of the growing segment, or of the next one. `None` before the first.
    pub(crate) next: Option<u64>,
    /// Discontinuities that have left the window (draft, 4.4.3.3).
    pub(crate) discontinuity_sequence: u64,
    /// Total duration of `entries`, ticks.
    listed_ticks: i64,
    /// The init segment opened last.
    current_map: Option<InitId>,
    open_gap: Option<OpenGap>,
    /// Segments that began before this time are not listed.
    listed_from: Option<MediaTime>,
    /// A part has come since the last gap began: only then is the next part's address known.
    flowing: bool,
    /// Part target required by the camera's even parts, ticks; it only increases, so that a part that is a millisecond
    /// longer than the others does not move it back and forth.
    even_target: u32,
    quiet: bool,
    inits: Vec<(InitId, Arc<InitSegment>)>,
    keyframe: Option<Keyframe>,
    last_part: Option<(u64, u32)>,
    edge: Option<MediaTime>,
    last_arrival: Option<Moment>,
    refused: u64,
    /// Number of consecutive parts refused because their numbers are behind.
    behind: u32,
    /// Increases with every change of the playlist.
    version: u64,
}

#[derive(Debug, Clone, Copy)]
struct OpenGap {
    from: MediaTime,
    /// Its end, if it is over; the rest of it is listed together with the first part after it.
    to: Option<MediaTime>,
    cause: Cause,
    /// Number of GAP segments listed so far.
    pieces: u64,
}

impl Window {
    /// An empty window. `archive_id` is the archive's id, part of every media address.
    pub fn new(archive_id: &str, camera: CameraId, options: WindowOptions) -> Self {
        Self {
            options,
            addresses: Addresses::new(archive_id, camera),
            entries: VecDeque::new(),
            current: None,
            next: None,
            discontinuity_sequence: 0,
            listed_ticks: 0,
            current_map: None,
            open_gap: None,
            listed_from: None,
            flowing: false,
            even_target: 0,
            quiet: false,
            inits: Vec::new(),
            keyframe: None,
            last_part: None,
            edge: None,
            last_arrival: None,
            refused: 0,
            behind: 0,
            version: 0,
        }
    }
}
