//! Records as bodies of requests: one byte of version, one of kind, the fields, then the payload. Each output has one
//! encoding, and decoding accepts nothing else.

mod fact;
mod fields;

use std::sync::Arc;

use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{Cause, MediaTime};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use fields::{Reader, Writer};

pub(crate) use fact::{CODES as FACT_CODES, code as fact_code};

use crate::{
    BODY_BYTES_MAX, CODECS_BYTES_MAX, INIT_BYTES_MAX, PART_BYTES_MAX, PART_INDEX_END, SEGMENT_END, TICKS_MAX,
};

/// Version of the encoding, the first byte of each body.
const VERSION: u8 = 1;

// The kinds, with the numbers that they have in the archive.
const KIND_INIT: u8 = 2;
const KIND_PART: u8 = 3;
const KIND_SEGMENT_END: u8 = 4;
const KIND_GAP: u8 = 5;
const KIND_FACT: u8 = 6;

const FLAG_INDEPENDENT: u8 = 1;
const FLAG_DISCONTINUITY: u8 = 2;
const FLAG_OPEN: u8 = 1;

/// The bytes are not a record of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Longer than any record.
    #[error("a record of {0} bytes; the longest has {BODY_BYTES_MAX}")]
    Long(usize),
    /// The body ends before this field.
    #[error("a record ends before its {0}")]
    Short(&'static str),
    /// Bytes after the record's last one.
    #[error("a record is followed by {0} bytes")]
    Trailing(usize),
    /// Another version of the encoding.
    #[error("a record of version {0}; this is version {VERSION}")]
    Version(u8),
    /// A field has a value that this version does not use, or one out of its range.
    #[error("a record's {0} has a value without a meaning")]
    Value(&'static str),
    /// The payload's checksum or hash is not that of its bytes.
    #[error("a record's payload does not fit its {0}")]
    Checksum(&'static str),
}

/// The body of `output`: its head, and its payload, which follows the head and is not copied.
///
/// Texts are cut to their limits. What else is out of its range is written as it is, and refused by [`decode`].
pub fn encode(output: &Output) -> (Vec<u8>, Bytes) {
    let mut head = Vec::with_capacity(128);
    let payload = match output {
        Output::Init(init) => encode_init(init, &mut head),
        Output::Part(part) => encode_part(part, &mut head),
        Output::SegmentEnd(end) => encode_end(end, &mut head),
        Output::Gap(gap) => encode_gap(gap, &mut head),
        Output::Fact(fact) => fact::encode(fact, &mut head),
    };
    (head, payload)
}

/// Reads a body; the payload of the result is a slice of it.
///
/// # Errors
/// [`WireError`] for everything that [`encode`] would not have written, and for values out of their range: media times
/// of more than 2^53 ticks, durations of zero, segments from 2^52 on, parts from 65 535 on, parts without samples or
/// bytes, gaps that end before they begin, init segments whose bytes do not have the stated SHA-256.
pub fn decode(body: Bytes) -> Result<Output, WireError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(WireError::Long(body.len()));
    }
    let mut r = Reader::new(body);
    let version = r.u8("version")?;
    if version != VERSION {
        return Err(WireError::Version(version));
    }
    let kind = r.u8("kind")?;
    let flags = r.u8("flags")?;
    require(r.u8("reserved byte")? == 0, "reserved byte")?;
    let known = match kind {
        KIND_PART => FLAG_INDEPENDENT | FLAG_DISCONTINUITY,
        KIND_GAP => FLAG_OPEN,
        _ => 0,
    };
    require(flags & !known == 0, "flags")?;
    let output = match kind {
        KIND_INIT => Output::Init(Arc::new(decode_init(&mut r)?)),
        KIND_PART => Output::Part(decode_part(flags, &mut r)?),
        KIND_SEGMENT_END => Output::SegmentEnd(decode_end(&mut r)?),
        KIND_GAP => Output::Gap(decode_gap(flags, &mut r)?),
        KIND_FACT => Output::Fact(fact::decode(&mut r)?),
        _ => return Err(WireError::Value("kind")),
    };
    r.end()?;
    Ok(output)
}

fn require(holds: bool, field: &'static str) -> Result<(), WireError> {
    if holds { Ok(()) } else { Err(WireError::Value(field)) }
}

fn begin(kind: u8, flags: u8, out: &mut Vec<u8>) {
    out.extend([VERSION, kind, flags, 0]);
}

fn encode_init(init: &InitSegment, out: &mut Vec<u8>) -> Bytes {
    begin(KIND_INIT, 0, out);
    out.extend(init.sha256);
    out.extend(init.width.to_be_bytes());
    out.extend(init.height.to_be_bytes());
    out.text(&init.codecs, CODECS_BYTES_MAX);
    out.length(init.bytes.len());
    init.bytes.clone()
}

fn decode_init(r: &mut Reader) -> Result<InitSegment, WireError> {
    let sha256: [u8; 32] = r.take("sha256")?;
    let (width, height) = (r.u16("width")?, r.u16("height")?);
    let codecs = r.text("codecs", CODECS_BYTES_MAX)?;
    let bytes = r.payload(INIT_BYTES_MAX)?;
    // A fuzzer cannot guess a hash, and is to reach the code behind it.
    if cfg!(fuzzing) {
        return Ok(InitSegment { sha256: Sha256::digest(&bytes).into(), bytes, codecs, width, height });
    }
    let own: [u8; 32] = Sha256::digest(&bytes).into();
    if own == sha256 {
        Ok(InitSegment { sha256, bytes, codecs, width, height })
    } else {
        Err(WireError::Checksum("sha256"))
    }
}

