//! Record headers, in journals and sidecars alike: 96 bytes, the last four of which are their checksum.

use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::{CameraId, Cause, MediaTime, Moment};

use super::wire::{FormatError, Reader, Writer};

/// Length of a record's header.
pub(crate) const HEADER_BYTES: usize = 96;
/// Records begin at multiples of this.
pub(crate) const ALIGNMENT: usize = 32;
/// The first letters of every record. The version of the format follows them: the lowest that knows the record.
pub(crate) const MAGIC: [u8; 3] = *b"AKJ";
/// Everything but media of the past.
const FIRST_VERSION: u8 = 1;
/// Media of the past.
const PAST_VERSION: u8 = 2;
/// Value of `camera_dts` in a gap that is not over.
const OPEN: i64 = i64::MIN;

/// The kind of a record. The discriminants are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// First in each journal: identifies archive, process and program.
    Boot = 1,
    /// An init segment, before the first part in this journal that needs it.
    Init = 2,
    /// Media.
    Part = 3,
    /// The end of a segment, with its evidence record.
    SegmentEnd = 4,
    /// A gap, with its evidence record.
    Gap = 5,
    /// A fact.
    Fact = 6,
    /// The end of the records covered by one sync.
    Commit = 7,
}

impl Kind {
    fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            1 => Self::Boot,
            2 => Self::Init,
            3 => Self::Part,
            4 => Self::SegmentEnd,
            5 => Self::Gap,
            6 => Self::Fact,
            7 => Self::Commit,
            _ => return None,
        })
    }
}

/// Decoding can begin at this part.
pub(crate) const INDEPENDENT: u8 = 1;
/// The packager's mark: first part after a gap, a change of parameters or a step of the timeline.
pub(crate) const DISCONTINUITY: u8 = 2;
/// Set by the archive: parts between this one and the one before were refused.
pub(crate) const AFTER_HOLE: u8 = 4;
/// The segment was ended by the archive with the parts recorded so far.
pub(crate) const RECOVERED: u8 = 8;
/// Init, Part, SegmentEnd: media of the past, which take no place in the camera's order.
pub(crate) const PAST: u8 = 16;
const FLAGS_KNOWN: u8 = INDEPENDENT | DISCONTINUITY | AFTER_HOLE | RECOVERED | PAST;

/// The fixed part of a record. Sidecars hold the same 96 bytes, sorted by camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    /// Part: its index. SegmentEnd: number of parts. Gap: cause. Fact: kind of fact. Otherwise 0.
    pub(crate) part: u16,
    pub(crate) camera: CameraId,
    /// Part: video samples. Otherwise 0.
    pub(crate) samples: u16,
    /// Offset of this header in its journal, bytes.
    pub(crate) offset: u32,
    pub(crate) payload_bytes: u32,
    pub(crate) payload_crc: u32,
    /// Drawn for each journal, so that no media bytes can be mistaken for one of its records.
    pub(crate) salt: u32,
    /// Part, SegmentEnd: media sequence number. Gap: the number after it.
    pub(crate) segment: u64,
    /// Part, SegmentEnd: start. Gap: from.
    pub(crate) start: MediaTime,
    /// Part, SegmentEnd: duration, ticks.
    pub(crate) duration: u32,
    /// Part: from the arrival of its first access unit to that of its last, microseconds of the monotonic clock.
    pub(crate) arrival_spread_us: u32,
    /// Part, SegmentEnd: arrival of the last access unit. Otherwise when it happened.
    pub(crate) arrival: Moment,
    /// Part: camera clock at its first sample. Gap: its end, or the minimum value while it lasts.
    pub(crate) camera_dts: i64,
    /// Part, SegmentEnd, Init: first bytes of the init segment's SHA-256.
    pub(crate) init: [u8; 8],
    /// Number of the journal that the record was written to.
    pub(crate) journal: u32,
}

impl Header {
    /// A header of `kind` with all other fields empty.
    pub(crate) const fn empty(kind: Kind, camera: CameraId, at: Moment) -> Self {
        Self {
            kind,
            flags: 0,
            part: 0,
            camera,
            samples: 0,
            offset: 0,
            payload_bytes: 0,
            payload_crc: 0,
            salt: 0,
            segment: 0,
            start: MediaTime(0),
            duration: 0,
            arrival_spread_us: 0,
            arrival: at,
            camera_dts: 0,
            init: [0; 8],
            journal: 0,
        }
    }

