//! Media of the past: recorded elsewhere while the line was down, and appended when it comes. They take no place in the
//! camera's order, so neither its numbers nor its gaps depend on them, and what is refused leaves no trace: whoever
//! sends it has it still.

use std::sync::Arc;

use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd, past_segment};
use ashkar_terms::CameraId;

use super::order::Current;
use super::{AppendQueue, Entry};
use crate::error::Refused;
use crate::options::{INIT_BYTES_MAX, PART_BYTES_MAX, PAST_QUEUE_SHARE};

/// The position of a camera in its media of the past.
#[derive(Default)]
pub(super) struct PastCamera {
    init: Option<Arc<InitSegment>>,
    current: Option<Current>,
}

impl AppendQueue {
    /// Like [`AppendQueue::append`], for media of the past.
    pub(crate) fn append_past(&mut self, camera: CameraId, output: &Output) -> (Result<(), Refused>, bool) {
        self.append_by(|queue| match output {
            Output::Init(init) => queue.append_past_init(camera, init),
            Output::Part(part) => queue.append_past_part(camera, part),
            Output::SegmentEnd(end) => queue.append_past_end(camera, end),
            Output::Gap(gap) => queue.append_past_gap(camera, gap),
            Output::Fact(fact) => queue.append_fact(camera, fact),
        })
    }

    fn append_past_init(&mut self, camera: CameraId, init: &Arc<InitSegment>) -> Result<(), Refused> {
        if init.bytes.len() > INIT_BYTES_MAX {
            return Err(Refused::TooLong { camera, bytes: init.bytes.len() });
        }
        self.room_for_metadata(camera)?;
        self.cameras.entry(camera).or_default().past.init = Some(init.clone());
        self.push(Entry::PastInit(camera, init.clone()), init.bytes.len());
        Ok(())
    }

    fn append_past_part(&mut self, camera: CameraId, part: &Part) -> Result<(), Refused> {
        // What is refused may be tried again: nothing changes then.
        let before = self.cameras.get(&camera).and_then(|own| own.past.current);
        self.judge_past_part(camera, part, before.as_ref())?;
        let bytes = before.filter(|_| part.index > 0).map_or(0, |current| current.bytes);
        let length = part.bytes.len();
        let (next, undurable) = (self.turn, self.undurable);
        self.past_waiting.turn_to(next, undurable);
        self.past_waiting.add(part);
        self.cameras.entry(camera).or_default().past.current =
            Some(Current { segment: part.segment, parts: part.index + 1, bytes: bytes + length as u64 });
        self.push(Entry::PastPart(camera, part.clone()), length);
        Ok(())
    }

    fn judge_past_part(
        &self,
        camera: CameraId,
        part: &Part,
        before: Option<&Current>,
    ) -> Result<(), Refused> {
        let follows =
            before.is_some_and(|current| (current.segment, current.parts) == (part.segment, part.index));
        let begins = part.index == 0 && past_segment(part.start) == Some(part.segment);
        if part.index == u16::MAX || !(begins || part.index > 0 && follows) {
            return Err(Refused::OutOfOrder { camera, segment: part.segment, part: part.index });
        }
        let init = self.cameras.get(&camera).and_then(|own| own.past.init.as_ref());
        if init.is_none_or(|init| init.sha256.first_chunk() != Some(&part.init)) {
            return Err(Refused::UnknownInit { camera, segment: part.segment });
        }
        let length = part.bytes.len();
        if length > PART_BYTES_MAX {
            return Err(Refused::TooLong { camera, bytes: length });
        }
        if self.is_full() {
            return Err(Refused::Full { camera });
        }
        let mut waiting = self.past_waiting;
        let past_bytes = waiting.turn_to(self.turn, self.undurable) + length;
        let is_over = past_bytes > self.queue_limit / PAST_QUEUE_SHARE
            || length > self.queue_limit.saturating_sub(self.waiting_bytes);
        if is_over {
            return Err(Refused::QueueFull { camera, waiting_bytes: self.waiting_bytes });
        }
        Ok(())
    }

    /// It takes no numbers, and must have been over before the camera's newest record.
    fn append_past_gap(&mut self, camera: CameraId, gap: &Gap) -> Result<(), Refused> {
        self.room_for_metadata(camera)?;
        let own = self.cameras.get(&camera);
        let end = own.and_then(|own| own.timeline_end);
        let next_segment = own.map_or(0, |own| own.next_segment);
        let is_over = gap.to.zip(end).is_some_and(|(to, end)| gap.from < to && to <= end);
        if !is_over {
            return Err(Refused::OutOfOrder { camera, segment: next_segment, part: 0 });
        }
        // The agent itself has no media of it.
        self.push(Entry::Gap(camera, Gap { next_segment, ..*gap }, false), 0);
        Ok(())
    }

    fn append_past_end(&mut self, camera: CameraId, end: &SegmentEnd) -> Result<(), Refused> {
        self.room_for_metadata(camera)?;
        let own = self.cameras.entry(camera).or_default();
        let fits = |current: &Current| {
            (current.segment, current.parts, current.bytes) == (end.segment, end.parts, end.byte_length)
        };
        if own.past.current.take().as_ref().is_some_and(fits) {
            self.push(Entry::PastEnd(camera, end.clone()), 0);
            return Ok(());
        }
        Err(Refused::OutOfOrder { camera, segment: end.segment, part: end.parts })
    }
}
