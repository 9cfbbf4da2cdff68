//! The encoding of evidence records, byte by byte. Decoding accepts nothing that encoding would not have written.

use ashkar_terms::{CameraId, Cause, ClockState, MediaTime, Moment, UtcMicros};

use crate::{GapRecord, Link, Record, SegmentRecord};

/// Version of the encoding, in its fourth byte.
pub const VERSION: u8 = 1;
/// Length of an encoded [`SegmentRecord`].
pub const SEGMENT_RECORD_BYTES: usize = 200;
/// Length of an encoded [`GapRecord`].
pub const GAP_RECORD_BYTES: usize = 112;
/// Length of the longest encoded record.
pub const RECORD_BYTES_MAX: usize = SEGMENT_RECORD_BYTES;

const MAGIC: [u8; 4] = [b'A', b'K', b'R', VERSION];
const KIND_SEGMENT: u8 = 1;
const KIND_GAP: u8 = 2;
const FLAG_RECOVERED: u8 = 1;
const FLAG_MAY_STILL_ARRIVE: u8 = 1;
const FLAG_OPEN: u8 = 2;

/// The bytes are not an evidence record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not the length of its kind.
    #[error("an evidence record of {found} bytes; its kind has {expected}")]
    Length {
        /// Bytes required by the kind.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// Not an evidence record, or one of another version.
    #[error("no evidence record of version 1")]
    Magic,
    /// A byte has a value that version 1 does not use there.
    #[error("byte {offset} of an evidence record has a value without a meaning")]
    Value {
        /// Offset of the byte, from the record's beginning.
        offset: usize,
    },
}

pub(crate) fn encode(record: &Record) -> Vec<u8> {
    let mut out = Vec::with_capacity(RECORD_BYTES_MAX);
    match record {
        Record::Segment(segment) => encode_segment(segment, &mut out),
        Record::Gap(gap) => encode_gap(gap, &mut out),
    }
    out
}

fn encode_segment(record: &SegmentRecord, out: &mut Vec<u8>) {
    let flags = if record.recovered { FLAG_RECOVERED } else { 0 };
    encode_link(&record.link, [KIND_SEGMENT, flags], 0, out);
    out.extend(record.segment.to_be_bytes());
    out.extend(record.start.0.to_be_bytes());
    out.extend(record.duration.to_be_bytes());
    out.extend(record.parts.to_be_bytes());
    out.extend([0; 2]);
    out.extend(record.arrival.wall.0.to_be_bytes());
    out.extend(record.arrival.mono_us.to_be_bytes());
    out.extend(record.byte_length.to_be_bytes());
    out.extend(record.init_sha256);
    out.extend(record.sha256);
}

fn encode_gap(record: &GapRecord, out: &mut Vec<u8>) {
    let mut flags = if record.may_still_arrive { FLAG_MAY_STILL_ARRIVE } else { 0 };
    flags |= if record.to.is_none() { FLAG_OPEN } else { 0 };
    encode_link(&record.link, [KIND_GAP, flags], record.cause as u8, out);
    out.extend(record.next_segment.to_be_bytes());
    out.extend(record.from.0.to_be_bytes());
    out.extend(record.to.map_or(0, |to| to.0).to_be_bytes());
}