fn encode_part(part: &Part, out: &mut Vec<u8>) -> Bytes {
    let independent = if part.independent { FLAG_INDEPENDENT } else { 0 };
    let discontinuity = if part.discontinuity { FLAG_DISCONTINUITY } else { 0 };
    begin(KIND_PART, independent | discontinuity, out);
    out.extend(part.index.to_be_bytes());
    out.extend(part.samples.to_be_bytes());
    out.extend(part.segment.to_be_bytes());
    out.extend(part.start.0.to_be_bytes());
    out.extend(part.duration.to_be_bytes());
    out.extend(part.init);
    out.extend(part.camera_dts.to_be_bytes());
    out.moment(part.first_arrival);
    out.moment(part.last_arrival);
    out.extend(crc32c::crc32c(&part.bytes).to_be_bytes());
    out.length(part.bytes.len());
    part.bytes.clone()
}

fn decode_part(flags: u8, r: &mut Reader) -> Result<Part, WireError> {
    let index = r.u16("index")?;
    require(index < PART_INDEX_END, "index")?;
    let samples = r.u16("samples")?;
    require(samples > 0, "samples")?;
    let segment = segment(r)?;
    let start = media_time(r, "start")?;
    let duration = duration(r)?;
    let init = r.take("init")?;
    let camera_dts = r.i64("camera dts")?;
    let first_arrival = r.moment("first arrival")?;
    let last_arrival = r.moment("last arrival")?;
    let crc = r.u32("crc")?;
    let bytes = r.payload(PART_BYTES_MAX)?;
    if !cfg!(fuzzing) && crc32c::crc32c(&bytes) != crc {
        return Err(WireError::Checksum("crc"));
    }
    Ok(Part {
        segment,
        index,
        start,
        duration,
        independent: flags & FLAG_INDEPENDENT != 0,
        init,
        discontinuity: flags & FLAG_DISCONTINUITY != 0,
        camera_dts,
        first_arrival,
        last_arrival,
        samples,
        bytes,
    })
}

fn encode_end(end: &SegmentEnd, out: &mut Vec<u8>) -> Bytes {
    begin(KIND_SEGMENT_END, 0, out);
    out.extend(end.parts.to_be_bytes());
    out.extend([0; 2]);
    out.extend(end.segment.to_be_bytes());
    out.extend(end.start.0.to_be_bytes());
    out.extend(end.duration.to_be_bytes());
    out.extend(end.byte_length.to_be_bytes());
    out.extend(end.sha256);
    out.extend(end.init_sha256);
    out.moment(end.last_arrival);
    Bytes::new()
}

fn decode_end(r: &mut Reader) -> Result<SegmentEnd, WireError> {
    let parts = r.u16("parts")?;
    require(parts > 0, "parts")?;
    require(r.u16("reserved bytes")? == 0, "reserved bytes")?;
    let segment = segment(r)?;
    let start = media_time(r, "start")?;
    let duration = duration(r)?;
    let byte_length = r.u64("byte length")?;
    let longest = u64::from(parts) * PART_BYTES_MAX as u64;
    require((u64::from(parts)..=longest).contains(&byte_length), "byte length")?;
    Ok(SegmentEnd {
        segment,
        start,
        duration,
        parts,
        byte_length,
        sha256: r.take("sha256")?,
        init_sha256: r.take("init sha256")?,
        last_arrival: r.moment("last arrival")?,
    })
}

fn encode_gap(gap: &Gap, out: &mut Vec<u8>) -> Bytes {
    begin(KIND_GAP, if gap.to.is_none() { FLAG_OPEN } else { 0 }, out);
    out.extend([gap.cause as u8, 0, 0, 0]);
    out.extend(gap.from.0.to_be_bytes());
    out.extend(gap.to.map_or(0, |to| to.0).to_be_bytes());
    out.extend(gap.next_segment.to_be_bytes());
    Bytes::new()
}

fn decode_gap(flags: u8, r: &mut Reader) -> Result<Gap, WireError> {
    let cause = cause(r)?;
    require(r.take("reserved bytes")? == [0; 3], "reserved bytes")?;
    let from = media_time(r, "from")?;
    let to = media_time(r, "to")?;
    let open = flags & FLAG_OPEN != 0;
    require(if open { to.0 == 0 } else { to >= from }, "to")?;
    Ok(Gap { from, to: (!open).then_some(to), cause, next_segment: segment(r)? })
}

fn cause(r: &mut Reader) -> Result<Cause, WireError> {
    let byte = r.u8("cause")?;
    let cause = Cause::from_u8(byte);
    require(cause as u8 == byte, "cause")?;
    Ok(cause)
}

fn segment(r: &mut Reader) -> Result<u64, WireError> {
    let segment = r.u64("segment")?;
    require(segment < SEGMENT_END, "segment")?;
    Ok(segment)
}

fn media_time(r: &mut Reader, field: &'static str) -> Result<MediaTime, WireError> {
    let ticks = r.i64(field)?;
    require(ticks.unsigned_abs() <= TICKS_MAX.unsigned_abs(), field)?;
    Ok(MediaTime(ticks))
}

fn duration(r: &mut Reader) -> Result<u32, WireError> {
    let duration = r.u32("duration")?;
    require(duration > 0, "duration")?;
    Ok(duration)
}
