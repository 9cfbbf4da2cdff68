//! From pictures to parts and segments: their boundaries, bytes and hashes.

use std::sync::Arc;

use ashkar_terms::{MediaTime, Moment};
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use super::even_parts::EvenParts;
use super::sound::SoundQueue;
use crate::assembly::RandomAccess;
use crate::cmaf::{Dependence, Run, Sample, checked_duration, write_part};
use crate::codec::slice::Slice;
use crate::{Counters, InitSegment, Options, Output, Part, SegmentEnd};

/// Most parts of a segment, which ends when it has them: `sequence_number` of `mfhd` leaves room for this many. A
/// segment of 4 s has 8 parts of half a second; only pictures that fill a part each make more.
const MAX_SEGMENT_PARTS: u16 = 256;

/// An access unit with its place on the timeline.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) data: Bytes,
    /// The picture with its further pieces, if any.
    pub(super) more: BytesMut,
    /// Its last slice.
    pub(super) slice: Slice,
    pub(super) time: MediaTime,
    pub(super) composition_offset: i32,
    pub(super) access: RandomAccess,
    pub(super) camera_dts: i64,
    pub(super) arrival: Moment,
}

/// Makes parts of pictures and segments of parts. It uses no clock: pictures come with their durations.
#[derive(Debug)]
pub(super) struct Segmenter {
    options: Options,
    number: u64,
    init: Option<Arc<InitSegment>>,
    init_given: bool,
    discontinuity: bool,
    segment: Option<OpenSegment>,
    /// How the segment is divided into parts, if its length is known in advance.
    even: Option<EvenParts>,
    part: OpenPart,
    pub(super) sound: SoundQueue,
}

#[derive(Debug)]
struct OpenSegment {
    start: MediaTime,
    /// Length of its closed parts, ticks.
    duration: i64,
    parts: u16,
    byte_length: u64,
    sha256: Sha256,
}

/// The part being filled; its buffers are reused from part to part.
#[derive(Debug, Default)]
struct OpenPart {
    samples: Vec<Sample>,
    bytes: usize,
    duration: i64,
    first: Option<First>,
    last_arrival: Option<Moment>,
}

/// What a part takes over from its first picture.
#[derive(Debug, Clone, Copy)]
struct First {
    time: MediaTime,
    independent: bool,
    camera_dts: i64,
    arrival: Moment,
}

impl Picture {
    /// Adds a further piece of the same picture.
    pub(super) fn add(&mut self, piece: &[u8]) {
        if self.more.is_empty() {
            self.more.reserve(self.data.len().saturating_add(piece.len()).saturating_mul(2));
            self.more.extend_from_slice(&self.data);
        }
        self.more.extend_from_slice(piece);
    }

    /// Its bytes so far.
    pub(super) fn bytes(&self) -> usize {
        self.data.len().max(self.more.len())
    }

    /// All pieces have been added.
    pub(super) fn complete(&mut self) {
        if !self.more.is_empty() {
            self.data = std::mem::take(&mut self.more).freeze();
        }
    }
}

impl Segmenter {
    pub(super) fn new(options: Options, number: u64) -> Self {
        Self {
            options,
            number,
            init: None,
            init_given: false,
            discontinuity: false,
            segment: None,
            even: None,
            part: OpenPart::default(),
            sound: SoundQueue::default(),
        }
    }

    /// Number of the open segment, or the next free one.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Skips the numbers of a gap. Only between segments.
    pub(super) const fn skip_numbers(&mut self, count: u64) {
        self.number += count;
    }

    pub(super) fn init(&self) -> Option<&InitSegment> {
        self.init.as_deref()
    }

    /// Sets the parameters of the segments that follow. Only between segments.
    pub(super) fn set_init(&mut self, init: InitSegment) {
        self.init = Some(Arc::new(init));
        self.init_given = false;
    }

    /// Marks the next part as discontinuous.
    pub(super) const fn mark_discontinuity(&mut self) {
        self.discontinuity = true;
    }

    /// Start of the open segment and its length so far, ticks.
    pub(super) fn segment(&self) -> Option<(MediaTime, i64)> {
        let open = self.segment.as_ref().map(|segment| (segment.start, segment.duration));
        let (start, closed) = open.or_else(|| self.part.first.map(|first| (first.time, 0)))?;
        Some((start, closed + self.part.duration))
    }

    /// The segment that begins with the next picture will most likely last `length` ticks, with pictures of `picture`.
    /// Only between segments.
    pub(super) fn expect(&mut self, length: Option<i64>, picture: i64) {
        let Options { part_target_ticks, part_even_ticks, .. } = self.options;
        self.even =
            length.and_then(|length| EvenParts::divide(length, picture, part_target_ticks, part_even_ticks));
    }

