//! What a camera's agent recorded while the line was down, and sends now: segment by segment, again and again until the
//! archive has made it durable.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ashkar_media::{InitSegment, Output, Part, SegmentEnd, past_segment};
use ashkar_terms::{CameraId, MediaTime, Moment, Span};
use sha2::{Digest, Sha256};

use super::camera::{MORNING, content, init_segment};
use super::ledger::Violation;
use super::process::Process;
use super::random::Random;
use crate::coverage::IntervalKind;
use crate::error::Refused;

/// Media of the past are from ten days before: no camera was live then.
const AGE_US: i64 = 10 * 86_400_000_000;
const PART_TICKS: u32 = 45_000;
/// How many segments begin without one before them.
const HOLES_EVERY: u64 = 8;

/// One camera's media of the past.
pub(super) struct Past {
    camera: CameraId,
    random: Random,
    init: Arc<InitSegment>,
    /// Whether this process knows the init segment.
    announced: bool,
    /// Segments that are not known to be durable, oldest first; the first `sent` of them were appended completely.
    waiting: VecDeque<Segment>,
    sent: usize,
    /// Parts of the next one that were appended.
    parts_sent: u16,
    end: MediaTime,
    /// Segments that are durable, by number.
    kept: BTreeMap<u64, Segment>,
}

#[derive(Clone)]
struct Segment {
    number: u64,
    start: MediaTime,
    lengths: Vec<usize>,
    /// It is durable when this many entries are.
    ticket: u64,
}

impl Segment {
    fn span(&self) -> Span {
        let to = self.start.plus(self.lengths.len() as i64 * i64::from(PART_TICKS));
        Span::new(self.start.to_utc(), to.to_utc()).expect("a segment has a length")
    }
}

impl Past {
    pub(super) fn new(camera: CameraId, seed: u64) -> Self {
        Self {
            camera,
            random: Random::new(seed.wrapping_mul(77) ^ u64::from(camera.station)),
            init: init_segment(250),
            announced: false,
            waiting: VecDeque::new(),
            sent: 0,
            parts_sent: 0,
            end: MediaTime::from_utc(MORNING.plus(-AGE_US)),
            kept: BTreeMap::new(),
        }
    }

    /// The process died: what is not known to be durable is sent again.
    pub(super) fn forget_sent(&mut self) {
        (self.announced, self.sent, self.parts_sent) = (false, 0, 0);
    }

    /// Everything up to the entry `durable` was acknowledged.
    pub(super) fn acknowledge(&mut self, durable: u64) {
        while self.sent > 0
            && let Some(kept) = self.waiting.pop_front_if(|segment| segment.ticket <= durable)
        {
            self.sent -= 1;
            self.kept.insert(kept.number, kept);
        }
    }

    /// Appends the next output, now and then.
    pub(super) fn send(&mut self, process: &Process, now: Moment) -> Result<(), Violation> {
        if self.random.once_in(2) {
            return Ok(());
        }
        if !std::mem::replace(&mut self.announced, true) {
            let init = Output::Init(self.init.clone());
            self.announced = process.archive.append_past(self.camera, &init).is_ok();
            return Ok(());
        }
        let output = self.next(now);
        let result = process.archive.append_past(self.camera, &output);
        match (result, output) {
            (Ok(()), Output::SegmentEnd(_)) => {
                let ticket = process.archive.progress().0;
                if let Some(segment) = self.waiting.get_mut(self.sent) {
                    segment.ticket = ticket;
                }
                (self.sent, self.parts_sent) = (self.sent + 1, 0);
            }
            (Ok(()), _) => self.parts_sent += 1,
            (Err(refused), _) if refused.is_disk() || matches!(refused, Refused::QueueFull { .. }) => {
                self.parts_sent = 0;
            }
            (Err(refused), _) => return Err(format!("media of the past: {refused}")),
        }
        Ok(())
    }