fn encode_link(link: &Link, kind_and_flags: [u8; 2], cause: u8, out: &mut Vec<u8>) {
    out.extend(MAGIC);
    out.extend(kind_and_flags);
    out.extend([link.clock as u8, cause]);
    out.extend(link.camera.constituency.to_be_bytes());
    out.extend(link.camera.station.to_be_bytes());
    out.extend([link.camera.camera, 0, 0, 0]);
    out.extend(link.boot_id);
    out.extend(link.sequence.to_be_bytes());
    out.extend(link.previous);
    out.extend(link.at.wall.0.to_be_bytes());
    out.extend(link.at.mono_us.to_be_bytes());
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Record, DecodeError> {
    let mut cursor = Cursor { bytes, at: 0 };
    if cursor.take::<4>()? != MAGIC {
        return Err(DecodeError::Magic);
    }
    let [kind, flags] = cursor.take()?;
    let (expected, known_flags) = match kind {
        KIND_SEGMENT => (SEGMENT_RECORD_BYTES, FLAG_RECOVERED),
        KIND_GAP => (GAP_RECORD_BYTES, FLAG_MAY_STILL_ARRIVE | FLAG_OPEN),
        _ => return Err(DecodeError::Value { offset: 4 }),
    };
    if bytes.len() != expected {
        return Err(DecodeError::Length { expected, found: bytes.len() });
    }
    if flags & !known_flags != 0 {
        return Err(DecodeError::Value { offset: 5 });
    }
    let (link, cause) = decode_link(&mut cursor)?;
    if kind == KIND_SEGMENT {
        decode_segment(link, flags, cause, &mut cursor).map(Record::Segment)
    } else {
        decode_gap(link, flags, cause, &mut cursor).map(Record::Gap)
    }
}

fn decode_link(cursor: &mut Cursor<'_>) -> Result<(Link, u8), DecodeError> {
    let [clock_byte, cause] = cursor.take()?;
    let clock = ClockState::from_u8(clock_byte);
    cursor.require(clock as u8 == clock_byte, 6)?;
    let camera = CameraId::new(cursor.u16()?, cursor.u16()?, cursor.take::<1>()?[0]);
    cursor.zeros::<3>()?;
    let link = Link {
        camera,
        clock,
        boot_id: cursor.take()?,
        sequence: cursor.u64()?,
        previous: cursor.take()?,
        at: cursor.moment()?,
    };
    Ok((link, cause))
}

fn decode_segment(
    link: Link,
    flags: u8,
    cause: u8,
    cursor: &mut Cursor<'_>,
) -> Result<SegmentRecord, DecodeError> {
    cursor.require(cause == 0, 7)?;
    let segment = cursor.u64()?;
    let start = MediaTime(cursor.i64()?);
    let duration = u32::from_be_bytes(cursor.take()?);
    let parts = cursor.u16()?;
    cursor.zeros::<2>()?;
    let arrival = cursor.moment()?;
    Ok(SegmentRecord {
        link,
        segment,
        start,
        duration,
        parts,
        arrival,
        byte_length: cursor.u64()?,
        init_sha256: cursor.take()?,
        sha256: cursor.take()?,
        recovered: flags & FLAG_RECOVERED != 0,
    })
}

fn decode_gap(
    link: Link,
    flags: u8,
    cause_byte: u8,
    cursor: &mut Cursor<'_>,
) -> Result<GapRecord, DecodeError> {
    let cause = Cause::from_u8(cause_byte);
    cursor.require(cause as u8 == cause_byte, 7)?;
    let next_segment = cursor.u64()?;
    let from = MediaTime(cursor.i64()?);
    let to_offset = cursor.at;
    let to = cursor.i64()?;
    let open = flags & FLAG_OPEN != 0;
    cursor.require(!open || to == 0, to_offset)?;
    Ok(GapRecord {
        link,
        from,
        to: (!open).then_some(MediaTime(to)),
        cause,
        next_segment,
        may_still_arrive: flags & FLAG_MAY_STILL_ARRIVE != 0,
    })
}

/// Reads fields in order; every read is checked, so no input can make it panic.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let field = rest.first_chunk::<N>().ok_or_else(|| DecodeError::Length {
            expected: self.at.saturating_add(N),
            found: self.bytes.len(),
        })?;
        self.at += N;
        Ok(*field)
    }

    fn u16(&mut self) -> Result<u16, DecodeError> {
        self.take().map(u16::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, DecodeError> {
        self.take().map(u64::from_be_bytes)
    }

    fn i64(&mut self) -> Result<i64, DecodeError> {
        self.take().map(i64::from_be_bytes)
    }

    fn moment(&mut self) -> Result<Moment, DecodeError> {
        Ok(Moment { wall: UtcMicros(self.i64()?), mono_us: self.u64()? })
    }

    fn zeros<const N: usize>(&mut self) -> Result<(), DecodeError> {
        let offset = self.at;
        let field = self.take::<N>()?;
        self.require(field == [0; N], offset)
    }

    fn require(&self, holds: bool, offset: usize) -> Result<(), DecodeError> {
        if holds { Ok(()) } else { Err(DecodeError::Value { offset }) }
    }
}
