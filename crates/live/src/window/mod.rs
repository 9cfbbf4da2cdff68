//! The live window: what of a camera is listed, what grows, and what is still in memory.

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

/// How large a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOptions {
    /// Complete segments that stay listed at least, if there were so many.
    pub window_segments: usize,
    /// Complete segments whose bytes stay in memory; older ones are read from the archive.
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

/// What the archive knows of a camera's newest time, to go on after a restart.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// The newest items in order, with consecutive numbers; what stands before a jump in the numbers is not used.
    pub items: Vec<Item>,
    /// Discontinuities of the camera before the first item, ever: items counted whose `discontinuity` is true.
    pub discontinuity_sequence: u64,
    /// Init segments that the items name, as far as known.
    pub inits: Vec<Arc<InitSegment>>,
}

/// An output that does not follow on what is listed. It is left out; the window goes on with the next that does (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A media sequence number that is listed already, or was.
    #[error("segment {got} comes after the window has reached {next}")]
    Backwards {
        /// The number that would be next.
        next: u64,
        /// The number that came.
        got: u64,
    },
    /// A part whose predecessor in its segment is not here.
    #[error("part {index} of segment {segment} comes where part {expected} would be next")]
    PartMissing {
        /// Media sequence number.
        segment: u64,
        /// Its index.
        index: u16,
        /// The index that would be next.
        expected: usize,
    },
    /// The end of a segment that is not the growing one.
    #[error("segment {got} ends, but it is not the one that grows")]
    NotGrowing {
        /// The number that came.
        got: u64,
    },
}

/// What is known of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartLookup {
    /// Here it is.
    Ready(Bytes),
    /// It is the one that the playlist hints at: it will be here soon, or never.
    Hinted,
    /// Older than what is in memory: the archive has it, if it ever was.
    Archived,
    /// There is no such part.
    Absent,
}

/// When a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// So many numbers before the oldest one that is listed.
    Before(u64),
    /// From then to then; of one that grows, so far.
    Listed(MediaTime, MediaTime),
    /// It is the next one, or one behind it.
    ToCome,
}

/// The newest time of one camera: complete segments, the growing one, gaps. Pure: its only clock is
/// [`tick`](Self::tick)'s argument.
#[derive(Debug)]
pub struct Window {
    pub(crate) options: WindowOptions,
    pub(crate) addresses: Addresses,
    /// Complete segments and GAP segments, with consecutive numbers.
    pub(crate) entries: VecDeque<Entry>,
    /// The growing segment; its number is `next`.
    pub(crate) current: Option<Entry>,
    /// The number of the growing segment, or of the one to come. `None` before the first.
    pub(crate) next: Option<u64>,
    /// Discontinuities that have left the window (draft, 4.4.3.3).
    pub(crate) discontinuity_sequence: u64,
    /// Ticks of all `entries`.
    listed_ticks: i64,
    /// The init segment of what was opened last.
    current_map: Option<InitId>,
    open_gap: Option<OpenGap>,
    /// A part has come since the last gap began: only then is the next part's address known.
    flowing: bool,
    /// Part target that the camera's even parts need, ticks; only rising, so that a part that is a millisecond longer
    /// than the others does not move it to and fro.
    even_target: u32,
    quiet: bool,
    inits: Vec<(InitId, Arc<InitSegment>)>,
    keyframe: Option<Keyframe>,
    last_part: Option<(u64, u32)>,
    edge: Option<MediaTime>,
    last_arrival: Option<Moment>,
    refused: u64,
    /// Parts refused one after the other because their numbers are behind.
    behind: u32,
    /// Goes up whenever a playlist would read differently.
    version: u64,
}

#[derive(Debug, Clone, Copy)]
struct OpenGap {
    from: MediaTime,
    /// Its end, where it is over; what remains of it is listed together with the first part after it.
    to: Option<MediaTime>,
    cause: Cause,
    /// GAP segments listed so far.
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