    pub(crate) const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether it is of the past: see [`PAST`].
    pub(crate) const fn is_past(&self) -> bool {
        self.has(PAST)
    }

    const fn version(&self) -> u8 {
        if self.is_past() { PAST_VERSION } else { FIRST_VERSION }
    }

    /// Whether version, kind, flags and number agree on whether it is of the past.
    fn is_consistent(&self, version: u8) -> bool {
        let may_be_past = match self.kind {
            Kind::Init => true,
            Kind::Part | Kind::SegmentEnd => self.segment >= PAST_SEGMENTS_FROM,
            Kind::Boot | Kind::Gap | Kind::Fact | Kind::Commit => false,
        };
        version == self.version() && (may_be_past || !self.is_past())
    }

    /// Whether its media does not continue the media before: a discontinuity of a playlist.
    pub(crate) const fn begins_anew(&self) -> bool {
        self.has(DISCONTINUITY) || self.has(AFTER_HOLE)
    }

    /// End of the media that it describes.
    pub(crate) const fn end(&self) -> MediaTime {
        self.start.plus(self.duration as i64)
    }

    pub(crate) fn gap_to(&self) -> Option<MediaTime> {
        (self.camera_dts != OPEN).then_some(MediaTime(self.camera_dts))
    }

    pub(crate) fn set_gap_to(&mut self, to: Option<MediaTime>) {
        self.camera_dts = to.map_or(OPEN, |to| to.0);
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause::from_u8(u8::try_from(self.part).unwrap_or(0))
    }

    /// First byte after the record and its padding.
    pub(crate) fn next(&self) -> u64 {
        u64::from(self.offset) + record_bytes(self.payload_bytes)
    }

    /// Offset of the payload in the journal.
    pub(crate) fn payload_offset(&self) -> u64 {
        u64::from(self.offset) + HEADER_BYTES as u64
    }

    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend(MAGIC);
        out.extend([self.version(), self.kind as u8, self.flags]);
        out.extend(self.part.to_be_bytes());
        out.camera(self.camera);
        out.extend(self.samples.to_be_bytes());
        out.extend(self.offset.to_be_bytes());
        out.extend(self.payload_bytes.to_be_bytes());
        out.extend(self.payload_crc.to_be_bytes());
        out.extend(self.salt.to_be_bytes());
        out.extend(self.segment.to_be_bytes());
        out.extend(self.start.0.to_be_bytes());
        out.extend(self.duration.to_be_bytes());
        out.extend(self.arrival_spread_us.to_be_bytes());
        out.moment(self.arrival);
        out.extend(self.camera_dts.to_be_bytes());
        out.extend(self.init);
        out.extend(self.journal.to_be_bytes());
        out.extend(crc32c::crc32c(&out).to_be_bytes());
        let mut bytes = [0; HEADER_BYTES];
        bytes.copy_from_slice(&out);
        bytes
    }

    /// Parses the first 96 bytes of `bytes`.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let own = bytes.first_chunk::<HEADER_BYTES>().ok_or(FormatError::Short)?;
        if !own.starts_with(&MAGIC) {
            return Err(FormatError::Magic);
        }
        let mut r = Reader::new(super::wire::checked(own)?);
        r.take::<3>()?;
        let version = r.u8()?;
        let kind = Kind::from_u8(r.u8()?).ok_or(FormatError::Value)?;
        let flags = r.u8()?;
        if flags & !FLAGS_KNOWN != 0 {
            return Err(FormatError::Value);
        }
        let header = Self {
            kind,
            flags,
            part: r.u16()?,
            camera: r.camera()?,
            samples: r.u16()?,
            offset: r.u32()?,
            payload_bytes: r.u32()?,
            payload_crc: r.u32()?,
            salt: r.u32()?,
            segment: r.u64()?,
            start: MediaTime(r.i64()?),
            duration: r.u32()?,
            arrival_spread_us: r.u32()?,
            arrival: r.moment()?,
            camera_dts: r.i64()?,
            init: r.take()?,
            journal: r.u32()?,
        };
        if header.is_consistent(version) { Ok(header) } else { Err(FormatError::Value) }
    }
}

/// Length of a record with a payload of this length: header, payload, and zeros up to the next multiple of 32.
pub(crate) const fn record_bytes(payload_bytes: u32) -> u64 {
    (HEADER_BYTES as u64 + payload_bytes as u64).next_multiple_of(ALIGNMENT as u64)
}