    fn next(&mut self, now: Moment) -> Output {
        if self.sent == self.waiting.len() {
            self.record();
        }
        let segment = self.waiting.get(self.sent).cloned().expect("one was recorded");
        let bytes = |index: usize| {
            content(self.camera, u32::MAX, segment.number, index as u16, segment.lengths[index])
        };
        let index = usize::from(self.parts_sent);
        if let Some(_wanted) = segment.lengths.get(index) {
            return Output::Part(Part {
                segment: segment.number,
                index: self.parts_sent,
                start: segment.start.plus(i64::from(self.parts_sent) * i64::from(PART_TICKS)),
                duration: PART_TICKS,
                independent: index == 0,
                init: *self.init.sha256.first_chunk().expect("a hash has 8 bytes"),
                discontinuity: false,
                camera_dts: 0,
                first_arrival: now,
                last_arrival: now,
                samples: 12,
                bytes: bytes(index),
            });
        }
        let mut sha256 = Sha256::new();
        (0..segment.lengths.len()).for_each(|index| sha256.update(bytes(index)));
        Output::SegmentEnd(SegmentEnd {
            segment: segment.number,
            start: segment.start,
            duration: segment.lengths.len() as u32 * PART_TICKS,
            parts: segment.lengths.len() as u16,
            byte_length: segment.lengths.iter().map(|length| *length as u64).sum(),
            sha256: sha256.finalize().into(),
            init_sha256: self.init.sha256,
            last_arrival: now,
        })
    }

    fn record(&mut self) {
        if self.random.once_in(HOLES_EVERY) {
            self.end = self.end.plus(self.random.between(1, 400_000) as i64);
        }
        let lengths = (0..=self.random.below(5)).map(|_| 1 + self.random.below(900) as usize).collect();
        let start = self.end;
        let number = past_segment(start).expect("a time of a story");
        let segment = Segment { number, start, lengths, ticket: u64::MAX };
        self.end = MediaTime::from_utc(segment.span().from)
            .plus(segment.lengths.len() as i64 * i64::from(PART_TICKS));
        self.waiting.push_back(segment);
    }

    /// Whatever is told to be there is there, whole.
    pub(super) fn read_some(&mut self, process: &Process) -> Result<(), Violation> {
        let at = self.random.index(self.waiting.len());
        let Some(segment) = self.waiting.get(at) else { return Ok(()) };
        let told = process.archive.coverage(self.camera, segment.span());
        let is_told = |kind: &IntervalKind| matches!(kind, IntervalKind::Recorded { .. });
        if told.iter().any(|interval| is_told(&interval.kind)) {
            self.verify_segment(&process.archive, segment)?;
        }
        Ok(())
    }

    /// Everything that was acknowledged is there.
    pub(super) fn verify(&self, archive: &crate::Archive) -> Result<(), Violation> {
        self.kept.values().try_for_each(|segment| self.verify_segment(archive, segment))
    }

    fn verify_segment(&self, archive: &crate::Archive, segment: &Segment) -> Result<(), Violation> {
        let what = format!("camera {} of the past, {}", self.camera, segment.start.0);
        let entry =
            archive.segment(self.camera, segment.number).map_err(|error| format!("{what}: {error}"))?;
        let entry = entry.ok_or_else(|| format!("{what} is told and not there"))?;
        let bytes = archive.read_segment(&entry).map_err(|error| format!("{what}: {error}"))?;
        let expected = segment.lengths.iter().zip(0..);
        let expected =
            expected.map(|(length, index)| content(self.camera, u32::MAX, segment.number, index, *length));
        if !expected.eq(bytes) {
            return Err(format!("{what} has other bytes"));
        }
        let told = archive.coverage(self.camera, segment.span());
        let [one] = &told[..] else { return Err(format!("{what} is told as {told:?}")) };
        if one.kind != (IntervalKind::Recorded { late: true }) {
            return Err(format!("{what} is told as {:?}", one.kind));
        }
        Ok(())
    }
}
