//! The order in which one camera's outputs must be appended; and which of them are refused, and why.

use std::sync::Arc;

use ashkar_media::{Fact, Gap, InitSegment, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime};

use super::past::PastCamera;
use super::{AppendQueue, Entry};
use crate::error::Refused;
use crate::options::{
    INIT_BYTES_MAX, METADATA_QUEUE_BYTES, PART_BYTES_MAX, REFUSED_NUMBERS_AHEAD, REFUSED_NUMBERS_AHEAD_MAX,
    SEGMENT_NUMBER_MAX,
};
use crate::planted::{Planted, is_planted};

/// A camera's position after everything that was appended for it.
#[derive(Default)]
pub(super) struct QueuedCamera {
    pub(super) next_segment: u64,
    pub(super) timeline_end: Option<MediaTime>,
    pub(super) open_gap: Option<Cause>,
    init: Option<Arc<InitSegment>>,
    pub(super) init_sha256: Option<[u8; 32]>,
    current: Option<Current>,
    hole: Option<Hole>,
    pub(super) waiting: Waiting,
    pub(super) past: PastCamera,
}

/// Bytes of parts that are not durable, of one camera or of the past. The writer takes the whole queue and makes all of it durable, so
/// the number of its turn tells for each byte whether it still waits, and nothing is counted back camera by camera.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Waiting {
    /// Bytes waiting for the turn with this number.
    turn: u64,
    pub(super) bytes: usize,
    /// From the first of them to the last.
    span: Option<(MediaTime, MediaTime)>,
    /// Bytes that were taken in turns up to this one.
    taken_turn: u64,
    taken: usize,
    taken_span: Option<(MediaTime, MediaTime)>,
}

impl Waiting {
    /// Bytes waiting, if `next` is the coming turn and all turns before `undurable` are durable.
    pub(super) fn turn_to(&mut self, next: u64, undurable: u64) -> usize {
        // Before later bytes join them: with these they would wait for another turn, and on a disk that never rests for
        // ever.
        self.forget(undurable);
        if self.turn != next {
            self.taken += std::mem::take(&mut self.bytes);
            self.taken_span = hull(self.taken_span, self.span.take());
            self.taken_turn = std::mem::replace(&mut self.turn, next);
            self.forget(undurable);
        }
        self.taken + self.bytes
    }

    fn forget(&mut self, undurable: u64) {
        if self.taken_turn < undurable {
            self.taken = 0;
            self.taken_span = None;
        }
    }

    /// A part waits for the turn to which this was turned.
    pub(super) fn add(&mut self, part: &Part) {
        self.bytes += part.bytes.len();
        self.span = hull(self.span, Some((part.start, part.start.plus(i64::from(part.duration)))));
    }

    /// Whether something of this time waits.
    fn overlaps(mut self, next: u64, undurable: u64, (from, to): (MediaTime, MediaTime)) -> bool {
        self.turn_to(next, undurable);
        hull(self.taken_span, self.span).is_some_and(|(first, last)| first < to && from < last)
    }
}

/// From the earlier beginning to the later end.
fn hull(
    one: Option<(MediaTime, MediaTime)>,
    other: Option<(MediaTime, MediaTime)>,
) -> Option<(MediaTime, MediaTime)> {
    one.into_iter().chain(other).reduce(|(from, to), (start, end)| (from.min(start), to.max(end)))
}

/// The segment whose parts are being appended.
#[derive(Clone, Copy)]
pub(super) struct Current {
    pub(super) segment: u64,
    pub(super) parts: u16,
    pub(super) bytes: u64,
}

/// Parts are being refused.
#[derive(Clone, Copy)]
struct Hole {
    from: MediaTime,
    cause: Cause,
    /// Numbers below this one are used, according to the last declaration of the gap.
    declared: u64,
    /// Number of sequence numbers that the next declaration reserves in advance.
    ahead: u64,
    reason: Refused,
}

impl AppendQueue {
    pub(super) fn append_init(&mut self, camera: CameraId, init: &Arc<InitSegment>) -> Result<(), Refused> {
        if init.bytes.len() > INIT_BYTES_MAX {
            return Err(Refused::TooLong { camera, bytes: init.bytes.len() });
        }
        self.room_for_metadata(camera)?;
        self.cameras.entry(camera).or_default().init = Some(init.clone());
        self.push(Entry::Init(camera, init.clone()), init.bytes.len());
        Ok(())
    }

