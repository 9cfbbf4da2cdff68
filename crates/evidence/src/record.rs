//! The statements of an evidence record about a segment or a gap, and its place in the camera's chain.

use ashkar_terms::{CameraId, Cause, ClockState, MediaTime, Moment};
use sha2::{Digest, Sha256};

use crate::codec::{self, DecodeError};

/// The beginning of every record: its camera, its place in the camera's chain, and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The camera described by the record.
    pub camera: CameraId,
    /// Drawn at random by each start of the process that makes records; `at.mono_us` counts within it.
    pub boot_id: [u8; 16],
    /// Increases by one per record and camera, from 0, across restarts.
    pub sequence: u64,
    /// SHA-256 of the encoding of the record before it; zeros for sequence 0.
    pub previous: [u8; 32],
    /// When the record was made, on both clocks.
    pub at: Moment,
    /// The state of the wall clock at that time.
    pub clock: ClockState,
}

/// One complete segment: its place in time and the hash of its media bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentRecord {
    /// Place in the chain.
    pub link: Link,
    /// Media sequence number.
    pub segment: u64,
    /// Start of its first sample, 90 kHz ticks since the Unix epoch.
    pub start: MediaTime,
    /// Length, 90 kHz ticks.
    pub duration: u32,
    /// Number of its parts.
    pub parts: u16,
    /// When its last access unit arrived.
    pub arrival: Moment,
    /// SHA-256 of the required init segment.
    pub init_sha256: [u8; 32],
    /// Length of its media bytes.
    pub byte_length: u64,
    /// SHA-256 of its media bytes: its parts, one after another.
    pub sha256: [u8; 32],
    /// The segment was cut short by a crash, a refusal or a full disk and ended with the parts recorded so far.
    pub recovered: bool,
}

/// An interval without media, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapRecord {
    /// Place in the chain.
    pub link: Link,
    /// First tick without media.
    pub from: MediaTime,
    /// First tick with media again; `None` while the gap lasts. The record with the same `from` that closes it
    /// comes later in the chain.
    pub to: Option<MediaTime>,
    /// Its cause.
    pub cause: Cause,
    /// Media sequence number of the next segment; while the gap lasts, a number that is still free.
    pub next_segment: u64,
    /// Whether the media may still arrive, from a recording at the station.
    pub may_still_arrive: bool,
}

/// One link of a camera's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// Media.
    Segment(SegmentRecord),
    /// No media.
    Gap(GapRecord),
}

impl Record {
    /// Its place in the chain.
    pub const fn link(&self) -> &Link {
        match self {
            Self::Segment(segment) => &segment.link,
            Self::Gap(gap) => &gap.link,
        }
    }

    /// The only encoding of this record: [`crate::SEGMENT_RECORD_BYTES`] or [`crate::GAP_RECORD_BYTES`] bytes.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Parses an encoding.
    ///
    /// # Errors
    /// [`crate::DecodeError`] for everything that [`Record::encode`] would not have written: other lengths, unknown
    /// versions, kinds, flags and values, and reserved bytes that are not zero. So `decode(b)?.encode() == b`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode(bytes)
    }

    /// SHA-256 of the encoding: the `previous` of the record after it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

impl From<SegmentRecord> for Record {
    fn from(record: SegmentRecord) -> Self {
        Self::Segment(record)
    }
}

impl From<GapRecord> for Record {
    fn from(record: GapRecord) -> Self {
        Self::Gap(record)
    }
}
