//! Segments and gaps without their bytes: the basis for restoring the window, and for DVR playlists.

use ashkar_media::InitSegment;
use ashkar_terms::MediaTime;

use crate::limits::TARGET_TICKS;

/// First 8 bytes of an init segment's SHA-256: its name in URLs.
pub type InitId = [u8; 8];

/// The name of an init segment.
pub(crate) fn init_id(init: &InitSegment) -> InitId {
    let mut id = [0; 8];
    id.copy_from_slice(&init.sha256[..8]);
    id
}

/// Number of media sequence numbers that a gap of `ticks` takes: one per started 4 s.
pub const fn gap_pieces(ticks: i64) -> u64 {
    if ticks <= 0 { 0 } else { (ticks as u64).div_ceil(TARGET_TICKS as u64) }
}

/// A piece of a camera's recorded timeline, as the archive's index knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Media.
    Segment(SegmentItem),
    /// No media.
    Gap(GapItem),
}

/// A complete segment, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentItem {
    /// Media sequence number.
    pub number: u64,
    /// Start of its first sample.
    pub start: MediaTime,
    /// Duration, ticks.
    pub duration: u32,
    /// The required init segment.
    pub init: InitId,
    /// Whether [`discontinuity`](ashkar_media::Part::discontinuity) was set on its first part.
    pub discontinuity: bool,
}

/// A gap, without its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapItem {
    /// The first media sequence number that it takes.
    pub first_number: u64,
    /// End of the last sample before it.
    pub from: MediaTime,
    /// Start of the first sample after it; `None` while it lasts.
    pub to: Option<MediaTime>,
}

impl Item {
    /// Its media sequence number; for a gap, the first that it takes.
    pub(crate) const fn number(&self) -> u64 {
        match self {
            Self::Segment(segment) => segment.number,
            Self::Gap(gap) => gap.first_number,
        }
    }
}

impl SegmentItem {
    /// Its end.
    pub fn end(&self) -> MediaTime {
        self.start.plus(i64::from(self.duration))
    }
}