    pub(super) fn append_part(&mut self, camera: CameraId, part: &Part) -> Result<(), Refused> {
        if part.segment > SEGMENT_NUMBER_MAX || part.index == u16::MAX {
            // No packager counts this far; nothing is declared for media without a number.
            return Err(Refused::OutOfOrder { camera, segment: part.segment, part: part.index });
        }
        if let Err(reason) = self.judge_part(camera, part) {
            self.refuse(camera, part, reason);
            return Err(reason);
        }
        // Everything that can fail comes before the first change: a panic here leaves the queue as it was for all other
        // callers.
        assert!(!is_planted(Planted::PanicWhileAppending), "planted");
        let (next, undurable, length) = (self.turn, self.undurable, part.bytes.len());
        let own = self.cameras.entry(camera).or_default();
        let (same, interrupted) = match own.current {
            Some(current) if current.segment == part.segment => (Some(current), None),
            other => (None, other),
        };
        let bytes = same.map_or(0, |current| current.bytes) + length as u64;
        let current = Current { segment: part.segment, parts: part.index + 1, bytes };
        let mut waiting = own.waiting;
        waiting.turn_to(next, undurable);
        waiting.add(part);
        let hole = own.hole.take();
        own.waiting = waiting;
        own.current = Some(current);
        own.next_segment = own.next_segment.max(part.segment + 1);
        own.timeline_end = Some(part.start.plus(i64::from(part.duration)));
        own.open_gap = None;
        own.init_sha256 = own.init.as_ref().map(|init| init.sha256);
        if let Some(current) = interrupted {
            self.push(Entry::Interrupted(camera, current.segment), 0);
        }
        if let Some(hole) = hole {
            self.push_gap(camera, hole, Some(part.start.max(hole.from)), part.segment);
        }
        self.push(Entry::Part { camera, part: part.clone(), after_hole: hole.is_some() }, part.bytes.len());
        Ok(())
    }

    /// Whether parts of this time, other than of the past, may have been appended that are not durable.
    pub(crate) fn is_undurable(&self, camera: CameraId, span: (MediaTime, MediaTime)) -> bool {
        let own = self.cameras.get(&camera);
        own.is_some_and(|own| own.waiting.overlaps(self.turn, self.undurable, span))
    }

    fn judge_part(&self, camera: CameraId, part: &Part) -> Result<(), Refused> {
        let own = self.cameras.get(&camera);
        let order = Refused::OutOfOrder { camera, segment: part.segment, part: part.index };
        let current = own.and_then(|own| own.current);
        match current {
            Some(current) if (current.segment, current.parts) == (part.segment, part.index) => {}
            Some(current) if current.segment == part.segment => return Err(order),
            _ if part.index != 0 => {
                let hole = own.and_then(|own| own.hole);
                return Err(hole.map_or(order, |_| Refused::Incomplete { camera, segment: part.segment }));
            }
            _ if part.segment < own.map_or(0, |own| own.next_segment) => return Err(order),
            _ => {}
        }
        let init = own.and_then(|own| own.init.as_ref());
        if init.is_none_or(|init| init.sha256.first_chunk() != Some(&part.init)) {
            return Err(Refused::UnknownInit { camera, segment: part.segment });
        }
        if part.bytes.len() > PART_BYTES_MAX {
            return Err(Refused::TooLong { camera, bytes: part.bytes.len() });
        }
        if self.is_full() {
            return Err(Refused::Full { camera });
        }
        // No camera may use more than what is left: so the queue is never full of one camera's parts, however much it
        // sends, and if all send alike, all of it can be used.
        let room = self.queue_limit.saturating_sub(self.waiting_bytes);
        let own_bytes = own.map_or(0, |own| {
            let mut waiting = own.waiting;
            waiting.turn_to(self.turn, self.undurable)
        });
        let length = part.bytes.len();
        let is_over = length > room || own_bytes > 0 && own_bytes + length > room;
        if is_over && !is_planted(Planted::ForgetQueueLimit) {
            return Err(Refused::QueueFull { camera, waiting_bytes: self.waiting_bytes });
        }
        Ok(())
    }