    /// Adds a picture that lasts `duration` ticks. A part or segment that would become too long or too large is closed
    /// before; a segment grows up to `segment_limit` ticks.
    pub(super) fn push(
        &mut self,
        picture: Picture,
        duration: i64,
        segment_limit: i64,
        counters: &mut Counters,
        out: &mut Vec<Output>,
    ) {
        let part = &self.part;
        let longest = self.even.as_ref().map_or(self.options.part_target_ticks, EvenParts::longest);
        let too_long = part.duration + duration > longest;
        let too_large = part.bytes + picture.data.len() > self.options.max_part_bytes;
        if self.segment().is_some_and(|(_, length)| length + duration > segment_limit) {
            self.end_segment(counters, out);
        } else if too_long || too_large {
            self.close_part(counters, out);
        }
        if self.segment.as_ref().is_some_and(|segment| segment.parts >= MAX_SEGMENT_PARTS) {
            self.end_segment(counters, out);
        }
        self.part.push(picture, duration);
        // The next picture most likely lasts as long; if it would not fit, waiting for it gains nothing.
        let closed = self.segment.as_ref().map_or(0, |segment| segment.duration);
        let is_full = match &self.even {
            Some(even) => even.is_full(closed, closed + self.part.duration, duration),
            None => self.part.duration + duration > self.options.part_target_ticks,
        };
        if is_full {
            self.close_part(counters, out);
        }
    }

    /// Ends the segment, if there is one.
    pub(super) fn end_segment(&mut self, counters: &mut Counters, out: &mut Vec<Output>) {
        let last_arrival = self.close_part(counters, out).or(self.part.last_arrival);
        let (Some(segment), Some(init), Some(last_arrival)) = (self.segment.take(), &self.init, last_arrival)
        else {
            return;
        };
        counters.segments += 1;
        out.push(Output::SegmentEnd(SegmentEnd {
            segment: self.number,
            start: segment.start,
            duration: checked_duration(segment.duration),
            parts: segment.parts,
            byte_length: segment.byte_length,
            sha256: segment.sha256.finalize().into(),
            init_sha256: init.sha256,
            last_arrival,
        }));
        self.number += 1;
    }

    /// Closes the part, if it has a picture; returns the arrival of its last one.
    pub(super) fn close_part(&mut self, counters: &mut Counters, out: &mut Vec<Output>) -> Option<Moment> {
        let (first, last_arrival) = (self.part.first.take()?, self.part.last_arrival?);
        let init = Arc::clone(self.init.as_ref()?);
        if !self.init_given {
            self.init_given = true;
            out.push(Output::Init(Arc::clone(&init)));
        }
        let segment = self.segment.get_or_insert_with(|| OpenSegment::starting(first.time));
        let end = first.time.plus(self.part.duration);
        let bytes = write_part(
            sequence(self.number, segment.parts),
            Run { start: first.time.0, samples: &self.part.samples },
            self.sound.take_until(end),
        );
        let part = Part {
            segment: self.number,
            index: segment.parts,
            start: first.time,
            duration: checked_duration(self.part.duration),
            independent: first.independent,
            init: short(&init.sha256),
            discontinuity: std::mem::take(&mut self.discontinuity),
            camera_dts: first.camera_dts,
            first_arrival: first.arrival,
            last_arrival,
            samples: u16::try_from(self.part.samples.len()).expect("samples last a millisecond at least"),
            bytes,
        };
        self.sound.clear_taken();
        segment.add(&part);
        self.part.clear();
        counters.parts += 1;
        out.push(Output::Part(part));
        Some(last_arrival)
    }
}

impl OpenSegment {
    fn starting(start: MediaTime) -> Self {
        Self { start, duration: 0, parts: 0, byte_length: 0, sha256: Sha256::new() }
    }

    fn add(&mut self, part: &Part) {
        self.sha256.update(&part.bytes);
        self.duration += i64::from(part.duration);
        self.parts += 1;
        self.byte_length += part.bytes.len() as u64;
    }
}

impl OpenPart {
    fn push(&mut self, picture: Picture, duration: i64) {
        self.first.get_or_insert_with(|| First {
            time: picture.time,
            independent: picture.access.is_independent(),
            camera_dts: picture.camera_dts,
            arrival: picture.arrival,
        });
        self.last_arrival = Some(picture.arrival);
        self.bytes += picture.data.len();
        self.duration += duration;
        let dependence = Dependence::of(picture.access);
        self.samples.push(Sample::new(picture.data, duration, picture.composition_offset, dependence));
    }

    /// Empties it for the next part. The arrival stays: it is the last of the segment.
    fn clear(&mut self) {
        self.samples.clear();
        (self.bytes, self.duration, self.first) = (0, 0, None);
    }
}

/// `mfhd` sequence number (8.8.5): increases within a segment and from segment to segment, also over restarts, and
/// wraps at 2^32, after a year.
fn sequence(segment: u64, part: u16) -> u32 {
    assert!(part < MAX_SEGMENT_PARTS, "a segment of so many parts has ended");
    (segment as u32).wrapping_mul(MAX_SEGMENT_PARTS.into()).wrapping_add(part.into())
}

fn short(sha256: &[u8; 32]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *sha256;
    [a, b, c, d, e, f, g, h]
}
