//! The packager's output, for archive and live window: init segments, parts, segment ends, gaps, facts.

use std::sync::Arc;

use ashkar_terms::{Cause, MediaTime, Moment};
use bytes::Bytes;

/// First number of segments of the past: see [`past_segment`]. No camera ever counts this far.
pub const PAST_SEGMENTS_FROM: u64 = 1 << 52;

/// The number of a segment that arrives after later ones were listed, and begins at `start`: 2^52 plus that tick. Such
/// numbers rise with time, are above all that a camera counts to, and are exact in JavaScript, in which players parse
/// them. `None` before the epoch and after the year 3550.
pub fn past_segment(start: MediaTime) -> Option<u64> {
    let ticks = u64::try_from(start.0).ok().filter(|ticks| *ticks < PAST_SEGMENTS_FROM)?;
    Some(PAST_SEGMENTS_FROM + ticks)
}

/// The packager's outputs for one camera, in this order: an init segment before the first part that needs it, the parts
/// of a segment in order, the segment's end, gaps only between segments. Facts may occur anywhere.
#[derive(Debug, Clone)]
pub enum Output {
    /// Parameters for the parts that follow.
    Init(Arc<InitSegment>),
    /// A piece of the current segment.
    Part(Part),
    /// The current segment is complete.
    SegmentEnd(SegmentEnd),
    /// Time without media. First with an open end when the silence is noticed, and again when it is over.
    Gap(Gap),
    /// An event to be recorded that is neither media nor gap.
    Fact(Fact),
}

/// A CMAF header (ISO/IEC 23000-19, 7.3.1): `ftyp` and `moov`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitSegment {
    /// SHA-256 of `bytes`; the first 8 bytes name it in URLs.
    pub sha256: [u8; 32],
    /// Its bytes, as served.
    pub bytes: Bytes,
    /// RFC 6381, such as `avc1.64001f` or `avc1.64001f,mp4a.40.2`.
    pub codecs: String,
    /// Width of the picture in pixels, after cropping.
    pub width: u16,
    /// Height of the picture in pixels, after cropping.
    pub height: u16,
}

/// A CMAF chunk (ISO/IEC 23000-19, 7.3.2.3): one `moof` and one `mdat`, as served, stored and hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Media sequence number of its segment: increases by one per segment and camera for ever, also over restarts.
    pub segment: u64,
    /// Its index in the segment, from 0.
    pub index: u16,
    /// Decoding time of its first sample, also in its `tfdt`.
    pub start: MediaTime,
    /// Sum of its video samples' durations, ticks.
    pub duration: u32,
    /// Whether decoding can start at its first sample.
    pub independent: bool,
    /// First 8 bytes of the SHA-256 of the required init segment.
    pub init: [u8; 8],
    /// True on the first part after a gap, a parameter change or a step of the timeline.
    pub discontinuity: bool,
    /// Camera clock at its first sample, 90 kHz ticks of an origin of its own (I3).
    pub camera_dts: i64,
    /// When its first access unit arrived.
    pub first_arrival: Moment,
    /// When its last access unit arrived.
    pub last_arrival: Moment,
    /// Number of video samples.
    pub samples: u16,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A complete segment: the parts of one media sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentEnd {
    /// Media sequence number.
    pub segment: u64,
    /// Start of its first part.
    pub start: MediaTime,
    /// Sum of its parts' durations, ticks.
    pub duration: u32,
    /// How many parts.
    pub parts: u16,
    /// Sum of its parts' lengths.
    pub byte_length: u64,
    /// SHA-256 over its parts' bytes, in order: the bytes that are served for the segment.
    pub sha256: [u8; 32],
    /// SHA-256 of its init segment.
    pub init_sha256: [u8; 32],
    /// Arrival of its last access unit.
    pub last_arrival: Moment,
}

/// Time without media, between two segments. `[from, to)` on the media timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// End of the last sample before it.
    pub from: MediaTime,
    /// Start of the first sample after it; `None` while it lasts.
    pub to: Option<MediaTime>,
    /// Its cause.
    pub cause: Cause,
    /// Media sequence number of the first segment after it once it is over; the next free number while it lasts.
    pub next_segment: u64,
}

/// Something that happened to a camera's stream, with its place (I3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// When, on this machine's clocks.
    pub at: Moment,
    /// What happened.
    pub kind: FactKind,
}

/// The kinds of facts. Numbers are 90 kHz ticks unless their names say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactKind {
    /// A publisher or a pulled camera began to send. The text names the peer, never a key.
    Connected {
        /// Protocol and address, such as `rtmp 10.1.2.3:50123`.
        source: String,
    },
    /// The connection ended.
    Disconnected {
        /// Why the connection ended.
        cause: Cause,
        /// Details, as reported or observed.
        reason: String,
    },
    /// The camera's clock stepped while pictures kept arriving: no time is missing.
    CameraClockJumped {
        /// By how much, ticks; negative is backwards.
        by: i64,
    },
    /// The camera's clock runs at another rate than the centre's; the timeline follows the centre's.
    CameraClockDrifts {
        /// Parts per million; positive is fast.
        ppm: i32,
    },
    /// The media timeline was re-anchored to the arrival clock.
    TimelineReanchored {
        /// By how much, ticks.
        by: i64,
    },
    /// A decoding time was equal to or before the one before it; the access unit was kept with a corrected time.
    TimestampRepaired {
        /// The camera's decoding time.
        camera_dts: i64,
    },
    /// New parameter sets: a new init segment follows.
    ParametersChanged,
    /// Parameter sets that are unusable; the valid ones before stay in use.
    ParametersRefused {
        /// Why.
        reason: String,
    },
    /// An access unit that is unusable; it alone was dropped.
    AccessUnitRefused {
        /// The camera's decoding time.
        camera_dts: i64,
        /// Why.
        reason: String,
    },
    /// Access units dropped while waiting for parameter sets or for the first keyframe.
    WaitingForKeyframe {
        /// How many were dropped.
        dropped: u32,
    },
    /// Sound arrived and was dropped before recording, because of the policy, or because it cannot be passed through.
    SoundDropped {
        /// Its codec.
        codec: String,
    },
    /// The centre's wall clock stepped against its monotonic clock.
    CentreClockStepped {
        /// By how much, microseconds.
        by_us: i64,
    },
    /// A second publisher with the right key was refused because the camera is live.
    PublisherRefused {
        /// Protocol and address.
        source: String,
    },
    /// The station's agent sent a record again under its name, with other bytes. It was refused.
    RecordDiffers {
        /// The device, and the record.
        source: String,
    },
    /// A station's agent recorded by a wrong clock, and sends a copy that stands where it truly happened. What it recorded stays.
    MediaPlaced {
        /// The boot of the computer, as its kernel names it.
        boot: String,
        /// First tick of these media, as recorded.
        from: MediaTime,
        /// First tick after them, as recorded; `None` while that clock goes on.
        to: Option<MediaTime>,
        /// What each time of the copy is later than the recorded one, microseconds; a multiple of 100, so whole ticks.
        offset_us: i64,
    },
    /// A new publisher took over from a silent one.
    PublisherTookOver {
        /// Protocol and address of the new one.
        source: String,
    },
}