    /// Ends the segment with the parts that were accepted, and declares the gap that begins; repeated from time to
    /// time, so that the numbers that the live window has used in the meantime are known to be used after a crash too.
    fn refuse(&mut self, camera: CameraId, part: &Part, reason: Refused) {
        let own = self.cameras.entry(camera).or_default();
        let skips =
            own.current.is_some_and(|current| current.segment == part.segment && current.parts < part.index);
        if matches!(reason, Refused::OutOfOrder { .. }) && part.segment < own.next_segment && !skips {
            // A repetition of something that came before: no time is missing.
            return;
        }
        let interrupted = own.current.take();
        own.next_segment = own.next_segment.max(part.segment + 1);
        let from = own.timeline_end.unwrap_or(part.start);
        let cause = if reason.is_disk() { Cause::Disk } else { Cause::Unknown };
        let ahead = REFUSED_NUMBERS_AHEAD;
        let hole = own.hole.get_or_insert(Hole { from, cause, declared: 0, ahead, reason });
        let declare = part.segment >= hole.declared;
        if declare {
            hole.declared = part.segment + hole.ahead;
            hole.ahead = (2 * hole.ahead).min(REFUSED_NUMBERS_AHEAD_MAX);
        }
        let hole = *hole;
        own.open_gap = Some(hole.cause);
        if let Some(current) = interrupted {
            self.push(Entry::Interrupted(camera, current.segment), 0);
        }
        if declare {
            self.push_gap(camera, hole, None, hole.declared);
        }
    }

    pub(super) fn append_end(&mut self, camera: CameraId, end: &SegmentEnd) -> Result<(), Refused> {
        let own = self.cameras.entry(camera).or_default();
        let fits = |current: &Current| {
            (current.segment, current.parts, current.bytes) == (end.segment, end.parts, end.byte_length)
        };
        let Some(current) = own.current.take() else {
            let order = Refused::OutOfOrder { camera, segment: end.segment, part: end.parts };
            let hole = own.hole.map(|hole| hole.reason);
            return Err(hole.map_or(order, |_| Refused::Incomplete { camera, segment: end.segment }));
        };
        if fits(&current) {
            self.push(Entry::End(camera, end.clone()), 0);
            return Ok(());
        }
        self.push(Entry::Interrupted(camera, current.segment), 0);
        Err(Refused::OutOfOrder { camera, segment: end.segment, part: end.parts })
    }

    pub(super) fn append_gap(&mut self, camera: CameraId, gap: &Gap) -> Result<(), Refused> {
        if gap.next_segment > SEGMENT_NUMBER_MAX {
            return Err(Refused::OutOfOrder { camera, segment: gap.next_segment, part: 0 });
        }
        self.room_for_metadata(camera)?;
        let own = self.cameras.entry(camera).or_default();
        let interrupted = own.current.take();
        let hole = own.hole.take();
        own.next_segment = own.next_segment.max(gap.next_segment);
        own.timeline_end = Some(gap.to.unwrap_or(gap.from));
        own.open_gap = gap.to.is_none().then_some(gap.cause);
        if let Some(current) = interrupted {
            self.push(Entry::Interrupted(camera, current.segment), 0);
        }
        // The refused parts end where the packager's own gap begins.
        if let Some(hole) = hole {
            self.push_gap(camera, hole, Some(gap.from.max(hole.from)), gap.next_segment);
        }
        self.push_live_gap(camera, *gap);
        Ok(())
    }

    pub(super) fn append_fact(&mut self, camera: CameraId, fact: &Fact) -> Result<(), Refused> {
        self.room_for_metadata(camera)?;
        self.push(Entry::Fact(camera, fact.clone()), 0);
        Ok(())
    }

    pub(super) fn room_for_metadata(&self, camera: CameraId) -> Result<(), Refused> {
        let waiting_bytes = self.waiting_bytes;
        let limit = self.queue_limit.saturating_add(METADATA_QUEUE_BYTES);
        if waiting_bytes < limit { Ok(()) } else { Err(Refused::QueueFull { camera, waiting_bytes }) }
    }

    fn push_gap(&mut self, camera: CameraId, hole: Hole, to: Option<MediaTime>, next_segment: u64) {
        let gap = Gap { from: hole.from, to, cause: hole.cause, next_segment };
        self.declared = Some(gap);
        if !is_planted(Planted::ForgetGapOfRefused) {
            self.push_live_gap(camera, gap);
        }
    }
}
